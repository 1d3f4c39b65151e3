/*
 * retention_test: when somebody's time is over, is what said who they were gone
 * from every column of every table, and nobody else touched; and does whoever
 * still holds something, has something open or stands under a hold stay?
 */
#include "tests/unit/guard/guard_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/service/audit/audit.h"
#include "server/service/guard/everything.h"
#include "server/service/guard/retention.h"
#include "server/store/db.h"
#include "server/store/txn.h"

/* In whatever says who it was. */
#define NAME "Zyxwvna"
#define OTHER "Qwertina"
#define YEARS (3 * 365 * TIME_DAY_MS)

/* ---- every column of every table ---- */

/* The cache of statements knows a text by its address: they stay. */
static char *texts[16384];
static size_t text_count;

static const char *text_of(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static const char *text_of(const char *format, ...)
{
	va_list list;
	char *text = NULL;

	va_start(list, format);
	assert_true(vasprintf(&text, format, list) >= 0);
	va_end(list);
	assert_true(text_count < sizeof(texts) / sizeof(texts[0]));
	texts[text_count++] = text;
	return text;
}

static int texts_end(void **state)
{
	int rc = towns_end(state);

	while (text_count > 0)
		free(texts[--text_count]);
	return rc;
}

struct names {
	char items[128][64];
	size_t count;
};

static void names_get(struct txn *txn, const char *sql, struct names *out)
{
	struct db_stmt *stmt;

	out->count = 0;
	assert_int_equal(db_prepare(txn->db, sql, &stmt, NULL), 0);
	while (db_step(stmt, NULL) > 0) {
		assert_true(out->count < 128);
		assert_int_equal(
		    db_text_copy(stmt, 0, out->items[out->count++], 64, NULL),
		    0);
	}
	db_done(stmt);
}

static int64_t number_get(struct txn *txn, const char *sql)
{
	struct db_stmt *stmt;
	int64_t number = -1;

	assert_int_equal(db_prepare(txn->db, sql, &stmt, NULL), 0);
	if (db_step(stmt, NULL) > 0)
		number = db_int64(stmt, 0);
	db_done(stmt);
	return number;
}

struct finding {
	const char *what;
	int64_t rows;
	char where[1024]; /* "table.column …" */
};

static int find_everywhere(struct txn *txn, void *arg, struct err *err)
{
	struct finding *finding = arg;
	static struct names tables;
	static struct names columns;
	int64_t rows;
	size_t i;
	size_t k;

	(void)err;
	names_get(txn,
	    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
	    &tables);
	for (i = 0; i < tables.count; i++) {
		names_get(txn,
		    text_of("SELECT name FROM pragma_table_info('%s')",
		        tables.items[i]),
		    &columns);
		for (k = 0; k < columns.count; k++) {
			rows = number_get(txn,
			    text_of("SELECT count(*) FROM %s WHERE "
			            "instr(lower(CAST(%s AS TEXT)), "
			            "lower('%s')) > 0",
			        tables.items[i], columns.items[k],
			        finding->what));
			finding->rows += rows;
			if (rows > 0 && strlen(finding->where) < 900)
				(void)snprintf(
				    finding->where + strlen(finding->where),
				    100, " %.40s.%.40s", tables.items[i],
				    columns.items[k]);
		}
	}
	return 0;
}

static struct finding find(const char *what)
{
	struct finding finding = {.what = what};

	towns_read(find_everywhere, &finding);
	return finding;
}

/* ---- a row in every table that may hold something of a person ---- */

static char person_id[STORE_ID];

/* Words of ours, accounts, hashes: they say nothing about the person. */
static bool is_neutral(const char *column)
{
	static const char *const words[] = {"rule", "kind", "page", "language",
	    "source", "item", "request_type", "purpose", "status", "fact",
	    "method", "word", "pack", "serial", "udid", "mark", "sealed",
	    "ordered_key", "source_key_none", "topic"};
	size_t len = strlen(column);
	size_t i;

	if (len > 3 && strcmp(column + len - 3, "_by") == 0)
		return true;
	if (strstr(column, "sha256") || strstr(column, "pack_hash"))
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(column, words[i]) == 0)
			return true;
	return false;
}

static const char *id_for(const char *table, const char *column)
{
	static const char *const known[][2] = {{"device_id", "device-SERIAL1"},
	    {"life_id", "life-SERIAL1"}, {"command_id", "commands-1"},
	    {"case_id", "return_cases-1"}, {"departure_id", "departures-1"},
	    {"handout_id", "handouts-1"}, {"receipt_id", "receipts-1"},
	    {"lost_mode_id", "lost_modes-1"}, {"wipe_id", "wipes-1"},
	    {"link_id", "link-SERIAL1"}};
	size_t i;

	if (strcmp(column, "id") == 0)
		return text_of("%s-1", table);
	if (strcmp(column, "org_id") == 0)
		return ada->org_id;
	if (strcmp(column, "person_id") == 0 ||
	    strcmp(column, "subject_id") == 0)
		return person_id;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(column, known[i][0]) == 0)
			return known[i][1];
	return "";
}

