/*
 * orders_test: is nothing linked that the right person did not approve, where
 * the pack says so (RON-27, VST-05, VST-06, VST-34, BOT-28), and does the
 * refusal say what to do?
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
#include "server/service/equipment/equipment_order.h"
#include "server/service/page/page.h"
#include "tests/unit/tasks/tasks_world.h"

#define SIM "00000000-0000-7000-8000-0000000000d1"
#define CENTRAL "00000000-0000-7000-8000-0000000000c2"

/* ---- in few words ---- */

static struct equipment_order_view view;
static struct err err;

static int request(enum equipment_order_what what, const char *item,
    const char *person_id, const char *need, const char *by)
{
	struct actor actor = world_actor();
	struct equipment_order_request asked = {.what = what,
	    .item = item,
	    .person = person_id,
	    .need = need,
	    .subject = SIM,
	    .requested_by = by};

	memset(&err, 0, sizeof(err));
	return service_equipment_order_create(
	    &world, &actor, &asked, &view, &err);
}

static int decide(const char *as_person, bool approve, const char *why)
{
	struct actor actor = world_actor();
	char id[STORE_ID];

	(void)snprintf(id, sizeof(id), "%s", view.order.id);
	memset(&err, 0, sizeof(err));
	return service_equipment_order_decide(
	    &world, &actor, id, as_person, approve, why, &view, &err);
}

static int place(const char *as_person, char **letter)
{
	struct actor actor = world_actor();
	char id[STORE_ID];

	(void)snprintf(id, sizeof(id), "%s", view.order.id);
	memset(&err, 0, sizeof(err));
	return service_equipment_order_place(
	    &world, &actor, id, as_person, &view, letter, &err);
}

static char linked_order[STORE_ID];

static int run_gate(struct txn *txn, void *arg, struct err *e)
{
	return service_equipment_order_gate(&world, txn, arg, linked_order, e);
}

static int gate(const char *person, const char *thing, bool only_look)
{
	struct actor actor = world_actor();
	struct equipment_gate asked = {.org_id = actor.org_id,
	    .what = EQUIPMENT_PHONE,
	    .person = person,
	    .linked_to = thing,
	    .only_look = only_look};

	memset(&err, 0, sizeof(err));
	linked_order[0] = '\0';
	return store_write(world.store, run_gate, &asked, &err);
}

static int save_item(struct txn *txn, void *arg, struct err *e)
{
	return store_catalogue_save(txn, arg, e);
}

static void catalogue(enum equipment_order_what what, const char *name)
{
	struct actor actor = world_actor();
	struct catalogue_row row = {
	    .what = what, .created_at = world_now, .changed_at = world_now};

	uuid_make(world_now, world.rng, row.id);
	(void)snprintf(row.org_id, STORE_ID, "%s", actor.org_id);
	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	world_write(save_item, &row);
}

static int save_sim(struct txn *txn, void *arg, struct err *e)
{
	return store_subscription_save(txn, arg, e);
}

static void make_sim(void)
{
	struct actor actor = world_actor();
	struct subscription_row row = {
	    .created_at = world_now, .changed_at = world_now};

	(void)snprintf(row.id, STORE_ID, SIM);
	(void)snprintf(row.org_id, STORE_ID, "%s", actor.org_id);
	(void)snprintf(row.number, sizeof(row.number), "+46701112233");
	(void)snprintf(row.iccid, sizeof(row.iccid), "8946000000000000001");
	(void)snprintf(row.operator, sizeof(row.operator), "Telia");
	world_write(save_sim, &row);
}

/* ---- the way of an order ---- */

