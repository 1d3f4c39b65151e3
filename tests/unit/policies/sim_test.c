/*
 * sim_test: is a company's SIM found where it is, in every state and for every
 * thing that only looks like misuse; and is one card never taken for another?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policies/sim.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

#define NOW INT64_C(1772438400000) /* 2026-03-02T08:00:00Z */
#define H TIME_HOUR_MS
#define D TIME_DAY_MS
#define AGO(ms) (NOW - (ms))
#define FRESH (8 * D)

/* A sighting, fresh for eight days. */
#define SEEN(from, where, at)                                                  \
	{                                                                      \
		.source = (from), .place = (where), .at_ms = (at),             \
		.fresh_until_ms = (at) + FRESH                                 \
	}

/* Assigned a year ago; the phone lists its lines and the card is in. */
static struct sim_facts at_home(void)
{
	return (struct sim_facts){
	    .now_ms = NOW,
	    .has_assigned = true,
	    .assigned_at_ms = AGO(365 * D),
	    .inventory_at_ms = AGO(H),
	    .inventory_fresh_until_ms = AGO(H) + FRESH,
	    .inventory_has_it = true,
	    .last_in_inventory_ms = AGO(H),
	};
}

/* The phone's newest list lacks the card; it had it last so long ago. */
static struct sim_facts gone(int64_t since)
{
	struct sim_facts facts = at_home();

	facts.inventory_has_it = false;
	facts.last_in_inventory_ms = AGO(since);
	return facts;
}

static struct sim_location locate(
    struct sim_facts facts, const struct sim_sighting *sightings, size_t count)
{
	struct sim_location out;

	facts.sightings = sightings;
	facts.sighting_count = count;
	sim_locate(&facts, &out);
	return out;
}

#define LOCATE(facts, ...)                                                     \
	locate(facts, (const struct sim_sighting[]){__VA_ARGS__},              \
	    sizeof((const struct sim_sighting[]){__VA_ARGS__}) /               \
	        sizeof(struct sim_sighting))

static void assert_state(struct sim_location got, enum sim_state want)
{
	assert_string_equal(sim_state_name(got.state), sim_state_name(want));
	assert_true(got.again_at_ms > NOW);
}

/* States --------------------------------------------------------------- */

static void test_in_assigned_by_the_phone(void **state)
{
	struct sim_location got =
	    LOCATE(at_home(), SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(H)));

	(void)state;
	assert_state(got, SIM_IN_ASSIGNED);
	assert_int_equal(got.observed_at_ms, AGO(H));
	assert_int_equal(got.again_at_ms, AGO(H) + FRESH + 1);
	assert_state(
	    LOCATE(at_home(), SEEN(SIM_FROM_BENCH, SIM_AT_ASSIGNED, AGO(H))),
	    SIM_IN_ASSIGNED);
}

static void test_in_assigned_by_the_operator(void **state)
{
	struct sim_facts facts = gone(30 * D);

	(void)state;
	facts.inventory_at_ms = 0;
	assert_state(
	    LOCATE(facts, SEEN(SIM_FROM_OPERATOR, SIM_AT_ASSIGNED, AGO(D))),
	    SIM_IN_ASSIGNED);
}

static void test_moved_allowed(void **state)
{
	struct sim_sighting elsewhere =
	    SEEN(SIM_FROM_PHONE, SIM_AT_OURS, AGO(H));

	(void)state;
	elsewhere.case_open = true;
	assert_state(LOCATE(gone(2 * D), elsewhere), SIM_MOVED_ALLOWED);
}

static void test_moved(void **state)
{
	struct sim_sighting elsewhere =
	    SEEN(SIM_FROM_PHONE, SIM_AT_OURS, AGO(H));
	struct sim_location got;

	(void)state;
	memcpy(elsewhere.device_id, "E", 2);
	got = LOCATE(gone(2 * D), elsewhere);
	assert_state(got, SIM_MOVED);
	assert_string_equal(got.device_id, "E");
	elsewhere.source = SIM_FROM_OPERATOR;
	assert_state(LOCATE(gone(2 * D), elsewhere), SIM_MOVED);
}

