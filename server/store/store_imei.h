/*
 * store_imei: by which IMEIs our own phones are known, both slots; so that a
 * number in evidence is found to be ours or dropped. None of a private phone
 * is kept (DESIGN invariant 9). The rules are those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_IMEI_H
#define SERVER_STORE_STORE_IMEI_H

#include "server/store/store.h"

/* imei: 15 digits. It is that phone's from now on. */
int store_imei_save(struct txn *txn, const char *org_id, const char *device_id,
    const char *imei, struct err *err);
/* -ERR_NOT_FOUND: no phone of ours. */
int store_imei_find(struct txn *txn, const char *org_id, const char *imei,
    char device_id[STORE_ID], struct err *err);
/* All of a phone: it is private. */
int store_imei_clear(struct txn *txn, const char *org_id, const char *device_id,
    struct err *err);

#endif
