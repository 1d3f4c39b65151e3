/*
 * receipt_test: is a receipt's JSON one text for one content, read back whole,
 * and is refused what no receipt may say or no reader may take?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "tests/unit/receipts/example.h"

static struct receipt receipt;
static struct receipt back;

static void test_round_trip(void **state)
{
	(void)state;
	for (int kind = 0; kind < RECEIPT_KIND_COUNT; kind++) {
		struct buf once = {0};
		struct buf again = {0};
		struct err err = {0};

		example_make(&receipt, (enum receipt_kind)kind, "sv");
		assert_int_equal(receipt_encode(&receipt, &once, &err), 0);
		memset(&back, 0xa5, sizeof(back));
		assert_int_equal(
		    receipt_parse(once.data, once.len, &back, &err), 0);
		assert_memory_equal(&back, &receipt, sizeof(receipt));
		assert_int_equal(receipt_encode(&back, &again, &err), 0);
		assert_int_equal(once.len, again.len);
		assert_memory_equal(once.data, again.data, once.len);
		buf_clear(&once);
		buf_clear(&again);
	}
}

/* The most that its members can hold, in letters that JSON makes longest: who
 * signs is never told that the receipt is too long. */
static void test_the_longest(void **state)
{
	struct buf json = {0};
	struct err err = {0};

	(void)state;
	example_make(&receipt, RECEIPT_RETURN, "sv");
	for (size_t i = 0; i < RECEIPT_THINGS_MAX; i++) {
		struct receipt_thing *thing = &receipt.things[i];

		receipt.things[i] = receipt.things[1];
		memset(thing->name, 1, sizeof(thing->name) - 1);
		memset(thing->serial, 1, sizeof(thing->serial) - 1);
		memset(thing->id, 1, sizeof(thing->id) - 1);
		memset(thing->imei, 1, sizeof(thing->imei) - 1);
		memset(thing->number, 1, sizeof(thing->number) - 1);
		memset(thing->iccid, 1, sizeof(thing->iccid) - 1);
	}
	receipt.thing_count = RECEIPT_THINGS_MAX;
	receipt.things_more = 31;
	memset(receipt.note, 1, sizeof(receipt.note) - 1);
	if (receipt_encode(&receipt, &json, &err) != 0 ||
	    receipt_parse(json.data, json.len, &back, &err) != 0)
		fail_msg("%s", err.text);
	assert_memory_equal(&back, &receipt, sizeof(receipt));
	buf_clear(&json);
}

static void refuse(const char *word)
{
	struct buf json = {0};
	struct err err = {0};

	assert_int_not_equal(receipt_encode(&receipt, &json, &err), 0);
	assert_int_equal(json.len, 0);
	assert_non_null(strstr(err.text, word));
	buf_clear(&json);
}

/* Nobody confirms their own return. */
static void test_own_return(void **state)
{
	(void)state;
	example_make(&receipt, RECEIPT_RETURN, "sv");
	EXAMPLE_SET(receipt.signatures[1].person_id, receipt.person_id);
	refuse("own return");
	/* A witness in the place of the holder is not the receiver. */
	example_make(&receipt, RECEIPT_RETURN, "sv");
	receipt.signatures[0].role = RECEIPT_WITNESS;
	EXAMPLE_SET(receipt.signatures[0].reason, "has left the town");
	EXAMPLE_SET(
	    receipt.signatures[0].person_id, receipt.signatures[1].person_id);
	refuse("witness");
}

static void test_signatures_missing(void **state)
{
	(void)state;
	example_make(&receipt, RECEIPT_RETURN, "sv");
	receipt.signature_count = 1;
	refuse("who receives");
	example_make(&receipt, RECEIPT_HAND_OUT, "sv");
	receipt.signature_count = 0;
	refuse("signed by the person");
	example_make(&receipt, RECEIPT_RETURN, "sv");
	receipt.signatures[0].role = RECEIPT_WITNESS;
	EXAMPLE_SET(receipt.signatures[0].person_id,
	    "0192c2a0-5b7e-7c3d-9f00-0000000000c1");
	refuse("why the holder");
	example_make(&receipt, RECEIPT_HAND_OUT, "sv");
	receipt.signatures[0].typed[0] = '\0';
	refuse("typed name");
}

/* What the ladder does not support is no certificate. */
static void test_erasure_unproven(void **state)
{
	static const enum receipt_erasure weak[] = {RECEIPT_ERASURE_NONE,
	    RECEIPT_ERASURE_ORDERED, RECEIPT_ERASURE_ACKNOWLEDGED,
	    RECEIPT_ERASURE_SILENT};

	(void)state;
	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		example_make(&receipt, RECEIPT_ERASURE, "sv");
		receipt.erasure = weak[i];
		refuse("what proves it");
	}
	example_make(&receipt, RECEIPT_ERASURE, "sv");
	receipt.erasure = RECEIPT_ERASURE_STATED;
	refuse("somebody's");
}

/* Nobody signs for what is not named. */
static void test_not_named(void **state)
{
	(void)state;
	example_make(&receipt, RECEIPT_HAND_OUT, "sv");
	receipt.things_more = 1;
	refuse("not named");
	example_make(&receipt, RECEIPT_RETURN, "sv");
	receipt.thing_count = RECEIPT_THINGS_MAX + 1;
	refuse("1 to 200 things");
}

static void parse_refused(const char *json, int code)
{
	struct err err = {0};

	assert_int_equal(receipt_parse(json, strlen(json), &back, &err), -code);
}

static void test_parse_refused(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		int code;
	} cases[] = {
	    {"\"format\":1", "\"format\":2", ERR_UNSUPPORTED},
	    {"\"format\":1", "\"format\":\"1\"", ERR_INVALID},
	    {"\"return\"", "\"retour\"", ERR_INVALID},
	    {"\"holder\"", "\"owner\"", ERR_INVALID},
	    {"\"things\":[", "\"things\":[7,", ERR_INVALID},
	    {"\"things\":[", "\"things_more\":-1,\"things\":[", ERR_INVALID},
	    {"\"things\":[", "\"things_more\":\"1\",\"things\":[", ERR_INVALID},
	    {"2026-11-22T14:41:00Z", "yesterday", ERR_INVALID},
	    {"\"erasure\":{", "\"erasure\":[],\"other\":{", ERR_INVALID},
	    {"\"number\":\"2026-17\"",
	        "\"number\":\"2026-17-and-far-too-long-for-one\"", ERR_INVALID},
	    {"Demotel", "De\\u0000motel", ERR_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf json = {0};
		struct buf made = {0};
		struct err err = {0};
		const char *text;
		const char *at;

		example_make(&receipt, RECEIPT_RETURN, "sv");
		assert_int_equal(receipt_encode(&receipt, &json, &err), 0);
		text = (const char *)json.data;
		at = strstr(text, cases[i].from);
		assert_non_null(at);
		buf_append(&made, text, (size_t)(at - text));
		buf_append_str(&made, cases[i].to);
		buf_append_str(&made, at + strlen(cases[i].from));
		parse_refused((const char *)made.data, cases[i].code);
		buf_clear(&json);
		buf_clear(&made);
	}
	parse_refused("", ERR_INVALID);
	parse_refused("[]", ERR_INVALID);
	parse_refused("{\"format\":1}", ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_the_longest),
	    cmocka_unit_test(test_not_named),
	    cmocka_unit_test(test_own_return),
	    cmocka_unit_test(test_signatures_missing),
	    cmocka_unit_test(test_erasure_unproven),
	    cmocka_unit_test(test_parse_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
