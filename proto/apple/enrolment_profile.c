/* The enrolment profile: our CA, the SCEP request and the MDM payload. */
#include <stdio.h>
#include <string.h>

#include "proto/apple/profile_payload.h"
#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

#define SCEP_KEY_USAGE 5 /* 1 signing + 4 encryption */
#define SCEP_RETRIES 3
#define SCEP_RETRY_DELAY_S 10
#define IDENTIFIER_MAX (LIMIT_NAME + 16)

static int need(const char *text, const char *what, struct err *err)
{
	if (!text || !*text)
		return err_set(
		    err, ERR_INVALID, "enrolment profile: %s is missing", what);
	return 0;
}

static int need_https(const char *url, const char *what, struct err *err)
{
	int rc = need(url, what, err);

	if (rc == 0 && strncmp(url, "https://", 8) != 0)
		return err_set(err, ERR_INVALID,
		    "enrolment profile: %s must begin with https://", what);
	return rc;
}

static int check(const struct enrolment_profile *profile, struct err *err)
{
	int rc;

	if ((rc = need(profile->identifier, "identifier", err)) != 0 ||
	    (rc = need(profile->organisation, "organisation", err)) != 0 ||
	    (rc = need(profile->display_name, "display name", err)) != 0 ||
	    (rc = need(profile->scep_url, "SCEP URL", err)) != 0 ||
	    (rc = need(profile->scep_challenge, "challenge", err)) != 0 ||
	    (rc = need(profile->scep_subject_cn, "subject", err)) != 0 ||
	    (rc = need(profile->topic, "topic", err)) != 0 ||
	    (rc = need_https(profile->server_url, "ServerURL", err)) != 0 ||
	    (rc = need_https(profile->checkin_url, "CheckInURL", err)) != 0)
		return rc;
	if (strlen(profile->identifier) > LIMIT_NAME)
		return err_set(
		    err, ERR_LIMIT, "enrolment profile: identifier too long");
	if (profile->key_size != 2048 && profile->key_size != 4096)
		return err_set(err, ERR_INVALID,
		    "enrolment profile: key size %d, must be 2048 or 4096",
		    profile->key_size);
	if (profile->access_rights < 1 ||
	    profile->access_rights > PROFILE_ACCESS_ALL)
		return err_set(err, ERR_INVALID,
		    "enrolment profile: access rights out of range");
	return 0;
}

static int root_settings(
    const struct enrolment_profile *profile, plist_t dict, struct err *err)
{
	if (profile->ca_certificate_len > LIMIT_CERTIFICATE)
		return err_set(
		    err, ERR_LIMIT, "enrolment profile: certificate too long");
	return xplist_set_data(dict, "PayloadContent", profile->ca_certificate,
	    profile->ca_certificate_len, err);
}

/* One relative name of the subject: [[type, value]]. */
static void append_name(plist_t subject, const char *type, const char *value)
{
	plist_t set = plist_new_array();
	plist_t pair = plist_new_array();

	plist_array_append_item(pair, plist_new_string(type));
	plist_array_append_item(pair, plist_new_string(value));
	plist_array_append_item(set, pair);
	plist_array_append_item(subject, set);
}

static int set_subject(
    const struct enrolment_profile *profile, plist_t dict, struct err *err)
{
	plist_t subject = plist_new_array();
	int rc;

	/* Through a setter first, for its check of the text. */
	if ((rc = xplist_set_text(
	         dict, "Subject", profile->scep_subject_o, err)) != 0 ||
	    (rc = xplist_set_text(
	         dict, "Subject", profile->scep_subject_cn, err)) != 0) {
		plist_free(subject);
		return rc;
	}
	if (profile->scep_subject_o && *profile->scep_subject_o)
		append_name(subject, "O", profile->scep_subject_o);
	append_name(subject, "CN", profile->scep_subject_cn);
	plist_dict_set_item(dict, "Subject", subject);
	return 0;
}

static bool has_fingerprint(const struct enrolment_profile *profile)
{
	static const uint8_t none[PROFILE_FINGERPRINT_LEN];

	return memcmp(profile->ca_fingerprint, none, sizeof(none)) != 0;
}

