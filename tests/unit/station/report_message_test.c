/*
 * report_message_test: does a report of the bench come back whole at the server,
 * and is one that is malformed, contradictory or too large refused with a
 * sentence and nothing changed?
 */
#include "tests/unit/station/station_message.h"

#include "proto/station/station_report.h"

static void report_fill(
    struct station_report *report, enum station_report_kind kind)
{
	station_report_init(report, kind);
	PUT(report->id, ID);
	report->sequence = 42;
	report->at_ms = INT64_C(1795333105123);
	PUT(report->port, "Bench \xc3\x85 \"3\"");
	PUT(report->udid, "00008101-001D05081234001E");
	PUT(report->serial, "F17V1234");
}

static void facts_fill(struct station_facts *facts)
{
	PUT(facts->udid, "00008101-001D05081234001E");
	PUT(facts->ecid, "1D05081234001E");
	PUT(facts->product_type, "iPhone14,5");
	PUT(facts->ios_version, "18.1");
	PUT(facts->name, "Astrids \xf0\x9f\x93\xb1");
	PUT(facts->imei, "350000000000001");
	PUT(facts->imei2, "350000000000019");
	for (int i = 0; i < LIMIT_SUBSCRIPTIONS; i++) {
		PUT(facts->sims[i].slot, i ? "kTwo" : "kOne");
		PUT(facts->sims[i].iccid, "8946000000000000001");
	}
	facts->sim_count = LIMIT_SUBSCRIPTIONS;
	facts->is_sim_list_whole = STATION_YES;
	facts->activation = STATION_ACTIVATED;
	facts->is_supervised = STATION_NO;
	facts->cloud = STATION_CLOUD_FOREIGN;
	facts->locked_now.value = STATION_YES;
	PUT(facts->locked_now.source, "lockdown PasswordProtected");
	facts->passcode_set.value = STATION_YES;
	facts->passcode_set.doubt = STATION_DOUBT_ONE_SIDED;
	facts->find_my.value = STATION_NO;
	facts->find_my.doubt = STATION_DOUBT_FALSE_NO;
	facts->battery_percent = 0;
	facts->last_cloud_backup_ms = INT64_C(1795333105123);
}

static void part_fill(struct station_report *report)
{
	struct station_proof *proof = &report->proof;

	switch (report->kind) {
	case STATION_REPORT_ATTACHED:
		report->mode = STATION_MODE_HIDDEN;
		break;
	case STATION_REPORT_FACTS:
		facts_fill(&report->facts);
		break;
	case STATION_REPORT_ORDER_RESULT:
		PUT(report->order_result.order_id, ID2);
		report->order_result.result = STATION_RESULT_FAILED;
		report->order_result.kind = WORK_ORDER_READ_FACTS; /* 0 */
		report->order_result.lockdown_error = -17;
		PUT(report->order_result.code, "waiting_unlock");
		break;
	case STATION_REPORT_PROOF:
		PUT(proof->order_id, ID2);
		PUT(proof->wipe_id, ID);
		proof->had_old_pair_record = STATION_YES;
		proof->pair_worked_at_ms = 1000;
		proof->pair_since_ms = 500;
		proof->is_old_pair_refused = STATION_NO;
		proof->activation = STATION_UNACTIVATED;
		proof->is_setup_done = STATION_NO;
		proof->cloud = STATION_CLOUD_NONE;
		proof->checked_at_ms = 2000;
		break;
	case STATION_REPORT_REFUSED:
		report->refusal.reason = WORK_ORDER_SERIAL_CHANGED;
		PUT(report->refusal.sentence, "another phone hangs there");
		break;
	case STATION_REPORT_DETACHED:
	case STATION_REPORT_KIND_COUNT:
		break;
	}
}

static void reports_come_back_whole(void **state)
{
	struct station_report *in = malloc(sizeof(*in));
	struct station_report *out = malloc(sizeof(*out));
	struct buf json = {0};
	char id[UUID_TEXT_MAX];
	int kind;

	(void)state;
	for (kind = 0; kind < STATION_REPORT_KIND_COUNT; kind++) {
		report_fill(in, (enum station_report_kind)kind);
		part_fill(in);
		memset(out, 0x5a, sizeof(*out));
		buf_reset(&json);
		assert_int_equal(station_report_encode(in, &json, NULL), 0);
		assert_true(json.len <= STATION_REPORT_MAX);
		assert_int_equal(station_report_parse((const char *)json.data,
		                     json.len, out, NULL),
		    0);
		assert_int_equal(out->kind, kind);
		assert_string_equal(out->port, in->port);
		assert_int_equal(out->at_ms, in->at_ms);
		assert_memory_equal(
		    &out->facts.sims, &in->facts.sims, sizeof(in->facts.sims));
		assert_string_equal(out->facts.name, in->facts.name);
		assert_int_equal(out->facts.passcode_set.doubt,
		    in->facts.passcode_set.doubt);
		assert_int_equal(
		    out->facts.battery_percent, in->facts.battery_percent);
		assert_int_equal(out->facts.last_cloud_backup_ms,
		    in->facts.last_cloud_backup_ms);
		assert_memory_equal(&out->proof, &in->proof, sizeof(in->proof));
		assert_memory_equal(&out->order_result, &in->order_result,
		    sizeof(in->order_result));
		assert_memory_equal(
		    &out->refusal, &in->refusal, sizeof(in->refusal));
		assert_int_equal(out->mode, in->mode);
		assert_int_equal(station_report_parse_id(
		                     (const char *)json.data, json.len, id),
		    0);
		assert_string_equal(id, ID);
	}
	buf_clear(&json);
	free(in);
	free(out);
}

