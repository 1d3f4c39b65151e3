#include "policies/xyaml_walk.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/str.h"

struct place {
	size_t path; /* offset in paths */
	unsigned line;
};

struct xyaml_outline {
	char *name;
	struct buf paths; /* NUL-separated */
	struct place *places;
	size_t count;
	size_t cap;
};

struct xyaml_outline *xyaml_outline_new(const char *name, struct err *err)
{
	struct xyaml_outline *outline = calloc(1, sizeof(*outline));

	if (outline)
		outline->name = strdup(name);
	if (!outline || !outline->name) {
		xyaml_outline_free(outline);
		(void)err_memory(err);
		return NULL;
	}
	return outline;
}

void xyaml_outline_free(struct xyaml_outline *outline)
{
	if (!outline)
		return;
	free(outline->name);
	buf_clear(&outline->paths);
	free(outline->places);
	free(outline);
}

int xyaml_outline_add(struct xyaml_outline *outline, const char *path,
    unsigned line, struct err *err)
{
	struct place *grown;
	size_t cap = outline->cap ? outline->cap * 2 : 64;

	if (outline->count == outline->cap) {
		grown = reallocarray(outline->places, cap, sizeof(*grown));
		if (!grown)
			return err_memory(err);
		outline->places = grown;
		outline->cap = cap;
	}
	outline->places[outline->count].path = outline->paths.len;
	outline->places[outline->count].line = line;
	buf_append(&outline->paths, path, strlen(path) + 1);
	if (buf_check(&outline->paths, err))
		return -ERR_MEMORY;
	outline->count++;
	return 0;
}

/* 0: no value there. */
static unsigned outline_find(
    const struct xyaml_outline *outline, const char *path)
{
	size_t i;

	for (i = 0; i < outline->count; i++) {
		if (strcmp((const char *)outline->paths.data +
		            outline->places[i].path,
		        path) == 0)
			return outline->places[i].line;
	}
	return 0;
}

bool xyaml_has(const struct xyaml_outline *outline, const char *path)
{
	return outline_find(outline, path) != 0;
}

/* "rules[2].id" → "rules[2]" → "rules" → "". */
static void path_cut_last(char *path)
{
	char *dot = strrchr(path, '.');
	char *bracket = strrchr(path, '[');

	if (bracket && (!dot || bracket > dot))
		*bracket = '\0';
	else if (dot)
		*dot = '\0';
	else
		*path = '\0';
}

unsigned xyaml_line(const struct xyaml_outline *outline, const char *path)
{
	char around[XYAML_PATH];
	unsigned line;

	(void)snprintf(around, sizeof(around), "%s", path);
	for (;;) {
		line = outline_find(outline, around);
		if (line || !*around)
			return line ? line : 1;
		path_cut_last(around);
	}
}

/* Foreign words in it may hold newlines, or be cut inside a character. */
static void sentence_clean(char *text)
{
	size_t step;

	for (; *text; text += step) {
		step = str_utf8_step(text);
		if (step == 0)
			*text = '?';
		else if (iscntrl((unsigned char)*text))
			*text = ' ';
		if (step == 0)
			step = 1;
	}
}

int xyaml_err_at(const struct xyaml_outline *outline, const char *path,
    unsigned line, struct err *err, enum err_code code, const char *sentence)
{
	char clean[ERR_TEXT_MAX];

	(void)snprintf(clean, sizeof(clean), "%s", sentence);
	sentence_clean(clean);
	return err_set(err, code, "%s:%u: %s%s%s", outline->name, line, path,
	    *path ? ": " : "", clean);
}

int xyaml_err(const struct xyaml_outline *outline, const char *path,
    struct err *err, enum err_code code, const char *format, ...)
{
	char sentence[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	return xyaml_err_at(
	    outline, path, xyaml_line(outline, path), err, code, sentence);
}
