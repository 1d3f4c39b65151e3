#include "tests/phones/usb/usb_state.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/pem.h"
#include "tests/phones/property.h"
#include "tests/phones/scep_client.h"

#define KEY_BITS 2048
#define DEVICE_KEY "device_key"

bool usb_state_flag(const struct phone *phone, const char *key)
{
	return json_is_true(json_object_get(phone->usb, key));
}

void usb_state_set_flag(struct phone *phone, const char *key, bool value)
{
	(void)json_object_set_new(phone->usb, key, json_boolean(value));
	phone->changed = true;
}

const char *usb_state_text(const struct phone *phone, const char *key)
{
	return json_string_value(json_object_get(phone->usb, key));
}

void usb_state_set_text(struct phone *phone, const char *key, const char *value)
{
	if (value)
		(void)json_object_set_new(phone->usb, key, json_string(value));
	else
		(void)json_object_del(phone->usb, key);
	phone->changed = true;
}

int64_t usb_state_number(const struct phone *phone, const char *key)
{
	return json_integer_value(json_object_get(phone->usb, key));
}

bool usb_state_is_activated(const struct phone *phone)
{
	const char *state = usb_state_text(phone, USB_ACTIVATION);

	return !state || strcmp(state, "Activated") == 0;
}

int usb_state_bytes(const struct phone *phone, const char *key, struct buf *out,
    struct err *err)
{
	const json_t *text = json_object_get(phone->usb, key);
	uint8_t *data = NULL;
	size_t len = 0;
	int rc;

	buf_reset(out);
	if (!json_is_string(text))
		return 0;
	rc = str_base64_parse(json_string_value(text), json_string_length(text),
	    &data, &len, err);
	if (rc < 0)
		return rc;
	buf_append(out, data, len);
	free(data);
	return buf_check(out, err);
}

int usb_state_set_bytes(struct phone *phone, const char *key,
    const uint8_t *data, size_t len, struct err *err)
{
	char *text = str_base64(data, len);

	if (!text)
		return err_memory(err);
	usb_state_set_text(phone, key, text);
	free(text);
	return 0;
}

static int make_key(struct phone *phone, EVP_PKEY **out, struct err *err)
{
	EVP_PKEY *key = NULL;
	struct buf pem = {0};
	int rc;

	rc = scep_make_key(KEY_BITS, &key, err);
	if (rc == 0)
		rc = pem_append_key(&pem, key, err);
	if (rc == 0) {
		usb_state_set_text(phone, DEVICE_KEY, (char *)pem.data);
		*out = key;
		key = NULL;
	}
	EVP_PKEY_free(key);
	buf_clear(&pem);
	return rc;
}

int usb_state_get_key(
    struct phone *phone, EVP_PKEY *shared, EVP_PKEY **out, struct err *err)
{
	const char *pem = usb_state_text(phone, DEVICE_KEY);

	if (shared && EVP_PKEY_up_ref(shared)) {
		*out = shared;
		return 0;
	}
	if (pem)
		return pem_parse_key(pem, strlen(pem), out, err);
	return make_key(phone, out, err);
}

/* Automatic enrolment (ConfigurationSource 1) supervises without a station. */
static plist_t automatic_cloud(void)
{
	plist_t cloud = plist_new_dict();

	property_set_bool(cloud, "AllowPairing", true);
	property_set_integer(cloud, "ConfigurationSource", 1);
	property_set_bool(cloud, "IsSupervised", true);
	property_set_bool(cloud, "IsMDMUnremovable", true);
	return cloud;
}

/* What Setup Assistant leaves behind on a phone that nobody supervises. */
static plist_t finished_cloud(void)
{
	plist_t cloud = plist_new_dict();

	property_set_bool(cloud, "AllowPairing", true);
	property_set_bool(cloud, "CloudConfigurationUIComplete", true);
	property_set_integer(cloud, "ConfigurationSource", 0);
	property_set_bool(cloud, "ConfigurationWasApplied", true);
	property_set_bool(cloud, "IsMDMUnremovable", false);
	property_set_bool(cloud, "IsMandatory", false);
	property_set_bool(cloud, "IsSupervised", false);
	property_set_bool(cloud, "PostSetupProfileWasInstalled", true);
	return cloud;
}

