/*
 * store_task_questions_test: do the questions about tasks, links, orders, tokens and repeated calls
 * find what they should, as of the time asked for, and only in the organisation
 * asked for?
 */
#include "tests/contract/questions.h"

#include <stdlib.h>

#include "server/store/store_task.h"
#include "server/store/store_equipment.h"
#include "server/store/store_token.h"

DEFINE_NOTE(note_task, task_row, id)
DEFINE_NOTE(note_link, page_link_row, id)
DEFINE_NOTE(note_order, equipment_order_row, id)

/* ---- tasks, links, orders ---- */

static int save_task(struct txn *txn, const char *id, const char *rule,
    enum task_state state_now, int64_t next_at, struct err *err)
{
	struct task_row row = {.kind = TASK_STATEMENT,
	    .state = state_now,
	    .subject_kind = STORE_SUBJECT_PERSON,
	    .next_at = next_at};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.rule, "%s", rule);
	PUT(row.person_id, PERSON);
	PUT(row.subject_id, PERSON);
	PUT(row.unit_id, "u1");
	return store_task_save(txn, &row, err);
}

#define TASKS(ids, of, ...)                                                    \
	do {                                                                   \
		struct task_filter filter = {.org_id = (of), __VA_ARGS__};     \
                                                                               \
		SEEN(store_task_each(txn, &filter, note_task, &seen, err),     \
		    ids);                                                      \
	} while (0)

static int tasks(struct txn *txn, void *arg, struct err *err)
{
	struct task_row row;
	struct task_row like;

	(void)arg;
	EXPECT(save_task(txn, "t1", "RON-01", TASK_DONE, 0, err) == 0);
	EXPECT(save_task(txn, "t2", "RON-01", TASK_OPEN, 50, err) == 0);
	EXPECT(save_task(txn, "t3", "RON-01", TASK_REMINDED, 60, NULL) ==
	    -ERR_CONFLICT);
	EXPECT(save_task(txn, "t3", "RON-02", TASK_ESCALATED, 40, err) == 0);
	TASKS("t1 t2 t3", A, .only_open = false);
	TASKS("t2 t3", A, .only_open = true);
	TASKS("t2", A, .only_open = true, .limit = 1);
	TASKS("t3", A, .only_open = true, .after_id = "t2");
	TASKS("t1 t2 t3", A, .person_id = PERSON);
	TASKS("t2 t3", A, .person_id = PERSON, .only_open = true);
	TASKS("", A, .person_id = STRANGER);
	TASKS("t2 t3", A, .unit_id = "u1", .only_open = true);
	TASKS("t1 t2 t3", A, .unit_id = "u1");
	TASKS("t1 t2", A, .rule = "RON-01");
	TASKS("t2", A, .rule = "RON-01", .only_open = true, .unit_id = "u1");
	TASKS("", B, .limit = 0);
	EXPECT(store_task_load(txn, A, "t2", &row, err) == 0);
	like = row;
	EXPECT(store_task_find_open(txn, &like, &row, err) == 0);
	EXPECT(strcmp(row.id, "t2") == 0);
	PUT(like.org_id, B);
	EXPECT(store_task_find_open(txn, &like, &row, NULL) == -ERR_NOT_FOUND);
	SEEN(store_task_each_due(txn, A, 49, 0, note_task, &seen, err), "t3");
	SEEN(
	    store_task_each_due(txn, A, 50, 0, note_task, &seen, err), "t3 t2");
	SEEN(store_task_each_due(txn, A, 50, 1, note_task, &seen, err), "t3");
	SEEN(store_task_each_due(txn, B, 50, 0, note_task, &seen, err), "");
	SEEN(store_task_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         "RON-01", false, note_task, &seen, err),
	    "t1 t2");
	SEEN(store_task_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         "RON-01", true, note_task, &seen, err),
	    "t2");
	SEEN(store_task_each_subject(txn, B, STORE_SUBJECT_PERSON, PERSON,
	         "RON-01", false, note_task, &seen, err),
	    "");
	return 0;
}

static int page_links(struct txn *txn, void *arg, struct err *err)
{
	struct page_link_row row = {.expires_at = 100};
	struct page_link_row out;

	(void)arg;
	PUT(row.id, "l1");
	PUT(row.org_id, A);
	PUT(row.token_sha256, "hash");
	PUT(row.task_id, "t1");
	PUT(row.person_id, PERSON);
	EXPECT(store_page_link_save(txn, &row, err) == 0);
	EXPECT(store_page_link_find_token(txn, "hash", &out, err) == 0);
	EXPECT(strcmp(out.org_id, A) == 0);
	EXPECT(store_page_link_find_token(txn, "other", &out, NULL) ==
	    -ERR_NOT_FOUND);
	SEEN(store_page_link_each_task(txn, A, "t1", note_link, &seen, err),
	    "l1");
	SEEN(
	    store_page_link_each_task(txn, B, "t1", note_link, &seen, err), "");
	SEEN(store_page_link_each_task(txn, A, "", note_link, &seen, err), "");
	SEEN(store_page_link_each_person(txn, B, PERSON, note_link, &seen, err),
	    "");
	PUT(row.id, "l2");
	EXPECT(store_page_link_save(txn, &row, NULL) == -ERR_CONFLICT);
	return 0;
}

