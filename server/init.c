/*
 * init: a new organisation: configuration, keys, database. Each part that is
 * there already is left alone, so that it can be run again after a fault.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program/world.h"
#include "proto/base/err.h"
#include "server/config.h"
#include "server/keeper/keeper.h"
#include "server/organisations.h"
#include "server/paths.h"
#include "server/programs.h"
#include "server/store/store.h"

static void step(const char *what, const char *which)
{
	(void)printf("%s %s\n", what, which);
}

static int ensure_config(const struct options *options, struct err *err)
{
	const char *url = options->phones_url ? options->phones_url
	                                      : "https://localhost:8444";

	if (access(options->config, F_OK) == 0) {
		step("kept    ", options->config);
		return 0;
	}
	if (!options->organisation_name)
		return err_set(err, ERR_INVALID,
		    "a new organisation needs its name: "
		    "--organisation-name NAME");
	step("writing ", options->config);
	return config_write_template(
	    options->config, options->organisation_name, url, err);
}

static int ensure_folder(const char *path, struct err *err)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_set(
		    err, ERR_IO, "cannot make %s: %s", path, strerror(errno));
	return 0;
}

/* The host of the phones' address, when no --host was given. */
static int host_of_url(const char *url, char *out, size_t size)
{
	const char *host = url + strlen("https://");
	size_t len;

	if (*host == '[') {
		host++;
		len = strcspn(host, "]");
	} else {
		len = strcspn(host, ":");
	}
	if (len == 0 || len >= size)
		return -1;
	memcpy(out, host, len);
	out[len] = '\0';
	return 0;
}

/* Keys are never changed; a folder of an older version gets what it lacks. */
static int upgrade_keys(const struct config *config, struct err *err)
{
	bool made = false;
	int rc = keeper_upgrade(config->keys, config->organisation_name,
	    clock_now(world_clock()), &made, err);

	if (rc == 0 && made)
		(void)printf("%s got a supervision identity and a key for work "
		             "orders: the bench stations need them\n",
		    config->keys);
	else if (rc == 0)
		step("kept    ", config->keys);
	return rc;
}

static int ensure_keys(
    const struct options *options, const struct config *config, struct err *err)
{
	char path[PATHS_MAX];
	char host[256];
	const char *hosts[OPTION_VALUES_MAX + 1] = {host};
	size_t count = 1;
	size_t i;
	int rc = paths_join(path, config->keys, KEEPER_CA_CERTIFICATE, err);

	if (rc < 0)
		return rc;
	if (access(path, F_OK) == 0)
		return upgrade_keys(config, err);
	if (host_of_url(config->phones_url, host, sizeof(host)) < 0)
		return err_set(err, ERR_INVALID, "phones_url has no host");
	if (options->hosts[0])
		for (count = 0, i = 0; options->hosts[i]; i++)
			hosts[count++] = options->hosts[i];
	step("making  ", config->keys);
	return keeper_init(config->keys, config->organisation_name, hosts,
	    count, clock_now(world_clock()), err);
}

static int ensure_organisations(const struct config *config, const char *path,
    const struct log *log, struct err *err)
{
	struct store_config store_config = {
	    .path = path,
	    .readers = 1,
	    .queue_max = 16,
	    .log = log,
	    .clock = world_clock(),
	};
	struct store *store = NULL;
	int rc = store_open(&store_config, &store, err);

	if (rc < 0)
		return rc;
	rc = organisations_make(config, store, world_clock(), world_rng(), err);
	store_close(store);
	return rc;
}

static int ensure_database(
    const struct config *config, const struct log *log, struct err *err)
{
	char path[PATHS_MAX];
	int from = 0;
	int to = 0;
	int rc = ensure_folder(config->data, err);

	if (rc == 0)
		rc = paths_join(path, config->data, PATHS_DATABASE, err);
	if (rc == 0)
		rc = store_migrate(path, &from, &to, err);
	if (rc < 0)
		return rc;
	step(from == to ? "kept    " : "making  ", path);
	return ensure_organisations(config, path, log, err);
}

int program_init(const struct options *options)
{
	struct config *config = NULL;
	struct err err = {0};
	struct log log;
	int rc;

	world_log(&log, LOG_LEVEL_WARNING);
	if ((rc = ensure_config(options, &err)) == 0 &&
	    (rc = config_load(options->config, options->sets, &config, &err)) ==
	        0 &&
	    (rc = ensure_keys(options, config, &err)) == 0 &&
	    (rc = ensure_database(config, &log, &err)) == 0)
		(void)printf("ready: workphone-server serve --config %s\n",
		    options->config);
	config_free(config);
	return rc < 0 ? program_fail(&err) : EXIT_DONE;
}

int program_migrate(const struct options *options)
{
	struct config *config = NULL;
	struct err err = {0};
	char path[PATHS_MAX];
	int from = 0;
	int to = 0;
	int rc = config_load(options->config, options->sets, &config, &err);

	if (rc == 0)
		rc = upgrade_keys(config, &err);
	if (rc == 0)
		rc = paths_join(path, config->data, PATHS_DATABASE, &err);
	if (rc == 0)
		rc = store_migrate(path, &from, &to, &err);
	if (rc == 0 && from == to)
		(void)printf("the database is at schema %d already\n", to);
	else if (rc == 0)
		(void)printf(
		    "the database went from schema %d to %d\n", from, to);
	config_free(config);
	return rc < 0 ? program_fail(&err) : EXIT_DONE;
}
