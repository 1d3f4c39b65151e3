/*
 * store_queue_test: does the queue of a life give the right command, in the
 * right order, at the same cost however long the history is? And does a wipe
 * exist once?
 */
#include "tests/contract/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/base/buf.h"
#include "server/store/plan.h"

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

static void test_command_update(void **state)
{
	struct fixture *f = *state;
	struct command_unit out = {0};
	struct command_unit in = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	command_make(f, &phone, 10, &in.row);
	fixture_write(f, command_unit_insert, &in);
	COPY(in.row.request_type, "r2");
	COPY(in.row.purpose, "p2");
	COPY(in.row.ordered_by, "o2");
	COPY(in.row.reason, "w2");
	COPY(in.row.result, "x2");
	in.row.state = COMMAND_NOT_NOW;
	in.row.created_at = 11;
	in.row.not_before = 12;
	in.row.expires_at = 13;
	in.row.sent_at = 14;
	in.row.not_now_at = 15;
	in.row.closed_at = 16;
	in.row.sent_count = 17;
	in.row.not_now_count = 18;
	fixture_write(f, command_unit_update, &in);
	COPY(out.row.id, in.row.id);
	fixture_read(f, command_unit_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	in.row.priority = 11; /* is part of its place */
	fixture_write_refused(f, command_unit_update, &in, ERR_NOT_FOUND);
	in.row.priority = 10;
	COPY(in.row.life_id, "another");
	fixture_write_refused(f, command_unit_update, &in, ERR_NOT_FOUND);
}

/* ---- order ---- */

static void add(struct fixture *f, const struct phone *phone, const char *id,
    int priority, int64_t not_before, int64_t expires_at)
{
	struct command_unit unit = {.payload = id};

	command_make(f, phone, priority, &unit.row);
	COPY(unit.row.id, id);
	unit.row.not_before = not_before;
	unit.row.expires_at = expires_at;
	fixture_write(f, command_unit_insert, &unit);
}

static void set_state(
    struct fixture *f, const char *id, enum command_state state)
{
	struct command_unit unit = {0};

	COPY(unit.row.id, id);
	fixture_read(f, command_unit_load, &unit);
	unit.row.state = state;
	fixture_write(f, command_unit_update, &unit);
}

/* NULL: nothing must be waiting. The payload is the id, by add(). */
static void check_next(struct fixture *f, const struct phone *phone,
    int64_t now, bool skip_not_now, const char *id)
{
	struct command_unit unit = {.now = now, .skip_not_now = skip_not_now};
	int r;

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
	add(f, &phone, "query-1", COMMAND_PRIORITY_QUERY, 0, 0);
	add(f, &phone, "profile-1", COMMAND_PRIORITY_PROFILE, 0, 0);
	add(f, &other, "elsewhere", COMMAND_PRIORITY_ERASE, 0, 0);
	add(f, &phone, "query-2", COMMAND_PRIORITY_QUERY, 0, 0);
	add(f, &phone, "erase", COMMAND_PRIORITY_ERASE, 0, 0);
	add(f, &phone, "profile-2", COMMAND_PRIORITY_PROFILE, 0, 0);
	add(f, &phone, "person", COMMAND_PRIORITY_PERSON, 0, 0);
	for (i = 0; i < COUNT(order); i++) {
		check_next(f, &phone, 1000, false, order[i]);
		set_state(f, order[i], COMMAND_SENT);
		check_next(f, &phone, 1000, false, order[i]);
		set_state(f, order[i], COMMAND_ACKNOWLEDGED);
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
	add(f, &phone, "1", 10, 0, 0);
	add(f, &phone, "2", 10, 0, 0);
	add(f, &phone, "3", 10, 0, 0);
	set_state(f, "3", COMMAND_CANCELLED);
	set_state(f, "1", COMMAND_ACKNOWLEDGED);
	add(f, &phone, "4", 10, 0, 0);
	check_next(f, &phone, 0, false, "2");
	set_state(f, "2", COMMAND_FAILED);
	check_next(f, &phone, 0, false, "4");
	set_state(f, "4", COMMAND_NOT_NOW); /* keeps its place */
	add(f, &phone, "5", 10, 0, 0);
	check_next(f, &phone, 0, false, "4");
	set_state(f, "4", COMMAND_SENT);
	add(f, &phone, "6", 10, 0, 0);
	set_state(f, "4", COMMAND_ACKNOWLEDGED);
	check_next(f, &phone, 0, false, "5");
}

static void test_next_not_now(void **state)
{
	struct fixture *f = *state;
	struct phone phone;

	phone_enrol(f, &phone);
	add(f, &phone, "1", 10, 0, 0);
	add(f, &phone, "2", 10, 0, 0);
	set_state(f, "1", COMMAND_NOT_NOW);
	check_next(f, &phone, 0, true, "2");
	check_next(f, &phone, 0, false, "1");
	set_state(f, "2", COMMAND_NOT_NOW);
	check_next(f, &phone, 0, true, NULL);
	check_next(f, &phone, 0, false, "1");
}

static void test_next_times(void **state)
{
	struct fixture *f = *state;
	struct phone phone;

	phone_enrol(f, &phone);
	add(f, &phone, "later", 30, 500, 0);
	add(f, &phone, "until", 20, 0, 300);
	add(f, &phone, "always", 10, 0, 0);
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

	COPY(unit->seen[unit->count++], row->id);
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
	add(f, &phone, "1", 10, 0, 0);
	add(f, &phone, "2", 10, 0, 0);
	add(f, &phone, "3", 20, 0, 0);
	add(f, &beside, "4", 10, 0, 0);
	add(f, &other, "5", 10, 0, 0);
	set_state(f, "2", COMMAND_ACKNOWLEDGED);
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
		add(f, &phone, id, i % 3, 0, 0);
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
	add(f, &phone, "never", 10, 0, 0);
	add(f, &phone, "301", 10, 0, 301);
	add(f, &phone, "300", 10, 0, 300);
	add(f, &phone, "200", 10, 0, 200);
	add(f, &phone, "100", 10, 0, 100);
	set_state(f, "100", COMMAND_ACKNOWLEDGED);
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

/* ---- cost ---- */

static int plan(struct txn *txn, void *arg, struct err *err)
{
	return store_command_next_plan(txn, arg, err);
}

static void test_next_uses_its_index(void **state)
{
	struct fixture *f = *state;
	struct buf text = {0};

	fixture_read(f, plan, &text);
	if (!strstr((char *)text.data,
	        "SEARCH commands USING INDEX commands_queue (life_id=?)") ||
	    strstr((char *)text.data, "SCAN") ||
	    strstr((char *)text.data, "TEMP B-TREE"))
		fail_msg("%s", (char *)text.data);
	buf_clear(&text);
}

struct history_unit {
	struct fixture *fixture;
	const struct phone *phone;
	int count;
};

static int insert_history(struct txn *txn, void *arg, struct err *err)
{
	struct history_unit *unit = arg;
	struct command row;
	int r = 0;
	int i;

	for (i = 0; i < unit->count && r == 0; i++) {
		command_make(unit->fixture, unit->phone, 10, &row);
		row.state = COMMAND_ACKNOWLEDGED;
		r = store_command_insert(
		    txn, &row, (const uint8_t *)"<plist/>", 8, err);
	}
	return r;
}

static double now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int many_next(struct txn *txn, void *arg, struct err *err)
{
	struct command_unit *unit = arg;
	int i;
	int r;

	for (i = 0; i < 200; i++) {
		r = command_unit_next(txn, unit, err);
		if (r < 0)
			return r;
		free(unit->got);
	}
	return 0;
}

/* What a newer command of its purpose must look through. */
static int many_walks(struct txn *txn, void *arg, struct err *err)
{
	struct walk_unit unit = {.filter = *(struct command_filter *)arg};
	int i;
	int r = 0;

	for (i = 0; i < 200 && r == 0; i++)
		r = walk(txn, &unit, err);
	return r;
}

static double cost_of(struct fixture *f, store_fn *fn, void *arg)
{
	double start = now_us();

	fixture_read(f, fn, arg);
	return (now_us() - start) / 200;
}

/*
 * Turn and turn about, the quietest round of each: the machine may be busy
 * with other things.
 */
static void check_cost(
    struct fixture *f, const char *what, store_fn *fn, void *fresh, void *old)
{
	double few = 1e9;
	double many = 1e9;
	double cost;
	int i;

	for (i = 0; i < 40; i++) {
		cost = cost_of(f, fn, fresh);
		few = cost < few ? cost : few;
		cost = cost_of(f, fn, old);
		many = cost < many ? cost : many;
	}
	print_message("%s: %.1f us without history, %.1f us after 1,000 "
	              "commands\n",
	    what, few, many);
	if (many > few * 1.5)
		fail_msg("history costs: %s %.1f us against %.1f us", what,
		    many, few);
}

static void make_filter(const struct phone *phone, struct command_filter *out)
{
	memset(out, 0, sizeof(*out));
	out->org_id = phone->org.id;
	out->life_id = phone->life.id;
	out->purpose = "query:SecurityInfo";
	out->only_open = true;
}

static void test_history_costs_nothing(void **state)
{
	struct fixture *f = *state;
	struct history_unit unit = {.fixture = f, .count = 1000};
	struct command_unit next[2] = {{.now = 0}, {.now = 0}};
	struct command_filter filters[2];
	struct phone phones[2]; /* a fresh one, an old one */
	int i;

	phone_make(f, &phones[0]);
	phone_make_beside(f, &phones[0], &phones[1]);
	for (i = 0; i < 2; i++) {
		fixture_write(f, phone_save, &phones[i]);
		make_filter(&phones[i], &filters[i]);
		COPY(next[i].row.life_id, phones[i].life.id);
	}
	unit.phone = &phones[1];
	fixture_write(f, insert_history, &unit);
	add(f, &phones[0], "fresh", 10, 0, 0);
	add(f, &phones[1], "old", 10, 0, 0);
	check_cost(f, "next command", many_next, &next[0], &next[1]);
	check_cost(
	    f, "walk of open ones", many_walks, &filters[0], &filters[1]);
}

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

	COPY(unit->seen[unit->count++], row->id);
	return 0;
}

static int wipe_each(struct txn *txn, void *arg, struct err *err)
{
	struct wipe_unit *unit = arg;

	unit->count = 0;
	return store_wipe_each_watched(txn, "", note_wipe, unit, err);
}

static void make_wipe(struct fixture *f, const struct phone *phone,
    const char *id, struct wipe *out)
{
	char command[16];

	(void)snprintf(command, sizeof(command), "erase-%s", id);
	add(f, phone, command, COMMAND_PRIORITY_ERASE, 0, 0);
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

static void test_wipe_each(void **state)
{
	struct fixture *f = *state;
	struct wipe_unit unit = {0};
	static const enum wipe_state states[] = {
	    WIPE_ACKNOWLEDGED, WIPE_SILENT, WIPE_ORDERED};
	struct phone phones[3];
	char id[4];
	int i;

	for (i = 0; i < 3; i++) {
		phone_enrol(f, &phones[i]);
		(void)snprintf(id, sizeof(id), "%d", i);
		make_wipe(f, &phones[i], id, &unit.row);
		unit.row.state = states[i];
		fixture_write(f, wipe_insert, &unit);
	}
	fixture_read(f, wipe_each, &unit);
	assert_int_equal(unit.count, 2);
	assert_string_equal(unit.seen[0], "0");
	assert_string_equal(unit.seen[1], "1");
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
	assert_int_equal(c.devices + c.lives_enrolled + c.commands_open +
	        c.commands_total + c.wipes_open,
	    0);
	phone_enrol(f, &phone);
	phone_make_beside(f, &phone, &other);
	other.life.state = LIFE_AUTHENTICATED;
	fixture_write(f, phone_save, &other);
	make_wipe(f, &phone, "1", &unit.row);
	fixture_write(f, wipe_insert, &unit);
	add(f, &phone, "closed", 10, 0, 0);
	set_state(f, "closed", COMMAND_CANCELLED);
	fixture_read(f, counts, &c);
	assert_int_equal(c.devices, 2);
	assert_int_equal(c.lives_enrolled, 1);
	assert_int_equal(c.commands_open, 1);
	assert_int_equal(c.commands_total, 2);
	assert_int_equal(c.wipes_open, 1);
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
	    TEST(test_next_uses_its_index),
	    TEST(test_history_costs_nothing),
	    TEST(test_wipe_row),
	    TEST(test_wipe_once),
	    TEST(test_wipe_each),
	    TEST(test_counts),
	};

	return FIXTURE_RUN("store queue", tests);
}
