/*
 * guard_test: does an hour have room for so many erases by hand, a day for so
 * many of leavers, does the next one wait for a second person, and can a wrong
 * file of people not erase the town?
 */
#include "tests/unit/guard/guard_world.h"

#include <stdio.h>
#include <string.h>

/* ---- by hand ---- */

static void test_alone(void **state)
{
	struct guard_answer answer;
	struct err err = {0};
	unsigned i;

	(void)state;
	towns.guard.bulk_above = 3;
	for (i = 1; i <= 5; i++)
		world_phone(i);
	for (i = 1; i <= 3; i++)
		assert_int_equal(world_wipe(&eve, i, NULL), 0);
	answer = world_ask_dry(&eve, 4, GUARD_BY_HAND);
	assert_int_equal(answer.verdict, GUARD_NEEDS_APPROVAL);
	assert_string_equal(answer.approval_id, ""); /* dry: nobody is asked */
	assert_int_equal(world_wipe(&eve, 4, &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "second person"));
	answer = world_ask(&eve, 4, GUARD_WIPE, GUARD_BY_HAND);
	assert_int_equal(answer.verdict, GUARD_NEEDS_APPROVAL);
	assert_non_null(strstr(err.text, answer.approval_id));
	/* Another person's own three are still theirs. */
	assert_int_equal(world_wipe(&finn, 5, NULL), 0);
	assert_int_equal(world_approve(&finn, answer.approval_id, NULL), 0);
	assert_int_equal(world_wipe(&eve, 4, NULL), 0);
	/* An hour later she may go on alone. */
	world_phone(6);
	assert_int_equal(world_wipe(&eve, 6, NULL), -ERR_CONFLICT);
	towns_now += TIME_HOUR_MS;
	assert_int_equal(world_wipe(&eve, 6, NULL), 0);
}

/* What one person does alone, on however many accounts of theirs. */
static void test_bulk_on_two_accounts(void **state)
{
	struct actor laptop = eve;
	struct actor script = finn;
	unsigned i;

	(void)state;
	towns.guard.bulk_above = 3;
	(void)snprintf(laptop.person_id, STORE_ID, "person-1");
	(void)snprintf(script.person_id, STORE_ID, "person-1");
	for (i = 1; i <= 5; i++)
		world_phone(i);
	for (i = 1; i <= 3; i++)
		assert_int_equal(
		    world_wipe(i % 2 ? &laptop : &script, i, NULL), 0);
	assert_int_equal(world_wipe(&laptop, 4, NULL), -ERR_CONFLICT);
	assert_int_equal(world_wipe(&script, 4, NULL), -ERR_CONFLICT);
	assert_int_equal(world_wipe(ada, 4, NULL), 0);
}

/* The 26th within an hour, whoever orders it and whoever approves it. */
static void test_hour(void **state)
{
	struct guard_answer answer;
	struct err err = {0};
	struct approval_view view;
	static const char *const more[] = {"SERIAL26"};
	unsigned i;

	(void)state;
	towns.guard.bulk_above = 100;
	for (i = 1; i <= 27; i++)
		world_phone(i);
	for (i = 1; i <= 25; i++) {
		towns_now += TIME_MINUTE_MS;
		assert_int_equal(world_wipe(i % 2 ? &eve : &finn, i, NULL), 0);
	}
	assert_int_equal(world_wipe(ada, 26, &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "25 phones"));
	assert_int_equal(service_approval_ask(&towns, &eve, APPROVAL_WIPE, more,
	                     1, "test", &view, NULL),
	    0);
	assert_int_equal(world_approve(&finn, view.row.id, NULL), 0);
	assert_int_equal(world_wipe(&eve, 26, NULL), -ERR_CONFLICT);
	/* A lock counts alike. */
	answer = world_ask(ada, 26, GUARD_LOCK, GUARD_BY_HAND);
	assert_int_equal(answer.verdict, GUARD_OVER_LIMIT);
	/* The window slides: the first was 24 minutes ago, ordered at 1. */
	assert_true(
	    answer.again_at == TOWNS_NOW + TIME_MINUTE_MS + TIME_HOUR_MS);
	towns_now = answer.again_at - 1;
	assert_int_equal(world_wipe(ada, 26, NULL), -ERR_CONFLICT);
	towns_now = answer.again_at;
	assert_int_equal(world_wipe(ada, 26, NULL), 0);
	assert_int_equal(world_wipe(ada, 27, NULL), -ERR_CONFLICT);
}

