#include "agent/bench/phone/failure.h"

#include <libimobiledevice/lockdown.h>
#include <libimobiledevice/property_list_service.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
static const struct failure_row rows[FAILURE_COUNT] = {
[FAILURE_NONE] = {"ok", NEXT_NOTHING, "done", "Done."},

[FAILURE_HIDDEN] = {"hidden", NEXT_WAIT, "unlock",
    "Unlock the phone and allow the accessory; if nothing happens within "
    "30 seconds, unplug it and plug it in again."},
[FAILURE_MUX_DOWN] = {"usbmuxd_down", NEXT_RETRY, "no usbmuxd",
    "The service usbmuxd does not answer on this station; the agent tries "
    "again every second. Call IT if this stays."},
[FAILURE_RECOVERY] = {"recovery", NEXT_IT, "recovery",
    "The phone waits for a restore. Nothing is done by itself: restore it "
    "with a computer, or hold side and volume-down to leave recovery."},
[FAILURE_NOT_MANAGED] = {"not_managed", NEXT_IT, "not managed",
    "Not an Apple phone: register it by its IMEI by hand."},

[FAILURE_LOCKED] = {"waiting_unlock", NEXT_WAIT, "unlock",
    "Unlock the phone; the agent goes on by itself."},
[FAILURE_LOCKED_AFTER_BOOT] = {"waiting_first_unlock", NEXT_WAIT, "unlock once",
    "Unlock the phone once: it was restarted and has not been unlocked "
    "since."},
[FAILURE_TRUST_PENDING] = {"waiting_trust", NEXT_WAIT, "tap Trust",
    "Tap Trust on the phone and enter its code; the question may take half "
    "a minute to appear."},
[FAILURE_TRUST_TIMEOUT] = {"trust_timeout", NEXT_REATTACH, "re-plug",
    "Nobody tapped Trust. Unplug the phone and plug it in to be asked "
    "again."},
[FAILURE_TRUST_DENIED] = {"trust_denied", NEXT_REATTACH, "re-plug",
    "Don't Trust was tapped. Unplug the phone, plug it in and tap Trust."},
[FAILURE_RECORD_STALE] = {"record_stale", NEXT_PAIR, "pairing again",
    "The phone does not know this station any more: it was erased or its "
    "trust was reset. It is paired anew."},
[FAILURE_PAIRING_FORBIDDEN] = {"pairing_forbidden", NEXT_IT, "IT",
    "The phone's supervision forbids pairing with this station. IT must "
    "find out whose it is; it is not erased."},
[FAILURE_CHALLENGE_REQUIRED] = {"challenge_required", NEXT_IT, "IT",
    "The phone wants proof of its organisation before it pairs, and none "
    "of ours is taken."},

[FAILURE_DISCONNECTED] = {"disconnected", NEXT_REATTACH, "unplugged",
    "The phone was unplugged. Plug it in again: the agent goes on where it "
    "was."},
[FAILURE_TLS] = {"tls_failed", NEXT_RETRY, "connecting",
    "The phone breaks off the secure connection. The agent tries again, "
    "and pairs anew when it happens twice."},
[FAILURE_MUX] = {"mux_failed", NEXT_RETRY, "connecting",
    "usbmuxd does not connect to the phone. The agent tries again; unplug "
    "and plug in if this stays."},
[FAILURE_NO_ANSWER] = {"no_answer", NEXT_RETRY, "no answer",
    "The phone does not answer. The agent tries again; restart the phone "
    "if this stays."},
[FAILURE_ODD_ANSWER] = {"odd_answer", NEXT_IT, "odd answer",
    "The phone answers with something no phone should say. Put it aside "
    "for IT."},
[FAILURE_SERVICE_REFUSED] = {"service_refused", NEXT_IT, "refused",
    "The phone does not offer the service that this needs."},

[FAILURE_CERTIFICATE_REJECTED] = {"certificate_rejected", NEXT_IT, "IT",
    "The phone takes none of our supervision certificates: another "
    "organisation supervises it, or ours was changed."},
[FAILURE_SIGNATURE_REJECTED] = {"signature_rejected", NEXT_IT, "IT",
    "The phone refuses the server's signature under its challenge. IT must "
    "check the supervision identity."},
[FAILURE_CLOUD_EXISTS] = {"cloud_configuration_exists", NEXT_IT, "erase first",
    "The phone already has another configuration. It must be erased before "
    "it can be supervised."},
[FAILURE_CLOUD_MALFORMED] = {"cloud_configuration_malformed", NEXT_IT, "IT",
    "The phone calls our configuration malformed. IT must check the order."},
[FAILURE_NOT_ACTIVATED] = {"not_activated", NEXT_WAIT, "activate",
    "The phone is not activated yet. Connect it to Wi-Fi in the Setup "
    "Assistant; the agent goes on by itself."},
[FAILURE_IN_APPLE_BUSINESS] = {"in_apple_business", NEXT_IT, "IT",
    "The phone belongs to an Apple Business account and takes its "
    "configuration from there, not from the cable."},
[FAILURE_PAIR_PURGE] = {"pair_purge_failed", NEXT_RETRY, "restart",
    "The phone could not forget its old computers. Restart the phone; the "
    "agent tries again."},
[FAILURE_ACTIVATION_LOCK] = {"activation_lock", NEXT_IT, "sign out first",
    "Find My is on: after an erase the phone would be locked to its owner's "
    "account. Sign out of the account first."},
[FAILURE_FOREIGN] = {"foreign_supervision", NEXT_IT, "not ours",
    "Another organisation supervises this phone. It is neither erased nor "
    "changed."},
[FAILURE_MDM_REMOVED] = {"mdm_removed", NEXT_IT, "erase first",
    "The management profile was removed from a phone that is supervised by "
    "us. It must be erased to be enrolled again."},
[FAILURE_NEEDS_ERASE] = {"needs_erase", NEXT_IT, "erase first",
    "The phone is set up already: it can be supervised only after an "
    "erase. A profile can be handed over instead."},
[FAILURE_PROFILE_TYPE] = {"profile_type", NEXT_IT, "IT",
    "The phone takes the profile for something else. IT must check the "
    "order."},
[FAILURE_PROFILE_NOT_NOW] = {"profile_not_now", NEXT_WAIT, "unlock",
    "The phone cannot install a profile in this state. Unlock it and leave "
    "it on the home screen."},
[FAILURE_LOCKDOWN_MODE] = {"lockdown_mode", NEXT_IT, "Lockdown Mode",
    "Lockdown Mode is on and refuses profiles. Its user must turn it off."},
[FAILURE_PROFILE_REFUSED] = {"profile_refused", NEXT_IT, "refused",
    "The phone refuses a part of the profile."},
[FAILURE_WIFI] = {"wifi_failed", NEXT_RETRY, "Wi-Fi",
    "The phone does not switch its Wi-Fi. The agent tries again."},
[FAILURE_TOKEN_LATE] = {"token_late", NEXT_NOTHING, "done",
    "A PIN is set already, so no unlock token can be fetched."},
[FAILURE_REQUEST_REFUSED] = {"request_refused", NEXT_IT, "refused",
    "The phone refuses the request."},

[FAILURE_ERASE_UNCONFIRMED] = {"erase_unconfirmed", NEXT_WAIT, "plug in",
    "The phone took the order to erase and has not come back erased. Leave "
    "it plugged in, or plug it in again."},
[FAILURE_ERASE_UNSURE] = {"erase_unsure", NEXT_REATTACH, "plug in",
    "The line broke while the phone was told to erase. Plug it in again: "
    "the agent looks before it does anything."},
[FAILURE_ALREADY_ERASED] = {"already_erased", NEXT_NOTHING, "done",
    "The phone has erased itself meanwhile; it is not erased again."},
[FAILURE_SERIAL_CHANGED] = {"serial_changed", NEXT_IT, "other phone",
    "Another phone is on this port than the order is for. Nothing was "
    "done."},

[FAILURE_WORKER_TIMEOUT] = {"timeout", NEXT_RETRY, "no answer",
    "The phone stopped answering and was given up for now. The agent tries "
    "again; unplug and plug in if this stays."},
[FAILURE_WORKER_DIED] = {"worker_died", NEXT_IT, "odd answer",
    "Reading this phone made the reader fail. Put it aside for IT; the "
    "other ports go on."},
[FAILURE_ORDER_UNUSABLE] = {"order_unusable", NEXT_IT, "IT",
    "The order lacks something this needs. IT must give it again."},
[FAILURE_SERVER_UNREACHABLE] = {"server_unreachable", NEXT_RETRY, "no server",
    "The server cannot be reached, and this step needs it. The agent tries "
    "again by itself."},
[FAILURE_SERVER_REFUSED] = {"server_refused", NEXT_IT, "IT",
    "The server refuses this step for this phone."},
[FAILURE_STATION_DISK] = {"station_disk", NEXT_IT, "disk",
    "The station cannot write its journal, so nothing is done. Check its "
    "disk."},
[FAILURE_INTERNAL] = {"internal", NEXT_IT, "IT",
    "The agent itself failed. Its log says more."},
};

