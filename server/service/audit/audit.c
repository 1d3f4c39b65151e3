#include "server/service/audit/audit.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_chain.h"
#include "server/service/service.h"

struct action {
	const char *word;
	const char *title;
	const char *params; /* keys, a blank between */
};

static const struct action actions[AUDIT_ACTION_COUNT] = {
#define AUDIT_ROW(constant, word_, title_, params_)                            \
	[constant] = {.word = (word_), .title = (title_), .params = (params_)},
    AUDIT_ACTIONS(AUDIT_ROW)
#undef AUDIT_ROW
};

const char *audit_action_word(enum audit_action action)
{
	bool is_ours = action > AUDIT_NONE && action < AUDIT_ACTION_COUNT;

	return is_ours ? actions[action].word : "?";
}

const char *audit_action_title(const char *word)
{
	size_t i;

	for (i = 1; i < AUDIT_ACTION_COUNT; i++)
		if (strcmp(actions[i].word, word) == 0)
			return actions[i].title;
	return word;
}

/* ---- the body ---- */

static bool is_listed(const char *keys, const char *key)
{
	size_t len = strlen(key);

	while (*keys) {
		size_t word = strcspn(keys, " ");

		if (word == len && memcmp(keys, key, len) == 0)
			return true;
		keys += word;
		keys += strspn(keys, " ");
	}
	return false;
}

/* Cut between characters: the mark behind says so. */
static void append_value(struct buf *body, const char *value)
{
	char text[AUDIT_VALUE_MAX + sizeof("…")];
	size_t len = strnlen(value, AUDIT_VALUE_MAX + 1);

	if (len <= AUDIT_VALUE_MAX) {
		buf_append_json(body, value);
		return;
	}
	len = AUDIT_VALUE_MAX;
	while (len > 0 && ((unsigned char)value[len] & 0xc0) == 0x80)
		len--;
	(void)snprintf(text, sizeof(text), "%.*s…", (int)len, value);
	buf_append_json(body, text);
}

static void append_member(
    struct buf *body, const char **between, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	buf_append_str(body, *between);
	buf_append_json(body, key);
	buf_append_char(body, ':');
	append_value(body, value);
	*between = ",";
}

/* What is not listed is a fault of ours: loud for us, harmless for others. */
static int refuse_param(
    const struct action *action, const char *key, struct err *err)
{
#ifdef NDEBUG
	(void)action;
	(void)key;
	(void)err;
	return 0;
#else
	return err_set(err, ERR_INTERNAL,
	    "audit: the action %s lists no parameter \"%.64s\"", action->word,
	    key);
#endif
}

static int append_params(struct buf *body, const struct action *action,
    const struct audit_param *params, struct err *err)
{
	const char *between = "";
	bool redacted = false;
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < AUDIT_PARAMS_MAX && params[i].key; i++) {
		if (is_listed(action->params, params[i].key)) {
			append_member(
			    body, &between, params[i].key, params[i].value);
			continue;
		}
		redacted = true;
		rc = refuse_param(action, params[i].key, err);
	}
	if (redacted)
		append_member(body, &between, "redacted", "yes");
	return rc;
}

/* {"why":…,"on_behalf_of":…,"params":{…}}: never empty, so "" is purged. */
static int body_make(
    struct buf *body, const struct audit_note *note, struct err *err)
{
	const char *between = "";
	int rc;

	buf_append_char(body, '{');
	append_member(body, &between, "why", note->why);
	append_member(body, &between, "on_behalf_of", note->on_behalf_of);
	buf_append_str(body, between);
	buf_append_str(body, "\"params\":{");
	rc = append_params(body, &actions[note->action], note->params, err);
	buf_append_str(body, "}}");
	return rc < 0 ? rc : buf_check(body, err);
}

/* ---- the entry ---- */

struct member {
	char *out;
	size_t size;
	const char *value;
};

