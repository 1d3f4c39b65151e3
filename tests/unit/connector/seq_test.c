/*
 * Question: do the numbers of reports only rise: over restarts, kills, a clock
 * that goes back and a folder that was lost?
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/bench/uplink/files.h"
#include "agent/connector/seq.h"
#include "proto/base/err.h"

#define NOW INT64_C(1795333105000)

static char folder[] = "/tmp/wp-seq-XXXXXX";

static int64_t take(int64_t now_ms)
{
	struct seq *seq = NULL;
	struct err err = {0};
	int64_t number = 0;

	if (seq_open(folder, &seq, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(seq_take(seq, now_ms, &number, NULL), 0);
	seq_close(seq);
	return number;
}

static void only_rise(void **state)
{
	int64_t first = take(NOW);

	(void)state;
	assert_int_equal(first, NOW / 1000);
	assert_int_equal(take(NOW), first + 1);
	/* The clock went back; the numbers do not. */
	assert_int_equal(take(1000), first + 2);
	assert_int_equal(take(NOW + 60000), first + 60);
}

/* Takes numbers and tells each over a pipe until it is killed. */
static void child(int fd)
{
	struct seq *seq = NULL;
	int64_t number;

	if (seq_open(folder, &seq, NULL) != 0)
		_exit(1);
	while (seq_take(seq, NOW, &number, NULL) == 0)
		if (write(fd, &number, sizeof(number)) != sizeof(number))
			break;
	_exit(0);
}

static void killed_between(void **state)
{
	int64_t last = take(NOW);

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		int64_t number;
		int ends[2];
		pid_t pid;

		assert_int_equal(pipe(ends), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			child(ends[1]);
		(void)close(ends[1]);
		(void)usleep(1000 + 700 * round);
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		while (
		    read(ends[0], &number, sizeof(number)) == sizeof(number)) {
			assert_true(number > last);
			last = number;
		}
		(void)close(ends[0]);
	}
	assert_true(take(NOW) > last);
}

static void one_at_a_time(void **state)
{
	struct seq *first = NULL;
	struct seq *second = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(seq_open(folder, &first, NULL), 0);
	assert_int_equal(seq_open(folder, &second, &err), -ERR_BUSY);
	seq_close(first);
	assert_int_equal(seq_open(folder, &second, NULL), 0);
	seq_close(second);
}

static void spoiled(void **state)
{
	static const char *const texts[] = {
	    "", "x\n", "-1\n", "1 2\n", "99999999999999999999\n"};
	struct seq *seq = NULL;
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(files_write(folder, "seq", texts[i],
		                     strlen(texts[i]), 0600, NULL),
		    0);
		assert_int_equal(seq_open(folder, &seq, &err), -ERR_INVALID);
	}
	assert_int_equal(files_remove(folder, "seq", NULL), 0);
	assert_int_equal(take(NOW), NOW / 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_rise),
	    cmocka_unit_test(killed_between),
	    cmocka_unit_test(one_at_a_time),
	    cmocka_unit_test(spoiled),
	};
	static const char *const left[] = {"seq", "lock", "seq.new"};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < 3; i++)
		(void)files_remove(folder, left[i], NULL);
	(void)rmdir(folder);
	return failed;
}
