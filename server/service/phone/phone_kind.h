/*
 * phone_kind: is a phone supervised, as far as it has told us.
 */
#ifndef SERVER_SERVICE_PHONE_PHONE_KIND_H
#define SERVER_SERVICE_PHONE_PHONE_KIND_H

#include <stdbool.h>

#include "server/store/store.h"

struct err;

/* Not known yet counts as no: such a phone gets what any phone takes. */
int phone_kind_is_supervised(
    struct txn *txn, const char *life_id, bool *out, struct err *err);

#endif
