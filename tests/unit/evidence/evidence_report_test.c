/*
 * Question: is a report read strictly, written in one spelling, and believed
 * only under the signature of its key over its exact bytes?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/evidence/evidence.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define RUN "0192c2a0-5b7e-7c3d-9f00-0123456789ab"
#define HEAD                                                                   \
	"{\"v\":1,\"connector\":\"export\",\"run\":\"" RUN                     \
	"\",\"seq\":4711,\"observed_at\":\"2026-11-22T07:38:25Z\",\"items\":["
#define TEL "\"subject\":\"tel:+46701234567\""
#define GREETING                                                               \
	"{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":\"personal\","     \
	"\"method\":\"vvm-imap\"}"

static int parse(const char *json, struct evidence_report *out, struct err *err)
{
	return evidence_report_parse(json, strlen(json), out, err);
}

/* Every fact with every member it can have. */
static const char *const canonical[] = {
    GREETING,
    ("{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":\"name-only\","
     "\"method\":\"csv-import\",\"observed_at\":\"2026-11-20T00:00:00Z\","
     "\"valid_until\":\"2026-12-27T07:38:25Z\",\"detail\":\"\xc3\xa5 "
     "\\\"x\\\"\"}"),
    ("{" TEL ",\"fact\":\"voicemail.unread\",\"value\":{\"count\":3,"
     "\"oldest_age_h\":30},\"method\":\"http-json\"}"),
    ("{" TEL ",\"fact\":\"call.forward.unconditional\",\"value\":{\"state\":"
     "\"active\",\"target_class\":\"colleague\"},\"method\":\"http-json\"}"),
    ("{" TEL ",\"fact\":\"call.forward.conditional\",\"value\":{\"state\":"
     "\"active\",\"when\":[\"busy\",\"not_reachable\"],\"target_class\":"
     "\"voicemail\"},\"method\":\"http-json\"}"),
    ("{" TEL ",\"fact\":\"call.referral\",\"value\":{\"state\":\"set\","
     "\"until\":\"2026-12-24T23:59:59Z\"},\"method\":\"csv-import\"}"),
    ("{\"subject\":\"iccid:8938641090306391573\",\"fact\":\"sim.device\","
     "\"value\":{\"state\":\"match\",\"imei\":\"490154203237518\","
     "\"last_checked\":\"2026-11-20T10:41:38.657Z\"},\"method\":"
     "\"http-json\"}"),
    ("{" TEL ",\"fact\":\"sim.device\",\"value\":{\"state\":\"foreign\"},"
     "\"method\":\"csv-import\"}"),
    ("{" TEL ",\"fact\":\"sim.subscription\",\"value\":\"blocked\","
     "\"method\":\"csv-import\"}"),
    ("{\"subject\":\"person:p1\",\"fact\":\"directory.number\",\"value\":"
     "\"differs\",\"method\":\"csv-import\"}"),
};

