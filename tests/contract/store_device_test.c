/*
 * store_device_test: do devices and lives come back as they were saved, to the
 * last byte, are they found as people search, and is what does not fit or does
 * not belong refused?
 */
#include "tests/contract/rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* ---- device ---- */

struct device_unit {
	struct device row;
	const char *org_id;
	const char *text;
	char seen[8][STORE_ID];
	int count;
};

static int device_save(struct txn *txn, void *arg, struct err *err)
{
	return store_device_save(txn, &((struct device_unit *)arg)->row, err);
}

static int device_load(struct txn *txn, void *arg, struct err *err)
{
	struct device_unit *unit = arg;

	return store_device_load(txn, unit->row.id, &unit->row, err);
}

static int device_find(struct txn *txn, void *arg, struct err *err)
{
	struct device_unit *unit = arg;

	return store_device_find_udid(
	    txn, unit->org_id, unit->text, &unit->row, err);
}

static int note_device(void *arg, const struct device *row)
{
	struct device_unit *unit = arg;

	COPY(unit->seen[unit->count], row->id);
	unit->count++;
	return 0;
}

static int device_each(struct txn *txn, void *arg, struct err *err)
{
	struct device_unit *unit = arg;

	return store_device_each(
	    txn, unit->org_id, unit->text, note_device, unit, err);
}

static void test_device(void **state)
{
	struct fixture *f = *state;
	struct device_unit out = {0};
	struct device_unit in = {0};
	struct phone phone;
	struct phone other;

	phone_enrol(f, &phone);
	phone_enrol(f, &other);
	ROWS_FILL(in.row.id, 'i');
	COPY(in.row.org_id, phone.org.id);
	ROWS_FILL(in.row.udid, 'u');
	ROWS_FILL(in.row.serial, 's');
	ROWS_FILL(in.row.name, 'n');
	ROWS_FILL(in.row.person, 'p');
	ROWS_FILL(in.row.model, 'm');
	ROWS_FILL(in.row.product_name, 'q');
	ROWS_FILL(in.row.os_version, 'o');
	ROWS_FILL(in.row.build_version, 'b');
	ROWS_FILL(in.row.imei, '1');
	ROWS_FILL(in.row.life_id, 'l');
	in.row.created_at = 5;
	fixture_write(f, device_save, &in);
	COPY(out.row.id, in.row.id);
	fixture_read(f, device_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));

	memset(&out, 0, sizeof(out));
	out.text = in.row.udid;
	out.org_id = phone.org.id;
	fixture_read(f, device_find, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	out.org_id = other.org.id; /* invariant 8 */
	assert_int_equal(
	    store_read(f->store, device_find, &out, NULL), -ERR_NOT_FOUND);

	COPY(in.row.org_id, other.org.id);
	fixture_write_refused(f, device_save, &in, ERR_CONFLICT);
	COPY(in.row.org_id, phone.org.id);
	COPY(in.row.udid, phone.device.udid); /* is another phone's */
	fixture_write_refused(f, device_save, &in, ERR_CONFLICT);
}

