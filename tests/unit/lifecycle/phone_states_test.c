/*
 * phone_states_test: does every pair of state and event of phones and of Lost
 * Mode lead where it should, and nowhere else? The grids are drawn whole: a
 * step added to the tables fails here until somebody has decided it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/lifecycle/lost_mode.h"
#include "server/lifecycle/phone.h"

#define NO (-1)
#define RE 90 /* where it belongs: phone_rest() */
#define NOWHERE 99

/* held, managed, own: all eight. */
static struct phone_is is_of(int bits)
{
	return (struct phone_is){
	    .held = bits & 1, .managed = bits & 2, .own = bits & 4};
}

static void check_cell(int from, int event, int want)
{
	int expected;
	int rc;

	for (int bits = 0; bits < 8; bits++) {
		const struct phone_is is = is_of(bits);
		enum phone_state to = (enum phone_state)NOWHERE;

		expected = want == RE ? (int)phone_rest(&is) : want;
		rc = phone_next(
		    (enum phone_state)from, (enum phone_event)event, &is, &to);
		if (rc != (want == NO ? -(int)ERR_CONFLICT : 0) ||
		    (int)to != (want == NO ? NOWHERE : expected))
			fail_msg("%s, %s, %d: answer %d, next %d, expected %d",
			    phone_state_name((enum phone_state)from),
			    phone_event_name((enum phone_event)event), bits, rc,
			    (int)to, expected);
	}
}

static void test_phone_grid(void **state)
{
	enum { OR = PHONE_ORDERED, ST, AS, EN, RP, LO, SN, RT, WP, GO, WO };
	/* clang-format off */
	static const int grid[PHONE_STATE_COUNT][PHONE_EVENT_COUNT] = {
	    /*       receive assign unassign enrol leave repair repaired replace lost stolen find begin cancel wiped restock retire write_off */
	    [OR] = {      ST,    AS,      NO,   EN,   NO,    NO,      NO,     NO,  LO,    SN,  NO,   NO,    NO,   NO,     NO,    NO,       WO },
	    [ST] = {      NO,    AS,      ST,   EN,   NO,    RP,      NO,     NO,  LO,    SN,  NO,   RT,    NO,   WP,     NO,    GO,       WO },
	    [AS] = {      NO,    AS,      RE,   EN,   NO,    RP,      NO,     NO,  LO,    SN,  NO,   RT,    NO,   WP,     RE,    GO,       WO },
	    [EN] = {      NO,    EN,      RE,   EN,   AS,    RP,      NO,     NO,  LO,    SN,  NO,   RT,    NO,   WP,     NO,    NO,       WO },
	    [RP] = {      NO,    NO,      RP,   RP,   RP,    NO,      RE,     WO,  LO,    SN,  NO,   RT,    NO,   WP,     NO,    NO,       WO },
	    [LO] = {      NO,    NO,      LO,   LO,   LO,    NO,      NO,     NO,  NO,    SN,  RE,   NO,    NO,   NO,     NO,    NO,       WO },
	    [SN] = {      NO,    NO,      SN,   SN,   SN,    NO,      NO,     NO,  NO,    NO,  RE,   NO,    NO,   NO,     NO,    NO,       WO },
	    [RT] = {      NO,    NO,      RT,   RT,   RT,    NO,      NO,     NO,  LO,    SN,  NO,   NO,    RE,   WP,     NO,    NO,       WO },
	    [WP] = {      NO,    AS,      WP,   EN,   WP,    RP,      NO,     NO,  LO,    SN,  NO,   RT,    NO,   NO,     ST,    GO,       WO },
	    [GO] = {      NO,    NO,      GO,   GO,   GO,    NO,      NO,     NO,  NO,    NO,  NO,   NO,    NO,   NO,     ST,    NO,       NO },
	    [WO] = {      NO,    NO,      WO,   WO,   WO,    NO,      NO,     NO,  NO,    NO,  RE,   NO,    NO,   NO,     NO,    NO,       NO },
	};
	/* clang-format on */

	(void)state;
	for (int from = 0; from < PHONE_STATE_COUNT; from++)
		for (int event = 0; event < PHONE_EVENT_COUNT; event++)
			check_cell(from, event, grid[from][event]);
}

static void test_phone_rest(void **state)
{
	static const enum phone_state wants[8] = {PHONE_IN_STOCK,
	    PHONE_ASSIGNED,                 /* held */
	    PHONE_ENROLLED, PHONE_ENROLLED, /* managed */
	    PHONE_RETIRED, PHONE_ASSIGNED,  /* a person's own */
	    PHONE_ENROLLED, PHONE_ENROLLED};

	(void)state;
	for (int bits = 0; bits < 8; bits++) {
		const struct phone_is is = is_of(bits);

		assert_int_equal(phone_rest(&is), wants[bits]);
	}
}

/* Whatever happens to it, a missing phone stays so until a person says
 * otherwise: an erase or an enrolment by whoever has it says nothing. */
