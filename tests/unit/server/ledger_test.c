/*
 * ledger_test: does what is said of people, units, employments, absences,
 * subscriptions and who holds what become what was meant, once, all or
 * nothing, with what was before still to be found?
 */
#include "tests/unit/server/two_towns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANNA                                                                   \
	"{\"person\": {\"name\": \"Anna Maria Ek\", \"mail\": "                \
	"\"Anna.Ek@Town.example\"}}\n"
#define BO                                                                     \
	"{\"person\": {\"name\": \"Bo Lind\", \"mail\": "                      \
	"\"bo@town.example\"}}\n"

/* ---- what the ledger holds now ---- */

struct look {
	const char *text;
	struct person_row person;
	struct person_row rows[8];
	struct employment_row employments[8];
	struct absence_row absences[8];
	struct assignment_row assignments[8];
	struct holding_view holdings[8];
	int people;
	int employed;
	int away;
	int held;
};

static int on_person(void *arg, const struct person_row *row)
{
	struct look *look = arg;

	look->rows[look->people++ % 8] = *row;
	return 0;
}

static int on_employment(void *arg, const struct employment_row *row)
{
	struct look *look = arg;

	look->employments[look->employed++ % 8] = *row;
	return 0;
}

static int on_absence(void *arg, const struct absence_row *row)
{
	struct look *look = arg;

	look->absences[look->away++ % 8] = *row;
	return 0;
}

static int on_assignment(void *arg, const struct assignment_row *row)
{
	struct look *look = arg;

	look->assignments[look->held++ % 8] = *row;
	return 0;
}

static int on_holding(void *arg, const struct holding_view *view)
{
	struct look *look = arg;

	look->holdings[look->held++ % 8] = *view;
	return 0;
}

static struct person_view view_of(const char *text, struct look *look)
{
	struct person_parts parts = {
	    on_employment, on_absence, on_assignment, look};
	struct person_view view;
	struct err err = {0};

	memset(look, 0, sizeof(*look));
	if (service_person_view(&towns, ada, text, &view, &parts, &err) < 0)
		fail_msg("%s", err.text);
	return view;
}

/* All began at the same moment: their order says nothing. */
static const struct assignment_row *sim_of(const struct look *look)
{
	for (int i = 0; i < look->held && i < 8; i++)
		if (look->assignments[i].kind == ASSIGNMENT_SUBSCRIPTION)
			return &look->assignments[i];
	fail_msg("no subscription is held");
	return NULL;
}

static int count_people(void)
{
	static struct look look;

	memset(&look, 0, sizeof(look));
	assert_int_equal(service_person_each(
	                     &towns, ada, NULL, "", 0, on_person, &look, NULL),
	    0);
	return look.people;
}

/* ---- files of lines ---- */

static void test_said_twice(void **state)
{
	struct ledger_report report;
	const char *lines =
	    "# people\n\n" ANNA BO "{\"unit\": {\"name\": \"Skolan\"}}\r\n"
	    "{\"employment\": {\"person\": \"Bo Lind\", "
	    "\"unit\": \"Skolan\", \"from\": "
	    "\"2026-01-01\", \"roles\": [\"employee\", "
	    "\"manager\"]}}";

	(void)state;
	assert_int_equal(service_ledger_apply(&towns, ada, lines, strlen(lines),
	                     false, NULL, NULL, &report, NULL),
	    0);
	assert_int_equal(report.lines, 4);
	assert_int_equal(report.effects[LEDGER_ADDED], 4);
	assert_int_equal(service_ledger_apply(&towns, ada, lines, strlen(lines),
	                     false, NULL, NULL, &report, NULL),
	    0);
	assert_int_equal(report.effects[LEDGER_UNCHANGED], 4);
	assert_int_equal(count_people(), 2);
}

static void test_dry_run(void **state)
{
	const char *lines = ANNA "{\"employment\": {\"person\": "
	                         "\"anna.ek@town.example\", \"from\": "
	                         "\"2026-01-01\"}}";
	struct ledger_report report;

	(void)state;
	assert_int_equal(service_ledger_apply(&towns, ada, lines, strlen(lines),
	                     true, NULL, NULL, &report, NULL),
	    0);
	assert_int_equal(report.lines, 2);
	assert_int_equal(report.effects[LEDGER_ADDED], 2);
	assert_int_equal(count_people(), 0);
}

