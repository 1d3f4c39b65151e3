/* Employments [from, to): added, ended, moved; another role is another row. */
#include <stdio.h>
#include <string.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/departure/departure.h"
#include "server/service/ledger/ledger.h"
#include "server/service/ledger/ledger_changed.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/service.h"

/* The one that is meant among a person's. */
struct meant {
	const struct employment_said *said;
	const char *unit_id; /* NULL: any */
	int64_t from_day;    /* 0: any */
	int32_t today;
	struct employment_row row;
	unsigned matches;
};

static bool is_over(const struct employment_row *row, int32_t today)
{
	return row->to_day > 0 && row->to_day <= today;
}

static int note_meant(void *arg, const struct employment_row *row)
{
	struct meant *meant = arg;
	const char *external = meant->said->external_id;

	if (external && *external) {
		if (strcmp(row->external_id, external) != 0)
			return 0;
	} else if (meant->unit_id &&
	    strcmp(row->unit_id, meant->unit_id) != 0) {
		return 0;
	}
	if (meant->from_day ? row->from_day != meant->from_day
	                    : is_over(row, meant->today))
		return 0;
	meant->row = *row;
	meant->matches++;
	return 0;
}

static int find_meant(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct meant *meant, struct err *err)
{
	int rc;

	if (meant->said->is_new)
		return 0;
	if (meant->said->id) {
		rc = store_employment_load(
		    txn, ledger->org_id, meant->said->id, &meant->row, err);
		return rc < 0 ||
		        (!meant->row.voided_at &&
		            strcmp(meant->row.person_id, person_id) == 0)
		    ? rc
		    : err_set(err, ERR_CONFLICT,
		          "this employment is voided or another person's");
	}
	rc = store_employment_each_person(
	    txn, ledger->org_id, person_id, note_meant, meant, err);

	if (rc == 0 && meant->matches > 1)
		return err_set(err, ERR_CONFLICT,
		    "several employments of this person fit; say from when, "
		    "or its external id");
	return rc;
}

static int take_said(const struct employment_said *said,
    struct employment_row *row, struct err *err)
{
	int rc;

	if (said->roles < 0 || said->roles >= 1 << PACK_ROLE_COUNT)
		return err_set(err, ERR_INVALID, "there is no such role");
	if ((rc = ledger_text_take(row->external_id, sizeof(row->external_id),
	         said->external_id, "the external id", err)) < 0 ||
	    (said->source &&
	        (rc = ledger_text_take(row->source, sizeof(row->source),
	             said->source, "the source", err)) < 0) ||
	    (rc = ledger_day_take(&row->from_day, said->from, "from", err)) <
	        0 ||
	    (rc = ledger_day_take(&row->to_day, said->to, "to", err)) < 0)
		return rc;
	if (said->roles)
		row->roles = said->roles;
	if (!row->roles)
		row->roles = PACK_ROLE_EMPLOYEE;
	if (!row->from_day)
		return err_set(err, ERR_INVALID,
		    "an employment needs its first day: from");
	if (row->to_day && row->to_day < row->from_day)
		return err_set(err, ERR_INVALID,
		    "the employment would end before it "
		    "begins");
	return 0;
}

static void make_row(struct employment_row *row, const struct ledger *ledger)
{
	uuid_make(ledger->now, ledger->service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), ledger->org_id);
	row->made_at = ledger->now;
	(void)str_copy(row->made_by, sizeof(row->made_by), ledger->by);
	row->ended_at = row->to_day ? ledger->now : 0;
	(void)str_copy(row->ended_by, sizeof(row->ended_by),
	    row->to_day ? ledger->by : "");
}

static int void_row(struct txn *txn, const struct ledger *ledger,
    struct employment_row *row, struct err *err)
{
	row->voided_at = ledger->now;
	(void)str_copy(row->voided_by, sizeof(row->voided_by), ledger->by);
	return store_employment_save(txn, row, err);
}

/* What it is changes: the old row is voided, another says what is right. */
static bool is_another(
    const struct employment_row *a, const struct employment_row *b)
{
	return a->roles != b->roles || a->from_day != b->from_day ||
	    strcmp(a->unit_id, b->unit_id) != 0 ||
	    strcmp(a->external_id, b->external_id) != 0;
}

static int note_row(struct txn *txn, const struct ledger *ledger,
    const struct employment_row *row, struct err *err)
{
	const struct audit_ledger_row note = {
	    .kind = "employment",
	    .id = row->id,
	    .person_id = row->person_id,
	    .unit_id = row->unit_id,
	    .from_day = row->from_day,
	    .to_day = row->to_day,
	    .is_ended = row->to_day != 0,
	    .is_voided = row->voided_at != 0,
	};

	return audit_ledger(txn, ledger, &note, err);
}

