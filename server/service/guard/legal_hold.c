#include "server/service/guard/legal_hold.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/ledger/ledger.h"
#include "server/service/service.h"

int legal_hold_find(struct txn *txn, const char *org_id, const char *device_id,
    const char *person_id, struct legal_hold_row *out, struct err *err)
{
	int rc = -ERR_NOT_FOUND;

	if (device_id && *device_id)
		rc = store_legal_hold_find(txn, org_id, device_id, out, err);
	if (rc == -ERR_NOT_FOUND && person_id && *person_id)
		rc = store_legal_hold_find(txn, org_id, person_id, out, err);
	if (rc == -ERR_NOT_FOUND && device_id && *device_id)
		rc = store_legal_hold_find_former(
		    txn, org_id, device_id, out, err);
	return rc;
}

static void subject_name(
    struct txn *txn, const struct legal_hold_row *hold, char *out, size_t size)
{
	struct person_row person;
	struct device device;

	(void)snprintf(out, size, "%s", hold->subject_id);
	if (hold->kind == LEGAL_HOLD_PERSON &&
	    store_person_load(
	        txn, hold->org_id, hold->subject_id, &person, NULL) == 0 &&
	    person.name[0])
		(void)snprintf(out, size, "%s", person.name);
	else if (hold->kind == LEGAL_HOLD_PHONE &&
	    store_device_load_of(
	        txn, hold->org_id, hold->subject_id, &device, NULL) == 0 &&
	    device.serial[0])
		(void)snprintf(out, size, "%s", device.serial);
}

void legal_hold_sentence(
    struct txn *txn, const struct legal_hold_row *hold, char *out, size_t size)
{
	char name[LIMIT_NAME + 1];
	char when[TIME_TEXT_MAX];

	subject_name(txn, hold, name, sizeof(name));
	time_rfc3339(hold->set_at, when);
	(void)snprintf(out, size,
	    LEGAL_HOLD_WORDS
	    "%.60s, since %.10s) stands on %s%.80s: nothing of "
	    "it is erased until it is lifted",
	    hold->reference, when,
	    hold->kind == LEGAL_HOLD_PHONE ? "the phone " : "", name);
}