static void test_in_unmanaged(void **state)
{
	struct sim_sighting foreign =
	    SEEN(SIM_FROM_OPERATOR, SIM_AT_FOREIGN, AGO(2 * H));
	struct sim_location got;

	(void)state;
	foreign.first_at_ms = AGO(2 * H + D);
	got = LOCATE(gone(3 * D), foreign);
	assert_state(got, SIM_IN_UNMANAGED);
	/* Nothing of the foreign phone is told. */
	assert_string_equal(got.device_id, "");
}

static void test_in_unmanaged_needs_two_sightings_a_day_apart(void **state)
{
	struct sim_sighting foreign =
	    SEEN(SIM_FROM_OPERATOR, SIM_AT_FOREIGN, AGO(2 * H));

	(void)state;
	assert_state(LOCATE(gone(3 * D), foreign), SIM_UNKNOWN);
	foreign.first_at_ms = AGO(2 * H + D) + 1;
	assert_state(LOCATE(gone(3 * D), foreign), SIM_UNKNOWN);
	/* The phone itself had it since the first of them. */
	foreign.first_at_ms = AGO(30 * D);
	assert_state(LOCATE(gone(D), foreign), SIM_UNKNOWN);
	assert_state(LOCATE(gone(D + 2 * H), foreign), SIM_IN_UNMANAGED);
}

static void test_missing(void **state)
{
	struct sim_location got = LOCATE(
	    gone(8 * D), SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(8 * D)));

	(void)state;
	assert_state(got, SIM_MISSING);
	assert_int_equal(got.again_at_ms, AGO(H) + FRESH + 1);
}

static void test_missing_has_seven_days_of_grace(void **state)
{
	struct sim_location got = LOCATE(
	    gone(2 * D), SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(2 * D)));

	(void)state;
	assert_state(got, SIM_UNKNOWN);
	assert_int_equal(got.again_at_ms, AGO(2 * D) + 7 * D);
	assert_state(locate(gone(7 * D), NULL, 0), SIM_MISSING);
	assert_state(locate(gone(7 * D - 1), NULL, 0), SIM_UNKNOWN);
}

static void test_unknown_when_nothing_is_fresh(void **state)
{
	struct sim_facts facts = gone(30 * D);
	struct sim_facts nothing = {.now_ms = NOW};

	(void)state;
	facts.inventory_at_ms = AGO(9 * D);
	facts.inventory_fresh_until_ms = AGO(9 * D) + FRESH;
	assert_state(
	    LOCATE(facts, SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(9 * D)),
	        SEEN(SIM_FROM_OPERATOR, SIM_AT_FOREIGN, AGO(9 * D))),
	    SIM_UNKNOWN);
	assert_int_equal(locate(nothing, NULL, 0).again_at_ms, INT64_MAX);
	assert_state(locate(nothing, NULL, 0), SIM_UNKNOWN);
}

static void test_disputed_when_phone_and_operator_contradict(void **state)
{
	struct sim_sighting foreign =
	    SEEN(SIM_FROM_OPERATOR, SIM_AT_FOREIGN, AGO(90 * TIME_MINUTE_MS));

	(void)state;
	foreign.first_at_ms = AGO(5 * D);
	assert_state(
	    LOCATE(at_home(), SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(H)),
	        foreign),
	    SIM_DISPUTED);
	/* Long between them: the newer one holds. */
	foreign.at_ms = AGO(3 * H);
	assert_state(
	    LOCATE(at_home(), SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(H)),
	        foreign),
	    SIM_IN_ASSIGNED);
}

static void test_accessory(void **state)
{
	struct sim_facts facts = {.now_ms = NOW, .accessory = true};

	(void)state;
	assert_state(
	    LOCATE(facts, SEEN(SIM_FROM_OPERATOR, SIM_AT_EXPECTED, AGO(D))),
	    SIM_ACCESSORY);
	assert_state(LOCATE(facts, SEEN(SIM_FROM_PHONE, SIM_AT_OURS, AGO(D))),
	    SIM_MOVED);
}

/* What only looks like misuse ---------------------------------------------- */

