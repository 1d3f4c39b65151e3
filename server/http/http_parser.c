#include "server/http/http_parser.h"

#include <string.h>
#include <strings.h>

#include "server/http/http_target.h"

/* More digits than this cannot be a body we would take. */
#define LENGTH_DIGITS_MAX 18
/* The longest method of the IANA registry has 17 letters. */
#define METHOD_MAX 20

static const char *const method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",
    [HTTP_HEAD] = "HEAD",
    [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH",
    [HTTP_DELETE] = "DELETE",
};

const char *http_method_name(enum http_method method)
{
	return method_names[method];
}

void http_parser_init(struct http_parser *parser, size_t head_max)
{
	/* fields[] is left as it is: field_count says what counts. */
	parser->head_len = 0;
	parser->field_count = 0;
	parser->minor = 1;
	parser->is_chunked = false;
	parser->expects_continue = false;
	parser->keeps_alive = false;
	parser->content_length = 0;
	parser->status = 0;
	parser->reason = NULL;
	parser->head_max = head_max;
	parser->line = 0;
	parser->scanned = 0;
	parser->has_request_line = false;
	parser->has_blank_line = false;
	parser->has_host = false;
	parser->has_length = false;
	parser->has_connection_close = false;
	parser->has_keep_alive = false;
}

static bool refuse(struct http_parser *parser, int status, const char *reason)
{
	parser->status = status;
	parser->reason = reason;
	return false;
}

/* tchar of RFC 9110 section 5.6.2 */
static bool is_token_char(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr("-_!#$%&'*+.^`|~", c);
}

static bool is_token(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!is_token_char(text[i]))
			return false;
	return len > 0;
}

/* Field content and blanks; bytes above 127 are old text (RFC 9110 5.5). */
static bool is_value(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static bool method_parse(
    struct http_parser *parser, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < HTTP_METHOD_COUNT; i++) {
		if (strlen(method_names[i]) == len &&
		    memcmp(method_names[i], text, len) == 0) {
			parser->method = (enum http_method)i;
			return true;
		}
	}
	if (len > METHOD_MAX || !is_token(text, len))
		return refuse(parser, 400, "the method is no token");
	/* RFC 9110 section 9.1 */
	return refuse(parser, 501, "the method is not known here");
}

static bool version_parse(
    struct http_parser *parser, const char *text, size_t len)
{
	if (len != 8 || memcmp(text, "HTTP/", 5) != 0 || text[5] < '0' ||
	    text[5] > '9' || text[6] != '.' || text[7] < '0' || text[7] > '9')
		return refuse(parser, 400, "the version is malformed");
	if (text[5] != '1' || text[7] > '1')
		return refuse(parser, 505, "only HTTP/1.0 and HTTP/1.1");
	parser->minor = text[7] - '0';
	return true;
}

static bool request_line_parse(
    struct http_parser *parser, char *data, size_t start, size_t len)
{
	char *line = data + start;
	char *space = memchr(line, ' ', len);
	char *target;
	char *end;
	size_t query = 0;

	if (!space)
		return refuse(parser, 400, "the request line is malformed");
	if (!method_parse(parser, line, (size_t)(space - line)))
		return false;
	target = space + 1;
	end = memchr(target, ' ', (size_t)(line + len - target));
	if (!end)
		return refuse(parser, 400, "the request line is malformed");
	if (!version_parse(parser, end + 1, (size_t)(line + len - end - 1)))
		return false;
	if (!http_target_parse(target, (size_t)(end - target), &query))
		return refuse(parser, 400, "the request target is malformed");
	parser->path = (uint32_t)(target - data);
	parser->query = (uint32_t)(parser->path + query);
	parser->has_request_line = true;
	return true;
}

/*
 * uri-host [":" port] (RFC 9110 section 7.2), the characters only: we serve
 * one name and route nothing by it.
 */
