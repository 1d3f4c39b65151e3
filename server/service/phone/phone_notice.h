/*
 * phone_notice: who else is to know what a person said of a phone: the way back
 * of a leaver's phone, and the manager of who holds it. Private to
 * phone_register.c, lost_mode_order.c and lost_place.c.
 */
#ifndef SERVER_SERVICE_PHONE_PHONE_NOTICE_H
#define SERVER_SERVICE_PHONE_PHONE_NOTICE_H

#include "server/service/phone/phone_state.h"

/* As a mail names it: what it is, its serial number. */
void phone_words(const struct device *device, char *out, size_t size);
/*
 * Lost, found and written off are steps of an open return case too, found of
 * one that was written off: 1, when there is one and it took the step; 0: there
 * is none.
 */
int phone_notice_case(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const struct phone_step_ask *ask,
    struct err *err);
/* Lost, stolen or found: by mail. */
int phone_notice_manager(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const struct phone_step_ask *ask,
    struct err *err);

#endif
