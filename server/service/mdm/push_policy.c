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
#include "server/service/audit/audit.h"
#include "server/service/mdm/fit_profile.h"
#include "server/service/mdm/policy_profile.h"
#include "server/service/mdm/push_policy.h"
#include "server/service/mdm/switch_roaming.h"
#include "server/service/phone/phone_kind.h"

struct push {
	struct service *service;
	const struct actor *actor;
	const struct tenant *tenant;
	bool dry_run;
	struct policy_plan plan;
	struct err *err;
};

struct push_one {
	const struct push *push;
	bool has_policy; /* among the orders */
	const char *life_id;
	struct policy_orders orders;
};

/* Questions alone are none: they change nothing on the phone. */
static int note_push(struct txn *txn, const struct push_one *one,
    const struct life *life, struct err *err)
{
	const struct push *push = one->push;
	const struct audit_note note = {
	    .action = AUDIT_POLICY_PUSHED,
	    .org_id = life->org_id,
	    .by = push->actor->name,
	    .subject_kind = "life",
	    .subject_id = life->id,
	    .device_id = life->device_id,
	    .params = {{"pack", push->plan.pack}},
	};

	return audit_write(txn, push->service, &note, err);
}

static int queue_orders(struct txn *txn, void *arg, struct err *err)
{
	struct push_one *one = arg;
	struct life life;
	int rc = store_life_load(txn, one->life_id, &life, err);

	if (rc < 0 || !life_is_open(life.state))
		return rc;
	rc = policy_orders_queue(
	    txn, &one->orders, life.org_id, life.device_id, life.id, err);
	return rc < 0 || !one->has_policy ? rc
	                                  : note_push(txn, one, &life, err);
}

static int push_to(struct push *push, const struct device_view *device,
    unsigned what, struct err *err)
{
	struct push_one one = {.push = push,
	    .has_policy = (what & POLICY_ORDERS_POLICY) != 0,
	    .life_id = device->life.id};
	int rc = policy_orders_make(push->service, device->device.org_id, what,
	    push->actor->name, "the policy was pushed", &one.orders, err);

	if (rc == 0)
		rc = store_write(push->service->store, queue_orders, &one, err);
	policy_orders_clear(&one.orders);
	return rc;
}

struct standing {
	const char *org_id;
	const char *life_id;
	bool is_supervised;
	bool is_roaming_ordered; /* for this phone: not the policy's to undo */
	struct facts_row list;   /* of profiles; json NULL: none yet */
};

static int load_standing(struct txn *txn, void *arg, struct err *err)
{
	struct standing *standing = arg;
	int rc = phone_kind_is_supervised(
	    txn, standing->life_id, &standing->is_supervised, err);

	store_facts_clear(&standing->list);
	if (rc == 0)
		rc = roaming_is_switched(txn, standing->org_id,
		    standing->life_id, &standing->is_roaming_ordered, err);
	if (rc == 0)
		rc = store_facts_load(txn, standing->life_id, "ProfileList",
		    &standing->list, err);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* What the phone lacks of the policy, as POLICY_ORDERS_*; *has: nothing. */
static int find_lacking(struct push *push, const struct device_view *device,
    unsigned *what, bool *has, struct err *err)
{
	struct standing standing = {
	    .org_id = device->device.org_id, .life_id = device->life.id};
	struct profile_list_facts facts = {0};
	const struct policy_profile *made;
	int rc =
	    store_read(push->service->store, load_standing, &standing, err);

	made = tenant_profile(push->tenant, standing.is_supervised);
	*has = !*made->summary.uuid; /* there is none to be had */
	if (rc == 0 && standing.list.json) {
		rc = profile_list_facts_parse_json(
		    standing.list.json, standing.list.json_len, &facts, err);
		*has |= rc == 0 && profile_is_listed(&facts, made);
	}
	*what = *has ? 0 : POLICY_ORDERS_POLICY;
	if (standing.is_roaming_ordered)
		*what &= ~(unsigned)POLICY_ORDERS_ROAMING;
	if (standing.is_supervised)
		*what |= POLICY_ORDERS_SUPERVISED;
	profile_list_facts_clear(&facts);
	store_facts_clear(&standing.list);
	return rc;
}

static int push_device(void *arg, const struct device_view *device)
{
	struct push *push = arg;
	unsigned what;
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
	rc = find_lacking(push, device, &what, &has, push->err);
	if (rc < 0)
		return rc;
	if (has)
		push->plan.up_to_date++;
	else
		push->plan.queued++;
	if (push->dry_run)
		return 0;
	/* A phone that has the profile is only asked how it is. */
	return push_to(push, device, what | POLICY_ORDERS_QUERIES, push->err);
}

static void plan_name(
    struct policy_plan *plan, const struct policy_profile *profile)
{
	(void)snprintf(plan->pack, sizeof(plan->pack), "%s",
	    strchr(profile->purpose, ':') + 1);
	(void)snprintf(plan->profile_identifier,
	    sizeof(plan->profile_identifier), "%s",
	    profile->summary.identifier);
	(void)snprintf(plan->profile_uuid, sizeof(plan->profile_uuid), "%s",
	    profile->summary.uuid);
}

int push_policy(struct service *service, const struct actor *actor,
    const struct tenant *tenant, const char *device, bool dry_run,
    struct policy_plan *out, struct err *err)
{
	const struct policy_profile *profile = tenant ? tenant->profile : NULL;
	struct push push = {.service = service,
	    .actor = actor,
	    .tenant = tenant,
	    .dry_run = dry_run,
	    .err = err};
	struct device_view view;
	int rc;

	if (!profile)
		return err_set(err, ERR_CONFLICT,
		    "no policy is in force: put one with workphone policy "
		    "apply");
	plan_name(&push.plan, profile);
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

int service_policy_push(struct service *service, const struct actor *actor,
    const char *device, bool dry_run, struct policy_plan *out, struct err *err)
{
	return push_policy(service, actor,
	    service_tenant_find(service, actor->org_id), device, dry_run, out,
	    err);
}
