/*
 * audit_of_leavers_test: does the audit log say what became of an erase that
 * was taken back, of codes that nobody got, of a last day that moved?
 */
#include "tests/unit/departures/leaver_world.h"

#include "server/store/store_audit.h"

struct wanted {
	const char *action;
	const char *text; /* somewhere in its body */
	unsigned count;
	char actor[LIMIT_NAME + 1]; /* of the last */
};

static int note_entry(void *arg, const struct audit_row *row)
{
	struct wanted *wanted = arg;
	char body[2048];

	(void)snprintf(
	    body, sizeof(body), "%.*s", (int)row->body_len, row->body);
	if (strcmp(row->action, wanted->action) != 0 ||
	    !strstr(body, wanted->text))
		return 0;
	wanted->count++;
	(void)snprintf(wanted->actor, sizeof(wanted->actor), "%s", row->actor);
	return 0;
}

static int look(struct txn *txn, void *arg, struct err *err)
{
	const struct audit_filter filter = {.org_id = ada->org_id};

	return store_audit_each(txn, &filter, note_entry, arg, err);
}

static struct wanted entries(const char *action, const char *text)
{
	struct wanted wanted = {.action = action, .text = text};

	towns_read(look, &wanted);
	return wanted;
}

static void leaves(void)
{
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
}

static void test_withdrawn_by_the_case(void **state)
{
	struct wanted found;

	(void)state;
	leaves();
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\", \"to\": \"2027-06-01\"}}");
	assert_int_equal(erases_standing("S1"), 0);
	found = entries("wipe.moved", "\"cancelled\"");
	assert_int_equal(found.count, 1);
	assert_string_equal(found.actor, "Ada");
	assert_int_equal(entries("wipe.moved", "withdrawn").count, 1);
}

static int make_private(struct txn *txn, void *arg, struct err *err)
{
	struct device device;
	int rc = ledger_phone_find(txn, ada->org_id, arg, &device, err);

	device.is_private = true;
	return rc < 0 ? rc : store_device_save(txn, &device, err);
}

/* A private phone all at once: nothing justifies the erase at hand-out. */
static void test_withdrawn_at_hand_out(void **state)
{
	char serial[] = "S1";

	(void)state;
	leaves();
	towns_write(make_private, serial);
	assert_string_not_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(entries("wipe.moved", "\"cancelled\"").count, 1);
}

static void test_codes_not_handed_over(void **state)
{
	(void)state;
	leaves();
	assert_int_equal(sign("S1", RETURN_SIGNER_HOLDER, NULL, "Ture Alm",
	                     RETURN_CODES_NOT_HANDED_OVER, NULL),
	    0);
	assert_int_equal(
	    entries("return.moved", "\"not_handed_over\"").count, 2);
	/* Said again it changes nothing, and is written down all the same. */
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(
	    entries("return.moved", "\"step\":\"lock_cleared\"").count, 2);
}

static void test_last_day_moved(void **state)
{
	struct wanted found;

	(void)state;
	hire("Ture Alm", "2027-03-01");
	phone("S1", "Ture Alm", true);
	assert_int_equal(entries("departure.moved", "2027-02-28").count, 1);
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\", \"to\": \"2027-06-01\"}}");
	found = entries("departure.moved", "2027-05-31");
	assert_int_equal(found.count, 1);
	assert_string_equal(found.actor, "Ada");
	assert_int_equal(
	    entries("departure.moved", "the last day was moved").count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_withdrawn_by_the_case),
	    LEAVER_TEST(test_withdrawn_at_hand_out),
	    LEAVER_TEST(test_codes_not_handed_over),
	    LEAVER_TEST(test_last_day_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
