/*
 * roster_test: does what a source says of people become what was meant: planned
 * in words, stopped when the file is a wrong one, applied whole or not at all,
 * without a write when nothing is new, and ending only what the source made?
 */
#include "tests/unit/server/two_towns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/pack.h"
#include "server/service/roster/roster.h"
#include "server/service/roster/roster_csv.h"
#include "server/service/roster/roster_inside.h"
#include "server/service/roster/roster_lines.h"

#define HEAD "key;first_name;last_name;mail;number;unit;role;from;last_day\n"
#define MAP                                                                    \
	"key = key\nfirst_name = first_name\nlast_name = last_name\n"          \
	"mail = mail\nnumber = number\nunit = unit\nrole = role\n"             \
	"from = from\nlast_day = last_day\ncountry = +46\n"                    \
	"role Chef = manager\n"

static struct roster *read_csv(
    const char *map_text, enum roster_kind kind, const char *csv)
{
	struct roster_map map;
	struct roster *roster = NULL;
	struct err err = {0};

	if (roster_map_parse(map_text, &map, &err) < 0 ||
	    roster_csv_read("hr", kind, &map, csv, strlen(csv), &roster, &err) <
	        0)
		fail_msg("%s", err.text);
	return roster;
}

/* ---- what came of it ---- */

struct outcome {
	struct roster_counts counts;
	char words[2048];
	char stop[2048];
	char items[8192];
	char faults[8192];
	int rc;
	struct err err;
};

static int add_item(void *arg, const struct roster_item *item)
{
	struct outcome *out = arg;
	size_t used = strlen(out->items);

	(void)snprintf(out->items + used, sizeof(out->items) - used,
	    "%s %s %s: %s\n", roster_effect_name(item->effect), item->key,
	    item->name, item->words);
	return 0;
}

static int add_fault(void *arg, const struct roster_fault *fault)
{
	struct outcome *out = arg;
	size_t used = strlen(out->faults);

	(void)snprintf(out->faults + used, sizeof(out->faults) - used,
	    "%lu:%u %s: %s\n", fault->line, fault->column, fault->field,
	    fault->sentence);
	return 0;
}

static void take(struct outcome *out, const struct roster_plan *plan)
{
	struct buf text = {0};

	out->counts = *roster_plan_counts(plan);
	roster_plan_words(plan, &text);
	(void)snprintf(out->words, sizeof(out->words), "%s", (char *)text.data);
	buf_reset(&text);
	roster_plan_stop(plan, &text);
	(void)snprintf(out->stop, sizeof(out->stop), "%.*s", (int)text.len,
	    text.data ? (char *)text.data : "");
	buf_clear(&text);
	(void)roster_plan_each(plan, add_item, out);
	(void)roster_plan_each_fault(plan, add_fault, out);
}

static struct outcome outcome;

static void run(
    bool is_dry, const struct roster_options *options, struct roster *roster)
{
	struct roster_plan *plan = NULL;

	memset(&outcome, 0, sizeof(outcome));
	outcome.rc = is_dry ? service_roster_plan(&towns, ada, roster, options,
	                          &plan, &outcome.err)
	                    : service_roster_apply(&towns, ada, roster, options,
	                          &plan, &outcome.err);
	if (plan)
		take(&outcome, plan);
	roster_plan_free(plan);
	roster_free(roster);
}

static void plan(enum roster_kind kind, const char *rows)
{
	char csv[16384] = HEAD;

	(void)snprintf(
	    csv + strlen(csv), sizeof(csv) - strlen(csv), "%s", rows);
	run(true, NULL, read_csv(MAP, kind, csv));
}

static void apply(enum roster_kind kind, const char *rows)
{
	char csv[16384] = HEAD;

	(void)snprintf(
	    csv + strlen(csv), sizeof(csv) - strlen(csv), "%s", rows);
	run(false, NULL, read_csv(MAP, kind, csv));
}

static void must_apply(enum roster_kind kind, const char *rows)
{
	apply(kind, rows);
	if (outcome.rc < 0)
		fail_msg("%s\n%s", outcome.err.text, outcome.faults);
}

#define HOLDS(text, part)                                                      \
	do {                                                                   \
		if (!strstr(text, part))                                       \
			fail_msg("no \"%s\" in:\n%s", part, text);             \
	} while (0)

