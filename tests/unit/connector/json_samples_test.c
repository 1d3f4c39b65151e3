/*
 * Question: are the hostile JSON files of the samples taken or refused as their
 * index says, and is none of them a report?
 *
 * Two that JSON allows are refused on purpose: a key that stands there twice
 * means two things to two readers, and a NUL ends a text for some of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/evidence/evidence.h"
#include "proto/json/json_guard.h"

static const struct json_limits limits = {1 << 20, 512, 100000};

static const char *const refused_on_purpose[] = {
    "jts-y_object_duplicated_key.json",
    "jts-y_object_escaped_null_in_key.json",
};

static bool is_on_purpose(const char *path)
{
	for (size_t i = 0; i < 2; i++)
		if (strstr(path, refused_on_purpose[i]))
			return true;
	return false;
}

static size_t read_file(
    const char *folder, const char *path, char *out, size_t size)
{
	char whole[1024];
	size_t len;
	FILE *file;

	(void)snprintf(whole, sizeof(whole), "%s/%s", folder, path);
	file = fopen(whole, "rb");
	if (!file)
		fail_msg("%s is not there", whole);
	len = fread(out, 1, size, file);
	(void)fclose(file);
	return len;
}

static void judge(const char *folder, const char *path, const char *expected)
{
	static char data[1 << 20];
	size_t len = read_file(folder, path, data, sizeof(data));
	struct evidence_report report;
	json_t *root = NULL;
	struct err err = {0};
	int rc = json_guard_load(data, len, &limits, "it", &root, &err);

	json_decref(root);
	if (is_on_purpose(path)) {
		if (rc == 0)
			fail_msg("%s was taken", path);
	} else if (strcmp(expected, "valid") == 0 && rc != 0) {
		fail_msg("%s: %s", path, err.text);
	} else if (strcmp(expected, "invalid") == 0 && rc == 0) {
		fail_msg("%s was taken", path);
	}
	err = (struct err){0};
	assert_int_not_equal(
	    evidence_report_parse(data, len, &report, &err), 0);
	assert_true(err.text[0] != '\0');
}

/* Column n of a line of tabs; cuts the line. */
static char *column(char *line, int n)
{
	char *at = line;

	while (n-- > 0 && at)
		at = strchr(at, '\t') ? strchr(at, '\t') + 1 : NULL;
	return at;
}

static void as_the_index_says(void **state)
{
	const char *folder = getenv("WORKPHONE_SAMPLES");
	char line[4096];
	char path[512];
	FILE *index;
	int count = 0;

	(void)state;
	if (!folder) {
		(void)printf("SKIP: WORKPHONE_SAMPLES is not set\n");
		skip();
	}
	(void)snprintf(path, sizeof(path), "%s/INDEX.tsv", folder);
	index = fopen(path, "r");
	assert_non_null(index);
	while (fgets(line, sizeof(line), index)) {
		char *group = column(line, 1);
		char *expected = column(line, 7);

		if (!group || !expected ||
		    strncmp(group, "hostile-json\t", 13) != 0)
			continue;
		line[strcspn(line, "\t")] = '\0';
		expected[strcspn(expected, "\t\n")] = '\0';
		judge(folder, line, expected);
		count++;
	}
	(void)fclose(index);
	assert_true(count >= 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_the_index_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
