/*
 * api_token: how programs sign in to the office: a random text of 256 bits
 * behind a prefix by which scanners of leaked secrets know it. It is shown
 * once; what is kept is its SHA-256, which is enough for a text that nobody
 * can guess. A token is for one organisation, some scopes and some days.
 */
#ifndef SERVER_SERVICE_API_TOKEN_H
#define SERVER_SERVICE_API_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/time.h"
#include "server/service/scope.h"
#include "server/store/store_token.h"

struct actor;
struct err;
struct service;

#define API_TOKEN_PREFIX "wp_"
#define API_TOKEN_MAX 48 /* prefix, 43 characters of base64url, NUL */
#define API_TOKEN_VALID_DEFAULT_MS (90 * TIME_DAY_MS)
#define API_TOKEN_VALID_MAX_MS (366 * TIME_DAY_MS)

struct api_token_request {
	const char *name; /* what it is for */
	scope_set scopes;
	int64_t valid_ms; /* 0: 90 days */
	/* Whose account it is to be: name, mail or id. With it this person
	 * confirms no return of their own and signs for nobody else, and it
	 * opens nothing once their employment has ended. NULL: no person's. */
	const char *person;
};

enum api_token_state {
	API_TOKEN_ACTIVE,
	API_TOKEN_EXPIRED,
	API_TOKEN_REVOKED,
	API_TOKEN_LEFT, /* whose it is has left */
};
const char *api_token_state_name(enum api_token_state state);

struct api_token_view {
	struct api_token_row row;
	enum api_token_state state; /* now */
};
typedef int service_api_token_fn(void *arg, const struct api_token_view *view);

/*
 * token: the text, this once; wipe it after use. -ERR_DENIED: more than the
 * actor itself may, or a scope over tokens: those are made at the server.
 */
int service_api_token_create(struct service *service, const struct actor *actor,
    const struct api_token_request *request, struct api_token_view *out,
    char token[API_TOKEN_MAX], struct err *err);

/* Of the actor's organisation, in id order, behind after_id ("": the start). */
int service_api_token_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_api_token_fn *fn, void *arg,
    struct err *err);
int service_api_token_load(struct service *service, const struct actor *actor,
    const char *id, struct api_token_view *out, struct err *err);
/* At once. -ERR_CONFLICT: it is revoked already. */
int service_api_token_revoke(struct service *service, const struct actor *actor,
    const char *id, struct api_token_view *out, struct err *err);

/*
 * Who presents the text with this hash. The same work whatever is presented:
 * one look-up by the hash. -ERR_DENIED: nobody, or not any more; the sentence
 * says which, since whoever holds an old token once held a good one.
 */
int service_api_token_check(struct service *service, const char *token_sha256,
    struct api_token_row *out, struct err *err);

/* ---- when it was used last: kept in memory, written in batches ---- */

struct token_uses;

int token_uses_new(struct token_uses **out, struct err *err);
void token_uses_free(struct token_uses *uses);
/* Notes a good use; forgotten when too many tokens are in use at a time. */
void token_uses_touch(
    struct token_uses *uses, const struct api_token_row *row, int64_t at);
/* Has the token with this hash been good since the server started? */
bool token_uses_has(struct token_uses *uses, const char *token_sha256);
/* Periodic: writes what is new. */
int service_token_uses_flush(struct service *service, struct err *err);

#endif
