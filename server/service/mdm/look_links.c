#include "server/service/mdm/look.h"

#include "proto/base/err.h"
#include "server/service/service.h"

const char *service_link_state(const struct link *link, int64_t now)
{
	if (link->enrolled_at)
		return "enrolled";
	if (link->expires_at <= now)
		return "expired";
	if (link->certificate_at)
		return "certificate_issued";
	return link->profile_at ? "profile_given" : "unused";
}

struct links_walk {
	const char *org_id;
	store_link_fn *fn;
	void *arg;
};

static int links_read(struct txn *txn, void *arg, struct err *err)
{
	struct links_walk *walk = arg;

	return store_link_each(txn, walk->org_id, walk->fn, walk->arg, err);
}

int service_link_each(struct service *service, const struct actor *actor,
    store_link_fn *fn, void *arg, struct err *err)
{
	struct links_walk walk = {actor->org_id, fn, arg};

	return store_read(service->store, links_read, &walk, err);
}