/* Every wrong line is named, and the good ones before it are not kept. */
static void test_wrong_lines(void **state)
{
	static const struct {
		const char *line;
		enum err_code code;
		const char *sentence;
	} cases[] = {
	    {"{", ERR_INVALID, "line 2: no JSON"},
	    {"[]", ERR_INVALID, "line 2: one thing a line"},
	    {"{}", ERR_INVALID, "line 2: one thing a line"},
	    {"{\"person\": {}, \"unit\": {}}", ERR_INVALID, "one thing a line"},
	    {"{\"pet\": {}}", ERR_INVALID, "none of unit, person"},
	    {"{\"person\": 5}", ERR_INVALID, "none of unit, person"},
	    {"{\"person\": {\"name\": \"A\", \"name\": \"B\"}}", ERR_INVALID,
	        "no JSON"},
	    {"{\"person\": {\"reason\": \"ill\"}}", ERR_INVALID,
	        "there is no member \"reason\""},
	    {"{\"absence\": {\"person\": \"Anna Maria Ek\", \"from\": "
	     "\"2026-11-20\", \"reason\": \"ill\"}}",
	        ERR_INVALID, "there is no member \"reason\""},
	    {"{\"person\": {\"name\": 5}}", ERR_INVALID, "a text is wanted"},
	    {"{\"person\": {}}", ERR_INVALID, "has no name"},
	    {"{\"person\": {\"name\": \"  \"}}", ERR_INVALID, "has no name"},
	    {"{\"person\": {\"name\": \"A\\u001bB\"}}", ERR_INVALID,
	        "control character"},
	    {"{\"person\": {\"name\": \"A\", \"mail\": \"nobody\"}}",
	        ERR_INVALID, "no mail address"},
	    {"{\"person\": {\"name\": \"A\", \"mail\": \"a@b@c\"}}",
	        ERR_INVALID, "no mail address"},
	    {"{\"person\": {\"name\": \"A\", \"number\": \"0701\"}}",
	        ERR_INVALID, "no telephone number"},
	    {"{\"person\": {\"name\": \"A\", \"language\": \"xx\"}}",
	        ERR_INVALID, "no language"},
	    {"{\"person\": {\"name\": \"A\", \"unit\": \"Nowhere\"}}",
	        ERR_NOT_FOUND, "there is no unit \"Nowhere\""},
	    {"{\"employment\": {\"person\": \"Nobody\", \"from\": "
	     "\"2026-01-01\"}}",
	        ERR_NOT_FOUND, "there is no person \"Nobody\""},
	    {"{\"employment\": {\"person\": \"Anna Maria Ek\"}}", ERR_INVALID,
	        "needs its first day"},
	    {"{\"employment\": {\"person\": \"Anna Maria Ek\", \"from\": "
	     "\"2026-02-30\"}}",
	        ERR_INVALID, "no day"},
	    {"{\"employment\": {\"person\": \"Anna Maria Ek\", \"from\": "
	     "\"2026-02-01\", \"to\": \"2026-01-01\"}}",
	        ERR_INVALID, "end before it begins"},
	    {"{\"employment\": {\"person\": \"Anna Maria Ek\", \"from\": "
	     "\"2026-02-01\", \"roles\": [\"king\"]}}",
	        ERR_INVALID, "there is no \"king\""},
	    {"{\"absence\": {\"person\": \"Anna Maria Ek\"}}", ERR_INVALID,
	        "its first day"},
	    {"{\"absence\": {\"person\": \"Anna Maria Ek\", \"from\": "
	     "\"2026-11-20\", \"deputy\": \"Anna Maria Ek\"}}",
	        ERR_INVALID, "nobody stands in for themselves"},
	    {"{\"subscription\": {}}", ERR_INVALID, "its number or its ICCID"},
	    {"{\"subscription\": {\"iccid\": \"12\"}}", ERR_INVALID,
	        "is no ICCID"},
	    {"{\"subscription\": {\"number\": \"+46701234567\", \"flags\": "
	     "[\"gold\"]}}",
	        ERR_INVALID, "there is no \"gold\""},
	    {"{\"assignment\": {\"person\": \"Anna Maria Ek\"}}", ERR_INVALID,
	        "a phone or a subscription"},
	    {"{\"assignment\": {\"person\": \"Anna Maria Ek\", \"phone\": "
	     "\"NONE\"}}",
	        ERR_NOT_FOUND, "there is no phone \"NONE\""},
	};
	char lines[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(
		    lines, sizeof(lines), "%s%s", ANNA, cases[i].line);
		towns_refused(ada, lines, cases[i].code, cases[i].sentence);
		assert_int_equal(count_people(), 0);
	}
}

