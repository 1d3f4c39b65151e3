#include "server/service/policy/apply_policy.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/judge/judge.h"
#include "server/service/mdm/policy_profile.h"
#include "server/service/mdm/push_policy.h"
#include "server/service/policy/policy_upload.h"
#include "server/store/store_policy_files.h"

/* One policy after the other: two people may press the button at once. */
static pthread_mutex_t applying = PTHREAD_MUTEX_INITIALIZER;

/* A policy that was replaced; whoever is using it may finish. */
struct retired_policy {
	struct retired_policy *next;
	struct pack *pack; /* NULL: the configuration's, freed there */
	struct policy_profile *profile;
	struct policy_profile *supervised;
};

void policy_change_plan_clear(struct policy_change_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->change_count; i++)
		free(plan->changes[i].sentence);
	free(plan->changes);
	*plan = (struct policy_change_plan){.pack = ""};
}

/* ---- the plan ---- */

static int add_change(void *arg, const struct policy_change *change)
{
	struct policy_change_plan *plan = arg;
	struct policy_plan_change *grown =
	    reallocarray(plan->changes, plan->change_count + 1, sizeof(*grown));
	char text[2 * POLICY_VALUE_MAX + POLICY_KEY_MAX];

	if (!grown)
		return -ERR_MEMORY;
	plan->changes = grown;
	grown = &plan->changes[plan->change_count];
	*grown = (struct policy_plan_change){.is_text = change->is_text};
	(void)str_copy(grown->rule, sizeof(grown->rule), change->rule);
	policy_change_text(change, text, sizeof(text));
	if (!(grown->sentence = strdup(text)))
		return -ERR_MEMORY;
	plan->change_count++;
	return 0;
}

static int compare(const struct pack *now, const struct pack *wanted,
    struct policy_change_plan *plan, struct err *err)
{
	if (now)
		pack_hash_text(now, plan->replaces);
	pack_hash_text(wanted, plan->hash);
	(void)str_copy(plan->pack, sizeof(plan->pack), pack_name(wanted));
	plan->rules = (unsigned)pack_rule_count(wanted);
	plan->is_in_force = strcmp(plan->hash, plan->replaces) == 0;
	if (now && policy_diff(now, wanted, add_change, plan) < 0)
		return err_memory(err);
	return 0;
}

static void summarise(const struct pack *now, struct policy_change_plan *plan)
{
	size_t texts = 0;
	size_t i;

	for (i = 0; i < plan->change_count; i++)
		texts += plan->changes[i].is_text;
	if (plan->is_in_force)
		(void)snprintf(plan->summary, sizeof(plan->summary),
		    "%s, version %.12s, is in force already.", plan->pack,
		    plan->hash);
	else if (!now)
		(void)snprintf(plan->summary, sizeof(plan->summary),
		    "%s, version %.12s, with %u rules. No policy is in force.",
		    plan->pack, plan->hash, plan->rules);
	else
		(void)snprintf(plan->summary, sizeof(plan->summary),
		    "%s, version %.12s, takes the place of %s, version %.12s: "
		    "%zu changes, %zu of them in texts only.",
		    plan->pack, plan->hash, pack_name(now), plan->replaces,
		    plan->change_count, texts);
	(void)snprintf(plan->effect, sizeof(plan->effect),
	    plan->is_in_force
	        ? "Nothing would change."
	        : "Of %u enrolled phones %u get another profile. Every person, "
	          "phone, subscription and unit is judged anew.",
	    plan->phones, plan->profile);
}

/* The policy as it would be: a tenant with other rules. */
static int candidate_make(struct service *service, const struct tenant *tenant,
    const struct pack *pack, struct tenant *out, struct err *err)
{
	struct policy_profile *plain = NULL;
	struct policy_profile *supervised = NULL;
	int rc = policy_profile_make(service, &tenant->organisation, pack,
	    ENROLMENT_DEVICE, &plain, err);

	if (rc == 0)
		rc = policy_profile_make(service, &tenant->organisation, pack,
		    ENROLMENT_SUPERVISED, &supervised, err);
	if (rc < 0) {
		policy_profile_free(plain);
		return rc;
	}
	out->organisation = tenant->organisation;
	out->pack = pack;
	out->profile = plain;
	out->supervised = supervised;
	return 0;
}

static int plan_make(struct service *service, const struct actor *actor,
    const struct tenant *tenant, const struct tenant *candidate,
    struct policy_change_plan *plan, struct err *err)
{
	struct policy_plan push;
	int rc = compare(tenant->pack, candidate->pack, plan, err);

	if (rc == 0)
		rc = push_policy(
		    service, actor, candidate, NULL, true, &push, err);
	if (rc < 0)
		return rc;
	plan->phones = push.devices;
	plan->profile = push.queued;
	summarise(tenant->pack, plan);
	return 0;
}

struct proposal {
	struct tenant *tenant;
	struct tenant candidate;
	struct pack *pack; /* owned until it is in force */
	struct policy_change_plan plan;
};

