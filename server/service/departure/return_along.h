/*
 * return_along: what was handed out with a phone comes back with it. Who signs
 * for its return is shown it, and the receipt names it. Accessories that came
 * some other way are none of it.
 */
#ifndef SERVER_SERVICE_DEPARTURE_RETURN_ALONG_H
#define SERVER_SERVICE_DEPARTURE_RETURN_ALONG_H

#include "server/service/receipt/receipts.h"
#include "server/store/store_case.h"

struct err;
struct txn;

struct return_thing {
	char id[STORE_ID]; /* of the ledger; "": a few words */
	char name[LIMIT_NAME + 1];
};
struct return_along {
	struct return_thing things[HANDOUT_THINGS_MAX];
	size_t count;
};

/* By the newest hand-out of the phone to who returns it; none without one. */
int return_along_load(struct txn *txn, const struct return_case_row *row,
    struct return_along *out, struct err *err);

#endif
