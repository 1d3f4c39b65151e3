/*
 * decode: JSON bodies and query strings of the API into plain values, strictly:
 * a key we do not know, a key given twice, a wrong type, a text that is too
 * long or holds control characters is refused by name. A mistyped key must
 * never widen an order.
 */
#ifndef SERVER_OFFICE_DECODE_H
#define SERVER_OFFICE_DECODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct http_request;

enum decode_kind {
	DECODE_TEXT,   /* const char *, borrowed from the document */
	DECODE_BLOCK,  /* the same, and may have several lines */
	DECODE_BOOL,   /* bool */
	DECODE_NUMBER, /* int64_t, 0 to max */
	DECODE_LINES,  /* like DECODE_LIST, and blanks may stand in a text */
	DECODE_LIST    /* const json_t *, borrowed: texts of at most max bytes
			  each, DECODE_LIST_MAX of them at most */
};

#define DECODE_LIST_MAX 64

struct decode_field {
	const char *name;
	enum decode_kind kind;
	size_t offset; /* of the member in the caller's struct */
	size_t max;    /* bytes of a text; the largest number */
	bool required; /* and not empty, for a text or list */
};

/*
 * Fills the members of *out whose keys are there. *document owns the texts:
 * json_decref() it after their last use. -ERR_UNSUPPORTED: the Content-Type is
 * not application/json; -ERR_INVALID, -ERR_LIMIT: as said above.
 */
int decode_body(const struct http_request *request,
    const struct decode_field *fields, size_t count, void *out,
    json_t **document, struct err *err);

/* Is the body said to be application/json? */
bool decode_is_json(const struct http_request *request);

/* The body as an object of any keys; the rest as decode_body(). */
int decode_object(
    const struct http_request *request, json_t **document, struct err *err);

/* No body, or an object without keys. */
int decode_nothing(const struct http_request *request, struct err *err);

/* Appends the texts of a DECODE_LIST with a blank between. */
void decode_list_join(const json_t *list, struct buf *out);

/* Refuses a query that names anything but these. */
int decode_query_names(const struct http_request *request,
    const char *const *names, size_t count, struct err *err);

/* *out is the caller's to free(), NULL when the parameter is absent. */
int decode_query_text(const struct http_request *request, const char *name,
    size_t max, char **out, struct err *err);
/* "1", "true" or "0", "false"; absent: *out stays. */
int decode_query_flag(const struct http_request *request, const char *name,
    bool *out, struct err *err);
/* A whole number from 1 to max; absent: *out stays. */
int decode_query_number(const struct http_request *request, const char *name,
    uint64_t max, uint64_t *out, struct err *err);

#endif
