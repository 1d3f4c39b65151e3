/*
 * Idempotency-Key: the answer of the first time, again. A key belongs to its
 * caller. What an answer showed once is not kept: asked again, the caller
 * learns only that it was done.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/gate.h"
#include "server/service/digest.h"
#include "server/service/repeat.h"

static int key_check(const char *key, struct err *err)
{
	size_t len = strlen(key);
	size_t i;

	if (len == 0 || len >= STORE_IDEMPOTENCY_KEY)
		return err_set(err, ERR_INVALID,
		    "an Idempotency-Key has 1 to %d characters",
		    STORE_IDEMPOTENCY_KEY - 1);
	for (i = 0; i < len; i++)
		if (key[i] <= ' ' || key[i] > '~')
			return err_set(err, ERR_INVALID,
			    "an Idempotency-Key is of visible ASCII "
			    "characters");
	return 0;
}

/* Method, path, query and body: what makes it the same request. */
static void request_digest(
    const struct http_request *request, char out[STORE_SHA256])
{
	struct buf text = {0};

	buf_printf(&text, "%d %s?%s\n", (int)request->method, request->path,
	    request->query);
	buf_append(&text, request->body, request->body_len);
	digest_sha256(text.data, text.len, out);
	buf_clear(&text);
}

static int row_fill(struct office_call *call, const char *key,
    struct idempotency_row *row, struct err *err)
{
	row->created_at = clock_now(call->service->clock);
	row->expires_at = row->created_at + REPEAT_VALID_MS;
	request_digest(call->request, row->request_sha256);
	if (str_copy(row->org_id, sizeof(row->org_id), call->actor.org_id) <
	        0 ||
	    str_copy(row->caller, sizeof(row->caller), call->caller) < 0 ||
	    str_copy(row->key, sizeof(row->key), key) < 0)
		return err_set(err, ERR_INTERNAL, "the caller is too long");
	return 0;
}

static int replay(struct office_call *call, const struct idempotency_row *row,
    struct err *err)
{
	if (call->route->flags & OFFICE_SECRET)
		return err_set(err, ERR_CONFLICT,
		    "this request was done already; what it answered is shown "
		    "only once");
	call->status = (int)row->status;
	http_response_header(call->response, "Idempotent-Replayed", "true");
	return 0;
}

int gate_repeat_begin(
    struct office_call *call, struct gate_repeat *repeat, struct err *err)
{
	const char *key = http_header_get(call->request, "Idempotency-Key");
	int rc;

	if (!key)
		return 0;
	if (!(call->route->flags & OFFICE_ACTS))
		return err_set(
		    err, ERR_INVALID, "an Idempotency-Key has no meaning here");
	rc = key_check(key, err);
	if (rc == 0)
		rc = row_fill(call, key, &repeat->row, err);
	if (rc == 0)
		rc = service_repeat_begin(
		    call->service, &repeat->row, &call->response->body, err);
	if (rc < 0)
		return rc;
	repeat->is_replay = rc > 0;
	repeat->is_on = rc == 0;
	return repeat->is_replay ? replay(call, &repeat->row, err) : 0;
}

void gate_repeat_end(struct office_call *call, struct gate_repeat *repeat)
{
	struct http_response *response = call->response;
	bool keeps = !(call->route->flags & OFFICE_SECRET) &&
	    response->body.len <= STORE_IDEMPOTENCY_BODY_MAX;
	struct err err = {0};

	if (!repeat->is_on)
		return;
	repeat->row.status = response->status;
	(void)snprintf(repeat->row.content_type,
	    sizeof(repeat->row.content_type), "%s",
	    response->content_type ? response->content_type : "");
	/* It is done; that it cannot be told again later changes nothing. */
	if (service_repeat_end(call->service, &repeat->row,
	        keeps ? &response->body : NULL, &err) < 0)
		log_error(call->service->log, "repeat_not_kept", LOG_REQUEST,
		    call->request_id, LOG_ERROR, err.text, NULL);
}
