#include "agent/connector/fact_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

/* Elements of one list that are looked at. */
#define LIST_MAX 32

static int fail(struct map_fault *fault, const char *from, const char *reason)
{
	(void)snprintf(
	    fault->from, sizeof(fault->from), "%.63s", from ? from : "");
	(void)snprintf(fault->reason, sizeof(fault->reason), "%.159s", reason);
	return -ERR_INVALID;
}

/* The value without blanks at its ends; 0 when there is none or it is "". */
static int get(const struct map_world *world, const char *from, size_t index,
    char out[MAP_TEXT_MAX])
{
	int got = world->get(world->arg, from, index, out);
	size_t len;
	size_t skip;

	if (got <= 0) {
		out[0] = '\0';
		return got;
	}
	skip = strspn(out, " \t");
	len = strlen(out + skip);
	memmove(out, out + skip, len + 1);
	while (len && (out[len - 1] == ' ' || out[len - 1] == '\t'))
		out[--len] = '\0';
	return len > 0;
}

/* ---- rules ---- */

static bool text_holds(const struct value_rule *rule, const char *text)
{
	if (strcmp(rule->is, "*") == 0)
		return text[0] != '\0';
	return strcasecmp(rule->is, text) == 0;
}

/* 1, 0, or -1: the value cannot be read. */
static int rule_holds(const struct map_world *world,
    const struct value_rule *rule, const char *from)
{
	char text[MAP_TEXT_MAX];
	int got = 0;

	if (rule->from)
		from = rule->from;
	for (size_t i = 0; from && i < LIST_MAX; i++) {
		got = get(world, from, i, text);
		if (got < 0)
			return -1;
		if (got == 0 && i > 0)
			return 0; /* the list's end */
		if (text_holds(rule, text))
			return 1;
		if (got == 0)
			return 0;
	}
	return 0;
}

/* The first rule that holds, in the order of the map; NULL: none. */
static int rule_find(const struct map_world *world,
    const struct value_rule *rules, unsigned count, const char *from,
    const struct value_rule **out)
{
	*out = NULL;
	for (unsigned i = 0; i < count; i++) {
		int holds = rule_holds(world, &rules[i], from);

		if (holds < 0)
			return -1;
		if (holds > 0) {
			*out = &rules[i];
			return 0;
		}
	}
	return 0;
}

/* ---- members ---- */

static int apply_word(const struct fact_map *map, const struct map_world *world,
    struct evidence_item *item, struct map_fault *fault)
{
	const struct value_rule *rule;
	const char *says = map->otherwise;

	if (map->values_count == 0 && !says)
		return 0;
	if (rule_find(world, map->values, map->values_count, map->from, &rule) <
	    0)
		return fail(fault, map->from, "no single value stands there");
	if (rule)
		says = rule->says;
	if (!says)
		return fail(fault, map->from,
		    "what stands there is not in the map's values");
	(void)evidence_word_find(says, &item->value.word);
	return 0;
}

/* Conditions that hold make the fact active; none of them: inactive. */
static int apply_when(const struct fact_map *map, const struct map_world *world,
    struct evidence_item *item, struct map_fault *fault)
{
	char text[MAP_TEXT_MAX];
	bool is_there = false;
	unsigned bit;

	for (unsigned i = 0; i < map->when_count; i++) {
		const char *from =
		    map->when[i].from ? map->when[i].from : map->from;
		int holds = rule_holds(world, &map->when[i], from);

		is_there = is_there || get(world, from, 0, text) > 0;
		if (holds < 0)
			return fail(
			    fault, from, "no single value stands there");
		if (holds > 0 &&
		    evidence_condition_find(map->when[i].says, &bit) == 0)
			item->value.conditions |= bit;
	}
	if (map->when_count && !is_there)
		return fail(fault, map->from, "nothing stands there");
	if (map->when_count && !item->value.word)
		item->value.word = item->value.conditions
		    ? EVIDENCE_WORD_ACTIVE
		    : EVIDENCE_WORD_INACTIVE;
	return 0;
}

