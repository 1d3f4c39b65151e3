/*
 * What only one person may have: an external id, a mail address. Two of the
 * roster that want the same are told; one that somebody has who has left goes
 * over to whom the source now says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/roster/roster_inside.h"

/* ---- within the roster ---- */

static int note_said(struct roster_look *look, struct roster_index *index,
    const char *text, size_t at, const char *field)
{
	const struct roster *roster = look->plan->roster;
	char sentence[ERR_TEXT_MAX];
	size_t before = roster_index_get(index, text);
	char *copy;

	if (before != ROSTER_INDEX_NONE) {
		(void)snprintf(sentence, sizeof(sentence),
		    "\"%.100s\" stands on line %lu, too, at \"%.60s\"", text,
		    roster->people[before].line, roster->people[before].key);
		return plan_fault(look->plan, roster->people[at].line, field,
		    sentence, look->err);
	}
	copy = roster_arena_text(&look->plan->arena, text);
	return copy ? roster_index_put(index, copy, at, look->err)
	            : err_memory(look->err);
}

/* Counted, so that a name of two is nobody's. */
static int count_name(
    struct roster_look *look, const struct roster_person *said)
{
	struct roster_index *names = &look->plan->name_count;
	const struct person_said now = {
	    .name = said->name,
	    .first_name = said->first_name,
	    .last_name = said->last_name,
	};
	struct person_row row = {.name = ""};
	size_t count;
	char *copy;

	if (ledger_person_take(look->txn, &now, &row, NULL) < 0)
		return 0;
	count = roster_index_get(names, row.name);
	if (count != ROSTER_INDEX_NONE)
		return roster_index_put(names,
		    roster_arena_text(&look->plan->arena, row.name), count + 1,
		    look->err);
	copy = roster_arena_text(&look->plan->arena, row.name);
	return copy ? roster_index_put(names, copy, 1, look->err)
	            : err_memory(look->err);
}

int roster_unique_said(struct roster_look *look)
{
	const struct roster *roster = look->plan->roster;
	struct roster_index ids = {.slots = NULL};
	const struct roster_person *said;
	char mail[LIMIT_NAME + 1];
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < roster->people_count; i++) {
		said = &roster->people[i];
		mail[0] = '\0';
		(void)ledger_mail_take(mail, sizeof(mail), said->mail, NULL);
		if (mail[0])
			rc = note_said(
			    look, &look->plan->by_mail, mail, i, "mail");
		if (rc == 0 && said->external_id && *said->external_id)
			rc = note_said(
			    look, &ids, said->external_id, i, "external_id");
		if (rc == 0)
			rc = count_name(look, said);
	}
	roster_index_clear(&ids);
	return rc;
}

/* ---- against the ledger ---- */

/* One who is not in the roster gives the address up. */
static int free_mail(struct roster_look *look, const struct person_row *holder,
    const struct plan_person *to)
{
	struct roster_plan *plan = look->plan;
	struct plan_person *person = &plan->people[plan->people_count];
	char words[ERR_TEXT_MAX];

	(void)snprintf(words, sizeof(words), "mail %.100s goes to %.100s",
	    holder->mail, to->name);
	*person = (struct plan_person){
	    .key = "",
	    .effect = ROSTER_CHANGES,
	    .frees_mail = true,
	};
	(void)str_copy(
	    person->person_id, sizeof(person->person_id), holder->id);
	person->name = roster_arena_text(&plan->arena, holder->name);
	person->words = roster_arena_text(&plan->arena, words);
	if (!person->name || !person->words)
		return err_memory(look->err);
	plan->counts.effects[ROSTER_CHANGES]++;
	plan->people_count++;
	return 0;
}

static int refuse(struct roster_look *look, const struct plan_person *person,
    const char *field, const char *text, const struct person_row *holder)
{
	char sentence[ERR_TEXT_MAX];

	(void)snprintf(sentence, sizeof(sentence),
	    "%s: \"%.100s\" belongs to %.100s, who is another person of the "
	    "ledger",
	    field, text, holder->name);
	return plan_fault(
	    look->plan, person->said->line, field, sentence, look->err);
}

static int check_mail(struct roster_look *look, struct plan_person *person)
{
	struct roster_plan *plan = look->plan;
	struct person_row holder;
	char mail[LIMIT_NAME + 1] = "";
	enum employed_when employed;
	size_t other;
	int rc;

	if (ledger_mail_take(mail, sizeof(mail), person->said->mail, NULL) <
	        0 ||
	    !mail[0])
		return 0;
	rc = store_person_find_mail(
	    look->txn, look->ledger->org_id, mail, &holder, NULL);
	if (rc < 0 || strcmp(holder.id, person->person_id) == 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	other = roster_index_get(&plan->by_person, holder.id);
	/* That one gets another, since no two of the roster want the same. */
	if (other != ROSTER_INDEX_NONE && plan->people[other].said &&
	    plan->people[other].said->mail) {
		plan->people[other].frees_mail = true;
		return 0;
	}
	rc = ledger_employed(
	    look->txn, look->ledger, holder.id, &employed, look->err);
	if (rc < 0)
		return rc;
	if (employed == EMPLOYED_STILL)
		return refuse(look, person, "mail", mail, &holder);
	return free_mail(look, &holder, person);
}

static int check_id(struct roster_look *look, struct plan_person *person)
{
	const char *id = person->said->external_id;
	struct person_row holder;
	int rc;

	if (!id || !*id)
		return 0;
	rc = store_person_find_external(
	    look->txn, look->ledger->org_id, id, &holder, NULL);
	if (rc < 0 || strcmp(holder.id, person->person_id) == 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	return refuse(look, person, "external_id", id, &holder);
}

int roster_unique_held(struct roster_look *look)
{
	struct roster_plan *plan = look->plan;
	size_t count = plan->people_count;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < count; i++) {
		if (!plan->people[i].said || !plan->people[i].person_changes)
			continue;
		rc = check_mail(look, &plan->people[i]);
		if (rc == 0)
			rc = check_id(look, &plan->people[i]);
	}
	return rc;
}
