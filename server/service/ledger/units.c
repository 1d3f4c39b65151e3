/* Units: the organisation's tree, who leads and who keeps its telephony. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/ledger/ledger.h"
#include "server/service/ledger/ledger_changed.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/service.h"

#define TREE_DEPTH_MAX 32 /* deeper than any municipality */

static int find_existing(struct txn *txn, const char *org_id,
    const struct unit_said *said, struct unit_row *out, struct err *err)
{
	if (said->id)
		return store_unit_load(txn, org_id, said->id, out, err);
	if (said->external_id && *said->external_id)
		return store_unit_find_external(
		    txn, org_id, said->external_id, out, err);
	if (!said->name || !*said->name)
		return err_set(err, ERR_INVALID, "the unit has no name");
	return store_unit_find_name(txn, org_id, said->name, out, err);
}

/* The unit itself must not be among those above it. */
static int check_above(struct txn *txn, const struct unit_row *row,
    const char *parent_id, struct err *err)
{
	struct unit_row above;
	char id[STORE_ID];
	int depth;
	int rc;

	(void)str_copy(id, sizeof(id), parent_id);
	for (depth = 0; id[0] && depth < TREE_DEPTH_MAX; depth++) {
		if (strcmp(id, row->id) == 0)
			return err_set(err, ERR_CONFLICT,
			    "the unit %.100s would lie below itself",
			    row->name);
		if ((rc = store_unit_load(txn, row->org_id, id, &above, err)) <
		    0)
			return rc;
		(void)str_copy(id, sizeof(id), above.parent_id);
	}
	if (id[0])
		return err_set(err, ERR_LIMIT, "units lie at most %d deep",
		    TREE_DEPTH_MAX);
	return 0;
}

static int take_parent(
    struct txn *txn, struct unit_row *row, const char *text, struct err *err)
{
	struct unit_row parent = {.id = ""};
	int rc = 0;

	if (!text)
		return 0;
	if (*text)
		rc = ledger_unit_find(txn, row->org_id, text, &parent, err);
	if (rc == 0)
		rc = check_above(txn, row, parent.id, err);
	if (rc == 0)
		(void)str_copy(
		    row->parent_id, sizeof(row->parent_id), parent.id);
	return rc;
}

static int take_person(struct txn *txn, const char *org_id, const char *text,
    char id[STORE_ID], struct err *err)
{
	struct person_row person = {.id = ""};
	int rc = 0;

	if (!text)
		return 0;
	if (*text)
		rc = ledger_person_find(txn, org_id, text, &person, err);
	if (rc == 0)
		(void)str_copy(id, STORE_ID, person.id);
	return rc;
}

static int take_said(struct txn *txn, const struct unit_said *said,
    struct unit_row *row, struct err *err)
{
	int rc;

	if ((rc = ledger_text_take(row->external_id, sizeof(row->external_id),
	         said->external_id, "the external id", err)) < 0 ||
	    (rc = ledger_text_take(row->name, sizeof(row->name), said->name,
	         "the name", err)) < 0 ||
	    (rc = ledger_number_take(
	         row->number, sizeof(row->number), said->number, err)) < 0 ||
	    (rc = take_parent(txn, row, said->parent, err)) < 0 ||
	    (rc = take_person(
	         txn, row->org_id, said->manager, row->manager_id, err)) < 0)
		return rc;
	if (!row->name[0])
		return err_set(err, ERR_INVALID, "the unit has no name");
	return take_person(
	    txn, row->org_id, said->coordinator, row->coordinator_id, err);
}

static bool is_alike(const struct unit_row *a, const struct unit_row *b)
{
	return strcmp(a->external_id, b->external_id) == 0 &&
	    strcmp(a->name, b->name) == 0 &&
	    strcmp(a->parent_id, b->parent_id) == 0 &&
	    strcmp(a->manager_id, b->manager_id) == 0 &&
	    strcmp(a->coordinator_id, b->coordinator_id) == 0 &&
	    strcmp(a->number, b->number) == 0 && a->ended_at == b->ended_at;
}

static int note_saved(struct txn *txn, const struct ledger *ledger,
    const struct unit_row *was, const struct unit_row *row, struct err *err)
{
	bool is_led_anew = strcmp(was->manager_id, row->manager_id) != 0;

	return audit_ledger(txn, ledger,
	    &(const struct audit_ledger_row){
	        .kind = "unit",
	        .id = row->id,
	        .person_id = is_led_anew ? row->manager_id : NULL,
	        .unit_id = row->id,
	        .manager_id = is_led_anew ? row->manager_id : NULL,
	        .former_manager_id = is_led_anew ? was->manager_id : NULL,
	        .is_ended = row->ended_at != 0,
	    },
	    err);
}

int ledger_unit_put(struct txn *txn, const struct ledger *ledger,
    const struct unit_said *said, struct unit_row *out,
    enum ledger_effect *effect, struct err *err)
{
	struct unit_row was = {.id = ""};
	struct unit_row row;
	int rc = find_existing(txn, ledger->org_id, said, &was, err);

	if (rc < 0 && (rc != -ERR_NOT_FOUND || said->id))
		return rc;
	row = was;
	if (rc == -ERR_NOT_FOUND) {
		uuid_make(ledger->now, ledger->service->rng, row.id);
		(void)str_copy(row.org_id, sizeof(row.org_id), ledger->org_id);
		row.created_at = ledger->now;
	}
	if ((rc = take_said(txn, said, &row, err)) < 0)
		return rc;
	if (said->ended && !row.ended_at)
		row.ended_at = ledger->now;
	*effect = !was.id[0]               ? LEDGER_ADDED
	    : is_alike(&was, &row)         ? LEDGER_UNCHANGED
	    : row.ended_at != was.ended_at ? LEDGER_ENDED
	                                   : LEDGER_CHANGED;
	*out = row;
	if (*effect == LEDGER_UNCHANGED)
		return 0;
	out->changed_at = ledger->now;
	(void)str_copy(out->changed_by, sizeof(out->changed_by), ledger->by);
	rc = store_unit_save(txn, out, err);
	if (rc == 0)
		rc = note_saved(txn, ledger, &was, out, err);
	return rc < 0 ? rc
	              : ledger_changed(txn, ledger, STORE_SUBJECT_UNIT, out->id,
	                    JUDGE_EMPLOYMENT, err);
}
