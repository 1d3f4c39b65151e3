/*
 * http_message_test: do routes, query parameters, responses and deadlines'
 * lists, each without a socket, do what their headers say?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/http/http_address.h"
#include "server/http/http_response.h"
#include "server/http/http_router.h"
#include "server/http/http_timer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static void handle(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	(void)response;
}

#define A 1U
#define B 2U

static const struct http_route routes[] = {
    {A, HTTP_GET, "/", 0, handle, "root"},
    {A | B, HTTP_PUT, "/mdm/checkin", 9, handle, "checkin"},
    {A, HTTP_GET, "/enrol/new", 0, handle, "new"},
    {A, HTTP_GET, "/enrol/:token", 0, handle, "enrol"},
    {A, HTTP_POST, "/enrol/:token", 0, handle, "enrol_post"},
    {A, HTTP_GET, "/a/:x/b/:y", 0, handle, "two"},
    {B, HTTP_DELETE, "/enrol/:token", 0, handle, "gone"},
};
#define ROUTES (sizeof(routes) / sizeof(routes[0]))

static void test_routes(void **state)
{
	static const struct {
		unsigned listener;
		enum http_method method;
		const char *path;
		int status;
		size_t route;
		const char *allow;
	} cases[] = {
	    {A, HTTP_GET, "/", 200, 0, NULL},
	    {A, HTTP_HEAD, "/", 200, 0, NULL},
	    {A, HTTP_POST, "/", 405, 0, "GET, HEAD"},
	    {B, HTTP_GET, "/", 404, 0, NULL},
	    {B, HTTP_PUT, "/mdm/checkin", 200, 1, NULL},
	    {A, HTTP_HEAD, "/mdm/checkin", 405, 0, "PUT"},
	    {A, HTTP_PUT, "/mdm/checkin/", 404, 0, NULL},
	    {A, HTTP_PUT, "/mdm/check", 404, 0, NULL},
	    {A, HTTP_GET, "/enrol/new", 200, 2, NULL},
	    {A, HTTP_GET, "/enrol/abc", 200, 3, NULL},
	    {A, HTTP_POST, "/enrol/new", 200, 4, NULL},
	    {A, HTTP_DELETE, "/enrol/abc", 405, 0, "GET, HEAD, POST"},
	    {B, HTTP_DELETE, "/enrol/abc", 200, 6, NULL},
	    {A, HTTP_GET, "/enrol/", 404, 0, NULL},
	    {A, HTTP_GET, "/enrol/a/b", 404, 0, NULL},
	    {A, HTTP_GET, "/a/1/b/", 404, 0, NULL},
	    {A, HTTP_GET, "/a//b/2", 404, 0, NULL},
	};
	char allow[128];
	size_t i;

	(void)state;
	assert_int_equal(http_router_check(routes, ROUTES, NULL), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_match match;

		http_router_find(routes, ROUTES, cases[i].listener,
		    cases[i].method, cases[i].path, &match);
		assert_int_equal(match.status, cases[i].status);
		if (match.status == 200)
			assert_int_equal(match.route, cases[i].route);
		if (!cases[i].allow)
			continue;
		http_router_allow(match.methods, allow, sizeof(allow));
		assert_string_equal(allow, cases[i].allow);
	}
}

static void test_route_parameters(void **state)
{
	struct http_match match;

	(void)state;
	http_router_find(routes, ROUTES, A, HTTP_GET, "/a/one/b/two:2", &match);
	assert_int_equal(match.status, 200);
	assert_int_equal(match.param_count, 2);
	assert_memory_equal(match.params[0], "one", 3);
	assert_int_equal(match.param_lens[0], 3);
	assert_memory_equal(match.params[1], "two:2", 5);
	assert_int_equal(match.param_lens[1], 5);
}

static void test_bad_tables_are_refused(void **state)
{
	static const struct http_route bad[] = {
	    {A, HTTP_GET, "no-slash", 0, handle, "x"},
	    {A, HTTP_GET, "/a", 0, NULL, "x"},
	    {A, HTTP_GET, "/:a/:b/:c/:d/:e", 0, handle, "x"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(
		    http_router_check(&bad[i], 1, NULL), -ERR_INTERNAL);
}

static void test_query_values(void **state)
{
	struct http_request request = {
	    .query = "operation=PKIOperation&message=a+b%2Fc%3d=&x&e=&"
	             "bad=%4&nul=%00&operation=second&xy=1"};
	static const struct {
		const char *name;
		const char *value; /* NULL: refused */
		int rc;
	} cases[] = {
	    {"operation", "PKIOperation", 0},
	    {"message", "a+b/c==", 0},
	    {"x", "", 0},
	    {"e", "", 0},
	    {"xy", "1", 0},
	    {"bad", NULL, -ERR_INVALID},
	    {"nul", NULL, -ERR_INVALID},
	    {"oper", NULL, -ERR_NOT_FOUND},
	    {"PKIOperation", NULL, -ERR_NOT_FOUND},
	    {"", NULL, -ERR_NOT_FOUND},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = {0};
		char *value = NULL;

		assert_int_equal(
		    http_query_get(&request, cases[i].name, &value, &err),
		    cases[i].rc);
		if (cases[i].value)
			assert_string_equal(value, cases[i].value);
		else
			assert_null(value);
		free(value);
	}
}

static char *encoded(
    const struct http_response *response, const struct http_wire *wire)
{
	struct buf out = {0};
	size_t len = 0;

	http_response_encode(response, wire, &out);
	assert_int_equal(buf_check(&out, NULL), 0);
	return (char *)buf_take(&out, &len);
}

