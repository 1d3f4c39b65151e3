/*
 * Bulk (RFC 7644 section 3.7): operations one after the other, each a
 * transaction of its own. A reference to a bulkId is replaced by the id of what
 * that operation made; operations that refer to later ones wait for them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/scim/scim_json.h"
#include "server/office/scim/scim_answer.h"
#include "server/office/scim/scim_do.h"
#include "server/office/scim/scim_office.h"

#define REFERENCE "bulkId:"
#define ROUNDS_MAX 16 /* the longest chain of references to later ones */

struct bulk {
	struct office_call *call;
	const json_t *operations;
	json_t *made;          /* bulkId → id */
	json_t *answers;       /* by place; null: not done yet */
	json_int_t fail_after; /* 0: never */
	json_int_t failed;
};

static const char *text_get(const json_t *operation, const char *name)
{
	const char *text = json_string_value(scim_json_get(operation, name));

	return text ? text : "";
}

/* ---- references ---- */

/* A copy with every "bulkId:x" replaced; *waits: one is not made yet. */
static json_t *resolve(
    const struct bulk *bulk, const json_t *value, bool *waits)
{
	const char *text = json_string_value(value);
	const char *key;
	json_t *member;
	json_t *out;
	size_t i;

	if (text && strncmp(text, REFERENCE, strlen(REFERENCE)) == 0) {
		out = json_object_get(bulk->made, text + strlen(REFERENCE));
		*waits = *waits || !out;
		return json_incref(out);
	}
	if (json_is_object(value)) {
		out = json_object();
		json_object_foreach((json_t *)(uintptr_t)value, key, member)
		{
			(void)json_object_set_new(
			    out, key, resolve(bulk, member, waits));
		}
		return out;
	}
	if (!json_is_array(value))
		return json_incref((json_t *)(uintptr_t)value);
	out = json_array();
	for (i = 0; i < json_array_size(value); i++)
		(void)json_array_append_new(
		    out, resolve(bulk, json_array_get(value, i), waits));
	return out;
}

/* ---- one operation ---- */

static int method_find(const char *text, enum http_method *out, struct err *err)
{
	static const struct {
		const char *word;
		enum http_method method;
	} words[] = {
	    {"POST", HTTP_POST},
	    {"PUT", HTTP_PUT},
	    {"PATCH", HTTP_PATCH},
	    {"DELETE", HTTP_DELETE},
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*out = words[i].method;
			return 0;
		}
	}
	return err_set(err, ERR_INVALID,
	    "an operation's method is POST, PUT, PATCH or DELETE");
}

/* "/Groups/bulkId:x" stands for what that operation made. */
static int id_resolve(const struct bulk *bulk, const char **id, bool *waits)
{
	const char *made;

	if (!*id || strncmp(*id, REFERENCE, strlen(REFERENCE)) != 0)
		return 0;
	made = json_string_value(
	    json_object_get(bulk->made, *id + strlen(REFERENCE)));
	*waits = *waits || !made;
	*id = made ? made : *id;
	return 0;
}

static int order_read(const struct bulk *bulk, const json_t *operation,
    const json_t *data, struct scim_order *out, bool *waits, struct err *err)
{
	struct scim_order order = {.document = data};
	int rc = method_find(text_get(operation, "method"), &order.method, err);

	if (rc == 0)
		rc = scim_kind_find(
		    text_get(operation, "path"), &order.kind, &order.id, err);
	if (rc == 0)
		rc = id_resolve(bulk, &order.id, waits);
	if (rc == 0 && (order.method == HTTP_POST) != !order.id)
		rc = err_set(err, ERR_INVALID,
		    "a path has an id, unless the method is POST");
	if (rc == 0 && order.method != HTTP_DELETE && !json_is_object(data))
		rc = err_set(err, ERR_INVALID, "an operation needs its data");
	if (rc == 0)
		*out = order;
	return rc;
}

static json_t *refusal(const struct scim_ask *ask, const struct err *err)
{
	char status[16];
	const char *word = scim_why_name(ask->why);
	json_t *out;

	(void)snprintf(status, sizeof(status), "%d", scim_status(ask, err));
	out = json_pack("{s:[s], s:s, s:s}", "schemas", SCIM_ERROR_URN,
	    "status", status, "detail", err->text);
	if (out && *word)
		(void)json_object_set_new(out, "scimType", json_string(word));
	return out;
}

static void copy_text(json_t *to, const char *name, const json_t *value)
{
	if (json_is_string(value))
		(void)json_object_set(to, name, (json_t *)(uintptr_t)value);
}

