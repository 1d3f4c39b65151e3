/*
 * handout_test: does a hand-out end in a receipt that its person signed, at a
 * page or in person, once; and a return in one that both signed, never oneself?
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
#include "server/service/departure/departure.h"
#include "server/service/departure/return_case.h"
#include "server/service/ledger/ledger.h"
#include "server/service/page/page.h"
#include "server/service/page/page_link.h"
#include "server/service/receipt/receipts.h"
#include "server/service/task/task_world.h"
#include "server/store/store_phone.h"
#include "server/service/phone/phone_state.h"
#include "tests/unit/tasks/tasks_world.h"

#define PHONE "00000000-0000-7000-8000-0000000000d1"
#define PRIVATE "00000000-0000-7000-8000-0000000000d2"

static struct handout_view view;

static int save_devices(struct txn *txn, void *arg, struct err *err)
{
	static const char *const ids[] = {PHONE, PRIVATE};
	int rc = 0;

	(void)arg;
	for (int i = 0; rc == 0 && i < 2; i++) {
		struct device device = {.kind = PHONE_KIND_ANDROID,
		    .state = PHONE_IN_STOCK,
		    .is_private = i == 1,
		    .created_at = world_now};

		(void)snprintf(device.id, STORE_ID, "%s", ids[i]);
		(void)snprintf(
		    device.org_id, STORE_ID, "%s", world_actor().org_id);
		(void)snprintf(
		    device.serial, sizeof(device.serial), "ANDROID%d", i);
		(void)snprintf(device.model, sizeof(device.model), "Galaxy");
		rc = store_device_save(txn, &device, err);
	}
	return rc;
}

static int begin(void **state)
{
	(void)world_set_up(state);
	/* VST-05 would want an order first. */
	world.order_gate_is_open = true;
	world_write(save_devices, NULL);
	return 0;
}

static int give(const char *person, const char *phone, struct err *err)
{
	struct actor actor = world_actor();
	struct handout_request request = {.person = person,
	    .phone = phone,
	    .accessories = {"Laddare"},
	    .accessory_count = 1,
	    .note = "Ny"};

	return service_handout_make(&world, &actor, &request, &view, err);
}

static int answer(const char *token, enum page_choice choice, const char *name,
    const char *why, unsigned picked, enum page_choice codes, struct err *err)
{
	struct page page;
	struct page_answer said = {.choice = choice,
	    .typed_name = name,
	    .why = why,
	    .codes = codes,
	    .picked = picked};
	int rc = service_page_open(&world, token, "sv", NULL, &page, err);

	if (rc == 0) {
		said.text_sha256 = page.text_sha256;
		rc = service_page_answer(&world, token, "sv", &said, err);
	}
	page_clear(&page);
	return rc;
}

static int body_of(struct txn *txn, void *arg, struct err *err)
{
	struct buf *out = arg;

	return store_receipt_body(
	    txn, world_actor().org_id, (const char *)out->data, out, err);
}

/* The receipt's content, from what is stored. */
static void receipt_read(const char *id, struct receipt *out)
{
	struct buf body = {0};
	struct err err = {0};
	size_t id_len = strlen(id) + 1;

	buf_append(&body, id, id_len);
	assert_int_equal(store_read(world.store, body_of, &body, &err), 0);
	assert_int_equal(
	    receipt_parse(body.data + id_len, body.len - id_len, out, &err), 0);
	buf_clear(&body);
}

