/* Which order is to be done on which port. */
#include <string.h>

#include "agent/bench/station/inner.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define EXPIRE_EVERY_MS 1000

size_t orders_phones(void *arg, struct order_phone *out, size_t max)
{
	struct station *station = arg;
	size_t count = 0;
	size_t i;

	if (max > STATION_PHONES_MAX)
		max = STATION_PHONES_MAX;
	for (i = 0; i < PORTS_MAX && count < max; i++) {
		const struct port *port = &station->ports.items[i];
		struct asked *asked = &station->asked[count];

		if (!port->is_used || !port->has_mux)
			continue;
		(void)str_copy(
		    asked->udid, sizeof(asked->udid), port->mux.udid);
		(void)str_copy(
		    asked->serial, sizeof(asked->serial), port->facts.serial);
		out[count++] = (struct order_phone){asked->udid, asked->serial};
	}
	station->asked_count = count;
	return count;
}

/* Those that the answer is about. One that was pulled out since then comes
 * back, and its order is kept for it. */
static size_t asked_phones(
    const struct station *station, struct order_phone *out)
{
	size_t i;

	for (i = 0; i < station->asked_count; i++)
		out[i] = (struct order_phone){
		    station->asked[i].udid, station->asked[i].serial};
	return station->asked_count;
}

/* In a journal of its phone, and over? Then it is done or it is a replay. */
enum past {
	PAST_NONE,
	PAST_ON_ITS_WAY, /* the server has not got the result yet */
	PAST_DONE,
	PAST_DONE_AND_SAID,
};

struct seek {
	const char *order_id;
	bool is_pending;
};

static int seek_report(void *arg, const char *json, size_t len)
{
	struct seek *seek = arg;

	if (memmem(json, len, seek->order_id, strlen(seek->order_id)))
		seek->is_pending = true;
	return 0;
}

static enum past past_of(
    struct station *station, const struct work_order *order)
{
	struct journal *journal = NULL;
	const struct journal_order *known;
	struct seek seek = {order->id, false};
	enum past past = PAST_NONE;

	if (journal_open(
	        station->journals, order->udid, false, &journal, NULL) < 0)
		return PAST_NONE;
	known = journal_find_order(journal, order->id);
	if (known && known->is_finished) {
		(void)journal_each_unqueued(journal, seek_report, &seek);
		past = known->was_refused ? PAST_DONE_AND_SAID : PAST_DONE;
		/* The result may wait in the outbox: no replay then. */
		if (seek.is_pending || outbox_count(station->outbox) > 0)
			past = PAST_ON_ITS_WAY;
	}
	if (past == PAST_DONE)
		(void)journal_refused(
		    journal, order->id, clock_now(station->world.clock), NULL);
	journal_close(journal);
	return past;
}

static void refuse_replay(
    struct station *station, const struct work_order *order)
{
	struct order_refused refused = {.reason = WORK_ORDER_REPLAYED};

	(void)str_copy(refused.order_id, sizeof(refused.order_id), order->id);
	(void)str_copy(refused.udid, sizeof(refused.udid), order->udid);
	(void)str_copy(refused.serial, sizeof(refused.serial), order->serial);
	reports_refused(station, &refused);
}

/* A new order may end what the station did of its own wish. */
static void make_way(struct station *station, const struct work_order *order)
{
	struct port *port = ports_find_udid(&station->ports, order->udid);

	if (!port)
		return;
	port->not_before = 0;
	if (port->worker.pid > 0 && !port->order_id[0]) {
		worker_kill(&port->worker);
		reports_drain(station, order->udid);
	}
}

/* In the book and not over: room is made for it. Over: said so, once. */
static void admit(struct station *station, const char *id)
{
	const struct work_order *order = order_book_find(station->book, id);
	struct port *port;

	if (!order)
		return;
	port = ports_find_udid(&station->ports, order->udid);
	if (port && strcmp(port->order_id, id) == 0 && port->worker.pid > 0)
		return;
	switch (past_of(station, order)) {
	case PAST_NONE:
		make_way(station, order);
		return;
	case PAST_DONE:
		refuse_replay(station, order);
		break;
	default:
		break;
	}
	(void)order_book_remove(station->book, id, NULL);
}

