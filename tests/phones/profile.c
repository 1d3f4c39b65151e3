#include "tests/phones/profile.h"

#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/cms.h"
#include "tests/phones/property.h"

#define TYPE_PASSCODE "com.apple.mobiledevice.passwordpolicy"
#define PAYLOADS_MAX 200

static const char *const root_types[] = {
    "com.apple.security.root", "com.apple.security.pkcs1"};

/* What Apple demands of every payload, the outer one included. */
static int check_common(plist_t dict, const char *where, struct err *err)
{
	static const char *const texts[] = {
	    "PayloadType", "PayloadIdentifier", "PayloadUUID"};
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		text = property_string(dict, texts[i]);
		if (!text || !*text)
			return err_set(err, ERR_INVALID, "%s: %s is missing",
			    where, texts[i]);
		if (strlen(text) >= PHONE_TEXT_MAX)
			return err_set(err, ERR_LIMIT, "%s: %s is too long",
			    where, texts[i]);
	}
	if (property_integer(dict, "PayloadVersion", 0) != 1)
		return err_set(
		    err, ERR_INVALID, "%s: PayloadVersion is not 1", where);
	return 0;
}

static bool has_uuid_before(plist_t content, uint32_t index)
{
	const char *uuid = property_string(
	    plist_array_get_item(content, index), "PayloadUUID");
	const char *other;
	uint32_t i;

	for (i = 0; i < index; i++) {
		other = property_string(
		    plist_array_get_item(content, i), "PayloadUUID");
		if (strcmp(uuid, other) == 0)
			return true;
	}
	return false;
}

static int check_payloads(plist_t content, struct err *err)
{
	uint32_t count = plist_array_get_size(content);
	plist_t payload;
	char where[32];
	uint32_t i;

	if (count > PAYLOADS_MAX)
		return err_set(err, ERR_LIMIT, "%u payloads", count);
	for (i = 0; i < count; i++) {
		payload = plist_array_get_item(content, i);
		(void)snprintf(where, sizeof(where), "payload %u", i + 1);
		if (check_common(payload, where, err) < 0)
			return -(int)ERR_INVALID;
		if (has_uuid_before(content, i))
			return err_set(err, ERR_INVALID,
			    "%s: its PayloadUUID is used twice", where);
	}
	return 0;
}

static int check_profile(plist_t root, struct err *err)
{
	plist_t content = property_array(root, "PayloadContent");

	if (check_common(root, "profile", err) < 0)
		return -(int)ERR_INVALID;
	if (strcmp(property_string(root, "PayloadType"), "Configuration") != 0)
		return err_set(err, ERR_INVALID,
		    "profile: PayloadType is not Configuration");
	if (!content)
		return err_set(
		    err, ERR_INVALID, "profile: PayloadContent is missing");
	return check_payloads(content, err);
}

int profile_open(const uint8_t *data, size_t len, STACK_OF(X509) * anchors,
    struct profile *out, struct err *err)
{
	struct profile profile = {0};
	struct buf content = {0};
	int rc;

	profile.signers = json_array();
	profile.is_signed = len > 0 && data[0] == 0x30; /* a DER SEQUENCE */
	if (profile.is_signed) {
		rc = cms_open_signed(
		    data, len, anchors, &content, profile.signers, err);
		if (rc == 0)
			rc = property_parse(
			    content.data, content.len, &profile.root, err);
	} else {
		rc = property_parse(data, len, &profile.root, err);
	}
	if (rc == 0)
		rc = check_profile(profile.root, err);
	buf_clear(&content);
	if (rc < 0) {
		profile_clear(&profile);
		return rc;
	}
	*out = profile;
	return 0;
}

void profile_clear(struct profile *profile)
{
	if (profile->root)
		plist_free(profile->root);
	json_decref(profile->signers);
	memset(profile, 0, sizeof(*profile));
}

plist_t profile_get_payload(const struct profile *profile, const char *type)
{
	plist_t content = property_array(profile->root, "PayloadContent");
	plist_t payload;
	uint32_t i;

	for (i = 0; content && i < plist_array_get_size(content); i++) {
		payload = plist_array_get_item(content, i);
		if (strcmp(property_string(payload, "PayloadType"), type) == 0)
			return payload;
	}
	return NULL;
}

const char *profile_identifier(const struct profile *profile)
{
	return property_string(profile->root, "PayloadIdentifier");
}

static void keep_text(json_t *record, plist_t dict, const char *key)
{
	const char *text = property_string(dict, key);

	if (text)
		(void)json_object_set_new(record, key, json_string(text));
}

