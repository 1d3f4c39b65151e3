/*
 * return_case_test: does every pair of state and event of a return case lead
 * where it should, whatever marks it has, and is nothing ever released that
 * lacks proof, a signature or the decision on its SIM?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/lifecycle/return_case.h"

/* The grid is drawn whole: a step added to the table fails here until somebody
 * has decided it. */
#define NO (-1)
#define MK (-2) /* where the marks lead */
#define ST (-3) /* stays */

enum {
	P = RETURN_PLANNED,
	A = RETURN_ASKED,
	C = RETURN_IN_CUSTODY,
	K = RETURN_LOCK_CLEARED,
	W = RETURN_WIPED,
	V = RETURN_PROVEN,
	O = RETURN_OFFLINE,
	L = RETURN_LOST,
	D = RETURN_DISPUTED,
	R = RETURN_RELEASED,
	F = RETURN_WRITTEN_OFF,
	X = RETURN_CANCELLED
};

/* clang-format off */
static const int grid[RETURN_STATE_COUNT][RETURN_EVENT_COUNT] = {
    /*      ask cus loc lop ack prf con ref sgh sgr cod cop sim sio dat dop phc off hrd los fnd put can wof */
    [P] = {  MK, MK, MK, MK, MK, MK,  D,  D, MK, MK, MK, MK, MK, MK, MK, MK, MK, NO, ST,  L, NO, NO,  X,  F },
    [A] = {  NO, MK, MK, MK, MK, MK,  D,  D, MK, MK, MK, MK, MK, MK, MK, MK, MK,  O, ST,  L, NO, MK,  X,  F },
    [C] = {  MK, MK, MK, MK, MK, MK,  D,  D, MK, MK, MK, MK, MK, MK, MK, MK, MK, NO, ST,  L, NO, MK,  X,  F },
    [K] = {  MK, MK, MK, MK, MK, MK,  D,  D, MK, MK, MK, MK, MK, MK, MK, MK, MK, NO, ST,  L, NO, MK,  X,  F },
    [W] = {  MK, MK, MK, MK, MK, MK,  D,  D, MK, MK, MK, MK, MK, MK, MK, MK, MK, NO, ST,  L, NO, NO,  X,  F },
    [V] = {  MK, MK, MK, MK, MK, MK,  D,  D, MK, MK, MK, MK, MK, MK, MK, MK, MK, NO, ST,  L, NO, NO,  X,  F },
    [O] = {  NO, MK, ST, ST, MK, MK,  D,  D, ST, ST, ST, ST, ST, ST, ST, ST, ST, NO, MK,  L, NO, MK,  X,  F },
    [L] = {  ST, MK, ST, ST, ST, ST, ST, ST, ST, ST, ST, ST, ST, ST, ST, ST, ST, NO, ST, NO, MK, NO,  X,  F },
    [D] = {  ST, ST, ST, ST, ST, MK, ST, ST, ST, ST, ST, ST, ST, ST, ST, ST, ST, NO, ST,  L, NO, NO,  X,  F },
    [R] = {  NO, NO, NO, NO, NO, NO,  D,  D, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO },
    [F] = {  NO, MK, NO, ST, ST, ST, ST, ST, NO, NO, NO, NO, ST, ST, NO, ST, NO, NO, NO, NO, MK, NO, NO, NO },
    [X] = {  NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO },
};

