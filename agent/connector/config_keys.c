#include "agent/connector/config_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

/* ---- the shape ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* in libcyaml's macros */

/* clang-format off */
static const cyaml_schema_field_t rule_fields[] = {
    TEXT(struct value_rule, from),
    CYAML_FIELD_STRING_PTR("is", CYAML_FLAG_POINTER, struct value_rule, is, 0, 200),
    CYAML_FIELD_STRING_PTR("says", CYAML_FLAG_POINTER, struct value_rule, says, 1, 40),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t rule_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct value_rule, rule_fields),
};
const cyaml_schema_field_t subject_fields[] = {
    TEXT(struct subject_map, kind),
    TEXT(struct subject_map, from),
    TEXT(struct subject_map, or_from),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t fact_fields[] = {
    CYAML_FIELD_STRING_PTR("fact", CYAML_FLAG_POINTER, struct fact_map, fact, 1, 64),
    TEXT(struct fact_map, from),
    LIST(struct fact_map, values, rule_schema, 200),
    TEXT(struct fact_map, otherwise),
    LIST(struct fact_map, when, rule_schema, 50),
    TEXT(struct fact_map, target_from),
    LIST(struct fact_map, targets, rule_schema, 200),
    TEXT(struct fact_map, count_from),
    TEXT(struct fact_map, age_from),
    TEXT(struct fact_map, until_from),
    TEXT(struct fact_map, checked_from),
    TEXT(struct fact_map, imei_from),
    TEXT(struct fact_map, seen_from),
    TEXT(struct fact_map, valid_for),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t fact_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct fact_map, fact_fields),
};
/* clang-format on */

#pragma GCC diagnostic pop

/* ---- keys ---- */

const char *check_any(const char *text)
{
	return *text ? NULL : "is empty";
}

/* "a|b": one of these words. */
bool is_one_of(const char *words, const char *text)
{
	size_t len = strlen(text);

	for (const char *at = words; *at; at += *at == ' ') {
		size_t word = strcspn(at, " ");

		if (word == len && memcmp(at, text, len) == 0)
			return true;
		at += word;
	}
	return false;
}

static char **text_of(void *of, const struct key *key)
{
	return (char **)(void *)((char *)of + key->at);
}

static const char *fault_of(const struct key *key, const char *text)
{
	if (key->check)
		return key->check(text);
	if (key->words && !is_one_of(key->words, text))
		return key->words;
	return NULL;
}

int take_keys(void *of, const struct key *keys, size_t count,
    const struct xyaml_outline *outline, const char *path, struct err *err)
{
	char where[XYAML_PATH];

	for (size_t i = 0; i < count; i++) {
		char **text = text_of(of, &keys[i]);
		const char *fallback = keys[i].fallback;
		const char *wrong;

		(void)snprintf(
		    where, sizeof(where), "%s%s", path, keys[i].name);
		if (!*text && fallback && strcmp(fallback, "!") == 0)
			return xyaml_err(outline, where, err, ERR_INVALID,
			    "%s is missing", where);
		if (!*text && fallback && !(*text = strdup(fallback)))
			return err_memory(err);
		wrong = *text ? fault_of(&keys[i], *text) : NULL;
		if (wrong)
			return xyaml_err(outline, where, err, ERR_INVALID,
			    "%s: %s%s", where,
			    wrong == keys[i].words ? "write one of: " : "it ",
			    wrong);
	}
	return 0;
}

/* ---- facts and subjects ---- */

int check_facts(const struct fact_map *facts, unsigned count,
    enum evidence_method method, const struct xyaml_outline *outline,
    const char *path, struct err *err)
{
	char where[XYAML_PATH];
	struct err why = {0};

	if (count == 0)
		return xyaml_err(
		    outline, path, err, ERR_INVALID, "%s has no facts", path);
	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(where, sizeof(where), "%s.facts[%u]", path, i);
		if (fact_map_check(&facts[i], method, &why) < 0)
			return xyaml_err(outline, where, err, ERR_INVALID,
			    "%s: %s", where, why.text);
	}
	return 0;
}

int check_subject(const struct subject_map *subject,
    const struct xyaml_outline *outline, const char *path, struct err *err)
{
	struct err why = {0};

	if (subject_map_check(subject, &why) < 0)
		return xyaml_err(
		    outline, path, err, ERR_INVALID, "%s: %s", path, why.text);
	return 0;
}

bool status_is_listed(const char *list, long status)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%ld", status);
	return is_one_of(list, text);
}