static void test_long_lines(void **state)
{
	char *lines = malloc(LEDGER_FILE_MAX + 2);

	(void)state;
	assert_non_null(lines);
	memset(lines, 'x', LEDGER_LINE_MAX + 1);
	lines[LEDGER_LINE_MAX + 1] = '\0';
	towns_refused(ada, lines, ERR_LIMIT, "line 1: longer than");
	memset(lines, '\n', LEDGER_FILE_MAX + 1);
	lines[LEDGER_FILE_MAX + 1] = '\0';
	towns_refused(ada, lines, ERR_LIMIT, "the file is over");
	free(lines);
}

/* ---- people ---- */

static void test_person(void **state)
{
	struct person_view view;
	struct look look;

	(void)state;
	towns_apply(ada, ANNA);
	view = view_of("ANNA.EK@town.example", &look);
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
	view = view_of(view.person.id, &look);
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
	assert_int_equal(count_people(), 2);
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
	struct look look;

	(void)state;
	towns_apply(ada,
	    BO "{\"unit\": {\"name\": \"Skolan\"}}\n"
	       "{\"unit\": {\"name\": \"Badet\"}}\n");
	assert_int_equal(
	    towns_effect(ada, EMPLOYED("\"from\": \"2026-01-01\"")),
	    LEDGER_ADDED);
	view = view_of("Bo Lind", &look);
	assert_int_equal(view.roles, 1);
	assert_string_equal(view.unit.name, "Skolan");
	/* Another role: the row is voided, another one says what is right. */
	assert_int_equal(towns_effect(ada,
	                     EMPLOYED("\"from\": \"2026-01-01\", \"roles\": "
	                              "[\"employee\", \"manager\"]")),
	    LEDGER_CHANGED);
	view = view_of("Bo Lind", &look);
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
	view = view_of("Bo Lind", &look);
	assert_int_equal(look.employed, 2);
	assert_int_equal(view.roles, 2); /* today is the day after the last */
	assert_string_equal(view.unit.name, "Badet");
}

/* Today is a day of the town, not of UTC. */
static void test_today(void **state)
{
	struct look look;

	(void)state;
	towns_apply(ada,
	    BO "{\"employment\": {\"person\": \"Bo Lind\", "
	       "\"from\": \"2026-11-23\"}}");
	assert_int_equal(view_of("Bo Lind", &look).roles, 0);
	towns_now = TOWNS_NOW + 15 * TIME_HOUR_MS - 1; /* 23:59:59.999 there */
	assert_int_equal(view_of("Bo Lind", &look).roles, 0);
	towns_now++;
	assert_int_equal(view_of("Bo Lind", &look).roles, 1);
}

/* ---- absences ---- */

#define AWAY(more)                                                             \
	"{\"absence\": {\"person\": \"Bo Lind\", \"from\": "                   \
	"\"2026-11-20\"" more "}}"

static void test_absence(void **state)
{
	struct person_view view;
	struct look look;

	(void)state;
	towns_apply(ada, ANNA BO);
	assert_int_equal(towns_effect(ada, AWAY("")), LEDGER_ADDED);
	assert_int_equal(towns_effect(ada, AWAY("")), LEDGER_UNCHANGED);
	assert_int_equal(
	    towns_effect(ada, AWAY(", \"deputy\": \"Anna Maria Ek\"")),
	    LEDGER_CHANGED);
	view = view_of("Bo Lind", &look);
	assert_string_equal(view.deputy.name, "Anna Maria Ek");
	assert_true(view.absence.until_day == 0);
	assert_int_equal(look.away, 1); /* the other is voided */
	assert_int_equal(towns_effect(ada, AWAY(", \"until\": \"2026-11-22\"")),
	    LEDGER_ENDED);
	assert_string_not_equal(view_of("Bo Lind", &look).absence.id, "");
	towns_now += TIME_DAY_MS;
	assert_string_equal(view_of("Bo Lind", &look).absence.id, "");
}

