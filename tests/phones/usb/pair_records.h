/*
 * pair_records: the host's half of every pairing, as usbmuxd keeps it: one file
 * a phone and the host's own id.
 */
#ifndef TESTS_PHONES_USB_PAIR_RECORDS_H
#define TESTS_PHONES_USB_PAIR_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/uuid.h"

struct err;
struct pair_records;

/* In the folder SOCKET.records, which is made. */
int pair_records_open(const char *socket, const struct rng *rng,
    struct pair_records **out, struct err *err);
void pair_records_close(struct pair_records *records);

/* The SystemBUID; borrowed. */
const char *pair_records_buid(const struct pair_records *records);

/* Letters, digits and dashes only: it becomes a file name (CVE-2025-66004). */
bool pair_records_is_id(const char *id);

/* ERR_INVALID for an id that is none, ERR_NOT_FOUND. */
int pair_records_load(const struct pair_records *records, const char *id,
    struct buf *out, struct err *err);
int pair_records_save(const struct pair_records *records, const char *id,
    const uint8_t *data, size_t len, struct err *err);
int pair_records_remove(
    const struct pair_records *records, const char *id, struct err *err);

#endif
