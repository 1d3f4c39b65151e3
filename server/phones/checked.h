/*
 * checked: a bounded memory of certificates that were checked before, so that
 * a phone behind a proxy costs one chain check, not one a request. What a
 * certificate was shown as (a header's text, or DER) is remembered by digest
 * only. Used from any thread.
 */
#ifndef SERVER_PHONES_CHECKED_H
#define SERVER_PHONES_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct err;
struct checked;

#define CHECKED_SHA256 32

/* A certificate is checked again after this, so that its end is noticed. */
#define CHECKED_FOR_MS INT64_C(3600000)

int checked_new(
    const struct clock *clock, struct checked **out, struct err *err);
void checked_free(struct checked *checked);

/* SHA-256 of what was shown. */
int checked_digest(const struct checked *checked, const void *shown, size_t len,
    uint8_t out[CHECKED_SHA256], struct err *err);

/* True, and the SHA-256 of its DER, when that was noted less than an hour ago. */
bool checked_find(struct checked *checked, const uint8_t shown[CHECKED_SHA256],
    uint8_t certificate[CHECKED_SHA256]);
/* It may push out the oldest of those that share its place. */
void checked_note(struct checked *checked, const uint8_t shown[CHECKED_SHA256],
    const uint8_t certificate[CHECKED_SHA256]);

#endif
