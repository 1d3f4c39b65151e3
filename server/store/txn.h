/*
 * txn: the transaction a unit of work runs in, as the store_*.c files see it.
 */
#ifndef SERVER_STORE_TXN_H
#define SERVER_STORE_TXN_H

#include <stdbool.h>

struct db;

struct txn {
	struct db *db;
	bool retires; /* an identity: see store_retirements() */
};

#endif
