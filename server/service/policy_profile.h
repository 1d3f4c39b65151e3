/*
 * policy_profile: the signed profile of the policy in force, made once at the
 * start, and the commands that bring it and the facts about it to and from a
 * phone.
 */
#ifndef SERVER_SERVICE_POLICY_PROFILE_H
#define SERVER_SERVICE_POLICY_PROFILE_H

#include <stdbool.h>

#include "policies/profile.h"
#include "server/service/order_command.h"

struct service;
struct tenant;

struct policy_profile {
	struct policy_profile_summary summary;
	char purpose[128];         /* "policy:vastervik" */
	struct buf signed_profile; /* CMS, DER */
};

/*
 * Builds and signs the profile of a tenant's pack and records it as the
 * organisation's policy when it differs from the newest recorded one. Without a
 * pack it does nothing. Free tenant->profile with policy_profile_free().
 */
int policy_profile_prepare(
    struct service *service, struct tenant *tenant, struct err *err);
void policy_profile_free(struct policy_profile *profile);

#define POLICY_ORDERS_MAX 5
struct policy_orders {
	struct order items[POLICY_ORDERS_MAX];
	size_t count;
};

enum policy_orders_what {
	POLICY_ORDERS_PROFILE = 1, /* InstallProfile */
	POLICY_ORDERS_SECURITY = 2,
	POLICY_ORDERS_PROFILE_LIST = 4,
	POLICY_ORDERS_DEVICE = 8,
	POLICY_ORDERS_CONFIGURED = 16, /* let Setup Assistant go on */
	/* All facts that the rules need. */
	POLICY_ORDERS_QUERIES = POLICY_ORDERS_SECURITY |
	    POLICY_ORDERS_PROFILE_LIST | POLICY_ORDERS_DEVICE,
};

/* Makes the commands (ids drawn, bytes encoded) for one life in org_id. ordered_by and
 * reason are borrowed until they are queued. */
int policy_orders_make(struct service *service, const char *org_id,
    unsigned what, const char *ordered_by, const char *reason,
    struct policy_orders *out, struct err *err);
int policy_orders_queue(struct txn *txn, struct policy_orders *orders,
    const char *org_id, const char *device_id, const char *life_id,
    struct err *err);
void policy_orders_clear(struct policy_orders *orders);

#endif
