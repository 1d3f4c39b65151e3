/*
 * wipe_proof_test: is a phone called wiped, or caught lying, by exactly the
 * evidence that it takes? Every combination there is, against the rule written
 * a second time, and the cases that decided it by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "server/lifecycle/bench_order.h"
#include "server/lifecycle/wipe_proof.h"

/* Written from the sentence in the header, not from the tables. */
static enum wipe_finding expected(const struct wipe_evidence *e)
{
	int good = 0;

	if (e->activation == PROOF_ACTIVATED && e->pair == PROOF_PAIR_TAKEN)
		return WIPE_FINDING_CAUGHT;
	if (e->activation == PROOF_ACTIVATED &&
	    (e->pair == PROOF_PAIR_UNKNOWN || e->pair == PROOF_PAIR_UNTESTED) &&
	    e->setup == PROOF_SETUP_DONE && e->cloud == PROOF_CLOUD_OURS)
		return WIPE_FINDING_CAUGHT;
	if (e->activation != PROOF_UNACTIVATED || e->pair == PROOF_PAIR_TAKEN ||
	    e->setup == PROOF_SETUP_DONE || e->cloud == PROOF_CLOUD_OURS)
		return WIPE_FINDING_NOT_ENOUGH;
	good += e->pair == PROOF_PAIR_REFUSED;
	good += e->setup == PROOF_SETUP_OPEN;
	good += e->cloud == PROOF_CLOUD_NONE || e->cloud == PROOF_CLOUD_FOREIGN;
	return good > 1 ? WIPE_FINDING_PROVEN : WIPE_FINDING_NOT_ENOUGH;
}

static void every_combination(void **state)
{
	unsigned counts[WIPE_FINDING_COUNT] = {0};
	struct wipe_evidence e;
	char text[256];

	(void)state;
	for (int p = 0; p < PROOF_PAIR_COUNT; p++)
		for (int a = 0; a < PROOF_ACTIVATION_COUNT; a++)
			for (int s = 0; s < PROOF_SETUP_COUNT; s++)
				for (int c = 0; c < PROOF_CLOUD_COUNT; c++) {
					e = (struct wipe_evidence){
					    (enum proof_pair)p,
					    (enum proof_activation)a,
					    (enum proof_setup)s,
					    (enum proof_cloud)c};
					assert_int_equal(
					    wipe_proof_weigh(&e), expected(&e));
					counts[expected(&e)]++;
					wipe_proof_explain(
					    &e, text, sizeof(text));
					assert_true(strlen(text) > 20);
				}
	assert_int_equal(counts[0] + counts[1] + counts[2], 4 * 4 * 3 * 4);
	/* 2 pairs that say nothing, 1 that speaks; by hand: open+none,
	 * open+foreign for each of 3, and refused with one of the two. */
	assert_int_equal(counts[WIPE_FINDING_PROVEN], 3 * 2 + 1 + 2);
	/* The pairing taken with whatever; and the 2 that say nothing, where
	 * all the rest is as before. */
	assert_int_equal(counts[WIPE_FINDING_CAUGHT], 3 * 4 + 2);
}

