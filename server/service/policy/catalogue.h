/*
 * catalogue: what may be ordered, because the organisation has an agreement
 * about it (VST-05). Items are added and retired, never removed: old orders
 * name them.
 */
#ifndef SERVER_SERVICE_POLICY_CATALOGUE_H
#define SERVER_SERVICE_POLICY_CATALOGUE_H

#include "server/store/store_task.h"

struct actor;
struct err;
struct service;

struct catalogue_request {
	enum equipment_order_what what;
	const char *name;
	const char *supplier; /* operator of a subscription; NULL: none */
};

/* -ERR_CONFLICT: it is on offer already. */
int service_catalogue_add(struct service *service, const struct actor *actor,
    const struct catalogue_request *request, struct catalogue_row *out,
    struct err *err);
/* -ERR_CONFLICT: it is no longer on offer. */
int service_catalogue_retire(struct service *service, const struct actor *actor,
    const char *id, struct catalogue_row *out, struct err *err);
int service_catalogue_load(struct service *service, const struct actor *actor,
    const char *id, struct catalogue_row *out, struct err *err);
int service_catalogue_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, store_catalogue_fn *fn, void *arg,
    struct err *err);

#endif
