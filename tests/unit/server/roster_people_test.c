/*
 * roster_people_test: does what a source says of people become what was meant,
 * without a write when nothing is new, and ending only what the source made?
 */
#include "tests/unit/server/roster_world.h"

#include <string.h>

#include "policies/pack.h"
#include "server/service/roster/roster_inside.h"

static void test_begins(void **state)
{
	struct person_view view;
	struct towns_look look;
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
	view = towns_person("anna@town.example", &look);
	assert_string_equal(view.person.number, "+46701234567");
	assert_string_equal(view.person.external_id, "1");
	assert_string_equal(view.unit.name, "Skolan");
	assert_string_equal(look.employments[0].source, "hr");
	view = towns_person("2", &look);
	assert_int_equal(view.roles, PACK_ROLE_MANAGER | PACK_ROLE_EMPLOYEE);
	view = towns_person("3", &look);
	assert_int_equal(look.employments[0].to_day, towns_day("2027-01-01"));
	before = units_written();
	must_apply(ROSTER_FULL, ANNA BO CIA);
	assert_int_equal(units_written(), before); /* no write at all */
	assert_int_equal(outcome.counts.effects[ROSTER_UNCHANGED], 3);
	HOLDS(outcome.words, "Nobody leaves.");
}

/* Nobody would be asked anything about them, and nothing else says so. */
static void test_vacant(void **state)
{
	(void)state;
	plan(ROSTER_FULL, ANNA BO CIA);
	HOLDS(outcome.words,
	    "2 units have no manager, nor has any above: Skolan, "
	    "Hemtjänsten. 3 people work there, with 0 phones");
	must_apply(ROSTER_FULL, ANNA BO CIA);
	towns_phone(ada, "N1", false);
	towns_apply(ada,
	    "{\"assignment\": {\"person\": \"1\", \"phone\": "
	    "\"N1\"}}");
	towns_apply(ada,
	    "{\"unit\": {\"name\": \"Hemtjänsten\", \"manager\": "
	    "\"bo@town.example\"}}");
	plan(ROSTER_FULL, ANNA BO CIA);
	HOLDS(outcome.words,
	    "1 unit has no manager, nor has any above: Skolan. 2 people work "
	    "there, with 1 phone:");
	/* A manager above is enough. */
	towns_apply(ada,
	    "{\"unit\": {\"name\": \"Skolan\", \"parent\": "
	    "\"Hemtjänsten\"}}");
	plan(ROSTER_FULL, ANNA BO CIA);
	assert_null(strstr(outcome.words, "no manager"));
}

static void test_moves_and_ends(void **state)
{
	struct person_view view;
	struct towns_look look;

	(void)state;
	must_apply(ROSTER_FULL, ANNA BO CIA);
	/* Another unit: from today on; the former days stay what they were. */
	must_apply(ROSTER_FULL,
	    "1;Anna;Ek;anna@town.example;070-1234567;Hemtjänsten;Lärare;"
	    "2020-01-01;\n" BO CIA);
	HOLDS(outcome.items,
	    "changes 1 Anna Ek: at Hemtjänsten; from 2026-11-22");
	view = towns_person("1", &look);
	assert_string_equal(view.unit.name, "Hemtjänsten");
	assert_int_equal(look.employed, 2);
	assert_int_equal(look.employments[0].from_day, towns_day("2020-01-01"));
	assert_int_equal(look.employments[0].to_day, towns_day("2026-11-22"));
	assert_int_equal(look.employments[1].from_day, towns_day("2026-11-22"));
	assert_int_equal(look.employments[1].to_day, 0);
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
	towns_person("3", &look);
	assert_int_equal(look.employments[0].to_day, towns_day("2026-11-22"));
	must_apply(ROSTER_FULL, ANNA BO);
	assert_int_equal(outcome.counts.effects[ROSTER_CHANGES], 0);
	/* Comes back, from another day. */
	must_apply(ROSTER_FULL,
	    ANNA BO "3;Cia;Berg;cia@town.example;;Skolan;;2026-12-01;\n");
	HOLDS(outcome.items, "begins 3 Cia Berg");
	towns_person("3", &look);
	assert_int_equal(look.employed, 2);
	/* A delta leaves the others alone. */
	must_apply(ROSTER_DELTA, ANNA);
	assert_int_equal(outcome.counts.effects[ROSTER_ENDS], 0);
}

