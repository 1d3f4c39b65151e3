#include "tests/phones/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/declarative.h"
#include "tests/phones/enrol.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"

/* Domains and codes as published captures of iOS answers have them. */
#define DOMAIN_MCMDM "MCMDMErrorDomain"
#define DOMAIN_MDM "MDMErrorDomain"
#define DOMAIN_INSTALL "MCInstallationErrorDomain"
#define CODE_NOT_INSTALLED 12075
#define CODE_NOT_MANAGED 12013
#define CODE_UNKNOWN_REQUEST 12021
#define CODE_CANNOT_INSTALL 4001
/* No capture shows a refused ClearPasscode; the code is our choice. */
#define CODE_BAD_UNLOCK_TOKEN 12008

void command_answer_clear(struct command_answer *answer)
{
	if (answer->body)
		plist_free(answer->body);
	memset(answer, 0, sizeof(*answer));
}

void command_fail(struct command_answer *answer, const char *domain, int code,
    const char *format, ...)
{
	plist_t item = plist_new_dict();
	plist_t chain = plist_new_array();
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	property_set_integer(item, "ErrorCode", (uint64_t)code);
	property_set_string(item, "ErrorDomain", domain);
	property_set_string(item, "LocalizedDescription", text);
	property_set_string(item, "USEnglishDescription", text);
	plist_array_append_item(chain, item);
	plist_dict_set_item(answer->body, "ErrorChain", chain);
	answer->status = "Error";
}

static void format_error(struct command_answer *answer)
{
	answer->status = "CommandFormatError";
}

/* Only the enrolment's own profile may bring an MDM payload, as on iOS. */
static int install_enrolment(struct session *session,
    const struct profile *profile, const uint8_t *data, size_t len,
    struct err *err)
{
	const char *topic = property_string(
	    profile_get_payload(profile, "com.apple.mdm"), "Topic");
	struct phone_mdm *mdm = &session->phone->mdm;

	if (strcmp(profile_identifier(profile), mdm->profile_identifier) != 0)
		return err_set(err, ERR_DENIED,
		    "a second MDM payload cannot be installed");
	if (!topic || strcmp(topic, mdm->topic) != 0)
		return err_set(
		    err, ERR_DENIED, "the MDM topic cannot be changed");
	return enrol_replace(session, data, len, err);
}

static void do_install_profile(
    struct session *session, plist_t command, struct command_answer *answer)
{
	struct phone *phone = session->phone;
	struct profile profile = {0};
	struct err err = {0};
	const uint8_t *data;
	size_t len;
	int rc;

	data = property_data(command, "Payload", &len);
	if (!data) {
		format_error(answer);
		return;
	}
	rc = profile_open(data, len, profile_trusted(phone), &profile, &err);
	if (rc == 0 && profile_get_payload(&profile, "com.apple.mdm"))
		rc = install_enrolment(session, &profile, data, len, &err);
	else if (rc == 0)
		profile_install(phone, profile_record(&profile, true));
	if (rc < 0) {
		phone_note_anomaly(phone, "InstallProfile: %s", err.text);
		command_fail(answer, DOMAIN_INSTALL, CODE_CANNOT_INSTALL,
		    "Profile Installation Failed: %s", err.text);
	}
	profile_clear(&profile);
}

static void do_remove_profile(
    struct session *session, plist_t command, struct command_answer *answer)
{
	const char *identifier = property_string(command, "Identifier");
	struct phone *phone = session->phone;
	json_t *found;

	if (!identifier) {
		format_error(answer);
		return;
	}
	found = profile_find(phone, identifier);
	if (!found)
		command_fail(answer, DOMAIN_MDM, CODE_NOT_INSTALLED,
		    "The profile \xe2\x80\x9c%s\xe2\x80\x9d is not "
		    "installed.",
		    identifier);
	else if (strcmp(identifier, phone->mdm.profile_identifier) == 0)
		answer->after = AFTER_REMOVE_MDM;
	else if (!json_is_true(json_object_get(found, "managed")))
		command_fail(answer, DOMAIN_MCMDM, CODE_NOT_MANAGED,
		    "The profile \xe2\x80\x9c%s\xe2\x80\x9d is not managed "
		    "by MDM.",
		    identifier);
	else
		profile_remove(phone, identifier);
}

