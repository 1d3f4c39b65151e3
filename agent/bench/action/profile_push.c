#include "agent/bench/action/profile_push.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/cleanup.h"
#include "proto/base/limits.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(CMS_ContentInfo, cms, CMS_ContentInfo_free)

static void identifier_of_xml(
    const uint8_t *data, size_t len, char *out, size_t size)
{
	CLEANUP(plist) plist_t root = NULL;

	if (xplist_parse(data, len, LIMIT_PROFILE, &root, NULL) == 0)
		(void)xplist_get_string(
		    root, "PayloadIdentifier", out, size, NULL);
}

/* The content without a check of who signed: the order was checked, and the
 * phone checks the profile. */
static void identifier_of_cms(
    const struct station_bytes *profile, char *out, size_t size)
{
	CLEANUP(bio)
	BIO *in = BIO_new_mem_buf(profile->data, (int)profile->len);
	CLEANUP(cms) CMS_ContentInfo *cms = in ? d2i_CMS_bio(in, NULL) : NULL;
	ASN1_OCTET_STRING **content = cms ? CMS_get0_content(cms) : NULL;

	if (content && *content)
		identifier_of_xml(ASN1_STRING_get0_data(*content),
		    (size_t)ASN1_STRING_length(*content), out, size);
	ERR_clear_error();
}

void profile_identifier(
    const struct station_bytes *profile, char *out, size_t size)
{
	out[0] = '\0';
	if (profile->len == 0 || profile->len > LIMIT_PROFILE)
		return;
	if (profile->data[0] == 0x30) /* DER SEQUENCE */
		identifier_of_cms(profile, out, size);
	else
		identifier_of_xml(profile->data, profile->len, out, size);
}

/* OrderedIdentifiers of GetProfileList, an array; NULL: it says none. */
static enum failure list_profiles(
    struct mcinstall *mc, plist_t *answer, plist_t *list)
{
	enum failure failure = mcinstall_ask(mc,
	    mcinstall_request("GetProfileList"), MCINSTALL_ANSWER_MS, answer);

	*list = NULL;
	if (failure == FAILURE_NONE)
		(void)xplist_get_array(
		    *answer, "OrderedIdentifiers", list, NULL);
	return failure;
}

enum failure profile_any(struct mcinstall *mc, bool *any)
{
	CLEANUP(plist) plist_t answer = NULL;
	plist_t list = NULL;
	enum failure failure = list_profiles(mc, &answer, &list);

	/* One that does not say is not accused. */
	*any = !list || plist_array_get_size(list) > 0;
	return failure;
}

static enum failure is_there(
    struct mcinstall *mc, const char *identifier, bool *found)
{
	CLEANUP(plist) plist_t answer = NULL;
	plist_t list = NULL;
	enum failure failure = list_profiles(mc, &answer, &list);
	uint32_t i;

	*found = false;
	for (i = 0; list && i < plist_array_get_size(list); i++) {
		size_t len = 0;
		const char *text =
		    xplist_text(plist_array_get_item(list, i), &len);

		if (text && strcmp(text, identifier) == 0)
			*found = true;
	}
	return failure;
}

static enum failure send(struct action_run *run, struct mcinstall *mc,
    const struct station_bytes *profile)
{
	const char *type = "InstallProfile";
	plist_t request;
	enum failure failure;

	if (run->facts.cloud == STATION_CLOUD_OURS) {
		failure = mcinstall_escalate(mc, &run->trust.supervision);
		if (failure == FAILURE_NONE)
			type = "InstallProfileSilent";
		else if (failure != FAILURE_CERTIFICATE_REJECTED &&
		    failure != FAILURE_SERVER_UNREACHABLE &&
		    failure != FAILURE_SERVER_REFUSED)
			return failure;
	}
	failure = action_note(run, JOURNAL_STEP_PROFILE_SENT);
	if (failure != FAILURE_NONE)
		return failure;
	request = mcinstall_request(type);
	(void)xplist_set_data(
	    request, "Payload", profile->data, profile->len, NULL);
	return mcinstall_ask(mc, request, MCINSTALL_ANSWER_MS, NULL);
}

enum failure profile_push(struct action_run *run, struct mcinstall *mc,
    const struct station_bytes *profile)
{
	char identifier[LIMIT_NAME + 1];
	bool found = false;
	enum failure failure = FAILURE_NONE;

	if (profile->len == 0)
		return FAILURE_ORDER_UNUSABLE;
	profile_identifier(profile, identifier, sizeof(identifier));
	/* Only a journaled attempt makes what is there ours: else an older
	 * version of the same profile would never be replaced. */
	if (identifier[0] &&
	    action_step_before(run) == JOURNAL_STEP_PROFILE_SENT)
		failure = is_there(mc, identifier, &found);
	if (failure != FAILURE_NONE || found)
		return failure;
	return send(run, mc, profile);
}
