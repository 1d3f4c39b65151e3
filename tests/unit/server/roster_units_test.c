/*
 * roster_units_test: is what a source changes about a unit said before it is
 * done, by name, and is nothing written when nothing is new?
 */
#include "tests/unit/server/roster_world.h"

#include <string.h>

#include "server/service/roster/roster_lines.h"

#define LED_HEAD "key;name;mail;unit;manager\n"
#define LED_MAP                                                                \
	"columns:\n"                                                           \
	"  key: key\n  name: name\n  mail: mail\n  unit: unit\n"               \
	"  manager: manager\n"
#define LED_BY(key)                                                            \
	LED_HEAD "1;Anna Ek;anna@town.example;Norr;" key "\n"                  \
	         "2;Bo Lind;bo@town.example;Norr;" key "\n"                    \
	         "3;Cia Berg;cia@town.example;Norr;" key "\n"

static void led(bool is_dry, enum roster_kind kind, const char *csv)
{
	run(is_dry, NULL, roster_of(LED_MAP, kind, csv));
	if (outcome.rc < 0)
		fail_msg("%s\n%s", outcome.err.text, outcome.faults);
}

static void lines(bool is_dry, const char *text)
{
	struct roster *roster = NULL;
	struct err err = {0};

	if (roster_lines_read(
	        "ad", ROSTER_DELTA, text, strlen(text), &roster, &err) < 0)
		fail_msg("%s", err.text);
	run(is_dry, NULL, roster);
	if (outcome.rc < 0)
		fail_msg("%s\n%s", outcome.err.text, outcome.faults);
}

static void test_led_by_another(void **state)
{
	char plan_id[ROSTER_PLAN_ID];
	uint64_t before;

	(void)state;
	led(true, ROSTER_FULL, LED_BY("1"));
	HOLDS(outcome.items, "begins  Norr: a new unit; led by Anna Ek\n");
	led(false, ROSTER_FULL, LED_BY("1"));
	led(true, ROSTER_FULL, LED_BY("2"));
	HOLDS(outcome.words, "0 begin, 0 change, 3 as before");
	HOLDS(outcome.words, "1 unit changes");
	assert_string_equal(
	    outcome.items, "changes  Norr: led by Bo Lind (was Anna Ek)\n");
	(void)memcpy(plan_id, outcome.counts.plan, sizeof(plan_id));
	led(true, ROSTER_FULL, LED_BY("3"));
	assert_string_not_equal(plan_id, outcome.counts.plan);
	led(false, ROSTER_FULL, LED_BY("2"));
	before = units_written();
	led(false, ROSTER_FULL, LED_BY("2"));
	assert_int_equal(units_written(), before);
	assert_string_equal(outcome.items, "");
}

/* A part of the file says nothing of who leads; it says that it does not. */
static void test_kept_by_a_delta(void **state)
{
	uint64_t before;

	(void)state;
	led(false, ROSTER_FULL, LED_BY("1"));
	before = units_written();
	led(false, ROSTER_DELTA, LED_BY("2"));
	assert_int_equal(units_written(), before);
	assert_string_equal(outcome.items, "");
	HOLDS(outcome.words,
	    "1 unit keeps its manager, though another one is named: only a "
	    "full roster");
}

#define UNIT(rest)                                                             \
	"{\"unit\":{\"external_id\":\"u1\",\"name\":" rest "}}\n"              \
	"{\"end\":{\"people\":0}}\n"

static void test_its_own_row(void **state)
{
	uint64_t before;

	(void)state;
	towns_apply(ada,
	    "{\"unit\":{\"name\":\"Vård\"}}\n"
	    "{\"person\":{\"name\":\"Anna Ek\",\"mail\":\"anna@x.se\"}}\n");
	lines(false, UNIT("\"Norr\",\"manager\":\"anna@x.se\""));
	assert_string_equal(outcome.items,
	    "begins u1 Norr: a new unit; external id u1; led by Anna Ek\n");
	lines(true,
	    UNIT("\"Nord\",\"parent\":\"Vård\",\"manager\":\"\","
	         "\"number\":\"+46 490 123\""));
	assert_string_equal(outcome.items,
	    "changes u1 Norr: name Norr → Nord; number none → +46490123; "
	    "below Vård; led by nobody (was Anna Ek)\n");
	lines(false, UNIT("\"Nord\",\"parent\":\"Vård\",\"manager\":\"\""));
	lines(true, UNIT("\"Nord\",\"parent\":\"\""));
	assert_string_equal(
	    outcome.items, "changes u1 Nord: below no other (was Vård)\n");
	before = units_written();
	lines(false, UNIT("\"Nord\",\"parent\":\"Vård\",\"manager\":\"\""));
	assert_int_equal(units_written(), before);
	assert_string_equal(outcome.items, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_led_by_another),
	    TEST(test_kept_by_a_delta),
	    TEST(test_its_own_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
