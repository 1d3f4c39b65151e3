/* Who somebody of a source is in the ledger, and what changes about them. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/roster/roster_inside.h"
#include "server/store/store_equipment.h"

/* ---- who it is ---- */

struct met {
	struct person_row row;         /* id "": nobody yet */
	struct source_person_row link; /* id "": the source did not know */
	const char *how;               /* NULL: by the source's own key */
};

static bool is_said(const char *text)
{
	return text && *text;
}

/* One who is there with another id is another person, whatever the mail. */
static bool is_other(
    const struct person_row *row, const struct roster_person *said)
{
	return row->external_id[0] && is_said(said->external_id) &&
	    strcmp(row->external_id, said->external_id) != 0;
}

static int find_by_mail(struct roster_look *look,
    const struct roster_person *said, struct person_row *out)
{
	char mail[LIMIT_NAME + 1] = "";
	int rc;

	if (!is_said(said->mail) ||
	    ledger_mail_take(mail, sizeof(mail), said->mail, NULL) < 0)
		return -ERR_NOT_FOUND;
	rc = store_person_find_mail(
	    look->txn, look->ledger->org_id, mail, out, look->err);
	return rc == 0 && is_other(out, said) ? -ERR_NOT_FOUND : rc;
}

static int note_link(void *arg, const struct source_person_row *row)
{
	struct met *met = arg;

	if (strcmp(row->source, met->link.source) == 0 && row->gone_at == 0)
		met->link = *row;
	return 0;
}

/* The key by which this source knows somebody already; id "": it does not. */
static int find_link(
    struct roster_look *look, const struct person_row *person, struct met *out)
{
	*out = (struct met){.how = NULL};
	(void)str_copy(out->link.source, sizeof(out->link.source),
	    look->plan->roster->source);
	return store_source_person_each_of(look->txn, look->ledger->org_id,
	    person->id, note_link, out, look->err);
}

/* The name of only one here and only one there, of whom nothing else is
 * known: somebody who got a phone before the source was connected. */
static int find_by_name(struct roster_look *look,
    const struct roster_person *said, struct person_row *out)
{
	struct person_row row = {.name = ""};
	struct person_said name = {
	    .name = said->name,
	    .first_name = said->first_name,
	    .last_name = said->last_name,
	};
	struct met other;
	int rc;

	if (ledger_person_take(look->txn, &name, &row, NULL) < 0 ||
	    roster_index_get(&look->plan->name_count, row.name) > 1)
		return -ERR_NOT_FOUND;
	rc = store_person_find_name(
	    look->txn, look->ledger->org_id, row.name, out, NULL);
	if (rc == -ERR_CONFLICT)
		return -ERR_NOT_FOUND;
	if (rc == 0 && (out->external_id[0] || out->mail[0]))
		return -ERR_NOT_FOUND;
	/* The source has two of this name: two people. */
	if (rc == 0)
		rc = find_link(look, out, &other);
	return rc == 0 && other.link.id[0] ? -ERR_NOT_FOUND : rc;
}

static int find_by_external(struct roster_look *look,
    const struct roster_person *said, struct person_row *out)
{
	if (!is_said(said->external_id))
		return -ERR_NOT_FOUND;
	return store_person_find_external(
	    look->txn, look->ledger->org_id, said->external_id, out, look->err);
}

/* New to the source by this key; perhaps known to it by another. */
static int adopt(
    struct roster_look *look, const struct roster_person *said, struct met *met)
{
	static const struct {
		int (*find)(struct roster_look *, const struct roster_person *,
		    struct person_row *);
		const char *how;
	} ways[] = {
	    {find_by_external, "id"},
	    {find_by_mail, "mail address"},
	    {find_by_name, "name"},
	};
	struct met other = {.how = NULL};
	int rc = -ERR_NOT_FOUND;
	size_t i;

	for (i = 0; rc == -ERR_NOT_FOUND && i < 3; i++) {
		rc = ways[i].find(look, said, &met->row);
		met->how = ways[i].how;
	}
	if (rc == -ERR_NOT_FOUND || (rc == 0 && met->row.purged_at)) {
		met->row = (struct person_row){.id = ""};
		met->how = NULL;
		return 0;
	}
	if (rc < 0)
		return rc;
	rc = find_link(look, &met->row, &other);
	if (rc == 0 && other.link.id[0])
		look->plan->rekeyed++;
	look->plan->adopted++;
	return rc;
}

static int meet(
    struct roster_look *look, const struct roster_person *said, struct met *met)
{
	int rc = store_source_person_find(look->txn, look->ledger->org_id,
	    look->plan->roster->source, said->key, &met->link, look->err);

