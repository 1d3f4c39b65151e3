#include "server/service/api_token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/digest.h"
#include "server/service/ledger/ledger.h"
#include "server/service/service.h"

#define TOKEN_BYTES 32

/* Tokens are made where the keys are, not by tokens. */
#define SCOPES_OF_TOKENS                                                       \
	(SCOPE_BIT(SCOPE_TOKENS_READ) | SCOPE_BIT(SCOPE_TOKENS_WRITE))

/* ---- what it is worth now ---- */

const char *api_token_state_name(enum api_token_state state)
{
	static const char *const names[] = {
	    [API_TOKEN_ACTIVE] = "active",
	    [API_TOKEN_EXPIRED] = "expired",
	    [API_TOKEN_REVOKED] = "revoked",
	    [API_TOKEN_LEFT] = "left",
	};

	return names[state];
}

/* An account ends with the employment of whose it is. */
static int owner_has_left(struct txn *txn, struct service *service,
    const struct api_token_row *row, bool *out, struct err *err)
{
	struct actor owner = {.scopes = 0};
	struct ledger ledger;
	enum employed_when employed = EMPLOYED_NEVER;
	int rc;

	*out = false;
	if (!row->person_id[0])
		return 0;
	memcpy(owner.org_id, row->org_id, STORE_ID);
	rc = ledger_init(&ledger, service, &owner, err);
	if (rc == 0)
		rc = ledger_employed(
		    txn, &ledger, row->person_id, &employed, err);
	*out = employed == EMPLOYED_ONCE;
	return rc;
}

static int view_fill(struct txn *txn, struct service *service,
    const struct api_token_row *row, struct api_token_view *out,
    struct err *err)
{
	bool has_left;
	int rc = owner_has_left(txn, service, row, &has_left, err);

	out->row = *row;
	if (row->revoked_at)
		out->state = API_TOKEN_REVOKED;
	else if (row->expires_at <= clock_now(service->clock))
		out->state = API_TOKEN_EXPIRED;
	else
		out->state = has_left ? API_TOKEN_LEFT : API_TOKEN_ACTIVE;
	return rc;
}

/* ---- making ---- */

/* RFC 4648 section 5, without padding: no character that a shell minds. */
static int text_make(
    const struct rng *rng, char token[API_TOKEN_MAX], struct err *err)
{
	uint8_t bytes[TOKEN_BYTES];
	char *base64;
	char *c;

	rng_fill(rng, bytes, sizeof(bytes));
	base64 = str_base64(bytes, sizeof(bytes));
	explicit_bzero(bytes, sizeof(bytes));
	if (!base64)
		return err_memory(err);
	base64[strcspn(base64, "=")] = '\0';
	for (c = base64; *c; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	(void)snprintf(token, API_TOKEN_MAX, "%s%s", API_TOKEN_PREFIX, base64);
	explicit_bzero(base64, strlen(base64));
	free(base64);
	return 0;
}

static int request_check(const struct actor *actor,
    const struct api_token_request *request, struct err *err)
{
	if (!request->name || !*request->name)
		return err_set(err, ERR_INVALID, "a token needs a name");
	if (!request->scopes)
		return err_set(err, ERR_INVALID, "a token needs a scope");
	if (request->scopes & SCOPES_OF_TOKENS)
		return err_set(err, ERR_DENIED,
		    "a token cannot make tokens: they are made at the server");
	if (request->scopes & ~actor->scopes)
		return err_set(
		    err, ERR_DENIED, "a token cannot do more than its maker");
	if (request->valid_ms < 0 || request->valid_ms > API_TOKEN_VALID_MAX_MS)
		return err_set(
		    err, ERR_INVALID, "a token is valid for at most 366 days");
	return 0;
}

static int row_fill(const struct service *service, const struct actor *actor,
    const struct api_token_request *request, struct api_token_row *row,
    struct err *err)
{
	struct buf scopes = {0};
	int64_t now = clock_now(service->clock);
	int rc;

	scope_set_text(request->scopes, &scopes);
	rc = buf_check(&scopes, err);
	if (rc == 0)
		rc = str_copy(row->scopes, sizeof(row->scopes),
		    (const char *)scopes.data);
	buf_clear(&scopes);
	if (rc == 0)
		rc = str_copy(row->name, sizeof(row->name), request->name);
	if (rc < 0)
		return err_set(err, ERR_LIMIT,
		    "the name or the list of scopes is too long");
	uuid_make(now, service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), actor->org_id);
	(void)str_copy(row->created_by, sizeof(row->created_by), actor->name);
	row->created_at = now;
	row->expires_at = now +
	    (request->valid_ms ? request->valid_ms
	                       : API_TOKEN_VALID_DEFAULT_MS);
	return 0;
}

