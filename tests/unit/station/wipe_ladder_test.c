/*
 * Question: does a wipe climb its ladder only on evidence from the bench? Over
 * a real database.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/unit/station/bench_world.h"

#define SERIAL "F17V1234"

static void proof_init(struct station_report *report,
    const struct work_order *order, enum station_tri refused,
    enum station_activation activation, enum station_tri setup_done,
    enum station_cloud cloud)
{
	struct station_proof *proof = &report->proof;

	bench_report_init(
	    &bench_a, report, STATION_REPORT_PROOF, order->serial);
	(void)str_copy(proof->order_id, UUID_TEXT_MAX, order->id);
	(void)str_copy(proof->wipe_id, UUID_TEXT_MAX, order->wipe_id);
	proof->had_old_pair_record = STATION_YES;
	proof->pair_worked_at_ms = world.now - TIME_DAY_MS;
	proof->is_old_pair_refused = refused;
	proof->activation = activation;
	proof->is_setup_done = setup_done;
	proof->cloud = cloud;
	proof->checked_at_ms = world.now;
}

/* To the point where the bench looks whether the erase came about. */
static void to_verify(struct work_order *verify)
{
	struct work_order order;

	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_true(
	    bench_result_send(&bench_a, &order, STATION_RESULT_STARTED));
	/* Begun: never again, by nobody. */
	assert_false(bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
	world.now += WORK_ORDER_LEASE_MS + 1;
	assert_false(bench_has_order(&bench_b, SERIAL, WORK_ORDER_WIPE));
	assert_true(bench_result_send(&bench_a, &order, STATION_RESULT_OK));
	work_order_clear(&order);
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	world.now += TIME_MINUTE_MS;
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED, verify);
	assert_false(bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
}

static void the_bench_proves_a_wipe(void **state)
{
	struct station_report report;
	struct work_order verify;
	struct wipe wipe;

	(void)state;
	to_verify(&verify);
	proof_init(&report, &verify, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	wipe = bench_wipe_of(SERIAL);
	assert_int_equal(wipe.state, WIPE_PROVEN);
	assert_int_equal(wipe.proven_at, world.now);
	assert_int_equal(bench_order_row(verify.id).state, BENCH_ORDER_DONE);
	/* Told again it stays as it is. */
	world.now += 1000;
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).proven_at, world.now - 1000);
	assert_false(
	    bench_has_order(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED));
	work_order_clear(&verify);
}

static void the_liar_is_caught(void **state)
{
	struct station_report report;
	struct work_order verify;
	struct wipe wipe;

	(void)state;
	to_verify(&verify);
	proof_init(&report, &verify, STATION_NO, STATION_ACTIVATED, STATION_YES,
	    STATION_CLOUD_OURS);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	wipe = bench_wipe_of(SERIAL);
	assert_int_equal(wipe.state, WIPE_ACKNOWLEDGED);
	assert_non_null(strstr(wipe.warning, "did not erase itself"));
	assert_int_equal(wipe.caught_at, world.now);
	/* However long it is silent after that. */
	world.now += TIME_DAY_MS;
	assert_int_equal(service_keep_going(&world.service, NULL), 0);
	wipe = bench_wipe_of(SERIAL);
	assert_int_equal(wipe.state, WIPE_ACKNOWLEDGED);
	assert_non_null(strstr(wipe.warning, "did not erase itself"));
	work_order_clear(&verify);
	/* Erased in the end, it is proven like any other. */
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED, &verify);
	proof_init(&report, &verify, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_PROVEN);
	work_order_clear(&verify);
}

