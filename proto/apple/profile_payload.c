#include "proto/apple/profile_payload.h"

#include <stdlib.h>
#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/uuid.h"

#define PAYLOAD_VERSION 1 /* the only one there is */

static int need_uuid(const char *uuid, const char *of, struct err *err)
{
	if (!uuid || !uuid_is_valid(uuid))
		return err_set(
		    err, ERR_INVALID, "%s: not a UUID", of ? of : "profile");
	return 0;
}

static int need_text(
    plist_t dict, const char *key, const char *text, struct err *err)
{
	if (!text || !*text)
		return err_set(err, ERR_INVALID, "key %s: missing", key);
	return xplist_set_text(dict, key, text, err);
}

/* The keys that a profile and each of its payloads have in common. */
struct common {
	const char *type;
	const char *identifier;
	const char *uuid;
	const char *display_name;
	const char *description;
	const char *organisation;
};

static int set_common(
    plist_t dict, const struct common *common, struct err *err)
{
	int rc;

	if ((rc = need_uuid(common->uuid, common->identifier, err)) != 0 ||
	    (rc = xplist_set_text(
	         dict, "PayloadDescription", common->description, err)) != 0 ||
	    (rc = xplist_set_text(
	         dict, "PayloadDisplayName", common->display_name, err)) != 0 ||
	    (rc = need_text(
	         dict, "PayloadIdentifier", common->identifier, err)) != 0 ||
	    (rc = xplist_set_text(dict, "PayloadOrganization",
	         common->organisation, err)) != 0 ||
	    (rc = need_text(dict, "PayloadType", common->type, err)) != 0 ||
	    (rc = need_text(dict, "PayloadUUID", common->uuid, err)) != 0)
		return rc;
	xplist_set_integer(dict, "PayloadVersion", PAYLOAD_VERSION);
	return 0;
}

/* Keys with which a settings dictionary could undo the members. */
static bool holds_common_key(plist_t settings)
{
	static const char *const keys[] = {
	    "PayloadDescription",
	    "PayloadDisplayName",
	    "PayloadIdentifier",
	    "PayloadOrganization",
	    "PayloadType",
	    "PayloadUUID",
	    "PayloadVersion",
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (plist_dict_get_item(settings, keys[i]))
			return true;
	return false;
}

static int encode_payload(
    const struct profile_payload *payload, plist_t *out, struct err *err)
{
	const struct common common = {
	    .type = payload->type,
	    .identifier = payload->identifier,
	    .uuid = payload->uuid,
	    .display_name = payload->display_name,
	    .description = payload->description,
	    .organisation = payload->organisation,
	};
	CLEANUP(plist) plist_t dict = NULL;
	int rc;

	if (payload->settings && !xplist_is_dict(payload->settings))
		return err_set(
		    err, ERR_INVALID, "payload settings: not a dictionary");
	if (payload->settings && holds_common_key(payload->settings))
		return err_set(err, ERR_INVALID,
		    "payload settings: a Payload key of the envelope");
	dict = payload->settings ? plist_copy(payload->settings)
	                         : plist_new_dict();
	if (!dict)
		return err_memory(err);
	if ((rc = set_common(dict, &common, err)) != 0)
		return rc;
	*out = dict;
	dict = NULL;
	return 0;
}

static bool same_uuid(const char *a, const char *b)
{
	return a && b && strcasecmp(a, b) == 0;
}

static int check_uuids(const struct profile *profile, struct err *err)
{
	size_t i;
	size_t j;

	for (i = 0; i < profile->payload_count; i++) {
		if (same_uuid(profile->uuid, profile->payloads[i].uuid))
			return err_set(err, ERR_INVALID,
			    "a UUID stands twice in the profile");
		for (j = 0; j < i; j++)
			if (same_uuid(profile->payloads[i].uuid,
			        profile->payloads[j].uuid))
				return err_set(err, ERR_INVALID,
				    "a UUID stands twice in the profile");
	}
	return 0;
}

static int encode_payloads(
    const struct profile *profile, plist_t array, struct err *err)
{
	plist_t payload = NULL;
	size_t i;
	int rc;

	for (i = 0; i < profile->payload_count; i++) {
		rc = encode_payload(&profile->payloads[i], &payload, err);
		if (rc)
			return rc;
		plist_array_append_item(array, payload);
	}
	return 0;
}

int profile_encode(
    const struct profile *profile, struct buf *xml, struct err *err)
{
	const struct common common = {
	    .type = "Configuration",
	    .identifier = profile->identifier,
	    .uuid = profile->uuid,
	    .display_name = profile->display_name,
	    .description = profile->description,
	    .organisation = profile->organisation,
	};
	CLEANUP(plist) plist_t root = plist_new_dict();
	plist_t array = plist_new_array();
	int rc;

	plist_dict_set_item(root, "PayloadContent", array);
	if (profile->payload_count == 0)
		return err_set(err, ERR_INVALID, "a profile without payloads");
	if ((rc = check_uuids(profile, err)) != 0 ||
	    (rc = encode_payloads(profile, array, err)) != 0)
		return rc;
	if (profile->removal_disallowed)
		xplist_set_bool(root, "PayloadRemovalDisallowed", true);
	if ((rc = set_common(root, &common, err)) != 0)
		return rc;
	return xplist_encode(root, xml, err);
}

/* --- com.apple.mobiledevice.passwordpolicy ------------------------------- */

static const struct passcode_key {
	const char *key;
	size_t offset;
	int low;
	int high;
	bool is_bool;
} passcode_keys[] = {
#define PASSCODE(key, member, low, high, is_bool)                              \
	{                                                                      \
		key, offsetof(struct passcode_payload, member), low, high,     \
		    is_bool                                                    \
	}
    PASSCODE("allowSimple", allow_simple, 0, 1, true),
    PASSCODE("forcePIN", force_pin, 0, 1, true),
    PASSCODE("maxFailedAttempts", max_failed_attempts, 2, 11, false),
    PASSCODE("maxGracePeriod", max_grace_min, 0, 1440, false),
    PASSCODE("maxInactivity", max_inactivity_min, 0, 15, false),
    PASSCODE("maxPINAgeInDays", max_age_days, 1, 730, false),
    PASSCODE("minComplexChars", min_complex_chars, 0, 4, false),
    PASSCODE("minLength", min_length, 0, 16, false),
    PASSCODE("pinHistory", history, 1, 50, false),
    PASSCODE("requireAlphanumeric", require_alphanumeric, 0, 1, true),
};

int passcode_payload_settings(
    const struct passcode_payload *passcode, plist_t *settings, struct err *err)
{
	CLEANUP(plist) plist_t dict = plist_new_dict();
	size_t i;

	for (i = 0; i < sizeof(passcode_keys) / sizeof(passcode_keys[0]); i++) {
		const struct passcode_key *key = &passcode_keys[i];
		int value =
		    *(const int *)((const char *)passcode + key->offset);

		if (value == -1)
			continue;
		if (value < key->low || value > key->high)
			return err_set(err, ERR_INVALID,
			    "%s: %d, Apple takes %d to %d", key->key, value,
			    key->low, key->high);
		if (key->is_bool)
			xplist_set_bool(dict, key->key, value == 1);
		else
			xplist_set_integer(dict, key->key, value);
	}
	*settings = dict;
	dict = NULL;
	return 0;
}
