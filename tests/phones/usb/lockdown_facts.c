#include "tests/phones/usb/lockdown_facts.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/phones/property.h"
#include "tests/phones/usb/usb_state.h"

#define SIM_READY "kCTSIMSupportSIMStatusReady"
#define SIM_MISSING "kCTSIMSupportSIMStatusNotInserted"
#define GIGABYTE 1000000000.0

static plist_t number_of_chip(struct session *session)
{
	const char *udid = session->phone->hardware.udid;
	const char *dash = strchr(udid, '-');
	char hex[17];

	(void)snprintf(hex, sizeof(hex), "%.14s", dash ? dash + 3 : udid);
	return plist_new_uint(strtoull(hex, NULL, 16));
}

/* PKCS#1 in PEM, as hosts expect it. */
static plist_t device_public_key(struct session *session)
{
	unsigned char *der = NULL;
	EVP_PKEY *key = NULL;
	BIO *pem = BIO_new(BIO_s_mem());
	plist_t value = NULL;
	char *text;
	long size;
	int len = 0;

	if (usb_state_get_key(
	        session->phone, session->world->key, &key, NULL) == 0)
		len = i2d_PublicKey(key, &der);
	if (pem && len > 0 &&
	    PEM_write_bio(pem, "RSA PUBLIC KEY", "", der, len) > 0) {
		size = BIO_get_mem_data(pem, &text);
		value = plist_new_data(text, (uint64_t)size);
	}
	BIO_free(pem);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return value;
}

static plist_t device_class(struct session *session)
{
	(void)session;
	return plist_new_string("iPhone");
}

static plist_t product_name(struct session *session)
{
	(void)session;
	return plist_new_string("iPhone OS");
}

static plist_t hardware_model(struct session *session)
{
	(void)session;
	return plist_new_string("D17AP");
}

/* Locked now: never that it has a PIN. */
static plist_t password_protected(struct session *session)
{
	return plist_new_bool(session->phone->locked);
}

static plist_t activation_state(struct session *session)
{
	const char *state = usb_state_text(session->phone, USB_ACTIVATION);

	return plist_new_string(state ? state : "Activated");
}

static plist_t is_activated(struct session *session)
{
	return plist_new_bool(usb_state_is_activated(session->phone));
}

static plist_t is_bricked(struct session *session)
{
	return plist_new_bool(!usb_state_is_activated(session->phone));
}

static plist_t region(struct session *session)
{
	const char *model = session->phone->hardware.model;
	size_t len = strlen(model);

	return plist_new_string(len > 4 ? model + len - 4 : "");
}

static plist_t now(struct session *session)
{
	return plist_new_real((double)session_now(session) / 1000.0);
}

static plist_t time_zone(struct session *session)
{
	(void)session;
	return plist_new_string("Europe/Stockholm");
}

static plist_t telephony(struct session *session)
{
	(void)session;
	return plist_new_bool(1);
}

static const struct phone_sim *sim_at(struct session *session, size_t index)
{
	return index < session->phone->sim_count ? &session->phone->sims[index]
	                                         : NULL;
}

static plist_t sim_text(const struct phone_sim *sim, size_t offset)
{
	return sim ? plist_new_string((const char *)sim + offset) : NULL;
}

static plist_t imei_2(struct session *session)
{
	return sim_text(sim_at(session, 1), offsetof(struct phone_sim, imei));
}

static plist_t iccid(struct session *session)
{
	return sim_text(sim_at(session, 0), offsetof(struct phone_sim, iccid));
}

static plist_t number(struct session *session)
{
	return sim_text(sim_at(session, 0), offsetof(struct phone_sim, number));
}

static plist_t number_2(struct session *session)
{
	return sim_text(sim_at(session, 1), offsetof(struct phone_sim, number));
}

static plist_t country(struct session *session)
{
	return sim_text(sim_at(session, 0), offsetof(struct phone_sim, mcc));
}

static plist_t network(struct session *session)
{
	return sim_text(sim_at(session, 0), offsetof(struct phone_sim, mnc));
}

