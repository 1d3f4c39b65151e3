#include "server/office/scim/scim_answer.h"

#include "proto/base/err.h"
#include "proto/scim/scim_json.h"
#include "server/office/call.h"
#include "server/office/scim/scim_do.h"

static int append(const char *bytes, size_t len, void *arg)
{
	buf_append(arg, bytes, len);
	return 0;
}

int scim_answer(
    struct office_call *call, int status, json_t *json, struct err *err)
{
	int rc = json_dump_callback(
	    json, append, &call->response->body, JSON_COMPACT);

	json_decref(json);
	call->status = status;
	return rc < 0 ? err_memory(err) : 0;
}

int scim_refused(
    struct office_call *call, const struct scim_ask *ask, struct err *err)
{
	call->refusal = scim_status(ask, err);
	/* A word of RFC 7644 table 9 goes with 400 and 409 only. */
	if (call->refusal == 400 || call->refusal == 409)
		call->scim_type = scim_why_name(ask->why);
	return -(int)err->code;
}

int scim_body(struct office_call *call, json_t **out, struct err *err)
{
	int rc = scim_json_load(
	    call->request->body, call->request->body_len, out, err);

	if (rc < 0) {
		call->refusal = 400;
		call->scim_type = scim_why_name(SCIM_WHY_INVALID_SYNTAX);
	}
	return rc;
}
