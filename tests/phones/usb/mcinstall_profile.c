/* mcinstall_profile: profiles that come, are listed and go over the cable. */
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/enrol.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/lockdown_frame.h"
#include "tests/phones/usb/mcinstall.h"
#include "tests/phones/usb/setup.h"
#include "tests/phones/usb/usb_state.h"

#define PURPOSE "PostSetupInstallation"

static plist_t metadata(const json_t *profile)
{
	static const char *const copied[] = {"PayloadUUID",
	    "PayloadDisplayName", "PayloadOrganization", "PayloadDescription",
	    "PayloadVersion", "PayloadRemovalDisallowed"};
	plist_t dict = plist_new_dict();
	const json_t *value;
	size_t i;

	for (i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
		value = json_object_get(profile, copied[i]);
		if (value)
			plist_dict_set_item(
			    dict, copied[i], property_from_json(value));
	}
	return dict;
}

static plist_t manifest(const json_t *profile)
{
	const char *text =
	    json_string_value(json_object_get(profile, "PayloadDescription"));
	plist_t dict = plist_new_dict();

	property_set_string(dict, "Description", text ? text : "");
	property_set_bool(dict, "IsActive", true);
	return dict;
}

void mc_get_profile_list(struct mc_exchange *exchange)
{
	plist_t identifiers = plist_new_array();
	plist_t manifests = plist_new_dict();
	plist_t all = plist_new_dict();
	const char *identifier;
	json_t *profile;
	size_t i;

	json_array_foreach(exchange->session->phone->profiles, i, profile)
	{
		identifier = json_string_value(
		    json_object_get(profile, "PayloadIdentifier"));
		if (!identifier)
			continue;
		plist_array_append_item(
		    identifiers, plist_new_string(identifier));
		plist_dict_set_item(manifests, identifier, manifest(profile));
		plist_dict_set_item(all, identifier, metadata(profile));
	}
	plist_dict_set_item(
	    exchange->answer, "OrderedIdentifiers", identifiers);
	plist_dict_set_item(exchange->answer, "ProfileManifest", manifests);
	plist_dict_set_item(exchange->answer, "ProfileMetadata", all);
}

/* Data, or a dictionary that is written out again. False: neither. */
static bool take_payload(struct mc_exchange *exchange, struct buf *out)
{
	plist_t node = plist_dict_get_item(exchange->request, "Payload");
	const uint8_t *data;
	size_t len;

	if (node && plist_get_node_type(node) == PLIST_DICT)
		return property_encode(node, out, NULL) == 0;
	data = property_data(exchange->request, "Payload", &len);
	if (data)
		buf_append(out, data, len);
	return data && buf_check(out, NULL) == 0;
}

static void fail_install(struct mc_exchange *exchange, const struct err *err)
{
	phone_note_anomaly(exchange->session->phone,
	    "InstallProfile over the cable: %s", err->text);
	mc_fail(exchange, MC_DOMAIN_INSTALL, MC_CANNOT_INSTALL,
	    "The profile could not be installed.");
	mc_fail(exchange, MC_DOMAIN_PAYLOAD, MC_PAYLOAD_FAILED, err->text);
}

static void install_now(struct mc_exchange *exchange, const struct buf *payload)
{
	struct err err = {0};

	if (setup_install(
	        exchange->session, payload->data, payload->len, &err) < 0)
		fail_install(exchange, &err);
	else if (exchange->session->phone->mdm.enrolled)
		exchange->after = MC_POLL;
}

/* After setup it waits in Settings until its user agrees. */
static void let_wait(struct mc_exchange *exchange, const struct buf *payload)
{
	struct phone *phone = exchange->session->phone;
	struct profile profile = {0};
	struct err err = {0};

	if (phone->locked) {
		mc_fail(exchange, MC_DOMAIN_INSTALL, MC_NOT_INTERACTIVE,
		    "The profile must be installed interactively.");
		return;
	}
	if (profile_open(payload->data, payload->len, profile_trusted(phone),
	        &profile, &err) < 0 ||
	    usb_state_set_bytes(phone, USB_WAITING_PROFILE, payload->data,
	        payload->len, &err) < 0)
		fail_install(exchange, &err);
	profile_clear(&profile);
}

