/*
 * roster_map_test: is a column map of YAML read as it is written, is one that is
 * wrong told by line and key, and does one in the form of older versions learn
 * the new one?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "server/service/roster/roster_map.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct roster_map map;
static int columns[ROSTER_FIELD_COUNT];

static void parse(const char *text)
{
	struct err err = {0};

	if (roster_map_parse(text, &map, &err) < 0)
		fail_msg("%s", err.text);
}

static void test_whole(void **state)
{
	(void)state;
	parse("# all of it\n"
	      "columns:\n"
	      "  key: \"#2\"\n"
	      "  name: 'Namn: för- och efternamn'\n"
	      "date: MM/DD/YYYY\n"
	      "encoding: latin1\n"
	      "delimiter: \"|\"\n"
	      "header: false\n"
	      "country: +45\n"
	      "roles:\n"
	      "  - {text: Leder, role: manager}\n"
	      "  - text: \"It: drift\"\n"
	      "    role: it\n"
	      "gone: [Slutat, \"Fratrådt\"]\n");
	assert_true(map.has_columns);
	assert_string_equal(map.columns[ROSTER_KEY], "#2");
	assert_string_equal(
	    map.columns[ROSTER_NAME], "Namn: för- och efternamn");
	assert_string_equal(map.columns[ROSTER_MAIL], "");
	assert_int_equal(map.date, ROSTER_DATE_MDY);
	assert_int_equal(map.encoding, CSV_ENCODING_LATIN1);
	assert_int_equal(map.delimiter, '|');
	assert_false(map.has_header);
	assert_string_equal(map.country, "+45");
	assert_int_equal(map.role_count, 2);
	assert_string_equal(map.roles[0].word, "Leder");
	assert_int_equal(map.roles[0].role, PACK_ROLE_MANAGER);
	assert_string_equal(map.roles[1].word, "It: drift");
	assert_int_equal(map.gone_count, 2);
	assert_string_equal(map.gone[1], "Fratrådt");
}

/* Nothing written, or nothing of the columns: by what they are called. */
static void test_no_columns(void **state)
{
	static const char *const texts[] = {NULL, "", "date: DD.MM.YYYY\n"};
	static const char *const headings[] = {"E-post", "Namn", "anst.nr"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		parse(texts[i]);
		assert_false(map.has_columns);
		assert_true(map.has_header);
		assert_int_equal(
		    roster_map_columns(&map, headings, 3, columns, NULL), 0);
		assert_int_equal(columns[ROSTER_KEY], 2);
		assert_int_equal(columns[ROSTER_NAME], 1);
		assert_int_equal(columns[ROSTER_MAIL], 0);
		assert_int_equal(columns[ROSTER_UNIT], -1);
	}
	assert_int_equal(map.date, ROSTER_DATE_DMY);
}

/* Its name in the file is its own word everywhere. */
static void test_names(void **state)
{
	(void)state;
	assert_string_equal(roster_field_name(ROSTER_KEY), "key");
	assert_string_equal(roster_field_name(ROSTER_LAST_DAY), "last_day");
	assert_string_equal(roster_field_name(ROSTER_STATUS), "status");
}

static const struct {
	const char *text;
	const char *sentence;
} wrong[] = {
    {"\n\ncolumns:\n  kye: a\n",
        "map:4: columns: unknown key 'kye': did you mean 'key'?"},
    {"column: {key: a}\n", "map:1: unknown key 'column'"},
    {"columns: {key: a}\ncolumns: {key: b}\n", "map:2: key 'columns' stands"},
    {"columns:\n  key: a\n  key: b\n", "map:3: columns: key 'key' stands"},
    {"columns:\n  key: #3\n", "map:2: columns.key: has no value"},
    {"columns: Anst.nr\n", "map:1: columns: needs a group of keys"},
    {"roles:\n  - {text: Chef, role: boss}\n",
        "map:2: roles[0].role: \"boss\" is no role"},
    {"roles: {Chef: manager}\n", "map:1: roles: needs a list"},
    {"roles:\n  - {text: Chef}\n", "map:2: roles[0]: missing key 'role'"},
    {"\ndate: soon\n", "map:2: date: write YYYY-MM-DD"},
    {"encoding: ebcdic\n", "map:1: encoding: write auto"},
    {"delimiter: x\n", "map:1: delimiter: write"},
    {"country: 46\n", "map:1: country: write like +46"},
    {"header: maybe\n", "map:1: header: needs true or false"},
    {"gone: Slutat\n", "map:1: gone: needs a list"},
    {"# nothing\n", "map:"},
    {"date: \xff\n", "map:1: not UTF-8"},
};

static void test_wrong(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong); i++) {
		struct err err = {0};

		assert_int_equal(
		    roster_map_parse(wrong[i].text, &map, &err), -ERR_INVALID);
		if (!strstr(err.text, wrong[i].sentence))
			fail_msg(
			    "no \"%s\" in: %s", wrong[i].sentence, err.text);
	}
}

static void test_long(void **state)
{
	static char text[ROSTER_MAP_MAX + 2];
	struct err err = {0};

	(void)state;
	memset(text, '#', sizeof(text) - 1);
	assert_int_equal(roster_map_parse(text, &map, &err), -ERR_LIMIT);
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "gone: [", 7);
	memcpy(text + 7 + ROSTER_MAP_HEADING, "]", 2);
	assert_int_equal(roster_map_parse(text, &map, &err), -ERR_LIMIT);
	memcpy(text + 6 + ROSTER_MAP_HEADING, "]", 2);
	parse(text);
	assert_int_equal(strlen(map.gone[0]), ROSTER_MAP_HEADING - 1);
}

/* What it shows is taken as it stands there. */
static void test_old_form(void **state)
{
	static const struct {
		const char *text;
		const char *line;
	} old[] = {
	    {"key = Anst.nr\n", "map:1: "},
	    {"# The staff export\r\n\r\n  key = Anst.nr\r\n", "map:3: "},
	    {"date = DD.MM.YYYY", "map:1: "},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(old); i++) {
		struct err err = {0};

		assert_int_equal(
		    roster_map_parse(old[i].text, &map, &err), -ERR_INVALID);
		assert_ptr_equal(strstr(err.text, old[i].line), err.text);
		assert_non_null(strstr(err.text, ROSTER_MAP_EXAMPLE));
	}
	parse(ROSTER_MAP_EXAMPLE);
	assert_string_equal(map.columns[ROSTER_KEY], "Anst.nr");
	assert_int_equal(map.roles[0].role, PACK_ROLE_MANAGER);
	/* An equals sign is no sign of it. */
	parse("# a = b\ncolumns: {key: 'a=b', name: c=d}\n");
	assert_string_equal(map.columns[ROSTER_KEY], "a=b");
}

static void test_number(void **state)
{
	static const char *const headings[] = {"a", "b"};
	struct err err = {0};

	(void)state;
	parse("columns: {key: \"#9\", name: \"#2\"}\n");
	assert_int_equal(
	    roster_map_columns(&map, headings, 2, columns, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "there is no column #9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole),
	    cmocka_unit_test(test_no_columns),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_wrong),
	    cmocka_unit_test(test_long),
	    cmocka_unit_test(test_old_form),
	    cmocka_unit_test(test_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
