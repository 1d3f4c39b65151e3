/*
 * hook_sign: the signature over one delivery, as Standard Webhooks defines it
 * (version 1.0.0, symmetric): HMAC-SHA256 over "<id>.<seconds>.<body>", base64,
 * behind "v1,". Several signatures, parted by a blank, while a secret is
 * being changed. Pure.
 */
#ifndef SERVER_OUTBOX_HOOK_SIGN_H
#define SERVER_OUTBOX_HOOK_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/secret.h"

struct err;

#define HOOK_SIGNATURE_MAX 64 /* "v1,", 44 characters of base64, NUL */

int hook_sign(const struct secret *key, const char *id, int64_t seconds,
    const char *body, char out[HOOK_SIGNATURE_MAX], struct err *err);

#endif
