/* Checkpoints: the keeper signs how far each organisation's log has come. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/str.h"
#include "server/keeper/keeper.h"
#include "server/service/audit/audit_lines.h"
#include "server/service/audit/audit_log.h"

struct due {
	struct audit_checkpoint row; /* what is to be signed */
	int64_t now;
	bool is_new; /* some of it is not signed */
	bool is_due;
};

/* A clock that was set back makes one due, too. */
static bool is_due(const struct due *due, const struct audit_checkpoint *last)
{
	return due->is_new &&
	    (due->row.seq - last->seq >= AUDIT_CHECKPOINT_ENTRIES ||
	        due->now - last->at >= AUDIT_CHECKPOINT_MS ||
	        due->now < last->at);
}

static int due_read(struct txn *txn, void *arg, struct err *err)
{
	struct due *due = arg;
	struct audit_checkpoint last = {.seq = 0};
	struct audit_head head;
	int rc = store_audit_head_load(txn, due->row.org_id, &head, err);

	if (rc < 0)
		return rc;
	rc = store_audit_checkpoint_load(txn, due->row.org_id, &last, err);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	due->row.seq = head.seq;
	memcpy(due->row.sha256, head.sha256, AUDIT_HASH);
	due->is_new = due->row.seq > last.seq;
	due->is_due = is_due(due, &last);
	return 0;
}

static int checkpoint_write(struct txn *txn, void *arg, struct err *err)
{
	return store_audit_checkpoint_insert(txn, arg, err);
}

/* The log goes to the journal: out of reach of whoever has the database. */
static void checkpoint_log(
    const struct service *service, const struct audit_checkpoint *row)
{
	struct buf line = {0};
	char seq[24];

	audit_lines_checkpoint(&line, row);
	if (line.failed || line.len == 0) {
		buf_clear(&line);
		return;
	}
	line.data[line.len - 1] = '\0'; /* its newline */
	(void)snprintf(seq, sizeof(seq), "%" PRId64, row->seq);
	log_info(service->log, "audit_checkpoint", LOG_ORGANISATION,
	    row->org_id, LOG_COUNT, seq, LOG_CHECKPOINT,
	    (const char *)line.data, NULL);
	buf_clear(&line);
}

static int checkpoint_sign(
    struct service *service, struct due *due, struct err *err)
{
	struct audit_checkpoint *row = &due->row;
	struct buf signature = {0};
	int rc;

	row->at = due->now;
	rc = keeper_sign_checkpoint(service->keeper, row->org_id, row->seq,
	    row->sha256, row->at, &signature, err);
	if (rc == 0 && signature.len > sizeof(row->signature))
		rc = err_set(err, ERR_INTERNAL, "a signature is too long");
	if (rc == 0) {
		memcpy(row->signature, signature.data, signature.len);
		row->signature_len = signature.len;
		rc = store_write(service->store, checkpoint_write, row, err);
	}
	buf_clear(&signature);
	/* Another round was faster: it is signed. */
	if (rc == -ERR_CONFLICT)
		return 0;
	if (rc == 0)
		checkpoint_log(service, row);
	return rc;
}

int service_audit_keep_going(struct service *service, struct err *err)
{
	struct due due = {.now = clock_now(service->clock)};
	size_t i;
	int rc = 0;

	if (!service->keeper)
		return 0;
	for (i = 0; rc == 0 && i < service->tenant_count; i++) {
		(void)str_copy(due.row.org_id, sizeof(due.row.org_id),
		    service->tenants[i].organisation.id);
		rc = store_read(service->store, due_read, &due, err);
		if (rc == 0 && due.is_due)
			rc = checkpoint_sign(service, &due, err);
	}
	return rc;
}

int audit_checkpoint_now(
    struct service *service, const char *org_id, struct err *err)
{
	struct due due = {.now = clock_now(service->clock)};
	int rc;

	if (!service->keeper)
		return 0;
	(void)str_copy(due.row.org_id, sizeof(due.row.org_id), org_id);
	rc = store_read(service->store, due_read, &due, err);
	return rc == 0 && due.is_new ? checkpoint_sign(service, &due, err) : rc;
}

struct newest {
	const char *org_id;
	struct audit_checkpoint *out;
};

static int newest_read(struct txn *txn, void *arg, struct err *err)
{
	struct newest *newest = arg;

	return store_audit_checkpoint_load(
	    txn, newest->org_id, newest->out, err);
}

int service_audit_checkpoint(struct service *service, const struct actor *actor,
    struct audit_checkpoint *out, struct err *err)
{
	struct newest newest = {actor->org_id, out};

	return store_read(service->store, newest_read, &newest, err);
}
