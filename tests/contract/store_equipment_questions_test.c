/*
 * store_equipment_questions_test: do the questions about phones, subscriptions and who holds them
 * find what they should, as of the time asked for, and only in the organisation
 * asked for?
 */
#include "tests/contract/questions.h"

#include <stdlib.h>

#include "server/store/store_bench.h"
#include "server/store/store_equipment.h"

DEFINE_NOTE(note_subscription, subscription_row, id)
DEFINE_NOTE(note_assignment, assignment_row, id)
DEFINE_NOTE(note_device, device, id)

/* ---- subscriptions and who holds what ---- */

static int save_subscription(struct txn *txn, const char *org, const char *id,
    const char *iccid, int64_t ended, struct err *err)
{
	struct subscription_row row = {.ended_at = ended};

	PUT(row.id, "%s", id);
	PUT(row.org_id, "%s", org);
	PUT(row.number, "+46701234567");
	PUT(row.iccid, "%s", iccid);
	return store_subscription_save(txn, &row, err);
}

static int subscriptions(struct txn *txn, void *arg, struct err *err)
{
	const char *number = "+46701234567";
	struct subscription_row row;

	(void)arg;
	EXPECT(save_subscription(txn, A, "s1", "8946011", 0, err) == 0);
	EXPECT(store_subscription_find_number(txn, A, number, &row, err) == 0);
	EXPECT(save_subscription(txn, A, "s2", "8946012", 0, err) == 0);
	EXPECT(save_subscription(txn, A, "s3", "8946011", 0, NULL) ==
	    -ERR_CONFLICT);
	EXPECT(save_subscription(txn, A, "s3", "8946011", 9, err) == 0);
	EXPECT(save_subscription(txn, B, "s4", "8946011", 0, err) == 0);
	EXPECT(
	    store_subscription_find_iccid(txn, A, "8946011", &row, err) == 0);
	EXPECT(strcmp(row.id, "s1") == 0);
	EXPECT(
	    store_subscription_find_iccid(txn, B, "8946011", &row, err) == 0);
	EXPECT(strcmp(row.id, "s4") == 0);
	EXPECT(store_subscription_find_iccid(txn, A, "", &row, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_subscription_find_number(txn, A, number, &row, NULL) ==
	    -ERR_CONFLICT);
	SEEN(store_subscription_each_number(
	         txn, A, number, note_subscription, &seen, err),
	    "s1 s2");
	return 0;
}

static int save_assignment(struct txn *txn, const char *id,
    enum assignment_kind kind, int64_t from, int64_t to, struct err *err)
{
	struct assignment_row row = {
	    .kind = kind, .from_at = from, .to_at = to};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.device_id, "d1");
	PUT(row.subscription_id, "%s", kind == ASSIGNMENT_PHONE ? "" : "s1");
	return store_assignment_save(txn, &row, err);
}

static int holder(struct txn *txn, const char *org, int64_t at, char id[8])
{
	struct assignment_row row = {.id = ""};
	int rc = store_assignment_find_phone(txn, org, "d1", at, &row, NULL);

	(void)snprintf(id, 8, "%.7s", row.id);
	return rc;
}

