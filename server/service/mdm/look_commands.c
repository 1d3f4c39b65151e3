#include "server/service/mdm/look.h"

#include <string.h>

#include "proto/base/err.h"
#include "server/service/service.h"

struct commands_walk {
	struct txn *txn;
	struct command_filter filter;
	int limit;
	int count;
	bool more;
	service_command_fn *fn;
	void *arg;
	struct err *err;
	struct command_view view; /* its device is that of the row before */
};

/* Rows of one phone often follow each other: its record is read once then. */
static int command_device(struct commands_walk *walk, const char *device_id)
{
	struct device *device = &walk->view.device;

	if (strcmp(device->id, device_id) == 0)
		return 0;
	return store_device_load(walk->txn, device_id, device, walk->err);
}

static int on_command(void *arg, const struct command *row)
{
	struct commands_walk *walk = arg;
	int rc;

	if (walk->count++ >= walk->limit) {
		walk->more = true;
		return 0;
	}
	rc = command_device(walk, row->device_id);
	if (rc < 0)
		return rc;
	walk->view.command = *row;
	return walk->fn(walk->arg, &walk->view);
}

static int commands_read(struct txn *txn, void *arg, struct err *err)
{
	struct commands_walk *walk = arg;

	walk->txn = txn;
	walk->err = err;
	return store_command_each(txn, &walk->filter, on_command, walk, err);
}

int service_command_each(struct service *service, const struct actor *actor,
    const struct command_view_filter *filter, service_command_fn *fn, void *arg,
    bool *more, struct err *err)
{
	struct device device;
	struct commands_walk walk = {
	    .filter = {.org_id = actor->org_id,
	        .only_open = filter->only_open,
	        .limit = filter->limit + 1},
	    .limit = filter->limit,
	    .fn = fn,
	    .arg = arg,
	};
	int rc;

	if (filter->device) {
		rc = service_device_find(
		    service, actor, filter->device, &device, err);
		if (rc < 0)
			return rc;
		walk.filter.device_id = device.id;
	}
	rc = store_read(service->store, commands_read, &walk, err);
	if (rc == 0)
		*more = walk.more;
	return rc;
}

struct answers_walk {
	const char *org_id;
	const char *command_id;
	store_answer_fn *fn;
	void *arg;
};

static int answers_read(struct txn *txn, void *arg, struct err *err)
{
	struct answers_walk *walk = arg;
	struct command command;
	int rc;

	rc = store_command_load(txn, walk->command_id, &command, err);
	if (rc < 0)
		return rc;
	/* DESIGN invariant 8: another organisation's command is not there. */
	if (strcmp(command.org_id, walk->org_id) != 0)
		return err_set(err, ERR_NOT_FOUND, "there is no such command");
	return store_answer_each(
	    txn, walk->command_id, walk->fn, walk->arg, err);
}

int service_answer_each(struct service *service, const struct actor *actor,
    const char *command_id, store_answer_fn *fn, void *arg, struct err *err)
{
	struct answers_walk walk = {actor->org_id, command_id, fn, arg};

	return store_read(service->store, answers_read, &walk, err);
}