static void test_false_positive_twin_in_a_watch(void **state)
{
	struct sim_facts facts = at_home();
	struct sim_sighting watch =
	    SEEN(SIM_FROM_OPERATOR, SIM_AT_EXPECTED, AGO(H));

	(void)state;
	facts.accessory = true;
	watch.first_at_ms = AGO(60 * D);
	assert_state(LOCATE(facts, watch), SIM_ACCESSORY);
	/* Its phone says the same card, at the same time: both are home. */
	assert_state(
	    LOCATE(facts, watch, SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(H))),
	    SIM_IN_ASSIGNED);
}

static void test_false_positive_repair_swap(void **state)
{
	struct sim_sighting new_phone =
	    SEEN(SIM_FROM_OPERATOR, SIM_AT_OURS, AGO(H));

	(void)state;
	new_phone.case_open = true;
	assert_state(LOCATE(gone(3 * H), new_phone), SIM_MOVED_ALLOWED);
}

static void test_false_positive_loan_phone_of_its_list(void **state)
{
	(void)state;
	assert_state(LOCATE(gone(3 * H),
	                 SEEN(SIM_FROM_OPERATOR, SIM_AT_EXPECTED, AGO(H))),
	    SIM_MOVED_ALLOWED);
}

static void test_false_positive_parked_in_a_drawer(void **state)
{
	(void)state;
	/* Gone from everywhere for months: missing, which is no misuse. */
	assert_state(LOCATE(gone(90 * D),
	                 SEEN(SIM_FROM_OPERATOR, SIM_NOT_ASSIGNED, AGO(H))),
	    SIM_MISSING);
}

static void test_false_positive_never_put_in(void **state)
{
	struct sim_facts facts = gone(0);

	(void)state;
	facts.last_in_inventory_ms = 0;
	facts.assigned_at_ms = AGO(3 * D);
	assert_state(locate(facts, NULL, 0), SIM_UNKNOWN);
	facts.assigned_at_ms = AGO(8 * D);
	assert_state(locate(facts, NULL, 0), SIM_MISSING);
}

static void test_false_positive_seen_before_it_changed_hands(void **state)
{
	struct sim_facts facts = at_home();
	struct sim_sighting foreign =
	    SEEN(SIM_FROM_OPERATOR, SIM_AT_FOREIGN, AGO(3 * D));

	(void)state;
	facts.assigned_at_ms = AGO(2 * D);
	facts.inventory_at_ms = 0;
	foreign.first_at_ms = AGO(20 * D);
	assert_state(
	    LOCATE(
	        facts, SEEN(SIM_FROM_PHONE, SIM_AT_OURS, AGO(3 * D)), foreign),
	    SIM_UNKNOWN);
}

static void test_false_positive_new_card_of_an_old_number(void **state)
{
	struct sim_facts facts = gone(0);

	(void)state;
	/* Ported or downloaded anew: the new card is young, whatever the old
	 * one's phone list said. */
	facts.assigned_at_ms = AGO(H);
	facts.last_in_inventory_ms = 0;
	facts.inventory_at_ms = AGO(2 * H);
	assert_state(locate(facts, NULL, 0), SIM_UNKNOWN);
}

static void test_false_positive_export_lags_behind_the_phone(void **state)
{
	struct sim_sighting foreign =
	    SEEN(SIM_FROM_OPERATOR, SIM_AT_FOREIGN, AGO(2 * D));

	(void)state;
	foreign.first_at_ms = AGO(7 * D);
	assert_state(
	    LOCATE(at_home(), SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(H)),
	        foreign),
	    SIM_IN_ASSIGNED);
}

static void test_false_positive_two_phones_saw_it_one_after_the_other(
    void **state)
{
	(void)state;
	assert_state(
	    LOCATE(at_home(), SEEN(SIM_FROM_PHONE, SIM_AT_OURS, AGO(2 * D)),
	        SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(H))),
	    SIM_IN_ASSIGNED);
}

static void test_false_positive_dual_sim_and_travel_esim(void **state)
{
	(void)state;
	/* Another line in the phone is no sighting of this card at all: the
	 * list has ours, and nothing else is looked at. */
	assert_state(
	    LOCATE(at_home(), SEEN(SIM_FROM_PHONE, SIM_AT_ASSIGNED, AGO(H))),
	    SIM_IN_ASSIGNED);
}

