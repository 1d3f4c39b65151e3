#include "server/service/judge/judge_one.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/judge/judge_stored.h"
#include "server/service/task/task.h"
#include "server/store/store_judgement.h"

int judge_work_new(struct service *service, const char *org_id,
    struct judge_work **out, struct err *err)
{
	struct judge_work *work = calloc(1, sizeof(*work));
	int rc;

	if (!work)
		return err_memory(err);
	rc = judge_world_init(service, org_id, &work->world, err);
	if (rc < 0) {
		free(work);
		return rc;
	}
	*out = work;
	return 0;
}

void judge_work_free(struct judge_work *work)
{
	if (!work)
		return;
	known_clear(&work->known);
	buf_clear(&work->packed);
	free(work);
}

/* One round over one subject. */
struct round {
	struct txn *txn;
	struct judge_work *work;
	judge_change change;
	struct judgement_row old; /* packed owned; org_id "" when none */
	struct stored stored;
	bool is_same_pack;
	int64_t again_at;
	struct err *err;
};

/* When the rule was first judged broken without being met in between. */
static int64_t broken_since(const struct judgement *judgement,
    const struct stored_entry *before, bool was_judged)
{
	int64_t since = was_judged ? before->broken_since_ms : 0;

	switch (judgement->verdict) {
	case VERDICT_BROKEN:
		return since > 0 ? since : judgement->judged_at_ms;
	case VERDICT_UNKNOWN:
	case VERDICT_DISPUTED:
		return since;
	default:
		return 0;
	}
}

/* A measurement came where a person would have been asked. */
static int tell_tasks(struct round *round, const struct judgement *judgement,
    const struct stored_entry *before, bool was_judged)
{
	struct judge_work *work = round->work;
	const struct pack_rule *rule;

	if (!was_judged || !before->needs_statement ||
	    judgement->needs_statement || judgement->statement.is_there ||
	    work->known.kind != STORE_SUBJECT_PERSON ||
	    round->change == JUDGE_ALL)
		return 0;
	rule = pack_rule_find(work->world.pack, judgement->rule_id);
	if (!rule || !rule->statement || !rule->statement->fallback)
		return 0;
	return service_tasks_measured(work->world.service, round->txn,
	    work->world.tenant->organisation.id, work->known.id,
	    judgement->rule_id, round->err);
}

static void count(struct judge_work *work, enum verdict verdict)
{
	if (!work->report)
		return;
	work->report->judgements++;
	work->report->verdicts[verdict]++;
}

static void note_again(struct round *round, int64_t at)
{
	if (at < round->again_at)
		round->again_at = at;
}

static int judge_rule(struct round *round, const struct pack_rule *rule)
{
	struct judge_work *work = round->work;
	struct stored_entry before = {0};
	struct judgement made;
	struct subject_facts facts;
	bool was_judged = stored_find(&round->stored, rule->id, &before);
	int rc;

	if (was_judged && round->is_same_pack && round->stored.is_readable &&
	    !(judge_depends(rule) & round->change) &&
	    before.again_at_ms > work->world.now) {
		stored_keep(&work->packed, &before);
		note_again(round, before.again_at_ms);
		count(work, before.verdict);
		return 0;
	}
	known_facts_for(&work->known, rule, &facts);
	rc = verdict_decide(rule, &facts, &made, round->err);
	if (rc < 0)
		return rc;
	stored_add(
	    &work->packed, &made, broken_since(&made, &before, was_judged));
	note_again(round, made.again_at_ms);
	count(work, made.verdict);
	return tell_tasks(round, &made, &before, was_judged);
}

static int load_old(struct round *round)
{
	struct judge_work *work = round->work;
	int rc = store_judgement_load(round->txn,
	    work->world.tenant->organisation.id, work->known.kind,
	    work->known.id, &round->old, NULL);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return err_set(round->err, (enum err_code) - rc,
		    "the judgements of a subject could not be read");
	(void)stored_open(
	    round->old.packed, round->old.packed_len, &round->stored);
	round->is_same_pack =
	    strcmp(round->old.pack_hash, work->world.pack_hash) == 0;
	return 0;
}

static int save(struct round *round)
{
	struct judge_work *work = round->work;
	struct judgement_row row = {
	    .subject_kind = work->known.kind,
	    .judged_at = work->world.now,
	    .packed = work->packed.data,
	    .packed_len = work->packed.len,
	};
	int rc = buf_check(&work->packed, round->err);

	if (rc < 0)
		return rc;
	/* What is forgotten to be told heals within a day. */
	note_again(round, work->known.again_at_ms);
	note_again(round, work->world.now + JUDGE_HEAL_MS);
	row.again_at = round->again_at;
	(void)str_copy(row.org_id, sizeof(row.org_id),
	    work->world.tenant->organisation.id);
	(void)str_copy(row.subject_id, sizeof(row.subject_id), work->known.id);
	(void)str_copy(
	    row.pack_hash, sizeof(row.pack_hash), work->world.pack_hash);
	return store_judgement_save(round->txn, &row, round->err);
}

static int judge_rules(struct round *round)
{
	struct judge_work *work = round->work;
	const struct pack *pack = work->world.pack;
	size_t i;
	int rc = load_old(round);

	stored_begin(&work->packed);
	for (i = 0; rc == 0 && i < pack_rule_count(pack); i++) {
		const struct pack_rule *rule = pack_rule_at(pack, i);

		if (known_is_judged(&work->known, rule))
			rc = judge_rule(round, rule);
	}
	return rc == 0 ? save(round) : rc;
}

int judge_one(struct txn *txn, struct judge_work *work, enum store_subject kind,
    const char *id, judge_change change, struct err *err)
{
	struct round round = {
	    .txn = txn,
	    .work = work,
	    .change = change,
	    .again_at = INT64_MAX,
	    .err = err,
	};
	int rc = known_load(txn, &work->world, kind, id, &work->known, err);

	if (rc < 0)
		return rc;
	if (!work->known.exists)
		return store_judgement_delete(
		    txn, work->world.tenant->organisation.id, kind, id, err);
	if (work->report)
		work->report->subjects++;
	rc = judge_rules(&round);
	free((void *)(uintptr_t)round.old.packed);
	return rc;
}
