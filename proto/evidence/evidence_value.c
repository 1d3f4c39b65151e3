#include "proto/evidence/evidence_value.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/evidence/evidence.h"
#include "proto/json/json_guard.h"

/* ---- writing ---- */

static void write_text(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, ",\"%s\":", name);
	buf_append_json(json, text);
}

static void write_time(struct buf *json, const char *name, int64_t unix_ms)
{
	char text[TIME_TEXT_MAX];

	if (!unix_ms)
		return;
	time_rfc3339(unix_ms, text);
	write_text(json, name, text);
}

static void write_conditions(struct buf *json, unsigned conditions)
{
	const char *before = ",\"when\":[";

	for (unsigned bit = 1; bit <= EVIDENCE_ON_NOT_REACHABLE; bit <<= 1) {
		if (!(conditions & bit))
			continue;
		buf_append_str(json, before);
		buf_append_json(json, evidence_condition_name(bit));
		before = ",";
	}
	if (conditions)
		buf_append_str(json, "]");
}

static void write_object(const struct evidence_value *value, struct buf *json)
{
	buf_append_str(json, "{\"state\":");
	buf_append_json(json, evidence_word_name(value->word));
	write_conditions(json, value->conditions);
	if (value->target)
		write_text(
		    json, "target_class", evidence_target_name(value->target));
	write_time(json, "until", value->until_ms);
	if (value->imei[0])
		write_text(json, "imei", value->imei);
	write_time(json, "last_checked", value->checked_at_ms);
	buf_append_str(json, "}");
}

void evidence_value_write(enum evidence_fact fact,
    const struct evidence_value *value, struct buf *json)
{
	switch (fact) {
	case EVIDENCE_FACT_UNREAD:
		buf_printf(json, "{\"count\":%lld,\"oldest_age_h\":%lld}",
		    (long long)value->count, (long long)value->oldest_age_h);
		return;
	case EVIDENCE_FACT_FORWARD:
	case EVIDENCE_FACT_FORWARD_CONDITIONAL:
	case EVIDENCE_FACT_REFERRAL:
	case EVIDENCE_FACT_SIM_DEVICE:
		write_object(value, json);
		return;
	default:
		buf_append_json(json, evidence_word_name(value->word));
	}
}

int evidence_value_encode(enum evidence_fact fact,
    const struct evidence_value *value, struct buf *json, struct err *err)
{
	int rc = evidence_value_check(fact, value, err);

	if (rc < 0)
		return rc;
	evidence_value_write(fact, value, json);
	return buf_check(json, err);
}

/* ---- reading ---- */

static int load_word(enum evidence_fact fact, const char *text,
    const struct pointer *at, struct evidence_value *out, struct err *err)
{
	struct pointer quoted = pointer_quote(text);

	if (evidence_word_find(text, &out->word) < 0 ||
	    !evidence_fact_has_word(fact, out->word))
		return pointer_err(at, err, ERR_INVALID, "%s cannot say \"%s\"",
		    evidence_fact_name(fact), quoted.text);
	return 0;
}

static int load_number(const json_t *object, const char *name,
    const struct pointer *at, int64_t *out, struct err *err)
{
	const json_t *value = json_object_get(object, name);
	struct pointer member = pointer_member(at, name);

	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > EVIDENCE_COUNT_LIMIT)
		return pointer_err(&member, err, ERR_INVALID,
		    "this is no whole number from 0 to %d",
		    EVIDENCE_COUNT_LIMIT);
	*out = json_integer_value(value);
	return 0;
}

static int load_unread(const json_t *json, const struct pointer *at,
    struct evidence_value *out, struct err *err)
{
	static const char *const names[] = {"count", "oldest_age_h", NULL};
	int rc = members_check(json, names, at, err);

	if (rc == 0)
		rc = load_number(json, "count", at, &out->count, err);
	if (rc == 0)
		rc = load_number(
		    json, "oldest_age_h", at, &out->oldest_age_h, err);
	return rc;
}

static int load_target(const json_t *json, const struct pointer *at,
    struct evidence_value *out, struct err *err)
{
	const json_t *value = json_object_get(json, "target_class");
	struct pointer member = pointer_member(at, "target_class");
	const char *text = json_string_value(value);

	if (value && (!text || evidence_target_find(text, &out->target) < 0))
		return pointer_err(&member, err, ERR_INVALID,
		    "write colleague, switchboard, voicemail, other or "
		    "unknown");
	return 0;
}

