#include "tests/unit/phones/fake_server.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/property.h"
#include "tests/unit/phones/fake_scep.h"

#define HOST "https://fake.test"

int64_t fake_now_ms = INT64_C(1800000000000);

static int64_t fake_now(void *arg)
{
	(void)arg;
	return fake_now_ms;
}

static void fake_random(void *arg, void *out, size_t len)
{
	(void)arg;
	if (RAND_bytes(out, (int)len) != 1)
		exit(1);
}

static const struct clock fake_clock = {fake_now, NULL};
static const struct rng fake_rng = {fake_random, NULL};
struct session_world fake_world = {.clock = &fake_clock, .rng = &fake_rng};

static void see(struct fake *fake, const char *what)
{
	if (fake->seen_count < FAKE_SENT_MAX)
		(void)snprintf(fake->seen[fake->seen_count++],
		    sizeof(fake->seen[0]), "%s", what);
}

unsigned fake_count(const struct fake *fake, const char *what)
{
	unsigned count = 0;
	size_t i;

	for (i = 0; i < fake->seen_count; i++)
		count += strcmp(fake->seen[i], what) == 0;
	return count;
}

bool fake_saw(const struct fake *fake, const char *what)
{
	return fake_count(fake, what) > 0;
}

static plist_t payload(
    const char *type, const char *identifier, const char *uuid)
{
	plist_t dict = plist_new_dict();

	property_set_string(dict, "PayloadType", type);
	property_set_string(dict, "PayloadIdentifier", identifier);
	property_set_string(dict, "PayloadUUID", uuid);
	property_set_integer(dict, "PayloadVersion", 1);
	return dict;
}

static plist_t root_payload(const struct fake *fake)
{
	plist_t dict = payload("com.apple.security.root", "fake.ca",
	    "A0000000-0000-4000-8000-000000000001");
	unsigned char *der = NULL;
	int len = i2d_X509(fake->ca, &der);

	property_set_data(dict, "PayloadContent", der, (size_t)len);
	OPENSSL_free(der);
	return dict;
}

static plist_t subject(void)
{
	plist_t outer = plist_new_array();
	plist_t rdn = plist_new_array();
	plist_t pair = plist_new_array();

	plist_array_append_item(pair, plist_new_string("CN"));
	plist_array_append_item(pair, plist_new_string("fake phone"));
	plist_array_append_item(rdn, pair);
	plist_array_append_item(outer, rdn);
	return outer;
}

static plist_t scep_payload(const struct fake *fake)
{
	plist_t dict = payload("com.apple.security.scep", "fake.scep",
	    "A0000000-0000-4000-8000-000000000002");
	plist_t content = plist_new_dict();
	uint8_t digest[32];
	unsigned len = 0;

	X509_digest(fake->fault == FAULT_FINGERPRINT ? fake->other : fake->ca,
	    EVP_sha256(), digest, &len);
	property_set_string(content, "URL", HOST "/scep");
	property_set_string(content, "Challenge", "once only");
	property_set_integer(content, "Keysize", 2048);
	property_set_integer(content, "Key Usage", 5);
	property_set_data(content, "CAFingerprint", digest, len);
	plist_dict_set_item(content, "Subject", subject());
	plist_dict_set_item(dict, "PayloadContent", content);
	return dict;
}

static plist_t mdm_payload(const struct fake *fake)
{
	plist_t dict = payload("com.apple.mdm", "fake.mdm",
	    "A0000000-0000-4000-8000-000000000003");

	property_set_string(dict, "IdentityCertificateUUID",
	    fake->fault == FAULT_WRONG_IDENTITY
	        ? "A0000000-0000-4000-8000-000000000001"
	        : "A0000000-0000-4000-8000-000000000002");
	property_set_string(dict, "ServerURL",
	    fake->fault == FAULT_HTTP_URL ? "http://fake.test/connect"
	                                  : HOST "/connect");
	property_set_string(dict, "CheckInURL", HOST "/checkin");
	property_set_string(dict, "Topic", "com.apple.mgmt.External.fake");
	property_set_integer(dict, "AccessRights", 8191);
	property_set_bool(dict, "SignMessage", fake->sign_message);
	property_set_bool(dict, "CheckOutWhenRemoved", true);
	return dict;
}

static void sign_or_not(struct fake *fake, plist_t root, struct buf *out)
{
	bool other = fake->fault == FAULT_OTHER_SIGNER;
	struct buf xml = {0};

	(void)property_encode(root, &xml, NULL);
	buf_reset(out);
	if (fake->fault == FAULT_UNSIGNED_PROFILE)
		buf_append(out, xml.data, xml.len);
	else
		fake_sign(other ? fake->other_key : fake->ca_key,
		    other ? fake->other : fake->ca, &xml, out);
	buf_clear(&xml);
}

