/*
 * store_schema_test: is a database made, brought up to date and refused as it
 * should be, and is the SQL text translated right for its engine?
 */
#include "server/store/store_equipment.h"
#include "tests/contract/rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/buf.h"
#include "server/store/schema.h"
#include "server/store/sql.h"

/* ---- text ---- */

static const struct sql_dialect dialect = {'?', "INTEGER", "BLOB", " STRICT"};

static void test_placeholders(void **state)
{
	static const struct {
		const char *in;
		const char *out; /* NULL: refused */
	} cases[] = {
	    {"", ""},
	    {"SELECT $1, $12", "SELECT ?1, ?12"},
	    {"SELECT '$1', \"$2\", $3", "SELECT '$1', \"$2\", ?3"},
	    {"SELECT 'it''s $1' || $1", "SELECT 'it''s $1' || ?1"},
	    {"SELECT $name", NULL},
	    {"SELECT $", NULL},
	    {"SELECT 'open $1", NULL},
	};
	struct buf out = {0};
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_reset(&out);
		r = sql_placeholders(&dialect, cases[i].in, &out, NULL);
		assert_int_equal(r, cases[i].out ? 0 : -ERR_INVALID);
		if (cases[i].out && *cases[i].out)
			assert_string_equal((char *)out.data, cases[i].out);
	}
	buf_clear(&out);
}

static void test_statements(void **state)
{
	static const char script[] =
	    "-- one; two\n\n;;CREATE TABLE a (b {bigint}, -- why; here\n"
	    " c {bytes} DEFAULT 'x;{bigint}--') ;\n"
	    "CREATE INDEX d ON a(b) WHERE c <> '';\n-- end\n";
	static const char *const want[] = {
	    "CREATE TABLE a (b INTEGER, \n c BLOB DEFAULT"
	    " 'x;{bigint}--')  STRICT",
	    "CREATE INDEX d ON a(b) WHERE c <> ''"};
	const char *at = script;
	struct buf out = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(want); i++) {
		buf_reset(&out);
		assert_int_equal(
		    sql_statement_next(&dialect, &at, &out, NULL), 1);
		assert_string_equal((char *)out.data, want[i]);
	}
	assert_int_equal(sql_statement_next(&dialect, &at, &out, NULL), 0);
	assert_int_equal(sql_statement_next(&dialect, &at, &out, NULL), 0);
	at = "CREATE TABLE a (b {bigsmall})";
	assert_int_equal(
	    sql_statement_next(&dialect, &at, &out, NULL), -ERR_INVALID);
	at = "SELECT 'open; SELECT 2";
	assert_int_equal(
	    sql_statement_next(&dialect, &at, &out, NULL), -ERR_INVALID);
	buf_clear(&out);
}

/* ---- files ---- */

static void run_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
}

static int open_store(struct fixture *f, struct err *err)
{
	struct store_config config = {
	    .path = f->path, .readers = 1, .queue_max = 10};

	return store_open(&config, &f->store, err);
}

static void test_migrate_twice(void **state)
{
	struct fixture *f = *state;
	struct phone phone;
	struct stat st;
	int from = -1;
	int to = -1;

	phone_enrol(f, &phone);
	fixture_close(f);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(store_migrate(f->path, &from, &to, NULL), 0);
	assert_int_equal(from, schema_latest());
	assert_int_equal(to, schema_latest());
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(store_migrate(f->path, &from, &to, NULL), 0);
	assert_int_equal(from, 0);
	assert_int_equal(to, schema_latest());
	fixture_check_file(f);
}

/* A database as the steps up to this number leave it. */
static void make_older(struct fixture *f, int number)
{
	struct buf text = {0};
	const char *at;
	int i;

	assert_int_equal(unlink(f->path), 0);
	run_sql(f,
	    "CREATE TABLE schema_version (number INTEGER PRIMARY KEY,"
	    " name TEXT NOT NULL)");
	for (i = 0; i < number; i++) {
		at = schema_steps[i].sql;
		while (sql_statement_next(&dialect, &at, &text, NULL) > 0) {
			run_sql(f, (const char *)text.data);
			buf_reset(&text);
		}
	}
	buf_clear(&text);
}

