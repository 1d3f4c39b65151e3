/*
 * catalogue_test: do the five packs hold every rule of the catalogue, once, in
 * its class, from its line, for those it binds, with words of our own in every
 * language; and is our copy of the catalogue still the catalogue?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policies/pack.h"
#include "tests/policy/catalogue.h"

static const char *const names[] = {"ronneby", "vastervik",
    "askersund-hallsberg-laxa", "botkyrka", "albertslund"};
#define PACKS (sizeof(names) / sizeof(names[0]))

static struct pack *packs[PACKS];

static int packs_load(void **state)
{
	char folder[256];
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < PACKS; i++) {
		(void)snprintf(folder, sizeof(folder),
		    WP_SOURCE_DIR "/policies/packs/%s", names[i]);
		if (pack_load(folder, &packs[i], &err)) {
			print_error("%s\n", err.text);
			return -1;
		}
	}
	return 0;
}

static int packs_free(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < PACKS; i++)
		pack_free(packs[i]);
	return 0;
}

static const struct pack *pack_named(const char *name)
{
	size_t i;

	for (i = 0; i < PACKS; i++) {
		if (strcmp(names[i], name) == 0)
			return packs[i];
	}
	fail_msg("%s", name);
	return NULL;
}

/* 149 rules: 13 enforce, 27 verify, 31 attest, 77 inform, 1 waived. */
static void test_counts(void **state)
{
	static const unsigned expected[] = {13, 27, 31, 77, 1};
	unsigned counts[5] = {0};
	size_t rules = 0;
	size_t i;
	size_t j;

	(void)state;
	assert_int_equal(CATALOGUE_ROWS, 149);
	for (i = 0; i < PACKS; i++) {
		rules += pack_rule_count(packs[i]);
		for (j = 0; j < pack_rule_count(packs[i]); j++)
			counts[pack_rule_at(packs[i], j)->class]++;
	}
	assert_int_equal(rules, 149);
	for (i = 0; i < 5; i++)
		assert_int_equal(counts[i], expected[i]);
}

/* Is the line one of "7,42,74" or within "45-46"? */
static bool stands_at(const char *lines, unsigned line)
{
	while (*lines) {
		char *end;
		unsigned long from = strtoul(lines, &end, 10);
		unsigned long to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		if (line >= from && line <= to)
			return true;
		lines = *end ? end + 1 : end;
	}
	return false;
}

static void test_every_row(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < CATALOGUE_ROWS; i++) {
		const struct catalogue_row *row = &catalogue[i];
		const struct pack_rule *rule =
		    pack_rule_find(pack_named(row->pack), row->id);

		if (!rule)
			fail_msg("%s is not in %s", row->id, row->pack);
		if (rule->class != row->class)
			fail_msg("%s is of class %s", row->id,
			    pack_class_name(rule->class));
		if (!stands_at(row->lines, rule->source.line))
			fail_msg("%s is cited from line %u, not %s", row->id,
			    rule->source.line, row->lines);
		if (row->binds & ~rule->binds)
			fail_msg("%s binds too few", row->id);
		assert_int_not_equal(rule->source.section[0], '\0');
	}
}

/* No id twice, in any two packs. */
static void test_unique(void **state)
{
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < CATALOGUE_ROWS; i++) {
		unsigned found = 0;

		for (j = 0; j < PACKS; j++)
			found +=
			    pack_rule_find(packs[j], catalogue[i].id) != NULL;
		assert_int_equal(found, 1);
	}
}

/* Two languages, and the second is no copy of the first. */
static void test_languages(void **state)
{
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < PACKS; i++) {
		assert_int_equal(pack_language_count(packs[i]), 2);
		assert_string_equal(pack_language_at(packs[i], 0),
		    strcmp(names[i], "albertslund") ? "sv" : "da");
		assert_string_equal(pack_language_at(packs[i], 1), "en");
		for (j = 0; j < pack_rule_count(packs[i]); j++) {
			const char *id = pack_rule_at(packs[i], j)->id;
			const struct pack_text *own =
			    pack_text_find(packs[i], NULL, id);
			const struct pack_text *english =
			    pack_text_find(packs[i], "en", id);

			assert_string_not_equal(own->demand, english->demand);
			assert_string_not_equal(own->why, english->why);
			assert_int_equal(
			    own->how != NULL, english->how != NULL);
			assert_int_equal(
			    own->statement != NULL, english->statement != NULL);
		}
	}
}

/* What nobody looks at says why: the rules of which it could be expected. */
static void test_not_measured(void **state)
{
	static const char *const silent[] = {"RON-09", "RON-13", "RON-19",
	    "VST-20", "VST-22", "VST-26", "BOT-17", "BOT-30", "ALB-02",
	    "ALB-14"};
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		const struct pack_rule *rule = NULL;

		for (j = 0; j < PACKS && !rule; j++)
			rule = pack_rule_find(packs[j], silent[i]);
		assert_non_null(rule);
		assert_non_null(rule->not_measured);
	}
}

/* Each judged rule has a ladder, each asked one its times. */
static void test_ladders(void **state)
{
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < PACKS; i++) {
		for (j = 0; j < pack_rule_count(packs[i]); j++) {
			const struct pack_rule *rule =
			    pack_rule_at(packs[i], j);

			if (rule->class == PACK_ENFORCE ||
			    rule->class == PACK_VERIFY)
				assert_true(rule->grace &&
				    rule->grace->steps_count >= 2);
			if (rule->class == PACK_ATTEST)
				assert_true(rule->statement->escalate_ms > 0);
		}
	}
}

/* The catalogue itself, where it is at hand --------------------------------- */

static const char *const class_words[] = {
    "ENFORCE", "VERIFY", "ATTEST", "INFORM", "WAIVED"};

static void check_line(char *line, size_t index)
{
	char *rest = line;
	const char *id = strsep(&rest, "\t");
	const char *place = strsep(&rest, "\t");
	const char *class;

	(void)strsep(&rest, "\t");
	(void)strsep(&rest, "\t");
	class = strsep(&rest, "\t");
	assert_non_null(class);
	assert_non_null(place);
	assert_true(index < CATALOGUE_ROWS);
	assert_string_equal(id, catalogue[index].id);
	assert_string_equal(class, class_words[catalogue[index].class]);
}

static void test_copy_is_the_catalogue(void **state)
{
	const char *folder = getenv("WORKPHONE_REFERENCE");
	char path[512];
	char line[1024];
	size_t count = 0;
	FILE *file;

	(void)state;
	if (!folder) {
		print_message("SKIP: WORKPHONE_REFERENCE is not set\n");
		skip();
	}
	(void)snprintf(path, sizeof(path), "%s/rule-catalogue.tsv", folder);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s", path);
	while (fgets(line, sizeof(line), file))
		check_line(line, count++);
	(void)fclose(file);
	assert_int_equal(count, CATALOGUE_ROWS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_every_row),
	    cmocka_unit_test(test_unique),
	    cmocka_unit_test(test_languages),
	    cmocka_unit_test(test_not_measured),
	    cmocka_unit_test(test_ladders),
	    cmocka_unit_test(test_copy_is_the_catalogue),
	};

	return cmocka_run_group_tests(tests, packs_load, packs_free);
}