/* ---- what the ledger holds ---- */

struct look {
	struct employment_row rows[16];
	int count;
	struct absence_row away[16];
	int away_count;
};

static int on_row(void *arg, const struct employment_row *row)
{
	struct look *look = arg;

	look->rows[look->count++ % 16] = *row;
	return 0;
}

static int on_away(void *arg, const struct absence_row *row)
{
	struct look *look = arg;

	look->away[look->away_count++ % 16] = *row;
	return 0;
}

static struct person_view person(const char *text, struct look *look)
{
	struct person_parts parts = {on_row, on_away, NULL, look};
	struct person_view view;
	struct err err = {0};

	memset(look, 0, sizeof(*look));
	if (service_person_view(&towns, ada, text, &view, &parts, &err) < 0)
		fail_msg("%s", err.text);
	return view;
}

static int32_t day(const char *text)
{
	int32_t out = 0;

	assert_int_equal(calendar_day_parse(text, &out, NULL), 0);
	return out;
}

static uint64_t units_written(void)
{
	struct store_stats stats;

	store_stats(towns.store, &stats);
	return stats.units;
}

#define ANNA                                                                   \
	"1;Anna;Ek;anna@town.example;070-1234567;Skolan;Lärare;2020-01-01;\n"
#define BO "2;Bo;Lind;bo@town.example;;Skolan;Chef;2021-01-01;\n"
#define CIA "3;Cia;Berg;cia@town.example;;Hemtjänsten;;2022-01-01;2026-12-31\n"

/* ---- the way in ---- */

static void test_begins(void **state)
{
	struct person_view view;
	struct look look;
	uint64_t before;

	(void)state;
	plan(ROSTER_FULL, ANNA BO CIA);
	HOLDS(outcome.words, "3 people stand in what hr says");
	HOLDS(outcome.words, "3 begin, 0 change, 0 as before");
	HOLDS(outcome.words, "2 units are new");
	HOLDS(outcome.items,
	    "begins 3 Cia Berg: employed at Hemtjänsten; from "
	    "2022-01-01; last day 2026-12-31");
	must_apply(ROSTER_FULL, ANNA BO CIA);
	view = person("anna@town.example", &look);
	assert_string_equal(view.person.number, "+46701234567");
	assert_string_equal(view.person.external_id, "1");
	assert_string_equal(view.unit.name, "Skolan");
	assert_string_equal(look.rows[0].source, "hr");
	view = person("2", &look);
	assert_int_equal(view.roles, PACK_ROLE_MANAGER | PACK_ROLE_EMPLOYEE);
	view = person("3", &look);
	assert_int_equal(look.rows[0].to_day, day("2027-01-01"));
	before = units_written();
	must_apply(ROSTER_FULL, ANNA BO CIA);
	assert_int_equal(units_written(), before); /* no write at all */
	assert_int_equal(outcome.counts.effects[ROSTER_UNCHANGED], 3);
	HOLDS(outcome.words, "Nobody leaves.");
}