static void test_ron27_no_link_without_order(void **state)
{
	(void)state;
	assert_int_equal(gate("Astrid Lindqvist", "S-1", true), -ERR_DENIED);
	assert_non_null(strstr(err.text, "RON-27"));
	assert_non_null(strstr(err.text, "request one"));
	assert_int_equal(gate("Nobody Known", "S-1", true), -ERR_DENIED);
	assert_non_null(strstr(err.text, "enter the person"));
	/* Asked for, but not approved: the sentence says what it waits for. */
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_ASTRID, NULL, NULL), 0);
	assert_string_equal(view.approver_id, WORLD_MANAGER);
	assert_int_equal(gate(WORLD_ASTRID, "S-1", true), -ERR_DENIED);
	assert_non_null(strstr(err.text, "approval"));
	assert_non_null(strstr(err.text, view.order.id));
	assert_int_equal(decide(WORLD_MANAGER, true, NULL), 0);
	assert_int_equal(view.order.state, EQUIPMENT_ORDER_APPROVED);
	/* Looking links nothing. */
	assert_int_equal(gate(WORLD_ASTRID, "S-1", true), 0);
	assert_int_equal(gate(WORLD_ASTRID, "S-1", true), 0);
	assert_int_equal(gate("Astrid Lindqvist", "S-1", false), 0);
	assert_string_equal(linked_order, view.order.id);
	/* One order, one phone; the same phone again is no new one. */
	assert_int_equal(gate(WORLD_ASTRID, "S-1", false), 0);
	assert_int_equal(gate(WORLD_ASTRID, "S-2", false), -ERR_DENIED);
	/* Nor anybody else's. */
	assert_int_equal(gate(WORLD_OLLE, "S-1", false), -ERR_DENIED);
}

static void test_refused_order_links_nothing(void **state)
{
	(void)state;
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_ASTRID, NULL, NULL), 0);
	assert_int_equal(decide(WORLD_MANAGER, false, NULL), -ERR_INVALID);
	assert_int_equal(decide(WORLD_MANAGER, false, "  \n"), -ERR_INVALID);
	assert_int_equal(decide(WORLD_MANAGER, false, "no need"), 0);
	assert_string_equal(view.order.note, "no need");
	assert_int_equal(gate(WORLD_ASTRID, "S-1", false), -ERR_DENIED);
	assert_int_equal(decide(WORLD_MANAGER, true, NULL), -ERR_CONFLICT);
}

static void test_nobody_decides_on_their_own(void **state)
{
	(void)state;
	/* For oneself: the next manager up. */
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_MANAGER, NULL, NULL), 0);
	assert_string_equal(view.approver_id, WORLD_DIRECTOR);
	assert_int_equal(decide(WORLD_MANAGER, true, NULL), -ERR_DENIED);
	assert_non_null(strstr(err.text, "nobody decides"));
	assert_int_equal(decide(WORLD_DIRECTOR, true, NULL), 0);
	/* Asked for by oneself, for another: the next manager up, too. */
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_ASTRID, NULL, WORLD_MANAGER),
	    0);
	assert_string_equal(view.approver_id, WORLD_DIRECTOR);
	assert_int_equal(decide(WORLD_MANAGER, true, NULL), -ERR_DENIED);
	/* A colleague is no manager. */
	assert_int_equal(decide(WORLD_OLLE, true, NULL), -ERR_DENIED);
	assert_int_equal(decide(NULL, true, NULL), -ERR_DENIED);
	assert_int_equal(decide("Nobody Known", true, NULL), -ERR_NOT_FOUND);
	assert_int_equal(decide(WORLD_DIRECTOR, true, NULL), 0);
}

/* The manager has left: the one above decides. */
static void test_vacant_manager(void **state)
{
	(void)state;
	world_leave(WORLD_MANAGER, "2026-03-02");
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_ASTRID, NULL, NULL), 0);
	assert_string_equal(view.approver_id, WORLD_DIRECTOR);
	assert_int_equal(decide(WORLD_MANAGER, true, NULL), -ERR_DENIED);
	assert_int_equal(decide(WORLD_DIRECTOR, true, NULL), 0);
}

