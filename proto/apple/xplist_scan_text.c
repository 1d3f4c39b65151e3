#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "proto/apple/xplist_scan.h"
#include "proto/base/str.h"

#define NUMBER_MAX 64  /* bytes of one number or date */
#define CHAR_REF_MAX 8 /* "#x10FFFF": libplist takes no longer one */

/* What a byte means inside text. */
enum text_class {
	TEXT_PLAIN = 0,
	TEXT_TAG,     /* < */
	TEXT_ENTITY,  /* & */
	TEXT_HIGH,    /* part of a longer UTF-8 character */
	TEXT_CONTROL, /* not allowed in XML 1.0 section 2.2 */
};

/* clang-format off */
static const uint8_t text_class[256] = {
	[0x00 ... 0x08] = TEXT_CONTROL,
	[0x0b ... 0x0c] = TEXT_CONTROL,
	[0x0e ... 0x1f] = TEXT_CONTROL,
	['<'] = TEXT_TAG,
	['&'] = TEXT_ENTITY,
	[0x80 ... 0xff] = TEXT_HIGH,
};

enum base64_class { BASE64_DIGIT = 0, BASE64_PAD, BASE64_BLANK, BASE64_BAD };

static const uint8_t base64_class[256] = {
	[0x00 ... 0x08] = BASE64_BAD,
	['\t'] = BASE64_BLANK,
	['\n'] = BASE64_BLANK,
	[0x0b ... 0x0c] = BASE64_BAD,
	['\r'] = BASE64_BLANK,
	[0x0e ... 0x1f] = BASE64_BAD,
	[' '] = BASE64_BLANK,
	['!' ... '*'] = BASE64_BAD,
	[',' ... '.'] = BASE64_BAD,
	[':' ... '<'] = BASE64_BAD,
	['='] = BASE64_PAD,
	['>' ... '@'] = BASE64_BAD,
	['[' ... '`'] = BASE64_BAD,
	['{' ... 0xff] = BASE64_BAD,
};
/* clang-format on */

