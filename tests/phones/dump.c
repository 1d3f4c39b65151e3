#include "tests/phones/dump.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/files.h"

static atomic_uint counter;

int dump_start(const char *folder, struct err *err)
{
	const struct dirent *entry;
	unsigned long number;
	unsigned highest = 0;
	DIR *dir;

	if (files_make_folder(folder, err) < 0)
		return -(int)ERR_IO;
	dir = opendir(folder);
	if (!dir)
		return err_set(err, ERR_IO, "cannot read %s", folder);
	while ((entry = readdir(dir)) != NULL) {
		number = strtoul(entry->d_name, NULL, 10);
		if (number > highest && number < UINT_MAX)
			highest = (unsigned)number;
	}
	(void)closedir(dir);
	atomic_store(&counter, highest);
	return 0;
}

unsigned dump_next_number(void)
{
	return atomic_fetch_add(&counter, 1) + 1;
}

void dump_write(const char *folder, unsigned number, const char *serial,
    const char *name, const uint8_t *data, size_t len)
{
	struct err err = {0};
	char path[4096];
	const char *kind = "bin";
	size_t folder_len;
	char *at;

	if (!folder)
		return;
	if (len > 5 && memcmp(data, "<?xml", 5) == 0)
		kind = "plist";
	else if (len == 0)
		kind = "empty";
	if (snprintf(path, sizeof(path), "%s/%06u-%s-%s.%s", folder, number,
	        serial, name, kind) >= (int)sizeof(path))
		return;
	/* RequestType is the server's word: no path may come of it. */
	folder_len = strlen(folder) + 1;
	for (at = path + folder_len; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("-_.", *at))
			*at = '_';
	if (files_write(path, data ? data : (const uint8_t *)"", len, &err) < 0)
		(void)fprintf(stderr, "dump: %s\n", err.text);
}
