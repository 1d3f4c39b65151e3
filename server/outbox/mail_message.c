#include "server/outbox/mail_message.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define ADDRESS_MAX 254     /* RFC 5321 section 4.5.3.1, errata 1690 */
#define LOCAL_MAX 64        /* the same */
#define LABEL_MAX 63        /* RFC 1035 */
#define WORD_BYTES 42       /* of an encoded word: 12 + 56 stay below 75 */
#define QUOTED_LINE_MAX 76  /* RFC 2045 section 6.7 */
#define HEADER_TEXT_MAX 512 /* bytes of a name or a subject */

/* ---- addresses ---- */

static bool is_atext(unsigned char c)
{
	return isalnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool is_dot_atom(const char *text, size_t len)
{
	size_t i;

	if (len == 0 || len > LOCAL_MAX || text[0] == '.' ||
	    text[len - 1] == '.')
		return false;
	for (i = 0; i < len; i++)
		if (!is_atext((unsigned char)text[i]) &&
		    (text[i] != '.' || text[i + 1] == '.'))
			return false;
	return true;
}

static bool is_host(const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ".");
		if (len == 0 || len > LABEL_MAX || text[0] == '-' ||
		    text[len - 1] == '-' ||
		    strspn(text,
		        "abcdefghijklmnopqrstuvwxyz"
		        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != len)
			return false;
		if (text[len] == '\0')
			return true;
	}
}

bool mail_address_is_valid(const char *address)
{
	const char *at = strchr(address, '@');

	return at && strlen(address) <= ADDRESS_MAX &&
	    is_dot_atom(address, (size_t)(at - address)) && is_host(at + 1);
}

/* ---- text in headers ---- */

/* Controls, line separators and marks that turn the reading direction: a name
 * holds none of them unless it means to deceive. */
static bool is_hidden(const char *text, size_t step)
{
	const unsigned char *c = (const unsigned char *)text;

	if (step == 1)
		return c[0] < 0x20 || c[0] == 0x7f;
	if (step == 2)
		return c[0] == 0xc2 && c[1] < 0xa0;
	if (step != 3 || c[0] != 0xe2)
		return false;
	return (c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae) ||
	    (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9);
}

/* One line, at most HEADER_TEXT_MAX bytes, without hidden characters. */
static void plain_line(const char *text, char out[HEADER_TEXT_MAX + 1])
{
	size_t len = 0;
	size_t step;

	for (; *text; text += step ? step : 1) {
		step = str_utf8_step(text);
		if (len + 4 > HEADER_TEXT_MAX)
			break;
		if (step == 0 || is_hidden(text, step)) {
			if (len > 0 && out[len - 1] != ' ')
				out[len++] = ' ';
			continue;
		}
		memcpy(out + len, text, step);
		len += step;
	}
	while (len > 0 && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
}

static bool is_plain_ascii(const char *text, const char *also)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr(also, *text))
			return false;
	return true;
}

/* RFC 2047: words of whole characters, each on a line of its own. */
static void append_words(struct buf *out, const char *text)
{
	const char *between = "";
	size_t len;
	size_t step;
	char *word;

	for (; *text; text += len) {
		for (len = 0; text[len] && (step = str_utf8_step(text + len)) &&
		     len + step <= WORD_BYTES;)
			len += step;
		word = str_base64((const uint8_t *)text, len);
		if (!word || len == 0) {
			out->failed = true;
			return;
		}
		buf_printf(out, "%s=?UTF-8?B?%s?=", between, word);
		between = "\r\n ";
		free(word);
	}
}

static void append_text(struct buf *out, const char *text)
{
	char line[HEADER_TEXT_MAX + 1];

	plain_line(text, line);
	if (strlen(line) <= 60 && is_plain_ascii(line, " .,:;!?()'/+-"))
		buf_append_str(out, line);
	else
		append_words(out, line);
}