static const struct {
	unsigned set;
	unsigned clear;
} marks_of[RETURN_EVENT_COUNT] = {
    [RETURN_EVENT_ASK] = {RETURN_MARK_ASKED, 0},
    [RETURN_EVENT_CUSTODY] = {RETURN_MARK_CUSTODY, 0},
    [RETURN_EVENT_LOCK_CLEARED] = {RETURN_MARK_LOCK_CLEARED, 0},
    [RETURN_EVENT_LOCK_OPEN] = {0, RETURN_MARK_LOCK_CLEARED},
    [RETURN_EVENT_WIPE_ACKNOWLEDGED] = {RETURN_MARK_WIPE_ACKNOWLEDGED, 0},
    [RETURN_EVENT_PROOF] = {RETURN_MARK_PROVEN, 0},
    [RETURN_EVENT_CONTACT] = {0, RETURN_MARK_WIPE_ACKNOWLEDGED | RETURN_MARK_PROVEN},
    [RETURN_EVENT_REFUTED] = {0, RETURN_MARK_WIPE_ACKNOWLEDGED | RETURN_MARK_PROVEN},
    [RETURN_EVENT_SIGN_HOLDER] = {RETURN_MARK_SIGNED_HOLDER, 0},
    [RETURN_EVENT_SIGN_RECEIVER] = {RETURN_MARK_SIGNED_RECEIVER, 0},
    [RETURN_EVENT_CODES_STATED] = {RETURN_MARK_CODES_STATED, 0},
    [RETURN_EVENT_CODES_OPEN] = {0, RETURN_MARK_CODES_STATED},
    [RETURN_EVENT_SIM_DECIDED] = {RETURN_MARK_SIM_DECIDED, 0},
    [RETURN_EVENT_SIM_OPEN] = {0, RETURN_MARK_SIM_DECIDED},
    [RETURN_EVENT_DATA_REMOVED] = {RETURN_MARK_DATA_REMOVED, 0},
    [RETURN_EVENT_DATA_OPEN] = {0, RETURN_MARK_DATA_REMOVED},
    [RETURN_EVENT_PUT_BACK] = {0, RETURN_MARK_ASKED},
};
/* clang-format on */

/* Said here once more, in other words than the table's. */
static int by_marks(unsigned marks, unsigned needs)
{
	if (!(needs & ~marks))
		return R;
	if (marks & RETURN_MARK_PROVEN)
		return V;
	if (marks & RETURN_MARK_WIPE_ACKNOWLEDGED)
		return W;
	if ((marks & RETURN_MARK_CUSTODY) && (marks & RETURN_MARK_LOCK_CLEARED))
		return K;
	if (marks & RETURN_MARK_CUSTODY)
		return C;
	return (marks & RETURN_MARK_ASKED) ? A : P;
}

static void check_step(
    int state_now, unsigned marks, enum return_kind kind, int event)
{
	unsigned needs = return_case_needs(kind);
	unsigned after = (marks | marks_of[event].set) & ~marks_of[event].clear;
	enum return_state next = RETURN_STATE_COUNT;
	unsigned next_marks = 0xdead;
	int want = grid[state_now][event];
	int rc = return_case_next((enum return_state)state_now, marks, needs,
	    (enum return_event)event, &next, &next_marks);

	if (want == MK)
		want = by_marks(after, needs);
	else if (want == ST)
		want = state_now;
	if (want == NO) {
		if (rc == -ERR_CONFLICT && next == RETURN_STATE_COUNT &&
		    next_marks == 0xdead)
			return;
	} else if (rc == 0 && (int)next == want && next_marks == after) {
		return;
	}
	fail_msg("%s %s, marks %03x, %s: answer %d, %s, marks %03x",
	    return_kind_name(kind),
	    return_state_name((enum return_state)state_now), marks,
	    return_event_name((enum return_event)event), rc,
	    return_state_name(next), next_marks);
}

/* 12 states × 24 events × 1,024 sets of marks × 5 kinds of phone. */
static void test_every_pair(void **state)
{
	unsigned marks;
	int s;
	int e;
	int k;

	(void)state;
	for (s = 0; s < RETURN_STATE_COUNT; s++)
		for (e = 0; e < RETURN_EVENT_COUNT; e++)
			for (marks = 0; marks <= RETURN_MARKS_ALL; marks++)
				for (k = 0; k < RETURN_KIND_COUNT; k++)
					check_step(
					    s, marks, (enum return_kind)k, e);
}

