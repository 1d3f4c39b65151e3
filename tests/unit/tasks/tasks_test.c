/*
 * tasks_test: is everybody asked what the pack asks of them, once a period, and
 * do reminder, escalation, expiry, measurement and the register close it? The
 * packs are the real ones; the clock is moved.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/service/task/task.h"
#include "server/service/task/task_clock.h"
#include "tests/unit/tasks/tasks_world.h"

#define NEW "00000000-0000-7000-8000-0000000000c1"

/* ---- times ---- */

static void test_terms(void **state)
{
	static const struct calendar_place place = {
	    CALENDAR_SE, CALENDAR_STOCKHOLM};
	static const struct task_terms days = {
	    7 * TIME_DAY_MS, 14 * TIME_DAY_MS, 14 * TIME_DAY_MS, 0};
	static const struct task_terms hours = {
	    4 * TIME_HOUR_MS, 8 * TIME_HOUR_MS, TIME_DAY_MS, 0};
	struct task_row task = {.state = TASK_OPEN};
	enum task_event event;
	char text[TIME_TEXT_MAX];

	(void)state;
	/* Friday 2026-03-20, 15:00 in Stockholm; summer time begins on the
	 * 29th, Good Friday is 2026-04-03. */
	assert_int_equal(
	    time_rfc3339_parse("2026-03-20T14:00:00Z", &task.created_at), 0);
	task_clock_set(&task, &place, &days, 0);
	time_rfc3339(task.remind_at, text);
	assert_string_equal(text, "2026-03-27T07:00:00Z"); /* 08:00 winter */
	time_rfc3339(task.due_at, text);
	assert_string_equal(text, "2026-04-03T22:00:00Z"); /* end of Friday */
	time_rfc3339(task.escalate_at, text);
	/* Easter Monday is the 6th: Tuesday, 08:00 summer time. */
	assert_string_equal(text, "2026-04-07T06:00:00Z");
	assert_true(task.next_at == task.remind_at);
	assert_false(task_clock_event(&task, task.remind_at - 1, &event));
	assert_true(task_clock_event(&task, task.remind_at, &event));
	assert_int_equal(event, TASK_EVENT_REMIND);
	task.state = TASK_REMINDED;
	assert_false(task_clock_event(&task, task.remind_at, &event));
	assert_true(task_clock_event(&task, task.escalate_at, &event));
	assert_int_equal(event, TASK_EVENT_ESCALATE);

	/* At the start of an absence hours are hours. */
	task.state = TASK_OPEN;
	task_clock_set(&task, &place, &hours, 0);
	assert_true(task.due_at == task.created_at + 8 * TIME_HOUR_MS);
	assert_true(task.remind_at == task.created_at + 4 * TIME_HOUR_MS);
	time_rfc3339(task.escalate_at, text);
	assert_string_equal(text, "2026-03-23T07:00:00Z"); /* Monday */
}

static void test_no_longer_than_the_absence(void **state)
{
	static const struct calendar_place place = {
	    CALENDAR_SE, CALENDAR_STOCKHOLM};
	static const struct task_terms days = {
	    0, 14 * TIME_DAY_MS, 0, 100 * TIME_DAY_MS};
	struct task_row task = {.state = TASK_OPEN};
	char text[TIME_TEXT_MAX];

	(void)state;
	assert_int_equal(
	    time_rfc3339_parse("2026-03-02T08:00:00Z", &task.created_at), 0);
	task_clock_set(&task, &place, &days, world_day("2026-03-06"));
	time_rfc3339(task.expires_at, text);
	assert_string_equal(text, "2026-03-06T23:00:00Z");
	assert_true(task.due_at == task.expires_at);
}

/* ---- periodic statements ---- */

static void test_manager_is_asked_once_a_period(void **state)
{
	struct task_row task;
	unsigned count;

	(void)state;
	world_round();
	task = world_task(WORLD_MANAGER, "RON-02");
	assert_int_equal(task.state, TASK_OPEN);
	assert_int_equal(task.kind, TASK_STATEMENT);
	count = world_count(NULL, "RON-02", false);
	world_round();
	world_round();
	assert_int_equal(world_count(NULL, "RON-02", false), count);
	/* Not asked of those whom the rule does not bind. */
	assert_int_equal(world_count(WORLD_ASTRID, "RON-02", false), 0);
}