static void test_missing_stays_missing(void **state)
{
	static const enum phone_event worlds[] = {PHONE_EVENT_UNASSIGN,
	    PHONE_EVENT_ENROL, PHONE_EVENT_LEAVE, PHONE_EVENT_PROVE_WIPED,
	    PHONE_EVENT_ASSIGN, PHONE_EVENT_BEGIN_RETURN,
	    PHONE_EVENT_CANCEL_RETURN, PHONE_EVENT_RESTOCK, PHONE_EVENT_RETIRE};
	const struct phone_is is = {.held = true, .managed = true};

	(void)state;
	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++) {
		enum phone_state to = PHONE_STOLEN;

		(void)phone_next(PHONE_STOLEN, worlds[i], &is, &to);
		assert_int_equal(to, PHONE_STOLEN);
	}
}

static void test_odd_numbers(void **state)
{
	const struct phone_is is = {.held = false};
	enum phone_state to = PHONE_LOST;
	enum lost_mode_state lost = LOST_MODE_ON;

	(void)state;
	assert_int_equal(phone_next((enum phone_state)PHONE_STATE_COUNT,
	                     PHONE_EVENT_FIND, &is, &to),
	    -(int)ERR_CONFLICT);
	assert_int_equal(
	    phone_next((enum phone_state) - 1, PHONE_EVENT_FIND, &is, &to),
	    -(int)ERR_CONFLICT);
	assert_int_equal(phone_next(PHONE_LOST,
	                     (enum phone_event)PHONE_EVENT_COUNT, &is, &to),
	    -(int)ERR_CONFLICT);
	assert_int_equal(to, PHONE_LOST);
	assert_int_equal(
	    lost_mode_next((enum lost_mode_state)LOST_MODE_STATE_COUNT,
	        LOST_MODE_EVENT_LIFT, &lost),
	    -(int)ERR_CONFLICT);
	assert_int_equal(lost, LOST_MODE_ON);
	assert_string_equal(phone_state_name((enum phone_state)77), "unknown");
	assert_string_equal(phone_event_name((enum phone_event)77), "unknown");
	assert_string_equal(phone_kind_name((enum phone_kind)77), "unknown");
}

static void test_names(void **state)
{
	enum phone_state phone;
	enum phone_event event;
	enum phone_kind kind;

	(void)state;
	for (int i = 0; i < PHONE_STATE_COUNT; i++) {
		assert_int_equal(
		    phone_state_parse(
		        phone_state_name((enum phone_state)i), &phone),
		    0);
		assert_int_equal(phone, i);
	}
	for (int i = 0; i < PHONE_EVENT_COUNT; i++) {
		assert_int_equal(
		    phone_event_parse(
		        phone_event_name((enum phone_event)i), &event),
		    0);
		assert_int_equal(event, i);
	}
	for (int i = 0; i < PHONE_KIND_COUNT; i++) {
		assert_int_equal(
		    phone_kind_parse(
		        phone_kind_name((enum phone_kind)i), &kind),
		    0);
		assert_int_equal(kind, i);
	}
	assert_int_equal(phone_state_parse("away", &phone), -(int)ERR_INVALID);
	assert_int_equal(phone_event_parse("", &event), -(int)ERR_INVALID);
	assert_int_equal(
	    phone_kind_parse("blackberry", &kind), -(int)ERR_INVALID);
}

static void test_lost_mode_grid(void **state)
{
	enum { O = LOST_MODE_ORDERED, I, L, F, R, C, E };
	/* clang-format off */
	static const int grid[LOST_MODE_STATE_COUNT][LOST_MODE_EVENT_COUNT] = {
	    /*      taken refused cancel lift lifted kept life_ended */
	    [O] = {    I,      R,     C,   L,    NO,  NO,         E },
	    [I] = {   NO,     NO,    NO,   L,    NO,  NO,         E },
	    [L] = {    L,      L,    NO,  NO,     F,   I,         E },
	    [F] = {   NO,     NO,    NO,  NO,    NO,  NO,        NO },
	    [R] = {   NO,     NO,    NO,  NO,    NO,  NO,        NO },
	    [C] = {   NO,     NO,    NO,  NO,    NO,  NO,        NO },
	    [E] = {   NO,     NO,    NO,  NO,    NO,  NO,        NO },
	};
	/* clang-format on */

	(void)state;
	for (int from = 0; from < LOST_MODE_STATE_COUNT; from++) {
		for (int event = 0; event < LOST_MODE_EVENT_COUNT; event++) {
			enum lost_mode_state to = (enum lost_mode_state)NOWHERE;
			int want = grid[from][event];
			int rc = lost_mode_next((enum lost_mode_state)from,
			    (enum lost_mode_event)event, &to);

			if (rc != (want == NO ? -(int)ERR_CONFLICT : 0) ||
			    (int)to != (want == NO ? NOWHERE : want))
				fail_msg("%s, %s: answer %d, next %d, "
				         "expected %d",
				    lost_mode_state_name(
				        (enum lost_mode_state)from),
				    lost_mode_event_name(
				        (enum lost_mode_event)event),
				    rc, (int)to, want);
		}
		assert_int_equal(
		    lost_mode_is_open((enum lost_mode_state)from), from <= L);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_phone_grid),
	    cmocka_unit_test(test_phone_rest),
	    cmocka_unit_test(test_missing_stays_missing),
	    cmocka_unit_test(test_odd_numbers),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_lost_mode_grid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
