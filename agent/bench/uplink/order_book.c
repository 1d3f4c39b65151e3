#include "agent/bench/uplink/order_book.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/bench/uplink/files.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_sign.h"

#define SUFFIX ".order"
#define FILE_MAX (2 * STATION_ORDER_MAX)
#define SAID_MAX 64 /* refusals remembered, so that each is said once */

struct order_book {
	char folder[512];
	EVP_PKEY *key;
	const char *station;
	struct work_order **orders; /* owned, as they came */
	size_t count;
	uint8_t said[SAID_MAX][SHA256_DIGEST_LENGTH];
	size_t said_next;
};

static void order_free(struct work_order *order)
{
	if (order)
		work_order_clear(order);
	free(order);
}

/* Signature, then words. *out: order_free(). */
static enum work_order_refusal check(const struct order_book *book,
    const struct station_signed *one, struct work_order **out)
{
	struct work_order *order;
	int rc;

	if (station_verify(book->key, STATION_ORDER_CONTEXT, one, NULL) < 0)
		return WORK_ORDER_BAD_SIGNATURE;
	order = calloc(1, sizeof(*order));
	if (!order)
		return WORK_ORDER_MALFORMED;
	work_order_init(order);
	rc = work_order_parse(
	    (const char *)one->body.data, one->body.len, order, NULL);
	if (rc < 0) {
		free(order);
		return rc == -(int)ERR_UNSUPPORTED ? WORK_ORDER_UNKNOWN_KIND
		                                   : WORK_ORDER_MALFORMED;
	}
	if (!uuid_is_valid(order->id)) {
		order_free(order);
		return WORK_ORDER_MALFORMED;
	}
	*out = order;
	return WORK_ORDER_FINE;
}

const struct work_order *order_book_find(
    const struct order_book *book, const char *id)
{
	size_t i;

	for (i = 0; i < book->count; i++)
		if (strcmp(book->orders[i]->id, id) == 0)
			return book->orders[i];
	return NULL;
}

static int add(struct order_book *book, struct work_order *order)
{
	struct work_order **grown = reallocarray(
	    book->orders, book->count + 1, sizeof(struct work_order *));

	if (!grown)
		return -(int)ERR_MEMORY;
	book->orders = grown;
	book->orders[book->count++] = order;
	return 0;
}

/* ---- on disk ---- */

static int write_order(const struct order_book *book, const char *id,
    const struct station_signed *one, struct err *err)
{
	struct station_signed copy = *one; /* borrowed bytes */
	struct station_signed_list list = {&copy, 1};
	struct buf json = {0};
	char name[64];
	int rc = station_orders_encode(&list, &json, err);

	(void)snprintf(name, sizeof(name), "%s" SUFFIX, id);
	if (rc == 0)
		rc = files_write(
		    book->folder, name, json.data, json.len, 0600, err);
	buf_clear(&json);
	return rc;
}

static int read_order(struct order_book *book, const char *name)
{
	struct buf text = {0};
	struct station_signed_list list = {NULL, 0};
	struct work_order *order = NULL;

	if (files_read(book->folder, name, FILE_MAX, &text, NULL) == 0 &&
	    station_orders_parse(
	        (const char *)text.data, text.len, &list, NULL) == 0 &&
	    list.count == 1)
		(void)check(book, &list.items[0], &order);
	station_signed_list_clear(&list);
	buf_clear(&text);
	if (!order)
		return -(int)ERR_INVALID;
	if (add(book, order) < 0) {
		order_free(order);
		return -(int)ERR_MEMORY;
	}
	return 0;
}

static int on_file(void *arg, const char *name)
{
	struct order_book *book = arg;

	if (book->count < ORDER_BOOK_MAX && read_order(book, name) < 0)
		(void)files_remove(book->folder, name, NULL);
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct work_order *const *left = a;
	const struct work_order *const *right = b;

	return strcmp((*left)->id, (*right)->id); /* UUIDv7: by time */
}

int order_book_open(const char *folder, EVP_PKEY *key, const char *station,
    struct order_book **out, struct err *err)
{
	struct order_book *book = calloc(1, sizeof(*book));
	int rc;

	if (!book)
		return err_memory(err);
	book->key = key;
	book->station = station;
	rc = str_copy(book->folder, sizeof(book->folder), folder);
	if (rc == 0)
		rc = files_each(folder, SUFFIX, on_file, book, err);
	if (rc < 0) {
		order_book_free(book);
		return rc;
	}
	if (book->count > 0)
		qsort(book->orders, book->count, sizeof(*book->orders), by_id);
	*out = book;
	return 0;
}

void order_book_free(struct order_book *book)
{
	size_t i;

	if (!book)
		return;
	for (i = 0; i < book->count; i++)
		order_free(book->orders[i]);
	free(book->orders);
	free(book);
}

