/* The stored form of the facts. Unknown ones are left out. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "proto/apple/facts_table.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"

#define FACTS_JSON_MAX (1024 * 1024) /* 256 profiles are 150 kB */

CLEANUP_DEFINE(json_t, json, json_decref)

/* --- writing ------------------------------------------------------------- */

/* The value of one field, NULL when it is unknown. */
static json_t *field_value(const struct fact_field *field, const void *facts)
{
	const void *at = (const char *)facts + field->offset;

	switch (field->kind) {
	case FACT_KIND_TEXT:
	case FACT_KIND_NUMBER_TEXT:
	case FACT_KIND_MAC:
		return *(const char *)at ? json_string(at) : NULL;
	case FACT_KIND_BOOL:
		if (*(const enum fact_bool *)at == FACT_UNKNOWN)
			return NULL;
		return json_boolean(*(const enum fact_bool *)at == FACT_YES);
	case FACT_KIND_INTEGER:
	case FACT_KIND_DATE:
		if (*(const int64_t *)at < 0)
			return NULL;
		return json_integer(*(const int64_t *)at);
	case FACT_KIND_REAL:
		if (!(*(const double *)at >= 0))
			return NULL;
		return json_real(*(const double *)at);
	case FACT_KIND_COUNT:
		return json_integer((json_int_t) * (const size_t *)at);
	}
	return NULL;
}

static json_t *object_of(const struct fact_field *field, const void *facts)
{
	json_t *object = json_object();
	json_t *value;

	for (; object && field->name; field++) {
		value = field_value(field, facts);
		if (value && json_object_set_new(object, field->name, value)) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* An array of count structs of the given size. */
static json_t *array_of(const struct fact_field *fields, const void *items,
    size_t count, size_t size)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; array && i < count; i++) {
		json_t *item =
		    object_of(fields, (const char *)items + i * size);

		if (!item || json_array_append_new(array, item)) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static int append_chunk(const char *text, size_t len, void *arg)
{
	buf_append(arg, text, len);
	return 0;
}

/* Takes root. */
static int write_object(json_t *root, struct buf *json, struct err *err)
{
	int rc = root ? json_dump_callback(root, append_chunk, json,
	                    JSON_COMPACT | JSON_SORT_KEYS)
	              : -1;

	json_decref(root);
	return rc ? err_memory(err) : buf_check(json, err);
}

int device_facts_encode(
    const struct device_facts *facts, struct buf *json, struct err *err)
{
	json_t *root = object_of(device_fact_fields, facts);

	if (root &&
	    json_object_set_new(root, "subscriptions",
	        array_of(subscription_fact_fields, facts->subscriptions,
	            facts->subscription_count,
	            sizeof(facts->subscriptions[0])))) {
		json_decref(root);
		root = NULL;
	}
	return write_object(root, json, err);
}

int security_facts_encode(
    const struct security_facts *facts, struct buf *json, struct err *err)
{
	return write_object(object_of(security_fact_fields, facts), json, err);
}

int profile_list_facts_encode(
    const struct profile_list_facts *facts, struct buf *json, struct err *err)
{
	json_t *root = json_object();

	if (root &&
	    json_object_set_new(root, "profiles",
	        array_of(profile_fact_fields, facts->entries, facts->count,
	            sizeof(facts->entries[0])))) {
		json_decref(root);
		root = NULL;
	}
	return write_object(root, json, err);
}

/* --- reading ------------------------------------------------------------- */

static int wrong(const struct fact_field *field, struct err *err)
{
	return err_set(
	    err, ERR_INVALID, "stored facts, %s: wrong value", field->name);
}

static int load_text(const struct fact_field *field, const json_t *value,
    char *out, struct err *err)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);

	if (!text || len >= field->size)
		return wrong(field, err);
	memcpy(out, text, len + 1);
	return 0;
}

static int load_integer(const struct fact_field *field, const json_t *value,
    int64_t *out, struct err *err)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return wrong(field, err);
	*out = json_integer_value(value);
	return 0;
}

static int load_count(const struct fact_field *field, const json_t *value,
    size_t *out, struct err *err)
{
	int64_t number = 0;
	int rc = load_integer(field, value, &number, err);

	if (rc == 0)
		*out = (size_t)number;
	return rc;
}

