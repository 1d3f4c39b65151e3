/*
 * answers_test: does an answer count only from the person it was put to, on the
 * exact text shown, once; is it kept with its words; and does looking use up
 * nothing?
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
#include "server/service/evidence/statement.h"
#include "server/service/page/page.h"
#include "server/service/page/page_link.h"
#include "tests/unit/tasks/tasks_world.h"

#define NEW "00000000-0000-7000-8000-0000000000c1"

/* Everybody has been asked already. */
static int begin_asked(void **state)
{
	(void)world_set_up(state);
	world_round();
	return 0;
}

static int look(const char *token, const char *language, struct page *page)
{
	struct err err = {0};

	return service_page_open(&world, token, language, NULL, page, &err);
}

static int answer(const char *token, const char *language,
    enum page_choice choice, const char *sha256)
{
	struct page_answer said = {.choice = choice, .text_sha256 = sha256};
	struct err err = {0};
	int rc = service_page_answer(&world, token, language, &said, &err);

	if (rc < 0)
		print_message("%d: %s\n", rc, err.text);
	return rc;
}

/* The hash as the form would send it. */
static void shown(const char *token, const char *language, char out[65])
{
	struct page page;

	assert_int_equal(look(token, language, &page), 0);
	(void)snprintf(out, 65, "%s", page.text_sha256);
	page_clear(&page);
}

static int newest_statement(struct txn *txn, void *arg, struct err *err)
{
	struct statement_row *row = arg;

	return store_statement_find(txn, row->org_id, STORE_SUBJECT_PERSON,
	    row->subject_id, row->rule, row, err);
}

static int statement_of(
    const char *person_id, const char *rule, struct statement_row *out)
{
	struct actor actor = world_actor();
	struct err err = {0};

	memset(out, 0, sizeof(*out));
	(void)snprintf(out->org_id, STORE_ID, "%s", actor.org_id);
	(void)snprintf(out->subject_id, STORE_ID, "%s", person_id);
	(void)snprintf(out->rule, sizeof(out->rule), "%s", rule);
	return store_read(world.store, newest_statement, out, &err);
}

static int load_text(struct txn *txn, void *arg, struct err *err)
{
	char **text = arg; /* in: the hash; out: the words */
	struct actor actor = world_actor();

	return store_shown_text_load(txn, actor.org_id, *text, text, err);
}

/* ---- at a page ---- */

static void test_looking_uses_nothing_up(void **state)
{
	struct task_row task = world_task(WORLD_ASTRID, "RON-17");
	struct page page;
	char token[41];
	int i;

	(void)state;
	world_link(task.id, token);
	for (i = 0; i < 5; i++) {
		assert_int_equal(look(token, NULL, &page), 0);
		assert_false(page.is_used);
		assert_string_equal(page.person_name, "Astrid Lindqvist");
		assert_string_equal(page.language, "sv");
		page_clear(&page);
	}
	assert_int_equal(world_task(WORLD_ASTRID, "RON-17").state, TASK_OPEN);
}

static void test_an_answer_is_kept_with_its_words(void **state)
{
	struct task_row task = world_task(WORLD_ASTRID, "RON-17");
	struct statement_row row;
	struct err err = {0};
	struct page page;
	char sha256[65];
	char token[41];
	char *text = sha256;

	(void)state;
	world_link(task.id, token);
	shown(token, "sv", sha256);
	world_pass(TIME_HOUR_MS);
	assert_int_equal(answer(token, "sv", PAGE_YES, sha256), 0);
	assert_int_equal(statement_of(WORLD_ASTRID, "RON-17", &row), 0);
	assert_true(row.is_yes);
	assert_true(row.at == world_now);
	assert_true(row.valid_until == world_now + 180 * TIME_DAY_MS);
	assert_string_equal(row.text_sha256, sha256);
	assert_string_equal(row.language, "sv");
	assert_string_equal(row.person_id, WORLD_ASTRID);
	assert_memory_equal(row.stated_by, "page:", 5);
	assert_int_equal(store_read(world.store, load_text, &text, &err), 0);
	assert_non_null(strstr(text, "Astrid Lindqvist"));
	free(text);
	task = world_task(WORLD_ASTRID, "RON-17");
	assert_int_equal(task.state, TASK_DONE);
	assert_string_equal(task.result, "stated: yes");
	/* The link is used up; it shows what was answered. */
	assert_int_equal(look(token, "sv", &page), 0);
	assert_true(page.is_used);
	page_clear(&page);
	assert_int_equal(answer(token, "sv", PAGE_NO, sha256), -ERR_CONFLICT);
	/* Not asked again before it runs out; then asked again, in time. */
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-17", true), 0);
	world_pass(170 * TIME_DAY_MS);
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "RON-17", true), 1);
}

