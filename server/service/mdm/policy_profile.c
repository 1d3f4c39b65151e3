#include "server/service/mdm/policy_profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/pack.h"
#include "policies/policy_declarations.h"
#include "policies/policy_demand.h"
#include "proto/apple/mdm_command.h"
#include "proto/apple/web_clip_payload.h"
#include "proto/base/err.h"
#include "server/keeper/keeper.h"
#include "server/service/mdm/switch_roaming.h"
#include "server/service/service.h"
#include "server/store/store_judgement.h"

/* An unanswered query is asked again by the next round, not for ever. */
#define QUERY_VALID_MS (7 * TIME_DAY_MS)

static int save_policy(struct txn *txn, void *arg, struct err *err)
{
	struct policy_row *row = arg;
	struct policy_row newest;
	int rc = store_policy_load(txn, row->org_id, &newest, NULL);

	if (rc == 0 && strcmp(newest.pack, row->pack) == 0 &&
	    strcmp(newest.profile_uuid, row->profile_uuid) == 0 &&
	    strcmp(newest.pack_hash, row->pack_hash) == 0)
		return 0;
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "cannot read the policy in force");
	return store_policy_save(txn, row, err);
}

static int record_policy(struct service *service, const struct tenant *tenant,
    const struct pack *pack, const struct policy_profile *made,
    const char *applied_by, struct err *err)
{
	struct policy_row row = {.applied_at = clock_now(service->clock)};

	(void)snprintf(
	    row.org_id, sizeof(row.org_id), "%s", tenant->organisation.id);
	(void)snprintf(row.pack, sizeof(row.pack), "%s", pack_name(pack));
	pack_hash_text(pack, row.pack_hash);
	(void)snprintf(row.profile_identifier, sizeof(row.profile_identifier),
	    "%s", made->summary.identifier);
	(void)snprintf(row.profile_uuid, sizeof(row.profile_uuid), "%s",
	    made->summary.uuid);
	(void)snprintf(
	    row.applied_by, sizeof(row.applied_by), "%s", applied_by);
	return store_write(service->store, save_policy, &row, err);
}

/* ---- making ---- */

/* A pack that sets nothing on such a phone gives no profile: no error. */
static int make_profile(struct service *service, const struct pack *pack,
    const struct policy_profile_target *target, struct policy_profile *made,
    struct err *err)
{
	struct buf xml = {0};
	int rc = policy_profile_build(pack, target, &xml, &made->summary, err);

	if (rc == 0)
		rc = keeper_sign_profile(service->keeper, xml.data, xml.len,
		    &made->signed_profile, err);
	buf_clear(&xml);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

int policy_profile_make(struct service *service,
    const struct organisation *organisation, const struct pack *pack,
    enum enrolment_kind enrolment, struct policy_profile **out, struct err *err)
{
	char contact_url[WEB_CLIP_URL_MAX];
	char page_url[WEB_CLIP_URL_MAX];
	struct policy_profile_target target = {
	    .organisation_id = organisation->id,
	    .organisation_name = organisation->name,
	    .enrolment = enrolment,
	    .language = *organisation->language ? organisation->language : NULL,
	};
	struct policy_profile *made = calloc(1, sizeof(*made));
	struct policy_demand demand;
	int rc;