void fake_enrolment_profile(struct fake *fake, struct buf *out)
{
	plist_t root = payload("Configuration", "fake.enrolment",
	    "A0000000-0000-4000-8000-000000000000");
	plist_t content = plist_new_array();

	plist_array_append_item(content, root_payload(fake));
	if (fake->fault != FAULT_NO_SCEP)
		plist_array_append_item(content, scep_payload(fake));
	plist_array_append_item(content, mdm_payload(fake));
	plist_dict_set_item(root, "PayloadContent", content);
	sign_or_not(fake, root, out);
	plist_free(root);
}

plist_t fake_passcode_profile(
    struct fake *fake, const char *identifier, int min_length, bool trusted)
{
	plist_t root = payload("Configuration", identifier,
	    "B0000000-0000-4000-8000-000000000000");
	plist_t content = plist_new_array();
	plist_t rule = payload("com.apple.mobiledevice.passwordpolicy",
	    "fake.rule", "B0000000-0000-4000-8000-000000000001");
	struct buf bytes = {0};
	struct buf xml = {0};
	plist_t data;

	property_set_bool(rule, "forcePIN", true);
	property_set_bool(rule, "allowSimple", false);
	property_set_integer(rule, "minLength", (uint64_t)min_length);
	plist_array_append_item(content, rule);
	plist_dict_set_item(root, "PayloadContent", content);
	(void)property_encode(root, &xml, NULL);
	fake_sign(trusted ? fake->ca_key : fake->other_key,
	    trusted ? fake->ca : fake->other, &xml, &bytes);
	data = plist_new_data((char *)bytes.data, bytes.len);
	buf_clear(&bytes);
	buf_clear(&xml);
	plist_free(root);
	return data;
}

size_t fake_queue(
    struct fake *fake, const char *type, const char *key, plist_t value)
{
	struct fake_command *entry = &fake->queue[fake->queued];

	memset(entry, 0, sizeof(*entry));
	(void)snprintf(entry->uuid, sizeof(entry->uuid),
	    "C0000000-0000-4000-8000-%012zu", fake->queued);
	entry->command = plist_new_dict();
	if (type)
		property_set_string(entry->command, "RequestType", type);
	if (value)
		plist_dict_set_item(entry->command, key, value);
	return fake->queued++;
}

static void send_next(struct fake *fake, struct line_reply *reply)
{
	struct fake_command *entry;
	plist_t dict;
	size_t i;

	for (i = 0; i < fake->queued; i++) {
		entry = &fake->queue[i];
		if (entry->done || entry->not_now)
			continue;
		dict = plist_new_dict();
		plist_dict_set_item(
		    dict, "Command", plist_copy(entry->command));
		property_set_string(dict, "CommandUUID", entry->uuid);
		(void)property_encode(dict, &reply->body, NULL);
		plist_free(dict);
		entry->sent++;
		return;
	}
}

static void note_answer(struct fake *fake, const char *uuid, const char *status)
{
	struct fake_command *entry;
	size_t i;

	for (i = 0; i < fake->queued; i++) {
		entry = &fake->queue[i];
		if (strcmp(status, "NotNow") != 0)
			entry->not_now = false;
		if (!uuid || strcmp(entry->uuid, uuid) != 0)
			continue;
		entry->answers++;
		(void)snprintf(
		    entry->status, sizeof(entry->status), "%s", status);
		if (strcmp(status, "NotNow") == 0)
			entry->not_now = true;
		else
			entry->done = true;
	}
}

static void answer_connect(
    struct fake *fake, plist_t message, struct line_reply *reply)
{
	const char *status = property_string(message, "Status");

	if (fake->fault == FAULT_CONNECT_403) {
		reply->status = 403;
		buf_append_str(&reply->body,
		    "{\"code\":\"com.apple.unrecognized.device\"}");
		return;
	}
	if (fake->fault == FAULT_CONNECT_500 || !status) {
		reply->status = status ? 500 : 400;
		return;
	}
	see(fake, status);
	note_answer(fake, property_string(message, "CommandUUID"), status);
	send_next(fake, reply);
}

static void answer_checkin(
    struct fake *fake, plist_t message, struct line_reply *reply)
{
	const char *type = property_string(message, "MessageType");

	if (fake->fault == FAULT_CHECKIN_500)
		reply->status = 500;
	else if (fake->fault == FAULT_CHECKIN_401)
		reply->status = 401;
	else if (type)
		see(fake, type);
}

