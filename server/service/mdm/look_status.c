#include "server/service/mdm/look.h"

#include "proto/base/err.h"
#include "server/service/service.h"

static int status_read(struct txn *txn, void *arg, struct err *err)
{
	struct status_view *view = arg;
	int rc;

	rc = store_policy_load(txn, view->organisation.id, &view->policy, err);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	return store_counts_of(txn, view->organisation.id, &view->counts, err);
}

int service_status_load(struct service *service, const struct actor *actor,
    struct status_view *out, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(service, actor->org_id);
	struct status_view view = {.policy = {.pack = ""}};
	int rc;

	if (!tenant)
		return err_set(err, ERR_NOT_FOUND, "no such organisation");
	view.organisation = tenant->organisation;
	rc = store_read(service->store, status_read, &view, err);
	if (rc == 0)
		*out = view;
	return rc;
}
