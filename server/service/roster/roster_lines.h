/*
 * roster_lines: a roster as JSON Lines, between programs:
 *
 *	{"person": {"key": "17", "name": "Anna Ek", "mail": "a@x.example",
 *	    "employments": [{"unit": "Norr", "from": "2026-01-01"}],
 *	    "leaves": [{"from": "2026-12-01", "until": "2026-12-05"}]}}
 *	{"unit": {"name": "Norr", "parent": "Vård"}}
 *	{"end": {"people": 1}}
 *
 * with the members of struct roster_person, roster_unit, roster_employment and
 * roster_leave; roles is a list of words; last_day may stand for to. The end says how many there were:
 * without it the roster was cut off on its way and is refused. Pure.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_LINES_H
#define SERVER_SERVICE_ROSTER_ROSTER_LINES_H

#include "server/service/roster/roster.h"

#define ROSTER_LINE_MAX (16 * 1024)

int roster_lines_read(const char *source, enum roster_kind kind,
    const void *data, size_t len, struct roster **out, struct err *err);

#endif
