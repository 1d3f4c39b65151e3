#include "policies/policy_declarations.h"

#include <stdio.h>
#include <string.h>

#include "policies/policy_demand.h"
#include "proto/base/err.h"
#include "proto/json/json_guard.h"

#define PART_NAME_MAX 16 /* of parts[], with its dot */

struct draft {
	const struct pack *pack;
	const struct policy_profile_target *target;
	const char *profile_url;
	enum enrolment_kind enrolment;
	struct policy_demand demand;
	char base[DECLARATION_IDENTIFIER_MAX - PART_NAME_MAX];
};

/* --- payloads; NULL: nothing to declare ----------------------------------- */

/* 0 demands nothing: the key is left out. */
static void set_number(json_t *payload, const char *key, unsigned number)
{
	if (number > 0)
		(void)json_object_set_new(payload, key, json_integer(number));
}

static json_t *passcode_payload(const struct draft *draft)
{
	const struct pack_passcode *passcode = &draft->demand.passcode;
	json_t *payload;

	if (!draft->demand.rules[POLICY_PASSCODE])
		return NULL;
	payload = json_pack("{sb sb sb si}", "RequirePasscode", 1,
	    "RequireComplexPasscode", !passcode->allow_simple,
	    "RequireAlphanumericPasscode", passcode->alphanumeric,
	    "MaximumGracePeriodInMinutes", (int)passcode->lock_grace_minutes);
	set_number(payload, "MinimumLength", passcode->min_length);
	set_number(payload, "MinimumComplexCharacters",
	    passcode->min_complex_characters);
	set_number(
	    payload, "MaximumInactivityInMinutes", passcode->auto_lock_minutes);
	set_number(payload, "MaximumPasscodeAgeInDays", passcode->max_age_days);
	set_number(payload, "PasscodeReuseLimit", passcode->history);
	set_number(payload, "MaximumFailedAttempts",
	    passcode->erase_after_failed_attempts);
	return payload;
}

/* Local noon of the day: the phone counts in the time where it is. */
static json_t *update_payload(const struct draft *draft)
{
	const struct pack_software_update *update =
	    draft->demand.software_update;
	char deadline[32];

	if (!update || draft->enrolment == ENROLMENT_USER)
		return NULL;
	(void)snprintf(
	    deadline, sizeof(deadline), "%.10sT12:00:00", update->deadline);
	return json_pack("{ss ss}", "TargetOSVersion", update->at_least,
	    "TargetLocalDateTime", deadline);
}

static json_t *status_payload(const struct draft *draft)
{
	static const char *const names[] = {"passcode.is-present",
	    "passcode.is-compliant", "device.operating-system.version",
	    "softwareupdate.install-state"};
	json_t *items = json_array();
	size_t i;

	(void)draft;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)json_array_append_new(
		    items, json_pack("{ss}", "Name", names[i]));
	return json_pack("{so}", "StatusItems", items);
}

static json_t *legacy_payload(const struct draft *draft)
{
	if (!draft->profile_url)
		return NULL;
	return json_pack("{ss}", "ProfileURL", draft->profile_url);
}

static json_t *organisation_payload(const struct draft *draft)
{
	const char *name = draft->target->organisation_name;

	return json_pack(
	    "{ss}", "Name", name ? name : pack_organisation(draft->pack));
}

static const struct {
	const char *type;
	const char *name; /* ends the identifier */
	json_t *(*payload)(const struct draft *draft);
	bool activated; /* a configuration works only behind an activation */
} parts[] = {
    {DECLARATION_TYPE_PASSCODE, "passcode", passcode_payload, true},
    {DECLARATION_TYPE_UPDATE, "update", update_payload, true},
    {DECLARATION_TYPE_SUBSCRIPTIONS, "status", status_payload, true},
    {DECLARATION_TYPE_LEGACY, "profile", legacy_payload, true},
    {DECLARATION_TYPE_ORGANISATION, "organisation", organisation_payload,
        false},
};

/* --- the set -------------------------------------------------------------- */

static int draft_make(struct draft *draft, struct err *err)
{
	const char *id = draft->target->organisation_id;
	int wrote;

	if (!id || !*id)
		return err_set(
		    err, ERR_INVALID, "declarations: no organisation id");
	/* Without the pack's name: Apple allows 64 bytes in all. */
	wrote = snprintf(draft->base, sizeof(draft->base), "workphone.%s", id);
	if (wrote < 0 || (size_t)wrote >= sizeof(draft->base))
		return err_set(
		    err, ERR_LIMIT, "declaration identifier too long");
	draft->enrolment = draft->target->enrolment ? draft->target->enrolment
	                                            : ENROLMENT_DEVICE;
	policy_demand_collect(
	    draft->pack, draft->target->equipment, &draft->demand);
	return 0;
}

static int add_part(const struct draft *draft, size_t which,
    struct declarations *out, json_t *activated, struct err *err)
{
	CLEANUP(json_value) json_t *payload = parts[which].payload(draft);
	char identifier[DECLARATION_IDENTIFIER_MAX];

	if (!payload)
		return 0;
	(void)snprintf(identifier, sizeof(identifier), "%s.%s", draft->base,
	    parts[which].name);
	if (parts[which].activated &&
	    json_array_append_new(activated, json_string(identifier)))
		return err_memory(err);
	return declarations_add(
	    out, parts[which].type, identifier, payload, err);
}

int policy_declarations_build(const struct pack *pack,
    const struct policy_profile_target *target, const char *profile_url,
    struct declarations *out, struct err *err)
{
	struct draft draft = {
	    .pack = pack, .target = target, .profile_url = profile_url};
	CLEANUP(json_value) json_t *activated = json_array();
	CLEANUP(json_value) json_t *activation = NULL;
	struct declarations made = {0};
	char identifier[DECLARATION_IDENTIFIER_MAX];
	size_t i;
	int rc = draft_make(&draft, err);

	for (i = 0; rc == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		rc = add_part(&draft, i, &made, activated, err);
	if (rc == 0) {
		activation =
		    json_pack("{sO}", "StandardConfigurations", activated);
		(void)snprintf(identifier, sizeof(identifier), "%s.activation",
		    draft.base);
		rc = declarations_add(&made, DECLARATION_TYPE_ACTIVATION,
		    identifier, activation, err);
	}
	if (rc) {
		declarations_clear(&made);
		return rc;
	}
	*out = made;
	return 0;
}
