/*
 * fact_map: from what a source says in its own words (cells of a row, values
 * of a JSON document) to one item of evidence, by a map that people write.
 * What no map asks for is never looked at: reasons, messages and call logs of
 * a source stay there. Pure; the time is handed in.
 */
#ifndef AGENT_CONNECTOR_FACT_MAP_H
#define AGENT_CONNECTOR_FACT_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "proto/evidence/evidence.h"

struct err;

#define MAP_TEXT_MAX 512 /* one cell or value, with NUL */

/* `is` "" is an empty or missing value, "*" any other. */
struct value_rule {
	char *from; /* NULL: as the fact's */
	char *is;   /* ASCII letters in either case */
	char *says;
};

struct subject_map {
	char *kind; /* "tel", "iccid", … */
	char *from;
	char *or_from; /* NULL: none; asked when `from` is empty */
};

/* All texts are owned by the configuration; NULL: not given. */
struct fact_map {
	char *fact;
	char *from; /* where the word stands */
	struct value_rule *values;
	unsigned values_count;
	char *otherwise; /* a word when no rule holds; NULL: skip the row */
	struct value_rule *when; /* conditions, each that holds */
	unsigned when_count;
	char *target_from;
	struct value_rule *targets;
	unsigned targets_count;
	char *count_from;
	char *age_from; /* hours, or since when */
	char *until_from;
	char *checked_from;
	char *imei_from;
	char *seen_from; /* when the source saw it; NULL: now */
	char *valid_for; /* "7d": shorter than the fact's freshness */
};

/* A number, or its beginning and *, and what it is: the switchboard. */
struct target_number {
	char *number;
	char *says;
};

/*
 * The text of `from`; of its index-th element when it is a list. 1 found (out
 * may be ""), 0 there is none, -1 it is no single value or too long.
 */
typedef int map_get_fn(
    void *arg, const char *from, size_t index, char out[MAP_TEXT_MAX]);

struct map_world {
	map_get_fn *get;
	void *arg;
	int64_t now_ms;
	int64_t seen_ms; /* when the source as a whole is from; 0: now */
	const char *country;
	enum evidence_method method;
	const struct target_number *numbers;
	unsigned numbers_count;
	/* IMEIs of the organisation's own phones, sorted; NULL: not known */
	const char (*equipment)[EVIDENCE_IMEI_MAX];
	size_t equipment_count;
};

/* Why there is no item. Never quotes what stood there. */
struct map_fault {
	char from[64]; /* the column or pointer; "" the whole */
	char reason[160];
};

/* Whether the map can ever give an item: the names in it are known, the fact
 * has what it needs. is_seen: facts that name phones need the equipment. */
int fact_map_check(
    const struct fact_map *map, enum evidence_method method, struct err *err);
int subject_map_check(const struct subject_map *map, struct err *err);
int target_number_check(const struct target_number *number, struct err *err);

/* 0, or -ERR_INVALID with the fault. */
int subject_map_apply(const struct subject_map *map,
    const struct map_world *world, struct evidence_subject *out,
    struct map_fault *fault);
/* Everything but the subject, which the caller sets. */
int fact_map_apply(const struct fact_map *map, const struct map_world *world,
    struct evidence_item *out, struct map_fault *fault);

/*
 * Dates as exports write them: RFC 3339; 2026-11-25, 2026-11-25 08:00[:00];
 * 25.11.2026, 25-11-2026, 25/11/2026 with or without a time. Without a zone it
 * is taken as UTC; a day alone is its end when is_end, else its beginning.
 */
int map_time_parse(const char *text, bool is_end, int64_t *unix_ms);

#endif
