/*
 * phone: the line to one attached phone, through libimobiledevice. Lives in a
 * worker process only: the library can hang in TLS, abort on odd answers, and
 * keeps its handle over a re-plug. Every failure is one of failure.h.
 */
#ifndef AGENT_BENCH_PHONE_PHONE_H
#define AGENT_BENCH_PHONE_PHONE_H

#include <libimobiledevice/libimobiledevice.h>
#include <libimobiledevice/lockdown.h>
#include <libimobiledevice/property_list_service.h>
#include <plist/plist.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/bench/phone/failure.h"
#include "proto/base/limits.h"
#include "proto/base/uuid.h"

struct phone {
	char udid[LIMIT_UDID + 1];
	uint32_t mux_id; /* usbmuxd's number of this attach; 0 unknown */
	idevice_t device;
	lockdownd_client_t lockdown;
	bool has_session;
	char host_id[UUID_TEXT_MAX]; /* of the session's pair record */
	bool has_escrow;             /* that record can open a locked phone */
	int native; /* the library's number behind the last failure; 0 none */
};

/* Connects to lockdown in clear. phone_close() it whatever comes back. */
enum failure phone_open(struct phone *phone, const char *udid, uint32_t mux_id);
void phone_close(struct phone *phone);

/* usbmuxd still lists it. */
bool phone_is_listed(const struct phone *phone);

/*
 * Opens the TLS session with the pair record that usbmuxd keeps.
 * FAILURE_RECORD_STALE also when there is none. Pairs never by itself.
 */
enum failure phone_start_session(struct phone *phone);
/* Leaves session and connection, and connects in clear again. */
enum failure phone_restart(struct phone *phone);

/*
 * Whether the phone still knows host_id: a bare StartSession. FAILURE_NONE: it
 * does; FAILURE_RECORD_STALE: it does not. The connection is restarted.
 */
enum failure phone_try_host(struct phone *phone, const char *host_id);

/*
 * GetValue. *out is the caller's to plist_free(); NULL when the phone has no
 * such value or will not tell it now, which is no failure. NULL domain, key:
 * the common one, all of it.
 */
enum failure phone_get_value(
    struct phone *phone, const char *domain, const char *key, plist_t *out);
/* Text of one key; "" when it has none or it is not text that fits. */
enum failure phone_get_text(struct phone *phone, const char *domain,
    const char *key, char *out, size_t size);

/*
 * Starts a service, with the escrow bag where there is one so that a locked
 * phone answers too, and TLS checked. property_list_service_client_free() it.
 */
enum failure phone_start_service(
    struct phone *phone, const char *name, property_list_service_client_t *out);

/* Takes the number down and asks whether the phone is still there. */
enum failure phone_lockdown_failure(
    struct phone *phone, enum lockdown_step step, int error);
enum failure phone_line_failure(struct phone *phone, int error);

#endif