	if (rc == 0) {
		rc = store_person_load(look->txn, look->ledger->org_id,
		    met->link.person_id, &met->row, look->err);
		if (rc < 0 || !met->row.purged_at)
			return rc;
		met->row = (struct person_row){.id = ""}; /* comes anew */
		rc = -ERR_NOT_FOUND;
	}
	return rc == -ERR_NOT_FOUND ? adopt(look, said, met) : rc;
}

/* ---- what changes about the person ---- */

struct was_is {
	const char *what;
	size_t offset;
	bool is_shown; /* with what it was and is */
};

static void say_changes(struct buf *words, const struct person_row *was,
    const struct person_row *row)
{
	static const struct was_is parts[] = {
	    {"name", offsetof(struct person_row, name), true},
	    {"id", offsetof(struct person_row, external_id), true},
	    {"mail", offsetof(struct person_row, mail), true},
	    {"number", offsetof(struct person_row, number), false},
	    {"language", offsetof(struct person_row, language), true},
	};
	const char *a;
	const char *b;
	size_t before = words->len;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		a = (const char *)was + parts[i].offset;
		b = (const char *)row + parts[i].offset;
		if (strcmp(a, b) == 0)
			continue;
		WORDS_AND(words);
		if (!parts[i].is_shown)
			buf_printf(words, "%s changes", parts[i].what);
		else
			buf_printf(words, "%s %s → %s", parts[i].what,
			    *a ? a : "none", *b ? b : "none");
	}
	if (words->len == before && !ledger_person_is_alike(was, row))
		buf_append_str(words, "first and last name are told apart");
}

/* Shapes of a file whose columns stand in each other's place. */
static void note_shape(struct roster_plan *plan, const struct person_row *was,
    const struct person_row *row)
{
	plan->met++;
	if (strcmp(was->name, row->name) != 0)
		plan->renamed++;
	if (was->mail[0] && strcmp(was->mail, row->mail) != 0)
		plan->remailed++;
	if (was->first_name[0] &&
	    strcmp(was->first_name, row->last_name) == 0 &&
	    strcmp(was->last_name, row->first_name) == 0 &&
	    strcmp(was->first_name, was->last_name) != 0)
		plan->swapped++;
}

static int look_at_row(struct roster_look *look, struct plan_person *person,
    const struct met *met, struct buf *words)
{
	const struct roster_person *said = person->said;
	const struct person_said now = {
	    .external_id = said->external_id,
	    .name = said->name,
	    .first_name = said->first_name,
	    .last_name = said->last_name,
	    .mail = said->mail,
	    .number = said->number,
	    .language = said->language,
	};
	struct person_row row = met->row;
	struct err why = {0};

	(void)str_copy(row.org_id, sizeof(row.org_id), look->ledger->org_id);
	/* A name in two parts is written anew: that of before is not kept. */
	if (ledger_person_take(look->txn, &now, &row, &why) < 0)
		return plan_fault(
		    look->plan, said->line, "", why.text, look->err);
	person->name = roster_arena_text(&look->plan->arena, row.name);
	if (!person->name)
		return err_memory(look->err);
	if (!met->row.id[0]) {
		person->person_changes = true;
		return 0;
	}
	note_shape(look->plan, &met->row, &row);
	person->person_changes = !ledger_person_is_alike(&met->row, &row);
	if (person->person_changes)
		say_changes(words, &met->row, &row);
	return 0;
}

/* ---- one person ---- */

static struct plan_person *person_new(
    struct roster_look *look, const struct roster_person *said)
{
	struct roster_plan *plan = look->plan;
	struct plan_person *person = &plan->people[plan->people_count];

	*person = (struct plan_person){
	    .said = said,
	    .key = said ? said->key : "",
	    .name = "",
	    .words = "",
	};
	return person;
}

static void say_how(const struct met *met, struct buf *words)
{
	if (!met->how)
		return;
	WORDS_AND(words);
	buf_printf(
	    words, "taken for %s of the ledger by %s", met->row.name, met->how);
}

static enum roster_effect effect_of(const struct plan_person *person,
    const struct employment_change *change, bool is_new)
{
	if (change->ends)
		return ROSTER_ENDS;
	if (is_new || (!change->was_employed && change->is_employed))
		return ROSTER_BEGINS;
	return person->person_changes || person->steps || person->link_changes
	    ? ROSTER_CHANGES
	    : ROSTER_UNCHANGED;
}

static int count_phone(void *arg, const struct assignment_row *row)
{
	size_t *phones = arg;

	if (row->kind == ASSIGNMENT_PHONE)
		(*phones)++;
	return 0;
}

/* What somebody who leaves holds is what comes back. */
static int say_phones(
    struct roster_look *look, struct plan_person *person, struct buf *words)
{
	size_t phones = 0;
	int rc = 0;