/* What hands or other sources made does not end. */
static void test_owns(void **state)
{
	struct towns_look look;

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
	towns_person("1", &look);
	assert_int_equal(look.employed, 1); /* the same one, hr's from now on */
	assert_string_equal(look.employments[0].source, "hr");
	must_apply(ROSTER_FULL, ANNA BO);
	towns_person("dan@town.example", &look);
	assert_int_equal(look.employed, 1);
	assert_int_equal(look.employments[0].to_day, 0);
}

/* A new colleague gets the address of one who left: two people. */
static void test_mail_goes_over(void **state)
{
	struct person_view view;
	struct towns_look look;

	(void)state;
	must_apply(ROSTER_FULL, ANNA BO CIA);
	must_apply(ROSTER_FULL, BO CIA);
	must_apply(ROSTER_FULL,
	    BO CIA "9;Anna;Ek;anna@town.example;;Skolan;;2026-12-01;\n");
	HOLDS(outcome.items,
	    "changes  Anna Ek: mail anna@town.example goes to Anna Ek");
	view = towns_person("anna@town.example", &look);
	assert_string_equal(view.person.external_id, "9");
	view = towns_person("1", &look);
	assert_string_equal(view.person.mail, "");
	/* Two swap theirs. */
	must_apply(ROSTER_FULL,
	    "2;Bo;Lind;cia@town.example;;Skolan;Chef;2021-01-01;\n"
	    "3;Cia;Berg;bo@town.example;;Hemtjänsten;;2022-01-01;2026-12-31\n"
	    "9;Anna;Ek;anna@town.example;;Skolan;;2026-12-01;\n");
	assert_string_equal(
	    towns_person("3", &look).person.mail, "bo@town.example");
	/* One who works here keeps it. */
	apply(ROSTER_DELTA, "7;Eva;Al;bo@town.example;;Skolan;;2026-12-01;\n");
	assert_int_equal(outcome.rc, -ERR_INVALID);
	HOLDS(outcome.faults, "belongs to Cia Berg");
}

static void test_leave_taken_back(void **state)
{
	static const char map[] =
	    "columns: {key: id, name: name, away_from: f, away_until: t, "
	    "status: s}\ngone: [Slutat]\n";
	struct towns_look look;

	(void)state;
	run(false, NULL,
	    roster_of(map, ROSTER_DELTA,
	        "id,name,f,t,s\n1,Anna Ek,2026-12-01,2026-12-24,Aktiv\n"));
	assert_int_equal(outcome.rc, 0);
	towns_person("1", &look);
	assert_int_equal(look.away, 1);
	run(false, NULL,
	    roster_of(map, ROSTER_DELTA, "id,name,f,t,s\n1,Anna Ek,,,Aktiv\n"));
	HOLDS(outcome.items, "not away any more");
	towns_person("1", &look);
	assert_int_equal(look.away, 0);
	run(false, NULL,
	    roster_of(
	        map, ROSTER_DELTA, "id,name,f,t,s\n1,Anna Ek,,,Slutat\n"));
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
	struct towns_look look;

	(void)state;
	towns_write(put_one, &one);
	assert_int_equal(one.effect, ROSTER_BEGINS);
	towns_write(put_one, &one);
	assert_int_equal(one.effect, ROSTER_UNCHANGED);
	said.is_gone = true;
	towns_write(put_one, &one);
	assert_int_equal(one.effect, ROSTER_ENDS);
	towns_person("77", &look);
	assert_int_equal(look.employments[0].to_day, towns_day("2026-11-22"));
	said.is_gone = false;
	towns_write(put_one, &one);
	assert_int_equal(one.effect, ROSTER_BEGINS);
	/* The HR file of later finds the same person. */
	must_apply(
	    ROSTER_DELTA, "77;Anna;Ek;anna@town.example;;IT;;2020-01-01;\n");
	HOLDS(outcome.items, "taken for Anna Ek of the ledger by id");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_begins),
	    TEST(test_vacant),
	    TEST(test_moves_and_ends),
	    TEST(test_owns),
	    TEST(test_mail_goes_over),
	    TEST(test_leave_taken_back),
	    TEST(test_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