static void answer_put(struct bulk *bulk, size_t at, int status,
    const json_t *resource, json_t *response)
{
	const json_t *operation = json_array_get(bulk->operations, at);
	const json_t *meta = json_object_get(resource, "meta");
	const json_t *bulk_id = scim_json_get(operation, "bulkId");
	json_t *answer = json_object();
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", status);
	copy_text(answer, "method", scim_json_get(operation, "method"));
	copy_text(answer, "bulkId", bulk_id);
	copy_text(answer, "location", json_object_get(meta, "location"));
	copy_text(answer, "version", json_object_get(meta, "version"));
	(void)json_object_set_new(answer, "status", json_string(text));
	if (response)
		(void)json_object_set_new(answer, "response", response);
	if (resource && json_is_string(bulk_id))
		(void)json_object_set(bulk->made, json_string_value(bulk_id),
		    json_object_get(resource, "id"));
	(void)json_array_set_new(bulk->answers, at, answer);
	bulk->failed += status >= 400;
}

/* False: it waits for another one. last: it has waited in vain. */
static bool operation_do(struct bulk *bulk, size_t at, bool last)
{
	const json_t *operation = json_array_get(bulk->operations, at);
	const char *version = text_get(operation, "version");
	struct scim_project all = {.is_excluding = true};
	struct scim_ask ask = {
	    .service = bulk->call->service,
	    .actor = &bulk->call->actor,
	    .project = &all,
	    .if_match = *version ? version : NULL,
	};
	struct scim_done done = {.resource = NULL};
	struct scim_order order;
	struct err err = {0};
	bool waits = false;
	json_t *data = resolve(bulk, scim_json_get(operation, "data"), &waits);
	int rc = order_read(bulk, operation, data, &order, &waits, &err);

	if (rc == 0 && waits && !last) {
		json_decref(data);
		return false;
	}
	if (rc == 0 && waits)
		rc = err_set(&err, ERR_CONFLICT,
		    "it refers to a bulkId that no operation has made");
	if (rc == 0)
		rc = scim_do(&ask, &order, &done, &err);
	if (rc < 0)
		answer_put(bulk, at, scim_status(&ask, &err), NULL,
		    refusal(&ask, &err));
	else
		answer_put(bulk, at, done.status, done.resource, NULL);
	json_decref(done.resource);
	json_decref(data);
	return true;
}

/* ---- all of them ---- */

static bool is_over(const struct bulk *bulk)
{
	return bulk->fail_after > 0 && bulk->failed >= bulk->fail_after;
}

/* How many were done in one round. */
static size_t round_do(struct bulk *bulk, bool last)
{
	size_t done = 0;
	size_t i;

	for (i = 0; i < json_array_size(bulk->operations); i++) {
		if (is_over(bulk))
			return 0;
		if (json_is_null(json_array_get(bulk->answers, i)) &&
		    operation_do(bulk, i, last))
			done++;
	}
	return done;
}

static json_t *answers_take(struct bulk *bulk)
{
	size_t i;

	/* What failOnErrors has cut off is not answered. */
	for (i = json_array_size(bulk->answers); i-- > 0;)
		if (json_is_null(json_array_get(bulk->answers, i)))
			(void)json_array_remove(bulk->answers, i);
	return json_pack("{s:[s], s:O}", "schemas", SCIM_BULK_RESPONSE_URN,
	    "Operations", bulk->answers);
}

static int bulk_read(struct bulk *bulk, const json_t *document, struct err *err)
{
	const json_t *limit = scim_json_get(document, "failOnErrors");
	size_t i;

	bulk->operations = scim_json_get(document, "Operations");
	bulk->fail_after = json_integer_value(limit);
	if (!json_is_array(bulk->operations) ||
	    (limit && bulk->fail_after < 1)) {
		bulk->call->refusal = 400;
		bulk->call->scim_type = scim_why_name(SCIM_WHY_INVALID_SYNTAX);
		return err_set(err, ERR_INVALID,
		    "a Bulk has a list of Operations, and failOnErrors is a "
		    "number above 0");
	}
	if (json_array_size(bulk->operations) > SCIM_BULK_MAX) {
		bulk->call->refusal = 413;
		return err_set(err, ERR_LIMIT,
		    "a Bulk has at most %d operations", SCIM_BULK_MAX);
	}
	for (i = 0; i < json_array_size(bulk->operations); i++)
		if (json_array_append_new(bulk->answers, json_null()) < 0)
			return err_memory(err);
	return 0;
}

int scim_bulk(struct office_call *call, struct err *err)
{
	struct bulk bulk = {
	    .call = call,
	    .made = json_object(),
	    .answers = json_array(),
	};
	json_t *document = NULL;
	unsigned rounds = 0;
	int rc = scim_body(call, &document, err);

	if (rc == 0)
		rc = bulk_read(&bulk, document, err);
	if (rc == 0) {
		while (round_do(&bulk, false) > 0 && ++rounds < ROUNDS_MAX)
			continue;
		(void)round_do(&bulk, true);
		rc = scim_answer(call, 200, answers_take(&bulk), err);
	}
	json_decref(bulk.made);
	json_decref(bulk.answers);
	json_decref(document);
	return rc;
}