/* One phone with an open, a sent and an answered command. */
static const char phone_of_0002[] =
    "INSERT INTO schema_version VALUES (1, 'first'), (2, 'stations');"
    "INSERT INTO organisations VALUES ('o', 'O', 't', 1);"
    "INSERT INTO links VALUES ('k', 'o', '', '', 't', '', '', 1, 1, 1, 1, 1);"
    "INSERT INTO devices VALUES ('d', 'o', 'u', 's', '', '', '', '', '', '',"
    " '', 'l', 1);"
    "INSERT INTO lives VALUES ('l', 'o', 'd', 'k', 1, 't', 'm', x'', 0, 1, 1,"
    " 0, 1);"
    "INSERT INTO commands VALUES"
    " ('c1', 'o', 'd', 'l', 'A', 'p', 3, 10, 1, '', '', '', 1, 0, 0, 2, 0, 3,"
    " 1, 0),"
    " ('c2', 'o', 'd', 'l', 'A', 'p', 1, 10, 1, '', '', '', 1, 0, 9, 2, 0, 0,"
    " 1, 0),"
    " ('c3', 'o', 'd', 'l', 'A', 'p', 0, 10, 2, '', '', '', 1, 0, 0, 0, 0, 0,"
    " 0, 0);"
    "INSERT INTO command_payloads SELECT id, x'2a' FROM commands;"
    "INSERT INTO answers VALUES ('b', 'l', 'c1', 'Acknowledged', 4, x'02'),"
    " ('a', 'l', 'c1', 'Acknowledged', 3, x'01'),"
    " ('c', 'l', '', 'unread', 5, x'03');";

static int note_body(void *arg, int64_t at, const char *status,
    const uint8_t *body, size_t body_len)
{
	int *seen = arg;

	(void)status;
	assert_int_equal(body_len, 1);
	assert_true(at == body[0] + 2);
	*seen = *seen * 10 + body[0];
	return 0;
}

static int check_upgraded(struct txn *txn, void *arg, struct err *err)
{
	struct store_counts counts;
	struct command command;
	uint8_t *payload = NULL;
	size_t len = 0;
	int seen = 0;

	(void)arg;
	assert_int_equal(
	    store_answer_each(txn, "c1", note_body, &seen, err), 0);
	assert_int_equal(store_answer_each(txn, "", note_body, &seen, err), 0);
	assert_int_equal(seen, 123);
	assert_int_equal(store_counts(txn, &counts, err), 0);
	assert_int_equal(counts.commands_open, 2);
	assert_int_equal(store_command_next(
	                     txn, "l", 8, false, &command, &payload, &len, err),
	    0);
	assert_string_equal(command.id, "c2");
	free(payload);
	assert_int_equal(store_command_next(
	                     txn, "l", 9, false, &command, &payload, &len, err),
	    0);
	assert_string_equal(command.id, "c3"); /* c2 has expired */
	free(payload);
	return 0;
}

/* 0003 moves queues and answers: nothing is lost, nothing waits again. */
static void test_upgrade_keeps_commands(void **state)
{
	struct fixture *f = *state;
	int from = -1;
	int to = -1;

	fixture_close(f);
	make_older(f, 2);
	run_sql(f, phone_of_0002);
	assert_int_equal(store_migrate(f->path, &from, &to, NULL), 0);
	assert_int_equal(from, 2);
	assert_int_equal(to, schema_latest());
	assert_int_equal(open_store(f, NULL), 0);
	assert_int_equal(store_read(f->store, check_upgraded, NULL, NULL), 0);
	fixture_close(f);
	fixture_check_file(f);
}

/* The steps rise in number and are never empty. */
static void test_steps(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < schema_step_count; i++) {
		assert_true(i == 0
		        ? schema_steps[i].number == 1
		        : schema_steps[i].number > schema_steps[i - 1].number);
		assert_true(strlen(schema_steps[i].sql) > 20);
		assert_true(strlen(schema_steps[i].name) > 2);
	}
}

