/*
 * mcinstall_cloud: the cloud configuration, which decides who supervises a
 * phone and where it enrols.
 */
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/property.h"
#include "tests/phones/session.h"
#include "tests/phones/usb/mcinstall.h"
#include "tests/phones/usb/pairing.h"
#include "tests/phones/usb/usb_state.h"

#define SOURCE_STATION 2 /* ConfigurationSource of a cable */

void mc_get_cloud_configuration(struct mc_exchange *exchange)
{
	plist_t cloud = usb_state_cloud(exchange->session->phone);

	if (cloud)
		plist_dict_set_item(
		    exchange->answer, "CloudConfiguration", cloud);
}

enum key_type { KEY_TEXT, KEY_BOOL, KEY_NUMBER, KEY_DATAS, KEY_TEXTS };

static const struct {
	const char *key;
	enum key_type type;
} keys[] = {
    {"OrganizationName", KEY_TEXT},
    {"OrganizationShortName", KEY_TEXT},
    {"OrganizationDepartment", KEY_TEXT},
    {"OrganizationAddress", KEY_TEXT},
    {"OrganizationPhone", KEY_TEXT},
    {"OrganizationEmail", KEY_TEXT},
    {"OrganizationSupportPhone", KEY_TEXT},
    {"OrganizationSupportEmail", KEY_TEXT},
    {"OrganizationMagic", KEY_TEXT},
    {"ConfigurationURL", KEY_TEXT},
    {"ConfigurationWebURL", KEY_TEXT},
    {"Language", KEY_TEXT},
    {"Region", KEY_TEXT},
    {"IsSupervised", KEY_BOOL},
    {"AllowPairing", KEY_BOOL},
    {"IsMandatory", KEY_BOOL},
    {"IsMDMUnremovable", KEY_BOOL},
    {"AwaitDeviceConfigured", KEY_BOOL},
    {"IsMultiUser", KEY_BOOL},
    {"AutoAdvanceSetup", KEY_BOOL},
    {"CloudConfigurationUIComplete", KEY_BOOL},
    {"ConfigurationWasApplied", KEY_BOOL},
    {"PostSetupProfileWasInstalled", KEY_BOOL},
    {"ConfigurationSource", KEY_NUMBER},
    {"MDMProtocolVersion", KEY_NUMBER},
    {"AnchorCertificates", KEY_DATAS},
    {"SupervisorHostCertificates", KEY_DATAS},
    {"SkipSetup", KEY_TEXTS},
};

static bool is_array_of(plist_t node, plist_type type)
{
	uint32_t i;

	if (plist_get_node_type(node) != PLIST_ARRAY)
		return false;
	for (i = 0; i < plist_array_get_size(node); i++)
		if (plist_get_node_type(plist_array_get_item(node, i)) != type)
			return false;
	return true;
}

static bool is_type(plist_t node, enum key_type type)
{
	switch (type) {
	case KEY_TEXT:
		return property_text(node) != NULL;
	case KEY_BOOL:
		return plist_get_node_type(node) == PLIST_BOOLEAN;
	case KEY_NUMBER:
		return plist_get_node_type(node) == PLIST_UINT;
	case KEY_DATAS:
		return is_array_of(node, PLIST_DATA);
	case KEY_TEXTS:
		return is_array_of(node, PLIST_STRING);
	}
	return false;
}

static bool is_well_formed(plist_t cloud)
{
	plist_t node;
	size_t i;

	for (i = 0; cloud && i < sizeof(keys) / sizeof(keys[0]); i++) {
		node = plist_dict_get_item(cloud, keys[i].key);
		if (node && !is_type(node, keys[i].type))
			return false;
	}
	return cloud != NULL;
}