/* The part of a payload or profile that ProfileList gives back. */
static json_t *keep_common(plist_t dict)
{
	json_t *record = json_object();

	keep_text(record, dict, "PayloadIdentifier");
	keep_text(record, dict, "PayloadUUID");
	keep_text(record, dict, "PayloadDisplayName");
	keep_text(record, dict, "PayloadDescription");
	keep_text(record, dict, "PayloadOrganization");
	(void)json_object_set_new(record, "PayloadVersion", json_integer(1));
	return record;
}

static void keep_root(json_t *roots, plist_t payload)
{
	const char *type = property_string(payload, "PayloadType");
	const uint8_t *der;
	char *text;
	size_t len;
	size_t i;

	der = property_data(payload, "PayloadContent", &len);
	for (i = 0; der && i < sizeof(root_types) / sizeof(char *); i++) {
		if (strcmp(type, root_types[i]) != 0)
			continue;
		text = str_base64(der, len);
		if (text)
			(void)json_array_append_new(roots, json_string(text));
		free(text);
	}
}

static void keep_payload(json_t *record, plist_t payload)
{
	const char *type = property_string(payload, "PayloadType");
	json_t *kept = keep_common(payload);

	keep_text(kept, payload, "PayloadType");
	(void)json_array_append_new(
	    json_object_get(record, "PayloadContent"), kept);
	keep_root(json_object_get(record, "roots"), payload);
	if (strcmp(type, TYPE_PASSCODE) == 0)
		(void)json_array_append_new(json_object_get(record, "passcode"),
		    property_to_json(payload));
}

json_t *profile_record(const struct profile *profile, bool managed)
{
	plist_t content = property_array(profile->root, "PayloadContent");
	json_t *record = keep_common(profile->root);
	uint32_t i;

	(void)json_object_set_new(record, "PayloadRemovalDisallowed",
	    json_boolean(property_bool(
	        profile->root, "PayloadRemovalDisallowed", false)));
	(void)json_object_set_new(record, "PayloadContent", json_array());
	(void)json_object_set_new(record, "roots", json_array());
	(void)json_object_set_new(record, "passcode", json_array());
	(void)json_object_set_new(record, "managed", json_boolean(managed));
	(void)json_object_set(record, "signers", profile->signers);
	for (i = 0; i < plist_array_get_size(content); i++)
		keep_payload(record, plist_array_get_item(content, i));
	return record;
}

static size_t find_index(const struct phone *phone, const char *identifier)
{
	const char *other;
	size_t i;

	for (i = 0; i < json_array_size(phone->profiles); i++) {
		other = json_string_value(json_object_get(
		    json_array_get(phone->profiles, i), "PayloadIdentifier"));
		if (other && strcmp(other, identifier) == 0)
			break;
	}
	return i;
}

void profile_install(struct phone *phone, json_t *record)
{
	const char *identifier =
	    json_string_value(json_object_get(record, "PayloadIdentifier"));
	size_t at = find_index(phone, identifier);

	if (at < json_array_size(phone->profiles))
		(void)json_array_set_new(phone->profiles, at, record);
	else
		(void)json_array_append_new(phone->profiles, record);
	phone_profiles_changed(phone);
}

json_t *profile_find(const struct phone *phone, const char *identifier)
{
	return json_array_get(phone->profiles, find_index(phone, identifier));
}

void profile_remove(struct phone *phone, const char *identifier)
{
	(void)json_array_remove(phone->profiles, find_index(phone, identifier));
	phone_profiles_changed(phone);
}

static void push_root(STACK_OF(X509) * stack, const json_t *text)
{
	const unsigned char *at;
	uint8_t *der = NULL;
	X509 *certificate;
	size_t len;

	if (str_base64_parse(json_string_value(text), json_string_length(text),
	        &der, &len, NULL) < 0)
		return;
	at = der;
	certificate = d2i_X509(NULL, &at, (long)len);
	if (certificate && !sk_X509_push(stack, certificate))
		X509_free(certificate);
	free(der);
}

STACK_OF(X509) * profile_trusted(struct phone *phone)
{
	json_t *profile;
	json_t *roots;
	json_t *root;
	size_t i;
	size_t j;

	if (phone->trusted)
		return phone->trusted;
	phone->trusted = X509_chain_up_ref(phone->anchors);
	/* What a bench told Setup Assistant to trust. */
	roots = json_object_get(phone->usb, "cloud_anchors");
	json_array_foreach(roots, j, root) push_root(phone->trusted, root);
	json_array_foreach(phone->profiles, i, profile)
	{
		roots = json_object_get(profile, "roots");
		json_array_foreach(roots, j, root)
		    push_root(phone->trusted, root);
	}
	return phone->trusted;
}
