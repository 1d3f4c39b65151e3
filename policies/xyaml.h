/*
 * xyaml: YAML from people into typed structs, strictly. One libyaml pass walks
 * the document along a libcyaml schema and refuses what libcyaml lets through
 * (it reads `maybe` as true, `010` as 8, `5abc` as 5), with the exact line and
 * what would be right; then libcyaml fills the struct. Aliases, anchors, tags,
 * directives, further documents and duplicate keys are refused, so time and
 * memory follow the size of the text. Pure; no I/O.
 *
 * Every sentence begins with "<name>:<line>: ".
 */
#ifndef POLICIES_XYAML_H
#define POLICIES_XYAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cyaml/cyaml.h>

#include "proto/base/err.h"

#define XYAML_VALUES 65536 /* scalars, mappings and sequences in all */
#define XYAML_STRING 4096  /* bytes of one text */
#define XYAML_PATH 160     /* "rules[12].grace.steps[3].after" and NUL */

struct xyaml_text {
	const char *name; /* how people call it: "packs/vastervik/pack.yaml" */
	const uint8_t *data;
	size_t len;
	size_t max; /* -ERR_LIMIT above it */
};

/* Where each value stands; for checks that come after loading. */
struct xyaml_outline;

/*
 * schema: its top is a mapping with CYAML_FLAG_POINTER. *out is freed with
 * xyaml_free(), *outline with xyaml_outline_free(); outline may be NULL.
 * -ERR_INVALID, -ERR_LIMIT, -ERR_MEMORY.
 */
int xyaml_load(const struct xyaml_text *text,
    const struct cyaml_schema_value *schema, void **out,
    struct xyaml_outline **outline, struct err *err);
void xyaml_free(const struct cyaml_schema_value *schema, void *loaded);
void xyaml_outline_free(struct xyaml_outline *outline);

/*
 * Line (from 1) of the value at path, "rules[2].proof[0].fresh"; of the nearest
 * value around it when the path itself is absent.
 */
unsigned xyaml_line(const struct xyaml_outline *outline, const char *path);

/* Was a value written at exactly this path? */
bool xyaml_has(const struct xyaml_outline *outline, const char *path);

/* Sets "<name>:<line of path>: <sentence>"; returns -code. */
int xyaml_err(const struct xyaml_outline *outline, const char *path,
    struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
