/*
 * ledger_people_test: does what is said of people, units, employments and
 * absences become what was meant, with what was before still to be found?
 */
#include "tests/unit/server/towns_look.h"

#include <string.h>

#define ANNA                                                                   \
	"{\"person\": {\"name\": \"Anna Maria Ek\", \"mail\": "                \
	"\"Anna.Ek@Town.example\"}}\n"
#define BO                                                                     \
	"{\"person\": {\"name\": \"Bo Lind\", \"mail\": "                      \
	"\"bo@town.example\"}}\n"

/* ---- people ---- */

static void test_person(void **state)
{
	struct person_view view;
	struct towns_look look;

	(void)state;
	towns_apply(ada, ANNA);
	view = towns_person("ANNA.EK@town.example", &look);
	assert_string_equal(view.person.first_name, "Anna Maria");
	assert_string_equal(view.person.last_name, "Ek");
	assert_string_equal(view.person.mail, "anna.ek@town.example");
	assert_string_equal(view.person.changed_by, "Ada");
	assert_int_equal(view.roles, 0);
	assert_int_equal(
	    towns_effect(ada,
	        "{\"person\": {\"mail\": \"anna.ek@town.example\", "
	        "\"number\": \"+46 70-123 45 67\"}}"),
	    LEDGER_CHANGED);
	view = towns_person(view.person.id, &look);
	assert_string_equal(view.person.number, "+46701234567");
	assert_string_equal(view.person.name, "Anna Maria Ek");
	/* Two of a name are told apart by mail. */
	towns_apply(ada,
	    "{\"person\": {\"name\": \"Anna Maria Ek\", \"mail\": "
	    "\"other@town.example\"}}");
	towns_refused(ada,
	    "{\"employment\": {\"person\": \"Anna Maria Ek\", \"from\": "
	    "\"2026-01-01\"}}",
	    ERR_CONFLICT, "several people are called");
	assert_int_equal(towns_count_people(), 2);
}

/* ---- units ---- */

static void test_units(void **state)
{
	(void)state;
	towns_apply(ada,
	    "{\"unit\": {\"name\": \"A\"}}\n"
	    "{\"unit\": {\"name\": \"B\", \"parent\": \"A\"}}\n"
	    "{\"unit\": {\"name\": \"C\", \"parent\": \"B\"}}\n");
	towns_refused(ada, "{\"unit\": {\"name\": \"A\", \"parent\": \"C\"}}",
	    ERR_CONFLICT, "below itself");
	towns_refused(ada, "{\"unit\": {\"name\": \"A\", \"parent\": \"A\"}}",
	    ERR_CONFLICT, "below itself");
	assert_int_equal(towns_effect(ada,
	                     "{\"unit\": {\"name\": \"C\", \"parent\": \"\"}}"),
	    LEDGER_CHANGED);
	towns_apply(ada, BO);
	assert_int_equal(towns_effect(ada,
	                     "{\"unit\": {\"name\": \"C\", \"manager\": "
	                     "\"bo@town.example\"}}"),
	    LEDGER_CHANGED);
	assert_int_equal(
	    towns_effect(ada, "{\"unit\": {\"name\": \"C\", \"ended\": true}}"),
	    LEDGER_ENDED);
	/* Gone, its name is free for another. */
	assert_int_equal(
	    towns_effect(ada, "{\"unit\": {\"name\": \"C\"}}"), LEDGER_ADDED);
}

/* ---- employments ---- */

#define EMPLOYED(more)                                                         \
	"{\"employment\": {\"person\": \"bo@town.example\", \"unit\": "        \
	"\"Skolan\", " more "}}"