/* Nothing known is nothing said. */
static void unknown_facts_are_left_out(void **state)
{
	struct station_facts facts;
	struct station_facts back;
	struct buf json = {0};

	(void)state;
	station_facts_init(&facts);
	assert_int_equal(station_facts_encode(&facts, &json, NULL), 0);
	assert_string_equal((const char *)json.data, "{\"sims\":[]}");
	assert_int_equal(station_facts_parse("{}", 2, &back, NULL), 0);
	assert_int_equal(back.battery_percent, -1);
	assert_int_equal(back.passcode_set.value, STATION_UNKNOWN);
	assert_int_equal(back.activation, STATION_ACTIVATION_UNKNOWN);
	buf_clear(&json);
}

#define HEAD "\"id\":\"" ID "\",\"sequence\":1,\"at\":\"2026-11-22T07:38:25Z\","

/* A report, and the code it is refused with; 0: taken. */
static const struct {
	const char *json;
	int code;
} report_cases[] = {
    {"", ERR_INVALID},
    {"[]", ERR_INVALID},
    {"{", ERR_INVALID},
    {"{}", ERR_INVALID},
    {"null", ERR_INVALID},
    {"{" HEAD "\"kind\":\"detached\"}", 0},
    {"{" HEAD "\"kind\":\"detached\",\"later\":{\"a\":1}}", 0},
    {"{" HEAD "\"kind\":\"detached\"} x", ERR_INVALID},
    {"{" HEAD "\"kind\":\"detached\",\"kind\":\"detached\"}", ERR_INVALID},
    {"{" HEAD "\"kind\":\"reborn\"}", ERR_UNSUPPORTED},
    {"{" HEAD "\"kind\":7}", ERR_INVALID},
    {"{" HEAD "\"kind\":\"detached\",\"port\":\"a\\u0000b\"}", ERR_INVALID},
    {"{" HEAD "\"kind\":\"detached\",\"port\":\"a\\nb\"}", ERR_INVALID},
    {"{" HEAD "\"kind\":\"detached\",\"port\":\"\xff\"}", ERR_INVALID},
    {"{" HEAD "\"kind\":\"detached\",\"udid\":[]}", ERR_INVALID},
    {"{\"id\":\"x\",\"sequence\":1,\"at\":\"2026-11-22T07:38:25Z\","
     "\"kind\":\"detached\"}",
        ERR_INVALID},
    {"{\"id\":\"" ID "\",\"sequence\":0,\"at\":\"2026-11-22T07:38:25Z\""
     ",\"kind\":\"detached\"}",
        ERR_INVALID},
    {"{\"id\":\"" ID "\",\"sequence\":-1,\"at\":\"2026-11-22T07:38:25Z"
     "\",\"kind\":\"detached\"}",
        ERR_INVALID},
    {"{\"id\":\"" ID "\",\"sequence\":1e3,\"at\":\"2026-11-22T07:38:25Z"
     "\",\"kind\":\"detached\"}",
        ERR_INVALID},
    {"{\"id\":\"" ID "\",\"sequence\":1,\"at\":\"yesterday\","
     "\"kind\":\"detached\"}",
        ERR_INVALID},
    /* What is special to a kind must be there, and right. */
    {"{" HEAD "\"kind\":\"facts\",\"udid\":\"U\"}", ERR_INVALID},
    {"{" HEAD "\"kind\":\"facts\",\"facts\":{}}", ERR_INVALID},
    {"{" HEAD "\"kind\":\"facts\",\"udid\":\"U\",\"facts\":{}}", 0},
    {"{" HEAD "\"kind\":\"facts\",\"udid\":\"U\",\"facts\":"
     "{\"udid\":\"V\"}}",
        ERR_INVALID},
    {"{" HEAD "\"kind\":\"facts\",\"udid\":\"U\",\"serial\":\"S\","
     "\"facts\":{\"serial\":\"T\"}}",
        ERR_INVALID},
    {"{" HEAD "\"kind\":\"facts\",\"udid\":\"U\",\"facts\":"
     "{\"battery_percent\":101}}",
        ERR_INVALID},
    {"{" HEAD "\"kind\":\"facts\",\"udid\":\"U\",\"facts\":"
     "{\"sims\":[{},{},{},{},{},{},{},{},{}]}}",
        ERR_LIMIT},
    {"{" HEAD "\"kind\":\"facts\",\"udid\":\"U\",\"facts\":"
     "{\"passcode_set\":{\"value\":\"no\",\"doubt\":\"one_sided\"}}}",
        ERR_INVALID},
    {"{" HEAD "\"kind\":\"facts\",\"udid\":\"U\",\"facts\":"
     "{\"passcode_set\":true}}",
        ERR_INVALID},
    {"{" HEAD "\"kind\":\"proof\",\"udid\":\"U\",\"serial\":\"S\"}",
        ERR_INVALID},
    {"{" HEAD "\"kind\":\"proof\",\"serial\":\"S\",\"proof\":{"
     "\"order_id\":\"" ID "\",\"wipe_id\":\"" ID
     "\",\"checked_at\":\"2026-11-22T07:38:25Z\"}}",
        ERR_INVALID},
    {"{" HEAD "\"kind\":\"order_result\",\"udid\":\"U\",\"serial\":\"S\""
     ",\"order_result\":{\"order_id\":\"" ID
     "\",\"kind\":\"wipe\",\"result\":\"perhaps\"}}",
        ERR_UNSUPPORTED},
    {"{" HEAD "\"kind\":\"refused\",\"refused\":{\"reason\":\"fine\"}}",
        ERR_INVALID},
};

