/*
 * property: reads and writes property lists for the phones, over libplist and
 * nothing of the server's. XML only; getters never abort and take any node.
 */
#ifndef TESTS_PHONES_PROPERTY_H
#define TESTS_PHONES_PROPERTY_H

#include <jansson.h>
#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/cleanup.h"

struct err;

CLEANUP_DEFINE(void, plist, plist_free)

/* An XML property list whose root is a dictionary; *out is the caller's. */
int property_parse(
    const uint8_t *data, size_t len, plist_t *out, struct err *err);

/* Borrowed, or NULL when absent, of another type or holding a NUL. */
const char *property_string(plist_t dict, const char *key);
const uint8_t *property_data(plist_t dict, const char *key, size_t *len);
plist_t property_dict(plist_t dict, const char *key);
plist_t property_array(plist_t dict, const char *key);
const char *property_text(plist_t node); /* of a string node */

/* The value, or fallback when absent or of another type. */
bool property_bool(plist_t dict, const char *key, bool fallback);
int64_t property_integer(plist_t dict, const char *key, int64_t fallback);

/* Copies a string; ERR_INVALID naming the key when absent, ERR_LIMIT. */
int property_copy(
    plist_t dict, const char *key, char *out, size_t size, struct err *err);

void property_set_string(plist_t dict, const char *key, const char *value);
void property_set_bool(plist_t dict, const char *key, bool value);
void property_set_integer(plist_t dict, const char *key, uint64_t value);
void property_set_data(
    plist_t dict, const char *key, const uint8_t *data, size_t len);

/* XML bytes in place of what buf held. */
int property_encode(plist_t plist, struct buf *out, struct err *err);

/* Strings, whole numbers, truth values and reals only; others are left out. */
json_t *property_to_json(plist_t node);
plist_t property_from_json(const json_t *json);

#endif
