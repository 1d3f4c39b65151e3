/* People: who they are and how to reach them; nothing private. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/ledger/ledger.h"
#include "server/service/ledger/ledger_changed.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/service.h"

/* "Anna Maria Lind": the last word is the last name. */
static void split_name(struct person_row *row)
{
	const char *blank = strrchr(row->name, ' ');
	size_t first = blank ? (size_t)(blank - row->name) : 0;

	if (row->first_name[0] || row->last_name[0])
		return;
	if (!blank) {
		(void)str_copy(
		    row->first_name, sizeof(row->first_name), row->name);
		return;
	}
	memcpy(row->first_name, row->name, first);
	(void)str_copy(row->last_name, sizeof(row->last_name), blank + 1);
}

static void join_name(struct person_row *row)
{
	(void)snprintf(row->name, sizeof(row->name), "%.126s%s%.126s",
	    row->first_name, row->first_name[0] && row->last_name[0] ? " " : "",
	    row->last_name);
}

static int take_language(
    struct person_row *row, const char *text, struct err *err)
{
	static const char *const known[] = {"", "sv", "da", "en"};
	size_t i;

	if (!text)
		return 0;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(text, known[i]) == 0)
			return str_copy(
			    row->language, sizeof(row->language), text);
	return err_set(err, ERR_INVALID,
	    "\"%.20s\" is no language of ours; write sv, da or en", text);
}

static int take_unit(
    struct txn *txn, struct person_row *row, const char *text, struct err *err)
{
	struct unit_row unit = {.id = ""};
	int rc = 0;

	if (!text)
		return 0;
	if (*text)
		rc = ledger_unit_find(txn, row->org_id, text, &unit, err);
	if (rc == 0)
		(void)str_copy(row->unit_id, sizeof(row->unit_id), unit.id);
	return rc;
}

int ledger_person_take(struct txn *txn, const struct person_said *said,
    struct person_row *row, struct err *err)
{
	int rc;

	if ((rc = ledger_text_take(row->external_id, sizeof(row->external_id),
	         said->external_id, "the external id", err)) < 0 ||
	    (rc = ledger_text_take(row->first_name, sizeof(row->first_name),
	         said->first_name, "the first name", err)) < 0 ||
	    (rc = ledger_text_take(row->last_name, sizeof(row->last_name),
	         said->last_name, "the last name", err)) < 0 ||
	    (rc = ledger_text_take(row->name, sizeof(row->name), said->name,
	         "the name", err)) < 0 ||
	    (rc = ledger_mail_take(
	         row->mail, sizeof(row->mail), said->mail, err)) < 0 ||
	    (rc = ledger_number_take(
	         row->number, sizeof(row->number), said->number, err)) < 0 ||
	    (rc = take_language(row, said->language, err)) < 0 ||
	    (rc = take_unit(txn, row, said->unit, err)) < 0)
		return rc;
	if (!said->name && (said->first_name || said->last_name))
		join_name(row);
	if (!row->name[0])
		return err_set(err, ERR_INVALID, "the person has no name");
	split_name(row);
	return 0;
}

static int find_existing(struct txn *txn, const char *org_id,
    const struct person_said *said, struct person_row *out, struct err *err)
{
	struct person_row named = {.id = ""};
	int rc;

	if (said->is_new)
		return -ERR_NOT_FOUND;
	if (said->id)
		return store_person_load(txn, org_id, said->id, out, err);
	if (said->external_id && *said->external_id)
		return store_person_find_external(
		    txn, org_id, said->external_id, out, err);
	if (said->mail && *said->mail) {
		if ((rc = ledger_mail_take(
		         named.mail, sizeof(named.mail), said->mail, err)) < 0)
			return rc;
		return store_person_find_mail(
		    txn, org_id, named.mail, out, err);
	}
	if (said->name)
		rc = ledger_text_take(named.name, sizeof(named.name),
		    said->name, "the name", err);
	else
		rc = ledger_person_take(txn, said, &named, err);
	return rc < 0
	    ? rc
	    : store_person_find_name(txn, org_id, named.name, out, err);
}