/* Over, so that it keeps nobody. */
static int64_t number_for(const char *table, const char *column, int64_t then)
{
	static const struct {
		const char *table;
		int64_t state;
	} states[] = {{"departures", 3}, {"return_cases", 9},
	    {"equipment_orders", 4}, {"commands", 4}, {"wipes", 4},
	    {"tasks", 3}, {"lost_modes", 3}, {"notices", 1}, {"mails", 1},
	    {"handouts", 1}, {"work_orders", 4}};
	size_t i;

	if (strcmp(column, "state") == 0) {
		for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
			if (strcmp(table, states[i].table) == 0)
				return states[i].state;
		return 0;
	}
	if (strcmp(column, "at") == 0)
		return then;
	if (strcmp(column, "purged_at") == 0)
		return 0;
	if (strcmp(column, "number") == 0)
		return 90; /* behind those that are there */
	return strcmp(column, "subject_kind") == 0 ||
	        strcmp(column, "place") == 0
	    ? 0
	    : 1;
}

static void fill_row(struct txn *txn, const char *table, int64_t then)
{
	static struct names columns;
	static struct names kinds;
	char values[4096] = "";
	struct err err = {0};
	size_t used = 0;
	size_t i;

	names_get(txn,
	    text_of("SELECT name FROM pragma_table_info('%s')", table),
	    &columns);
	names_get(txn,
	    text_of("SELECT type FROM pragma_table_info('%s')", table), &kinds);
	for (i = 0; i < columns.count; i++) {
		const char *column = columns.items[i];
		size_t len = strlen(column);
		bool is_id = strcmp(column, "id") == 0 ||
		    (len > 3 && strcmp(column + len - 3, "_id") == 0);

		used += (size_t)snprintf(
		    values + used, sizeof(values) - used, "%s", i ? ", " : "");
		if (is_id)
			used += (size_t)snprintf(values + used,
			    sizeof(values) - used, "'%s'",
			    id_for(table, column));
		else if (strcmp(kinds.items[i], "TEXT") == 0 ||
		    strcmp(kinds.items[i], "BLOB") == 0)
			used += (size_t)snprintf(values + used,
			    sizeof(values) - used,
			    strcmp(kinds.items[i], "BLOB") == 0
			        ? "CAST('%s' AS BLOB)"
			        : "'%s'",
			    is_neutral(column) ? "word" : NAME);
		else
			used += (size_t)snprintf(values + used,
			    sizeof(values) - used, "%lld",
			    (long long)number_for(table, column, then));
	}
	if (db_exec(txn->db,
	        text_of("INSERT INTO %s VALUES (%s)", table, values), &err) < 0)
		fail_msg("%s: %s (%s)", table, err.text, values);
}

static bool has_column(struct txn *txn, const char *table, const char *column)
{
	return number_get(txn,
	           text_of("SELECT count(*) FROM pragma_table_info('%s') WHERE "
	                   "name = '%s'",
	               table, column)) > 0;
}

