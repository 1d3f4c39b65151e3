/* A person as the rules see them; absence in dates only (C3). */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/judge/judge_known.h"

/* Employments --------------------------------------------------------------- */

struct employed {
	const struct judge_world *world;
	struct known_person *who;
	int64_t newest_from;
	unsigned last_roles; /* of the one that ended last */
};

static void again(struct known_person *who, int64_t at_ms)
{
	if (at_ms < who->again_at_ms)
		who->again_at_ms = at_ms;
}

static int take_employment(void *arg, const struct employment_row *row)
{
	struct employed *employed = arg;
	struct known_person *who = employed->who;
	const struct judge_world *world = employed->world;

	who->has_employment = true;
	if (row->from_day > world->today) {
		again(who,
		    calendar_day_begins(
		        world->place.zone, (int32_t)row->from_day));
		return 0;
	}
	if (row->to_day > 0 && row->to_day <= world->today) {
		if (row->to_day >= who->end_day) {
			who->end_day = (int32_t)row->to_day;
			employed->last_roles = (unsigned)row->roles;
		}
		return 0;
	}
	who->is_employed = true;
	who->roles |= (unsigned)row->roles;
	if (row->to_day > 0)
		again(who,
		    calendar_day_begins(
		        world->place.zone, (int32_t)row->to_day));
	if (row->from_day >= employed->newest_from) {
		employed->newest_from = row->from_day;
		(void)str_copy(
		    who->unit_id, sizeof(who->unit_id), row->unit_id);
	}
	return 0;
}

int known_person_load(struct txn *txn, const struct judge_world *world,
    const char *person_id, struct known_person *who, struct err *err)
{
	struct employed employed = {.world = world, .who = who};
	int rc;

	*who = (struct known_person){.again_at_ms = INT64_MAX};
	if (!*person_id)
		return 0;
	(void)str_copy(who->id, sizeof(who->id), person_id);
	rc = store_employment_each_person(txn, world->tenant->organisation.id,
	    person_id, take_employment, &employed, err);
	if (rc < 0)
		return rc;
	if (who->is_employed)
		who->end_day = 0;
	else
		who->roles = employed.last_roles;
	return 0;
}

/* Absence ----------------------------------------------------------------- */

struct away {
	const struct judge_world *world;
	struct subject_absence *absence;
};

static int take_absence(void *arg, const struct absence_row *row)
{
	struct away *away = arg;
	struct subject_absence *absence = away->absence;
	int32_t today = away->world->today;

	if (row->from_day > today) {
		if (!absence->next_day || row->from_day < absence->next_day)
			absence->next_day = (int32_t)row->from_day;
	} else if (row->until_day == 0 || row->until_day >= today) {
		/* Oldest first: the one that began last is told. */
		absence->is_away = true;
		absence->from_day = (int32_t)row->from_day;
		absence->until_day = (int32_t)row->until_day;
	}
	return 0;
}

static int load_absence(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err)
{
	struct away away = {world, &known->facts.absence};

	if (!(world->asked[known->kind] & JUDGE_ABSENCE))
		return 0;
	return store_absence_each_person(txn, world->tenant->organisation.id,
	    known->id, take_absence, &away, err);
}

int known_load_person(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err)
{
	struct person_row row;
	int rc = store_person_load(
	    txn, world->tenant->organisation.id, known->id, &row, NULL);

	if (rc == -ERR_NOT_FOUND || (rc == 0 && row.purged_at))
		return 0;
	if (rc < 0)
		return err_set(
		    err, (enum err_code) - rc, "a person could not be read");
	known->exists = true;
	rc = known_person_load(txn, world, known->id, &known->person, err);
	if (rc == 0)
		rc = load_absence(txn, world, known, err);
	if (rc == 0)
		rc = known_load_evidence(txn, world, known, err);
	known->facts.roles = known->person.roles;
	known->facts.employment_end_day = known->person.end_day;
	known_again(known, known->person.again_at_ms);
	return rc;
}