/* step, error → failure; the first that fits. */
#define ANY (-1)
static const struct {
	int step; /* enum lockdown_step or ANY */
	int error;
	enum failure failure;
} lockdown_rows[] = {
    {LOCKDOWN_STEP_SERVICE, LOCKDOWN_E_PASSWORD_PROTECTED,
        FAILURE_LOCKED_AFTER_BOOT},
    {LOCKDOWN_STEP_SERVICE, LOCKDOWN_E_MISSING_VALUE,
        FAILURE_LOCKED_AFTER_BOOT}, /* with an escrow bag, limd #1078 */
    {LOCKDOWN_STEP_SERVICE, LOCKDOWN_E_ESCROW_LOCKED,
        FAILURE_LOCKED_AFTER_BOOT},
    {ANY, LOCKDOWN_E_PASSWORD_PROTECTED, FAILURE_LOCKED},
    {ANY, LOCKDOWN_E_PAIRING_DIALOG_RESPONSE_PENDING, FAILURE_TRUST_PENDING},
    {ANY, LOCKDOWN_E_USER_DENIED_PAIRING, FAILURE_TRUST_DENIED},
    {ANY, LOCKDOWN_E_INVALID_HOST_ID, FAILURE_RECORD_STALE},
    {LOCKDOWN_STEP_SESSION, LOCKDOWN_E_INVALID_CONF, FAILURE_RECORD_STALE},
    {ANY, LOCKDOWN_E_MISSING_HOST_ID, FAILURE_RECORD_STALE},
    {ANY, LOCKDOWN_E_INVALID_PAIR_RECORD, FAILURE_RECORD_STALE},
    {ANY, LOCKDOWN_E_MISSING_PAIR_RECORD, FAILURE_RECORD_STALE},
    {ANY, LOCKDOWN_E_MC_PROTECTED, FAILURE_PAIRING_FORBIDDEN},
    {ANY, LOCKDOWN_E_PAIRING_PROHIBITED_OVER_THIS_CONNECTION,
        FAILURE_PAIRING_FORBIDDEN},
    {ANY, LOCKDOWN_E_MC_CHALLENGE_REQUIRED, FAILURE_CHALLENGE_REQUIRED},
    {ANY, LOCKDOWN_E_FMIP_PROTECTED, FAILURE_ACTIVATION_LOCK},
    {ANY, LOCKDOWN_E_SSL_ERROR, FAILURE_TLS},
    {ANY, LOCKDOWN_E_MUX_ERROR, FAILURE_MUX},
    {ANY, LOCKDOWN_E_RECEIVE_TIMEOUT, FAILURE_NO_ANSWER},
    {ANY, LOCKDOWN_E_SESSION_INACTIVE, FAILURE_NO_ANSWER},
    {ANY, LOCKDOWN_E_NO_RUNNING_SESSION, FAILURE_NO_ANSWER},
    {ANY, LOCKDOWN_E_INVALID_SERVICE, FAILURE_SERVICE_REFUSED},
    {ANY, LOCKDOWN_E_SERVICE_PROHIBITED, FAILURE_SERVICE_REFUSED},
    {ANY, LOCKDOWN_E_SERVICE_LIMIT, FAILURE_NO_ANSWER},
};

