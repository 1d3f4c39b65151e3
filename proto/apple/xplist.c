#include "proto/apple/xplist.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "proto/apple/xplist_scan.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"

/* libplist counts dates from 2001-01-01T00:00:00Z. */
#define DATE_EPOCH_S INT64_C(978307200)

static bool starts_with(
    const uint8_t *data, size_t len, const char *text, size_t text_len)
{
	return len >= text_len && !memcmp(data, text, text_len);
}

/* What phones do not send, told apart so that the sender can be helped. */
static int refuse_other_forms(const uint8_t *data, size_t len, struct err *err)
{
	if (starts_with(data, len, "bplist", 6))
		return err_set(err, ERR_UNSUPPORTED,
		    "binary property list refused: send XML");
	if (starts_with(data, len, "\xff\xfe", 2) ||
	    starts_with(data, len, "\xfe\xff", 2) ||
	    starts_with(data, len, "<\0", 2) || starts_with(data, len, "\0", 1))
		return err_set(err, ERR_UNSUPPORTED,
		    "UTF-16 or UTF-32 property list refused: send UTF-8");
	return 0;
}

static bool skip_byte_order_mark(const uint8_t **data, size_t *len)
{
	if (!starts_with(*data, *len, "\xef\xbb\xbf", 3))
		return false;
	*data += 3;
	*len -= 3;
	return true;
}

int xplist_check(const uint8_t *data, size_t len, size_t max, struct err *err)
{
	int rc;

	if (len == 0)
		return err_set(err, ERR_INVALID, "empty property list");
	if (len > max)
		return err_set(err, ERR_LIMIT,
		    "property list of %zu bytes, %zu are allowed", len, max);
	if ((rc = refuse_other_forms(data, len, err)) != 0)
		return rc;
	(void)skip_byte_order_mark(&data, &len);
	return xplist_scan(data, len, err);
}

int xplist_parse(
    const uint8_t *data, size_t len, size_t max, plist_t *out, struct err *err)
{
	plist_t root = NULL;
	int rc = xplist_check(data, len, max, err);

	if (rc)
		return rc;
	(void)skip_byte_order_mark(&data, &len);
	plist_from_xml((const char *)data, (uint32_t)len, &root);
	if (!root)
		return err_set(
		    err, ERR_INVALID, "property list that cannot be read");
	*out = root;
	return 0;
}

bool xplist_is_dict(plist_t node)
{
	return node && plist_get_node_type(node) == PLIST_DICT;
}

static int wrong_type(const char *key, const char *wanted, struct err *err)
{
	return err_set(err, ERR_INVALID, "key %s: not %s", key, wanted);
}

/* 1 and *node, 0 when absent. */
static int find(plist_t dict, const char *key, plist_t *node)
{
	*node = xplist_is_dict(dict) ? plist_dict_get_item(dict, key) : NULL;
	return *node != NULL;
}

const char *xplist_text(plist_t node, size_t *len)
{
	uint64_t length = 0;
	const char *text = node ? plist_get_string_ptr(node, &length) : NULL;

	/* One that holds a NUL cannot come out of xplist_parse(). */
	if (!text || strlen(text) != length)
		return NULL;
	if (len)
		*len = (size_t)length;
	return text;
}

int xplist_get_text(plist_t dict, const char *key, const char **out,
    size_t *len, struct err *err)
{
	plist_t node;
	const char *text;

	if (!find(dict, key, &node))
		return 0;
	text = xplist_text(node, len);
	if (!text)
		return wrong_type(key, "a string", err);
	*out = text;
	return 1;
}

int xplist_get_string(
    plist_t dict, const char *key, char *out, size_t size, struct err *err)
{
	const char *text;
	size_t len;
	int rc = xplist_get_text(dict, key, &text, &len, err);

	if (rc != 1)
		return rc;
	if (len >= size)
		return err_set(err, ERR_LIMIT,
		    "key %s: %zu bytes, %zu are allowed", key, len, size - 1);
	memcpy(out, text, len + 1);
	return 1;
}

int xplist_need_string(
    plist_t dict, const char *key, char *out, size_t size, struct err *err)
{
	int rc = xplist_get_string(dict, key, out, size, err);

	if (rc < 0)
		return rc;
	if (rc == 0 || out[0] == '\0')
		return err_set(err, ERR_INVALID, "key %s: missing", key);
	return 1;
}

int xplist_get_data(plist_t dict, const char *key, const uint8_t **out,
    size_t *len, struct err *err)
{
	static const uint8_t nothing[1];
	plist_t node;
	uint64_t length = 0;
	const char *data;

	if (!find(dict, key, &node))
		return 0;
	if (plist_get_node_type(node) != PLIST_DATA)
		return wrong_type(key, "data", err);
	data = plist_get_data_ptr(node, &length);
	*out = data ? (const uint8_t *)data : nothing;
	*len = data ? (size_t)length : 0;
	return 1;
}

int xplist_get_bool(plist_t dict, const char *key, bool *out, struct err *err)
{
	plist_t node;
	uint8_t value = 0;

	if (!find(dict, key, &node))
		return 0;
	if (plist_get_node_type(node) != PLIST_BOOLEAN)
		return wrong_type(key, "true or false", err);
	plist_get_bool_val(node, &value);
	*out = value != 0;
	return 1;
}

/*
 * libplist keeps an integer as 64 bits and, out of reach, whether it was above
 * INT64_MAX; a node made from the same bits equals it only when it was not.
 */
