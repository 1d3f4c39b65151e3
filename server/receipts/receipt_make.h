/*
 * receipt_make: a receipt's JSON becomes a signed PDF and a signed twin. Asks
 * the keeper: outside transactions.
 */
#ifndef SERVER_RECEIPTS_RECEIPT_MAKE_H
#define SERVER_RECEIPTS_RECEIPT_MAKE_H

#include <stdint.h>

struct buf;
struct err;
struct keeper;

int receipt_make(struct keeper *keeper, const struct buf *json, int64_t now_ms,
    struct buf *pdf, struct buf *twin, struct err *err);

#endif
