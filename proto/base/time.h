/*
 * time: Unix milliseconds and their text. Reads no clock: the one clock of a
 * program is made in its main and handed down as a struct clock.
 */
#ifndef PROTO_BASE_TIME_H
#define PROTO_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_SECOND_MS INT64_C(1000)
#define TIME_MINUTE_MS (60 * TIME_SECOND_MS)
#define TIME_HOUR_MS (60 * TIME_MINUTE_MS)
#define TIME_DAY_MS (24 * TIME_HOUR_MS)

#define TIME_TEXT_MAX 32

/* Where a program's time comes from; tests and simulations drive their own. */
struct clock {
	int64_t (*now_ms)(void *arg); /* Unix time, milliseconds, UTC */
	void *arg;
};

int64_t clock_now(const struct clock *clock);

/* What the wall clock is held against: nobody sets it. */
struct boot_clock {
	/* Since the machine started, asleep or not; milliseconds. */
	int64_t (*boot_ms)(void *arg);
	/* In step with a time server, as the kernel says; NULL: not known. */
	bool (*is_synchronised)(void *arg);
	void *arg;
};

/* "2026-11-22T07:38:25Z"; the milliseconds are left out when they are 0. */
void time_rfc3339(int64_t unix_ms, char out[TIME_TEXT_MAX]);

/* Takes Z or an offset, with or without a fraction (RFC 3339 section 5.6). */
int time_rfc3339_parse(const char *text, int64_t *unix_ms);

/* "12s", "15m", "24h", "7d" → milliseconds. */
int time_duration_parse(const char *text, int64_t *ms);

/* Rounded for people: "3 days", "2 hours", "1 minute", "12 seconds". */
void time_duration_text(int64_t ms, char out[TIME_TEXT_MAX]);

#endif
