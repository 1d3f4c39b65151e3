#include "server/service/roster/roster_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/roster/roster_cell.h"
#include "server/service/roster/roster_inside.h"
#include "server/service/roster/roster_row.h"

/* ---- several rows of one person ---- */

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* -1: alike; else the first field of the person that is told otherwise. */
static int differs(const struct csv_person *a, const struct csv_person *b)
{
	int i;

	for (i = ROSTER_KEY; i <= ROSTER_MANAGER; i++)
		if (!is_same(a->values[i], b->values[i]))
			return i;
	return -1;
}

static const char *clash(const struct roster_reading *reading,
    const struct csv_person *first, bool *is_new)
{
	const struct csv_person *second = reading->people[reading->count];
	const struct roster_employment *row = &second->employments[0];
	size_t i;

	*is_new = false;
	if (second->employment_count == 0)
		return NULL;
	if (!row->key)
		return differs(first, second) < 0 &&
		        is_same(row->unit, first->employments[0].unit) &&
		        is_same(row->from, first->employments[0].from) &&
		        is_same(row->to, first->employments[0].to)
		    ? NULL
		    : "who may have several employments has a number for each: "
		      "map it as employment";
	for (i = 0; i < first->employment_count; i++)
		if (is_same(row->key, first->employments[i].key))
			return is_same(row->unit, first->employments[i].unit) &&
			        is_same(
			            row->from, first->employments[i].from) &&
			        is_same(row->to, first->employments[i].to)
			    ? NULL
			    : "the same employment says something else there";
	*is_new = true;
	return NULL;
}

static int merge(struct roster_reading *reading, const struct csv_row *row,
    struct csv_person *first)
{
	struct csv_person *second = reading->people[reading->count];
	int other = differs(first, second);
	char sentence[ERR_TEXT_MAX];
	bool is_new;
	const char *why = clash(reading, first, &is_new);

	if (other >= 0 && second->values[ROSTER_EMPLOYMENT] &&
	    *second->values[ROSTER_EMPLOYMENT])
		why = "name, mail and the like are to be the same";
	if (why) {
		(void)snprintf(sentence, sizeof(sentence),
		    "the id \"%.60s\" stands on line %lu, too; %s",
		    second->values[ROSTER_KEY], first->line, why);
		return roster_row_fault(reading, row, ROSTER_KEY, sentence);
	}
	if (is_new && first->employment_count == ROSTER_EMPLOYMENTS_MAX)
		return roster_row_fault(reading, row, ROSTER_EMPLOYMENT,
		    "more employments of one person than are kept");
	if (is_new)
		first->employments[first->employment_count++] =
		    second->employments[0];
	if (second->leave_count > 0 &&
	    first->leave_count < ROSTER_EMPLOYMENTS_MAX)
		first->leaves[first->leave_count++] = second->leaves[0];
	return 0;
}

/* ---- rows ---- */

static int take_headings(
    struct roster_reading *reading, const struct csv_row *row, struct err *err)
{
	size_t i;
	int rc;

	reading->width = row->count;
	reading->has_columns = true;
	rc = roster_map_columns(
	    reading->map, row->cells, row->count, reading->columns, err);
	for (i = 0; rc == 0 && i < ROSTER_FIELD_COUNT; i++)
		if (reading->columns[i] >= 0)
			(void)snprintf(reading->headings[i], ROSTER_MAP_HEADING,
			    "%.90s", row->cells[reading->columns[i]]);
	return rc;
}

static struct csv_person *person_new(struct roster_reading *reading)
{
	size_t cap = reading->cap ? reading->cap * 2 : 256;
	struct csv_person **people;

	if (reading->count == reading->cap) {
		people =
		    realloc(reading->people, cap * sizeof(struct csv_person *));
		if (!people)
			return NULL;
		reading->people = people;
		reading->cap = cap;
	}
	reading->people[reading->count] =
	    roster_arena_take(&reading->arena, sizeof(struct csv_person));
	return reading->people[reading->count];
}

