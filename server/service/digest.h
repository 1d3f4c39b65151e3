/*
 * digest: SHA-256 as the hex text that the store keeps: of certificates, and of
 * one-time tokens and challenges, which are never stored themselves.
 */
#ifndef SERVER_SERVICE_DIGEST_H
#define SERVER_SERVICE_DIGEST_H

#include <stddef.h>

#include "server/store/store.h"

void digest_sha256(const void *data, size_t len, char out[STORE_SHA256]);

#endif