static void test_no_is_kept_too(void **state)
{
	struct statement_row row;
	char sha256[65];
	char token[41];

	(void)state;
	world_link(world_task(WORLD_ASTRID, "RON-17").id, token);
	shown(token, "en", sha256);
	assert_int_equal(answer(token, "en", PAGE_NO, sha256), 0);
	assert_int_equal(statement_of(WORLD_ASTRID, "RON-17", &row), 0);
	assert_false(row.is_yes);
	assert_string_equal(row.language, "en");
}

static void test_only_the_text_that_was_shown(void **state)
{
	char wrong[65];
	char sha256[65];
	char token[41];

	(void)state;
	world_link(world_task(WORLD_ASTRID, "RON-17").id, token);
	shown(token, "sv", sha256);
	assert_int_equal(answer(token, "sv", PAGE_YES, ""), -ERR_CONFLICT);
	memcpy(wrong, sha256, 65);
	wrong[0] = wrong[0] == '0' ? '1' : '0';
	assert_int_equal(answer(token, "sv", PAGE_YES, wrong), -ERR_CONFLICT);
	/* In another language other words were shown. */
	assert_int_equal(answer(token, "en", PAGE_YES, sha256), -ERR_CONFLICT);
	assert_int_equal(
	    answer(token, "sv", PAGE_NO_CHOICE, sha256), -ERR_INVALID);
	/* Renamed meanwhile: the greeting is another text. */
	world_person(WORLD_ASTRID, "Astrid Berg", WORLD_UNIT,
	    PACK_ROLE_EMPLOYEE, "2020-01-01");
	assert_int_equal(answer(token, "sv", PAGE_YES, sha256), -ERR_CONFLICT);
	shown(token, "sv", sha256);
	assert_int_equal(answer(token, "sv", PAGE_YES, sha256), 0);
}

static void test_links_end(void **state)
{
	struct task_row task = world_task(WORLD_ASTRID, "RON-17");
	struct page page;
	char sha256[65];
	char token[41];
	char other[41];

	(void)state;
	world_link(task.id, token);
	world_link(task.id, other);
	shown(token, "sv", sha256);
	assert_int_equal(look("0000", NULL, &page), -ERR_NOT_FOUND);
	assert_int_equal(
	    look("00000000000000000000000000000000000000ff", NULL, &page),
	    -ERR_NOT_FOUND);
	/* Two links, one answer: the other says that it is done. */
	assert_int_equal(answer(token, "sv", PAGE_YES, sha256), 0);
	assert_int_equal(answer(other, "sv", PAGE_YES, sha256), -ERR_CONFLICT);
	assert_int_equal(look(other, "sv", &page), 0);
	assert_false(page.is_used);
	assert_int_equal(page.task.state, TASK_DONE);
	page_clear(&page);
	world_pass(PAGE_LINK_VALID_DEFAULT_MS);
	assert_int_equal(look(other, NULL, &page), -ERR_EXPIRED);
	assert_string_equal(page.language, "sv");
	page_clear(&page);
	assert_int_equal(answer(other, "sv", PAGE_YES, sha256), -ERR_EXPIRED);
}

