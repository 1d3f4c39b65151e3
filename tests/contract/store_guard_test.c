/*
 * store_guard_test: do approvals and what they name, counted orders and legal
 * holds come back as they were saved, are they found by the questions that are
 * asked of them, and only in their own organisation?
 */
#include "tests/contract/questions.h"

#include "server/store/store_equipment.h"
#include "server/store/store_guard.h"
#include "server/store/store_purge.h"

DEFINE_NOTE(note_approval, approval_row, id)
DEFINE_NOTE(note_thing, approval_thing_row, thing_id)
DEFINE_NOTE(note_hold, legal_hold_row, id)
DEFINE_NOTE(note_due, purge_row, id)

static struct approval_row an_approval(
    const char *id, enum approval_state now, const char *key)
{
	struct approval_row row = {.what = APPROVAL_WIPE,
	    .state = now,
	    .things = 2,
	    .asked_at = 1,
	    .expires_at = 100};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.params_sha256, "digest");
	PUT(row.asked_by, "Ada");
	PUT(row.asked_key, "%s", key);
	PUT(row.reason, "because");
	return row;
}

static int save_thing(struct txn *txn, const char *id, const char *approval,
    const char *thing, struct err *err)
{
	struct approval_thing_row row = {.used_at = 0};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.approval_id, "%s", approval);
	PUT(row.thing_id, "%s", thing);
	return store_approval_thing_save(txn, &row, err);
}

static int approvals(struct txn *txn, void *arg, struct err *err)
{
	struct approval_row row = an_approval("a1", APPROVAL_ASKED, "k1");
	struct approval_row again;
	struct approval_thing_row thing;

	(void)arg;
	EXPECT(store_approval_save(txn, &row, err) == 0);
	EXPECT(store_approval_load(txn, A, "a1", &again, err) == 0);
	EXPECT(memcmp(&row, &again, sizeof(row)) == 0);
	EXPECT(
	    store_approval_load(txn, B, "a1", &again, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_approval_find_same(txn, &row, &again, err) == 0);
	EXPECT(store_approval_find_asked(
	           txn, A, APPROVAL_WIPE, "k1", &again, err) == 0);
	EXPECT(store_approval_find_asked(txn, A, APPROVAL_WIPE, "k2", &again,
	           NULL) == -ERR_NOT_FOUND);
	PUT(row.asked_by, "Eve"); /* who asked never changes */
	EXPECT(store_approval_save(txn, &row, NULL) == -ERR_CONFLICT);
	row = an_approval("a2", APPROVAL_APPROVED, "k1");
	EXPECT(store_approval_save(txn, &row, err) == 0);
	row = an_approval("a3", APPROVAL_REFUSED, "k1");
	EXPECT(store_approval_save(txn, &row, err) == 0);
	SEEN(
	    store_approval_each(txn, A, true, "", 0, note_approval, &seen, err),
	    "a1 a2");
	SEEN(store_approval_each(
	         txn, A, false, "a1", 0, note_approval, &seen, err),
	    "a2 a3");
	SEEN(store_approval_each(
	         txn, B, false, "", 0, note_approval, &seen, err),
	    "");
	SEEN(
	    store_approval_each_due(txn, 99, 0, note_approval, &seen, err), "");
	SEEN(store_approval_each_due(txn, 100, 0, note_approval, &seen, err),
	    "a1 a2");
	EXPECT(save_thing(txn, "t1", "a1", "p1", err) == 0);
	EXPECT(save_thing(txn, "t2", "a1", "p1", NULL) == -ERR_CONFLICT);
	EXPECT(save_thing(txn, "t2", "a2", "p1", err) == 0);
	EXPECT(save_thing(txn, "t3", "a3", "p1", err) == 0);
	EXPECT(save_thing(txn, "t4", "a1", "p0", err) == 0);
	/* The newest first, and none that is over. */
	SEEN(store_approval_each_thing(txn, A, "p1", note_approval, &seen, err),
	    "a2 a1");
	SEEN(store_approval_each_thing(txn, B, "p1", note_approval, &seen, err),
	    "");
	SEEN(store_approval_thing_each(txn, A, "a1", note_thing, &seen, err),
	    "p0 p1");
	EXPECT(store_approval_thing_find(txn, A, "a2", "p1", &thing, err) == 0);
	thing.used_at = 5;
	EXPECT(store_approval_thing_save(txn, &thing, err) == 0);
	SEEN(store_approval_each_thing(txn, A, "p1", note_approval, &seen, err),
	    "a1");
	PUT(thing.thing_id, "p9"); /* what is meant never changes */
	EXPECT(store_approval_thing_save(txn, &thing, NULL) == -ERR_CONFLICT);
	return 0;
}
DEFINE_TEST(approvals)

static int save_order(struct txn *txn, const char *id, const char *key,
    int64_t at, const char *approval, struct err *err)
{
	struct guard_order_row row = {.at = at};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.ordered_key, "%s", key);
	PUT(row.ordered_person_id, "of %s", key);
	PUT(row.approval_id, "%s", approval);
	return store_guard_order_insert(txn, &row, err);
}

static bool is_count(struct txn *txn, struct guard_window window,
    unsigned count, int64_t oldest_at)
{
	unsigned found = 99;
	int64_t oldest = -1;

	return store_guard_order_count(txn, &window, &found, &oldest, NULL) ==
	    0 &&
	    found == count && oldest == oldest_at;
}

