/* Receipts as they are listed and found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/receipt/receipt_issue.h"
#include "server/service/service.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

struct look {
	const struct actor *actor;
	const char *what;
	const struct receipt_filter *filter;
	service_receipt_fn *fn;
	void *arg;
	struct receipt_view *view;
	struct txn *txn;
};

static void view_fill(
    struct txn *txn, const struct receipt_row *row, struct receipt_view *view)
{
	struct person_row person;
	struct device device;

	*view = (struct receipt_view){.row = *row};
	receipt_number_text(row, view->number);
	if (row->person_id[0] &&
	    store_person_load(
	        txn, row->org_id, row->person_id, &person, NULL) == 0)
		COPY(view->person_name, person.name);
	if (row->device_id[0] &&
	    store_device_load_of(
	        txn, row->org_id, row->device_id, &device, NULL) == 0)
		COPY(view->device_serial, device.serial);
}

/* "2026-17" */
static bool number_parse(const char *what, int64_t *year, int64_t *running)
{
	char *end = NULL;

	if (what[0] < '0' || what[0] > '9' || strlen(what) > 20)
		return false;
	*year = strtoll(what, &end, 10);
	if (*end != '-' || end[1] < '0' || end[1] > '9')
		return false;
	*running = strtoll(end + 1, &end, 10);
	return *end == '\0';
}

static int load(struct txn *txn, void *arg, struct err *err)
{
	struct look *look = arg;
	const char *org_id = look->actor->org_id;
	struct receipt_row row;
	int64_t year = 0;
	int64_t running = 0;
	int rc;

	if (number_parse(look->what, &year, &running))
		rc = store_receipt_find_number(
		    txn, org_id, year, running, &row, err);
	else
		rc = store_receipt_load(txn, org_id, look->what, &row, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no receipt %.40s",
		    look->what);
	if (rc == 0)
		view_fill(txn, &row, look->view);
	return rc;
}

int service_receipt_load(struct service *service, const struct actor *actor,
    const char *what, struct receipt_view *out, struct err *err)
{
	struct look look = {.actor = actor, .what = what, .view = out};

	return store_read(service->store, load, &look, err);
}

static int on_row(void *arg, const struct receipt_row *row)
{
	struct look *look = arg;
	struct receipt_view view;

	view_fill(look->txn, row, &view);
	return look->fn(look->arg, &view);
}

static int each(struct txn *txn, void *arg, struct err *err)
{
	struct look *look = arg;
	int rc;

	look->txn = txn;
	rc = store_receipt_each(
	    txn, look->actor->org_id, look->filter, on_row, look, err);
	return rc < 0 ? rc : 0;
}

int service_receipt_each(struct service *service, const struct actor *actor,
    const struct receipt_filter *filter, service_receipt_fn *fn, void *arg,
    struct err *err)
{
	struct look look = {
	    .actor = actor, .filter = filter, .fn = fn, .arg = arg};

	return store_read(service->store, each, &look, err);
}
