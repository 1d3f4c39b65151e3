/*
 * roster_cell: one cell of a file of people, as the ledger writes it: days,
 * numbers, and letters that came to harm on the way. Pure.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_CELL_H
#define SERVER_SERVICE_ROSTER_ROSTER_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "server/service/roster/roster_map.h"

struct err;

#define ROSTER_CELL_MAX 512
/* From here on it is what systems write for "until further notice". */
#define ROSTER_NO_END_YEAR 2099

/* UTF-8 read as Latin-1 and written as UTF-8 once more: "Ã¶" for "ö". */
bool roster_is_twice_encoded(const char *text);
/*
 * The cell without blanks around it, "" for "-". -ERR_INVALID says what is the
 * matter: a formula, letters of another encoding, too long.
 */
int roster_cell_text(
    const char *cell, char out[ROSTER_CELL_MAX], struct err *err);
/*
 * "22.11.2026" → "2026-11-22"; "" for an end that is none (from 2099 on).
 * plus: days added, 1 turns a last day into the first one after it.
 */
int roster_cell_day(const struct roster_map *map, const char *cell, int plus,
    char out[ROSTER_CELL_MAX], struct err *err);
/* "070-123 45 67" → "+46701234567", with the map's country. */
int roster_cell_number(const struct roster_map *map, const char *cell,
    char out[ROSTER_CELL_MAX], struct err *err);
/* A name of a person: letters, no digits, no @. */
int roster_cell_name(const char *text, struct err *err);
/* Written like a Swedish or Danish personal identity number, with a real day
 * in it. */
bool roster_cell_is_identity_number(const char *text);

#endif
