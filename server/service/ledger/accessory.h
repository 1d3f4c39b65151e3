/*
 * accessory: looking at accessories and who has them. Putting them is
 * ledger_accessory_put().
 */
#ifndef SERVER_SERVICE_LEDGER_ACCESSORY_H
#define SERVER_SERVICE_LEDGER_ACCESSORY_H

#include "server/store/store_people.h"
#include "server/store/store_phone.h"

struct actor;
struct err;
struct service;

struct accessory_view {
	struct accessory_row row;
	struct accessory_holding_row held; /* id "": nobody has it */
	struct person_row person;
};
typedef int service_accessory_fn(void *arg, const struct accessory_view *view);
/* In the order of ids, behind after_id; gone ones as well. */
int service_accessory_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_accessory_fn *fn, void *arg,
    struct err *err);

#endif