static bool is_too_big(plist_t node, uint64_t bits)
{
	plist_t twin;
	bool equal;

	if (bits <= INT64_MAX)
		return false;
	twin = plist_new_uint(bits);
	equal = plist_compare_node_value(node, twin);
	plist_free(twin);
	return !equal;
}

static int integer_of_real(
    plist_t node, const char *key, int64_t *out, struct err *err)
{
	double value = 0;

	plist_get_real_val(node, &value);
	if (!(value >= -9007199254740992.0 && value <= 9007199254740992.0) ||
	    (double)(int64_t)value != value)
		return wrong_type(key, "a whole number", err);
	*out = (int64_t)value;
	return 1;
}

int xplist_get_integer(
    plist_t dict, const char *key, int64_t *out, struct err *err)
{
	plist_t node;
	uint64_t bits = 0;

	if (!find(dict, key, &node))
		return 0;
	if (plist_get_node_type(node) == PLIST_REAL)
		return integer_of_real(node, key, out, err);
	if (plist_get_node_type(node) != PLIST_UINT)
		return wrong_type(key, "an integer", err);
	plist_get_uint_val(node, &bits);
	if (is_too_big(node, bits))
		return err_set(err, ERR_LIMIT, "key %s: too large", key);
	*out = (int64_t)bits;
	return 1;
}

int xplist_get_real(plist_t dict, const char *key, double *out, struct err *err)
{
	plist_t node;
	int64_t whole;
	int rc;

	if (!find(dict, key, &node))
		return 0;
	if (plist_get_node_type(node) == PLIST_REAL) {
		plist_get_real_val(node, out);
		return 1;
	}
	if (plist_get_node_type(node) != PLIST_UINT)
		return wrong_type(key, "a number", err);
	if ((rc = xplist_get_integer(dict, key, &whole, err)) == 1)
		*out = (double)whole;
	return rc;
}

int xplist_get_date(
    plist_t dict, const char *key, int64_t *out, struct err *err)
{
	plist_t node;
	int32_t seconds = 0;

	if (!find(dict, key, &node))
		return 0;
	if (plist_get_node_type(node) != PLIST_DATE)
		return wrong_type(key, "a date", err);
	plist_get_date_val(node, &seconds, NULL);
	/* What libplist gives for a date outside 1933 to 2069. */
	if (seconds == INT32_MIN || seconds == INT32_MAX)
		return err_set(err, ERR_LIMIT, "key %s: out of range", key);
	*out = (seconds + DATE_EPOCH_S) * 1000;
	return 1;
}

static int get_container(plist_t dict, const char *key, plist_type type,
    plist_t *out, struct err *err)
{
	plist_t node;

	if (!find(dict, key, &node))
		return 0;
	if (plist_get_node_type(node) != type)
		return wrong_type(
		    key, type == PLIST_DICT ? "a dictionary" : "an array", err);
	*out = node;
	return 1;
}

int xplist_get_array(
    plist_t dict, const char *key, plist_t *out, struct err *err)
{
	return get_container(dict, key, PLIST_ARRAY, out, err);
}

int xplist_get_dict(
    plist_t dict, const char *key, plist_t *out, struct err *err)
{
	return get_container(dict, key, PLIST_DICT, out, err);
}

void xplist_wipe_data(plist_t dict, const char *key)
{
	const uint8_t *data;
	size_t len;

	/* The tree is ours alone; libplist has no way to write in place. */
	if (xplist_get_data(dict, key, &data, &len, NULL) == 1 && len > 0)
		OPENSSL_cleanse((void *)(uintptr_t)data, len);
}

/* Characters that an XML 1.0 document can carry (section 2.2). */
static bool is_xml_text(const char *text)
{
	const char *c;

	for (c = text; *c; c++)
		if ((unsigned char)*c < ' ' && !strchr("\t\n\r", *c))
			return false;
	return str_is_utf8(text, (size_t)(c - text));
}

int xplist_set_text(
    plist_t dict, const char *key, const char *text, struct err *err)
{
	if (!text)
		return 0;
	if (!is_xml_text(text))
		return err_set(err, ERR_INVALID,
		    "key %s: text that XML cannot carry", key);
	plist_dict_set_item(dict, key, plist_new_string(text));
	return 0;
}

void xplist_set_bool(plist_t dict, const char *key, bool value)
{
	plist_dict_set_item(dict, key, plist_new_bool(value));
}

void xplist_set_integer(plist_t dict, const char *key, int64_t value)
{
	plist_dict_set_item(dict, key, plist_new_uint((uint64_t)value));
}

int xplist_set_data(plist_t dict, const char *key, const uint8_t *data,
    size_t len, struct err *err)
{
	plist_t node;

	if (!data || len == 0)
		return err_set(err, ERR_INVALID, "key %s: no data", key);
	node = plist_new_data((const char *)data, len);
	if (!node)
		return err_memory(err);
	plist_dict_set_item(dict, key, node);
	return 0;
}

int xplist_encode(plist_t root, struct buf *xml, struct err *err)
{
	char *text = NULL;
	uint32_t len = 0;

	plist_to_xml(root, &text, &len);
	if (!text)
		return err_memory(err);
	buf_append(xml, text, len);
	OPENSSL_cleanse(text, len);
	plist_to_xml_free(text);
	return buf_check(xml, err);
}
