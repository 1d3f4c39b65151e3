/*
 * Question: is an identity known again exactly as long as nothing was retired,
 * and is the memory of them bounded?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/service/mdm/known_identity.h"

#define ROOM 65536

static struct identity make(unsigned number)
{
	struct identity identity = {.certificate_state = CERTIFICATE_CURRENT,
	    .life_state = LIFE_ENROLLED};

	(void)snprintf(
	    identity.life_id, sizeof(identity.life_id), "life-%u", number);
	return identity;
}

static void name(char out[STORE_SHA256], unsigned number)
{
	(void)snprintf(out, STORE_SHA256, "%064x", number);
}

static void note(
    struct known_identities *known, unsigned number, uint64_t retirements)
{
	struct identity identity = make(number);
	char sha256[STORE_SHA256];

	name(sha256, number);
	known_identity_note(known, sha256, retirements, &identity);
}

static bool finds(
    struct known_identities *known, unsigned number, uint64_t retirements)
{
	struct identity want = make(number);
	struct identity found = {0};
	char sha256[STORE_SHA256];

	name(sha256, number);
	if (!known_identity_find(known, sha256, retirements, &found))
		return false;
	assert_string_equal(found.life_id, want.life_id);
	return true;
}

static int setup(void **state)
{
	struct known_identities *known = NULL;

	if (known_identities_new(&known, NULL) < 0)
		return -1;
	*state = known;
	return 0;
}

static int teardown(void **state)
{
	known_identities_free(*state);
	return 0;
}

static void test_a_retirement_ends_it(void **state)
{
	assert_false(finds(*state, 1, 0));
	note(*state, 1, 4);
	assert_true(finds(*state, 1, 4));
	assert_false(finds(*state, 1, 5));
	assert_false(finds(*state, 1, 3));
	note(*state, 1, 5);
	assert_true(finds(*state, 1, 5));
	assert_false(finds(*state, 2, 5));
}

/* What may change without a retirement is looked up each time. */
static void test_only_what_lasts_is_kept(void **state)
{
	static const struct {
		enum certificate_state certificate;
		enum life_state life;
		bool is_kept;
	} cases[] = {
	    {CERTIFICATE_CURRENT, LIFE_ENROLLED, true},
	    {CERTIFICATE_CURRENT, LIFE_AUTHENTICATED, false},
	    {CERTIFICATE_CURRENT, LIFE_CHECKED_OUT, false},
	    {CERTIFICATE_RENEWAL, LIFE_ENROLLED, false},
	    {CERTIFICATE_DEAD, LIFE_ENROLLED, false},
	};
	struct identity identity;
	char sha256[STORE_SHA256];
	unsigned i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		identity = make(i);
		identity.certificate_state = cases[i].certificate;
		identity.life_state = cases[i].life;
		name(sha256, i);
		known_identity_note(*state, sha256, 1, &identity);
		assert_int_equal(finds(*state, i, 1), cases[i].is_kept);
	}
}

static void test_a_fleet_is_kept(void **state)
{
	unsigned missing = 0;
	unsigned i;

	for (i = 0; i < 20000; i++)
		note(*state, i, 1);
	for (i = 0; i < 20000; i++)
		missing += !finds(*state, i, 1);
	assert_in_range(missing, 0, 200); /* of 20,000 */
}

static void test_the_newest_push_out_the_oldest(void **state)
{
	unsigned kept = 0;
	unsigned i;

	for (i = 0; i < 3 * ROOM; i++) {
		note(*state, i, 1);
		assert_true(finds(*state, i, 1));
	}
	for (i = 0; i < 3 * ROOM; i++)
		kept += finds(*state, i, 1);
	assert_in_range(kept, ROOM / 2, ROOM);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_retirement_ends_it),
	    TEST(test_only_what_lasts_is_kept),
	    TEST(test_a_fleet_is_kept),
	    TEST(test_the_newest_push_out_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
