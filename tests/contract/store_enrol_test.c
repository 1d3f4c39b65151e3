/*
 * store_enrol_test: do organisation, link and certificate come back as they
 * were saved, to the last byte of every field, and does a certificate stand for
 * the right phone and no other?
 */
#include "tests/contract/rows.h"

#include <stdio.h>
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
	};

	return FIXTURE_RUN("store enrolment", tests);
}