static void bad_reports_are_refused(void **state)
{
	struct station_report *out = malloc(sizeof(*out));
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(report_cases) / sizeof(report_cases[0]);
	     i++) {
		int rc;

		memset(out, 0x5a, sizeof(*out));
		memset(&err, 0, sizeof(err));
		rc = station_report_parse(report_cases[i].json,
		    strlen(report_cases[i].json), out, &err);
		if (rc != -report_cases[i].code)
			fail_msg(
			    "%s: %d %s", report_cases[i].json, rc, err.text);
		if (rc < 0) {
			assert_true(strlen(err.text) > 5);
			assert_int_equal(out->id[0], 0x5a); /* untouched */
		}
	}
	free(out);
}

static void a_report_has_a_largest_size(void **state)
{
	size_t len = STATION_REPORT_MAX + 1;
	char *big = malloc(len);
	struct station_report *out = malloc(sizeof(*out));

	(void)state;
	memset(big, ' ', len);
	memcpy(big, "{" HEAD "\"kind\":\"detached\"}",
	    strlen("{" HEAD "\"kind\":\"detached\"}"));
	assert_int_equal(station_report_parse(big, len, out, NULL), -ERR_LIMIT);
	assert_int_equal(station_report_parse(big, len - 1, out, NULL), 0);
	free(out);
	free(big);
}

static void every_prefix_and_flip_is_survived(void **state)
{
	struct station_report *in = malloc(sizeof(*in));
	struct buf json = {0};

	(void)state;
	report_fill(in, STATION_REPORT_FACTS);
	part_fill(in);
	assert_int_equal(station_report_encode(in, &json, NULL), 0);
	for (size_t i = 0; i < json.len; i++)
		assert_true(station_report_parse(
		                (const char *)json.data, i, in, NULL) < 0);
	for (size_t i = 0; i < json.len; i++) {
		json.data[i] ^= 0x10;
		(void)station_report_parse(
		    (const char *)json.data, json.len, in, NULL);
		json.data[i] ^= 0x10;
	}
	buf_clear(&json);
	free(in);
}

static void bad_text_is_not_written(void **state)
{
	struct station_report *in = malloc(sizeof(*in));
	struct buf json = {0};
	struct err err = {0};

	(void)state;
	report_fill(in, STATION_REPORT_DETACHED);
	PUT(in->port, "\xff\xfe");
	assert_int_equal(station_report_encode(in, &json, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "port"));
	report_fill(in, STATION_REPORT_DETACHED);
	in->at_ms = 0;
	assert_int_equal(station_report_encode(in, &json, NULL), -ERR_INVALID);
	assert_int_equal(json.len, 0);
	buf_clear(&json);
	free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reports_come_back_whole),
	    cmocka_unit_test(unknown_facts_are_left_out),
	    cmocka_unit_test(bad_reports_are_refused),
	    cmocka_unit_test(a_report_has_a_largest_size),
	    cmocka_unit_test(every_prefix_and_flip_is_survived),
	    cmocka_unit_test(bad_text_is_not_written),
	};

	return cmocka_run_group_tests_name("reports", tests, NULL, NULL);
}