static void test_at_the_page(void **state)
{
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	struct actor actor = world_actor();
	struct page page;
	struct err err = {0};
	char token[41];

	(void)state;
	assert_int_equal(give(WORLD_ASTRID, "ANDROID0", &err), 0);
	assert_int_equal(view.row.state, HANDOUT_OFFERED);
	assert_int_equal(view.thing_count, 2);
	world_link(view.row.task_id, token);
	assert_int_equal(
	    service_page_open(&world, token, "sv", NULL, &page, &err), 0);
	assert_int_equal(page.handover->count, 2);
	assert_string_equal(page.handover->items[0].detail, "ANDROID0");
	assert_string_equal(page.handover->note, "Ny");
	page_clear(&page);
	assert_int_equal(
	    answer(token, PAGE_YES, "  ", NULL, 0, PAGE_NO_CHOICE, &err),
	    -ERR_INVALID);
	assert_int_equal(
	    answer(token, PAGE_NO, "x", NULL, 0, PAGE_NO_CHOICE, &err),
	    -ERR_INVALID);
	assert_int_equal(answer(token, PAGE_YES, "Musse Pigg", NULL, 0,
	                     PAGE_NO_CHOICE, &err),
	    -ERR_INVALID);
	assert_int_equal(answer(token, PAGE_YES, "Astrid Lindqvist", NULL, 0,
	                     PAGE_NO_CHOICE, &err),
	    0);
	assert_int_equal(answer(token, PAGE_YES, "Astrid Lindqvist", NULL, 0,
	                     PAGE_NO_CHOICE, &err),
	    -ERR_CONFLICT);
	assert_int_equal(
	    service_handout_load(&world, &actor, view.row.id, &view, &err), 0);
	assert_int_equal(view.row.state, HANDOUT_ACCEPTED);
	receipt_read(view.row.receipt_id, receipt);
	assert_int_equal(receipt->kind, RECEIPT_HAND_OUT);
	assert_string_equal(receipt->number, "2026-1");
	assert_string_equal(receipt->signatures[0].typed, "Astrid Lindqvist");
	assert_int_equal(receipt->signatures[0].way, RECEIPT_BY_LINK);
	assert_int_equal(strlen(receipt->signatures[0].text_sha256), 64);
	assert_string_equal(receipt->things[0].serial, "ANDROID0");
	assert_string_equal(receipt->note, "Ny");
	free(receipt);
}

static void test_not_right(void **state)
{
	struct actor actor = world_actor();
	struct err err = {0};
	char token[41];

	(void)state;
	assert_int_equal(give(WORLD_ASTRID, NULL, &err), 0);
	world_link(view.row.task_id, token);
	/* Neither received nor refused. */
	assert_int_equal(answer(token, PAGE_YES, "Astrid Lindqvist",
	                     "Laddaren saknas", 0, PAGE_NO_CHOICE, &err),
	    -ERR_INVALID);
	assert_int_equal(answer(token, PAGE_NO, NULL, "Laddaren saknas", 0,
	                     PAGE_NO_CHOICE, &err),
	    0);
	assert_int_equal(
	    service_handout_load(&world, &actor, view.row.id, &view, &err), 0);
	assert_int_equal(view.row.state, HANDOUT_REFUSED);
	assert_string_equal(view.row.answer, "Laddaren saknas");
	assert_string_equal(view.row.receipt_id, "");
	assert_int_equal(service_handout_answer(&world, &actor, view.row.id,
	                     &(struct handout_answer){
	                         .is_accepted = true, .typed_name = "Astrid"},
	                     &view, &err),
	    -ERR_CONFLICT);
}

/* In somebody's presence: how it was recorded stands on the receipt. */
static void test_in_person(void **state)
{
	static const struct {
		const char *actor;
		enum receipt_way way;
	} hands[] = {
	    {"local", RECEIPT_BY_COMMAND_LINE},
	    {"token:Kassan", RECEIPT_BY_API},
	};
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	struct actor actor = world_actor();
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(give(WORLD_ASTRID, NULL, &err), 0);
		(void)snprintf(
		    actor.name, sizeof(actor.name), "%s", hands[i].actor);
		assert_int_equal(
		    service_handout_answer(&world, &actor, view.row.id,
		        &(struct handout_answer){.is_accepted = true,
		            .typed_name = "Astrid Lindqvist"},
		        &view, &err),
		    0);
		receipt_read(view.row.receipt_id, receipt);
		assert_int_equal(receipt->signatures[0].way, hands[i].way);
		assert_string_equal(
		    receipt->signatures[0].recorded_by, hands[i].actor);
		assert_string_equal(
		    receipt->signatures[0].typed, "Astrid Lindqvist");
	}
	free(receipt);
}

