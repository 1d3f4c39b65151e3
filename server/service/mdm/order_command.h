/*
 * order_command: the one way a command gets into a queue or leaves it. Used by
 * the use cases, inside their transactions.
 */
#ifndef SERVER_SERVICE_MDM_ORDER_COMMAND_H
#define SERVER_SERVICE_MDM_ORDER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "server/store/store.h"

struct err;
struct service;

/* What to do with open commands of the same purpose in the same life. */
enum order_rule {
	ORDER_SUPERSEDE, /* the new one replaces them */
	ORDER_KEEP,      /* one is enough: the new one is not queued */
};

struct order {
	char id[STORE_ID];        /* made by order_init() */
	const char *request_type; /* static */
	char purpose[128];
	enum order_rule rule;
	int priority;
	const char *ordered_by;
	const char *reason;
	int64_t now;
	int64_t not_before;
	int64_t expires_at;
	struct buf payload; /* owned; see order_clear() */
	bool was_queued;    /* set by order_queue() */
};

/* Draws the CommandUUID; the encoders need it before the transaction. */
void order_init(struct order *order, struct service *service,
    const char *request_type, const char *purpose, int64_t now);
void order_clear(struct order *order);

/* Puts it into the queue of a life, or not, as its rule says. */
int order_queue(struct txn *txn, struct order *order, const char *org_id,
    const char *device_id, const char *life_id, struct err *err);

/* Applies one event to every open command of a life but one (may be NULL). */
int order_close_all(struct txn *txn, const char *org_id, const char *life_id,
    enum command_event event, const char *result, const char *except_id,
    int64_t now, struct err *err);

/* Applies one event to a loaded command and saves it; -ERR_CONFLICT. */
int order_apply(struct txn *txn, struct command *command,
    enum command_event event, const char *result, int64_t now, struct err *err);

#endif