static int keep(struct roster_reading *reading, const struct csv_row *row,
    struct csv_person *person)
{
	const char *key = person->values[ROSTER_KEY];
	size_t first;

	if (!key || !*key)
		return key ? roster_row_fault(reading, row, ROSTER_KEY,
		                 "the person has no id; every row needs one")
		           : 0;
	if (roster_cell_is_identity_number(key))
		reading->identity_numbers++;
	first = roster_index_get(&reading->by_key, key);
	if (first != ROSTER_INDEX_NONE)
		return merge(reading, row, reading->people[first]);
	if (roster_index_put(
	        &reading->by_key, key, reading->count, reading->err) < 0)
		return -ERR_MEMORY;
	reading->count++;
	return 0;
}

static int take_row(struct roster_reading *reading, const struct csv_row *row)
{
	struct csv_person *person = person_new(reading);
	int rc;

	if (!person)
		return err_memory(reading->err);
	rc = roster_row_take(reading, row, person);
	return rc < 0 ? rc : keep(reading, row, person);
}

static int on_row(void *arg, const struct csv_row *row, struct err *err)
{
	struct roster_reading *reading = arg;
	char sentence[160];

	if (row->fault == CSV_NUL && reading->rows == 0)
		return err_set(err, ERR_INVALID,
		    "the file is UTF-16 or no text; save it as CSV in UTF-8");
	if (row->fault == CSV_CONTROL && !reading->has_columns)
		return err_set(err, ERR_INVALID,
		    "line %lu: a control character: this is no CSV file; if "
		    "it is a spreadsheet, save it as CSV in UTF-8",
		    row->line);
	if (row->fault != CSV_FINE && !reading->has_columns)
		return err_set(err, ERR_INVALID, "line %lu: %s", row->line,
		    csv_fault_text(row->fault));
	if (row->fault != CSV_FINE) {
		(void)snprintf(sentence, sizeof(sentence), "the row holds %s",
		    csv_fault_text(row->fault));
		return roster_add_fault(
		    reading->roster, row->line, row->column, "", sentence, err);
	}
	if (!reading->has_columns) {
		int rc = take_headings(reading, row, err);

		if (rc < 0 || reading->map->has_header)
			return rc;
	}
	if (row->count != reading->width) {
		(void)snprintf(sentence, sizeof(sentence),
		    "the row has %zu cells, the first one has %zu", row->count,
		    reading->width);
		return roster_row_fault(reading, row, -1, sentence);
	}
	return take_row(reading, row);
}

/* ---- the whole ---- */

static int whole(struct roster_reading *reading, int field, const char *format,
    const char *heading)
{
	char sentence[ERR_TEXT_MAX];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(sentence, sizeof(sentence), format, heading);
#pragma GCC diagnostic pop
	return roster_add_fault(reading->roster, 0,
	    (unsigned)(reading->columns[field] + 1),
	    roster_field_name((enum roster_field)field), sentence,
	    reading->err);
}

static int check_shapes(struct roster_reading *reading)
{
	int rc = 0;

	/* A register of identity numbers is nothing that is needed here. */
	if (reading->identity_numbers >= 3 &&
	    reading->identity_numbers * 10 >= reading->rows * 9)
		rc = whole(reading, ROSTER_KEY,
		    "the column \"%.80s\" holds personal identity numbers, "
		    "which are not taken in; map the number of the employment "
		    "or of the staff register as key",
		    reading->headings[ROSTER_KEY]);
	if (rc == 0 && reading->no_mails >= 3 &&
	    reading->no_mails * 2 > reading->mails)
		rc = whole(reading, ROSTER_MAIL,
		    "the column \"%.80s\" holds no mail addresses: the "
		    "columns are swapped, or the map names another",
		    reading->headings[ROSTER_MAIL]);
	if (rc == 0 && reading->reversed >= 3 &&
	    reading->reversed * 2 > reading->periods)
		rc = whole(reading, ROSTER_FROM,
		    "most employments end before they begin: \"%.80s\" and "
		    "the last day are in each other's place",
		    reading->headings[ROSTER_FROM]);
	if (rc == 0 && reading->rows == 0 && reading->roster->fault_total == 0)
		return err_set(reading->err, ERR_INVALID,
		    "the file holds no person; nothing was changed");
	return rc;
}

