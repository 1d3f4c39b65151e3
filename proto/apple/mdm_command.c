#include "proto/apple/mdm_command.h"

#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/err.h"

/* Begins a command: its envelope and the inner dictionary, with the type. */
static int begin(const char *uuid, const char *request_type, plist_t *root,
    plist_t *command, struct err *err)
{
	plist_t inner;
	size_t len = strlen(uuid);
	int rc;

	if (len == 0 || len > LIMIT_COMMAND_UUID)
		return err_set(err, ERR_INVALID,
		    "a command's UUID must have 1 to %d bytes",
		    LIMIT_COMMAND_UUID);
	*root = plist_new_dict();
	inner = plist_new_dict();
	plist_dict_set_item(*root, "Command", inner);
	rc = xplist_set_text(inner, "RequestType", request_type, err);
	if (rc == 0)
		rc = xplist_set_text(*root, "CommandUUID", uuid, err);
	*command = inner;
	return rc;
}

static int set_some_text(
    plist_t dict, const char *key, const char *text, struct err *err)
{
	return text && *text ? xplist_set_text(dict, key, text, err) : 0;
}

static int set_limited_data(plist_t dict, const char *key, const uint8_t *data,
    size_t len, size_t max, struct err *err)
{
	if (len > max)
		return err_set(err, ERR_LIMIT,
		    "key %s: %zu bytes, %zu are allowed", key, len, max);
	return xplist_set_data(dict, key, data, len, err);
}

int mdm_command_encode_install_profile(const char *uuid, const uint8_t *profile,
    size_t profile_len, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	int rc;

	if ((rc = begin(uuid, "InstallProfile", &root, &command, err)) != 0 ||
	    (rc = set_limited_data(command, "Payload", profile, profile_len,
	         LIMIT_PROFILE, err)) != 0)
		return rc;
	return xplist_encode(root, xml, err);
}

int mdm_command_encode_remove_profile(
    const char *uuid, const char *identifier, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	int rc;

	if (!identifier || !*identifier)
		return err_set(
		    err, ERR_INVALID, "RemoveProfile needs an identifier");
	if ((rc = begin(uuid, "RemoveProfile", &root, &command, err)) != 0 ||
	    (rc = xplist_set_text(command, "Identifier", identifier, err)) != 0)
		return rc;
	return xplist_encode(root, xml, err);
}

/* A list query with the one parameter that all of them have. */
static int encode_list(const char *uuid, const char *request_type,
    const char *key, bool value, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	int rc = begin(uuid, request_type, &root, &command, err);

	if (rc)
		return rc;
	if (value)
		xplist_set_bool(command, key, true);
	return xplist_encode(root, xml, err);
}

int mdm_command_encode_profile_list(
    const char *uuid, bool managed_only, struct buf *xml, struct err *err)
{
	return encode_list(
	    uuid, "ProfileList", "ManagedOnly", managed_only, xml, err);
}

static int add_setting(
    plist_t settings, const char *item, int enabled, struct err *err)
{
	plist_t setting;

	if (enabled < 0)
		return 0;
	setting = plist_new_dict();
	plist_array_append_item(settings, setting);
	xplist_set_bool(setting, "Enabled", enabled == 1);
	return xplist_set_text(setting, "Item", item, err);
}

int mdm_command_encode_roaming(
    const char *uuid, int voice, int data, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t settings = plist_new_array();
	plist_t command;
	int rc = begin(uuid, "Settings", &root, &command, err);

	plist_dict_set_item(command, "Settings", settings);
	if (rc == 0 && voice < 0 && data < 0)
		rc = err_set(err, ERR_INVALID, "Settings that set nothing");
	if (rc == 0)
		rc = add_setting(settings, "VoiceRoaming", voice, err);
	if (rc == 0)
		rc = add_setting(settings, "DataRoaming", data, err);
	return rc ? rc : xplist_encode(root, xml, err);
}

int mdm_command_encode_certificate_list(
    const char *uuid, bool managed_only, struct buf *xml, struct err *err)
{
	return encode_list(
	    uuid, "CertificateList", "ManagedOnly", managed_only, xml, err);
}

int mdm_command_encode_installed_application_list(
    const char *uuid, bool managed_only, struct buf *xml, struct err *err)
{
	return encode_list(uuid, "InstalledApplicationList", "ManagedAppsOnly",
	    managed_only, xml, err);
}

/*
 * Only what a rule or the ledger needs; no battery, addresses, time zone or
 * current network: they say more about the person than about the phone.
 */
