/*
 * xyaml_walk: the strict pass over the text along the schema; private to
 * xyaml.c. Fills the outline; builds no values.
 */
#ifndef POLICIES_XYAML_WALK_H
#define POLICIES_XYAML_WALK_H

#include "policies/xyaml.h"

/* 0 when libcyaml may read the text with this schema. */
int xyaml_walk(const struct xyaml_text *text,
    const struct cyaml_schema_value *schema, struct xyaml_outline *outline,
    struct err *err);

struct xyaml_outline *xyaml_outline_new(const char *name, struct err *err);
int xyaml_outline_add(struct xyaml_outline *outline, const char *path,
    unsigned line, struct err *err);

/* Sets "<name>:<line>: <path>: <sentence>"; path may be "". */
int xyaml_err_at(const struct xyaml_outline *outline, const char *path,
    unsigned line, struct err *err, enum err_code code, const char *sentence);

#endif
