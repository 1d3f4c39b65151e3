/*
 * Push the policy: brings the profile in force to phones that do not have it,
 * and asks all of them for the facts that the rules need.
 * The plan counts; the push queues, phone by phone, so that a large fleet does
 * not hold the writer.
 */
#include <stdio.h>
#include <string.h>

#include "proto/apple/facts.h"
#include "proto/base/err.h"
#include "server/service/policy_profile.h"
#include "server/service/service.h"

struct push {
	struct service *service;
	const struct actor *actor;
	const struct policy_profile *profile;
	bool dry_run;
	struct policy_plan plan;
	struct err *err;
};

struct push_one {
	const char *life_id;
	struct policy_orders orders;
};

static int queue_orders(struct txn *txn, void *arg, struct err *err)
{
	struct push_one *one = arg;
	struct life life;
	int rc = store_life_load(txn, one->life_id, &life, err);

	if (rc < 0 || !life_is_open(life.state))
		return rc;
	return policy_orders_queue(
	    txn, &one->orders, life.org_id, life.device_id, life.id, err);
}

static int push_to(struct push *push, const struct device_view *device,
    unsigned what, struct err *err)
{
	struct push_one one = {.life_id = device->life.id};
	int rc = policy_orders_make(push->service, device->device.org_id, what,
	    push->actor->name, "the policy was pushed", &one.orders, err);

	if (rc == 0)
		rc = store_write(push->service->store, queue_orders, &one, err);
	policy_orders_clear(&one.orders);
	return rc;
}

/* The phone's own list says that this very version is installed. */
static int has_profile(struct push *push, const struct device_view *device,
    bool *has, struct err *err)
{
	const struct policy_profile *profile = push->profile;
	struct profile_list_facts facts = {0};
	struct facts_row row = {0};
	size_t i;
	int rc = service_facts_load(
	    push->service, device->life.id, "ProfileList", &row, err);

	*has = false;
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = profile_list_facts_parse_json(
		    row.json, row.json_len, &facts, err);
	for (i = 0; rc == 0 && i < facts.count; i++)
		if (strcmp(facts.entries[i].identifier,
		        profile->summary.identifier) == 0 &&
		    strcasecmp(facts.entries[i].uuid, profile->summary.uuid) ==
		        0)
			*has = true;
	profile_list_facts_clear(&facts);
	store_facts_clear(&row);
	return rc;
}

static int push_device(void *arg, const struct device_view *device)
{
	struct push *push = arg;
	bool has;
	int rc;

	if (!device->life.id[0] || device->life.state != LIFE_ENROLLED)
		return 0;
	if (device->wipe.id[0] &&
	    strcmp(device->wipe.life_id, device->life.id) == 0 &&
	    (wipe_is_open(device->wipe.state) ||
	        wipe_is_erased(device->wipe.state)))
		return 0; /* about to be erased */
	push->plan.devices++;
	if ((rc = has_profile(push, device, &has, push->err)) < 0)
		return rc;
	if (has)
		push->plan.up_to_date++;
	else
		push->plan.queued++;
	if (push->dry_run)
		return 0;
	/* A phone that has the profile is only asked how it is. */
	return push_to(push, device,
	    has ? POLICY_ORDERS_QUERIES
	        : POLICY_ORDERS_PROFILE | POLICY_ORDERS_QUERIES,
	    push->err);
}

int service_policy_push(struct service *service, const struct actor *actor,
    const char *device, bool dry_run, struct policy_plan *out, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(service, actor->org_id);
	const struct policy_profile *profile = tenant ? tenant->profile : NULL;
	struct push push = {.service = service,
	    .actor = actor,
	    .profile = profile,
	    .dry_run = dry_run,
	    .err = err};
	struct device_view view;
	int rc;

	if (!profile)
		return err_set(err, ERR_CONFLICT,
		    "no policy is in force: set `policy` in the configuration");
	(void)snprintf(push.plan.pack, sizeof(push.plan.pack), "%s",
	    strchr(profile->purpose, ':') + 1);
	(void)snprintf(push.plan.profile_identifier,
	    sizeof(push.plan.profile_identifier), "%s",
	    profile->summary.identifier);
	(void)snprintf(push.plan.profile_uuid, sizeof(push.plan.profile_uuid),
	    "%s", profile->summary.uuid);
	if (device) {
		rc = service_device_view(service, actor, device, &view, err);
		if (rc == 0)
			rc = push_device(&push, &view);
	} else {
		rc = service_device_each(
		    service, actor, NULL, push_device, &push, err);
	}
	if (rc < 0)
		return rc;
	if (!dry_run)
		log_info(service->log, "policy_pushed", LOG_PACK,
		    push.plan.pack, LOG_USER, actor->name, NULL);
	*out = push.plan;
	return 0;
}
