#include "server/service/ledger_changed.h"

int ledger_changed(struct txn *txn, const struct ledger *ledger,
    enum store_subject kind, const char *id, judge_change change,
    struct err *err)
{
	return judge_changed(
	    txn, ledger->service, ledger->org_id, kind, id, change, err);
}