/* What is somebody else's, or a person's own, is not handed out. */
static void test_refused(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(give(WORLD_ASTRID, "ANDROID0", &err), 0);
	assert_int_equal(give(WORLD_OLLE, "ANDROID0", &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "returned first"));
	assert_int_equal(give(WORLD_ASTRID, "ANDROID0", &err), -ERR_CONFLICT);
	assert_int_equal(give(WORLD_OLLE, "ANDROID1", &err), -ERR_DENIED);
	assert_int_equal(
	    give("nobody@example.org", NULL, &err), -ERR_NOT_FOUND);
}

/* An answer that was asked for does not end with the person's employment. */
static void test_before_the_first_day(void **state)
{
	struct err err = {0};
	char token[41];

	(void)state;
	world_person("00000000-0000-7000-8000-0000000000c7", "Ny Anställd",
	    WORLD_UNIT, 1, "2026-04-01");
	assert_int_equal(
	    give("00000000-0000-7000-8000-0000000000c7", NULL, &err), 0);
	world_round();
	world_link(view.row.task_id, token);
	assert_int_equal(answer(token, PAGE_YES, "Ny Anställd", NULL, 0,
	                     PAGE_NO_CHOICE, &err),
	    0);
}

/* ---- a return, at its pages ---- */

struct finding {
	enum task_kind kind;
	struct task_row found;
};

static int note_task(void *arg, const struct task_row *row)
{
	struct finding *finding = arg;

	if (row->kind == finding->kind && task_is_open(row->state))
		finding->found = *row;
	return 0;
}

static int find_task(struct txn *txn, void *arg, struct err *err)
{
	struct task_filter filter = {
	    .org_id = world_actor().org_id, .only_open = true};

	return store_task_each(txn, &filter, note_task, arg, err);
}

struct loading {
	const char *id;
	struct task_row found;
};

static int load_task(struct txn *txn, void *arg, struct err *err)
{
	struct loading *loading = arg;

	return store_task_load(
	    txn, world_actor().org_id, loading->id, &loading->found, err);
}

static struct task_row task_load(const char *id)
{
	struct loading loading = {.id = id};
	struct err err = {0};

	assert_int_equal(store_read(world.store, load_task, &loading, &err), 0);
	return loading.found;
}

static bool is_asked(enum task_kind kind)
{
	struct finding finding = {.kind = kind};
	struct err err = {0};

	assert_int_equal(store_read(world.store, find_task, &finding, &err), 0);
	return finding.found.id[0] != '\0';
}

static struct task_row task_of(enum task_kind kind)
{
	struct finding finding = {.kind = kind};
	struct err err = {0};

	assert_int_equal(store_read(world.store, find_task, &finding, &err), 0);
	assert_true(finding.found.id[0] != '\0');
	return finding.found;
}

struct case_receipt {
	struct receipt_row row;
	unsigned count;
};

static int note_receipt(void *arg, const struct receipt_view *seen)
{
	struct case_receipt *out = arg;

	if (seen->row.kind != RECEIPT_RETURN)
		return 0;
	out->row = seen->row;
	out->count++;
	return 0;
}

static struct case_receipt return_receipt(void)
{
	struct case_receipt out = {.count = 0};
	struct actor actor = world_actor();
	struct receipt_filter filter = {.device_id = PHONE};
	struct err err = {0};

	assert_int_equal(service_receipt_each(
	                     &world, &actor, &filter, note_receipt, &out, &err),
	    0);
	return out;
}

/* What time alone causes. */
static void go_on(void)
{
	struct err err = {0};

	world_pass(TIME_MINUTE_MS);
	if (service_departures_keep_going(&world, &err) < 0)
		fail_msg("%s", err.text);
}