static void test_ladder(void **state)
{
	struct actor actor = world_actor();
	struct task_view view;
	struct task_row task;
	struct err err = {0};

	(void)state;
	world_round();
	task = world_task(WORLD_ASTRID, "RON-14");
	assert_int_equal(task.state, TASK_OPEN);
	world_now = task.remind_at;
	world_round();
	task = world_task(WORLD_ASTRID, "RON-14");
	assert_int_equal(task.state, TASK_REMINDED);
	assert_true(task.reminded_at == world_now);
	world_now = task.escalate_at;
	world_round();
	task = world_task(WORLD_ASTRID, "RON-14");
	assert_int_equal(task.state, TASK_ESCALATED);
	/* Told to the manager, whoever that is now. */
	assert_int_equal(
	    service_task_load(&world, &actor, task.id, "sv", &view, &err), 0);
	assert_string_equal(view.escalated_to, WORLD_MANAGER);
	assert_string_equal(view.person_name, "Astrid Lindqvist");
	assert_true(*view.title);
	world_now = task.expires_at;
	world_round();
	/* Expired, and the next period has begun. */
	assert_int_equal(world_count(WORLD_ASTRID, "RON-14", true), 1);
	assert_int_equal(world_count(WORLD_ASTRID, "RON-14", false), 2);
}

/* A manager's own task goes to the next manager up; a vacant post is skipped.
 */
static void test_next_manager_up(void **state)
{
	struct actor actor = world_actor();
	struct unit_row unit;
	struct task_view view;
	struct task_row task;
	struct err err = {0};

	(void)state;
	world_round();
	task = world_task(WORLD_MANAGER, "RON-14");
	world_now = task.escalate_at;
	world_round();
	assert_int_equal(
	    service_task_load(&world, &actor, task.id, NULL, &view, &err), 0);
	assert_string_equal(view.escalated_to, WORLD_DIRECTOR);
	/* Maria leaves: Astrid's escalation goes past the empty post. */
	world_leave(WORLD_MANAGER, "2026-03-10");
	task = world_task(WORLD_ASTRID, "RON-14");
	assert_int_equal(
	    service_task_load(&world, &actor, task.id, NULL, &view, &err), 0);
	assert_string_equal(view.escalated_to, WORLD_DIRECTOR);
	unit = world_unit_load(WORLD_TOP);
	unit.manager_id[0] = '\0';
	world_unit_save(&unit);
	assert_int_equal(
	    service_task_load(&world, &actor, task.id, NULL, &view, &err), 0);
	assert_string_equal(view.escalated_to, "");
}

/* ---- start, change and end of employment ---- */

static void test_start_of_employment(void **state)
{
	(void)state;
	world_person(
	    NEW, "Nils Ny", WORLD_UNIT, PACK_ROLE_EMPLOYEE, "2026-03-02");
	world_round();
	assert_int_equal(world_count(NEW, "", true), 1);
	assert_int_equal(world_task(NEW, "").kind, TASK_ACKNOWLEDGE);
	/* RON-03: due 14 days, reminder on the 7th, escalated after. */
	assert_true(world_task(NEW, "").due_at > world_now + 13 * TIME_DAY_MS);
	assert_true(world_task(NEW, "").due_at < world_now + 15 * TIME_DAY_MS);
	assert_int_equal(world_count(NEW, "RON-17", true), 1);
	assert_string_equal(
	    world_task(NEW, "RON-17").cause, "employment_start:2026-03-02");
}

static void test_change_of_role(void **state)
{
	(void)state;
	world_round();
	world_at("2026-05-04", 9);
	world_leave(WORLD_ASTRID, "2026-05-04");
	world_person(WORLD_ASTRID, "Astrid Lindqvist", WORLD_TOP,
	    PACK_ROLE_EMPLOYEE, "2026-05-04");
	world_round();
	/* The one from before stands still: nobody is asked twice at once. */
	assert_int_equal(world_count(WORLD_ASTRID, "RON-14", true), 1);
	assert_int_equal(world_count(WORLD_ASTRID, NULL, true) > 0, 1);
}

static void test_leaver_is_asked_no_longer(void **state)
{
	struct task_row task;

	(void)state;
	world_round();
	assert_true(world_count(WORLD_ASTRID, NULL, true) > 0);
	world_leave(WORLD_ASTRID, "2026-03-02");
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, NULL, true), 0);
	task = world_task(WORLD_ASTRID, "RON-14");
	assert_int_equal(task.state, TASK_CANCELLED);
	assert_string_equal(task.result, "no longer employed");
	/* Back again, hired anew: asked anew. */
	world_person(WORLD_ASTRID, "Astrid Lindqvist", WORLD_UNIT,
	    PACK_ROLE_EMPLOYEE, "2026-03-02");
	world_round();
	assert_true(world_count(WORLD_ASTRID, "RON-14", true) == 1);
}

/* ---- absence ---- */

