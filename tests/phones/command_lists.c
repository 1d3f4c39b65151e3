/*
 * command_lists: the answers that list what is on the phone: profiles,
 * certificates, applications.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/base/str.h"
#include "tests/phones/command.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"

#define BUNDLE_BYTES 52428800

static void set_data_from_base64(plist_t array, const json_t *text)
{
	uint8_t *der = NULL;
	size_t len;

	if (str_base64_parse(json_string_value(text), json_string_length(text),
	        &der, &len, NULL) < 0)
		return;
	plist_array_append_item(array, plist_new_data((const char *)der, len));
	free(der);
}

static plist_t signer_list(const json_t *signers)
{
	plist_t array = plist_new_array();
	size_t i;

	for (i = 0; i < json_array_size(signers); i++)
		set_data_from_base64(array, json_array_get(signers, i));
	return array;
}

/* iOS before 17 leaves PayloadUUID out of nested items. */
static void drop_inner_uuids(const struct phone *phone, plist_t content)
{
	uint32_t i;

	if (strtol(phone->hardware.os_version, NULL, 10) >= 17)
		return;
	for (i = 0; i < plist_array_get_size(content); i++)
		plist_dict_remove_item(
		    plist_array_get_item(content, i), "PayloadUUID");
}

static plist_t profile_item(const struct phone *phone, const json_t *record)
{
	static const char *const own[] = {
	    "managed", "signers", "roots", "passcode"};
	const json_t *signers = json_object_get(record, "signers");
	plist_t item = property_from_json(record);
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		plist_dict_remove_item(item, own[i]);
	drop_inner_uuids(phone, plist_dict_get_item(item, "PayloadContent"));
	property_set_bool(item, "HasRemovalPasscode", false);
	property_set_bool(item, "IsEncrypted", false);
	property_set_bool(item, "IsManaged",
	    json_is_true(json_object_get(record, "managed")));
	if (json_array_size(signers) > 0)
		plist_dict_set_item(
		    item, "SignerCertificates", signer_list(signers));
	return item;
}

void command_profile_list(
    struct session *session, plist_t command, struct command_answer *answer)
{
	bool managed_only = property_bool(command, "ManagedOnly", false);
	const struct phone *phone = session->phone;
	plist_t list = plist_new_array();
	json_t *record;
	size_t i;

	json_array_foreach(phone->profiles, i, record)
	{
		if (managed_only &&
		    !json_is_true(json_object_get(record, "managed")))
			continue;
		plist_array_append_item(list, profile_item(phone, record));
	}
	plist_dict_set_item(answer->body, "ProfileList", list);
}

static void add_certificate(plist_t list, X509 *certificate, bool is_identity)
{
	unsigned char *der = NULL;
	char name[PHONE_TEXT_MAX] = "";
	plist_t item;
	int len;

	len = i2d_X509(certificate, &der);
	if (len <= 0)
		return;
	(void)X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
	    NID_commonName, name, sizeof(name));
	item = plist_new_dict();
	property_set_string(
	    item, "CommonName", str_is_utf8(name, strlen(name)) ? name : "");
	property_set_data(item, "Data", der, (size_t)len);
	property_set_bool(item, "IsIdentity", is_identity);
	plist_array_append_item(list, item);
	OPENSSL_free(der);
}

void command_certificate_list(
    struct session *session, plist_t command, struct command_answer *answer)
{
	STACK_OF(X509) *trusted = profile_trusted(session->phone);
	plist_t list = plist_new_array();
	int i;

	(void)command;
	/* Those before came with the phone, not with a profile. */
	for (i = sk_X509_num(session->phone->anchors); i < sk_X509_num(trusted);
	     i++)
		add_certificate(list, sk_X509_value(trusted, i), false);
	if (session->phone->mdm.identity.certificate)
		add_certificate(
		    list, session->phone->mdm.identity.certificate, true);
	plist_dict_set_item(answer->body, "CertificateList", list);
}

static const struct {
	const char *identifier;
	const char *name;
	const char *version;
} applications[] = {
    {"com.apple.Pages", "Pages", "14.1"},
    {"com.apple.Numbers", "Numbers", "14.1"},
    {"com.apple.clips", "Clips", "3.1.3"},
};

static bool is_wanted(plist_t identifiers, const char *identifier)
{
	const char *text;
	uint32_t i;

	if (!identifiers)
		return true;
	for (i = 0; i < plist_array_get_size(identifiers); i++) {
		text = property_text(plist_array_get_item(identifiers, i));
		if (text && strcmp(text, identifier) == 0)
			return true;
	}
	return false;
}

void command_application_list(
    struct session *session, plist_t command, struct command_answer *answer)
{
	plist_t identifiers = property_array(command, "Identifiers");
	plist_t list = plist_new_array();
	plist_t item;
	size_t i;

	(void)session;
	for (i = 0; i < sizeof(applications) / sizeof(applications[0]); i++) {
		/* None of these was installed by MDM. */
		if (property_bool(command, "ManagedAppsOnly", false) ||
		    !is_wanted(identifiers, applications[i].identifier))
			continue;
		item = plist_new_dict();
		property_set_integer(item, "BundleSize", BUNDLE_BYTES);
		property_set_string(
		    item, "Identifier", applications[i].identifier);
		property_set_string(item, "Name", applications[i].name);
		property_set_string(
		    item, "ShortVersion", applications[i].version);
		property_set_string(item, "Version", applications[i].version);
		plist_array_append_item(list, item);
	}
	plist_dict_set_item(answer->body, "InstalledApplicationList", list);
}