static void test_moves_and_ends(void **state)
{
	struct person_view view;
	struct look look;

	(void)state;
	must_apply(ROSTER_FULL, ANNA BO CIA);
	/* Another unit: from today on; the former days stay what they were. */
	must_apply(ROSTER_FULL,
	    "1;Anna;Ek;anna@town.example;070-1234567;Hemtjänsten;Lärare;"
	    "2020-01-01;\n" BO CIA);
	HOLDS(outcome.items,
	    "changes 1 Anna Ek: at Hemtjänsten; from 2026-11-22");
	view = person("1", &look);
	assert_string_equal(view.unit.name, "Hemtjänsten");
	assert_int_equal(look.count, 2);
	assert_int_equal(look.rows[0].from_day, day("2020-01-01"));
	assert_int_equal(look.rows[0].to_day, day("2026-11-22"));
	assert_int_equal(look.rows[1].from_day, day("2026-11-22"));
	assert_int_equal(look.rows[1].to_day, 0);
	/* The very same file again says nothing new. */
	must_apply(ROSTER_FULL,
	    "1;Anna;Ek;anna@town.example;070-1234567;Hemtjänsten;Lärare;"
	    "2020-01-01;\n" BO CIA);
	assert_int_equal(outcome.counts.effects[ROSTER_UNCHANGED], 3);
	/* An end, moved, taken back. */
	must_apply(ROSTER_FULL,
	    ANNA "2;Bo;Lind;bo@town.example;;Skolan;Chef;2021-01-01;"
	         "2026-11-30\n" CIA);
	HOLDS(outcome.items, "ends 2 Bo Lind: last day 2026-11-30");
	must_apply(ROSTER_FULL, ANNA BO CIA);
	HOLDS(outcome.items, "changes 2 Bo Lind: has no last day any more");
	/* Left out: ends today. */
	must_apply(ROSTER_FULL, ANNA BO);
	HOLDS(outcome.items,
	    "ends 3 Cia Berg: not in the roster any more; "
	    "last day 2026-11-21");
	person("3", &look);
	assert_int_equal(look.rows[0].to_day, day("2026-11-22"));
	must_apply(ROSTER_FULL, ANNA BO);
	assert_int_equal(outcome.counts.effects[ROSTER_CHANGES], 0);
	/* Comes back, from another day. */
	must_apply(ROSTER_FULL,
	    ANNA BO "3;Cia;Berg;cia@town.example;;Skolan;;2026-12-01;\n");
	HOLDS(outcome.items, "begins 3 Cia Berg");
	person("3", &look);
	assert_int_equal(look.count, 2);
	/* A delta leaves the others alone. */
	must_apply(ROSTER_DELTA, ANNA);
	assert_int_equal(outcome.counts.effects[ROSTER_ENDS], 0);
}

/* What hands or other sources made does not end. */
static void test_owns(void **state)
{
	struct look look;

	(void)state;
	towns_apply(ada,
	    "{\"unit\": {\"name\": \"Skolan\"}}\n"
	    "{\"person\": {\"name\": \"Dan Sten\", \"mail\": "
	    "\"dan@town.example\"}}\n"
	    "{\"employment\": {\"person\": \"dan@town.example\", \"from\": "
	    "\"2019-01-01\", \"unit\": \"Skolan\"}}\n"
	    "{\"person\": {\"name\": \"Anna Ek\"}}\n"
	    "{\"employment\": {\"person\": \"Anna Ek\", \"from\": "
	    "\"2020-01-01\", \"unit\": \"Skolan\"}}\n");
	must_apply(ROSTER_FULL, ANNA BO CIA);
	HOLDS(outcome.items, "taken for Anna Ek of the ledger by name");
	person("1", &look);
	assert_int_equal(look.count, 1); /* the same one, hr's from now on */
	assert_string_equal(look.rows[0].source, "hr");
	must_apply(ROSTER_FULL, ANNA BO);
	person("dan@town.example", &look);
	assert_int_equal(look.count, 1);
	assert_int_equal(look.rows[0].to_day, 0);
}

/* A new colleague gets the address of one who left: two people. */
static void test_mail_goes_over(void **state)
{
	struct person_view view;
	struct look look;

	(void)state;
	must_apply(ROSTER_FULL, ANNA BO CIA);
	must_apply(ROSTER_FULL, BO CIA);
	must_apply(ROSTER_FULL,
	    BO CIA "9;Anna;Ek;anna@town.example;;Skolan;;2026-12-01;\n");
	HOLDS(outcome.items,
	    "changes  Anna Ek: mail anna@town.example goes to Anna Ek");
	view = person("anna@town.example", &look);
	assert_string_equal(view.person.external_id, "9");
	view = person("1", &look);
	assert_string_equal(view.person.mail, "");
	/* Two swap theirs. */
	must_apply(ROSTER_FULL,
	    "2;Bo;Lind;cia@town.example;;Skolan;Chef;2021-01-01;\n"
	    "3;Cia;Berg;bo@town.example;;Hemtjänsten;;2022-01-01;2026-12-31\n"
	    "9;Anna;Ek;anna@town.example;;Skolan;;2026-12-01;\n");
	assert_string_equal(person("3", &look).person.mail, "bo@town.example");
	/* One who works here keeps it. */
	apply(ROSTER_DELTA, "7;Eva;Al;bo@town.example;;Skolan;;2026-12-01;\n");
	assert_int_equal(outcome.rc, -ERR_INVALID);
	HOLDS(outcome.faults, "belongs to Cia Berg");
}

/* ---- the stop ---- */

