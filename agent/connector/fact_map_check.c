/* Checks of the map itself. */
#include <string.h>

#include "agent/connector/fact_map.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

int subject_map_check(const struct subject_map *map, struct err *err)
{
	enum evidence_subject_kind kind;

	if (!map->kind || !map->from)
		return err_set(
		    err, ERR_INVALID, "subject needs `kind` and `from`");
	if (evidence_subject_kind_find(map->kind, &kind) < 0)
		return err_set(err, ERR_INVALID,
		    "\"%.20s\" is no kind of subject; write tel, iccid, eid, "
		    "imei, serial or person",
		    map->kind);
	return 0;
}

int target_number_check(const struct target_number *number, struct err *err)
{
	enum evidence_target target;
	size_t len;

	if (!number->number || !number->says)
		return err_set(
		    err, ERR_INVALID, "a target needs `number` and `says`");
	len = strspn(number->number + 1, "0123456789") + 1;
	if (number->number[0] != '+' || len < 4 ||
	    (number->number[len] && strcmp(number->number + len, "*") != 0))
		return err_set(err, ERR_INVALID,
		    "a target's number is +46…, or its beginning and *");
	if (evidence_target_find(number->says, &target) < 0)
		return err_set(err, ERR_INVALID,
		    "\"%.20s\" is no target; write colleague, switchboard, "
		    "voicemail or other",
		    number->says);
	return 0;
}

static int check_words(const struct fact_map *map, enum evidence_fact fact,
    const struct value_rule *rules, unsigned count, struct err *err)
{
	enum evidence_word word;

	for (unsigned i = 0; i < count; i++) {
		if (evidence_word_find(rules[i].says, &word) < 0 ||
		    !evidence_fact_has_word(fact, word))
			return err_set(err, ERR_INVALID,
			    "%s cannot say \"%.20s\"", map->fact,
			    rules[i].says);
		if (!rules[i].from && !map->from)
			return err_set(err, ERR_INVALID,
			    "%s: a value has no `from`", map->fact);
	}
	return 0;
}

static int check_names(const struct fact_map *map, struct err *err)
{
	enum evidence_target target;
	unsigned bit;

	for (unsigned i = 0; i < map->when_count; i++)
		if (evidence_condition_find(map->when[i].says, &bit) < 0 ||
		    (!map->when[i].from && !map->from))
			return err_set(err, ERR_INVALID,
			    "%s: `when` says busy, no_answer or not_reachable "
			    "and has a `from`",
			    map->fact);
	for (unsigned i = 0; i < map->targets_count; i++)
		if (evidence_target_find(map->targets[i].says, &target) < 0 ||
		    (!map->targets[i].from && !map->target_from))
			return err_set(err, ERR_INVALID,
			    "%s: a target says colleague, switchboard, "
			    "voicemail or other and has a `from`",
			    map->fact);
	return 0;
}

static bool gives_value(const struct fact_map *map, enum evidence_fact fact)
{
	if (fact == EVIDENCE_FACT_UNREAD)
		return map->count_from != NULL;
	if (fact == EVIDENCE_FACT_SIM_DEVICE)
		return map->imei_from != NULL;
	if (fact == EVIDENCE_FACT_FORWARD_CONDITIONAL && map->when_count)
		return true;
	return map->values_count > 0;
}

int fact_map_check(
    const struct fact_map *map, enum evidence_method method, struct err *err)
{
	struct value_rule otherwise = {
	    (char *)(uintptr_t) "", (char *)(uintptr_t) "", map->otherwise};
	enum evidence_fact fact;
	int64_t valid;
	int rc;

	if (!map->fact || evidence_fact_find(map->fact, &fact) < 0)
		return err_set(err, ERR_INVALID, "there is no fact \"%.40s\"",
		    map->fact ? map->fact : "");
	if (!evidence_fact_takes(fact, method))
		return err_set(err, ERR_INVALID, "%s may not bring %s",
		    evidence_method_name(method), map->fact);
	if (!gives_value(map, fact))
		return err_set(err, ERR_INVALID,
		    "%s has nothing to take its value from", map->fact);
	if (map->valid_for && time_duration_parse(map->valid_for, &valid) < 0)
		return err_set(err, ERR_INVALID,
		    "%s: valid_for is no duration; write 7d", map->fact);
	if ((rc = check_words(map, fact, map->values, map->values_count, err)) <
	        0 ||
	    (map->otherwise &&
	        (rc = check_words(map, fact, &otherwise, 1, err)) < 0))
		return rc;
	return check_names(map, err);
}
