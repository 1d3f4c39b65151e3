/*
 * station_message_test: does what one side writes come back whole on the other,
 * and is everything that is malformed, contradictory or too large refused with
 * a sentence and nothing changed?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_report.h"
#include "proto/station/station_sign.h"
#include "proto/station/work_order.h"

#define ID "0192c2a0-5b7e-7c3d-9f00-0123456789ab"
#define ID2 "0192c2a0-5b7e-7c3d-9f00-0123456789ac"
#define PUT(member, text)                                                      \
	assert_int_equal(str_copy(member, sizeof(member), text), 0)

/* ---- reports ---- */

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

/* ---- orders ---- */

static void order_fill(struct work_order *order, enum work_order_kind kind)
{
	work_order_init(order);
	PUT(order->id, ID);
	PUT(order->station, ID2);
	PUT(order->udid, "UDID");
	PUT(order->serial, "F17V1234");
	order->kind = kind;
	order->issued_at_ms = 1000;
	order->not_before_ms = 1000;
	order->expires_at_ms = 61000;
	PUT(order->wipe_id, ID2);
	PUT(order->enrolment_url, "https://mdm.example:8444/enrol/x");
	order->preserve_data_plan = true;
	order->has_cloud = true;
	PUT(order->cloud.organisation, "V\xc3\xa4stervik");
	PUT(order->cloud.skip_setup[0], "Siri");
	order->cloud.skip_count = 1;
	order->cloud.allow_pairing = true;
	assert_int_equal(
	    station_bytes_set(&order->profile, "\0profile", 8, NULL), 0);
	assert_int_equal(
	    station_bytes_set(&order->supervisors[0], "\x30\x01", 2, NULL), 0);
	order->supervisor_count = 1;
	assert_int_equal(
	    station_bytes_set(&order->cloud.anchors[0], "ca", 2, NULL), 0);
	order->cloud.anchor_count = 1;
	PUT(order->our_magic, ID);
}

static void orders_come_back_whole(void **state)
{
	struct work_order in;
	struct work_order out;
	struct buf json = {0};

	(void)state;
	for (int kind = 0; kind < WORK_ORDER_KIND_COUNT; kind++) {
		enum work_order_kind same;

		order_fill(&in, (enum work_order_kind)kind);
		buf_reset(&json);
		assert_int_equal(work_order_encode(&in, &json, NULL), 0);
		assert_int_equal(work_order_parse((const char *)json.data,
		                     json.len, &out, NULL),
		    0);
		assert_int_equal(out.kind, kind);
		assert_int_equal(out.expires_at_ms, 61000);
		assert_true(out.preserve_data_plan);
		assert_int_equal(out.profile.len, 8);
		assert_memory_equal(out.profile.data, "\0profile", 8);
		assert_int_equal(out.supervisor_count, 1);
		assert_memory_equal(out.cloud.anchors[0].data, "ca", 2);
		assert_string_equal(out.cloud.skip_setup[0], "Siri");
		assert_true(out.cloud.allow_pairing);
		assert_int_equal(
		    work_order_kind_parse(
		        work_order_kind_name((enum work_order_kind)kind),
		        &same),
		    0);
		assert_int_equal(same, kind);
		work_order_clear(&in);
		work_order_clear(&out);
	}
	buf_clear(&json);
}

#define TIMES                                                                  \
	"\"issued_at\":\"2026-11-22T07:00:00Z\","                              \
	"\"not_before\":\"2026-11-22T07:00:00Z\","                             \
	"\"expires_at\":\"2026-11-22T08:00:00Z\","
#define ORDER(station, udid, serial, kind, params)                             \
	"{\"id\":\"" ID "\",\"station\":\"" station "\",\"udid\":\"" udid      \
	"\",\"serial\":\"" serial "\"," TIMES "\"kind\":\"" kind               \
	"\",\"params\":{" params "}}"