static int load_field(const struct fact_field *field, const json_t *value,
    void *facts, struct err *err)
{
	void *at = (char *)facts + field->offset;

	switch (field->kind) {
	case FACT_KIND_TEXT:
	case FACT_KIND_NUMBER_TEXT:
	case FACT_KIND_MAC:
		return load_text(field, value, at, err);
	case FACT_KIND_BOOL:
		if (!json_is_boolean(value))
			return wrong(field, err);
		*(enum fact_bool *)at =
		    json_is_true(value) ? FACT_YES : FACT_NO;
		return 0;
	case FACT_KIND_INTEGER:
	case FACT_KIND_DATE:
		return load_integer(field, value, at, err);
	case FACT_KIND_REAL:
		if (!json_is_number(value))
			return wrong(field, err);
		*(double *)at = json_number_value(value);
		return 0;
	case FACT_KIND_COUNT:
		return load_count(field, value, at, err);
	}
	return 0;
}

static int load_object(const struct fact_field *field, const json_t *object,
    void *facts, struct err *err)
{
	const json_t *value;
	int rc;

	if (!json_is_object(object))
		return err_set(err, ERR_INVALID, "stored facts: no object");
	facts_set_unknown(field, facts);
	for (; field->name; field++) {
		value = json_object_get(object, field->name);
		if (value && (rc = load_field(field, value, facts, err)) != 0)
			return rc;
	}
	return 0;
}

/* Loads an array into items, which holds max structs of the given size. */
static int load_array(const struct fact_field *fields, const json_t *array,
    void *items, size_t max, size_t size, size_t *count, struct err *err)
{
	size_t used = json_array_size(array);
	size_t i;
	int rc;

	if (used > max)
		return err_set(err, ERR_LIMIT, "stored facts: too many items");
	for (i = 0; i < used; i++) {
		rc = load_object(fields, json_array_get(array, i),
		    (char *)items + i * size, err);
		if (rc)
			return rc;
	}
	*count = used;
	return 0;
}

static int parse_object(
    const char *json, size_t len, json_t **out, struct err *err)
{
	json_error_t error;

	if (len > FACTS_JSON_MAX)
		return err_set(err, ERR_LIMIT, "stored facts: too long");
	*out = json_loadb(json, len, JSON_REJECT_DUPLICATES, &error);
	if (!*out)
		return err_set(
		    err, ERR_INVALID, "stored facts: %s", error.text);
	return 0;
}

int device_facts_parse_json(
    const char *json, size_t len, struct device_facts *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	struct device_facts facts;
	int rc;

	device_facts_init(&facts);
	if ((rc = parse_object(json, len, &root, err)) != 0 ||
	    (rc = load_object(device_fact_fields, root, &facts, err)) != 0 ||
	    (rc = load_array(subscription_fact_fields,
	         json_object_get(root, "subscriptions"), facts.subscriptions,
	         LIMIT_SUBSCRIPTIONS, sizeof(facts.subscriptions[0]),
	         &facts.subscription_count, err)) != 0)
		return rc;
	*out = facts;
	return 0;
}

int security_facts_parse_json(
    const char *json, size_t len, struct security_facts *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	struct security_facts facts;
	int rc;

	security_facts_init(&facts);
	if ((rc = parse_object(json, len, &root, err)) != 0 ||
	    (rc = load_object(security_fact_fields, root, &facts, err)) != 0)
		return rc;
	*out = facts;
	return 0;
}

int profile_list_facts_parse_json(const char *json, size_t len,
    struct profile_list_facts *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	struct profile_list_facts facts = {0};
	int rc;

	if ((rc = parse_object(json, len, &root, err)) != 0)
		return rc;
	facts.entries = calloc(LIMIT_PROFILES, sizeof(facts.entries[0]));
	if (!facts.entries)
		return err_memory(err);
	rc = load_array(profile_fact_fields, json_object_get(root, "profiles"),
	    facts.entries, LIMIT_PROFILES, sizeof(facts.entries[0]),
	    &facts.count, err);
	if (rc)
		profile_list_facts_clear(&facts);
	else
		*out = facts;
	return rc;
}
