/*
 * audit_write_test: does an entry say what was done, stand with the deed and
 * fall with it, refuse what is not listed, and keep to its organisation? Does a
 * purge leave the shape of the log?
 */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/audit/audit_world.h"

struct seen {
	struct audit_row row;
	char body[4096];
	char title[128];
	int count;
};

static int see(void *arg, const struct audit_view *view)
{
	struct seen *seen = arg;

	if (seen->count++ == 0) {
		seen->row = *view->row;
		(void)snprintf(seen->body, sizeof(seen->body), "%.*s",
		    (int)view->row->body_len, view->row->body);
		(void)snprintf(
		    seen->title, sizeof(seen->title), "%s", view->title);
	}
	return 0;
}

/* The newest of the actor's, and how many there are. */
static struct seen newest(const struct actor *actor)
{
	static const struct audit_question all = {.limit = 0};
	struct seen seen = {.count = 0};

	assert_int_equal(
	    service_audit_each(&towns, actor, &all, see, &seen, NULL), 0);
	return seen;
}

static void test_says_all(void **state)
{
	const struct audit_note note = {
	    .action = AUDIT_WIPE_ORDERED,
	    .org_id = ada->org_id,
	    .by = "local:root",
	    .on_behalf_of = "person:" PERSON,
	    .subject_kind = "wipe",
	    .subject_id = DEVICE,
	    .person_id = PERSON,
	    .device_id = DEVICE,
	    .case_id = OTHER,
	    .why = "left \"today\"\n",
	    .params = {{"serial", "C39"}, {"life", ""}, {"command", NULL}},
	};
	struct seen seen;

	(void)state;
	world_note(&note);
	seen = newest(ada);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.row.seq, 1);
	assert_int_equal(seen.row.at, TOWNS_NOW);
	assert_string_equal(seen.row.action, "wipe.ordered");
	assert_string_equal(seen.title, "an erase was ordered");
	assert_string_equal(seen.row.actor, "local:root");
	assert_string_equal(seen.row.subject_kind, "wipe");
	assert_string_equal(seen.row.subject_id, DEVICE);
	assert_string_equal(seen.row.person_id, PERSON);
	assert_string_equal(seen.row.device_id, DEVICE);
	assert_string_equal(seen.row.case_id, OTHER);
	assert_string_equal(seen.body,
	    "{\"why\":\"left \\\"today\\\"\\u000a\","
	    "\"on_behalf_of\":\"person:" PERSON "\","
	    "\"params\":{\"serial\":\"C39\"}}");
	world_is_whole();
}

static void test_time_alone(void **state)
{
	const struct audit_note note = {
	    .action = AUDIT_WIPE_MOVED, .org_id = ada->org_id};
	struct seen seen;

	(void)state;
	world_note(&note);
	seen = newest(ada);
	assert_string_equal(seen.row.actor, "server");
	assert_string_equal(seen.body, "{\"params\":{}}");
}

static int write_note(struct txn *txn, void *arg, struct err *err)
{
	return audit_write(txn, &towns, arg, err);
}

static void refused(const struct audit_note *note, const char *sentence)
{
	struct audit_note copy = *note;
	struct err err = {0};

	assert_int_equal(
	    store_write(towns.store, write_note, &copy, &err), -ERR_INTERNAL);
	if (!strstr(err.text, sentence))
		fail_msg("\"%s\"", err.text);
	assert_int_equal(newest(ada).count, 0);
}

static void test_refuses(void **state)
{
	struct audit_note note = {.action = AUDIT_TOKEN_CREATED,
	    .org_id = ada->org_id,
	    .params = {{"token", "secret"}}};
	char *long_text = calloc(1, 300);

	(void)state;
	memset(long_text, 'x', 299);
	refused(&note, "lists no parameter \"token\"");
	note.params[0].key = "name";
	note.action = AUDIT_ACTION_COUNT;
	refused(&note, "needs an action");
	note.action = AUDIT_TOKEN_CREATED;
	note.org_id = "";
	refused(&note, "needs an action");
	note.org_id = ada->org_id;
	note.by = long_text;
	refused(&note, "too long");
	free(long_text);
}

/* A key that is a part of a listed one is not listed. */
static void test_refuses_parts(void **state)
{
	static const char *const keys[] = {"nam", "name ", "scope", " ", ""};
	struct audit_note note = {
	    .action = AUDIT_TOKEN_CREATED, .org_id = ada->org_id};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		note.params[0] = (struct audit_param){keys[i], "x"};
		refused(&note, "lists no parameter");
	}
}

static void test_cuts_long_values(void **state)
{
	char why[2000];
	const struct audit_note note = {
	    .action = AUDIT_WIPE_MOVED, .org_id = ada->org_id, .why = why};
	struct seen seen;
	size_t i;

	(void)state;
	for (i = 0; i + 2 < sizeof(why); i += 2)
		memcpy(why + i, "å", 2);
	why[i] = '\0';
	world_note(&note);
	seen = newest(ada);
	assert_non_null(strstr(seen.body, "å…\""));
	assert_true(strlen(seen.body) < AUDIT_VALUE_MAX + 64);
	world_is_whole();
}

static int write_then_fail(struct txn *txn, void *arg, struct err *err)
{
	int rc = audit_write(txn, &towns, arg, err);

	return rc < 0 ? rc : err_set(err, ERR_CONFLICT, "the deed failed");
}