/* Acknowledged over the air, and a day later at a bench for the first time. */
static void to_first_bench(struct work_order *verify)
{
	struct station_report report;
	struct work_order order;

	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&bench_b, SERIAL, WORK_ORDER_WIPE, &order);
	assert_true(bench_result_send(&bench_b, &order, STATION_RESULT_OK));
	work_order_clear(&order);
	world.now += TIME_DAY_MS;
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.mode = STATION_MODE_NORMAL;
	assert_true(bench_report_send(&bench_a, &report, NULL));
	world.now += 2 * TIME_SECOND_MS;
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED, verify);
	assert_int_equal(
	    verify->acknowledged_at_ms, bench_wipe_of(SERIAL).acknowledged_at);
	assert_int_equal(verify->issued_at_ms, world.now);
	world.now += 3 * TIME_SECOND_MS;
}

/* Paired so long before the look, by a clock that is wrong by skew; 0: an older
 * station, which tells when it was used last and not since when it knows it. */
static void paired_ago(
    struct station_report *report, int64_t since, int64_t worked, int64_t skew)
{
	struct station_proof *proof = &report->proof;

	proof->checked_at_ms = world.now + skew;
	proof->pair_worked_at_ms = proof->checked_at_ms - worked;
	proof->pair_since_ms = since ? proof->checked_at_ms - since : 0;
}

#define NOT_COMPARED "no pairing from before to compare"

/* The ordinary leaver's phone: the agent pairs it when it is plugged in. */
static void paired_only_since_it_is_proven(void **state)
{
	static const struct {
		int64_t since;
		int64_t skew;
	} cases[] = {
	    {4 * TIME_SECOND_MS, 0}, {0, 0},
	    {4 * TIME_SECOND_MS, 3 * TIME_DAY_MS},
	    {4 * TIME_SECOND_MS, -9 * TIME_MINUTE_MS},
	    {TIME_HOUR_MS, 0}, /* looked at again: the first was locked */
	};
	struct station_report report;
	struct work_order verify;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (i > 0) {
			bench_two_end(state);
			bench_two_begin(state);
		}
		to_first_bench(&verify);
		proof_init(&report, &verify, STATION_NO, STATION_UNACTIVATED,
		    STATION_NO, STATION_CLOUD_NONE);
		paired_ago(
		    &report, cases[i].since, TIME_SECOND_MS, cases[i].skew);
		assert_true(bench_report_send(&bench_a, &report, NULL));
		assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_PROVEN);
		assert_non_null(
		    strstr(bench_order_row(verify.id).result, NOT_COMPARED));
		work_order_clear(&verify);
	}
}

/* In use as before: no pairing is needed to see that. */
static void paired_only_since_the_liar_is_caught(void **state)
{
	struct station_report report;
	struct work_order verify;

	(void)state;
	to_first_bench(&verify);
	proof_init(&report, &verify, STATION_NO, STATION_ACTIVATED, STATION_YES,
	    STATION_CLOUD_OURS);
	paired_ago(&report, 4 * TIME_SECOND_MS, TIME_SECOND_MS, 0);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	assert_int_equal(bench_wipe_of(SERIAL).caught_at, world.now);
	assert_non_null(
	    strstr(bench_wipe_of(SERIAL).warning, "still supervised by us"));
	assert_non_null(
	    strstr(bench_order_row(verify.id).result, NOT_COMPARED));
	work_order_clear(&verify);
}

/* Erased, and set up by whoever has it: a new pairing accuses nobody. */
static void paired_only_since_accuses_nobody(void **state)
{
	struct station_report report;
	struct work_order verify;

	(void)state;
	to_first_bench(&verify);
	proof_init(&report, &verify, STATION_NO, STATION_ACTIVATED, STATION_YES,
	    STATION_CLOUD_NONE);
	paired_ago(&report, 4 * TIME_SECOND_MS, TIME_SECOND_MS, 0);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	assert_int_equal(bench_wipe_of(SERIAL).caught_at, 0);
	work_order_clear(&verify);
}

/* What was paired before and still is trusted stands against all the rest,
 * whatever the station's clock says, and though it was used just now. */