static void test_link_of_a_closed_task(void **state)
{
	struct actor actor = world_actor();
	struct page_link_view view;
	struct task_view task;
	struct err err = {0};
	char *url = NULL;
	char sha256[65];
	char token[41];
	const char *id = world_task(WORLD_ASTRID, "RON-14").id;
	char copy[STORE_ID];

	(void)state;
	(void)snprintf(
	    copy, sizeof(copy), "%s", world_task(WORLD_ASTRID, "RON-14").id);
	(void)id;
	world_link(copy, token);
	shown(token, "sv", sha256);
	assert_int_equal(
	    service_task_cancel(&world, &actor, copy, "mistake", &task, &err),
	    0);
	assert_int_equal(answer(token, "sv", PAGE_YES, sha256), -ERR_CONFLICT);
	assert_int_equal(service_page_link_create(
	                     &world, &actor, copy, 0, &view, &url, &err),
	    -ERR_CONFLICT);
	assert_int_equal(
	    service_page_link_create(&world, &actor, NEW, 0, &view, &url, &err),
	    -ERR_NOT_FOUND);
	assert_int_equal(service_page_link_create(&world, &actor, copy,
	                     PAGE_LINK_VALID_MAX_MS + 1, &view, &url, &err),
	    -ERR_INVALID);
	assert_null(url);
}

/* ---- on behalf of nobody ---- */

static void test_nobody_states_for_somebody_else(void **state)
{
	struct actor actor = world_actor();
	struct task_row task = world_task(WORLD_ASTRID, "RON-17");
	struct statement_view view;
	struct statement_row row;
	struct err err = {0};
	char sha256[65];
	char token[41];
	struct statement_answer said = {.task_id = task.id,
	    .as_person = WORLD_MANAGER,
	    .yes = true,
	    .text_sha256 = sha256};

	(void)state;
	world_link(task.id, token);
	shown(token, "da", sha256);
	assert_int_equal(
	    service_statement_make(&world, &actor, &said, &view, &err),
	    -ERR_DENIED);
	assert_non_null(strstr(err.text, "on behalf"));
	said.as_person = NULL;
	assert_int_equal(
	    service_statement_make(&world, &actor, &said, &view, &err),
	    -ERR_DENIED);
	assert_int_equal(
	    statement_of(WORLD_ASTRID, "RON-17", &row), -ERR_NOT_FOUND);
	said.as_person = WORLD_ASTRID;
	assert_int_equal(
	    service_statement_make(&world, &actor, &said, &view, &err), 0);
	assert_string_equal(view.person_name, "Astrid Lindqvist");
	assert_string_equal(view.statement.language, "da");
	assert_string_equal(view.statement.stated_by, "local:test");
}

static int count_statement(void *arg, const struct statement_view *view)
{
	(void)view;
	(*(unsigned *)arg)++;
	return 0;
}

/* Dated, never overwritten: the older one stays. */
static void test_statements_pile_up(void **state)
{
	struct actor actor = world_actor();
	struct statement_listing all = {
	    .person_id = WORLD_ASTRID, .rule = "RON-17"};
	struct statement_listing newest = {
	    .only_newest = true, .rule = "RON-17"};
	struct err err = {0};
	unsigned count = 0;
	char sha256[65];
	char token[41];
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		world_link(world_task(WORLD_ASTRID, "RON-17").id, token);
		shown(token, "sv", sha256);
		assert_int_equal(
		    answer(token, "sv", i == 0 ? PAGE_NO : PAGE_YES, sha256),
		    0);
		world_pass(181 * TIME_DAY_MS);
		world_round();
	}
	assert_int_equal(service_statement_each(&world, &actor, &all,
	                     count_statement, &count, &err),
	    0);
	assert_int_equal(count, 2);
	count = 0;
	assert_int_equal(service_statement_each(&world, &actor, &newest,
	                     count_statement, &count, &err),
	    0);
	assert_int_equal(count, 1);
}

/* ---- the texts ---- */

static const struct page_script *script_of(
    const struct page *page, enum pack_phrase phrase, const char *language)
{
	const struct page_rule *rule = &page->rules[0];
	size_t i;

	for (i = 0; i < rule->script_count; i++)
		if (rule->scripts[i].phrase == phrase &&
		    strcmp(rule->scripts[i].language, language) == 0)
			return &rule->scripts[i];
	return NULL;
}

