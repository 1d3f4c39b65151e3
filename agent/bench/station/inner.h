/*
 * inner: the station's own parts, shared by its files and by nobody else.
 */
#ifndef AGENT_BENCH_STATION_INNER_H
#define AGENT_BENCH_STATION_INNER_H

#include "agent/bench/station/control.h"
#include "agent/bench/station/port.h"
#include "agent/bench/station/station.h"
#include "agent/bench/uplink/identity.h"
#include "agent/bench/uplink/order_book.h"
#include "agent/bench/uplink/outbox.h"
#include "agent/bench/uplink/uplink.h"
#include "agent/bench/usb/mux_watch.h"
#include "agent/bench/usb/usb_watch.h"

#define FOLDER_MAX 448

/* A phone that orders were asked for, by name: it may have gone meanwhile. */
struct asked {
	char udid[LIMIT_UDID + 1];
	char serial[LIMIT_SERIAL + 1];
};

struct station {
	const struct agent_config *config;
	struct station_world world;
	int lock;
	char state[FOLDER_MAX];
	char journals[FOLDER_MAX + 16];
	char aside[FOLDER_MAX + 16];
	char identity_folder[FOLDER_MAX + 16];

	EVP_PKEY *pair_key; /* of all pair records */
	bool is_joined;
	struct identity identity;
	struct outbox *outbox;   /* NULL: not joined */
	struct order_book *book; /* the same */
	struct uplink *uplink;   /* the same */

	struct asked asked[STATION_PHONES_MAX]; /* the last time */
	size_t asked_count;

	struct mux_watch *mux;
	struct usb_watch *usb; /* NULL: no USB view */
	struct ports ports;
	struct control *control;
	int64_t next_expire; /* monotonic: when late orders are looked for */
	bool is_changed;     /* a watcher should see it */
};

/* ---- station_events.c ---- */

void events_of_mux(struct station *station, struct mux_hooks *hooks);
void events_of_usb(struct station *station, struct usb_hooks *hooks);
void events_of_server(struct station *station, struct uplink_hooks *hooks);

/* ---- station_jobs.c ---- */

/* Starts what can be started. */
void jobs_start(struct station *station);
/* Reads a worker's lines and ends it when it is done or late. */
void jobs_step(struct station *station, struct port *port);
/* The phone has gone: its worker's line is dead. */
void jobs_drop(struct station *station, struct port *port);
/* Something runs, or will within the next second. */
bool jobs_are_busy(struct station *station);
int64_t jobs_due(struct station *station, int64_t now);

/* ---- station_erased.c ---- */

/* The order to erase on this port was acknowledged. */
void erased_begin(struct station *station, struct port *port);
/* An erased phone is back when it says that it is not activated. */
void erased_confirm(struct port *port);
/* Erases that nobody has seen come about are told to the server, once. */
void erased_step(struct station *station, int64_t now);
int64_t erased_due(const struct port *port, int64_t now);
/* Those of before this agent was started, by the journals. */
void erased_recall(struct station *station);

/* ---- station_reports.c ---- */

/* Into the outbox; a full disk is logged and lived with. */
int reports_put(struct station *station, struct station_report *report);
void reports_attached(struct station *station, struct port *port);
void reports_detached(struct station *station, const char *label,
    const char *udid, const char *serial);
/* Facts told in clear, of a phone that tells no more for now; once. */
void reports_glance(struct station *station, struct port *port);
/* What a worker wrote into the journal and did not get out. The journal of a
 * phone whose worker runs is left alone. */
void reports_drain(struct station *station, const char *udid);
/* A phone that was here before: its serial, so that orders for it are found
 * before it trusts us again. */
void reports_recall(struct station *station, struct port *port);
void reports_drain_all(struct station *station);
/* Every phone that has a journal. */
void reports_each_journal(struct station *station,
    void (*each)(struct station *station, const char *udid));
/* That an order waits for the operator; once for each reason. */
void reports_waiting(
    struct station *station, struct port *port, enum failure failure);
void reports_refused(
    struct station *station, const struct order_refused *refused);
/* An erase that was acknowledged and that nobody saw come about. */
void reports_unconfirmed(struct station *station, const struct port *port);
/* How far the port's order got, by the phone's journal. */
enum journal_step reports_step(
    const struct station *station, const struct port *port);
/* An order that no worker could bring to its end; NONE: it had come to it. */
void reports_give_up(
    struct station *station, struct port *port, enum failure failure);

/* ---- station_orders.c ---- */

size_t orders_phones(void *arg, struct order_phone *out, size_t max);
void orders_take(void *arg, const struct station_signed *one);
/* Whose the phones are, of those asked about; kept in memory only. */
void orders_owners(void *arg, const struct station_owner *owners, size_t count);
/* The order to do next on the port; NULL: none. */
const struct work_order *orders_next(
    struct station *station, const struct port *port);
/* Expired ones are refused and forgotten. */
void orders_expire(struct station *station);

#endif
