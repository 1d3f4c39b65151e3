/*
 * Layout: "bplist00", objects, a table of their offsets, and 32 bytes at the
 * end: width of an offset (byte 6), width of a reference (7), count of objects
 * (8), the root's number (16), where the table is (24). An object's first byte
 * is its kind and, for most, its count.
 */
#include "tests/phones/usb/binary_plist.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/property.h"

#define MAGIC "bplist00"
#define MAGIC_BYTES 8
#define TRAILER_BYTES 32

struct reader {
	const uint8_t *data;
	size_t end; /* where the table of offsets begins */
	uint64_t table;
	unsigned offset_width;
	unsigned reference_width;
	uint64_t objects;
	unsigned depth;
	size_t nodes; /* left of the budget */
	size_t bytes;
	struct err *err;
};

/* What stands behind an object's first byte. */
struct object {
	unsigned kind; /* the high half of it */
	unsigned low;
	uint64_t count;
	size_t at; /* of its content */
};

static uint64_t get_number(const uint8_t *data, unsigned width)
{
	uint64_t number = 0;
	unsigned i;

	for (i = 0; i < width; i++)
		number = number << 8 | data[i];
	return number;
}

static int broken(struct reader *reader, const char *what)
{
	return err_set(
	    reader->err, ERR_INVALID, "binary property list: %s", what);
}

/* Takes from the budget. */
static int take_bytes(struct reader *reader, uint64_t count)
{
	if (count > reader->bytes)
		return err_set(
		    reader->err, ERR_LIMIT, "binary property list: too large");
	reader->bytes -= (size_t)count;
	return 0;
}

static int check_range(struct reader *reader, size_t at, uint64_t len)
{
	if (at > reader->end || len > reader->end - at)
		return broken(reader, "an object reaches beyond its end");
	return 0;
}

/* A count of 15 means: an integer object follows that has it. */
static int read_count(struct reader *reader, struct object *object)
{
	unsigned width;

	object->count = object->low;
	if (object->low != 15)
		return 0;
	if (check_range(reader, object->at, 1) < 0)
		return -(int)ERR_INVALID;
	if (reader->data[object->at] >> 4 != 1 ||
	    (reader->data[object->at] & 15) > 3)
		return broken(reader, "a count is no integer");
	width = 1u << (reader->data[object->at] & 15);
	object->at++;
	if (check_range(reader, object->at, width) < 0)
		return -(int)ERR_INVALID;
	object->count = get_number(reader->data + object->at, width);
	object->at += width;
	return 0;
}

static int find_object(
    struct reader *reader, uint64_t number, struct object *out)
{
	uint64_t at;

	if (number >= reader->objects)
		return broken(reader, "a reference to no object");
	at = get_number(
	    reader->data + reader->table + number * reader->offset_width,
	    reader->offset_width);
	if (at < MAGIC_BYTES || at >= reader->end)
		return broken(reader, "an object is outside");
	out->kind = reader->data[at] >> 4;
	out->low = reader->data[at] & 15;
	out->at = (size_t)at + 1;
	if (out->kind < 4)
		return 0;
	return read_count(reader, out);
}

static int read_simple(
    struct reader *reader, const struct object *object, plist_t *out)
{
	if (object->low != 8 && object->low != 9)
		return broken(reader, "an object of no known kind");
	*out = plist_new_bool(object->low == 9);
	return 0;
}

static int read_integer(
    struct reader *reader, const struct object *object, plist_t *out)
{
	unsigned width;

	if (object->low > 4)
		return broken(reader, "an integer of odd width");
	width = 1u << object->low;
	if (check_range(reader, object->at, width) < 0)
		return -(int)ERR_INVALID;
	/* 16 bytes hold an unsigned number of 64 bits in the second half. */
	*out = plist_new_uint(width == 16
	        ? get_number(reader->data + object->at + 8, 8)
	        : get_number(reader->data + object->at, width));
	return 0;
}

static int read_real(
    struct reader *reader, const struct object *object, plist_t *out)
{
	uint64_t bits;
	uint32_t half;
	float narrow;
	double wide;

	if (object->low != 2 && object->low != 3)
		return broken(reader, "a real of odd width");
	if (check_range(reader, object->at, 1u << object->low) < 0)
		return -(int)ERR_INVALID;
	bits = get_number(reader->data + object->at, 1u << object->low);
	if (object->low == 2) {
		half = (uint32_t)bits;
		memcpy(&narrow, &half, sizeof(narrow));
		wide = (double)narrow;
	} else {
		memcpy(&wide, &bits, sizeof(wide));
	}
	*out = plist_new_real(wide);
	return 0;
}

