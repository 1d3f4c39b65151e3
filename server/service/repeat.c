#include "server/service/repeat.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/service/service.h"

#define PURGE_ROUND 500

struct beginning {
	const struct idempotency_row *wanted;
	struct idempotency_row found;
	uint8_t *body; /* owned */
	size_t body_len;
	bool was_there;
};

static int begin(struct txn *txn, void *arg, struct err *err)
{
	struct beginning *beginning = arg;
	const struct idempotency_row *row = beginning->wanted;
	int rc;

	free(beginning->body);
	beginning->body = NULL;
	rc = store_idempotency_load(txn, row->org_id, row->caller, row->key,
	    &beginning->found, &beginning->body, &beginning->body_len, NULL);
	if (rc == 0 && beginning->found.expires_at <= row->created_at) {
		rc = store_idempotency_delete(
		    txn, row->org_id, row->caller, row->key, err);
		if (rc == 0)
			rc = -(int)ERR_NOT_FOUND;
	}
	beginning->was_there = rc == 0;
	if (rc != -ERR_NOT_FOUND)
		return rc;
	return store_idempotency_insert(txn, row, err);
}

static int found_check(const struct beginning *beginning, struct err *err)
{
	if (strcmp(beginning->found.request_sha256,
	        beginning->wanted->request_sha256) != 0)
		return err_set(err, ERR_UNSUPPORTED,
		    "this Idempotency-Key was used for another request");
	if (beginning->found.status == 0)
		return err_set(err, ERR_CONFLICT,
		    "the request with this Idempotency-Key is still at work, "
		    "or the server stopped under it: look what has become of "
		    "it");
	return 1;
}

int service_repeat_begin(struct service *service, struct idempotency_row *row,
    struct buf *body, struct err *err)
{
	struct beginning beginning = {.wanted = row};
	int rc = store_write(service->store, begin, &beginning, err);

	if (rc == 0 && beginning.was_there)
		rc = found_check(&beginning, err);
	if (rc > 0) {
		*row = beginning.found;
		buf_append(body, beginning.body, beginning.body_len);
	}
	free(beginning.body);
	return rc;
}

struct ending {
	const struct idempotency_row *row;
	const struct buf *body;
};

static int end(struct txn *txn, void *arg, struct err *err)
{
	struct ending *ending = arg;
	const struct idempotency_row *row = ending->row;

	if (row->status < 200 || row->status > 299)
		return store_idempotency_delete(
		    txn, row->org_id, row->caller, row->key, err);
	return store_idempotency_finish(txn, row,
	    ending->body ? ending->body->data : NULL,
	    ending->body ? ending->body->len : 0, err);
}

int service_repeat_end(struct service *service,
    const struct idempotency_row *row, const struct buf *body, struct err *err)
{
	struct ending ending = {row, body};

	return store_write(service->store, end, &ending, err);
}

struct purge {
	int64_t now;
	int removed;
};

static int purge(struct txn *txn, void *arg, struct err *err)
{
	struct purge *round = arg;

	return store_idempotency_purge(
	    txn, round->now, PURGE_ROUND, &round->removed, err);
}

int service_repeat_purge(struct service *service, struct err *err)
{
	struct purge round = {.now = clock_now(service->clock)};
	int rc;

	if (round.now < service->repeat_purge_at)
		return 0; /* an idle server does not write every tick */
	service->repeat_purge_at = round.now + TIME_HOUR_MS;
	do {
		round.removed = 0;
		rc = store_write(service->store, purge, &round, err);
	} while (rc == 0 && round.removed == PURGE_ROUND);
	return rc;
}