static void open_return(void)
{
	struct actor actor = world_actor();
	struct departure_request request = {
	    .person = WORLD_ASTRID, .phone = "ANDROID0", .note = "byte"};
	struct departure_view departure;
	struct err err = {0};

	assert_int_equal(give(WORLD_ASTRID, "ANDROID0", &err), 0);
	assert_int_equal(service_handout_answer(&world, &actor, view.row.id,
	                     &(struct handout_answer){.is_accepted = true,
	                         .typed_name = "Astrid Lindqvist"},
	                     &view, &err),
	    0);
	if (service_departure_open(
	        &world, &actor, &request, false, &departure, &err) < 0)
		fail_msg("%s", err.text);
	go_on();
}

static int hold_private(struct txn *txn, void *arg, struct err *err)
{
	const struct assignment_said said = {
	    .phone = PRIVATE, .person = WORLD_ASTRID, .is_shared = -1};
	struct actor actor = world_actor();
	struct assignment_row held;
	enum ledger_effect effect;
	struct ledger ledger;
	int rc = ledger_init(&ledger, &world, &actor, err);

	(void)arg;
	return rc < 0
	    ? rc
	    : ledger_assignment_put(txn, &ledger, &said, &held, &effect, err);
}

/* A phone of one's own is nothing to hand in. */
static void test_a_private_phone_is_no_item(void **state)
{
	struct actor actor = world_actor();
	struct departure_request leaving = {
	    .person = WORLD_ASTRID, .note = "byte"};
	struct departure_view departure;
	struct page page;
	struct err err = {0};
	char token[41];

	(void)state;
	world_write(hold_private, NULL);
	assert_int_equal(give(WORLD_ASTRID, "ANDROID0", &err), 0);
	assert_int_equal(service_departure_open(
	                     &world, &actor, &leaving, false, &departure, &err),
	    0);
	go_on();
	world_link(task_of(TASK_RETURN_PHONE).id, token);
	assert_int_equal(
	    service_page_open(&world, token, "sv", NULL, &page, &err), 0);
	assert_true(page.handover->has_private);
	assert_true(page.handover->count > 0);
	for (size_t i = 0; i < page.handover->count; i++)
		assert_string_not_equal(
		    page.handover->items[i].detail, "ANDROID1");
	page_clear(&page);
	assert_int_equal(answer(token, PAGE_YES, "Astrid Lindqvist", NULL, 1,
	                     PAGE_YES, &err),
	    0);
	/* All is signed for. */
	assert_false(is_asked(TASK_RETURN_PHONE));
}

/* Nobody signs for having got what they have given back. */
static void test_came_back_before_it_was_accepted(void **state)
{
	struct actor actor = world_actor();
	struct departure_request leaving = {
	    .person = WORLD_ASTRID, .phone = "ANDROID0", .note = "byte"};
	struct return_request custody = {
	    .act = RETURN_ACT_CUSTODY, .what = "ANDROID0"};
	struct departure_view departure;
	struct return_view back;
	struct task_row task;
	struct err err = {0};

	(void)state;
	assert_int_equal(give(WORLD_ASTRID, "ANDROID0", &err), 0);
	assert_int_equal(service_departure_open(
	                     &world, &actor, &leaving, false, &departure, &err),
	    0);
	go_on();
	assert_int_equal(
	    service_return_do(&world, &actor, &custody, &back, &err), 0);
	assert_int_equal(service_handout_answer(&world, &actor, view.row.id,
	                     &(struct handout_answer){.is_accepted = true,
	                         .typed_name = "Astrid Lindqvist"},
	                     &view, &err),
	    -ERR_CONFLICT);
	assert_int_equal(
	    service_handout_load(&world, &actor, view.row.id, &view, &err), 0);
	assert_int_equal(view.row.state, HANDOUT_WITHDRAWN);
	assert_non_null(strstr(view.row.answer, "came back"));
	task = task_load(view.row.task_id);
	assert_int_equal(task.state, TASK_CANCELLED);
	assert_non_null(strstr(task.result, "came back"));
}