/* Country, network, and the digits of the card that fit behind them. */
static void imsi_text(const struct phone_sim *sim, char out[24])
{
	size_t len = strlen(sim->iccid);

	(void)snprintf(out, 24, "%s%s%.10s", sim->mcc, sim->mnc,
	    len > 10 ? sim->iccid + len - 10 : sim->iccid);
}

static plist_t imsi(struct session *session)
{
	const struct phone_sim *sim = sim_at(session, 0);
	char text[24];

	if (!sim)
		return NULL;
	imsi_text(sim, text);
	return plist_new_string(text);
}

static plist_t sim_status(struct session *session)
{
	return plist_new_string(sim_at(session, 0) ? SIM_READY : SIM_MISSING);
}

static plist_t sim_status_2(struct session *session)
{
	return plist_new_string(sim_at(session, 1) ? SIM_READY : SIM_MISSING);
}

static plist_t tray_status(struct session *session)
{
	return plist_new_string(sim_at(session, 0)
	        ? "kCTSIMSupportSIMTrayInsertedWithSIM"
	        : "kCTSIMSupportSIMTrayInsertedNoSIM");
}

static plist_t carrier_bundle(const struct phone_sim *sim)
{
	static const char *const slots[] = {"kOne", "kTwo", "kThree", "kFour",
	    "kFive", "kSix", "kSeven", "kEight"};
	size_t slot = (size_t)(sim->slot - 1);
	plist_t dict = plist_new_dict();
	char text[24];

	property_set_string(dict, "CFBundleIdentifier", "com.apple.carrier");
	property_set_string(dict, "CFBundleVersion", "61.0");
	property_set_string(dict, "IntegratedCircuitCardIdentity", sim->iccid);
	imsi_text(sim, text);
	property_set_string(
	    dict, "InternationalMobileSubscriberIdentity", text);
	property_set_string(dict, "MCC", sim->mcc);
	property_set_string(dict, "MNC", sim->mnc);
	property_set_string(dict, "Slot",
	    slot < sizeof(slots) / sizeof(slots[0]) ? slots[slot] : "kOne");
	property_set_bool(dict, "kCTPostponementInfoAvailable", false);
	return dict;
}

static plist_t carrier_bundles(struct session *session)
{
	plist_t array = plist_new_array();
	size_t i;

	for (i = 0; i < session->phone->sim_count; i++)
		plist_array_append_item(
		    array, carrier_bundle(&session->phone->sims[i]));
	return array;
}

static plist_t postponement(struct session *session)
{
	(void)session;
	return plist_new_string("kCTPostponementStatusActivated");
}

static plist_t no(struct session *session)
{
	(void)session;
	return plist_new_bool(0);
}

static plist_t setup_done(struct session *session)
{
	return plist_new_bool(session->phone->setup_done);
}

static plist_t find_my(struct session *session)
{
	return plist_new_bool(usb_state_flag(session->phone, USB_FIND_MY));
}

static plist_t battery(struct session *session)
{
	(void)session;
	return plist_new_uint(84);
}

static plist_t disk_size(struct session *session)
{
	return plist_new_uint(
	    (uint64_t)(session->phone->hardware.capacity_gb * GIGABYTE));
}

static plist_t language(struct session *session)
{
	(void)session;
	return plist_new_string("sv");
}

static plist_t locale(struct session *session)
{
	(void)session;
	return plist_new_string("sv_SE");
}

#define MAIN(key, access, make)                                                \
	{                                                                      \
		"", key, access, 0, make                                       \
	}
#define TEXT(key, access, name)                                                \
	{                                                                      \
		"", key, access, offsetof(struct phone_hardware, name), NULL   \
	}
#define OTHER(domain, key, access, make)                                       \
	{                                                                      \
		domain, key, access, 0, make                                   \
	}