/* What a number is, by the numbers of the configuration; it stays here. */
static enum evidence_target classify(
    const struct map_world *world, const char *text)
{
	enum evidence_target target = EVIDENCE_TARGET_OTHER;
	struct evidence_subject tel;

	if (evidence_subject_make(
	        EVIDENCE_SUBJECT_TEL, text, world->country, &tel, NULL) < 0)
		return EVIDENCE_TARGET_UNKNOWN;
	for (unsigned i = 0; i < world->numbers_count; i++) {
		const char *number = world->numbers[i].number;
		size_t len = strcspn(number, "*");

		if (strncmp(tel.value, number, len) == 0 &&
		    (number[len] == '*' || !tel.value[len])) {
			(void)evidence_target_find(
			    world->numbers[i].says, &target);
			return target;
		}
	}
	return target;
}

static int apply_target(const struct fact_map *map,
    const struct map_world *world, struct evidence_item *item,
    struct map_fault *fault)
{
	const struct value_rule *rule;
	char text[MAP_TEXT_MAX];

	if (item->value.word != EVIDENCE_WORD_ACTIVE)
		return 0;
	if (rule_find(world, map->targets, map->targets_count, map->target_from,
	        &rule) < 0)
		return fail(
		    fault, map->target_from, "no single value stands there");
	if (rule)
		(void)evidence_target_find(rule->says, &item->value.target);
	else if (map->target_from && get(world, map->target_from, 0, text) > 0)
		item->value.target = classify(world, text);
	return 0;
}

static int apply_time(const struct map_world *world, const char *from,
    bool is_end, int64_t *out, struct map_fault *fault)
{
	char text[MAP_TEXT_MAX];
	int64_t time;
	int got = from ? get(world, from, 0, text) : 0;

	if (got == 0)
		return 0;
	if (got < 0 || map_time_parse(text, is_end, &time) < 0 || time <= 0)
		return fail(fault, from, "this is no date");
	*out = time;
	return 0;
}

static int apply_count(const struct fact_map *map,
    const struct map_world *world, struct evidence_item *item,
    struct map_fault *fault)
{
	char text[MAP_TEXT_MAX];
	uint64_t number;

	if (!map->count_from)
		return 0;
	if (get(world, map->count_from, 0, text) <= 0 ||
	    str_number_parse(text, EVIDENCE_COUNT_LIMIT, &number) < 0)
		return fail(fault, map->count_from, "this is no number");
	item->value.count = (int64_t)number;
	return 0;
}

static int apply_age(const struct fact_map *map, const struct map_world *world,
    struct evidence_item *item, struct map_fault *fault)
{
	char text[MAP_TEXT_MAX];
	uint64_t hours;
	int64_t since;

	if (!map->age_from || item->value.count == 0 ||
	    get(world, map->age_from, 0, text) == 0)
		return 0;
	if (str_number_parse(text, EVIDENCE_COUNT_LIMIT, &hours) == 0) {
		item->value.oldest_age_h = (int64_t)hours;
		return 0;
	}
	if (map_time_parse(text, false, &since) < 0)
		return fail(
		    fault, map->age_from, "this is no number of hours or date");
	item->value.oldest_age_h = (world->now_ms - since) / TIME_HOUR_MS;
	if (since > world->now_ms ||
	    item->value.oldest_age_h > EVIDENCE_COUNT_LIMIT)
		return fail(fault, map->age_from,
		    "this date lies in the future, or too far back");
	return 0;
}

static int compare_imei(const void *a, const void *b)
{
	return strncmp(a, b, 14); /* see evidence_imei_is_same() */
}

/*
 * A phone that is not the organisation's own is reduced to that fact here: its
 * IMEI goes no further (invariant 9: private phones).
 */
static int apply_imei(const struct fact_map *map, const struct map_world *world,
    struct evidence_item *item, struct map_fault *fault)
{
	char text[MAP_TEXT_MAX];
	struct evidence_subject imei;
	bool is_own;

