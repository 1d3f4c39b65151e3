#include "agent/bench/phone/trust.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/bench/journal/journal.h"
#include "agent/bench/phone/pair_record.h"
#include "agent/bench/phone/pair_store.h"
#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

/* One attempt to pair: a record made once and shown as often as needed. */
struct attempt {
	struct phone *phone;
	const struct trust *trust;
	plist_t record;       /* owned; with private keys */
	plist_t sent;         /* owned; the public part */
	size_t certificate;   /* of the supervision's, to be shown next */
	int64_t asked_since;  /* the dialog was first open; 0 not yet */
	enum failure waiting; /* what on_wait was told last */
};

static void told(struct attempt *attempt, enum failure failure)
{
	const struct trust *trust = attempt->trust;

	if (attempt->waiting != failure && trust->on_wait)
		trust->on_wait(trust->arg, failure);
	attempt->waiting = failure;
}

static void pause_ms(unsigned ms)
{
	(void)usleep(ms * 1000);
}

/* ---- the record ---- */

static enum failure read_device_key(struct phone *phone, plist_t *out)
{
	enum failure failure =
	    phone_get_value(phone, NULL, "DevicePublicKey", out);

	if (failure == FAILURE_NONE &&
	    (!*out || plist_get_node_type(*out) != PLIST_DATA))
		failure = FAILURE_ODD_ANSWER;
	return failure;
}

static enum failure make_record(struct attempt *attempt)
{
	const struct trust *trust = attempt->trust;
	struct pair_record_request request = {
	    .now_ms = clock_now(trust->clock)};
	char host_id[UUID_TEXT_MAX];
	char buid[64];
	char mac[32] = "";
	CLEANUP(plist) plist_t key = NULL;
	uint64_t len = 0;
	enum failure failure = read_device_key(attempt->phone, &key);

	if (failure != FAILURE_NONE)
		return failure;
	(void)phone_get_text(
	    attempt->phone, NULL, "WiFiAddress", mac, sizeof(mac));
	if (pair_store_system_buid(buid, sizeof(buid), NULL) < 0)
		return FAILURE_MUX_DOWN;
	pair_record_make_host_id(request.now_ms, trust->rng, host_id);
	request.device_key = (const uint8_t *)plist_get_data_ptr(key, &len);
	request.device_key_len = (size_t)len;
	request.own_key = trust->key;
	request.host_id = host_id;
	request.system_buid = buid;
	request.wifi_mac = mac;
	if (pair_record_make(&request, &attempt->record, NULL) < 0)
		return FAILURE_ODD_ANSWER;
	attempt->sent = pair_record_public(attempt->record);
	return attempt->sent ? FAILURE_NONE : FAILURE_INTERNAL;
}

static void attempt_clear(struct attempt *attempt)
{
	if (attempt->record) {
		xplist_wipe_data(attempt->record, "RootPrivateKey");
		xplist_wipe_data(attempt->record, "HostPrivateKey");
		xplist_wipe_data(attempt->record, "EscrowBag");
		plist_free(attempt->record);
	}
	if (attempt->sent)
		plist_free(attempt->sent);
}

/* ---- one Pair request ---- */

/*
 * lockdownd_pair_with_options() takes certificates as texts and writes them
 * back as data, so our record goes through it unchanged.
 */
static char *text_of_data(plist_t dict, const char *key)
{
	const uint8_t *data;
	size_t len;

	if (xplist_get_data(dict, key, &data, &len, NULL) != 1)
		return NULL;
	return strndup((const char *)data, len);
}

static int send_pair(struct attempt *attempt, plist_t options, plist_t *answer)
{
	char host_id[UUID_TEXT_MAX] = "";
	char buid[64] = "";
	struct lockdownd_pair_record record = {
	    text_of_data(attempt->sent, "DeviceCertificate"),
	    text_of_data(attempt->sent, "HostCertificate"),
	    text_of_data(attempt->sent, "RootCertificate"), host_id, buid};
	int error = LOCKDOWN_E_INVALID_ARG;

	(void)xplist_get_string(
	    attempt->sent, "HostID", host_id, sizeof(host_id), NULL);
	(void)xplist_get_string(
	    attempt->sent, "SystemBUID", buid, sizeof(buid), NULL);
	ERR_clear_error();
	if (record.device_certificate && record.host_certificate &&
	    record.root_certificate)
		error = lockdownd_pair_with_options(
		    attempt->phone->lockdown, &record, options, answer);
	free(record.device_certificate);
	free(record.host_certificate);
	free(record.root_certificate);
	return error;
}