static int say_changed(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct err *err)
{
	int rc = ledger_changed(txn, ledger, STORE_SUBJECT_PERSON, person_id,
	    JUDGE_EMPLOYMENT, err);

	return rc < 0
	    ? rc
	    : departure_employment_changed(txn, ledger, person_id, err);
}

static int put_row(struct txn *txn, const struct ledger *ledger,
    struct employment_row *was, struct employment_row *row,
    enum ledger_effect *effect, struct err *err)
{
	int rc = 0;

	if (!was->id[0]) {
		*effect = LEDGER_ADDED;
		make_row(row, ledger);
	} else if (is_another(was, row)) {
		*effect = LEDGER_CHANGED;
		rc = void_row(txn, ledger, was, err);
		make_row(row, ledger);
	} else if (was->to_day != row->to_day) {
		*effect = row->to_day ? LEDGER_ENDED : LEDGER_CHANGED;
		row->ended_at = ledger->now;
		(void)str_copy(
		    row->ended_by, sizeof(row->ended_by), ledger->by);
	} else if (strcmp(was->source, row->source) != 0) {
		*effect = LEDGER_CHANGED; /* a source knows it now */
	} else {
		*effect = LEDGER_UNCHANGED;
		return 0;
	}
	if (rc == 0)
		rc = store_employment_save(txn, row, err);
	if (rc == 0)
		rc = note_row(txn, ledger, row, err);
	return rc < 0 ? rc : say_changed(txn, ledger, row->person_id, err);
}

int ledger_employment_put(struct txn *txn, const struct ledger *ledger,
    const struct employment_said *said, struct employment_row *out,
    enum ledger_effect *effect, struct err *err)
{
	struct meant meant = {.said = said, .today = ledger->today};
	struct unit_row unit = {.id = ""};
	struct person_row person;
	struct employment_row row;
	int rc;

	if (!said->person)
		return err_set(
		    err, ERR_INVALID, "whose employment is not said");
	if ((rc = ledger_person_find(
	         txn, ledger->org_id, said->person, &person, err)) < 0 ||
	    (rc = ledger_day_take(&meant.from_day, said->from, "from", err)) <
	        0)
		return rc;
	if (said->unit && *said->unit &&
	    (rc = ledger_unit_find(
	         txn, ledger->org_id, said->unit, &unit, err)) < 0)
		return rc;
	meant.unit_id = said->unit ? unit.id : NULL;
	if ((rc = find_meant(txn, ledger, person.id, &meant, err)) < 0)
		return rc;
	row = meant.row;
	(void)str_copy(row.person_id, sizeof(row.person_id), person.id);
	if (said->unit)
		(void)str_copy(row.unit_id, sizeof(row.unit_id), unit.id);
	if ((rc = take_said(said, &row, err)) < 0 ||
	    (rc = put_row(txn, ledger, &meant.row, &row, effect, err)) < 0)
		return rc;
	*out = row;
	return 0;
}

int ledger_employment_void(struct txn *txn, const struct ledger *ledger,
    const char *id, struct employment_row *out, struct err *err)
{
	struct employment_row row;
	int rc = store_employment_load(txn, ledger->org_id, id, &row, err);

	if (rc < 0)
		return rc;
	if (row.voided_at)
		return err_set(err, ERR_CONFLICT, "it is voided already");
	if ((rc = void_row(txn, ledger, &row, err)) < 0 ||
	    (rc = note_row(txn, ledger, &row, err)) < 0)
		return rc;
	*out = row;
	return say_changed(txn, ledger, row.person_id, err);
}

/* ---- employed at all ---- */

struct employed_look {
	int32_t today;
	enum employed_when found;
};

static int note_employed(void *arg, const struct employment_row *row)
{
	struct employed_look *look = arg;

	if (!is_over(row, look->today))
		look->found = EMPLOYED_STILL;
	else if (look->found == EMPLOYED_NEVER)
		look->found = EMPLOYED_ONCE;
	return look->found == EMPLOYED_STILL;
}

int ledger_employed(struct txn *txn, const struct ledger *ledger,
    const char *person_id, enum employed_when *out, struct err *err)
{
	struct employed_look look = {ledger->today, EMPLOYED_NEVER};
	int rc = store_employment_each_person(
	    txn, ledger->org_id, person_id, note_employed, &look, err);

	*out = look.found;
	return rc < 0 ? rc : 0;
}
