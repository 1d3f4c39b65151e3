/*
 * Who asks. On the office listener: the holder of an API token (RFC 6750), by
 * the same work whatever is presented: one SHA-256 and one look-up by it. On
 * the admin socket: its owner, for the organisation that the query names.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/decode.h"
#include "server/office/gate.h"
#include "server/service/account.h"
#include "server/service/api_token.h"
#include "server/service/digest.h"
#include "server/service/handler_ctx.h"

/* What is longer is no token of ours; it costs the same all the same. */
#define AUTHORIZATION_MAX 256

void gate_address(const char *peer, char out[GATE_ADDRESS_MAX])
{
	struct in6_addr six;

	/* A neighbour on IPv6 owns a whole /64. */
	if (inet_pton(AF_INET6, peer, &six) != 1) {
		(void)snprintf(out, GATE_ADDRESS_MAX, "%.40s", peer);
		return;
	}
	memset(six.s6_addr + 8, 0, 8);
	if (!inet_ntop(AF_INET6, &six, out, GATE_ADDRESS_MAX))
		(void)snprintf(out, GATE_ADDRESS_MAX, "?");
}

static int64_t now_of(const struct office_call *call)
{
	return clock_now(call->service->clock);
}

static int too_many(struct office_call *call, int64_t wait_ms, const char *what,
    struct err *err)
{
	char seconds[24];

	(void)snprintf(
	    seconds, sizeof(seconds), "%" PRId64, (wait_ms + 999) / 1000);
	http_response_header(call->response, "Retry-After", seconds);
	call->refusal = 429;
	return err_set(err, ERR_BUSY, "too many %s; try again in %s seconds",
	    what, seconds);
}

static int rate_ask(struct office_call *call, struct rate_table *table,
    int64_t (*ask)(struct rate_table *, const char *, int64_t),
    const char *what, struct err *err)
{
	char address[GATE_ADDRESS_MAX];
	int64_t wait;

	gate_address(call->request->peer, address);
	wait = ask(table, address, now_of(call));
	return wait > 0 ? too_many(call, wait, what, err) : 0;
}

int gate_rate_address(struct office_call *call, struct err *err)
{
	if (call->request->listener != LISTENER_OFFICE)
		return 0;
	return rate_ask(call, call->office->by_address, rate_take,
	    "requests from this address", err);
}

int gate_rate_failures(struct office_call *call, struct err *err)
{
	if (call->request->listener != LISTENER_OFFICE)
		return 0;
	return rate_ask(call, call->office->failures, rate_look,
	    "failed attempts from this address", err);
}

void gate_failed(struct office_call *call)
{
	char address[GATE_ADDRESS_MAX];

	if (call->request->listener != LISTENER_OFFICE)
		return;
	gate_address(call->request->peer, address);
	(void)rate_take(call->office->failures, address, now_of(call));
}

/* ---- by token ---- */

static int unauthorised(
    struct office_call *call, const char *challenge, struct err *err)
{
	http_response_header(call->response, "WWW-Authenticate", challenge);
	call->refusal = 401;
	return -(int)err->code;
}