static void bad_orders_are_refused(void **state)
{
	static const struct {
		const char *json;
		int code;
	} cases[] = {
	    {ORDER("*", "U", "S", "restart", ""), 0},
	    {ORDER(ID2, "U", "S", "restart", "\"later\":[1]"), 0},
	    {ORDER("bench", "U", "S", "restart", ""), ERR_INVALID},
	    {ORDER("*", "", "S", "restart", ""), ERR_INVALID},
	    {ORDER("*", "U", "", "restart", ""), ERR_INVALID},
	    {ORDER("*", "U", "S", "explode", ""), ERR_UNSUPPORTED},
	    {ORDER("*", "U", "S", "wipe", ""), ERR_INVALID},
	    {ORDER("*", "U", "S", "wipe", "\"wipe_id\":\"x\""), ERR_INVALID},
	    {ORDER("*", "U", "S", "wipe", "\"wipe_id\":\"" ID "\""), 0},
	    {ORDER("*", "U", "S", "wipe",
	         "\"wipe_id\":\"" ID "\",\"preserve_data_plan\":1"),
	        ERR_INVALID},
	    {ORDER("*", "U", "S", "enrol", ""), ERR_INVALID},
	    {ORDER("*", "U", "S", "enrol", "\"enrolment_url\":\"http://x\""),
	        ERR_INVALID},
	    {ORDER("*", "U", "S", "install_profile", "\"profile\":\"\""),
	        ERR_INVALID},
	    {ORDER("*", "U", "S", "install_profile", "\"profile\":\"%%\""),
	        ERR_INVALID},
	    {ORDER("*", "U", "S", "restart",
	         "\"supervisors\":[\"AA==\",\"AA==\",\"AA==\",\"AA==\","
	         "\"AA==\"]"),
	        ERR_LIMIT},
	    {ORDER("*", "U", "S", "restart",
	         "\"supervisors\":[\"AA==\",\"AA==\",3]"),
	        ERR_INVALID},
	    {"{\"id\":\"" ID "\",\"station\":\"*\",\"udid\":\"U\",\"serial\":"
	     "\"S\"," TIMES "\"kind\":\"restart\"}",
	        ERR_INVALID},
	    {"{\"id\":\"" ID "\",\"station\":\"*\",\"udid\":\"U\",\"serial\":"
	     "\"S\",\"issued_at\":\"2026-11-22T07:00:00Z\",\"not_before\":"
	     "\"2026-11-22T09:00:00Z\",\"expires_at\":"
	     "\"2026-11-22T08:00:00Z\",\"kind\":\"restart\",\"params\":{}}",
	        ERR_INVALID},
	};
	struct work_order out;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int rc;

		memset(&err, 0, sizeof(err));
		memset(&out, 0x5a, sizeof(out));
		rc = work_order_parse(
		    cases[i].json, strlen(cases[i].json), &out, &err);
		if (rc != -cases[i].code)
			fail_msg("%s: %d %s", cases[i].json, rc, err.text);
		if (rc == 0)
			work_order_clear(&out);
		else
			assert_int_equal(out.id[0], 0x5a);
	}
}

static void an_order_is_for_one_phone_once(void **state)
{
	static const struct {
		const char *station, *udid, *serial;
		bool used;
		int64_t now;
		enum work_order_refusal want;
	} cases[] = {
	    {ID2, "UDID", "F17V1234", false, 1000, WORK_ORDER_FINE},
	    {ID2, "UDID", "F17V1234", false, 60999, WORK_ORDER_FINE},
	    {ID2, "UDID", "F17V1234", false, 61000, WORK_ORDER_EXPIRED},
	    {ID2, "UDID", "F17V1234", true, 1000, WORK_ORDER_REPLAYED},
	    {ID2, "UDID", "F17V1234", false, 1000 - WORK_ORDER_SKEW_MS,
	        WORK_ORDER_FINE},
	    {ID2, "UDID", "F17V1234", false, 999 - WORK_ORDER_SKEW_MS,
	        WORK_ORDER_TOO_EARLY},
	    {ID, "UDID", "F17V1234", false, 1000, WORK_ORDER_OTHER_STATION},
	    {ID2, "udid", "F17V1234", false, 1000, WORK_ORDER_OTHER_PHONE},
	    {ID2, "UDID", "F17V1235", false, 1000, WORK_ORDER_OTHER_PHONE},
	    {ID2, "UDID", "", false, 1000, WORK_ORDER_OTHER_PHONE},
	    {ID2, "", "F17V1234", false, 1000, WORK_ORDER_OTHER_PHONE},
	    /* A used order stays used after it expired. */
	    {ID2, "UDID", "F17V1234", true, 99000, WORK_ORDER_REPLAYED},
	};
	struct work_order order;

	(void)state;
	order_fill(&order, WORK_ORDER_WIPE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    work_order_judge(&order, cases[i].station, cases[i].udid,
		        cases[i].serial, cases[i].used, cases[i].now),
		    cases[i].want);
	PUT(order.station, "*");
	assert_int_equal(
	    work_order_judge(&order, ID, "UDID", "F17V1234", false, 1000),
	    WORK_ORDER_FINE);
	order.udid[0] = '\0'; /* bound to none is not bound to any */
	assert_int_equal(
	    work_order_judge(&order, ID, "", "F17V1234", false, 1000),
	    WORK_ORDER_OTHER_PHONE);
	work_order_clear(&order);
}

