/* When each token was used last: in memory, written in batches. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/api_token.h"
#include "server/service/service.h"

/* Tokens in use since the start; there are tens, not thousands. */
#define USES_MAX 1024
#define BATCH 64
/* A token in steady use is written no more often. */
#define WRITE_EVERY_MS TIME_MINUTE_MS

struct token_use {
	char token_sha256[STORE_SHA256];
	char id[STORE_ID];
	char org_id[STORE_ID];
	int64_t at;
	int64_t saved_at;
};

struct token_uses {
	pthread_mutex_t lock;
	size_t count;
	struct token_use rows[USES_MAX];
};

int token_uses_new(struct token_uses **out, struct err *err)
{
	struct token_uses *uses = calloc(1, sizeof(*uses));

	if (!uses)
		return err_memory(err);
	(void)pthread_mutex_init(&uses->lock, NULL);
	*out = uses;
	return 0;
}

void token_uses_free(struct token_uses *uses)
{
	if (!uses)
		return;
	(void)pthread_mutex_destroy(&uses->lock);
	free(uses);
}

static struct token_use *use_find(
    struct token_uses *uses, const char *token_sha256)
{
	size_t i;

	for (i = 0; i < uses->count; i++)
		if (strcmp(uses->rows[i].token_sha256, token_sha256) == 0)
			return &uses->rows[i];
	return NULL;
}

void token_uses_touch(
    struct token_uses *uses, const struct api_token_row *row, int64_t at)
{
	struct token_use *use;

	if (!uses)
		return;
	(void)pthread_mutex_lock(&uses->lock);
	use = use_find(uses, row->token_sha256);
	if (!use && uses->count < USES_MAX) {
		use = &uses->rows[uses->count++];
		memcpy(use->token_sha256, row->token_sha256, STORE_SHA256);
		memcpy(use->id, row->id, STORE_ID);
		memcpy(use->org_id, row->org_id, STORE_ID);
	}
	if (use && at > use->at)
		use->at = at;
	(void)pthread_mutex_unlock(&uses->lock);
}

bool token_uses_has(struct token_uses *uses, const char *token_sha256)
{
	bool has;

	if (!uses)
		return false;
	(void)pthread_mutex_lock(&uses->lock);
	has = use_find(uses, token_sha256) != NULL;
	(void)pthread_mutex_unlock(&uses->lock);
	return has;
}

struct use_batch {
	struct token_use rows[BATCH];
	size_t count;
};

/* Marks as saved what it takes: one that fails is written a minute later. */
static void batch_take(struct token_uses *uses, struct use_batch *batch)
{
	size_t i;

	batch->count = 0;
	(void)pthread_mutex_lock(&uses->lock);
	for (i = 0; i < uses->count && batch->count < BATCH; i++) {
		struct token_use *use = &uses->rows[i];

		if (use->at == use->saved_at ||
		    (use->saved_at && use->at < use->saved_at + WRITE_EVERY_MS))
			continue;
		use->saved_at = use->at;
		batch->rows[batch->count++] = *use;
	}
	(void)pthread_mutex_unlock(&uses->lock);
}

static int batch_save(struct txn *txn, void *arg, struct err *err)
{
	struct use_batch *batch = arg;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < batch->count; i++) {
		rc = store_api_token_touch(txn, batch->rows[i].org_id,
		    batch->rows[i].id, batch->rows[i].at, err);
		if (rc == -ERR_NOT_FOUND)
			rc = 0; /* it is gone meanwhile */
	}
	return rc;
}

int service_token_uses_flush(struct service *service, struct err *err)
{
	struct use_batch batch;
	int rc = 0;

	if (!service->token_uses)
		return 0;
	do {
		batch_take(service->token_uses, &batch);
		if (batch.count > 0)
			rc = store_write(
			    service->store, batch_save, &batch, err);
	} while (rc == 0 && batch.count == BATCH);
	return rc;
}