static void named_cases(void **state)
{
	static const struct {
		const char *what;
		struct wipe_evidence evidence;
		enum wipe_finding finding;
	} cases[] = {
	    {"nothing known", {0}, WIPE_FINDING_NOT_ENOUGH},
	    {"a clean phone",
	        {PROOF_PAIR_REFUSED, PROOF_UNACTIVATED, PROOF_SETUP_OPEN,
	            PROOF_CLOUD_NONE},
	        WIPE_FINDING_PROVEN},
	    {"never paired here",
	        {PROOF_PAIR_UNKNOWN, PROOF_UNACTIVATED, PROOF_SETUP_OPEN,
	            PROOF_CLOUD_NONE},
	        WIPE_FINDING_PROVEN},
	    {"only not activated",
	        {PROOF_PAIR_UNKNOWN, PROOF_UNACTIVATED, PROOF_SETUP_UNKNOWN,
	            PROOF_CLOUD_UNKNOWN},
	        WIPE_FINDING_NOT_ENOUGH},
	    {"trust was reset, nothing erased",
	        {PROOF_PAIR_REFUSED, PROOF_ACTIVATED, PROOF_SETUP_DONE,
	            PROOF_CLOUD_NONE},
	        WIPE_FINDING_NOT_ENOUGH},
	    {"still ours",
	        {PROOF_PAIR_REFUSED, PROOF_UNACTIVATED, PROOF_SETUP_OPEN,
	            PROOF_CLOUD_OURS},
	        WIPE_FINDING_NOT_ENOUGH},
	    {"the liar",
	        {PROOF_PAIR_TAKEN, PROOF_ACTIVATED, PROOF_SETUP_DONE,
	            PROOF_CLOUD_OURS},
	        WIPE_FINDING_CAUGHT},
	    {"a liar at its first bench",
	        {PROOF_PAIR_UNKNOWN, PROOF_ACTIVATED, PROOF_SETUP_DONE,
	            PROOF_CLOUD_OURS},
	        WIPE_FINDING_CAUGHT},
	    {"a liar that was never supervised, at its first bench",
	        {PROOF_PAIR_UNKNOWN, PROOF_ACTIVATED, PROOF_SETUP_DONE,
	            PROOF_CLOUD_NONE},
	        WIPE_FINDING_NOT_ENOUGH},
	    {"erased and being prepared anew",
	        {PROOF_PAIR_UNKNOWN, PROOF_ACTIVATED, PROOF_SETUP_OPEN,
	            PROOF_CLOUD_OURS},
	        WIPE_FINDING_NOT_ENOUGH},
	    {"forgot us, and is as before in all the rest",
	        {PROOF_PAIR_REFUSED, PROOF_ACTIVATED, PROOF_SETUP_DONE,
	            PROOF_CLOUD_OURS},
	        WIPE_FINDING_NOT_ENOUGH},
	    {"at its first bench, and in use",
	        {PROOF_PAIR_UNKNOWN, PROOF_UNACTIVATED, PROOF_SETUP_DONE,
	            PROOF_CLOUD_NONE},
	        WIPE_FINDING_NOT_ENOUGH},
	    {"erased and set up by the next owner",
	        {PROOF_PAIR_REFUSED, PROOF_ACTIVATED, PROOF_SETUP_DONE,
	            PROOF_CLOUD_FOREIGN},
	        WIPE_FINDING_NOT_ENOUGH},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (wipe_proof_weigh(&cases[i].evidence) != cases[i].finding)
			fail_msg("%s", cases[i].what);
}

static void values_out_of_range_are_unknown(void **state)
{
	struct wipe_evidence odd = {(enum proof_pair)99,
	    (enum proof_activation)99, (enum proof_setup)99,
	    (enum proof_cloud)99};
	char text[256];

	(void)state;
	assert_int_equal(wipe_proof_weigh(&odd), WIPE_FINDING_NOT_ENOUGH);
	wipe_proof_explain(&odd, text, sizeof(text));
	assert_string_equal(text, "unknown, unknown, unknown, unknown");
}

/* ---- the states of an order ---- */

static void order_steps(void **state)
{
	enum bench_order_state s;
	enum bench_order_state next;
	int e;

	(void)state;
	for (s = 0; s < BENCH_ORDER_STATE_COUNT; s++)
		for (e = 0; e < BENCH_ORDER_EVENT_COUNT; e++) {
			int rc = bench_order_next(
			    s, (enum bench_order_event)e, &next);

			/* What was begun is never handed out again. */
			if (e == BENCH_ORDER_EVENT_HAND_OUT)
				assert_int_equal(rc == 0, s <= 1);
			/* Done stays done. */
			if (s == BENCH_ORDER_DONE || s == BENCH_ORDER_FAILED ||
			    s == BENCH_ORDER_REFUSED)
				assert_true(rc < 0);
			/* Nothing that was begun is taken back. */
			if (e == BENCH_ORDER_EVENT_CANCEL)
				assert_int_equal(rc == 0, s <= 1);
			if (rc == 0)
				assert_true(
				    (unsigned)next < BENCH_ORDER_STATE_COUNT);
		}
	assert_true(bench_order_next(99, 0, &next) < 0);
	assert_true(bench_order_next(0, 99, &next) < 0);
	assert_int_equal(bench_order_next(BENCH_ORDER_CANCELLED,
	                     BENCH_ORDER_EVENT_OK, &next),
	    0); /* the station was cut off and did it */
	assert_int_equal(next, BENCH_ORDER_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_combination),
	    cmocka_unit_test(named_cases),
	    cmocka_unit_test(values_out_of_range_are_unknown),
	    cmocka_unit_test(order_steps),
	};

	return cmocka_run_group_tests_name("wipe proof", tests, NULL, NULL);
}
