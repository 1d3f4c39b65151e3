#include "tests/phones/usb/usb_report.h"

#include "proto/base/err.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/usb_state.h"

static json_t *host_ids(const struct phone *phone)
{
	json_t *all = json_object_get(phone->usb, "pairings");
	json_t *list = json_array();
	const char *host_id;
	json_t *pairing;

	json_object_foreach(all, host_id, pairing)(void)
	    json_array_append_new(list, json_string(host_id));
	return list;
}

static json_t *profile_ids(const struct phone *phone)
{
	json_t *list = json_array();
	json_t *profile;
	size_t i;

	json_array_foreach(phone->profiles, i, profile)(void) json_array_append(
	    list, json_object_get(profile, "PayloadIdentifier"));
	return list;
}

/* Only what a station could have set; null for a phone without one. */
static json_t *cloud(const struct phone *phone)
{
	plist_t plist;
	json_t *json;

	if (!usb_state_text(phone, USB_CLOUD))
		return json_null();
	plist = usb_state_cloud(phone);
	json = plist ? property_to_json(plist) : json_null();
	plist_free(plist);
	return json;
}

/* json_object_set_new() takes NULL for a failure: then the key is missing. */
static void report_phone(struct session *session, void *arg)
{
	const struct phone *phone = session->phone;
	const char *activation = usb_state_text(phone, USB_ACTIVATION);
	const char *trust = usb_state_text(phone, USB_TRUST);
	json_t *json = arg;

	(void)json_object_update_new(json,
	    json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b}",
	        "serial", phone->hardware.serial, "udid", phone->hardware.udid,
	        "trust", trust ? trust : "ask", "activation",
	        activation ? activation : "Activated", "setup_done",
	        phone->setup_done, "locked", phone->locked, "passcode_set",
	        phone->pin.set, "supervised", phone->hardware.supervised,
	        "enrolled", phone->mdm.enrolled, "erased", phone->erased));
	(void)json_object_set_new(
	    json, "erases", json_integer(usb_state_number(phone, USB_ERASES)));
	(void)json_object_set_new(json, "activation_locked",
	    json_boolean(usb_state_flag(phone, USB_ACTIVATION_LOCKED)));
	(void)json_object_set_new(json, "waiting_profile",
	    json_boolean(usb_state_text(phone, USB_WAITING_PROFILE) != NULL));
	(void)json_object_set_new(json, "stored_profile",
	    json_boolean(usb_state_text(phone, USB_STORED_PROFILE) != NULL));
	(void)json_object_set_new(json, "pairings", host_ids(phone));
	(void)json_object_set_new(json, "profiles", profile_ids(phone));
	(void)json_object_set_new(json, "cloud", cloud(phone));
	(void)json_object_set_new(
	    json, "anomalies", json_deep_copy(phone->anomalies));
}

static void report_device(const struct usb_device *device, json_t *json)
{
	static const char *const dialogs[] = {
	    "none", "open", "trusted", "denied"};

	(void)json_object_update_new(json,
	    json_pack("{s:b, s:I, s:I, s:I, s:s}", "attached", device->attached,
	        "device_id", (json_int_t)device->id, "location",
	        (json_int_t)device->location, "requests",
	        (json_int_t)device->requests, "dialog",
	        dialogs[device->dialog]));
	(void)json_object_set_new(
	    json, "behaviour", usb_behaviour_encode(&device->behaviour));
	(void)json_object_set_new(json, "log", json_deep_copy(device->log));
}

static int report_one(
    struct hub *hub, const char *serial, json_t **out, struct err *err)
{
	struct usb_device *device = NULL;
	json_t *json;
	int rc;

	rc = hub_device(hub, serial, &device, err);
	if (rc < 0)
		return rc;
	json = json_object();
	rc = engine_visit(hub_engine(hub), serial, report_phone, json, err);
	if (rc < 0) {
		json_decref(json);
		return rc;
	}
	hub_lock(hub);
	report_device(device, json);
	hub_unlock(hub);
	*out = json;
	return 0;
}

int usb_report(
    struct hub *hub, const char *serial, json_t **out, struct err *err)
{
	json_t *phones = NULL;
	json_t *list;
	json_t *one;
	json_t *phone;
	size_t i;
	int rc;

	if (serial)
		return report_one(hub, serial, out, err);
	rc = engine_state(hub_engine(hub), NULL, &phones, err);
	list = json_array();
	json_array_foreach(phones, i, phone)
	{
		rc = report_one(hub,
		    json_string_value(json_object_get(phone, "serial")), &one,
		    err);
		if (rc < 0)
			break;
		(void)json_array_append_new(list, one);
	}
	json_decref(phones);
	if (rc < 0)
		json_decref(list);
	else
		*out = list;
	return rc;
}
