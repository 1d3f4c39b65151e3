/*
 * roster_file_test: are other people's files read whole, and is one with a
 * wrong row told by line, column and sentence, with nothing changed?
 */
#include "tests/unit/server/roster_world.h"

#include <stdio.h>
#include <string.h>

#include "policies/pack.h"
#include "server/service/ledger/people_import.h"
#include "server/service/roster/roster_csv.h"
#include "server/service/roster/roster_inside.h"
#include "server/service/roster/roster_lines.h"

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
	REFUSED(MAP, "PK\5\6xxxxxxxx", "save it as CSV");
	REFUSED(MAP, "\xd0\xcf\x11\xe0xxxx", "save it as CSV");
	REFUSED(MAP, "\1\2\3key;name\n",
	    "this is no CSV file; if it is a spreadsheet, save it as CSV");
	REFUSED("columns: {key: key, name: Förnamn}\n",
	    "key;F\xc3\x83\xc2\xb6rnamn\n1;x\n",
	    "its letters look encoded twice");
	REFUSED("", "a;b\n1;2\n", "no column \"key\"");
	REFUSED("", "id;id;name\n1;2;x\n", "two columns are headed \"id\"");
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
	    "columns:\n"
	    "  key: Anst.nr\n  employment: Anst-id\n  first_name: Förnamn\n"
	    "  last_name: Efternamn\n  mail: E-post\n  number: Mobil\n"
	    "  unit: Enhet\n  role: Befattning\n  from: Anst fr\n"
	    "  last_day: Anst t\n  manager: Chef\n  away_from: Borta fr\n"
	    "  away_until: Borta t\n"
	    "date: DD.MM.YYYY\n"
	    "roles:\n  - {text: Enhetschef, role: manager}\n";
	struct person_view view;
	struct towns_look look;

	(void)state;
	run(false, NULL, roster_of(map, ROSTER_FULL, file));
	if (outcome.rc < 0)
		fail_msg("%s\n%s", outcome.err.text, outcome.faults);
	view = towns_person("17", &look);
	assert_string_equal(view.person.name, "Åsa Öberg");
	assert_string_equal(view.person.number, "+46701112233");
	assert_int_equal(look.employed, 2);
	assert_int_equal(look.employments[1].to_day, towns_day("2027-07-01"));
	assert_int_equal(view.roles, PACK_ROLE_MANAGER | PACK_ROLE_EMPLOYEE);
	/* Both of Norr name 17, who names somebody else. */
	assert_string_equal(
	    towns_person("19", &look).unit.manager_id, view.person.id);
	view = towns_person("18", &look);
	assert_int_equal(look.away, 1);
	assert_int_equal(look.absences[0].until_day, towns_day("2026-12-05"));
	run(false, NULL, roster_of(map, ROSTER_FULL, file));
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
	roster = roster_of("", ROSTER_FULL, csv);
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
	    roster_of("", ROSTER_FULL, "key,name\n1,\xc2\xa0 Bo Ek \xc2\xa0\n");
	assert_string_equal(roster->people[0].name, "Bo Ek");
	roster_free(roster);
}

/* A map of an older version that came with the source is told as that. */
static void test_remembered_map(void **state)
{
	static const char row[] = "key;name\n1;Anna Ek\n";
	const struct people_import request = {.source = "hr",
	    .kind = ROSTER_DELTA,
	    .format = PEOPLE_CSV,
	    .data = row,
	    .len = sizeof(row) - 1};
	struct roster *roster = roster_of("", ROSTER_DELTA, row);
	struct people_plan out;
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    roster_set_map(roster, "key = key\nname = name\n", &err), 0);
	run(false, NULL, roster);
	assert_int_equal(outcome.rc, 0);
	assert_int_equal(service_people_plan(&towns, ada, &request, &out, &err),
	    -ERR_INVALID);
	people_plan_clear(&out);
	HOLDS(err.text, "the map that is remembered of \"hr\": map:1: ");
	HOLDS(err.text, ROSTER_MAP_EXAMPLE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_bad_rows),
	    TEST(test_bad_files),
	    TEST(test_identity_numbers),
	    TEST(test_their_file),
	    TEST(test_read_whole),
	    TEST(test_remembered_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