static void test_falls_with_the_deed(void **state)
{
	struct audit_note note = {
	    .action = AUDIT_WIPE_MOVED, .org_id = ada->org_id};

	(void)state;
	world_notes(2);
	assert_int_equal(store_write(towns.store, write_then_fail, &note, NULL),
	    -ERR_CONFLICT);
	assert_int_equal(newest(ada).count, 2);
	world_notes(1);
	assert_int_equal(newest(ada).row.seq, 3);
	world_is_whole();
}

static void test_organisations_apart(void **state)
{
	struct audit_note note = {
	    .action = AUDIT_WIPE_MOVED, .org_id = bob->org_id};
	char *text;

	(void)state;
	world_notes(3);
	world_note(&note);
	assert_int_equal(newest(bob).count, 1);
	assert_int_equal(newest(bob).row.seq, 1);
	assert_int_equal(newest(ada).count, 3);
	text = world_export(NULL, false, 100);
	assert_null(strstr(text, bob->org_id));
	free(text);
	assert_int_equal(world_verify(bob).faults, 0);
	world_is_whole();
}

static void test_holder_of_a_phone(void **state)
{
	struct audit_note note = {
	    .action = AUDIT_WIPE_MOVED, .org_id = ada->org_id};
	char device[64];
	char person[64];

	(void)state;
	towns_apply(
	    ada, "{\"person\":{\"name\":\"Eva Ek\",\"mail\":\"eva@x.se\"}}\n");
	towns_phone(ada, "C39AAA", false);
	towns_apply(ada,
	    "{\"assignment\":{\"person\":\"eva@x.se\","
	    "\"phone\":\"C39AAA\"}}\n");
	(void)snprintf(
	    device, sizeof(device), "%s", world_ask("SELECT id FROM devices"));
	(void)snprintf(
	    person, sizeof(person), "%s", world_ask("SELECT id FROM people"));
	note.device_id = device;
	world_note(&note);
	assert_string_equal(newest(ada).row.person_id, person);
}

static int purge(struct txn *txn, void *arg, struct err *err)
{
	return audit_purge_person(txn, &towns, ada->org_id, PERSON, ada->name,
	    "two years ago", arg, err);
}

static void test_purge(void **state)
{
	struct audit_finding found;
	int64_t emptied = 0;

	(void)state;
	world_notes(6);
	world_checkpoint();
	towns_write(purge, &emptied);
	assert_int_equal(emptied, 3);
	found = world_verify(ada);
	if (found.faults)
		fail_msg("%s", found.sentences[0]);
	assert_int_equal(found.entries, 7);
	assert_int_equal(found.purged, 3);
	assert_int_equal(found.checkpoints, 1);
	assert_int_equal(found.vouched_seq, 6);
	/* Nothing of the three reasons is left, in no index and in no page. */
	assert_string_equal(world_ask("SELECT count(*) FROM audit_entries "
	                              "WHERE body LIKE '%reason 2%'"),
	    "0");
	assert_string_equal(world_ask("SELECT count(*) FROM audit_entries "
	                              "WHERE body LIKE '%reason 3%'"),
	    "1");
	/* A second purge finds only what came since. */
	world_notes(1);
	towns_write(purge, &emptied);
	assert_int_equal(emptied, 1);
	world_is_whole();
}

static void test_questions(void **state)
{
	struct audit_question question = {.case_id = DEVICE, .limit = 0};
	struct seen seen = {.count = 0};

	(void)state;
	world_notes(5);
	assert_int_equal(
	    service_audit_each(&towns, ada, &question, see, &seen, NULL), 0);
	assert_int_equal(seen.count, 5);
	assert_int_equal(seen.row.seq, 5);
	question = (struct audit_question){.before_seq = 3, .limit = 1};
	seen.count = 0;
	assert_int_equal(
	    service_audit_each(&towns, ada, &question, see, &seen, NULL), 0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.row.seq, 2);
	question = (struct audit_question){.person = "nobody@x.se"};
	assert_int_equal(
	    service_audit_each(&towns, ada, &question, see, &seen, NULL),
	    -ERR_NOT_FOUND);
	question = (struct audit_question){.person = "a", .device = "b"};
	assert_int_equal(
	    service_audit_each(&towns, ada, &question, see, &seen, NULL),
	    -ERR_INVALID);
}

/* Words stay: two actions with one word could not be told apart later. */
static void test_words(void **state)
{
	int i;
	int k;

	(void)state;
	for (i = 1; i < AUDIT_ACTION_COUNT; i++) {
		const char *word = audit_action_word(i);

		assert_true(strlen(word) < AUDIT_WORD);
		assert_int_equal(
		    strspn(word, "abcdefghijklmnopqrstuvwxyz_."), strlen(word));
		assert_non_null(strchr(word, '.'));
		for (k = 1; k < i; k++)
			if (strcmp(word, audit_action_word(k)) == 0)
				fail_msg("%s stands for two actions", word);
	}
	assert_string_equal(audit_action_word(AUDIT_NONE), "?");
	assert_string_equal(audit_action_title("gone.word"), "gone.word");
}

#define IN_WORLD(test)                                                         \
	cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_WORLD(test_says_all),
	    IN_WORLD(test_time_alone),
	    IN_WORLD(test_refuses),
	    IN_WORLD(test_refuses_parts),
	    IN_WORLD(test_cuts_long_values),
	    IN_WORLD(test_falls_with_the_deed),
	    IN_WORLD(test_organisations_apart),
	    IN_WORLD(test_holder_of_a_phone),
	    IN_WORLD(test_purge),
	    IN_WORLD(test_questions),
	    cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(
	    tests, world_keys_make, world_keys_remove);
}
