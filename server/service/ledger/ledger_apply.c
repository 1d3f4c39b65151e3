/*
 * A file of lines about the ledger, applied as one: either every line or none.
 * The dry run does the same work and takes it back.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/pack.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/departure/return_case.h"
#include "server/service/ledger/ledger.h"
#include "server/service/service.h"
#include "server/store/store_phone.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct apply {
	struct ledger ledger;
	const char *text;
	size_t len;
	bool dry_run;
	bool is_done;              /* the dry run came to its end */
	struct ledger_line *lines; /* owned; what each came to */
	size_t count;
	size_t cap;
	struct ledger_report report;
};

/* ---- the members of a line ---- */

enum member_kind {
	MEMBER_TEXT,  /* const char * */
	MEMBER_FLAG,  /* bool */
	MEMBER_YESNO, /* int: 0, 1 */
	MEMBER_ROLES, /* int64_t, of a list of words */
	MEMBER_FLAGS, /* int64_t, of a list of words */
};

struct member {
	const char *name;
	enum member_kind kind;
	size_t offset;
};
#define MEMBER(type, member, kind)                                             \
	{                                                                      \
#member, kind, offsetof(struct type, member)                   \
	}

struct word {
	const char *name;
	int64_t bit;
};

static int take_words(const json_t *list, const struct word *words,
    size_t count, int64_t *out, struct err *err)
{
	const char *text;
	json_t *item;
	size_t index;
	size_t i;

	*out = 0;
	if (!json_is_array(list))
		return err_set(err, ERR_INVALID, "a list of words is wanted");
	json_array_foreach(list, index, item)
	{
		text = json_string_value(item);
		for (i = 0; text && i < count; i++)
			if (strcmp(words[i].name, text) == 0)
				break;
		if (!text || i == count)
			return err_set(err, ERR_INVALID,
			    "there is no \"%.60s\"", text ? text : "");
		*out |= words[i].bit;
	}
	return 0;
}

static int take_roles(const json_t *list, int64_t *out, struct err *err)
{
	struct word words[PACK_ROLE_COUNT];
	unsigned i;

	for (i = 0; i < PACK_ROLE_COUNT; i++)
		words[i] = (struct word){
		    pack_role_name((enum pack_role)(1u << i)), 1 << i};
	return take_words(list, words, COUNT(words), out, err);
}

static int take_flags(const json_t *list, int64_t *out, struct err *err)
{
	static const struct word words[] = {{"twin", SUBSCRIPTION_TWIN},
	    {"data", SUBSCRIPTION_DATA}, {"m2m", SUBSCRIPTION_M2M}};

	return take_words(list, words, COUNT(words), out, err);
}

static int take_text(const json_t *value, const char **out, struct err *err)
{
	const char *text = json_string_value(value);

	/* jansson's texts may hold NUL when asked to; they are not asked to. */
	if (!text)
		return err_set(err, ERR_INVALID, "a text is wanted");
	*out = text;
	return 0;
}

static int take_value(const struct member *member, const json_t *value,
    void *out, struct err *err)
{
	char *at = (char *)out + member->offset;

	switch (member->kind) {
	case MEMBER_TEXT:
		return take_text(value, (const char **)(void *)at, err);
	case MEMBER_ROLES:
		return take_roles(value, (int64_t *)(void *)at, err);
	case MEMBER_FLAGS:
		return take_flags(value, (int64_t *)(void *)at, err);
	case MEMBER_FLAG:
	case MEMBER_YESNO:
		break;
	}
	if (!json_is_boolean(value))
		return err_set(err, ERR_INVALID, "true or false is wanted");
	if (member->kind == MEMBER_FLAG)
		*(bool *)(void *)at = json_is_true(value);
	else
		*(int *)(void *)at = json_is_true(value);
	return 0;
}

static int take_members(json_t *object, const struct member *members,
    size_t count, void *out, struct err *err)
{
	const char *key;
	json_t *value;
	size_t i;
	int rc;

	json_object_foreach(object, key, value)
	{
		for (i = 0; i < count; i++)
			if (strcmp(members[i].name, key) == 0)
				break;
		if (i == count)
			return err_set(err, ERR_INVALID,
			    "there is no member \"%.60s\"", key);
		if ((rc = take_value(&members[i], value, out, err)) < 0)
			return err_prefix(err, "%s", key);
	}
	return 0;
}

/* ---- what a line may be about ---- */

typedef int put_fn(struct txn *txn, const struct ledger *ledger, json_t *object,
    struct ledger_line *line, struct err *err);

static void name_line(struct ledger_line *line, const char *name)
{
	(void)snprintf(line->name, sizeof(line->name), "%s", name);
}

