#include "server/service/mdm/order_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/service.h"

/*
 * Milliseconds and a 12-bit counter in one number that only grows: ids sort as
 * they were made, more than 4,096 of one millisecond too.
 */
static uint64_t next_tick(struct service *service, int64_t now)
{
	uint_fast64_t last = atomic_load(&service->order_ticks);
	uint_fast64_t next;

	do {
		next = (uint64_t)now << 12;
		if (next <= last)
			next = last + 1;
	} while (
	    !atomic_compare_exchange_weak(&service->order_ticks, &last, next));
	return next;
}

void order_init(struct order *order, struct service *service,
    const char *request_type, const char *purpose, int64_t now)
{
	uint64_t tick;

	*order = (struct order){
	    .request_type = request_type,
	    .rule = ORDER_SUPERSEDE,
	    .priority = COMMAND_PRIORITY_QUERY,
	    .ordered_by = "policy",
	    .reason = "",
	    .now = now,
	};
	(void)snprintf(order->purpose, sizeof(order->purpose), "%s", purpose);
	tick = next_tick(service, now);
	uuid_make_ordered((int64_t)(tick >> 12), (unsigned)(tick & 0xfff),
	    service->rng, order->id);
}

void order_clear(struct order *order)
{
	buf_clear(&order->payload);
}

int order_apply(struct txn *txn, struct command *command,
    enum command_event event, const char *result, int64_t now, struct err *err)
{
	enum command_state next;

	if (command_next(command->state, event, &next) < 0)
		return err_set(err, ERR_CONFLICT, "the command is %s already",
		    command_state_name(command->state));
	command->state = next;
	if (result)
		(void)snprintf(
		    command->result, sizeof(command->result), "%s", result);
	if (!command_is_open(next))
		command->closed_at = now;
	return store_command_update(txn, command, err);
}

/* Rows are collected first: a walk must not change what it walks over. */
struct rows {
	struct command *items;
	size_t count;
	size_t cap;
};

static int collect(void *arg, const struct command *row)
{
	struct rows *rows = arg;
	struct command *items;

	if (rows->count == rows->cap) {
		rows->cap = rows->cap ? rows->cap * 2 : 8;
		items = realloc(rows->items, rows->cap * sizeof(*items));
		if (!items)
			return -(int)ERR_MEMORY;
		rows->items = items;
	}
	rows->items[rows->count++] = *row;
	return 0;
}

static int close_rows(struct txn *txn, const struct command_filter *filter,
    enum command_event event, const char *result, const char *except_id,
    int64_t now, struct err *err)
{
	struct rows rows = {0};
	size_t i;
	int rc = store_command_each(txn, filter, collect, &rows, err);

	for (i = 0; rc == 0 && i < rows.count; i++) {
		if (except_id && strcmp(rows.items[i].id, except_id) == 0)
			continue;
		rc = order_apply(txn, &rows.items[i], event, result, now, err);
	}
	free(rows.items);
	return rc;
}

int order_close_all(struct txn *txn, const char *org_id, const char *life_id,
    enum command_event event, const char *result, const char *except_id,
    int64_t now, struct err *err)
{
	struct command_filter filter = {
	    .org_id = org_id, .life_id = life_id, .only_open = true};

	return close_rows(txn, &filter, event, result, except_id, now, err);
}

static int is_any(void *arg, const struct command *row)
{
	(void)row;
	*(bool *)arg = true;
	return 0;
}

static void fill_command(struct command *row, const struct order *order,
    const char *org_id, const char *device_id, const char *life_id)
{
	*row = (struct command){
	    .state = COMMAND_QUEUED,
	    .priority = order->priority,
	    .created_at = order->now,
	    .not_before = order->not_before,
	    .expires_at = order->expires_at,
	};
	(void)snprintf(row->id, sizeof(row->id), "%s", order->id);
	(void)snprintf(row->org_id, sizeof(row->org_id), "%s", org_id);
	(void)snprintf(row->device_id, sizeof(row->device_id), "%s", device_id);
	(void)snprintf(row->life_id, sizeof(row->life_id), "%s", life_id);
	(void)snprintf(row->request_type, sizeof(row->request_type), "%s",
	    order->request_type);
	(void)snprintf(
	    row->purpose, sizeof(row->purpose), "%s", order->purpose);
	(void)snprintf(
	    row->ordered_by, sizeof(row->ordered_by), "%s", order->ordered_by);
	(void)snprintf(row->reason, sizeof(row->reason), "%s", order->reason);
}

int order_queue(struct txn *txn, struct order *order, const char *org_id,
    const char *device_id, const char *life_id, struct err *err)
{
	struct command_filter same = {
	    .org_id = org_id,
	    .life_id = life_id,
	    .purpose = order->purpose,
	    .only_open = true,
	};
	struct command row;
	bool is_open = false;
	int rc;

	order->was_queued = false;
	if (order->rule == ORDER_KEEP) {
		rc = store_command_each(txn, &same, is_any, &is_open, err);
		if (rc < 0 || is_open)
			return rc;
	} else {
		rc = close_rows(txn, &same, COMMAND_EVENT_SUPERSEDE,
		    "replaced by a newer command", NULL, order->now, err);
		if (rc < 0)
			return rc;
	}
	fill_command(&row, order, org_id, device_id, life_id);
	rc = store_command_insert(
	    txn, &row, order->payload.data, order->payload.len, err);
	order->was_queued = rc == 0;
	return rc;
}