/* Apple, "SCEP.PayloadContent". */
static int scep_settings(
    const struct enrolment_profile *profile, plist_t dict, struct err *err)
{
	plist_t content = plist_new_dict();
	int rc;

	plist_dict_set_item(dict, "PayloadContent", content);
	if (has_fingerprint(profile) &&
	    (rc = xplist_set_data(content, "CAFingerprint",
	         profile->ca_fingerprint, sizeof(profile->ca_fingerprint),
	         err)) != 0)
		return rc;
	if ((rc = xplist_set_text(
	         content, "Challenge", profile->scep_challenge, err)) != 0)
		return rc;
	xplist_set_text(content, "Key Type", "RSA", NULL);
	xplist_set_integer(content, "Key Usage", SCEP_KEY_USAGE);
	/* The identity must not leave the phone. */
	xplist_set_bool(content, "KeyIsExtractable", false);
	xplist_set_integer(content, "Keysize", profile->key_size);
	if ((rc = xplist_set_text(content, "Name", profile->scep_name, err)) !=
	    0)
		return rc;
	xplist_set_integer(content, "Retries", SCEP_RETRIES);
	xplist_set_integer(content, "RetryDelay", SCEP_RETRY_DELAY_S);
	if ((rc = set_subject(profile, content, err)) != 0)
		return rc;
	return xplist_set_text(content, "URL", profile->scep_url, err);
}

static int set_capabilities(
    const char *const *capability, plist_t dict, struct err *err)
{
	plist_t array;
	int rc;

	if (!capability || !*capability)
		return 0;
	array = plist_new_array();
	for (; *capability; capability++) {
		rc = xplist_set_text(
		    dict, "ServerCapabilities", *capability, err);
		if (rc) {
			plist_free(array);
			return rc;
		}
		plist_array_append_item(array, plist_new_string(*capability));
	}
	plist_dict_set_item(dict, "ServerCapabilities", array);
	return 0;
}

/* Apple, "MDM" payload. */
static int mdm_settings(
    const struct enrolment_profile *profile, plist_t dict, struct err *err)
{
	int rc;

	xplist_set_integer(dict, "AccessRights", profile->access_rights);
	xplist_set_bool(
	    dict, "CheckOutWhenRemoved", profile->check_out_when_removed);
	if ((rc = xplist_set_text(
	         dict, "CheckInURL", profile->checkin_url, err)) != 0 ||
	    (rc = xplist_set_text(dict, "IdentityCertificateUUID",
	         profile->scep_uuid, err)) != 0 ||
	    (rc = set_capabilities(profile->server_capabilities, dict, err)) !=
	        0 ||
	    (rc = xplist_set_text(
	         dict, "ServerURL", profile->server_url, err)) != 0 ||
	    (rc = xplist_set_text(dict, "Topic", profile->topic, err)) != 0)
		return rc;
	xplist_set_bool(dict, "SignMessage", profile->sign_message);
	return 0;
}

/* The parts, in the order in which a phone needs them. */
static const struct part {
	const char *type;
	const char *suffix; /* of the payload's identifier */
	const char *display_name;
	size_t uuid_offset;
	int (*settings)(const struct enrolment_profile *profile, plist_t dict,
	    struct err *err);
} parts[] = {
    {PROFILE_TYPE_ROOT, "ca", "Certificate authority",
        offsetof(struct enrolment_profile, root_uuid), root_settings},
    {PROFILE_TYPE_SCEP, "identity", "Device identity",
        offsetof(struct enrolment_profile, scep_uuid), scep_settings},
    {PROFILE_TYPE_MDM, "mdm", "Device management",
        offsetof(struct enrolment_profile, mdm_uuid), mdm_settings},
};
#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))

static int fill_part(const struct enrolment_profile *profile,
    const struct part *part, char identifier[IDENTIFIER_MAX],
    struct profile_payload *out, struct err *err)
{
	(void)snprintf(identifier, IDENTIFIER_MAX, "%s.%s", profile->identifier,
	    part->suffix);
	out->type = part->type;
	out->identifier = identifier;
	out->uuid =
	    *(const char *const *)((const char *)profile + part->uuid_offset);
	out->display_name = part->display_name;
	out->organisation = profile->organisation;
	out->settings = plist_new_dict();
	return part->settings(profile, out->settings, err);
}

int enrolment_profile_encode(
    const struct enrolment_profile *profile, struct buf *xml, struct err *err)
{
	struct profile_payload payloads[PART_COUNT] = {0};
	char identifiers[PART_COUNT][IDENTIFIER_MAX];
	struct profile envelope = {
	    .identifier = profile->identifier,
	    .uuid = profile->profile_uuid,
	    .display_name = profile->display_name,
	    .organisation = profile->organisation,
	    .description = profile->description,
	    .removal_disallowed = profile->removal_disallowed,
	    .payloads = payloads,
	};
	size_t count = 0;
	size_t i;
	int rc = check(profile, err);

	for (i = 0; rc == 0 && i < PART_COUNT; i++) {
		if (parts[i].settings == root_settings &&
		    !profile->ca_certificate)
			continue;
		rc = fill_part(profile, &parts[i], identifiers[count],
		    &payloads[count], err);
		count++;
	}
	envelope.payload_count = count;
	if (rc == 0)
		rc = profile_encode(&envelope, xml, err);
	for (i = 0; i < count; i++)
		plist_free(payloads[i].settings);
	return rc;
}
