/*
 * Question: can a connector that has closed its sandbox still read a file, start
 * a program, trace or listen; and can it still do its work?
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/bench/uplink/files.h"
#include "agent/connector/sandbox.h"
#include "proto/base/err.h"

#define HOLDS 0
#define BROKEN 1
#define NOT_OFFERED 77

static char folder[] = "/tmp/wp-sandbox-XXXXXX";

/* Runs attempt in a child that has closed itself in; how it ended. */
static int in_child(int (*attempt)(void), bool has_network)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		const char *holds = sandbox_close(folder, has_network);

		if (strcmp(holds, "seccomp+landlock") != 0)
			_exit(NOT_OFFERED);
		_exit(attempt());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void must_hold(int (*attempt)(void), bool has_network)
{
	int status = in_child(attempt, has_network);

	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_OFFERED) {
		(void)printf("SKIP: this kernel offers not both\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), HOLDS);
}

static int read_elsewhere(void)
{
	static const char *const files[] = {
	    "/etc/passwd", "/etc/shadow", "/root", "/home", WP_SOURCE_DIR};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (open(files[i], O_RDONLY) >= 0)
			return BROKEN;
	return open("/tmp/wp-sandbox-new", O_WRONLY | O_CREAT, 0600) < 0
	    ? HOLDS
	    : BROKEN;
}

static int write_state(void)
{
	struct err err;

	for (int i = 0; i < 3; i++)
		if (files_write(folder, "seq", "1\n", 2, 0600, &err) != 0)
			return BROKEN;
	return HOLDS;
}

static int use_sockets(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || socket(AF_PACKET, SOCK_RAW, 0) >= 0)
		return BROKEN;
	(void)bind(fd, (struct sockaddr *)&any, sizeof(any));
	return listen(fd, 1) != 0 ? HOLDS : BROKEN;
}

static int use_no_sockets(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? HOLDS : BROKEN;
}

static int start_program(void)
{
	char *arguments[] = {NULL};

	(void)execve("/bin/true", arguments, arguments);
	return BROKEN;
}

static void files(void **state)
{
	(void)state;
	must_hold(read_elsewhere, true);
	must_hold(write_state, true);
}

static void sockets(void **state)
{
	(void)state;
	must_hold(use_sockets, true);
	must_hold(use_no_sockets, false);
}

static void programs(void **state)
{
	int status = in_child(start_program, true);

	(void)state;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_OFFERED)
		skip();
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files),
	    cmocka_unit_test(sockets),
	    cmocka_unit_test(programs),
	};
	char path[64];
	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)snprintf(path, sizeof(path), "%s/seq", folder);
	(void)unlink(path);
	(void)rmdir(folder);
	return failed;
}
