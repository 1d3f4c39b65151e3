/*
 * codec: structs as JSON objects by a table of their members; the one place
 * where proto/station meets jansson. What is unknown is left out; what is
 * there must have its type and fit. Internal to proto/station.
 */
#ifndef PROTO_STATION_CODEC_H
#define PROTO_STATION_CODEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/base/buf.h"
#include "proto/base/cleanup.h"

struct err;

CLEANUP_DEFINE(json_t, json, json_decref)

enum codec_kind {
	CODEC_TEXT = 0,   /* char[size], one line; "" is left out */
	CODEC_PEM,        /* char[size], lines */
	CODEC_UUID,       /* char[size], "" is left out */
	CODEC_ENUM,       /* enum by names[0 … max - 1]; 0 is left out */
	CODEC_BOOL,       /* bool; false is left out */
	CODEC_NUMBER,     /* int64_t, 0 or more; -1 is left out */
	CODEC_INTEGER,    /* int64_t, any; 0 is left out */
	CODEC_TIME,       /* int64_t, Unix ms as RFC 3339; 0 or less left out */
	CODEC_BYTES,      /* struct station_bytes of at most max, base64 */
	CODEC_BYTES_LIST, /* array of them, size bytes in all; count beside */
	CODEC_TEXTS,      /* char[n][stride]; count beside */
	CODEC_OBJECT,     /* struct by members; an empty one is left out */
	CODEC_OBJECTS     /* array of structs, stride each; count beside */
};

struct codec_field {
	const char *name; /* NULL ends a table */
	enum codec_kind kind;
	bool is_required; /* also: always written */
	size_t offset;
	size_t size;
	size_t max;
	size_t stride;
	size_t count_offset;
	const char *const *names;
	const struct codec_field *members;
};

#define CODEC_SIZE(type, member) sizeof(((type *)NULL)->member)
#define CODEC_AT(type, member)                                                 \
	.name = #member, .offset = offsetof(type, member),                     \
	.size = CODEC_SIZE(type, member)
#define CODEC_LIST_OF(type, member, count)                                     \
	CODEC_AT(type, member), .stride = sizeof(((type *)NULL)->member[0]),   \
	                        .count_offset = offsetof(type, count)
#define CODEC_END                                                              \
	{                                                                      \
		.name = NULL                                                   \
	}

/* NULL and a sentence when it cannot be written (text that is not UTF-8). */
json_t *codec_object(
    const struct codec_field *fields, const void *in, struct err *err);
/* Appends; takes root; NULL root: err was set, its code is returned. */
int codec_dump(json_t *root, struct buf *json, struct err *err);

/* One object of at most max bytes; what: "a work order", for sentences. */
int codec_parse(const char *json, size_t len, size_t max, const char *what,
    json_t **out, struct err *err);
/*
 * Fills what is there. On failure out may hold part of it: the caller loads
 * into an empty local and clears that.
 */
int codec_load(const struct codec_field *fields, const json_t *object,
    const char *what, void *out, struct err *err);

/* Index of name among count names, -1 when it is none. */
int codec_name_find(const char *const *names, size_t count, const char *name);

#endif
