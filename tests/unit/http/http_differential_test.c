/*
 * http_differential_test: does a parser that we did not write (llhttp, strict)
 * read every request we accept in the same way: method, path, query, headers,
 * body, where it ends and whether the connection is kept? Two programs on one
 * way that disagree about that are what request smuggling is made of.
 *
 * Not compared, with the reason:
 *   requests that ask for an upgrade: llhttp stops there for its caller to
 *   switch protocols; we never do and answer in HTTP/1.1 (RFC 9110, 7.8);
 *   trailers: we check their form and drop them; llhttp shows them and
 *   refuses some that would say a length, which nobody here would hear;
 *   blanks at the end of a value: llhttp leaves them to its caller;
 *   closing where llhttp keeps ("close" and "keep-alive" together): safe.
 */
#include <stdio.h>

#ifndef HAVE_LLHTTP

int main(void)
{
	(void)printf("SKIP: llhttp is not installed (Debian: node-llhttp)\n");
	return 77;
}

#else

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "server/http/http_chunked.h"
#include "server/http/http_parser.h"
#include "tests/unit/http/http_view.h"

#define BODY_MAX 4096
#define MUTATIONS 600000

static void text_clear(struct text *text)
{
	text->len = 0;
	text->data[0] = '\0';
}

static void view_clear(struct view *view)
{
	size_t i;

	for (i = 0; i < FIELDS_MAX; i++) {
		text_clear(&view->names[i]);
		text_clear(&view->values[i]);
	}
	text_clear(&view->path);
	text_clear(&view->query);
	text_clear(&view->body);
	view->field_count = 0;
	view->is_complete = false;
	view->is_upgrade = false;
	view->in_trailer = false;
	view->is_last_chunk = false;
	view->error = NULL;
}

/* --- ours --- */

static bool our_body(struct view *view, const struct http_parser *parser,
    const char *input, size_t len)
{
	struct http_chunked chunked;
	uint8_t raw[INPUT_MAX];
	size_t used = 0;

	if (!parser->is_chunked) {
		if (len - parser->head_len < parser->content_length)
			return false;
		view->end = parser->head_len + parser->content_length;
		text_add(&view->body, input + parser->head_len,
		    (size_t)parser->content_length);
		return true;
	}
	http_chunked_init(&chunked, BODY_MAX);
	memcpy(raw, input + parser->head_len, len - parser->head_len);
	if (http_chunked_decode(&chunked, raw, len - parser->head_len, raw,
	        &used) != HTTP_PARSE_DONE)
		return false;
	text_add(&view->body, (char *)raw, chunked.body_len);
	view->end = parser->head_len + used;
	return true;
}

static void our_read(struct view *view, const char *input, size_t len)
{
	static struct http_parser parser;
	char data[INPUT_MAX];
	size_t i;

	memcpy(data, input, len);
	http_parser_init(&parser, INPUT_MAX);
	if (http_parser_feed(&parser, data, len) != HTTP_PARSE_DONE)
		return;
	(void)snprintf(view->method, sizeof(view->method), "%s",
	    http_method_name(parser.method));
	text_add(&view->path, data + parser.path, strlen(data + parser.path));
	text_add(
	    &view->query, data + parser.query, strlen(data + parser.query));
	for (i = 0; i < parser.field_count; i++) {
		const char *name = data + parser.fields[i].name;
		const char *value = data + parser.fields[i].value;

		text_add(&view->names[i], name, strlen(name));
		text_add(&view->values[i], value, strlen(value));
	}
	view->field_count = parser.field_count;
	view->keeps_alive = parser.keeps_alive;
	view->is_complete = our_body(view, &parser, input, len);
}

/* --- the comparison --- */

