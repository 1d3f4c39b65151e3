#include "server/office/pages/form_body.h"

#include <stdbool.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One value up to & or the end; *used is what it took of the body. */
static int value_decode(const uint8_t *body, size_t len, char *out, size_t size,
    size_t *used, struct err *err)
{
	size_t at = 0;
	size_t n = 0;
	uint8_t c;

	while (at < len && body[at] != '&') {
		c = body[at++];
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			if (len - at < 2 || hex_value(body[at]) < 0 ||
			    hex_value(body[at + 1]) < 0)
				return err_set(err, ERR_INVALID,
				    "the form holds a bad escape");
			c = (uint8_t)(hex_value(body[at]) * 16 +
			    hex_value(body[at + 1]));
			at += 2;
		}
		if (c == '\r')
			continue; /* browsers send line ends as CR LF */
		if (c == '\0' || (c < 0x20 && c != '\n' && c != '\t') ||
		    c == 0x7f)
			return err_set(err, ERR_INVALID,
			    "the form holds a control character");
		if (n + 1 >= size)
			return err_set(
			    err, ERR_LIMIT, "a field of the form is too long");
		out[n++] = (char)c;
	}
	out[n] = '\0';
	*used = at;
	return str_is_utf8(out, n)
	    ? 0
	    : err_set(err, ERR_INVALID, "the form is not UTF-8 text");
}

static int choice_parse(
    const char *text, enum page_choice *out, struct err *err)
{
	if (strcmp(text, "yes") == 0)
		*out = PAGE_YES;
	else if (strcmp(text, "no") == 0)
		*out = PAGE_NO;
	else
		return err_set(err, ERR_INVALID, "there is no such answer");
	return 0;
}

static int sha_parse(const char *text, char out[STORE_SHA256], struct err *err)
{
	size_t len = strlen(text);

	if (len != STORE_SHA256 - 1 || strspn(text, "0123456789abcdef") != len)
		return err_set(
		    err, ERR_INVALID, "the form names no text that was shown");
	memcpy(out, text, STORE_SHA256);
	return 0;
}

/* The fields of our forms. */
enum field {
	FIELD_ANSWER,
	FIELD_TEXT,
	FIELD_WHY,
	FIELD_NAME,
	FIELD_CODES,
	FIELD_DECISION,
	FIELD_ITEM, /* "item0" and on */
	FIELD_COUNT = FIELD_ITEM + PAGE_ITEMS_MAX
};
static const char *const fields[FIELD_ITEM] = {
    "answer", "text", "why", "name", "codes", "decision"};
#define ITEM "item"

static int field_take(enum field field, const char *value,
    struct form_body *form, struct err *err)
{
	switch (field) {
	case FIELD_ANSWER:
		return choice_parse(value, &form->choice, err);
	case FIELD_TEXT:
		return sha_parse(value, form->text_sha256, err);
	case FIELD_WHY:
		(void)str_copy(form->why, sizeof(form->why), value);
		return 0;
	case FIELD_NAME:
		if (str_copy(form->name, sizeof(form->name), value) < 0)
			return err_set(
			    err, ERR_LIMIT, "a field of the form is too long");
		return 0;
	case FIELD_CODES:
		return choice_parse(value, &form->codes, err);
	case FIELD_DECISION:
		return return_decision_parse(value, &form->decision) < 0
		    ? err_set(err, ERR_INVALID, "there is no such answer")
		    : 0;
	default: /* a ticked box; one that is not ticked is not sent */
		if (strcmp(value, "yes") != 0)
			return err_set(
			    err, ERR_INVALID, "there is no such answer");
		form->picked |= 1u << (field - FIELD_ITEM);
		return 0;
	}
}

/* "item0" to "item15". */
static int item_find(const uint8_t *name, size_t len, enum field *out)
{
	char text[sizeof(ITEM) + 2];
	uint64_t number = 0;

	if (len < sizeof(ITEM) || len >= sizeof(text) ||
	    memcmp(name, ITEM, sizeof(ITEM) - 1) != 0)
		return -(int)ERR_INVALID;
	memcpy(text, name, len);
	text[len] = '\0';
	if (str_number_parse(
	        text + sizeof(ITEM) - 1, PAGE_ITEMS_MAX - 1, &number) < 0)
		return -(int)ERR_INVALID;
	*out = (enum field)(FIELD_ITEM + number);
	return 0;
}

static int field_find(const uint8_t *name, size_t len, enum field *out)
{
	int i;

	for (i = 0; i < FIELD_ITEM; i++) {
		if (strlen(fields[i]) == len &&
		    memcmp(fields[i], name, len) == 0) {
			*out = (enum field)i;
			return 0;
		}
	}
	return item_find(name, len, out);
}

int form_body_parse(
    const uint8_t *body, size_t len, struct form_body *out, struct err *err)
{
	struct form_body form = {.choice = PAGE_NO_CHOICE};
	char value[FORM_WHY_MAX];
	bool seen[FIELD_COUNT] = {false};
	const uint8_t *equals;
	enum field field;
	size_t used = 0;
	size_t at = 0;
	int rc;

	if (len > FORM_BODY_MAX)
		return err_set(err, ERR_LIMIT, "the form is too long");
	while (at < len) {
		equals = memchr(body + at, '=', len - at);
		if (!equals ||
		    field_find(
		        body + at, (size_t)(equals - body) - at, &field) < 0 ||
		    seen[field])
			return err_set(err, ERR_INVALID,
			    "the form has a field that is not ours, or twice");
		seen[field] = true;
		at = (size_t)(equals - body) + 1;
		rc = value_decode(
		    body + at, len - at, value, sizeof(value), &used, err);
		if (rc == 0)
			rc = field_take(field, value, &form, err);
		if (rc < 0)
			return rc;
		at += used;
		if (at < len)
			at++; /* the & */
	}
	*out = form;
	return 0;
}
