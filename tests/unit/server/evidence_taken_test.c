/*
 * evidence_taken_test: is evidence taken only from whom it is believed, item by
 * item, once and in order?
 */
#include "tests/unit/server/judge_world.h"

#include <stdlib.h>

static void test_evidence_that_is_refused_whole(void **state)
{
	struct evidence_item item = greeting(20, EVIDENCE_WORD_DEFAULT);
	struct buf body = {0};
	char *signature = NULL;
	char other[] = "00112233445566ff";
	struct err err = {0};
	int64_t seq = sequence;

	(void)state;
	story_now += D;
	report_make(&item, 1, seq, story_now, &body, &signature);
	assert_int_equal(
	    send_bytes(other, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_CRYPTO);
	assert_int_equal(
	    send_bytes(key_id, "", body.data, body.len, NULL, 0, &err),
	    -ERR_CRYPTO);
	body.data[body.len - 2] ^= 1; /* one bit of what was signed */
	assert_int_equal(
	    send_bytes(key_id, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_CRYPTO);
	assert_int_equal(send_bytes(key_id, signature, body.data,
	                     EVIDENCE_BODY_MAX + 1, NULL, 0, &err),
	    -ERR_LIMIT);
	buf_reset(&body);
	free(signature);
	/* Six minutes off, either way. */
	report_make(
	    &item, 1, seq, story_now - 6 * TIME_MINUTE_MS, &body, &signature);
	assert_int_equal(
	    send_bytes(key_id, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_EXPIRED);
	buf_reset(&body);
	free(signature);
	report_make(
	    &item, 1, seq, story_now + 6 * TIME_MINUTE_MS, &body, &signature);
	assert_int_equal(
	    send_bytes(key_id, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_EXPIRED);
	buf_clear(&body);
	free(signature);
}

static void send_text(const char *text, int code, const char *sentence)
{
	uint8_t raw[EVIDENCE_SIGNATURE_SIZE];
	struct err err = {0};
	char *signature;

	assert_int_equal(evidence_sign(pair, text, strlen(text), raw, &err), 0);
	signature = str_base64(raw, sizeof(raw));
	assert_int_equal(
	    send_bytes(key_id, signature, text, strlen(text), NULL, 0, &err),
	    code);
	if (!strstr(err.text, sentence))
		fail_msg("%s", err.text);
	free(signature);
}

static void test_evidence_that_is_no_report(void **state)
{
	(void)state;
	send_text("", -ERR_INVALID, "");
	send_text("{}", -ERR_INVALID, "");
	send_text("{\"v\":1,\"connector\":\"x\",\"run\":"
	          "\"01900000-0000-7000-8000-000000000009\",\"seq\":900,"
	          "\"observed_at\":\"2027-01-15T08:00:00Z\",\"items\":[{"
	          "\"subject\":\"tel:+46701234567\",\"fact\":"
	          "\"voicemail.mood\",\"value\":\"glad\",\"method\":"
	          "\"csv-import\"}]}",
	    -ERR_INVALID, "voicemail.mood");
}

static void test_evidence_comes_once_and_in_order(void **state)
{
	struct evidence_item item = greeting(21, EVIDENCE_WORD_DEFAULT);
	struct buf body = {0};
	char *signature = NULL;
	char *second = NULL;
	char first_answer[256];
	char answer[256];
	struct err err = {0};

	(void)state;
	sequence += 10;
	report_make(&item, 1, sequence, story_now, &body, &signature);
	assert_int_equal(send_bytes(key_id, signature, body.data, body.len,
	                     first_answer, sizeof(first_answer), &err),
	    0);
	/* The answer was lost: the same bytes, an hour later. */
	story_now += H;
	assert_int_equal(send_bytes(key_id, signature, body.data, body.len,
	                     answer, sizeof(answer), &err),
	    0);
	assert_string_equal(answer, first_answer);
	/* The same number with other words, and a lower one. */
	buf_reset(&body);
	item = greeting(21, EVIDENCE_WORD_PERSONAL);
	report_make(&item, 1, sequence, story_now, &body, &second);
	assert_int_equal(
	    send_bytes(key_id, second, body.data, body.len, NULL, 0, &err),
	    -ERR_CONFLICT);
	free(second);
	buf_reset(&body);
	report_make(&item, 1, sequence - 5, story_now, &body, &second);
	assert_int_equal(
	    send_bytes(key_id, second, body.data, body.len, NULL, 0, &err),
	    -ERR_CONFLICT);
	assert_verdict(STORE_SUBJECT_PERSON, id_of('p', 21), "BOT-16",
	    VERDICT_BROKEN, "operator's own");
	sequence++;
	free(second);
	free(signature);
	buf_clear(&body);
}

static void test_evidence_within_its_scope(void **state)
{
	struct evidence_item items[3];
	struct buf body = {0};
	char *signature = NULL;
	struct err err = {0};

	(void)state;
	story_now += H;
	/* Unit 0 holds persons 0 to 39; only greetings. */
	make_key("voicemail.greeting", id_of('u', 0));
	items[0] = greeting(22, EVIDENCE_WORD_PERSONAL);
	items[1] = greeting(50, EVIDENCE_WORD_PERSONAL);
	items[2] = sim_seen(22, EVIDENCE_WORD_FOREIGN, "");
	take(items, 3,
	    "{\"accepted\":1,\"refused\":[{\"item\":1,\"reason\":\"scope\","
	    "\"detail\":\"it is outside the unit of this key\"},{\"item\":2,"
	    "\"reason\":\"fact\",\"detail\":\"this key may not bring this "
	    "fact\"}]}");
	assert_verdict(STORE_SUBJECT_PERSON, id_of('p', 22), "BOT-16",
	    VERDICT_MET, "a personal one");
	report_make(&items[2], 1, sequence, story_now, &body, &signature);
	assert_int_equal(
	    send_bytes(key_id, signature, body.data, body.len, NULL, 0, &err),
	    -ERR_DENIED);
	free(signature);
	buf_reset(&body);
	/* What is older than known is refused, and changes nothing. */
	items[0] = greeting(22, EVIDENCE_WORD_DEFAULT);
	items[0].observed_at_ms = story_now - H;
	take(items, 1,
	    "{\"accepted\":0,\"refused\":[{\"item\":0,\"reason\":\"older\","
	    "\"detail\":\"something newer is known\"}]}");
	assert_verdict(STORE_SUBJECT_PERSON, id_of('p', 22), "BOT-16",
	    VERDICT_MET, "a personal one");
	buf_clear(&body);
	make_key(ALL_FACTS, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_evidence_that_is_refused_whole),
	    cmocka_unit_test(test_evidence_that_is_no_report),
	    cmocka_unit_test(test_evidence_comes_once_and_in_order),
	    cmocka_unit_test(test_evidence_within_its_scope),
	};

	return cmocka_run_group_tests(tests, judge_begin, judge_end);
}
