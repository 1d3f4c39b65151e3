/*
 * store_queue_test: does the queue of a life give the right command, in the
 * right order, and do the walks find what they are asked for?
 */
#include "tests/contract/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */
static void test_command_row(void **state)
{
	struct fixture *f = *state;
	struct command_unit out = {0};
	struct command_unit in = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	command_make(f, &phone, 10, &in.row);
	ROWS_FILL(in.row.id, 'i');
	ROWS_FILL(in.row.request_type, 'r');
	ROWS_FILL(in.row.purpose, 'p');
	ROWS_FILL(in.row.ordered_by, 'o');
	ROWS_FILL(in.row.reason, 'w');
	ROWS_FILL(in.row.result, 'x');
	in.row.state = COMMAND_EXPIRED;
	in.row.priority = -5;
	in.row.created_at = 1;
	in.row.not_before = 2;
	in.row.expires_at = 3;
	in.row.sent_at = 4;
	in.row.not_now_at = 5;
	in.row.closed_at = 6;
	in.row.sent_count = 7;
	in.row.not_now_count = 8;
	fixture_write(f, command_unit_insert, &in);
	COPY(out.row.id, in.row.id);
	fixture_read(f, command_unit_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	COPY(out.row.id, "unknown");
	assert_int_equal(store_read(f->store, command_unit_load, &out, NULL),
	    -ERR_NOT_FOUND);
	fixture_write_refused(f, command_unit_insert, &in, ERR_CONFLICT);
}

/* What a command is stays what it was, whatever an update says. */
static void check_lasting(struct fixture *f, const struct command_unit *was)
{
	struct command_unit other = *was;
	struct command_unit out = {0};

	COPY(other.row.request_type, "r2");
	COPY(other.row.purpose, "p2");
	COPY(other.row.ordered_by, "o2");
	COPY(other.row.reason, "w2");
	other.row.created_at = 11;
	other.row.expires_at = 13;
	fixture_write(f, command_unit_update, &other);
	COPY(out.row.id, was->row.id);
	fixture_read(f, command_unit_load, &out);
	assert_memory_equal(&out.row, &was->row, sizeof(out.row));
}

static void test_command_update(void **state)
{
	struct fixture *f = *state;
	struct command_unit out = {0};
	struct command_unit in = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	command_make(f, &phone, 10, &in.row);
	fixture_write(f, command_unit_insert, &in);
	COPY(in.row.result, "x2");
	in.row.state = COMMAND_NOT_NOW;
	in.row.not_before = 12;
	in.row.sent_at = 14;
	in.row.not_now_at = 15;
	in.row.closed_at = 16;
	in.row.sent_count = 17;
	in.row.not_now_count = 18;
	fixture_write(f, command_unit_update, &in);
	COPY(out.row.id, in.row.id);
	fixture_read(f, command_unit_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	check_lasting(f, &in);
	in.row.priority = 11; /* is part of its place */
	fixture_write_refused(f, command_unit_update, &in, ERR_NOT_FOUND);
	in.row.priority = 10;
	COPY(in.row.life_id, "another");
	fixture_write_refused(f, command_unit_update, &in, ERR_NOT_FOUND);
}

/* ---- order ---- */

struct waits {
	const char *life_id;
	int64_t now;
	bool waits;
};

static int command_waits(struct txn *txn, void *arg, struct err *err)
{
	struct waits *unit = arg;

	return store_command_waits(
	    txn, unit->life_id, unit->now, &unit->waits, err);
}

/* NULL: nothing must be waiting. The payload is the id, by add(). */
static void check_next(struct fixture *f, const struct phone *phone,
    int64_t now, bool skip_not_now, const char *id)
{
	struct command_unit unit = {.now = now, .skip_not_now = skip_not_now};
	struct waits waits = {.life_id = phone->life.id, .now = now};
	int r;

	if (!skip_not_now) {
		fixture_read(f, command_waits, &waits);
		assert_int_equal(waits.waits, id != NULL);
	}
	COPY(unit.row.life_id, phone->life.id);
	r = store_read(f->store, command_unit_next, &unit, NULL);
	if (!id) {
		assert_int_equal(r, -ERR_NOT_FOUND);
		assert_null(unit.got);
		return;
	}
	assert_int_equal(r, 0);
	assert_string_equal(unit.row.id, id);
	assert_int_equal(unit.got_len, strlen(id));
	assert_memory_equal(unit.got, id, strlen(id));
	free(unit.got);
}

static void test_next_order(void **state)
{
	static const char *const order[] = {
	    "erase", "person", "profile-1", "profile-2", "query-1", "query-2"};
	struct fixture *f = *state;
	struct phone phone;
	struct phone other;
	size_t i;

	phone_enrol(f, &phone);
	phone_make_beside(f, &phone, &other);
	fixture_write(f, phone_save, &other);
	check_next(f, &phone, 1000, false, NULL);
	command_add(f, &phone, "query-1", COMMAND_PRIORITY_QUERY, 0, 0);
	command_add(f, &phone, "profile-1", COMMAND_PRIORITY_PROFILE, 0, 0);
	command_add(f, &other, "elsewhere", COMMAND_PRIORITY_ERASE, 0, 0);
	command_add(f, &phone, "query-2", COMMAND_PRIORITY_QUERY, 0, 0);
	command_add(f, &phone, "erase", COMMAND_PRIORITY_ERASE, 0, 0);
	command_add(f, &phone, "profile-2", COMMAND_PRIORITY_PROFILE, 0, 0);
	command_add(f, &phone, "person", COMMAND_PRIORITY_PERSON, 0, 0);
	for (i = 0; i < COUNT(order); i++) {
		check_next(f, &phone, 1000, false, order[i]);
		command_set_state(f, order[i], COMMAND_SENT);
		check_next(f, &phone, 1000, false, order[i]);
		command_set_state(f, order[i], COMMAND_ACKNOWLEDGED);
	}
	check_next(f, &phone, 1000, false, NULL);
	check_next(f, &other, 1000, false, "elsewhere");
}

/* A command that comes when the last of its kind was closed goes last still. */
static void test_next_place(void **state)
{
	struct fixture *f = *state;
	struct phone phone;

	phone_enrol(f, &phone);
	command_add(f, &phone, "1", 10, 0, 0);
	command_add(f, &phone, "2", 10, 0, 0);
	command_add(f, &phone, "3", 10, 0, 0);
	command_set_state(f, "3", COMMAND_CANCELLED);
	command_set_state(f, "1", COMMAND_ACKNOWLEDGED);
	command_add(f, &phone, "4", 10, 0, 0);
	check_next(f, &phone, 0, false, "2");
	command_set_state(f, "2", COMMAND_FAILED);
	check_next(f, &phone, 0, false, "4");
	command_set_state(f, "4", COMMAND_NOT_NOW); /* keeps its place */
	command_add(f, &phone, "5", 10, 0, 0);
	check_next(f, &phone, 0, false, "4");
	command_set_state(f, "4", COMMAND_SENT);
	command_add(f, &phone, "6", 10, 0, 0);
	command_set_state(f, "4", COMMAND_ACKNOWLEDGED);
	check_next(f, &phone, 0, false, "5");
}

static void test_next_not_now(void **state)
{
	struct fixture *f = *state;
	struct phone phone;

	phone_enrol(f, &phone);
	command_add(f, &phone, "1", 10, 0, 0);
	command_add(f, &phone, "2", 10, 0, 0);
	command_set_state(f, "1", COMMAND_NOT_NOW);
	check_next(f, &phone, 0, true, "2");
	check_next(f, &phone, 0, false, "1");
	command_set_state(f, "2", COMMAND_NOT_NOW);
	check_next(f, &phone, 0, true, NULL);
	check_next(f, &phone, 0, false, "1");
}

static void test_next_times(void **state)
{
	struct fixture *f = *state;
	struct phone phone;

	phone_enrol(f, &phone);
	command_add(f, &phone, "later", 30, 500, 0);
	command_add(f, &phone, "until", 20, 0, 300);
	command_add(f, &phone, "always", 10, 0, 0);
	check_next(f, &phone, 299, false, "until");
	check_next(f, &phone, 300, false, "always"); /* expired at 300 */
	check_next(f, &phone, 499, false, "always");
	check_next(f, &phone, 500, false, "later");
}

/* An empty payload is not a missing one. */
static void test_next_empty_payload(void **state)
{
	struct fixture *f = *state;
	struct command_unit unit = {.payload = ""};
	struct phone phone;

	phone_enrol(f, &phone);
	command_make(f, &phone, 10, &unit.row);
	fixture_write(f, command_unit_insert, &unit);
	fixture_read(f, command_unit_next, &unit);
	assert_non_null(unit.got);
	assert_int_equal(unit.got_len, 0);
	free(unit.got);
}

/* ---- walks ---- */

struct walk_unit {
	struct command_filter filter;
	struct txn *txn;
	char seen[16][STORE_ID];
	int count;
	int64_t now;
	bool close; /* each one, while walking */
};

static int note_command(void *arg, const struct command *row)
{
	struct walk_unit *unit = arg;
	struct command copy = *row;

	COPY(unit->seen[unit->count], row->id);
	unit->count++;
	if (!unit->close)
		return 0;
	copy.state = COMMAND_CANCELLED;
	return store_command_update(unit->txn, &copy, NULL);
}

static int walk(struct txn *txn, void *arg, struct err *err)
{
	struct walk_unit *unit = arg;

	unit->txn = txn;
	unit->count = 0;
	return store_command_each(txn, &unit->filter, note_command, unit, err);
}

static int walk_expired(struct txn *txn, void *arg, struct err *err)
{
	struct walk_unit *unit = arg;

	unit->txn = txn;
	unit->count = 0;
	return store_command_each_expired(
	    txn, unit->now, unit->filter.limit, note_command, unit, err);
}

static void check_walk(
    struct fixture *f, const struct command_filter *filter, int count)
{
	struct walk_unit unit = {.filter = *filter};

	fixture_read(f, walk, &unit);
	assert_int_equal(unit.count, count);
}

static void test_each_filters(void **state)
{
	struct fixture *f = *state;
	struct command_filter filter = {0};
	struct phone phone;
	struct phone beside;
	struct phone other;

	phone_enrol(f, &phone);
	phone_enrol(f, &other);
	phone_make_beside(f, &phone, &beside);
	fixture_write(f, phone_save, &beside);
	command_add(f, &phone, "1", 10, 0, 0);
	command_add(f, &phone, "2", 10, 0, 0);
	command_add(f, &phone, "3", 20, 0, 0);
	command_add(f, &beside, "4", 10, 0, 0);
	command_add(f, &other, "5", 10, 0, 0);
	command_set_state(f, "2", COMMAND_ACKNOWLEDGED);
	filter.org_id = phone.org.id;
	check_walk(f, &filter, 4);
	filter.only_open = true;
	check_walk(f, &filter, 3);
	filter.device_id = phone.device.id;
	check_walk(f, &filter, 2);
	filter.only_open = false;
	check_walk(f, &filter, 3);
	filter.limit = 2;
	check_walk(f, &filter, 2);
	filter.limit = 0;
	filter.life_id = phone.life.id;
	check_walk(f, &filter, 3);
	filter.device_id = NULL;
	check_walk(f, &filter, 3);
	filter.only_open = true;
	check_walk(f, &filter, 2);
	filter.purpose = "query:SecurityInfo";
	check_walk(f, &filter, 2);
	filter.purpose = "erase";
	check_walk(f, &filter, 0);
	filter.purpose = NULL;
	filter.org_id = other.org.id; /* invariant 8 */
	check_walk(f, &filter, 0);
	filter.org_id = phone.org.id;
	filter.life_id = "";
	check_walk(f, &filter, 0);
}

static void test_each_newest_first(void **state)
{
	struct fixture *f = *state;
	struct walk_unit unit = {0};
	struct command_unit command = {0};
	struct phone phone;
	int i;

	phone_enrol(f, &phone);
	for (i = 0; i < 4; i++) {
		command_make(f, &phone, 10, &command.row);
		(void)snprintf(command.row.id, sizeof(command.row.id), "%d", i);
		command.row.created_at = (i * 7) % 4;
		fixture_write(f, command_unit_insert, &command);
	}
	unit.filter.org_id = phone.org.id;
	fixture_read(f, walk, &unit);
	assert_string_equal(unit.seen[0], "1"); /* 3, 2, 1, 0 */
	assert_string_equal(unit.seen[1], "2");
	assert_string_equal(unit.seen[2], "3");
	assert_string_equal(unit.seen[3], "0");
}

/* A life ends: its queue is closed while it is walked, each command once. */
static void test_each_may_close(void **state)
{
	struct fixture *f = *state;
	struct walk_unit unit = {.close = true};
	struct phone phone;
	char id[8];
	int i;

	phone_enrol(f, &phone);
	for (i = 0; i < 9; i++) {
		(void)snprintf(id, sizeof(id), "%d", i);
		command_add(f, &phone, id, i % 3, 0, 0);
	}
	unit.filter.org_id = phone.org.id;
	unit.filter.life_id = phone.life.id;
	unit.filter.only_open = true;
	fixture_write(f, walk, &unit);
	assert_int_equal(unit.count, 9);
	fixture_write(f, walk, &unit);
	assert_int_equal(unit.count, 0);
}

static void test_each_expired(void **state)
{
	struct fixture *f = *state;
	struct walk_unit unit = {.now = 300, .close = true};
	struct phone phone;

	phone_enrol(f, &phone);
	command_add(f, &phone, "never", 10, 0, 0);
	command_add(f, &phone, "301", 10, 0, 301);
	command_add(f, &phone, "300", 10, 0, 300);
	command_add(f, &phone, "200", 10, 0, 200);
	command_add(f, &phone, "100", 10, 0, 100);
	command_set_state(f, "100", COMMAND_ACKNOWLEDGED);
	unit.filter.limit = 1;
	fixture_write(f, walk_expired, &unit);
	assert_int_equal(unit.count, 1);
	assert_string_equal(unit.seen[0], "200");
	unit.filter.limit = 0;
	fixture_write(f, walk_expired, &unit);
	assert_int_equal(unit.count, 1);
	assert_string_equal(unit.seen[0], "300");
	fixture_write(f, walk_expired, &unit);
	assert_int_equal(unit.count, 0);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_command_row),
	    TEST(test_command_update),
	    TEST(test_next_order),
	    TEST(test_next_place),
	    TEST(test_next_not_now),
	    TEST(test_next_times),
	    TEST(test_next_empty_payload),
	    TEST(test_each_filters),
	    TEST(test_each_newest_first),
	    TEST(test_each_may_close),
	    TEST(test_each_expired),
	};

	return FIXTURE_RUN("store queue", tests);
}