static plist_t plain_options(void)
{
	plist_t options = plist_new_dict();

	plist_dict_set_item(
	    options, "ExtendedPairingErrors", plist_new_bool(1));
	return options;
}

static enum failure keep_record(struct attempt *attempt, plist_t answer)
{
	const struct trust *trust = attempt->trust;
	struct phone *phone = attempt->phone;
	const uint8_t *bag;
	size_t len;
	char host_id[UUID_TEXT_MAX] = "";

	if (xplist_get_data(answer, "EscrowBag", &bag, &len, NULL) == 1 &&
	    len > 0 && len <= LIMIT_UNLOCK_TOKEN)
		(void)xplist_set_data(
		    attempt->record, "EscrowBag", bag, len, NULL);
	(void)xplist_get_string(
	    attempt->record, "HostID", host_id, sizeof(host_id), NULL);
	if (pair_store_save(phone->udid, phone->mux_id, attempt->record, NULL) <
	    0)
		return FAILURE_MUX_DOWN;
	if (journal_paired(
	        trust->journal, host_id, clock_now(trust->clock), NULL) < 0)
		return FAILURE_STATION_DISK;
	return FAILURE_NONE;
}

enum failure trust_sign_failure(int rc)
{
	if (rc == -(int)ERR_IO || rc == -(int)ERR_TIMEOUT ||
	    rc == -(int)ERR_BUSY)
		return FAILURE_SERVER_UNREACHABLE;
	return FAILURE_SERVER_REFUSED;
}

/* Answers the phone's challenge with the same record. */
static enum failure answer_challenge(
    struct attempt *attempt, plist_t answer, plist_t *second)
{
	const struct supervision *supervision = &attempt->trust->supervision;
	struct station_bytes cms = {NULL, 0};
	CLEANUP(plist) plist_t options = NULL;
	plist_t extended = NULL;
	const uint8_t *challenge;
	size_t len;
	int rc;

	if (xplist_get_dict(answer, "ExtendedResponse", &extended, NULL) != 1 ||
	    xplist_get_data(
	        extended, "PairingChallenge", &challenge, &len, NULL) != 1 ||
	    len == 0 || len > STATION_CHALLENGE_MAX)
		return FAILURE_ODD_ANSWER;
	rc = supervision->sign(supervision->arg,
	    &supervision->certificates[attempt->certificate], challenge, len,
	    &cms, NULL);
	if (rc < 0)
		return trust_sign_failure(rc);
	options = plain_options();
	(void)xplist_set_data(
	    options, "ChallengeResponse", cms.data, cms.len, NULL);
	station_bytes_clear(&cms);
	return phone_lockdown_failure(attempt->phone, LOCKDOWN_STEP_PAIR,
	    send_pair(attempt, options, second));
}

/* Without a dialog. FAILURE_CHALLENGE_REQUIRED: not with this certificate. */
static enum failure pair_supervised(struct attempt *attempt, plist_t *answer)
{
	const struct station_bytes *certificate =
	    &attempt->trust->supervision.certificates[attempt->certificate];
	CLEANUP(plist) plist_t options = plain_options();
	CLEANUP(plist) plist_t first = NULL;
	enum failure failure;

	(void)xplist_set_data(options, "SupervisorCertificate",
	    certificate->data, certificate->len, NULL);
	failure = phone_lockdown_failure(attempt->phone, LOCKDOWN_STEP_PAIR,
	    send_pair(attempt, options, &first));
	if (failure == FAILURE_NONE) {
		*answer = first;
		first = NULL;
		return FAILURE_NONE;
	}
	if (failure == FAILURE_CHALLENGE_REQUIRED)
		return answer_challenge(attempt, first, answer);
	return failure;
}

static enum failure pair_once(struct attempt *attempt)
{
	const struct supervision *supervision = &attempt->trust->supervision;
	CLEANUP(plist) plist_t answer = NULL;
	CLEANUP(plist) plist_t options = plain_options();
	enum failure failure;

	if (attempt->certificate < supervision->count && supervision->sign)
		failure = pair_supervised(attempt, &answer);
	else
		failure = phone_lockdown_failure(attempt->phone,
		    LOCKDOWN_STEP_PAIR, send_pair(attempt, options, &answer));
	if (failure == FAILURE_NONE)
		failure = keep_record(attempt, answer);
	return failure;
}

/* ---- waiting ---- */

