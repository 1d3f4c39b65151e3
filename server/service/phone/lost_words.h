/*
 * lost_words: what a lost phone shows when nobody says otherwise, in the
 * language of whoever holds it. Private to lost_mode.c.
 */
#ifndef SERVER_SERVICE_PHONE_LOST_WORDS_H
#define SERVER_SERVICE_PHONE_LOST_WORDS_H

#include "server/service/ledger/ledger.h"
#include "server/store/store_phone.h"

/* Fills message, footnote and, where the holder's unit has one, number. */
int lost_words_fill(struct txn *txn, const struct ledger *ledger,
    const struct device *device, struct lost_mode_row *row, struct err *err);

#endif
