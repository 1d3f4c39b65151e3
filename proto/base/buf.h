/*
 * buf: a growable byte buffer for writers. Failure is sticky: after one failed
 * append the rest are ignored, so an encoder checks buf_check() once at its
 * end. Initialise with `struct buf b = {0};`, end with buf_clear() or
 * buf_take().
 */
#ifndef PROTO_BASE_BUF_H
#define PROTO_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct buf {
	uint8_t
	    *data;  /* owned; NUL stands behind the last byte when not NULL */
	size_t len; /* bytes, without that NUL */
	size_t cap;
	bool failed;
};

void buf_append(struct buf *buf, const void *data, size_t len);
void buf_append_str(struct buf *buf, const char *text);
void buf_append_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends text with & < > " ' escaped for XML or HTML. */
void buf_append_xml(struct buf *buf, const char *text);

/* Appends text as a JSON string with its quotes; bad UTF-8 becomes U+FFFD. */
void buf_append_json(struct buf *buf, const char *text);

/* 0, or ERR_MEMORY when an append failed. */
int buf_check(const struct buf *buf, struct err *err);

/* Moves the bytes to the caller (free() them); the buffer is empty after. */
uint8_t *buf_take(struct buf *buf, size_t *len);

/* Empties but keeps the memory. */
void buf_reset(struct buf *buf);
void buf_clear(struct buf *buf);

#endif
