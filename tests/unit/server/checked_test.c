/*
 * Question: does the memory of checked certificates give back exactly what was
 * noted, for an hour, whatever else falls into the same place?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/phones/checked.h"

static int64_t now = INT64_C(1700000000000);

static int64_t now_ms(void *arg)
{
	(void)arg;
	return now;
}

static const struct clock test_clock = {.now_ms = now_ms};

/* Digests that all fall into one place, or each into another. */
static void make(uint8_t out[CHECKED_SHA256], unsigned number, bool same_place)
{
	memset(out, 0, CHECKED_SHA256);
	memcpy(out + (same_place ? 16 : 0), &number, sizeof(number));
	out[31] = 1;
}

static bool finds(struct checked *checked, unsigned number, bool same_place)
{
	uint8_t shown[CHECKED_SHA256];
	uint8_t want[CHECKED_SHA256];
	uint8_t found[CHECKED_SHA256] = {0};

	make(shown, number, same_place);
	make(want, ~number, same_place);
	if (!checked_find(checked, shown, found))
		return false;
	assert_memory_equal(found, want, CHECKED_SHA256);
	return true;
}

static void note(struct checked *checked, unsigned number, bool same_place)
{
	uint8_t shown[CHECKED_SHA256];
	uint8_t certificate[CHECKED_SHA256];

	make(shown, number, same_place);
	make(certificate, ~number, same_place);
	checked_note(checked, shown, certificate);
}

static int setup(void **state)
{
	struct checked *checked = NULL;

	if (checked_new(&test_clock, &checked, NULL) < 0)
		return -1;
	*state = checked;
	return 0;
}

static int teardown(void **state)
{
	checked_free(*state);
	return 0;
}

static void test_nothing_is_known_at_first(void **state)
{
	uint8_t zeros[CHECKED_SHA256] = {0};
	uint8_t found[CHECKED_SHA256];

	assert_false(finds(*state, 1, false));
	assert_false(checked_find(*state, zeros, found));
}

static void test_thousands_are_kept(void **state)
{
	unsigned i;

	for (i = 1; i <= 8192; i++)
		note(*state, i, false);
	for (i = 1; i <= 8192; i++)
		assert_true(finds(*state, i, false));
	assert_false(finds(*state, 9000, false));
}

static void test_a_full_place_loses_its_oldest(void **state)
{
	unsigned i;

	for (i = 1; i <= 8; i++) {
		note(*state, i, true);
		now++;
	}
	for (i = 1; i <= 8; i++)
		assert_true(finds(*state, i, true));
	note(*state, 9, true);
	assert_false(finds(*state, 1, true));
	for (i = 2; i <= 9; i++)
		assert_true(finds(*state, i, true));
}

static void test_noted_twice_takes_one_slot(void **state)
{
	unsigned i;

	for (i = 1; i <= 8; i++) {
		note(*state, i, true);
		now++;
	}
	for (i = 0; i < 20; i++)
		note(*state, 5, true);
	for (i = 1; i <= 8; i++)
		assert_true(finds(*state, i, true));
}

static void test_it_ends_after_an_hour(void **state)
{
	note(*state, 1, false);
	now += CHECKED_FOR_MS - 1;
	assert_true(finds(*state, 1, false));
	now += 1;
	assert_false(finds(*state, 1, false));
}

static void test_digest_is_sha256(void **state)
{
	/* FIPS 180-4, "abc" */
	static const uint8_t want[CHECKED_SHA256] = {0xba, 0x78, 0x16, 0xbf,
	    0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22,
	    0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10,
	    0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	uint8_t got[CHECKED_SHA256];

	assert_int_equal(checked_digest(*state, "abc", 3, got, NULL), 0);
	assert_memory_equal(got, want, sizeof(want));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_nothing_is_known_at_first),
	    TEST(test_thousands_are_kept),
	    TEST(test_a_full_place_loses_its_oldest),
	    TEST(test_noted_twice_takes_one_slot),
	    TEST(test_it_ends_after_an_hour),
	    TEST(test_digest_is_sha256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
