/*
 * keeper_life_test: is the key process shut in, does it outlive rubbish and
 * signals, and end with its server, and is its own end noticed?
 */
#include "tests/unit/keeper/keeper_world.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/keeper/channel.h"
#include "server/keeper/process.h"

/* A line "Key:\tvalue" of the keeper's /proc status. */
static int status_number(const char *key)
{
	char path[64];
	char line[256];
	int number = -1;
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "/proc/%d/status", keeper_pid(world.keeper));
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) == 0 &&
		    line[strlen(key)] == ':')
			number = (int)strtol(line + strlen(key) + 1, NULL, 10);
	}
	fclose(file);
	return number;
}

static void test_shut_in(void **state)
{
	const char *shields = keeper_shields(world.keeper);
	char path[64];
	DIR *folder;
	int count = 0;

	(void)state;
	assert_int_equal(status_number("NoNewPrivs"), 1);
	assert_int_equal(
	    status_number("Seccomp"), strstr(shields, "seccomp") ? 2 : 0);
	printf("shields: %s\n", shields);
	(void)snprintf(
	    path, sizeof(path), "/proc/%d/fd", keeper_pid(world.keeper));
	folder = opendir(path);
	if (!folder)
		return; /* not dumpable: only root may look */
	while (readdir(folder))
		count++;
	closedir(folder);
	assert_int_equal(count, 2 + 4); /* . and .., 0 to 2, the socket */
}

/* The keeper's loop on a socket of our own, to say wrong things to it. */
static int raw_start(pid_t *pid)
{
	struct channel_inbox inbox = {0};
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	*pid = fork();
	if (*pid == 0) {
		close(pair[0]);
		process_run(pair[1], world.folder);
	}
	close(pair[1]);
	assert_int_equal(channel_inbox_init(&inbox, NULL), 0);
	assert_int_equal(channel_receive(pair[0], &inbox, NULL), 0);
	assert_int_equal(inbox.kind, ERR_NONE);
	channel_inbox_clear(&inbox);
	return pair[0];
}

static uint32_t raw_answer(int fd)
{
	struct channel_inbox inbox = {0};
	uint32_t kind;

	assert_int_equal(channel_inbox_init(&inbox, NULL), 0);
	assert_int_equal(channel_receive(fd, &inbox, NULL), 0);
	kind = inbox.kind;
	channel_inbox_clear(&inbox);
	return kind;
}

static void raw_random(int fd, unsigned seed)
{
	uint8_t data[600];
	uint32_t op = (uint32_t)seed % (KEEPER_OP_COUNT + 2);
	size_t len;

	srand(seed);
	len = (size_t)rand() % sizeof(data);
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(i % 4 ? rand() % 3 : rand());
	assert_int_equal(channel_send(fd, seed, op, data, len, NULL), 0);
	assert_int_not_equal(raw_answer(fd), ERR_NONE);
}

static void test_garbage(void **state)
{
	uint8_t *large = calloc(1, KEEPER_MESSAGE_MAX + 1);
	pid_t pid;
	int fd = raw_start(&pid);
	int status = -1;

	(void)state;
	assert_int_equal(send(fd, "rubbish", 7, 0), 7);
	assert_int_equal(raw_answer(fd), ERR_INVALID);
	assert_true(send(fd, large, 60000, 0) == 60000);
	assert_int_equal(raw_answer(fd), ERR_INVALID);
	assert_int_equal(channel_send(fd, 4, KEEPER_OP_SIGN_PROFILE, large,
	                     KEEPER_MESSAGE_MAX + 1, NULL),
	    0);
	assert_int_equal(raw_answer(fd), ERR_LIMIT);
	for (unsigned seed = 0; seed < 2000; seed++)
		raw_random(fd, seed);
	assert_int_equal(kill(pid, 0), 0);
	/* The end of the stream is its end, and a good one. */
	close(fd);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	free(large);
}

static int seal_once(struct keeper *keeper, struct err *err)
{
	struct buf sealed = {0};
	int rc =
	    keeper_seal(keeper, "c", (const uint8_t *)"s", 1, &sealed, err);

	buf_clear(&sealed);
	return rc;
}

static void test_killed(void **state)
{
	struct keeper *keeper = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(keeper_start(world.folder, &keeper, NULL), 0);
	assert_int_equal(seal_once(keeper, &err), 0);
	assert_int_equal(kill(keeper_pid(keeper), SIGKILL), 0);
	assert_int_equal(seal_once(keeper, &err), -ERR_IO);
	assert_true(err.text[0] != '\0');
	assert_int_equal(seal_once(keeper, &err), -ERR_IO);
	keeper_stop(keeper);
}

/* Signals for the whole process group do not end it before the server. */
static void test_signals(void **state)
{
	const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		assert_int_equal(kill(keeper_pid(world.keeper), signals[i]), 0);
	assert_int_equal(seal_once(world.keeper, NULL), 0);
}

/* An answer that comes after its time is not taken for the next one's. */
static void test_stopped(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(kill(keeper_pid(world.keeper), SIGSTOP), 0);
	assert_int_equal(seal_once(world.keeper, &err), -ERR_TIMEOUT);
	assert_int_equal(kill(keeper_pid(world.keeper), SIGCONT), 0);
	keeper_world_seals();
}

/* A server that dies without a word takes its keeper along. */
static void test_parent_dies(void **state)
{
	int pipes[2];
	int pid = 0;
	pid_t parent;
	char path[64];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	parent = fork();
	if (parent == 0) {
		struct keeper *keeper = NULL;

		if (keeper_start(world.folder, &keeper, NULL) == 0)
			pid = keeper_pid(keeper);
		(void)!write(pipes[1], &pid, sizeof(pid));
		_exit(0);
	}
	assert_int_equal(read(pipes[0], &pid, sizeof(pid)), sizeof(pid));
	waitpid(parent, NULL, 0);
	close(pipes[0]);
	close(pipes[1]);
	assert_true(pid > 0);
	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	/* Gone, or a zombie until init looks after it: no program any more. */
	for (int i = 0; i < 200; i++) {
		char target[8];

		if (readlink(path, target, sizeof(target)) < 0 &&
		    errno == ENOENT)
			return;
		usleep(10000);
	}
	fail_msg("the keeper outlived its server");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shut_in),
	    cmocka_unit_test(test_garbage),
	    cmocka_unit_test(test_killed),
	    cmocka_unit_test(test_signals),
	    cmocka_unit_test(test_parent_dies),
	    cmocka_unit_test(test_stopped),
	};

	return cmocka_run_group_tests(
	    tests, keeper_world_begin, keeper_world_end);
}
