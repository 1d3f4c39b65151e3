/*
 * store_document_test: do secrets, facts, policies and raw answers come back as
 * they were saved, and does the newer one win?
 */
#include "tests/contract/rows.h"

#include <stdlib.h>
#include <string.h>

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

	return store_answer_insert(txn, u->life_id, "command-1", "Acknowledged",
	    u->at, u->data, u->len, err);
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
	u.at = 11;
	fixture_write(f, answer_save, &u);
	u.at = 10;
	fixture_write(f, answer_save, &u);
	u.kind = "command-1";
	fixture_read(f, answer_each, &u);
	assert_int_equal(u.count, 2);
	u.kind = "command-2";
	fixture_read(f, answer_each, &u);
	assert_int_equal(u.count, 2);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_secret),
	    TEST(test_facts),
	    TEST(test_policy),
	    TEST(test_answer),
	};

	return FIXTURE_RUN("store documents", tests);
}
