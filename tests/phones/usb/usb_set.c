#include "tests/phones/usb/usb_set.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/usb_state.h"

struct setting {
	struct session *session;
	const char *key;
	const json_t *value;
	struct err *err;
};

static int refuse(const struct setting *setting, const char *wanted)
{
	return err_set(
	    setting->err, ERR_INVALID, "%s is not %s", setting->key, wanted);
}

static int set_flag(struct setting *setting)
{
	if (!json_is_boolean(setting->value))
		return refuse(setting, "true or false");
	usb_state_set_flag(setting->session->phone, setting->key,
	    json_is_true(setting->value));
	return 0;
}

static int set_text(struct setting *setting)
{
	if (!json_is_string(setting->value))
		return refuse(setting, "a text");
	usb_state_set_text(setting->session->phone, setting->key,
	    json_string_value(setting->value));
	return 0;
}

static int set_setup(struct setting *setting)
{
	struct phone *phone = setting->session->phone;

	if (!json_is_boolean(setting->value))
		return refuse(setting, "true or false");
	phone->setup_done = !json_is_true(setting->value);
	phone->changed = true;
	return 0;
}

static int set_locked(struct setting *setting)
{
	struct phone *phone = setting->session->phone;

	if (!json_is_boolean(setting->value))
		return refuse(setting, "true or false");
	phone->locked = json_is_true(setting->value);
	if (!phone->locked)
		usb_state_set_flag(phone, USB_LOCKED_SINCE_START, false);
	phone->changed = true;
	return 0;
}

static int set_passcode(struct setting *setting)
{
	struct session *session = setting->session;

	if (!json_is_boolean(setting->value))
		return refuse(setting, "true or false");
	if (json_is_true(setting->value))
		phone_set_pin(
		    session->phone, 6, false, false, session_now(session));
	else
		phone_clear_pin(session->phone);
	return 0;
}

static int set_unlocked_once(struct setting *setting)
{
	if (!json_is_boolean(setting->value))
		return refuse(setting, "true or false");
	usb_state_set_flag(setting->session->phone, USB_LOCKED_SINCE_START,
	    !json_is_true(setting->value));
	return 0;
}

static int set_version(struct setting *setting)
{
	struct phone_hardware *hardware = &setting->session->phone->hardware;
	const char *text = json_string_value(setting->value);

	if (!text ||
	    str_copy(hardware->os_version, sizeof(hardware->os_version), text) <
	        0)
		return refuse(setting, "a version");
	setting->session->phone->changed = true;
	return 0;
}

static int set_sims(struct setting *setting)
{
	json_int_t count = json_integer_value(setting->value);

	if (!json_is_integer(setting->value) || count < 0 ||
	    count > PHONE_SIMS_MAX)
		return refuse(setting, "a number of SIMs");
	phone_set_sims(setting->session->phone, (unsigned)count);
	return 0;
}

static int set_values(struct setting *setting)
{
	const char *domain;
	const char *key;
	json_t *keys;
	json_t *value;

	if (!json_is_object(setting->value))
		return refuse(setting, "{domain: {key: value}}");
	json_object_foreach((json_t *)(uintptr_t)setting->value, domain, keys)
	    json_object_foreach(keys, key, value) usb_state_set_value(
	        setting->session->phone, domain, key, json_deep_copy(value));
	return 0;
}

/* In JSON the certificates are base64; in the configuration they are data. */
static void decode_certificates(plist_t cloud, const char *key)
{
	plist_t texts = property_array(cloud, key);
	plist_t datas = plist_new_array();
	const char *text;
	uint8_t *der;
	uint32_t i;
	size_t len;

	for (i = 0; texts && i < plist_array_get_size(texts); i++) {
		text = property_text(plist_array_get_item(texts, i));
		if (!text ||
		    str_base64_parse(text, strlen(text), &der, &len, NULL) < 0)
			continue;
		plist_array_append_item(
		    datas, plist_new_data((const char *)der, len));
		free(der);
	}
	if (texts)
		plist_dict_set_item(cloud, key, datas);
	else
		plist_free(datas);
}