/* ---- lists, joining, challenges ---- */

static void lists_come_back_whole(void **state)
{
	struct station_signed items[2] = {0};
	struct station_signed_list in = {items, 2};
	struct station_signed_list out = {0};
	struct buf json = {0};
	struct err err = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    station_bytes_set(&items[i].body, "{}", 2, NULL), 0);
		assert_int_equal(
		    station_bytes_set(&items[i].signature, "s\0g", 3, NULL), 0);
	}
	assert_int_equal(station_reports_encode(&in, &json, NULL), 0);
	assert_int_equal(station_reports_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    0);
	assert_int_equal(out.count, 2);
	assert_memory_equal(out.items[1].signature.data, "s\0g", 3);
	/* Reports are no orders. */
	station_signed_list_clear(&out);
	assert_int_equal(
	    station_orders_parse((const char *)json.data, json.len, &out, &err),
	    -ERR_INVALID);
	buf_clear(&json);
	for (int i = 0; i < 2; i++)
		station_signed_clear(&items[i]);
}

/* Orders and whose the phones are, in one answer; either side may be older. */
static void work_comes_with_owners(void **state)
{
	static const char odd[][96] = {
	    "{\"orders\":[],\"phones\":{}}",
	    "{\"orders\":[],\"phones\":[7]}",
	    "{\"orders\":[],\"phones\":[{\"person\":\"A\"}]}",
	    "{\"orders\":[],\"phones\":[{\"udid\":\"U\",\"person\":7}]}",
	    "{\"phones\":[]}",
	};
	struct station_owner owners[2] = {{"UDID-1",
	                                      "\xc3\x85sa \xc3\x96"
	                                      "berg",
	                                      "Car 7"},
	    {"UDID-2", "", ""}};
	struct station_work in = {.owners = owners, .owner_count = 2};
	struct station_work out = {.owners = NULL};
	struct station_signed_list old = {0};
	struct buf json = {0};

	(void)state;
	assert_int_equal(station_work_encode(&in, &json, NULL), 0);
	assert_int_equal(
	    station_work_parse((const char *)json.data, json.len, &out, NULL),
	    0);
	assert_int_equal(out.owner_count, 2);
	assert_string_equal(out.owners[0].person, owners[0].person);
	assert_string_equal(out.owners[0].label, "Car 7");
	assert_string_equal(out.owners[1].udid, "UDID-2");
	station_work_clear(&out);
	/* An older station reads the orders and nothing else. */
	assert_int_equal(
	    station_orders_parse((const char *)json.data, json.len, &old, NULL),
	    0);
	station_signed_list_clear(&old);
	buf_clear(&json);
	/* An older server names nobody. */
	assert_int_equal(
	    station_work_parse("{\"orders\":[]}", 13, &out, NULL), 0);
	assert_int_equal(out.owner_count, 0);
	station_work_clear(&out);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_int_equal(
		    station_work_parse(odd[i], strlen(odd[i]), &out, NULL),
		    -ERR_INVALID);
	assert_null(out.owners);
}