static bool on_host(struct http_parser *parser, const char *value)
{
	const char *c;

	if (parser->has_host)
		return refuse(parser, 400, "more than one Host");
	if (*value == '\0')
		return refuse(parser, 400, "Host is empty");
	for (c = value; *c; c++)
		if (!is_token_char(*c) && !strchr(":[]", *c))
			return refuse(parser, 400, "Host is malformed");
	parser->has_host = true;
	return true;
}

static bool on_content_length(struct http_parser *parser, const char *value)
{
	uint64_t length = 0;
	const char *c;

	/* Two, even equal ones, are a smuggler's tool (RFC 9112 6.3). */
	if (parser->has_length)
		return refuse(parser, 400, "more than one Content-Length");
	for (c = value; *c >= '0' && *c <= '9'; c++) {
		if (c - value >= LENGTH_DIGITS_MAX)
			return refuse(parser, 400, "Content-Length is absurd");
		length = length * 10 + (uint64_t)(*c - '0');
	}
	if (c == value || *c != '\0')
		return refuse(parser, 400, "Content-Length is no number");
	parser->has_length = true;
	parser->content_length = length;
	return true;
}

static bool on_transfer_encoding(struct http_parser *parser, const char *value)
{
	if (parser->is_chunked)
		return refuse(parser, 400, "more than one Transfer-Encoding");
	if (*value == '\0')
		return refuse(parser, 400, "Transfer-Encoding is empty");
	/* RFC 9112 section 6.1: an unknown coding is answered 501. */
	if (strcasecmp(value, "chunked") != 0)
		return refuse(parser, 501, "only the chunked coding is known");
	parser->is_chunked = true;
	return true;
}

static bool on_expect(struct http_parser *parser, const char *value)
{
	if (strcasecmp(value, "100-continue") != 0)
		return refuse(parser, 417, "only 100-continue is known");
	parser->expects_continue = true;
	return true;
}

/* A list of options, each whole between its commas (RFC 9110 5.6.1). */
static bool on_connection(struct http_parser *parser, const char *value)
{
	const char *at = value;

	while (*at) {
		size_t len;
		size_t rest;

		at += strspn(at, ", \t");
		rest = strcspn(at, ",");
		len = rest;
		while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
			len--;
		if (len == 5 && strncasecmp(at, "close", len) == 0)
			parser->has_connection_close = true;
		if (len == 10 && strncasecmp(at, "keep-alive", len) == 0)
			parser->has_keep_alive = true;
		at += rest;
	}
	return true;
}

/* The fields that decide framing; all others are the handlers'. */
static const struct {
	const char *name;
	size_t len;
	bool (*on)(struct http_parser *parser, const char *value);
} framing_fields[] = {
    {"Host", 4, on_host},
    {"Content-Length", 14, on_content_length},
    {"Transfer-Encoding", 17, on_transfer_encoding},
    {"Expect", 6, on_expect},
    {"Connection", 10, on_connection},
};

static bool field_note(struct http_parser *parser, const char *name,
    size_t name_len, const char *value, bool has_tab)
{
	size_t i;

	for (i = 0; i < sizeof(framing_fields) / sizeof(framing_fields[0]);
	     i++) {
		if (framing_fields[i].len != name_len ||
		    strcasecmp(framing_fields[i].name, name) != 0)
			continue;
		/* A blank by the RFC, but some neighbours do not think so. */
		if (has_tab)
			return refuse(parser, 400, "a tab in a framing header");
		return framing_fields[i].on(parser, value);
	}
	return true;
}

static bool field_parse(
    struct http_parser *parser, char *data, size_t start, size_t len)
{
	char *name = data + start;
	char *colon = memchr(name, ':', len);
	char *value;
	char *end = name + len;
	bool has_tab;

