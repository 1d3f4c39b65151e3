/*
 * evidence_item_take: one item of a report → the facts that judgements rest on.
 * Private to take_evidence.c.
 */
#ifndef SERVER_SERVICE_EVIDENCE_EVIDENCE_ITEM_TAKE_H
#define SERVER_SERVICE_EVIDENCE_EVIDENCE_ITEM_TAKE_H

#include "server/service/evidence/take_evidence.h"
#include "server/service/judge/judge.h"
#include "server/store/store_evidence.h"

/* What a report is taken for and by whom. */
struct evidence_taking {
	const struct evidence_report *report;
	const struct evidence_key_row *key;
	int64_t now;
	int32_t today;
	char report_id[STORE_ID];
};

/* A subject that the item changes; id "" when none. */
struct evidence_touch {
	enum store_subject kind;
	char id[STORE_ID];
	judge_change change;
};
#define EVIDENCE_TOUCHES 2 /* of one item: a person and a subscription */

struct evidence_outcome {
	bool is_refused;
	enum evidence_refusal refusal;
	const char *why; /* static: no value of the item */
	/* It named a SIM, phone or number that is not ours: not to be kept. */
	bool is_foreign_subject;
	bool is_foreign_imei;
	struct evidence_touch touched[EVIDENCE_TOUCHES];
};

/* 0: taken or refused, see *out; negative: our own fault, nothing is kept. */
int evidence_item_take(struct txn *txn, const struct evidence_taking *taking,
    const struct evidence_item *item, struct evidence_outcome *out,
    struct err *err);

#endif
