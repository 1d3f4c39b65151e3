/*
 * evidence_subject_of: whom of ours an item of evidence is about: a number, a
 * SIM, a phone or a person's id → our person and our subscription. Private to
 * take_evidence*.c.
 */
#ifndef SERVER_SERVICE_EVIDENCE_EVIDENCE_SUBJECT_OF_H
#define SERVER_SERVICE_EVIDENCE_EVIDENCE_SUBJECT_OF_H

#include "proto/evidence/evidence.h"
#include "server/store/store_equipment.h"

struct err;
struct txn;

struct evidence_whom {
	bool is_private; /* it is about a private phone */
	char person_id[STORE_ID];
	struct subscription_row subscription; /* id "" when none */
	char unit_id[STORE_ID];               /* whose scope it is in; "" */
};

/* today: counted in the organisation's calendar. -ERR_NOT_FOUND: none of
 * ours. */
int evidence_whom_find(struct txn *txn, const char *org_id, int32_t today,
    const struct evidence_item *item, struct evidence_whom *out,
    struct err *err);

/* Is unit_id the unit or below it? Bounded, whatever the tree looks like. */
int evidence_unit_is_below(struct txn *txn, const char *org_id,
    const char *unit_id, const char *top_id, bool *out, struct err *err);

#endif