/* DESIGN invariant 4, for whatever way led there. */
static void test_released_needs_it_all(void **state)
{
	const unsigned ours = RETURN_MARK_CUSTODY | RETURN_MARK_PROVEN |
	    RETURN_MARK_SIGNED_HOLDER | RETURN_MARK_SIGNED_RECEIVER |
	    RETURN_MARK_CODES_STATED | RETURN_MARK_SIM_DECIDED;
	enum return_state next;
	unsigned marks;
	unsigned out;
	int s;
	int e;
	int k;

	(void)state;
	for (k = 0; k <= RETURN_KIND_UNMANAGED; k++)
		assert_int_equal(
		    return_case_needs((enum return_kind)k) & ours, ours);
	assert_true(
	    return_case_needs(RETURN_KIND_PRIVATE) & RETURN_MARK_DATA_REMOVED);
	assert_true(
	    return_case_needs(RETURN_KIND_PRIVATE) & RETURN_MARK_SIM_DECIDED);
	for (s = 0; s < RETURN_STATE_COUNT; s++) {
		for (e = 0; e < RETURN_EVENT_COUNT; e++) {
			for (marks = 0; marks <= RETURN_MARKS_ALL; marks++) {
				for (k = 0; k < RETURN_KIND_COUNT; k++) {
					unsigned needs = return_case_needs(
					    (enum return_kind)k);

					if (return_case_next(
					        (enum return_state)s, marks,
					        needs, (enum return_event)e,
					        &next, &out) == 0 &&
					    next == RETURN_RELEASED &&
					    s != RETURN_RELEASED)
						assert_int_equal(
						    out & needs, needs);
				}
			}
		}
	}
}

/* Never for a private or shared phone, nor twice, nor before it is asked. */
static void test_who_is_erased(void **state)
{
	unsigned marks;
	int s;
	int k;

	(void)state;
	for (s = 0; s < RETURN_STATE_COUNT; s++) {
		for (marks = 0; marks <= RETURN_MARKS_ALL; marks++) {
			for (k = 0; k < RETURN_KIND_COUNT; k++) {
				if (!return_case_wants_wipe((enum return_kind)k,
				        (enum return_state)s, marks))
					continue;
				assert_in_range(k, RETURN_KIND_MANAGED,
				    RETURN_KIND_UNSUPERVISED);
				assert_true(marks & RETURN_MARK_ASKED);
				assert_false(marks &
				    (RETURN_MARK_WIPE_ACKNOWLEDGED |
				        RETURN_MARK_PROVEN));
				assert_true(
				    return_case_is_open((enum return_state)s));
				assert_int_not_equal(s, RETURN_LOST);
			}
		}
	}
	assert_true(return_case_wants_wipe(
	    RETURN_KIND_MANAGED, RETURN_ASKED, RETURN_MARK_ASKED));
}

static void test_outside(void **state)
{
	enum return_state next = RETURN_PLANNED;
	enum return_state parsed;
	unsigned out = 7;
	int s;

	(void)state;
	assert_int_equal(return_case_next((enum return_state)99, 0, 0,
	                     RETURN_EVENT_ASK, &next, &out),
	    -ERR_CONFLICT);
	assert_int_equal(return_case_next(RETURN_PLANNED, 0, 0,
	                     (enum return_event)99, &next, &out),
	    -ERR_CONFLICT);
	assert_int_equal(out, 7);
	/* What is not known needs everything, so it is never released. */
	assert_int_equal(
	    return_case_needs((enum return_kind)99), RETURN_MARKS_ALL);
	for (s = 0; s < RETURN_STATE_COUNT; s++) {
		assert_int_equal(
		    return_state_parse(
		        return_state_name((enum return_state)s), &parsed),
		    0);
		assert_int_equal(parsed, s);
		assert_int_equal(return_case_is_open((enum return_state)s),
		    s <= RETURN_DISPUTED);
	}
	assert_int_equal(return_state_parse("gone", &parsed), -ERR_INVALID);
	assert_string_equal(return_mark_name(0), "asked");
	assert_string_equal(
	    return_mark_name(RETURN_MARK_COUNT - 1), "data_removed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_pair),
	    cmocka_unit_test(test_released_needs_it_all),
	    cmocka_unit_test(test_who_is_erased),
	    cmocka_unit_test(test_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