int xscan_fail(struct xscan *scan, enum err_code code, const char *what)
{
	return err_set(scan->err, code, "property list, byte %zu: %s",
	    (size_t)(scan->at - scan->start), what);
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void xscan_skip_blanks(struct xscan *scan)
{
	while (scan->at < scan->end && is_blank(*scan->at))
		scan->at++;
}

bool xscan_take(struct xscan *scan, const char *text, size_t len)
{
	if ((size_t)(scan->end - scan->at) < len ||
	    memcmp(scan->at, text, len) != 0)
		return false;
	scan->at += len;
	return true;
}

/* One UTF-8 character of more than one byte. */
static int take_high(struct xscan *scan)
{
	char last[5] = {0};
	size_t left = (size_t)(scan->end - scan->at);
	size_t step;

	memcpy(last, scan->at, left < 4 ? left : 4);
	step = str_utf8_step(last);
	if (step == 0)
		return xscan_fail(scan, ERR_INVALID, "not UTF-8 text");
	scan->at += step;
	return 0;
}

/* Bytes from at to stop: characters that XML allows, no more is asked. */
static int take_characters(struct xscan *scan, const uint8_t *stop)
{
	int rc;

	while (scan->at < stop) {
		switch (text_class[*scan->at]) {
		case TEXT_CONTROL:
			return xscan_fail(
			    scan, ERR_INVALID, "a control character");
		case TEXT_HIGH:
			if ((rc = take_high(scan)) != 0)
				return rc;
			break;
		default:
			scan->at++;
		}
	}
	return 0;
}

/* Where text begins in what is left, NULL when nowhere. */
static const uint8_t *find(const struct xscan *scan, const char *text)
{
	size_t len = strlen(text);
	const uint8_t *at = scan->at;

	while (at && (size_t)(scan->end - at) >= len) {
		at = memchr(at, text[0], (size_t)(scan->end - at));
		if (!at || (size_t)(scan->end - at) < len)
			return NULL;
		if (!memcmp(at, text, len))
			return at;
		at++;
	}
	return NULL;
}

int xscan_comment(struct xscan *scan)
{
	const uint8_t *stop;
	int rc;

	if (++scan->tags > LIMIT_PLIST_TAGS)
		return xscan_fail(scan, ERR_LIMIT, "too many tags");
	scan->at += 4;
	stop = find(scan, "--");
	if (!stop || scan->end - stop < 3 || stop[2] != '>')
		return xscan_fail(
		    scan, ERR_INVALID, "a comment that does not end");
	if ((rc = take_characters(scan, stop)) != 0)
		return rc;
	scan->at = stop + 3;
	return 0;
}

static int take_cdata(struct xscan *scan)
{
	const uint8_t *stop = find(scan, "]]>");
	int rc;

	if (++scan->tags > LIMIT_PLIST_TAGS)
		return xscan_fail(scan, ERR_LIMIT, "too many tags");
	if (!stop)
		return xscan_fail(scan, ERR_INVALID, "CDATA that does not end");
	if ((rc = take_characters(scan, stop)) != 0)
		return rc;
	scan->at = stop + 3;
	return 0;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* name: what stands between '&' and ';', from '#' on. */
static bool is_char_ref(const uint8_t *name, size_t len)
{
	unsigned base = 10;
	uint32_t value = 0;
	size_t i = 1;

	if (len < 2 || len > CHAR_REF_MAX)
		return false;
	if (name[1] == 'x') {
		base = 16;
		i = 2;
	}
	if (i == len)
		return false;
	for (; i < len; i++) {
		if ((unsigned)hex_value(name[i]) >= base)
			return false;
		value = value * base + (unsigned)hex_value(name[i]);
	}
	if (value < 0x80)
		return text_class[value] != TEXT_CONTROL;
	return value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
}

static int take_entity(struct xscan *scan)
{
	static const char *const names[] = {"amp", "lt", "gt", "quot", "apos"};
	size_t left = (size_t)(scan->end - scan->at) - 1;
	const uint8_t *name = scan->at + 1;
	const uint8_t *stop = memchr(
	    name, ';', left < CHAR_REF_MAX + 1 ? left : CHAR_REF_MAX + 1);
	size_t len;
	size_t i;

	if (++scan->entities > LIMIT_PLIST_ENTITIES)
		return xscan_fail(scan, ERR_LIMIT, "too many entities");
	if (!stop)
		return xscan_fail(
		    scan, ERR_INVALID, "an entity that does not end");
	len = (size_t)(stop - name);
	scan->at = stop + 1;
	if (len > 0 && name[0] == '#' && is_char_ref(name, len))
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			return 0;
	return xscan_fail(scan, ERR_INVALID, "an unknown entity");
}

/* At a '<' inside text: 1 when it begins the closing tag. */
static int take_inner_tag(struct xscan *scan)
{
	if (scan->end - scan->at >= 2 && scan->at[1] == '/')
		return 1;
	if (scan->end - scan->at >= 4 && !memcmp(scan->at, "<!--", 4))
		return xscan_comment(scan);
	if (xscan_take(scan, "<![CDATA[", 9))
		return take_cdata(scan);
	return xscan_fail(scan, ERR_INVALID, "a tag inside text");
}

/* libplist moves the rest of a text once for each of its entities. */
static int count_entity_work(
    struct xscan *scan, const uint8_t *from, size_t entities)
{
	size_t len = (size_t)(scan->at - from);

	scan->entity_work += entities * len;
	if (scan->entity_work > LIMIT_PLIST_ENTITY_WORK)
		return xscan_fail(
		    scan, ERR_LIMIT, "too many entities in a long text");
	return 0;
}

int xscan_text(struct xscan *scan)
{
	const uint8_t *from = scan->at;
	size_t entities = scan->entities;
	int rc = 0;

	for (;;) {
		while (
		    scan->at < scan->end && text_class[*scan->at] == TEXT_PLAIN)
			scan->at++;
		if (scan->at == scan->end)
			return xscan_fail(scan, ERR_INVALID, "cut short");
		switch (text_class[*scan->at]) {
		case TEXT_TAG:
			rc = take_inner_tag(scan);
			break;
		case TEXT_ENTITY:
			rc = take_entity(scan);
			break;
		case TEXT_HIGH:
			rc = take_high(scan);
			break;
		default:
			rc = xscan_fail(
			    scan, ERR_INVALID, "a control character");
		}
		if (rc < 0)
			return rc;
		if (rc == 1)
			break;
	}
	return count_entity_work(scan, from, scan->entities - entities);
}

int xscan_nothing(struct xscan *scan)
{
	xscan_skip_blanks(scan);
	if (scan->at == scan->end || *scan->at != '<')
		return xscan_fail(
		    scan, ERR_INVALID, "text inside <true> or <false>");
	return 0;
}

/*
 * The word inside <integer>, <real> or <date>, blanks around it taken off,
 * copied with a NUL behind it; at then stands on the '<'.
 */
static int take_word(struct xscan *scan, char out[NUMBER_MAX + 1])
{
	const uint8_t *stop;
	size_t len;

	xscan_skip_blanks(scan);
	stop = memchr(scan->at, '<', (size_t)(scan->end - scan->at));
	if (!stop)
		return xscan_fail(scan, ERR_INVALID, "cut short");
	len = (size_t)(stop - scan->at);
	while (len > 0 && is_blank(scan->at[len - 1]))
		len--;
	if (len > NUMBER_MAX || memchr(scan->at, '\0', len))
		return xscan_fail(scan, ERR_INVALID, "not a number or a date");
	memcpy(out, scan->at, len);
	out[len] = '\0';
	scan->at = stop;
	return 0;
}

/* Digits that fit 64 bits; *value is set. */
static bool is_whole(const char *text, unsigned base, uint64_t *value)
{
	uint64_t sum = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned digit = (unsigned)hex_value((uint8_t)*text);

		if (digit >= base || sum > (UINT64_MAX - digit) / base)
			return false;
		sum = sum * base + digit;
	}
	*value = sum;
	return true;
}

/*
 * libplist reads a leading 0 as octal, so one is refused here; 0x is Apple's
 * own form of a hexadecimal integer.
 */
int xscan_integer(struct xscan *scan)
{
	char word[NUMBER_MAX + 1];
	const char *digits = word;
	bool negative;
	unsigned base = 10;
	uint64_t value;
	int rc = take_word(scan, word);

	if (rc)
		return rc;
	negative = *digits == '-';
	if (*digits == '-' || *digits == '+')
		digits++;
	if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
		digits += 2;
		base = 16;
	} else if (digits[0] == '0' && digits[1]) {
		return xscan_fail(
		    scan, ERR_INVALID, "an integer with a leading zero");
	}
	if (!is_whole(digits, base, &value) ||
	    (negative && value > (uint64_t)INT64_MAX + 1))
		return xscan_fail(scan, ERR_INVALID, "not an integer");
	return 0;
}