void orders_take(void *arg, const struct station_signed *one)
{
	struct station *station = arg;
	struct order_phone phones[STATION_PHONES_MAX];
	struct order_refused refused = {.reason = WORK_ORDER_FINE};
	enum work_order_refusal refusal = WORK_ORDER_FINE;
	struct work_order order;
	struct err err = {0};
	bool is_news = false;
	size_t count = asked_phones(station, phones);

	if (order_book_take(station->book, one, phones, count,
	        clock_now(station->world.clock), &refusal, &refused, &is_news,
	        &err) < 0) {
		log_error(station->world.log, "order_not_kept", LOG_ERROR,
		    err.text, NULL);
		return;
	}
	if (refusal != WORK_ORDER_FINE) {
		if (is_news)
			reports_refused(station, &refused);
		return;
	}
	/* Its id, from the bytes that were just checked. */
	if (work_order_parse((const char *)one->body.data, one->body.len,
	        &order, NULL) == 0) {
		admit(station, order.id);
		work_order_clear(&order);
	}
	station->is_changed = true;
}

static void set_owner(
    struct port *port, const struct station_owner *owners, size_t count)
{
	size_t i;

	port->person[0] = '\0';
	port->known_as[0] = '\0';
	for (i = 0; i < count; i++) {
		if (strcmp(owners[i].udid, port->mux.udid) != 0)
			continue;
		(void)str_copy(
		    port->person, sizeof(port->person), owners[i].person);
		(void)str_copy(
		    port->known_as, sizeof(port->known_as), owners[i].label);
	}
}

void orders_owners(void *arg, const struct station_owner *owners, size_t count)
{
	struct station *station = arg;
	size_t i;

	for (i = 0; i < station->asked_count; i++) {
		const struct asked *asked = &station->asked[i];
		struct port *port =
		    ports_find_udid(&station->ports, asked->udid);

		/* Without a serial nothing was asked. */
		if (port && asked->serial[0])
			set_owner(port, owners, count);
	}
	station->is_changed = true;
}

const struct work_order *orders_next(
    struct station *station, const struct port *port)
{
	if (!station->book || !port->has_mux)
		return NULL;
	return order_book_next(station->book, port->mux.udid,
	    clock_now(station->world.clock), NULL, NULL);
}

static bool was_begun(struct station *station, const struct work_order *order)
{
	struct journal *journal = NULL;
	bool begun = true; /* busy: a worker has it */
	int rc =
	    journal_open(station->journals, order->udid, false, &journal, NULL);

	if (rc == 0) {
		const struct journal_order *known =
		    journal_find_order(journal, order->id);

		begun = known && !known->is_finished;
	} else if (rc == -(int)ERR_NOT_FOUND) {
		begun = false;
	}
	journal_close(journal);
	return begun;
}

void orders_expire(struct station *station)
{
	int64_t now = clock_now(station->world.clock);
	const struct work_order *order;
	size_t index = 0;

	if (!station->book || station->world.monotonic() < station->next_expire)
		return;
	station->next_expire = station->world.monotonic() + EXPIRE_EVERY_MS;
	while ((order = order_book_expired(station->book, now, index))) {
		struct order_refused refused = {.reason = WORK_ORDER_EXPIRED};

		/* What was begun is followed to its end by its worker. */
		if (was_begun(station, order)) {
			index++;
			continue;
		}
		(void)str_copy(
		    refused.order_id, sizeof(refused.order_id), order->id);
		(void)str_copy(refused.udid, sizeof(refused.udid), order->udid);
		(void)str_copy(
		    refused.serial, sizeof(refused.serial), order->serial);
		reports_refused(station, &refused);
		(void)order_book_remove(station->book, refused.order_id, NULL);
	}
}
