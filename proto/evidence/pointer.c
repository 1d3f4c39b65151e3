/* Where something is wrong, and the reading of one member. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/evidence/evidence_value.h"

#define QUOTE_BYTES 48

static bool is_control(const char *at)
{
	unsigned char c = (unsigned char)*at;

	return c < 0x20 || c == 0x7f ||
	    (c == 0xc2 && (unsigned char)at[1] < 0xa0); /* U+0080 to U+009F */
}

struct pointer pointer_quote(const char *text)
{
	struct pointer out;
	size_t used = 0;

	while (*text) {
		size_t step = str_utf8_step(text);

		if (used + (step ? step : 1) + 4 > QUOTE_BYTES)
			break;
		if (!step || is_control(text))
			out.text[used++] = '?';
		else
			memcpy(out.text + used, text, step);
		used += !step || is_control(text) ? 0 : step;
		text += step ? step : 1;
	}
	(void)snprintf(
	    out.text + used, sizeof(out.text) - used, "%s", *text ? "..." : "");
	return out;
}

struct pointer pointer_member(const struct pointer *of, const char *name)
{
	struct pointer safe = pointer_quote(name);
	struct pointer out = *of;
	size_t used = strlen(out.text);

	if (used + 1 < sizeof(out.text))
		out.text[used++] = '/';
	for (const char *at = safe.text; *at; at++) {
		if (used + 3 > sizeof(out.text))
			break;
		if (*at == '~' || *at == '/') { /* RFC 6901 section 3 */
			out.text[used++] = '~';
			out.text[used++] = *at == '~' ? '0' : '1';
		} else {
			out.text[used++] = *at;
		}
	}
	out.text[used] = '\0';
	return out;
}

struct pointer pointer_index(const struct pointer *of, size_t index)
{
	struct pointer out = *of;
	size_t used = strlen(out.text);

	(void)snprintf(out.text + used, sizeof(out.text) - used, "/%zu", index);
	return out;
}

int pointer_err(const struct pointer *at, struct err *err, enum err_code code,
    const char *format, ...)
{
	char sentence[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	return err_set(err, code, "%s: %s",
	    at->text[0] ? at->text : "the document", sentence);
}

static bool is_listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

int members_check(const json_t *object, const char *const *names,
    const struct pointer *at, struct err *err)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return pointer_err(at, err, ERR_INVALID, "this is no object");
	/* jansson's macro wants a json_t that may change; it does not. */
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		struct pointer member = pointer_member(at, key);

		if (!is_listed(names, key))
			return pointer_err(&member, err, ERR_INVALID,
			    "there is no such member");
	}
	return 0;
}

const char *member_text(const json_t *object, const char *name,
    const struct pointer *at, struct err *err)
{
	const json_t *value = json_object_get(object, name);
	struct pointer member = pointer_member(at, name);

	if (json_is_string(value))
		return json_string_value(value);
	(void)pointer_err(&member, err, ERR_INVALID, "%s",
	    value ? "this is no text" : "this is missing");
	return NULL;
}

int member_time(const json_t *object, const char *name,
    const struct pointer *at, int64_t *out, struct err *err)
{
	const json_t *value = json_object_get(object, name);
	const char *text = json_string_value(value);
	struct pointer member = pointer_member(at, name);
	int64_t time = 0;

	if (value &&
	    (!text || time_rfc3339_parse(text, &time) < 0 || time <= 0))
		return pointer_err(&member, err, ERR_INVALID,
		    "this is no time; write 2026-11-22T07:38:25Z");
	*out = time;
	return 0;
}