/* ---- who holds what ---- */

static void test_hand_over(void **state)
{
	struct look look = {.held = 0};
	struct device device;
	int64_t first = TOWNS_NOW;

	(void)state;
	towns.order_gate_is_open = true;
	towns_apply(ada, ANNA BO);
	towns_phone(ada, "SERIAL1", false);
	assert_int_equal(towns_effect(ada,
	                     "{\"assignment\": {\"person\": \"Bo Lind\", "
	                     "\"phone\": \"SERIAL1\"}}"),
	    LEDGER_ADDED);
	assert_int_equal(towns_effect(ada,
	                     "{\"assignment\": {\"person\": \"Bo Lind\", "
	                     "\"phone\": \"SERIAL1\"}}"),
	    LEDGER_UNCHANGED);
	towns_now += TIME_DAY_MS;
	assert_int_equal(towns_effect(ada,
	                     "{\"assignment\": {\"person\": \"Anna Maria Ek\", "
	                     "\"phone\": \"SERIAL1\"}}"),
	    LEDGER_CHANGED);
	assert_int_equal(
	    service_device_find(&towns, ada, "SERIAL1", &device, NULL), 0);
	assert_string_equal(device.person, "Anna Maria Ek");
	/* Renamed, the phone is found by the new name. */
	towns_apply(ada,
	    "{\"person\": {\"mail\": \"anna.ek@town.example\", "
	    "\"name\": \"Anna Maria Berg\"}}");
	assert_int_equal(
	    service_device_find(&towns, ada, "Maria Berg", &device, NULL), 0);
	towns_now += TIME_DAY_MS;
	assert_int_equal(
	    towns_effect(ada, "{\"return\": {\"phone\": \"SERIAL1\"}}"),
	    LEDGER_ENDED);
	towns_refused(ada, "{\"return\": {\"phone\": \"SERIAL1\"}}",
	    ERR_CONFLICT, "nobody holds it");
	/* Who had it? */
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1", NULL,
	                     on_holding, &look, NULL),
	    0);
	assert_int_equal(look.held, 2);
	assert_string_equal(look.holdings[0].person.name, "Bo Lind");
	assert_true(look.holdings[0].assignment.from_at == first);
	assert_string_equal(
	    look.holdings[0].assignment.close_reason, "handed over");
	assert_string_equal(look.holdings[1].person.name, "Anna Maria Berg");
	assert_string_equal(
	    look.holdings[1].assignment.close_reason, "returned");
	look.held = 0;
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1",
	                     "2026-11-22", on_holding, &look, NULL),
	    0);
	assert_int_equal(look.held, 1);
	assert_string_equal(look.holdings[0].person.name, "Bo Lind");
	look.held = 0;
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1",
	                     "2026-11-23", on_holding, &look, NULL),
	    0);
	assert_int_equal(look.held, 2); /* the day it was handed over */
	look.held = 0;
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1",
	                     "2026-11-25", on_holding, &look, NULL),
	    0);
	assert_int_equal(look.held, 0);
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1", "now",
	                     on_holding, &look, NULL),
	    -ERR_INVALID);
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL9", NULL,
	                     on_holding, &look, NULL),
	    -ERR_NOT_FOUND);
}

#define SIM_A "8946201234567890123"
#define SIM_B "8946209999999990123"

