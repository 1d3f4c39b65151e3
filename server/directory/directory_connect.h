/*
 * directory_connect: the way to the directory: address, TLS, login. For
 * server/directory only.
 */
#ifndef SERVER_DIRECTORY_DIRECTORY_CONNECT_H
#define SERVER_DIRECTORY_DIRECTORY_CONNECT_H

#include <ldap.h>

#include "server/directory/directory.h"

/* *out is ended with ldap_unbind_ext_s(), also after an error when it is not
 * NULL. -ERR_DENIED: the login; -ERR_IO, -ERR_CRYPTO. */
int directory_connect(
    const struct directory_config *config, LDAP **out, struct err *err);

/* "what: libldap's sentence of code" */
int directory_refuse(const char *what, int code, struct err *err);

#endif