/* One step of long ago, in SQLite's words, as an old program left it. */
static void run_step(struct fixture *f, const struct schema_step *step)
{
	const char *at = step->sql;
	struct buf sql = {0};
	char note[100];

	while (sql_statement_next(&dialect, &at, &sql, NULL) > 0) {
		run_sql(f, (const char *)sql.data);
		buf_reset(&sql);
	}
	buf_clear(&sql);
	(void)snprintf(note, sizeof(note),
	    "INSERT INTO schema_version VALUES (%d, '%s')", step->number,
	    step->name);
	run_sql(f, note);
}

struct holder_unit {
	struct assignment_row held;
	struct person_row person;
	struct device device;
};

static int load_holder(struct txn *txn, void *arg, struct err *err)
{
	struct holder_unit *unit = arg;
	int rc =
	    store_assignment_find_phone(txn, "o", "d1", 0, &unit->held, err);

	if (rc == 0)
		rc = store_person_load(
		    txn, "o", unit->held.person_id, &unit->person, err);
	if (rc == 0)
		rc = store_device_load(txn, "d1", &unit->device, err);
	return rc;
}

static int find_ended(struct txn *txn, void *arg, struct err *err)
{
	struct holder_unit *unit = arg;

	return store_assignment_find_phone(txn, "o", "d3", 0, &unit->held, err);
}

static int load_ended(struct txn *txn, void *arg, struct err *err)
{
	struct holder_unit *unit = arg;

	return store_device_load(txn, "d3", &unit->device, err);
}

/* Phones enrolled before there was a ledger: whoever had them holds them. */
static void test_upgrade_with_phones(void **state)
{
	struct holder_unit unit = {.held = {.id = ""}};
	struct fixture *f = *state;
	struct err err = {0};
	char sql[600];
	int from;
	int to;
	int i;

	fixture_close(f);
	assert_int_equal(unlink(f->path), 0);
	run_sql(f,
	    "CREATE TABLE schema_version (number INTEGER PRIMARY KEY,"
	    " name TEXT NOT NULL) STRICT");
	run_step(f, &schema_steps[0]);
	run_step(f, &schema_steps[1]);
	run_sql(f, "INSERT INTO organisations VALUES ('o', 'O', 't', 1)");
	run_sql(f,
	    "INSERT INTO links VALUES ('l', 'o', 'Bo Ek', 's', 't', 'c', '',"
	    " 1, 2, 3, 4, 5)");
	for (i = 1; i <= 3; i++) {
		(void)snprintf(sql, sizeof(sql),
		    "INSERT INTO devices VALUES ('d%d', 'o', 'u%d', 's%d', 'n',"
		    " 'Bo Ek', 'm', 'p', '', '', '', 'life%d', 7);"
		    "INSERT INTO lives VALUES ('life%d', 'o', 'd%d', 'l', %d,"
		    " 't', 'm', x'00', 0, 100, 101, 0, 0)",
		    i, i, i, i, i, i, i < 3 ? 1 : 2);
		run_sql(f, sql);
	}
	assert_int_equal(store_migrate(f->path, &from, &to, &err), 0);
	assert_int_equal(from, schema_steps[1].number);
	assert_int_equal(open_store(f, &err), 0);
	fixture_read(f, load_holder, &unit);
	assert_true(unit.held.from_at == 100);
	assert_string_equal(unit.held.life_id, "life1");
	assert_string_equal(unit.person.name, "Bo Ek");
	assert_string_equal(unit.device.person_id, unit.person.id);
	/* Where each is follows from what is known of it. */
	assert_int_equal(unit.device.state, PHONE_ENROLLED);
	fixture_read(f, load_ended, &unit);
	assert_int_equal(unit.device.state, PHONE_ASSIGNED);
	assert_int_equal(unit.device.kind, PHONE_KIND_IPHONE);
	/* Its life had ended: nobody holds it. */
	assert_int_equal(
	    store_read(f->store, find_ended, &unit, NULL), -ERR_NOT_FOUND);
	fixture_check_file(f);
}

static void test_open_refuses(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	int from;
	int to;

	fixture_close(f);
	run_sql(f, "INSERT INTO schema_version VALUES (9999, 'future')");
	assert_int_equal(open_store(f, &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "newer program"));
	assert_int_equal(
	    store_migrate(f->path, &from, &to, &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "newer program"));

	run_sql(f, "DELETE FROM schema_version");
	assert_int_equal(open_store(f, &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "`workphone-server migrate`"));

	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(open_store(f, &err), -ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "`workphone-server migrate`"));
	assert_int_equal(access(f->path, F_OK), -1); /* not made by opening */
}

