#include "proto/apple/profile_import.h"

#include <stdlib.h>
#include <string.h>

#include "proto/apple/signature.h"
#include "proto/apple/xplist.h"
#include "proto/base/err.h"

#define DER_SEQUENCE 0x30 /* how every CMS begins, and no XML */

struct text_key {
	const char *key;
	char *out;
	size_t size;
	bool needed;
};

static int read_texts(
    plist_t dict, const struct text_key *keys, size_t count, struct err *err)
{
	size_t i;
	int rc;

	for (i = 0; i < count; i++) {
		rc = (keys[i].needed ? xplist_need_string : xplist_get_string)(
		    dict, keys[i].key, keys[i].out, keys[i].size, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_version(plist_t dict, int64_t *out, struct err *err)
{
	int rc = xplist_get_integer(dict, "PayloadVersion", out, err);

	if (rc == 0)
		return err_set(err, ERR_INVALID, "key PayloadVersion: missing");
	return rc < 0 ? rc : 0;
}

/* Keys that say what a payload is, not what it sets. */
static bool is_envelope_key(const char *key)
{
	static const char *const keys[] = {
	    "PayloadDescription",
	    "PayloadDisplayName",
	    "PayloadEnabled",
	    "PayloadIdentifier",
	    "PayloadOrganization",
	    "PayloadType",
	    "PayloadUUID",
	    "PayloadVersion",
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static bool sets_something(plist_t payload)
{
	plist_dict_iter iter = NULL;
	plist_t value = NULL;
	bool found = false;

	plist_dict_new_iter(payload, &iter);
	do {
		char *key = NULL;

		plist_dict_next_item(payload, iter, &key, &value);
		found |= key && !is_envelope_key(key);
		free(key);
	} while (value && !found);
	free(iter);
	return found;
}

/*
 * A type outside Apple's names the settings of some application (Chrome's, for
 * one). One that then sets nothing at all is known to nobody: refused.
 */
static int check_payload_type(plist_t item, const char *type, struct err *err)
{
	if (!strncmp(type, "com.apple.", 10) || sets_something(item))
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
	    "a payload of an unknown type that sets nothing");
}

static int read_payload(
    plist_t item, struct profile_payload_info *out, struct err *err)
{
	const struct text_key keys[] = {
	    {"PayloadType", out->type, sizeof(out->type), true},
	    {"PayloadIdentifier", out->identifier, sizeof(out->identifier),
	        true},
	    {"PayloadUUID", out->uuid, sizeof(out->uuid), true},
	    {"PayloadDisplayName", out->display_name, sizeof(out->display_name),
	        false},
	};
	int rc;

	if (!xplist_is_dict(item))
		return err_set(
		    err, ERR_INVALID, "key PayloadContent: not dictionaries");
	if ((rc = read_texts(
	         item, keys, sizeof(keys) / sizeof(keys[0]), err)) != 0 ||
	    (rc = read_version(item, &out->version, err)) != 0)
		return rc;
	return check_payload_type(item, out->type, err);
}

static int check_uuid(
    const struct profile_info *info, size_t index, struct err *err)
{
	const char *uuid = info->payloads[index].uuid;
	bool twice = strcasecmp(info->uuid, uuid) == 0;
	size_t i;

	for (i = 0; i < index; i++)
		twice |= strcasecmp(info->payloads[i].uuid, uuid) == 0;
	if (twice)
		return err_set(err, ERR_INVALID, "key PayloadUUID: used twice");
	return 0;
}

static int read_payloads(
    plist_t array, struct profile_info *out, struct err *err)
{
	uint32_t count = plist_array_get_size(array);
	uint32_t i;
	int rc;

	if (count > PROFILE_PAYLOAD_LIMIT)
		return err_set(err, ERR_LIMIT,
		    "%u payloads in a profile, %d are allowed", count,
		    PROFILE_PAYLOAD_LIMIT);
	out->payloads = calloc(count ? count : 1, sizeof(out->payloads[0]));
	if (!out->payloads)
		return err_memory(err);
	for (i = 0; i < count; i++) {
		rc = read_payload(
		    plist_array_get_item(array, i), &out->payloads[i], err);
		if (rc == 0)
			rc = check_uuid(out, i, err);
		if (rc)
			return rc;
	}
	out->payload_count = count;
	return 0;
}

static int read_envelope(struct profile_info *out, struct err *err)
{
	char type[LIMIT_NAME + 1] = "";
	const struct text_key keys[] = {
	    {"PayloadType", type, sizeof(type), true},
	    {"PayloadIdentifier", out->identifier, sizeof(out->identifier),
	        true},
	    {"PayloadUUID", out->uuid, sizeof(out->uuid), true},
	    {"PayloadDisplayName", out->display_name, sizeof(out->display_name),
	        false},
	    {"PayloadOrganization", out->organisation,
	        sizeof(out->organisation), false},
	};
	int rc;

	if ((rc = read_texts(
	         out->root, keys, sizeof(keys) / sizeof(keys[0]), err)) != 0 ||
	    (rc = read_version(out->root, &out->version, err)) != 0)
		return rc;
	if (strcmp(type, "Configuration") != 0)
		return err_set(
		    err, ERR_INVALID, "key PayloadType: not Configuration");
	rc = xplist_get_bool(out->root, "PayloadRemovalDisallowed",
	    &out->removal_disallowed, err);
	return rc < 0 ? rc : 0;
}

static int read_profile(struct profile_info *out, struct err *err)
{
	plist_t array;
	int rc;

	if (!xplist_is_dict(out->root))
		return err_set(err, ERR_INVALID, "not a dictionary");
	if ((rc = read_envelope(out, err)) != 0)
		return rc;
	if (plist_dict_get_item(out->root, "EncryptedPayloadContent"))
		return err_set(
		    err, ERR_UNSUPPORTED, "an encrypted profile is refused");
	rc = xplist_get_array(out->root, "PayloadContent", &array, err);
	if (rc == 0)
		return err_set(err, ERR_INVALID, "key PayloadContent: missing");
	return rc < 0 ? rc : read_payloads(array, out, err);
}

/* The tree of a plain or signed profile. */
static int read_root(
    const uint8_t *data, size_t len, struct profile_info *out, struct err *err)
{
	uint8_t *content = NULL;
	size_t content_len;
	int rc;

	if (len > LIMIT_PROFILE)
		return err_set(err, ERR_LIMIT,
		    "profile of %zu bytes, %d are allowed", len, LIMIT_PROFILE);
	if (len == 0 || data[0] != DER_SEQUENCE)
		return xplist_parse(data, len, LIMIT_PROFILE, &out->root, err);
	rc = signature_content(
	    data, len, LIMIT_PROFILE, &content, &content_len, err);
	if (rc)
		return rc;
	out->is_signed = true;
	rc = xplist_parse(content, content_len, LIMIT_PROFILE, &out->root, err);
	free(content);
	return rc;
}

int profile_parse(
    const uint8_t *data, size_t len, struct profile_info *out, struct err *err)
{
	struct profile_info info = {0};
	int rc = read_root(data, len, &info, err);

	if (rc == 0)
		rc = read_profile(&info, err);
	if (rc)
		profile_info_clear(&info);
	else
		*out = info;
	return rc;
}

void profile_info_clear(struct profile_info *info)
{
	if (!info)
		return;
	free(info->payloads);
	info->payloads = NULL;
	info->payload_count = 0;
	if (info->root)
		plist_free(info->root);
	info->root = NULL;
}
