/* Units and the organisation: what our own register shows about them. */
#include <string.h>

#include "proto/base/err.h"
#include "server/service/judge/judge_known.h"
#include "server/store/store_task.h"

/* A post is held by somebody who works here today. */
static int holds(struct txn *txn, const struct judge_world *world,
    const char *person_id, struct judge_known *known, bool *out,
    struct err *err)
{
	struct known_person who;
	int rc = known_person_load(txn, world, person_id, &who, err);

	if (rc < 0)
		return rc;
	*out = *person_id && (who.is_employed || !who.has_employment);
	known_again(known, who.again_at_ms);
	return 0;
}

int known_load_unit(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err)
{
	struct unit_row row;
	bool coordinator = false;
	bool manager = false;
	int rc = store_unit_load(
	    txn, world->tenant->organisation.id, known->id, &row, NULL);

	if (rc == -ERR_NOT_FOUND || (rc == 0 && row.ended_at))
		return 0;
	if (rc == 0)
		rc = holds(
		    txn, world, row.coordinator_id, known, &coordinator, err);
	if (rc == 0)
		rc = holds(txn, world, row.manager_id, known, &manager, err);
	if (rc < 0)
		return rc;
	known->exists = true;
	known_register(known, world, PACK_FACT_REGISTER_COORDINATOR,
	    coordinator ? PACK_WORD_YES : PACK_WORD_NO);
	known_register(known, world, PACK_FACT_REGISTER_TEAM_LEADER,
	    manager ? PACK_WORD_YES : PACK_WORD_NO);
	return known_load_evidence(txn, world, known, err);
}

/* An order to an operator that somebody without the central role sent. */
struct ordering {
	struct txn *txn;
	const struct judge_world *world;
	bool is_central;
	struct err *err;
};

static int look_at_order(void *arg, const struct equipment_order_row *row)
{
	struct ordering *ordering = arg;
	struct known_person who;
	int rc;

	if ((row->what != EQUIPMENT_BLOCK && row->what != EQUIPMENT_REPLACE &&
	        row->what != EQUIPMENT_SUBSCRIPTION) ||
	    row->ordered_at == 0 || !row->decided_by_person_id[0])
		return 0;
	rc = known_person_load(ordering->txn, ordering->world,
	    row->decided_by_person_id, &who, ordering->err);
	if (rc == 0 && !(who.roles & PACK_ROLE_CENTRAL_ADMINISTRATION))
		ordering->is_central = false;
	return rc;
}

int known_load_organisation(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err)
{
	struct ordering ordering = {txn, world, true, err};
	const char *org_id = world->tenant->organisation.id;
	int rc = 0;

	known->exists = strcmp(known->id, org_id) == 0;
	if (!known->exists)
		return 0;
	if (world->asked[known->kind] & JUDGE_FACT(PACK_FACT_ORDERING_CENTRAL))
		rc = store_equipment_order_each(
		    txn, org_id, false, "", 0, look_at_order, &ordering, err);
	if (rc < 0)
		return rc;
	known_register(known, world, PACK_FACT_ORDERING_CENTRAL,
	    ordering.is_central ? PACK_WORD_YES : PACK_WORD_NO);
	return known_load_evidence(txn, world, known, err);
}
