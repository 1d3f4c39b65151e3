/*
 * roster_csv: a file of people, as HR systems write them, becomes a roster: a
 * row a person, or a row an employment. What is wrong with a row is a fault
 * with its line and column; nothing of a file with faults is applied. Pure.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_CSV_H
#define SERVER_SERVICE_ROSTER_ROSTER_CSV_H

#include <stddef.h>

#include "server/service/roster/roster.h"
#include "server/service/roster/roster_map.h"

#define ROSTER_FILE_MAX (16 * 1024 * 1024)

/*
 * -ERR_INVALID: no such file at all: a column that the map names is missing,
 * it is empty, it is UTF-16. *out: roster_free().
 */
int roster_csv_read(const char *source, enum roster_kind kind,
    const struct roster_map *map, const void *data, size_t len,
    struct roster **out, struct err *err);

#endif