static void one_spelling(void **state)
{
	struct evidence_report report;
	struct buf in = {0};
	struct buf out = {0};
	struct err err = {0};

	(void)state;
	buf_append_str(&in, HEAD);
	for (size_t i = 0; i < COUNT(canonical); i++) {
		if (i)
			buf_append_char(&in, ',');
		buf_append_str(&in, canonical[i]);
	}
	buf_append_str(&in, "]}");
	if (evidence_report_parse(in.data, in.len, &report, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(report.item_count, COUNT(canonical));
	assert_int_equal(report.seq, 4711);
	assert_int_equal(report.items[2].value.count, 3);
	assert_int_equal(report.items[4].value.conditions,
	    EVIDENCE_ON_BUSY | EVIDENCE_ON_NOT_REACHABLE);
	assert_string_equal(report.items[6].value.imei, "490154203237518");
	assert_int_equal(evidence_report_encode(&report, &out, NULL), 0);
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.data, in.data, in.len);
	evidence_report_clear(&report);
	buf_clear(&in);
	buf_clear(&out);
}

struct refusal {
	const char *json;
	const char *words; /* begins the sentence: where it is */
};

static const struct refusal refusals[] = {
    {"", "the report: "},
    {"[]", "the document: "},
    {"{}", "/v: "},
    {"{\"v\":2}", "/v: reports of version 1"},
    {"{\"v\":\"1\"}", "/v: "},
    {HEAD GREETING "],\"extra\":1}", "/extra: there is no such member"},
    {HEAD GREETING "],\"a/b~c\":1}", "/a~1b~0c: "},
    {HEAD "]}", "/items: there are none"},
    {HEAD "1]}", "/items/0: this is no object"},
    {HEAD GREETING ",{}]}", "/items/1/subject: this is missing"},
    {HEAD "{" TEL ",\"audio\":\"x\"}]}", "/items/0/audio: "},
    {HEAD "{" TEL ",\"fact\":\"voicemail.mood\"}]}",
        "/items/0/fact: there is no fact \"voicemail.mood\""},
    {HEAD "{" TEL ",\"fact\":\"attest.RON-27\",\"value\":\"yes\"}]}",
        "/items/0/fact: no connector may bring"},
    {HEAD "{" TEL ",\"fact\":\"attest\",\"value\":\"yes\"}]}",
        "/items/0/fact: no connector may bring"},
    {HEAD "{" TEL ",\"fact\":\"device.wipe\",\"value\":\"proven\"}]}",
        "/items/0/fact: no connector may bring"},
    {HEAD "{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":\"happy\"}]}",
        "/items/0/value: voicemail.greeting cannot say \"happy\""},
    {HEAD "{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":\"active\"}]}",
        "/items/0/value: "},
    {HEAD "{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":{}}]}",
        "/items/0/value: this is no text"},
    {HEAD "{" TEL ",\"fact\":\"voicemail.greeting\"}]}",
        "/items/0/value: this is missing"},
    {HEAD "{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":\"personal\","
          "\"method\":\"statement\"}]}",
        "/items/0/method: statement may not bring voicemail.greeting"},
    {HEAD "{" TEL ",\"fact\":\"voicemail.unread\",\"value\":{\"count\":1,"
          "\"oldest_age_h\":1},\"method\":\"vvm-imap\"}]}",
        "/items/0/method: vvm-imap may not bring voicemail.unread"},
    {HEAD "{" TEL ",\"fact\":\"voicemail.unread\",\"value\":{\"count\":-1,"
          "\"oldest_age_h\":1}}]}",
        "/items/0/value/count: "},
    {HEAD "{" TEL ",\"fact\":\"voicemail.unread\",\"value\":{\"count\":0,"
          "\"oldest_age_h\":1}}]}",
        "/items/0/value: voicemail.unread: it has an age and no message"},
    {HEAD "{" TEL ",\"fact\":\"call.referral\",\"value\":{\"state\":\"set\","
          "\"reason\":\"ill\"}}]}",
        "/items/0/value/reason: there is no such member"},
    {HEAD "{" TEL ",\"fact\":\"call.referral\",\"value\":{\"state\":\"none\","
          "\"until\":\"2026-12-24T23:59:59Z\"}}]}",
        "/items/0/value: call.referral: only what is set has an end"},
    {HEAD "{" TEL ",\"fact\":\"call.forward.unconditional\",\"value\":"
          "{\"state\":\"active\",\"when\":[\"busy\"]}}]}",
        "/items/0/value: call.forward.unconditional: it has no when"},
    {HEAD "{" TEL ",\"fact\":\"call.forward.conditional\",\"value\":"
          "{\"state\":\"active\",\"when\":[\"busy\",\"busy\"]}}]}",
        "/items/0/value/when: "},
    {HEAD "{" TEL ",\"fact\":\"sim.device\",\"value\":{\"state\":\"foreign\","
          "\"imei\":\"490154203237518\"}}]}",
        "/items/0/value: sim.device: a foreign IMEI has no place in it"},
    {HEAD "{" TEL ",\"fact\":\"sim.device\",\"value\":{\"state\":\"imei\"}}]}",
        "/items/0/value: sim.device: it lacks its imei"},
    {HEAD "{\"subject\":\"tel:0701234567\"}]}", "/items/0/subject: "},
    {HEAD "{\"subject\":7}]}", "/items/0/subject: this is no text"},
    {HEAD "{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":\"personal\","
          "\"method\":\"vvm-imap\",\"observed_at\":\"yesterday\"}]}",
        "/items/0/observed_at: this is no time"},
    {HEAD "{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":\"personal\","
          "\"method\":\"vvm-imap\",\"observed_at\":\"2026-11-22T08:38:25Z\"}"
          "]}",
        "/items/0/observed_at: this is later than the report's"},
    {HEAD "{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":\"personal\","
          "\"method\":\"vvm-imap\",\"valid_until\":\"2026-11-01T08:38:25Z\"}"
          "]}",
        "/items/0/valid_until: this is before it was seen"},
    {HEAD "{" TEL ",\"fact\":\"voicemail.greeting\",\"value\":\"personal\","
          "\"method\":\"vvm-imap\",\"detail\":\"two\\nlines\"}]}",
        "/items/0: its detail is no line of text"},
    {HEAD GREETING "],\"v\":1}", "the report: line 1"}, /* a key twice */
    {HEAD "{" TEL ",\"fact\":\"\\u0000\"}]}", "the report: line 1"},
    {HEAD "{" TEL ",\"fact\":\"\xff\"}]}", "the report: line 1"},
    {HEAD "{" TEL ",\"fact\":NaN}]}", "the report: line 1"},
    {HEAD GREETING "]} x", "the report: line 1"},
    {HEAD "[[[[[[[[[1]]]]]]]]]]}", "the report is nested 11 deep"},
};