static int hex(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* Of a raw target: the path decoded, the query as it stands. */
static void target_split(
    const struct text *raw, struct text *path, struct text *query)
{
	size_t i;

	text_clear(path);
	text_clear(query);
	for (i = 0; i < raw->len && raw->data[i] != '?'; i++) {
		char c = raw->data[i];

		if (c == '%' && i + 2 < raw->len) {
			c = (char)(hex(raw->data[i + 1]) * 16 +
			    hex(raw->data[i + 2]));
			i += 2;
		}
		text_add(path, &c, 1);
	}
	if (i < raw->len)
		text_add(query, raw->data + i + 1, raw->len - i - 1);
}

static const char *difference(const struct view *ours, struct view *theirs)
{
	static struct text path;
	static struct text query;
	size_t i;

	if (theirs->error)
		return theirs->error;
	if (!theirs->is_complete)
		return "they want more";
	target_split(&theirs->path, &path, &query);
	if (strcmp(ours->method, theirs->method) != 0)
		return "method";
	if (strcmp(ours->path.data, path.data) != 0 ||
	    strcmp(ours->query.data, query.data) != 0)
		return "target";
	if (ours->field_count != theirs->field_count)
		return "number of headers";
	for (i = 0; i < ours->field_count; i++)
		if (strcmp(ours->names[i].data, theirs->names[i].data) != 0 ||
		    strcmp(ours->values[i].data, theirs->values[i].data) != 0)
			return "a header";
	if (ours->body.len != theirs->body.len ||
	    memcmp(ours->body.data, theirs->body.data, ours->body.len) != 0)
		return "body";
	if (ours->end != theirs->end)
		return "end";
	return ours->keeps_alive && !theirs->keeps_alive ? "keep-alive" : NULL;
}

struct tally {
	unsigned accepted, refused, upgrades;
};

static void compare(const char *input, size_t len, struct tally *tally)
{
	static struct view ours;
	static struct view theirs;
	const char *what;

	if (!ours.names) {
		ours.names = calloc(FIELDS_MAX, sizeof(struct text));
		ours.values = calloc(FIELDS_MAX, sizeof(struct text));
		theirs.names = calloc(FIELDS_MAX, sizeof(struct text));
		theirs.values = calloc(FIELDS_MAX, sizeof(struct text));
	}
	view_clear(&ours);
	our_read(&ours, input, len);
	if (!ours.is_complete) {
		tally->refused++;
		return;
	}
	tally->accepted++;
	view_clear(&theirs);
	llhttp_view_read(&theirs, input, len);
	if (theirs.is_upgrade) {
		tally->upgrades++;
		return;
	}
	if (theirs.error && theirs.is_last_chunk)
		return;
	what = difference(&ours, &theirs);
	if (what) {
		(void)fwrite(input, 1, len, stdout);
		fail_msg("the parsers differ: %s", what);
	}
}

#define H "Host: mdm.example.org:8444\r\n"

/* clang-format off */
static const char *const corpus[] = {
    "GET / HTTP/1.1\r\n" H "\r\n",
    "GET /hello?x=1&y=%20 HTTP/1.1\r\n" H "Accept: */*\r\nUser-Agent: a b c\r\n\r\n",
    "PUT /mdm/connect HTTP/1.1\r\n" H "Content-Type: application/x-apple-aspen-mdm; charset=UTF-8\r\nContent-Length: 12\r\n\r\nhello, world",
    "PUT /mdm/checkin HTTP/1.1\r\n" H "Content-Length: 5\r\nConnection: close\r\n\r\nhelloGET / HTTP/1.1\r\n" H "\r\n",
    "POST /scep?operation=PKIOperation HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\n\r\nGET",
    "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\nA\r\n0123456789\r\n0\r\nX: 1\r\nY:\r\n\r\n",
    "GET /scep?operation=GetCACert&message=a+b/c== HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "HEAD /%C3%A5/a%20b HTTP/1.1\r\n" H "Connection: keep-alive, x\r\nCookie: a=b; c=d\r\n\r\n",
    "DELETE /api/v1/devices/1 HTTP/1.1\r\n" H "If-Match: \"1\"\r\nX-Empty:\r\nX-Blank: \t \r\n\r\n",
    "PATCH /x HTTP/1.1\r\n" H "Content-Length: 0\r\nExpect: 100-continue\r\n\r\n",
    "\r\nGET /a HTTP/1.1\r\n" H "\r\n",
    "PUT / HTTP/1.1\r\n" H "Content-Length: 3\r\nX-Old: r\xe4ksm\xf6rg\xe5s\r\n\r\nabc",
    "GET / HTTP/1.1\r\n" H "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "GET / HTTP/1.1\r\n" H "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\n\n",
    "GET http://a/ HTTP/1.1\r\n" H "\r\n",
    "PUT / HTTP/1.1\r\n" H "Client-Cert: :MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6:\r\nContent-Length: 1\r\n\r\nx",
};
/* clang-format on */
#define CORPUS (sizeof(corpus) / sizeof(corpus[0]))

static void test_corpus(void **state)
{
	struct tally tally = {0};
	size_t i;

	(void)state;
	for (i = 0; i < CORPUS; i++)
		compare(corpus[i], strlen(corpus[i]), &tally);
	/* Neither all nor nothing, or the comparison says little. */
	assert_int_equal(tally.accepted, 15);
	assert_int_equal(tally.upgrades, 2);
	assert_int_equal(tally.refused, 7);
}

static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static size_t random_below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state >> 11) % limit;
}

