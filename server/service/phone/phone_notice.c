#include "server/service/phone/phone_notice.h"

#include <stdio.h>

#include "proto/base/err.h"
#include "server/service/departure/return_case.h"
#include "server/service/notify/notify.h"
#include "server/service/service.h"
#include "server/service/task/task_world.h"

void phone_words(const struct device *device, char *out, size_t size)
{
	(void)snprintf(out, size, "%.100s, %.64s",
	    device->model[0] ? device->model : phone_kind_name(device->kind),
	    device->serial);
}

int phone_notice_case(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const struct phone_step_ask *ask,
    struct err *err)
{
	struct return_case_row row;
	int rc;

	if (ask->event != PHONE_EVENT_REPORT_LOST &&
	    ask->event != PHONE_EVENT_REPORT_STOLEN &&
	    ask->event != PHONE_EVENT_FIND &&
	    ask->event != PHONE_EVENT_WRITE_OFF)
		return 0;
	if (!ask->reason || !*ask->reason)
		return err_set(err, ERR_INVALID, "say why");
	/* Only what is found takes up what was written off. */
	rc = (ask->event == PHONE_EVENT_FIND ? return_case_going
	                                     : store_return_case_find_open)(
	    txn, ledger->org_id, device->id, &row, NULL);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "cannot read the return case");
	if (ask->event == PHONE_EVENT_FIND)
		rc = return_found(txn, ledger, row.id, ask->reason, &row, err);
	else if (ask->event == PHONE_EVENT_WRITE_OFF)
		rc = return_write_off(
		    txn, ledger, row.id, ask->reason, &row, err);
	else
		rc = return_lost(txn, ledger, row.id, ask->reason, &row, err);
	return rc < 0 ? rc : 1;
}

int phone_notice_manager(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const struct phone_step_ask *ask,
    struct err *err)
{
	bool is_found = ask->event == PHONE_EVENT_FIND;
	struct person_row manager;
	struct task_world world;
	char what[LIMIT_NAME + 1];
	struct notice notice = {.org_id = ledger->org_id,
	    .kind = is_found ? NOTICE_PHONE_FOUND : NOTICE_PHONE_LOST,
	    .person_id = manager.id,
	    .about_id = device->person_id,
	    .device_id = device->id,
	    .what = what};
	int rc;

	if (!device->person_id[0] ||
	    (!is_found && ask->event != PHONE_EVENT_REPORT_LOST &&
	        ask->event != PHONE_EVENT_REPORT_STOLEN))
		return 0;
	rc = task_world_init(ledger->service, ledger->org_id, &world, err);
	if (rc == 0)
		rc =
		    superior_of(txn, &world, device->person_id, &manager, NULL);
	if (rc == -ERR_NOT_FOUND)
		return 0; /* nobody to tell */
	if (rc < 0)
		return err_set(err, ERR_IO, "cannot find the manager");
	phone_words(device, what, sizeof(what));
	return notify_person(txn, ledger->service, &notice, err);
}
