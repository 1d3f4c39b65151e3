#include "server/organisations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/mdm/policy_profile.h"
#include "server/service/policy/apply_policy.h"
#include "server/store/store.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

/* ---- packs ---- */

/* The pack of an earlier one in the list that names the same folder. */
static struct pack *find_shared(
    const struct organisations *all, unsigned index, const char *folder)
{
	unsigned i;

	for (i = 0; i < index; i++)
		if (strcmp(all->config->organisations[i].policy, folder) == 0)
			return all->packs[i];
	return NULL;
}

static int load_pack(struct organisations *all, unsigned index,
    const struct log *log, struct err *err)
{
	const struct config_organisation *said =
	    &all->config->organisations[index];
	struct pack *pack;
	int rc;

	if (!*said->policy) {
		if (log)
			log_warning(log, "no_policy", LOG_ORGANISATION,
			    said->name, LOG_ERROR,
			    "set `policy` to the folder of a pack", NULL);
		return 0;
	}
	if ((all->packs[index] = find_shared(all, index, said->policy)))
		return 0;
	if ((rc = pack_load(said->policy, &pack, err)) < 0)
		return rc;
	all->packs[index] = pack;
	if (log)
		log_info(log, "policy_loaded", LOG_ORGANISATION, said->name,
		    LOG_PACK, pack_name(pack), NULL);
	return 0;
}

int organisations_load(const struct config *config, struct organisations *out,
    const struct log *log, struct err *err)
{
	struct organisations all = {.config = config};
	unsigned i;
	int rc = 0;

	all.packs = calloc(config->organisations_count, sizeof(*all.packs));
	if (!all.packs)
		return err_memory(err);
	for (i = 0; rc == 0 && i < config->organisations_count; i++)
		rc = load_pack(&all, i, log, err);
	if (rc < 0) {
		organisations_clear(&all);
		return rc;
	}
	*out = all;
	return 0;
}

/* ---- rows ---- */

struct find {
	const struct config_organisation *said;
	struct organisation row;
	unsigned matches;
};

/* Made before organisations had short names. */
static int note_unnamed(void *arg, const struct organisation *row)
{
	struct find *find = arg;

	if (row->slug[0] ||
	    (*find->said->id && strcmp(row->name, find->said->name) != 0))
		return 0;
	find->row = *row;
	find->matches++;
	return 0;
}

static int find_row(struct txn *txn, const struct config_organisation *said,
    struct organisation *out, struct err *err)
{
	struct find find = {.said = said};
	struct err ignored;
	int rc = store_organisation_find_slug(txn, said->id, out, &ignored);

	if (rc == 0 || rc != -ERR_NOT_FOUND)
		return rc == 0 ? 0
		               : err_set(err, ignored.code, "%s", ignored.text);
	rc = store_organisation_each(txn, note_unnamed, &find, err);
	if (rc < 0)
		return rc;
	if (find.matches == 0)
		return -ERR_NOT_FOUND;
	if (find.matches > 1)
		return err_set(err, ERR_CONFLICT,
		    "the database has several organisations: list them under "
		    "`organisations`");
	*out = find.row;
	return 0;
}

struct make {
	const struct config *config;
	const struct clock *clock;
	const struct rng *rng;
};

static int make_row(struct txn *txn, const struct make *make,
    const struct config_organisation *said, struct err *err)
{
	struct organisation row = {.created_at = clock_now(make->clock)};
	char topic[STORE_ID];

	uuid_make(row.created_at, make->rng, row.id);
	uuid_make(row.created_at, make->rng, topic);
	COPY(row.name, said->name);
	COPY(row.slug, said->id);
	/* Apple's form; a push certificate brings its own (docs/quickstart). */
	(void)snprintf(
	    row.topic, sizeof(row.topic), "com.apple.mgmt.External.%s", topic);
	return store_organisation_save(txn, &row, err);
}

static int make_rows(struct txn *txn, void *arg, struct err *err)
{
	const struct make *make = arg;
	struct organisation found;
	unsigned i;
	int rc = 0;

	for (i = 0; rc == 0 && i < make->config->organisations_count; i++) {
		rc =
		    find_row(txn, &make->config->organisations[i], &found, err);
		if (rc == -ERR_NOT_FOUND)
			rc = make_row(
			    txn, make, &make->config->organisations[i], err);
	}
	return rc;
}

int organisations_make(const struct config *config, struct store *store,
    const struct clock *clock, const struct rng *rng, struct err *err)
{
	struct make make = {config, clock, rng};

	return store_write(store, make_rows, &make, err);
}

/* ---- tenants ---- */

static void describe(struct organisation *row,
    const struct config_organisation *said, const struct pack *pack)
{
	COPY(row->name, said->name);
	COPY(row->slug, said->id);
	COPY(row->pack, pack ? pack_name(pack) : "");
	COPY(row->language,
	    *said->language ? said->language
	        : pack      ? pack_language_at(pack, 0)
	                    : "sv");
	COPY(row->country, pack ? pack_country_name(pack_country(pack)) : "SE");
	COPY(row->time_zone, pack ? pack_time_zone(pack) : "Europe/Stockholm");
}

static bool is_alike(const struct organisation *a, const struct organisation *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->slug, b->slug) == 0 &&
	    strcmp(a->pack, b->pack) == 0 &&
	    strcmp(a->language, b->language) == 0 &&
	    strcmp(a->country, b->country) == 0 &&
	    strcmp(a->time_zone, b->time_zone) == 0;
}

static int open_one(struct txn *txn, const struct organisations *all,
    unsigned index, struct organisation *out, struct err *err)
{
	const struct config_organisation *said =
	    &all->config->organisations[index];
	struct organisation was;
	int rc = find_row(txn, said, &was, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND,
		    "the database has no organisation \"%.100s\"; "
		    "`workphone-server init` makes it",
		    said->name);
	if (rc < 0)
		return rc;
	*out = was;
	describe(out, said, all->packs[index]);
	return is_alike(out, &was) ? 0 : store_organisation_save(txn, out, err);
}

static int open_all(struct txn *txn, void *arg, struct err *err)
{
	struct organisations *all = arg;
	unsigned i;
	int rc = 0;

	for (i = 0; rc == 0 && i < all->config->organisations_count; i++) {
		rc = open_one(txn, all, i, &all->tenants[i].organisation, err);
		all->tenants[i].pack = all->packs[i];
	}
	return rc;
}

static int by_id(const void *a, const void *b)
{
	const struct tenant *first = a;
	const struct tenant *second = b;

	return strcmp(first->organisation.id, second->organisation.id);
}

int organisations_open(
    struct organisations *all, struct store *store, struct err *err)
{
	size_t count = all->config->organisations_count;
	int rc;

	all->tenants = calloc(count, sizeof(*all->tenants));
	if (!all->tenants)
		return err_memory(err);
	all->tenant_count = count;
	rc = store_write(store, open_all, all, err);
	if (rc == 0)
		qsort(all->tenants, count, sizeof(*all->tenants), by_id);
	return rc;
}

void organisations_clear(struct organisations *all)
{
	size_t i;

	for (i = 0; i < all->tenant_count; i++) {
		policy_profile_free(all->tenants[i].profile);
		policy_profile_free(all->tenants[i].supervised);
		service_policies_retired_free(&all->tenants[i]);
	}
	free(all->tenants);
	for (i = 0; all->packs && i < all->config->organisations_count; i++)
		if (!find_shared(
		        all, (unsigned)i, all->config->organisations[i].policy))
			pack_free(all->packs[i]);
	free(all->packs);
	*all = (struct organisations){.config = NULL};
}
