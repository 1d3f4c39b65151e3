/*
 * roster_row: one row of a file of people: its cells, its employment, its leave.
 * For roster_csv.c and roster_row.c only.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_ROW_H
#define SERVER_SERVICE_ROSTER_ROSTER_ROW_H

#include "server/service/roster/roster_inside.h"
#include "server/service/roster/roster_map.h"

/* One person of the file; several rows may be of the same. */
struct csv_person {
	const char *values[ROSTER_FIELD_COUNT]; /* NULL: not in the file */
	unsigned long line;
	bool is_gone;
	struct roster_employment employments[ROSTER_EMPLOYMENTS_MAX];
	size_t employment_count;
	struct roster_leave *leaves;
	size_t leave_count;
};

/* While a file is read. */
struct roster_reading {
	const struct roster_map *map;
	struct roster *roster;
	struct roster_arena arena;
	int columns[ROSTER_FIELD_COUNT];
	char headings[ROSTER_FIELD_COUNT][ROSTER_MAP_HEADING];
	bool has_columns;
	size_t width;
	struct csv_person **people;
	size_t count;
	size_t cap;
	struct roster_index by_key;
	/* Shapes of the whole. */
	size_t rows;
	size_t identity_numbers;
	size_t mails;
	size_t no_mails;
	size_t periods;
	size_t reversed; /* end before start */
	struct err *err;
};

/* Fills *person, which is all zero; what is wrong with the row is noted. */
int roster_row_take(struct roster_reading *reading, const struct csv_row *row,
    struct csv_person *person);
/* field -1: the row itself. */
int roster_row_fault(struct roster_reading *reading, const struct csv_row *row,
    int field, const char *sentence);

#endif