	/* A folded line begins with a blank and fails here too. */
	if (!colon || !is_token(name, (size_t)(colon - name)))
		return refuse(parser, 400, "a header name is malformed");
	value = colon + 1;
	has_tab = memchr(value, '\t', (size_t)(end - value)) != NULL;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (!is_value(value, (size_t)(end - value)))
		return refuse(parser, 400, "a header value is malformed");
	if (parser->field_count == HTTP_HEADERS_MAX)
		return refuse(parser, 431, "too many headers");
	*colon = '\0';
	*end = '\0';
	parser->fields[parser->field_count].name = (uint32_t)(name - data);
	parser->fields[parser->field_count].value = (uint32_t)(value - data);
	parser->field_count++;
	return field_note(parser, name, (size_t)(colon - name), value, has_tab);
}

static bool head_finish(struct http_parser *parser, size_t head_len)
{
	if (parser->minor == 1 && !parser->has_host)
		return refuse(parser, 400, "Host is missing");
	/* RFC 9112 section 6.1: both, or chunked from 1.0, is smuggling. */
	if (parser->is_chunked && parser->has_length)
		return refuse(parser, 400, "two ways to say the length");
	if (parser->is_chunked && parser->minor == 0)
		return refuse(parser, 400, "HTTP/1.0 knows no chunks");
	/* A 1.0 client cannot know 100 (RFC 9110 section 10.1.1). */
	if (parser->minor == 0)
		parser->expects_continue = false;
	parser->keeps_alive = !parser->has_connection_close &&
	    (parser->minor == 1 || parser->has_keep_alive);
	parser->head_len = head_len;
	return true;
}

/* A line from start, its CRLF not counted. True: go on. */
static bool line_parse(
    struct http_parser *parser, char *data, size_t start, size_t len)
{
	if (parser->has_request_line)
		return len == 0 ? head_finish(parser, start + 2)
		                : field_parse(parser, data, start, len);
	if (len == 0) {
		/* One empty line is forgiven (RFC 9112 section 2.2). */
		if (parser->has_blank_line)
			return refuse(parser, 400, "empty lines");
		parser->has_blank_line = true;
		return true;
	}
	if (len > HTTP_REQUEST_LINE_MAX)
		return refuse(parser, 414, "the request line is too long");
	return request_line_parse(parser, data, start, len);
}

/* No line end in sight: is the line hopeless already? */
static bool rest_check(struct http_parser *parser, const char *data, size_t len)
{
	size_t rest = len - parser->line;

	if (!parser->has_request_line && rest > 0) {
		/* Something else than HTTP, TLS for instance. */
		if (!is_token_char(data[parser->line]) &&
		    data[parser->line] != '\r')
			return refuse(parser, 400, "this is not HTTP");
		if (rest > HTTP_REQUEST_LINE_MAX)
			return refuse(
			    parser, 414, "the request line is too long");
	}
	if (len > parser->head_max)
		return refuse(parser, parser->has_request_line ? 431 : 414,
		    "the header is too long");
	return true;
}

enum http_parse http_parser_feed(
    struct http_parser *parser, char *data, size_t len)
{
	while (parser->scanned < len) {
		char *end =
		    memchr(data + parser->scanned, '\n', len - parser->scanned);
		size_t start = parser->line;
		size_t at;

		if (!end)
			break;
		at = (size_t)(end - data);
		if (at + 1 > parser->head_max) {
			refuse(parser, parser->has_request_line ? 431 : 414,
			    "the header is too long");
			return HTTP_PARSE_BAD;
		}
		if (at == start || data[at - 1] != '\r') {
			refuse(parser, 400, "a line ends without CR");
			return HTTP_PARSE_BAD;
		}
		if (!line_parse(parser, data, start, at - 1 - start))
			return HTTP_PARSE_BAD;
		parser->line = at + 1;
		parser->scanned = at + 1;
		if (parser->head_len > 0)
			return HTTP_PARSE_DONE;
	}
	parser->scanned = len;
	return rest_check(parser, data, len) ? HTTP_PARSE_MORE : HTTP_PARSE_BAD;
}
