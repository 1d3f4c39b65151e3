/*
 * encode: writes JSON straight into a buffer, so that a list of thousands of
 * phones needs no tree in memory. The caller opens and closes in order; keys
 * are our own words and are not escaped. Failure is the buffer's: buf_check().
 */
#ifndef SERVER_OFFICE_ENCODE_H
#define SERVER_OFFICE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"

struct encoder {
	struct buf *buf;
	bool more; /* a value stands before the next one */
};

/* bracket: '{' or '['; key: NULL inside an array and at the top. */
void encode_open(struct encoder *enc, const char *key, char bracket);
void encode_close(struct encoder *enc, char bracket);

/* NULL and "" become null: no text is known. */
void encode_text(struct encoder *enc, const char *key, const char *text);
/* 0 becomes null: it did not happen. */
void encode_time(struct encoder *enc, const char *key, int64_t unix_ms);
/* A day counted from 1970-01-01, as "2026-11-22"; 0 becomes null. */
void encode_day(struct encoder *enc, const char *key, int64_t day);
void encode_number(struct encoder *enc, const char *key, int64_t number);
void encode_bool(struct encoder *enc, const char *key, bool value);
void encode_null(struct encoder *enc, const char *key);
/* A list of the words of a text with blanks between them. */
void encode_words(struct encoder *enc, const char *key, const char *words);
/* json: one complete JSON value. */
void encode_raw(
    struct encoder *enc, const char *key, const char *json, size_t len);

#endif