static void test_cancelled_order(void **state)
{
	struct actor actor = world_actor();
	char id[STORE_ID];

	(void)state;
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_ASTRID, NULL, NULL), 0);
	assert_int_equal(world_count(WORLD_MANAGER, NULL, true), 1);
	(void)snprintf(id, sizeof(id), "%s", view.order.id);
	assert_int_equal(service_equipment_order_cancel(
	                     &world, &actor, id, "hired nobody", &view, &err),
	    0);
	assert_int_equal(view.order.state, EQUIPMENT_ORDER_CANCELLED);
	assert_int_equal(world_count(WORLD_MANAGER, NULL, true), 0);
	assert_int_equal(gate(WORLD_ASTRID, "S-1", false), -ERR_DENIED);
}

/* ---- VST-05, VST-06, VST-34 ---- */

static void test_vst05_vst34_catalogue_and_need(void **state)
{
	(void)state;
	catalogue(EQUIPMENT_PHONE, "iPhone 16");
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_ASTRID, "calls", NULL),
	    -ERR_INVALID);
	assert_non_null(strstr(err.text, "VST-05"));
	assert_int_equal(
	    request(EQUIPMENT_PHONE, "Gold phone", WORLD_ASTRID, "calls", NULL),
	    -ERR_INVALID);
	assert_int_equal(
	    request(EQUIPMENT_PHONE, "iPhone 16", WORLD_ASTRID, " ", NULL),
	    -ERR_INVALID);
	assert_non_null(strstr(err.text, "needed for"));
	/* A phone's name is no accessory. */
	assert_int_equal(request(EQUIPMENT_ACCESSORY, "iPhone 16", WORLD_ASTRID,
	                     "calls", NULL),
	    -ERR_INVALID);
	assert_int_equal(request(EQUIPMENT_PHONE, "iPhone 16", WORLD_ASTRID,
	                     "on call at night", NULL),
	    0);
	assert_string_equal(view.order.item, "iPhone 16");
	assert_true(*view.order.catalogue_id);
}

/* VST-05: the unit's coordinator may decide as well; another's may not. */
static void test_vst05_coordinator_decides(void **state)
{
	struct unit_row unit;

	(void)state;
	catalogue(EQUIPMENT_PHONE, "iPhone 16");
	assert_int_equal(request(EQUIPMENT_PHONE, "iPhone 16", WORLD_ASTRID,
	                     "on call", NULL),
	    0);
	unit = world_unit_load(WORLD_TOP);
	unit.coordinator_id[0] = '\0';
	world_unit_save(&unit);
	unit = world_unit_load(WORLD_UNIT);
	unit.coordinator_id[0] = '\0';
	world_unit_save(&unit);
	assert_int_equal(decide(WORLD_OLLE, true, NULL), -ERR_DENIED);
	(void)snprintf(unit.coordinator_id, STORE_ID, WORLD_OLLE);
	world_unit_save(&unit);
	assert_int_equal(decide(WORLD_OLLE, true, NULL), 0);
}

/* ---- BOT-28 ---- */

static void test_bot28_only_central_sends(void **state)
{
	char *letter = NULL;

	(void)state;
	make_sim();
	world_person(CENTRAL, "Cilla Central", WORLD_TOP,
	    PACK_ROLE_CENTRAL_ADMINISTRATION, "2020-01-01");
	assert_int_equal(
	    request(EQUIPMENT_BLOCK, NULL, WORLD_ASTRID, NULL, NULL), 0);
	assert_int_equal(place(WORLD_MANAGER, &letter), -ERR_DENIED);
	assert_non_null(strstr(err.text, "BOT-28"));
	assert_null(letter);
	assert_int_equal(place(NULL, &letter), -ERR_DENIED);
	assert_int_equal(place("Nobody Known", &letter), -ERR_NOT_FOUND);
	assert_int_equal(view.order.state, EQUIPMENT_ORDER_REQUESTED);
	/* A stolen SIM waits for no second person. */
	assert_int_equal(place(CENTRAL, &letter), 0);
	assert_int_equal(view.order.state, EQUIPMENT_ORDER_ORDERED);
	assert_non_null(letter);
	assert_non_null(strstr(letter, "+46701112233"));
	assert_non_null(strstr(letter, "8946000000000000001"));
	assert_non_null(strstr(letter, "Telia"));
	assert_non_null(strstr(letter, "Spärra"));
	free(letter);
}