static void append_mailbox(
    struct buf *out, const char *header, const char *name, const char *address)
{
	char line[HEADER_TEXT_MAX + 1];

	buf_printf(out, "%s: ", header);
	plain_line(name, line);
	if (!*line) {
		buf_printf(out, "%s\r\n", address);
		return;
	}
	if (strlen(line) <= 60 && is_plain_ascii(line, " -"))
		buf_append_str(out, line);
	else
		append_words(out, line);
	buf_printf(out, "\r\n <%s>\r\n", address);
}

static void append_date(struct buf *out, int64_t at)
{
	static const char *const days[] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(at / 1000);
	struct tm tm = {0};

	(void)gmtime_r(&seconds, &tm);
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* ---- quoted-printable (RFC 2045 section 6.7) ---- */

static void append_quoted(struct buf *out, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;
	size_t width;
	unsigned char c;

	for (; *text; text++) {
		c = (unsigned char)*text;
		if (c == '\r')
			continue;
		if (c == '\n') {
			buf_append_str(out, "\r\n");
			column = 0;
			continue;
		}
		/* A blank at a line's end is lost on the way; a dot at its
		 * beginning means something to SMTP. */
		width = c >= 0x21 && c <= 0x7e && c != '=' &&
		        !(c == '.' && column == 0)
		    ? 1
		    : 3;
		if (c == ' ' && text[1] && text[1] != '\n' && text[1] != '\r')
			width = 1;
		if (column + width >= QUOTED_LINE_MAX) {
			buf_append_str(out, "=\r\n");
			column = 0;
			if (c == '.')
				width = 3;
		}
		if (width == 1)
			buf_append_char(out, (char)c);
		else
			buf_printf(out, "=%c%c", hex[c >> 4], hex[c & 15]);
		column += width;
	}
	buf_append_str(out, "\r\n");
}

static void append_part(struct buf *out, const struct mail_message *message,
    const char *type, const char *content)
{
	/* "=_" cannot stand in quoted-printable text. */
	buf_printf(out,
	    "--=_%s\r\nContent-Type: %s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "Content-Language: %s\r\n\r\n",
	    message->id, type, message->language);
	append_quoted(out, content);
}

static void append_header(struct buf *out, const struct mail_message *message)
{
	append_date(out, message->at);
	append_mailbox(out, "From", message->from_name, message->from);
	append_mailbox(out, "To", message->to_name, message->to);
	if (*message->reply_to)
		buf_printf(out, "Reply-To: %s\r\n", message->reply_to);
	buf_append_str(out, "Subject: ");
	append_text(out, message->subject);
	buf_printf(
	    out, "\r\nMessage-ID: <%s@%s>\r\n", message->id, message->host);
	/* RFC 3834: absence notes and the like do not answer. */
	buf_append_str(out,
	    "Auto-Submitted: auto-generated\r\n"
	    "X-Auto-Response-Suppress: All\r\n"
	    "MIME-Version: 1.0\r\n");
	buf_printf(out,
	    "Content-Type: multipart/alternative;\r\n "
	    "boundary=\"=_%s\"\r\n\r\n",
	    message->id);
}

int mail_message_encode(
    const struct mail_message *message, struct buf *out, struct err *err)
{
	if (!mail_address_is_valid(message->from) ||
	    !mail_address_is_valid(message->to) ||
	    (*message->reply_to && !mail_address_is_valid(message->reply_to)))
		return err_set(
		    err, ERR_INVALID, "this is no address that mail reaches");
	if (!is_plain_ascii(message->id, "-") || !is_host(message->host) ||
	    !is_plain_ascii(message->language, "-"))
		return err_set(err, ERR_INTERNAL, "the mail has no proper id");
	append_header(out, message);
	append_part(out, message, "text/plain", message->text);
	append_part(out, message, "text/html", message->html);
	buf_printf(out, "--=_%s--\r\n", message->id);
	return buf_check(out, err);
}
