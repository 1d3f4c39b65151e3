/*
 * command_lost: what only a supervised phone does: Lost Mode, telling where it
 * is while it lasts, and giving out the code of its Activation Lock.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/base/time.h"
#include "tests/phones/command.h"
#include "tests/phones/property.h"

/* No capture shows these refusals; the codes are our choice. */
#define DOMAIN_MCMDM "MCMDMErrorDomain"
#define CODE_NOT_SUPERVISED 12026
#define CODE_NOT_LOST 12078
#define CODE_NO_CODE 12068

/* Apple gives the code out for so long after the phone was supervised. */
#define CODE_DAYS 15

static bool is_refused(
    const struct session *session, struct command_answer *answer)
{
	if (session->phone->hardware.supervised)
		return false;
	command_fail(answer, DOMAIN_MCMDM, CODE_NOT_SUPERVISED,
	    "The device is not supervised.");
	return true;
}

static void copy(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text ? text : "");
}

void command_enable_lost_mode(
    struct session *session, plist_t command, struct command_answer *answer)
{
	struct phone_lost *lost = &session->phone->lost;
	const char *message = property_string(command, "Message");
	const char *number = property_string(command, "PhoneNumber");

	if (is_refused(session, answer))
		return;
	/* Apple: one of the two must be there. */
	if (!message && !number) {
		answer->status = "CommandFormatError";
		return;
	}
	lost->is_on = true;
	copy(lost->message, sizeof(lost->message), message);
	copy(lost->number, sizeof(lost->number), number);
	copy(lost->footnote, sizeof(lost->footnote),
	    property_string(command, "Footnote"));
	session->phone->locked = true;
	session->phone->changed = true;
}

void command_disable_lost_mode(
    struct session *session, plist_t command, struct command_answer *answer)
{
	(void)command;
	if (is_refused(session, answer))
		return;
	if (!session->phone->lost.is_on) {
		command_fail(answer, DOMAIN_MCMDM, CODE_NOT_LOST,
		    "The device is not in Lost Mode.");
		return;
	}
	memset(&session->phone->lost, 0, sizeof(session->phone->lost));
	session->phone->locked = session->phone->pin.set;
	session->phone->changed = true;
}

/* Somewhere in Småland, the same place for the same phone. */
static void place_of(const char *serial, double *latitude, double *longitude)
{
	unsigned sum = 0;

	for (; *serial; serial++)
		sum = sum * 31 + (unsigned char)*serial;
	*latitude = 57.5 + (sum % 1000) / 2000.0;
	*longitude = 16.0 + (sum / 1000 % 1000) / 2000.0;
}

void command_device_location(
    struct session *session, plist_t command, struct command_answer *answer)
{
	const struct phone *phone = session->phone;
	char when[TIME_TEXT_MAX];
	double latitude;
	double longitude;

	(void)command;
	if (is_refused(session, answer))
		return;
	if (!phone->lost.is_on) {
		command_fail(answer, DOMAIN_MCMDM, CODE_NOT_LOST,
		    "The device is not in Lost Mode.");
		return;
	}
	place_of(phone->hardware.serial, &latitude, &longitude);
	time_rfc3339((int64_t)time(NULL) * 1000, when);
	plist_dict_set_item(answer->body, "Latitude", plist_new_real(latitude));
	plist_dict_set_item(
	    answer->body, "Longitude", plist_new_real(longitude));
	plist_dict_set_item(
	    answer->body, "HorizontalAccuracy", plist_new_real(14.25));
	plist_dict_set_item(
	    answer->body, "VerticalAccuracy", plist_new_real(9.5));
	plist_dict_set_item(answer->body, "Altitude", plist_new_real(31.75));
	plist_dict_set_item(answer->body, "Speed", plist_new_real(-1.0));
	plist_dict_set_item(answer->body, "Course", plist_new_real(-1.0));
	property_set_string(answer->body, "Timestamp", when);
}

/* Made anew when the phone is set up; 26 characters of Crockford's alphabet in
 * groups, as Apple's codes are written. */
static void code_of(const struct phone *phone, char out[32])
{
	static const char letters[] = "0123456789ACDEFGHJKLMNPQRTUVWXYZ";
	static const unsigned groups[] = {5, 5, 4, 4, 4, 4};
	uint8_t hash[32];
	unsigned count = sizeof(hash);
	char seed[128];
	size_t at = 0;
	size_t n = 0;

	(void)snprintf(seed, sizeof(seed), "bypass:%s:%u", phone->hardware.udid,
	    phone->lives);
	if (EVP_Digest(seed, strlen(seed), hash, &count, EVP_sha256(), NULL) !=
	    1)
		memset(hash, 0, sizeof(hash));
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		if (g > 0)
			out[at++] = '-';
		for (unsigned i = 0; i < groups[g]; i++)
			out[at++] = letters[hash[n++] % 32];
	}
	out[at] = '\0';
}

void command_bypass_code(
    struct session *session, plist_t command, struct command_answer *answer)
{
	const struct phone *phone = session->phone;
	int64_t now = (int64_t)time(NULL) * 1000;
	char code[32];

	(void)command;
	if (is_refused(session, answer))
		return;
	if (now - phone->mdm.enrolled_at > CODE_DAYS * TIME_DAY_MS) {
		command_fail(answer, DOMAIN_MCMDM, CODE_NO_CODE,
		    "The bypass code is no longer available.");
		return;
	}
	code_of(phone, code);
	property_set_string(answer->body, "ActivationLockBypassCode", code);
}

bool command_set_mdm_options(struct phone *phone, plist_t setting)
{
	plist_t options = plist_dict_get_item(setting, "MDMOptions");

	if (!options || !phone->hardware.supervised)
		return false;
	phone->lost.may_lock_activation = property_bool(
	    options, "ActivationLockAllowedWhileSupervised", false);
	phone->changed = true;
	return true;
}