static void lists_have_a_largest_size(void **state)
{
	struct station_signed_list out = {0};
	struct buf json = {0};

	(void)state;
	buf_append_str(&json, "{\"reports\":[");
	for (int i = 0; i <= STATION_REPORTS_MAX; i++)
		buf_printf(&json,
		    "%s{\"body\":\"e30=\",\"signature\":\"AA==\"}",
		    i ? "," : "");
	buf_append_str(&json, "]}");
	assert_int_equal(station_reports_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    -ERR_LIMIT);
	buf_clear(&json);
	buf_append_str(
	    &json, "{\"reports\":[{\"signature\":\"AA==\",\"body\":\"");
	for (int i = 0; i < STATION_REPORT_MAX / 3 + 10; i++)
		buf_append_str(&json, "AAAA");
	buf_append_str(&json, "\"}]}");
	assert_int_equal(station_reports_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    -ERR_LIMIT);
	buf_clear(&json);
	/* A failure half way frees what came before it. */
	buf_append_str(&json,
	    "{\"reports\":[{\"body\":\"e30=\",\"signature\":"
	    "\"AA==\"},{\"body\":\"e30=\"}]}");
	assert_int_equal(station_reports_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    -ERR_INVALID);
	assert_null(out.items);
	buf_clear(&json);
}

static void receipts_come_back_whole(void **state)
{
	char accepted[1][UUID_TEXT_MAX] = {ID};
	struct station_refused_report refused = {"", "no signature"};
	struct station_receipt in = {accepted, 1, &refused, 1};
	struct station_receipt out = {0};
	struct buf json = {0};

	(void)state;
	assert_int_equal(station_receipt_encode(&in, &json, NULL), 0);
	assert_int_equal(station_receipt_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    0);
	assert_int_equal(out.accepted_count, 1);
	assert_string_equal(out.accepted[0], ID);
	assert_string_equal(out.refused[0].reason, "no signature");
	assert_string_equal(out.refused[0].id, "");
	station_receipt_clear(&out);
	assert_int_equal(
	    station_receipt_parse(
	        "{\"accepted\":[\"x\"],\"refused\":[]}", 32, &out, NULL),
	    -ERR_INVALID);
	buf_clear(&json);
}

static void joining_comes_back_whole(void **state)
{
	static struct station_renew_request renew[2];
	struct station_join_request *ask = calloc(2, sizeof(*ask));
	struct station_join_answer *answer = calloc(2, sizeof(*answer));
	struct buf json = {0};

	(void)state;
	PUT(ask[0].code, "AAAAA-BBBBB");
	PUT(ask[0].csr, "-----BEGIN\nx\n-----END\n");
	assert_int_equal(station_join_request_encode(&ask[0], &json, NULL), 0);
	assert_int_equal(station_join_request_parse(
	                     (const char *)json.data, json.len, &ask[1], NULL),
	    0);
	assert_memory_equal(&ask[0], &ask[1], sizeof(ask[0]));
	buf_reset(&json);
	PUT(renew[0].csr, "-----BEGIN\nx\n-----END\n");
	assert_int_equal(
	    station_renew_request_encode(&renew[0], &json, NULL), 0);
	assert_int_equal(station_renew_request_parse((const char *)json.data,
	                     json.len, &renew[1], NULL),
	    0);
	assert_string_equal(renew[0].csr, renew[1].csr);
	buf_reset(&json);
	PUT(answer[0].station_id, ID);
	PUT(answer[0].name, "Bench A");
	PUT(answer[0].certificate, "c\n");
	PUT(answer[0].ca, "a\n");
	PUT(answer[0].orders_key, "k\n");
	answer[0].server_time_ms = 5000;
	assert_int_equal(
	    station_join_answer_encode(&answer[0], &json, NULL), 0);
	assert_int_equal(station_join_answer_parse((const char *)json.data,
	                     json.len, &answer[1], NULL),
	    0);
	assert_memory_equal(&answer[0], &answer[1], sizeof(answer[0]));
	answer[0].name[0] = '\0';
	assert_int_equal(
	    station_join_answer_encode(&answer[0], &json, NULL), -ERR_INVALID);
	buf_clear(&json);
	free(ask);
	free(answer);
}

