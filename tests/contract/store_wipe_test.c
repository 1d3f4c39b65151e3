/*
 * store_wipe_test: does a life hold one wipe and no second, and are wipes found
 * by those who follow them? Also the counts of everything.
 */
#include "tests/contract/rows.h"

#include <stdio.h>
#include <string.h>

/* ---- wipe ---- */

struct wipe_unit {
	struct wipe row;
	const char *key;
	int count;
	char seen[4][STORE_ID];
};

static int wipe_insert(struct txn *txn, void *arg, struct err *err)
{
	return store_wipe_insert(txn, &((struct wipe_unit *)arg)->row, err);
}

static int wipe_update(struct txn *txn, void *arg, struct err *err)
{
	return store_wipe_update(txn, &((struct wipe_unit *)arg)->row, err);
}

static int wipe_of_command(struct txn *txn, void *arg, struct err *err)
{
	struct wipe_unit *unit = arg;

	return store_wipe_find_command(txn, unit->key, &unit->row, err);
}

static int wipe_of_device(struct txn *txn, void *arg, struct err *err)
{
	struct wipe_unit *unit = arg;

	return store_wipe_find_device(txn, unit->key, &unit->row, err);
}

static int wipe_open(struct txn *txn, void *arg, struct err *err)
{
	struct wipe_unit *unit = arg;

	return store_wipe_find_open(txn, unit->key, &unit->row, err);
}

static int note_wipe(void *arg, const struct wipe *row)
{
	struct wipe_unit *unit = arg;

	COPY(unit->seen[unit->count], row->id);
	unit->count++;
	return 0;
}

static int wipe_each(struct txn *txn, void *arg, struct err *err)
{
	struct wipe_unit *unit = arg;

	unit->count = 0;
	return store_wipe_each_watched(txn, unit->key, note_wipe, unit, err);
}

static void make_wipe(struct fixture *f, const struct phone *phone,
    const char *id, struct wipe *out)
{
	char command[16];

	(void)snprintf(command, sizeof(command), "erase-%s", id);
	command_add(f, phone, command, COMMAND_PRIORITY_ERASE, 0, 0);
	memset(out, 0, sizeof(*out));
	COPY(out->id, id);
	COPY(out->org_id, phone->org.id);
	COPY(out->device_id, phone->device.id);
	COPY(out->life_id, phone->life.id);
	COPY(out->command_id, command);
	out->ordered_at = FIXTURE_NOW;
}

