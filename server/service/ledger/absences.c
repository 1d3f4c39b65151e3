/* Absences: from when, until when, who stands in. Never why (C3). */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/ledger/ledger.h"
#include "server/service/ledger/ledger_changed.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/service.h"

struct meant {
	int64_t from_day;
	struct absence_row row;
};

static int note_meant(void *arg, const struct absence_row *row)
{
	struct meant *meant = arg;

	if (row->from_day == meant->from_day)
		meant->row = *row;
	return 0;
}

static int take_deputy(struct txn *txn, const struct ledger *ledger,
    const char *text, struct absence_row *row, struct err *err)
{
	struct person_row deputy = {.id = ""};
	int rc = 0;

	if (!text)
		return 0;
	if (*text)
		rc =
		    ledger_person_find(txn, ledger->org_id, text, &deputy, err);
	if (rc == 0 && *text && strcmp(deputy.id, row->person_id) == 0)
		return err_set(
		    err, ERR_INVALID, "nobody stands in for themselves");
	if (rc == 0)
		(void)str_copy(
		    row->deputy_id, sizeof(row->deputy_id), deputy.id);
	return rc;
}

static void make_row(struct absence_row *row, const struct ledger *ledger)
{
	uuid_make(ledger->now, ledger->service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), ledger->org_id);
	row->made_at = ledger->now;
	(void)str_copy(row->made_by, sizeof(row->made_by), ledger->by);
	row->ended_at = row->until_day ? ledger->now : 0;
	(void)str_copy(row->ended_by, sizeof(row->ended_by),
	    row->until_day ? ledger->by : "");
}

static int void_row(struct txn *txn, const struct ledger *ledger,
    struct absence_row *row, struct err *err)
{
	row->voided_at = ledger->now;
	(void)str_copy(row->voided_by, sizeof(row->voided_by), ledger->by);
	return store_absence_save(txn, row, err);
}

/* The days only: why somebody is away is nobody's here (invariant 7). */
static int note_row(struct txn *txn, const struct ledger *ledger,
    const struct absence_row *row, struct err *err)
{
	const struct audit_ledger_row note = {
	    .kind = "absence",
	    .id = row->id,
	    .person_id = row->person_id,
	    .from_day = row->from_day,
	    .to_day = row->until_day,
	    .is_voided = row->voided_at != 0,
	};

	return audit_ledger(txn, ledger, &note, err);
}

static int put_row(struct txn *txn, const struct ledger *ledger,
    struct absence_row *was, struct absence_row *row,
    enum ledger_effect *effect, struct err *err)
{
	int rc = 0;

	if (!was->id[0]) {
		*effect = LEDGER_ADDED;
		make_row(row, ledger);
	} else if (strcmp(was->deputy_id, row->deputy_id) != 0 ||
	    strcmp(was->source, row->source) != 0) {
		*effect = LEDGER_CHANGED;
		rc = void_row(txn, ledger, was, err);
		make_row(row, ledger);
	} else if (was->until_day != row->until_day) {
		*effect = row->until_day ? LEDGER_ENDED : LEDGER_CHANGED;
		row->ended_at = ledger->now;
		(void)str_copy(
		    row->ended_by, sizeof(row->ended_by), ledger->by);
	} else {
		*effect = LEDGER_UNCHANGED;
		return 0;
	}
	if (rc == 0)
		rc = store_absence_save(txn, row, err);
	if (rc == 0)
		rc = note_row(txn, ledger, row, err);
	return rc < 0 ? rc
	              : ledger_changed(txn, ledger, STORE_SUBJECT_PERSON,
	                    row->person_id, JUDGE_ABSENCE, err);
}

int ledger_absence_put(struct txn *txn, const struct ledger *ledger,
    const struct absence_said *said, struct absence_row *out,
    enum ledger_effect *effect, struct err *err)
{
	struct meant meant = {.from_day = 0};
	struct person_row person;
	struct absence_row row;
	int rc;

	if (!said->person || !said->from || !*said->from)
		return err_set(err, ERR_INVALID,
		    "an absence needs its person and its first day: from");
	if ((rc = ledger_person_find(
	         txn, ledger->org_id, said->person, &person, err)) < 0 ||
	    (rc = ledger_day_take(&meant.from_day, said->from, "from", err)) <
	        0 ||
	    (rc = store_absence_each_person(
	         txn, ledger->org_id, person.id, note_meant, &meant, err)) < 0)
		return rc;
	row = meant.row;
	if (said->source &&
	    (rc = ledger_text_take(row.source, sizeof(row.source), said->source,
	         "the source", err)) < 0)
		return rc;
	row.from_day = meant.from_day;
	(void)str_copy(row.person_id, sizeof(row.person_id), person.id);
	if ((rc = ledger_day_take(&row.until_day, said->until, "until", err)) <
	        0 ||
	    (rc = take_deputy(txn, ledger, said->deputy, &row, err)) < 0)
		return rc;
	if (row.until_day && row.until_day < row.from_day)
		return err_set(
		    err, ERR_INVALID, "the absence would end before it begins");
	if ((rc = put_row(txn, ledger, &meant.row, &row, effect, err)) < 0)
		return rc;
	*out = row;
	return 0;
}

int ledger_absence_void(struct txn *txn, const struct ledger *ledger,
    const char *id, struct absence_row *out, struct err *err)
{
	struct absence_row row;
	int rc = store_absence_load(txn, ledger->org_id, id, &row, err);

	if (rc < 0)
		return rc;
	if (row.voided_at)
		return err_set(err, ERR_CONFLICT, "it is voided already");
	if ((rc = void_row(txn, ledger, &row, err)) < 0 ||
	    (rc = note_row(txn, ledger, &row, err)) < 0)
		return rc;
	*out = row;
	return ledger_changed(txn, ledger, STORE_SUBJECT_PERSON, row.person_id,
	    JUDGE_ABSENCE, err);
}