static void test_towns_apart(void **state)
{
	struct guard_answer answer;

	(void)state;
	towns.guard.destructive_per_hour = 1;
	world_phone(1);
	world_phone(2);
	assert_int_equal(world_wipe(ada, 1, NULL), 0);
	answer = world_ask(ada, 2, GUARD_WIPE, GUARD_BY_HAND);
	assert_int_equal(answer.verdict, GUARD_OVER_LIMIT);
	answer = world_ask(bob, 2, GUARD_WIPE, GUARD_BY_HAND);
	assert_int_equal(answer.verdict, GUARD_ALLOWED);
}

/* What came to nothing takes no room. */
static void test_undone(void **state)
{
	unsigned i;

	(void)state;
	towns.guard.destructive_per_hour = 2;
	world_phone(1);
	assert_int_equal(world_wipe(ada, 1, NULL), 0);
	for (i = 0; i < 5; i++) /* one is ordered already */
		assert_int_equal(world_wipe(ada, 1, NULL), -ERR_CONFLICT);
	world_phone(2);
	assert_int_equal(world_wipe(ada, 2, NULL), 0);
}

static void test_early_and_bulk(void **state)
{
	struct guard_answer answer;

	(void)state;
	world_phone(1);
	answer = world_ask(&eve, 1, GUARD_WIPE, GUARD_EARLY);
	assert_int_equal(answer.verdict, GUARD_NEEDS_APPROVAL);
	assert_non_null(strstr(answer.sentence, "last day"));
	assert_int_equal(world_approve(&finn, answer.approval_id, NULL), 0);
	assert_int_equal(
	    world_ask_dry(&eve, 1, GUARD_EARLY).verdict, GUARD_ALLOWED);
	answer = world_ask(&eve, 1, GUARD_WIPE, GUARD_EARLY);
	assert_int_equal(answer.verdict, GUARD_ALLOWED);
	assert_string_not_equal(answer.approval_id, "");
	/* Used: not a second time. */
	answer = world_ask(&eve, 1, GUARD_WIPE, GUARD_EARLY);
	assert_int_equal(answer.verdict, GUARD_NEEDS_APPROVAL);
	answer = world_ask(&eve, 1, GUARD_WIPE, GUARD_BULK);
	assert_int_equal(answer.verdict, GUARD_NEEDS_APPROVAL);
}

/* What the request names, as it is shown to who decides. */
static const char *what_of(const char *approval_id)
{
	struct approval_view view;

	assert_int_equal(service_approval_view(
	                     &towns, ada, approval_id, &view, NULL, NULL, NULL),
	    0);
	return approval_what_name(view.row.what);
}

/* A yes to one thing that is done to a phone is none to another. */
static void test_yes_to_one_kind(void **state)
{
	static const char *const whats[GUARD_KIND_COUNT] = {
	    "wipe", "lost_mode", "remove_data"};
	struct guard_answer asked;
	struct guard_answer other;
	unsigned kind;
	unsigned i;

	(void)state;
	for (kind = 0; kind < GUARD_KIND_COUNT; kind++) {
		world_phone(kind + 1);
		asked = world_ask(&eve, kind + 1, kind, GUARD_EARLY);
		assert_int_equal(asked.verdict, GUARD_NEEDS_APPROVAL);
		assert_string_equal(what_of(asked.approval_id), whats[kind]);
		assert_int_equal(
		    world_approve(&finn, asked.approval_id, NULL), 0);
		for (i = 1; i < GUARD_KIND_COUNT; i++) {
			other = world_ask(&eve, kind + 1,
			    (kind + i) % GUARD_KIND_COUNT, GUARD_EARLY);
			assert_int_equal(other.verdict, GUARD_NEEDS_APPROVAL);
			assert_string_not_equal(
			    other.approval_id, asked.approval_id);
		}
		other = world_ask(&eve, kind + 1, kind, GUARD_EARLY);
		assert_int_equal(other.verdict, GUARD_ALLOWED);
		assert_string_equal(other.approval_id, asked.approval_id);
	}
}

