/*
 * order_message_test: does a work order come back whole at the bench, and is one that is
 * malformed, for another phone, too late or repeated refused?
 */
#include "tests/unit/station/station_message.h"

#include "proto/station/work_order.h"

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
	order->acknowledged_at_ms = 400;
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
		assert_int_equal(out.acknowledged_at_ms, 400);
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
	    {ORDER("*", "U", "S", "verify_wiped",
	         "\"wipe_id\":\"" ID "\",\"acknowledged_at\":7"),
	        ERR_INVALID},
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(orders_come_back_whole),
	    cmocka_unit_test(bad_orders_are_refused),
	    cmocka_unit_test(an_order_is_for_one_phone_once),
	};

	return cmocka_run_group_tests_name("work orders", tests, NULL, NULL);
}
