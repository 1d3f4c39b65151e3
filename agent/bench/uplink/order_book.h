/*
 * order_book: the work orders this station has been given, checked and kept on
 * disk so that it can go on through an outage. Whether one may be carried out
 * is asked again each time it is taken.
 */
#ifndef AGENT_BENCH_UPLINK_ORDER_BOOK_H
#define AGENT_BENCH_UPLINK_ORDER_BOOK_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/station/station.h"
#include "proto/station/work_order.h"

struct err;
struct order_book;

#define ORDER_BOOK_MAX 256

/* A phone that the station asked about. */
struct order_phone {
	const char *udid;
	const char *serial; /* "" not known yet */
};

/* What was wrong with one order that the server gave. */
struct order_refused {
	char order_id[UUID_TEXT_MAX]; /* "" unreadable */
	char udid[LIMIT_UDID + 1];
	char serial[LIMIT_SERIAL + 1];
	enum work_order_refusal reason;
};

/* folder exists; key and station are borrowed. Orders on disk whose signature
 * does not hold any more are removed. */
int order_book_open(const char *folder, EVP_PKEY *key, const char *station,
    struct order_book **out, struct err *err);
void order_book_free(struct order_book *book);

/*
 * One order as it came. WORK_ORDER_FINE: it is in the book (or was); else
 * *refused says what to report, and is_news whether it was said before since
 * the start. phones: those attached now; an order for none of them is refused
 * as another phone's. -ERR_IO, -ERR_FULL: it could not be kept.
 */
int order_book_take(struct order_book *book, const struct station_signed *one,
    const struct order_phone *phones, size_t count, int64_t now_ms,
    enum work_order_refusal *out, struct order_refused *refused, bool *is_news,
    struct err *err);

/* The order to do next on the phone, oldest first: not before its time;
 * expired ones are left to order_book_expired(). skip says which to pass over;
 * may be NULL. NULL: none. */
const struct work_order *order_book_next(const struct order_book *book,
    const char *udid, int64_t now_ms,
    bool (*skip)(void *arg, const struct work_order *order), void *arg);
const struct work_order *order_book_find(
    const struct order_book *book, const char *id);
/* An order past its time; NULL: none. The caller reports and removes it. */
const struct work_order *order_book_expired(
    const struct order_book *book, int64_t now_ms, size_t index);
int order_book_remove(struct order_book *book, const char *id, struct err *err);

#endif
