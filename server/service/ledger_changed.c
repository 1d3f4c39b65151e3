#include "server/service/ledger_changed.h"

#include "server/service/task.h"

int ledger_changed(struct txn *txn, const struct ledger *ledger,
    enum store_subject kind, const char *id, judge_change change,
    struct err *err)
{
	int rc = judge_changed(
	    txn, ledger->service, ledger->org_id, kind, id, change, err);

	/* Who began, left, changed role or is away is asked, or no longer. */
	if (rc == 0 && kind == STORE_SUBJECT_PERSON &&
	    (change & (JUDGE_EMPLOYMENT | JUDGE_ABSENCE)))
		rc = service_tasks_plan(
		    ledger->service, txn, ledger->org_id, id, NULL, err);
	return rc;
}
