/*
 * Is every message of real SCIM clients and servers read as INDEX.tsv says?
 * The same files are sent to a running server by tests/scim.
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
#include "proto/scim/scim_group.h"
#include "proto/scim/scim_json.h"
#include "proto/scim/scim_patch.h"
#include "proto/scim/scim_user.h"

#define FILE_MAX_BYTES 65536

struct tally {
	unsigned files;
	unsigned users;
	unsigned groups;
	unsigned patches;
	unsigned others;
};

static size_t file_read(const char *root, const char *path, char *out)
{
	char name[1024];
	FILE *file;
	size_t len;

	(void)snprintf(name, sizeof(name), "%s/%s", root, path);
	file = fopen(name, "rb");
	if (!file)
		fail_msg("%s is not there", name);
	len = fread(out, 1, FILE_MAX_BYTES - 1, file);
	out[len] = '\0';
	assert_int_equal(fclose(file), 0);
	return len;
}

/* A PATCH is of a group when it speaks of members, or just of its name. */
static int patch_read(const json_t *document, bool of_group, struct err *err)
{
	struct scim_patch patch;
	struct scim_steps steps = {.steps = NULL};
	enum scim_why why;
	json_t *user;
	int rc = scim_patch_parse(document, &patch, &why, err);

	if (rc < 0)
		return rc;
	user = json_pack("{s:s, s:[]}", "userName", "a", "emails");
	rc = of_group ? scim_group_steps(&patch, &steps, &why, err)
	              : scim_patch_apply(&patch, user, &why, err);
	scim_steps_clear(&steps);
	scim_patch_clear(&patch);
	json_decref(user);
	return rc;
}

static int group_read(const json_t *document, struct err *err)
{
	struct scim_group group;
	enum scim_why why;
	int rc = scim_group_decode(document, &group, &why, err);

	if (rc == 0)
		scim_group_clear(&group);
	return rc;
}

static int document_read(const json_t *document, const char *text,
    struct tally *tally, struct err *err)
{
	struct scim_user user;
	enum scim_why why;

	if (scim_json_get(document, "Operations") &&
	    scim_json_has_schema(document, SCIM_PATCH_URN)) {
		tally->patches++;
		return patch_read(document,
		    strstr(text, "members") || strstr(text, "Test SCIMv2"),
		    err);
	}
	if (scim_json_has_schema(document, SCIM_USER_URN)) {
		tally->users++;
		return scim_user_decode(document, &user, &why, err);
	}
	if (scim_json_has_schema(document, SCIM_GROUP_URN)) {
		tally->groups++;
		return group_read(document, err);
	}
	tally->others++;
	return scim_json_has_schema(document, SCIM_LIST_URN) ||
	        scim_json_has_schema(document, SCIM_BULK_REQUEST_URN)
	    ? 0
	    : err_set(err, ERR_INVALID, "no schema of ours");
}

static int file_check(
    const char *root, const char *path, struct tally *tally, struct err *err)
{
	static char text[FILE_MAX_BYTES];
	json_t *document = NULL;
	size_t len = file_read(root, path, text);
	int rc;

	tally->files++;
	if (strstr(path, ".url.txt")) {
		tally->others++;
		return strncmp(text, "GET /", 5) == 0 ? 0 : -ERR_INVALID;
	}
	rc = scim_json_load(text, len, &document, err);
	if (rc == 0)
		rc = document_read(document, text, tally, err);
	json_decref(document);
	return rc;
}

/* Columns: path, group, …, expected is the eighth. */
static void line_check(const char *root, char *line, struct tally *tally)
{
	char *columns[8] = {NULL};
	struct err err = {0};
	bool wanted;
	size_t i;
	int rc;

	for (i = 0; i < 8; i++)
		columns[i] = strsep(&line, "\t");
	if (!columns[7] ||
	    (strcmp(columns[1], "scim") != 0 &&
	        !strstr(columns[0], "hostile-json/scim")))
		return;
	wanted = strcmp(columns[7], "invalid") != 0;
	rc = file_check(root, columns[0], tally, &err);
	if ((rc == 0) != wanted)
		fail_msg("%s: %s, but the index says %s", columns[0],
		    rc == 0 ? "taken" : err.text, columns[7]);
}

static void test_index(void **state)
{
	const char *root = getenv("WORKPHONE_SAMPLES");
	struct tally tally = {0};
	char name[1024];
	char line[4096];
	FILE *file;

	(void)state;
	if (!root || !*root) {
		printf("SKIP: WORKPHONE_SAMPLES is not set\n");
		skip();
	}
	(void)snprintf(name, sizeof(name), "%s/INDEX.tsv", root);
	file = fopen(name, "rb");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		line_check(root, line, &tally);
	assert_int_equal(fclose(file), 0);
	printf("scim: %u files: %u users, %u groups, %u patches, %u others\n",
	    tally.files, tally.users, tally.groups, tally.patches,
	    tally.others);
	assert_true(tally.files >= 38 && tally.patches >= 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
