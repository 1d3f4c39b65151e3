#include "tests/phones/usb/lockdown_pair.h"

#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/challenge.h"
#include "tests/phones/usb/usb_state.h"

static bool is_trust(const struct phone *phone, const char *word)
{
	const char *trust = usb_state_text(phone, USB_TRUST);

	return strcmp(trust ? trust : "ask", word) == 0;
}

static bool allows_pairing(const struct phone *phone)
{
	plist_t cloud = usb_state_cloud(phone);
	bool allows = property_bool(cloud, "AllowPairing", true);

	plist_free(cloud);
	return allows;
}

/* What the user said, and a dialog opened when nobody was asked yet. */
static const char *ask_user(struct talk *talk)
{
	enum dialog dialog;

	hub_lock(talk->hub);
	if (talk->device->dialog == DIALOG_NONE)
		talk->device->dialog = DIALOG_OPEN;
	dialog = talk->device->dialog;
	if (dialog == DIALOG_TRUSTED)
		talk->device->dialog = DIALOG_NONE;
	hub_unlock(talk->hub);
	if (dialog == DIALOG_TRUSTED)
		return NULL;
	return dialog == DIALOG_DENIED ? "UserDeniedPairing"
	                               : "PairingDialogResponsePending";
}

/* Why an ordinary host is not trusted; NULL: it is. */
static const char *refusal(
    struct lockdown_exchange *exchange, const struct pairing *pairing)
{
	const struct phone *phone = exchange->session->phone;

	if (json_object_get(pairing_list(phone), pairing->host_id))
		return NULL;
	if (!allows_pairing(phone))
		return "MCProtected";
	if (!phone->setup_done)
		return NULL;
	if (phone->locked)
		return "PasswordProtected";
	if (is_trust(phone, "deny"))
		return "UserDeniedPairing";
	return is_trust(phone, "yes") ? NULL
	                              : ask_user(exchange->lockdown->talk);
}

/*
 * The supervisor's way has two steps: its certificate is answered with a
 * challenge, its signature over that with a pairing.
 */
static void send_challenge(struct lockdown_exchange *exchange)
{
	struct lockdown *lockdown = exchange->lockdown;
	plist_t extended = plist_new_dict();

	lockdown->challenge_len = challenge_make(
	    lockdown->talk, exchange->session->world->rng, lockdown->challenge);
	property_set_data(extended, "PairingChallenge", lockdown->challenge,
	    lockdown->challenge_len);
	plist_dict_set_item(exchange->answer, "ExtendedResponse", extended);
	lockdown_refuse(exchange, "MCChallengeRequired");
}

static bool takes_response(
    struct lockdown_exchange *exchange, const uint8_t *cms, size_t len)
{
	struct lockdown *lockdown = exchange->lockdown;
	bool taken = lockdown->challenge_len > 0 &&
	    challenge_is_signed(exchange->session->phone, lockdown->challenge,
	        lockdown->challenge_len, cms, len);

	lockdown->challenge_len = 0; /* it is good for one answer */
	return taken;
}

/* A supervised pairing on a locked phone comes without an escrow bag. */
static void keep_pairing(
    struct lockdown_exchange *exchange, struct pairing *pairing)
{
	struct phone *phone = exchange->session->phone;

	if (pairing_save(phone, pairing, exchange->session->world->rng, NULL) <
	    0)
		lockdown_refuse(exchange, "SavePairRecordFailed");
	else if (!phone->locked)
		property_set_data(exchange->answer, "EscrowBag",
		    pairing->escrow, sizeof(pairing->escrow));
}

static void decide(struct lockdown_exchange *exchange, struct pairing *pairing)
{
	plist_t options = property_dict(exchange->request, "PairingOptions");
	const struct phone *phone = exchange->session->phone;
	const char *reason;
	const uint8_t *data;
	size_t len;

	data = property_data(options, "ChallengeResponse", &len);
	if (data) {
		if (takes_response(exchange, data, len))
			keep_pairing(exchange, pairing);
		else
			lockdown_refuse(exchange, "InvalidPairRecord");
		return;
	}
	data = property_data(options, "SupervisorCertificate", &len);
	if (data && usb_state_is_supervisor(phone, data, len)) {
		send_challenge(exchange);
		return;
	}
	reason = refusal(exchange, pairing);
	if (reason)
		lockdown_refuse(exchange, reason);
	else
		keep_pairing(exchange, pairing);
}

void lockdown_pair(struct lockdown_exchange *exchange)
{
	struct session *session = exchange->session;
	plist_t record = property_dict(exchange->request, "PairRecord");
	struct pairing pairing = {0};
	EVP_PKEY *key = NULL;

	if (!record) {
		lockdown_refuse(exchange, "MissingPairRecord");
		return;
	}
	if (usb_state_get_key(session->phone, session->world->key, &key, NULL) <
	        0 ||
	    pairing_parse(record, key, &pairing, NULL) < 0)
		lockdown_refuse(exchange, "InvalidPairRecord");
	else
		decide(exchange, &pairing);
	pairing_clear(&pairing);
	EVP_PKEY_free(key);
}

static const char *record_host(struct lockdown_exchange *exchange)
{
	return property_string(
	    property_dict(exchange->request, "PairRecord"), "HostID");
}

void lockdown_validate_pair(struct lockdown_exchange *exchange)
{
	const char *host_id = record_host(exchange);

	if (!host_id ||
	    !json_object_get(pairing_list(exchange->session->phone), host_id))
		lockdown_refuse(exchange, "InvalidHostID");
}

void lockdown_unpair(struct lockdown_exchange *exchange)
{
	const char *host_id = record_host(exchange);

	if (!host_id || !pairing_remove(exchange->session->phone, host_id))
		lockdown_refuse(exchange, "InvalidHostID");
}