static const char *const owned_queries[] = {
    /* which phone, and does it run what updates brought (VST-28) */
    "UDID",
    "SerialNumber",
    "DeviceName",
    "Model",
    "ModelName",
    "ProductName",
    "OSVersion",
    "SupplementalOSVersionExtra",
    "BuildVersion",
    "IMEI",
    "MEID",
    /* what may be ordered and whether it took */
    "IsSupervised",
    "IsActivationLockEnabled",
    "IsDeviceLocatorServiceEnabled",
    "IsMDMLostModeEnabled",
    "AwaitingConfiguration",
    /* backups (VST-27) */
    "IsCloudBackupEnabled",
    "LastCloudBackupDate",
    /* extra functions by order (VST-06) */
    "DataRoamingEnabled",
    "VoiceRoamingEnabled",
    /* whose SIM is in it (BOT-20); single keys: phones before iOS 12 */
    "CellularTechnology",
    "ServiceSubscriptions",
    "ICCID",
    "PhoneNumber",
    "SubscriberCarrierNetwork",
    "SubscriberMCC",
    "SubscriberMNC",
    NULL,
};

/* What a private phone may be asked: is it safe to let in, no more. */
static const char *const private_queries[] = {
    "ModelName",
    "Model",
    "ProductName",
    "OSVersion",
    "SupplementalOSVersionExtra",
    "BuildVersion",
    "IsSupervised",
    NULL,
};

const char *const *mdm_command_device_queries(enum device_query_set set)
{
	return set == DEVICE_QUERY_PRIVATE ? private_queries : owned_queries;
}

int mdm_command_encode_device_information(const char *uuid,
    enum device_query_set set, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	const char *const *query = mdm_command_device_queries(set);
	plist_t command;
	plist_t queries;
	int rc = begin(uuid, "DeviceInformation", &root, &command, err);

	if (rc)
		return rc;
	queries = plist_new_array();
	plist_dict_set_item(command, "Queries", queries);
	for (; *query; query++)
		plist_array_append_item(queries, plist_new_string(*query));
	return xplist_encode(root, xml, err);
}

int mdm_command_encode_security_info(
    const char *uuid, struct buf *xml, struct err *err)
{
	return mdm_command_encode_plain(uuid, "SecurityInfo", xml, err);
}

static bool is_pin(const char *pin)
{
	return strlen(pin) == 6 && strspn(pin, "0123456789") == 6;
}

int mdm_command_encode_device_lock(const char *uuid, const char *message,
    const char *phone, const char *pin, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	int rc;

	if (pin && !is_pin(pin))
		return err_set(
		    err, ERR_INVALID, "DeviceLock: the PIN has six digits");
	if ((rc = begin(uuid, "DeviceLock", &root, &command, err)) != 0 ||
	    (rc = set_some_text(command, "Message", message, err)) != 0 ||
	    (rc = set_some_text(command, "PhoneNumber", phone, err)) != 0 ||
	    (rc = set_some_text(command, "PIN", pin, err)) != 0)
		return rc;
	return xplist_encode(root, xml, err);
}

int mdm_command_encode_clear_passcode(const char *uuid,
    const uint8_t *unlock_token, size_t len, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	int rc;

	if ((rc = begin(uuid, "ClearPasscode", &root, &command, err)) != 0 ||
	    (rc = set_limited_data(command, "UnlockToken", unlock_token, len,
	         LIMIT_UNLOCK_TOKEN, err)) != 0)
		return rc;
	rc = xplist_encode(root, xml, err);
	xplist_wipe_data(command, "UnlockToken");
	return rc;
}

/* Apple, "EraseDeviceCommand.Command.ReturnToService", iOS 17. */
static int set_return_to_service(
    plist_t command, const struct erase_options *options, struct err *err)
{
	plist_t service = plist_new_dict();
	int rc = 0;

	plist_dict_set_item(command, "ReturnToService", service);
	xplist_set_bool(service, "Enabled", true);
	if (options->wifi_profile)
		rc = set_limited_data(service, "WiFiProfileData",
		    options->wifi_profile, options->wifi_profile_len,
		    LIMIT_PROFILE, err);
	if (rc == 0 && options->mdm_profile)
		rc = set_limited_data(service, "MDMProfileData",
		    options->mdm_profile, options->mdm_profile_len,
		    LIMIT_PROFILE, err);
	return rc;
}

int mdm_command_encode_erase_device(const char *uuid,
    const struct erase_options *options, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	int rc = begin(uuid, "EraseDevice", &root, &command, err);

	if (rc)
		return rc;
	if (options->preserve_data_plan)
		xplist_set_bool(command, "PreserveDataPlan", true);
	if (options->disallow_proximity_setup)
		xplist_set_bool(command, "DisallowProximitySetup", true);
	if (options->return_to_service &&
	    (rc = set_return_to_service(command, options, err)) != 0)
		return rc;
	return xplist_encode(root, xml, err);
}

