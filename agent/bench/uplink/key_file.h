/*
 * key_file: a private key as a file for its owner only (PEM, mode 0600), on
 * disk when it is written, overwritten in memory when it was read.
 */
#ifndef AGENT_BENCH_UPLINK_KEY_FILE_H
#define AGENT_BENCH_UPLINK_KEY_FILE_H

#include <openssl/evp.h>

struct err;

/* -ERR_IO, -ERR_CRYPTO. */
int key_file_save(
    const char *folder, const char *name, EVP_PKEY *key, struct err *err);
/* EVP_PKEY_free() it. -ERR_NOT_FOUND, -ERR_IO, -ERR_CRYPTO: it is none. */
int key_file_load(
    const char *folder, const char *name, EVP_PKEY **out, struct err *err);

#endif
