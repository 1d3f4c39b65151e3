/*
 * stays_test: somebody stays after all while some of it is under way. Is
 * nothing more asked, locked, erased or blocked because of the departure that
 * is off, is what was asked taken back, and does what was handed in end?
 */
#include "tests/unit/departures/leaver_world.h"

#include "server/lifecycle/phone.h"
#include "server/service/notify/notify.h"

#define NUMBER "+46701740699"

/* Until the day before; "" takes the end back. */
static void ends(const char *to)
{
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\", \"to\": \"%s\"}}",
	    to);
}

static const char *departure_of(void)
{
	static char id[STORE_ID];

	memcpy(id, the_departure("Ture Alm").departure.id, STORE_ID);
	return id;
}

static enum departure_state departure_state_of(const char *id)
{
	struct departure_view view;

	assert_int_equal(
	    service_departure_load(&towns, ada, id, &view, NULL, NULL), 0);
	return view.departure.state;
}

static bool is_asked(const char *departure_id, int kind)
{
	return task_of(departure_id, kind).id[0] != '\0';
}

static int cancel_by_hand(const char *departure_id)
{
	struct departure_view view;
	struct err err = {0};

	return service_departure_cancel(
	    &towns, ada, departure_id, "given back", &view, &err);
}

/* ---- orders and decisions ---- */

struct sim_look {
	const char *departure_id;
	struct sim_decision_row row;
	unsigned count;
};

static int note_sim(void *arg, const struct sim_decision_row *row)
{
	struct sim_look *look = arg;

	look->row = *row;
	look->count++;
	return 0;
}

static int look_sims(struct txn *txn, void *arg, struct err *err)
{
	struct sim_look *look = arg;

	return store_sim_decision_each(
	    txn, ada->org_id, look->departure_id, note_sim, look, err);
}

static struct sim_decision_row sim_of(const char *departure_id)
{
	struct sim_look look = {.departure_id = departure_id};

	towns_read(look_sims, &look);
	assert_int_equal(look.count, 1);
	return look.row;
}

struct orders {
	enum equipment_order_what what;
	struct equipment_order_row last;
	unsigned open;
};

static int note_order(void *arg, const struct equipment_order_row *row)
{
	struct orders *orders = arg;

	if (row->what != orders->what)
		return 0;
	orders->last = *row;
	orders->open += equipment_order_is_open(row->state);
	return 0;
}

static int look_orders(struct txn *txn, void *arg, struct err *err)
{
	return store_equipment_order_each(
	    txn, ada->org_id, false, "", 0, note_order, arg, err);
}

static struct orders orders_of(enum equipment_order_what what)
{
	struct orders orders = {.what = what};

	towns_read(look_orders, &orders);
	return orders;
}

static int place_last(struct txn *txn, void *arg, struct err *err)
{
	struct orders *orders = arg;

	orders->last.state = EQUIPMENT_ORDER_ORDERED;
	orders->last.ordered_at = towns_now;
	return store_equipment_order_save(txn, &orders->last, err);
}

static void place_block(void)
{
	struct orders orders = orders_of(EQUIPMENT_BLOCK);

	towns_write(place_last, &orders);
}

/* 2026-11-27, the last day, is a Friday. */
static void leaves_with_a_sim(void)
{
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	sim(NUMBER, "Ture Alm", "S1", NULL);
	at("2026-11-28 00:00");
}

static void is_blocked(void)
{
	at("2026-11-30 08:00");
	at("2026-12-14 09:00");
	at("2026-12-21 09:00");
	at("2026-12-28 09:00");
	assert_int_equal(sim_of(departure_of()).decision, SIM_BLOCK);
	assert_int_equal(
	    orders_of(EQUIPMENT_BLOCK).last.state, EQUIPMENT_ORDER_APPROVED);
}

/* ---- one is in custody ---- */

