#include "server/service/named.h"

#include <stdio.h>

#include "proto/base/err.h"
#include "server/service/ledger/ledger.h"
#include "server/service/service.h"

struct naming {
	const char *org_id;
	const char *text;
	char *id;
};

static int find_person(struct txn *txn, void *arg, struct err *err)
{
	struct naming *naming = arg;
	struct person_row row;
	int rc =
	    ledger_person_find(txn, naming->org_id, naming->text, &row, err);

	if (rc == 0)
		(void)snprintf(naming->id, STORE_ID, "%s", row.id);
	return rc;
}

static int find_unit(struct txn *txn, void *arg, struct err *err)
{
	struct naming *naming = arg;
	struct unit_row row;
	int rc = ledger_unit_find(txn, naming->org_id, naming->text, &row, err);

	if (rc == 0)
		(void)snprintf(naming->id, STORE_ID, "%s", row.id);
	return rc;
}

int service_person_named(struct service *service, const struct actor *actor,
    const char *text, char id[STORE_ID], struct err *err)
{
	struct naming naming = {actor->org_id, text, id};

	id[0] = '\0';
	return text ? store_read(service->store, find_person, &naming, err) : 0;
}

int service_unit_named(struct service *service, const struct actor *actor,
    const char *text, char id[STORE_ID], struct err *err)
{
	struct naming naming = {actor->org_id, text, id};

	id[0] = '\0';
	return text ? store_read(service->store, find_unit, &naming, err) : 0;
}
