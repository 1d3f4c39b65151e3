/*
 * store_token: how programs sign in, and what they were answered when they ask
 * the same again. The rules are those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_TOKEN_H
#define SERVER_STORE_STORE_TOKEN_H

#include "server/store/store.h"

/* ---- API token: known by its hash ---- */

struct api_token_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char name[LIMIT_NAME + 1]; /* what it is for */
	char token_sha256[STORE_SHA256];
	char scopes[1024]; /* words with a blank between */
	char created_by[LIMIT_NAME + 1];
	int64_t created_at;
	int64_t expires_at;
	int64_t last_used_at;
	int64_t revoked_at;
	char revoked_by[LIMIT_NAME + 1];
	char person_id[STORE_ID]; /* whose account it is; "": nobody's */
};

/* What may change: expires_at, last_used_at, revoked_*. */
int store_api_token_save(
    struct txn *txn, const struct api_token_row *row, struct err *err);
int store_api_token_load(struct txn *txn, const char *org_id, const char *id,
    struct api_token_row *out, struct err *err);
/* By the hash alone: it says which organisation the caller is of. Revoked and
 * expired ones as well: the caller looks. */
int store_api_token_find(struct txn *txn, const char *token_sha256,
    struct api_token_row *out, struct err *err);
/* Moves last_used_at forward, never back. */
int store_api_token_touch(struct txn *txn, const char *org_id, const char *id,
    int64_t at, struct err *err);
typedef int store_api_token_fn(void *arg, const struct api_token_row *row);
/* Whose account it is; revoked and expired ones as well. */
int store_api_token_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_api_token_fn *fn, void *arg, struct err *err);
int store_api_token_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_api_token_fn *fn, void *arg,
    struct err *err);

/* ---- idempotency key: one call, however often it is sent ---- */

#define STORE_IDEMPOTENCY_KEY 129
#define STORE_IDEMPOTENCY_BODY_MAX (256 * 1024)

struct idempotency_row {
	char org_id[STORE_ID];
	char caller[LIMIT_NAME + 1]; /* the actor's name */
	char key[STORE_IDEMPOTENCY_KEY];
	char request_sha256[STORE_SHA256]; /* method, path and body */
	int64_t status;                    /* HTTP; 0: still at work */
	char content_type[64];
	int64_t created_at;
	int64_t expires_at;
};

/* -ERR_CONFLICT: it is there; load says what it came to. */
int store_idempotency_insert(
    struct txn *txn, const struct idempotency_row *row, struct err *err);
/* Status, content type and body of the one inserted before. */
int store_idempotency_finish(struct txn *txn, const struct idempotency_row *row,
    const uint8_t *body, size_t body_len, struct err *err);
/* *body is the caller's to free(). */
int store_idempotency_load(struct txn *txn, const char *org_id,
    const char *caller, const char *key, struct idempotency_row *out,
    uint8_t **body, size_t *body_len, struct err *err);
/* The call came to nothing: it may be tried again with the same key. */
int store_idempotency_delete(struct txn *txn, const char *org_id,
    const char *caller, const char *key, struct err *err);
/* Of every organisation, at most limit; *removed may be NULL. */
int store_idempotency_purge(
    struct txn *txn, int64_t now, int limit, int *removed, struct err *err);

#endif