static void test_response_on_the_wire(void **state)
{
	struct http_wire wire = {.date = "D"};
	struct http_response response;
	char *text;

	(void)state;
	http_response_init(&response);
	response.status = 200;
	text = encoded(&response, &wire);
	assert_string_equal(
	    text, "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 0\r\n\r\n");
	free(text);
	response.content_type = "text/plain";
	buf_append_str(&response.body, "hello");
	http_response_header(&response, "ETag", "\"1\"");
	wire.closes = true;
	text = encoded(&response, &wire);
	assert_string_equal(text,
	    "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 5\r\nETag: \"1\"\r\nConnection: close\r\n\r\n"
	    "hello");
	free(text);
	wire.closes = false;
	wire.is_head = true;
	wire.says_keep_alive = true;
	text = encoded(&response, &wire);
	assert_string_equal(text,
	    "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 5\r\nETag: \"1\"\r\n"
	    "Connection: keep-alive\r\n\r\n");
	free(text);
	http_response_clear(&response);
}

static void test_no_body_where_none_may_be(void **state)
{
	struct http_wire wire = {.date = "D"};
	struct http_response response;
	char *text;

	(void)state;
	http_response_init(&response);
	response.status = 204;
	buf_append_str(&response.body, "not allowed");
	text = encoded(&response, &wire);
	assert_string_equal(text, "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n");
	free(text);
	http_response_clear(&response);
}

static void test_headers_cannot_be_split(void **state)
{
	struct http_response response;
	char longest[HTTP_HEADER_VALUE_MAX + 1];
	int i;

	(void)state;
	http_response_init(&response);
	http_response_header(&response, "X", "a\r\nY: b");
	http_response_header(&response, "X", "a\nb");
	http_response_header(&response, "X", "\x7f");
	memset(longest, 'x', sizeof(longest));
	longest[HTTP_HEADER_VALUE_MAX] = '\0';
	http_response_header(&response, "X", longest);
	assert_int_equal(response.header_count, 0);
	longest[HTTP_HEADER_VALUE_MAX - 1] = '\0';
	for (i = 0; i < HTTP_RESPONSE_HEADERS_MAX + 2; i++)
		http_response_header(&response, "X", longest);
	assert_int_equal(response.header_count, HTTP_RESPONSE_HEADERS_MAX);
	http_response_clear(&response);
}

static void test_date(void **state)
{
	char out[HTTP_DATE_MAX];

	(void)state;
	http_date_text(INT64_C(784111777000), out);
	assert_string_equal(out, "Sun, 06 Nov 1994 08:49:37 GMT");
	http_date_text(INT64_C(1709210096999), out);
	assert_string_equal(out, "Thu, 29 Feb 2024 12:34:56 GMT");
}

static void test_timers_expire_in_order(void **state)
{
	const int64_t length[HTTP_PHASE_COUNT] = {0, 10, 20, 30, 40, 50, 60};
	struct http_timers timers;
	struct http_timer a = {0};
	struct http_timer b = {0};
	struct http_timer c = {0};

	(void)state;
	http_timers_init(&timers, length);
	assert_int_equal(http_timers_wait(&timers, 0), -1);
	http_timer_start(&timers, &a, HTTP_PHASE_IDLE, 0);
	http_timer_start(&timers, &b, HTTP_PHASE_IDLE, 5);
	http_timer_start(&timers, &c, HTTP_PHASE_HANDSHAKE, 12);
	assert_int_equal(http_timers_wait(&timers, 12), 8);
	assert_null(http_timers_take(&timers, 19));
	assert_ptr_equal(http_timers_take(&timers, 20), &a);
	assert_int_equal(a.phase, HTTP_PHASE_IDLE);
	assert_int_equal(http_timers_wait(&timers, 100), 0);
	http_timer_start(&timers, &c, HTTP_PHASE_NONE, 21);
	assert_null(http_timers_take(&timers, 24));
	assert_ptr_equal(http_timers_take(&timers, 25), &b);
	assert_int_equal(http_timers_wait(&timers, 100), -1);
}

static uint64_t key_of(const char *text)
{
	struct sockaddr_storage storage = {0};
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		memcpy(&storage, &in, sizeof(in));
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
		memcpy(&storage, &in6, sizeof(in6));
	}
	return http_address_key(&storage);
}

static void test_address_table(void **state)
{
	struct http_address_table *table = NULL;
	uint64_t i;

	(void)state;
	assert_int_equal(http_address_table_new(10, 2, &table, NULL), 0);
	/* Many keys share a bucket here. */
	for (i = 1; i < 2000; i++) {
		assert_true(http_address_enter(table, i));
		assert_true(http_address_enter(table, i));
		assert_false(http_address_enter(table, i));
	}
	for (i = 1; i < 2000; i++)
		http_address_leave(table, i);
	assert_true(http_address_enter(table, 77));
	assert_false(http_address_enter(table, 77));
	http_address_table_free(table);
	/* A neighbour of IPv6 owns its /64. */
	assert_true(key_of("2001:db8:1:2::1") == key_of("2001:db8:1:2:ffff::"));
	assert_true(key_of("2001:db8:1:2::1") != key_of("2001:db8:1:3::1"));
	assert_true(key_of("192.0.2.1") == key_of("::ffff:192.0.2.1"));
	assert_true(key_of("192.0.2.1") != key_of("192.0.2.2"));
	assert_true(key_of("::1") != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_routes),
	    cmocka_unit_test(test_route_parameters),
	    cmocka_unit_test(test_bad_tables_are_refused),
	    cmocka_unit_test(test_query_values),
	    cmocka_unit_test(test_response_on_the_wire),
	    cmocka_unit_test(test_no_body_where_none_may_be),
	    cmocka_unit_test(test_headers_cannot_be_split),
	    cmocka_unit_test(test_date),
	    cmocka_unit_test(test_timers_expire_in_order),
	    cmocka_unit_test(test_address_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
