/* What connectors bring: signed reports (proto/evidence/evidence.h). */
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/take_evidence.h"

/* What a report may come to, where it differs from other requests. */
static int refusal_of(int rc)
{
	switch (rc) {
	case -ERR_CRYPTO:
		return 401;
	case -ERR_UNSUPPORTED:
		return 400;
	case -ERR_EXPIRED:
		return 422;
	default:
		return 0;
	}
}

int office_evidence_take(struct office_call *call, struct err *err)
{
	const struct http_request *request = call->request;
	const char *key = http_header_get(request, EVIDENCE_KEY_HEADER);
	const char *signature =
	    http_header_get(request, EVIDENCE_SIGNATURE_HEADER);
	int rc;

	if (!key || !signature) {
		call->refusal = 401;
		return err_set(err, ERR_DENIED,
		    "a report is signed: " EVIDENCE_KEY_HEADER
		    " and " EVIDENCE_SIGNATURE_HEADER " are wanted");
	}
	rc = service_take_evidence(call->service, key, signature,
	    request->body ? (const void *)request->body : "", request->body_len,
	    &call->response->body, err);
	call->refusal = refusal_of(rc);
	call->has_guessed = rc == -ERR_CRYPTO;
	return rc;
}