static void paired_before_it_is_never_proven(void **state)
{
	static const struct {
		int64_t since;
		int64_t worked;
		int64_t skew;
	} cases[] = {
	    {2 * TIME_DAY_MS, TIME_SECOND_MS, 0},
	    {2 * TIME_DAY_MS, TIME_SECOND_MS, 3 * TIME_DAY_MS},
	    {TIME_DAY_MS + TIME_MINUTE_MS, TIME_SECOND_MS, 0},
	    {0, 2 * TIME_DAY_MS, 0}, /* an older station */
	};
	struct station_report report;
	struct work_order verify;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (i > 0) {
			bench_two_end(state);
			bench_two_begin(state);
		}
		to_first_bench(&verify);
		proof_init(&report, &verify, STATION_NO, STATION_UNACTIVATED,
		    STATION_NO, STATION_CLOUD_NONE);
		paired_ago(
		    &report, cases[i].since, cases[i].worked, cases[i].skew);
		assert_true(bench_report_send(&bench_a, &report, NULL));
		assert_int_equal(
		    bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
		assert_non_null(strstr(bench_order_row(verify.id).result,
		    "the former pairing still works"));
		work_order_clear(&verify);
	}
}

static void the_liar_was_silent_first(void **state)
{
	struct station_report report;
	struct work_order verify;

	(void)state;
	to_verify(&verify);
	world.now += TIME_HOUR_MS / 2;
	assert_int_equal(service_keep_going(&world.service, NULL), 0);
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_SILENT);
	proof_init(&report, &verify, STATION_NO, STATION_ACTIVATED, STATION_YES,
	    STATION_CLOUD_OURS);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	assert_int_equal(bench_wipe_of(SERIAL).silent_at, 0);
	work_order_clear(&verify);
}

/* It has acknowledged and goes on answering for a moment: that is no lie. */
static void a_look_too_early_accuses_nobody(void **state)
{
	struct station_report report;
	struct work_order order;
	struct work_order verify;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_true(bench_result_send(&bench_a, &order, STATION_RESULT_OK));
	work_order_clear(&order);
	/* Nobody is asked to look yet, unless the phone is plugged in. */
	world.now += 2 * TIME_SECOND_MS;
	assert_false(
	    bench_has_order(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED));
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.mode = STATION_MODE_NORMAL;
	assert_true(bench_report_send(&bench_a, &report, NULL));
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED, &verify);
	proof_init(&report, &verify, STATION_NO, STATION_ACTIVATED, STATION_YES,
	    STATION_CLOUD_OURS);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).caught_at, 0);
	work_order_clear(&verify);
	/* Looked at again as soon as it tells something, and caught then. */
	world.now += 17 * TIME_SECOND_MS;
	assert_false(
	    bench_has_order(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED));
	world.now += TIME_SECOND_MS;
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED, &verify);
	proof_init(&report, &verify, STATION_NO, STATION_ACTIVATED, STATION_YES,
	    STATION_CLOUD_OURS);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).caught_at, world.now);
	work_order_clear(&verify);
}