static void test_wipe_row(void **state)
{
	struct fixture *f = *state;
	struct wipe_unit out = {0};
	struct wipe_unit in = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	make_wipe(f, &phone, "w", &in.row);
	fixture_write_refused(f, wipe_update, &in, ERR_NOT_FOUND);
	ROWS_FILL(in.row.ordered_by, 'o');
	ROWS_FILL(in.row.reason, 'r');
	ROWS_FILL(in.row.warning, 'w');
	fixture_write(f, wipe_insert, &in);
	out.key = in.row.command_id;
	fixture_read(f, wipe_of_command, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	in.row.state = WIPE_SILENT;
	COPY(in.row.warning, "heard from again");
	in.row.acknowledged_at = 1;
	in.row.silent_at = 2;
	in.row.proven_at = 3;
	in.row.closed_at = 4;
	fixture_write(f, wipe_update, &in);
	memset(&out.row, 0, sizeof(out.row));
	out.key = phone.device.id;
	fixture_read(f, wipe_of_device, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	memset(&out.row, 0, sizeof(out.row));
	out.key = phone.life.id;
	fixture_read(f, wipe_open, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
}

/* Invariant 1: at most one erase a life, unless it came to nothing. */
static void test_wipe_once(void **state)
{
	static const struct {
		enum wipe_state state;
		bool open;
		bool another;
	} cases[] = {
	    {WIPE_ORDERED, true, false},
	    {WIPE_ACKNOWLEDGED, true, false},
	    {WIPE_SILENT, true, false},
	    {WIPE_PROVEN, false, false},
	    {WIPE_CANCELLED, false, true},
	    {WIPE_FAILED, false, true},
	};
	struct fixture *f = *state;
	struct wipe_unit unit = {0};
	struct wipe_unit second = {0};
	struct phone phone;
	size_t i;

	phone_enrol(f, &phone);
	make_wipe(f, &phone, "1", &unit.row);
	make_wipe(f, &phone, "2", &second.row);
	fixture_write(f, wipe_insert, &unit);
	for (i = 0; i < COUNT(cases); i++) {
		unit.row.state = cases[i].state;
		fixture_write(f, wipe_update, &unit);
		unit.key = phone.life.id;
		assert_int_equal(store_read(f->store, wipe_open, &unit, NULL),
		    cases[i].open ? 0 : -ERR_NOT_FOUND);
		assert_int_equal(wipe_is_open(cases[i].state), cases[i].open);
		if (!cases[i].another)
			fixture_write_refused(
			    f, wipe_insert, &second, ERR_CONFLICT);
	}
	second.row.ordered_at++;
	fixture_write(f, wipe_insert, &second);
	unit.key = phone.device.id;
	fixture_read(f, wipe_of_device, &unit);
	assert_string_equal(unit.row.id, "2"); /* the newest */
}

/* Watched are those that acknowledged, for as long as their life goes on. */
static void test_wipe_each(void **state)
{
	static const enum wipe_state states[] = {WIPE_ACKNOWLEDGED, WIPE_SILENT,
	    WIPE_ORDERED, WIPE_PROVEN, WIPE_ACKNOWLEDGED};
	struct fixture *f = *state;
	struct wipe_unit unit = {.key = ""};
	struct phone phones[COUNT(states)];
	char id[4];
	int i;

	for (i = 0; i < (int)COUNT(states); i++) {
		phone_enrol(f, &phones[i]);
		(void)snprintf(id, sizeof(id), "%d", i);
		make_wipe(f, &phones[i], id, &unit.row);
		unit.row.state = states[i];
		fixture_write(f, wipe_insert, &unit);
	}
	fixture_read(f, wipe_each, &unit);
	assert_int_equal(unit.count, 3);
	assert_string_equal(unit.seen[0], "0");
	assert_string_equal(unit.seen[1], "1");
	assert_string_equal(unit.seen[2], "4");
	phones[4].life.state = LIFE_REPLACED;
	fixture_write(f, phone_save, &phones[4]);
	unit.key = "0";
	fixture_read(f, wipe_each, &unit);
	assert_int_equal(unit.count, 1);
	assert_string_equal(unit.seen[0], "1");
}

static int counts(struct txn *txn, void *arg, struct err *err)
{
	return store_counts(txn, arg, err);
}

static void test_counts(void **state)
{
	struct fixture *f = *state;
	struct store_counts c = {0};
	struct wipe_unit unit = {0};
	struct phone phone;
	struct phone other;

	fixture_read(f, counts, &c);
	assert_int_equal(
	    c.devices + c.lives_enrolled + c.commands_open + c.wipes_open, 0);
	phone_enrol(f, &phone);
	phone_make_beside(f, &phone, &other);
	other.life.state = LIFE_AUTHENTICATED;
	fixture_write(f, phone_save, &other);
	make_wipe(f, &phone, "1", &unit.row);
	fixture_write(f, wipe_insert, &unit);
	command_add(f, &phone, "closed", 10, 0, 0);
	command_set_state(f, "closed", COMMAND_CANCELLED);
	fixture_read(f, counts, &c);
	assert_int_equal(c.devices, 2);
	assert_int_equal(c.lives_enrolled, 1);
	assert_int_equal(c.commands_open, 1);
	assert_int_equal(c.wipes_open, 1);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_wipe_row),
	    TEST(test_wipe_once),
	    TEST(test_wipe_each),
	    TEST(test_counts),
	};

	return FIXTURE_RUN("store wipes", tests);
}