/* What parsers have stumbled over, to be put anywhere. */
static const char *const tokens[] = {"\r\n", "\n", "\r", " ", "\t", ":", ";",
    ",", "0", "+", "-", "0x", "chunked", "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding:", "Content-Length: 3\r\n",
    "Content-Length:", "Content-Length: 00\r\n", "Connection: close\r\n",
    "Connection: keep-alive", "Host: b\r\n", "HTTP/1.0", "HTTP/1.1", "\xff",
    "\x7f", "\x0b", "\r\n ", "\r\n\r\n", "0\r\n\r\n", "?", "#", "%", "%2e", "/",
    "X: y\r\n", "close", "Upgrade: x\r\n", "ffffffff", ";a=\"b\"",
    "TE: trailers\r\n"};

static size_t splice(char *data, size_t len, size_t at, size_t cut,
    const char *piece, size_t piece_len)
{
	if (at + cut > len)
		cut = len - at;
	if (len - cut + piece_len > INPUT_MAX)
		return len;
	memmove(data + at + piece_len, data + at + cut, len - at - cut);
	memcpy(data + at, piece, piece_len);
	return len - cut + piece_len;
}

static size_t mutate(char *data, size_t len)
{
	size_t at = random_below(len + 1);
	const char *token;
	char piece[64];
	size_t n;

	switch (random_below(6)) {
	case 0: /* a byte */
		piece[0] = (char)random_below(256);
		return splice(data, len, at, 1, piece, 1);
	case 1: /* away with some */
		return splice(data, len, at, 1 + random_below(8), "", 0);
	case 2: /* some twice, elsewhere */
		n = random_below(sizeof(piece));
		if (at + n > len)
			n = len - at;
		memcpy(piece, data + at, n);
		return splice(data, len, random_below(len + 1), 0, piece, n);
	case 3: /* a token in the place of others */
		token = tokens[random_below(sizeof(tokens) / sizeof(*tokens))];
		return splice(
		    data, len, at, random_below(4), token, strlen(token));
	default: /* a token put in */
		token = tokens[random_below(sizeof(tokens) / sizeof(*tokens))];
		return splice(data, len, at, 0, token, strlen(token));
	}
}

static void test_mutations(void **state)
{
	struct tally tally = {0};
	char data[INPUT_MAX];
	unsigned i;

	(void)state;
	for (i = 0; i < MUTATIONS; i++) {
		const char *start = corpus[random_below(CORPUS)];
		size_t len = strlen(start);
		size_t times = 1 + random_below(4);

		memcpy(data, start, len);
		while (times-- > 0 && len > 0)
			len = mutate(data, len);
		compare(data, len, &tally);
	}
	(void)printf("%u mutated requests: %u accepted by both, %u refused\n",
	    (unsigned)MUTATIONS, tally.accepted, tally.refused);
	assert_true(tally.accepted > MUTATIONS / 20);
	assert_true(tally.refused > MUTATIONS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_corpus),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
