#include "server/service/mdm/fit_profile.h"

#include <string.h>
#include <strings.h>

#include "proto/apple/facts.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/service/phone/phone_kind.h"
#include "server/service/service.h"

#define AGAIN_AFTER_MS (12 * TIME_HOUR_MS)
/* Stands in the order; tells it from the one of the enrolment. */
#define REASON "the phone is supervised"

struct look {
	const struct identity *identity;
	const struct policy_profile *made;
	int64_t now;
	bool is_supervised;
	bool is_ordered;
};

bool profile_is_listed(
    const struct profile_list_facts *list, const struct policy_profile *made)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->entries[i].identifier,
		        made->summary.identifier) == 0 &&
		    strcasecmp(list->entries[i].uuid, made->summary.uuid) == 0)
			return true;
	return false;
}

static int note_order(void *arg, const struct command *row)
{
	struct look *look = arg;

	look->is_ordered = command_is_open(row->state) ||
	    (strcmp(row->reason, REASON) == 0 &&
	        look->now - row->created_at < AGAIN_AFTER_MS);
	return 1; /* newest first: one is enough */
}

static int look_up(struct txn *txn, struct look *look, struct err *err)
{
	const struct command_filter filter = {
	    .org_id = look->identity->org_id,
	    .life_id = look->identity->life_id,
	    .purpose = look->made->purpose,
	    .limit = 1,
	};
	int rc = phone_kind_is_supervised(
	    txn, look->identity->life_id, &look->is_supervised, err);

	if (rc < 0 || !look->is_supervised)
		return rc;
	rc = store_command_each(txn, &filter, note_order, look, err);
	return rc < 0 ? rc : 0;
}

/* A list that cannot be read again says nothing. */
static bool lacks(const struct buf *list, const struct policy_profile *made)
{
	struct profile_list_facts facts = {0};
	bool lacking = profile_list_facts_parse_json((const char *)list->data,
	                   list->len, &facts, NULL) == 0 &&
	    !profile_is_listed(&facts, made);

	profile_list_facts_clear(&facts);
	return lacking;
}

int fit_profile(struct txn *txn, struct service *service,
    const struct identity *identity, const struct buf *list,
    struct policy_orders *out, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(service, identity->org_id);
	struct look look = {
	    .identity = identity,
	    .made = tenant ? tenant_profile(tenant, true) : NULL,
	    .now = clock_now(service->clock),
	};
	int rc;

	if (!look.made || !*look.made->summary.uuid || !lacks(list, look.made))
		return 0;
	rc = look_up(txn, &look, err);
	if (rc < 0 || !look.is_supervised || look.is_ordered)
		return rc;
	return policy_orders_make(service, identity->org_id,
	    POLICY_ORDERS_POLICY | POLICY_ORDERS_SUPERVISED, "policy", REASON,
	    out, err);
}