static void crowd(char *out, size_t size, int first, int last)
{
	size_t used = 0;
	int i;

	out[0] = '\0';
	for (i = first; i <= last; i++)
		used += (size_t)snprintf(out + used, size - used,
		    "%d;Ada%c;Berg%c;p%d@town.example;;Skolan;;2020-01-01;\n",
		    i, 'a' + i % 26, 'a' + i / 26 % 26, i);
}

static void test_half_missing(void **state)
{
	static char rows[16384];
	struct roster_options options = {.stop_above = 0};
	char csv[16384 + 200];
	char plan_id[ROSTER_PLAN_ID];

	(void)state;
	crowd(rows, sizeof(rows), 1, 60);
	must_apply(ROSTER_FULL, rows);
	crowd(rows, sizeof(rows), 1, 25);
	apply(ROSTER_FULL, rows);
	assert_int_equal(outcome.rc, -ERR_CONFLICT);
	HOLDS(outcome.err.text, "the safety stop holds plan");
	HOLDS(outcome.stop, "35 of the 60 people whom hr brought would leave");
	HOLDS(outcome.stop, "35 of 60 people are missing");
	plan(ROSTER_FULL, rows);
	assert_true(outcome.counts.is_stopped);
	assert_false(outcome.counts.can_apply);
	/* Looked at, and lifted for exactly this plan. */
	(void)snprintf(plan_id, sizeof(plan_id), "%s", outcome.counts.plan);
	(void)snprintf(csv, sizeof(csv), HEAD "%s", rows);
	options.accept = "0123456789abcdef";
	run(false, &options, read_csv(MAP, ROSTER_FULL, csv));
	assert_int_equal(outcome.rc, -ERR_CONFLICT);
	options.accept = plan_id;
	run(false, &options, read_csv(MAP, ROSTER_FULL, csv));
	assert_int_equal(outcome.rc, 0);
	/* As a delta it would have ended nobody. */
	crowd(rows, sizeof(rows), 1, 2);
	must_apply(ROSTER_DELTA, rows);
}

static void test_another_plan(void **state)
{
	struct roster_options options = {.expect = "0123456789abcdef"};

	(void)state;
	run(false, &options, read_csv(MAP, ROSTER_FULL, HEAD ANNA BO));
	assert_int_equal(outcome.rc, -ERR_CONFLICT);
	HOLDS(outcome.err.text, "look at it again");
	plan(ROSTER_FULL, ANNA BO);
	options.expect = outcome.counts.plan;
	assert_int_equal(outcome.counts.effects[ROSTER_BEGINS], 2);
}

static void test_swapped(void **state)
{
	static char rows[16384];
	size_t used = 0;
	int i;

	(void)state;
	crowd(rows, sizeof(rows), 1, 20);
	must_apply(ROSTER_FULL, rows);
	for (i = 1; i <= 20; i++)
		used += (size_t)snprintf(rows + used, sizeof(rows) - used,
		    "%d;Berg%c;Ada%c;p%d@town.example;;Skolan;;2020-01-01;\n",
		    i, 'a' + i / 26 % 26, 'a' + i % 26, i);
	apply(ROSTER_FULL, rows);
	assert_int_equal(outcome.rc, -ERR_CONFLICT);
	HOLDS(outcome.stop, "in each other's place: the columns are swapped");
	/* Mail and number. */
	apply(ROSTER_FULL,
	    "1;Ada;Berg;0701234567;a@x.example;Skolan;;2020-01-01;\n"
	    "2;Ada;Berg;0701234568;b@x.example;Skolan;;2020-01-01;\n"
	    "3;Ada;Berg;0701234569;c@x.example;Skolan;;2020-01-01;\n");
	assert_int_equal(outcome.rc, -ERR_INVALID);
	HOLDS(outcome.faults, "the column \"mail\" holds no mail addresses");
	/* First and last day. */
	apply(ROSTER_FULL,
	    "1;Ada;Berg;;;Skolan;;2027-01-01;2020-01-01\n"
	    "2;Ada;Berg;;;Skolan;;2027-01-01;2020-01-01\n"
	    "3;Ada;Berg;;;Skolan;;2027-01-01;2020-01-01\n");
	HOLDS(outcome.faults, "2:9 last_day: ends before it begins");
	HOLDS(outcome.faults, "are in each other's place");
	/* The name where the unit should be. */
	apply(ROSTER_FULL, "1;Skola 3;Berg;;;a@town.example;;2020-01-01;\n");
	HOLDS(outcome.faults, "2:2 first_name: \"Skola 3\" holds digits");
}

