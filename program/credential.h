/*
 * credential: where a secret's file lies. "credential:NAME" is the file NAME in
 * $CREDENTIALS_DIRECTORY, where systemd puts what a unit loads; see
 * LoadCredential= in systemd.exec(5). It keeps those from others by its own
 * means, which the file's mode does not tell.
 */
#ifndef PROGRAM_CREDENTIAL_H
#define PROGRAM_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

struct err;

bool credential_is(const char *path);

/* The path itself, or that of the credential. -ERR_INVALID: there are none
 * here, or it is no plain name; -ERR_LIMIT. */
int credential_path(const char *path, char *out, size_t size, struct err *err);

#endif
