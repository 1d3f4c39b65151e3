/*
 * Question: does every report reach the server once, in order, with its number
 * and a signature that holds, whatever restarts lie between?
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
#include "agent/bench/uplink/outbox.h"
#include "proto/base/err.h"
#include "proto/station/station_sign.h"

static char folder[64];
static EVP_PKEY *key;
static struct outbox *outbox;

static void open_outbox(void)
{
	struct err err = {0};

	if (outbox_open(folder, key, &outbox, &err) < 0)
		fail_msg("%s", err.text);
}

static void reopen(void)
{
	outbox_free(outbox);
	open_outbox();
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/wp-outbox-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(identity_make_key(&key, NULL), 0);
	open_outbox();
	return 0;
}

static int remove_file(void *arg, const char *name)
{
	(void)arg;
	return files_remove(folder, name, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	outbox_free(outbox);
	(void)files_each(folder, "", remove_file, NULL, NULL);
	EVP_PKEY_free(key);
	return rmdir(folder);
}

static void make_id(unsigned number, char out[UUID_TEXT_MAX])
{
	(void)snprintf(
	    out, UUID_TEXT_MAX, "0192c2a0-5b7e-7c3d-9f00-%012x", number);
}

static void put(unsigned number)
{
	struct station_report report;
	struct err err = {0};

	station_report_init(&report, STATION_REPORT_DETACHED);
	make_id(number, report.id);
	report.at_ms = 1795000000000;
	if (outbox_put(outbox, &report, &err) < 0)
		fail_msg("%s", err.text);
}

/* The reports that wait: their signatures, numbers and ids. */
static void check(const unsigned *numbers, const int64_t *sequences, size_t n)
{
	struct station_signed_list list = {NULL, 0};
	size_t i;

	assert_int_equal(outbox_count(outbox), n);
	assert_int_equal(outbox_oldest(outbox, 100, 1 << 20, &list, NULL), 0);
	assert_int_equal(list.count, n);
	for (i = 0; i < n; i++) {
		struct station_report report;
		char id[UUID_TEXT_MAX];

		assert_int_equal(station_verify(key, STATION_REPORT_CONTEXT,
		                     &list.items[i], NULL),
		    0);
		assert_int_equal(
		    station_report_parse((char *)list.items[i].body.data,
		        list.items[i].body.len, &report, NULL),
		    0);
		make_id(numbers[i], id);
		assert_string_equal(report.id, id);
		assert_int_equal(report.sequence, sequences[i]);
	}
	station_signed_list_clear(&list);
}

static void test_order(void **state)
{
	static const unsigned numbers[] = {7, 3, 9};
	static const int64_t sequences[] = {1, 2, 3};

	(void)state;
	put(7);
	put(3);
	put(9);
	check(numbers, sequences, 3);
	reopen();
	check(numbers, sequences, 3);
}

/* A number is never given twice, not even when all was sent before. */
static void test_numbers(void **state)
{
	static const unsigned numbers[] = {2};
	static const int64_t sequences[] = {2};
	char id[UUID_TEXT_MAX];

	(void)state;
	put(1);
	make_id(1, id);
	assert_int_equal(outbox_remove(outbox, id, NULL), 0);
	assert_int_equal(outbox_count(outbox), 0);
	reopen();
	put(2);
	check(numbers, sequences, 1);
	assert_int_equal(outbox_remove(outbox, "unknown", NULL), 0);
}

/* Put in twice, as after a crash between outbox and journal: there once. */
static void test_once(void **state)
{
	static const unsigned numbers[] = {5};
	static const int64_t sequences[] = {1};

	(void)state;
	put(5);
	put(5);
	reopen();
	put(5);
	check(numbers, sequences, 1);
}

/* A journal that was locked when its report went out offers it again. */
static void test_sent_before(void **state)
{
	static const unsigned numbers[] = {2};
	static const int64_t sequences[] = {2};
	char id[UUID_TEXT_MAX];

	(void)state;
	put(1);
	make_id(1, id);
	assert_int_equal(outbox_remove(outbox, id, NULL), 0);
	put(1);
	assert_int_equal(outbox_count(outbox), 0);
	put(2);
	check(numbers, sequences, 1);
}

static void test_batches(void **state)
{
	struct station_signed_list list = {NULL, 0};
	unsigned i;

	(void)state;
	for (i = 0; i < 10; i++)
		put(i);
	assert_int_equal(outbox_oldest(outbox, 4, 1 << 20, &list, NULL), 0);
	assert_int_equal(list.count, 4);
	station_signed_list_clear(&list);
	assert_int_equal(outbox_oldest(outbox, 10, 1, &list, NULL), 0);
	assert_int_equal(list.count, 1);
	station_signed_list_clear(&list);
}

/* One spoilt file is dropped; the others go on. */
static void test_spoilt(void **state)
{
	static const unsigned numbers[] = {2};
	static const int64_t sequences[] = {2};
	struct station_signed_list list = {NULL, 0};

	(void)state;
	put(1);
	put(2);
	assert_int_equal(
	    files_write(folder,
	        "0000000000000001.0192c2a0-5b7e-7c3d-9f00-000000000001.report",
	        "torn", 4, 0600, NULL),
	    0);
	assert_true(outbox_oldest(outbox, 10, 1 << 20, &list, NULL) < 0);
	check(numbers, sequences, 1);
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ONE(test_order),
	    ONE(test_numbers),
	    ONE(test_once),
	    ONE(test_sent_before),
	    ONE(test_batches),
	    ONE(test_spoilt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