plist_t usb_state_cloud(const struct phone *phone)
{
	const char *xml = usb_state_text(phone, USB_CLOUD);
	plist_t cloud = NULL;

	if (!xml && phone->hardware.supervised)
		return automatic_cloud();
	if (!xml)
		return phone->setup_done ? finished_cloud() : NULL;
	(void)property_parse((const uint8_t *)xml, strlen(xml), &cloud, NULL);
	return cloud;
}

/* The servers Setup Assistant trusts for this configuration only. */
static void keep_anchors(struct phone *phone, plist_t cloud)
{
	plist_t anchors = property_array(cloud, "AnchorCertificates");
	json_t *kept = json_array();
	const char *der;
	uint64_t len;
	uint32_t i;
	plist_t item;
	char *text;

	for (i = 0; anchors && i < plist_array_get_size(anchors); i++) {
		item = plist_array_get_item(anchors, i);
		if (plist_get_node_type(item) != PLIST_DATA)
			continue;
		der = plist_get_data_ptr(item, &len);
		text = str_base64((const uint8_t *)der, (size_t)len);
		if (text)
			(void)json_array_append_new(kept, json_string(text));
		free(text);
	}
	(void)json_object_set_new(phone->usb, USB_CLOUD_ANCHORS, kept);
}

int usb_state_set_cloud(struct phone *phone, plist_t cloud, struct err *err)
{
	struct buf xml = {0};
	int rc;

	if (!cloud) {
		usb_state_set_text(phone, USB_CLOUD, NULL);
		usb_state_set_text(phone, USB_CLOUD_ANCHORS, NULL);
		phone->hardware.supervised = false;
		phone_profiles_changed(phone);
		return 0;
	}
	rc = property_encode(cloud, &xml, err);
	if (rc == 0) {
		usb_state_set_text(phone, USB_CLOUD, (char *)xml.data);
		keep_anchors(phone, cloud);
		phone->hardware.supervised =
		    property_bool(cloud, "IsSupervised", false);
		phone_profiles_changed(phone);
	}
	buf_clear(&xml);
	return rc;
}

bool usb_state_is_supervisor(
    const struct phone *phone, const uint8_t *der, size_t len)
{
	plist_t cloud = usb_state_cloud(phone);
	plist_t list = property_array(cloud, "SupervisorHostCertificates");
	bool found = false;
	const char *data;
	uint64_t size;
	plist_t item;
	uint32_t i;

	for (i = 0; list && !found && i < plist_array_get_size(list); i++) {
		item = plist_array_get_item(list, i);
		if (plist_get_node_type(item) != PLIST_DATA)
			continue;
		data = plist_get_data_ptr(item, &size);
		found = size == len && memcmp(data, der, len) == 0;
	}
	plist_free(cloud);
	return found;
}

json_t *usb_state_value(
    const struct phone *phone, const char *domain, const char *key)
{
	const json_t *values = json_object_get(phone->usb, USB_VALUES);

	return json_object_get(json_object_get(values, domain), key);
}

void usb_state_set_value(
    struct phone *phone, const char *domain, const char *key, json_t *value)
{
	json_t *values = json_object_get(phone->usb, USB_VALUES);
	json_t *of_domain;

	if (!values) {
		values = json_object();
		(void)json_object_set_new(phone->usb, USB_VALUES, values);
	}
	of_domain = json_object_get(values, domain);
	if (!of_domain) {
		of_domain = json_object();
		(void)json_object_set_new(values, domain, of_domain);
	}
	(void)json_object_set_new(of_domain, key, value);
	phone->changed = true;
}