static void proposal_clear(struct proposal *proposal)
{
	policy_change_plan_clear(&proposal->plan);
	if (!proposal->pack)
		return;
	policy_profile_free(proposal->candidate.profile);
	policy_profile_free(proposal->candidate.supervised);
	pack_free(proposal->pack);
}

static int propose(struct service *service, const struct actor *actor,
    const char *json, size_t len, struct proposal *out, struct err *err)
{
	int rc;

	out->tenant = service_tenant_find(service, actor->org_id);
	if (!out->tenant)
		return err_set(err, ERR_NOT_FOUND, "no such organisation");
	rc = policy_upload_parse(json, len, &out->pack, err);
	if (rc == 0)
		rc = candidate_make(
		    service, out->tenant, out->pack, &out->candidate, err);
	if (rc == 0)
		rc = plan_make(service, actor, out->tenant, &out->candidate,
		    &out->plan, err);
	return rc;
}

int service_policy_plan(struct service *service, const struct actor *actor,
    const char *json, size_t len, struct policy_change_plan *out,
    struct err *err)
{
	struct proposal proposal = {.tenant = NULL};
	int rc = propose(service, actor, json, len, &proposal, err);

	if (rc == 0) {
		*out = proposal.plan;
		proposal.plan = (struct policy_change_plan){.pack = ""};
	}
	proposal_clear(&proposal);
	return rc;
}

/* ---- in force ---- */

struct record {
	struct service *service;
	const char *replaces; /* hash of the pack before; "" */
	struct policy_row row;
	const char *json;
	size_t len;
};

static int note_record(
    struct txn *txn, const struct record *record, struct err *err)
{
	const struct policy_row *row = &record->row;
	struct audit_note note = {
	    .action = AUDIT_POLICY_APPLIED,
	    .org_id = row->org_id,
	    .by = row->applied_by,
	    .subject_kind = "policy",
	    .subject_id = row->pack,
	    .params = {{"pack", row->pack}, {"sha256", row->pack_hash},
	        {"former_sha256", record->replaces}},
	};

	return audit_write(txn, record->service, &note, err);
}

static int save_record(struct txn *txn, void *arg, struct err *err)
{
	const struct record *record = arg;
	int rc = store_policy_save(txn, &record->row, err);

	if (rc == 0)
		rc = store_policy_files_save(txn, record->row.org_id,
		    record->row.pack_hash, record->json, record->len,
		    record->row.applied_at, err);
	return rc < 0 ? rc : note_record(txn, record, err);
}

static int record_write(struct service *service, const struct actor *actor,
    const struct proposal *proposal, const char *json, size_t len,
    struct err *err)
{
	const struct policy_profile *profile = proposal->candidate.profile;
	struct record record = {.service = service,
	    .replaces = proposal->plan.replaces,
	    .json = json,
	    .len = len};
	struct policy_row *row = &record.row;

	row->applied_at = clock_now(service->clock);
	(void)str_copy(row->org_id, sizeof(row->org_id), actor->org_id);
	(void)str_copy(row->pack, sizeof(row->pack), proposal->plan.pack);
	(void)str_copy(
	    row->pack_hash, sizeof(row->pack_hash), proposal->plan.hash);
	(void)str_copy(row->profile_identifier, sizeof(row->profile_identifier),
	    profile->summary.identifier);
	(void)str_copy(row->profile_uuid, sizeof(row->profile_uuid),
	    profile->summary.uuid);
	(void)str_copy(row->applied_by, sizeof(row->applied_by), actor->name);
	return store_write(service->store, save_record, &record, err);
}

static void put_in_force(
    struct proposal *proposal, struct retired_policy *retired)
{
	struct tenant *tenant = proposal->tenant;

	retired->profile = tenant->profile;
	retired->supervised = tenant->supervised;
	retired->pack = tenant->applied_pack;
	retired->next = tenant->retired;
	tenant->retired = retired;
	tenant->profile = proposal->candidate.profile;
	tenant->supervised = proposal->candidate.supervised;
	tenant->pack = proposal->pack;
	tenant->applied_pack = proposal->pack;
	proposal->pack = NULL; /* the tenant's now */
}

static int mark_pushed(struct txn *txn, void *arg, struct err *err)
{
	const char *org_id = arg;

	return store_policy_files_pushed(txn, org_id, err);
}

/* Phones, then judgements; only then it counts as brought. */
static int bring(struct service *service, const struct tenant *tenant,
    const struct actor *actor, struct policy_plan *push, struct err *err)
{
	char org_id[STORE_ID];
	int rc = push_policy(service, actor, tenant, NULL, false, push, err);

	(void)str_copy(org_id, sizeof(org_id), tenant->organisation.id);
	if (rc == 0)
		rc = service_judge_all(service, org_id, NULL, err);
	if (rc == 0)
		rc = store_write(service->store, mark_pushed, org_id, err);
	return rc;
}

static int check_replaces(const struct policy_change_plan *plan,
    const char *replaces, struct err *err)
{
	if (plan->is_in_force)
		return err_set(err, ERR_CONFLICT,
		    "%s, version %.12s, is in force already", plan->pack,
		    plan->hash);
	if (strcmp(plan->replaces, replaces) != 0)
		return err_set(err, ERR_CONFLICT,
		    "another policy is in force than when this was planned: "
		    "plan again");
	return 0;
}