static void test_a_clock_that_is_wrong_proves_nothing(void **state)
{
	struct sim_facts facts = gone(0);
	struct sim_sighting foreign =
	    SEEN(SIM_FROM_OPERATOR, SIM_AT_FOREIGN, NOW + D);
	struct sim_location got;

	(void)state;
	facts.last_in_inventory_ms = AGO(2 * D);
	foreign.first_at_ms = AGO(5 * D);
	got = LOCATE(facts, foreign);
	assert_state(got, SIM_UNKNOWN);
	assert_true(got.again_at_ms <= NOW + D - SIM_SKEW_MS);
}

/* Whatever is seen and however old: stale never decides. */
static void test_stale_sightings_never_decide(void **state)
{
	unsigned seed = 1;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		struct sim_sighting sightings[3];
		struct sim_facts facts = gone(0);
		size_t i;

		for (i = 0; i < 3; i++) {
			sightings[i] = (struct sim_sighting){
			    .source = (enum sim_source)(rand_r(&seed) % 3),
			    .place = (enum sim_place)(rand_r(&seed) % 5),
			    .at_ms = AGO(rand_r(&seed) % (40 * 24) * H),
			    .first_at_ms = AGO(60 * D),
			    .fresh_until_ms = AGO(1 + rand_r(&seed) % 1000),
			};
		}
		facts.inventory_fresh_until_ms = AGO(1);
		assert_state(locate(facts, sightings, 3), SIM_UNKNOWN);
	}
}

/* Numbers ------------------------------------------------------------------ */

static void test_numbers_are_put_into_one_spelling(void **state)
{
	char out[SIM_NUMBER_MAX];
	enum sim_hint hint;

	(void)state;
	assert_int_equal(
	    sim_iccid_normalise("8938 6410-9030 6391 573F", out, &hint), 0);
	assert_string_equal(out, "8938641090306391573");
	assert_int_equal(hint, SIM_HINT_NONE);
	assert_int_equal(
	    sim_iccid_normalise("89148000004835885461", out, &hint), 0);
	assert_int_equal(hint, SIM_HINT_NONE);
	/* A slip of the pen is a hint; the number is taken. */
	assert_int_equal(
	    sim_iccid_normalise("8938641090306391574", out, &hint), 0);
	assert_int_equal(hint, SIM_HINT_TYPO);
	/* No check digit, nothing to hint at. */
	assert_int_equal(
	    sim_iccid_normalise("893864109030639157", out, &hint), 0);
	assert_int_equal(hint, SIM_HINT_NONE);
	assert_int_equal(
	    sim_imei_normalise("49 015420 323751 8", out, &hint), 0);
	assert_string_equal(out, "490154203237518");
	assert_int_equal(hint, SIM_HINT_NONE);
	/* IMEISV: two digits of software version instead of the check digit. */
	assert_int_equal(sim_imei_normalise("4901542032375101", out, &hint), 0);
	assert_string_equal(out, "490154203237518");
	assert_int_equal(
	    sim_eid_normalise("89049032123451234512345678901235", out, &hint),
	    0);
	assert_int_equal(hint, SIM_HINT_NONE);
}

static void test_what_is_no_number_is_refused(void **state)
{
	static const char *const iccids[] = {"", "89", "12345678901234567890",
	    "89386410903063915731234", "8938641090306391A73", "hello"};
	char out[SIM_NUMBER_MAX] = "as it was";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(iccids) / sizeof(iccids[0]); i++)
		assert_int_not_equal(
		    sim_iccid_normalise(iccids[i], out, NULL), 0);
	assert_int_not_equal(sim_iccid_normalise(NULL, out, NULL), 0);
	assert_int_not_equal(sim_imei_normalise("12345", out, NULL), 0);
	assert_int_not_equal(sim_eid_normalise("8904", out, NULL), 0);
	assert_string_equal(out, "as it was");
}

