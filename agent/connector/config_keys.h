/*
 * config_keys: what the two kinds of file, a connector's configuration and the
 * map of an API, have in common: their facts and subjects, and tables of keys
 * with defaults and checks. Internal to config.c and http_map.c.
 */
#ifndef AGENT_CONNECTOR_CONFIG_KEYS_H
#define AGENT_CONNECTOR_CONFIG_KEYS_H

#include <stddef.h>

#include "agent/connector/config.h"
#include "policies/xyaml.h"

#define CONFIG_MAX (256 * 1024)
#define TEXT_MAX 2048
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TEXT(type, key)                                                        \
	CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, \
	    type, key, 0, TEXT_MAX)
#define LIST(type, key, schema, max)                                           \
	CYAML_FIELD_SEQUENCE(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,   \
	    type, key, &(schema), 0, max)
#define SECTION(type, key, fields)                                             \
	CYAML_FIELD_MAPPING_PTR(                                               \
	    #key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, key, fields)

extern const cyaml_schema_field_t subject_fields[];
extern const cyaml_schema_value_t fact_schema;

struct key {
	const char *name;
	size_t at;
	const char *fallback; /* NULL: may stay out; "!" must be there */
	const char *words;    /* or check */
	const char *(*check)(const char *text);
};

#define KEY(type, member, fallback, words, check)                              \
	{                                                                      \
#member, offsetof(type, member), fallback, words, check        \
	}

/* Not empty. */
const char *check_any(const char *text);
/* Is text one of the words, which blanks part? */
bool is_one_of(const char *words, const char *text);

/* Fills defaults and checks; path: "csv[0]." or "". */
int take_keys(void *of, const struct key *keys, size_t count,
    const struct xyaml_outline *outline, const char *path, struct err *err);
int check_facts(const struct fact_map *facts, unsigned count,
    enum evidence_method method, const struct xyaml_outline *outline,
    const char *path, struct err *err);
int check_subject(const struct subject_map *subject,
    const struct xyaml_outline *outline, const char *path, struct err *err);

#endif
