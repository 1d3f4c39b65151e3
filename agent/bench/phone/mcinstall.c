#include "agent/bench/phone/mcinstall.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"

#define SERVICE "com.apple.mobile.MCInstall"

enum failure mcinstall_open(struct mcinstall *mc, struct phone *phone)
{
	*mc = (struct mcinstall){.phone = phone};
	return phone_start_service(phone, SERVICE, &mc->client);
}

void mcinstall_close(struct mcinstall *mc)
{
	ERR_clear_error();
	if (mc->client)
		(void)property_list_service_client_free(mc->client);
	mc->client = NULL;
}

plist_t mcinstall_request(const char *name)
{
	plist_t request = plist_new_dict();

	plist_dict_set_item(request, "RequestType", plist_new_string(name));
	return request;
}

/* ---- what an answer means ---- */

/* Printable text only: it is shown on a terminal and kept in reports. */
static void clean_copy(const char *text, size_t len, char *out, size_t size)
{
	size_t used = 0;
	size_t i;

	if (!str_is_utf8(text, len))
		len = 0;
	for (i = 0; i < len && used + 4 < size; i++)
		if ((unsigned char)text[i] >= 0x20 && text[i] != 0x7f)
			out[used++] = text[i];
	/* Not in the middle of a character. */
	while (used > 0 && !str_is_utf8(out, used))
		used--;
	out[used] = '\0';
}

static void take_words(plist_t link, char detail[STATION_SENTENCE_MAX])
{
	const char *text;
	size_t len;

	if (!detail[0] &&
	    (xplist_get_text(link, "USEnglishDescription", &text, &len, NULL) ==
	            1 ||
	        xplist_get_text(
	            link, "LocalizedDescription", &text, &len, NULL) == 1))
		clean_copy(text, len, detail, STATION_SENTENCE_MAX);
}

static enum failure judge_chain(
    plist_t answer, int *native, char detail[STATION_SENTENCE_MAX])
{
	int64_t codes[LIMIT_ERROR_CHAIN];
	size_t count = 0;
	plist_t chain = NULL;
	uint32_t i;

	if (xplist_get_array(answer, "ErrorChain", &chain, NULL) != 1)
		return FAILURE_REQUEST_REFUSED;
	for (i = 0;
	     i < plist_array_get_size(chain) && count < LIMIT_ERROR_CHAIN;
	     i++) {
		plist_t link = plist_array_get_item(chain, i);

		if (!xplist_is_dict(link) ||
		    xplist_get_integer(
		        link, "ErrorCode", &codes[count], NULL) != 1)
			continue;
		take_words(link, detail);
		count++;
	}
	if (count > 0 && codes[0] >= INT32_MIN && codes[0] <= INT32_MAX)
		*native = (int)codes[0];
	return failure_of_mcinstall(codes, count);
}

enum failure mcinstall_judge(
    plist_t answer, int *native, char detail[STATION_SENTENCE_MAX])
{
	char status[64];

	detail[0] = '\0';
	if (!xplist_is_dict(answer) ||
	    xplist_need_string(answer, "Status", status, sizeof(status), NULL) <
	        0)
		return FAILURE_ODD_ANSWER;
	if (strcmp(status, "Error") == 0)
		return judge_chain(answer, native, detail);
	return failure_of_status(status);
}

/* ---- asking ---- */

enum failure mcinstall_ask(
    struct mcinstall *mc, plist_t request, unsigned timeout_ms, plist_t *answer)
{
	CLEANUP(plist) plist_t asked = request;
	CLEANUP(plist) plist_t got = NULL;
	enum failure failure;
	int error;

	ERR_clear_error();
	error = property_list_service_send_xml_plist(mc->client, asked);
	if (error == PROPERTY_LIST_SERVICE_E_SUCCESS) {
		ERR_clear_error();
		error = property_list_service_receive_plist_with_timeout(
		    mc->client, &got, timeout_ms);
	}
	if (error != PROPERTY_LIST_SERVICE_E_SUCCESS)
		return phone_line_failure(mc->phone, error);
	if (!got)
		return FAILURE_ODD_ANSWER;
	failure = mcinstall_judge(got, &mc->phone->native, mc->detail);
	if (failure == FAILURE_NONE && answer) {
		*answer = got;
		got = NULL;
	}
	return failure;
}

/* ---- escalation ---- */

static enum failure ask_challenge(struct mcinstall *mc,
    const struct station_bytes *certificate, plist_t *answer)
{
	plist_t request = mcinstall_request("Escalate");

	(void)xplist_set_data(request, "SupervisorCertificate",
	    certificate->data, certificate->len, NULL);
	return mcinstall_ask(mc, request, MCINSTALL_ANSWER_MS, answer);
}

static enum failure answer_challenge(struct mcinstall *mc,
    const struct supervision *supervision,
    const struct station_bytes *certificate, plist_t answer)
{
	plist_t request;
	struct station_bytes cms = {NULL, 0};
	const uint8_t *challenge;
	size_t len;
	int rc;

	if (xplist_get_data(answer, "Challenge", &challenge, &len, NULL) != 1 ||
	    len == 0 || len > STATION_CHALLENGE_MAX)
		return FAILURE_ODD_ANSWER;
	rc = supervision->sign(
	    supervision->arg, certificate, challenge, len, &cms, NULL);
	if (rc < 0)
		return trust_sign_failure(rc);
	request = mcinstall_request("EscalateResponse");
	(void)xplist_set_data(
	    request, "SignedRequest", cms.data, cms.len, NULL);
	station_bytes_clear(&cms);
	return mcinstall_ask(mc, request, MCINSTALL_ANSWER_MS, NULL);
}

static enum failure escalate_with(struct mcinstall *mc,
    const struct supervision *supervision,
    const struct station_bytes *certificate)
{
	CLEANUP(plist) plist_t answer = NULL;
	enum failure failure = ask_challenge(mc, certificate, &answer);

	if (failure == FAILURE_NONE)
		failure =
		    answer_challenge(mc, supervision, certificate, answer);
	return failure;
}

enum failure mcinstall_escalate(
    struct mcinstall *mc, const struct supervision *supervision)
{
	enum failure failure = FAILURE_CERTIFICATE_REJECTED;
	size_t i;

	if (mc->is_escalated)
		return FAILURE_NONE;
	for (i = 0; i < supervision->count && supervision->sign &&
	     failure == FAILURE_CERTIFICATE_REJECTED;
	     i++) {
		failure = escalate_with(
		    mc, supervision, &supervision->certificates[i]);
		/* A challenge is good once: ask for another, once. */
		if (failure == FAILURE_SIGNATURE_REJECTED)
			failure = escalate_with(
			    mc, supervision, &supervision->certificates[i]);
	}
	if (failure != FAILURE_NONE)
		return failure;
	failure =
	    mcinstall_ask(mc, mcinstall_request("ProceedWithKeybagMigration"),
	        MCINSTALL_KEYBAG_MS, NULL);
	mc->is_escalated = failure == FAILURE_NONE;
	return failure;
}