static int set_cloud(struct setting *setting)
{
	plist_t cloud;
	int rc;

	if (json_is_null(setting->value))
		return usb_state_set_cloud(
		    setting->session->phone, NULL, setting->err);
	if (!json_is_object(setting->value))
		return refuse(setting, "an object or null");
	cloud = property_from_json(setting->value);
	decode_certificates(cloud, "SupervisorHostCertificates");
	decode_certificates(cloud, "AnchorCertificates");
	rc = usb_state_set_cloud(setting->session->phone, cloud, setting->err);
	plist_free(cloud);
	return rc;
}

static const struct {
	const char *key;
	int (*set)(struct setting *setting);
} rows[] = {
    {USB_TRUST, set_text},
    {USB_ACTIVATION, set_text},
    {USB_FIND_MY, set_flag},
    {USB_IN_ABM, set_flag},
    {USB_ACTIVATION_LOCKED, set_flag},
    {"setup", set_setup},
    {"locked", set_locked},
    {"passcode_set", set_passcode},
    {"unlocked_once", set_unlocked_once},
    {"ios_version", set_version},
    {"sims", set_sims},
    {USB_VALUES, set_values},
    {USB_CLOUD, set_cloud},
};

static int set_one(struct setting *setting)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].key, setting->key) == 0)
			return rows[i].set(setting);
	return err_set(
	    setting->err, ERR_UNSUPPORTED, "unknown key '%s'", setting->key);
}

static int set_challenge(
    struct usb_device *device, const json_t *value, struct err *err)
{
	size_t len = 0;

	if (!json_is_string(value) ||
	    str_hex_parse(json_string_value(value), json_string_length(value),
	        device->challenge, sizeof(device->challenge), &len) < 0)
		return err_set(err, ERR_INVALID, "challenge is not hex");
	device->challenge_len = len;
	return 0;
}

struct visit {
	const json_t *keys;
	struct usb_device *device;
	struct err *err;
	int rc;
};

static bool is_of_device(const char *key)
{
	return usb_behaviour_has(key) || strcmp(key, "challenge") == 0;
}

static void set_on_phone(struct session *session, void *arg)
{
	struct visit *visit = arg;
	struct setting setting = {.session = session, .err = visit->err};
	json_t *value;

	json_object_foreach(
	    (json_t *)(uintptr_t)visit->keys, setting.key, value)
	{
		setting.value = value;
		if (visit->rc == 0 && !is_of_device(setting.key))
			visit->rc = set_one(&setting);
	}
}

/* With the hub's lock held. */
static int set_on_device(
    struct usb_device *device, const json_t *keys, struct err *err)
{
	const char *key;
	json_t *value;
	int rc = 0;

	device->requests = 0;
	json_object_foreach((json_t *)(uintptr_t)keys, key, value)
	{
		if (rc < 0 || !is_of_device(key))
			continue;
		rc = strcmp(key, "challenge") == 0
		    ? set_challenge(device, value, err)
		    : usb_behaviour_set(&device->behaviour, key, value, err);
	}
	return rc;
}

int usb_set(
    struct hub *hub, const char *serial, const json_t *keys, struct err *err)
{
	struct visit visit = {.keys = keys, .err = err};
	int rc;

	if (!json_is_object(keys))
		return err_set(err, ERR_INVALID, "usb_set needs \"set\": {…}");
	rc = hub_device(hub, serial, &visit.device, err);
	if (rc < 0)
		return rc;
	hub_lock(hub);
	rc = set_on_device(visit.device, keys, err);
	hub_unlock(hub);
	if (rc == 0)
		rc = engine_visit(
		    hub_engine(hub), serial, set_on_phone, &visit, err);
	return rc < 0 ? rc : visit.rc;
}
