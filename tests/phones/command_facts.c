/*
 * command_facts: the answers about the phone itself: DeviceInformation and
 * SecurityInfo.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/command.h"
#include "tests/phones/passcode.h"
#include "tests/phones/property.h"

#define BATTERY_LEVEL 0.83999997377395630 /* floats come with their noise */

void command_imei_text(const char *imei, char out[24])
{
	(void)snprintf(out, 24, "%.2s %.6s %.6s %.1s", imei, imei + 2, imei + 8,
	    imei + 14);
}

/* Groups of four with blanks between. */
static void iccid_text(const char *iccid, char out[32])
{
	size_t at = 0;
	size_t i;

	for (i = 0; iccid[i] && at < 30; i++) {
		if (i > 0 && i % 4 == 0)
			out[at++] = ' ';
		out[at++] = iccid[i];
	}
	out[at] = '\0';
}

enum fact_kind {
	FACT_TEXT, /* a string inside struct phone_hardware */
	FACT_TRUE,
	FACT_FALSE,
	FACT_WORK /* a function makes it */
};

typedef plist_t fact_fn(const struct phone *phone);

static plist_t fact_imei(const struct phone *phone)
{
	char text[24];

	command_imei_text(phone->hardware.imei, text);
	return plist_new_string(text);
}

static plist_t fact_lost(const struct phone *phone)
{
	return plist_new_bool(phone->lost.is_on);
}

static plist_t fact_capacity(const struct phone *phone)
{
	return plist_new_real(phone->hardware.capacity_gb);
}

static plist_t fact_available(const struct phone *phone)
{
	return plist_new_real(phone->hardware.capacity_gb * 0.6173);
}

static plist_t fact_battery(const struct phone *phone)
{
	(void)phone;
	return plist_new_real(BATTERY_LEVEL);
}

static plist_t fact_cellular(const struct phone *phone)
{
	return plist_new_uint(phone->sim_count > 0 ? 3 : 1);
}

static plist_t fact_supervised(const struct phone *phone)
{
	return plist_new_bool(phone->hardware.supervised);
}

static plist_t fact_data_roaming(const struct phone *phone)
{
	return plist_new_bool(phone->data_roaming);
}

static plist_t fact_push_token(const struct phone *phone)
{
	return plist_new_data(
	    (const char *)phone->mdm.push_token, sizeof(phone->mdm.push_token));
}

static plist_t fact_iccid(const struct phone *phone)
{
	char text[32];

	if (phone->sim_count == 0)
		return NULL;
	iccid_text(phone->sims[0].iccid, text);
	return plist_new_string(text);
}

static plist_t fact_number(const struct phone *phone)
{
	return phone->sim_count ? plist_new_string(phone->sims[0].number)
	                        : NULL;
}

static plist_t fact_carrier(const struct phone *phone)
{
	return phone->sim_count ? plist_new_string(phone->sims[0].carrier)
	                        : NULL;
}

static plist_t fact_mcc(const struct phone *phone)
{
	return phone->sim_count ? plist_new_string(phone->sims[0].mcc) : NULL;
}

static plist_t fact_mnc(const struct phone *phone)
{
	return phone->sim_count ? plist_new_string(phone->sims[0].mnc) : NULL;
}

static plist_t subscription(const struct phone_sim *sim)
{
	plist_t dict = plist_new_dict();
	char text[32];

	property_set_string(dict, "CarrierSettingsVersion", "61.0");
	property_set_string(dict, "CurrentCarrierNetwork", sim->carrier);
	property_set_string(dict, "CurrentMCC", sim->mcc);
	property_set_string(dict, "CurrentMNC", sim->mnc);
	iccid_text(sim->iccid, text);
	property_set_string(dict, "ICCID", text);
	command_imei_text(sim->imei, text);
	property_set_string(dict, "IMEI", text);
	property_set_bool(dict, "IsDataPreferred", sim->slot == 1);
	property_set_bool(dict, "IsRoaming", false);
	property_set_bool(dict, "IsVoicePreferred", sim->slot == 1);
	property_set_string(dict, "Label", sim->label);
	property_set_string(dict, "MEID", "");
	property_set_string(dict, "PhoneNumber", sim->number);
	property_set_string(dict, "Slot",
	    sim->slot == 1 ? "CTSubscriptionSlotOne" : "CTSubscriptionSlotTwo");
	return dict;
}

static plist_t fact_subscriptions(const struct phone *phone)
{
	plist_t array = plist_new_array();
	size_t i;

	for (i = 0; i < phone->sim_count; i++)
		plist_array_append_item(array, subscription(&phone->sims[i]));
	return array;
}

struct fact {
	const char *query;
	enum fact_kind kind;
	size_t offset;
	fact_fn *work;
};

#define TEXT(query, name)                                                      \
	{                                                                      \
		query, FACT_TEXT, offsetof(struct phone_hardware, name), NULL  \
	}
