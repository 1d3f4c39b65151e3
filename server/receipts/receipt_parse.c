#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/json/json_guard.h"
#include "server/receipts/receipt_names.h"

static const struct json_limits limits = {
    .bytes = RECEIPT_JSON_MAX,
    .depth = 5,
    .values = 4000,
};

static int bad(const char *key, struct err *err)
{
	return err_set(
	    err, ERR_INVALID, "the receipt's \"%s\" is not as ours are", key);
}

enum shape { SHAPE_TEXT, SHAPE_TIME, SHAPE_WORD };

/* Where a member of an object goes; what is not there stays as it is. */
struct member {
	const char *key;
	enum shape shape;
	size_t offset;
	size_t size; /* of a text */
	const struct receipt_words *words;
};

#define TEXT_AT(type, field, name)                                             \
	{                                                                      \
		name, SHAPE_TEXT, offsetof(type, field),                       \
		    sizeof(((type *)NULL)->field), NULL                        \
	}
#define TIME_AT(type, field, name)                                             \
	{                                                                      \
		name, SHAPE_TIME, offsetof(type, field), 0, NULL               \
	}
#define WORD_AT(type, field, name, table)                                      \
	{                                                                      \
		name, SHAPE_WORD, offsetof(type, field), 0, table              \
	}
#define COUNT(of) (sizeof(of) / sizeof((of)[0]))

static const struct member frame[] = {
    WORD_AT(struct receipt, kind, "kind", &receipt_kinds),
    TEXT_AT(struct receipt, id, "id"),
    TEXT_AT(struct receipt, number, "number"),
    TEXT_AT(struct receipt, language, "language"),
    TEXT_AT(struct receipt, zone, "time_zone"),
    TEXT_AT(struct receipt, organisation_id, "organisation_id"),
    TEXT_AT(struct receipt, organisation, "organisation"),
    TIME_AT(struct receipt, issued_at, "issued_at"),
    TEXT_AT(struct receipt, case_id, "case_id"),
    TEXT_AT(struct receipt, person_id, "person_id"),
    TEXT_AT(struct receipt, person, "person"),
    TEXT_AT(struct receipt, unit, "unit"),
    TEXT_AT(struct receipt, note, "note"),
    TEXT_AT(struct receipt, rules_url, "rules_url"),
    WORD_AT(struct receipt, codes, "codes", &receipt_codes_said),
};
static const struct member thing[] = {
    WORD_AT(struct receipt_thing, kind, "kind", &receipt_things),
    TEXT_AT(struct receipt_thing, id, "id"),
    TEXT_AT(struct receipt_thing, name, "name"),
    TEXT_AT(struct receipt_thing, serial, "serial"),
    TEXT_AT(struct receipt_thing, imei, "imei"),
    TEXT_AT(struct receipt_thing, number, "number"),
    TEXT_AT(struct receipt_thing, iccid, "iccid"),
    WORD_AT(struct receipt_thing, sim, "decision", &receipt_sims),
};
static const struct member signature[] = {
    WORD_AT(struct receipt_signature, role, "role", &receipt_roles),
    WORD_AT(struct receipt_signature, way, "way", &receipt_ways),
    TEXT_AT(struct receipt_signature, person_id, "person_id"),
    TEXT_AT(struct receipt_signature, name, "name"),
    TEXT_AT(struct receipt_signature, typed, "typed"),
    TEXT_AT(struct receipt_signature, recorded_by, "recorded_by"),
    TEXT_AT(struct receipt_signature, reason, "reason"),
    TEXT_AT(struct receipt_signature, text_sha256, "text_sha256"),
    WORD_AT(struct receipt_signature, codes, "codes", &receipt_codes_said),
    TIME_AT(struct receipt_signature, at, "at"),
};
static const struct member erasure[] = {
    WORD_AT(struct receipt, erasure, "evidence", &receipt_erasures),
    TIME_AT(struct receipt, erasure_ordered_at, "ordered_at"),
    TIME_AT(struct receipt, erasure_proven_at, "at"),
    TEXT_AT(struct receipt, erasure_by, "by"),
    TEXT_AT(struct receipt, erasure_why, "why"),
};
static const struct member fact[] = {
    TEXT_AT(struct receipt_fact, name, "name"),
    TEXT_AT(struct receipt_fact, value, "value"),
    TEXT_AT(struct receipt_fact, source, "source"),
    TIME_AT(struct receipt_fact, at, "at"),
};

