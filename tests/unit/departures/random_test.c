/*
 * random_test: a town lives for a hundred thousand events: people come, leave
 * and come back, last days move, departures rest, phones are handed over,
 * erased, caught, lost, locked, enrolled anew, signed for by whoever happens by,
 * courts forbid, second persons say yes or no. Is anything ever released without
 * proof, both signatures and the decision on its SIM; is any phone ever erased,
 * emptied or locked that is not the leaver's, or twice; and does the erase that
 * is due always come?
 *
 * WORKPHONE_SEED=… repeats a run, WORKPHONE_EVENTS=… its length.
 */
#include "tests/unit/departures/random_town.h"

#include <stdlib.h>

#define LAST_DAYS 60 /* of peace: pauses are over, nothing is due */

static void after_event(void)
{
	struct handset *handset = any_phone();

	if (service_departures_keep_going(&towns, NULL) < 0)
		fail_msg(
		    "event %lu (%s): keep going", event_number, event_name);
	judge_town();
	/* A hold outlives no phone of the model. */
	if (!handset->hold_id[0] &&
	    (handset->is_gone || (handset->is_private && dice(60) == 0)))
		new_handset(handset);
}

static void live(unsigned long count)
{
	unsigned i;

	towns.tenant_count = 1;
	towns.guard.departures_per_day = DEPARTURES_A_DAY;
	towns.guard.departures_percent = 1;
	for (i = 0; i < PEOPLE; i++)
		new_citizen(&citizens[i]);
	for (i = 0; i < PHONES; i++)
		new_handset(&handsets[i]);
	for (event_number = 0; event_number < count; event_number++) {
		event_run_one();
		after_event();
	}
	for (i = 0; i < LAST_DAYS * PHONES; i++, event_number++) {
		if (i % PHONES == 0)
			event_peace();
		after_event();
	}
}

static void test_a_town_lives(void **state)
{
	const char *said = getenv("WORKPHONE_EVENTS");
	unsigned long count = said ? strtoul(said, NULL, 10) : 100000;

	(void)state;
	live(count);
	(void)printf("%lu events: %u erases ordered, %u given; work removed %u "
	             "times; locked %u, unlocked %u; released %u, turned up "
	             "%u; paused %u, held %u, %u yes, %u no; moved %u in a "
	             "pause, %u while locked\n",
	    count, town.ordered, town.given, town.removed, town.locked,
	    town.unlocked, town.released, town.turned_up, town.paused,
	    town.held, town.yes, town.no, town.moved_in_pause,
	    town.moved_in_lock);
	/* A run in which nothing happened proves nothing. */
	if (count < 100000)
		return;
	assert_true(town.ordered > 50);
	assert_true(town.given > 30);
	assert_true(town.removed > 1);
	assert_true(town.locked > 2);
	assert_true(town.unlocked > 1);
	assert_true(town.released > 50);
	assert_true(town.turned_up > 5);
	assert_true(town.paused > 50);
	assert_true(town.held > 50);
	assert_true(town.yes > 5);
	assert_true(town.no > 5);
	assert_true(town.moved_in_pause > 10);
	assert_true(town.moved_in_lock > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {LEAVER_TEST(test_a_town_lives)};
	const char *said = getenv("WORKPHONE_SEED");
	/* Each run alike; another town with another number. */
	uint64_t seed = said ? strtoull(said, NULL, 10) : 3096647555;

	dice_seed(seed);
	(void)printf("WORKPHONE_SEED=%llu\n", (unsigned long long)seed);
	(void)fflush(stdout);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