/* As it is ordered: locked by a yes, and not erased by the same. */
static void test_yes_to_a_lock(void **state)
{
	struct guard_answer answer;

	(void)state;
	towns.guard.bulk_above = 1;
	world_phone(1);
	world_phone(2);
	assert_int_equal(world_wipe(&eve, 1, NULL), 0);
	answer = world_ask(&eve, 2, GUARD_LOCK, GUARD_BY_HAND);
	assert_int_equal(answer.verdict, GUARD_NEEDS_APPROVAL);
	assert_int_equal(world_approve(&finn, answer.approval_id, NULL), 0);
	assert_int_equal(world_wipe(&eve, 2, NULL), -ERR_CONFLICT);
	answer = world_ask(&eve, 2, GUARD_LOCK, GUARD_BY_HAND);
	assert_int_equal(answer.verdict, GUARD_ALLOWED);
	assert_int_equal(world_wipe(&eve, 2, NULL), -ERR_CONFLICT);
}

/* ---- leavers ---- */

#define TOWN 120

static const struct actor cases = {
    .name = "departures", .org_id = "01900000-0000-7000-8000-00000000000a"};

static unsigned ask_all(unsigned *allowed)
{
	struct guard_answer answer;
	unsigned waiting = 0;
	unsigned i;

	*allowed = 0;
	for (i = 1; i <= TOWN; i++) {
		answer = world_ask(&cases, i, GUARD_WIPE, GUARD_DEPARTURE);
		*allowed += answer.verdict == GUARD_ALLOWED;
		waiting += answer.verdict == GUARD_NEEDS_APPROVAL;
	}
	return waiting;
}

static int note_open(void *arg, const struct approval_view *view)
{
	struct approval_view *out = arg;

	assert_string_equal(out->row.id, ""); /* one, however many phones */
	*out = *view;
	return 0;
}

/* A wrong HR file says that everybody left yesterday. */
static void test_wrong_file(void **state)
{
	struct approval_view view = {.state = ""};
	struct guard_answer answer;
	struct guard_room room;
	unsigned allowed;
	unsigned i;

	(void)state;
	for (i = 1; i <= TOWN; i++)
		world_phone(i);
	assert_int_equal(ask_all(&allowed), TOWN - 50);
	assert_int_equal(allowed, 50);
	/* Asked again and again: still one request, with each phone once. */
	for (i = 51; i <= TOWN; i++) {
		answer = world_ask(&cases, i, GUARD_WIPE, GUARD_DEPARTURE);
		assert_int_equal(answer.verdict, GUARD_NEEDS_APPROVAL);
	}
	assert_int_equal(service_approval_each(
	                     &towns, ada, true, "", 0, note_open, &view, NULL),
	    0);
	assert_int_equal(view.row.things, TOWN - 50);
	assert_int_equal(service_guard_room(&towns, ada, &room, NULL), 0);
	assert_int_equal(room.departures_used, 50);
	assert_int_equal(room.departures_limit, 50);
	/* By hand there is still room: it is another window. */
	assert_int_equal(room.by_hand_used, 0);
	assert_int_equal(world_approve(ada, view.row.id, NULL), 0);
	for (i = 51; i <= TOWN; i++)
		assert_int_equal(
		    world_ask(&cases, i, GUARD_WIPE, GUARD_DEPARTURE).verdict,
		    GUARD_ALLOWED);
	/* Approved ones took none of the room of the next day. */
	towns_now += TIME_DAY_MS;
	assert_int_equal(
	    world_ask(&cases, 1, GUARD_WIPE, GUARD_DEPARTURE).verdict,
	    GUARD_ALLOWED);
	/* And none of the yes is left over. */
	(void)ask_all(&allowed);
	assert_int_equal(allowed, 49);
}

