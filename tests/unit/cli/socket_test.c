/*
 * Is the admin socket found where it is promised, in the promised order, and
 * is a run.json that somebody else could have written left alone?
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "server/cli/socket.h"

static char folder[64];
static char start[PATH_MAX];

static void run_write(const char *text, mode_t mode)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/var/run.json", folder);
	(void)unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int set_up(void **state)
{
	char path[128];

	(void)state;
	(void)unsetenv("WORKPHONE_SOCKET");
	if (!getcwd(start, sizeof(start)))
		return -1;
	(void)snprintf(folder, sizeof(folder), "/tmp/workphone-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/var", folder);
	if (mkdir(path, 0700) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/a", folder);
	return mkdir(path, 0700);
}

static int tear_down(void **state)
{
	static const char *const names[] = {"/var/run.json", "/var", "/a", ""};
	char path[128];
	size_t i;

	(void)state;
	if (chdir(start) < 0)
		return -1;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", folder, names[i]);
		(void)remove(path);
	}
	return 0;
}

static void the_option_goes_before_all(void **state)
{
	struct socket_place place;

	(void)state;
	assert_int_equal(setenv("WORKPHONE_SOCKET", "/env", 1), 0);
	assert_int_equal(socket_find("/option", &place, NULL), 0);
	assert_string_equal(place.path, "/option");
	assert_int_equal(socket_find(NULL, &place, NULL), 0);
	assert_string_equal(place.path, "/env");
	assert_string_equal(place.origin, "WORKPHONE_SOCKET");
	assert_int_equal(unsetenv("WORKPHONE_SOCKET"), 0);
}

static void a_demo_is_found_from_below(void **state)
{
	struct socket_place place;
	char path[128];

	(void)state;
	run_write("{\"admin_socket\": \"/demo/admin.sock\"}", 0600);
	(void)snprintf(path, sizeof(path), "%s/a", folder);
	assert_int_equal(chdir(path), 0);
	assert_int_equal(socket_find(NULL, &place, NULL), 0);
	assert_string_equal(place.path, "/demo/admin.sock");
	assert_non_null(strstr(place.origin, "var/run.json"));
	assert_int_equal(chdir(start), 0);
}

static void a_relative_socket_is_of_the_folder(void **state)
{
	struct socket_place place;
	char path[128];

	(void)state;
	run_write("{\"admin_socket\": \"var/admin.sock\"}", 0644);
	assert_int_equal(socket_of_run(folder, &place, NULL), 0);
	(void)snprintf(path, sizeof(path), "%s/var/admin.sock", folder);
	assert_string_equal(place.path, path);
}

static void doubtful_files_are_left_alone(void **state)
{
	struct socket_place place = {.path = "untouched"};
	char path[128];

	(void)state;
	run_write("{\"admin_socket\": \"/x\"}", 0666); /* anybody may write */
	assert_int_equal(
	    socket_of_run(folder, &place, NULL), -(int)ERR_NOT_FOUND);
	run_write("{\"admin_socket\": 7}", 0600);
	assert_int_equal(
	    socket_of_run(folder, &place, NULL), -(int)ERR_NOT_FOUND);
	run_write("{\"admin_socket\": ", 0600);
	assert_int_equal(
	    socket_of_run(folder, &place, NULL), -(int)ERR_NOT_FOUND);
	run_write("{}", 0600);
	assert_int_equal(
	    socket_of_run(folder, &place, NULL), -(int)ERR_NOT_FOUND);
	if (geteuid() == 0) { /* only root can give a file away */
		run_write("{\"admin_socket\": \"/x\"}", 0600);
		(void)snprintf(path, sizeof(path), "%s/var/run.json", folder);
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_int_equal(
		    socket_of_run(folder, &place, NULL), -(int)ERR_NOT_FOUND);
	}
	assert_string_equal(place.path, "untouched");
}

static void too_long_a_path_is_refused(void **state)
{
	struct socket_place place;
	struct err err = {0};
	char path[200];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(socket_find(path, &place, &err), -(int)ERR_LIMIT);
	assert_non_null(strstr(err.text, "107"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_option_goes_before_all),
	    cmocka_unit_test(a_demo_is_found_from_below),
	    cmocka_unit_test(a_relative_socket_is_of_the_folder),
	    cmocka_unit_test(doubtful_files_are_left_alone),
	    cmocka_unit_test(too_long_a_path_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
