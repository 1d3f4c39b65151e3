/*
 * uuid: identifiers that we make: UUIDv7 (RFC 9562 section 5.7), so that rows
 * sort by the time they were made. Randomness is handed down like time.
 */
#ifndef PROTO_BASE_UUID_H
#define PROTO_BASE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_TEXT_MAX 37 /* 36 characters and NUL */

/* Where a program's randomness comes from; must not fail. */
struct rng {
	void (*fill)(void *arg, void *out, size_t len);
	void *arg;
};

void rng_fill(const struct rng *rng, void *out, size_t len);

/* Lower-case text, e.g. 0192c2a0-5b7e-7c3d-9f00-0123456789ab. */
void uuid_make(int64_t unix_ms, const struct rng *rng, char out[UUID_TEXT_MAX]);

/*
 * The same with a counter in the 12 bits behind the time (RFC 9562 section 6.2,
 * method 1), so that ids of one millisecond sort as they were made.
 */
void uuid_make_ordered(int64_t unix_ms, unsigned counter, const struct rng *rng,
    char out[UUID_TEXT_MAX]);

/* Any version, either case, 8-4-4-4-12 hex digits. */
bool uuid_is_valid(const char *text);

#endif