/* ---- bad files ---- */

static const struct {
	const char *row;
	const char *fault;
} bad[] = {
    {ANNA "1;Bo;Lind;bo@town.example;;Skolan;;2021-01-01;\n",
        "3:1 key: the id \"1\" stands on line 2, too"},
    {ANNA "2;Bo;Lind;anna@town.example;;Skolan;;2021-01-01;\n",
        "\"anna@town.example\" stands on line 2, too, at \"1\""},
    {"1;Anna;Ek;;;Skolan;;2026-02-30;\n",
        "2:8 from: \"2026-02-30\" is no day as YYYY-MM-DD"},
    {"1;Anna;Ek;;;Skolan;;45678;\n", "a spreadsheet's number of a day"},
    {"1;Anna;Ek;;;Skolan;;2026-12-01;2026-11-01\n",
        "2:9 last_day: ends before it begins"},
    {"1;=HYPERLINK(\"x\");Ek;;;Skolan;;2026-12-01;\n",
        "2:2 first_name: \"=HYPERLINK(\"x\")\" is a formula"},
    {"1;@SUM(A1);Ek;;;Skolan;;;\n", "2:2 first_name"},
    {"1;Anna;Ek;;4,67E+10;Skolan;;;\n", "2:5 number: \"4,67E+10\" is no"},
    {"1;\xc3\x83\xe2\x80\xa6sa;Ek;;;Skolan;;;\n", "encoded twice"},
    {"1;\xef\xbf\xbdsa;Ek;;;Skolan;;;\n", "a letter that was lost"},
    {"1;?sa;Ek;;;Skolan;;;\n", "holds a question mark"},
    {";Anna;Ek;;;Skolan;;;\n", "2:1 key: the person has no id"},
    {"1;;;;;Skolan;;;\n", "the person has no name"},
    {"1;Anna;Ek;;;Skolan;;\n", "the row has 8 cells, the first one has 9"},
    {"1;Anna;\"Ek;;;Skolan;;;\n", "a quotation mark that is never closed"},
    {"1;Anna;Ek;;;2026-01-01;;;\n", "is a day, no unit"},
};

static void test_bad_rows(void **state)
{
	size_t i;

	(void)state;
	must_apply(ROSTER_FULL, CIA);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t before = units_written();

		apply(ROSTER_FULL, bad[i].row);
		HOLDS(outcome.faults, bad[i].fault);
		assert_int_equal(outcome.rc, -ERR_INVALID);
		HOLDS(outcome.err.text, "nothing was changed");
		assert_int_equal(units_written(), before);
	}
}

static void refused(
    const char *map_text, const char *data, size_t len, const char *sentence)
{
	struct roster_map map;
	struct roster *roster = NULL;
	struct err err = {0};

	if (roster_map_parse(map_text, &map, &err) == 0)
		assert_true(roster_csv_read("hr", ROSTER_FULL, &map, data, len,
		                &roster, &err) < 0);
	HOLDS(err.text, sentence);
}
#define REFUSED(map, text, sentence)                                           \
	refused(map, text, sizeof(text) - 1, sentence)

static void test_bad_files(void **state)
{
	(void)state;
	REFUSED(MAP, "", "holds no person");
	REFUSED(MAP, HEAD, "holds no person");
	REFUSED(MAP, "id;namn\n1;Anna\n",
	    "the file has no column \"key\" for key; its columns are id, namn");
	REFUSED(MAP,
	    "\xff\xfe"
	    "k\0e\0y\0;\0",
	    "UTF-16");
	REFUSED(MAP, "PK\3\4xxxxxxxx", "save it as CSV");
	REFUSED("", "a;b\n1;2\n", "no column \"key\"");
	REFUSED("", "id;id;name\n1;2;x\n", "two columns are headed \"id\"");
	REFUSED("key\n", "x", "map, line 1");
	REFUSED(
	    "\n\nkey = a\nfoo = b\n", "x", "map, line 4: \"foo\" is nothing");
	REFUSED("role Chef = boss\n", "x", "\"boss\" is no role");
	REFUSED("date = soon\n", "x", "map, line 1: date: write");
	REFUSED("key = #9\nname = #2\n", "a;b\n1;x\n", "there is no column #9");
}