/* Handed in after the last day; then the contract goes on, with another. */
static void test_prolonged(void **state)
{
	const char *id;

	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	at("2026-11-28 00:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	id = departure_of();
	assert_true(is_asked(id, TASK_RETURN_PHONE));
	ends("");
	assert_false(is_asked(id, TASK_RETURN_PHONE));
	at("2026-11-30 08:00");
	phone("S2", "Ture Alm", true);
	sim(NUMBER, "Ture Alm", "S2", NULL);
	at("2026-12-01 09:00");
	at("2026-12-15 09:00");
	at("2026-12-29 09:00");
	at("2027-01-05 09:00");
	assert_false(has_case("S2"));
	assert_int_equal(erases_ordered("S1"), 0);
	assert_int_equal(erases_ordered("S2"), 0);
	assert_int_equal(the_departure("Ture Alm").sims_undecided, 0);
	assert_int_equal(orders_of(EQUIPMENT_BLOCK).open, 0);
	assert_false(is_asked(id, TASK_RETURN_PHONE));
	assert_false(is_asked(id, TASK_DECIDE_RETURN));
	/* What is in hand may still be given back. */
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_OPEN);
	assert_int_equal(state_of("S1"), RETURN_IN_CUSTODY);
	assert_int_equal(cancel_by_hand(id), 0);
	assert_int_equal(state_of("S1"), RETURN_CANCELLED);
	assert_int_equal(the_case("S1").device.state, PHONE_ENROLLED);
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_CANCELLED);
}

/* It lies here still, not given back, when another end is told: it goes with
 * that one, and is erased on its day. */
