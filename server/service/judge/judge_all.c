/*
 * Every subject of an organisation, and what time causes. Batches: one
 * transaction judges a few subjects, so that others can write in between and
 * memory stays as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/judge/judge_one.h"
#include "server/store/store_judgement.h"

#define BATCH 256      /* subjects in one transaction: some 15 ms */
#define DUE_BATCHES 16 /* of one round of service_judge_due() */

struct batch {
	struct judge_work *work;
	enum store_subject kind;
	judge_change change;
	char after[STORE_ID];
	struct {
		enum store_subject kind;
		char id[STORE_ID];
	} items[BATCH];
	size_t count;
};

static void take(struct batch *batch, enum store_subject kind, const char *id)
{
	if (batch->count == BATCH)
		return;
	batch->items[batch->count].kind = kind;
	(void)str_copy(batch->items[batch->count].id, STORE_ID, id);
	batch->count++;
}

static int take_person(void *arg, const struct person_row *row)
{
	take(arg, STORE_SUBJECT_PERSON, row->id);
	return 0;
}

static int take_device(void *arg, const struct device *row)
{
	take(arg, STORE_SUBJECT_PHONE, row->id);
	return 0;
}

static int take_subscription(void *arg, const struct subscription_row *row)
{
	take(arg, STORE_SUBJECT_SUBSCRIPTION, row->id);
	return 0;
}

static int take_unit(void *arg, const struct unit_row *row)
{
	take(arg, STORE_SUBJECT_UNIT, row->id);
	return 0;
}

static int list(struct txn *txn, struct batch *batch, struct err *err)
{
	const char *org_id = batch->work->world.tenant->organisation.id;
	const char *after = batch->after;

	switch (batch->kind) {
	case STORE_SUBJECT_PERSON:
		return store_person_each(
		    txn, org_id, after, BATCH, take_person, batch, err);
	case STORE_SUBJECT_PHONE:
		return store_device_each_id(
		    txn, org_id, after, BATCH, take_device, batch, err);
	case STORE_SUBJECT_SUBSCRIPTION:
		return store_subscription_each(
		    txn, org_id, after, BATCH, take_subscription, batch, err);
	case STORE_SUBJECT_UNIT:
		return store_unit_each(
		    txn, org_id, after, BATCH, take_unit, batch, err);
	case STORE_SUBJECT_ORGANISATION:
		if (!*after)
			take(batch, STORE_SUBJECT_ORGANISATION, org_id);
		return 0;
	case STORE_SUBJECT_COUNT:
		break;
	}
	return 0;
}

static int judge_items(struct txn *txn, struct batch *batch, struct err *err)
{
	struct judge_work *work = batch->work;
	size_t i;
	int rc = 0;

	rc = judge_world_now(txn, &work->world, err);
	for (i = 0; rc == 0 && i < batch->count; i++)
		rc = judge_one(txn, work, batch->items[i].kind,
		    batch->items[i].id, batch->change, err);
	return rc;
}

/* A unit may be run again: the count begins where the batch did. */
static int judge_listed(struct txn *txn, void *arg, struct err *err)
{
	struct batch *batch = arg;
	struct judge_report *report = batch->work->report;
	struct judge_report before =
	    report ? *report : (struct judge_report){0};
	int rc;

	batch->count = 0;
	if ((rc = list(txn, batch, err)) < 0)
		return rc;
	rc = judge_items(txn, batch, err);
	if (rc < 0 && report)
		*report = before;
	return rc;
}

static int judge_kind(struct batch *batch, struct err *err)
{
	struct store *store = batch->work->world.service->store;
	struct judge_report start;
	int rc;

	batch->after[0] = '\0';
	do {
		if (batch->work->report)
			start = *batch->work->report;
		rc = store_write(store, judge_listed, batch, err);
		if (rc < 0) {
			if (batch->work->report)
				*batch->work->report = start;
			return rc;
		}
		if (batch->count > 0)
			(void)str_copy(batch->after, sizeof(batch->after),
			    batch->items[batch->count - 1].id);
	} while (batch->count > 0);
	return 0;
}

int service_judge_all(struct service *service, const char *org_id,
    struct judge_report *report, struct err *err)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	struct judge_report counted = {0};
	unsigned kind;
	int rc = batch ? 0 : err_memory(err);

	if (rc == 0)
		rc = judge_work_new(service, org_id, &batch->work, err);
	if (rc == 0) {
		batch->work->report = &counted;
		batch->change = JUDGE_ALL;
	}
	for (kind = 0; rc == 0 && kind < STORE_SUBJECT_COUNT; kind++) {
		batch->kind = (enum store_subject)kind;
		rc = judge_kind(batch, err);
	}
	if (rc == 0 && report)
		*report = counted;
	if (batch)
		judge_work_free(batch->work);
	free(batch);
	return rc;
}

/* What time causes --------------------------------------------------------- */

static int take_judgement(void *arg, const struct judgement_row *row)
{
	struct batch *batch = arg;

	take(batch, row->subject_kind, row->subject_id);
	return batch->count == BATCH;
}

static int judge_due(struct txn *txn, void *arg, struct err *err)
{
	struct batch *batch = arg;
	struct judge_world *world = &batch->work->world;
	const char *org_id = world->tenant->organisation.id;
	int rc;

	batch->count = 0;
	if ((rc = judge_world_now(txn, world, err)) < 0)
		return rc;
	rc = store_judgement_each_due(
	    txn, org_id, world->now, BATCH, take_judgement, batch, err);
	return rc < 0 ? rc : judge_items(txn, batch, err);
}

/*
 * Of the organisation itself there is one row, judged last. When it is missing
 * or of another version of the pack, a whole round is due, and so once a day:
 * a subject of which nobody told is found then.
 */
static int find_any(struct txn *txn, void *arg, struct err *err)
{
	const struct judge_world *world = arg;
	const char *org_id = world->tenant->organisation.id;
	struct judgement_row row;
	int rc = store_judgement_load(
	    txn, org_id, STORE_SUBJECT_ORGANISATION, org_id, &row, err);

	if (rc < 0)
		return rc;
	free((void *)(uintptr_t)row.packed);
	return row.again_at <= world->now ||
	        strcmp(row.pack_hash, world->pack_hash) != 0
	    ? -ERR_NOT_FOUND
	    : 0;
}

static int judge_rounds(struct batch *batch, struct err *err)
{
	struct store *store = batch->work->world.service->store;
	int rc = 0;
	int i;

	/* A judgement whose time has come is judged whole: its facts may have
	 * changed unheard. */
	batch->change = JUDGE_ALL;
	for (i = 0; rc == 0 && i < DUE_BATCHES; i++) {
		rc = store_write(store, judge_due, batch, err);
		if (batch->count < BATCH)
			break;
	}
	return rc;
}

static int judge_due_of(
    struct service *service, const char *org_id, struct err *err)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	int rc = batch ? judge_work_new(service, org_id, &batch->work, err)
	               : err_memory(err);

	if (rc == 0)
		rc = store_read(
		    service->store, find_any, &batch->work->world, NULL);
	if (rc == -ERR_NOT_FOUND)
		rc = service_judge_all(service, org_id, NULL, err);
	else if (rc == 0)
		rc = judge_rounds(batch, err);
	if (batch)
		judge_work_free(batch->work);
	free(batch);
	return rc;
}

int service_judge_due(struct service *service, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < service->tenant_count; i++) {
		const struct tenant *tenant = &service->tenants[i];

		if (tenant->pack)
			rc =
			    judge_due_of(service, tenant->organisation.id, err);
	}
	return rc;
}
