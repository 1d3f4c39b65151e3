/* One row of a file of people. */
#include "server/service/roster/roster_row.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/roster/roster_cell.h"

int roster_row_fault(struct roster_reading *reading, const struct csv_row *row,
    int field, const char *sentence)
{
	int column = field >= 0 ? reading->columns[field] + 1 : 0;

	return roster_add_fault(reading->roster, row->line, (unsigned)column,
	    field >= 0 ? roster_field_name((enum roster_field)field) : "",
	    sentence, reading->err);
}

/* ---- cells ---- */

typedef int cell_fn(const struct roster_map *map, const char *cell,
    char out[ROSTER_CELL_MAX], struct err *err);

static int cell_text(const struct roster_map *map, const char *cell,
    char out[ROSTER_CELL_MAX], struct err *err)
{
	(void)map;
	return roster_cell_text(cell, out, err);
}

static int cell_name(const struct roster_map *map, const char *cell,
    char out[ROSTER_CELL_MAX], struct err *err)
{
	int rc = cell_text(map, cell, out, err);

	return rc < 0 ? rc : roster_cell_name(out, err);
}

static int cell_mail(const struct roster_map *map, const char *cell,
    char out[ROSTER_CELL_MAX], struct err *err)
{
	char text[ROSTER_CELL_MAX];
	int rc = cell_text(map, cell, text, err);

	return rc < 0 ? rc : ledger_mail_take(out, LIMIT_NAME + 1, text, err);
}

static int cell_language(const struct roster_map *map, const char *cell,
    char out[ROSTER_CELL_MAX], struct err *err)
{
	static const char *const known[] = {"", "sv", "da", "en"};
	int rc = cell_text(map, cell, out, err);
	size_t i;

	for (i = 0; rc == 0 && i < 4; i++)
		if (strcasecmp(out, known[i]) == 0)
			return str_copy(out, ROSTER_CELL_MAX, known[i]);
	return rc < 0 ? rc
	              : err_set(err, ERR_INVALID,
	                    "\"%.20s\" is no language of ours; write sv, da "
	                    "or en",
	                    out);
}

static int cell_day(const struct roster_map *map, const char *cell,
    char out[ROSTER_CELL_MAX], struct err *err)
{
	return roster_cell_day(map, cell, 0, out, err);
}

static int cell_last_day(const struct roster_map *map, const char *cell,
    char out[ROSTER_CELL_MAX], struct err *err)
{
	return roster_cell_day(map, cell, 1, out, err);
}

static cell_fn *const cells[ROSTER_FIELD_COUNT] = {
    [ROSTER_KEY] = cell_text,
    [ROSTER_EXTERNAL_ID] = cell_text,
    [ROSTER_NAME] = cell_name,
    [ROSTER_FIRST_NAME] = cell_name,
    [ROSTER_LAST_NAME] = cell_name,
    [ROSTER_MAIL] = cell_mail,
    [ROSTER_NUMBER] = roster_cell_number,
    [ROSTER_LANGUAGE] = cell_language,
    [ROSTER_MANAGER] = cell_text,
    [ROSTER_EMPLOYMENT] = cell_text,
    [ROSTER_UNIT] = cell_text,
    [ROSTER_ROLE] = cell_text,
    [ROSTER_FROM] = cell_day,
    [ROSTER_TO] = cell_day,
    [ROSTER_LAST_DAY] = cell_last_day,
    [ROSTER_AWAY_FROM] = cell_day,
    [ROSTER_AWAY_UNTIL] = cell_day,
    [ROSTER_DEPUTY] = cell_text,
    [ROSTER_STATUS] = cell_text,
};

/* A cell with a fault stays unsaid, so that its person is still there. */
static int take_cells(struct roster_reading *reading, const struct csv_row *row,
    struct csv_person *out)
{
	char value[ROSTER_CELL_MAX];
	struct err why = {0};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < ROSTER_FIELD_COUNT; i++) {
		const char *cell;

		if (reading->columns[i] < 0)
			continue;
		cell = row->cells[reading->columns[i]];
		if (i == ROSTER_MAIL && *cell) {
			reading->mails++;
			reading->no_mails += strchr(cell, '@') ? 0 : 1;
		}
		value[0] = '\0';
		if (cells[i](reading->map, cell, value, &why) < 0) {
			rc = roster_row_fault(reading, row, (int)i, why.text);
			continue;
		}
		out->values[i] = roster_arena_text(&reading->arena, value);
		if (!out->values[i])
			return err_memory(reading->err);
	}
	return rc;
}

