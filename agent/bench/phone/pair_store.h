/*
 * pair_store: pair records where usbmuxd keeps them, asked for over its socket.
 * A record that a phone refuses is put aside in a folder of the station, never
 * thrown away: it is what proves a wipe. Used in workers only.
 */
#ifndef AGENT_BENCH_PHONE_PAIR_STORE_H
#define AGENT_BENCH_PHONE_PAIR_STORE_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/base/uuid.h"

struct err;

struct pair_summary {
	char host_id[UUID_TEXT_MAX];
	bool has_escrow;
};

/* False: usbmuxd has no record of the phone, or one without a HostID. */
bool pair_store_summary(const char *udid, struct pair_summary *out);

/* usbmuxd's own id, "ReadBUID". -ERR_IO. */
int pair_store_system_buid(char *out, size_t size, struct err *err);

/* mux_id: 0 or the attach that is told "Paired". */
int pair_store_save(
    const char *udid, uint32_t mux_id, plist_t record, struct err *err);

/* Copies the record to folder/<udid>.<HostID>.plist (mode 0600), on disk, and
 * then takes it from usbmuxd. No record: 0. */
int pair_store_put_aside(const char *folder, const char *udid, struct err *err);

#endif
