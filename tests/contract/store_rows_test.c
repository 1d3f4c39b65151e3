/*
 * store_rows_test: does every row come back as it was saved, to the last byte
 * of every field, and is what does not belong refused?
 */
#include "tests/contract/rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- organisation ---- */

struct org_unit {
	struct organisation row;
	const char *id;
};

static int org_save(struct txn *txn, void *arg, struct err *err)
{
	return store_organisation_save(
	    txn, &((struct org_unit *)arg)->row, err);
}

static int org_load(struct txn *txn, void *arg, struct err *err)
{
	struct org_unit *unit = arg;

	return store_organisation_load(txn, unit->id, &unit->row, err);
}

static void test_organisation(void **state)
{
	struct fixture *f = *state;
	struct org_unit in = {0};
	struct org_unit out = {0};

	assert_int_equal(
	    store_read(f->store, org_load, &out, NULL), -ERR_NOT_FOUND);
	COPY(in.row.id, "org-1");
	ROWS_FILL(in.row.name, 'n');
	ROWS_FILL(in.row.topic, 't');
	in.row.created_at = INT64_MAX;
	fixture_write(f, org_save, &in);
	fixture_read(f, org_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	COPY(in.row.name, "");
	in.row.created_at = INT64_MIN;
	fixture_write(f, org_save, &in);
	out.id = "org-1";
	fixture_read(f, org_load, &out);
	assert_string_equal(out.row.name, "");
	assert_true(out.row.created_at == INT64_MIN);

	COPY(in.row.id, "org-2");
	fixture_write(f, org_save, &in);
	out.id = NULL;
	assert_int_equal(
	    store_read(f->store, org_load, &out, NULL), -ERR_CONFLICT);
	out.id = "org-2";
	fixture_read(f, org_load, &out);
	assert_string_equal(out.row.id, "org-2");
	out.id = "org-3";
	assert_int_equal(
	    store_read(f->store, org_load, &out, NULL), -ERR_NOT_FOUND);
}

/* ---- link ---- */

struct link_unit {
	struct link row;
	const char *key;
	char seen[8][STORE_ID];
	int count;
	int stop_at;
};

static int link_save(struct txn *txn, void *arg, struct err *err)
{
	return store_link_save(txn, &((struct link_unit *)arg)->row, err);
}

static int link_load(struct txn *txn, void *arg, struct err *err)
{
	struct link_unit *unit = arg;

	return store_link_load(txn, unit->key, &unit->row, err);
}

static int link_token(struct txn *txn, void *arg, struct err *err)
{
	struct link_unit *unit = arg;

	return store_link_find_token(txn, unit->key, &unit->row, err);
}

static int link_challenge(struct txn *txn, void *arg, struct err *err)
{
	struct link_unit *unit = arg;

	return store_link_find_challenge(txn, unit->key, &unit->row, err);
}

static int note_link(void *arg, const struct link *row)
{
	struct link_unit *unit = arg;

	COPY(unit->seen[unit->count], row->id);
	return ++unit->count == unit->stop_at ? 77 : 0;
}

static int link_each(struct txn *txn, void *arg, struct err *err)
{
	struct link_unit *unit = arg;

	return store_link_each(txn, unit->key, note_link, unit, err);
}

static void test_link(void **state)
{
	struct fixture *f = *state;
	struct link_unit out = {0};
	struct link_unit in = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	ROWS_FILL(in.row.id, 'i');
	COPY(in.row.org_id, phone.org.id);
	ROWS_FILL(in.row.person, 'p');
	ROWS_FILL(in.row.serial, 's');
	ROWS_FILL(in.row.token_sha256, 'a');
	ROWS_FILL(in.row.challenge_sha256, 'b');
	ROWS_FILL(in.row.created_by, 'c');
	in.row.created_at = 1;
	in.row.expires_at = 2;
	in.row.profile_at = 3;
	in.row.certificate_at = 4;
	in.row.enrolled_at = 5;
	fixture_write(f, link_save, &in);
	out.key = in.row.id;
	fixture_read(f, link_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	memset(&out.row, 0, sizeof(out.row));
	out.key = in.row.token_sha256;
	fixture_read(f, link_token, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	memset(&out.row, 0, sizeof(out.row));
	out.key = in.row.challenge_sha256;
	fixture_read(f, link_challenge, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
}

/* Every field changes by a second save; keys that collide are refused. */
static void test_link_replace(void **state)
{
	struct fixture *f = *state;
	struct link_unit out = {0};
	struct link_unit in = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	in.row = phone.link;
	COPY(in.row.person, "Bo Ek");
	COPY(in.row.serial, "X");
	ROWS_FILL(in.row.token_sha256, 'd');
	ROWS_FILL(in.row.challenge_sha256, 'e');
	COPY(in.row.created_by, "local:root");
	in.row.created_at += 1;
	in.row.expires_at += 2;
	in.row.profile_at = 3;
	in.row.certificate_at = 4;
	in.row.enrolled_at = 5;
	fixture_write(f, link_save, &in);
	out.key = in.row.id;
	fixture_read(f, link_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	COPY(in.row.id, "another");
	fixture_write_refused(f, link_save, &in, ERR_CONFLICT);
	ROWS_FILL(in.row.token_sha256, 'f');
	fixture_write_refused(f, link_save, &in, ERR_CONFLICT);
	COPY(in.row.challenge_sha256, "");
	fixture_write(f, link_save, &in);
	COPY(in.row.org_id, "no such organisation");
	fixture_write_refused(f, link_save, &in, ERR_CONFLICT);
}

/* A link whose profile was not given yet has no challenge to be found by. */
static void test_link_empty_challenge(void **state)
{
	struct fixture *f = *state;
	struct link_unit unit = {.key = ""};
	struct phone phone;

	phone_enrol(f, &phone);
	assert_int_equal(
	    store_read(f->store, link_challenge, &unit, NULL), -ERR_NOT_FOUND);
}

static void test_link_each(void **state)
{
	struct fixture *f = *state;
	struct link_unit unit = {0};
	struct link_unit in = {0};
	struct phone phone;
	struct phone other;
	int i;

	phone_enrol(f, &phone);
	phone_enrol(f, &other); /* of another organisation */
	in.row = phone.link;
	for (i = 1; i < 4; i++) {
		(void)snprintf(in.row.id, sizeof(in.row.id), "link-%d", i);
		ROWS_FILL(in.row.token_sha256, (char)('0' + i));
		in.row.created_at = FIXTURE_NOW + (i == 2 ? 100 : i);
		fixture_write(f, link_save, &in);
	}
	unit.key = phone.org.id;
	fixture_read(f, link_each, &unit);
	assert_int_equal(unit.count, 4);
	assert_string_equal(unit.seen[0], "link-2");
	assert_string_equal(unit.seen[1], "link-3");
	assert_string_equal(unit.seen[2], "link-1");
	assert_string_equal(unit.seen[3], phone.link.id);
	unit.count = 0;
	unit.stop_at = 2;
	assert_int_equal(store_read(f->store, link_each, &unit, NULL), 77);
	assert_int_equal(unit.count, 2);
}

/* ---- certificate and identity ---- */

struct cert_unit {
	struct certificate row;
	struct identity identity;
	const char *except;
};

static int cert_save(struct txn *txn, void *arg, struct err *err)
{
	return store_certificate_save(
	    txn, &((struct cert_unit *)arg)->row, err);
}

static int cert_load(struct txn *txn, void *arg, struct err *err)
{
	struct cert_unit *unit = arg;

	return store_certificate_load(txn, unit->row.sha256, &unit->row, err);
}

static int cert_retire(struct txn *txn, void *arg, struct err *err)
{
	struct cert_unit *unit = arg;

	return store_certificate_retire(
	    txn, unit->row.life_id, unit->except, err);
}

static int identity_find(struct txn *txn, void *arg, struct err *err)
{
	struct cert_unit *unit = arg;

	return store_identity_find(txn, unit->row.sha256, &unit->identity, err);
}

static void make_cert(
    const struct phone *phone, char letter, struct certificate *out)
{
	memset(out, 0, sizeof(*out));
	ROWS_FILL(out->sha256, letter);
	COPY(out->org_id, phone->org.id);
	COPY(out->link_id, phone->link.id);
	out->issued_at = FIXTURE_NOW;
	out->not_after = FIXTURE_NOW + 365 * TIME_DAY_MS;
}

static void test_certificate(void **state)
{
	struct fixture *f = *state;
	struct cert_unit out = {0};
	struct cert_unit in = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	make_cert(&phone, 'a', &in.row);
	fixture_write(f, cert_save, &in);
	COPY(out.row.sha256, in.row.sha256);
	fixture_read(f, cert_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	in.row.state = CERTIFICATE_CURRENT;
	COPY(in.row.life_id, phone.life.id);
	in.row.issued_at = 8;
	in.row.not_after = 9;
	fixture_write(f, cert_save, &in);
	fixture_read(f, cert_load, &out);
	assert_memory_equal(&out.row, &in.row, sizeof(in.row));
	ROWS_FILL(out.row.sha256, 'z');
	assert_int_equal(
	    store_read(f->store, cert_load, &out, NULL), -ERR_NOT_FOUND);
}

/* Invariant 3: of one life, one certificate counts; the old ones are dead. */
static void test_certificate_retire(void **state)
{
	static const enum certificate_state before[] = {CERTIFICATE_CURRENT,
	    CERTIFICATE_RENEWAL, CERTIFICATE_DEAD, CERTIFICATE_ISSUED};
	struct fixture *f = *state;
	struct cert_unit unit = {0};
	struct phone phone;
	char keep[STORE_SHA256];
	size_t i;

	phone_enrol(f, &phone);
	for (i = 0; i < COUNT(before); i++) {
		make_cert(&phone, (char)('a' + i), &unit.row);
		COPY(unit.row.life_id, phone.life.id);
		unit.row.state = before[i];
		fixture_write(f, cert_save, &unit);
	}
	make_cert(&phone, 'n', &unit.row); /* waits for its life */
	fixture_write(f, cert_save, &unit);
	ROWS_FILL(keep, 'b');
	COPY(unit.row.life_id, phone.life.id);
	unit.row.state = CERTIFICATE_CURRENT;
	ROWS_FILL(unit.row.sha256, 'b');
	fixture_write_refused(f, cert_save, &unit, ERR_CONFLICT);
	unit.except = keep;
	fixture_write(f, cert_retire, &unit);
	fixture_write(f, cert_save, &unit);
	for (i = 0; i < COUNT(before); i++) {
		ROWS_FILL(unit.row.sha256, (char)('a' + i));
		fixture_read(f, cert_load, &unit);
		assert_int_equal(unit.row.state,
		    i == 1 ? CERTIFICATE_CURRENT : CERTIFICATE_DEAD);
	}
	unit.except = NULL;
	fixture_write(f, cert_retire, &unit);
	ROWS_FILL(unit.row.sha256, 'b');
	fixture_read(f, cert_load, &unit);
	assert_int_equal(unit.row.state, CERTIFICATE_DEAD);
	COPY(unit.row.life_id, "");
	fixture_write_refused(f, cert_retire, &unit, ERR_INTERNAL);
	ROWS_FILL(unit.row.sha256, 'n');
	fixture_read(f, cert_load, &unit);
	assert_int_equal(unit.row.state, CERTIFICATE_ISSUED);
}

static void test_identity(void **state)
{
	struct fixture *f = *state;
	struct cert_unit unit = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	make_cert(&phone, 'a', &unit.row);
	assert_int_equal(
	    store_read(f->store, identity_find, &unit, NULL), -ERR_NOT_FOUND);
	fixture_write(f, cert_save, &unit);
	fixture_read(f, identity_find, &unit);
	assert_int_equal(unit.identity.certificate_state, CERTIFICATE_ISSUED);
	assert_string_equal(unit.identity.org_id, phone.org.id);
	assert_string_equal(unit.identity.link_id, phone.link.id);
	assert_string_equal(unit.identity.life_id, "");
	assert_string_equal(unit.identity.device_id, "");
	assert_string_equal(unit.identity.udid, "");
	COPY(unit.row.life_id, phone.life.id);
	unit.row.state = CERTIFICATE_CURRENT;
	fixture_write(f, cert_save, &unit);
	fixture_read(f, identity_find, &unit);
	assert_int_equal(unit.identity.certificate_state, CERTIFICATE_CURRENT);
	assert_string_equal(unit.identity.life_id, phone.life.id);
	assert_string_equal(unit.identity.device_id, phone.device.id);
	assert_string_equal(unit.identity.udid, phone.device.udid);
	assert_int_equal(unit.identity.life_state, LIFE_ENROLLED);
}

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

	COPY(unit->seen[unit->count++], row->id);
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

	COPY(unit->ids[unit->count++], row->id);
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

/* ---- secrets, facts, policy, answers ---- */

struct blob_unit {
	const char *life_id;
	const char *kind;
	const uint8_t *data;
	size_t len;
	int64_t at;
	uint8_t *got;
	size_t got_len;
	struct facts_row facts;
	struct policy_row policy;
	int count;
};

static int secret_save(struct txn *txn, void *arg, struct err *err)
{
	struct blob_unit *u = arg;

	return store_secret_save(
	    txn, u->life_id, u->kind, u->data, u->len, u->at, err);
}

static int secret_load(struct txn *txn, void *arg, struct err *err)
{
	struct blob_unit *u = arg;

	return store_secret_load(
	    txn, u->life_id, u->kind, &u->got, &u->got_len, err);
}

static int secret_delete(struct txn *txn, void *arg, struct err *err)
{
	struct blob_unit *u = arg;

	return store_secret_delete(txn, u->life_id, u->kind, err);
}

static void test_secret(void **state)
{
	static const uint8_t first[] = {0, 1, 2, 0, 255};
	static const uint8_t second[] = {9};
	struct fixture *f = *state;
	struct phone phone;
	struct blob_unit u = {.kind = "unlock_token"};

	phone_enrol(f, &phone);
	u.life_id = phone.life.id;
	u.data = first;
	u.len = sizeof(first);
	fixture_write(f, secret_save, &u);
	fixture_read(f, secret_load, &u);
	assert_int_equal(u.got_len, sizeof(first));
	assert_memory_equal(u.got, first, sizeof(first));
	free(u.got);
	u.data = second;
	u.len = sizeof(second);
	fixture_write(f, secret_save, &u);
	fixture_read(f, secret_load, &u);
	assert_int_equal(u.got_len, 1);
	assert_memory_equal(u.got, second, 1);
	free(u.got);
	u.kind = "bootstrap_token";
	assert_int_equal(
	    store_read(f->store, secret_load, &u, NULL), -ERR_NOT_FOUND);
	u.kind = "unlock_token";
	fixture_write(f, secret_delete, &u);
	fixture_write(f, secret_delete, &u);
	assert_int_equal(
	    store_read(f->store, secret_load, &u, NULL), -ERR_NOT_FOUND);
	u.life_id = "no such life";
	fixture_write_refused(f, secret_save, &u, ERR_CONFLICT);
}

static int facts_save(struct txn *txn, void *arg, struct err *err)
{
	struct blob_unit *u = arg;

	return store_facts_save(txn, u->life_id, u->kind, "mdm", u->at,
	    (const char *)u->data, u->len, err);
}

static int facts_load(struct txn *txn, void *arg, struct err *err)
{
	struct blob_unit *u = arg;

	return store_facts_load(txn, u->life_id, u->kind, &u->facts, err);
}

static void save_facts(
    struct fixture *f, struct blob_unit *u, const char *json, int64_t at)
{
	u->data = (const uint8_t *)json;
	u->len = strlen(json);
	u->at = at;
	fixture_write(f, facts_save, u);
	store_facts_clear(&u->facts);
	fixture_read(f, facts_load, u);
}

static void test_facts(void **state)
{
	struct fixture *f = *state;
	struct blob_unit u = {.kind = "SecurityInfo"};
	struct phone phone;

	phone_enrol(f, &phone);
	u.life_id = phone.life.id;
	assert_int_equal(
	    store_read(f->store, facts_load, &u, NULL), -ERR_NOT_FOUND);
	save_facts(f, &u, "{\"a\":1}", 100);
	assert_string_equal(u.facts.json, "{\"a\":1}");
	assert_int_equal(u.facts.json_len, 7);
	assert_string_equal(u.facts.kind, "SecurityInfo");
	assert_string_equal(u.facts.source, "mdm");
	assert_true(u.facts.observed_at == 100);
	save_facts(f, &u, "{\"old\":1}", 99);
	assert_string_equal(u.facts.json, "{\"a\":1}");
	save_facts(f, &u, "{\"b\":2}", 100);
	assert_string_equal(u.facts.json, "{\"b\":2}");
	save_facts(f, &u, "", 101);
	assert_int_equal(u.facts.json_len, 0);
	assert_true(u.facts.observed_at == 101);
	store_facts_clear(&u.facts);
	assert_null(u.facts.json);
	store_facts_clear(NULL);
}

static int policy_save(struct txn *txn, void *arg, struct err *err)
{
	return store_policy_save(txn, &((struct blob_unit *)arg)->policy, err);
}

static int policy_load(struct txn *txn, void *arg, struct err *err)
{
	struct blob_unit *u = arg;

	return store_policy_load(txn, u->life_id, &u->policy, err);
}

static void test_policy(void **state)
{
	struct fixture *f = *state;
	struct blob_unit out = {0};
	struct blob_unit in = {0};
	struct phone phone;

	phone_enrol(f, &phone);
	out.life_id = phone.org.id;
	assert_int_equal(
	    store_read(f->store, policy_load, &out, NULL), -ERR_NOT_FOUND);
	COPY(in.policy.org_id, phone.org.id);
	ROWS_FILL(in.policy.pack, 'p');
	ROWS_FILL(in.policy.pack_hash, 'h');
	ROWS_FILL(in.policy.profile_identifier, 'i');
	ROWS_FILL(in.policy.profile_uuid, 'u');
	ROWS_FILL(in.policy.applied_by, 'b');
	in.policy.applied_at = 200;
	fixture_write(f, policy_save, &in);
	fixture_read(f, policy_load, &out);
	assert_memory_equal(&out.policy, &in.policy, sizeof(in.policy));
	COPY(in.policy.pack, "older");
	in.policy.applied_at = 100;
	fixture_write(f, policy_save, &in);
	fixture_read(f, policy_load, &out);
	assert_true(out.policy.applied_at == 200);
	COPY(in.policy.pack, "newer");
	in.policy.applied_at = 300;
	fixture_write(f, policy_save, &in);
	fixture_read(f, policy_load, &out);
	assert_string_equal(out.policy.pack, "newer");
}

static int answer_save(struct txn *txn, void *arg, struct err *err)
{
	struct blob_unit *u = arg;

	return store_answer_insert(txn, u->kind, u->life_id, "command-1",
	    "Acknowledged", u->at, u->data, u->len, err);
}

static int note_answer(void *arg, int64_t at, const char *status,
    const uint8_t *body, size_t body_len)
{
	struct blob_unit *u = arg;

	assert_true(at == 10 + u->count);
	assert_string_equal(status, "Acknowledged");
	assert_int_equal(body_len, u->len);
	assert_memory_equal(body, u->data, body_len);
	u->count++;
	return 0;
}

static int answer_each(struct txn *txn, void *arg, struct err *err)
{
	struct blob_unit *u = arg;

	return store_answer_each(txn, u->kind, note_answer, u, err);
}

/* The body is kept as it came, binary rubbish too; unknown commands as well. */
static void test_answer(void **state)
{
	static const uint8_t body[] = {'b', 'p', 0, 0xff, 0, '<'};
	struct fixture *f = *state;
	struct blob_unit u = {.data = body, .len = sizeof(body)};
	struct phone phone;

	phone_enrol(f, &phone);
	u.life_id = phone.life.id;
	u.kind = "answer-2";
	u.at = 11;
	fixture_write(f, answer_save, &u);
	fixture_write_refused(f, answer_save, &u, ERR_CONFLICT);
	u.kind = "answer-1";
	u.at = 10;
	fixture_write(f, answer_save, &u);
	u.kind = "command-1";
	fixture_read(f, answer_each, &u);
	assert_int_equal(u.count, 2);
	u.kind = "command-2";
	fixture_read(f, answer_each, &u);
	assert_int_equal(u.count, 2);
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
	    TEST(test_organisation),
	    TEST(test_link),
	    TEST(test_link_replace),
	    TEST(test_link_empty_challenge),
	    TEST(test_link_each),
	    TEST(test_certificate),
	    TEST(test_certificate_retire),
	    TEST(test_identity),
	    TEST(test_device),
	    TEST(test_device_replace),
	    TEST(test_device_each),
	    TEST(test_life),
	    TEST(test_life_one_open),
	    TEST(test_last_seen),
	    TEST(test_life_each),
	    TEST(test_secret),
	    TEST(test_facts),
	    TEST(test_policy),
	    TEST(test_answer),
	    TEST(test_too_long_is_not_cut),
	    TEST(test_unended_field),
	};

	return FIXTURE_RUN("store rows", tests);
}