static void test_device_replace(void **state)
{
	struct fixture *f = *state;
	struct device_unit out = {0};
	struct device_unit in = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	in.row = phone.device;
	COPY(in.row.udid, "u2");
	COPY(in.row.serial, "s2");
	COPY(in.row.name, "n2");
	COPY(in.row.person, "p2");
	COPY(in.row.model, "m2");
	COPY(in.row.product_name, "q2");
	COPY(in.row.os_version, "o2");
	COPY(in.row.build_version, "b2");
	COPY(in.row.imei, "12");
	COPY(in.row.life_id, "");
	in.row.created_at = 99;
	fixture_write(f, device_save, &in);
	COPY(out.row.id, in.row.id);
	fixture_read(f, device_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
}

static void check_found(
    struct fixture *f, const char *org_id, const char *text, int count)
{
	struct device_unit unit = {.org_id = org_id, .text = text};

	fixture_read(f, device_each, &unit);
	if (unit.count != count)
		fail_msg("\"%s\" found %d, expected %d", text ? text : "(all)",
		    unit.count, count);
}

static void test_device_each(void **state)
{
	struct fixture *f = *state;
	struct device_unit in = {0};
	struct phone other;
	struct phone a;
	struct phone b;
	char text[600];

	phone_enrol(f, &a);
	phone_enrol(f, &other);
	phone_make_beside(f, &a, &b);
	COPY(b.device.serial, "A00");
	COPY(b.device.person, "100% Under_lid");
	COPY(b.device.name, "Bos iPhone \\ två");
	COPY(b.device.imei, "353012345678901");
	fixture_write(f, phone_save, &b);
	check_found(f, a.org.id, NULL, 2);
	check_found(f, other.org.id, NULL, 1);
	check_found(f, "nobody", NULL, 0);
	check_found(f, a.org.id, a.device.id, 1);
	check_found(f, a.org.id, a.device.udid, 1);
	check_found(f, other.org.id, a.device.udid, 0);
	check_found(f, a.org.id, "c39xk0aakxkn", 1);
	check_found(f, a.org.id, "C39XK0AAKXK", 0); /* not a part of it */
	check_found(f, a.org.id, "353012345678901", 1);
	check_found(f, a.org.id, "berg", 1);
	check_found(f, a.org.id, "IPHONE", 1);
	check_found(f, a.org.id, "%", 1); /* stands for itself */
	check_found(f, a.org.id, "_", 1);
	check_found(f, a.org.id, "\\", 1);
	check_found(f, a.org.id, "under%lid", 0);
	check_found(f, a.org.id, "' OR '1'='1", 0);
	rows_fill(text, sizeof(text), 'x');
	check_found(f, a.org.id, text, 0);
	in.org_id = a.org.id;
	fixture_read(f, device_each, &in);
	assert_string_equal(in.seen[0], b.device.id); /* by serial */
	assert_string_equal(in.seen[1], a.device.id);
}

/* ---- life ---- */

struct life_unit {
	struct life row;
	struct last_seen seen[2];
	const char *after;
	int limit;
	char ids[8][STORE_ID];
	int count;
};

static int life_save(struct txn *txn, void *arg, struct err *err)
{
	return store_life_save(txn, &((struct life_unit *)arg)->row, err);
}

static int life_load(struct txn *txn, void *arg, struct err *err)
{
	struct life_unit *unit = arg;

	return store_life_load(txn, unit->row.id, &unit->row, err);
}

static int seen_save(struct txn *txn, void *arg, struct err *err)
{
	return store_last_seen_save(
	    txn, ((struct life_unit *)arg)->seen, 2, err);
}

static int note_life(void *arg, const struct life *row)
{
	struct life_unit *unit = arg;

	COPY(unit->ids[unit->count], row->id);
	unit->count++;
	return 0;
}

static int life_each(struct txn *txn, void *arg, struct err *err)
{
	struct life_unit *unit = arg;

	return store_life_each_enrolled(
	    txn, unit->after, unit->limit, note_life, unit, err);
}

static void test_life(void **state)
{
	struct fixture *f = *state;
	struct life_unit out = {0};
	struct life_unit in = {0};
	struct phone phone;
	struct phone other;

	phone_enrol(f, &phone);
	phone_enrol(f, &other);
	in.row = phone.life;
	in.row.state = LIFE_CHECKED_OUT;
	ROWS_FILL(in.row.topic, 't');
	ROWS_FILL(in.row.push_magic, 'm');
	memset(in.row.push_token, 0xff, sizeof(in.row.push_token));
	in.row.push_token_len = sizeof(in.row.push_token);
	in.row.awaiting_configuration = true;
	in.row.started_at = 1;
	in.row.enrolled_at = 2;
	in.row.ended_at = 3;
	in.row.last_seen_at = 4;
	fixture_write(f, life_save, &in);
	COPY(out.row.id, in.row.id);
	fixture_read(f, life_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	in.row.push_token_len = 0;
	in.row.awaiting_configuration = false;
	fixture_write(f, life_save, &in);
	fixture_read(f, life_load, &out);
	assert_int_equal(out.row.push_token_len, 0);
	assert_false(out.row.awaiting_configuration);
	in.row.push_token_len = sizeof(in.row.push_token) + 1;
	fixture_write_refused(f, life_save, &in, ERR_INTERNAL);
	in.row.push_token_len = 1;
	COPY(in.row.device_id, other.device.id); /* lives do not move */
	fixture_write_refused(f, life_save, &in, ERR_CONFLICT);
}

/* Invariant 3: one open life a device. */
static void test_life_one_open(void **state)
{
	struct fixture *f = *state;
	struct life_unit unit = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	unit.row = phone.life;
	COPY(unit.row.id, "second life");
	unit.row.state = LIFE_AUTHENTICATED;
	fixture_write_refused(f, life_save, &unit, ERR_CONFLICT);
	unit.row = phone.life;
	unit.row.state = LIFE_REPLACED;
	fixture_write(f, life_save, &unit);
	COPY(unit.row.id, "second life");
	unit.row.state = LIFE_AUTHENTICATED;
	fixture_write(f, life_save, &unit);
}

static void test_last_seen(void **state)
{
	struct fixture *f = *state;
	struct life_unit unit = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	COPY(unit.seen[0].life_id, phone.life.id);
	unit.seen[0].at = FIXTURE_NOW + 5;
	COPY(unit.seen[1].life_id, "gone");
	unit.seen[1].at = FIXTURE_NOW + 9;
	fixture_write(f, seen_save, &unit);
	COPY(unit.row.id, phone.life.id);
	fixture_read(f, life_load, &unit);
	assert_true(unit.row.last_seen_at == FIXTURE_NOW + 5);
	unit.seen[0].at = FIXTURE_NOW + 4; /* never back */
	fixture_write(f, seen_save, &unit);
	fixture_read(f, life_load, &unit);
	assert_true(unit.row.last_seen_at == FIXTURE_NOW + 5);
}

static void test_life_each(void **state)
{
	struct fixture *f = *state;
	struct life_unit unit = {0};
	struct phone phones[5];
	int i;

	phone_make(f, &phones[0]);
	for (i = 0; i < 5; i++) {
		if (i > 0)
			phone_make_beside(f, &phones[0], &phones[i]);
		(void)snprintf(
		    phones[i].life.id, sizeof(phones[i].life.id), "life-%d", i);
		if (i == 2)
			phones[i].life.state = LIFE_AUTHENTICATED;
		fixture_write(f, phone_save, &phones[i]);
	}
	fixture_read(f, life_each, &unit);
	assert_int_equal(unit.count, 4);
	unit.count = 0;
	unit.after = "life-0";
	unit.limit = 2;
	fixture_read(f, life_each, &unit);
	assert_int_equal(unit.count, 2);
	assert_string_equal(unit.ids[0], "life-1");
	assert_string_equal(unit.ids[1], "life-3");
}

/* ---- what does not fit ---- */

/* A later release or a damaged file may hold more than our field: never cut. */
static void test_too_long_is_not_cut(void **state)
{
	struct fixture *f = *state;
	struct device_unit unit = {0};
	struct phone phone;
	struct err err = {0};
	sqlite3 *db = NULL;

	phone_enrol(f, &phone);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
	                     "UPDATE devices SET person ="
	                     " printf('%.*c', 256, 'x')",
	                     NULL, NULL, NULL),
	    SQLITE_OK);
	(void)sqlite3_close(db);
	COPY(unit.row.id, phone.device.id);
	assert_int_equal(
	    store_read(f->store, device_load, &unit, &err), -ERR_INTERNAL);
	assert_non_null(strstr(err.text, "person"));
	assert_string_equal(unit.row.person, "");
}

/* A field without an end must not be read past. */
static void test_unended_field(void **state)
{
	struct fixture *f = *state;
	struct device_unit unit = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	unit.row = phone.device;
	memset(unit.row.serial, 'x', sizeof(unit.row.serial));
	fixture_write_refused(f, device_save, &unit, ERR_INTERNAL);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_device),
	    TEST(test_device_replace),
	    TEST(test_device_each),
	    TEST(test_life),
	    TEST(test_life_one_open),
	    TEST(test_last_seen),
	    TEST(test_life_each),
	    TEST(test_too_long_is_not_cut),
	    TEST(test_unended_field),
	};

	return FIXTURE_RUN("store devices", tests);
}