struct token_making {
	struct service *service;
	struct api_token_row *row;
	const char *person; /* NULL: nobody's own */
};

/* Its name and what it may, never the token. */
static int token_note(struct txn *txn, struct service *service,
    const struct api_token_row *row, enum audit_action action, const char *by,
    struct err *err)
{
	char until[TIME_TEXT_MAX];
	struct audit_note note = {
	    .action = action,
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "token",
	    .subject_id = row->id,
	    .person_id = row->person_id,
	    .params = {{"name", row->name}},
	};

	time_rfc3339(row->expires_at, until);
	if (action == AUDIT_TOKEN_CREATED) {
		note.params[1] = (struct audit_param){"scopes", row->scopes};
		note.params[2] = (struct audit_param){"expires_at", until};
	}
	return audit_write(txn, service, &note, err);
}

static int person_take(
    struct txn *txn, const struct token_making *making, struct err *err)
{
	struct person_row person;
	bool has_left;
	int rc;

	if (!making->person || !*making->person)
		return 0;
	rc = ledger_person_find(
	    txn, making->row->org_id, making->person, &person, err);
	if (rc < 0)
		return rc;
	memcpy(making->row->person_id, person.id, STORE_ID);
	rc = owner_has_left(txn, making->service, making->row, &has_left, err);
	if (rc == 0 && has_left)
		return err_set(err, ERR_CONFLICT,
		    "the employment of %.100s has ended: a token of theirs "
		    "would open nothing",
		    person.name);
	return rc;
}

static int row_save(struct txn *txn, void *arg, struct err *err)
{
	const struct token_making *making = arg;
	int rc = person_take(txn, making, err);

	if (rc == 0)
		rc = store_api_token_save(txn, making->row, err);

	return rc < 0 ? rc
	              : token_note(txn, making->service, making->row,
	                    AUDIT_TOKEN_CREATED, making->row->created_by, err);
}

int service_api_token_create(struct service *service, const struct actor *actor,
    const struct api_token_request *request, struct api_token_view *out,
    char token[API_TOKEN_MAX], struct err *err)
{
	struct api_token_row row = {.id = ""};
	struct token_making making = {service, &row, request->person};
	char text[API_TOKEN_MAX];
	int rc = request_check(actor, request, err);

	if (rc == 0)
		rc = row_fill(service, actor, request, &row, err);
	if (rc == 0)
		rc = text_make(service->rng, text, err);
	if (rc < 0)
		return rc;
	digest_sha256(text, strlen(text), row.token_sha256);
	rc = store_write(service->store, row_save, &making, err);
	if (rc == 0) {
		log_info(service->log, "token_created", LOG_KIND, row.name,
		    LOG_USER, actor->name, LOG_ORGANISATION, row.org_id, NULL);
		memcpy(token, text, sizeof(text));
		*out = (struct api_token_view){row, API_TOKEN_ACTIVE};
	}
	explicit_bzero(text, sizeof(text));
	return rc;
}

/* ---- looking and revoking ---- */

struct token_walk {
	struct service *service;
	struct txn *txn;
	const char *org_id;
	const char *after_id;
	int limit;
	service_api_token_fn *fn;
	void *arg;
	struct err *err;
};

