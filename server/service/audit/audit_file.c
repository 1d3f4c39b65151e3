#include "server/service/audit/audit_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/json/json_guard.h"
#include "server/service/audit/audit_lines.h"

/* Larger numbers are not the same in every program that reads JSON. */
#define SEQ_MAX ((INT64_C(1) << 53) - 1)

static const struct json_limits limits = {
    .bytes = AUDIT_LINE_MAX, .depth = 2, .values = 64};

/* ---- values ---- */

struct value {
	const char *key;
	enum {
		TEXT_VALUE,
		NUMBER_VALUE,
		TIME_VALUE,
		HEX_VALUE,
		BODY_VALUE
	} kind;
	void *out;
	size_t size;
	size_t *len; /* of hex; NULL: it must fill out */
};

static int text_take(const struct value *value, const json_t *json)
{
	const char *text = json_string_value(json);
	char *out = value->out;

	out[0] = '\0';
	if (json_is_null(json))
		return 0;
	return text ? str_copy(out, value->size, text) : -ERR_INVALID;
}

static int number_take(const struct value *value, const json_t *json)
{
	json_int_t number = json_integer_value(json);

	if (!json_is_integer(json) || number < 0 || number > SEQ_MAX)
		return -ERR_INVALID;
	*(int64_t *)value->out = number;
	return 0;
}

/* Only as we write it: another spelling of the same time was not exported. */
static int time_take(const struct value *value, const json_t *json)
{
	const char *text = json_string_value(json);
	char again[TIME_TEXT_MAX];
	int64_t at;

	if (!text || time_rfc3339_parse(text, &at) < 0)
		return -ERR_INVALID;
	time_rfc3339(at, again);
	if (strcmp(again, text) != 0)
		return -ERR_INVALID;
	*(int64_t *)value->out = at;
	return 0;
}

static int hex_take(const struct value *value, const json_t *json)
{
	size_t len = 0;
	int rc = 0;

	if (!json_is_string(json) && !(value->len && json_is_null(json)))
		return -ERR_INVALID;
	if (json_is_string(json))
		rc = str_hex_parse(json_string_value(json),
		    json_string_length(json), value->out, value->size, &len);
	if (rc == 0 && !value->len && len != value->size)
		return -ERR_INVALID;
	if (rc == 0 && value->len)
		*value->len = len;
	return rc;
}

/* Of any length: taken by whoever asked. */
static int body_take(const struct value *value, const json_t *json)
{
	(void)value;
	return json_is_string(json) || json_is_null(json) ? 0 : -ERR_INVALID;
}

/* Every value must be there, and nothing else: a key that no hash covers could
 * say anything. */
static int values_take(const json_t *object, const struct value *values,
    size_t count, struct err *err)
{
	static int (*const takes[])(const struct value *, const json_t *) = {
	    text_take, number_take, time_take, hex_take, body_take};
	size_t i;

	if (json_object_size(object) != count)
		return err_set(
		    err, ERR_INVALID, "the line has other members than ours");
	for (i = 0; i < count; i++) {
		const json_t *json = json_object_get(object, values[i].key);

		if (!json || takes[values[i].kind](&values[i], json) < 0)
			return err_set(err, ERR_INVALID,
			    "\"%s\" is missing or not as we write it",
			    values[i].key);
	}
	return 0;
}

#define TEXT_OF(row, member)                                                   \
	{                                                                      \
#member, TEXT_VALUE, (row)->member, sizeof((row)->member),     \
		    NULL                                                       \
	}
#define ORG_OF(row)                                                            \
	{                                                                      \
		"organisation_id", TEXT_VALUE, (row)->org_id,                  \
		    sizeof((row)->org_id), NULL                                \
	}
#define HASH_OF(name, bytes)                                                   \
	{                                                                      \
		name, HEX_VALUE, bytes, AUDIT_HASH, NULL                       \
	}
#define SEQ_OF(name, number)                                                   \
	{                                                                      \
		name, NUMBER_VALUE, number, 0, NULL                            \
	}
#define AT_OF(number)                                                          \
	{                                                                      \
		"at", TIME_VALUE, number, 0, NULL                              \
	}
#define TAKE(object, values, err)                                              \
	values_take(object, values, sizeof(values) / sizeof((values)[0]), err)

/* ---- lines ---- */

static int head_parse(const json_t *object, struct audit_file *out,
    struct audit_head *after, struct err *err)
{
	char format[32];
	const struct value values[] = {
	    {"format", TEXT_VALUE, format, sizeof(format), NULL}, ORG_OF(out),
	    SEQ_OF("after_seq", &after->seq),
	    HASH_OF("after_sha256", after->sha256), TEXT_OF(out, person_id),
	    TEXT_OF(out, device_id)};
	int rc = TAKE(object, values, err);

