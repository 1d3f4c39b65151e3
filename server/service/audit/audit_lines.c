#include "server/service/audit/audit_lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/audit/audit.h"

/* ---- JSON Lines ---- */

static void text_member(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, ",\"%s\":", key);
	if (value && *value)
		buf_append_json(out, value);
	else
		buf_append_str(out, "null");
}

static void hex_member(
    struct buf *out, const char *key, const uint8_t *bytes, size_t len)
{
	char hex[2 * AUDIT_HASH + 1];

	str_hex(hex, bytes, len);
	buf_printf(out, ",\"%s\":\"%s\"", key, hex);
}

static void time_member(struct buf *out, int64_t at)
{
	char time[TIME_TEXT_MAX];

	time_rfc3339(at, time);
	text_member(out, "at", time);
}

void audit_lines_head(struct buf *out, const struct audit_about *about)
{
	buf_append_str(out, "{\"format\":\"" AUDIT_FORMAT "\"");
	text_member(out, "organisation_id", about->org_id);
	buf_printf(out, ",\"after_seq\":%" PRId64, about->after_seq);
	hex_member(out, "after_sha256", about->after_sha256, AUDIT_HASH);
	text_member(out, "person_id", about->person_id);
	text_member(out, "device_id", about->device_id);
	buf_append_str(out, "}\n");
}

void audit_lines_checkpoint(struct buf *out, const struct audit_checkpoint *row)
{
	char *signature = str_base64(row->signature, row->signature_len);

	if (!signature) {
		out->failed = true;
		return;
	}
	buf_printf(out, "{\"checkpoint\":{\"seq\":%" PRId64, row->seq);
	time_member(out, row->at);
	text_member(out, "organisation_id", row->org_id);
	hex_member(out, "sha256", row->sha256, AUDIT_HASH);
	text_member(out, "signature", signature);
	buf_append_str(out, "}}\n");
	free(signature);
}

void audit_lines_entry(struct buf *out, const struct audit_row *row)
{
	buf_printf(out, "{\"seq\":%" PRId64, row->seq);
	time_member(out, row->at);
	text_member(out, "organisation_id", row->org_id);
	text_member(out, "action", row->action);
	text_member(out, "actor", row->actor);
	text_member(out, "subject_kind", row->subject_kind);
	text_member(out, "subject_id", row->subject_id);
	text_member(out, "person_id", row->person_id);
	text_member(out, "device_id", row->device_id);
	text_member(out, "case_id", row->case_id);
	text_member(out, "body", row->body);
	if (row->salt_len > 0)
		hex_member(out, "salt", row->salt, row->salt_len);
	else
		text_member(out, "salt", NULL);
	hex_member(out, "body_sha256", row->body_sha256, AUDIT_HASH);
	hex_member(out, "sha256", row->sha256, AUDIT_HASH);
	buf_append_str(out, "}\n");
}

void audit_lines_hidden(
    struct buf *out, int64_t seq, const uint8_t entry_sha256[AUDIT_HASH])
{
	buf_printf(out, "{\"seq\":%" PRId64, seq);
	hex_member(out, "entry_sha256", entry_sha256, AUDIT_HASH);
	buf_append_str(out, "}\n");
}

void audit_lines_end(struct buf *out, const struct audit_head *head)
{
	buf_printf(out, "{\"end_seq\":%" PRId64, head->seq);
	hex_member(out, "sha256", head->sha256, AUDIT_HASH);
	buf_append_str(out, "}\n");
}

/* ---- CSV ---- */

void audit_csv_cell(struct buf *out, const char *text)
{
	buf_append_char(out, '"');
	if (*text && strchr("=+-@\t\r", *text))
		buf_append_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_append_char(out, '"');
		buf_append_char(out, *text);
	}
	buf_append_char(out, '"');
}

void audit_csv_head(struct buf *out)
{
	buf_append_str(out,
	    "entry,time,action,what,actor,on behalf of,subject kind,subject,"
	    "person,phone,case,reason,details\r\n");
}

static const char *member_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* "serial: F2LX…; cause: departure" */
static void params_cell(struct buf *out, json_t *params)
{
	const char *between = "";
	struct buf text = {0};
	const char *key;
	json_t *value;

	json_object_foreach(params, key, value)
	{
		const char *word = json_string_value(value);

		buf_printf(&text, "%s%s: %s", between, key, word ? word : "");
		between = "; ";
	}
	if (text.failed)
		out->failed = true;
	audit_csv_cell(out, text.len ? (const char *)text.data : "");
	buf_clear(&text);
}

static void cells(struct buf *out, const char *const *texts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		audit_csv_cell(out, texts[i]);
		buf_append_char(out, ',');
	}
}

int audit_csv_entry(
    struct buf *out, const struct audit_row *row, struct err *err)
{
	char time[TIME_TEXT_MAX];
	json_t *body = json_loadb(row->body, row->body_len, 0, NULL);
	const char *why = row->body_len ? member_text(body, "why") : "(purged)";

	time_rfc3339(row->at, time);
	buf_printf(out, "%" PRId64 ",", row->seq);
	cells(out,
	    (const char *const[]){time, row->action,
	        audit_action_title(row->action), row->actor,
	        member_text(body, "on_behalf_of"), row->subject_kind,
	        row->subject_id, row->person_id, row->device_id, row->case_id,
	        why},
	    11);
	params_cell(out, json_object_get(body, "params"));
	buf_append_str(out, "\r\n");
	json_decref(body);
	return buf_check(out, err);
}