static int apply_locked(struct service *service, const struct actor *actor,
    const char *json, size_t len, const char *replaces,
    struct proposal *proposal, struct err *err)
{
	struct retired_policy *retired = calloc(1, sizeof(*retired));
	struct policy_plan push;
	int rc;

	if (!retired)
		return err_memory(err);
	rc = propose(service, actor, json, len, proposal, err);
	if (rc == 0)
		rc = check_replaces(&proposal->plan, replaces, err);
	if (rc == 0)
		rc = record_write(service, actor, proposal, json, len, err);
	if (rc < 0) {
		free(retired);
		return rc;
	}
	put_in_force(proposal, retired);
	log_info(service->log, "policy_applied", LOG_ORGANISATION,
	    actor->org_id, LOG_PACK, proposal->plan.pack, LOG_VERSION,
	    proposal->plan.hash, LOG_USER, actor->name, NULL);
	return bring(service, proposal->tenant, actor, &push, err);
}

int service_policy_apply(struct service *service, const struct actor *actor,
    const char *json, size_t len, const char *replaces,
    struct policy_change_plan *out, struct err *err)
{
	struct proposal proposal = {.tenant = NULL};
	int rc;

	(void)pthread_mutex_lock(&applying);
	rc = apply_locked(service, actor, json, len, replaces, &proposal, err);
	(void)pthread_mutex_unlock(&applying);
	if (rc == 0) {
		*out = proposal.plan;
		proposal.plan = (struct policy_change_plan){.pack = ""};
	}
	proposal_clear(&proposal);
	return rc;
}

/* ---- at the start ---- */

struct restore {
	const char *org_id;
	struct policy_row row;
	uint8_t *files;
	size_t len;
};

static int load_applied(struct txn *txn, void *arg, struct err *err)
{
	struct restore *restore = arg;
	int rc = store_policy_load(txn, restore->org_id, &restore->row, err);

	free(restore->files);
	restore->files = NULL;
	if (rc == 0)
		rc = store_policy_files_load(txn, restore->org_id,
		    restore->row.pack_hash, &restore->files, &restore->len,
		    err);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static void note_other_folder(
    const struct service *service, const struct tenant *tenant)
{
	char hash[PACK_HASH_TEXT_MAX];
	char applied[PACK_HASH_TEXT_MAX];

	if (!tenant->pack)
		return;
	pack_hash_text(tenant->pack, hash);
	pack_hash_text(tenant->applied_pack, applied);
	if (strcmp(hash, applied) != 0)
		log_warning(service->log, "policy_folder_differs",
		    LOG_ORGANISATION, tenant->organisation.slug, LOG_PACK,
		    pack_name(tenant->pack), LOG_CAUSE,
		    "the policy applied last is in force; apply the folder "
		    "with workphone policy apply",
		    NULL);
}

int service_policy_restore(
    struct service *service, struct tenant *tenant, struct err *err)
{
	struct restore restore = {.org_id = tenant->organisation.id};
	int rc = store_read(service->store, load_applied, &restore, err);

	if (rc == 0 && restore.files)
		rc = policy_upload_parse((const char *)restore.files,
		    restore.len, &tenant->applied_pack, err);
	free(restore.files);
	if (rc < 0)
		return err_prefix(err, "the policy in force");
	if (tenant->applied_pack) {
		note_other_folder(service, tenant);
		tenant->pack = tenant->applied_pack;
	}
	return 0;
}

struct unpushed {
	const char *org_id;
	bool is_there;
};

static int look_unpushed(struct txn *txn, void *arg, struct err *err)
{
	struct unpushed *unpushed = arg;

	return store_policy_files_unpushed(
	    txn, unpushed->org_id, &unpushed->is_there, err);
}

int service_policy_keep_going(struct service *service, struct err *err)
{
	struct actor actor = {.name = "policy"};
	struct policy_plan push;
	size_t i;
	int rc = 0;

	(void)pthread_mutex_lock(&applying);
	for (i = 0; rc == 0 && i < service->tenant_count; i++) {
		struct tenant *tenant = &service->tenants[i];
		struct unpushed unpushed = {.org_id = tenant->organisation.id};

		rc = store_read(service->store, look_unpushed, &unpushed, err);
		if (rc < 0 || !unpushed.is_there)
			continue;
		(void)str_copy(
		    actor.org_id, sizeof(actor.org_id), unpushed.org_id);
		rc = bring(service, tenant, &actor, &push, err);
	}
	(void)pthread_mutex_unlock(&applying);
	return rc;
}

void service_policies_retired_free(struct tenant *tenant)
{
	struct retired_policy *next;
	struct retired_policy *one;

	for (one = tenant->retired; one; one = next) {
		next = one->next;
		policy_profile_free(one->profile);
		policy_profile_free(one->supervised);
		pack_free(one->pack);
		free(one);
	}
	tenant->retired = NULL;
	pack_free(tenant->applied_pack);
	tenant->applied_pack = NULL;
}
