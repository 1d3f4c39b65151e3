/*
 * directory_day: the day that an attribute says, in any of the forms that
 * directories keep days in. Pure. For server/directory only.
 */
#ifndef SERVER_DIRECTORY_DIRECTORY_DAY_H
#define SERVER_DIRECTORY_DIRECTORY_DAY_H

#include "policies/calendar.h"

struct err;

/*
 * A generalized time (RFC 4517, 3.3.13; its day as written), 20261231 or
 * 2026-12-31. Anything else, and no such day: -ERR_INVALID.
 */
int directory_day_parse(
    const char *text, char out[CALENDAR_DATE_TEXT_MAX], struct err *err);

/*
 * Of a last day also Active Directory's accountExpires: 100 ns since 1601,
 * UTC, from when on the account is closed; the day before that moment is the
 * last one. out "": never.
 */
int directory_day_parse_last(
    const char *text, char out[CALENDAR_DATE_TEXT_MAX], struct err *err);

#endif
