/*
 * http_parser_test: are exactly the requests taken that can be read in one way
 * only, and is what they say understood?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/http/http_parser.h"
#include "server/http/http_target.h"

#define HEAD_MAX (16 * 1024)
#define H "Host: mdm.example.org\r\n"

/* Feeds text in pieces of `step` bytes, in memory of exactly that size. */
static enum http_parse feed(
    struct http_parser *parser, char *data, size_t len, size_t step)
{
	enum http_parse result = HTTP_PARSE_MORE;
	size_t given = 0;

	http_parser_init(parser, HEAD_MAX);
	while (given < len && result == HTTP_PARSE_MORE) {
		given = len - given > step ? given + step : len;
		result = http_parser_feed(parser, data, given);
	}
	return result;
}

static char *copy(const char *text, size_t len)
{
	char *data = malloc(len);

	assert_non_null(data);
	memcpy(data, text, len);
	return data;
}

struct bad {
	const char *name;
	const char *text;
	size_t len; /* 0: strlen */
	int status;
};

/* clang-format off */
static const struct bad bad_requests[] = {
    /* two ways to say where the body ends */
    {"CL and TE", "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 0, 400},
    {"TE and CL", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 0, 400},
    {"two CL", "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 0, 400},
    {"two equal CL", "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 0, 400},
    {"CL list", "POST / HTTP/1.1\r\n" H "Content-Length: 3, 3\r\n\r\n", 0, 400},
    {"CL +3", "POST / HTTP/1.1\r\n" H "Content-Length: +3\r\n\r\n", 0, 400},
    {"CL -1", "POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n", 0, 400},
    {"CL 0x3", "POST / HTTP/1.1\r\n" H "Content-Length: 0x3\r\n\r\n", 0, 400},
    {"CL 3.0", "POST / HTTP/1.1\r\n" H "Content-Length: 3.0\r\n\r\n", 0, 400},
    {"CL with a blank", "POST / HTTP/1.1\r\n" H "Content-Length: 3 4\r\n\r\n", 0, 400},
    {"CL with a tab", "POST / HTTP/1.1\r\n" H "Content-Length:\t3\r\n\r\n", 0, 400},
    {"CL with a tab behind", "POST / HTTP/1.1\r\n" H "Content-Length: 3\t\r\n\r\n", 0, 400},
    {"TE with a tab", "POST / HTTP/1.1\r\n" H "Transfer-Encoding:\tchunked\r\n\r\n", 0, 400},
    {"CL empty", "POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", 0, 400},
    {"CL 2^64+3", "POST / HTTP/1.1\r\n" H "Content-Length: 18446744073709551619\r\n\r\n", 0, 400},
    {"CL 40 digits", "POST / HTTP/1.1\r\n" H "Content-Length: 0000000000000000000000000000000000000003\r\n\r\n", 0, 400},
    {"TE xchunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n", 0, 501},
    {"TE chunked twice", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 0, 400},
    {"TE chunked, chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n", 0, 501},
    {"TE gzip, chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n", 0, 501},
    {"TE identity", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n", 0, 501},
    {"TE empty", "POST / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n\r\n", 0, 400},
    {"TE with a tab before the colon", "POST / HTTP/1.1\r\n" H "Transfer-Encoding\t: chunked\r\n\r\n", 0, 400},
    {"TE of 1.0", "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n", 0, 400},
    {"TE chunked with a vertical tab", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: \vchunked\r\n\r\n", 0, 400},
    /* lines */
    {"bare LF after the request line", "GET / HTTP/1.1\n" H "\r\n", 0, 400},
    {"bare LF after a header", "GET / HTTP/1.1\r\nHost: a\n\r\n", 0, 400},
    {"bare LF as the empty line", "GET / HTTP/1.1\r\n" H "\n", 0, 400},
    {"bare CR in a value", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 0, 400},
    {"bare CR in the target", "GET /a\rb HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"CR CR LF", "GET / HTTP/1.1\r\r\n" H "\r\n", 0, 400},
    {"obs-fold", "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", 0, 400},
    {"fold of the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 0, 400},
    {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", 0, 400},
    /* names and values */
    {"blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 0, 400},
    {"no colon", "GET / HTTP/1.1\r\n" H "nonsense\r\n\r\n", 0, 400},
    {"empty name", "GET / HTTP/1.1\r\n" H ": a\r\n\r\n", 0, 400},
    {"blank in a name", "GET / HTTP/1.1\r\n" H "X Y: a\r\n\r\n", 0, 400},
    {"byte above 127 in a name", "GET / HTTP/1.1\r\n" H "X\xe4: a\r\n\r\n", 0, 400},
    {"parenthesis in a name", "GET / HTTP/1.1\r\n" H "X(: a\r\n\r\n", 0, 400},
    {"NUL in a name", "GET / HTTP/1.1\r\n" H "X\0Y: a\r\n\r\n", 16 + 23 + 10, 400},
    {"NUL in a value", "GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n", 16 + 23 + 10, 400},
    {"control byte in a value", "GET / HTTP/1.1\r\n" H "X: a\x01\r\n\r\n", 0, 400},
    {"DEL in a value", "GET / HTTP/1.1\r\n" H "X: a\x7f\r\n\r\n", 0, 400},
    /* Host */
    {"no Host", "GET / HTTP/1.1\r\n\r\n", 0, 400},
    {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 0, 400},
    {"two equal Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 0, 400},
    {"two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 0, 400},
    {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0, 400},
    {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 0, 400},
    {"Host with a user", "GET / HTTP/1.1\r\nHost: x@a\r\n\r\n", 0, 400},
    {"Host with a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 0, 400},
    /* request line */
    {"no version", "GET /\r\n" H "\r\n", 0, 400},
    {"HTTP/9.9", "GET / HTTP/9.9\r\n" H "\r\n", 0, 505},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n" H "\r\n", 0, 505},
    {"HTTP/2.0", "PUT / HTTP/2.0\r\n" H "\r\n", 0, 505},
    {"HTTP/0.9", "GET / HTTP/0.9\r\n" H "\r\n", 0, 505},
    {"HTTP/1.10", "GET / HTTP/1.10\r\n" H "\r\n", 0, 400},
    {"HTTP/1,1", "GET / HTTP/1,1\r\n" H "\r\n", 0, 400},
    {"http/1.1", "GET / http/1.1\r\n" H "\r\n", 0, 400},
    {"HTTPS/1.1", "GET / HTTPS/1\r\n" H "\r\n", 0, 400},
    {"blank after the version", "GET / HTTP/1.1 \r\n" H "\r\n", 0, 400},
    {"two blanks", "GET  / HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"two blanks before the version", "GET /  HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"tab for a blank", "GET\t/\tHTTP/1.1\r\n" H "\r\n", 0, 400},
    {"blank first", " GET / HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"blank in the target", "GET /a b HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"unknown method", "BREW / HTTP/1.1\r\n" H "\r\n", 0, 501},
    {"OPTIONS", "OPTIONS / HTTP/1.1\r\n" H "\r\n", 0, 501},
    {"CONNECT", "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", 0, 501},
    {"TRACE", "TRACE / HTTP/1.1\r\n" H "\r\n", 0, 501},
    {"lower-case method", "get / HTTP/1.1\r\n" H "\r\n", 0, 501},
    {"method of strange bytes", "G@T / HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, 501},
    {"TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9, 400},
    /* target */
    {"absolute URI", "GET http://a/ HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"asterisk", "GET * HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"relative", "GET a HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"fragment in the query", "GET /a?b#c HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"%00", "GET /a%00b HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"%0d%0a", "GET /a%0d%0ab HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"%2f", "GET /a%2fb HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"%5c", "GET /a%5cb HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"%7f", "GET /a%7fb HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"half an escape", "GET /a% HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"escape of one digit", "GET /a%4 HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"escape of no digits", "GET /a%zz HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"bad UTF-8", "GET /a%ff HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"overlong UTF-8", "GET /a%c0%af HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"dot dot", "GET /a/../b HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"dot dot escaped", "GET /a/%2e%2E/b HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"dot at the end", "GET /a/. HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"raw byte above 127", "GET /\xc3\xa5 HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"quote", "GET /a\" HTTP/1.1\r\n" H "\r\n", 0, 400},
    {"backslash", "GET /a\\b HTTP/1.1\r\n" H "\r\n", 0, 400},
    /* expectations */
    {"Expect: something", "PUT / HTTP/1.1\r\n" H "Expect: 200-ok\r\n\r\n", 0, 417},
};
/* clang-format on */

static void test_malformed_is_refused(void **state)
{
	static const size_t step[] = {1, 7, 1 << 20};
	struct http_parser parser;
	size_t i;
	size_t k;

	(void)state;
	for (i = 0; i < sizeof(bad_requests) / sizeof(bad_requests[0]); i++) {
		const struct bad *bad = &bad_requests[i];
		size_t len = bad->len ? bad->len : strlen(bad->text);

		for (k = 0; k < 3; k++) {
			char *data = copy(bad->text, len);
			enum http_parse result =
			    feed(&parser, data, len, step[k]);

			if (result != HTTP_PARSE_BAD ||
			    parser.status != bad->status)
				fail_msg("%s: result %d status %d", bad->name,
				    (int)result, parser.status);
			assert_non_null(parser.reason);
			free(data);
		}
	}
}

static const char good_text[] = "PUT /mdm/connect?a=b%20c&d HTTP/1.1\r\n"
                                "Host: mdm.example.org:8444\r\n"
                                "content-LENGTH:   12  \r\n"
                                "X-Empty:\r\n"
                                "X-Blank: \t \r\n"
                                "X-Old-Text: r\xe4ksm\xf6rg\xe5s\r\n"
                                "X-Inner: a  b\tc\r\n"
                                "Expect: 100-Continue\r\n"
                                "\r\nhello, world";

static void good_check(const struct http_parser *parser, const char *data)
{
	static const char *const values[] = {"mdm.example.org:8444", "12", "",
	    "", "r\xe4ksm\xf6rg\xe5s", "a  b\tc", "100-Continue"};
	size_t i;

	assert_int_equal(parser->method, HTTP_PUT);
	assert_int_equal(parser->minor, 1);
	assert_string_equal(data + parser->path, "/mdm/connect");
	assert_string_equal(data + parser->query, "a=b%20c&d");
	assert_int_equal(parser->field_count, 7);
	for (i = 0; i < 7; i++)
		assert_string_equal(data + parser->fields[i].value, values[i]);
	assert_string_equal(data + parser->fields[1].name, "content-LENGTH");
	assert_int_equal(parser->content_length, 12);
	assert_false(parser->is_chunked);
	assert_true(parser->expects_continue);
	assert_true(parser->keeps_alive);
	assert_memory_equal(data + parser->head_len, "hello, world", 12);
}

static void test_request_is_understood_in_any_pieces(void **state)
{
	size_t len = sizeof(good_text) - 1;
	struct http_parser parser;
	size_t step;

	(void)state;
	for (step = 1; step <= len; step++) {
		char *data = copy(good_text, len);

		assert_int_equal(
		    feed(&parser, data, len, step), HTTP_PARSE_DONE);
		good_check(&parser, data);
		free(data);
	}
}

static void test_every_beginning_is_unfinished(void **state)
{
	struct http_parser parser;
	size_t end = sizeof(good_text) - 1 - 12;
	size_t len;

	(void)state;
	for (len = 1; len < end; len++) {
		char *data = copy(good_text, len);

		assert_int_equal(
		    feed(&parser, data, len, len), HTTP_PARSE_MORE);
		free(data);
	}
}

static void test_paths_are_decoded(void **state)
{
	static const struct {
		const char *target;
		const char *path;
		const char *query;
	} cases[] = {
	    {"/", "/", ""},
	    {"/?", "/", ""},
	    {"/a/b", "/a/b", ""},
	    {"/a%20b", "/a b", ""},
	    {"/%C3%A5", "/\xc3\xa5", ""},
	    {"/a%25", "/a%", ""},
	    {"/a%252f", "/a%2f", ""},
	    {"/a%3Fb?c", "/a?b", "c"},
	    {"/a...b/..c/.d/e.", "/a...b/..c/.d/e.", ""},
	    {"/a//b/", "/a//b/", ""},
	    {"/scep?operation=PKIOperation&message=a+b/c==", "/scep",
	        "operation=PKIOperation&message=a+b/c=="},
	    {"/a?b?c=[d]|%00", "/a", "b?c=[d]|%00"},
	    {"/:@!$&'()*+,;=-._~", "/:@!$&'()*+,;=-._~", ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[128];
		size_t query = 0;

		(void)snprintf(text, sizeof(text), "%s", cases[i].target);
		assert_true(
		    http_target_parse(text, strlen(cases[i].target), &query));
		assert_string_equal(text, cases[i].path);
		assert_string_equal(text + query, cases[i].query);
	}
}

static void test_keep_alive(void **state)
{
	static const struct {
		const char *text;
		bool keeps;
	} cases[] = {
	    {"GET / HTTP/1.1\r\n" H "\r\n", true},
	    {"GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n", false},
	    {"GET / HTTP/1.1\r\n" H "Connection: foo, CLOSE\r\n\r\n", false},
	    {"GET / HTTP/1.1\r\n" H "Connection: closed\r\n\r\n", true},
	    {"GET / HTTP/1.1\r\n" H
	     "Connection: keep-alive\r\nConnection: close\r\n\r\n",
	        false},
	    {"GET / HTTP/1.0\r\n\r\n", false},
	    {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
	    {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false},
	};
	struct http_parser parser;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].text);
		char *data = copy(cases[i].text, len);

		assert_int_equal(
		    feed(&parser, data, len, len), HTTP_PARSE_DONE);
		assert_int_equal(parser.keeps_alive, cases[i].keeps);
		free(data);
	}
}

static void test_one_empty_line_is_forgiven(void **state)
{
	static const char text[] = "\r\nGET /a HTTP/1.1\r\n" H "\r\n";
	struct http_parser parser;
	char *data = copy(text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(
	    feed(&parser, data, sizeof(text) - 1, 1), HTTP_PARSE_DONE);
	assert_string_equal(data + parser.path, "/a");
	free(data);
}

static void test_continue_is_not_for_old_clients(void **state)
{
	static const char text[] = "PUT /a HTTP/1.0\r\n"
	                           "Expect: 100-continue\r\n"
	                           "Content-Length: 1\r\n\r\n";
	struct http_parser parser;
	char *data = copy(text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(
	    feed(&parser, data, sizeof(text) - 1, 1), HTTP_PARSE_DONE);
	assert_false(parser.expects_continue);
	free(data);
}

/* A request with `lines` headers, each of `size` bytes. */
static char *big_request(size_t target, size_t lines, size_t size, size_t *len)
{
	char *text = malloc(target + lines * (size + 16) + 128);
	char *at = text;
	size_t i;

	assert_non_null(text);
	at = stpcpy(at, "GET /");
	memset(at, 'a', target);
	at = stpcpy(at + target, " HTTP/1.1\r\nHost: a\r\n");
	for (i = 0; i < lines; i++) {
		at = stpcpy(at, "X: ");
		memset(at, 'b', size);
		at = stpcpy(at + size, "\r\n");
	}
	at = stpcpy(at, "\r\n");
	*len = (size_t)(at - text);
	return text;
}

static void test_limits(void **state)
{
	static const struct {
		size_t target, lines, size;
		int status; /* 0: taken */
	} cases[] = {
	    {6000, 1, 10, 0}, /* SCEP with the message in the query */
	    {HTTP_REQUEST_LINE_MAX - 14, 1, 10, 0},
	    {HTTP_REQUEST_LINE_MAX - 13, 1, 10, 414},
	    {20000, 1, 10, 414},
	    {200000, 1, 10, 414},
	    {10, HTTP_HEADERS_MAX - 1, 10, 0}, /* and Host */
	    {10, HTTP_HEADERS_MAX, 10, 431},
	    {10, 2000, 1, 431},
	    {10, 1, 16000, 0},
	    {10, 1, 16400, 431},
	    {10, 1, 40000, 431},
	    {10, 40, 1000, 431},
	};
	struct http_parser parser;
	size_t i;
	size_t k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (k = 0; k < 2; k++) {
			size_t len = 0;
			char *data = big_request(cases[i].target,
			    cases[i].lines, cases[i].size, &len);
			enum http_parse result =
			    feed(&parser, data, len, k ? 1000 : len);

			assert_int_equal(result,
			    cases[i].status ? HTTP_PARSE_BAD : HTTP_PARSE_DONE);
			assert_int_equal(parser.status, cases[i].status);
			free(data);
		}
	}
}

/* A header without end is refused when the limit is reached, not later. */
static void test_endless_header_is_cut(void **state)
{
	struct http_parser parser;
	char *data = malloc(HEAD_MAX + 1);
	static const char start[] = "GET / HTTP/1.1\r\nHost: a\r\nX: ";

	(void)state;
	assert_non_null(data);
	memset(data, 'x', HEAD_MAX + 1);
	memcpy(data, start, sizeof(start) - 1);
	http_parser_init(&parser, HEAD_MAX);
	assert_int_equal(
	    http_parser_feed(&parser, data, HEAD_MAX), HTTP_PARSE_MORE);
	assert_int_equal(
	    http_parser_feed(&parser, data, HEAD_MAX + 1), HTTP_PARSE_BAD);
	assert_int_equal(parser.status, 431);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_malformed_is_refused),
	    cmocka_unit_test(test_request_is_understood_in_any_pieces),
	    cmocka_unit_test(test_every_beginning_is_unfinished),
	    cmocka_unit_test(test_paths_are_decoded),
	    cmocka_unit_test(test_keep_alive),
	    cmocka_unit_test(test_one_empty_line_is_forgiven),
	    cmocka_unit_test(test_continue_is_not_for_old_clients),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_endless_header_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