static int load_conditions(const json_t *json, const struct pointer *at,
    struct evidence_value *out, struct err *err)
{
	const json_t *value = json_object_get(json, "when");
	struct pointer member = pointer_member(at, "when");
	const char *name;
	unsigned bit;

	if (value && !json_is_array(value))
		return pointer_err(
		    &member, err, ERR_INVALID, "this is no list");
	for (size_t i = 0; i < json_array_size(value); i++) {
		name = json_string_value(json_array_get(value, i));
		if (!name || evidence_condition_find(name, &bit) < 0 ||
		    (out->conditions & bit))
			return pointer_err(&member, err, ERR_INVALID,
			    "write each of busy, no_answer and not_reachable "
			    "once at most");
		out->conditions |= bit;
	}
	return 0;
}

static int load_imei(const json_t *json, const struct pointer *at,
    struct evidence_value *out, struct err *err)
{
	const json_t *value = json_object_get(json, "imei");
	struct pointer member = pointer_member(at, "imei");
	const char *text = json_string_value(value);

	if (value &&
	    (!text || str_copy(out->imei, sizeof(out->imei), text) < 0))
		return pointer_err(
		    &member, err, ERR_INVALID, "this is no IMEI of 15 digits");
	return 0;
}

/* Every member that some object has; the check tells which fact has which. */
static int load_object(enum evidence_fact fact, const json_t *json,
    const struct pointer *at, struct evidence_value *out, struct err *err)
{
	static const char *const names[] = {"state", "when", "target_class",
	    "until", "imei", "last_checked", NULL};
	struct pointer state = pointer_member(at, "state");
	const char *word;
	int rc = members_check(json, names, at, err);

	if (rc < 0)
		return rc;
	if (!(word = member_text(json, "state", at, err)))
		return -ERR_INVALID;
	if ((rc = load_word(fact, word, &state, out, err)) < 0 ||
	    (rc = load_target(json, at, out, err)) < 0 ||
	    (rc = load_conditions(json, at, out, err)) < 0 ||
	    (rc = load_imei(json, at, out, err)) < 0 ||
	    (rc = member_time(json, "until", at, &out->until_ms, err)) < 0)
		return rc;
	return member_time(json, "last_checked", at, &out->checked_at_ms, err);
}

static int load_any(enum evidence_fact fact, const json_t *json,
    const struct pointer *at, struct evidence_value *out, struct err *err)
{
	switch (fact) {
	case EVIDENCE_FACT_UNREAD:
		return load_unread(json, at, out, err);
	case EVIDENCE_FACT_FORWARD:
	case EVIDENCE_FACT_FORWARD_CONDITIONAL:
	case EVIDENCE_FACT_REFERRAL:
	case EVIDENCE_FACT_SIM_DEVICE:
		return load_object(fact, json, at, out, err);
	default:
		if (!json_is_string(json))
			return pointer_err(
			    at, err, ERR_INVALID, "this is no text");
		return load_word(fact, json_string_value(json), at, out, err);
	}
}

int evidence_value_load(enum evidence_fact fact, const json_t *json,
    const struct pointer *at, struct evidence_value *out, struct err *err)
{
	struct evidence_value value = {0};
	struct err why = {0};
	int rc = load_any(fact, json, at, &value, err);

	if (rc < 0)
		return rc;
	if (evidence_value_check(fact, &value, &why) < 0)
		return pointer_err(at, err, ERR_INVALID, "%s: %s",
		    evidence_fact_name(fact), why.text);
	*out = value;
	return 0;
}

int evidence_value_parse(enum evidence_fact fact, const char *json, size_t len,
    struct evidence_value *out, struct err *err)
{
	static const struct json_limits limits = {4096, 4, 100};
	static const struct pointer top = {""};
	CLEANUP(json_value) json_t *root = NULL;
	struct buf list = {0};
	int rc;

	/* jansson reads a bare text only within something. */
	buf_append_char(&list, '[');
	if (len <= limits.bytes)
		buf_append(&list, json, len);
	buf_append_char(&list, ']');
	rc = len <= limits.bytes
	    ? buf_check(&list, err)
	    : err_set(err, ERR_LIMIT, "the value is too long");
	if (rc == 0)
		rc = json_guard_load(
		    list.data, list.len, &limits, "the value", &root, err);
	buf_clear(&list);
	if (rc < 0)
		return rc;
	if (json_array_size(root) != 1)
		return err_set(err, ERR_INVALID, "it is not one value");
	return evidence_value_load(
	    fact, json_array_get(root, 0), &top, out, err);
}