/* The greeting is filled in for the person, in each language of the pack. */
static void test_greeting_is_filled_in(void **state)
{
	const struct page_script *script;
	struct page page;
	char token[41];

	(void)state;
	world_link(world_task(WORLD_ASTRID, "RON-17").id, token);
	assert_int_equal(look(token, "sv", &page), 0);
	script = script_of(&page, PACK_PHRASE_GREETING, "sv");
	assert_non_null(script);
	assert_non_null(strstr(script->text, "Astrid Lindqvist"));
	assert_null(strchr(script->text, '{'));
	assert_non_null(script_of(&page, PACK_PHRASE_GREETING, "en"));
	assert_non_null(page.operator_steps);
	assert_non_null(page.statement);
	page_clear(&page);
	/* The page's own words can be Danish; the pack has none: Swedish. */
	assert_int_equal(look(token, "da", &page), 0);
	assert_string_equal(page.language, "da");
	assert_string_equal(page.text_language, "sv");
	page_clear(&page);
}

/* C5: what is waived is not put to people; what is asked instead is. */
static void test_waived_rule_is_not_shown(void **state)
{
	struct task_row task;
	struct page page;
	char token[41];
	size_t i;

	(void)state;
	task = world_task(WORLD_ASTRID, "");
	world_link(task.id, token);
	assert_int_equal(look(token, "da", &page), 0);
	assert_true(page.rule_count > 5);
	for (i = 0; i < page.rule_count; i++)
		assert_string_not_equal(page.rules[i].rule->id, "ALB-08");
	page_clear(&page);
	if (world_count(WORLD_ASTRID, "ALB-08", true) == 0)
		return;
	world_link(world_task(WORLD_ASTRID, "ALB-08").id, token);
	assert_int_equal(look(token, "da", &page), 0);
	assert_null(page.rules[0].title);
	assert_null(page.rules[0].demand);
	assert_non_null(page.statement);
	page_clear(&page);
}

/* ---- reading the pack ---- */

static int last_reading(struct txn *txn, void *arg, struct err *err)
{
	struct acknowledgement_row *row = arg;

	return store_acknowledgement_find(
	    txn, row->org_id, row->person_id, row, err);
}

static void read_rules(const char *person_id)
{
	char sha256[65];
	char token[41];

	world_link(world_task(person_id, "").id, token);
	shown(token, "sv", sha256);
	assert_int_equal(answer(token, "sv", PAGE_NO, sha256), -ERR_INVALID);
	assert_int_equal(answer(token, "sv", PAGE_YES, sha256), 0);
}

static void test_reading(void **state)
{
	struct actor actor = world_actor();
	struct acknowledgement_row row = {.id = ""};
	struct err err = {0};

	(void)state;
	read_rules(WORLD_ASTRID);
	(void)snprintf(row.org_id, STORE_ID, "%s", actor.org_id);
	(void)snprintf(row.person_id, STORE_ID, WORLD_ASTRID);
	assert_int_equal(store_read(world.store, last_reading, &row, &err), 0);
	assert_string_equal(row.pack, "ronneby");
	assert_true(row.at == world_now);
	assert_int_equal(strlen(row.text_sha256), 64);
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "", true), 0);
	world_pass(200 * TIME_DAY_MS);
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "", false), 1);
}

/* A manager is shown more than an employee, each only what binds them. */
static void test_texts_follow_the_roles(void **state)
{
	struct page employee;
	struct page manager;
	char token[41];
	size_t i;

	(void)state;
	world_link(world_task(WORLD_ASTRID, "").id, token);
	assert_int_equal(look(token, "sv", &employee), 0);
	world_link(world_task(WORLD_MANAGER, "").id, token);
	assert_int_equal(look(token, "sv", &manager), 0);
	assert_true(manager.rule_count > employee.rule_count);
	for (i = 0; i < employee.rule_count; i++)
		assert_true(employee.rules[i].rule->binds & PACK_ROLE_EMPLOYEE);
	page_clear(&employee);
	page_clear(&manager);
}

static int note_coverage(void *arg, const struct coverage_view *view)
{
	struct coverage_view *out = arg;

	if (strcmp(view->unit_id, WORLD_TOP) == 0)
		*out = *view;
	return 0;
}