static const struct value values[] = {
    TEXT("BuildVersion", OPEN, build_version),
    TEXT("DeviceName", OPEN, name),
    TEXT("ProductType", OPEN, product_name),
    TEXT("ProductVersion", OPEN, os_version),
    TEXT("UniqueDeviceID", OPEN, udid),
    TEXT("WiFiAddress", OPEN, wifi_mac),
    MAIN("ActivationState", OPEN, activation_state),
    MAIN("DeviceClass", OPEN, device_class),
    MAIN("DevicePublicKey", OPEN, device_public_key),
    MAIN("HardwareModel", OPEN, hardware_model),
    MAIN("PasswordProtected", OPEN, password_protected),
    MAIN("ProductName", OPEN, product_name),
    MAIN("TelephonyCapability", OPEN, telephony),
    MAIN("UniqueChipID", OPEN, number_of_chip),
    TEXT("BluetoothAddress", PAIRED, bluetooth_mac),
    TEXT("InternationalMobileEquipmentIdentity", PAIRED, imei),
    TEXT("MobileEquipmentIdentifier", PAIRED, meid),
    TEXT("ModelNumber", PAIRED, model),
    TEXT("SerialNumber", PAIRED, serial),
    MAIN("ActivationStateAcknowledged", PAIRED, is_activated),
    MAIN("BrickState", PAIRED, is_bricked),
    MAIN("CarrierBundleInfoArray", PAIRED, carrier_bundles),
    MAIN("IntegratedCircuitCardIdentity", PAIRED, iccid),
    MAIN("InternationalMobileEquipmentIdentity2", PAIRED, imei_2),
    MAIN("InternationalMobileSubscriberIdentity", PAIRED, imsi),
    MAIN("MobileSubscriberCountryCode", PAIRED, country),
    MAIN("MobileSubscriberNetworkCode", PAIRED, network),
    MAIN("PhoneNumber", PAIRED, number),
    MAIN("RegionInfo", PAIRED, region),
    MAIN("SIMStatus", PAIRED, sim_status),
    MAIN("SIMTrayStatus", PAIRED, tray_status),
    MAIN("TimeIntervalSince1970", PAIRED, now),
    MAIN("TimeZone", PAIRED, time_zone),
    MAIN("kCTPostponementStatus", PAIRED, postponement),
    MAIN("PhoneNumber2", BY_NAME, number_2),
    MAIN("SIMStatus2", BY_NAME, sim_status_2),
    OTHER("com.apple.mobile.backup", "CloudBackupEnabled", PAIRED, no),
    OTHER("com.apple.mobile.backup", "WillEncrypt", PAIRED, no),
    OTHER("com.apple.fmip", "IsAssociated", BY_NAME, find_my),
    OTHER("com.apple.purplebuddy", "SetupDone", PAIRED, setup_done),
    OTHER(
        "com.apple.mobile.battery", "BatteryCurrentCapacity", PAIRED, battery),
    OTHER("com.apple.mobile.battery", "BatteryIsCharging", PAIRED, telephony),
    OTHER("com.apple.disk_usage", "TotalDiskCapacity", PAIRED, disk_size),
    OTHER("com.apple.mobile.wireless_lockdown", "EnableWifiConnections", PAIRED,
        no),
    OTHER("com.apple.international", "Language", PAIRED, language),
    OTHER("com.apple.international", "Locale", PAIRED, locale),
};
#define VALUE_COUNT (sizeof(values) / sizeof(values[0]))

const struct value *value_at(size_t index)
{
	return index < VALUE_COUNT ? &values[index] : NULL;
}

/* What was set by hand comes first; JSON null takes the key away. */
plist_t value_make(struct session *session, const struct value *value)
{
	const json_t *set =
	    usb_state_value(session->phone, value->domain, value->key);

	if (json_is_null(set))
		return NULL;
	if (set)
		return property_from_json(set);
	if (value->make)
		return value->make(session);
	return plist_new_string(
	    (const char *)&session->phone->hardware + value->text);
}

const struct value *value_find(const char *domain, const char *key)
{
	size_t i;

	for (i = 0; i < VALUE_COUNT; i++)
		if (strcmp(values[i].key, key) == 0 &&
		    strcmp(values[i].domain, domain) == 0)
			return &values[i];
	return NULL;
}

plist_t lockdown_value(struct session *session, const char *key)
{
	const struct value *value = value_find("", key);

	return value ? value_make(session, value) : NULL;
}