static void challenges_come_back_whole(void **state)
{
	static const char empty[] = "{\"order_id\":\"" ID "\",\"udid\":\"U\","
	                            "\"serial\":\"S\",\"challenge\":\"\"}";
	struct station_challenge in = {0};
	struct station_challenge out = {0};
	struct station_bytes cms = {0};
	struct buf json = {0};
	char text[STATION_SENTENCE_MAX];

	(void)state;
	PUT(in.order_id, ID);
	PUT(in.udid, "U");
	PUT(in.serial, "S");
	assert_int_equal(
	    station_bytes_set(&in.challenge, "\n\r\0\n1234", 8, NULL), 0);
	assert_int_equal(station_challenge_encode(&in, &json, NULL), 0);
	assert_int_equal(station_challenge_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    0);
	assert_memory_equal(out.challenge.data, "\n\r\0\n1234", 8);
	assert_int_equal(out.certificate.len, 0);
	station_challenge_clear(&in);
	station_challenge_clear(&out);
	assert_int_equal(
	    station_challenge_parse(empty, strlen(empty), &out, NULL),
	    -ERR_INVALID);
	buf_reset(&json);
	assert_int_equal(station_challenge_answer_encode(
	                     (const uint8_t *)"\x30\x80", 2, &json, NULL),
	    0);
	assert_int_equal(station_challenge_answer_parse(
	                     (const char *)json.data, json.len, &cms, NULL),
	    0);
	assert_int_equal(cms.len, 2);
	station_bytes_clear(&cms);
	buf_reset(&json);
	station_error_encode("no \"such\" order", &json);
	station_error_parse((const char *)json.data, json.len, text);
	assert_string_equal(text, "no \"such\" order");
	station_error_parse("<html>", 6, text);
	assert_string_equal(text, "");
	buf_clear(&json);
}

static void only_p256_signs(void **state)
{
	static const uint8_t body[] = "x";
	EVP_PKEY *other = EVP_EC_gen("P-384");
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct station_signed one = {0};
	EVP_PKEY *none = NULL;

	(void)state;
	assert_int_equal(
	    station_sign(other, STATION_REPORT_CONTEXT, body, 1, &one, NULL),
	    -ERR_CRYPTO);
	assert_int_equal(
	    station_sign(rsa, STATION_REPORT_CONTEXT, body, 1, &one, NULL),
	    -ERR_CRYPTO);
	assert_int_equal(
	    station_sign(key, STATION_REPORT_CONTEXT, body, 1, &one, NULL), 0);
	assert_int_equal(
	    station_verify(key, STATION_REPORT_CONTEXT, &one, NULL), 0);
	assert_int_equal(
	    station_verify(other, STATION_REPORT_CONTEXT, &one, NULL),
	    -ERR_CRYPTO);
	one.signature.len = 0;
	assert_int_equal(
	    station_verify(key, STATION_REPORT_CONTEXT, &one, NULL),
	    -ERR_CRYPTO);
	assert_int_equal(
	    station_key_parse("-----BEGIN nothing", &none, NULL), -ERR_CRYPTO);
	assert_int_equal(
	    station_key_of_certificate(body, 1, &none, NULL), -ERR_CRYPTO);
	assert_null(none);
	station_signed_clear(&one);
	EVP_PKEY_free(other);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(key);
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
	    cmocka_unit_test(orders_come_back_whole),
	    cmocka_unit_test(bad_orders_are_refused),
	    cmocka_unit_test(an_order_is_for_one_phone_once),
	    cmocka_unit_test(lists_come_back_whole),
	    cmocka_unit_test(work_comes_with_owners),
	    cmocka_unit_test(lists_have_a_largest_size),
	    cmocka_unit_test(receipts_come_back_whole),
	    cmocka_unit_test(joining_comes_back_whole),
	    cmocka_unit_test(challenges_come_back_whole),
	    cmocka_unit_test(only_p256_signs),
	};

	return cmocka_run_group_tests_name(
	    "station messages", tests, NULL, NULL);
}
