#include "server/office/encode.h"

#include <inttypes.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/time.h"

static void encode_key(struct encoder *enc, const char *key)
{
	if (enc->more)
		buf_append_char(enc->buf, ',');
	if (key)
		buf_printf(enc->buf, "\"%s\":", key);
	enc->more = true;
}

void encode_open(struct encoder *enc, const char *key, char bracket)
{
	encode_key(enc, key);
	buf_append_char(enc->buf, bracket);
	enc->more = false;
}

void encode_close(struct encoder *enc, char bracket)
{
	buf_append_char(enc->buf, bracket);
	enc->more = true;
}

void encode_text(struct encoder *enc, const char *key, const char *text)
{
	if (!text || !*text) {
		encode_null(enc, key);
		return;
	}
	encode_key(enc, key);
	buf_append_json(enc->buf, text);
}

void encode_time(struct encoder *enc, const char *key, int64_t unix_ms)
{
	char text[TIME_TEXT_MAX] = "";

	if (unix_ms)
		time_rfc3339(unix_ms, text);
	encode_text(enc, key, text);
}

void encode_day(struct encoder *enc, const char *key, int64_t day)
{
	char text[CALENDAR_DATE_TEXT_MAX] = "";

	if (day)
		calendar_day_text((int32_t)day, text);
	encode_text(enc, key, text);
}

void encode_number(struct encoder *enc, const char *key, int64_t number)
{
	encode_key(enc, key);
	buf_printf(enc->buf, "%" PRId64, number);
}

void encode_bool(struct encoder *enc, const char *key, bool value)
{
	encode_key(enc, key);
	buf_append_str(enc->buf, value ? "true" : "false");
}

void encode_null(struct encoder *enc, const char *key)
{
	encode_key(enc, key);
	buf_append_str(enc->buf, "null");
}

void encode_raw(
    struct encoder *enc, const char *key, const char *json, size_t len)
{
	encode_key(enc, key);
	buf_append(enc->buf, json, len);
}

void encode_words(struct encoder *enc, const char *key, const char *words)
{
	char word[80];
	size_t len;

	encode_open(enc, key, '[');
	for (; *words; words += len) {
		words += strspn(words, " ");
		len = strcspn(words, " ");
		if (len == 0 || len >= sizeof(word))
			continue;
		memcpy(word, words, len);
		word[len] = '\0';
		encode_text(enc, NULL, word);
	}
	encode_close(enc, ']');
}
