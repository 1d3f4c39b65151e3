/*
 * pack_hostile_test: is a pack made to exhaust or confuse refused at once, with
 * one sentence that names file and line?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "policies/pack.h"
#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"

#define HEAD                                                                   \
	"format: 2\nname: x\norganisation: O\nowner: w\ncountry: SE\n"         \
	"time_zone: Europe/Stockholm\nlanguages: [sv]\n"
#define DOCUMENTS "documents: [{id: d, title: t, decision: x}]\n"
#define RULE                                                                   \
	"rules:\n  - {id: EX-1, class: inform, level: must, binds: "           \
	"[employee], subject: person, source: {document: d, section: s, "      \
	"line: 1}}\n"

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void refused(const struct buf *yaml, const char *says)
{
	struct pack *pack = NULL;
	struct err err = {0};
	double began = seconds();

	assert_int_equal(buf_check(yaml, NULL), 0);
	assert_int_not_equal(
	    pack_parse("p", yaml->data, yaml->len, &pack, &err), 0);
	assert_null(pack);
	assert_true(seconds() - began < 2.0);
	assert_null(strchr(err.text, '\n'));
	assert_true(str_is_utf8(err.text, strlen(err.text)));
	assert_int_equal(strncmp(err.text, "p:", 2), 0);
	if (!strstr(err.text, says))
		fail_msg("%s\ninstead of: %s", err.text, says);
}

static void repeat(struct buf *out, const char *text, size_t times)
{
	while (times-- > 0)
		buf_append_str(out, text);
}

/* Above the limit of a file, and within it. */
static void test_long_strings(void **state)
{
	struct buf yaml = {0};

	(void)state;
	buf_append_str(&yaml, HEAD "extends: ");
	repeat(&yaml, "xxxxxxxxxxxxxxxx", 10 * 1024 * 1024 / 16);
	refused(&yaml, "p:1: the file is larger than");
	buf_reset(&yaml);
	buf_append_str(&yaml, HEAD "extends: ");
	repeat(&yaml, "xxxxxxxxxxxxxxxx", 900 * 1024 / 16);
	refused(&yaml, "p:8: extends: longer than");
	buf_reset(&yaml);
	repeat(&yaml, "xxxxxxxxxxxxxxxx", 900 * 1024 / 16);
	buf_append_str(&yaml, ": 1\n");
	refused(&yaml, "p:1: ");
	buf_clear(&yaml);
}

static void test_deep(void **state)
{
	struct buf yaml = {0};

	(void)state;
	buf_append_str(&yaml, HEAD "rules: ");
	repeat(&yaml, "[", 500 * 1000);
	refused(&yaml, "p:");
	buf_reset(&yaml);
	buf_append_str(&yaml, HEAD "rules:\n");
	repeat(&yaml, "- ", 100 * 1000);
	refused(&yaml, "p:");
	buf_reset(&yaml);
	buf_append_str(&yaml, HEAD "rules: ");
	repeat(&yaml, "{id: ", 100 * 1000);
	refused(&yaml, "p:");
	buf_clear(&yaml);
}

/* Nine levels of nine would be a thousand million. */
static void test_alias_bomb(void **state)
{
	struct buf yaml = {0};
	char name;
	unsigned i;

	(void)state;
	buf_append_str(&yaml, "format: &a [x, x, x, x, x, x, x, x, x]\n");
	for (name = 'b'; name <= 'i'; name++) {
		buf_printf(&yaml, "k%c: &%c [", name, name);
		for (i = 0; i < 9; i++)
			buf_printf(&yaml, "*%c, ", name - 1);
		buf_append_str(&yaml, "]\n");
	}
	refused(&yaml, "p:1: format: anchors (&) and aliases (*)");
	buf_reset(&yaml);
	/* An anchor that holds itself. */
	buf_append_str(&yaml, HEAD "documents: &a [*a]\n");
	refused(&yaml, "p:8: documents: anchors");
	buf_reset(&yaml);
	buf_append_str(&yaml, HEAD "rules:\n  - <<: *base\n");
	refused(&yaml, "p:9: ");
	buf_reset(&yaml);
	buf_append_str(&yaml, HEAD "documents: [");
	repeat(&yaml, "&a ", 100 * 1000);
	buf_append_str(&yaml, "x]\n");
	refused(&yaml, "p:");
	buf_clear(&yaml);
}

static void test_many(void **state)
{
	struct buf yaml = {0};
	unsigned i;

	(void)state;
	buf_append_str(&yaml, HEAD DOCUMENTS "changes: [");
	repeat(&yaml, "{rule: EX-1}, ", LIMIT_PACK_RULES + 1);
	buf_append_str(&yaml, "]\n");
	refused(&yaml, "changes: more than 512 entries");
	buf_reset(&yaml);
	buf_append_str(&yaml, HEAD DOCUMENTS "rules:\n");
	for (i = 0; i < 20000; i++)
		buf_printf(&yaml, "  - {id: EX-%u}\n", i);
	refused(&yaml, "missing key 'class'");
	buf_reset(&yaml);
	/* One mapping with a great many keys. */
	for (i = 0; i < 50000; i++)
		buf_printf(&yaml, "k%u: 1\n", i);
	refused(&yaml, "p:1: unknown key 'k0'");
	buf_clear(&yaml);
}

/* What looks like one thing and is read as another. */
static void test_lies(void **state)
{
	static const struct {
		const char *yaml;
		const char *says;
	} cases[] = {
	    {HEAD DOCUMENTS RULE "...\n---\nformat: 2\n",
	        "a second document begins"},
	    {"%YAML 1.2\n---\n" HEAD, "directives"},
	    {HEAD "format: 2\n", "stands here twice"},
	    {"format: !!int 2\n", "tags (!) are not taken"},
	    {"format: 0x2\n", "whole decimal number"},
	    {"format: \"2\"\n", "without quotes"},
	    {"format: 2\nname: \"a\\0b\"\n", "control character"},
	    {"format: 2\nname: \xff\n", "not UTF-8"},
	    {"format: 2\nname: a/../b\nextends: b\n", "use only the letters"},
	    {"\xff\xfe", "not UTF-8"},
	    {"", "the file is empty"},
	};
	struct buf yaml = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&yaml);
		buf_append_str(&yaml, cases[i].yaml);
		refused(&yaml, cases[i].says);
	}
	buf_clear(&yaml);
}

/* A text of ten thousand braces, each fine by itself. */
static void test_braces(void **state)
{
	struct buf yaml = {0};
	struct pack *pack = NULL;
	struct err err = {0};

	(void)state;
	buf_append_str(&yaml, HEAD DOCUMENTS RULE);
	assert_int_equal(pack_parse("p", yaml.data, yaml.len, &pack, &err), 0);
	buf_reset(&yaml);
	buf_append_str(&yaml,
	    "language: sv\nprofile: {name: n, description: d}\ntexts:\n"
	    "  - {rule: EX-1, title: t, why: w, demand: '");
	repeat(&yaml, "{unit}", 10000);
	buf_append_str(&yaml, "'}\n");
	assert_int_equal(
	    pack_parse_texts(pack, "sv", "t", yaml.data, yaml.len, &err),
	    -ERR_LIMIT);
	assert_non_null(strstr(err.text, "t:4: texts[0].demand: longer than"));
	buf_clear(&yaml);
	pack_free(pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_long_strings),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_alias_bomb),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_lies),
	    cmocka_unit_test(test_braces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