struct mailing {
	const char *task_id;
	char *token;
};

static int make_mailed(struct txn *txn, void *arg, struct err *err)
{
	const struct mailing *mailing = arg;
	struct actor actor = world_actor();
	struct task_world tasks;
	int rc = task_world_init(&world, actor.org_id, &tasks, err);

	return rc < 0 ? rc
	              : page_link_make(txn, &tasks, "mail:1", mailing->task_id,
	                    0, mailing->token, err);
}

/* As the outbox does it: nobody but the reader sees the link. */
static void mailed_link(const char *task_id, char token[41])
{
	struct mailing mailing = {task_id, token};
	struct err err = {0};

	if (store_write(world.store, make_mailed, &mailing, &err) < 0)
		fail_msg("%s", err.text);
}

static void test_at_the_counter(void **state)
{
	struct actor actor = world_actor();
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	struct err err = {0};
	struct handout_answer said = {
	    .is_accepted = true, .typed_name = "Olle Berg"};

	(void)state;
	(void)snprintf(actor.name, sizeof(actor.name), "local");
	assert_int_equal(give(WORLD_ASTRID, "ANDROID0", &err), 0);
	assert_int_equal(service_handout_answer(
	                     &world, &actor, view.row.id, &said, &view, &err),
	    -ERR_INVALID);
	said.typed_name = "LINDQVIST, Astrid";
	assert_int_equal(service_handout_answer(
	                     &world, &actor, view.row.id, &said, &view, &err),
	    0);
	receipt_read(view.row.receipt_id, receipt);
	assert_string_equal(receipt->signatures[0].typed, "LINDQVIST, Astrid");
	free(receipt);
}

static void test_return(void **state)
{
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	struct case_receipt made;
	struct err err = {0};
	char token[41];

	(void)state;
	open_return();
	world_link(task_of(TASK_RETURN_PHONE).id, token);
	assert_int_equal(answer(token, PAGE_YES, "Astrid Lindqvist", NULL, 0,
	                     PAGE_YES, &err),
	    -ERR_INVALID); /* nothing ticked */
	assert_int_equal(answer(token, PAGE_YES, "Astrid Lindqvist", NULL, 1,
	                     PAGE_YES, &err),
	    0);
	assert_int_equal(return_receipt().count, 0);
	go_on();
	/* Whoever had the other one's link shown cannot have both shown. */
	world_link(task_of(TASK_CONFIRM_RETURN).id, token);
	assert_int_equal(
	    answer(token, PAGE_YES, "maria  chef", NULL, 1, PAGE_YES, &err),
	    -ERR_DENIED);
	mailed_link(task_of(TASK_CONFIRM_RETURN).id, token);
	assert_int_equal(answer(token, PAGE_YES, "maria  chef",
	                     "Repa på skärmen", 1, PAGE_NO_CHOICE, &err),
	    -ERR_INVALID); /* nothing said of the codes */
	if (answer(token, PAGE_YES, "maria  chef", "Repa på skärmen", 1,
	        PAGE_YES, &err) != 0)
		fail_msg("%s", err.text);
	made = return_receipt();
	assert_int_equal(made.count, 1);
	receipt_read(made.row.id, receipt);
	assert_int_equal(receipt->signature_count, 2);
	assert_string_equal(receipt->note, "Repa på skärmen");
	assert_int_equal(receipt->codes, RECEIPT_CODES_HANDED_OVER);
	assert_int_equal(receipt->thing_count, 2); /* and its charger */
	assert_string_equal(receipt->things[1].name, "Laddare");
	assert_int_equal(receipt->erasure, RECEIPT_ERASURE_NONE);
	free(receipt);
}

static void shows(const char *token, const char *thing)
{
	struct page page;
	struct err err = {0};

	assert_int_equal(
	    service_page_open(&world, token, "sv", NULL, &page, &err), 0);
	if (!strstr((const char *)page.text.data, thing))
		fail_msg("%s", (const char *)page.text.data);
	page_clear(&page);
}