static const struct {
	int error;
	enum failure failure;
} line_rows[] = {
    {PROPERTY_LIST_SERVICE_E_SSL_ERROR, FAILURE_TLS},
    {PROPERTY_LIST_SERVICE_E_MUX_ERROR, FAILURE_MUX},
    {PROPERTY_LIST_SERVICE_E_RECEIVE_TIMEOUT, FAILURE_NO_ANSWER},
    {PROPERTY_LIST_SERVICE_E_NOT_ENOUGH_DATA, FAILURE_NO_ANSWER},
};

/* DMCTunnelErrorDomain, MCCloudConfigErrorDomain, MCProfileErrorDomain … */
static const struct {
	int64_t code;
	enum failure failure;
} mcinstall_rows[] = {
    {14002, FAILURE_CLOUD_EXISTS},
    {33002, FAILURE_CLOUD_MALFORMED},
    {33003, FAILURE_NOT_ACTIVATED},
    {33004, FAILURE_IN_APPLE_BUSINESS},
    {33015, FAILURE_PAIR_PURGE},
    {14000, FAILURE_PROFILE_TYPE},
    {4020, FAILURE_PROFILE_NOT_NOW},
    {4021, FAILURE_LOCKDOWN_MODE},
    {4001, FAILURE_PROFILE_REFUSED},
    {1009, FAILURE_PROFILE_REFUSED},
    {4008, FAILURE_PROFILE_REFUSED},
    {14004, FAILURE_WIFI},
    {14005, FAILURE_WIFI},
    {37002, FAILURE_TOKEN_LATE},
};