/* ---- a row's employment and leave ---- */

static bool is_word(const char *text, const char *word)
{
	return text && strcasecmp(text, word) == 0;
}

static int64_t role_of(const struct roster_reading *reading, const char *word)
{
	int64_t roles = 0;
	size_t i;

	for (i = 0; word && i < reading->map->role_count; i++)
		if (is_word(word, reading->map->roles[i].word))
			roles |= reading->map->roles[i].role;
	return roles ? roles | PACK_ROLE_EMPLOYEE : 0;
}

static bool is_gone(const struct roster_reading *reading, const char *status)
{
	size_t i;

	for (i = 0; status && i < reading->map->gone_count; i++)
		if (is_word(status, reading->map->gone[i]))
			return true;
	return false;
}

/* 1: it ends before it begins, which is noted. */
static int check_period(struct roster_reading *reading,
    const struct csv_row *row, const char *from, const char *to, int field)
{
	char sentence[160];
	int rc;

	if (!from || !*from || !to || !*to)
		return 0;
	reading->periods++;
	if (strcmp(to, from) >= 0)
		return 0;
	reading->reversed++;
	(void)snprintf(sentence, sizeof(sentence),
	    "ends before it begins: the first day is %s", from);
	rc = roster_row_fault(reading, row, field, sentence);
	return rc < 0 ? rc : 1;
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static int take_employment(struct roster_reading *reading,
    const struct csv_row *row, struct csv_person *person)
{
	const char **values = person->values;
	bool has_last = reading->columns[ROSTER_LAST_DAY] >= 0;
	struct roster_employment employment = {
	    .key = or_null(values[ROSTER_EMPLOYMENT]),
	    .unit = values[ROSTER_UNIT],
	    .roles = role_of(reading, values[ROSTER_ROLE]),
	    .from = or_null(values[ROSTER_FROM]),
	    .to = has_last ? values[ROSTER_LAST_DAY] : values[ROSTER_TO],
	};
	int rc = check_period(reading, row, employment.from, employment.to,
	    has_last ? ROSTER_LAST_DAY : ROSTER_TO);

	if (reading->columns[ROSTER_ROLE] >= 0 && !employment.roles)
		employment.roles = PACK_ROLE_EMPLOYEE;
	if (rc != 0)
		return rc < 0 ? rc : 0;
	person->employments[person->employment_count++] = employment;
	return 0;
}

static int take_leave(struct roster_reading *reading, const struct csv_row *row,
    struct csv_person *person)
{
	const char **values = person->values;
	struct roster_leave *leaves;
	int rc;

	if (reading->columns[ROSTER_AWAY_FROM] < 0)
		return 0;
	if (!person->leaves) {
		person->leaves = roster_arena_take(
		    &reading->arena, ROSTER_EMPLOYMENTS_MAX * sizeof(*leaves));
		if (!person->leaves)
			return err_memory(reading->err);
	}
	if (!or_null(values[ROSTER_AWAY_FROM]))
		return 0;
	/* The last day away may be the first. */
	rc = check_period(reading, row, values[ROSTER_AWAY_FROM],
	    values[ROSTER_AWAY_UNTIL], ROSTER_AWAY_UNTIL);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	person->leaves[person->leave_count++] = (struct roster_leave){
	    .from = values[ROSTER_AWAY_FROM],
	    .until = values[ROSTER_AWAY_UNTIL],
	    .deputy = or_null(values[ROSTER_DEPUTY]),
	};
	return 0;
}

int roster_row_take(struct roster_reading *reading, const struct csv_row *row,
    struct csv_person *person)
{
	int rc;

	person->line = row->line;
	reading->rows++;
	if ((rc = take_cells(reading, row, person)) < 0 ||
	    (rc = take_employment(reading, row, person)) < 0 ||
	    (rc = take_leave(reading, row, person)) < 0)
		return rc;
	person->is_gone = is_gone(reading, person->values[ROSTER_STATUS]);
	return 0;
}