static void test_coverage(void **state)
{
	struct actor actor = world_actor();
	struct coverage_view view = {.persons = 99};
	struct err err = {0};

	(void)state;
	read_rules(WORLD_ASTRID);
	/* Four persons: nothing is shown that would point at somebody. */
	assert_int_equal(service_coverage_each(
	                     &world, &actor, NULL, note_coverage, &view, &err),
	    0);
	assert_false(view.is_shown);
	assert_int_equal(view.persons, 0);
	assert_int_equal(view.acknowledged, 0);
	world_person(
	    NEW, "Nils Ny", WORLD_UNIT, PACK_ROLE_EMPLOYEE, "2026-03-02");
	world_pass(30 * TIME_DAY_MS);
	world_round();
	assert_int_equal(service_coverage_each(&world, &actor, WORLD_TOP,
	                     note_coverage, &view, &err),
	    0);
	assert_true(view.is_shown);
	assert_int_equal(view.persons, 5);
	assert_int_equal(view.acknowledged, 1);
	assert_int_equal(view.overdue, 3); /* Nils was asked only now */
}

/* ---- a deputy ---- */

static void test_deputy_accepts(void **state)
{
	struct statement_row row;
	struct page page;
	char absence[STORE_ID];
	char sha256[65];
	char token[41];

	(void)state;
	world_absence(
	    WORLD_ASTRID, WORLD_OLLE, "2026-03-02", "2026-03-20", absence);
	world_round();
	world_link(world_task(WORLD_OLLE, "RON-21").id, token);
	assert_int_equal(look(token, "sv", &page), 0);
	assert_string_equal(page.subject_name, "Astrid Lindqvist");
	assert_string_equal(page.person_name, "Olle Berg");
	assert_int_equal(page.from_day, world_day("2026-03-02"));
	assert_int_equal(page.until_day, world_day("2026-03-20"));
	page_clear(&page);
	shown(token, "sv", sha256);
	assert_int_equal(answer(token, "sv", PAGE_YES, sha256), 0);
	assert_int_equal(statement_of(WORLD_ASTRID, "RON-21", &row), 0);
	assert_string_equal(row.person_id, WORLD_OLLE);
	assert_true(row.is_yes);
	/* Until the return: the end of the 20th, Swedish time. */
	world_at("2026-03-21", 0);
	assert_true(row.valid_until == world_now);
}

/* Another deputy is named: the first one's link no longer counts. */
static void test_deputy_is_replaced(void **state)
{
	char absence[STORE_ID];
	char sha256[65];
	char token[41];

	(void)state;
	world_absence(
	    WORLD_ASTRID, WORLD_OLLE, "2026-03-02", "2026-03-20", absence);
	world_round();
	world_link(world_task(WORLD_OLLE, "RON-21").id, token);
	shown(token, "sv", sha256);
	world_absence_void(absence);
	world_absence(
	    WORLD_ASTRID, WORLD_MANAGER, "2026-03-02", "2026-03-20", absence);
	world_round();
	assert_int_equal(
	    world_task(WORLD_OLLE, "RON-21").state, TASK_CANCELLED);
	assert_int_equal(world_count(WORLD_MANAGER, "RON-21", true), 1);
	assert_int_equal(answer(token, "sv", PAGE_YES, sha256), -ERR_CONFLICT);
}

int main(void)
{
#define RON(test) WORLD_TEST_FROM(test, begin_asked, "ronneby")
#define ALB(test) WORLD_TEST_FROM(test, begin_asked, "albertslund")
	const struct CMUnitTest tests[] = {
	    RON(test_looking_uses_nothing_up),
	    RON(test_an_answer_is_kept_with_its_words),
	    RON(test_no_is_kept_too),
	    RON(test_only_the_text_that_was_shown),
	    RON(test_links_end),
	    RON(test_link_of_a_closed_task),
	    RON(test_nobody_states_for_somebody_else),
	    RON(test_statements_pile_up),
	    RON(test_greeting_is_filled_in),
	    ALB(test_waived_rule_is_not_shown),
	    RON(test_reading),
	    RON(test_texts_follow_the_roles),
	    RON(test_coverage),
	    RON(test_deputy_accepts),
	    RON(test_deputy_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