static void test_employment(void **state)
{
	struct person_view view;
	struct towns_look look;

	(void)state;
	towns_apply(ada,
	    BO "{\"unit\": {\"name\": \"Skolan\"}}\n"
	       "{\"unit\": {\"name\": \"Badet\"}}\n");
	assert_int_equal(
	    towns_effect(ada, EMPLOYED("\"from\": \"2026-01-01\"")),
	    LEDGER_ADDED);
	view = towns_person("Bo Lind", &look);
	assert_int_equal(view.roles, 1);
	assert_string_equal(view.unit.name, "Skolan");
	/* Another role: the row is voided, another one says what is right. */
	assert_int_equal(towns_effect(ada,
	                     EMPLOYED("\"from\": \"2026-01-01\", \"roles\": "
	                              "[\"employee\", \"manager\"]")),
	    LEDGER_CHANGED);
	view = towns_person("Bo Lind", &look);
	assert_int_equal(look.employed, 1);
	assert_int_equal(view.roles, 5);
	/* Its end is said, moved, taken back. */
	assert_int_equal(towns_effect(ada, EMPLOYED("\"to\": \"2026-12-01\"")),
	    LEDGER_ENDED);
	assert_int_equal(towns_effect(ada, EMPLOYED("\"to\": \"2026-12-15\"")),
	    LEDGER_ENDED);
	assert_int_equal(
	    towns_effect(ada, EMPLOYED("\"to\": \"\"")), LEDGER_CHANGED);
	/* A second one beside it; then the first ends. */
	towns_apply(ada,
	    "{\"employment\": {\"person\": \"Bo Lind\", \"unit\": \"Badet\", "
	    "\"from\": \"2026-06-01\", \"roles\": [\"elected\"]}}");
	assert_int_equal(towns_effect(ada, EMPLOYED("\"to\": \"2026-11-22\"")),
	    LEDGER_ENDED);
	view = towns_person("Bo Lind", &look);
	assert_int_equal(look.employed, 2);
	assert_int_equal(view.roles, 2); /* today is the day after the last */
	assert_string_equal(view.unit.name, "Badet");
}

/* Today is a day of the town, not of UTC. */
static void test_today(void **state)
{
	struct towns_look look;

	(void)state;
	towns_apply(ada,
	    BO "{\"employment\": {\"person\": \"Bo Lind\", "
	       "\"from\": \"2026-11-23\"}}");
	assert_int_equal(towns_person("Bo Lind", &look).roles, 0);
	towns_now = TOWNS_NOW + 15 * TIME_HOUR_MS - 1; /* 23:59:59.999 there */
	assert_int_equal(towns_person("Bo Lind", &look).roles, 0);
	towns_now++;
	assert_int_equal(towns_person("Bo Lind", &look).roles, 1);
}

/* ---- absences ---- */

#define AWAY(more)                                                             \
	"{\"absence\": {\"person\": \"Bo Lind\", \"from\": "                   \
	"\"2026-11-20\"" more "}}"

static void test_absence(void **state)
{
	struct person_view view;
	struct towns_look look;

	(void)state;
	towns_apply(ada, ANNA BO);
	assert_int_equal(towns_effect(ada, AWAY("")), LEDGER_ADDED);
	assert_int_equal(towns_effect(ada, AWAY("")), LEDGER_UNCHANGED);
	assert_int_equal(
	    towns_effect(ada, AWAY(", \"deputy\": \"Anna Maria Ek\"")),
	    LEDGER_CHANGED);
	view = towns_person("Bo Lind", &look);
	assert_string_equal(view.deputy.name, "Anna Maria Ek");
	assert_true(view.absence.until_day == 0);
	assert_int_equal(look.away, 1); /* the other is voided */
	assert_int_equal(towns_effect(ada, AWAY(", \"until\": \"2026-11-22\"")),
	    LEDGER_ENDED);
	assert_string_not_equal(towns_person("Bo Lind", &look).absence.id, "");
	towns_now += TIME_DAY_MS;
	assert_string_equal(towns_person("Bo Lind", &look).absence.id, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_person),
	    TEST(test_units),
	    TEST(test_employment),
	    TEST(test_today),
	    TEST(test_absence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
