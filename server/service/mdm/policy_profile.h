/*
 * policy_profile: what is made of a policy pack for one kind of phone, its
 * signed profile and its declarations, and the commands that bring them and the
 * facts about them to and from a phone.
 */
#ifndef SERVER_SERVICE_MDM_POLICY_PROFILE_H
#define SERVER_SERVICE_MDM_POLICY_PROFILE_H

#include <stdbool.h>

#include "policies/profile.h"
#include "proto/apple/declaration.h"
#include "server/service/mdm/order_command.h"

struct pack;
struct service;
struct tenant;

/* Never changes once it is made. */
struct policy_profile {
	/* uuid "": no rule sets anything on such a phone by profile. */
	struct policy_profile_summary summary;
	char purpose[128];         /* "policy:vastervik" */
	struct buf signed_profile; /* CMS, DER; empty: see summary */
	struct declarations declarations;
	struct pack_roaming roaming; /* set by command */
	int64_t made_at;
};

/*
 * Makes both of a tenant's profiles from its pack and records the pack as the
 * organisation's policy when it differs from the newest recorded one. Without a
 * pack it does nothing. applied_by: "configuration".
 */
int policy_profile_prepare(struct service *service, struct tenant *tenant,
    const char *applied_by, struct err *err);
/* One kind: built, and signed by the keeper. Free with policy_profile_free().
 */
int policy_profile_make(struct service *service,
    const struct organisation *organisation, const struct pack *pack,
    enum enrolment_kind enrolment, struct policy_profile **out,
    struct err *err);
void policy_profile_free(struct policy_profile *profile);

/* The one for a phone; NULL: no policy is in force. */
const struct policy_profile *tenant_profile(
    const struct tenant *tenant, bool is_supervised);

#define POLICY_ORDERS_MAX 7
struct policy_orders {
	struct order items[POLICY_ORDERS_MAX];
	size_t count;
};

enum policy_orders_what {
	POLICY_ORDERS_PROFILE = 1, /* InstallProfile */
	POLICY_ORDERS_SECURITY = 2,
	POLICY_ORDERS_PROFILE_LIST = 4,
	POLICY_ORDERS_DEVICE = 8,
	POLICY_ORDERS_CONFIGURED = 16,  /* let Setup Assistant go on */
	POLICY_ORDERS_DECLARATIVE = 32, /* let it ask for declarations */
	POLICY_ORDERS_SUPERVISED = 64,  /* the profile is that for supervised */
	POLICY_ORDERS_ROAMING = 128,
	/* Everything the policy sets. */
	POLICY_ORDERS_POLICY = POLICY_ORDERS_PROFILE |
	    POLICY_ORDERS_DECLARATIVE | POLICY_ORDERS_ROAMING,
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