static void test_one_card_is_never_taken_for_another(void **state)
{
	static const struct sim_candidate cards[] = {
	    {"8946071512345678901", "telia"},
	    {"8946071512345678919", "telia"},
	    {"8946089912345678901", "tele2"},
	    {"894607151234567893", "telia"},
	};

	(void)state;
	assert_int_equal(
	    sim_iccid_match(cards, 4, "8946071512345678919", NULL), 1);
	/* The check digit left out: the first 18 digits. */
	assert_int_equal(
	    sim_iccid_match(cards, 4, "8946071512345678939", NULL), 3);
	/* Twelve digits: one of telia, two of all. */
	assert_int_equal(
	    sim_iccid_match(cards, 4, "5123 4567 8919", "telia"), 1);
	assert_int_equal(sim_iccid_match(cards, 4, "912345678901", "tele2"), 2);
	assert_int_equal(sim_iccid_match(cards, 4, "512345678901", "telia"), 0);
	assert_int_equal(
	    sim_iccid_match(cards, 4, "12345678901", NULL), SIM_NO_MATCH);
	assert_int_equal(sim_iccid_match(cards, 4, "8946071599999999999", NULL),
	    SIM_NO_MATCH);
	assert_int_equal(sim_iccid_match(cards, 4, NULL, NULL), SIM_NO_MATCH);
}

static void test_a_suffix_that_two_cards_have_is_no_match(void **state)
{
	static const struct sim_candidate cards[] = {
	    {"8946071112345678901", "telia"},
	    {"8946072112345678901", "telia"},
	};

	(void)state;
	assert_int_equal(
	    sim_iccid_match(cards, 2, "112345678901", "telia"), SIM_NO_MATCH);
	assert_int_equal(sim_iccid_match(cards, 1, "112345678901", "telia"), 0);
}

static void test_names_of_states(void **state)
{
	enum sim_state found;
	unsigned i;

	(void)state;
	for (i = 0; i < SIM_STATE_COUNT; i++) {
		assert_int_equal(
		    sim_state_find(sim_state_name((enum sim_state)i), &found),
		    0);
		assert_int_equal(found, i);
	}
	assert_int_equal(sim_state_find("lost", &found), -ERR_NOT_FOUND);
	assert_string_equal(sim_state_name((enum sim_state)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_in_assigned_by_the_phone),
	    cmocka_unit_test(test_in_assigned_by_the_operator),
	    cmocka_unit_test(test_moved_allowed),
	    cmocka_unit_test(test_moved),
	    cmocka_unit_test(test_in_unmanaged),
	    cmocka_unit_test(test_in_unmanaged_needs_two_sightings_a_day_apart),
	    cmocka_unit_test(test_missing),
	    cmocka_unit_test(test_missing_has_seven_days_of_grace),
	    cmocka_unit_test(test_unknown_when_nothing_is_fresh),
	    cmocka_unit_test(test_disputed_when_phone_and_operator_contradict),
	    cmocka_unit_test(test_accessory),
	    cmocka_unit_test(test_false_positive_twin_in_a_watch),
	    cmocka_unit_test(test_false_positive_repair_swap),
	    cmocka_unit_test(test_false_positive_loan_phone_of_its_list),
	    cmocka_unit_test(test_false_positive_parked_in_a_drawer),
	    cmocka_unit_test(test_false_positive_never_put_in),
	    cmocka_unit_test(test_false_positive_seen_before_it_changed_hands),
	    cmocka_unit_test(test_false_positive_new_card_of_an_old_number),
	    cmocka_unit_test(test_false_positive_export_lags_behind_the_phone),
	    cmocka_unit_test(
	        test_false_positive_two_phones_saw_it_one_after_the_other),
	    cmocka_unit_test(test_false_positive_dual_sim_and_travel_esim),
	    cmocka_unit_test(test_a_clock_that_is_wrong_proves_nothing),
	    cmocka_unit_test(test_stale_sightings_never_decide),
	    cmocka_unit_test(test_numbers_are_put_into_one_spelling),
	    cmocka_unit_test(test_what_is_no_number_is_refused),
	    cmocka_unit_test(test_one_card_is_never_taken_for_another),
	    cmocka_unit_test(test_a_suffix_that_two_cards_have_is_no_match),
	    cmocka_unit_test(test_names_of_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