int mdm_command_encode_activation_lock(
    const char *uuid, bool allowed, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t settings = plist_new_array();
	plist_t item = plist_new_dict();
	plist_t options = plist_new_dict();
	plist_t command;
	int rc = begin(uuid, "Settings", &root, &command, err);

	plist_dict_set_item(command, "Settings", settings);
	plist_array_append_item(settings, item);
	xplist_set_bool(
	    options, "ActivationLockAllowedWhileSupervised", allowed);
	plist_dict_set_item(item, "MDMOptions", options);
	if (rc == 0)
		rc = xplist_set_text(item, "Item", "MDMOptions", err);
	return rc ? rc : xplist_encode(root, xml, err);
}

int mdm_command_encode_declarative_management(const char *uuid,
    const uint8_t *tokens, size_t len, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	int rc = begin(uuid, "DeclarativeManagement", &root, &command, err);

	if (rc == 0 && tokens)
		rc = set_limited_data(
		    command, "Data", tokens, len, LIMIT_CHECKIN_BODY, err);
	return rc ? rc : xplist_encode(root, xml, err);
}

int mdm_command_encode_enable_lost_mode(const char *uuid, const char *message,
    const char *phone, const char *footnote, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	int rc;

	/* Apple: message or phone number must be there. */
	if ((!message || !*message) && (!phone || !*phone))
		return err_set(err, ERR_INVALID,
		    "EnableLostMode needs a message or a phone number");
	if ((rc = begin(uuid, "EnableLostMode", &root, &command, err)) != 0 ||
	    (rc = set_some_text(command, "Message", message, err)) != 0 ||
	    (rc = set_some_text(command, "PhoneNumber", phone, err)) != 0 ||
	    (rc = set_some_text(command, "Footnote", footnote, err)) != 0)
		return rc;
	return xplist_encode(root, xml, err);
}

int mdm_command_encode_refresh_cellular_plans(const char *uuid,
    const char *esim_server_url, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	int rc;

	if (!esim_server_url || !*esim_server_url)
		return err_set(
		    err, ERR_INVALID, "RefreshCellularPlans needs a URL");
	if ((rc = begin(uuid, "RefreshCellularPlans", &root, &command, err)) !=
	        0 ||
	    (rc = xplist_set_text(
	         command, "eSIMServerURL", esim_server_url, err)) != 0)
		return rc;
	return xplist_encode(root, xml, err);
}

/* Commands that need no parameter. */
static const char *const plain_types[] = {
    "SecurityInfo",
    "DisableLostMode",
    "PlayLostModeSound",
    "DeviceLocation",
    "ActivationLockBypassCode",
    "ClearActivationLockBypassCode",
    "DeviceConfigured",
    "Restrictions",
    "RestartDevice",
    "ShutDownDevice",
    "AvailableOSUpdates",
    "OSUpdateStatus",
};

int mdm_command_encode_plain(const char *uuid, const char *request_type,
    struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t root = NULL;
	plist_t command;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(plain_types) / sizeof(plain_types[0]); i++) {
		if (strcmp(plain_types[i], request_type) != 0)
			continue;
		rc = begin(uuid, plain_types[i], &root, &command, err);
		return rc ? rc : xplist_encode(root, xml, err);
	}
	return err_set(
	    err, ERR_UNSUPPORTED, "no such command without parameters");
}

static int read_command(struct mdm_command *out, struct err *err)
{
	int rc = xplist_get_dict(out->root, "Command", &out->command, err);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(err, ERR_INVALID, "key Command: missing");
	/* The envelope inside itself: Apple's own example is broken so. */
	if (plist_dict_get_item(out->command, "Command") &&
	    plist_dict_get_item(out->command, "CommandUUID"))
		return err_set(err, ERR_INVALID, "a command inside a command");
	if ((rc = xplist_need_string(out->root, "CommandUUID", out->uuid,
	         sizeof(out->uuid), err)) < 0 ||
	    (rc = xplist_need_string(out->command, "RequestType",
	         out->request_type, sizeof(out->request_type), err)) < 0)
		return rc;
	return 0;
}

int mdm_command_parse(
    const uint8_t *data, size_t len, struct mdm_command *out, struct err *err)
{
	struct mdm_command command = {0};
	int rc = xplist_parse(data, len, LIMIT_ANSWER_BODY, &command.root, err);

	if (rc == 0)
		rc = read_command(&command, err);
	if (rc)
		mdm_command_clear(&command);
	else
		*out = command;
	return rc;
}

void mdm_command_clear(struct mdm_command *command)
{
	if (!command || !command->root)
		return;
	plist_free(command->root);
	command->root = NULL;
	command->command = NULL;
}
