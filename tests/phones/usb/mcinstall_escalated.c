/*
 * mcinstall_escalated: what a supervisor may ask once its signature was taken:
 * MDM commands without CommandUUID, and a few of the station's own. What MDM
 * has too is answered by the same code as over the network (command.h).
 */
#include <string.h>

#include "proto/base/str.h"
#include "tests/phones/command.h"
#include "tests/phones/passcode.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/mcinstall.h"
#include "tests/phones/usb/usb_state.h"

/* Moves every key of an answer to MDM over to this one. */
static void merge(plist_t from, plist_t to)
{
	plist_dict_iter iter = NULL;
	plist_t node = NULL;
	char *key = NULL;

	plist_dict_new_iter(from, &iter);
	for (;;) {
		plist_dict_next_item(from, iter, &key, &node);
		if (!key)
			break;
		plist_dict_set_item(to, key, plist_copy(node));
		free(key);
		key = NULL;
	}
	free(iter);
}

static void execute_command(struct mc_exchange *exchange)
{
	struct command_answer answer;

	command_execute(exchange->session, exchange->request, &answer);
	exchange->status = answer.status;
	merge(answer.body, exchange->answer);
	if (answer.after == AFTER_ERASE)
		exchange->after = MC_ERASE;
	command_answer_clear(&answer);
}

static void acknowledge(struct mc_exchange *exchange)
{
	(void)exchange;
}

static void restart(struct mc_exchange *exchange)
{
	exchange->after = MC_RESTART;
}

static void shut_down(struct mc_exchange *exchange)
{
	exchange->after = MC_SHUT_DOWN;
}

static void set_empty_array(struct mc_exchange *exchange, const char *key)
{
	plist_dict_set_item(exchange->answer, key, plist_new_array());
}

static void provisioning_profiles(struct mc_exchange *exchange)
{
	set_empty_array(exchange, "ProvisioningProfileList");
}

static void available_updates(struct mc_exchange *exchange)
{
	set_empty_array(exchange, "AvailableOSUpdates");
}

static void update_status(struct mc_exchange *exchange)
{
	set_empty_array(exchange, "OSUpdateStatus");
}

static void update_results(struct mc_exchange *exchange)
{
	set_empty_array(exchange, "UpdateResults");
}

static void update_scan(struct mc_exchange *exchange)
{
	property_set_bool(exchange->answer, "ScanInitiated", true);
}

static void restrictions(struct mc_exchange *exchange)
{
	plist_dict_set_item(
	    exchange->answer, "GlobalRestrictions", plist_new_dict());
}

static void default_options(struct mc_exchange *exchange)
{
	plist_t options = plist_new_dict();

	property_set_bool(options, "ActivationLockAllowedWhileSupervised",
	    !usb_state_flag(exchange->session->phone, "no_activation_lock"));
	plist_dict_set_item(exchange->answer, "DefaultMDMOptions", options);
}

static void set_default_options(struct mc_exchange *exchange)
{
	plist_t options = property_dict(exchange->request, "MDMOptions");

	usb_state_set_flag(exchange->session->phone, "no_activation_lock",
	    !property_bool(
	        options, "ActivationLockAllowedWhileSupervised", true));
}

static void bypass_code(struct mc_exchange *exchange)
{
	const char *code =
	    usb_state_text(exchange->session->phone, USB_BYPASS_CODE);

	if (code)
		property_set_string(
		    exchange->answer, "ActivationLockBypassCode", code);
	else
		mc_format_error(exchange);
}

static void clear_bypass_code(struct mc_exchange *exchange)
{
	usb_state_set_text(exchange->session->phone, USB_BYPASS_CODE, NULL);
}

/* Only before a PIN is set, as the phone must not know it. */
static void request_unlock_token(struct mc_exchange *exchange)
{
	struct session *session = exchange->session;
	struct buf token = {0};

	if (session->phone->pin.set) {
		mc_fail(exchange, MC_DOMAIN_KEYBAG, MC_PASSCODE_SET,
		    "A passcode is already set.");
		return;
	}
	if (passcode_make_unlock_token(session->world->rng, &token, NULL) ==
	    0) {
		property_set_data(
		    exchange->answer, "UnlockToken", token.data, token.len);
		buf_clear(&session->phone->mdm.unlock_token);
		session->phone->mdm.unlock_token = token;
		session->phone->changed = true;
	}
}

static void apply_setting(struct phone *phone, plist_t setting)
{
	const char *item = property_string(setting, "Item");
	const char *name = property_string(setting, "DeviceName");

	if (item && strcmp(item, "DeviceName") == 0 && name &&
	    str_copy(
	        phone->hardware.name, sizeof(phone->hardware.name), name) == 0)
		phone->changed = true;
}

static void settings(struct mc_exchange *exchange)
{
	plist_t list = property_array(exchange->request, "Settings");
	plist_t results = plist_new_array();
	const char *item;
	plist_t result;
	uint32_t i;

	for (i = 0; list && i < plist_array_get_size(list); i++) {
		item = property_string(plist_array_get_item(list, i), "Item");
		apply_setting(
		    exchange->session->phone, plist_array_get_item(list, i));
		result = plist_new_dict();
		property_set_string(result, "Item", item ? item : "");
		property_set_string(
		    result, "Status", item ? "Acknowledged" : "Error");
		plist_array_append_item(results, result);
	}
	plist_dict_set_item(exchange->answer, "Settings", results);
	if (!list)
		mc_format_error(exchange);
}

static const struct {
	const char *request_type;
	mc_fn *execute;
} rows[] = {
    {"DeviceInformation", execute_command},
    {"SecurityInfo", execute_command},
    {"ProfileList", execute_command},
    {"CertificateList", execute_command},
    {"InstalledApplicationList", execute_command},
    {"DeviceLock", execute_command},
    {"ClearPasscode", execute_command},
    {"EraseDevice", execute_command},
    {"InstallProfile", mc_install_profile},
    {"InstallProfileSilent", mc_install_profile_silent},
    {"RemoveProfile", mc_remove_profile},
    {"RestartDevice", restart},
    {"ShutDownDevice", shut_down},
    {"ProvisioningProfileList", provisioning_profiles},
    {"InstallProvisioningProfile", acknowledge},
    {"RemoveProvisioningProfile", acknowledge},
    {"ValidateApplications", acknowledge},
    {"Restrictions", restrictions},
    {"ClearRestrictionsPassword", acknowledge},
    {"Settings", settings},
    {"RequestMirroring", acknowledge},
    {"StopMirroring", acknowledge},
    {"ActivationLockBypassCode", bypass_code},
    {"ClearActivationLockBypassCode", clear_bypass_code},
    {"DeviceConfigured", acknowledge},
    {"ScheduleOSUpdate", update_results},
    {"ScheduleOSUpdateScan", update_scan},
    {"AvailableOSUpdates", available_updates},
    {"OSUpdateStatus", update_status},
    {"DefaultMDMOptions", default_options},
    {"SetDefaultMDMOptions", set_default_options},
    {"RequestUnlockToken", request_unlock_token},
};

mc_fn *mc_find_escalated(const char *request_type)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].request_type, request_type) == 0)
			return rows[i].execute;
	return NULL;
}
