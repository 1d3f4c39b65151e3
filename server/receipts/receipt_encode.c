#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "proto/json/json_guard.h"
#include "server/receipts/receipt_names.h"

/*
 * Members that say nothing are left out. A failed json_object_set_new() frees
 * the value and is seen at the end: *failed is sticky.
 */
struct maker {
	bool failed;
};

static void put(
    struct maker *maker, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		maker->failed = true;
}

static void put_text(
    struct maker *maker, json_t *object, const char *key, const char *text)
{
	if (text[0])
		put(maker, object, key, json_string(text));
}

static void put_time(
    struct maker *maker, json_t *object, const char *key, int64_t at)
{
	char text[TIME_TEXT_MAX];

	if (at == 0)
		return;
	time_rfc3339(at, text);
	put(maker, object, key, json_string(text));
}

static json_t *thing_make(
    struct maker *maker, const struct receipt_thing *thing)
{
	json_t *object = json_object();

	put(maker, object, "kind",
	    json_string(receipt_word(&receipt_things, thing->kind)));
	put_text(maker, object, "id", thing->id);
	put_text(maker, object, "name", thing->name);
	put_text(maker, object, "serial", thing->serial);
	put_text(maker, object, "imei", thing->imei);
	put_text(maker, object, "number", thing->number);
	put_text(maker, object, "iccid", thing->iccid);
	if (thing->sim != RECEIPT_SIM_NONE)
		put_text(maker, object, "decision",
		    receipt_word(&receipt_sims, thing->sim));
	return object;
}

static json_t *signature_make(
    struct maker *maker, const struct receipt_signature *signature)
{
	json_t *object = json_object();

	put(maker, object, "role",
	    json_string(receipt_word(&receipt_roles, signature->role)));
	put(maker, object, "way",
	    json_string(receipt_word(&receipt_ways, signature->way)));
	put_text(maker, object, "person_id", signature->person_id);
	put_text(maker, object, "name", signature->name);
	put_text(maker, object, "typed", signature->typed);
	put_text(maker, object, "recorded_by", signature->recorded_by);
	put_text(maker, object, "reason", signature->reason);
	put_text(maker, object, "text_sha256", signature->text_sha256);
	if (signature->codes != RECEIPT_CODES_UNSAID)
		put_text(maker, object, "codes",
		    receipt_word(&receipt_codes_said, signature->codes));
	put_time(maker, object, "at", signature->at);
	return object;
}

static json_t *fact_make(struct maker *maker, const struct receipt_fact *fact)
{
	json_t *object = json_object();

	put_text(maker, object, "name", fact->name);
	put_text(maker, object, "value", fact->value);
	put_text(maker, object, "source", fact->source);
	put_time(maker, object, "at", fact->at);
	return object;
}

static void append(struct maker *maker, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		maker->failed = true;
}

static void put_lists(
    struct maker *maker, json_t *root, const struct receipt *receipt)
{
	json_t *things = json_array();
	json_t *signatures = json_array();

	for (size_t i = 0; i < receipt->thing_count; i++)
		append(maker, things, thing_make(maker, &receipt->things[i]));
	for (size_t i = 0; i < receipt->signature_count; i++)
		append(maker, signatures,
		    signature_make(maker, &receipt->signatures[i]));
	put(maker, root, "things", things);
	if (receipt->things_more > 0)
		put(maker, root, "things_more",
		    json_integer((json_int_t)receipt->things_more));
	put(maker, root, "signatures", signatures);
}

static void put_erasure(
    struct maker *maker, json_t *root, const struct receipt *receipt)
{
	json_t *object = json_object();
	json_t *facts = json_array();

	put_text(maker, object, "evidence",
	    receipt_word(&receipt_erasures, receipt->erasure));
	put(maker, object, "is_proven",
	    json_boolean(receipt_erasure_is_proven(receipt->erasure)));
	put_time(maker, object, "ordered_at", receipt->erasure_ordered_at);
	put_time(maker, object, "at", receipt->erasure_proven_at);
	put_text(maker, object, "by", receipt->erasure_by);
	put_text(maker, object, "why", receipt->erasure_why);
	for (size_t i = 0; i < receipt->fact_count; i++)
		append(maker, facts, fact_make(maker, &receipt->facts[i]));
	put(maker, object, "facts", facts);
	put(maker, root, "erasure", object);
}

static void put_frame(
    struct maker *maker, json_t *root, const struct receipt *receipt)
{
	put(maker, root, "format", json_integer(RECEIPT_FORMAT));
	put_text(
	    maker, root, "kind", receipt_word(&receipt_kinds, receipt->kind));
	put_text(maker, root, "id", receipt->id);
	put_text(maker, root, "number", receipt->number);
	put_text(maker, root, "language", receipt->language);
	put_text(maker, root, "time_zone", receipt->zone);
	put_text(maker, root, "organisation_id", receipt->organisation_id);
	put_text(maker, root, "organisation", receipt->organisation);
	put_time(maker, root, "issued_at", receipt->issued_at);
	put_text(maker, root, "case_id", receipt->case_id);
	put_text(maker, root, "person_id", receipt->person_id);
	put_text(maker, root, "person", receipt->person);
	put_text(maker, root, "unit", receipt->unit);
	put_text(maker, root, "note", receipt->note);
	put_text(maker, root, "rules_url", receipt->rules_url);
	if (receipt->codes != RECEIPT_CODES_UNSAID)
		put_text(maker, root, "codes",
		    receipt_word(&receipt_codes_said, receipt->codes));
}

int receipt_encode(
    const struct receipt *receipt, struct buf *json, struct err *err)
{
	struct maker maker = {false};
	CLEANUP(json_value) json_t *root = NULL;
	char *text;
	int rc = receipt_check(receipt, err);

	if (rc != 0)
		return rc;
	root = json_object();
	put_frame(&maker, root, receipt);
	put_lists(&maker, root, receipt);
	if (receipt->kind != RECEIPT_HAND_OUT)
		put_erasure(&maker, root, receipt);
	text = maker.failed ? NULL
	                    : json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT);
	if (!text)
		return err_set(err, ERR_INVALID,
		    "a receipt's text is not UTF-8, or memory is short");
	if (strlen(text) > RECEIPT_JSON_MAX)
		rc = err_set(err, ERR_LIMIT, "the receipt is too long");
	else
		buf_append_str(json, text);
	free(text);
	return rc == 0 ? buf_check(json, err) : rc;
}