	if (!made)
		return err_memory(err);
	if (*service->office_url) {
		(void)snprintf(contact_url, sizeof(contact_url),
		    "%s/contact/%s.vcf", service->office_url, organisation->id);
		target.contact_url = contact_url;
		(void)snprintf(page_url, sizeof(page_url), "%s/o/%s",
		    service->office_url, organisation->id);
		target.page_url = page_url;
	}
	(void)snprintf(
	    made->purpose, sizeof(made->purpose), "policy:%s", pack_name(pack));
	made->made_at = clock_now(service->clock);
	policy_demand_collect(pack, PACK_EQUIPMENT_NONE, &demand);
	made->roaming = demand.roaming;
	rc = make_profile(service, pack, &target, made, err);
	if (rc == 0)
		rc = policy_declarations_build(
		    pack, &target, NULL, &made->declarations, err);
	if (rc < 0) {
		policy_profile_free(made);
		return rc;
	}
	*out = made;
	return 0;
}

int policy_profile_prepare(struct service *service, struct tenant *tenant,
    const char *applied_by, struct err *err)
{
	const struct pack *pack = tenant->pack;
	struct policy_profile *plain = NULL;
	struct policy_profile *supervised = NULL;
	int rc;

	if (!pack)
		return 0;
	rc = policy_profile_make(service, &tenant->organisation, pack,
	    ENROLMENT_DEVICE, &plain, err);
	if (rc == 0)
		rc = policy_profile_make(service, &tenant->organisation, pack,
		    ENROLMENT_SUPERVISED, &supervised, err);
	if (rc == 0)
		rc = record_policy(
		    service, tenant, pack, plain, applied_by, err);
	if (rc < 0) {
		policy_profile_free(plain);
		policy_profile_free(supervised);
		return rc;
	}
	tenant->profile = plain;
	tenant->supervised = supervised;
	return 0;
}

void policy_profile_free(struct policy_profile *profile)
{
	if (!profile)
		return;
	buf_clear(&profile->signed_profile);
	declarations_clear(&profile->declarations);
	free(profile);
}

const struct policy_profile *tenant_profile(
    const struct tenant *tenant, bool is_supervised)
{
	return is_supervised ? tenant->supervised : tenant->profile;
}

/* ---- commands ---- */

static int encode_install(
    const struct policy_profile *made, struct order *order, struct err *err)
{
	const struct buf *profile = &made->signed_profile;

	return mdm_command_encode_install_profile(
	    order->id, profile->data, profile->len, &order->payload, err);
}

static int encode_security_info(
    const struct policy_profile *made, struct order *order, struct err *err)
{
	(void)made;
	return mdm_command_encode_security_info(
	    order->id, &order->payload, err);
}

static int encode_device_information(
    const struct policy_profile *made, struct order *order, struct err *err)
{
	(void)made;
	return mdm_command_encode_device_information(
	    order->id, DEVICE_QUERY_OWNED, &order->payload, err);
}

static int encode_profile_list(
    const struct policy_profile *made, struct order *order, struct err *err)
{
	(void)made;
	return mdm_command_encode_profile_list(
	    order->id, true, &order->payload, err);
}

/* Without tokens: the phone asks for those that are true then. */
static int encode_declarative(
    const struct policy_profile *made, struct order *order, struct err *err)
{
	(void)made;
	return mdm_command_encode_declarative_management(
	    order->id, NULL, 0, &order->payload, err);
}

/* As a setting of a pack is told to an encoder. */
static int setting_of(enum pack_setting setting)
{
	return setting == PACK_UNSET ? -1 : setting == PACK_TRUE;
}

static int encode_roaming(
    const struct policy_profile *made, struct order *order, struct err *err)
{
	return mdm_command_encode_roaming(order->id,
	    setting_of(made->roaming.voice), setting_of(made->roaming.data),
	    &order->payload, err);
}

static int encode_configured(
    const struct policy_profile *made, struct order *order, struct err *err)
{
	(void)made;
	return mdm_command_encode_plain(
	    order->id, order->request_type, &order->payload, err);
}

/* In the order in which a phone is to do them: rule first, then what is true. */
static const struct {
	unsigned what;
	const char *request_type;
	const char *purpose; /* NULL: the policy's own */
	int priority;
	int64_t valid_ms;
	int (*encode)(
	    const struct policy_profile *, struct order *, struct err *);
} steps[] = {
    {POLICY_ORDERS_PROFILE, "InstallProfile", NULL, COMMAND_PRIORITY_PROFILE, 0,
        encode_install},
    {POLICY_ORDERS_DECLARATIVE, "DeclarativeManagement", "declarations",
        COMMAND_PRIORITY_PROFILE, 0, encode_declarative},
    {POLICY_ORDERS_ROAMING, "Settings", ROAMING_PURPOSE,
        COMMAND_PRIORITY_PROFILE, 0, encode_roaming},
    {POLICY_ORDERS_SECURITY, "SecurityInfo", "query:SecurityInfo",
        COMMAND_PRIORITY_QUERY, QUERY_VALID_MS, encode_security_info},
    {POLICY_ORDERS_PROFILE_LIST, "ProfileList", "query:ProfileList",
        COMMAND_PRIORITY_QUERY, QUERY_VALID_MS, encode_profile_list},
    {POLICY_ORDERS_DEVICE, "DeviceInformation", "query:DeviceInformation",
        COMMAND_PRIORITY_QUERY, QUERY_VALID_MS, encode_device_information},
    {POLICY_ORDERS_CONFIGURED, "DeviceConfigured", "configured",
        COMMAND_PRIORITY_PROFILE, 0, encode_configured},
};

/* Orders for which the policy says nothing. */
static unsigned unset_by(const struct policy_profile *made)
{
	unsigned unset = 0;

	if (!made)
		return POLICY_ORDERS_POLICY;
	if (!*made->summary.uuid)
		unset |= POLICY_ORDERS_PROFILE;
	if (made->roaming.voice == PACK_UNSET &&
	    made->roaming.data == PACK_UNSET)
		unset |= POLICY_ORDERS_ROAMING;
	return unset;
}

int policy_orders_make(struct service *service, const char *org_id,
    unsigned what, const char *ordered_by, const char *reason,
    struct policy_orders *out, struct err *err)
{
	const struct tenant *tenant = service_tenant_find(service, org_id);
	const struct policy_profile *made = tenant
	    ? tenant_profile(tenant, what & POLICY_ORDERS_SUPERVISED)
	    : NULL;
	int64_t now = clock_now(service->clock);
	struct order *order;
	size_t i;
	int rc;

	*out = (struct policy_orders){0};
	what &= ~unset_by(made);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (!(what & steps[i].what))
			continue;
		order = &out->items[out->count++];
		order_init(order, service, steps[i].request_type,
		    steps[i].purpose ? steps[i].purpose : made->purpose, now);
		order->priority = steps[i].priority;
		order->ordered_by = ordered_by;
		order->reason = reason;
		if (steps[i].valid_ms)
			order->expires_at = now + steps[i].valid_ms;
		if ((rc = steps[i].encode(made, order, err)) < 0) {
			policy_orders_clear(out);
			return rc;
		}
	}
	return 0;
}

int policy_orders_queue(struct txn *txn, struct policy_orders *orders,
    const char *org_id, const char *device_id, const char *life_id,
    struct err *err)
{
	bool is_profile = false;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < orders->count; i++) {
		rc = order_queue(
		    txn, &orders->items[i], org_id, device_id, life_id, err);
		is_profile |= orders->items[i].was_queued &&
		    strcmp(orders->items[i].request_type, "InstallProfile") ==
		        0;
	}
	/* From when the profile is ordered the phone has time to take it. */
	if (rc == 0 && is_profile)
		rc = store_judgement_expire(
		    txn, org_id, STORE_SUBJECT_PHONE, device_id, err);
	return rc;
}

void policy_orders_clear(struct policy_orders *orders)
{
	size_t i;

	for (i = 0; i < orders->count; i++)
		order_clear(&orders->items[i]);
	orders->count = 0;
}
