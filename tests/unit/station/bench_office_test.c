/*
 * bench_office_test: can IT invite, list and revoke stations, see what hangs at
 * the benches and order work, each by its route; is what is refused refused
 * with the right status, and does no list ever hold a code or an address?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "proto/base/err.h"
#include "server/http/http.h"
#include "server/office/office.h"
#include "server/service/handler_ctx.h"
#include "tests/unit/station/bench_world.h"

static struct handler_ctx ctx;

static int begin(void **state)
{
	ctx.service = &world.service;
	return bench_world_begin(state);
}

static const struct office_route *route_find(const char *name)
{
	for (size_t i = 0; i < office_route_count; i++)
		if (strcmp(office_routes[i].name, name) == 0)
			return &office_routes[i];
	fail_msg("there is no route %s", name);
	return NULL;
}

/* Calls and demands the status; text_of() and json_decref() it. */
static json_t *call(int want, const char *name, const char *param,
    const char *query, const char *body)
{
	static const struct http_header json = {
	    "Content-Type", "application/json"};
	const struct office_route *route = route_find(name);
	const struct http_route gated = {
	    .handle = office_gate, .name = route->name};
	struct http_request request = {.route = &gated,
	    .method = route->method,
	    .listener = LISTENER_ADMIN,
	    .path = "",
	    .query = query ? query : "",
	    .params = {param},
	    .headers = &json,
	    .header_count = 1,
	    .body = (const uint8_t *)body,
	    .body_len = body ? strlen(body) : 0,
	    .peer = "unix"};
	struct http_response response = {.status = 500};
	json_t *document;

	office_gate(&ctx, &request, &response);
	document = json_loadb((const char *)response.body.data,
	    response.body.len, JSON_REJECT_DUPLICATES, NULL);
	if (!document || response.status != want)
		fail_msg("%s: %d %.*s", name, response.status,
		    (int)response.body.len, (const char *)response.body.data);
	buf_clear(&response.body);
	return document;
}

