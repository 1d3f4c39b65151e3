/*
 * many_things_test: is the return of somebody who holds very much signed like
 * any other, and does its receipt say all of it, or how much it does not?
 */
#include <stdlib.h>

#include "tests/unit/departures/leaver_world.h"

#include "server/receipts/receipt.h"
#include "server/store/store_receipt.h"

/* SIMs that sit in no phone: they come back with whatever comes. */
static void sims(int count)
{
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	for (int i = 0; i < count; i++)
		say("{\"subscription\": {\"number\": \"+4670174%04d\", "
		    "\"operator\": \"telia\"}}\n"
		    "{\"assignment\": {\"person\": \"Ture Alm\", "
		    "\"subscription\": \"+4670174%04d\", \"in_phone\": "
		    "\"\"}}",
		    i, i);
	at("2026-11-28 00:00");
}

static void both_sign(void)
{
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(sign("S1", RETURN_SIGNER_HOLDER, NULL, "Ture Alm",
	                     RETURN_CODES_HANDED_OVER, NULL),
	    0);
	if (sign("S1", RETURN_SIGNER_RECEIVER, "Chef Ek", "Chef Ek",
	        RETURN_CODES_HANDED_OVER, NULL) != 0)
		fail_msg("%s", leaver_err.text);
}

static int body_load(struct txn *txn, void *arg, struct err *err)
{
	struct return_view view = the_case("S1");
	struct receipt_row row;
	int rc = store_receipt_find_case(
	    txn, ada->org_id, view.row.id, RECEIPT_RETURN, &row, err);

	return rc == 0 ? store_receipt_body(txn, ada->org_id, row.id, arg, err)
	               : rc;
}

static void is_on_the_receipt(size_t named, unsigned more)
{
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	struct buf body = {0};
	struct err err = {0};

	towns_read(body_load, &body);
	if (receipt_parse(body.data, body.len, receipt, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(receipt->things[0].kind, RECEIPT_PHONE);
	assert_int_equal(receipt->thing_count, named);
	assert_int_equal(receipt->things_more, more);
	buf_clear(&body);
	free(receipt);
}

static void test_forty(void **state)
{
	(void)state;
	sims(40);
	both_sign();
	is_on_the_receipt(41, 0);
}

static void test_more_than_a_receipt_names(void **state)
{
	(void)state;
	sims(RECEIPT_THINGS_MAX + 30);
	both_sign();
	is_on_the_receipt(RECEIPT_THINGS_MAX, 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_forty),
	    LEAVER_TEST(test_more_than_a_receipt_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
