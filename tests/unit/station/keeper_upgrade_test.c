/*
 * keeper_upgrade_test: does a key folder of an older version get what bench
 * stations need, whole or again, and is nothing else in it ever touched?
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "server/keeper/keeper.h"

static char folder[64];

static const char *path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int begin(void **state)
{
	static const char *const hosts[] = {"localhost"};

	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/workphone-up-XXXXXX");
	return mkdtemp(folder) &&
	        keeper_init(folder, "Test", hosts, 1,
	            (int64_t)time(NULL) * 1000, NULL) == 0
	    ? 0
	    : -1;
}

static int end(void **state)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);

	(void)state;
	while (dir && (entry = readdir(dir)))
		(void)unlink(path_of(entry->d_name));
	closedir(dir);
	return rmdir(folder);
}

static size_t content(const char *name, char *out, size_t size)
{
	FILE *file = fopen(path_of(name), "rb");
	size_t len;

	assert_non_null(file);
	len = fread(out, 1, size, file);
	fclose(file);
	return len;
}

static bool upgrade(void)
{
	struct err err = {0};
	bool made = false;

	if (keeper_upgrade(
	        folder, "Test", (int64_t)time(NULL) * 1000, &made, &err) < 0)
		fail_msg("%s", err.text);
	return made;
}

static void starts(void)
{
	struct keeper *keeper = NULL;
	struct buf out = {0};
	struct err err = {0};

	if (keeper_start(folder, &keeper, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(
	    keeper_sign_order(keeper, (const uint8_t *)"{}", 2, &out, NULL), 0);
	assert_int_equal(keeper_sign_challenge(keeper,
	                     (const uint8_t *)"12345678", 8, &out, NULL),
	    0);
	buf_clear(&out);
	keeper_stop(keeper);
}

static const char *const bench_files[] = {KEEPER_SUPERVISION_KEY,
    KEEPER_SUPERVISION_CERTIFICATE, KEEPER_ORDERS_KEY,
    KEEPER_ORDERS_PUBLIC_KEY};

static void an_old_folder_is_brought_up(void **state)
{
	char before[4096];
	char after[4096];
	struct keeper *keeper = NULL;
	struct stat st;
	struct err err = {0};
	size_t len = content(KEEPER_CA_KEY, before, sizeof(before));

	(void)state;
	assert_false(upgrade()); /* whole as init made it */
	for (int i = 0; i < 4; i++)
		assert_int_equal(unlink(path_of(bench_files[i])), 0);
	assert_int_equal(keeper_start(folder, &keeper, &err), -ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "migrate"));
	assert_true(upgrade());
	assert_int_equal(content(KEEPER_CA_KEY, after, sizeof(after)), len);
	assert_memory_equal(before, after, len);
	assert_int_equal(stat(path_of(KEEPER_SUPERVISION_KEY), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path_of(KEEPER_ORDERS_KEY), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	starts();
	assert_false(upgrade());
}

/* Cut off anywhere: the public half is last, so the next run makes it whole. */
static void an_interrupted_one_is_finished(void **state)
{
	char before[4096];
	char after[4096];
	size_t len;

	(void)state;
	for (int gone = 1; gone < 4; gone += 2) {
		len = content(bench_files[gone ^ 2], before, sizeof(before));
		assert_int_equal(unlink(path_of(bench_files[gone])), 0);
		assert_true(upgrade());
		starts();
		/* The pair that was whole is the same as before. */
		assert_int_equal(
		    content(bench_files[gone ^ 2], after, sizeof(after)), len);
		assert_memory_equal(before, after, len);
	}
}

static void no_folder_of_ours_is_refused(void **state)
{
	struct err err = {0};
	bool made = false;

	(void)state;
	assert_int_equal(unlink(path_of(KEEPER_CA_CERTIFICATE)), 0);
	assert_int_equal(
	    keeper_upgrade(folder, "Test", 1, &made, &err), -ERR_CONFLICT);
	assert_int_equal(
	    keeper_upgrade("/nowhere/at/all", "Test", 1, &made, &err),
	    -ERR_NOT_FOUND);
	assert_false(made);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(an_old_folder_is_brought_up),
	    TEST(an_interrupted_one_is_finished),
	    TEST(no_folder_of_ours_is_refused),
	};

	return cmocka_run_group_tests_name("keeper upgrade", tests, NULL, NULL);
}