static void refused(int want, const char *name, const char *param,
    const char *query, const char *body)
{
	json_t *problem = call(want, name, param, query, body);

	assert_non_null(json_string_value(json_object_get(problem, "detail")));
	json_decref(problem);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_t *item_of(const json_t *document, size_t index)
{
	return json_array_get(json_object_get(document, "items"), index);
}

/* Nowhere in the document. */
static void is_without(const json_t *document, const char *text)
{
	char *all = json_dumps(document, 0);

	assert_non_null(all);
	assert_null(strstr(all, text));
	free(all);
}

static void stations_come_and_go(void **state)
{
	json_t *made = call(201, "office_station_invite", NULL, NULL,
	    "{\"name\":\"Bench A\",\"valid_for\":\"2h\"}");
	json_t *list = call(200, "office_stations", NULL, NULL, NULL);

	(void)state;
	assert_int_equal(strlen(text_of(made, "code")), 23);
	assert_string_equal(text_of(made, "state"), "invited");
	assert_string_equal(text_of(item_of(list, 0), "state"), "invited");
	is_without(list, text_of(made, "code"));
	json_decref(list);
	world.now += 2 * TIME_HOUR_MS;
	list = call(200, "office_stations", NULL, NULL, NULL);
	assert_string_equal(text_of(item_of(list, 0), "state"), "expired");
	json_decref(list);
	list = call(200, "office_station_revoke", "Bench A", NULL, NULL);
	assert_string_equal(text_of(list, "state"), "revoked");
	json_decref(list);
	refused(404, "office_station_revoke", "Bench A", NULL, NULL);
	refused(409, "office_station_revoke", text_of(made, "id"), NULL, NULL);
	refused(404, "office_station_revoke", "nobody", NULL, NULL);
	json_decref(made);
}

static void bad_invitations(void **state)
{
	(void)state;
	refused(400, "office_station_invite", NULL, NULL, "{}");
	refused(400, "office_station_invite", NULL, NULL, "{\"name\":\"\"}");
	refused(400, "office_station_invite", NULL, NULL,
	    "{\"name\":\"a\",\"valid_for\":\"8d\"}");
	refused(400, "office_station_invite", NULL, NULL,
	    "{\"name\":\"a\",\"valid_for\":\"soon\"}");
	refused(400, "office_station_invite", NULL, NULL,
	    "{\"name\":\"a\",\"admin\":true}");
	refused(400, "office_stations", NULL, "x=1", NULL);
}

static void a_link_for_the_bench(void **state)
{
	json_t *link = call(201, "office_link_create", NULL, NULL,
	    "{\"person\":\"Astrid\",\"serial\":\"F17\",\"bench\":true}");
	json_t *list = call(200, "office_work_orders", NULL, "open=1", NULL);
	const json_t *order = item_of(list, 0);
	json_t *one;

	(void)state;
	assert_string_equal(
	    text_of(order, "id"), text_of(link, "work_order_id"));
	assert_string_equal(text_of(order, "kind"), "enrol");
	assert_string_equal(text_of(order, "state"), "waiting");
	assert_string_equal(text_of(order, "serial"), "F17");
	is_without(list, "/enrol/");
	one = call(
	    200, "office_work_order_cancel", text_of(order, "id"), NULL, NULL);
	assert_string_equal(text_of(one, "state"), "cancelled");
	assert_non_null(strstr(text_of(one, "result"), "local"));
	json_decref(one);
	refused(
	    409, "office_work_order_cancel", text_of(order, "id"), NULL, NULL);
	json_decref(list);
	json_decref(link);
	/* Without it there is none, as before. */
	link = call(201, "office_link_create", NULL, NULL,
	    "{\"person\":\"Astrid\",\"serial\":\"F18\"}");
	assert_true(json_is_null(json_object_get(link, "work_order_id")));
	json_decref(link);
	refused(400, "office_link_create", NULL, NULL,
	    "{\"person\":\"A\",\"serial\":\"F\",\"bench\":\"yes\"}");
}

static void work_is_ordered(void **state)
{
	json_t *order;

	(void)state;
	bench_phone_enrol("F17", "Astrid");
	order = call(201, "office_work_order_create", "F17", NULL,
	    "{\"kind\":\"read_facts\",\"reason\":\"PIN?\"}");
	assert_string_equal(text_of(order, "reason"), "PIN?");
	json_decref(order);
	refused(400, "office_work_order_create", "F17", NULL,
	    "{\"kind\":\"explode\"}");
	refused(400, "office_work_order_create", "F17", NULL,
	    "{\"kind\":\"wipe\"}");
	refused(404, "office_work_order_create", "F99", NULL,
	    "{\"kind\":\"pair\"}");
	refused(404, "office_work_order_cancel", "nothing", NULL, NULL);
	refused(400, "office_work_orders", NULL, "limit=0", NULL);
}

static void a_wipes_work_goes_with_the_wipe(void **state)
{
	json_t *list;

	(void)state;
	bench_phone_enrol("F17", "Astrid");
	(void)bench_wipe_order("F17");
	list = call(200, "office_work_orders", NULL, NULL, NULL);
	assert_string_equal(text_of(item_of(list, 0), "kind"), "wipe");
	refused(409, "office_work_order_cancel",
	    text_of(item_of(list, 0), "id"), NULL, NULL);
	json_decref(list);
}

static void phones_at_the_bench(void **state)
{
	struct bench_station station;
	struct station_report *report = malloc(sizeof(*report));
	json_t *list = call(200, "office_bench_phones", NULL, NULL, NULL);
	const json_t *phone;

	(void)state;
	assert_null(item_of(list, 0));
	json_decref(list);
	bench_station_join(&station, "Bench A");
	bench_report_init(&station, report, STATION_REPORT_ATTACHED, "F17");
	assert_true(bench_report_send(&station, report, NULL));
	bench_report_init(&station, report, STATION_REPORT_FACTS, "F17");
	report->facts.activation = STATION_UNACTIVATED;
	assert_true(bench_report_send(&station, report, NULL));
	list = call(200, "office_bench_phones", NULL, NULL, NULL);
	phone = item_of(list, 0);
	assert_string_equal(text_of(phone, "port"), "A3");
	assert_true(json_is_true(json_object_get(phone, "is_attached")));
	assert_string_equal(
	    text_of(json_object_get(phone, "facts"), "activation"),
	    "unactivated");
	json_decref(list);
	free(report);
	bench_station_clear(&station);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, bench_world_end)
	const struct CMUnitTest tests[] = {
	    TEST(stations_come_and_go),
	    TEST(bad_invitations),
	    TEST(a_link_for_the_bench),
	    TEST(work_is_ordered),
	    TEST(a_wipes_work_goes_with_the_wipe),
	    TEST(phones_at_the_bench),
	};

	return cmocka_run_group_tests_name(
	    "bench office", tests, bench_world_group, bench_world_group_end);
}