static void answer_put(struct fake *fake, const struct line_request *request,
    struct line_reply *reply)
{
	bool checkin = strstr(request->url, "/checkin") != NULL;
	plist_t *last = checkin ? &fake->last_checkin : &fake->last_answer;
	plist_t message = NULL;

	fake->got_signature = request->sign;
	if (!request->identity ||
	    X509_cmp(request->identity->certificate, fake->issued) != 0 ||
	    property_parse(request->body, request->body_len, &message, NULL) <
	        0) {
		reply->status = 400;
		return;
	}
	if (checkin)
		answer_checkin(fake, message, reply);
	else
		answer_connect(fake, message, reply);
	if (*last)
		plist_free(*last);
	*last = message;
}

static void answer_scep(struct fake *fake, const struct line_request *request,
    struct line_reply *reply)
{
	unsigned char *der = NULL;
	int len;

	if (strstr(request->url, "GetCACaps")) {
		buf_append_str(
		    &reply->body, "POSTPKIOperation\nSHA-256\nAES\nRenewal\n");
	} else if (strstr(request->url, "GetCACert")) {
		len = i2d_X509(fake->ca, &der);
		buf_append(&reply->body, der, (size_t)len);
		OPENSSL_free(der);
		(void)snprintf(reply->content_type, sizeof(reply->content_type),
		    "application/x-x509-ca-cert");
	} else if (fake_scep_answer(
	               fake, request->body, request->body_len, &reply->body)) {
		(void)snprintf(reply->content_type, sizeof(reply->content_type),
		    "application/x-pki-message");
	} else {
		reply->status = 400;
	}
}

static int on_send(struct line *line, const struct line_request *request,
    struct line_reply *reply, struct err *err)
{
	struct fake *fake = (struct fake *)line;

	if (fake->fault == FAULT_LINE_DOWN)
		return err_set(err, ERR_IO, "the line is down");
	reply->status = 200;
	if (strstr(request->url, "/enrol")) {
		fake_enrolment_profile(fake, &reply->body);
		(void)snprintf(reply->content_type, sizeof(reply->content_type),
		    "application/x-apple-aspen-config");
	} else if (strstr(request->url, "/scep")) {
		answer_scep(fake, request, reply);
	} else {
		answer_put(fake, request, reply);
	}
	if (!request->drop_reply)
		return 0;
	line_reply_clear(reply);
	fake->drops++;
	return err_set(err, ERR_IO, "the line dropped");
}

static void on_hang_up(struct line *line)
{
	(void)line;
}

static void on_free(struct line *line)
{
	fake_free((struct fake *)line);
}

static const struct line_calls fake_calls = {on_send, on_hang_up, on_free};

/* Keys are slow to make: once a program is enough. */
static struct {
	EVP_PKEY *ca_key;
	X509 *ca;
	EVP_PKEY *other_key;
	X509 *other;
	EVP_PKEY *phone_key;
} fake_keys;

static void free_keys(void)
{
	EVP_PKEY_free(fake_keys.ca_key);
	EVP_PKEY_free(fake_keys.other_key);
	EVP_PKEY_free(fake_keys.phone_key);
	X509_free(fake_keys.ca);
	X509_free(fake_keys.other);
}

static void make_keys(void)
{
	if (fake_keys.ca)
		return;
	fake_make_ca("Fake CA", &fake_keys.ca_key, &fake_keys.ca);
	fake_make_ca("Other CA", &fake_keys.other_key, &fake_keys.other);
	fake_keys.phone_key = EVP_RSA_gen(2048);
	atexit(free_keys);
}

EVP_PKEY *fake_phone_key(void)
{
	make_keys();
	return fake_keys.phone_key;
}

struct fake *fake_new(void)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	fake->line.calls = &fake_calls;
	make_keys();
	fake->ca_key = fake_keys.ca_key;
	fake->ca = fake_keys.ca;
	fake->other_key = fake_keys.other_key;
	fake->other = fake_keys.other;
	return fake;
}

void fake_trust(const struct fake *fake, struct phone *phone)
{
	X509_up_ref(fake->ca);
	sk_X509_push(phone->anchors, fake->ca);
	phone_profiles_changed(phone);
}

void fake_free(struct fake *fake)
{
	size_t i;

	for (i = 0; i < fake->queued; i++)
		plist_free(fake->queue[i].command);
	if (fake->last_checkin)
		plist_free(fake->last_checkin);
	if (fake->last_answer)
		plist_free(fake->last_answer);
	X509_free(fake->issued);
	free(fake);
}