/* In the order a phone checks. */
static bool is_refused(struct mc_exchange *exchange, plist_t cloud)
{
	const struct phone *phone = exchange->session->phone;
	plist_t present = usb_state_cloud(phone);

	if (present)
		mc_fail(exchange, MC_DOMAIN_TUNNEL, MC_CLOUD_EXISTS,
		    "A cloud configuration is already present.");
	else if (!usb_state_is_activated(phone))
		mc_fail(exchange, MC_DOMAIN_CLOUD, MC_NOT_ACTIVATED,
		    "The device is not activated.");
	else if (usb_state_flag(phone, USB_IN_ABM))
		mc_fail(exchange, MC_DOMAIN_CLOUD, MC_IN_BUSINESS_MANAGER,
		    "The device has a cloud configuration of its "
		    "organization.");
	else if (!is_well_formed(cloud))
		mc_fail(exchange, MC_DOMAIN_CLOUD, MC_CLOUD_MALFORMED,
		    "The cloud configuration is malformed.");
	plist_free(present);
	return strcmp(exchange->status, "Error") == 0;
}

static void force_keys(plist_t cloud)
{
	property_set_integer(cloud, "ConfigurationSource", SOURCE_STATION);
	property_set_bool(cloud, "IsMandatory", true);
	property_set_bool(cloud, "IsMDMUnremovable", false);
	if (property_string(cloud, "ConfigurationURL") ||
	    property_string(cloud, "ConfigurationWebURL"))
		return;
	property_set_bool(cloud, "CloudConfigurationUIComplete", true);
	property_set_bool(cloud, "ConfigurationWasApplied", true);
}

/* Groups as on the phones: 5-5-4-4-4-4, no letter that looks like a digit. */
static void make_bypass_code(struct session *session)
{
	static const char alphabet[] = "0123456789ACDEFGHJKLMNPQRTUVWXYZ";
	static const char shape[] = "xxxxx-xxxxx-xxxx-xxxx-xxxx-xxxx";
	uint8_t bytes[sizeof(shape)];
	char code[sizeof(shape)];
	size_t i;

	rng_fill(session->world->rng, bytes, sizeof(bytes));
	for (i = 0; i < sizeof(shape); i++)
		code[i] = shape[i] == 'x' ? alphabet[bytes[i] % 32] : shape[i];
	usb_state_set_text(session->phone, USB_BYPASS_CODE, code);
}

void mc_set_cloud_configuration(struct mc_exchange *exchange)
{
	plist_t cloud = property_dict(exchange->request, "CloudConfiguration");
	struct session *session = exchange->session;

	if (is_refused(exchange, cloud))
		return;
	force_keys(cloud);
	if (usb_state_set_cloud(session->phone, cloud, NULL) < 0) {
		mc_fail(exchange, MC_DOMAIN_CLOUD, MC_CLOUD_MALFORMED,
		    "The cloud configuration could not be kept.");
		return;
	}
	if (!property_bool(cloud, "AllowPairing", true))
		pairing_remove_all(session->phone);
	if (property_bool(cloud, "IsSupervised", false))
		make_bypass_code(session);
	if (property_string(cloud, "ConfigurationURL"))
		exchange->after = MC_SETUP;
}

/* What Apple Business Manager would send; here it only knows who it owns. */
void mc_download_cloud_configuration(struct mc_exchange *exchange)
{
	struct phone *phone = exchange->session->phone;

	if (!usb_state_flag(phone, USB_IN_ABM)) {
		mc_fail(exchange, MC_DOMAIN_CLOUD, MC_CLOUD_NOT_FOUND,
		    "There is no cloud configuration for this device.");
		return;
	}
	phone->hardware.supervised = true;
	phone->changed = true;
}

void mc_establish_provisional_enrollment(struct mc_exchange *exchange)
{
	struct phone *phone = exchange->session->phone;
	size_t len;

	if (phone->setup_done)
		exchange->status = "ProvisionalEnrollmentRejected";
	else if (!property_data(exchange->request, "Nonce", &len))
		exchange->status = "NonceNotReceived";
	else
		usb_state_set_flag(phone, USB_IN_ABM, true);
}
