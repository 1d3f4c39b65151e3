/*
 * roster_map_fuzz: does any column map, or any row of headings under it, hurt
 * the reader, and does every column that it finds lie in the file? The input is
 * a map, a NUL and headings, a line each.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/roster/roster_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADINGS 32

static void check_refusal(int rc, const struct err *err)
{
	if (-(int)err->code != rc || rc == 0 || !*err->text)
		abort();
}

static void check_map(const struct roster_map *map)
{
	size_t i;

	if (map->role_count > ROSTER_MAP_WORDS ||
	    map->gone_count > ROSTER_MAP_WORDS)
		abort();
	for (i = 0; i < map->role_count; i++)
		if (!map->roles[i].word[0] || map->roles[i].role <= 0)
			abort();
	for (i = 0; i < map->gone_count; i++)
		if (!memchr(map->gone[i], 0, ROSTER_MAP_HEADING))
			abort();
}

static void find_columns(const struct roster_map *map, char *text)
{
	const char *headings[HEADINGS];
	int columns[ROSTER_FIELD_COUNT];
	struct err err = {0};
	size_t count = 0;
	char *rest = NULL;
	char *line;
	size_t i;
	int rc;

	for (line = strtok_r(text, "\n", &rest); line && count < HEADINGS;
	     line = strtok_r(NULL, "\n", &rest))
		headings[count++] = line;
	rc = roster_map_columns(map, headings, count, columns, &err);
	if (rc < 0) {
		check_refusal(rc, &err);
		return;
	}
	for (i = 0; i < ROSTER_FIELD_COUNT; i++)
		if (columns[i] < -1 || columns[i] >= (int)count)
			abort();
	if (columns[ROSTER_KEY] < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 2);
	struct roster_map map;
	struct err err = {0};
	int rc;

	if (!text)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	text[size + 1] = '\0';
	rc = roster_map_parse(text, &map, &err);
	if (rc < 0)
		check_refusal(rc, &err);
	else {
		check_map(&map);
		find_columns(&map, text + strlen(text) + 1);
	}
	free(text);
	return 0;
}
