#include "server/office/rate.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "proto/base/err.h"
#include "proto/base/uuid.h"

#define WAYS 8 /* places looked at for one key */
#define SALT 16
#define KEY_MAX 64

struct bucket {
	uint64_t key;    /* 0: free */
	int64_t full_at; /* Unix ms */
};

struct rate_table {
	struct rate_limit limit;
	uint8_t salt[SALT];
	pthread_mutex_t lock;
	size_t sets; /* a power of two */
	struct bucket buckets[];
};

int rate_table_new(size_t places, const struct rate_limit *limit,
    const struct rng *rng, struct rate_table **out, struct err *err)
{
	struct rate_table *table;
	size_t sets = 1;

	while (sets * WAYS < places)
		sets *= 2;
	table = calloc(1, sizeof(*table) + sets * WAYS * sizeof(struct bucket));
	if (!table)
		return err_memory(err);
	table->limit = *limit;
	table->sets = sets;
	rng_fill(rng, table->salt, sizeof(table->salt));
	(void)pthread_mutex_init(&table->lock, NULL);
	*out = table;
	return 0;
}

void rate_table_free(struct rate_table *table)
{
	if (!table)
		return;
	(void)pthread_mutex_destroy(&table->lock);
	free(table);
}

/* Longer keys share what their first part says. */
static uint64_t key_hash(const struct rate_table *table, const char *key)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	uint8_t text[SALT + KEY_MAX];
	size_t len = strnlen(key, KEY_MAX);
	uint64_t hash;

	memcpy(text, table->salt, SALT);
	memcpy(text + SALT, key, len);
	(void)SHA256(text, SALT + len, digest);
	memcpy(&hash, digest, sizeof(hash));
	return hash ? hash : 1;
}

/* The key's bucket, or the one to be used for it. */
static struct bucket *bucket_find(struct rate_table *table, uint64_t key)
{
	struct bucket *set = &table->buckets[(key & (table->sets - 1)) * WAYS];
	struct bucket *fullest = set;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].full_at < fullest->full_at)
			fullest = &set[i];
	}
	return fullest;
}

static int64_t rate_ask(
    struct rate_table *table, const char *text, int64_t now, bool takes)
{
	uint64_t key = key_hash(table, text);
	int64_t interval = table->limit.interval_ms;
	int64_t depth = interval * (int64_t)table->limit.burst;
	int64_t full_at = now;
	int64_t wait = 0;
	struct bucket *bucket;

	(void)pthread_mutex_lock(&table->lock);
	bucket = bucket_find(table, key);
	if (bucket->key == key && bucket->full_at > now)
		full_at = bucket->full_at;
	if (full_at > now + depth) /* the clock went back */
		full_at = now + depth;
	if (full_at + interval > now + depth)
		wait = full_at + interval - now - depth;
	else if (takes)
		*bucket = (struct bucket){key, full_at + interval};
	(void)pthread_mutex_unlock(&table->lock);
	return wait;
}

int64_t rate_take(struct rate_table *table, const char *key, int64_t now)
{
	return rate_ask(table, key, now, true);
}

int64_t rate_look(struct rate_table *table, const char *key, int64_t now)
{
	return rate_ask(table, key, now, false);
}