static int put_unit(struct txn *txn, const struct ledger *ledger,
    json_t *object, struct ledger_line *line, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(unit_said, external_id, MEMBER_TEXT),
	    MEMBER(unit_said, name, MEMBER_TEXT),
	    MEMBER(unit_said, parent, MEMBER_TEXT),
	    MEMBER(unit_said, manager, MEMBER_TEXT),
	    MEMBER(unit_said, coordinator, MEMBER_TEXT),
	    MEMBER(unit_said, number, MEMBER_TEXT),
	    MEMBER(unit_said, ended, MEMBER_FLAG),
	};
	struct unit_said said = {.name = NULL};
	struct unit_row row;
	int rc = take_members(object, members, COUNT(members), &said, err);

	if (rc == 0)
		rc = ledger_unit_put(
		    txn, ledger, &said, &row, &line->effect, err);
	if (rc == 0)
		name_line(line, row.name);
	return rc;
}

static int put_person(struct txn *txn, const struct ledger *ledger,
    json_t *object, struct ledger_line *line, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(person_said, external_id, MEMBER_TEXT),
	    MEMBER(person_said, name, MEMBER_TEXT),
	    MEMBER(person_said, first_name, MEMBER_TEXT),
	    MEMBER(person_said, last_name, MEMBER_TEXT),
	    MEMBER(person_said, mail, MEMBER_TEXT),
	    MEMBER(person_said, number, MEMBER_TEXT),
	    MEMBER(person_said, language, MEMBER_TEXT),
	    MEMBER(person_said, unit, MEMBER_TEXT),
	};
	struct person_said said = {.name = NULL};
	struct person_row row;
	int rc = take_members(object, members, COUNT(members), &said, err);

	if (rc == 0)
		rc = ledger_person_put(
		    txn, ledger, &said, &row, &line->effect, err);
	if (rc == 0)
		name_line(line, row.name);
	return rc;
}

static int put_employment(struct txn *txn, const struct ledger *ledger,
    json_t *object, struct ledger_line *line, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(employment_said, external_id, MEMBER_TEXT),
	    MEMBER(employment_said, person, MEMBER_TEXT),
	    MEMBER(employment_said, unit, MEMBER_TEXT),
	    MEMBER(employment_said, roles, MEMBER_ROLES),
	    MEMBER(employment_said, from, MEMBER_TEXT),
	    MEMBER(employment_said, to, MEMBER_TEXT),
	};
	struct employment_said said = {.person = NULL};
	struct employment_row row;
	int rc = take_members(object, members, COUNT(members), &said, err);

	if (rc == 0)
		rc = ledger_employment_put(
		    txn, ledger, &said, &row, &line->effect, err);
	if (rc == 0)
		name_line(line, said.person);
	return rc;
}

static int put_absence(struct txn *txn, const struct ledger *ledger,
    json_t *object, struct ledger_line *line, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(absence_said, person, MEMBER_TEXT),
	    MEMBER(absence_said, deputy, MEMBER_TEXT),
	    MEMBER(absence_said, from, MEMBER_TEXT),
	    MEMBER(absence_said, until, MEMBER_TEXT),
	};
	struct absence_said said = {.person = NULL};
	struct absence_row row;
	int rc = take_members(object, members, COUNT(members), &said, err);

	if (rc == 0)
		rc = ledger_absence_put(
		    txn, ledger, &said, &row, &line->effect, err);
	if (rc == 0)
		name_line(line, said.person);
	return rc;
}

static int put_subscription(struct txn *txn, const struct ledger *ledger,
    json_t *object, struct ledger_line *line, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(subscription_said, number, MEMBER_TEXT),
	    MEMBER(subscription_said, iccid, MEMBER_TEXT),
	    MEMBER(subscription_said, eid, MEMBER_TEXT),
	    MEMBER(subscription_said, operator, MEMBER_TEXT),
	    MEMBER(subscription_said, flags, MEMBER_FLAGS),
	    MEMBER(subscription_said, expected_imeis, MEMBER_TEXT),
	    MEMBER(subscription_said, unit, MEMBER_TEXT),
	    MEMBER(subscription_said, ended, MEMBER_FLAG),
	};
	struct subscription_said said = {.flags = -1};
	struct subscription_row row;
	int rc = take_members(object, members, COUNT(members), &said, err);

	if (rc == 0)
		rc = ledger_subscription_put(
		    txn, ledger, &said, &row, &line->effect, err);
	if (rc == 0)
		name_line(line, row.number[0] ? row.number : row.iccid);
	return rc;
}

