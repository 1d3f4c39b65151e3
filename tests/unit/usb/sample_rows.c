#include "tests/unit/usb/sample_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <dirent.h>

#define EXPECTED_COLUMN 7

static const char *folder(void)
{
	return getenv("WORKPHONE_SAMPLES");
}

/* The nth field of a row, as long as *len. */
static const char *field(const char *line, unsigned column, size_t *len)
{
	while (column-- > 0) {
		line += strcspn(line, "\t\n");
		line += *line == '\t';
	}
	*len = strcspn(line, "\t\n");
	return line;
}

static size_t read_index(
    const char *group, struct sample_row out[SAMPLE_ROWS_MAX])
{
	size_t start = strlen(group) + 1;
	char path[512];
	char line[2048];
	size_t count = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/INDEX.tsv", folder());
	file = fopen(path, "re");
	if (!file)
		fail_msg("%s is not there", path);
	while (fgets(line, sizeof(line), file)) {
		struct sample_row *row = &out[count];
		size_t len;
		const char *text = field(line, 0, &len);

		if (strncmp(text, group, start - 1) != 0 ||
		    text[start - 1] != '/')
			continue;
		assert_true(count < SAMPLE_ROWS_MAX);
		(void)snprintf(row->file, sizeof(row->file), "%.*s",
		    (int)(len - start), text + start);
		text = field(line, EXPECTED_COLUMN, &len);
		row->is_valid = len == 5 && strncmp(text, "valid", 5) == 0;
		count++;
	}
	(void)fclose(file);
	return count;
}

static void check_folder(
    const char *group, const struct sample_row *rows, size_t count)
{
	struct dirent *entry;
	size_t found = 0;
	char path[512];
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/%s", folder(), group);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		size_t i;

		if (entry->d_name[0] == '.')
			continue;
		for (i = 0; i < count; i++)
			if (strcmp(rows[i].file, entry->d_name) == 0)
				break;
		if (i == count)
			fail_msg(
			    "%s/%s is not in the index", group, entry->d_name);
		found++;
	}
	(void)closedir(dir);
	assert_int_equal(found, count);
}

size_t sample_rows(const char *group, struct sample_row out[SAMPLE_ROWS_MAX])
{
	size_t count;

	if (!folder()) {
		print_message("SKIP: WORKPHONE_SAMPLES is not set\n");
		skip();
	}
	count = read_index(group, out);
	assert_true(count > 0);
	check_folder(group, out, count);
	return count;
}

void sample_read(const char *group, const char *file, struct buf *out)
{
	char path[512];
	uint8_t chunk[4096];
	size_t got;
	FILE *stream;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", folder(), group, file);
	stream = fopen(path, "re");
	if (!stream)
		fail_msg("%s is not there", path);
	while ((got = fread(chunk, 1, sizeof(chunk), stream)) > 0)
		buf_append(out, chunk, got);
	(void)fclose(stream);
	assert_false(out->failed);
}
