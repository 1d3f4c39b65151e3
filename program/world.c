#include "program/world.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

/* What a test adds: to the wall clock, to the machine's own, and whether the
 * kernel is in step. */
struct offsets {
	int64_t wall;
	int64_t boot;
	bool is_in_step;
	bool is_any;
};

#ifdef NDEBUG
static struct offsets test_offsets(void)
{
	return (struct offsets){.wall = 0};
}
#else
static struct offsets test_offsets(void)
{
	struct offsets offsets = {.wall = 0};
	const char *path = getenv("WORKPHONE_TEST_CLOCK_FILE");
	FILE *file = path ? fopen(path, "re") : NULL;
	char line[96] = "";
	char *rest = line;
	char *end;

	if (!file)
		return offsets;
	offsets.is_any = true;
	if (fgets(line, sizeof(line), file))
		offsets.wall = strtoll(line, &rest, 10);
	(void)fclose(file);
	offsets.boot = strtoll(rest, &end, 10);
	if (end == rest) /* both clocks go on alike */
		offsets.boot = offsets.wall;
	offsets.is_in_step = strtoll(end, &rest, 10) != 0 || rest == end;
	return offsets;
}
#endif

static int64_t read_clock(clockid_t which)
{
	struct timespec now;

	(void)clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t now_ms(void *arg)
{
	(void)arg;
	return read_clock(CLOCK_REALTIME) + test_offsets().wall;
}

static int64_t boot_ms(void *arg)
{
	(void)arg;
	return read_clock(CLOCK_BOOTTIME) + test_offsets().boot;
}

/* Whoever sets the clock by hand puts the kernel out of step. */
static bool is_synchronised(void *arg)
{
	struct offsets offsets = test_offsets();
	struct timex state = {.modes = 0};
	int rc;

	(void)arg;
	if (offsets.is_any)
		return offsets.is_in_step;
	rc = adjtimex(&state);
	return rc >= 0 && rc != TIME_ERROR && !(state.status & STA_UNSYNC);
}

int64_t world_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static void fill(void *arg, void *out, size_t len)
{
	(void)arg;
	/* A program without randomness must not go on: it would make guessable
	 * tokens. Nothing from outside can cause this. */
	if (RAND_bytes(out, (int)len) != 1)
		abort();
}

const struct clock *world_clock(void)
{
	static const struct clock clock = {now_ms, NULL};

	return &clock;
}

const struct boot_clock *world_boot_clock(void)
{
	static const struct boot_clock clock = {boot_ms, is_synchronised, NULL};

	return &clock;
}

const struct rng *world_rng(void)
{
	static const struct rng rng = {fill, NULL};

	return &rng;
}

static void write_line(
    void *arg, enum log_level level, const char *line, size_t len)
{
	(void)arg;
	(void)level;
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* nowhere left to say so */
}

void world_log(struct log *log, enum log_level level)
{
	*log = (struct log){level, world_clock(), write_line, NULL};
}
