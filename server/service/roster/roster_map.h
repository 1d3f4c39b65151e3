/*
 * roster_map: which column of a file says what, and how its days, roles and
 * letters are written. YAML like
 *
 *	# Staff export, every night
 *	columns:
 *	  key: Anst.nr
 *	  first_name: Förnamn
 *	  last_day: "#7"
 *	date: DD.MM.YYYY
 *	roles:
 *	  - {text: Enhetschef, role: manager}
 *
 * A column is its heading, without regard to case, or "#3" for the third one.
 * Without columns the headings are our own words or ones in common use. Pure.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_MAP_H
#define SERVER_SERVICE_ROSTER_ROSTER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/csv/csv.h"

struct buf;
struct err;

#define ROSTER_MAP_MAX 4095 /* bytes of its text */
#define ROSTER_MAP_HEADING 96
#define ROSTER_MAP_WORDS 24 /* words for roles, and for who has left */
/* A whole map in one line, for sentences. */
#define ROSTER_MAP_EXAMPLE                                                     \
	"{columns: {key: Anst.nr, name: Namn, mail: E-post}, "                 \
	"date: DD.MM.YYYY, roles: [{text: Enhetschef, role: manager}]}"

/* Keep the order of column_fields[] in roster_map.c. */
enum roster_field {
	ROSTER_KEY,
	ROSTER_EXTERNAL_ID,
	ROSTER_NAME,
	ROSTER_FIRST_NAME,
	ROSTER_LAST_NAME,
	ROSTER_MAIL,
	ROSTER_NUMBER,
	ROSTER_LANGUAGE,
	ROSTER_MANAGER,
	ROSTER_EMPLOYMENT,
	ROSTER_UNIT,
	ROSTER_ROLE,
	ROSTER_FROM,
	ROSTER_TO,
	ROSTER_LAST_DAY,
	ROSTER_AWAY_FROM,
	ROSTER_AWAY_UNTIL,
	ROSTER_DEPUTY,
	ROSTER_STATUS,
	ROSTER_FIELD_COUNT
};
/* "first_name" */
const char *roster_field_name(enum roster_field field);

enum roster_date {
	ROSTER_DATE_ISO, /* YYYY-MM-DD, or YYYYMMDD */
	ROSTER_DATE_DMY, /* DD.MM.YYYY, DD/MM/YYYY, DD-MM-YYYY */
	ROSTER_DATE_MDY  /* MM/DD/YYYY */
};

struct roster_map {
	/* Heading, or "#3"; "": not in the file. */
	char columns[ROSTER_FIELD_COUNT][ROSTER_MAP_HEADING];
	bool has_columns; /* those above are all that count */
	bool has_header;  /* the first row holds headings */
	enum roster_date date;
	enum csv_encoding encoding;
	char delimiter;  /* 0: guessed */
	char country[8]; /* "+46": of numbers that begin with 0; "" */
	struct {
		char word[ROSTER_MAP_HEADING]; /* as in the file */
		int64_t role;                  /* bits of enum pack_role */
	} roles[ROSTER_MAP_WORDS];
	size_t role_count;
	char gone[ROSTER_MAP_WORDS][ROSTER_MAP_HEADING];
	size_t gone_count;
};

/*
 * text NULL or "": none is written. -ERR_INVALID: "map:4: columns.kye: …"; of a
 * map in the form of older versions, one that shows the new one.
 */
int roster_map_parse(const char *text, struct roster_map *out, struct err *err);

/*
 * roster_columns.c: the column of each field in a file with these headings, counted from 0; -1:
 * it is not in the file. -ERR_INVALID names a column that is missing, or a
 * heading that stands twice, and the headings that are there.
 */
int roster_map_columns(const struct roster_map *map,
    const char *const *headings, size_t count, int out[ROSTER_FIELD_COUNT],
    struct err *err);

#endif