static int read_data(
    struct reader *reader, const struct object *object, plist_t *out)
{
	if (check_range(reader, object->at, object->count) < 0)
		return -(int)ERR_INVALID;
	if (take_bytes(reader, object->count) < 0)
		return -(int)ERR_LIMIT;
	*out = plist_new_data(
	    (const char *)reader->data + object->at, object->count);
	return 0;
}

/* A NUL inside would cut the string: such a string is refused. */
static int read_ascii(
    struct reader *reader, const struct object *object, char **out)
{
	const char *text = (const char *)reader->data + object->at;

	if (check_range(reader, object->at, object->count) < 0)
		return -(int)ERR_INVALID;
	if (take_bytes(reader, object->count) < 0)
		return -(int)ERR_LIMIT;
	if (memchr(text, '\0', (size_t)object->count))
		return broken(reader, "a NUL in a string");
	*out = strndup(text, (size_t)object->count);
	if (!*out)
		return err_memory(reader->err);
	if (str_is_utf8(*out, (size_t)object->count))
		return 0;
	free(*out);
	*out = NULL;
	return broken(reader, "a string is not UTF-8");
}

static void append_utf8(struct buf *out, uint32_t code)
{
	if (code < 0x80) {
		buf_append_char(out, (char)code);
	} else if (code < 0x800) {
		buf_append_char(out, (char)(0xc0 | code >> 6));
		buf_append_char(out, (char)(0x80 | (code & 63)));
	} else if (code < 0x10000) {
		buf_append_char(out, (char)(0xe0 | code >> 12));
		buf_append_char(out, (char)(0x80 | (code >> 6 & 63)));
		buf_append_char(out, (char)(0x80 | (code & 63)));
	} else {
		buf_append_char(out, (char)(0xf0 | code >> 18));
		buf_append_char(out, (char)(0x80 | (code >> 12 & 63)));
		buf_append_char(out, (char)(0x80 | (code >> 6 & 63)));
		buf_append_char(out, (char)(0x80 | (code & 63)));
	}
}

/* One character, of one or two units; 0 when they make none. */
static uint32_t next_character(
    const uint8_t *units, uint64_t count, uint64_t *at)
{
	uint32_t high = (uint32_t)get_number(units + 2 * *at, 2);
	uint32_t low;

	(*at)++;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || *at == count)
		return 0;
	low = (uint32_t)get_number(units + 2 * *at, 2);
	(*at)++;
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static int read_utf16(
    struct reader *reader, const struct object *object, char **out)
{
	const uint8_t *units = reader->data + object->at;
	struct buf text = {0};
	uint32_t code;
	uint64_t at = 0;
	size_t len;

	if (object->count > BINARY_PLIST_BYTES_MAX ||
	    check_range(reader, object->at, object->count * 2) < 0)
		return broken(reader, "a string reaches beyond its end");
	if (take_bytes(reader, object->count * 3) < 0)
		return -(int)ERR_LIMIT;
	buf_append_str(&text, "");
	while (at < object->count) {
		code = next_character(units, object->count, &at);
		if (code == 0) {
			buf_clear(&text);
			return broken(reader, "a string is not UTF-16");
		}
		append_utf8(&text, code);
	}
	if (buf_check(&text, reader->err) < 0) {
		buf_clear(&text);
		return -(int)ERR_MEMORY;
	}
	*out = (char *)buf_take(&text, &len);
	return 0;
}

static int read_text(
    struct reader *reader, const struct object *object, char **out)
{
	if (object->kind == 5)
		return read_ascii(reader, object, out);
	if (object->kind == 6)
		return read_utf16(reader, object, out);
	return broken(reader, "a key is no string");
}

static int read_string(
    struct reader *reader, const struct object *object, plist_t *out)
{
	char *text = NULL;
	int rc;

	rc = read_text(reader, object, &text);
	if (rc < 0)
		return rc;
	*out = plist_new_string(text);
	free(text);
	return 0;
}

static int read_node(struct reader *reader, uint64_t number, plist_t *out);

static uint64_t get_reference(
    const struct reader *reader, const struct object *object, uint64_t index)
{
	return get_number(
	    reader->data + object->at + index * reader->reference_width,
	    reader->reference_width);
}

