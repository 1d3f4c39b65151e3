#include "server/http/http_response.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/base/str.h"

/* A body buffer larger than this is not kept for the next response. */
#define BODY_KEPT_MAX (32 * 1024)

static const struct {
	int status;
	const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

static const char *reason_find(int status)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Status";
}

void http_date_text(int64_t unix_ms, char out[HTTP_DATE_MAX])
{
	static const char days[7][4] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(unix_ms / TIME_SECOND_MS);
	struct tm tm = {0};

	/* Not strftime: its names follow the locale. */
	if (!gmtime_r(&seconds, &tm) || tm.tm_year > 8099)
		memset(&tm, 0, sizeof(tm));
	(void)snprintf(out, HTTP_DATE_MAX,
	    "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days[tm.tm_wday % 7],
	    tm.tm_mday % 100, months[tm.tm_mon % 12],
	    (tm.tm_year + 1900) % 10000, tm.tm_hour % 100, tm.tm_min % 100,
	    tm.tm_sec % 100);
}

void http_response_init(struct http_response *response)
{
	memset(&response->body, 0, sizeof(response->body));
	http_response_reset(response);
}

void http_response_reset(struct http_response *response)
{
	/* headers[] is left as it is: header_count says what counts. */
	response->status = 500;
	response->content_type = NULL;
	response->header_count = 0;
	response->close = false;
	if (response->body.failed || response->body.cap > BODY_KEPT_MAX)
		buf_clear(&response->body);
	else
		buf_reset(&response->body);
}

void http_response_clear(struct http_response *response)
{
	buf_clear(&response->body);
}

static bool is_header_value(const char *value)
{
	const char *c;

	for (c = value; *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			return false;
	return true;
}

void http_response_header(
    struct http_response *response, const char *name, const char *value)
{
	size_t at = response->header_count;

	if (at == HTTP_RESPONSE_HEADERS_MAX || !is_header_value(value))
		return;
	if (str_copy(
	        response->headers[at].value, HTTP_HEADER_VALUE_MAX, value) < 0)
		return;
	response->headers[at].name = name;
	response->header_count++;
}

void http_response_error(struct http_response *response, int status)
{
	http_response_reset(response);
	response->status = status;
	response->content_type = "text/plain; charset=utf-8";
	buf_printf(&response->body, "%d %s\n", status, reason_find(status));
}

static void header_append(struct buf *out, const char *name, const char *value)
{
	buf_append_str(out, name);
	buf_append(out, ": ", 2);
	buf_append_str(out, value);
	buf_append(out, "\r\n", 2);
}

/* Digits of a length or a status, without the cost of printf. */
static void number_append(struct buf *out, size_t value)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	buf_append(out, digits + at, sizeof(digits) - at);
}

/* RFC 9110 section 6.4.1 */
static bool has_no_body(int status)
{
	return status == 204 || status == 304;
}

void http_response_encode(const struct http_response *response,
    const struct http_wire *wire, struct buf *out)
{
	size_t i;

	buf_append(out, "HTTP/1.1 ", 9);
	number_append(out, (size_t)response->status);
	buf_append_char(out, ' ');
	buf_append_str(out, reason_find(response->status));
	buf_append(out, "\r\n", 2);
	header_append(out, "Date", wire->date);
	if (response->content_type)
		header_append(out, "Content-Type", response->content_type);
	if (!has_no_body(response->status)) {
		buf_append(out, "Content-Length: ", 16);
		number_append(out, response->body.len);
		buf_append(out, "\r\n", 2);
	}
	for (i = 0; i < response->header_count; i++)
		header_append(
		    out, response->headers[i].name, response->headers[i].value);
	if (wire->closes)
		header_append(out, "Connection", "close");
	else if (wire->says_keep_alive)
		header_append(out, "Connection", "keep-alive");
	buf_append(out, "\r\n", 2);
	if (!wire->is_head && !has_no_body(response->status))
		buf_append(out, response->body.data, response->body.len);
}
