/*
 * plan: how the engine means to find the next command, in its own words: for
 * the test that the history of a phone costs nothing. Nothing else uses it.
 */
#ifndef SERVER_STORE_PLAN_H
#define SERVER_STORE_PLAN_H

struct buf;
struct err;
struct txn;

/* Appends one line a step of the plan of store_command_next(). */
int store_command_next_plan(struct txn *txn, struct buf *out, struct err *err);

#endif