static void do_device_lock(
    struct session *session, plist_t command, struct command_answer *answer)
{
	(void)command;
	property_set_string(answer->body, "MessageResult",
	    session->phone->pin.set ? "Success" : "NoPasscodeSet");
	session->phone->locked = session->phone->pin.set;
	session->phone->changed = true;
}

static void do_clear_passcode(
    struct session *session, plist_t command, struct command_answer *answer)
{
	const struct buf *own = &session->phone->mdm.unlock_token;
	const uint8_t *token;
	size_t len;

	token = property_data(command, "UnlockToken", &len);
	if (!token) {
		format_error(answer);
		return;
	}
	if (own->len == 0 || len != own->len ||
	    memcmp(token, own->data, len) != 0)
		command_fail(answer, DOMAIN_MCMDM, CODE_BAD_UNLOCK_TOKEN,
		    "The unlock token is not valid for this device.");
	else
		phone_clear_pin(session->phone);
}

static void do_erase_device(
    struct session *session, plist_t command, struct command_answer *answer)
{
	(void)command;
	if (session->phone->behaviour.lie_erase)
		session_note(session, "lie", "acknowledged an erase only");
	else
		answer->after = AFTER_ERASE;
}

/* Each item is answered by itself; what it does not know it refuses. */
static plist_t apply_setting(struct phone *phone, plist_t setting)
{
	const char *item = property_string(setting, "Item");
	plist_t result = plist_new_dict();
	bool known = item && strcmp(item, "DataRoaming") == 0;

	if (known) {
		phone->data_roaming = property_bool(setting, "Enabled", false);
		phone->changed = true;
	}
	if (item && strcmp(item, "MDMOptions") == 0)
		known = command_set_mdm_options(phone, setting);
	property_set_string(result, "Item", item ? item : "");
	property_set_string(result, "Status", known ? "Acknowledged" : "Error");
	return result;
}

static void do_settings(
    struct session *session, plist_t command, struct command_answer *answer)
{
	plist_t settings = property_array(command, "Settings");
	plist_t results;
	uint32_t i;

	if (!settings) {
		format_error(answer);
		return;
	}
	results = plist_new_array();
	for (i = 0; i < plist_array_get_size(settings); i++)
		plist_array_append_item(results,
		    apply_setting(
		        session->phone, plist_array_get_item(settings, i)));
	plist_dict_set_item(answer->body, "Settings", results);
}

static void do_declarative_management(
    struct session *session, plist_t command, struct command_answer *answer)
{
	(void)command; /* the tokens inside are only a hint: it asks anew */
	if (declarative_is_known(session->phone))
		declarative_start(session->phone);
	else
		command_fail(answer, DOMAIN_MCMDM, CODE_UNKNOWN_REQUEST,
		    "declarative management needs iOS 15.");
}

struct command_row {
	const char *request_type;
	void (*execute)(struct session *session, plist_t command,
	    struct command_answer *answer);
};

static const struct command_row rows[] = {
    {"InstallProfile", do_install_profile},
    {"RemoveProfile", do_remove_profile},
    {"ProfileList", command_profile_list},
    {"DeviceInformation", command_device_information},
    {"SecurityInfo", command_security_info},
    {"CertificateList", command_certificate_list},
    {"InstalledApplicationList", command_application_list},
    {"DeviceLock", do_device_lock},
    {"ClearPasscode", do_clear_passcode},
    {"EraseDevice", do_erase_device},
    {"DeclarativeManagement", do_declarative_management},
    {"Settings", do_settings},
    {"EnableLostMode", command_enable_lost_mode},
    {"DisableLostMode", command_disable_lost_mode},
    {"DeviceLocation", command_device_location},
    {"ActivationLockBypassCode", command_bypass_code},
};

void command_execute(
    struct session *session, plist_t command, struct command_answer *answer)
{
	const char *request_type = property_string(command, "RequestType");
	size_t i;

	memset(answer, 0, sizeof(*answer));
	answer->body = plist_new_dict();
	answer->status = "Acknowledged";
	if (!request_type) {
		format_error(answer);
		return;
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].request_type, request_type) == 0) {
			rows[i].execute(session, command, answer);
			return;
		}
	}
	command_fail(answer, DOMAIN_MCMDM, CODE_UNKNOWN_REQUEST,
	    "\xe2\x80\x9c%s\xe2\x80\x9d is not a valid request type.",
	    request_type);
}
