/* The audit log: listed, judged, taken away, its newest checkpoint. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/audit/audit_lines.h"
#include "server/service/audit/audit_log.h"

/* Entries in one part of an export. */
#define PART_ENTRIES 2000
#define SEQ_MAX INT64_MAX

/* ---- the list ---- */

/* Numbers sort as texts when they are of one length. */
static void key_of(char out[PAGER_KEY_MAX], int64_t seq)
{
	(void)snprintf(out, PAGER_KEY_MAX, "%020" PRId64, seq);
}

static void entry_encode(struct encoder *enc, const struct audit_view *view)
{
	const struct audit_row *row = view->row;

	encode_open(enc, NULL, '{');
	encode_number(enc, "seq", row->seq);
	encode_time(enc, "at", row->at);
	encode_text(enc, "action", row->action);
	encode_text(enc, "title", view->title);
	encode_text(enc, "actor", row->actor);
	encode_text(enc, "subject_kind", row->subject_kind);
	encode_text(enc, "subject_id", row->subject_id);
	encode_text(enc, "person_id", row->person_id);
	encode_text(enc, "person", view->person);
	encode_text(enc, "device_id", row->device_id);
	encode_text(enc, "serial", view->serial);
	encode_text(enc, "case_id", row->case_id);
	encode_bool(enc, "purged", row->body_len == 0);
	if (row->body_len > 0)
		encode_raw(enc, "body", row->body, row->body_len);
	else
		encode_null(enc, "body");
	encode_close(enc, '}');
}

static int on_entry(void *arg, const struct audit_view *view)
{
	struct pager *pager = arg;
	char key[PAGER_KEY_MAX];
	enum pager_turn turn;

	key_of(key, view->row->seq);
	turn = pager_turn(pager, key);
	if (turn == PAGER_SHOW)
		entry_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

struct asked {
	char *person;
	char *device;
	char *case_id;
};

static void asked_clear(struct asked *asked)
{
	free(asked->person);
	free(asked->device);
	free(asked->case_id);
}

static int asked_decode(
    const struct http_request *request, struct asked *asked, struct err *err)
{
	static const char *const names[] = {
	    "person", "device", "case", "limit", "cursor"};
	int rc = decode_query_names(request, names, 5, err);

	if (rc == 0)
		rc = decode_query_text(
		    request, "person", LIMIT_NAME, &asked->person, err);
	if (rc == 0)
		rc = decode_query_text(
		    request, "device", LIMIT_NAME, &asked->device, err);
	if (rc == 0)
		rc = decode_query_text(
		    request, "case", STORE_ID - 1, &asked->case_id, err);
	return rc;
}

int office_audit_list(struct office_call *call, struct err *err)
{
	struct audit_question question = {.before_seq = 0};
	struct asked asked = {NULL, NULL, NULL};
	struct pager pager;
	uint64_t after = 0;
	int rc = asked_decode(call->request, &asked, err);

	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_FALLING, err);
	if (rc == 0 && pager.after[0] &&
	    str_number_parse(pager.after, SEQ_MAX, &after) < 0)
		rc = err_set(err, ERR_INVALID, "no cursor of this list");
	if (rc == 0) {
		question.person = asked.person;
		question.device = asked.device;
		question.case_id = asked.case_id;
		question.before_seq = (int64_t)after;
		question.limit = (int)pager.limit + 1;
		rc = pager_end(&pager,
		    service_audit_each(call->service, &call->actor, &question,
		        on_entry, &pager, err));
	}
	asked_clear(&asked);
	return rc;
}

/* ---- the judgement ---- */

static void finding_encode(
    struct encoder *enc, const struct audit_finding *found)
{
	int64_t i;

	encode_open(enc, NULL, '{');
	encode_bool(enc, "whole", found->faults == 0);
	encode_number(enc, "entries", found->entries);
	encode_number(enc, "purged", found->purged);
	encode_number(enc, "last_seq", found->last_seq);
	encode_time(enc, "last_at", found->last_at);
	encode_number(enc, "checkpoints", found->checkpoints);
	encode_number(enc, "signed_seq", found->vouched_seq);
	encode_time(enc, "signed_at", found->vouched_at);
	encode_number(enc, "fault_count", found->faults);
	encode_open(enc, "faults", '[');
	for (i = 0; i < found->faults && i < AUDIT_FAULTS_KEPT; i++)
		encode_text(enc, NULL, found->sentences[i]);
	encode_close(enc, ']');
	encode_close(enc, '}');
}

int office_audit_verify(struct office_call *call, struct err *err)
{
	struct audit_finding found;
	int rc = decode_query_names(call->request, NULL, 0, err);

	if (rc == 0)
		rc = service_audit_verify(
		    call->service, &call->actor, &found, err);
	if (rc == 0)
		finding_encode(&call->enc, &found);
	return rc;
}

int office_audit_checkpoint(struct office_call *call, struct err *err)
{
	struct audit_checkpoint row;
	struct buf line = {0};
	int rc = decode_query_names(call->request, NULL, 0, err);

	if (rc == 0)
		rc = service_audit_checkpoint(
		    call->service, &call->actor, &row, err);
	if (rc == 0) {
		audit_lines_checkpoint(&line, &row);
		rc = buf_check(&line, err);
	}
	if (rc == 0)
		encode_raw(&call->enc, NULL, (const char *)line.data,
		    line.len - 1); /* without its newline */
	buf_clear(&line);
	return rc;
}

/* ---- taking away ---- */

struct export_query {
	char *format;
	char *person;
	char *device;
	uint64_t after;
};

static int export_decode(const struct http_request *request,
    struct export_query *query, struct err *err)
{
	static const char *const names[] = {
	    "format", "person", "device", "after"};
	int rc = decode_query_names(request, names, 4, err);

	if (rc == 0)
		rc = decode_query_text(
		    request, "format", 8, &query->format, err);
	if (rc == 0)
		rc = decode_query_text(
		    request, "person", LIMIT_NAME, &query->person, err);
	if (rc == 0)
		rc = decode_query_text(
		    request, "device", LIMIT_NAME, &query->device, err);
	if (rc == 0)
		rc = decode_query_number(
		    request, "after", SEQ_MAX, &query->after, err);
	if (rc == 0 && query->format && strcmp(query->format, "jsonl") != 0 &&
	    strcmp(query->format, "csv") != 0)
		rc = err_set(
		    err, ERR_INVALID, "\"format\" must be jsonl or csv");
	return rc;
}

int office_audit_export(struct office_call *call, struct err *err)
{
	struct export_query query = {.format = NULL};
	struct audit_export ask = {.limit = PART_ENTRIES};
	struct buf text = {0};
	int64_t next = 0;
	int rc = export_decode(call->request, &query, err);

	ask.person = query.person;
	ask.device = query.device;
	ask.is_csv = query.format && strcmp(query.format, "csv") == 0;
	ask.after_seq = (int64_t)query.after;
	if (rc == 0)
		rc = service_audit_export(
		    call->service, &call->actor, &ask, &text, &next, err);
	if (rc == 0) {
		encode_open(&call->enc, NULL, '{');
		encode_text(&call->enc, "text",
		    text.len ? (const char *)text.data : "");
		if (next)
			encode_number(&call->enc, "next", next);
		else
			encode_null(&call->enc, "next");
		encode_close(&call->enc, '}');
	}
	buf_clear(&text);
	free(query.format);
	free(query.person);
	free(query.device);
	return rc;
}
