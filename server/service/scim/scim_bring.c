/*
 * A user of SCIM as a person of the ledger: the one way of all sources
 * (roster.h), with what "active" means for the employment.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/roster/roster.h"
#include "server/service/scim/scim_inside.h"

/* ---- the employment that SCIM made ---- */

static int note_ours(void *arg, const struct employment_row *row)
{
	struct employment_row *last = arg;

	if (strcmp(row->source, SCIM_SOURCE) == 0)
		*last = *row; /* oldest first */
	return 0;
}

/* id "": none. */
static int last_of_ours(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct employment_row *out, struct err *err)
{
	*out = (struct employment_row){.id = ""};
	return *person_id ? store_employment_each_person(txn, ledger->org_id,
	                        person_id, note_ours, out, err)
	                  : 0;
}

/* What is said of it, with room for the days. */
struct stay {
	struct roster_employment said;
	char day[CALENDAR_DATE_TEXT_MAX];
};

static int stay_begin(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct stay *stay, struct err *err)
{
	struct employment_row last;
	int rc = last_of_ours(txn, ledger, person_id, &last, err);

	if (rc < 0)
		return rc;
	stay->said.to = "";
	/* Over is over: who comes back is employed anew. */
	if (last.id[0] && last.to_day && last.to_day <= ledger->today) {
		calendar_day_text(ledger->today, stay->day);
		stay->said.from = stay->day;
	}
	return 0;
}

/*
 * The last day is today: nothing is erased before tomorrow's hour, so an
 * account that was switched off by mistake can be switched on again.
 */
static int stay_end(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct roster_person *person, struct stay *stay,
    struct err *err)
{
	const int64_t end = (int64_t)ledger->today + 1;
	struct employment_row last;
	int rc = last_of_ours(txn, ledger, person_id, &last, err);

	if (rc < 0 || !last.id[0] || (last.to_day && last.to_day <= end))
		return rc;
	if (last.from_day > end) { /* it would have begun later */
		person->is_gone = true;
		return 0;
	}
	calendar_day_text((int32_t)end, stay->day);
	stay->said.to = stay->day;
	person->employments = &stay->said;
	person->employment_count = 1;
	return 0;
}

/* ---- who leads ---- */

struct vote {
	const struct scim_user_row *row; /* as it will be */
	bool agrees;
};

static int count_vote(void *arg, const struct scim_user_row *other)
{
	struct vote *vote = arg;

	if (!other->is_active || strcmp(other->id, vote->row->id) == 0 ||
	    strcmp(other->id, vote->row->manager) == 0 ||
	    strcmp(other->department, vote->row->department) != 0)
		return 0;
	vote->agrees = strcmp(other->manager, vote->row->manager) == 0;
	return !vote->agrees;
}

/*
 * The head of a department names the head of the one above: so a manager is
 * said of a unit only when all others of it name the same.
 */
static int find_manager(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *row, struct scim_user_row *out, struct err *err)
{
	struct vote vote = {.row = row, .agrees = true};
	int rc;

	*out = (struct scim_user_row){.id = ""};
	if (!row->manager[0] || !row->department[0] ||
	    strcmp(row->manager, row->id) == 0)
		return 0;
	rc = store_scim_user_load(txn, ledger->org_id, row->manager, out, NULL);
	if (rc == -ERR_NOT_FOUND || (rc == 0 && !out->person_id[0])) {
		*out = (struct scim_user_row){.id = ""};
		return 0;
	}
	if (rc == 0)
		rc = store_scim_user_each_department(txn, ledger->org_id,
		    row->department, count_vote, &vote, err);
	if (rc >= 0 && !vote.agrees)
		*out = (struct scim_user_row){.id = ""};
	return rc < 0 ? rc : 0;
}

/* Nobody leads it, or somebody whom the directory said before; whom people
 * here have named stays. */
