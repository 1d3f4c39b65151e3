/*
 * port: what is known of one place at the bench: what hangs there, by USB and
 * by usbmuxd, the phone's facts, and the job that runs on it. Joins the two
 * views and says in one word how it stands. Holds no I/O but the job's pipe.
 */
#ifndef AGENT_BENCH_STATION_PORT_H
#define AGENT_BENCH_STATION_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/bench/action/action.h"
#include "agent/bench/usb/mux_message.h"
#include "agent/bench/usb/usb_device.h"
#include "agent/bench/worker/worker.h"
#include "proto/station/station_facts.h"
#include "proto/station/station_report.h"

struct agent_config;

#define PORTS_MAX 64
#define PORT_HIDDEN_MS 5000 /* USB sees it and usbmuxd does not: it refuses */
/* A line that only waits for an erased phone does not stay for ever. */
#define PORT_CONFIRM_KEEP_MS (3600 * 1000)

/* An erase that was acknowledged: the phone is waited for. */
struct erased {
	bool is_awaited;
	bool is_told;    /* the server, that it has not come back */
	int64_t at;      /* monotonic */
	int64_t back_by; /* the same */
	char udid[LIMIT_UDID + 1];
	char serial[LIMIT_SERIAL + 1];
	char order_id[UUID_TEXT_MAX];
};

struct port {
	bool is_used;
	char path[USB_PATH_MAX]; /* "" not known: no USB view */
	char label[STATION_PORT_MAX + 1];
	bool has_usb;
	struct usb_device usb;
	int64_t usb_since; /* monotonic ms */
	bool has_mux;
	struct mux_device mux;

	/* As the server says, for the screen; never on disk. "" not known. */
	char person[LIMIT_NAME + 1];
	char known_as[LIMIT_NAME + 1];
	struct station_facts facts; /* kept over a re-plug of the same phone */
	bool has_facts;
	int64_t glance_at_ms; /* Unix ms: facts in clear, not told yet; 0 no */
	bool is_known; /* facts were read within a session since attach */
	enum station_mode told_mode; /* as last reported */
	bool is_told;

	struct worker worker; /* .pid 0: none */
	struct job job;
	char order_id[UUID_TEXT_MAX]; /* of the job; "" none */
	bool has_result;
	enum failure result; /* of the job that runs, or ran */
	/* Why the last order came to nothing: said until there is another, or
	 * the phone is plugged in again. */
	enum failure order_ended;
	int native;
	char step[64];
	unsigned percent;
	enum failure told_wait; /* reported as waiting for this order */
	int64_t not_before;     /* monotonic: the next try */
	unsigned failures;      /* in a row, for NEXT_RETRY */
	bool needs_replug;      /* NEXT_REATTACH: nothing until then */

	struct erased erased;
};

struct ports {
	struct port items[PORTS_MAX];
	const struct agent_config *config; /* labels */
};

void ports_init(struct ports *ports, const struct agent_config *config);

/* Each returns the port; NULL when the table is full. */
struct port *ports_usb_arrived(
    struct ports *ports, const struct usb_device *device, int64_t now);
struct port *ports_mux_attached(
    struct ports *ports, const struct mux_device *device, int64_t now);
/* The port is free when nothing hangs there any more; its worker must have
 * been ended by the caller before. NULL: it was not known. */
struct port *ports_find_usb(
    struct ports *ports, const struct usb_device *device);
struct port *ports_find_mux(
    struct ports *ports, const struct mux_device *device);
void port_usb_left(struct port *port);
void port_mux_left(struct port *port, int64_t now);
/* A line for a phone that is away; NULL when the table is full. */
struct port *ports_await(struct ports *ports, const struct erased *erased);
struct port *ports_find_udid(struct ports *ports, const char *udid);

/* "" when not known. */
const char *port_udid(const struct port *port);
const char *port_serial(const struct port *port);
enum station_mode port_mode(const struct port *port, int64_t now);
/* How it stands: what is waited for, or what went wrong; NONE: well. */
enum failure port_trouble(const struct port *port, int64_t now);

#endif