static int row_fill(
    struct audit_row *row, const struct audit_note *note, struct err *err)
{
	const struct member members[] = {
	    {row->org_id, sizeof(row->org_id), note->org_id},
	    {row->action, sizeof(row->action), actions[note->action].word},
	    {row->actor, sizeof(row->actor), note->by},
	    {row->subject_kind, sizeof(row->subject_kind), note->subject_kind},
	    {row->subject_id, sizeof(row->subject_id), note->subject_id},
	    {row->person_id, sizeof(row->person_id), note->person_id},
	    {row->device_id, sizeof(row->device_id), note->device_id},
	    {row->case_id, sizeof(row->case_id), note->case_id},
	};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (str_copy(members[i].out, members[i].size,
		        members[i].value ? members[i].value : "") < 0)
			return err_set(err, ERR_INTERNAL,
			    "audit: a value of %s is too long",
			    actions[note->action].word);
	if (!row->actor[0])
		(void)str_copy(row->actor, sizeof(row->actor), "server");
	return 0;
}

static int row_bind_to_chain(struct audit_row *row,
    const struct audit_head *before, struct audit_head *after, struct err *err)
{
	struct audit_hasher *hasher = NULL;
	uint8_t entry[AUDIT_HASH];
	int rc = audit_hasher_new(&hasher, err);

	row->seq = before->seq + 1;
	if (rc == 0)
		rc = audit_body_hash(hasher, row, row->body_sha256, err);
	if (rc == 0)
		rc = audit_entry_hash(hasher, row, entry, err);
	if (rc == 0)
		rc = audit_link_hash(
		    hasher, before->sha256, entry, row->sha256, err);
	audit_hasher_free(hasher);
	after->seq = row->seq;
	memcpy(after->sha256, row->sha256, AUDIT_HASH);
	return rc;
}

static int row_append(struct txn *txn, struct audit_row *row, struct err *err)
{
	struct audit_head before;
	struct audit_head after;
	int rc = 0;

	if (row->device_id[0] && !row->person_id[0])
		rc = store_audit_holder(
		    txn, row->org_id, row->device_id, row->person_id, err);
	if (rc == 0)
		rc = store_audit_head_load(txn, row->org_id, &before, err);
	if (rc == 0)
		rc = row_bind_to_chain(row, &before, &after, err);
	if (rc == 0)
		rc = store_audit_insert(txn, row, err);
	if (rc == 0)
		rc = store_audit_head_save(txn, row->org_id, &after, err);
	return rc;
}

int audit_write(struct txn *txn, struct service *service,
    const struct audit_note *note, struct err *err)
{
	struct audit_row row = {.salt_len = AUDIT_SALT};
	struct buf body = {0};
	int rc;

	if (note->action <= AUDIT_NONE || note->action >= AUDIT_ACTION_COUNT ||
	    !note->org_id || !*note->org_id)
		return err_set(err, ERR_INTERNAL,
		    "audit: an entry needs an action and an organisation");
	rc = row_fill(&row, note, err);
	if (rc == 0)
		rc = body_make(&body, note, err);
	if (rc == 0) {
		row.at = clock_now(service->clock);
		rng_fill(service->rng, row.salt, sizeof(row.salt));
		row.body = (const char *)body.data;
		row.body_len = body.len;
		rc = row_append(txn, &row, err);
	}
	buf_clear(&body);
	if (rc < 0)
		(void)err_prefix(err, "the audit log");
	return rc;
}

int audit_purge_person(struct txn *txn, struct service *service,
    const char *org_id, const char *person_id, const char *by, const char *why,
    int64_t *entries, struct err *err)
{
	char count[24];
	int64_t emptied = 0;
	struct audit_note note = {
	    .action = AUDIT_PURGED,
	    .org_id = org_id,
	    .by = by,
	    .subject_kind = "person",
	    .subject_id = person_id,
	    .person_id = person_id,
	    .why = why,
	    .params = {{"entries", count}},
	};
	int rc = store_audit_empty(txn, org_id, person_id,
	    audit_action_word(AUDIT_PURGED), &emptied, err);

	if (rc < 0)
		return rc;
	(void)snprintf(count, sizeof(count), "%lld", (long long)emptied);
	rc = audit_write(txn, service, &note, err);
	if (rc == 0 && entries)
		*entries = emptied;
	return rc;
}