static void what_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		struct evidence_report report = {.seq = -7};
		struct err err = {0};
		int rc = parse(refusals[i].json, &report, &err);

		if (rc == 0)
			fail_msg("taken: %s", refusals[i].json);
		assert_int_equal(report.seq, -7);
		if (strncmp(err.text, refusals[i].words,
		        strlen(refusals[i].words)) != 0)
			fail_msg("%s\n  said: %s", refusals[i].json, err.text);
	}
}

/* The head, with one member as something else. */
static void heads_that_are_none(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		const char *where;
	} changes[] = {
	    {"\"export\"", "\"Export\"", "/connector: "},
	    {"\"export\"", "\"\"", "/connector: "},
	    {"\"export\"", "[]", "/connector: "},
	    {"\"" RUN "\"", "\"1\"", "/run: "},
	    {"4711", "0", "/seq: "},
	    {"4711", "-1", "/seq: "},
	    {"4711", "1.5", "/seq: "},
	    {"4711", "\"4711\"", "/seq: "},
	    {"4711", "9007199254740992", "/seq: "},
	    {"4711", "99999999999999999999", "the report: line 1"},
	    {"2026-11-22T07:38:25Z", "2026-13-22T07:38:25Z", "/observed_at: "},
	    {"2026-11-22T07:38:25Z", "", "/observed_at: "},
	};
	static const char whole[] = HEAD GREETING "]}";

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		const char *at = strstr(whole, changes[i].from);
		struct evidence_report report;
		struct err err = {0};
		char json[1024];

		assert_non_null(at);
		(void)snprintf(json, sizeof(json), "%.*s%s%s",
		    (int)(at - whole), whole, changes[i].to,
		    at + strlen(changes[i].from));
		assert_int_not_equal(parse(json, &report, &err), 0);
		if (strncmp(err.text, changes[i].where,
		        strlen(changes[i].where)) != 0)
			fail_msg("%s: %s", changes[i].to, err.text);
	}
}

static void sizes(void **state)
{
	struct evidence_report report;
	struct err err = {0};
	struct buf json = {0};

	(void)state;
	buf_append_str(&json, HEAD);
	for (size_t i = 0; i <= EVIDENCE_ITEMS_MAX; i++) {
		buf_append_str(&json, i ? "," : "");
		buf_append_str(&json, GREETING);
	}
	buf_append_str(&json, "]}");
	assert_int_equal(
	    evidence_report_parse(json.data, json.len, &report, &err),
	    -ERR_LIMIT);
	assert_string_equal(err.text, "/items: there are more than 1000");
	while (json.len <= EVIDENCE_BODY_MAX)
		buf_append_str(&json, "                                ");
	assert_int_equal(
	    evidence_report_parse(json.data, json.len, &report, &err),
	    -ERR_LIMIT);
	buf_clear(&json);
}

static void sign(const char *body, EVP_PKEY *pair,
    uint8_t key[EVIDENCE_KEY_SIZE], uint8_t out[EVIDENCE_SIGNATURE_SIZE])
{
	assert_int_equal(evidence_sign(pair, body, strlen(body), out, NULL), 0);
	assert_int_equal(evidence_key_public(pair, key, NULL), 0);
	assert_int_equal(
	    evidence_verify(key, body, strlen(body), out, NULL), 0);
}

