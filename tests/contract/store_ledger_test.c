/*
 * store_ledger_test: does every row of the ledger come back as saved, walk in
 * order, stay what it is, and stay within its organisation (DESIGN invariant
 * 8)? The same questions for every kind of row.
 */
#include "tests/contract/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/store/store_people.h"

struct unit {
	const struct kind *kind;
	const void *row;
	const char *org_id;
	const char *id;
	void *out;
	const char *after_id;
	int limit;
	int stop_at;
	int count;
	char seen[8][STORE_ID];
};

static int save(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	return unit->kind->save(txn, unit->row, err);
}

static int load(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	return unit->kind->load(txn, unit->org_id, unit->id, unit->out, err);
}

static int note(void *arg, const char *id)
{
	struct unit *unit = arg;

	assert_true(unit->count < 8);
	COPY(unit->seen[unit->count], id);
	return ++unit->count == unit->stop_at ? 77 : 0;
}

static int each(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	unit->count = 0;
	return unit->kind->each(
	    txn, unit->org_id, unit->after_id, unit->limit, note, unit, err);
}

/* Texts that do not count as ids are compared byte by byte. */
static void load_and_compare(
    struct fixture *f, const struct kind *kind, const void *row)
{
	void *out = calloc(1, kind->size);
	struct unit unit = {.kind = kind,
	    .org_id = (const char *)row + kind->fields[1].offset,
	    .id = (const char *)row + kind->fields[0].offset,
	    .out = out};

	assert_string_equal(kind->fields[1].column, "org_id");
	fixture_read(f, load, &unit);
	assert_memory_equal(out, row, kind->size);
	free(out);
}

static void test_round_trip(void **state)
{
	struct fixture *f = *state;
	struct ground ground;
	size_t i;

	ground_make(f, &ground);
	for (i = 0; i < kind_count; i++) {
		struct unit unit = {.kind = &kinds[i]};
		void *row = kind_make(&kinds[i], &ground, 0, 1);

		unit.row = row;
		fixture_write(f, save, &unit);
		load_and_compare(f, &kinds[i], row);
		free(row);
	}
}

/* What may change does, what may not is refused and stays. */
static void test_changes(void **state)
{
	struct fixture *f = *state;
	struct ground ground;
	size_t field;
	size_t i;

	ground_make(f, &ground);
	for (i = 0; i < kind_count; i++) {
		const struct kind *kind = &kinds[i];
		struct unit unit = {.kind = kind};
		void *good = kind_make(kind, &ground, 0, 1);
		void *other = calloc(1, kind->size);

		unit.row = good;
		fixture_write(f, save, &unit);
		for (field = 2; field < kind->count; field++) {
			memcpy(other, good, kind->size);
			kind_alter(kind, field, other);
			unit.row = other;
			if (strcmp(kind->name, "statement") == 0 ||
			    !kind_may_change(
			        kind, kind->fields[field].column)) {
				fixture_write_refused(
				    f, save, &unit, ERR_CONFLICT);
				load_and_compare(f, kind, good);
				continue;
			}
			fixture_write(f, save, &unit);
			if (kind->keeps_history &&
			    strncmp(kind->fields[field].column, "changed_",
			        8) == 0) {
				load_and_compare(f, kind, good);
				continue;
			}
			load_and_compare(f, kind, other);
			memcpy(good, other, kind->size);
		}
		free(other);
		free(good);
	}
}

static void test_isolation(void **state)
{
	struct fixture *f = *state;
	struct ground ground;
	size_t i;

	ground_make(f, &ground);
	for (i = 0; i < kind_count; i++) {
		const struct kind *kind = &kinds[i];
		void *row = kind_make(kind, &ground, 0, 1);
		void *stolen = kind_make(kind, &ground, 1, 1);
		void *out = calloc(1, kind->size);
		struct unit unit = {.kind = kind,
		    .row = row,
		    .org_id = ground.orgs[1].id,
		    .id = kind_text(kind, row, "id"),
		    .out = out,
		    .after_id = ""};

		fixture_write(f, save, &unit);
		assert_int_equal(
		    store_read(f->store, load, &unit, NULL), -ERR_NOT_FOUND);
		fixture_read(f, each, &unit);
		assert_int_equal(
		    unit.count, strcmp(kind->name, "person") == 0 ? 1 : 0);
		/* The same id from the other organisation. */
		unit.row = stolen;
		fixture_write_refused(f, save, &unit, ERR_CONFLICT);
		load_and_compare(f, kind, row);
		free(out);
		free(stolen);
		free(row);
	}
}

