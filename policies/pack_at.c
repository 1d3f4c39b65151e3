#include "policies/pack_at.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policies/pack_text.h"
#include "proto/base/time.h"

static void path_make(
    const struct pack_at *at, const char *key, char path[XYAML_PATH])
{
	(void)snprintf(path, XYAML_PATH, "%.*s%s%s", XYAML_PATH / 2, at->path,
	    *at->path && *key ? "." : "", key);
}

int pack_at_fail(
    const struct pack_at *at, const char *key, const char *format, ...)
{
	char path[XYAML_PATH];
	char sentence[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	path_make(at, key, path);
	return xyaml_err(
	    at->outline, path, at->err, ERR_INVALID, "%s", sentence);
}

bool pack_at_has(const struct pack_at *at, const char *key)
{
	char path[XYAML_PATH];

	path_make(at, key, path);
	return xyaml_has(at->outline, path);
}

static int date_parse(const char *date, int64_t *ms)
{
	char text[TIME_TEXT_MAX];

	if (strlen(date) != strlen("YYYY-MM-DD"))
		return -ERR_INVALID;
	(void)snprintf(text, sizeof(text), "%sT00:00:00Z", date);
	return time_rfc3339_parse(text, ms);
}

int pack_at_date(
    const struct pack_at *at, const char *key, const char *date, int64_t *ms)
{
	if (date_parse(date, ms))
		return pack_at_fail(
		    at, key, "'%.20s' is no day: write it as 2018-01-31", date);
	return 0;
}

int pack_at_duration(const struct pack_at *at, const char *key,
    const char *text, int64_t min_ms, int64_t max_ms, int64_t *ms)
{
	char least[TIME_TEXT_MAX];
	char most[TIME_TEXT_MAX];

	if (time_duration_parse(text, ms))
		return pack_at_fail(at, key,
		    "'%.20s' is no length of time: write 30m, 24h or 7d", text);
	time_duration_text(min_ms, least);
	time_duration_text(max_ms, most);
	if (*ms < min_ms || *ms > max_ms)
		return pack_at_fail(
		    at, key, "'%.20s' is outside %s to %s", text, least, most);
	return 0;
}

int pack_at_template(const struct pack_at *at, const char *key,
    const char *template, bool is_phrase)
{
	struct err why = {0};

	if (!template || pack_template_check(template, is_phrase, &why) == 0)
		return 0;
	return pack_at_fail(at, key, "%s", why.text);
}
