/*
 * bench_hold_test: does a legal hold reach the bench: is no erase handed to a
 * station any more, is the supervised challenge of one that was handed refused,
 * and does it all go on once the hold is lifted?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/guard/legal_hold.h"
#include "tests/unit/station/bench_world.h"

#define SERIAL "HELD1"

static struct legal_hold_view hold_set(void)
{
	const struct legal_hold_request request = {.kind = LEGAL_HOLD_PHONE,
	    .subject = SERIAL,
	    .reference = "case 4711"};
	struct legal_hold_view view;
	struct err err = {0};

	if (service_legal_hold_add(
	        &world.service, &world.actor, &request, &view, &err) < 0)
		fail_msg("%s", err.text);
	return view;
}

static void hold_lift(struct legal_hold_view *view)
{
	assert_int_equal(service_legal_hold_lift(&world.service, &world.actor,
	                     view->row.id, "closed", view, NULL),
	    0);
}

static void is_not_handed_out(void **state)
{
	struct legal_hold_view view;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	view = hold_set();
	assert_int_equal(view.waiting, 1);
	assert_false(bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
	hold_lift(&view);
	assert_true(bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
}

static int challenge_try(const struct work_order *order, struct err *err)
{
	struct station_challenge challenge = {0};
	struct buf cms = {0};
	int rc;

	(void)str_copy(
	    challenge.order_id, sizeof(challenge.order_id), order->id);
	(void)str_copy(challenge.udid, sizeof(challenge.udid), order->udid);
	(void)str_copy(
	    challenge.serial, sizeof(challenge.serial), order->serial);
	assert_int_equal(
	    station_bytes_set(&challenge.challenge, "eight by", 8, NULL), 0);
	rc = service_station_challenge(
	    &world.service, &bench_a.row, &challenge, &cms, err);
	station_challenge_clear(&challenge);
	buf_clear(&cms);
	return rc;
}

static void is_not_unlocked(void **state)
{
	struct legal_hold_view view;
	struct work_order order;
	struct err err = {0};

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_int_equal(challenge_try(&order, NULL), 0);
	view = hold_set();
	assert_int_equal(view.handed_out, 1);
	assert_int_equal(challenge_try(&order, &err), -ERR_DENIED);
	assert_false(bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
	hold_lift(&view);
	assert_int_equal(challenge_try(&order, NULL), 0);
	work_order_clear(&order);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, bench_two_begin, bench_two_end)
	const struct CMUnitTest tests[] = {
	    TEST(is_not_handed_out),
	    TEST(is_not_unlocked),
	};

	return cmocka_run_group_tests(
	    tests, bench_world_group, bench_world_group_end);
}
