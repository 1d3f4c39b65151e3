#include "agent/bench/worker/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/err.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW_MEMORY 1 /* maps terabytes; no limit can hold */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif
#ifndef HAS_SHADOW_MEMORY
#define HAS_SHADOW_MEMORY 0
#endif

static void set_limits(void)
{
	struct rlimit memory = {WORKER_MEMORY, WORKER_MEMORY};
	struct rlimit files = {WORKER_FILES, WORKER_FILES};
	struct rlimit core = {0, 0}; /* it would hold pair records */

	if (!HAS_SHADOW_MEMORY)
		(void)setrlimit(RLIMIT_AS, &memory);
	(void)setrlimit(RLIMIT_NOFILE, &files);
	(void)setrlimit(RLIMIT_CORE, &core);
}

static void reset_signals(void)
{
	sigset_t none;
	int number;

	for (number = 1; number < 32; number++)
		(void)signal(number, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The pipe moves to 3; all else of the daemon's is closed. */
static int keep_only(int fd)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0 && null != STDIN_FILENO) {
		(void)dup2(null, STDIN_FILENO);
		if (null != 3)
			(void)close(null);
	}
	if (fd != 3) {
		(void)dup2(fd, 3);
	}
	(void)close_range(4, ~0U, 0);
	return 3;
}

static void child(worker_fn *fn, void *arg, int out, pid_t parent)
{
	/* A worker never outlives its daemon: the next one may start anew. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	(void)setpgid(0, 0);
	reset_signals();
	out = keep_only(out);
	set_limits();
	_exit(fn(arg, out));
}

int worker_start(struct worker *worker, worker_fn *fn, void *arg,
    int64_t deadline, struct err *err)
{
	int ends[2];
	pid_t parent = getpid();
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err, ERR_IO, "no pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		child(fn, arg, ends[1], parent);
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return err_set(err, ERR_IO, "no process: %s", strerror(errno));
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*worker =
	    (struct worker){.pid = pid, .fd = ends[0], .deadline = deadline};
	return 0;
}

static int give_lines(struct worker *worker,
    void (*each)(void *arg, const char *line, size_t len), void *arg)
{
	size_t start = 0;

	while (start < worker->in.len) {
		const char *at = (const char *)worker->in.data + start;
		const char *end = memchr(at, '\n', worker->in.len - start);

		if (!end)
			break;
		each(arg, at, (size_t)(end - at));
		start += (size_t)(end - at) + 1;
	}
	if (start > 0) {
		worker->in.len -= start;
		memmove(
		    worker->in.data, worker->in.data + start, worker->in.len);
	}
	return worker->in.len > WORKER_LINE_MAX ? -(int)ERR_LIMIT : 1;
}

int worker_read(struct worker *worker,
    void (*each)(void *arg, const char *line, size_t len), void *arg)
{
	uint8_t chunk[16384];
	ssize_t got;
	int rc = 1;

	while (worker->fd >= 0 && rc > 0) {
		got = read(worker->fd, chunk, sizeof(chunk));
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return 1;
		if (got <= 0) {
			(void)close(worker->fd);
			worker->fd = -1;
			return 0;
		}
		buf_append(&worker->in, chunk, (size_t)got);
		if (worker->in.failed)
			return -(int)ERR_MEMORY;
		rc = give_lines(worker, each, arg);
	}
	return worker->fd >= 0 ? rc : 0;
}

static void worker_clear(struct worker *worker)
{
	if (worker->fd >= 0)
		(void)close(worker->fd);
	buf_clear(&worker->in);
	*worker = (struct worker){.fd = -1};
}

enum worker_end worker_check(struct worker *worker, int64_t now)
{
	enum worker_end end;
	int status = 0;
	pid_t got;

	if (now >= worker->deadline && !worker->was_killed) {
		worker->was_killed = true;
		(void)kill(worker->pid, SIGKILL);
	}
	got = waitpid(worker->pid, &status, WNOHANG);
	if (got == 0 || (got < 0 && errno == EINTR))
		return WORKER_RUNS;
	if (worker->was_killed)
		end = WORKER_LATE;
	else if (got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		end = WORKER_DONE;
	else
		end = WORKER_DIED;
	worker_clear(worker);
	return end;
}

void worker_kill(struct worker *worker)
{
	if (worker->pid > 0) {
		(void)kill(worker->pid, SIGKILL);
		while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	worker_clear(worker);
}