static int member_take(
    json_t *value, const struct member *member, char *to, struct err *err)
{
	const char *text = json_string_value(value);
	unsigned word = 0;
	int64_t at = 0;

	if (!text || strlen(text) != json_string_length(value))
		return bad(member->key, err);
	switch (member->shape) {
	case SHAPE_TEXT:
		if (str_copy(to, member->size, text) != 0)
			return bad(member->key, err);
		break;
	case SHAPE_TIME:
		if (time_rfc3339_parse(text, &at) != 0)
			return bad(member->key, err);
		memcpy(to, &at, sizeof(at));
		break;
	case SHAPE_WORD:
		if (receipt_word_find(member->words, text, &word) != 0)
			return bad(member->key, err);
		memcpy(to, &word, sizeof(word));
		break;
	}
	return 0;
}

/* An enum is as wide as the word that is copied into it. */
_Static_assert(sizeof(enum receipt_kind) == sizeof(unsigned), "enum");

static int object_take(json_t *object, const struct member *members,
    size_t count, void *out, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_get(object, members[i].key);
		int rc = value ? member_take(value, &members[i],
		                     (char *)out + members[i].offset, err)
		               : 0;

		if (rc != 0)
			return rc;
	}
	return 0;
}

struct list {
	const char *key;
	const struct member *members;
	size_t member_count;
	char *rows; /* zeroed */
	size_t row_size;
	size_t max;
	size_t *count;
};

static int list_take(json_t *parent, const struct list *list, struct err *err)
{
	json_t *array = json_object_get(parent, list->key);
	size_t count = json_array_size(array);

	if (!array)
		return 0;
	if (!json_is_array(array) || count > list->max)
		return bad(list->key, err);
	for (size_t i = 0; i < count; i++) {
		json_t *object = json_array_get(array, i);
		int rc = json_is_object(object)
		    ? object_take(object, list->members, list->member_count,
		          list->rows + i * list->row_size, err)
		    : bad(list->key, err);

		if (rc != 0)
			return rc;
	}
	*list->count = count;
	return 0;
}

#define LIST(key, table, rows_of, max, count_of)                               \
	&(const struct list)                                                   \
	{                                                                      \
		key, table, COUNT(table), (char *)(rows_of),                   \
		    sizeof((rows_of)[0]), max, count_of                        \
	}

static int erasure_take(json_t *root, struct receipt *out, struct err *err)
{
	json_t *object = json_object_get(root, "erasure");
	int rc;

	if (!object)
		return 0;
	if (!json_is_object(object))
		return bad("erasure", err);
	rc = object_take(object, erasure, COUNT(erasure), out, err);
	return rc == 0 ? list_take(object,
	                     LIST("facts", fact, out->facts, RECEIPT_FACTS_MAX,
	                         &out->fact_count),
	                     err)
	               : rc;
}

static int more_take(json_t *root, struct receipt *out, struct err *err)
{
	json_t *more = json_object_get(root, "things_more");
	json_int_t count = json_integer_value(more);

	if (!more)
		return 0;
	if (!json_is_integer(more) || count <= 0 || count > INT32_MAX)
		return bad("things_more", err);
	out->things_more = (unsigned)count;
	return 0;
}

static int root_take(json_t *root, struct receipt *out, struct err *err)
{
	json_t *format = json_object_get(root, "format");
	int rc;

	if (!json_is_object(root) || !json_is_integer(format))
		return err_set(err, ERR_INVALID, "that is no receipt");
	if (json_integer_value(format) != RECEIPT_FORMAT)
		return err_set(err, ERR_UNSUPPORTED,
		    "the receipt has another format than this version reads");
	rc = object_take(root, frame, COUNT(frame), out, err);
	if (rc == 0)
		rc = list_take(root,
		    LIST("things", thing, out->things, RECEIPT_THINGS_MAX,
		        &out->thing_count),
		    err);
	if (rc == 0)
		rc = more_take(root, out, err);
	if (rc == 0)
		rc = list_take(root,
		    LIST("signatures", signature, out->signatures,
		        RECEIPT_SIGNATURES_MAX, &out->signature_count),
		    err);
	if (rc == 0)
		rc = erasure_take(root, out, err);
	return rc == 0 ? receipt_check(out, err) : rc;
}

int receipt_parse(
    const void *json, size_t len, struct receipt *out, struct err *err)
{
	CLEANUP(json_value) json_t *root = NULL;
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	int rc = receipt
	    ? json_guard_load(json, len, &limits, "a receipt", &root, err)
	    : err_memory(err);

	if (rc == 0)
		rc = root_take(root, receipt, err);
	if (rc == 0)
		*out = *receipt;
	free(receipt);
	return rc;
}