	if (person->effect != ROSTER_ENDS || !person->person_id[0])
		return 0;
	rc = store_assignment_each_person(look->txn, look->ledger->org_id,
	    person->person_id, true, count_phone, &phones, look->err);
	if (phones > 0)
		buf_printf(words, "; holds %zu phone%s", phones,
		    phones == 1 ? "" : "s");
	look->plan->phones += phones;
	return rc;
}

static int person_keep(struct roster_look *look, struct plan_person *person,
    const struct employment_change *change, struct buf *words)
{
	struct roster_plan *plan = look->plan;
	int rc = say_phones(look, person, words);

	if (rc < 0)
		return rc;
	if (words->failed ||
	    !(person->words = roster_arena_text(
	          &plan->arena, words->data ? (char *)words->data : "")))
		return err_memory(look->err);
	plan->counts.effects[person->effect]++;
	if (person->effect == ROSTER_ENDS && change->last_day) {
		if (!plan->first_end || change->last_day < plan->first_end)
			plan->first_end = change->last_day;
		if (change->last_day > plan->last_end)
			plan->last_end = change->last_day;
	}
	plan->people_count++;
	return 0;
}

/* Two of the roster that are one of the ledger. */
static int note_person(struct roster_look *look, struct plan_person *person)
{
	struct roster_plan *plan = look->plan;
	char sentence[ERR_TEXT_MAX];
	char *id;
	size_t other;

	if (!person->person_id[0])
		return 0;
	other = roster_index_get(&plan->by_person, person->person_id);
	if (other != ROSTER_INDEX_NONE) {
		(void)snprintf(sentence, sizeof(sentence),
		    "\"%.60s\" and \"%.60s\" are one person of the ledger, "
		    "%.80s: the same id, mail address or name",
		    plan->people[other].key, person->key, person->name);
		return plan_fault(plan, person->said ? person->said->line : 0,
		    "key", sentence, look->err);
	}
	id = roster_arena_text(&plan->arena, person->person_id);
	return id ? roster_index_put(
	                &plan->by_person, id, plan->people_count, look->err)
	          : err_memory(look->err);
}

static int look_at(struct roster_look *look, struct plan_person *person,
    struct met *met, struct buf *words)
{
	struct employment_change change = {false};
	int rc;

	(void)str_copy(
	    person->person_id, sizeof(person->person_id), met->row.id);
	(void)str_copy(person->link_id, sizeof(person->link_id), met->link.id);
	person->link_changes = !met->link.id[0] || met->link.gone_at != 0 ||
	    strcmp(met->link.person_id, met->row.id) != 0;
	say_how(met, words);
	if ((rc = look_at_row(look, person, met, words)) < 0 ||
	    (rc = note_person(look, person)) < 0 ||
	    (rc = roster_employments_look(look, person, words, &change)) < 0 ||
	    (rc = roster_leaves_look(look, person, words)) < 0)
		return rc;
	if (!met->row.id[0] && !change.is_employed &&
	    (change.was_over || person->said->is_gone)) {
		look->plan->over++; /* left before we knew: not kept */
		return 0;
	}
	person->effect = effect_of(person, &change, !met->row.id[0]);
	return person_keep(look, person, &change, words);
}

int roster_person_look(
    struct roster_look *look, const struct roster_person *said)
{
	struct plan_person *person = person_new(look, said);
	struct met met = {.how = NULL};
	struct buf words = {0};
	int rc = meet(look, said, &met);

	if (rc == 0)
		rc = look_at(look, person, &met, &words);
	buf_clear(&words);
	return rc;
}

int roster_person_miss(
    struct roster_look *look, const struct source_person_row *link)
{
	struct plan_person *person = person_new(look, NULL);
	struct employment_change change = {false};
	struct person_row row;
	struct buf words = {0};
	int rc = store_person_load(
	    look->txn, look->ledger->org_id, link->person_id, &row, look->err);

	if (rc < 0)
		return rc;
	person->is_left_out = true;
	person->link_changes = true;
	(void)str_copy(person->person_id, sizeof(person->person_id), row.id);
	(void)str_copy(person->link_id, sizeof(person->link_id), link->id);
	person->key = roster_arena_text(&look->plan->arena, link->source_key);
	person->name = roster_arena_text(&look->plan->arena, row.name);
	if (!person->key || !person->name)
		return err_memory(look->err);
	buf_append_str(&words, "not in the roster any more");
	rc = roster_employments_look(look, person, &words, &change);
	if (rc == 0) {
		person->effect = change.ends ? ROSTER_ENDS : ROSTER_CHANGES;
		rc = person_keep(look, person, &change, &words);
	}
	buf_clear(&words);
	return rc;
}