static void test_start_of_absence(void **state)
{
	char id[STORE_ID];
	struct task_row task;

	(void)state;
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-16", false), 0);
	world_absence(WORLD_ASTRID, "", "2026-03-02", "2026-03-06", id);
	world_round();
	task = world_task(WORLD_ASTRID, "RON-16");
	assert_int_equal(task.state, TASK_OPEN);
	assert_string_equal(task.absence_id, id);
	assert_true(task.due_at == world_now + 8 * TIME_HOUR_MS);
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-16", false), 1);
	/* The absence was a mistake: nothing is asked any more. */
	world_absence_void(id);
	world_round();
	assert_int_equal(
	    world_task(WORLD_ASTRID, "RON-16").state, TASK_CANCELLED);
}

/* RON-21: two weeks and more; the deputy is asked, not the absent one. */
static void test_deputy(void **state)
{
	char id[STORE_ID];
	struct task_row task;

	(void)state;
	world_absence(WORLD_ASTRID, WORLD_OLLE, "2026-03-02", "2026-03-06", id);
	world_round();
	assert_int_equal(world_count(NULL, "RON-21", false), 0);
	world_absence_void(id);
	world_absence(WORLD_ASTRID, WORLD_OLLE, "2026-03-02", "2026-03-20", id);
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-21", false), 0);
	task = world_task(WORLD_OLLE, "RON-21");
	assert_int_equal(task.kind, TASK_ACCEPT_DEPUTY);
	assert_string_equal(task.subject_id, WORLD_ASTRID);
	world_round();
	assert_int_equal(world_count(NULL, "RON-21", false), 1);
}

/* ---- measurement instead of a word ---- */

static void test_fresh_measurement_closes(void **state)
{
	struct task_row task;

	(void)state;
	world_round();
	task = world_task(WORLD_ASTRID, "RON-17");
	assert_int_equal(task.state, TASK_OPEN);
	world_evidence(WORLD_ASTRID, "voicemail.greeting", "personal");
	world_round();
	task = world_task(WORLD_ASTRID, "RON-17");
	assert_int_equal(task.state, TASK_DONE);
	assert_string_equal(task.result, "measured meanwhile");
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-17", false), 1);
}

static void test_measured_is_not_asked(void **state)
{
	(void)state;
	world_evidence(WORLD_ASTRID, "voicemail.greeting", "default");
	world_round();
	/* A default greeting is measured, too: a word would not help. */
	assert_int_equal(world_count(WORLD_ASTRID, "RON-17", false), 0);
	/* It grows stale: then the word is asked for. */
	world_pass(40 * TIME_DAY_MS);
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-17", true), 1);
}

static void test_unknown_is_not_measured(void **state)
{
	(void)state;
	world_evidence(WORLD_ASTRID, "voicemail.greeting", "unknown");
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-17", true), 1);
}

/* ---- vacant posts: VST-04 ---- */

static void test_vacant_coordinator(void **state)
{
	struct unit_row unit;
	struct task_row task;

	(void)state;
	unit = world_unit_load(WORLD_UNIT);
	unit.coordinator_id[0] = '\0';
	world_unit_save(&unit);
	world_round();
	task = world_task(WORLD_MANAGER, "VST-04");
	assert_int_equal(task.kind, TASK_REGISTER_FIX);
	assert_string_equal(task.subject_id, WORLD_UNIT);
	world_round();
	assert_int_equal(world_count(NULL, "VST-04", true), 1);
	/* Filled: done by itself. */
	unit = world_unit_load(WORLD_UNIT);
	(void)snprintf(
	    unit.coordinator_id, sizeof(unit.coordinator_id), WORLD_OLLE);
	world_unit_save(&unit);
	world_round();
	assert_int_equal(world_task(WORLD_MANAGER, "VST-04").state, TASK_DONE);
	/* The coordinator leaves: a vacancy is a task, never an empty field. */
	world_leave(WORLD_OLLE, "2026-03-02");
	world_round();
	assert_int_equal(world_count(WORLD_MANAGER, "VST-04", true), 1);
	assert_int_equal(world_count(WORLD_DIRECTOR, "VST-04", true), 1);
}

static void test_vacancy_with_nobody_above(void **state)
{
	struct unit_row unit;

	(void)state;
	unit = world_unit_load(WORLD_TOP);
	unit.manager_id[0] = '\0';
	unit.coordinator_id[0] = '\0';
	world_unit_save(&unit);
	world_round();
	assert_int_equal(world_count(NULL, "VST-04", true) >= 1, 1);
	/* Nobody is to be found: it stands all the same, with no name. */
	assert_string_equal(world_task(NULL, "VST-04").rule, "VST-04");
	world_round();
}

static void test_unit_changes_manager(void **state)
{
	struct unit_row unit;

	(void)state;
	world_round();
	assert_int_equal(world_count(WORLD_MANAGER, "VST-03", true), 1);
	unit = world_unit_load(WORLD_UNIT);
	(void)snprintf(unit.manager_id, sizeof(unit.manager_id), WORLD_OLLE);
	world_unit_save(&unit);
	world_round();
	assert_int_equal(world_count(WORLD_MANAGER, "VST-03", true), 0);
	assert_int_equal(world_count(WORLD_OLLE, "VST-03", true), 1);
}

