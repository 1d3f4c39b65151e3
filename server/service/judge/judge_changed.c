/* One change → the judgements that depend on it, in the same transaction. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/judge/judge_one.h"

#define HELD_MAX 64 /* phones and SIMs of one person */

struct held {
	struct {
		enum store_subject kind;
		char id[STORE_ID];
	} items[HELD_MAX];
	size_t count;
};

static int take_held(void *arg, const struct assignment_row *row)
{
	struct held *held = arg;
	bool is_phone = row->kind == ASSIGNMENT_PHONE;

	if (held->count == HELD_MAX)
		return 0;
	held->items[held->count].kind =
	    is_phone ? STORE_SUBJECT_PHONE : STORE_SUBJECT_SUBSCRIPTION;
	(void)str_copy(held->items[held->count].id, STORE_ID,
	    is_phone ? row->device_id : row->subscription_id);
	held->count++;
	return 0;
}

/* Who a rule binds, and until when, is asked of the holder. */
static int judge_held(struct txn *txn, struct judge_work *work,
    const char *person_id, judge_change change, struct err *err)
{
	struct held held = {.count = 0};
	size_t i;
	int rc = store_assignment_each_person(txn,
	    work->world.tenant->organisation.id, person_id, true, take_held,
	    &held, err);

	for (i = 0; rc == 0 && i < held.count; i++)
		rc = judge_one(txn, work, held.items[i].kind, held.items[i].id,
		    change, err);
	return rc;
}

int judge_changed(struct txn *txn, struct service *service, const char *org_id,
    enum store_subject kind, const char *subject_id, judge_change change,
    struct err *err)
{
	struct judge_work *work = NULL;
	int rc;

	if (change == 0)
		return 0;
	rc = judge_work_new(service, org_id, &work, err);
	if (rc == -ERR_NOT_FOUND) {
		if (err)
			*err = (struct err){0};
		return 0; /* no policy in force: nothing to judge by */
	}
	if (rc < 0)
		return rc;
	rc = judge_world_now(txn, &work->world, err);
	if (rc == 0)
		rc = judge_one(txn, work, kind, subject_id, change, err);
	if (rc == 0 && kind == STORE_SUBJECT_PERSON &&
	    (change & JUDGE_EMPLOYMENT))
		rc = judge_held(txn, work, subject_id,
		    change & (JUDGE_EMPLOYMENT | JUDGE_EQUIPMENT), err);
	judge_work_free(work);
	return rc;
}
