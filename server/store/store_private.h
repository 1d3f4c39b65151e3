/*
 * store_private: what is taken out of the store when a phone turns out to be
 * somebody's own: numbers, SIMs, IMEIs, its name (DESIGN invariant 9), also out
 * of raw answers and of what a bench saw.
 */
#ifndef SERVER_STORE_STORE_PRIVATE_H
#define SERVER_STORE_STORE_PRIVATE_H

struct err;
struct txn;

/* The row of the device is the caller's. Nothing there is fine. */
int store_private_strip(struct txn *txn, const char *org_id,
    const char *device_id, struct err *err);

#endif
