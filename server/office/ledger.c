/*
 * Changes of the ledger: a whole file of lines, or one thing. Both go the one
 * way of service_ledger_apply(): all or nothing, and saying the same twice
 * changes nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/service/ledger/ledger.h"

static int on_line(void *arg, const struct ledger_line *line)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	encode_number(enc, "line", line->number);
	encode_text(enc, "what", line->what);
	encode_text(enc, "name", line->name);
	encode_text(enc, "effect", ledger_effect_name(line->effect));
	encode_close(enc, '}');
	return 0;
}

static void report_encode(
    struct encoder *enc, const struct ledger_report *report, bool dry_run)
{
	size_t i;

	encode_bool(enc, "dry_run", dry_run);
	encode_number(enc, "lines", report->lines);
	encode_open(enc, "effects", '{');
	for (i = 0; i < LEDGER_EFFECT_COUNT; i++)
		encode_number(enc, ledger_effect_name((enum ledger_effect)i),
		    report->effects[i]);
	encode_close(enc, '}');
}

static int apply(struct office_call *call, const char *text, size_t len,
    bool dry_run, struct err *err)
{
	struct ledger_report report = {0};
	struct encoder *enc = &call->enc;
	int rc;

	encode_open(enc, NULL, '{');
	encode_open(enc, "items", '[');
	rc = service_ledger_apply(call->service, &call->actor, text, len,
	    dry_run, on_line, enc, &report, err);
	encode_close(enc, ']');
	if (rc < 0)
		return rc;
	report_encode(enc, &report, dry_run);
	encode_close(enc, '}');
	return 0;
}

static bool is_lines_type(const struct http_request *request)
{
	static const char *const types[] = {
	    "application/jsonl", "application/x-ndjson"};
	const char *value = http_header_get(request, "Content-Type");
	size_t len = value ? strcspn(value, "; \t") : 0;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (len == strlen(types[i]) &&
		    strncasecmp(value, types[i], len) == 0)
			return true;
	return false;
}

int office_ledger_apply(struct office_call *call, struct err *err)
{
	static const char *const names[] = {"dry_run"};
	const struct http_request *request = call->request;
	bool dry_run = false;
	int rc = decode_query_names(request, names, 1, err);

	if (rc == 0)
		rc = decode_query_flag(request, "dry_run", &dry_run, err);
	if (rc == 0 && request->body_len == 0)
		rc = err_set(err, ERR_INVALID, "the body holds no line");
	if (rc == 0 && !is_lines_type(request)) {
		call->refusal = 415;
		rc = err_set(err, ERR_UNSUPPORTED,
		    "the body must have Content-Type application/jsonl");
	}
	if (rc < 0)
		return rc;
	return apply(
	    call, (const char *)request->body, request->body_len, dry_run, err);
}

/* ---- one thing: {"name": …} at /people is {"person": {"name": …}} ---- */

static int wrap(const char *what, json_t *document, char **out, struct err *err)
{
	json_t *line = json_pack("{s:O}", what, document);

	*out = line ? json_dumps(line, JSON_COMPACT) : NULL;
	json_decref(line);
	return *out ? 0 : err_memory(err);
}

static int put(struct office_call *call, const char *what, struct err *err)
{
	json_t *document = NULL;
	char *line = NULL;
	int rc = decode_object(call->request, &document, err);

	if (rc == 0)
		rc = wrap(what, document, &line, err);
	if (rc == 0)
		rc = apply(call, line, strlen(line), false, err);
	json_decref(document);
	free(line);
	return rc;
}

#define PUT(name, what)                                                        \
	int office_##name##_put(struct office_call *call, struct err *err)     \
	{                                                                      \
		return put(call, what, err);                                   \
	}

PUT(person, "person")
PUT(unit, "unit")
PUT(employment, "employment")
PUT(absence, "absence")
PUT(subscription, "subscription")
PUT(assignment, "assignment")
PUT(accessory, "accessory")
PUT(return, "return")
