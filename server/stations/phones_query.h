/*
 * phones_query: "udid=…&serial=…&udid=…&serial=…" as the list of phones that
 * hang at a station. Pure.
 */
#ifndef SERVER_STATIONS_PHONES_QUERY_H
#define SERVER_STATIONS_PHONES_QUERY_H

#include <stddef.h>

struct err;
struct station_phone;

/*
 * query: raw, without '?'. out has room for STATION_PHONES_MAX. -ERR_INVALID:
 * anything but whole pairs of non-empty values; -ERR_LIMIT: too many.
 */
int phones_query_parse(const char *query, struct station_phone *out,
    size_t *count, struct err *err);

#endif
