/* Does fresh evidence stand where a statement would only stand in for it? */
#include <string.h>

#include "proto/base/err.h"
#include "server/service/task/task_plan.h"
#include "server/store/store_equipment.h"
#include "server/store/store_evidence.h"

struct look {
	struct txn *txn;
	const struct task_world *world;
	const struct pack_proof *proof;
	bool is_fresh;
	struct err *err;
};

static int note_item(void *arg, const struct evidence_item_row *row)
{
	struct look *look = arg;
	int64_t now = look->world->now;

	if (strcmp(row->word, "unknown") == 0 ||
	    (row->valid_until && row->valid_until <= now) ||
	    row->observed_at + look->proof->fresh_ms <= now)
		return 0;
	look->is_fresh = true;
	return 1;
}

static int look_at(
    struct look *look, enum store_subject kind, const char *subject_id)
{
	int rc = store_evidence_item_each(look->txn, look->world->org_id, kind,
	    subject_id, pack_fact_name(look->proof->fact), note_item, look,
	    look->err);

	return rc < 0 ? rc : 0;
}

/* What is known of a number is known of the mailbox of whoever holds it. */
static int note_assignment(void *arg, const struct assignment_row *row)
{
	struct look *look = arg;

	if (row->kind != ASSIGNMENT_SUBSCRIPTION || look->is_fresh)
		return 0;
	return look_at(look, STORE_SUBJECT_SUBSCRIPTION, row->subscription_id);
}

static int is_proof_fresh(
    struct look *look, enum store_subject kind, const char *subject_id)
{
	int rc;

	look->is_fresh = pack_fact_info(look->proof->fact)->is_register;
	if (look->is_fresh)
		return 0;
	rc = look_at(look, kind, subject_id);
	if (rc < 0 || look->is_fresh || kind != STORE_SUBJECT_PERSON)
		return rc;
	rc = store_assignment_each_person(look->txn, look->world->org_id,
	    subject_id, true, note_assignment, look, look->err);
	return rc < 0 ? rc : 0;
}

int task_is_measured(struct txn *txn, const struct task_world *world,
    const struct pack_rule *rule, enum store_subject subject_kind,
    const char *subject_id, bool *out, struct err *err)
{
	struct look look = {.txn = txn, .world = world, .err = err};
	unsigned fresh = 0;
	unsigned i;
	int rc;

	for (i = 0; i < rule->proof_count; i++) {
		look.proof = &rule->proof[i];
		rc = is_proof_fresh(&look, subject_kind, subject_id);
		if (rc < 0)
			return rc;
		fresh += look.is_fresh;
	}
	*out = rule->proof_needs == PACK_NEEDS_ANY
	    ? fresh > 0
	    : fresh > 0 && fresh == rule->proof_count;
	return 0;
}