/* Those are there as the ledger wrote them, or are of no person. */
static bool is_skipped(const char *table)
{
	static const char *const skipped[] = {"people", "lives", "devices",
	    "links", "certificates", "employments", "assignments", "secrets",
	    "audit_entries", "legal_holds", "guard_orders", "approvals",
	    "escrow", "judgements", "device_imeis", "bench_phones",
	    "idempotency_keys", "evidence_items"};
	size_t i;

	for (i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (strcmp(table, skipped[i]) == 0)
			return true;
	return false;
}

static int fill_everything(struct txn *txn, void *arg, struct err *err)
{
	static const char *const ties[] = {"person_id", "life_id", "case_id",
	    "departure_id", "subject_id", "receipt_id", "lost_mode_id"};
	static struct names tables;
	const int64_t *then = arg;
	unsigned filled = 0;
	size_t i;
	size_t k;

	assert_int_equal(
	    db_exec(txn->db, "PRAGMA defer_foreign_keys = ON", err), 0);
	names_get(txn,
	    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
	    &tables);
	for (i = 0; i < tables.count; i++) {
		bool is_tied = strcmp(tables.items[i], "phone_steps") == 0 ||
		    strcmp(tables.items[i], "work_orders") == 0;

		for (k = 0; k < sizeof(ties) / sizeof(ties[0]); k++)
			is_tied |= has_column(txn, tables.items[i], ties[k]);
		if (is_skipped(tables.items[i]) || !is_tied)
			continue;
		fill_row(txn, tables.items[i], *then);
		filled++;
	}
	assert_true(filled > 25);
	return db_exec(txn->db,
	    text_of("INSERT OR IGNORE INTO accessories SELECT '', org_id, "
	            "'Headset', '', '', 1, 0, 1, '' FROM people LIMIT 1; "
	            "INSERT INTO evidence_items VALUES ('%s', 0, '%s', "
	            "'voicemail.greeting', 'csv', 'm', '" NAME "', 0, 0, 1, 1, "
	            "1, ''); INSERT INTO judgements VALUES ('%s', 0, '%s', "
	            "'h', 1, 0, CAST('" NAME "' AS BLOB)); INSERT INTO "
	            "legal_holds VALUES ('hold-1', '%s', 0, '%s', '" NAME
	            " 4711', 'x', 1, 'x', 2, '" NAME "')",
	        ada->org_id, person_id, ada->org_id, person_id, ada->org_id,
	        person_id),
	    err);
}

static int note_audit(struct txn *txn, void *arg, struct err *err)
{
	const struct audit_note note = {.action = AUDIT_PERSON_PURGED,
	    .org_id = ada->org_id,
	    .by = "Ada",
	    .person_id = person_id,
	    .why = NAME " har frågat"};

	(void)arg;
	return audit_write(txn, &towns, &note, err);
}

/* ---- the story ---- */

static const char employed[] =
    "{\"person\": {\"external_id\": \"hr-" NAME "\", \"first_name\": \"" NAME
    "\", \"last_name\": \"" NAME "sson\", \"mail\": \"" NAME
    "@town.example\", \"number\": \"+46701234567\"}}\n"
    "{\"unit\": {\"name\": \"Skolan\"}}\n"
    "{\"employment\": {\"external_id\": \"anst-" NAME "\", \"person\": \"" NAME
    "@town.example\", \"unit\": \"Skolan\", \"from\": \"2020-01-01\"}}\n"
    "{\"absence\": {\"person\": \"" NAME "@town.example\", \"from\": "
    "\"2026-11-20\", \"until\": \"2026-11-25\"}}\n"
    "{\"person\": {\"mail\": \"" NAME "@town.example\", \"last_name\": \"" NAME
    "dotter\"}}";

static void hire_and_leave(bool leaves)
{
	struct person_view view;

	towns_apply(ada, employed);
	assert_int_equal(service_person_view(&towns, ada, NAME "@town.example",
	                     &view, NULL, NULL),
	    0);
	memcpy(person_id, view.person.id, sizeof(person_id));
	towns_phone(ada, "SERIAL1", false);
	towns_apply(ada,
	    "{\"assignment\": {\"person\": \"" NAME
	    "@town.example\", \"phone\": \"SERIAL1\"}}");
	towns_now += TIME_DAY_MS;
	if (leaves) {
		towns_apply(ada,
		    "{\"employment\": {\"external_id\": \"anst-" NAME
		    "\", \"person\": \"" NAME
		    "@town.example\", \"unit\": \"Skolan\", "
		    "\"from\": \"2020-01-01\", \"to\": "
		    "\"2026-11-30\"}}\n"
		    "{\"return\": {\"phone\": \"SERIAL1\"}}");
	}
}

static int end_life(struct txn *txn, void *arg, struct err *err)
{
	(void)arg;
	return db_exec(txn->db,
	    text_of("UPDATE lives SET state = 2, ended_at = %lld WHERE id = "
	            "'life-SERIAL1'; UPDATE departures SET state = 4 WHERE "
	            "id <> 'departures-1'; UPDATE return_cases SET state = 11 "
	            "WHERE id <> 'return_cases-1'",
	        (long long)towns_now),
	    err);
}

struct list {
	struct retention_person rows[8];
	unsigned count;
};

static int note_person(void *arg, const struct retention_person *person)
{
	struct list *list = arg;

	assert_true(list->count < 8);
	list->rows[list->count++] = *person;
	return 0;
}

static struct retention_report run(bool is_dry, struct list *list)
{
	struct retention_report report;
	struct err err = {0};

	list->count = 0;
	if (service_retention_run(
	        &towns, ada, is_dry, note_person, list, &report, &err) < 0)
		fail_msg("%s", err.text);
	return report;
}

static void test_gone_from_everywhere(void **state)
{
	struct retention_report report;
	struct finding before;
	struct finding after;
	struct person_view view;
	struct list list;
	int64_t then = TOWNS_NOW + TIME_HOUR_MS;

	(void)state;
	towns.retention.people_after_ms = 2 * 365 * TIME_DAY_MS;
	hire_and_leave(true);
	towns_apply(ada,
	    "{\"person\": {\"name\": \"" OTHER "\", \"mail\": \"" OTHER
	    "@town.example\"}}\n"
	    "{\"employment\": {\"person\": \"" OTHER
	    "@town.example\", \"unit\": \"Skolan\", \"from\": "
	    "\"2020-01-01\"}}");
	towns_write(fill_everything, &then);
	towns_write(note_audit, NULL);
	towns_write(end_life, NULL);
	before = find(NAME);
	assert_true(before.rows > 60);
	/* Too early. */
	report = run(false, &list);
	assert_int_equal(report.looked_at, 0);
	towns_now += YEARS;
	report = run(true, &list);
	assert_int_equal(report.due, 1);
	assert_string_equal(list.rows[0].id, person_id);
	assert_true(strstr(list.rows[0].name, NAME) != NULL);
	assert_int_equal(find(NAME).rows, before.rows); /* a dry run */
	report = run(false, &list);
	if (report.due != 1)
		fail_msg("kept: %s", list.rows[0].why_not);
	after = find(NAME);
	if (after.rows)
		fail_msg(
		    "%lld times still:%s", (long long)after.rows, after.where);
	/* The row and its id stay, the employment's days too. */
	assert_int_equal(
	    service_person_view(&towns, ada, person_id, &view, NULL, NULL), 0);
	assert_true(view.person.purged_at == towns_now);
	assert_true(find(OTHER).rows >= 2);
	/* Once: not again the next night. */
	report = run(false, &list);
	assert_int_equal(report.due, 0);
}

static void due_now(bool is_due, const char *why)
{
	struct retention_report report;
	struct list list;

	report = run(false, &list);
	assert_int_equal(report.looked_at, 1);
	assert_int_equal(report.due, is_due);
	if (!is_due && !strstr(list.rows[0].why_not, why))
		fail_msg("kept: %s", list.rows[0].why_not);
}

static int free_of_cases(struct txn *txn, void *arg, struct err *err)
{
	(void)arg;
	return db_exec(txn->db,
	    "UPDATE departures SET state = 4; UPDATE return_cases SET state = "
	    "11",
	    err);
}

static void test_who_stays(void **state)
{
	struct legal_hold_view hold;

	(void)state;
	towns.retention.people_after_ms = 2 * 365 * TIME_DAY_MS;
	hire_and_leave(true);
	towns_apply(ada,
	    "{\"assignment\": {\"person\": \"" NAME
	    "@town.example\", \"phone\": \"SERIAL1\"}}\n"
	    "{\"unit\": {\"name\": \"Skolan\", \"manager\": \"" NAME
	    "@town.example\"}}");
	hold = world_hold(LEGAL_HOLD_PERSON, NAME "@town.example");
	towns_now += YEARS;
	due_now(false, "still holds");
	towns_apply(ada, "{\"return\": {\"phone\": \"SERIAL1\"}}");
	towns_write(free_of_cases, NULL);
	due_now(false, "manages");
	towns_apply(ada,
	    "{\"unit\": {\"name\": \"Skolan\", \"manager\": "
	    "\"\"}}");
	due_now(false, "legal hold (case 4711");
	assert_int_equal(service_legal_hold_lift(
	                     &towns, ada, hold.row.id, "closed", &hold, NULL),
	    0);
	due_now(true, "");
}

/* Who came back, or never left, or whose end was a slip. */
static void test_not_over(void **state)
{
	struct retention_report report;
	struct list list;

	(void)state;
	towns.retention.people_after_ms = 2 * 365 * TIME_DAY_MS;
	hire_and_leave(true);
	towns_apply(ada,
	    "{\"employment\": {\"person\": \"" NAME
	    "@town.example\", \"unit\": \"Skolan\", \"from\": "
	    "\"2027-02-01\"}}");
	towns_now += YEARS;
	report = run(false, &list);
	assert_int_equal(report.looked_at, 0);
}

static void test_never(void **state)
{
	struct retention_report report;
	struct list list;

	(void)state;
	hire_and_leave(true);
	towns_now += 10 * YEARS;
	report = run(false, &list);
	assert_int_equal(report.looked_at, 0);
	assert_true(find(NAME).rows > 0);
}

/* By night, once, and of each town its own. */
static void test_by_night(void **state)
{
	int hour;

	(void)state;
	towns.retention.people_after_ms = 2 * 365 * TIME_DAY_MS;
	hire_and_leave(true);
	towns_write(free_of_cases, NULL);
	towns_now += YEARS;
	towns_now -= towns_now % TIME_DAY_MS;
	for (hour = 0; hour < 3; hour++) {
		assert_int_equal(service_retention_keep_going(&towns, NULL), 0);
		towns_now += TIME_HOUR_MS;
	}
	assert_true(find(NAME).rows > 0);
	assert_int_equal(service_retention_keep_going(&towns, NULL), 0);
	assert_int_equal(find(NAME).rows, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, texts_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_gone_from_everywhere),
	    TEST(test_who_stays),
	    TEST(test_not_over),
	    TEST(test_never),
	    TEST(test_by_night),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