	if (rc == 0 && strcmp(format, AUDIT_FORMAT) != 0)
		rc = err_set(err, ERR_UNSUPPORTED,
		    "the format is \"%s\", known is " AUDIT_FORMAT, format);
	if (rc == 0 && !out->org_id[0])
		rc = err_set(err, ERR_INVALID, "the organisation is not named");
	return rc;
}

static int checkpoint_parse(
    const json_t *object, struct audit_checkpoint *out, struct err *err)
{
	struct audit_checkpoint row = {.seq = 0};
	char signature[4 * AUDIT_SIGNATURE_MAX / 3 + 8];
	const struct value values[] = {SEQ_OF("seq", &row.seq), AT_OF(&row.at),
	    ORG_OF(&row), HASH_OF("sha256", row.sha256),
	    {"signature", TEXT_VALUE, signature, sizeof(signature), NULL}};
	uint8_t *bytes = NULL;
	int rc = TAKE(object, values, err);

	if (rc == 0)
		rc = str_base64_parse(signature, strlen(signature), &bytes,
		    &row.signature_len, err);
	if (rc == 0 && row.signature_len > AUDIT_SIGNATURE_MAX)
		rc = err_set(err, ERR_LIMIT, "a signature is too long");
	if (rc == 0 && row.signature_len > 0)
		memcpy(row.signature, bytes, row.signature_len);
	free(bytes);
	if (rc == 0)
		*out = row;
	return rc;
}

int audit_file_parse_checkpoint(
    const char *line, size_t len, struct audit_checkpoint *out, struct err *err)
{
	json_t *object = NULL;
	const json_t *inner;
	int rc =
	    json_guard_load(line, len, &limits, "a checkpoint", &object, err);

	if (rc < 0)
		return rc;
	inner = json_object_get(object, "checkpoint");
	if (json_is_object(inner) && json_object_size(object) == 1)
		rc = checkpoint_parse(inner, out, err);
	else
		rc = err_set(err, ERR_INVALID, "the line is no checkpoint");
	json_decref(object);
	return rc;
}

static int entry_parse(
    const json_t *object, struct audit_row *row, struct err *err)
{
	const json_t *body = json_object_get(object, "body");
	const struct value values[] = {SEQ_OF("seq", &row->seq),
	    AT_OF(&row->at), ORG_OF(row), TEXT_OF(row, action),
	    TEXT_OF(row, actor), TEXT_OF(row, subject_kind),
	    TEXT_OF(row, subject_id), TEXT_OF(row, person_id),
	    TEXT_OF(row, device_id), TEXT_OF(row, case_id),
	    {"body", BODY_VALUE, NULL, 0, NULL},
	    {"salt", HEX_VALUE, row->salt, sizeof(row->salt), &row->salt_len},
	    HASH_OF("body_sha256", row->body_sha256),
	    HASH_OF("sha256", row->sha256)};

	row->body = json_is_null(body) ? "" : json_string_value(body);
	row->body_len = json_string_length(body);
	return TAKE(object, values, err);
}

static int hidden_parse(const json_t *object, int64_t *seq,
    uint8_t sha256[AUDIT_HASH], struct err *err)
{
	const struct value values[] = {
	    SEQ_OF("seq", seq), HASH_OF("entry_sha256", sha256)};

	return TAKE(object, values, err);
}

static int end_parse(
    const json_t *object, struct audit_head *end, struct err *err)
{
	const struct value values[] = {
	    SEQ_OF("end_seq", &end->seq), HASH_OF("sha256", end->sha256)};

	return TAKE(object, values, err);
}

/* ---- a file ---- */

struct reader {
	FILE *file;
	char *text; /* getline()'s */
	size_t room;
	long long line;
	struct audit_judge *judge;
	struct audit_head end;
	bool has_entries;
	bool has_end;
};

/* 1: a line of *len bytes without its newline; 0: the end. */
static int line_read(struct reader *reader, size_t *len, struct err *err)
{
	size_t used = 0;
	int c;

	while ((c = getc_unlocked(reader->file)) != EOF && c != '\n') {
		if (used >= AUDIT_LINE_MAX)
			return err_set(err, ERR_LIMIT,
			    "line %lld is longer than any of ours",
			    reader->line + 1);
		reader->text[used++] = (char)c;
	}
	if (c == EOF && ferror(reader->file))
		return err_set(err, ERR_IO, "the file: %s", strerror(errno));
	if (c == EOF && used == 0)
		return 0;
	reader->line++;
	*len = used;
	return 1;
}

static int entry_judge(
    struct reader *reader, const json_t *object, struct err *err)
{
	struct audit_row row = {.seq = 0};
	uint8_t sha256[AUDIT_HASH];
	int64_t seq = 0;
	bool is_hidden = json_object_get(object, "entry_sha256");
	int rc = is_hidden ? hidden_parse(object, &seq, sha256, err)
	                   : entry_parse(object, &row, err);

