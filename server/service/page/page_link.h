/*
 * page_link: a one-time link to one page, /t/<token> on the office listener.
 * The token is shown once and stored as its SHA-256. Looking at the page does
 * not use it up: mail programs and messengers fetch links before people do.
 * Only a POST that is taken does. Whoever holds the link acts as the person it
 * was made for, so it is made for that person's task and nothing else.
 */
#ifndef SERVER_SERVICE_PAGE_PAGE_LINK_H
#define SERVER_SERVICE_PAGE_PAGE_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/time.h"
#include "server/service/task/task.h"

struct actor;
struct err;
struct service;
struct task_world;
struct txn;

#define PAGE_LINK_TOKEN_BYTES 20 /* 160 bits: not guessed, short as a QR */
#define PAGE_LINK_TOKEN_MAX (2 * PAGE_LINK_TOKEN_BYTES + 1)
#define PAGE_LINK_VALID_DEFAULT_MS (14 * TIME_DAY_MS)
#define PAGE_LINK_VALID_MAX_MS (90 * TIME_DAY_MS)

struct page_link_view {
	char id[STORE_ID];
	char task_id[STORE_ID];
	char person_id[STORE_ID];
	char created_by[LIMIT_NAME + 1];
	int64_t created_at;
	int64_t expires_at; /* never later than the task's own */
	int64_t used_at;
};

/*
 * A link to one task, for the person it was put to. valid_ms 0: 14 days. *url
 * is the caller's to free(), shown once. -ERR_NOT_FOUND: no such task;
 * -ERR_CONFLICT: it is closed.
 */
int service_page_link_create(struct service *service, const struct actor *actor,
    const char *task_id, int64_t valid_ms, struct page_link_view *out,
    char **url, struct err *err);

/* The same in the caller's transaction, for use cases that hand it on; by:
 * created_by. token: not stored, /t/<token>. */
int page_link_make(struct txn *txn, const struct task_world *world,
    const char *by, const char *task_id, int64_t valid_ms,
    char token[PAGE_LINK_TOKEN_MAX], struct err *err);
/* Those that by made for the task, and nobody has opened, are dead. */
int page_link_revoke(struct txn *txn, const struct task_world *world,
    const char *by, const char *task_id, struct err *err);

#endif
