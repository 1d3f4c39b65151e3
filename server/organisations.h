/*
 * organisations: those that the configuration names, their policy packs and
 * their rows in the database, made into the tenants of the service. Several
 * that name the same folder share one pack.
 */
#ifndef SERVER_ORGANISATIONS_H
#define SERVER_ORGANISATIONS_H

#include <stddef.h>

#include "server/config.h"
#include "server/service/service.h"

struct err;
struct store;

struct organisations {
	const struct config *config;
	struct pack **packs; /* one for each of config's organisations; NULL:
	                        none; the same pointer when it is shared */
	struct tenant *tenants;
	size_t tenant_count;
};

/* Reads the packs: before the fence, and for check-config. */
int organisations_load(const struct config *config, struct organisations *out,
    const struct log *log, struct err *err);

/*
 * Makes the rows that are missing (init). A row without a short name becomes
 * that of the organisation with its name; the only one that of a configuration
 * without a list.
 */
int organisations_make(const struct config *config, struct store *store,
    const struct clock *clock, const struct rng *rng, struct err *err);

/*
 * Finds each one's row, writes down what the configuration and the pack say of
 * it, and makes the table of tenants. -ERR_NOT_FOUND names the one that init
 * has to make.
 */
int organisations_open(
    struct organisations *organisations, struct store *store, struct err *err);

void organisations_clear(struct organisations *organisations);

#endif