/* RON-15: of each unit, by whoever has the role; by the manager while nobody
 * has. */
static void test_role_for_all_units(void **state)
{
	(void)state;
	world_round();
	assert_int_equal(world_count(WORLD_MANAGER, "RON-15", true), 1);
	assert_int_equal(world_count(WORLD_DIRECTOR, "RON-15", true), 1);
	world_person(
	    NEW, "Vera Webb", WORLD_TOP, PACK_ROLE_WEB_EDITOR, "2020-01-01");
	world_round();
	assert_int_equal(world_count(NEW, "RON-15", true), 2);
	assert_int_equal(world_count(NULL, "RON-15", true), 2);
}

/* ---- Albertslund: the leader looks after a sick employee's phone ---- */

static void test_albertslund_leader(void **state)
{
	char id[STORE_ID];
	struct task_row task;

	(void)state;
	world_absence(WORLD_ASTRID, "", "2026-03-02", "", id);
	world_round();
	task = world_task(WORLD_MANAGER, "ALB-09");
	assert_string_equal(task.subject_id, WORLD_ASTRID);
	assert_int_equal(world_count(WORLD_ASTRID, "ALB-09", false), 0);
}

/* ---- lists ---- */

static int count_view(void *arg, const struct task_view *view)
{
	assert_true(*view->title);
	(*(unsigned *)arg)++;
	return 0;
}

static void test_lists_and_other_organisations(void **state)
{
	struct actor actor = world_actor();
	struct actor other = actor;
	struct task_listing all = {.only_open = true, .language = "sv"};
	struct task_listing overdue = {.only_overdue = true};
	struct task_view view;
	struct err err = {0};
	unsigned count = 0;

	(void)state;
	world_round();
	assert_int_equal(
	    service_task_each(&world, &actor, &all, count_view, &count, &err),
	    0);
	assert_int_equal(count, world_count(NULL, NULL, true));
	count = 0;
	assert_int_equal(service_task_each(&world, &actor, &overdue, count_view,
	                     &count, &err),
	    0);
	assert_int_equal(count, 0);
	all.limit = 3;
	assert_int_equal(
	    service_task_each(&world, &actor, &all, count_view, &count, &err),
	    0);
	assert_int_equal(count, 3);
	/* Invariant 8. */
	(void)snprintf(other.org_id, sizeof(other.org_id),
	    "00000000-0000-7000-8000-000000000002");
	assert_int_equal(
	    service_task_load(&world, &other,
	        world_task(WORLD_ASTRID, "RON-14").id, NULL, &view, &err),
	    -ERR_NOT_FOUND);
}

static void test_withdrawn_by_a_person(void **state)
{
	struct actor actor = world_actor();
	struct task_view view;
	struct task_row task;
	struct err err = {0};

	(void)state;
	world_round();
	task = world_task(WORLD_ASTRID, "RON-14");
	assert_int_equal(
	    service_task_cancel(&world, &actor, task.id, "", &view, &err),
	    -ERR_INVALID);
	assert_int_equal(service_task_cancel(&world, &actor, task.id,
	                     "asked by mistake", &view, &err),
	    0);
	assert_int_equal(view.task.state, TASK_CANCELLED);
	assert_string_equal(view.task.result, "asked by mistake");
	assert_int_equal(service_task_cancel(&world, &actor, task.id,
	                     "asked by mistake", &view, &err),
	    -ERR_CONFLICT);
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-14", true), 0);
	world_pass(366 * TIME_DAY_MS);
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-14", true), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_terms),
	    cmocka_unit_test(test_no_longer_than_the_absence),
#define RON(test) WORLD_TEST(test, "ronneby")
#define VST(test) WORLD_TEST(test, "vastervik")
#define ALB(test) WORLD_TEST(test, "albertslund")
	    RON(test_manager_is_asked_once_a_period),
	    RON(test_ladder),
	    RON(test_next_manager_up),
	    RON(test_start_of_employment),
	    RON(test_change_of_role),
	    RON(test_leaver_is_asked_no_longer),
	    RON(test_start_of_absence),
	    RON(test_deputy),
	    RON(test_fresh_measurement_closes),
	    RON(test_measured_is_not_asked),
	    RON(test_unknown_is_not_measured),
	    VST(test_vacant_coordinator),
	    VST(test_vacancy_with_nobody_above),
	    VST(test_unit_changes_manager),
	    RON(test_role_for_all_units),
	    ALB(test_albertslund_leader),
	    RON(test_lists_and_other_organisations),
	    RON(test_withdrawn_by_a_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
