/* A report's bytes → struct evidence_report. */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/evidence/evidence.h"
#include "proto/evidence/evidence_check.h"
#include "proto/evidence/evidence_value.h"
#include "proto/json/json_guard.h"

/* A full item has 12 members in two objects and a list: 40 marks. */
static const struct json_limits report_limits = {
    EVIDENCE_BODY_MAX, EVIDENCE_DEPTH_MAX, EVIDENCE_ITEMS_MAX * 40 + 40};

static int load_subject(const json_t *json, const struct pointer *at,
    struct evidence_subject *out, struct err *err)
{
	struct pointer member = pointer_member(at, "subject");
	struct err why = {0};
	const char *text = member_text(json, "subject", at, err);

	if (!text)
		return -ERR_INVALID;
	if (evidence_subject_parse(text, out, &why) < 0)
		return pointer_err(&member, err, ERR_INVALID, "%s", why.text);
	return 0;
}

static int load_fact(const json_t *json, const struct pointer *at,
    enum evidence_fact *out, struct err *err)
{
	struct pointer member = pointer_member(at, "fact");
	const char *text = member_text(json, "fact", at, err);
	struct pointer quoted;

	if (!text)
		return -ERR_INVALID;
	quoted = pointer_quote(text);
	if (evidence_fact_find(text, out) < 0)
		return pointer_err(&member, err, ERR_INVALID,
		    "there is no fact \"%s\"", quoted.text);
	if (!evidence_fact_is_reportable(*out))
		return pointer_err(&member, err, ERR_INVALID,
		    "no connector may bring \"%s\"", quoted.text);
	return 0;
}

static int load_method(const json_t *json, const struct pointer *at,
    enum evidence_fact fact, enum evidence_method *out, struct err *err)
{
	struct pointer member = pointer_member(at, "method");
	const char *text = member_text(json, "method", at, err);
	struct pointer quoted;

	if (!text)
		return -ERR_INVALID;
	quoted = pointer_quote(text);
	if (evidence_method_find(text, out) < 0)
		return pointer_err(&member, err, ERR_INVALID,
		    "there is no method \"%s\"", quoted.text);
	if (!evidence_method_is_connector(*out) ||
	    !evidence_fact_takes(fact, *out))
		return pointer_err(&member, err, ERR_INVALID,
		    "%s may not bring %s", quoted.text,
		    evidence_fact_name(fact));
	return 0;
}

static int load_detail(const json_t *json, const struct pointer *at,
    char out[EVIDENCE_DETAIL_MAX], struct err *err)
{
	struct pointer member = pointer_member(at, "detail");
	const char *text = "";

	if (json_object_get(json, "detail") &&
	    !(text = member_text(json, "detail", at, err)))
		return -ERR_INVALID;
	if (str_copy(out, EVIDENCE_DETAIL_MAX, text) < 0)
		return pointer_err(&member, err, ERR_LIMIT,
		    "this is longer than %d bytes", EVIDENCE_DETAIL_MAX - 1);
	return 0;
}

static int load_value(const json_t *json, const struct pointer *at,
    enum evidence_fact fact, struct evidence_value *out, struct err *err)
{
	struct pointer member = pointer_member(at, "value");
	const json_t *value = json_object_get(json, "value");

	if (!value)
		return pointer_err(
		    &member, err, ERR_INVALID, "this is missing");
	return evidence_value_load(fact, value, &member, out, err);
}

static int load_item(const json_t *json, const struct pointer *at,
    struct evidence_item *out, struct err *err)
{
	static const char *const names[] = {"subject", "fact", "value",
	    "method", "observed_at", "valid_until", "detail", NULL};
	int rc = members_check(json, names, at, err);

	if (rc < 0 || (rc = load_subject(json, at, &out->subject, err)) < 0 ||
	    (rc = load_fact(json, at, &out->fact, err)) < 0 ||
	    (rc = load_value(json, at, out->fact, &out->value, err)) < 0 ||
	    (rc = load_method(json, at, out->fact, &out->method, err)) < 0 ||
	    (rc = load_detail(json, at, out->detail, err)) < 0 ||
	    (rc = member_time(
	         json, "observed_at", at, &out->observed_at_ms, err)) < 0)
		return rc;
	return member_time(json, "valid_until", at, &out->valid_until_ms, err);
}

static int load_items(
    const json_t *list, struct evidence_report *out, struct err *err)
{
	static const struct pointer items = {"/items"};
	size_t count = json_array_size(list);
	int rc = 0;

	if (!json_is_array(list))
		return pointer_err(&items, err, ERR_INVALID, "%s",
		    list ? "this is no list" : "this is missing");
	if (count > EVIDENCE_ITEMS_MAX)
		return pointer_err(&items, err, ERR_LIMIT,
		    "there are more than %d", EVIDENCE_ITEMS_MAX);
	out->items = calloc(count ? count : 1, sizeof(*out->items));
	if (!out->items)
		return err_memory(err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct pointer at = pointer_index(&items, i);

		rc = load_item(
		    json_array_get(list, i), &at, &out->items[i], err);
	}
	out->item_count = count;
	return rc;
}

static int load_version(const json_t *root, struct err *err)
{
	const json_t *value = json_object_get(root, "v");

	if (!json_is_integer(value))
		return err_set(err, ERR_INVALID, "/v: %s",
		    value ? "this is no number" : "this is missing");
	if (json_integer_value(value) != EVIDENCE_VERSION)
		return err_set(err, ERR_UNSUPPORTED,
		    "/v: reports of version %d are read here, this is %lld",
		    EVIDENCE_VERSION, (long long)json_integer_value(value));
	return 0;
}

static int load_head(
    const json_t *root, struct evidence_report *out, struct err *err)
{
	static const struct pointer top = {""};
	const json_t *seq = json_object_get(root, "seq");
	const char *connector = member_text(root, "connector", &top, err);
	const char *run =
	    connector ? member_text(root, "run", &top, err) : NULL;

	if (!connector || !run)
		return -ERR_INVALID;
	/* What does not fit is empty, which the check of the whole refuses. */
	(void)str_copy(out->connector, sizeof(out->connector), connector);
	(void)str_copy(out->run, sizeof(out->run), run);
	out->seq = json_is_integer(seq) ? json_integer_value(seq) : 0;
	return member_time(
	    root, "observed_at", &top, &out->observed_at_ms, err);
}

static int load_report(
    const json_t *root, struct evidence_report *out, struct err *err)
{
	static const char *const names[] = {
	    "v", "connector", "run", "seq", "observed_at", "items", NULL};
	static const struct pointer top = {""};
	int rc;

	/* The version first: another one may have other members. */
	if (!json_is_object(root))
		return err_set(
		    err, ERR_INVALID, "the document: this is no object");
	if ((rc = load_version(root, err)) < 0 ||
	    (rc = members_check(root, names, &top, err)) < 0 ||
	    (rc = load_head(root, out, err)) < 0 ||
	    (rc = load_items(json_object_get(root, "items"), out, err)) < 0)
		return rc;
	return evidence_report_check(out, err);
}

int evidence_report_parse(
    const void *json, size_t len, struct evidence_report *out, struct err *err)
{
	CLEANUP(json_value) json_t *root = NULL;
	struct evidence_report report = {.seq = 0};
	int rc = json_guard_load(
	    json, len, &report_limits, "the report", &root, err);

	if (rc == 0)
		rc = load_report(root, &report, err);
	if (rc == 0)
		*out = report;
	else
		evidence_report_clear(&report);
	return rc;
}