static void test_ends_after_all(void **state)
{
	char off[STORE_ID];

	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	at("2026-11-28 00:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	memcpy(off, departure_of(), STORE_ID);
	ends("");
	at("2026-12-07 08:00");
	ends("2027-01-16");
	tick();
	assert_int_equal(departures_of("Ture Alm"), 2);
	assert_string_not_equal(departure_of(), off);
	assert_string_equal(the_case("S1").row.departure_id, departure_of());
	assert_string_equal(the_case("S2").row.departure_id, departure_of());
	assert_int_equal(departure_state_of(off), DEPARTURE_CANCELLED);
	at("2027-01-15 08:00");
	assert_int_equal(erases_ordered("S1"), 0);
	assert_false(is_asked(off, TASK_CONFIRM_RETURN));
	at("2027-01-16 08:00");
	assert_true(is_asked(departure_of(), TASK_CONFIRM_RETURN));
	at("2027-01-18 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
	assert_int_equal(erases_ordered("S2"), 1);
}

/* Handed in before the last day: that day passes like any other. */
static void test_prolonged_ahead(void **state)
{
	const char *id;
	unsigned reminded;

	(void)state;
	at("2026-11-10 08:00");
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	at("2026-11-18 08:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	id = departure_of();
	ends("");
	assert_int_equal(state_of("S2"), RETURN_CANCELLED);
	reminded = notices_of("Ture Alm", NOTICE_LEAVING_SOON);
	at("2026-11-24 09:00");
	at("2026-11-27 09:00");
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	phone("S3", "Ture Alm", true);
	at("2026-12-01 09:00");
	assert_false(is_asked(id, TASK_RETURN_PHONE));
	assert_false(is_asked(id, TASK_CONFIRM_RETURN));
	assert_int_equal(notices_of("Ture Alm", NOTICE_LEAVING_SOON), reminded);
	assert_int_equal(notices_of("Ture Alm", NOTICE_WIPE_PLANNED), 0);
	assert_false(has_case("S3"));
	assert_int_equal(state_of("S1"), RETURN_IN_CUSTODY);
	assert_int_equal(state_of("S2"), RETURN_CANCELLED);
}

/* It ends after all, on the very same day: that is another departure. */
static void test_ends_again(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	sim(NUMBER, "Ture Alm", "S2", NULL);
	at("2026-11-28 00:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	ends("");
	assert_int_equal(state_of("S2"), RETURN_CANCELLED);
	assert_int_equal(sim_of(departure_of()).decision, SIM_STAYS);
	at("2026-11-30 08:00");
	assert_int_equal(erases_ordered("S1"), 0);
	ends("2026-11-28");
	at("2026-11-30 09:00");
	assert_int_equal(departures_of("Ture Alm"), 2);
	assert_int_equal(state_of("S2"), RETURN_ASKED);
	assert_int_equal(sim_of(departure_of()).decision, SIM_UNDECIDED);
	assert_true(is_asked(departure_of(), TASK_RETURN_PHONE));
	at("2026-12-01 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	assert_int_equal(erases_standing("S2"), 1);
}

/* Ended, cancelled by a person, erased as it was in hand; then it goes on. */
static void test_prolonged_while_off(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	at("2026-11-28 00:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(cancel_by_hand(departure_of()), 0);
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	ends("");
	assert_int_equal(erases_standing("S1"), 0);
	at("2026-12-01 08:00");
	assert_int_equal(erases_standing("S1"), 0);
}

/* Released, disputed when its person works here again: nothing is drawn in. */
static void test_goes_on_for_who_stays(void **state)
{
	(void)state;
	leaves_with_a_sim();
	at("2026-11-30 08:00");
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(sign("S1", RETURN_SIGNER_HOLDER, NULL, "Ture Alm",
	                     RETURN_CODES_HANDED_OVER, NULL),
	    0);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Chef Ek",
	                     "Chef Ek", RETURN_CODES_HANDED_OVER, NULL),
	    0);
	assert_int_equal(decide_sim("S1", NUMBER, SIM_REUSE), 0);
	bench_proves("S1");
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
	ends("");
	phone("S2", "Ture Alm", true);
	at("2026-12-02 09:00");
	bench_catches("S1");
	assert_int_equal(state_of("S1"), RETURN_DISPUTED);
	at("2026-12-03 09:00");
	at("2026-12-31 09:00");
	at("2027-01-04 09:00");
	assert_false(has_case("S2"));
	assert_false(is_asked(departure_of(), TASK_RETURN_PHONE));
	assert_int_equal(erases_ordered("S2"), 0);
	assert_int_equal(state_of("S1"), RETURN_DISPUTED);
}

/* By a person: what was handed in goes its way and leaves no trace behind. */
static void test_cancelled_stays_cancelled(void **state)
{
	const char *id;

	(void)state;
	at("2026-11-10 08:00");
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	at("2026-11-18 08:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	id = departure_of();
	assert_int_equal(cancel_by_hand(id), 0);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_false(is_asked(id, TASK_RETURN_PHONE));
	assert_int_equal(erases_standing("S1"), 1);
	assert_int_equal(cancel_by_hand(id), 0); /* given back */
	assert_int_equal(erases_standing("S1"), 0);
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_CANCELLED);
	at("2026-12-01 08:00");
	at("2026-12-02 08:00");
	assert_int_equal(departures_of("Ture Alm"), 1);
	assert_int_equal(state_of("S2"), RETURN_CANCELLED);
}

/* Cancelled while it rests: it says at once that it goes on, and why. */
static void test_goes_on_from_a_pause(void **state)
{
	struct departure_view view;
	struct err err = {0};

	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	at("2026-11-28 00:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	view = the_departure("Ture Alm");
	assert_int_equal(service_departure_pause(&towns, ada, view.departure.id,
	                     "2027-06-01", "abroad", &view, &err),
	    0);
	(void)snprintf(view.departure.note, sizeof(view.departure.note), "%s",
	    the_departure("Ture Alm").departure.note);
	assert_int_equal(cancel_by_hand(view.departure.id), 0);
	assert_string_equal(
	    the_departure("Ture Alm").departure.note, view.departure.note);
	assert_int_not_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_PAUSED);
	assert_non_null(strstr(the_departure("Ture Alm").waits_for,
	    "this departure is off: what was handed in or erased goes on"));
	at("2026-11-30 08:00");
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_OPEN);
}

/* ---- blocks ---- */

static void test_block_is_withdrawn(void **state)
{
	struct orders orders;

	(void)state;
	leaves_with_a_sim();
	is_blocked();
	ends("");
	at("2026-12-29 09:00");
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_CANCELLED);
	assert_int_equal(sim_of(departure_of()).decision, SIM_STAYS);
	orders = orders_of(EQUIPMENT_BLOCK);
	assert_int_equal(orders.last.state, EQUIPMENT_ORDER_CANCELLED);
	assert_string_equal(orders.last.note, "the employment goes on");
	assert_int_equal(orders_of(EQUIPMENT_FUNCTION).open, 0);
}

/* Nobody takes a letter back: whoever places orders has it opened again. */
static void test_block_is_lifted(void **state)
{
	struct orders orders;

	(void)state;
	leaves_with_a_sim();
	is_blocked();
	place_block();
	ends("");
	at("2026-12-29 09:00");
	assert_int_equal(
	    orders_of(EQUIPMENT_BLOCK).last.state, EQUIPMENT_ORDER_ORDERED);
	orders = orders_of(EQUIPMENT_FUNCTION);
	assert_int_equal(orders.open, 1);
	assert_int_equal(orders.last.state, EQUIPMENT_ORDER_APPROVED);
	assert_non_null(strstr(orders.last.item, NUMBER));
	assert_int_equal(sim_of(departure_of()).decision, SIM_STAYS);
	at("2027-01-04 09:00");
	assert_int_equal(orders_of(EQUIPMENT_FUNCTION).open, 1);
}

/* The last day moves ahead: decided anew when its time has come. */
static void test_block_put_back(void **state)
{
	(void)state;
	leaves_with_a_sim();
	is_blocked();
	ends("2027-03-01");
	assert_int_equal(orders_of(EQUIPMENT_BLOCK).open, 0);
	assert_int_equal(sim_of(departure_of()).decision, SIM_UNDECIDED);
	at("2027-03-01 08:00");
	at("2027-03-16 09:00");
	at("2027-03-23 09:00");
	at("2027-03-30 09:00");
	assert_int_equal(orders_of(EQUIPMENT_BLOCK).open, 1);
	assert_int_equal(sim_of(departure_of()).decision, SIM_BLOCK);
}

/* Who pauses says nothing of who stays: what has left stays as it is. */
static void test_block_in_a_pause(void **state)
{
	struct departure_view view;
	struct err err = {0};

	(void)state;
	leaves_with_a_sim();
	is_blocked();
	place_block();
	assert_int_equal(service_departure_pause(&towns, ada, departure_of(),
	                     "2027-01-15", "a matter of court", &view, &err),
	    0);
	assert_int_equal(orders_of(EQUIPMENT_FUNCTION).open, 0);
	assert_int_equal(sim_of(departure_of()).decision, SIM_BLOCK);
}

/* A stolen phone's number stays blocked, whoever goes on working. */
static void test_block_of_a_stolen_one(void **state)
{
	(void)state;
	leaves_with_a_sim();
	assert_int_equal(act("S1", RETURN_ACT_LOST, "stolen on the train"), 0);
	assert_int_equal(decide_sim("S1", NUMBER, SIM_BLOCK), 0);
	ends("");
	at("2026-11-30 09:00");
	assert_int_equal(
	    orders_of(EQUIPMENT_BLOCK).last.state, EQUIPMENT_ORDER_APPROVED);
}

/* ---- one thing is asked back by some day ---- */

static void test_asked_by_a_day(void **state)
{
	const struct departure_request request = {.person = "Ture Alm",
	    .phone = "S1",
	    .note = "a newer one",
	    .last_day = "2026-11-27"};
	struct departure_view view;

	(void)state;
	towns.tell.by_mail = true;
	at("2026-11-10 08:00");
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	assert_int_equal(
	    service_departure_open(&towns, ada, &request, false, &view, NULL),
	    0);
	at("2026-11-16 09:00");
	assert_int_equal(notices_of("Ture Alm", NOTICE_HAND_BACK_SOON), 1);
	assert_int_equal(notices_of("Chef Ek", NOTICE_HAND_BACK_MANAGER), 1);
	at("2026-11-27 09:00");
	assert_int_equal(notices_of("Chef Ek", NOTICE_HAND_BACK_TODAY), 1);
	assert_int_equal(notices_of("Ture Alm", NOTICE_LEAVING_SOON), 0);
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_MANAGER), 0);
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_TODAY), 0);
}