/* The text behind "Bearer "; NULL: there is none. */
static const char *bearer_get(const struct http_request *request)
{
	static const char scheme[] = "Bearer ";
	const char *value = http_header_get(request, "Authorization");

	if (!value || strncasecmp(value, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	value += sizeof(scheme) - 1;
	return value + strspn(value, " ");
}

static int actor_fill(
    struct office_call *call, const struct api_token_row *row, struct err *err)
{
	struct actor *actor = &call->actor;

	/* A word of an older version that is gone means nothing now. */
	if (scope_set_parse(row->scopes, &actor->scopes, NULL) < 0)
		actor->scopes = 0;
	account_name(row, actor->name);
	(void)snprintf(call->caller, sizeof(call->caller), "token:%s", row->id);
	(void)snprintf(actor->key, sizeof(actor->key), "token:%s", row->id);
	memcpy(actor->person_id, row->person_id, STORE_ID);
	return str_copy(actor->org_id, sizeof(actor->org_id), row->org_id) < 0
	    ? err_set(err, ERR_INTERNAL, "a token has a broken organisation")
	    : 0;
}

static int token_take(
    struct office_call *call, const char *token, struct err *err)
{
	struct service *service = call->service;
	struct api_token_row row;
	char sha256[STORE_SHA256];
	int64_t wait;
	int rc;

	digest_sha256(token, strnlen(token, AUTHORIZATION_MAX), sha256);
	/* Neighbours behind the same address go on with what was good. */
	if (!token_uses_has(service->token_uses, sha256)) {
		rc = gate_rate_failures(call, err);
		if (rc < 0)
			return rc;
	}
	rc = service_api_token_check(service, sha256, &row, err);
	if (rc == -ERR_DENIED) {
		gate_failed(call);
		return unauthorised(call,
		    "Bearer realm=\"workphone\", error=\"invalid_token\"", err);
	}
	if (rc < 0)
		return rc;
	token_uses_touch(service->token_uses, &row, now_of(call));
	rc = actor_fill(call, &row, err);
	wait = rate_take(call->office->by_token, row.id, now_of(call));
	if (rc == 0 && wait > 0)
		rc = too_many(call, wait, "requests with this token", err);
	return rc;
}

/* ---- by the admin socket ---- */

static bool is_called(const struct organisation *one, const char *text)
{
	return strcmp(text, one->id) == 0 || strcmp(text, one->name) == 0 ||
	    (one->slug[0] && strcasecmp(text, one->slug) == 0);
}

int office_organisation_find(struct service *service, const char *text,
    char org_id[STORE_ID], struct err *err)
{
	const struct organisation *found = NULL;
	size_t i;

	if (!text && service->tenant_count > 1)
		return err_set(err, ERR_INVALID,
		    "this server has %zu organisations: name one with "
		    "\"organisation\"",
		    service->tenant_count);
	for (i = 0; i < service->tenant_count; i++)
		if (!text || is_called(&service->tenants[i].organisation, text))
			found = &service->tenants[i].organisation;
	if (!found)
		return err_set(err, ERR_NOT_FOUND,
		    "there is no organisation \"%.64s\" here", text);
	memcpy(org_id, found->id, STORE_ID);
	return 0;
}

static int local_take(struct office_call *call, struct err *err)
{
	struct actor *actor = &call->actor;
	char *organisation = NULL;
	int rc;

	rc = decode_query_text(
	    call->request, "organisation", LIMIT_NAME, &organisation, err);
	if (rc == 0)
		rc = office_organisation_find(
		    call->service, organisation, actor->org_id, err);
	free(organisation);
	/* A unix socket names no user: it is its owner's alone. */
	(void)snprintf(actor->name, sizeof(actor->name), "local");
	(void)snprintf(call->caller, sizeof(call->caller), "local");
	(void)snprintf(actor->key, sizeof(actor->key), "local");
	actor->scopes = SCOPES_ALL;
	return rc;
}

int gate_identify(struct office_call *call, struct err *err)
{
	const char *token;

	if (call->route->flags & OFFICE_SIGNED)
		return gate_rate_failures(call, err);
	if (call->request->listener == LISTENER_ADMIN)
		return local_take(call, err);
	token = bearer_get(call->request);
	if (token)
		return token_take(call, token, err);
	(void)err_set(err, ERR_DENIED,
	    "an API token is wanted: Authorization: Bearer wp_…");
	return unauthorised(call, "Bearer realm=\"workphone\"", err);
}

int gate_permit(struct office_call *call, struct err *err)
{
	scope_set missing = call->route->scope & ~call->actor.scopes;
	struct buf words = {0};
	char challenge[HTTP_HEADER_VALUE_MAX];

	if (!missing || call->route->flags & OFFICE_SIGNED)
		return 0;
	scope_set_text(call->route->scope, &words);
	if (buf_check(&words, err) == 0) {
		(void)err_set(err, ERR_DENIED, "the token lacks the scope %s",
		    (const char *)words.data);
		(void)snprintf(challenge, sizeof(challenge),
		    "Bearer realm=\"workphone\", error=\"insufficient_scope\", "
		    "scope=\"%s\"",
		    (const char *)words.data);
		http_response_header(
		    call->response, "WWW-Authenticate", challenge);
	}
	buf_clear(&words);
	return -(int)err->code;
}