static void test_identity_numbers(void **state)
{
	(void)state;
	apply(ROSTER_FULL,
	    "19850312-1234;Anna;Ek;;;Skolan;;;\n"
	    "19850313-1234;Bo;Ek;;;Skolan;;;\n"
	    "19850314-1234;Cia;Ek;;;Skolan;;;\n");
	assert_int_equal(outcome.rc, -ERR_INVALID);
	HOLDS(outcome.faults, "personal identity numbers");
}

/* ---- other people's files ---- */

/* Latin-1, semicolons, Swedish headings, German-style days, two employments. */
static void test_their_file(void **state)
{
	static const char file[] =
	    "Anst.nr;Anst-id;F\xf6rnamn;Efternamn;E-post;Mobil;Enhet;"
	    "Befattning;Anst fr;Anst t;Chef;Borta fr;Borta t\r\n"
	    "17;a;\xc5sa;\xd6"
	    "berg;Asa.Oberg@town.example;0046 70 1112233;Norr;"
	    "Enhetschef;01.02.2019;31.12.9999;20;;\r\n"
	    "17;b;\xc5sa;\xd6"
	    "berg;Asa.Oberg@town.example;0046 70 1112233;Syd;"
	    "Handl\xe4ggare;01.03.2021;30.06.2027;20;;\r\n"
	    "18;a;Bo;Lind;bo@town.example;;Norr;Handl\xe4ggare;01.02.2020;;17;"
	    "01.12.2026;05.12.2026\r\n"
	    "19;a;Eva;Al;eva@town.example;;Norr;Handl\xe4ggare;01.02.2020;;17;"
	    ";\r\n"
	    "20;a;Ulla;Ek;ulla@town.example;;Topp;Kommunchef;01.02.2010;;20;"
	    ";\r\n";
	static const char map[] =
	    "key = Anst.nr\nemployment = Anst-id\nfirst_name = Förnamn\n"
	    "last_name = Efternamn\nmail = E-post\nnumber = Mobil\n"
	    "unit = Enhet\nrole = Befattning\nfrom = Anst fr\n"
	    "last_day = Anst t\nmanager = Chef\naway_from = Borta fr\n"
	    "away_until = Borta t\ndate = DD.MM.YYYY\n"
	    "role Enhetschef = manager\n";
	struct person_view view;
	struct look look;
	struct unit_row unit = {.id = ""};

	(void)state;
	(void)unit;
	run(false, NULL, read_csv(map, ROSTER_FULL, file));
	if (outcome.rc < 0)
		fail_msg("%s\n%s", outcome.err.text, outcome.faults);
	view = person("17", &look);
	assert_string_equal(view.person.name, "Åsa Öberg");
	assert_string_equal(view.person.number, "+46701112233");
	assert_int_equal(look.count, 2);
	assert_int_equal(look.rows[1].to_day, day("2027-07-01"));
	assert_int_equal(view.roles, PACK_ROLE_MANAGER | PACK_ROLE_EMPLOYEE);
	/* Both of Norr name 17, who names somebody else. */
	assert_string_equal(
	    person("19", &look).unit.manager_id, view.person.id);
	view = person("18", &look);
	assert_int_equal(look.away_count, 1);
	assert_int_equal(look.away[0].until_day, day("2026-12-05"));
	run(false, NULL, read_csv(map, ROSTER_FULL, file));
	assert_int_equal(outcome.counts.effects[ROSTER_UNCHANGED], 4);
}

