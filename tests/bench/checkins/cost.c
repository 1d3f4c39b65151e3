#include "tests/bench/checkins/cost.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static uint64_t task_ns(long pid, const char *task)
{
	char path[512];
	uint64_t ns = 0;
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "/proc/%ld/task/%s/schedstat", pid, task);
	if (!(file = fopen(path, "re")))
		return 0;
	if (fscanf(file, "%" SCNu64, &ns) != 1)
		ns = 0;
	(void)fclose(file);
	return ns;
}

uint64_t cost_cpu_ns(long pid)
{
	const struct dirent *entry;
	char path[64];
	uint64_t sum = 0;
	DIR *tasks;

	(void)snprintf(path, sizeof(path), "/proc/%ld/task", pid);
	if (!(tasks = opendir(path)))
		return 0;
	while ((entry = readdir(tasks)))
		if (entry->d_name[0] != '.')
			sum += task_ns(pid, entry->d_name);
	(void)closedir(tasks);
	return sum;
}

double cost_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
