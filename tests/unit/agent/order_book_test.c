/*
 * Question: which work orders does a station take, which does it refuse and
 * why, and does what it took survive a restart?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/bench/uplink/files.h"
#include "agent/bench/uplink/identity.h"
#include "agent/bench/uplink/order_book.h"
#include "proto/base/err.h"
#include "proto/station/station_sign.h"

#define STATION "0192c2a0-0000-7000-8000-000000000001"
#define OTHER_STATION "0192c2a0-0000-7000-8000-000000000002"
#define ORDER "0192c2a0-5b7e-7c3d-9f00-0123456789ab"
#define ORDER2 "0192c2a0-5b7e-7c3d-9f00-0123456789ac"
#define WIPE "0192c2a0-5b7e-7c3d-9f00-0123456789ad"
#define UDID "00008110-001A0C123456401E"
#define SERIAL "F2LX0001"
#define NOW INT64_C(1795000000000)
#define HOUR INT64_C(3600000)

struct bench {
	char folder[64];
	EVP_PKEY *key;
	struct order_book *book;
};

static void open_book(struct bench *bench)
{
	assert_int_equal(order_book_open(bench->folder, bench->key, STATION,
	                     &bench->book, NULL),
	    0);
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	(void)snprintf(
	    bench->folder, sizeof(bench->folder), "/tmp/wp-orders-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	assert_int_equal(identity_make_key(&bench->key, NULL), 0);
	open_book(bench);
	*state = bench;
	return 0;
}

static int remove_file(void *arg, const char *name)
{
	return files_remove(arg, name, NULL);
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	order_book_free(bench->book);
	(void)files_each(
	    bench->folder, ".order", remove_file, bench->folder, NULL);
	assert_int_equal(rmdir(bench->folder), 0);
	EVP_PKEY_free(bench->key);
	free(bench);
	return 0;
}

static void make_order(struct work_order *order)
{
	work_order_init(order);
	(void)snprintf(order->id, sizeof(order->id), ORDER);
	(void)snprintf(order->station, sizeof(order->station), STATION);
	(void)snprintf(order->udid, sizeof(order->udid), UDID);
	(void)snprintf(order->serial, sizeof(order->serial), SERIAL);
	(void)snprintf(order->wipe_id, sizeof(order->wipe_id), WIPE);
	order->kind = WORK_ORDER_WIPE;
	order->issued_at_ms = NOW - HOUR;
	order->not_before_ms = NOW - HOUR;
	order->expires_at_ms = NOW + HOUR;
}

static void sign_order(
    EVP_PKEY *key, const struct work_order *order, struct station_signed *one)
{
	struct buf json = {0};
	struct err err = {0};

	if (work_order_encode(order, &json, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(station_sign(key, STATION_ORDER_CONTEXT, json.data,
	                     json.len, one, NULL),
	    0);
	buf_clear(&json);
}

static const struct order_phone phones[] = {{UDID, SERIAL}};

static enum work_order_refusal take(struct bench *bench,
    const struct station_signed *one, struct order_refused *refused,
    bool *is_news)
{
	enum work_order_refusal refusal = WORK_ORDER_REFUSAL_COUNT;

	assert_int_equal(order_book_take(bench->book, one, phones, 1, NOW,
	                     &refusal, refused, is_news, NULL),
	    0);
	return refusal;
}

static enum work_order_refusal give(
    struct bench *bench, const struct work_order *order)
{
	struct station_signed one = {.body = {NULL, 0}};
	struct order_refused refused = {.reason = WORK_ORDER_FINE};
	bool is_news = false;
	enum work_order_refusal refusal;

	sign_order(bench->key, order, &one);
	refusal = take(bench, &one, &refused, &is_news);
	if (refusal != WORK_ORDER_FINE) {
		assert_true(is_news);
		assert_int_equal(refused.reason, refusal);
		assert_string_equal(refused.order_id, order->id);
		/* The same again is refused again, and not reported again. */
		assert_int_equal(
		    take(bench, &one, &refused, &is_news), refusal);
		assert_false(is_news);
	}
	station_signed_clear(&one);
	return refusal;
}

static void test_taken_and_kept(void **state)
{
	struct bench *bench = *state;
	struct work_order order;
	const struct work_order *next;

	make_order(&order);
	assert_int_equal(give(bench, &order), WORK_ORDER_FINE);
	assert_int_equal(give(bench, &order), WORK_ORDER_FINE);
	order_book_free(bench->book);
	open_book(bench);
	next = order_book_next(bench->book, UDID, NOW, NULL, NULL);
	assert_non_null(next);
	assert_string_equal(next->id, ORDER);
	assert_string_equal(next->wipe_id, WIPE);
	assert_null(order_book_next(bench->book, "other", NOW, NULL, NULL));
	assert_int_equal(order_book_remove(bench->book, ORDER, NULL), 0);
	assert_null(order_book_find(bench->book, ORDER));
	order_book_free(bench->book);
	open_book(bench);
	assert_null(order_book_find(bench->book, ORDER));
}