/* What is read is neither cut nor left with blanks of a spreadsheet. */
static void test_read_whole(void **state)
{
	static const char lines[] =
	    "{\"person\":{\"key\":\"1\",\"name\":\"Ada Ek\",\"employments\":"
	    "[{\"last_day\":\"9999-12-31\"},{\"last_day\":\"2027-12-31\"}]}}\n"
	    "{\"end\":{\"people\":1}}\n";
	const struct roster_employment *rows;
	struct roster *roster = NULL;
	struct err err = {0};
	char csv[512];

	(void)state;
	if (roster_lines_read(
	        "ad", ROSTER_FULL, lines, strlen(lines), &roster, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(roster->fault_total, 0);
	rows = roster->people[0].employments;
	assert_string_equal(rows[0].to, "");
	assert_string_equal(rows[1].to, "2028-01-01");
	roster_free(roster);
	/* Two numbers that are alike in front are two. */
	(void)snprintf(csv, sizeof(csv),
	    "key,employment,name\n1,%0*d1,Ada Ek\n1,%0*d2,Ada Ek\n"
	    "2,%0*d1,Bo Ek\n",
	    70, 0, 70, 0, 130, 0);
	roster = read_csv("", ROSTER_FULL, csv);
	assert_int_equal(roster->people_count, 1);
	assert_int_equal(roster->people[0].employment_count, 2);
	rows = roster->people[0].employments;
	assert_string_not_equal(rows[0].key, rows[1].key);
	assert_int_equal(roster->fault_total, 1);
	assert_int_equal(roster->faults[0].line, 4);
	assert_non_null(strstr(
	    roster->faults[0].sentence, "longer than 127 bytes together"));
	roster_free(roster);
	roster =
	    read_csv("", ROSTER_FULL, "key,name\n1,\xc2\xa0 Bo Ek \xc2\xa0\n");
	assert_string_equal(roster->people[0].name, "Bo Ek");
	roster_free(roster);
}

static void test_leave_taken_back(void **state)
{
	static const char map[] = "key = id\nname = name\naway_from = f\n"
	                          "away_until = t\ngone = Slutat\n"
	                          "status = s\n";
	struct look look;

	(void)state;
	run(false, NULL,
	    read_csv(map, ROSTER_DELTA,
	        "id,name,f,t,s\n1,Anna Ek,2026-12-01,2026-12-24,Aktiv\n"));
	assert_int_equal(outcome.rc, 0);
	person("1", &look);
	assert_int_equal(look.away_count, 1);
	run(false, NULL,
	    read_csv(map, ROSTER_DELTA, "id,name,f,t,s\n1,Anna Ek,,,Aktiv\n"));
	HOLDS(outcome.items, "not away any more");
	person("1", &look);
	assert_int_equal(look.away_count, 0);
	run(false, NULL,
	    read_csv(map, ROSTER_DELTA, "id,name,f,t,s\n1,Anna Ek,,,Slutat\n"));
	HOLDS(outcome.items, "ends 1 Anna Ek: last day 2026-11-21");
}

/* ---- one person, as SCIM says it ---- */

struct one {
	const struct roster_person *said;
	struct person_row row;
	enum roster_effect effect;
};

static int put_one(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;
	struct ledger ledger;
	int rc = ledger_init(&ledger, &towns, ada, err);

	return rc < 0 ? rc
	              : roster_put_person(txn, &ledger, "scim", one->said,
	                    &one->row, &one->effect, err);
}

static void test_one(void **state)
{
	struct roster_employment employment = {.unit = "IT", .to = ""};
	struct roster_person said = {
	    .key = "a1",
	    .external_id = "77",
	    .name = "Anna Ek",
	    .mail = "anna@town.example",
	    .employments = &employment,
	    .employment_count = 1,
	};
	struct one one = {.said = &said};
	struct look look;

	(void)state;
	towns_write(put_one, &one);
	assert_int_equal(one.effect, ROSTER_BEGINS);
	towns_write(put_one, &one);
	assert_int_equal(one.effect, ROSTER_UNCHANGED);
	said.is_gone = true;
	towns_write(put_one, &one);
	assert_int_equal(one.effect, ROSTER_ENDS);
	person("77", &look);
	assert_int_equal(look.rows[0].to_day, day("2026-11-22"));
	said.is_gone = false;
	towns_write(put_one, &one);
	assert_int_equal(one.effect, ROSTER_BEGINS);
	/* The HR file of later finds the same person. */
	must_apply(
	    ROSTER_DELTA, "77;Anna;Ek;anna@town.example;;IT;;2020-01-01;\n");
	HOLDS(outcome.items, "taken for Anna Ek of the ledger by id");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, towns_begin, towns_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(begins),
	    TEST(moves_and_ends),
	    TEST(owns),
	    TEST(mail_goes_over),
	    TEST(half_missing),
	    TEST(another_plan),
	    TEST(swapped),
	    TEST(bad_rows),
	    TEST(bad_files),
	    TEST(identity_numbers),
	    TEST(their_file),
	    TEST(read_whole),
	    TEST(leave_taken_back),
	    TEST(one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