/* More came to be meant while somebody looked at the request. */
static void test_grown(void **state)
{
	struct approval_view view;
	struct guard_answer answer;
	struct approval_decision decision = {.is_yes = true};
	char seen[STORE_SHA256];
	struct err err = {0};

	(void)state;
	towns.guard.departures_per_day = 1;
	world_phone(1);
	world_phone(2);
	world_phone(3);
	(void)world_ask(&cases, 1, GUARD_WIPE, GUARD_DEPARTURE);
	answer = world_ask(&cases, 2, GUARD_WIPE, GUARD_DEPARTURE);
	assert_int_equal(service_approval_view(&towns, ada, answer.approval_id,
	                     &view, NULL, NULL, NULL),
	    0);
	memcpy(seen, view.row.params_sha256, sizeof(seen));
	(void)world_ask(&cases, 3, GUARD_WIPE, GUARD_DEPARTURE);
	decision.id = answer.approval_id;
	decision.params_sha256 = seen;
	assert_int_equal(
	    service_approval_decide(&towns, ada, &decision, &view, &err),
	    -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "other phones"));
	assert_int_equal(world_approve(ada, answer.approval_id, NULL), 0);
	/* What is decided grows no more: the next one is a new question. */
	world_phone(4);
	assert_string_not_equal(
	    world_ask(&cases, 4, GUARD_WIPE, GUARD_DEPARTURE).approval_id,
	    answer.approval_id);
}

/* A case's lock is asked for as a lock; those of one day come together. */
static void test_locks_of_leavers(void **state)
{
	struct guard_answer first;
	struct guard_answer second;

	(void)state;
	towns.guard.departures_per_day = 1;
	world_phone(1);
	world_phone(2);
	world_phone(3);
	(void)world_ask(&cases, 1, GUARD_WIPE, GUARD_DEPARTURE);
	first = world_ask(&cases, 2, GUARD_LOCK, GUARD_DEPARTURE);
	second = world_ask(&cases, 3, GUARD_LOCK, GUARD_DEPARTURE);
	assert_string_equal(first.approval_id, second.approval_id);
	assert_string_equal(what_of(first.approval_id), "lost_mode");
	assert_int_equal(world_approve(ada, first.approval_id, NULL), 0);
	second = world_ask(&cases, 2, GUARD_WIPE, GUARD_DEPARTURE);
	assert_int_equal(second.verdict, GUARD_NEEDS_APPROVAL);
	assert_string_equal(what_of(second.approval_id), "departures");
	assert_int_equal(
	    world_ask(&cases, 2, GUARD_LOCK, GUARD_DEPARTURE).verdict,
	    GUARD_ALLOWED);
}

/* Of a large town a share of the phones may leave in a day. */
static void test_share(void **state)
{
	unsigned allowed;
	unsigned i;

	(void)state;
	towns.guard.departures_per_day = 2;
	towns.guard.departures_percent = 10;
	for (i = 1; i <= TOWN; i++)
		world_phone(i);
	(void)ask_all(&allowed);
	assert_int_equal(allowed, TOWN / 10);
}

/* Another organisation's phones make no share, and fill no window. */
static void test_share_of_own(void **state)
{
	struct guard_room room;
	unsigned i;

	(void)state;
	towns.guard.departures_per_day = 2;
	towns.guard.departures_percent = 10;
	for (i = 1; i <= 40; i++)
		world_phone(i);
	assert_int_equal(service_guard_room(&towns, bob, &room, NULL), 0);
	assert_int_equal(room.departures_limit, 2);
	assert_int_equal(service_guard_room(&towns, ada, &room, NULL), 0);
	assert_int_equal(room.departures_limit, 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_alone),
	    TEST(test_bulk_on_two_accounts),
	    TEST(test_hour),
	    TEST(test_towns_apart),
	    TEST(test_undone),
	    TEST(test_early_and_bulk),
	    TEST(test_yes_to_one_kind),
	    TEST(test_yes_to_a_lock),
	    TEST(test_wrong_file),
	    TEST(test_locks_of_leavers),
	    TEST(test_grown),
	    TEST(test_share),
	    TEST(test_share_of_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