/* True: ask again, after a pause that was taken here. */
static bool wait_for_hand(struct attempt *attempt, enum failure failure)
{
	const struct trust *trust = attempt->trust;
	int64_t now = clock_now(trust->clock);

	if (now >= trust->give_up_ms)
		return false;
	if (failure == FAILURE_LOCKED) {
		told(attempt, failure);
		pause_ms(TRUST_LOCKED_MS);
		return true;
	}
	if (failure == FAILURE_TRUST_PENDING) {
		if (attempt->asked_since == 0)
			attempt->asked_since = now;
		told(attempt, failure);
		pause_ms(TRUST_POLL_MS);
		return now - attempt->asked_since < TRUST_PENDING_MS;
	}
	return false;
}

/* The next supervision certificate, newest first, then the plain question. */
static bool next_certificate(struct attempt *attempt, enum failure failure)
{
	if (attempt->certificate >= attempt->trust->supervision.count)
		return false;
	if (failure != FAILURE_CHALLENGE_REQUIRED &&
	    failure != FAILURE_CERTIFICATE_REJECTED &&
	    failure != FAILURE_ODD_ANSWER &&
	    failure != FAILURE_PAIRING_FORBIDDEN)
		return false;
	attempt->certificate++;
	return true;
}

/* Where nobody may pair without us, the operator reads that nobody of ours
 * may, not that a challenge is wanted. */
static enum failure pair_until(struct attempt *attempt)
{
	enum failure failure;

	do {
		failure = pair_once(attempt);
	} while (next_certificate(attempt, failure) ||
	    wait_for_hand(attempt, failure));
	if (failure == FAILURE_TRUST_PENDING && attempt->asked_since &&
	    clock_now(attempt->trust->clock) - attempt->asked_since >=
	        TRUST_PENDING_MS)
		failure = FAILURE_TRUST_TIMEOUT;
	return failure;
}

static void tell_untrusted(struct phone *phone)
{
	char buid[64];

	/* As usbmuxd does before its own question; needs no session. */
	if (pair_store_system_buid(buid, sizeof(buid), NULL) == 0)
		(void)lockdownd_set_value(phone->lockdown, NULL,
		    "UntrustedHostBUID", plist_new_string(buid));
}

static enum failure pair(struct phone *phone, const struct trust *trust)
{
	struct attempt attempt = {.phone = phone, .trust = trust};
	enum failure failure;

	if (!trust->may_pair)
		return FAILURE_RECORD_STALE;
	tell_untrusted(phone);
	failure = make_record(&attempt);
	if (failure == FAILURE_NONE)
		failure = pair_until(&attempt);
	attempt_clear(&attempt);
	return failure;
}

/* ---- the record there is ---- */

static enum failure put_aside(struct phone *phone, const struct trust *trust)
{
	struct pair_summary summary;

	if (!pair_store_summary(phone->udid, &summary))
		return FAILURE_NONE;
	/* A record that only failed in TLS was not refused: it proves nothing.
	 */
	if (phone->native == LOCKDOWN_E_INVALID_HOST_ID &&
	    journal_host_refused(trust->journal, summary.host_id,
	        clock_now(trust->clock), NULL) < 0)
		return FAILURE_STATION_DISK;
	if (pair_store_put_aside(trust->aside, phone->udid, NULL) < 0)
		return FAILURE_STATION_DISK;
	return FAILURE_NONE;
}

/* Made here and never worked: another one would not either. */
static bool is_fresh(const struct phone *phone, const struct trust *trust)
{
	const struct journal_host *host;
	struct pair_summary summary;

	if (!pair_store_summary(phone->udid, &summary))
		return false;
	host = journal_find_host(trust->journal, summary.host_id);
	return host && host->paired_at_ms > 0 && host->worked_at_ms == 0;
}

static enum failure session(struct phone *phone, const struct trust *trust)
{
	enum failure failure = phone_start_session(phone);

	/* Cut off once is a bad cable; twice in a row is the record. */
	if (failure == FAILURE_TLS) {
		pause_ms(TRUST_POLL_MS / 2);
		failure = phone_start_session(phone);
		if (failure == FAILURE_TLS && trust->may_pair &&
		    !is_fresh(phone, trust))
			failure = FAILURE_RECORD_STALE;
	}
	if (failure == FAILURE_NONE &&
	    journal_worked(trust->journal, phone->host_id,
	        clock_now(trust->clock), NULL) < 0)
		failure = FAILURE_STATION_DISK;
	return failure;
}

enum failure trust_establish(struct phone *phone, const struct trust *trust)
{
	enum failure failure = session(phone, trust);

	if (failure != FAILURE_RECORD_STALE || !trust->may_pair)
		return failure;
	failure = put_aside(phone, trust);
	if (failure == FAILURE_NONE)
		failure = phone_restart(phone);
	if (failure == FAILURE_NONE)
		failure = pair(phone, trust);
	if (failure == FAILURE_NONE)
		failure = session(phone, trust);
	return failure;
}
