#include "program/world.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifdef NDEBUG
static int64_t test_offset_ms(void)
{
	return 0;
}
#else
static int64_t test_offset_ms(void)
{
	const char *path = getenv("WORKPHONE_TEST_CLOCK_FILE");
	FILE *file = path ? fopen(path, "re") : NULL;
	char line[32] = "";
	int64_t offset = 0;

	if (!file)
		return 0;
	if (fgets(line, sizeof(line), file))
		offset = strtoll(line, NULL, 10);
	(void)fclose(file);
	return offset;
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
	return read_clock(CLOCK_REALTIME) + test_offset_ms();
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