static void test_refusals(void **state)
{
	struct bench *bench = *state;
	struct work_order order;

	make_order(&order);
	(void)snprintf(order.serial, sizeof(order.serial), "F2LX9999");
	assert_int_equal(give(bench, &order), WORK_ORDER_OTHER_PHONE);
	make_order(&order);
	(void)snprintf(
	    order.udid, sizeof(order.udid), "00008110-001A0C1234564FFF");
	assert_int_equal(give(bench, &order), WORK_ORDER_OTHER_PHONE);
	make_order(&order);
	(void)snprintf(order.station, sizeof(order.station), OTHER_STATION);
	assert_int_equal(give(bench, &order), WORK_ORDER_OTHER_STATION);
	make_order(&order);
	order.expires_at_ms = NOW - 1;
	assert_int_equal(give(bench, &order), WORK_ORDER_EXPIRED);
	assert_null(order_book_next(bench->book, UDID, NOW, NULL, NULL));
}

static void test_any_station(void **state)
{
	struct bench *bench = *state;
	struct work_order order;

	make_order(&order);
	(void)snprintf(order.station, sizeof(order.station), "*");
	assert_int_equal(give(bench, &order), WORK_ORDER_FINE);
}

static void refuse_bytes(struct bench *bench, struct station_signed *one,
    enum work_order_refusal expected)
{
	struct order_refused refused = {.reason = WORK_ORDER_FINE};
	bool is_news = false;

	assert_int_equal(take(bench, one, &refused, &is_news), expected);
	assert_true(is_news);
	assert_string_equal(refused.order_id, "");
}

static void test_signature(void **state)
{
	struct bench *bench = *state;
	struct station_signed one = {.body = {NULL, 0}};
	struct work_order order;
	EVP_PKEY *other = NULL;

	make_order(&order);
	assert_int_equal(identity_make_key(&other, NULL), 0);
	sign_order(other, &order, &one);
	refuse_bytes(bench, &one, WORK_ORDER_BAD_SIGNATURE);
	station_signed_clear(&one);
	/* One bit of what was signed. */
	sign_order(bench->key, &order, &one);
	one.body.data[one.body.len / 2] ^= 1;
	refuse_bytes(bench, &one, WORK_ORDER_BAD_SIGNATURE);
	station_signed_clear(&one);
	/* A report's signature is none of an order. */
	assert_int_equal(station_sign(bench->key, STATION_REPORT_CONTEXT,
	                     (const uint8_t *)"{}", 2, &one, NULL),
	    0);
	refuse_bytes(bench, &one, WORK_ORDER_BAD_SIGNATURE);
	station_signed_clear(&one);
	assert_int_equal(station_sign(bench->key, STATION_ORDER_CONTEXT,
	                     (const uint8_t *)"{}", 2, &one, NULL),
	    0);
	refuse_bytes(bench, &one, WORK_ORDER_MALFORMED);
	station_signed_clear(&one);
	EVP_PKEY_free(other);
}

/* Early waits in the book; late is found there. */
static void test_times(void **state)
{
	struct bench *bench = *state;
	struct work_order order;

	make_order(&order);
	order.not_before_ms = NOW + HOUR / 2;
	assert_int_equal(give(bench, &order), WORK_ORDER_FINE);
	assert_null(order_book_next(bench->book, UDID, NOW, NULL, NULL));
	assert_non_null(
	    order_book_next(bench->book, UDID, NOW + HOUR / 2, NULL, NULL));
	assert_null(order_book_expired(bench->book, NOW, 0));
	assert_non_null(order_book_expired(bench->book, NOW + HOUR, 0));
	assert_null(order_book_expired(bench->book, NOW + HOUR, 1));
}

static void test_oldest_first(void **state)
{
	struct bench *bench = *state;
	struct work_order order;

	make_order(&order);
	assert_int_equal(give(bench, &order), WORK_ORDER_FINE);
	(void)snprintf(order.id, sizeof(order.id), ORDER2);
	assert_int_equal(give(bench, &order), WORK_ORDER_FINE);
	order_book_free(bench->book);
	open_book(bench);
	assert_string_equal(
	    order_book_next(bench->book, UDID, NOW, NULL, NULL)->id, ORDER);
}

/* A file that somebody changed on the station's disk is no order. */
static void test_changed_on_disk(void **state)
{
	struct bench *bench = *state;
	struct work_order order;
	struct buf text = {0};

	make_order(&order);
	assert_int_equal(give(bench, &order), WORK_ORDER_FINE);
	assert_int_equal(
	    files_read(bench->folder, ORDER ".order", 1 << 20, &text, NULL), 0);
	text.data[30] = text.data[30] == 'A' ? 'B' : 'A';
	assert_int_equal(files_write(bench->folder, ORDER ".order", text.data,
	                     text.len, 0600, NULL),
	    0);
	buf_clear(&text);
	order_book_free(bench->book);
	open_book(bench);
	assert_null(order_book_find(bench->book, ORDER));
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ONE(test_taken_and_kept),
	    ONE(test_refusals),
	    ONE(test_any_station),
	    ONE(test_signature),
	    ONE(test_times),
	    ONE(test_oldest_first),
	    ONE(test_changed_on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