/* each: references an item has: 1 of an array, 2 of a dictionary. */
static int check_references(
    struct reader *reader, const struct object *object, unsigned each)
{
	if (object->count > reader->nodes)
		return err_set(reader->err, ERR_LIMIT,
		    "binary property list: too many items");
	return check_range(
	    reader, object->at, object->count * each * reader->reference_width);
}

static int read_array(
    struct reader *reader, const struct object *object, plist_t *out)
{
	CLEANUP(plist) plist_t array = NULL;
	plist_t item;
	uint64_t i;
	int rc;

	rc = check_references(reader, object, 1);
	if (rc < 0)
		return rc;
	array = plist_new_array();
	for (i = 0; i < object->count; i++) {
		rc = read_node(reader, get_reference(reader, object, i), &item);
		if (rc < 0)
			return rc;
		plist_array_append_item(array, item);
	}
	*out = array;
	array = NULL;
	return 0;
}

static int read_entry(struct reader *reader, const struct object *object,
    uint64_t index, plist_t dict)
{
	struct object key;
	plist_t value = NULL;
	char *text = NULL;
	int rc;

	rc = find_object(reader, get_reference(reader, object, index), &key);
	if (rc == 0)
		rc = read_text(reader, &key, &text);
	if (rc == 0)
		rc = read_node(reader,
		    get_reference(reader, object, object->count + index),
		    &value);
	if (rc == 0)
		plist_dict_set_item(dict, text, value);
	free(text);
	return rc;
}

static int read_dict(
    struct reader *reader, const struct object *object, plist_t *out)
{
	CLEANUP(plist) plist_t dict = NULL;
	uint64_t i;
	int rc;

	rc = check_references(reader, object, 2);
	if (rc < 0)
		return rc;
	dict = plist_new_dict();
	for (i = 0; i < object->count; i++) {
		rc = read_entry(reader, object, i, dict);
		if (rc < 0)
			return rc;
	}
	*out = dict;
	dict = NULL;
	return 0;
}

typedef int read_fn(
    struct reader *reader, const struct object *object, plist_t *out);

/* By kind; dates (3), UIDs (8) and sets are nothing a client sends. */
static read_fn *const readers[16] = {[0] = read_simple,
    [1] = read_integer,
    [2] = read_real,
    [4] = read_data,
    [5] = read_string,
    [6] = read_string,
    [10] = read_array,
    [13] = read_dict};

static int read_node(struct reader *reader, uint64_t number, plist_t *out)
{
	struct object object = {0};
	int rc;

	if (reader->nodes == 0 || reader->depth == BINARY_PLIST_DEPTH_MAX)
		return err_set(reader->err, ERR_LIMIT,
		    "binary property list: too deep or too many items");
	reader->nodes--;
	rc = find_object(reader, number, &object);
	if (rc < 0)
		return rc;
	if (!readers[object.kind])
		return err_set(reader->err, ERR_UNSUPPORTED,
		    "binary property list: an object of kind %u", object.kind);
	reader->depth++;
	rc = readers[object.kind](reader, &object, out);
	reader->depth--;
	return rc;
}

bool binary_plist_is(const uint8_t *data, size_t len)
{
	return len >= MAGIC_BYTES && memcmp(data, MAGIC, MAGIC_BYTES) == 0;
}

static bool is_width(unsigned width)
{
	return width >= 1 && width <= 8;
}

int binary_plist_parse(
    const uint8_t *data, size_t len, plist_t *out, struct err *err)
{
	struct reader reader = {.data = data,
	    .nodes = BINARY_PLIST_NODES_MAX,
	    .bytes = BINARY_PLIST_BYTES_MAX,
	    .err = err};
	const uint8_t *trailer;
	plist_t root = NULL;
	int rc;

	if (len < MAGIC_BYTES + TRAILER_BYTES || !binary_plist_is(data, len))
		return broken(&reader, "too short");
	trailer = data + len - TRAILER_BYTES;
	reader.offset_width = trailer[6];
	reader.reference_width = trailer[7];
	reader.objects = get_number(trailer + 8, 8);
	reader.table = get_number(trailer + 24, 8);
	if (!is_width(reader.offset_width) || !is_width(reader.reference_width))
		return broken(&reader, "odd widths");
	if (reader.table < MAGIC_BYTES || reader.table > len - TRAILER_BYTES ||
	    reader.objects >
	        (len - TRAILER_BYTES - reader.table) / reader.offset_width)
		return broken(&reader, "its table is outside");
	reader.end = (size_t)reader.table;
	rc = read_node(&reader, get_number(trailer + 16, 8), &root);
	if (rc < 0)
		return rc;
	*out = root;
	return 0;
}
