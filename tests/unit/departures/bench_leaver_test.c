/*
 * bench_leaver_test: is a leaver's phone erased at the bench as over the air:
 * not before the day is over, and not while the person works here again and has
 * the phone still?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "server/store/store_case.h"
#include "server/store/store_people.h"
#include "tests/unit/station/bench_world.h"

#define SERIAL "LEFT1"
#define CASE "case-1"
#define DEPARTURE "departure-1"
#define PUT(member, text) (void)snprintf(member, sizeof(member), "%s", text)

struct leaving {
	struct wipe wipe;
	int64_t last_day;
	int64_t marks;
};

static const char *org(void)
{
	return world.service.tenants[0].organisation.id;
}

static int64_t today(void)
{
	return calendar_day_at(CALENDAR_STOCKHOLM, world.now);
}

static struct departure_row departure_of(int64_t last_day)
{
	struct departure_row row = {.reason = DEPARTURE_EMPLOYMENT_END,
	    .state = DEPARTURE_OPEN,
	    .last_day = last_day};

	PUT(row.id, DEPARTURE);
	PUT(row.org_id, org());
	PUT(row.person_id, "p-device-" SERIAL);
	PUT(row.employment_id, "employment-1");
	return row;
}

static struct return_case_row case_of(int64_t marks)
{
	struct return_case_row row = {.kind = RETURN_KIND_MANAGED,
	    .state = RETURN_ASKED,
	    .marks = RETURN_MARK_ASKED | marks};

	PUT(row.id, CASE);
	PUT(row.org_id, org());
	PUT(row.departure_id, DEPARTURE);
	PUT(row.device_id, "device-" SERIAL);
	PUT(row.assignment_id, "a-device-" SERIAL);
	PUT(row.person_id, "p-device-" SERIAL);
	PUT(row.life_id, "life-" SERIAL);
	return row;
}

static int save(struct txn *txn, void *arg, struct err *err)
{
	struct leaving *leaving = arg;
	struct departure_row departure = departure_of(leaving->last_day);
	struct return_case_row row = case_of(leaving->marks);
	int rc = store_departure_save(txn, &departure, err);

	PUT(leaving->wipe.case_id, CASE);
	if (rc == 0)
		rc = store_return_case_save(txn, &row, err);
	return rc == 0 ? store_wipe_update(txn, &leaving->wipe, err) : rc;
}

/* Another employment than the one that has ended, from today. */
static int hire_again(struct txn *txn, void *arg, struct err *err)
{
	struct employment_row row = {
	    .roles = 1, .from_day = today(), .made_at = world.now};

	(void)arg;
	PUT(row.id, "employment-2");
	PUT(row.org_id, org());
	PUT(row.person_id, "p-device-" SERIAL);
	return store_employment_save(txn, &row, err);
}

static void write_rows(store_fn *fn, void *arg)
{
	struct err err = {0};

	if (store_write(world.service.store, fn, arg, &err) < 0)
		fail_msg("%s", err.text);
}

static void set(struct leaving *leaving, int64_t last_day, int64_t marks)
{
	leaving->last_day = last_day;
	leaving->marks = marks;
	write_rows(save, leaving);
}

static bool is_handed_out(void)
{
	return bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE);
}

static struct leaving leaves(void)
{
	struct leaving leaving;

	bench_phone_enrol(SERIAL, "Astrid");
	leaving.wipe = bench_wipe_order(SERIAL);
	set(&leaving, today() - 1, 0);
	return leaving;
}

static void test_works_here_again(void **state)
{
	struct leaving leaving = leaves();

	(void)state;
	assert_true(is_handed_out());
	write_rows(hire_again, NULL);
	assert_false(is_handed_out());
	/* Handed in, it goes. */
	set(&leaving, today() - 1, RETURN_MARK_CUSTODY);
	assert_true(is_handed_out());
}

/* It was ordered by a clock that was ahead. */
static void test_day_is_not_over(void **state)
{
	struct leaving leaving = leaves();

	(void)state;
	set(&leaving, today(), 0);
	assert_false(is_handed_out());
	set(&leaving, today() - 1, 0);
	assert_true(is_handed_out());
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, bench_two_begin, bench_two_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_works_here_again),
	    TEST(test_day_is_not_over),
	};

	return cmocka_run_group_tests(
	    tests, bench_world_group, bench_world_group_end);
}
