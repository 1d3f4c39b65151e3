/*
 * ledger_lines_test: is a file of ledger lines taken once, all or nothing, and
 * is each line that is wrong named with what is wrong with it?
 */
#include "tests/unit/server/towns_look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANNA                                                                   \
	"{\"person\": {\"name\": \"Anna Maria Ek\", \"mail\": "                \
	"\"Anna.Ek@Town.example\"}}\n"
#define BO                                                                     \
	"{\"person\": {\"name\": \"Bo Lind\", \"mail\": "                      \
	"\"bo@town.example\"}}\n"

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
	assert_int_equal(towns_count_people(), 2);
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
	assert_int_equal(towns_count_people(), 0);
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
		assert_int_equal(towns_count_people(), 0);
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_said_twice),
	    TEST(test_dry_run),
	    TEST(test_wrong_lines),
	    TEST(test_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
