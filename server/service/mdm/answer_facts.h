/*
 * answer_facts: what an answer tells about a phone, typed, and its place in the
 * store. Taken before the transaction, saved in it.
 */
#ifndef SERVER_SERVICE_MDM_ANSWER_FACTS_H
#define SERVER_SERVICE_MDM_ANSWER_FACTS_H

#include <plist/plist.h>
#include <stdbool.h>

#include "proto/base/buf.h"
#include "server/store/store.h"

struct err;
struct service;

struct answer_facts {
	const char *kind;   /* static, "SecurityInfo"; NULL: none in it */
	struct buf json;    /* owned */
	struct device said; /* names and versions; "" where not said */
};

/*
 * Takes the facts out of an answer (its root dictionary), as what it calls
 * them; leaves *out empty when there are none. Whether they were asked for is
 * for the caller to check before they are saved.
 */
int answer_facts_take(
    struct answer_facts *out, plist_t answer_body, struct err *err);
void answer_facts_clear(struct answer_facts *facts);

/* Is an answer to such a command of any use without facts? */
bool answer_facts_is_due(const char *request_type);

/*
 * Keeps them, brings the record of the phone up to date, and judges what
 * depends on them. Of a private phone nothing about SIM, number, IMEI or name
 * is kept (DESIGN invariant 9).
 */
int answer_facts_save(struct txn *txn, struct service *service,
    const struct answer_facts *facts, const char *life_id,
    const char *device_id, int64_t now, struct err *err);

#endif