static int orders(struct txn *txn, void *arg, struct err *err)
{
	(void)arg;
	EXPECT(save_order(txn, "o1", "k1", 10, "", err) == 0);
	EXPECT(save_order(txn, "o1", "k1", 10, "", NULL) == -ERR_CONFLICT);
	EXPECT(save_order(txn, "o2", "k1", 20, "a1", err) == 0);
	EXPECT(save_order(txn, "o3", "k2", 30, "", err) == 0);
	EXPECT(is_count(txn,
	    (struct guard_window){
	        .org_id = A, .since = 0, .approved_too = true},
	    3, 10));
	EXPECT(is_count(txn, (struct guard_window){.org_id = A}, 2, 10));
	EXPECT(is_count(
	    txn, (struct guard_window){.org_id = A, .since = 10}, 1, 30));
	EXPECT(is_count(txn,
	    (struct guard_window){.org_id = A, .ordered_key = "k1"}, 1, 10));
	EXPECT(is_count(txn,
	    (struct guard_window){
	        .org_id = A, .ordered_key = "k1", .ordered_person_id = ""},
	    1, 10));
	/* Also what they did on another account. */
	EXPECT(is_count(txn,
	    (struct guard_window){
	        .org_id = A, .ordered_key = "k1", .ordered_person_id = "of k2"},
	    2, 10));
	EXPECT(is_count(txn,
	    (struct guard_window){
	        .org_id = A, .budget = GUARD_BUDGET_DEPARTURES},
	    0, 0));
	EXPECT(is_count(txn, (struct guard_window){.org_id = B}, 0, 0));
	return 0;
}
DEFINE_TEST(orders)

static int save_hold(struct txn *txn, const char *id, enum legal_hold_kind kind,
    const char *subject, int64_t lifted_at, struct err *err)
{
	struct legal_hold_row row = {
	    .kind = kind, .set_at = 1, .lifted_at = lifted_at};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.subject_id, "%s", subject);
	PUT(row.reference, "case");
	return store_legal_hold_save(txn, &row, err);
}

static int save_held(
    struct txn *txn, const char *id, int64_t to_at, struct err *err)
{
	struct assignment_row row = {.from_at = 1, .to_at = to_at};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.device_id, "~phone");
	return store_assignment_save(txn, &row, err);
}

static int holds(struct txn *txn, void *arg, struct err *err)
{
	struct legal_hold_row row;

	(void)arg;
	EXPECT(save_hold(txn, "h1", LEGAL_HOLD_PERSON, PERSON, 0, err) == 0);
	EXPECT(save_hold(txn, "h2", LEGAL_HOLD_PHONE, "p1", 0, err) == 0);
	EXPECT(save_hold(txn, "h3", LEGAL_HOLD_PHONE, "p2", 9, err) == 0);
	EXPECT(store_legal_hold_find(txn, A, PERSON, &row, err) == 0);
	EXPECT(strcmp(row.id, "h1") == 0);
	EXPECT(
	    store_legal_hold_find(txn, A, "p2", &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_legal_hold_find(txn, B, PERSON, &row, NULL) ==
	    -ERR_NOT_FOUND);
	SEEN(store_legal_hold_each(txn, A, "h1", 0, note_hold, &seen, err),
	    "h2 h3");
	SEEN(store_legal_hold_each_subject(txn, A, "p1", note_hold, &seen, err),
	    "h2");
	EXPECT(store_legal_hold_find_former(txn, A, "~phone", &row, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(save_held(txn, "s1", 5, err) == 0);
	EXPECT(store_legal_hold_find_former(txn, A, "~phone", &row, err) == 0);
	EXPECT(store_legal_hold_find_former(txn, B, "~phone", &row, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_legal_hold_load(txn, A, "h2", &row, err) == 0);
	PUT(row.reference, "other"); /* what it is for never changes */
	EXPECT(store_legal_hold_save(txn, &row, NULL) == -ERR_CONFLICT);
	return 0;
}
DEFINE_TEST(holds)

static int save_employed(struct txn *txn, const char *id, const char *person,
    int64_t to_day, struct err *err)
{
	struct employment_row row = {.from_day = 1, .to_day = to_day};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, "%s", person);
	return store_employment_save(txn, &row, err);
}

static int due(struct txn *txn, void *arg, struct err *err)
{
	const struct purge_due question = {
	    .org_id = A, .after_id = "", .before_day = 100, .before_at = -1};
	struct purge_ties ties;

	(void)arg;
	SEEN(store_purge_each_due(txn, &question, note_due, &seen, err), "");
	EXPECT(save_employed(txn, "e1", PERSON, 50, err) == 0);
	SEEN(
	    store_purge_each_due(txn, &question, note_due, &seen, err), PERSON);
	EXPECT(save_employed(txn, "e2", PERSON, 101, err) == 0);
	SEEN(store_purge_each_due(txn, &question, note_due, &seen, err), "");
	EXPECT(save_held(txn, "s1", 0, err) == 0);
	EXPECT(store_purge_ties(txn, A, PERSON, &ties, err) == 0);
	EXPECT(ties.things == 1 && ties.cases == 0 && ties.posts == 0);
	return 0;
}
DEFINE_TEST(due)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(approvals), TEST(orders), TEST(holds), TEST(due)};

	return FIXTURE_RUN("guard", tests);
}
