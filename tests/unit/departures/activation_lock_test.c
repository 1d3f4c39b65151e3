/*
 * activation_lock_test: is a phone only said to be free of Activation Lock while
 * something keeps it off?
 */
#include "tests/unit/departures/leaver_world.h"

#include "server/lifecycle/return_case.h"
#include "server/service/phone/escrow.h"

static int take_lock_order(struct txn *txn, void *arg, struct err *err)
{
	const struct device *device = arg;
	struct command row = {.id = "lock-order",
	    .request_type = "Settings",
	    .purpose = ESCROW_LOCK_PURPOSE,
	    .state = COMMAND_ACKNOWLEDGED,
	    .created_at = towns_now,
	    .closed_at = towns_now};

	memcpy(row.org_id, device->org_id, STORE_ID);
	memcpy(row.device_id, device->id, STORE_ID);
	memcpy(row.life_id, device->life_id, STORE_ID);
	return store_command_insert(txn, &row, (const uint8_t *)"", 0, err);
}

static enum activation_lock activation_lock_of(const char *serial)
{
	struct activation_view view;
	struct device device;

	assert_int_equal(service_activation_lock_view(
	                     &towns, ada, serial, &device, &view, NULL),
	    0);
	return view.state;
}

/* It took the order not to allow the lock, and then its user let go of us. */
static void test_prevented_until_it_leaves(void **state)
{
	struct device device;

	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	assert_int_equal(activation_lock_of("S1"), ACTIVATION_LOCK_UNKNOWN);
	device = the_case("S1").device;
	towns_write(take_lock_order, &device);
	assert_int_equal(activation_lock_of("S1"), ACTIVATION_LOCK_PREVENTED);
	checks_out("S1");
	assert_int_equal(activation_lock_of("S1"), ACTIVATION_LOCK_UNKNOWN);
}

/* Nothing keeps Activation Lock off in what its user took out of management;
 * once it is handed in, that is seen to at the desk. */
static void test_case_of_one_that_left(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	at("2026-11-28 00:00");
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(act("S2", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(custody("S2", "Chef Ek"), 0);
	assert_true(the_case("S1").row.marks & RETURN_MARK_LOCK_CLEARED);
	checks_out("S1");
	checks_out("S2");
	assert_false(the_case("S1").row.marks & RETURN_MARK_LOCK_CLEARED);
	assert_non_null(
	    strstr(the_case("S1").waits_for, "its Activation Lock"));
	assert_true(the_case("S2").row.marks & RETURN_MARK_LOCK_CLEARED);
	/* Not by itself again. */
	at("2026-11-30 08:00");
	assert_false(the_case("S1").row.marks & RETURN_MARK_LOCK_CLEARED);
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_true(the_case("S1").row.marks & RETURN_MARK_LOCK_CLEARED);
}

/* Who takes management off where nobody hears it, and enrols again, has let go
 * of what kept the lock off; what forbids it in the new enrolment counts anew. */
static void test_case_of_one_enrolled_anew(void **state)
{
	struct device device;

	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	at("2026-11-28 00:00");
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(act("S2", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(custody("S2", "Chef Ek"), 0);
	enrols("S1", "Ture Alm", false);
	enrols("S2", "Ture Alm", false);
	assert_false(the_case("S1").row.marks & RETURN_MARK_LOCK_CLEARED);
	assert_true(the_case("S2").row.marks & RETURN_MARK_LOCK_CLEARED);
	at("2026-11-28 12:00");
	assert_false(the_case("S1").row.marks & RETURN_MARK_LOCK_CLEARED);
	supervise("S1");
	device = the_case("S1").device;
	towns_write(take_lock_order, &device);
	at("2026-11-30 08:00");
	assert_true(the_case("S1").row.marks & RETURN_MARK_LOCK_CLEARED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_prevented_until_it_leaves),
	    LEAVER_TEST(test_case_of_one_that_left),
	    LEAVER_TEST(test_case_of_one_enrolled_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
