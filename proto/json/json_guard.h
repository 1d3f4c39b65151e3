/*
 * json_guard: JSON from outside into jansson, bounded: bytes, depth and how
 * many values are counted before jansson sees it, so that its memory and its
 * recursion follow limits of ours. Duplicate keys, bad UTF-8, NUL and bytes
 * behind the document are refused. Pure.
 */
#ifndef PROTO_JSON_JSON_GUARD_H
#define PROTO_JSON_JSON_GUARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/base/cleanup.h"

struct err;

CLEANUP_DEFINE(json_t, json_value, json_decref)

struct json_limits {
	size_t bytes;
	unsigned depth; /* 1: no list or object within the outermost */
	size_t values;  /* commas, colons and brackets, about */
};

/* what: "a report", for sentences. -ERR_LIMIT, -ERR_INVALID, -ERR_MEMORY;
 * *out: json_decref(). */
int json_guard_load(const void *data, size_t len,
    const struct json_limits *limits, const char *what, json_t **out,
    struct err *err);

#endif
