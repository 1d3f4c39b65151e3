/*
 * Does the gate of the office let through only what is guarded, counted and
 * named: routes without a scope are refused at the start, a pace is kept in
 * memory of fixed size, words of scopes come back as they went in, and an
 * answer that could not be written whole is none?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "server/office/gate.h"
#include "server/office/office.h"
#include "server/store/store_token.h"
#include "tests/unit/office/office_fixture.h"

static int handle(struct office_call *call, struct err *err)
{
	(void)call;
	(void)err;
	return 0;
}

static void a_route_without_a_scope_is_refused(void **state)
{
	struct office_route routes[] = {
	    {.path = "/a",
	        .method = HTTP_GET,
	        .scope = SCOPE_BIT(SCOPE_STATUS_READ),
	        .handle = handle,
	        .name = "a"},
	    {.path = "/b",
	        .method = HTTP_GET,
	        .flags = OFFICE_PAGE,
	        .handle = handle,
	        .name = "b"},
	    {.path = "/c", .method = HTTP_GET, .handle = handle, .name = "c"},
	};
	struct err err = {0};

	(void)state;
	assert_int_equal(office_routes_check(routes, 2, &err), 0);
	assert_int_equal(office_routes_check(routes, 3, &err), -ERR_INTERNAL);
	assert_non_null(strstr(err.text, "/c"));
	routes[2].scope = SCOPE_BIT(SCOPE_STATUS_READ);
	assert_int_equal(office_routes_check(routes, 3, &err), 0);
	routes[2].path = "/a";
	assert_int_equal(office_routes_check(routes, 3, &err), -ERR_INTERNAL);
	routes[2].method = HTTP_POST;
	assert_int_equal(office_routes_check(routes, 3, &err), 0);
	routes[2].handle = NULL;
	assert_int_equal(office_routes_check(routes, 3, &err), -ERR_INTERNAL);
}

static void the_table_of_the_server_is_guarded(void **state)
{
	struct err err = {0};
	size_t pages = 0;
	size_t i;

	(void)state;
	if (office_routes_check(office_routes, office_route_count, &err) < 0)
		fail_msg("%s", err.text);
	for (i = 0; i < office_route_count; i++) {
		const struct office_route *route = &office_routes[i];
		bool is_page = (route->flags & OFFICE_PAGE) != 0;
		bool is_scim = (route->flags & OFFICE_SCIM) != 0;
		bool changes = route->method != HTTP_GET;

		pages += is_page;
		assert_int_equal(
		    route->listeners & ~(LISTENER_ADMIN | LISTENER_OFFICE), 0);
		assert_int_equal(strncmp(route->path, "/api/v1/", 8) == 0,
		    !is_page && !is_scim);
		assert_int_equal(
		    strncmp(route->path, "/scim/v2/", 9) == 0, is_scim);
		assert_int_equal(changes && route->method != HTTP_DELETE,
		    route->body_max > 0);
		/* Who makes tokens sits at the server. */
		if (route->scope &
		    (SCOPE_BIT(SCOPE_TOKENS_READ) |
		        SCOPE_BIT(SCOPE_TOKENS_WRITE)))
			assert_int_equal(route->listeners, LISTENER_ADMIN);
		if (route->thing || (route->flags & OFFICE_ACTS))
			assert_true(changes);
	}
	assert_true(pages < 10);
}

/* ---- pace ---- */

static void fill(void *arg, void *out, size_t len)
{
	(void)arg;
	memset(out, 7, len);
}

static const struct rng rng = {fill, NULL};

static struct rate_table *table_of(
    unsigned burst, int64_t interval_ms, size_t places)
{
	const struct rate_limit limit = {burst, interval_ms};
	struct rate_table *table = NULL;
	struct err err = {0};

	assert_int_equal(rate_table_new(places, &limit, &rng, &table, &err), 0);
	return table;
}

static void a_bucket_empties_and_fills(void **state)
{
	struct rate_table *table = table_of(3, 1000, 64);
	int64_t now = INT64_C(1795333105000);
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(rate_take(table, "a", now), 0);
	assert_int_equal(rate_look(table, "a", now), 1000);
	assert_int_equal(rate_take(table, "a", now), 1000);
	assert_int_equal(rate_take(table, "a", now + 400), 600);
	assert_int_equal(rate_take(table, "b", now), 0); /* another's is full */
	assert_int_equal(rate_look(table, "a", now + 1000), 0);
	assert_int_equal(rate_take(table, "a", now + 1000), 0);
	assert_int_equal(rate_take(table, "a", now + 1000), 1000);
	/* Full again, and no fuller than full. */
	for (i = 0; i < 3; i++)
		assert_int_equal(rate_take(table, "a", now + 999000), 0);
	assert_true(rate_take(table, "a", now + 999000) > 0);
	/* A clock that goes back locks nobody out for longer than a burst. */
	assert_true(rate_take(table, "a", now) <= 3000);
	rate_table_free(table);
}