#define WORK(query, function)                                                  \
	{                                                                      \
		query, FACT_WORK, 0, function                                  \
	}
#define NO(query)                                                              \
	{                                                                      \
		query, FACT_FALSE, 0, NULL                                     \
	}

/* What it is asked for and does not know it leaves out, as iOS does. */
static const struct fact facts[] = {
    TEXT("UDID", udid),
    TEXT("DeviceName", name),
    TEXT("OSVersion", os_version),
    TEXT("BuildVersion", build_version),
    TEXT("ModelName", model_name),
    TEXT("Model", model),
    TEXT("ProductName", product_name),
    TEXT("SerialNumber", serial),
    TEXT("MEID", meid),
    TEXT("WiFiMAC", wifi_mac),
    TEXT("BluetoothMAC", bluetooth_mac),
    WORK("IMEI", fact_imei),
    WORK("DeviceCapacity", fact_capacity),
    WORK("AvailableDeviceCapacity", fact_available),
    WORK("BatteryLevel", fact_battery),
    WORK("CellularTechnology", fact_cellular),
    WORK("IsSupervised", fact_supervised),
    WORK("DataRoamingEnabled", fact_data_roaming),
    WORK("PushToken", fact_push_token),
    WORK("ICCID", fact_iccid),
    WORK("PhoneNumber", fact_number),
    WORK("CurrentCarrierNetwork", fact_carrier),
    WORK("SubscriberCarrierNetwork", fact_carrier),
    WORK("CurrentMCC", fact_mcc),
    WORK("CurrentMNC", fact_mnc),
    WORK("SubscriberMCC", fact_mcc),
    WORK("SubscriberMNC", fact_mnc),
    WORK("ServiceSubscriptions", fact_subscriptions),
    NO("IsMultiUser"),
    NO("IsDeviceLocatorServiceEnabled"),
    NO("IsActivationLockEnabled"),
    NO("IsDoNotDisturbInEffect"),
    NO("IsCloudBackupEnabled"),
    WORK("IsMDMLostModeEnabled", fact_lost),
    NO("AwaitingConfiguration"),
    NO("IsRoaming"),
    NO("VoiceRoamingEnabled"),
    NO("PersonalHotspotEnabled"),
    NO("IsNetworkTethered"),
    NO("DiagnosticSubmissionEnabled"),
    NO("AppAnalyticsEnabled"),
    NO("iTunesStoreAccountIsActive"),
};

static plist_t fact_value(const struct fact *fact, const struct phone *phone)
{
	switch (fact->kind) {
	case FACT_TEXT:
		return plist_new_string(
		    (const char *)&phone->hardware + fact->offset);
	case FACT_TRUE:
	case FACT_FALSE:
		return plist_new_bool(fact->kind == FACT_TRUE);
	case FACT_WORK:
		return fact->work(phone);
	}
	return NULL;
}

static void answer_query(
    const char *query, const struct phone *phone, plist_t responses)
{
	plist_t value;
	size_t i;

	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		if (strcmp(facts[i].query, query) != 0)
			continue;
		value = fact_value(&facts[i], phone);
		if (value)
			plist_dict_set_item(responses, query, value);
	}
}

void command_device_information(
    struct session *session, plist_t command, struct command_answer *answer)
{
	plist_t queries = property_array(command, "Queries");
	plist_t responses;
	const char *query;
	uint32_t i;

	if (!queries) {
		answer->status = "CommandFormatError";
		return;
	}
	responses = plist_new_dict();
	for (i = 0; i < plist_array_get_size(queries); i++) {
		query = property_text(plist_array_get_item(queries, i));
		if (query)
			answer_query(query, session->phone, responses);
	}
	plist_dict_set_item(answer->body, "QueryResponses", responses);
}

static bool is_ios_13_up(const struct phone *phone)
{
	return strtol(phone->hardware.os_version, NULL, 10) >= 13;
}

void command_security_info(
    struct session *session, plist_t command, struct command_answer *answer)
{
	const struct phone *phone = session->phone;
	uint64_t grace = (uint64_t)passcode_grace_seconds(phone);
	plist_t info = plist_new_dict();
	plist_t status;

	(void)command;
	property_set_integer(info, "HardwareEncryptionCaps", 3);
	if (is_ios_13_up(phone)) {
		status = plist_new_dict();
		property_set_bool(status, "IsUserEnrollment", false);
		plist_dict_set_item(info, "ManagementStatus", status);
	}
	/* No mail account asks for a PIN here: only profiles do. */
	property_set_bool(
	    info, "PasscodeCompliant", passcode_is_compliant(phone));
	property_set_bool(info, "PasscodeCompliantWithProfiles",
	    passcode_is_compliant(phone));
	property_set_integer(info, "PasscodeLockGracePeriod", grace);
	property_set_integer(info, "PasscodeLockGracePeriodEnforced", grace);
	property_set_bool(info, "PasscodePresent", phone->pin.set);
	plist_dict_set_item(answer->body, "SecurityInfo", info);
}
