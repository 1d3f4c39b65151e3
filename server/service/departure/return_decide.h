/*
 * return_decide: what the manager decides of a phone that does not come back:
 * the rungs of the ladder, sooner than by themselves, and the write-off, which is
 * a person's alone.
 */
#ifndef SERVER_SERVICE_DEPARTURE_RETURN_DECIDE_H
#define SERVER_SERVICE_DEPARTURE_RETURN_DECIDE_H

#include "server/service/departure/return_case.h"

enum return_decision {
	RETURN_DECIDE_NOTHING = 0,
	RETURN_DECIDE_WAIT,      /* it comes; the ladder goes on by itself */
	RETURN_DECIDE_LOST_MODE, /* locked, its erase taken back for that */
	RETURN_DECIDE_BLOCK_SIM,
	RETURN_DECIDE_WRITE_OFF,
	RETURN_DECISION_COUNT
};
#define RETURN_DECISION_BIT(decision) (1U << (decision))

/* Asked back and in nobody's hands of ours: a phone that one can decide on. */
bool return_is_out(const struct return_case_row *row);

/*
 * Which of them the case allows now, bits: Lost Mode where it can be and is not
 * yet, the block while a SIM is undecided, the write-off once none is.
 */
int return_decisions(struct txn *txn, const struct return_case_row *row,
    unsigned *out, struct err *err);
/*
 * Does it. why: required for the write-off. -ERR_CONFLICT: the case does not
 * allow it (any more); -ERR_INVALID: a reason is missing.
 */
int return_decide(struct txn *txn, const struct ledger *ledger,
    const char *case_id, enum return_decision decision, const char *why,
    struct err *err);

/* "wait", "lost_mode", "block_sim", "write_off" */
const char *return_decision_name(enum return_decision decision);
int return_decision_parse(const char *name, enum return_decision *out);

#endif