static const struct {
	const char *status;
	enum failure failure;
} status_rows[] = {
    {"Acknowledged", FAILURE_NONE},
    {"CertificateRejected", FAILURE_CERTIFICATE_REJECTED},
    {"SignedRequestRejected", FAILURE_SIGNATURE_REJECTED},
    {"CommandFormatError", FAILURE_REQUEST_REFUSED},
    {"Error", FAILURE_REQUEST_REFUSED},
};
/* clang-format on */

const struct failure_row *failure_row(enum failure failure)
{
	if ((unsigned)failure >= FAILURE_COUNT)
		failure = FAILURE_INTERNAL;
	return &rows[failure];
}

enum failure failure_by_code(const char *code)
{
	size_t i;

	for (i = 0; i < FAILURE_COUNT; i++)
		if (strcmp(rows[i].code, code) == 0)
			return (enum failure)i;
	return FAILURE_INTERNAL;
}

/* A broken line looks like a TLS fault: ask first whether the phone is there
 * (limd answers -4 or -5 when the cable is pulled). */
static enum failure if_listed(enum failure failure, int is_listed)
{
	switch (failure) {
	case FAILURE_TLS:
	case FAILURE_MUX:
	case FAILURE_NO_ANSWER:
	case FAILURE_ODD_ANSWER:
		return is_listed ? failure : FAILURE_DISCONNECTED;
	default:
		return failure;
	}
}

enum failure failure_of_lockdown(
    enum lockdown_step step, int error, int is_listed)
{
	size_t i;

	if (error == LOCKDOWN_E_SUCCESS)
		return FAILURE_NONE;
	for (i = 0; i < COUNT(lockdown_rows); i++)
		if (lockdown_rows[i].error == error &&
		    (lockdown_rows[i].step == ANY ||
		        lockdown_rows[i].step == (int)step))
			return if_listed(lockdown_rows[i].failure, is_listed);
	return if_listed(FAILURE_ODD_ANSWER, is_listed);
}

enum failure failure_of_line(int error, int is_listed)
{
	size_t i;

	if (error == PROPERTY_LIST_SERVICE_E_SUCCESS)
		return FAILURE_NONE;
	for (i = 0; i < COUNT(line_rows); i++)
		if (line_rows[i].error == error)
			return if_listed(line_rows[i].failure, is_listed);
	return if_listed(FAILURE_ODD_ANSWER, is_listed);
}

enum failure failure_of_mcinstall(const int64_t *codes, size_t count)
{
	size_t i;
	size_t at;

	for (at = 0; at < count; at++)
		for (i = 0; i < COUNT(mcinstall_rows); i++)
			if (mcinstall_rows[i].code == codes[at])
				return mcinstall_rows[i].failure;
	return FAILURE_REQUEST_REFUSED;
}

enum failure failure_of_status(const char *status)
{
	size_t i;

	for (i = 0; i < COUNT(status_rows); i++)
		if (strcmp(status_rows[i].status, status) == 0)
			return status_rows[i].failure;
	return FAILURE_ODD_ANSWER;
}