static void test_nothing_is_sent_unapproved(void **state)
{
	char *letter = NULL;

	(void)state;
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_ASTRID, NULL, NULL), 0);
	assert_int_equal(place(WORLD_MANAGER, &letter), -ERR_CONFLICT);
	assert_int_equal(decide(WORLD_MANAGER, true, NULL), 0);
	assert_int_equal(place(WORLD_MANAGER, &letter), 0);
	assert_null(letter);
	assert_int_equal(gate(WORLD_ASTRID, "S-1", false), 0);
}

/* ---- no such rule, and the time before it ---- */

static void test_pack_without_gate(void **state)
{
	(void)state;
	assert_int_equal(gate("Nobody Known", "S-1", false), 0);
	assert_string_equal(linked_order, "");
}

static void test_gate_held_open(void **state)
{
	(void)state;
	world.order_gate_is_open = true;
	assert_int_equal(gate("Nobody Known", "S-1", false), 0);
	assert_string_equal(linked_order, "");
}

/* ---- at the page ---- */

static void test_decision_at_the_page(void **state)
{
	struct page_answer said = {.choice = PAGE_NO};
	struct page page;
	char token[41];

	(void)state;
	assert_int_equal(request(EQUIPMENT_PHONE, "iPhone", WORLD_ASTRID,
	                     "Jour på natten", NULL),
	    0);
	world_link(view.task_id, token);
	assert_int_equal(
	    service_page_open(&world, token, "sv", NULL, &page, &err), 0);
	assert_string_equal(page.order.order.need, "Jour på natten");
	assert_string_equal(page.order.person_name, "Astrid Lindqvist");
	said.text_sha256 = page.text_sha256;
	said.why = "";
	assert_int_equal(service_page_answer(&world, token, "sv", &said, &err),
	    -ERR_INVALID);
	said.choice = PAGE_YES;
	assert_int_equal(
	    service_page_answer(&world, token, "sv", &said, &err), 0);
	page_clear(&page);
	assert_int_equal(gate(WORLD_ASTRID, "S-1", false), 0);
	assert_int_equal(world_count(WORLD_MANAGER, NULL, true), 0);
}

static void test_bad_requests(void **state)
{
	static char long_need[EQUIPMENT_NEED_MAX + 2];

	(void)state;
	memset(long_need, 'x', sizeof(long_need) - 1);
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_ASTRID, long_need, NULL),
	    -ERR_LIMIT);
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, WORLD_ASTRID, "\xff", NULL),
	    -ERR_INVALID);
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, NULL, "x", NULL), -ERR_INVALID);
	assert_int_equal(
	    request(EQUIPMENT_PHONE, NULL, SIM, "x", NULL), -ERR_NOT_FOUND);
	assert_int_equal(
	    request(EQUIPMENT_WHAT_COUNT, NULL, WORLD_ASTRID, "x", NULL),
	    -ERR_INVALID);
	assert_int_equal(
	    request(EQUIPMENT_BLOCK, NULL, WORLD_ASTRID, NULL, NULL),
	    -ERR_NOT_FOUND); /* no such SIM */
}

int main(void)
{
#define RON(test) WORLD_TEST(test, "ronneby")
#define VST(test) WORLD_TEST(test, "vastervik")
#define BOT(test) WORLD_TEST(test, "botkyrka")
#define ALB(test) WORLD_TEST(test, "albertslund")
	const struct CMUnitTest tests[] = {
	    RON(test_ron27_no_link_without_order),
	    RON(test_refused_order_links_nothing),
	    RON(test_nobody_decides_on_their_own),
	    RON(test_vacant_manager),
	    RON(test_cancelled_order),
	    VST(test_vst05_vst34_catalogue_and_need),
	    VST(test_vst05_coordinator_decides),
	    BOT(test_bot28_only_central_sends),
	    RON(test_nothing_is_sent_unapproved),
	    ALB(test_pack_without_gate),
	    RON(test_gate_held_open),
	    RON(test_decision_at_the_page),
	    RON(test_bad_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