static void test_foreign_database(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	int from;
	int to;

	fixture_close(f);
	assert_int_equal(unlink(f->path), 0);
	run_sql(f, "CREATE TABLE cookies (a TEXT)");
	assert_int_equal(
	    store_migrate(f->path, &from, &to, &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "something else"));
	assert_int_equal(open_store(f, &err), -ERR_CONFLICT);
}

/* A step that fails half-way leaves nothing of itself. */
static void test_failed_step_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	int from;
	int to;

	fixture_close(f);
	assert_int_equal(unlink(f->path), 0);
	run_sql(f,
	    "CREATE TABLE schema_version (number INTEGER PRIMARY KEY,"
	    " name TEXT NOT NULL);"
	    "CREATE TABLE wipes (in_the_way TEXT)");
	assert_true(store_migrate(f->path, &from, &to, &err) < 0);
	assert_non_null(strstr(err.text, "0001_first"));
	run_sql(f, "SELECT in_the_way FROM wipes");
	run_sql(f, "CREATE TABLE devices (was_not_left TEXT)");
}

static void test_damaged_file(void **state)
{
	static const char rubbish[] = "this is not a database at all, but it "
	                              "is long enough to be looked at. ";
	struct fixture *f = *state;
	struct err err = {0};
	FILE *file;
	int from;
	int to;
	int i;

	fixture_close(f);
	file = fopen(f->path, "w");
	assert_non_null(file);
	for (i = 0; i < 100; i++)
		(void)fputs(rubbish, file);
	(void)fclose(file);
	assert_int_equal(open_store(f, &err), -ERR_IO);
	assert_non_null(strstr(err.text, f->path));
	assert_int_equal(store_migrate(f->path, &from, &to, &err), -ERR_IO);
	file = fopen(f->path, "w");
	assert_non_null(file);
	(void)fclose(file);
	assert_int_equal(open_store(f, &err), -ERR_CONFLICT); /* empty */
}

static void test_impossible_path(void **state)
{
	struct store_config config = {
	    .path = "/nowhere/at/all/db", .readers = 1, .queue_max = 1};
	struct store *store = NULL;
	struct err err = {0};
	int from;
	int to;

	(void)state;
	assert_int_equal(store_open(&config, &store, &err), -ERR_NOT_FOUND);
	assert_int_equal(store_migrate(config.path, &from, &to, &err), -ERR_IO);
	assert_non_null(strstr(err.text, "/nowhere/at/all/db"));
	store_close(NULL);
}

static void test_bad_config(void **state)
{
	struct fixture *f = *state;
	struct store_config config = {.path = f->path, .queue_max = 1};
	struct store *store = NULL;
	struct err err = {0};

	assert_int_equal(store_open(&config, &store, &err), -ERR_LIMIT);
	config.readers = 1000;
	assert_int_equal(store_open(&config, &store, &err), -ERR_LIMIT);
	assert_null(store);
}

/* Times and numbers must be numbers: the tables are strict. */
static void test_tables_are_strict(void **state)
{
	struct fixture *f = *state;
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;

	fixture_close(f);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db,
	        "SELECT count(*), sum(strict) FROM pragma_table_list"
	        " WHERE schema = 'main' AND type = 'table'"
	        " AND name NOT LIKE 'sqlite%'",
	        -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_true(sqlite3_column_int(stmt, 0) >= 12);
	assert_int_equal(
	    sqlite3_column_int(stmt, 0), sqlite3_column_int(stmt, 1));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_placeholders),
	    TEST(test_statements),
	    TEST(test_migrate_twice),
	    TEST(test_upgrade_keeps_commands),
	    TEST(test_upgrade_with_phones),
	    TEST(test_steps),
	    TEST(test_open_refuses),
	    TEST(test_foreign_database),
	    TEST(test_failed_step_leaves_nothing),
	    TEST(test_damaged_file),
	    TEST(test_impossible_path),
	    TEST(test_bad_config),
	    TEST(test_tables_are_strict),
	};

	return FIXTURE_RUN("store schema", tests);
}
