#include "server/store/readers.h"

#include <pthread.h>
#include <stdlib.h>

#include "proto/base/err.h"
#include "server/store/db.h"

/* Pages of one reader: the inner pages of every tree and some leaves. */
#define READERS_CACHE_KIB 1024
/* Only ever met while the log is recovered after a crash. */
#define READERS_BUSY_MS 5000
#define READERS_MAX 64

struct readers {
	pthread_mutex_t lock;
	pthread_cond_t given;
	unsigned free;  /* how many stand in idle[] */
	unsigned count; /* how many there are */
	/* The last given back is taken first: its pages are still warm. */
	struct db *idle[READERS_MAX];
};

int readers_open(
    const char *path, unsigned count, struct readers **out, struct err *err)
{
	struct db_config config = {
	    .path = path,
	    .mode = DB_READ,
	    .cache_kib = READERS_CACHE_KIB,
	    .busy_ms = READERS_BUSY_MS,
	};
	struct readers *readers = NULL;
	int r = 0;

	if (count < 1 || count > READERS_MAX)
		return err_set(err, ERR_LIMIT,
		    "read connections must be 1 to %d, not %u", READERS_MAX,
		    count);
	readers = calloc(1, sizeof(*readers));
	if (!readers)
		return err_memory(err);
	(void)pthread_mutex_init(&readers->lock, NULL);
	(void)pthread_cond_init(&readers->given, NULL);
	while (r == 0 && readers->count < count) {
		r = db_open(&config, &readers->idle[readers->count], err);
		if (r == 0)
			readers->free = ++readers->count;
	}
	if (r < 0) {
		readers_close(readers);
		return r;
	}
	*out = readers;
	return 0;
}

void readers_close(struct readers *readers)
{
	if (!readers)
		return;
	while (readers->free > 0)
		db_close(readers->idle[--readers->free]);
	(void)pthread_cond_destroy(&readers->given);
	(void)pthread_mutex_destroy(&readers->lock);
	free(readers);
}

struct db *readers_take(struct readers *readers)
{
	struct db *db;

	(void)pthread_mutex_lock(&readers->lock);
	while (readers->free == 0)
		(void)pthread_cond_wait(&readers->given, &readers->lock);
	db = readers->idle[--readers->free];
	(void)pthread_mutex_unlock(&readers->lock);
	return db;
}

void readers_give(struct readers *readers, struct db *db)
{
	(void)pthread_mutex_lock(&readers->lock);
	readers->idle[readers->free++] = db;
	(void)pthread_cond_signal(&readers->given);
	(void)pthread_mutex_unlock(&readers->lock);
}
