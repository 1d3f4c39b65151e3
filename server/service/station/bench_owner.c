/*
 * Whose the phones at a bench are. Told to the station that has reported, under
 * its signature, that the phone hangs there now: what it asked for is on record
 * and a stolen certificate does not leaf through the register.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/station/bench.h"

struct asked {
	const struct station_row *station;
	const struct station_phone *phones;
	size_t count;
	struct station_work *work;
};

static bool hangs_here(struct txn *txn, const struct station_row *station,
    const struct station_phone *phone)
{
	struct bench_phone *seen = malloc(sizeof(*seen)); /* holds its facts */
	bool here = seen &&
	    store_bench_phone_load(
	        txn, station->org_id, phone->udid, seen, NULL) == 0 &&
	    seen->is_attached && strcmp(seen->station_id, station->id) == 0;

	free(seen);
	return here;
}

struct waiting {
	struct txn *txn;
	struct station_owner *owner;
};

/* One that is to be enrolled is already somebody's. */
static int note_link(void *arg, const struct work_order_row *row)
{
	struct waiting *waiting = arg;
	struct link link;

	if (row->link_id[0] &&
	    store_link_load(waiting->txn, row->link_id, &link, NULL) == 0)
		(void)str_copy(waiting->owner->person,
		    sizeof(waiting->owner->person), link.person);
	return 0;
}

/* 1: it is ours, or about to be; 0: not. */
static int find_owner(struct txn *txn, const struct station_row *station,
    const struct station_phone *phone, struct station_owner *owner,
    struct err *err)
{
	struct waiting waiting = {txn, owner};
	struct device device;
	int rc = store_device_find_udid(
	    txn, station->org_id, phone->udid, &device, NULL);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "a phone cannot be looked up");
	(void)str_copy(owner->udid, sizeof(owner->udid), phone->udid);
	/* A UDID with another serial number is not that phone. */
	if (rc == 0 && strcmp(device.serial, phone->serial) == 0) {
		(void)str_copy(
		    owner->person, sizeof(owner->person), device.person);
		(void)str_copy(owner->label, sizeof(owner->label), device.name);
	}
	rc = store_work_order_each_open(
	    txn, station->org_id, phone->serial, note_link, &waiting, err);
	if (rc < 0)
		return rc;
	return owner->person[0] || owner->label[0];
}

static int look(struct txn *txn, void *arg, struct err *err)
{
	struct asked *asked = arg;
	struct station_work *work = asked->work;

	work->owner_count = 0;
	for (size_t i = 0; i < asked->count; i++) {
		struct station_owner owner = {.udid = ""};
		int rc;

		if (!hangs_here(txn, asked->station, &asked->phones[i]))
			continue;
		rc = find_owner(
		    txn, asked->station, &asked->phones[i], &owner, err);
		if (rc < 0)
			return rc;
		if (rc > 0)
			work->owners[work->owner_count++] = owner;
	}
	return 0;
}

int service_bench_owners(struct service *service,
    const struct station_row *station, const struct station_phone *phones,
    size_t count, struct station_work *out, struct err *err)
{
	struct asked asked = {station, phones, count, out};

	if (count == 0)
		return 0;
	out->owners = calloc(count, sizeof(*out->owners));
	if (!out->owners)
		return err_memory(err);
	return store_read(service->store, look, &asked, err);
}
