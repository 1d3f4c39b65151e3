/*
 * answer_facts: what an answer tells about a phone, typed, and its place in the
 * store. Taken before the transaction, saved in it.
 */
#ifndef SERVER_SERVICE_ANSWER_FACTS_H
#define SERVER_SERVICE_ANSWER_FACTS_H

#include <plist/plist.h>

#include "proto/base/buf.h"
#include "server/store/store.h"

struct err;

struct answer_facts {
	const char *kind;   /* static, "SecurityInfo"; NULL: none in it */
	struct buf json;    /* owned */
	struct device said; /* names and versions; "" where not said */
};

/*
 * Takes the facts out of the answer (its root dictionary) to a command of that
 * type; leaves *out empty for a type that carries none.
 */
int answer_facts_take(struct answer_facts *out, const char *request_type,
    plist_t answer_body, struct err *err);
void answer_facts_clear(struct answer_facts *facts);

/* Keeps them, and brings the record of the phone up to date. */
int answer_facts_save(struct txn *txn, const struct answer_facts *facts,
    const char *life_id, const char *device_id, int64_t now, struct err *err);

#endif