static void signatures(void **state)
{
	char body[] = HEAD GREETING "]}";
	uint8_t signature[EVIDENCE_SIGNATURE_SIZE];
	uint8_t other[EVIDENCE_SIGNATURE_SIZE];
	uint8_t key[EVIDENCE_KEY_SIZE];
	uint8_t read[EVIDENCE_KEY_SIZE];
	EVP_PKEY *pair = NULL;
	EVP_PKEY *again = NULL;
	struct buf pem = {0};
	char *text;

	(void)state;
	assert_int_equal(evidence_pair_make(&pair, NULL), 0);
	assert_int_equal(evidence_pair_encode(pair, &pem, NULL), 0);
	assert_int_equal(
	    evidence_pair_parse(pem.data, pem.len, &again, NULL), 0);
	sign(body, again, key, signature);
	body[20] ^= 1;
	assert_int_equal(
	    evidence_verify(key, body, strlen(body), signature, NULL),
	    -ERR_CRYPTO);
	body[20] ^= 1;
	assert_int_equal(
	    evidence_verify(key, body, strlen(body) - 1, signature, NULL),
	    -ERR_CRYPTO);
	for (size_t i = 0; i < sizeof(signature); i++) {
		memcpy(other, signature, sizeof(other));
		other[i] ^= 1;
		assert_int_equal(
		    evidence_verify(key, body, strlen(body), other, NULL),
		    -ERR_CRYPTO);
	}
	key[0] ^= 1;
	assert_int_equal(
	    evidence_verify(key, body, strlen(body), signature, NULL),
	    -ERR_CRYPTO);
	key[0] ^= 1;
	text = str_base64(key, sizeof(key));
	assert_int_equal(evidence_key_parse(text, strlen(text), read, NULL), 0);
	assert_memory_equal(read, key, sizeof(key));
	free(text);
	text = str_base64(signature, sizeof(signature));
	assert_int_equal(
	    evidence_signature_parse(text, strlen(text), other, NULL), 0);
	assert_memory_equal(other, signature, sizeof(other));
	assert_int_equal(
	    evidence_signature_parse(text, strlen(text) - 4, other, NULL),
	    -ERR_INVALID);
	free(text);
	EVP_PKEY_free(pair);
	EVP_PKEY_free(again);
	buf_clear(&pem);
}

/* RFC 8032 section 7.1, test 2. */
static void the_rfcs_own(void **state)
{
	static const char key_hex[] = "3d4017c3e843895a92b70aa74d1b7ebc"
	                              "9c982ccf2ec4968cc0cd55f12af4660c";
	static const char signature_hex[] = "92a009a9f0d4cab8720e820b5f642540"
	                                    "a2b27b5416503f8fb3762223ebdb69da"
	                                    "085ac1e43e15996e458f3613d0f11d8c"
	                                    "387b2eaeb4302aeeb00d291612bb0c00";
	uint8_t signature[EVIDENCE_SIGNATURE_SIZE];
	uint8_t key[EVIDENCE_KEY_SIZE];
	size_t len;

	(void)state;
	assert_int_equal(
	    str_hex_parse(key_hex, strlen(key_hex), key, sizeof(key), &len), 0);
	assert_int_equal(str_hex_parse(signature_hex, strlen(signature_hex),
	                     signature, sizeof(signature), &len),
	    0);
	assert_int_equal(evidence_verify(key, "\x72", 1, signature, NULL), 0);
	assert_int_equal(
	    evidence_verify(key, "\x73", 1, signature, NULL), -ERR_CRYPTO);
}

/* Under a key of small order anybody can sign: R = identity, S = 0. */
static void weak_keys(void **state)
{
	uint8_t signature[EVIDENCE_SIGNATURE_SIZE] = {1};
	uint8_t key[EVIDENCE_KEY_SIZE] = {1};
	uint8_t out[EVIDENCE_KEY_SIZE];
	char *text = str_base64(key, sizeof(key));

	(void)state;
	assert_int_equal(
	    evidence_key_parse(text, strlen(text), out, NULL), -ERR_INVALID);
	assert_int_equal(
	    evidence_verify(key, "x", 1, signature, NULL), -ERR_CRYPTO);
	free(text);
	assert_int_equal(
	    evidence_key_parse("AAAA", 4, out, NULL), -ERR_INVALID);
	assert_int_equal(evidence_key_parse("", 0, out, NULL), -ERR_INVALID);
}