static int put_phone(struct txn *txn, const struct ledger *ledger,
    json_t *object, struct ledger_line *line, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(phone_said, phone, MEMBER_TEXT),
	    MEMBER(phone_said, is_private, MEMBER_YESNO),
	    MEMBER(phone_said, kind, MEMBER_TEXT),
	    MEMBER(phone_said, imei, MEMBER_TEXT),
	    MEMBER(phone_said, model, MEMBER_TEXT),
	    MEMBER(phone_said, name, MEMBER_TEXT),
	    MEMBER(phone_said, is_here, MEMBER_YESNO),
	};
	struct phone_said said = {.is_private = -1, .is_here = -1};
	struct device row;
	int rc = take_members(object, members, COUNT(members), &said, err);

	if (rc == 0)
		rc = ledger_phone_put(
		    txn, ledger, &said, &row, &line->effect, err);
	if (rc == 0 && line->effect == LEDGER_CHANGED)
		rc = return_phone_changed(txn, ledger->service, ledger->org_id,
		    row.id, ledger->now, err);
	if (rc == 0)
		name_line(line, row.serial);
	return rc;
}

static int put_accessory(struct txn *txn, const struct ledger *ledger,
    json_t *object, struct ledger_line *line, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(accessory_said, label, MEMBER_TEXT),
	    MEMBER(accessory_said, name, MEMBER_TEXT),
	    MEMBER(accessory_said, person, MEMBER_TEXT),
	    MEMBER(accessory_said, phone, MEMBER_TEXT),
	    MEMBER(accessory_said, ended, MEMBER_FLAG),
	};
	struct accessory_said said = {.label = NULL};
	struct accessory_row row;
	int rc = take_members(object, members, COUNT(members), &said, err);

	if (rc == 0)
		rc = ledger_accessory_put(
		    txn, ledger, &said, &row, &line->effect, err);
	if (rc == 0)
		name_line(line, row.label);
	return rc;
}

static const struct member assignment_members[] = {
    MEMBER(assignment_said, person, MEMBER_TEXT),
    MEMBER(assignment_said, phone, MEMBER_TEXT),
    MEMBER(assignment_said, subscription, MEMBER_TEXT),
    MEMBER(assignment_said, in_phone, MEMBER_TEXT),
    MEMBER(assignment_said, is_shared, MEMBER_YESNO),
};

static int put_assignment(struct txn *txn, const struct ledger *ledger,
    json_t *object, struct ledger_line *line, struct err *err)
{
	struct assignment_said said = {.is_shared = -1};
	struct assignment_row row;
	int rc = take_members(
	    object, assignment_members, COUNT(assignment_members), &said, err);

	if (rc == 0)
		rc = ledger_assignment_put(
		    txn, ledger, &said, &row, &line->effect, err);
	if (rc == 0)
		name_line(line, said.phone ? said.phone : said.subscription);
	return rc;
}

static int put_return(struct txn *txn, const struct ledger *ledger,
    json_t *object, struct ledger_line *line, struct err *err)
{
	struct assignment_said said = {.is_shared = -1};
	struct assignment_row row;
	int rc = take_members(
	    object, assignment_members, COUNT(assignment_members), &said, err);

	if (rc == 0)
		rc = ledger_assignment_end(
		    txn, ledger, &said, "returned", &row, err);
	line->effect = LEDGER_ENDED;
	if (rc == 0)
		name_line(line, said.phone ? said.phone : said.subscription);
	return rc;
}

static const struct {
	const char *name;
	put_fn *put;
} kinds[] = {
    {"unit", put_unit},
    {"person", put_person},
    {"employment", put_employment},
    {"absence", put_absence},
    {"subscription", put_subscription},
    {"phone", put_phone},
    {"accessory", put_accessory},
    {"assignment", put_assignment},
    {"return", put_return},
};

/* ---- lines ---- */

static int put_line(struct txn *txn, const struct apply *apply, json_t *line,
    struct ledger_line *out, struct err *err)
{
	const char *key;
	json_t *value;
	size_t i;
	int rc;

	if (!json_is_object(line) || json_object_size(line) != 1)
		return err_set(err, ERR_INVALID,
		    "one thing a line is wanted, like {\"person\": {…}}");
	json_object_foreach(line, key, value)
	{
		for (i = 0; i < COUNT(kinds); i++)
			if (strcmp(kinds[i].name, key) == 0)
				break;
		if (i == COUNT(kinds) || !json_is_object(value))
			return err_set(err, ERR_INVALID,
			    "\"%.60s\" is none of unit, person, employment, "
			    "absence, subscription, phone, accessory, "
			    "assignment, return with its members",
			    key);
		out->what = kinds[i].name;
		rc = kinds[i].put(txn, &apply->ledger, value, out, err);
		if (rc < 0)
			return err_prefix(err, "%s", key);
	}
	return 0;
}