int order_book_remove(struct order_book *book, const char *id, struct err *err)
{
	char name[64];
	size_t i;

	for (i = 0; i < book->count; i++)
		if (strcmp(book->orders[i]->id, id) == 0)
			break;
	if (i == book->count)
		return 0;
	(void)snprintf(name, sizeof(name), "%s" SUFFIX, id);
	order_free(book->orders[i]);
	memmove(&book->orders[i], &book->orders[i + 1],
	    (--book->count - i) * sizeof(*book->orders));
	return files_remove(book->folder, name, err);
}

/* ---- taking ---- */

/* Judged against the phone it names, or, when that is not here, refused. */
static enum work_order_refusal judge(const struct order_book *book,
    const struct work_order *order, const struct order_phone *phones,
    size_t count, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < count; i++) {
		enum work_order_refusal refusal;
		/* The worker reads the serial before it acts. */
		const char *serial =
		    phones[i].serial[0] ? phones[i].serial : order->serial;

		if (strcmp(phones[i].udid, order->udid) != 0)
			continue;
		refusal = work_order_judge(
		    order, book->station, order->udid, serial, false, now_ms);
		/* Early is no refusal: it waits in the book. */
		return refusal == WORK_ORDER_TOO_EARLY ? WORK_ORDER_FINE
		                                       : refusal;
	}
	return WORK_ORDER_OTHER_PHONE;
}

/* The same bytes refused for the same reason; signatures differ each time. */
static bool said_before(struct order_book *book,
    const struct station_signed *one, enum work_order_refusal reason)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	size_t i;

	(void)SHA256(one->body.data, one->body.len, digest);
	digest[0] = (uint8_t)(digest[0] ^ (uint8_t)reason);
	for (i = 0; i < SAID_MAX; i++)
		if (memcmp(book->said[i], digest, sizeof(digest)) == 0)
			return true;
	memcpy(book->said[book->said_next], digest, sizeof(digest));
	book->said_next = (book->said_next + 1) % SAID_MAX;
	return false;
}

static void describe(const struct work_order *order,
    enum work_order_refusal reason, struct order_refused *refused)
{
	*refused = (struct order_refused){.reason = reason};
	if (!order)
		return;
	(void)str_copy(refused->order_id, sizeof(refused->order_id), order->id);
	(void)str_copy(refused->udid, sizeof(refused->udid), order->udid);
	(void)str_copy(refused->serial, sizeof(refused->serial), order->serial);
}

static int keep(struct order_book *book, const struct station_signed *one,
    struct work_order *order, struct err *err)
{
	int rc;

	if (book->count >= ORDER_BOOK_MAX)
		return err_set(err, ERR_FULL, "too many work orders");
	rc = write_order(book, order->id, one, err);
	if (rc == 0 && add(book, order) < 0)
		rc = err_memory(err);
	return rc;
}

int order_book_take(struct order_book *book, const struct station_signed *one,
    const struct order_phone *phones, size_t count, int64_t now_ms,
    enum work_order_refusal *out, struct order_refused *refused, bool *is_news,
    struct err *err)
{
	struct work_order *order = NULL;
	enum work_order_refusal refusal = check(book, one, &order);
	int rc = 0;

	if (order && order_book_find(book, order->id)) {
		order_free(order);
		*out = WORK_ORDER_FINE;
		return 0;
	}
	if (refusal == WORK_ORDER_FINE)
		refusal = judge(book, order, phones, count, now_ms);
	if (refusal == WORK_ORDER_FINE) {
		rc = keep(book, one, order, err);
	} else {
		describe(order, refusal, refused);
		*is_news = !said_before(book, one, refusal);
	}
	if (refusal != WORK_ORDER_FINE || rc < 0)
		order_free(order);
	if (rc == 0)
		*out = refusal;
	return rc;
}

/* ---- next ---- */

const struct work_order *order_book_next(const struct order_book *book,
    const char *udid, int64_t now_ms,
    bool (*skip)(void *arg, const struct work_order *order), void *arg)
{
	size_t i;

	for (i = 0; i < book->count; i++) {
		const struct work_order *order = book->orders[i];

		if (strcmp(order->udid, udid) == 0 &&
		    now_ms + WORK_ORDER_SKEW_MS >= order->not_before_ms &&
		    !(skip && skip(arg, order)))
			return order;
	}
	return NULL;
}

const struct work_order *order_book_expired(
    const struct order_book *book, int64_t now_ms, size_t index)
{
	size_t i;

	for (i = 0; i < book->count; i++)
		if (now_ms >= book->orders[i]->expires_at_ms && index-- == 0)
			return book->orders[i];
	return NULL;
}