void mc_install_profile(struct mc_exchange *exchange)
{
	struct buf payload = {0};

	if (!take_payload(exchange, &payload))
		mc_fail(exchange, MC_DOMAIN_TUNNEL, MC_WRONG_TYPE,
		    "The payload is not of the right type.");
	else if (exchange->session->phone->setup_done &&
	    !exchange->mcinstall->migrated)
		let_wait(exchange, &payload);
	else
		install_now(exchange, &payload);
	buf_clear(&payload);
}

void mc_install_profile_silent(struct mc_exchange *exchange)
{
	struct buf payload = {0};

	if (take_payload(exchange, &payload))
		install_now(exchange, &payload);
	else
		mc_format_error(exchange);
	buf_clear(&payload);
}

/* A string, or a property list with PayloadIdentifier in it; NULL: neither. */
static plist_t parse_identifier(struct mc_exchange *exchange)
{
	const char *text =
	    property_string(exchange->request, "ProfileIdentifier");
	plist_t dict = NULL;
	const uint8_t *data;
	size_t len;

	if (!text)
		text = property_string(exchange->request, "Identifier");
	if (text) {
		dict = plist_new_dict();
		property_set_string(dict, "PayloadIdentifier", text);
		return dict;
	}
	data = property_data(exchange->request, "ProfileIdentifier", &len);
	if (data)
		(void)lockdown_body_parse(data, len, &dict, NULL);
	return dict;
}

static bool is_locked_in(const struct phone *phone, const json_t *profile)
{
	plist_t cloud = usb_state_cloud(phone);
	bool unremovable = property_bool(cloud, "IsMDMUnremovable", false);
	const char *identifier =
	    json_string_value(json_object_get(profile, "PayloadIdentifier"));
	bool is_mdm = phone->mdm.enrolled && identifier &&
	    strcmp(identifier, phone->mdm.profile_identifier) == 0;

	plist_free(cloud);
	if (is_mdm)
		return unremovable;
	return json_is_true(json_object_get(profile, "managed")) ||
	    json_is_true(json_object_get(profile, "PayloadRemovalDisallowed"));
}

static void remove_one(struct mc_exchange *exchange, const char *identifier)
{
	struct session *session = exchange->session;
	struct phone *phone = session->phone;
	json_t *profile = profile_find(phone, identifier);

	if (!profile)
		return; /* as a phone does: nothing to remove is well */
	if (is_locked_in(phone, profile))
		mc_fail(exchange, MC_DOMAIN_INSTALL, MC_LOCKED_PROFILE,
		    "The profile is locked and cannot be removed.");
	else if (phone->mdm.enrolled &&
	    strcmp(identifier, phone->mdm.profile_identifier) == 0)
		(void)enrol_remove(session, NULL);
	else
		profile_remove(phone, identifier);
}

void mc_remove_profile(struct mc_exchange *exchange)
{
	plist_t dict = parse_identifier(exchange);
	const char *identifier = property_string(dict, "PayloadIdentifier");

	if (identifier)
		remove_one(exchange, identifier);
	else
		mc_format_error(exchange);
	plist_free(dict);
}

static bool has_purpose(struct mc_exchange *exchange)
{
	const char *purpose = property_string(exchange->request, "Purpose");

	if (purpose && strcmp(purpose, PURPOSE) == 0)
		return true;
	mc_format_error(exchange);
	return false;
}

void mc_store_profile(struct mc_exchange *exchange)
{
	const uint8_t *data;
	size_t len;

	data = property_data(exchange->request, "ProfileData", &len);
	if (!has_purpose(exchange))
		return;
	if (!data ||
	    usb_state_set_bytes(exchange->session->phone, USB_STORED_PROFILE,
	        data, len, NULL) < 0)
		mc_format_error(exchange);
}

void mc_get_stored_profile(struct mc_exchange *exchange)
{
	struct buf data = {0};

	if (has_purpose(exchange) &&
	    usb_state_bytes(exchange->session->phone, USB_STORED_PROFILE, &data,
	        NULL) == 0 &&
	    data.len > 0)
		property_set_data(
		    exchange->answer, "ProfileData", data.data, data.len);
	buf_clear(&data);
}