static int lead(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *row, const struct scim_user_row *manager,
    struct err *err)
{
	struct unit_said said = {.manager = manager->person_id};
	struct scim_user_row before;
	enum ledger_effect effect;
	struct unit_row unit;
	int rc;

	if (!manager->id[0] || !row->is_active)
		return 0;
	rc =
	    ledger_unit_find(txn, ledger->org_id, row->department, &unit, NULL);
	if (rc == -ERR_NOT_FOUND || rc == -ERR_CONFLICT)
		return 0;
	if (rc == 0 && unit.manager_id[0])
		rc = store_scim_user_find_person(
		    txn, ledger->org_id, unit.manager_id, &before, NULL);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return err_set(err, -rc, "the unit could not be looked up");
	said.name = unit.name;
	said.external_id = unit.external_id[0] ? unit.external_id : NULL;
	return ledger_unit_put(txn, ledger, &said, &unit, &effect, err);
}

/* ---- the person ---- */

/* NULL: never said; "": said before and no more. */
static const char *said_of(
    const struct scim_user_row *was, const char *before, const char *now)
{
	return *now ? now : was && *before ? "" : NULL;
}

static const char *name_of(const struct scim_user_row *row)
{
	if (row->display_name[0])
		return row->display_name;
	if (row->given_name[0] || row->family_name[0])
		return NULL; /* of first and last name */
	return row->formatted[0] ? row->formatted : row->user_name;
}

/* A number that is written as nobody dials it is left out. */
static const char *number_of(const char *text, char out[STORE_NUMBER])
{
	out[0] = '\0';
	return ledger_number_take(out, STORE_NUMBER, text, NULL) < 0 ? "" : out;
}

struct saying {
	struct roster_person person;
	char person_id[STORE_ID]; /* whom it is about; "": not known */
	struct stay stay;
	char was_number[STORE_NUMBER];
	char number[STORE_NUMBER];
};

static void person_say(struct saying *saying, const struct scim_user_row *was,
    const struct scim_user_row *row)
{
	struct roster_person *said = &saying->person;
	const char *before =
	    number_of(was ? was->number : "", saying->was_number);

	said->key = row->source_key;
	said->external_id =
	    row->employee_number[0] ? row->employee_number : NULL;
	said->name = name_of(row);
	said->first_name =
	    said_of(was, was ? was->given_name : "", row->given_name);
	said->last_name =
	    said_of(was, was ? was->family_name : "", row->family_name);
	said->mail = said_of(was, was ? was->mail : "", row->mail);
	said->number =
	    said_of(was, before, number_of(row->number, saying->number));
	said->language = said_of(was, was ? was->language : "", row->language);
}

static bool is_moved(
    const struct scim_user_row *was, const struct scim_user_row *row)
{
	return strcmp(was->department, row->department) != 0 ||
	    strcmp(was->manager, row->manager) != 0;
}

static int employment_say(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *was, const struct scim_user_row *row,
    struct saying *saying, struct err *err)
{
	struct roster_person *said = &saying->person;
	bool was_active = was && was->is_active && was->person_id[0];
	int rc = 0;

	if (!row->is_active)
		return was_active ? stay_end(txn, ledger, row->person_id, said,
		                        &saying->stay, err)
		                  : 0;
	if (!was_active)
		rc = stay_begin(
		    txn, ledger, saying->person_id, &saying->stay, err);
	else if (!is_moved(was, row))
		return 0;
	/* Who names no department stays where others have put them. */
	saying->stay.said.unit = row->department[0] ? row->department : NULL;
	said->employments = &saying->stay.said;
	said->employment_count = 1;
	return rc;
}

/* Two users of the directory are never one person of the ledger: who has the
 * phone of whom would be lost. */
static int person_check(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *row, const struct person_row *person,
    struct err *err)
{
	struct scim_user_row other;
	int rc = store_scim_user_find_person(
	    txn, ledger->org_id, person->id, &other, NULL);

