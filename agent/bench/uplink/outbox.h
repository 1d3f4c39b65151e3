/*
 * outbox: reports on their way to the server, one file each, so that a network
 * outage or a power cut loses none. It gives each its sequence number and
 * signs it. A report is put in once: putting its id in again changes nothing.
 */
#ifndef AGENT_BENCH_UPLINK_OUTBOX_H
#define AGENT_BENCH_UPLINK_OUTBOX_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/station/station.h"
#include "proto/station/station_report.h"

struct err;
struct outbox;

/* Of disk: at 100,000 reports of 1 kB. Then facts and attachments are dropped
 * and what orders led to is kept. */
#define OUTBOX_SOFT_MAX 20000
#define OUTBOX_HARD_MAX 40000

/* folder exists. key: borrowed; NULL: nothing is kept, for a station that has
 * not joined has nobody to tell. */
int outbox_open(
    const char *folder, EVP_PKEY *key, struct outbox **out, struct err *err);
void outbox_free(struct outbox *outbox);

/* On disk when it returns 0. report->sequence is set here. */
int outbox_put(
    struct outbox *outbox, struct station_report *report, struct err *err);

size_t outbox_count(const struct outbox *outbox);
/* The oldest, up to max and about bytes of bodies; station_signed_list_clear().
 */
int outbox_oldest(struct outbox *outbox, size_t max, size_t bytes,
    struct station_signed_list *out, struct err *err);
/* The server has it, or never will. Unknown ids are fine. */
int outbox_remove(struct outbox *outbox, const char *id, struct err *err);

#endif