static int orders(struct txn *txn, void *arg, struct err *err)
{
	struct equipment_order_row row = {.what = EQUIPMENT_PHONE};
	struct catalogue_row item = {.what = EQUIPMENT_PHONE};
	struct catalogue_row found;

	(void)arg;
	PUT(row.id, "o1");
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	EXPECT(store_equipment_order_save(txn, &row, err) == 0);
	PUT(row.id, "o2");
	row.state = EQUIPMENT_ORDER_LINKED;
	EXPECT(store_equipment_order_save(txn, &row, err) == 0);
	SEEN(store_equipment_order_each(
	         txn, A, true, "", 0, note_order, &seen, err),
	    "o1");
	SEEN(store_equipment_order_each(
	         txn, A, false, "o1", 0, note_order, &seen, err),
	    "o2");
	SEEN(store_equipment_order_each_person(
	         txn, A, PERSON, note_order, &seen, err),
	    "o1 o2");
	SEEN(store_equipment_order_each_person(
	         txn, B, PERSON, note_order, &seen, err),
	    "");
	PUT(item.id, "c1");
	PUT(item.org_id, A);
	PUT(item.name, "iPhone 16e");
	EXPECT(store_catalogue_save(txn, &item, err) == 0);
	EXPECT(store_catalogue_find(
	           txn, A, EQUIPMENT_PHONE, "iPhone 16e", &found, err) == 0);
	EXPECT(store_catalogue_find(txn, B, EQUIPMENT_PHONE, "iPhone 16e",
	           &found, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_catalogue_find(txn, A, EQUIPMENT_FUNCTION, "iPhone 16e",
	           &found, NULL) == -ERR_NOT_FOUND);
	PUT(item.id, "c2");
	EXPECT(store_catalogue_save(txn, &item, NULL) == -ERR_CONFLICT);
	item.retired_at = 5;
	EXPECT(store_catalogue_save(txn, &item, err) == 0);
	return 0;
}

/* ---- tokens, repeated calls ---- */

static int tokens(struct txn *txn, void *arg, struct err *err)
{
	struct api_token_row row = {.expires_at = 100};
	struct api_token_row out;

	(void)arg;
	PUT(row.id, "k1");
	PUT(row.org_id, A);
	PUT(row.token_sha256, "hash");
	EXPECT(store_api_token_save(txn, &row, err) == 0);
	EXPECT(store_api_token_find(txn, "hash", &out, err) == 0);
	EXPECT(strcmp(out.org_id, A) == 0);
	EXPECT(store_api_token_find(txn, "", &out, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_api_token_touch(txn, A, "k1", 50, err) == 0);
	EXPECT(store_api_token_touch(txn, A, "k1", 40, err) == 0);
	EXPECT(store_api_token_touch(txn, B, "k1", 60, err) == 0);
	EXPECT(store_api_token_load(txn, A, "k1", &out, err) == 0);
	EXPECT(out.last_used_at == 50);
	return 0;
}

static int load_call(struct txn *txn, const char *org, const char *key,
    struct idempotency_row *out, size_t *len, struct err *err)
{
	uint8_t *body = NULL;
	int rc = store_idempotency_load(
	    txn, org, "token:1", key, out, &body, len, err);

	free(body);
	return rc;
}

static int repeats(struct txn *txn, void *arg, struct err *err)
{
	struct idempotency_row row = {.expires_at = 100};
	struct idempotency_row out;
	int removed = -1;
	size_t len = 99;

	(void)arg;
	PUT(row.org_id, A);
	PUT(row.caller, "token:1");
	PUT(row.key, "key-1");
	EXPECT(store_idempotency_finish(txn, &row, NULL, 0, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_idempotency_insert(txn, &row, err) == 0);
	EXPECT(store_idempotency_insert(txn, &row, NULL) == -ERR_CONFLICT);
	EXPECT(load_call(txn, A, "key-1", &out, &len, err) == 0);
	EXPECT(out.status == 0 && len == 0);
	EXPECT(load_call(txn, B, "key-1", &out, &len, NULL) == -ERR_NOT_FOUND);
	row.status = 201;
	EXPECT(store_idempotency_finish(
	           txn, &row, (const uint8_t *)"{}", 2, err) == 0);
	EXPECT(store_idempotency_finish(txn, &row, (const uint8_t *)"",
	           STORE_IDEMPOTENCY_BODY_MAX + 1, NULL) == -ERR_LIMIT);
	EXPECT(load_call(txn, A, "key-1", &out, &len, err) == 0);
	EXPECT(out.status == 201 && len == 2);
	PUT(row.key, "key-2");
	row.expires_at = 200;
	EXPECT(store_idempotency_insert(txn, &row, err) == 0);
	PUT(row.org_id, B);
	EXPECT(store_idempotency_insert(txn, &row, err) == 0);
	EXPECT(store_idempotency_delete(txn, B, "token:1", "key-2", err) == 0);
	EXPECT(load_call(txn, A, "key-2", &out, &len, err) == 0);
	EXPECT(store_idempotency_purge(txn, 99, 10, &removed, err) == 0);
	EXPECT(removed == 0);
	EXPECT(store_idempotency_purge(txn, 100, 10, &removed, err) == 0);
	EXPECT(removed == 1);
	EXPECT(load_call(txn, A, "key-1", &out, &len, NULL) == -ERR_NOT_FOUND);
	return 0;
}

DEFINE_TEST(tasks)
DEFINE_TEST(page_links)
DEFINE_TEST(orders)
DEFINE_TEST(tokens)
DEFINE_TEST(repeats)

int main(void)
{
	const struct CMUnitTest tests_all[] = {TEST(tasks), TEST(page_links),
	    TEST(orders), TEST(tokens), TEST(repeats)};

	return FIXTURE_RUN("store task questions", tests_all);
}
