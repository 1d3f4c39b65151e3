/* Files of people: planned, or applied; both say in words what is in them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/service/ledger/people_import.h"

#define ITEMS_MAX 2000 /* more are counted, not listed */
#define WORD_MAX 64
#define SOURCE "hr" /* unless another one is named */

struct asked {
	char *source;
	char *expect;
	char *accept;
	bool dry_run;
	bool full;
	uint64_t stop_above;
};

static void asked_clear(struct asked *asked)
{
	free(asked->source);
	free(asked->expect);
	free(asked->accept);
}

static int asked_decode(
    const struct http_request *request, struct asked *out, struct err *err)
{
	static const char *const names[] = {
	    "dry_run", "full", "source", "expect", "accept", "stop_above"};
	int rc;

	if ((rc = decode_query_names(request, names, 6, err)) < 0 ||
	    (rc = decode_query_flag(request, "dry_run", &out->dry_run, err)) <
	        0 ||
	    (rc = decode_query_flag(request, "full", &out->full, err)) < 0 ||
	    (rc = decode_query_number(
	         request, "stop_above", 100, &out->stop_above, err)) < 0 ||
	    (rc = decode_query_text(
	         request, "source", WORD_MAX, &out->source, err)) < 0 ||
	    (rc = decode_query_text(
	         request, "expect", WORD_MAX, &out->expect, err)) < 0)
		return rc;
	return decode_query_text(
	    request, "accept", WORD_MAX, &out->accept, err);
}

static int format_of(
    struct office_call *call, enum people_format *out, struct err *err)
{
	static const struct {
		const char *type;
		enum people_format format;
	} types[] = {
	    {"text/csv", PEOPLE_CSV},
	    {"application/jsonl", PEOPLE_LINES},
	    {"application/x-ndjson", PEOPLE_LINES},
	};
	const char *value = http_header_get(call->request, "Content-Type");
	size_t len = value ? strcspn(value, "; \t") : 0;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (len == strlen(types[i].type) &&
		    strncasecmp(value, types[i].type, len) == 0) {
			*out = types[i].format;
			return 0;
		}
	call->refusal = 415;
	return err_set(err, ERR_UNSUPPORTED,
	    "the body must have Content-Type text/csv or application/jsonl");
}

/* ---- the answer ---- */

struct listing {
	struct encoder *enc;
	size_t count;
};

static int on_item(void *arg, const struct roster_item *item)
{
	struct listing *listing = arg;
	struct encoder *enc = listing->enc;

	if (listing->count++ >= ITEMS_MAX)
		return 0;
	encode_open(enc, NULL, '{');
	encode_number(enc, "line", (int64_t)item->line);
	encode_text(enc, "kind", item->is_unit ? "unit" : "person");
	encode_text(enc, "effect", roster_effect_name(item->effect));
	encode_text(enc, "key", item->key);
	encode_text(enc, "person_id", item->person_id);
	encode_text(enc, "unit_id", item->unit_id);
	encode_text(enc, "name", item->name);
	encode_text(enc, "words", item->words);
	encode_close(enc, '}');
	return 0;
}

static int on_fault(void *arg, const struct roster_fault *fault)
{
	struct listing *listing = arg;
	struct encoder *enc = listing->enc;

	if (listing->count++ >= ITEMS_MAX)
		return 0;
	encode_open(enc, NULL, '{');
	encode_number(enc, "line", (int64_t)fault->line);
	encode_number(enc, "column", fault->column);
	encode_text(enc, "field", fault->field);
	encode_text(enc, "sentence", fault->sentence);
	encode_close(enc, '}');
	return 0;
}

/* Lines of a text as a list. */
static void encode_sentences(
    struct encoder *enc, const char *key, struct buf *text)
{
	char *at = (char *)text->data;
	char *end;

	encode_open(enc, key, '[');
	for (; at && *at; at = end + 1) {
		if (!(end = strchr(at, '\n')))
			break;
		*end = '\0';
		encode_text(enc, NULL, at);
	}
	encode_close(enc, ']');
}

static void counts_encode(
    struct encoder *enc, const struct roster_counts *counts)
{
	size_t i;

	encode_text(enc, "plan", counts->plan);
	encode_bool(enc, "can_apply", counts->can_apply);
	encode_bool(enc, "is_stopped", counts->is_stopped);
	encode_bool(enc, "is_unchanged", counts->is_unchanged);
	encode_number(enc, "people", (int64_t)counts->people);
	encode_number(enc, "known", (int64_t)counts->known);
	encode_number(enc, "units_made", (int64_t)counts->units_made);
	encode_number(enc, "units_changed", (int64_t)counts->units_changed);
	encode_number(enc, "fault_count", (int64_t)counts->faults);
	encode_open(enc, "effects", '{');
	for (i = 0; i < ROSTER_EFFECT_COUNT; i++)
		encode_number(enc, roster_effect_name((enum roster_effect)i),
		    (int64_t)counts->effects[i]);
	encode_close(enc, '}');
}

static int plan_encode(struct encoder *enc, const struct roster_plan *plan,
    const struct asked *asked, struct err *err)
{
	struct listing listing = {enc, 0};
	struct buf text = {0};
	int rc;

	encode_open(enc, NULL, '{');
	encode_bool(enc, "dry_run", asked->dry_run);
	encode_text(enc, "source", asked->source ? asked->source : SOURCE);
	encode_bool(enc, "full", asked->full);
	counts_encode(enc, roster_plan_counts(plan));
	roster_plan_words(plan, &text);
	encode_sentences(enc, "words", &text);
	buf_reset(&text);
	roster_plan_stop(plan, &text);
	encode_sentences(enc, "stop", &text);
	encode_open(enc, "items", '[');
	(void)roster_plan_each(plan, on_item, &listing);
	encode_close(enc, ']');
	encode_number(enc, "items_left_off",
	    listing.count > ITEMS_MAX ? (int64_t)(listing.count - ITEMS_MAX)
	                              : 0);
	listing.count = 0;
	encode_open(enc, "faults", '[');
	(void)roster_plan_each_fault(plan, on_fault, &listing);
	encode_close(enc, ']');
	encode_close(enc, '}');
	rc = buf_check(&text, err);
	buf_clear(&text);
	return rc;
}

static int import(struct office_call *call, const struct asked *asked,
    enum people_format format, struct err *err)
{
	struct people_import request = {
	    .source = asked->source ? asked->source : SOURCE,
	    .kind = asked->full ? ROSTER_FULL : ROSTER_DELTA,
	    .format = format,
	    .data = call->request->body,
	    .len = call->request->body_len,
	    .options = {(unsigned)asked->stop_above, asked->accept,
	        asked->expect},
	};
	struct people_plan plan;
	int rc = asked->dry_run ? service_people_plan(call->service,
	                              &call->actor, &request, &plan, err)
	                        : service_people_import(call->service,
	                              &call->actor, &request, &plan, err);

	if (rc == 0)
		rc = plan_encode(&call->enc, plan.plan, asked, err);
	people_plan_clear(&plan);
	return rc;
}

int office_people_import(struct office_call *call, struct err *err)
{
	struct asked asked = {.source = NULL};
	enum people_format format = PEOPLE_CSV;
	int rc = asked_decode(call->request, &asked, err);

	if (rc == 0 && call->request->body_len == 0)
		rc = err_set(err, ERR_INVALID, "the body holds no person");
	if (rc == 0)
		rc = format_of(call, &format, err);
	if (rc == 0)
		rc = import(call, &asked, format, err);
	asked_clear(&asked);
	return rc;
}