static void test_subscription(void **state)
{
	struct look look;
	struct person_view view;

	(void)state;
	towns.order_gate_is_open = true;
	towns_apply(ada, ANNA BO);
	towns_phone(ada, "SERIAL1", false);
	towns_apply(ada,
	    "{\"assignment\": {\"person\": \"Bo Lind\", \"phone\": "
	    "\"SERIAL1\"}}\n"
	    "{\"subscription\": {\"iccid\": \"" SIM_A
	    "\", \"number\": \"+46701234567\"}}\n"
	    "{\"assignment\": {\"person\": \"Bo Lind\", \"subscription\": "
	    "\"+46701234567\"}}");
	view = view_of("Bo Lind", &look);
	assert_string_equal(view.person.name, "Bo Lind");
	assert_int_equal(look.held, 2);
	/* It sits in the only phone he holds. */
	assert_string_equal(sim_of(&look)->device_id, "device-SERIAL1");
	/* The same number on another card is the same contract. */
	assert_int_equal(towns_effect(ada,
	                     "{\"subscription\": {\"iccid\": \"" SIM_B
	                     "\", \"number\": \"+46 70 123 45 67\"}}"),
	    LEDGER_CHANGED);
	/* A twin of it is another one. */
	assert_int_equal(towns_effect(ada,
	                     "{\"subscription\": {\"iccid\": \"" SIM_A
	                     "\", \"number\": \"+46701234567\", \"flags\": "
	                     "[\"twin\"], \"expected_imeis\": "
	                     "\"350000000000006\"}}"),
	    LEDGER_ADDED);
	towns_refused(ada,
	    "{\"assignment\": {\"person\": \"Bo Lind\", \"subscription\": "
	    "\"+46701234567\"}}",
	    ERR_CONFLICT, "several subscriptions");
	/* Its end ends who holds it. */
	assert_int_equal(towns_effect(ada,
	                     "{\"subscription\": {\"iccid\": \"" SIM_B
	                     "\", \"ended\": true}}"),
	    LEDGER_ENDED);
	(void)view_of("Bo Lind", &look);
	assert_true(sim_of(&look)->to_at == TOWNS_NOW);
	assert_string_equal(
	    sim_of(&look)->close_reason, "the subscription ended");
}

/* ---- links and destructive orders ---- */

static void test_link_makes_person(void **state)
{
	struct link_request request = {"Cajsa Ny", "SERIAL7", 0};
	struct person_view view;
	struct look look;
	struct link link;
	char *url = NULL;
	struct err err = {0};

	(void)state;
	towns.order_gate_is_open = true;
	towns_apply(ada, ANNA);
	assert_int_equal(
	    service_link_create(&towns, ada, &request, &link, &url, NULL), 0);
	free(url);
	view = view_of("Cajsa Ny", &look);
	assert_string_equal(link.person_id, view.person.id);
	request.person = "ANNA.EK@town.example";
	assert_int_equal(
	    service_link_create(&towns, ada, &request, &link, &url, NULL), 0);
	free(url);
	assert_string_equal(link.person, "Anna Maria Ek");
	assert_int_equal(count_people(), 2);
	/* A mail address that nobody has is a slip, no new person. */
	request.person = "nobody@town.example";
	assert_int_equal(
	    service_link_create(&towns, ada, &request, &link, &url, &err),
	    -ERR_NOT_FOUND);
	assert_int_equal(count_people(), 2);
}

static void wipe_refused(const char *serial, const char *sentence)
{
	struct wipe_request request = {.device = serial, .reason = "test"};
	struct wipe_plan plan;
	struct wipe wipe;
	struct err err = {0};

	assert_int_equal(
	    service_wipe_plan(&towns, ada, &request, &plan, NULL), 0);
	assert_false(plan.allowed);
	assert_non_null(strstr(plan.refusal, sentence));
	assert_int_equal(service_wipe_order(&towns, ada, &request, &wipe, &err),
	    -ERR_CONFLICT);
	assert_non_null(strstr(err.text, sentence));
}

/* DESIGN invariant 1. */
static void test_no_holder_no_wipe(void **state)
{
	struct wipe_request request = {.device = "SERIAL1", .reason = "test"};
	struct wipe wipe;

	(void)state;
	towns.order_gate_is_open = true;
	towns_apply(ada, BO);
	towns_phone(ada, "SERIAL1", false);
	wipe_refused("SERIAL1", "nobody holds this phone");
	towns_apply(ada,
	    "{\"assignment\": {\"person\": \"Bo Lind\", "
	    "\"phone\": \"SERIAL1\"}}");
	assert_int_equal(
	    service_wipe_order(&towns, ada, &request, &wipe, NULL), 0);
	towns_phone(ada, "SERIAL2", true);
	towns_apply(ada,
	    "{\"assignment\": {\"person\": \"Bo Lind\", "
	    "\"phone\": \"SERIAL2\"}}");
	wipe_refused("SERIAL2", "private phone");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_said_twice),
	    TEST(test_dry_run),
	    TEST(test_wrong_lines),
	    TEST(test_long_lines),
	    TEST(test_person),
	    TEST(test_units),
	    TEST(test_employment),
	    TEST(test_today),
	    TEST(test_absence),
	    TEST(test_hand_over),
	    TEST(test_subscription),
	    TEST(test_link_makes_person),
	    TEST(test_no_holder_no_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
