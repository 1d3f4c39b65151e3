/* API tokens: made, listed and revoked at the admin socket only. */
#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/api_token.h"

static void token_members(
    struct encoder *enc, const struct api_token_view *view)
{
	const struct api_token_row *row = &view->row;

	encode_text(enc, "id", row->id);
	encode_text(enc, "name", row->name);
	encode_text(enc, "state", api_token_state_name(view->state));
	encode_words(enc, "scopes", row->scopes);
	encode_text(enc, "created_by", row->created_by);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "expires_at", row->expires_at);
	encode_time(enc, "last_used_at", row->last_used_at);
	encode_time(enc, "revoked_at", row->revoked_at);
	encode_text(enc, "revoked_by", row->revoked_by);
	encode_text(enc, "person", row->person_id);
}

static void token_encode(
    struct office_call *call, const struct api_token_view *view)
{
	encode_open(&call->enc, NULL, '{');
	token_members(&call->enc, view);
	encode_close(&call->enc, '}');
}

static int on_token(void *arg, const struct api_token_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn == PAGER_SHOW)
		token_encode(pager->call, view);
	return turn == PAGER_STOP;
}

int office_tokens_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_api_token_each(call->service, &call->actor, pager.after, 0,
	        on_token, &pager, err));
}

int office_token_get(struct office_call *call, struct err *err)
{
	struct api_token_view view;
	int rc = service_api_token_load(
	    call->service, &call->actor, call->request->params[0], &view, err);

	if (rc == 0)
		token_encode(call, &view);
	return rc;
}

struct token_order {
	const char *name;
	const json_t *scopes;
	const char *valid_for;
	const char *person;
};

static const struct decode_field token_fields[] = {
    {"name", DECODE_TEXT, offsetof(struct token_order, name), 100, true},
    {"scopes", DECODE_LIST, offsetof(struct token_order, scopes), 64, true},
    {"valid_for", DECODE_TEXT, offsetof(struct token_order, valid_for), 16,
        false}, /* left out: 90 days */
    {"person", DECODE_TEXT, offsetof(struct token_order, person), LIMIT_NAME,
        false},
};

static int token_decode(const struct http_request *request,
    struct api_token_request *out, json_t **document, struct err *err)
{
	struct token_order order = {0};
	struct buf words = {0};
	int rc;

	rc = decode_body(request, token_fields, 4, &order, document, err);
	if (rc < 0)
		return rc;
	decode_list_join(order.scopes, &words);
	rc = buf_check(&words, err);
	if (rc == 0)
		rc = scope_set_parse(
		    (const char *)words.data, &out->scopes, err);
	buf_clear(&words);
	if (rc < 0)
		return rc;
	out->name = order.name;
	out->person = order.person;
	if (order.valid_for &&
	    (time_duration_parse(order.valid_for, &out->valid_ms) < 0 ||
	        out->valid_ms < TIME_MINUTE_MS ||
	        out->valid_ms > API_TOKEN_VALID_MAX_MS))
		return err_set(err, ERR_INVALID,
		    "\"valid_for\" must be between 1m and 366d, like "
		    "\"90d\"");
	return 0;
}

int office_token_create(struct office_call *call, struct err *err)
{
	struct api_token_request order = {0};
	struct api_token_view view;
	char token[API_TOKEN_MAX] = "";
	json_t *document = NULL;
	int rc;

	rc = token_decode(call->request, &order, &document, err);
	if (rc == 0)
		rc = service_api_token_create(
		    call->service, &call->actor, &order, &view, token, err);
	if (rc == 0) {
		encode_open(&call->enc, NULL, '{');
		token_members(&call->enc, &view);
		encode_text(&call->enc, "token", token); /* this once */
		encode_close(&call->enc, '}');
	}
	explicit_bzero(token, sizeof(token));
	call->status = 201;
	json_decref(document);
	return rc;
}

int office_token_revoke(struct office_call *call, struct err *err)
{
	struct api_token_view view;
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = service_api_token_revoke(call->service, &call->actor,
		    call->request->params[0], &view, err);
	if (rc == 0)
		token_encode(call, &view);
	return rc;
}