	if (rc < 0)
		return rc;
	reader->has_entries = true;
	return is_hidden ? audit_judge_hidden(reader->judge, seq, sha256, err)
	                 : audit_judge_entry(reader->judge, &row, err);
}

static int checkpoint_judge(
    struct reader *reader, const json_t *object, struct err *err)
{
	struct audit_checkpoint row;
	int rc;

	if (reader->has_entries)
		return err_set(err, ERR_INVALID,
		    "a checkpoint stands among the entries, not before them");
	rc = checkpoint_parse(object, &row, err);
	return rc < 0 ? rc : audit_judge_checkpoint(reader->judge, &row, err);
}

static int object_judge(
    struct reader *reader, const json_t *object, struct err *err)
{
	const json_t *checkpoint = json_object_get(object, "checkpoint");

	if (reader->has_end)
		return err_set(
		    err, ERR_INVALID, "something stands behind the end");
	if (json_is_object(checkpoint) && json_object_size(object) == 1)
		return checkpoint_judge(reader, checkpoint, err);
	if (!json_object_get(object, "end_seq"))
		return entry_judge(reader, object, err);
	reader->has_end = true;
	return end_parse(object, &reader->end, err);
}

/* What is no line of ours is a finding; only our own trouble ends it. */
static int line_judge(struct reader *reader, size_t len, struct err *err)
{
	struct err why = {0};
	json_t *object = NULL;
	int rc = json_guard_load(
	    reader->text, len, &limits, "the line", &object, &why);

	if (rc == 0 && !json_is_object(object))
		rc = err_set(&why, ERR_INVALID, "the line is no object");
	if (rc == 0)
		rc = object_judge(reader, object, &why);
	json_decref(object);
	if (rc == -ERR_MEMORY || rc == -ERR_CRYPTO)
		return err_set(err, why.code, "%s", why.text);
	if (rc < 0)
		audit_judge_fault(
		    reader->judge, "line %lld: %.300s", reader->line, why.text);
	return 0;
}

static int lines_judge(struct reader *reader, struct err *err)
{
	size_t len;
	int rc;

	while ((rc = line_read(reader, &len, err)) > 0) {
		rc = line_judge(reader, len, err);
		if (rc < 0)
			break;
	}
	if (rc == 0 && !reader->has_end)
		audit_judge_fault(reader->judge,
		    "the file has no end: a part of it is not here");
	return rc;
}

static int held_judge(struct reader *reader, FILE *held, struct err *err)
{
	struct reader other = {.file = held, .text = reader->text};
	struct audit_checkpoint row;
	size_t len;
	int rc;

	while ((rc = line_read(&other, &len, err)) > 0) {
		rc = audit_file_parse_checkpoint(other.text, len, &row, err);
		if (rc < 0) {
			(void)err_prefix(
			    err, "the held checkpoints, line %lld", other.line);
			break;
		}
		rc = audit_judge_checkpoint(reader->judge, &row, err);
		if (rc < 0)
			break;
	}
	return rc;
}

static int head_read(struct reader *reader, struct audit_file *out,
    struct audit_head *after, struct err *err)
{
	json_t *object = NULL;
	size_t len;
	int rc = line_read(reader, &len, err);

	if (rc == 0)
		return err_set(err, ERR_INVALID, "the file is empty");
	if (rc > 0)
		rc = json_guard_load(reader->text, len, &limits,
		    "an audit export's first line", &object, err);
	if (rc == 0)
		rc = head_parse(object, out, after, err);
	json_decref(object);
	return rc;
}

bool audit_file_is(const char *start, size_t len)
{
	static const char sign[] = "{\"format\":\"" AUDIT_FORMAT "\"";

	return len >= sizeof(sign) - 1 &&
	    memcmp(start, sign, sizeof(sign) - 1) == 0;
}

int audit_file_judge(FILE *file, FILE *held, const char *orders_key,
    struct audit_file *out, struct err *err)
{
	struct reader reader = {.file = file, .text = malloc(AUDIT_LINE_MAX)};
	struct audit_file *found = calloc(1, sizeof(*found));
	struct audit_head after;
	int rc;

	if (!reader.text || !found)
		rc = err_memory(err);
	else
		rc = head_read(&reader, found, &after, err);
	if (rc == 0)
		rc = audit_judge_new(
		    found->org_id, orders_key, &reader.judge, err);
	if (rc == 0 && held)
		rc = held_judge(&reader, held, err);
	if (rc == 0) {
		audit_judge_begin(reader.judge, after.seq, after.sha256);
		/* Each of ours is signed before it goes. */
		audit_judge_want_signed(reader.judge);
		rc = lines_judge(&reader, err);
	}
	if (rc == 0) {
		audit_judge_end(reader.judge,
		    reader.has_end ? &reader.end : NULL, &found->finding);
		*out = *found;
	}
	audit_judge_free(reader.judge);
	free(reader.text);
	free(found);
	return rc;
}