static int add_person(
    struct roster_reading *reading, const struct csv_person *row)
{
	const char *const *values = row->values;
	struct err why = {0};
	int rc = roster_add_person(reading->roster,
	    &(struct roster_person){
	        .key = values[ROSTER_KEY],
	        .external_id = reading->columns[ROSTER_EXTERNAL_ID] < 0
	            ? values[ROSTER_KEY]
	            : values[ROSTER_EXTERNAL_ID],
	        .name = values[ROSTER_NAME],
	        .first_name = values[ROSTER_FIRST_NAME],
	        .last_name = values[ROSTER_LAST_NAME],
	        .mail = values[ROSTER_MAIL],
	        .number = values[ROSTER_NUMBER],
	        .language = values[ROSTER_LANGUAGE],
	        .manager = values[ROSTER_MANAGER],
	        .is_gone = row->is_gone,
	        .line = row->line,
	        .employments = row->employments,
	        .employment_count = row->employment_count,
	        .leaves = row->leaves,
	        .leave_count = row->leave_count,
	    },
	    &why);

	if (rc == -ERR_MEMORY)
		return err_memory(reading->err);
	return rc < 0 ? roster_add_fault(reading->roster, row->line, 0, "",
	                    why.text, reading->err)
	              : 0;
}

static int add_people(struct roster_reading *reading)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < reading->count; i++)
		rc = add_person(reading, reading->people[i]);
	return rc;
}

static int read_all(
    struct roster_reading *reading, const void *data, size_t len)
{
	const struct csv_options options = {
	    .encoding = reading->map->encoding,
	    .delimiter = reading->map->delimiter,
	    .on_row = on_row,
	    .arg = reading,
	};
	struct csv *csv = NULL;
	int rc = csv_new(&options, &csv, reading->err);

	if (rc == 0)
		rc = csv_feed(csv, data, len, reading->err);
	if (rc == 0)
		rc = csv_end(csv, reading->err);
	csv_free(csv);
	if (rc == 0)
		rc = add_people(reading);
	return rc == 0 ? check_shapes(reading) : rc;
}

/* .xlsx, .ods (zip, also an empty one); .xls (OLE2). */
static bool is_spreadsheet(const void *data, size_t len)
{
	static const char begins[][4] = {
	    {'P', 'K', 3, 4}, {'P', 'K', 5, 6}, {'\xd0', '\xcf', 0x11, '\xe0'}};
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (len >= 4 && memcmp(data, begins[i], 4) == 0)
			return true;
	return false;
}

int roster_csv_read(const char *source, enum roster_kind kind,
    const struct roster_map *map, const void *data, size_t len,
    struct roster **out, struct err *err)
{
	struct roster_reading reading = {.map = map, .err = err};
	int rc;

	if (len > ROSTER_FILE_MAX)
		return err_set(err, ERR_LIMIT, "the file is over %d bytes",
		    ROSTER_FILE_MAX);
	if (is_spreadsheet(data, len))
		return err_set(err, ERR_INVALID,
		    "the file is a spreadsheet (or another zip file); save it "
		    "as CSV");
	rc = roster_new(source, kind, &reading.roster, err);
	if (rc == 0)
		rc = read_all(&reading, data, len);
	roster_index_clear(&reading.by_key);
	roster_arena_clear(&reading.arena);
	free(reading.people);
	if (rc < 0) {
		roster_free(reading.roster);
		return rc;
	}
	*out = reading.roster;
	return 0;
}
