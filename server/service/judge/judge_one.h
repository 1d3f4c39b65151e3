/*
 * judge_one: the judgements of one subject brought up to date and kept. Private
 * to the judge_*.c files.
 */
#ifndef SERVER_SERVICE_JUDGE_JUDGE_ONE_H
#define SERVER_SERVICE_JUDGE_JUDGE_ONE_H

#include "proto/base/buf.h"
#include "server/service/judge/judge_known.h"

/* What is used again from subject to subject. judge_work_clear() it. */
struct judge_work {
	struct judge_world world;
	struct judge_known known;
	struct buf packed;
	struct judge_report *report; /* NULL: nobody counts */
};

int judge_work_new(struct service *service, const char *org_id,
    struct judge_work **out, struct err *err);
void judge_work_free(struct judge_work *work);

/*
 * In the caller's transaction. Only the rules that depend on change are judged,
 * those whose time has come, and those that were not judged by this pack.
 */
int judge_one(struct txn *txn, struct judge_work *work, enum store_subject kind,
    const char *id, judge_change change, struct err *err);

#endif