/* Of a day that is over when the pause is, nobody is reminded. */
static void test_after_a_pause(void **state)
{
	struct departure_view view;
	struct err err = {0};

	(void)state;
	towns.tell.by_mail = true;
	leaves_with_a_sim();
	assert_int_equal(service_departure_pause(&towns, ada, departure_of(),
	                     "2027-01-15", "a matter of court", &view, &err),
	    0);
	at("2027-01-15 08:00");
	at("2027-01-15 09:00");
	assert_true(is_asked(departure_of(), TASK_RETURN_PHONE));
	assert_int_equal(notices_of("Ture Alm", NOTICE_LEAVING_SOON), 0);
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_MANAGER), 0);
	assert_int_equal(notices_of("Ture Alm", NOTICE_WIPE_PLANNED), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_prolonged),
	    LEAVER_TEST(test_prolonged_ahead),
	    LEAVER_TEST(test_ends_again),
	    LEAVER_TEST(test_ends_after_all),
	    LEAVER_TEST(test_prolonged_while_off),
	    LEAVER_TEST(test_goes_on_for_who_stays),
	    LEAVER_TEST(test_cancelled_stays_cancelled),
	    LEAVER_TEST(test_goes_on_from_a_pause),
	    LEAVER_TEST(test_block_is_withdrawn),
	    LEAVER_TEST(test_block_is_lifted),
	    LEAVER_TEST(test_block_put_back),
	    LEAVER_TEST(test_asked_by_a_day),
	    LEAVER_TEST(test_after_a_pause),
	    LEAVER_TEST(test_block_in_a_pause),
	    LEAVER_TEST(test_block_of_a_stolen_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