	if (rc == -ERR_NOT_FOUND || (rc == 0 && strcmp(other.id, row->id) == 0))
		return 0;
	return rc < 0 ? err_set(err, -rc, "the user could not be looked up")
	              : err_set(err, ERR_CONFLICT,
	                    "the user \"%.100s\" has this mail address, "
	                    "employeeNumber or name already",
	                    other.user_name);
}

/* Whose the key of the HR system, or the mail address, is; id "": nobody's. */
static int find_holder(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *row, bool by_mail, struct person_row *out,
    struct err *err)
{
	char mail[LIMIT_NAME + 1] = "";
	int rc =
	    by_mail ? ledger_mail_take(mail, sizeof(mail), row->mail, err) : 0;

	if (rc < 0)
		return rc;
	rc = by_mail
	    ? store_person_find_mail(txn, ledger->org_id, mail, out, err)
	    : store_person_find_external(
	          txn, ledger->org_id, row->employee_number, out, err);
	if (rc == -ERR_NOT_FOUND)
		*out = (struct person_row){.id = ""};
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static bool is_other_key(
    const struct person_row *person, const struct scim_user_row *row)
{
	return person->external_id[0] && row->employee_number[0] &&
	    strcmp(person->external_id, row->employee_number) != 0;
}

/*
 * Who of the ledger the user is, as the roster will find: by the directory's
 * key, the key of the HR system, the mail address. Refuses what another person
 * has. *id "": somebody new, or known by no more than a name.
 */
static int find_person(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *row, char id[STORE_ID], struct err *err)
{
	struct source_person_row link = {.person_id = ""};
	struct person_row by_key;
	struct person_row by_mail;
	int rc = store_source_person_find(
	    txn, ledger->org_id, SCIM_SOURCE, row->source_key, &link, NULL);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, -rc, "the source could not be read");
	if ((rc = find_holder(txn, ledger, row, false, &by_key, err)) < 0 ||
	    (rc = find_holder(txn, ledger, row, true, &by_mail, err)) < 0)
		return rc;
	memcpy(id, link.person_id, STORE_ID);
	if (!*id)
		memcpy(id, by_key.id, STORE_ID);
	if (!*id && !is_other_key(&by_mail, row))
		memcpy(id, by_mail.id, STORE_ID);
	if (by_key.id[0] && strcmp(by_key.id, id) != 0)
		return err_set(err, ERR_CONFLICT,
		    "the employeeNumber is that of another person of the "
		    "ledger, %.100s",
		    by_key.name);
	if (by_mail.id[0] && strcmp(by_mail.id, id) != 0)
		return err_set(err, ERR_CONFLICT,
		    "the mail address is that of another person of the ledger, "
		    "%.100s: give that person another one first",
		    by_mail.name);
	return 0;
}

int scim_user_bring(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *was, struct scim_user_row *row, struct err *err)
{
	struct saying saying = {.person = {.key = NULL}};
	struct scim_user_row manager;
	struct person_row person;
	enum roster_effect effect;
	int rc;

	if (!row->is_active && !row->person_id[0])
		return 0; /* nothing is kept of who is not employed */
	person_say(&saying, was, row);
	if ((rc = find_person(txn, ledger, row, saying.person_id, err)) < 0 ||
	    (rc = employment_say(txn, ledger, was, row, &saying, err)) < 0 ||
	    (rc = roster_put_person(txn, ledger, SCIM_SOURCE, &saying.person,
	         &person, &effect, err)) < 0 ||
	    (rc = person_check(txn, ledger, row, &person, err)) < 0)
		return rc;
	(void)str_copy(row->person_id, sizeof(row->person_id), person.id);
	rc = find_manager(txn, ledger, row, &manager, err);
	return rc < 0 ? rc : lead(txn, ledger, row, &manager, err);
}

int scim_user_leave(struct txn *txn, const struct ledger *ledger,
    const struct scim_user_row *row, struct err *err)
{
	struct scim_user_row gone = *row;

	if (!row->is_active)
		return 0;
	gone.is_active = false;
	return scim_user_bring(txn, ledger, row, &gone, err);
}