static const char *skip_digits(const char *text, size_t *count)
{
	for (; *text >= '0' && *text <= '9'; text++)
		(*count)++;
	return text;
}

int xscan_real(struct xscan *scan)
{
	char word[NUMBER_MAX + 1];
	const char *at = word;
	size_t digits = 0;
	size_t exponent = 0;
	int rc = take_word(scan, word);

	if (rc)
		return rc;
	if (*at == '-' || *at == '+')
		at++;
	at = skip_digits(at, &digits);
	if (*at == '.')
		at = skip_digits(at + 1, &digits);
	if (digits > 0 && (*at == 'e' || *at == 'E')) {
		at++;
		if (*at == '-' || *at == '+')
			at++;
		at = skip_digits(at, &exponent);
		if (exponent == 0)
			digits = 0;
	}
	if (digits == 0 || *at)
		return xscan_fail(scan, ERR_INVALID, "not a real number");
	return 0;
}

/* Only what Apple writes: 2026-11-22T07:38:25Z. */
int xscan_date(struct xscan *scan)
{
	static const char shape[] = "0000-00-00T00:00:00Z";
	char word[NUMBER_MAX + 1];
	size_t i;
	int rc = take_word(scan, word);

	if (rc)
		return rc;
	for (i = 0; i < sizeof(shape); i++) {
		bool digit = word[i] >= '0' && word[i] <= '9';

		if (shape[i] == '0' ? !digit : word[i] != shape[i])
			return xscan_fail(scan, ERR_INVALID, "not a date");
	}
	return 0;
}

/*
 * libplist skips what is no base64 and drops what is left over, so masked or
 * cut values would come out as other bytes (quirk 10): refused here.
 */
int xscan_data(struct xscan *scan)
{
	const uint8_t *at = scan->at;
	size_t digits = 0;
	size_t pads = 0;
	bool bad = false;

	while (at < scan->end && *at != '<') {
		const uint8_t *from = at;

		while (at < scan->end && base64_class[*at] == BASE64_DIGIT)
			at++;
		digits += (size_t)(at - from);
		bad |= at > from && pads > 0;
		for (; at < scan->end && *at != '<' &&
		     base64_class[*at] != BASE64_DIGIT;
		     at++) {
			pads += base64_class[*at] == BASE64_PAD;
			bad |= base64_class[*at] == BASE64_BAD;
		}
	}
	/* Padding behind whole groups adds nothing: one capture has it. */
	if (bad || pads > 2 || digits % 4 == 1 ||
	    (digits % 4 != 0 && (digits + pads) % 4 != 0))
		return xscan_fail(
		    scan, ERR_INVALID, "a data value that is not base64");
	scan->at = at;
	if (at == scan->end)
		return xscan_fail(scan, ERR_INVALID, "cut short");
	return 0;
}
