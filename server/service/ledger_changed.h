/*
 * ledger_changed: what follows from a change of the ledger, in the same
 * transaction: the verdicts that rest on it are worked out anew.
 */
#ifndef SERVER_SERVICE_LEDGER_CHANGED_H
#define SERVER_SERVICE_LEDGER_CHANGED_H

#include "server/service/judge.h"
#include "server/service/ledger.h"

int ledger_changed(struct txn *txn, const struct ledger *ledger,
    enum store_subject kind, const char *id, judge_change change,
    struct err *err);

#endif
