/*
 * erase_guard: DESIGN invariant 1 at the last moment: an erase goes out only
 * while somebody holds the phone by our records, it is no private one and no
 * legal hold stands on it or on them; one of a leaver, and the removal of what
 * is of work from their private phone, only while their departure is open and
 * its day over by a clock that is not in doubt; a lock that a return case
 * ordered, only while the case, the assignment and the enrolment are still those.
 */
#ifndef SERVER_SERVICE_GUARD_ERASE_GUARD_H
#define SERVER_SERVICE_GUARD_ERASE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
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

/*
 * The same for EnableLostMode. *is_kept_back: nothing justifies it any more, so
 * it is cancelled, Lost Mode with it, and its case has the phone lost no more.
 * No hold keeps it back: a lock destroys nothing.
 */
int lock_guard(struct txn *txn, struct service *service,
    const struct command *command, int64_t now, bool *is_kept_back,
    struct err *err);
bool lock_guard_applies(const struct command *command);

/*
 * Does the leaver whose return case ordered it keep an erase back: is their day
 * not over by the clock, or have they work here again and the phone still?
 * sentence "": no, or case_id is "".
 */
int erase_guard_leaver(struct txn *txn, struct service *service,
    const char *org_id, const char *case_id, char *sentence, size_t size,
    struct err *err);

/* Is it one that a legal hold keeps back: an erase, or the removal of work data
 * from a private phone that a case ordered? */
bool erase_guard_applies(const struct command *command);

#endif
