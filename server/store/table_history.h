/*
 * table_history: what a row of the ledger was before it is written over.
 * Internal to the store; read by store_history_each().
 */
#ifndef SERVER_STORE_TABLE_HISTORY_H
#define SERVER_STORE_TABLE_HISTORY_H

struct err;
struct table;
struct txn;

/*
 * Before row is saved. 0: go on, the former row is in the history or there was
 * none; 1: it is there already, alike but for changed_at and changed_by.
 */
int table_keep_history(
    struct txn *txn, struct table *table, const void *row, struct err *err);

#endif
