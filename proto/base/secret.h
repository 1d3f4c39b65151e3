/*
 * secret: bytes that must not outlive their use. Wiped on clear; never
 * printed, never logged, never part of an error's sentence.
 */
#ifndef PROTO_BASE_SECRET_H
#define PROTO_BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct secret {
	uint8_t *data; /* owned; NUL stands behind the last byte when set */
	size_t len;
};

/* Copies len bytes in, after wiping what was there. */
int secret_set(
    struct secret *secret, const void *data, size_t len, struct err *err);
void secret_clear(struct secret *secret);

#endif
