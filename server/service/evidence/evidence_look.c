#include "server/service/evidence/evidence_look.h"

#include <string.h>

#include "proto/base/err.h"
#include "server/service/service.h"

struct walk {
	const char *org_id;
	const struct evidence_listing *listing;
	store_evidence_item_fn *fn;
	void *arg;
};

static int on_item(void *arg, const struct evidence_item_row *row)
{
	struct walk *walk = arg;
	const char *fact = walk->listing->fact;

	if (fact && strcmp(fact, row->fact) != 0)
		return 0;
	return walk->fn(walk->arg, row);
}

static int items_read(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;
	const struct evidence_listing *listing = walk->listing;

	if (listing->subject_id)
		return store_evidence_item_each(txn, walk->org_id,
		    listing->subject_kind, listing->subject_id, listing->fact,
		    walk->fn, walk->arg, err);
	return store_evidence_item_each_kind(txn, walk->org_id,
	    listing->subject_kind, listing->after_id, 0, on_item, walk, err);
}

int service_evidence_each(struct service *service, const struct actor *actor,
    const struct evidence_listing *listing, store_evidence_item_fn *fn,
    void *arg, struct err *err)
{
	struct walk walk = {actor->org_id, listing, fn, arg};

	return store_read(service->store, items_read, &walk, err);
}
