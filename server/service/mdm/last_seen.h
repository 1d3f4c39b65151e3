/*
 * last_seen: when each life was last heard from, kept in memory so that an idle
 * phone writes nothing, and taken out in batches for the store. Losing it to a
 * crash loses at most one flush interval of times, no fact.
 */
#ifndef SERVER_SERVICE_MDM_LAST_SEEN_H
#define SERVER_SERVICE_MDM_LAST_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "server/store/store.h"

struct err;
struct last_seen_table;

int last_seen_new(struct last_seen_table **out, struct err *err);
void last_seen_free(struct last_seen_table *table);

/* Out of memory is ignored: the time is then only as new as the store's. */
void last_seen_touch(
    struct last_seen_table *table, const char *life_id, int64_t now);
/* 0 when nothing was heard since the start. */
int64_t last_seen_get(struct last_seen_table *table, const char *life_id);
/* Moves up to max times that were not yet taken into rows; how many. */
size_t last_seen_take(
    struct last_seen_table *table, struct last_seen *rows, size_t max);

#endif