static void memory_is_bounded_and_the_fullest_go_first(void **state)
{
	struct rate_table *table = table_of(4, 1000, 64);
	int64_t now = 1000000;
	char key[32];
	int kept = 0;
	int i;

	(void)state;
	for (i = 0; i < 8; i++) { /* eight that have used up all */
		(void)snprintf(key, sizeof(key), "spent-%d", i);
		while (rate_take(table, key, now) == 0)
			continue;
	}
	for (i = 0; i < 5000; i++) { /* a flood, each once */
		(void)snprintf(key, sizeof(key), "flood-%d", i);
		assert_int_equal(rate_take(table, key, now), 0);
	}
	for (i = 0; i < 8; i++) {
		(void)snprintf(key, sizeof(key), "spent-%d", i);
		kept += rate_look(table, key, now) > 0;
	}
	assert_int_equal(kept, 8);
	rate_table_free(table);
}

static void neighbours_of_ipv6_share_a_bucket(void **state)
{
	char one[GATE_ADDRESS_MAX];
	char two[GATE_ADDRESS_MAX];

	(void)state;
	gate_address("2001:db8:1:2:3:4:5:6", one);
	gate_address("2001:db8:1:2::9", two);
	assert_string_equal(one, two);
	gate_address("2001:db8:1:3::9", two);
	assert_string_not_equal(one, two);
	gate_address("192.0.2.1", one);
	assert_string_equal(one, "192.0.2.1");
}

/* ---- scopes ---- */

static void scopes_come_back_as_they_went_in(void **state)
{
	struct buf text = {0};
	struct err err = {0};
	scope_set set = 0;

	(void)state;
	scope_set_text(SCOPES_ALL, &text);
	assert_true(text.len < sizeof(((struct api_token_row *)0)->scopes));
	assert_int_equal(
	    scope_set_parse((const char *)text.data, &set, &err), 0);
	assert_true(set == SCOPES_ALL);
	buf_clear(&text);
	assert_int_equal(
	    scope_set_parse(" devices:read,,evidence:write ", &set, &err), 0);
	assert_true(set ==
	    (SCOPE_BIT(SCOPE_DEVICES_READ) | SCOPE_BIT(SCOPE_EVIDENCE_WRITE)));
	assert_int_equal(
	    scope_set_parse("devices:read devices", &set, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "\"devices\""));
	assert_int_equal(scope_set_parse("", &set, &err), -ERR_INVALID);
	assert_int_equal(scope_set_parse("*", &set, &err), -ERR_INVALID);
}

/* ---- answers ---- */

static int answer_breaks(struct office_call *call, struct err *err)
{
	(void)err;
	encode_open(&call->enc, NULL, '{');
	call->response->body.failed = true;
	return 0;
}

static void a_broken_answer_is_not_answered_200(void **state)
{
	struct office_fixture fixture;
	const struct office_route route = {.listeners = LISTENER_ADMIN,
	    .scope = SCOPE_BIT(SCOPE_STATUS_READ),
	    .handle = answer_breaks,
	    .name = "x"};
	const struct http_route none = {.name = "not in the table"};
	struct http_request request = {.route = &none};
	struct http_response response = {.status = 0};
	struct office_call call = {.route = &route,
	    .request = &request,
	    .response = &response,
	    .enc = {&response.body, false}};

	(void)state;
	office_fixture_init(&fixture);
	assert_null(office_route_find(&none));
	assert_int_equal(route.handle(&call, NULL), 0);
	assert_true(buf_check(&response.body, NULL) < 0);
	/* What http makes of it: no half document. */
	office_refuse(&fixture.ctx, LISTENER_OFFICE, 500, &response);
	assert_int_equal(response.status, 500);
	assert_string_equal(response.content_type, "application/problem+json");
	buf_clear(&response.body);
	office_fixture_clear(&fixture);
}

static void etags_follow_the_body(void **state)
{
	struct buf body = {0};
	char one[GATE_ETAG_MAX];
	char two[GATE_ETAG_MAX];
	struct http_header header = {"if-none-match", one};
	const struct http_request request = {
	    .headers = &header, .header_count = 1};

	(void)state;
	gate_etag(&body, one);
	buf_append_str(&body, "{}");
	gate_etag(&body, two);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(two), 34);
	assert_true(gate_none_match(&request, one));
	assert_false(gate_none_match(&request, two));
	header.value = "*";
	assert_true(gate_none_match(&request, two));
	header.value = "";
	assert_false(gate_none_match(&request, two));
	buf_clear(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_route_without_a_scope_is_refused),
	    cmocka_unit_test(the_table_of_the_server_is_guarded),
	    cmocka_unit_test(a_bucket_empties_and_fills),
	    cmocka_unit_test(memory_is_bounded_and_the_fullest_go_first),
	    cmocka_unit_test(neighbours_of_ipv6_share_a_bucket),
	    cmocka_unit_test(scopes_come_back_as_they_went_in),
	    cmocka_unit_test(a_broken_answer_is_not_answered_200),
	    cmocka_unit_test(etags_follow_the_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
