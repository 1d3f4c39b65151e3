#include "server/store/store.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "server/store/checkpoint.h"
#include "server/store/db.h"
#include "server/store/readers.h"
#include "server/store/schema.h"
#include "server/store/txn.h"
#include "server/store/writer.h"

/* What a batch of a few hundred units touches. */
#define STORE_WRITER_CACHE_KIB 4096
/* 20,000 people, their employments and all that is noted of them: 60 MB. */
#define STORE_LARGE_CACHE_KIB (96 * 1024)
#define STORE_CHECKPOINT_CACHE_KIB 64
/* How long a backup or a migration of another process may hold the file. */
#define STORE_BUSY_MS 5000

struct store {
	struct readers *readers;
	struct writer *writer;
	struct checkpoint *checkpoint;
	atomic_uint_fast64_t reads;
};

static int check_schema(struct db *db, const char *path, struct err *err)
{
	int version = 0;
	int r = schema_version_load(db, &version, err);

	if (r < 0)
		return r;
	if (version < schema_latest())
		return err_set(err, ERR_CONFLICT,
		    "%s has schema %d, this program needs %d: "
		    "run `workphone-server migrate`",
		    path, version, schema_latest());
	if (version > schema_latest())
		return err_set(err, ERR_CONFLICT,
		    "%s has schema %d, this program knows up to %d: "
		    "use the newer program",
		    path, version, schema_latest());
	return 0;
}

static int open_db(
    const char *path, int cache_kib, struct db **out, struct err *err)
{
	struct db_config config = {
	    .path = path,
	    .mode = DB_WRITE,
	    .cache_kib = cache_kib,
	    .busy_ms = STORE_BUSY_MS,
	};

	return db_open(&config, out, err);
}

/* The writer's connection comes first: it recovers the log after a crash. */
static int open_parts(
    struct store *store, const struct store_config *config, struct err *err)
{
	struct db *writer = NULL;
	struct db *checkpoint = NULL;
	int r;

	r = open_db(config->path, STORE_WRITER_CACHE_KIB, &writer, err);
	if (r == 0)
		r = check_schema(writer, config->path, err);
	if (r == 0)
		r = open_db(
		    config->path, STORE_CHECKPOINT_CACHE_KIB, &checkpoint, err);
	if (r == 0)
		r = checkpoint_start(
		    checkpoint, config->log, &store->checkpoint, err);
	if (r == 0)
		r = readers_open(
		    config->path, config->readers, &store->readers, err);
	if (r < 0) {
		db_close(writer);
		return r;
	}
	return writer_start(
	    writer, store->checkpoint, config->queue_max, &store->writer, err);
}

int store_open(
    const struct store_config *config, struct store **out, struct err *err)
{
	struct store *store;
	int r;

	if (access(config->path, F_OK) < 0)
		return err_set(err, ERR_NOT_FOUND,
		    "there is no database at %s: run `workphone-server "
		    "init` or `workphone-server migrate`",
		    config->path);
	store = calloc(1, sizeof(*store));
	if (!store)
		return err_memory(err);
	r = open_parts(store, config, err);
	if (r < 0) {
		store_close(store);
		return r;
	}
	*out = store;
	return 0;
}

/*
 * The last connection to close brings the log in and removes it; one that only
 * reads could not.
 */
void store_close(struct store *store)
{
	if (!store)
		return;
	readers_close(store->readers);
	writer_stop(store->writer);
	checkpoint_stop(store->checkpoint);
	free(store);
}

int store_migrate(const char *path, int *from, int *to, struct err *err)
{
	struct db_config config = {
	    .path = path,
	    .mode = DB_CREATE,
	    .cache_kib = STORE_WRITER_CACHE_KIB,
	    .busy_ms = STORE_BUSY_MS,
	};
	struct db *db = NULL;
	int r = db_open(&config, &db, err);

	if (r == 0)
		r = schema_upgrade(db, from, to, err);
	db_close(db);
	return r;
}

int store_write(struct store *store, store_fn *fn, void *arg, struct err *err)
{
	return writer_run(store->writer, fn, arg, false, err);
}

int store_write_repeatable(
    struct store *store, store_fn *fn, void *arg, struct err *err)
{
	return writer_run(store->writer, fn, arg, true, err);
}

int store_read(struct store *store, store_fn *fn, void *arg, struct err *err)
{
	struct txn txn = {.db = readers_take(store->readers)};
	int r = db_begin_read(txn.db, err);

	if (r == 0)
		r = fn(&txn, arg, err);
	db_rollback(txn.db);
	readers_give(store->readers, txn.db);
	atomic_fetch_add(&store->reads, 1);
	return r;
}

void store_txn_is_large(struct txn *txn)
{
	db_cache(txn->db, STORE_LARGE_CACHE_KIB);
}

uint64_t store_retirements(const struct store *store)
{
	return writer_retirements(store->writer);
}

void store_stats(const struct store *store, struct store_stats *out)
{
	memset(out, 0, sizeof(*out));
	writer_stats(store->writer, out);
	out->reads = atomic_load(&store->reads);
}
