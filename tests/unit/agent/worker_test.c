/*
 * Question: does a worker that hangs, dies or floods cost its own job only, and
 * is what it said read whole?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "agent/bench/worker/message.h"
#include "agent/bench/worker/worker.h"
#include "proto/base/err.h"

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct lines {
	char text[1024];
	size_t count;
};

static void on_line(void *arg, const char *line, size_t len)
{
	struct lines *lines = arg;

	(void)snprintf(
	    lines->text, sizeof(lines->text), "%.*s", (int)len, line);
	lines->count++;
}

/* Until its end; what it said is in lines. */
static enum worker_end run(worker_fn *fn, int64_t limit_ms, struct lines *lines)
{
	struct worker worker = {.fd = -1};
	enum worker_end end = WORKER_RUNS;
	int rc = 1;

	assert_int_equal(
	    worker_start(&worker, fn, NULL, now_ms() + limit_ms, NULL), 0);
	while (end == WORKER_RUNS) {
		struct pollfd ready = {worker.fd, POLLIN, 0};

		(void)poll(&ready, 1, 10);
		if (rc > 0)
			rc = worker_read(&worker, on_line, lines);
		if (rc < 0) {
			worker_kill(&worker);
			return WORKER_DIED;
		}
		end = worker_check(&worker, now_ms());
	}
	assert_int_equal(worker.pid, 0);
	return end;
}

static void say(int out, const char *text)
{
	if (write(out, text, strlen(text)) < 0)
		_exit(9);
}

static int talk(void *arg, int out)
{
	(void)arg;
	say(out, "one\ntw");
	(void)usleep(20000);
	say(out, "o\n");
	return 0;
}

static int hang(void *arg, int out)
{
	(void)arg;
	say(out, "before\n");
	for (;;)
		(void)pause();
	return 0;
}

static int die(void *arg, int out)
{
	(void)arg;
	(void)out;
	(void)raise(SIGSEGV);
	return 0;
}

static int fail_status(void *arg, int out)
{
	(void)arg;
	(void)out;
	return 3;
}

static int flood(void *arg, int out)
{
	char block[4096];

	(void)arg;
	memset(block, 'x', sizeof(block));
	for (;;)
		if (write(out, block, sizeof(block)) < 0)
			return 1;
	return 0;
}

static int look_around(void *arg, int out)
{
	struct rlimit files;
	struct rlimit core;

	(void)arg;
	(void)getrlimit(RLIMIT_NOFILE, &files);
	(void)getrlimit(RLIMIT_CORE, &core);
	if (files.rlim_max != WORKER_FILES || core.rlim_max != 0)
		return 1;
	/* Nothing of the daemon's is open: the next one is the fourth. */
	if (dup(out) != 4)
		return 2;
	return 0;
}

static void test_ends(void **state)
{
	struct lines lines = {.count = 0};
	int64_t before;

	(void)state;
	assert_int_equal(run(talk, 10000, &lines), WORKER_DONE);
	assert_int_equal(lines.count, 2);
	assert_string_equal(lines.text, "two");
	assert_int_equal(run(die, 10000, &lines), WORKER_DIED);
	assert_int_equal(run(fail_status, 10000, &lines), WORKER_DIED);
	before = now_ms();
	assert_int_equal(run(hang, 200, &lines), WORKER_LATE);
	assert_true(now_ms() - before < 5000);
	assert_string_equal(lines.text, "before");
	assert_int_equal(run(flood, 10000, &lines), WORKER_DIED);
}

static void test_closed_in(void **state)
{
	struct lines lines = {.count = 0};

	(void)state;
	assert_int_equal(run(look_around, 10000, &lines), WORKER_DONE);
}

static void test_messages(void **state)
{
	struct message message = {
	    .kind = MESSAGE_DONE, .failure = FAILURE_LOCKED, .native = -17};
	struct message back = {.kind = MESSAGE_WAIT};
	struct buf line = {0};

	(void)state;
	assert_int_equal(message_encode(&message, &line, NULL), 0);
	assert_int_equal(
	    message_parse((char *)line.data, line.len - 1, &back, NULL), 0);
	assert_int_equal(back.kind, MESSAGE_DONE);
	assert_int_equal(back.failure, FAILURE_LOCKED);
	assert_int_equal(back.native, -17);
	buf_reset(&line);
	message = (struct message){
	    .kind = MESSAGE_STEP, .step = "a \"step\"", .percent = 40};
	assert_int_equal(message_encode(&message, &line, NULL), 0);
	assert_int_equal(
	    message_parse((char *)line.data, line.len - 1, &back, NULL), 0);
	assert_string_equal(back.step, "a \"step\"");
	assert_int_equal(back.percent, 40);
	buf_clear(&line);
}

static void test_bad_messages(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "{}",
	    "{\"message\":\"shout\"}", "{\"message\":\"done\"}",
	    "{\"message\":\"done\",\"code\":\"ok\",\"native\":99999999999}",
	    "{\"message\":\"step\",\"step\":\"x\",\"percent\":101}",
	    "{\"message\":\"report\",\"report\":{}}",
	    "{\"message\":\"report\",\"report\":7}"};
	struct message back = {.kind = MESSAGE_WAIT};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    message_parse(bad[i], strlen(bad[i]), &back, NULL),
		    -(int)ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_closed_in),
	    cmocka_unit_test(test_messages),
	    cmocka_unit_test(test_bad_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
