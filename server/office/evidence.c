/* What connectors bring: signed reports (proto/evidence/evidence.h). */
#include <stdlib.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/evidence/evidence_look.h"
#include "server/service/evidence/take_evidence.h"

/* What a report may come to, where it differs from other requests. */
static int refusal_of(int rc)
{
	switch (rc) {
	case -ERR_UNSUPPORTED:
		return 400;
	case -ERR_EXPIRED:
		return 422;
	default:
		return 0;
	}
}

/* RFC 9110 section 15.5.2: a 401 says how to prove oneself. */
static void challenge(struct office_call *call)
{
	call->refusal = 401;
	http_response_header(call->response, "WWW-Authenticate",
	    "Evidence-Signature realm=\"workphone\"");
}

int office_evidence_take(struct office_call *call, struct err *err)
{
	const struct http_request *request = call->request;
	const char *key = http_header_get(request, EVIDENCE_KEY_HEADER);
	const char *signature =
	    http_header_get(request, EVIDENCE_SIGNATURE_HEADER);
	int rc;

	if (!key || !signature) {
		challenge(call);
		return err_set(err, ERR_DENIED,
		    "a report is signed: " EVIDENCE_KEY_HEADER
		    " and " EVIDENCE_SIGNATURE_HEADER " are wanted");
	}
	rc = service_take_evidence(call->service, key, signature,
	    request->body ? (const void *)request->body : "", request->body_len,
	    &call->response->body, err);
	call->refusal = refusal_of(rc);
	call->has_guessed = rc == -ERR_CRYPTO;
	if (call->has_guessed)
		challenge(call);
	return rc;
}

/* ---- what is known from it ---- */

static int on_item(void *arg, const struct evidence_item_row *row)
{
	struct pager *pager = arg;
	struct encoder *enc = &pager->call->enc;
	enum pager_turn turn = pager_turn(pager, row->subject_id);

	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	encode_open(enc, NULL, '{');
	encode_open(enc, "subject", '{');
	encode_text(enc, "kind", store_subject_name(row->subject_kind));
	encode_text(enc, "id", row->subject_id);
	encode_close(enc, '}');
	encode_text(enc, "fact", row->fact);
	encode_text(enc, "source", row->source);
	encode_text(enc, "method", row->method);
	encode_text(enc, "word", row->word);
	encode_number(enc, "number", row->number);
	encode_time(enc, "until", row->until_at);
	encode_time(enc, "observed_at", row->observed_at);
	encode_time(enc, "fresh_until", row->valid_until);
	encode_time(enc, "received_at", row->received_at);
	encode_text(enc, "report_id", row->report_id);
	encode_close(enc, '}');
	return 0;
}

static int kind_decode(
    struct office_call *call, enum store_subject *out, struct err *err)
{
	char *kind = NULL;
	int rc =
	    decode_query_text(call->request, "subject_kind", 16, &kind, err);

	if (rc == 0 && (!kind || store_subject_parse(kind, out) < 0))
		rc = err_set(err, ERR_INVALID,
		    "\"subject_kind\" must be person, phone, subscription, "
		    "unit or organisation");
	free(kind);
	return rc;
}

int office_evidence_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {
	    "subject_kind", "subject", "fact", "limit", "cursor"};
	struct evidence_listing listing = {0};
	struct pager pager;
	char *subject = NULL;
	char *fact = NULL;
	int rc = decode_query_names(call->request, names, 5, err);

	if (rc == 0)
		rc = kind_decode(call, &listing.subject_kind, err);
	if (rc == 0)
		rc = decode_query_text(
		    call->request, "subject", STORE_ID - 1, &subject, err);
	if (rc == 0)
		rc = decode_query_text(call->request, "fact", 63, &fact, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0) {
		listing.subject_id = subject;
		listing.fact = fact;
		listing.after_id = pager.after;
		rc = pager_end(&pager,
		    service_evidence_each(call->service, &call->actor, &listing,
		        on_item, &pager, err));
	}
	free(subject);
	free(fact);
	return rc;
}