/* Whatever its receipt says came back, both were shown. */
static void test_return_shows_what_came_with_it(void **state)
{
	struct actor actor = world_actor();
	struct return_view returned;
	char token[41];

	(void)state;
	open_return();
	world_link(task_of(TASK_RETURN_PHONE).id, token);
	shows(token, "Laddare");
	mailed_link(task_of(TASK_CONFIRM_RETURN).id, token);
	shows(token, "Laddare");
	/* And to who signs at the counter. */
	assert_int_equal(service_return_view(&world, &actor, "ANDROID0",
	                     &returned, NULL, NULL, NULL),
	    0);
	assert_int_equal(returned.along.count, 1);
	assert_string_equal(returned.along.things[0].name, "Laddare");
}

/* What is only ordered is in nobody's hands to be handed out. */
static void test_ordered(void **state)
{
	const struct phone_add said = {
	    .serial = "ANDROID2", .kind = "android", .is_here = 0};
	struct actor actor = world_actor();
	struct device device;
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    service_phone_add(&world, &actor, &said, &device, &err), 0);
	assert_int_equal(give(WORLD_ASTRID, "ANDROID2", &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "workphone phone received ANDROID2"));
}

/* Both answers about the codes stand; the receiver's is what counts. */
static void test_codes_contradict(void **state)
{
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	struct err err = {0};
	char token[41];

	(void)state;
	open_return();
	mailed_link(task_of(TASK_CONFIRM_RETURN).id, token);
	assert_int_equal(
	    answer(token, PAGE_YES, "maria  chef", NULL, 1, PAGE_NO, &err), 0);
	world_link(task_of(TASK_RETURN_PHONE).id, token);
	assert_int_equal(answer(token, PAGE_YES, "Astrid Lindqvist", NULL, 1,
	                     PAGE_YES, &err),
	    0);
	receipt_read(return_receipt().row.id, receipt);
	assert_int_equal(receipt->codes, RECEIPT_CODES_NOT_HANDED_OVER);
	assert_int_equal(receipt->signatures[0].role, RECEIPT_RECEIVER);
	assert_int_equal(
	    receipt->signatures[0].codes, RECEIPT_CODES_NOT_HANDED_OVER);
	assert_int_equal(receipt->signatures[1].role, RECEIPT_HOLDER);
	assert_int_equal(
	    receipt->signatures[1].codes, RECEIPT_CODES_HANDED_OVER);
	free(receipt);
}

/* Nothing proves that it is empty: no certificate, and why. */
static void test_no_certificate(void **state)
{
	struct actor actor = world_actor();
	struct receipt_view made;
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    service_receipt_erasure(&world, &actor, "ANDROID0", &made, &err),
	    -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "no erase was ordered"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WORLD_TEST_FROM(test_at_the_page, begin, "vastervik"),
	    WORLD_TEST_FROM(test_not_right, begin, "vastervik"),
	    WORLD_TEST_FROM(test_in_person, begin, "vastervik"),
	    WORLD_TEST_FROM(test_refused, begin, "vastervik"),
	    WORLD_TEST_FROM(test_before_the_first_day, begin, "vastervik"),
	    WORLD_TEST_FROM(test_at_the_counter, begin, "vastervik"),
	    WORLD_TEST_FROM(test_return, begin, "vastervik"),
	    WORLD_TEST_FROM(
	        test_came_back_before_it_was_accepted, begin, "vastervik"),
	    WORLD_TEST_FROM(
	        test_a_private_phone_is_no_item, begin, "vastervik"),
	    WORLD_TEST_FROM(
	        test_return_shows_what_came_with_it, begin, "vastervik"),
	    WORLD_TEST_FROM(test_ordered, begin, "vastervik"),
	    WORLD_TEST_FROM(test_codes_contradict, begin, "vastervik"),
	    WORLD_TEST_FROM(test_no_certificate, begin, "vastervik"),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