bool ledger_person_is_alike(
    const struct person_row *a, const struct person_row *b)
{
	return strcmp(a->external_id, b->external_id) == 0 &&
	    strcmp(a->name, b->name) == 0 &&
	    strcmp(a->first_name, b->first_name) == 0 &&
	    strcmp(a->last_name, b->last_name) == 0 &&
	    strcmp(a->mail, b->mail) == 0 &&
	    strcmp(a->number, b->number) == 0 &&
	    strcmp(a->language, b->language) == 0 &&
	    strcmp(a->unit_id, b->unit_id) == 0;
}

struct renaming {
	struct txn *txn;
	const struct person_row *person;
	struct err *err;
	char ids[64][STORE_ID]; /* more phones than one person holds */
	size_t count;
};

static int note_phone(void *arg, const struct assignment_row *row)
{
	struct renaming *renaming = arg;

	if (row->kind == ASSIGNMENT_PHONE && renaming->count < 64)
		memcpy(
		    renaming->ids[renaming->count++], row->device_id, STORE_ID);
	return 0;
}

/* Phones are found by the name of their holder. */
static int rename_phones(
    struct txn *txn, const struct person_row *person, struct err *err)
{
	struct renaming renaming = {.txn = txn, .person = person, .err = err};
	struct device device;
	size_t i;
	int rc = store_assignment_each_person(
	    txn, person->org_id, person->id, true, note_phone, &renaming, err);

	for (i = 0; rc == 0 && i < renaming.count; i++) {
		rc = store_device_load_of(
		    txn, person->org_id, renaming.ids[i], &device, err);
		if (rc < 0 || strcmp(device.person, person->name) == 0)
			continue;
		(void)str_copy(
		    device.person, sizeof(device.person), person->name);
		rc = store_device_save(txn, &device, err);
	}
	return rc;
}

int ledger_person_put(struct txn *txn, const struct ledger *ledger,
    const struct person_said *said, struct person_row *out,
    enum ledger_effect *effect, struct err *err)
{
	struct person_row was = {.id = ""};
	struct person_row row;
	int rc = find_existing(txn, ledger->org_id, said, &was, err);

	if (rc < 0 && (rc != -ERR_NOT_FOUND || said->id))
		return rc;
	row = was;
	if (rc == -ERR_NOT_FOUND) {
		uuid_make(ledger->now, ledger->service->rng, row.id);
		(void)str_copy(row.org_id, sizeof(row.org_id), ledger->org_id);
		row.created_at = ledger->now;
	}
	if ((rc = ledger_person_take(txn, said, &row, err)) < 0)
		return rc;
	*effect = !was.id[0]                     ? LEDGER_ADDED
	    : ledger_person_is_alike(&was, &row) ? LEDGER_UNCHANGED
	                                         : LEDGER_CHANGED;
	*out = row;
	if (*effect == LEDGER_UNCHANGED)
		return 0;
	out->changed_at = ledger->now;
	(void)str_copy(out->changed_by, sizeof(out->changed_by), ledger->by);
	if ((rc = store_person_save(txn, out, err)) < 0 ||
	    (rc = rename_phones(txn, out, err)) < 0 ||
	    (rc = audit_ledger(txn, ledger,
	         &(const struct audit_ledger_row){.kind = "person",
	             .id = out->id,
	             .person_id = out->id,
	             .unit_id = out->unit_id},
	         err)) < 0)
		return rc;
	return ledger_changed(
	    txn, ledger, STORE_SUBJECT_PERSON, out->id, JUDGE_EMPLOYMENT, err);
}

int ledger_person_meet(struct txn *txn, const struct ledger *ledger,
    const char *text, struct person_row *out, struct err *err)
{
	struct person_said said = {.name = text};
	enum ledger_effect effect;
	int rc = ledger_person_find(txn, ledger->org_id, text, out, err);

	/* A mail address that is not known is a slip, no name. */
	if (rc != -ERR_NOT_FOUND || strchr(text, '@'))
		return rc;
	return ledger_person_put(txn, ledger, &said, out, &effect, err);
}