static int assignments(struct txn *txn, void *arg, struct err *err)
{
	struct assignment_row row;
	char id[8];

	(void)arg;
	EXPECT(
	    save_assignment(txn, "h1", ASSIGNMENT_PHONE, 100, 200, err) == 0);
	EXPECT(save_assignment(txn, "h2", ASSIGNMENT_PHONE, 200, 0, err) == 0);
	EXPECT(save_assignment(txn, "h3", ASSIGNMENT_PHONE, 300, 0, NULL) ==
	    -ERR_CONFLICT);
	EXPECT(save_assignment(
	           txn, "h4", ASSIGNMENT_SUBSCRIPTION, 100, 0, err) == 0);
	EXPECT(save_assignment(txn, "h5", ASSIGNMENT_SUBSCRIPTION, 200, 0,
	           NULL) == -ERR_CONFLICT);
	EXPECT(holder(txn, A, 99, id) == -ERR_NOT_FOUND);
	EXPECT(holder(txn, A, 100, id) == 0 && strcmp(id, "h1") == 0);
	EXPECT(holder(txn, A, 199, id) == 0 && strcmp(id, "h1") == 0);
	EXPECT(holder(txn, A, 200, id) == 0 && strcmp(id, "h2") == 0);
	EXPECT(holder(txn, A, 0, id) == 0 && strcmp(id, "h2") == 0);
	EXPECT(holder(txn, B, 0, id) == -ERR_NOT_FOUND);
	EXPECT(store_assignment_find_subscription(txn, A, "s1", 0, &row, err) ==
	    0);
	EXPECT(store_assignment_find_subscription(
	           txn, B, "s1", 0, &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_assignment_find_subscription(txn, A, "", 0, &row, NULL) ==
	    -ERR_NOT_FOUND);
	SEEN(store_assignment_each_person(
	         txn, A, PERSON, true, note_assignment, &seen, err),
	    "h4 h2");
	SEEN(store_assignment_each_person(
	         txn, A, PERSON, false, note_assignment, &seen, err),
	    "h1 h4 h2");
	SEEN(store_assignment_each_device(
	         txn, A, "d1", false, note_assignment, &seen, err),
	    "h1 h4 h2");
	SEEN(store_assignment_each_device(
	         txn, B, "d1", false, note_assignment, &seen, err),
	    "");
	SEEN(store_assignment_each_subscription(
	         txn, A, "s1", true, note_assignment, &seen, err),
	    "h4");
	SEEN(store_assignment_each_subscription(
	         txn, B, "s1", true, note_assignment, &seen, err),
	    "");
	/* Ended, it may be held by another. */
	EXPECT(store_assignment_load(txn, A, "h2", &row, err) == 0);
	row.to_at = 400;
	EXPECT(store_assignment_save(txn, &row, err) == 0);
	EXPECT(holder(txn, A, 0, id) == -ERR_NOT_FOUND);
	EXPECT(save_assignment(txn, "h3", ASSIGNMENT_PHONE, 500, 0, err) == 0);
	EXPECT(holder(txn, A, 450, id) == -ERR_NOT_FOUND);
	return 0;
}

static int save_device(struct txn *txn, const char *org, const char *id,
    const char *imei, struct err *err)
{
	struct device row = {.created_at = 1};

	PUT(row.id, "%s", id);
	PUT(row.org_id, "%s", org);
	PUT(row.udid, "udid-%s", id);
	PUT(row.serial, "serial-%s", id);
	PUT(row.imei, "%s", imei);
	return store_device_save(txn, &row, err);
}

static int devices(struct txn *txn, void *arg, struct err *err)
{
	struct device row;

	(void)arg;
	EXPECT(save_device(txn, A, "d1", "350000000000001", err) == 0);
	EXPECT(save_device(txn, A, "d2", "350000000000002", err) == 0);
	EXPECT(save_device(txn, A, "d3", "350000000000002", err) == 0);
	EXPECT(save_device(txn, B, "d4", "350000000000001", err) == 0);
	SEEN(store_device_each_id(txn, A, "", 2, note_device, &seen, err),
	    "d1 d2");
	SEEN(store_device_each_id(txn, A, "d2", 0, note_device, &seen, err),
	    "d3");
	SEEN(
	    store_device_each_id(txn, B, "", 0, note_device, &seen, err), "d4");
	EXPECT(
	    store_device_load_of(txn, B, "d1", &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_device_load_of(txn, A, "d1", &row, err) == 0);
	EXPECT(
	    store_device_find_imei(txn, A, "350000000000001", &row, err) == 0);
	EXPECT(strcmp(row.id, "d1") == 0);
	EXPECT(store_device_find_imei(txn, A, "350000000000002", &row, NULL) ==
	    -ERR_CONFLICT);
	EXPECT(
	    store_device_find_imei(txn, A, "", &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_device_find_serial(txn, B, "serial-d1", &row, NULL) ==
	    -ERR_NOT_FOUND);
	return 0;
}

DEFINE_TEST(subscriptions)
DEFINE_TEST(assignments)
DEFINE_TEST(devices)

int main(void)
{
	const struct CMUnitTest tests_all[] = {
	    TEST(subscriptions), TEST(assignments), TEST(devices)};

	return FIXTURE_RUN("store equipment questions", tests_all);
}
