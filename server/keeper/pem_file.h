/*
 * pem_file: keys and certificates as PEM files of the key folder; each is a new
 * file. Internal to server/keeper.
 */
#ifndef SERVER_KEEPER_PEM_FILE_H
#define SERVER_KEEPER_PEM_FILE_H

#include <openssl/types.h>

struct err;

/* PKCS#8, 0600. */
int pem_key_write(int folder, const char *name, EVP_PKEY *key, struct err *err);
/* issuer: written behind it; NULL: none. 0644. */
int pem_certificate_write(int folder, const char *name, X509 *certificate,
    X509 *issuer, struct err *err);
/* SubjectPublicKeyInfo, 0644. */
int pem_public_write(
    int folder, const char *name, EVP_PKEY *key, struct err *err);

/* A key that others may read is refused (ERR_DENIED). */
int pem_key_load(int folder, const char *name, EVP_PKEY **out, struct err *err);
/* key: must belong to it. The first of a chain. */
int pem_certificate_load(
    int folder, const char *name, EVP_PKEY *key, X509 **out, struct err *err);

#endif
