/*
 * evidence_value: one value as JSON and back, and the checked reading of an
 * object's members that the report shares. Internal to proto/evidence.
 */
#ifndef PROTO_EVIDENCE_EVIDENCE_VALUE_H
#define PROTO_EVIDENCE_EVIDENCE_VALUE_H

#include <jansson.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/evidence/evidence_fact.h"

#define POINTER_MAX 120 /* "/items/999/value/last_checked" and foreign names */

/* Where in the document we are, as RFC 6901 writes it. */
struct pointer {
	char text[POINTER_MAX];
};

/* The member `name` of what `of` points to; foreign names are made safe. */
struct pointer pointer_member(const struct pointer *of, const char *name);
struct pointer pointer_index(const struct pointer *of, size_t index);
/* "<pointer>: <sentence>"; returns -code. */
int pointer_err(const struct pointer *at, struct err *err, enum err_code code,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A foreign text, cut and without control characters, for a sentence. */
struct pointer pointer_quote(const char *text);

/* Every member of object is one of names, which NULL ends. */
int members_check(const json_t *object, const char *const *names,
    const struct pointer *at, struct err *err);

/* The member as text; NULL and err when it is missing or no text. */
const char *member_text(const json_t *object, const char *name,
    const struct pointer *at, struct err *err);
/* The member as a time; 0 when it is absent. */
int member_time(const json_t *object, const char *name,
    const struct pointer *at, int64_t *out, struct err *err);

void evidence_value_write(enum evidence_fact fact,
    const struct evidence_value *value, struct buf *json);
int evidence_value_load(enum evidence_fact fact, const json_t *json,
    const struct pointer *at, struct evidence_value *out, struct err *err);

#endif
