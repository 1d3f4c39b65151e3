/* A one-time link to one task's page, for the person the task was put to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/service/page/page_link.h"

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/digest.h"
#include "server/service/service.h"
#include "server/service/task/task_world.h"

struct making {
	const struct task_world *world;
	const char *task_id;
	struct page_link_row row;
};

/* Whoever has the link answers in that person's name. */
static int note_made(
    struct txn *txn, const struct making *making, struct err *err)
{
	const struct page_link_row *row = &making->row;
	char until[TIME_TEXT_MAX];
	struct audit_note note = {
	    .action = AUDIT_PAGE_LINK_MADE,
	    .org_id = row->org_id,
	    .by = row->created_by,
	    .subject_kind = "page_link",
	    .subject_id = row->id,
	    .person_id = row->person_id,
	    .params = {{"task", row->task_id}, {"expires_at", until}},
	};

	time_rfc3339(row->expires_at, until);
	return audit_write(txn, making->world->service, &note, err);
}

static int save_link(struct txn *txn, void *arg, struct err *err)
{
	struct making *making = arg;
	struct page_link_row *row = &making->row;
	struct task_row task;
	int rc = store_task_load(
	    txn, making->world->org_id, making->task_id, &task, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "no such task");
	if (rc < 0)
		return rc;
	if (!task_is_open(task.state))
		return err_set(err, ERR_CONFLICT, "this task is %s already",
		    task_state_name(task.state));
	if (!*task.person_id)
		return err_set(err, ERR_CONFLICT,
		    "nobody is to do this task yet: no unit from here to the "
		    "top has a manager");
	(void)str_copy(row->task_id, sizeof(row->task_id), task.id);
	(void)str_copy(row->person_id, sizeof(row->person_id), task.person_id);
	(void)str_copy(row->order_id, sizeof(row->order_id), task.order_id);
	if (task.expires_at && row->expires_at > task.expires_at)
		row->expires_at = task.expires_at;
	rc = store_page_link_save(txn, row, err);
	return rc < 0 ? rc : note_made(txn, making, err);
}

static void view_set(
    const struct page_link_row *row, struct page_link_view *out)
{
	memset(out, 0, sizeof(*out));
	(void)str_copy(out->id, sizeof(out->id), row->id);
	(void)str_copy(out->task_id, sizeof(out->task_id), row->task_id);
	(void)str_copy(out->person_id, sizeof(out->person_id), row->person_id);
	(void)str_copy(
	    out->created_by, sizeof(out->created_by), row->created_by);
	out->created_at = row->created_at;
	out->expires_at = row->expires_at;
	out->used_at = row->used_at;
}

static int row_init(struct making *making, const char *by, int64_t valid_ms,
    char token[PAGE_LINK_TOKEN_MAX])
{
	const struct task_world *world = making->world;
	struct page_link_row *row = &making->row;
	uint8_t random[PAGE_LINK_TOKEN_BYTES];

	row->created_at = world->now;
	row->expires_at =
	    world->now + (valid_ms ? valid_ms : PAGE_LINK_VALID_DEFAULT_MS);
	uuid_make(world->now, world->service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), world->org_id);
	(void)str_copy(row->page, sizeof(row->page), "task");
	(void)str_copy(row->created_by, sizeof(row->created_by), by);
	rng_fill(world->service->rng, random, sizeof(random));
	str_hex(token, random, sizeof(random));
	digest_sha256(token, strlen(token), row->token_sha256);
	return 0;
}

int service_page_link_create(struct service *service, const struct actor *actor,
    const char *task_id, int64_t valid_ms, struct page_link_view *out,
    char **url, struct err *err)
{
	struct task_world world;
	struct making making = {.world = &world, .task_id = task_id};
	char token[PAGE_LINK_TOKEN_MAX];
	char *text = NULL;
	int rc;

	if (valid_ms < 0 || valid_ms > PAGE_LINK_VALID_MAX_MS)
		return err_set(
		    err, ERR_INVALID, "a link is valid for at most 90 days");
	if (!*service->office_url)
		return err_set(err, ERR_CONFLICT,
		    "the configuration has no office_url: links would lead "
		    "nowhere");
	rc = task_world_init(service, actor->org_id, &world, err);
	if (rc == 0)
		rc = row_init(&making, actor->name, valid_ms, token);
	if (rc < 0)
		return rc;
	if (asprintf(&text, "%s/t/%s", service->office_url, token) < 0)
		return err_memory(err);
	rc = store_write(service->store, save_link, &making, err);
	if (rc < 0) {
		free(text);
		return rc;
	}
	log_info(service->log, "page_link_created", LOG_LINK, making.row.id,
	    LOG_TASK, task_id, LOG_USER, actor->name, NULL);
	view_set(&making.row, out);
	*url = text;
	return 0;
}

int page_link_make(struct txn *txn, const struct task_world *world,
    const char *by, const char *task_id, int64_t valid_ms,
    char token[PAGE_LINK_TOKEN_MAX], struct err *err)
{
	struct making making = {.world = world, .task_id = task_id};
	int rc = row_init(&making, by,
	    valid_ms ? valid_ms : PAGE_LINK_VALID_DEFAULT_MS, token);

	return rc < 0 ? rc : save_link(txn, &making, err);
}

/* ---- taking back ---- */

#define REVOKED_MAX 32 /* links of one maker to one task; more wait */

struct revoking {
	const char *by;
	struct page_link_row rows[REVOKED_MAX];
	size_t count;
};

static int note_link(void *arg, const struct page_link_row *row)
{
	struct revoking *revoking = arg;

	if (strcmp(row->created_by, revoking->by) != 0 || row->used_at ||
	    row->opened_at || row->revoked_at)
		return 0;
	revoking->rows[revoking->count++] = *row;
	return revoking->count == REVOKED_MAX;
}

int page_link_revoke(struct txn *txn, const struct task_world *world,
    const char *by, const char *task_id, struct err *err)
{
	struct revoking revoking = {.by = by};
	size_t i;
	int rc = store_page_link_each_task(
	    txn, world->org_id, task_id, note_link, &revoking, err);

	for (i = 0; rc >= 0 && i < revoking.count; i++) {
		revoking.rows[i].revoked_at = world->now;
		rc = store_page_link_save(txn, &revoking.rows[i], err);
	}
	return rc < 0 ? rc : 0;
}