static int on_token(void *arg, const struct api_token_row *row)
{
	struct token_walk *walk = arg;
	struct api_token_view view;
	int rc = view_fill(walk->txn, walk->service, row, &view, walk->err);

	return rc < 0 ? rc : walk->fn(walk->arg, &view);
}

static int tokens_read(struct txn *txn, void *arg, struct err *err)
{
	struct token_walk *walk = arg;

	walk->txn = txn;
	walk->err = err;
	return store_api_token_each(txn, walk->org_id, walk->after_id,
	    walk->limit, on_token, walk, err);
}

int service_api_token_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_api_token_fn *fn, void *arg,
    struct err *err)
{
	struct token_walk walk = {.service = service,
	    .org_id = actor->org_id,
	    .after_id = after_id,
	    .limit = limit,
	    .fn = fn,
	    .arg = arg};

	return store_read(service->store, tokens_read, &walk, err);
}

struct token_pick {
	struct service *service;
	const struct actor *actor;
	const char *id;
	struct api_token_view view;
};

static int token_load(struct txn *txn, void *arg, struct err *err)
{
	struct token_pick *pick = arg;
	struct api_token_row row;
	int rc =
	    store_api_token_load(txn, pick->actor->org_id, pick->id, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no such token");
	return rc < 0 ? rc
	              : view_fill(txn, pick->service, &row, &pick->view, err);
}

int service_api_token_load(struct service *service, const struct actor *actor,
    const char *id, struct api_token_view *out, struct err *err)
{
	struct token_pick pick = {.service = service, .actor = actor, .id = id};
	int rc = store_read(service->store, token_load, &pick, err);

	if (rc == 0)
		*out = pick.view;
	return rc;
}

static int token_revoke(struct txn *txn, void *arg, struct err *err)
{
	struct token_pick *pick = arg;
	struct api_token_row *row = &pick->view.row;
	int rc = token_load(txn, pick, err);

	if (rc < 0)
		return rc;
	if (row->revoked_at)
		return err_set(
		    err, ERR_CONFLICT, "the token is revoked already");
	row->revoked_at = clock_now(pick->service->clock);
	(void)str_copy(
	    row->revoked_by, sizeof(row->revoked_by), pick->actor->name);
	pick->view.state = API_TOKEN_REVOKED;
	rc = store_api_token_save(txn, row, err);
	return rc < 0 ? rc
	              : token_note(txn, pick->service, row, AUDIT_TOKEN_REVOKED,
	                    row->revoked_by, err);
}

int service_api_token_revoke(struct service *service, const struct actor *actor,
    const char *id, struct api_token_view *out, struct err *err)
{
	struct token_pick pick = {.service = service, .actor = actor, .id = id};
	int rc = store_write(service->store, token_revoke, &pick, err);

	if (rc < 0)
		return rc;
	log_info(service->log, "token_revoked", LOG_KIND, pick.view.row.name,
	    LOG_USER, actor->name, LOG_ORGANISATION, actor->org_id, NULL);
	*out = pick.view;
	return 0;
}

/* ---- checking ---- */

struct token_look {
	struct service *service;
	const char *token_sha256;
	struct api_token_view view;
};

static int token_find(struct txn *txn, void *arg, struct err *err)
{
	struct token_look *look = arg;
	struct api_token_row row;
	int rc = store_api_token_find(txn, look->token_sha256, &row, err);

	return rc < 0 ? rc
	              : view_fill(txn, look->service, &row, &look->view, err);
}

int service_api_token_check(struct service *service, const char *token_sha256,
    struct api_token_row *out, struct err *err)
{
	struct token_look look = {
	    .service = service, .token_sha256 = token_sha256};
	int rc = store_read(service->store, token_find, &look, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_DENIED, "the token is not valid");
	if (rc < 0)
		return rc;
	if (look.view.state == API_TOKEN_LEFT)
		return err_set(err, ERR_DENIED,
		    "the employment of whose token this is has ended");
	if (look.view.state != API_TOKEN_ACTIVE)
		return err_set(err, ERR_DENIED, "the token is %s",
		    api_token_state_name(look.view.state));
	*out = look.view.row;
	return 0;
}