static void names_lead_back(void **state)
{
	enum evidence_method method;
	enum evidence_fact fact;
	enum evidence_word word;

	(void)state;
	for (unsigned i = 0; i < EVIDENCE_FACT_COUNT; i++) {
		assert_int_equal(
		    evidence_fact_find(evidence_fact_name(i), &fact), 0);
		assert_int_equal(fact, i);
		assert_true(evidence_fact_fresh_ms(i) >= TIME_HOUR_MS);
	}
	for (unsigned i = 0; i < EVIDENCE_METHOD_COUNT; i++) {
		assert_int_equal(
		    evidence_method_find(evidence_method_name(i), &method), 0);
		assert_int_equal(method, i);
	}
	for (unsigned i = 1; i < EVIDENCE_WORD_COUNT; i++) {
		assert_int_equal(
		    evidence_word_find(evidence_word_name(i), &word), 0);
		assert_int_equal(word, i);
	}
	assert_int_equal(evidence_fact_find("attest.RON-27", &fact), 0);
	assert_int_equal(fact, EVIDENCE_FACT_ATTEST);
	assert_int_not_equal(evidence_fact_find("attest.", &fact), 0);
	assert_int_not_equal(evidence_word_find("", &word), 0);
}

/* No connector's method may bring what people or the server say. */
static void who_may_bring_what(void **state)
{
	(void)state;
	for (unsigned m = 0; m < EVIDENCE_METHOD_COUNT; m++) {
		bool is_connector = evidence_method_is_connector(m);

		assert_int_equal(is_connector, m <= EVIDENCE_METHOD_VVM);
		if (is_connector) {
			assert_false(
			    evidence_fact_takes(EVIDENCE_FACT_ATTEST, m));
			assert_false(
			    evidence_fact_takes(EVIDENCE_FACT_WIPE, m));
		}
	}
	assert_false(evidence_fact_is_reportable(EVIDENCE_FACT_ATTEST));
	assert_false(evidence_fact_is_reportable(EVIDENCE_FACT_WIPE));
	for (unsigned f = 0; f < EVIDENCE_FACT_COUNT; f++)
		assert_int_equal(evidence_fact_takes(f, EVIDENCE_METHOD_VVM),
		    f == EVIDENCE_FACT_GREETING);
}

static void freshness(void **state)
{
	struct evidence_report report = {.observed_at_ms = 1000};
	struct evidence_item item = {.fact = EVIDENCE_FACT_FORWARD};

	(void)state;
	assert_int_equal(evidence_item_observed_at(&report, &item), 1000);
	assert_int_equal(
	    evidence_item_fresh_until(&report, &item), 1000 + TIME_HOUR_MS);
	item.observed_at_ms = 500;
	item.valid_until_ms = 600;
	assert_int_equal(evidence_item_fresh_until(&report, &item), 600);
	item.valid_until_ms = 500 + TIME_DAY_MS;
	assert_int_equal(
	    evidence_item_fresh_until(&report, &item), 500 + TIME_HOUR_MS);
}

static void values_alone(void **state)
{
	static const struct {
		enum evidence_fact fact;
		const char *json;
	} values[] = {
	    {EVIDENCE_FACT_GREETING, "\"personal\""},
	    {EVIDENCE_FACT_ATTEST, "\"yes\""},
	    {EVIDENCE_FACT_WIPE, "\"proven\""},
	    {EVIDENCE_FACT_UNREAD, "{\"count\":2,\"oldest_age_h\":9}"},
	    {EVIDENCE_FACT_REFERRAL, "{\"state\":\"none\"}"},
	};
	struct evidence_value value;

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct buf out = {0};

		assert_int_equal(
		    evidence_value_parse(values[i].fact, values[i].json,
		        strlen(values[i].json), &value, NULL),
		    0);
		assert_int_equal(
		    evidence_value_encode(values[i].fact, &value, &out, NULL),
		    0);
		assert_string_equal((char *)out.data, values[i].json);
		buf_clear(&out);
	}
	assert_int_not_equal(evidence_value_parse(EVIDENCE_FACT_GREETING,
	                         "\"a\",\"b\"", 7, &value, NULL),
	    0);
	assert_int_not_equal(
	    evidence_value_parse(EVIDENCE_FACT_GREETING, "", 0, &value, NULL),
	    0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_spelling),
	    cmocka_unit_test(what_is_refused),
	    cmocka_unit_test(heads_that_are_none),
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(signatures),
	    cmocka_unit_test(the_rfcs_own),
	    cmocka_unit_test(weak_keys),
	    cmocka_unit_test(names_lead_back),
	    cmocka_unit_test(who_may_bring_what),
	    cmocka_unit_test(freshness),
	    cmocka_unit_test(values_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