/* An operator who plugs it in again need not wait for the five minutes. */
static void plugged_in_again_it_is_looked_at(void **state)
{
	struct station_report report;
	struct work_order verify;

	(void)state;
	to_verify(&verify);
	assert_true(
	    bench_result_send(&bench_a, &verify, STATION_RESULT_FAILED));
	work_order_clear(&verify);
	assert_false(
	    bench_has_order(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED));
	bench_report_init(&bench_b, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.mode = STATION_MODE_RECOVERY; /* cannot be looked at */
	assert_true(bench_report_send(&bench_b, &report, NULL));
	assert_false(
	    bench_has_order(&bench_b, SERIAL, WORK_ORDER_VERIFY_WIPED));
	/* The agent may not know its serial yet. */
	bench_report_init(&bench_b, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.mode = STATION_MODE_NORMAL;
	report.serial[0] = '\0';
	assert_true(bench_report_send(&bench_b, &report, NULL));
	bench_order_get(&bench_b, SERIAL, WORK_ORDER_VERIFY_WIPED, &verify);
	proof_init(&report, &verify, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	bench_report_init(&bench_b, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.mode = STATION_MODE_NORMAL;
	assert_true(bench_report_send(&bench_b, &report, NULL));
	work_order_clear(&verify);
}

/* Acknowledged, and nothing seen of it since: said, not judged. */
static void not_come_back_is_a_warning(void **state)
{
	struct station_report report;
	struct station_order_result *said = &report.order_result;
	struct work_order order;
	struct wipe wipe;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_true(bench_result_send(&bench_a, &order, STATION_RESULT_OK));
	world.now += 5 * TIME_MINUTE_MS;
	bench_report_init(
	    &bench_a, &report, STATION_REPORT_ORDER_RESULT, SERIAL);
	(void)str_copy(said->order_id, UUID_TEXT_MAX, order.id);
	said->kind = WORK_ORDER_WIPE;
	said->result = STATION_RESULT_WAITING;
	(void)str_copy(said->code, sizeof(said->code), "erase_unconfirmed");
	(void)str_copy(said->sentence, sizeof(said->sentence), "Plug it in.");
	assert_true(bench_report_send(&bench_a, &report, NULL));
	wipe = bench_wipe_of(SERIAL);
	assert_int_equal(wipe.state, WIPE_ACKNOWLEDGED);
	assert_non_null(strstr(wipe.warning, "not seen the phone come back"));
	assert_non_null(strstr(wipe.warning, "Plug it in."));
	assert_int_equal(bench_order_row(order.id).state, BENCH_ORDER_DONE);
	work_order_clear(&order);
}

static void half_a_proof_is_none(void **state)
{
	struct station_report report;
	struct work_order verify;

	(void)state;
	to_verify(&verify);
	proof_init(&report, &verify, STATION_UNKNOWN, STATION_UNACTIVATED,
	    STATION_UNKNOWN, STATION_CLOUD_UNKNOWN);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	assert_non_null(strstr(bench_wipe_of(SERIAL).warning, "not prove"));
	work_order_clear(&verify);
	/* Looked at again, after a while. */
	assert_false(
	    bench_has_order(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED));
	world.now += 6 * TIME_MINUTE_MS;
	assert_true(bench_has_order(&bench_a, SERIAL, WORK_ORDER_VERIFY_WIPED));
}

static void a_proof_needs_its_order(void **state)
{
	struct station_report report;
	struct work_order verify;
	struct work_order forged;
	char why[STATION_SENTENCE_MAX];

	(void)state;
	to_verify(&verify);
	forged = verify;
	(void)str_copy(forged.id, sizeof(forged.id),
	    "0192c2a0-5b7e-7c3d-9f00-0123456789ab");
	proof_init(&report, &forged, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	assert_false(bench_report_send(&bench_a, &report, why));
	forged = verify;
	(void)str_copy(forged.wipe_id, sizeof(forged.wipe_id),
	    "0192c2a0-5b7e-7c3d-9f00-0123456789ab");
	proof_init(&report, &forged, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	assert_false(bench_report_send(&bench_a, &report, why));
	/* From before it was ordered. */
	proof_init(&report, &verify, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	report.proof.checked_at_ms = world.now - TIME_DAY_MS;
	report.proof.pair_worked_at_ms = world.now - 2 * TIME_DAY_MS;
	assert_false(bench_report_send(&bench_a, &report, why));
	assert_non_null(strstr(why, "older"));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	work_order_clear(&verify);
}

static void a_failed_erase_is_tried_three_times(void **state)
{
	struct station_report report;
	struct work_order order;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	for (int i = 0; i < 3; i++) {
		bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
		assert_true(order.preserve_data_plan);
		assert_true(
		    bench_result_send(&bench_a, &order, STATION_RESULT_FAILED));
		work_order_clear(&order);
		/* Not at once: a bad minute would use up all tries. */
		assert_false(
		    bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
		if (i > 0) {
			world.now += 5 * TIME_MINUTE_MS;
			continue;
		}
		bench_report_init(
		    &bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
		report.mode = STATION_MODE_NORMAL;
		assert_true(bench_report_send(&bench_a, &report, NULL));
	}
	assert_false(bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ORDERED);
	assert_non_null(strstr(bench_wipe_of(SERIAL).warning, "bench"));
}

static void cancelling_takes_the_work_back(void **state)
{
	struct command command;
	struct work_order order;
	struct wipe wipe;
	struct err err = {0};

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	wipe = bench_wipe_order(SERIAL);
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_true(
	    bench_result_send(&bench_a, &order, STATION_RESULT_STARTED));
	assert_int_equal(service_command_cancel(&world.service, &world.actor,
	                     wipe.command_id, &command, &err),
	    -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "begun"));
	work_order_clear(&order);

	bench_phone_enrol("SECOND", "Bo");
	wipe = bench_wipe_order("SECOND");
	bench_order_get(&bench_a, "SECOND", WORK_ORDER_WIPE, &order);
	assert_int_equal(service_command_cancel(&world.service, &world.actor,
	                     wipe.command_id, &command, &err),
	    0);
	assert_non_null(strstr(bench_wipe_of("SECOND").warning, "may still"));
	assert_false(bench_has_order(&bench_a, "SECOND", WORK_ORDER_WIPE));
	/* Cut off, it did it all the same: we must know. */
	assert_true(bench_result_send(&bench_a, &order, STATION_RESULT_OK));
	assert_int_equal(bench_order_row(order.id).state, BENCH_ORDER_DONE);
	work_order_clear(&order);
}

static void a_refusal_is_noted(void **state)
{
	struct station_report report;
	struct work_order order;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	bench_report_init(&bench_a, &report, STATION_REPORT_REFUSED, SERIAL);
	(void)str_copy(report.refusal.order_id, UUID_TEXT_MAX, order.id);
	report.refusal.reason = WORK_ORDER_FOREIGN;
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(bench_order_row(order.id).state, BENCH_ORDER_REFUSED);
	assert_non_null(strstr(bench_wipe_of(SERIAL).warning, "foreign"));
	work_order_clear(&order);
}

static void begun_and_never_spoken_of(void **state)
{
	struct work_order verify;

	(void)state;
	to_verify(&verify);
	assert_true(
	    bench_result_send(&bench_a, &verify, STATION_RESULT_STARTED));
	assert_false(
	    bench_has_order(&bench_b, SERIAL, WORK_ORDER_VERIFY_WIPED));
	world.now += WORK_ORDER_LEASE_MS + 11 * TIME_MINUTE_MS;
	assert_int_equal(service_keep_going(&world.service, NULL), 0);
	assert_int_equal(bench_order_row(verify.id).state, BENCH_ORDER_EXPIRED);
	world.now += 6 * TIME_MINUTE_MS;
	assert_true(bench_has_order(&bench_b, SERIAL, WORK_ORDER_VERIFY_WIPED));
	work_order_clear(&verify);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, bench_two_begin, bench_two_end)
	const struct CMUnitTest tests[] = {
	    TEST(the_bench_proves_a_wipe),
	    TEST(the_liar_is_caught),
	    TEST(paired_only_since_it_is_proven),
	    TEST(paired_only_since_the_liar_is_caught),
	    TEST(paired_only_since_accuses_nobody),
	    TEST(paired_before_it_is_never_proven),
	    TEST(the_liar_was_silent_first),
	    TEST(a_look_too_early_accuses_nobody),
	    TEST(plugged_in_again_it_is_looked_at),
	    TEST(not_come_back_is_a_warning),
	    TEST(half_a_proof_is_none),
	    TEST(a_proof_needs_its_order),
	    TEST(a_failed_erase_is_tried_three_times),
	    TEST(cancelling_takes_the_work_back),
	    TEST(a_refusal_is_noted),
	    TEST(begun_and_never_spoken_of),
	};

	return cmocka_run_group_tests_name(
	    "wipe ladder", tests, bench_world_group, bench_world_group_end);
}
