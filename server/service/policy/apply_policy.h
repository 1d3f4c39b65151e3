/*
 * apply_policy: a policy pack that somebody wants in force: first said in words
 * what would change on how many phones, then put into force, kept in the store
 * and brought to the phones.
 */
#ifndef SERVER_SERVICE_POLICY_APPLY_POLICY_H
#define SERVER_SERVICE_POLICY_APPLY_POLICY_H

#include "policies/policy_diff.h"
#include "server/service/service.h"

/* One difference, in words; owned by the plan. */
struct policy_plan_change {
	char rule[PACK_RULE_ID_MAX]; /* "" for what the pack itself says */
	char *sentence;
	bool is_text; /* words for people: changes no judgement */
};

struct policy_change_plan {
	char pack[PACK_NAME_MAX];
	char hash[PACK_HASH_TEXT_MAX];
	char replaces[PACK_HASH_TEXT_MAX]; /* "" when none is in force */
	bool is_in_force; /* this very version: nothing to do */
	unsigned rules;
	unsigned phones;  /* enrolled now */
	unsigned profile; /* of them, would get, or got, another profile */
	char summary[400];
	char effect[400];
	struct policy_plan_change *changes; /* owned */
	size_t change_count;
};
void policy_change_plan_clear(struct policy_change_plan *plan);

/* json: policy_upload.h. Changes nothing. */
int service_policy_plan(struct service *service, const struct actor *actor,
    const char *json, size_t len, struct policy_change_plan *out,
    struct err *err);
/*
 * replaces: the hash that the plan named; -ERR_CONFLICT when another policy is
 * in force by now. Survives kill -9 at every point: what is written down is in
 * force after the next start, and is brought to the phones then.
 */
int service_policy_apply(struct service *service, const struct actor *actor,
    const char *json, size_t len, const char *replaces,
    struct policy_change_plan *out, struct err *err);

/* Before the profiles are made, at the start: the policy that was applied last
 * takes the place of the folder's. */
int service_policy_restore(
    struct service *service, struct tenant *tenant, struct err *err);
/* Brings a policy to the phones whose push a stop has cut short. */
int service_policy_keep_going(struct service *service, struct err *err);
/* Frees the policies that others have replaced; no one may use them. */
void service_policies_retired_free(struct tenant *tenant);

#endif
