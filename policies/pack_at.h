/*
 * pack_at: a place in a pack's file, for the sentence that refuses it; and the
 * single values that all checks share. Private to pack_check*.c.
 */
#ifndef POLICIES_PACK_AT_H
#define POLICIES_PACK_AT_H

#include "policies/pack_file.h"

struct pack_at {
	const struct xyaml_outline *outline;
	struct err *err;
	char path[XYAML_PATH]; /* "rules[3]"; "" is the file's top */
};

/* "<file>:<line>: …" at path.key; returns -ERR_INVALID. */
int pack_at_fail(const struct pack_at *at, const char *key, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Was a value written at path.key? */
bool pack_at_has(const struct pack_at *at, const char *key);

/* YYYY-MM-DD → its first millisecond, UTC. */
int pack_at_date(
    const struct pack_at *at, const char *key, const char *date, int64_t *ms);
int pack_at_duration(const struct pack_at *at, const char *key,
    const char *text, int64_t min_ms, int64_t max_ms, int64_t *ms);
/* Every word in braces known? Texts may be NULL. */
int pack_at_template(const struct pack_at *at, const char *key,
    const char *template, bool is_phrase);

#endif
