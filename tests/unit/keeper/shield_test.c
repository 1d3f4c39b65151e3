/*
 * shield_test: does each shield by itself take away what it promises? Each is
 * put on in a child process, which then tries and reports.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/keeper/shield.h"

#define NOT_OFFERED 200

typedef int attempt_fn(void);

/* Exit code of a child that runs attempt; 128 + signal when it was killed. */
static int child_run(attempt_fn *attempt)
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(attempt());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
	                           : WEXITSTATUS(status);
}

static void expect(attempt_fn *attempt, int expected)
{
	int got = child_run(attempt);

	if (got == NOT_OFFERED) {
		puts("SKIP: this kernel does not offer it");
		skip();
	}
	assert_int_equal(got, expected);
}

static int open_errno(const char *path, int flags)
{
	return open(path, flags, 0600) < 0 ? errno : 0;
}

static int landlock_read(void)
{
	shield_privileges();
	if (!shield_landlock())
		return NOT_OFFERED;
	return open_errno("/etc/passwd", O_RDONLY);
}

static int landlock_write(void)
{
	shield_privileges();
	if (!shield_landlock())
		return NOT_OFFERED;
	return open_errno("/tmp/workphone-shield-test", O_WRONLY | O_CREAT);
}

static int landlock_list(void)
{
	shield_privileges();
	if (!shield_landlock())
		return NOT_OFFERED;
	return open_errno("/", O_RDONLY | O_DIRECTORY);
}

static void test_landlock_files(void **state)
{
	(void)state;
	expect(landlock_read, EACCES);
	expect(landlock_write, EACCES);
	expect(landlock_list, EACCES);
}

static int seccomp_open(void)
{
	if (!shield_seccomp())
		return NOT_OFFERED;
	return open_errno("/etc/passwd", O_RDONLY);
}

static int seccomp_socket(void)
{
	if (!shield_seccomp())
		return NOT_OFFERED;
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int seccomp_fork(void)
{
	if (!shield_seccomp())
		return NOT_OFFERED;
	return fork() < 0 ? errno : 0;
}

static int seccomp_exec(void)
{
	char *const arguments[] = {(char[]){"true"}, NULL};

	if (!shield_seccomp())
		return NOT_OFFERED;
	execv("/bin/true", arguments);
	return 0;
}

static int seccomp_executable_memory(void)
{
	if (!shield_seccomp())
		return NOT_OFFERED;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
	    ? errno
	    : 0;
}

static int seccomp_memory(void)
{
	char *large;

	if (!shield_seccomp())
		return NOT_OFFERED;
	large = malloc(8 * 1024 * 1024);
	if (!large)
		return 1;
	memset(large, 1, 8 * 1024 * 1024);
	free(large);
	return 42;
}

static void test_seccomp(void **state)
{
	(void)state;
	expect(seccomp_open, EPERM);
	expect(seccomp_socket, EPERM);
	expect(seccomp_fork, EPERM);
	expect(seccomp_exec, 128 + SIGSYS);
	expect(seccomp_executable_memory, EPERM);
	expect(seccomp_memory, 42);
}

static int limits_descriptor(void)
{
	shield_privileges();
	shield_limits();
	return open_errno("/dev/null", O_RDONLY);
}

static int privileges_dumpable(void)
{
	shield_privileges();
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) * 10 +
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

static void test_limits(void **state)
{
	(void)state;
	expect(limits_descriptor, EMFILE);
	expect(privileges_dumpable, 1);
}

/* Also when the socket is 0 because the server runs without stdin. */
static int descriptors_from(int wanted)
{
	int pair[2];
	char byte = 'k';

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
		return 1;
	if (wanted >= 0 && dup2(pair[0], wanted) < 0)
		return 2;
	if (shield_descriptors(wanted >= 0 ? wanted : pair[0]) != 0)
		return 3;
	for (int fd = SHIELD_FD + 1; fd < 64; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			return 4;
	}
	/* The other end is closed: the only answer left is the end. */
	return recv(SHIELD_FD, &byte, 1, 0) == 0 ? 42 : 5;
}

static int descriptors_plain(void)
{
	return descriptors_from(-1);
}

static int descriptors_stdin(void)
{
	return descriptors_from(0);
}

static void test_descriptors(void **state)
{
	(void)state;
	expect(descriptors_plain, 42);
	expect(descriptors_stdin, 42);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(shield_name(true, true), "seccomp+landlock");
	assert_string_equal(shield_name(true, false), "seccomp");
	assert_string_equal(shield_name(false, true), "landlock");
	assert_string_equal(shield_name(false, false), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_landlock_files),
	    cmocka_unit_test(test_seccomp),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_descriptors),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
