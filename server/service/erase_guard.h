/*
 * erase_guard: DESIGN invariant 1 at the last moment: an erase goes out only
 * while somebody holds the phone by our records and it is no private one.
 */
#ifndef SERVER_SERVICE_ERASE_GUARD_H
#define SERVER_SERVICE_ERASE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct command;
struct err;
struct txn;

/*
 * Before command is handed to its phone. *withdrawn: it was an erase that
 * nothing justifies any more; it, its wipe and the bench's part are cancelled.
 */
int erase_guard(struct txn *txn, struct command *command, int64_t now,
    bool *withdrawn, struct err *err);

#endif
