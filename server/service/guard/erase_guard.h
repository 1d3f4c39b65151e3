/*
 * erase_guard: DESIGN invariant 1 at the last moment: an erase goes out only
 * when the day of its case is over by a clock that is not in doubt, while somebody holds the phone by our records, it is no private one and no
 * legal hold stands on it or on them.
 */
#ifndef SERVER_SERVICE_GUARD_ERASE_GUARD_H
#define SERVER_SERVICE_GUARD_ERASE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct command;
struct err;
struct service;
struct txn;

/* A hold that is lifted is seen by itself after this at the latest. */
#define ERASE_HELD_LOOK_MS (10 * TIME_MINUTE_MS)

/*
 * Before command is handed to its phone. *is_kept_back: it does not go out.
 * Either nothing justifies it any more, and it, its wipe and the bench's part
 * are cancelled; or a legal hold stands, and it waits.
 */
int erase_guard(struct txn *txn, struct service *service,
    struct command *command, int64_t now, bool *is_kept_back, struct err *err);

/* Is it one that a legal hold keeps back: an erase, or the removal of work data
 * from a private phone that a case ordered? */
bool erase_guard_applies(const struct command *command);

#endif