static void test_walk(void **state)
{
	struct fixture *f = *state;
	struct ground ground;
	size_t i;
	int n;

	ground_make(f, &ground);
	for (i = 0; i < kind_count; i++) {
		const struct kind *kind = &kinds[i];
		struct unit unit = {.kind = kind,
		    .org_id = ground.orgs[0].id,
		    .after_id = "",
		    .limit = 2};
		char second[STORE_ID];

		if (strcmp(kind->name, "page_link") == 0)
			continue; /* has no walk by cursor */
		for (n = 4; n > 0; n--) {
			void *row = kind_make(kind, &ground, 0, n);

			unit.row = row;
			fixture_write(f, save, &unit);
			free(row);
		}
		fixture_read(f, each, &unit);
		assert_int_equal(unit.count, 2);
		assert_true(strcmp(unit.seen[0], unit.seen[1]) < 0);
		COPY(second, unit.seen[1]);
		unit.after_id = second;
		unit.limit = 0;
		fixture_read(f, each, &unit);
		assert_int_equal(
		    unit.count, strcmp(kind->name, "person") == 0 ? 3 : 2);
		assert_true(strcmp(second, unit.seen[0]) < 0);
		unit.after_id = "";
		unit.stop_at = 1;
		assert_int_equal(store_read(f->store, each, &unit, NULL), 77);
		unit.stop_at = 0;
		unit.after_id = "~~~";
		fixture_read(f, each, &unit);
		assert_int_equal(unit.count, 0);
	}
}

static void test_unended_text(void **state)
{
	struct fixture *f = *state;
	struct ground ground;
	size_t i;

	ground_make(f, &ground);
	for (i = 0; i < kind_count; i++) {
		const struct kind *kind = &kinds[i];
		struct unit unit = {.kind = kind};
		char *row = kind_make(kind, &ground, 0, 1);
		const struct field *last = &kind->fields[2];

		while (last->kind != FIELD_TEXT)
			last++;
		memset(row + last->offset, 'x', last->size);
		unit.row = row;
		assert_true(store_write(f->store, save, &unit, NULL) < 0);
		free(row);
	}
}

/* ---- history ---- */

struct story {
	struct person_row row;
	char was[4][2048];
	int64_t numbers[4];
	int count;
};

static int story_save(struct txn *txn, void *arg, struct err *err)
{
	return store_person_save(txn, &((struct story *)arg)->row, err);
}

static int note_was(void *arg, const struct history_row *row)
{
	struct story *story = arg;

	assert_true(story->count < 4);
	assert_string_equal(row->kind, "person");
	story->numbers[story->count] = row->number;
	(void)snprintf(story->was[story->count++], 2048, "%s", row->was);
	return 0;
}

static int story_read(struct txn *txn, void *arg, struct err *err)
{
	struct story *story = arg;

	story->count = 0;
	return store_history_each(
	    txn, story->row.org_id, story->row.id, note_was, story, err);
}

static void test_history(void **state)
{
	struct fixture *f = *state;
	struct story story = {.row = {.created_at = 1, .changed_at = 5}};
	struct ground ground;

	ground_make(f, &ground);
	COPY(story.row.id, "p-1");
	COPY(story.row.org_id, ground.orgs[0].id);
	COPY(story.row.name, "Astrid \"A\" Lind");
	COPY(story.row.changed_by, "first");
	fixture_write(f, story_save, &story);
	fixture_read(f, story_read, &story);
	assert_int_equal(story.count, 0);
	/* The same again, later and by another: nothing is written. */
	story.row.changed_at = 6;
	COPY(story.row.changed_by, "second");
	fixture_write(f, story_save, &story);
	fixture_read(f, story_read, &story);
	assert_int_equal(story.count, 0);
	COPY(story.row.name, "Astrid Ek");
	fixture_write(f, story_save, &story);
	COPY(story.row.number, "+46701234567");
	fixture_write(f, story_save, &story);
	fixture_read(f, story_read, &story);
	assert_int_equal(story.count, 2);
	assert_true(story.numbers[0] == 1 && story.numbers[1] == 2);
	assert_non_null(
	    strstr(story.was[0], "\"name\":\"Astrid \\\"A\\\" Lind\""));
	assert_non_null(strstr(story.was[0], "\"changed_by\":\"first\""));
	assert_non_null(strstr(story.was[1], "\"name\":\"Astrid Ek\""));
	assert_non_null(strstr(story.was[1], "\"number\":\"\""));
	/* Another organisation has no such history. */
	COPY(story.row.org_id, ground.orgs[1].id);
	fixture_read(f, story_read, &story);
	assert_int_equal(story.count, 0);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_round_trip),
	    TEST(test_changes),
	    TEST(test_isolation),
	    TEST(test_walk),
	    TEST(test_unended_text),
	    TEST(test_history),
	};

	return FIXTURE_RUN("store ledger", tests);
}
