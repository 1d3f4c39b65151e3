/*
 * xplist: property lists that come from outside, and their values, read
 * without a way to crash. xplist_parse() is the one door: a single linear pass
 * checks everything that libplist 2.2.0 is lax or fragile about (size, depth,
 * tags, entities, text, numbers, base64, dates, that every tag is closed) and
 * only then is libplist asked to build the tree. It is no general XML parser
 * and takes no binary property lists.
 */
#ifndef PROTO_APPLE_XPLIST_H
#define PROTO_APPLE_XPLIST_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/cleanup.h"

struct err;

/* CLEANUP(plist) plist_t root = NULL; frees it at the end of the scope. */
static inline void cleanup_plist(plist_t *handle)
{
	if (*handle)
		plist_free(*handle);
}

/*
 * Parses an XML property list of at most max bytes. *out is the caller's to
 * plist_free(). Duplicate keys: the last one counts, as on Apple's side.
 * ERR_INVALID: not a well-formed XML property list, or not UTF-8.
 * ERR_LIMIT: larger, deeper or fuller than proto/base/limits.h allows.
 * ERR_UNSUPPORTED: binary property list, or any text encoding but UTF-8.
 * Thread stack needed: below 64 KiB (depth is capped by LIMIT_PLIST_DEPTH).
 */
int xplist_parse(
    const uint8_t *data, size_t len, size_t max, plist_t *out, struct err *err);

/* The same checks without building a tree. */
int xplist_check(const uint8_t *data, size_t len, size_t max, struct err *err);

/*
 * Getters of one key of a dictionary. All return
 *   1  the key is there and *out is set,
 *   0  the key is absent (or dict is NULL): *out untouched,
 *  <0  -ERR_INVALID "key X: …" wrong type, or -ERR_LIMIT too long.
 * Borrowed pointers live as long as the tree. Integers are taken from
 * <integer> and from a <real> without a fraction (Apple's own examples);
 * reals from both.
 */
int xplist_get_string(
    plist_t dict, const char *key, char *out, size_t size, struct err *err);
int xplist_get_text(plist_t dict, const char *key, const char **out,
    size_t *len, struct err *err);
int xplist_get_data(plist_t dict, const char *key, const uint8_t **out,
    size_t *len, struct err *err);
int xplist_get_bool(plist_t dict, const char *key, bool *out, struct err *err);
int xplist_get_integer(
    plist_t dict, const char *key, int64_t *out, struct err *err);
int xplist_get_real(
    plist_t dict, const char *key, double *out, struct err *err);
/* Unix milliseconds. */
int xplist_get_date(
    plist_t dict, const char *key, int64_t *out, struct err *err);
int xplist_get_array(
    plist_t dict, const char *key, plist_t *out, struct err *err);
int xplist_get_dict(
    plist_t dict, const char *key, plist_t *out, struct err *err);

/* As xplist_get_string, but an absent or empty value is -ERR_INVALID too. */
int xplist_need_string(
    plist_t dict, const char *key, char *out, size_t size, struct err *err);

/* Text of a string node (an array's item); NULL for any other node. */
const char *xplist_text(plist_t node, size_t *len);
bool xplist_is_dict(plist_t node);

/* Overwrites the bytes of a data value inside the tree, before it is freed. */
void xplist_wipe_data(plist_t dict, const char *key);

/*
 * Setters for encoders: NULL text, or -1 for a number, writes nothing.
 * xplist_set_text refuses what XML cannot carry (bad UTF-8, control
 * characters): -ERR_INVALID. The others cannot fail short of no memory, which
 * xplist_encode notices.
 */
int xplist_set_text(
    plist_t dict, const char *key, const char *text, struct err *err);
void xplist_set_bool(plist_t dict, const char *key, bool value);
void xplist_set_integer(plist_t dict, const char *key, int64_t value);
int xplist_set_data(plist_t dict, const char *key, const uint8_t *data,
    size_t len, struct err *err);

/* Appends the XML of root; the same tree always gives the same bytes. */
int xplist_encode(plist_t root, struct buf *xml, struct err *err);

#endif