static int parse_line(struct txn *txn, struct apply *apply, const char *text,
    size_t len, struct ledger_line *out, struct err *err)
{
	json_error_t why = {0};
	json_t *line;
	int rc;

	if (len > LEDGER_LINE_MAX)
		return err_set(
		    err, ERR_LIMIT, "longer than %d bytes", LEDGER_LINE_MAX);
	line = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!line)
		return err_set(err, ERR_INVALID, "no JSON: %.100s", why.text);
	rc = put_line(txn, apply, line, out, err);
	json_decref(line);
	return rc;
}

static bool is_skipped(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
			return text[i] == '#';
	return true;
}

static int keep_line(
    struct apply *apply, const struct ledger_line *line, struct err *err)
{
	struct ledger_line *lines;

	if (apply->count == LEDGER_LINES_MAX)
		return err_set(
		    err, ERR_LIMIT, "more than %d lines", LEDGER_LINES_MAX);
	if (apply->count == apply->cap) {
		apply->cap = apply->cap ? apply->cap * 2 : 256;
		lines =
		    realloc(apply->lines, apply->cap * sizeof(*apply->lines));
		if (!lines)
			return err_memory(err);
		apply->lines = lines;
	}
	apply->lines[apply->count++] = *line;
	apply->report.lines++;
	apply->report.effects[line->effect]++;
	return 0;
}

static int apply_lines(struct txn *txn, struct apply *apply, struct err *err)
{
	const char *at = apply->text;
	const char *end = apply->text + apply->len;
	struct ledger_line line = {.number = 0};
	const char *newline;
	size_t len;
	int rc = 0;

	for (; rc == 0 && at < end; at += len + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		len = (size_t)((newline ? newline : end) - at);
		line.number++;
		if (is_skipped(at, len))
			continue;
		rc = parse_line(txn, apply, at, len, &line, err);
		if (rc == 0)
			rc = keep_line(apply, &line, err);
		if (rc < 0)
			return err_prefix(err, "line %u", line.number);
	}
	return rc;
}

/* A file, and how many of its lines changed something; those are noted each by
 * itself. One that changed nothing writes nothing. */
static int note_applied(
    struct txn *txn, const struct apply *apply, struct err *err)
{
	unsigned unchanged = apply->report.effects[LEDGER_UNCHANGED];
	char lines[24];
	char saved[24];
	const struct audit_note note = {
	    .action = AUDIT_LEDGER_APPLIED,
	    .org_id = apply->ledger.org_id,
	    .by = apply->ledger.by,
	    .subject_kind = "ledger",
	    .params = {{"lines", lines}, {"saved", saved}},
	};

	if (apply->report.lines == unchanged)
		return 0;
	(void)snprintf(lines, sizeof(lines), "%u", apply->report.lines);
	(void)snprintf(
	    saved, sizeof(saved), "%u", apply->report.lines - unchanged);
	return audit_write(txn, apply->ledger.service, &note, err);
}

static int apply_all(struct txn *txn, void *arg, struct err *err)
{
	struct apply *apply = arg;
	int rc;

	apply->count = 0;
	apply->is_done = false;
	apply->report = (struct ledger_report){.lines = 0};
	rc = apply_lines(txn, apply, err);
	if (rc == 0 && !apply->dry_run)
		rc = note_applied(txn, apply, err);
	if (rc < 0 || !apply->dry_run)
		return rc;
	apply->is_done = true;
	return -ERR_CONFLICT; /* so that nothing of it is kept */
}

int service_ledger_apply(struct service *service, const struct actor *actor,
    const char *text, size_t len, bool dry_run, ledger_line_fn *fn, void *arg,
    struct ledger_report *out, struct err *err)
{
	struct apply apply = {.text = text, .len = len, .dry_run = dry_run};
	size_t i;
	int rc;

	if (len > LEDGER_FILE_MAX)
		return err_set(err, ERR_LIMIT, "the file is over %d bytes",
		    LEDGER_FILE_MAX);
	rc = ledger_init(&apply.ledger, service, actor, err);
	if (rc == 0)
		rc = store_write(service->store, apply_all, &apply, err);
	if (apply.is_done)
		rc = 0;
	for (i = 0; rc == 0 && fn && i < apply.count; i++)
		rc = fn(arg, &apply.lines[i]);
	free(apply.lines);
	if (rc < 0)
		return rc;
	if (!dry_run)
		log_info(service->log, "ledger_applied", LOG_USER, actor->name,
		    LOG_ORGANISATION, actor->org_id, NULL);
	*out = apply.report;
	return 0;
}