	if (!map->imei_from)
		return 0;
	if (get(world, map->imei_from, 0, text) <= 0 ||
	    evidence_subject_make(
	        EVIDENCE_SUBJECT_IMEI, text, NULL, &imei, NULL) < 0)
		return fail(fault, map->imei_from, "this is no IMEI");
	is_own = world->equipment &&
	    bsearch(imei.value, world->equipment, world->equipment_count,
	        sizeof(*world->equipment), compare_imei);
	if (!item->value.word)
		item->value.word =
		    is_own ? EVIDENCE_WORD_IMEI : EVIDENCE_WORD_FOREIGN;
	if (item->value.word != EVIDENCE_WORD_FOREIGN)
		(void)str_copy(
		    item->value.imei, sizeof(item->value.imei), imei.value);
	return 0;
}

/* When it was seen and until when it may be believed. */
static int apply_dates(const struct fact_map *map,
    const struct map_world *world, struct evidence_item *item,
    struct map_fault *fault)
{
	int64_t seen = world->seen_ms ? world->seen_ms : world->now_ms;
	int64_t valid = evidence_fact_fresh_ms(item->fact);
	int64_t wanted;
	int rc = apply_time(world, map->seen_from, false, &seen, fault);

	if (rc < 0)
		return rc;
	if (seen > world->now_ms)
		return fail(
		    fault, map->seen_from, "this date lies in the future");
	if (map->valid_for &&
	    time_duration_parse(map->valid_for, &wanted) == 0 && wanted < valid)
		valid = wanted;
	if (seen != world->now_ms)
		item->observed_at_ms = seen;
	item->valid_until_ms = seen + valid;
	if (item->valid_until_ms < world->now_ms)
		return fail(fault, map->seen_from,
		    "this was seen too long ago to prove anything");
	return 0;
}

int fact_map_apply(const struct fact_map *map, const struct map_world *world,
    struct evidence_item *out, struct map_fault *fault)
{
	struct evidence_item item = {
	    .subject = out->subject, .method = world->method};
	struct err err = {0};
	int rc;

	if (evidence_fact_find(map->fact, &item.fact) < 0)
		return fail(fault, "", "the map's fact is none");
	if ((rc = apply_word(map, world, &item, fault)) < 0 ||
	    (rc = apply_when(map, world, &item, fault)) < 0 ||
	    (rc = apply_target(map, world, &item, fault)) < 0 ||
	    (rc = apply_count(map, world, &item, fault)) < 0 ||
	    (rc = apply_age(map, world, &item, fault)) < 0 ||
	    (rc = apply_imei(map, world, &item, fault)) < 0 ||
	    (rc = apply_time(world, map->checked_from, false,
	         &item.value.checked_at_ms, fault)) < 0)
		return rc;
	if (item.value.word == EVIDENCE_WORD_SET &&
	    (rc = apply_time(world, map->until_from, true, &item.value.until_ms,
	         fault)) < 0)
		return rc;
	if ((rc = apply_dates(map, world, &item, fault)) < 0)
		return rc;
	if (evidence_value_check(item.fact, &item.value, &err) < 0)
		return fail(fault, map->from, err.text);
	*out = item;
	return 0;
}

int subject_map_apply(const struct subject_map *map,
    const struct map_world *world, struct evidence_subject *out,
    struct map_fault *fault)
{
	enum evidence_subject_kind kind;
	const char *from = map->from;
	char text[MAP_TEXT_MAX];
	struct err err = {0};
	int got = get(world, from, 0, text);

	if (got == 0 && map->or_from) {
		from = map->or_from;
		got = get(world, from, 0, text);
	}
	if (got < 0)
		return fail(fault, from, "no single value stands there");
	if (got == 0)
		return fail(fault, from, "nothing stands there");
	if (evidence_subject_kind_find(map->kind, &kind) < 0)
		return fail(fault, "", "the map's subject is none");
	if (evidence_subject_make(kind, text, world->country, out, &err) < 0)
		return fail(fault, from, err.text);
	return 0;
}
