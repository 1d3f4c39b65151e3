/*
 * ledger_changed: what follows from a change of the ledger, in the same
 * transaction: the verdicts that rest on it are worked out anew.
 */
#ifndef SERVER_SERVICE_LEDGER_LEDGER_CHANGED_H
#define SERVER_SERVICE_LEDGER_LEDGER_CHANGED_H

#include "server/service/judge/judge.h"
#include "server/service/ledger/ledger.h"

/*
 * Persons and units noted by ledger_changed() where the ledger has a later:
 * each once, with all that changed about it. A crowd is written in one
 * transaction, and judged afterwards in many short ones; what a stop of the
 * server forgets heals by itself (judge.h).
 */
struct ledger_noted {
	enum store_subject kind;
	char id[STORE_ID];
	judge_change change;
};
struct ledger_later {
	struct ledger_noted *noted;
	size_t count;
	size_t cap;
};
void ledger_later_clear(struct ledger_later *later);
/* Works it all out, some at a time; outside any transaction. */
int service_ledger_settle(struct service *service, const char *org_id,
    const struct ledger_later *later, struct err *err);

int ledger_changed(struct txn *txn, const struct ledger *ledger,
    enum store_subject kind, const char *id, judge_change change,
    struct err *err);

#endif
