#include "server/service/roster/roster_cell.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/csv/csv.h"
#include "server/service/ledger/ledger_text.h"

/* ---- letters ---- */

bool roster_is_twice_encoded(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	for (; *c; c++)
		if (c[0] == 0xc3 && (c[1] == 0x83 || c[1] == 0x82) &&
		    (c[2] == 0xc2 || c[2] == 0xe2 || c[2] == 0xc5))
			return true;
	return false;
}

static const char *harm(const char *text)
{
	if (strstr(text, "\xef\xbf\xbd"))
		return "holds a letter that was lost when the file was made "
		       "(U+FFFD); write the file as UTF-8 or Latin-1";
	if (roster_is_twice_encoded(text))
		return "holds letters that were encoded twice (\"Ã¶\" for "
		       "\"ö\"); export the file anew";
	return NULL;
}

/* Bytes of a blank here; also no-break spaces, as spreadsheets leave them. */
static size_t blank_at(const char *text)
{
	if (*text == ' ' || *text == '\t')
		return 1;
	return strncmp(text, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static size_t blank_before(const char *text, size_t len)
{
	if (len > 0 && blank_at(text + len - 1) == 1)
		return 1;
	return len > 1 && blank_at(text + len - 2) == 2 ? 2 : 0;
}

int roster_cell_text(
    const char *cell, char out[ROSTER_CELL_MAX], struct err *err)
{
	const char *why;
	size_t blank;
	size_t len;

	while ((blank = blank_at(cell)) > 0)
		cell += blank;
	len = strlen(cell);
	while ((blank = blank_before(cell, len)) > 0)
		len -= blank;
	if (len == 1 && *cell == '-')
		len = 0;
	if (csv_is_formula(cell) && len > 0)
		return err_set(err, ERR_INVALID,
		    "\"%.40s\" is a formula, no value; export values", cell);
	if (len >= ROSTER_CELL_MAX)
		return err_set(err, ERR_LIMIT, "longer than %d bytes",
		    ROSTER_CELL_MAX - 1);
	memset(out, 0, ROSTER_CELL_MAX);
	memcpy(out, cell, len);
	if (strpbrk(out, "\r\n"))
		return err_set(
		    err, ERR_INVALID, "holds a line break inside the cell");
	why = harm(out);
	return why ? err_set(err, ERR_INVALID, "\"%.60s\" %s", out, why) : 0;
}

int roster_cell_name(const char *text, struct err *err)
{
	if (strchr(text, '@'))
		return err_set(err, ERR_INVALID,
		    "\"%.60s\" is a mail address, no name: is the column in "
		    "another's place?",
		    text);
	if (strpbrk(text, "0123456789"))
		return err_set(err, ERR_INVALID,
		    "\"%.60s\" holds digits and is no name: is the column in "
		    "another's place?",
		    text);
	if (strchr(text, '?'))
		return err_set(err, ERR_INVALID,
		    "\"%.60s\" holds a question mark: a letter was lost when "
		    "the file was made",
		    text);
	return 0;
}

/* ---- days ---- */

/* Up to three numbers with one sort of . / - between; 0: none. */
static int split(const char *text, int out[3], size_t digits[3])
{
	char between = '\0';
	char *end;
	int count;

	for (count = 0; count < 3; count++) {
		if (!isdigit((unsigned char)*text))
			return 0;
		out[count] = (int)strtol(text, &end, 10);
		digits[count] = (size_t)(end - text);
		if (digits[count] > 4)
			return 0;
		text = end;
		if (count == 2)
			break;
		if (!*text || !strchr("./-", *text) ||
		    (between && *text != between))
			return 0;
		between = *text++;
	}
	/* "2026-11-22 00:00:00", as databases write a day */
	if (strncmp(text, " 00:00", 6) == 0 || strncmp(text, "T00:00", 6) == 0)
		text = "";
	return *text ? 0 : 1;
}

static bool read_day(
    enum roster_date form, const char *text, struct calendar_date *out)
{
	static const int places[][3] = {
	    [ROSTER_DATE_ISO] = {0, 1, 2}, /* year, month, day */
	    [ROSTER_DATE_DMY] = {2, 1, 0},
	    [ROSTER_DATE_MDY] = {2, 0, 1},
	};
	const int *place = places[form];
	size_t digits[3];
	int parts[3];

	if (form == ROSTER_DATE_ISO && strlen(text) == 8 &&
	    strspn(text, "0123456789") == 8) {
		int all = (int)strtol(text, NULL, 10);

		*out = (struct calendar_date){
		    all / 10000, all / 100 % 100, all % 100};
		return calendar_date_is_valid(out);
	}
	if (!split(text, parts, digits) || digits[place[0]] != 4)
		return false;
	*out = (struct calendar_date){
	    parts[place[0]], parts[place[1]], parts[place[2]]};
	return calendar_date_is_valid(out);
}

static int refuse_day(
    const struct roster_map *map, const char *text, struct err *err)
{
	static const char *const forms[] = {
	    [ROSTER_DATE_ISO] = "YYYY-MM-DD",
	    [ROSTER_DATE_DMY] = "DD.MM.YYYY",
	    [ROSTER_DATE_MDY] = "MM/DD/YYYY",
	};

	if (strlen(text) == 5 && strspn(text, "0123456789") == 5)
		return err_set(err, ERR_INVALID,
		    "\"%s\" is a spreadsheet's number of a day; export days "
		    "as text",
		    text);
	return err_set(err, ERR_INVALID,
	    "\"%.40s\" is no day as %s; a map may say another form: date = …",
	    text, forms[map->date]);
}

int roster_cell_day(const struct roster_map *map, const char *cell, int plus,
    char out[ROSTER_CELL_MAX], struct err *err)
{
	struct calendar_date date;
	char text[ROSTER_CELL_MAX];
	int rc = roster_cell_text(cell, text, err);

	if (rc < 0)
		return rc;
	out[0] = '\0';
	if (!*text)
		return 0;
	if (!read_day(map->date, text, &date))
		return refuse_day(map, text, err);
	if (date.year >= ROSTER_NO_END_YEAR)
		return 0;
	calendar_day_text(calendar_day_of(&date) + plus, out);
	return 0;
}

/* ---- numbers ---- */

int roster_cell_number(const struct roster_map *map, const char *cell,
    char out[ROSTER_CELL_MAX], struct err *err)
{
	char text[ROSTER_CELL_MAX];
	char whole[ROSTER_CELL_MAX + 8];
	char number[32] = "";
	int rc = roster_cell_text(cell, text, err);

	if (rc < 0)
		return rc;
	if (strncmp(text, "00", 2) == 0)
		(void)snprintf(whole, sizeof(whole), "+%s", text + 2);
	else if (text[0] == '0' && map->country[0])
		(void)snprintf(
		    whole, sizeof(whole), "%s%s", map->country, text + 1);
	else
		(void)snprintf(whole, sizeof(whole), "%s", text);
	/* "+46 (0)70 …" is one of ours all the same. */
	if (strstr(whole, "(0)"))
		memmove(strstr(whole, "(0)"), strstr(whole, "(0)") + 3,
		    strlen(strstr(whole, "(0)") + 3) + 1);
	rc = ledger_number_take(number, sizeof(number), whole, err);
	if (rc == 0)
		(void)str_copy(out, ROSTER_CELL_MAX, number);
	return rc;
}

/* ---- personal identity numbers ---- */

static size_t digits_of(const char *text, char out[16])
{
	size_t count = 0;

	for (; *text; text++) {
		if (strchr("-+ ", *text))
			continue;
		if (!isdigit((unsigned char)*text) || count == 12)
			return 0;
		out[count++] = *text;
	}
	out[count] = '\0';
	return count;
}

static int two(const char *digits)
{
	return (digits[0] - '0') * 10 + digits[1] - '0';
}

static bool is_month_day(int month, int day)
{
	if (day > 60)
		day -= 60; /* a Swedish co-ordination number */
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool roster_cell_is_identity_number(const char *text)
{
	char digits[16];
	size_t count = digits_of(text, digits);

	if (count == 12)
		return (two(digits) == 19 || two(digits) == 20) &&
		    is_month_day(two(digits + 4), two(digits + 6));
	/* SE: YYMMDD-NNNN; DK: DDMMYY-NNNN */
	return count == 10 &&
	    (is_month_day(two(digits + 2), two(digits + 4)) ||
	        is_month_day(two(digits + 2), two(digits)));
}
