#include "tests/phones/property.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

#define PROPERTY_MAX (8 * 1024 * 1024)
#define PROPERTY_DEPTH_MAX 64 /* libplist recurses */

static bool starts_with(const char *at, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - at) >= len && memcmp(at, word, len) == 0;
}

/* Counts open containers; libplist itself finds what does not match. */
static bool is_too_deep(const char *at, const char *end)
{
	int depth = 0;

	while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		if (starts_with(at, end, "<dict>") ||
		    starts_with(at, end, "<array>"))
			depth++;
		else if (starts_with(at, end, "</dict>") ||
		    starts_with(at, end, "</array>"))
			depth--;
		if (depth > PROPERTY_DEPTH_MAX)
			return true;
		at++;
	}
	return false;
}

int property_parse(
    const uint8_t *data, size_t len, plist_t *out, struct err *err)
{
	CLEANUP(plist) plist_t plist = NULL;
	const char *text = (const char *)data;

	if (len == 0)
		return err_set(err, ERR_INVALID, "no property list: empty");
	if (len > PROPERTY_MAX)
		return err_set(
		    err, ERR_LIMIT, "property list of %zu bytes", len);
	if (memchr(text, '\0', len) || memmem(text, len, "<!ENTITY", 8))
		return err_set(err, ERR_INVALID,
		    "not an XML property list: holds NUL or entities");
	if (is_too_deep(text, text + len))
		return err_set(err, ERR_LIMIT, "property list too deep");
	plist_from_xml(text, (uint32_t)len, &plist);
	if (!plist || plist_get_node_type(plist) != PLIST_DICT)
		return err_set(err, ERR_INVALID,
		    "not an XML property list of one "
		    "dictionary");
	*out = plist;
	plist = NULL;
	return 0;
}

static plist_t get_typed(plist_t dict, const char *key, plist_type type)
{
	plist_t node;

	if (!dict || plist_get_node_type(dict) != PLIST_DICT)
		return NULL;
	node = plist_dict_get_item(dict, key);
	return node && plist_get_node_type(node) == type ? node : NULL;
}

const char *property_text(plist_t node)
{
	const char *text;
	uint64_t len = 0;

	if (!node || plist_get_node_type(node) != PLIST_STRING)
		return NULL;
	text = plist_get_string_ptr(node, &len);
	return text && strlen(text) == len ? text : NULL;
}

const char *property_string(plist_t dict, const char *key)
{
	return property_text(get_typed(dict, key, PLIST_STRING));
}

const uint8_t *property_data(plist_t dict, const char *key, size_t *len)
{
	plist_t node = get_typed(dict, key, PLIST_DATA);
	uint64_t size = 0;
	const char *data;

	*len = 0;
	if (!node)
		return NULL;
	data = plist_get_data_ptr(node, &size);
	*len = data ? (size_t)size : 0;
	return (const uint8_t *)data;
}

plist_t property_dict(plist_t dict, const char *key)
{
	return get_typed(dict, key, PLIST_DICT);
}

plist_t property_array(plist_t dict, const char *key)
{
	return get_typed(dict, key, PLIST_ARRAY);
}

bool property_bool(plist_t dict, const char *key, bool fallback)
{
	plist_t node = get_typed(dict, key, PLIST_BOOLEAN);
	uint8_t value = 0;

	if (!node)
		return fallback;
	plist_get_bool_val(node, &value);
	return value != 0;
}

/* Apple's own examples give whole numbers as <real> here and there. */
static bool node_integer(plist_t node, int64_t *out)
{
	uint64_t whole = 0;
	double real = 0;

	if (!node)
		return false;
	if (plist_get_node_type(node) == PLIST_UINT) {
		plist_get_uint_val(node, &whole);
		*out = (int64_t)whole;
		return true;
	}
	if (plist_get_node_type(node) != PLIST_REAL)
		return false;
	plist_get_real_val(node, &real);
	if (!(real >= -1e15 && real <= 1e15) || real != (double)(int64_t)real)
		return false;
	*out = (int64_t)real;
	return true;
}

int64_t property_integer(plist_t dict, const char *key, int64_t fallback)
{
	int64_t value;

	if (!dict || plist_get_node_type(dict) != PLIST_DICT)
		return fallback;
	return node_integer(plist_dict_get_item(dict, key), &value) ? value
	                                                            : fallback;
}

int property_copy(
    plist_t dict, const char *key, char *out, size_t size, struct err *err)
{
	const char *text = property_string(dict, key);

	if (!text || !*text)
		return err_set(err, ERR_INVALID, "%s is missing", key);
	if (strlen(text) >= size)
		return err_set(err, ERR_LIMIT, "%s is too long", key);
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

void property_set_string(plist_t dict, const char *key, const char *value)
{
	plist_dict_set_item(dict, key, plist_new_string(value));
}

void property_set_bool(plist_t dict, const char *key, bool value)
{
	plist_dict_set_item(dict, key, plist_new_bool(value));
}

void property_set_integer(plist_t dict, const char *key, uint64_t value)
{
	plist_dict_set_item(dict, key, plist_new_uint(value));
}

void property_set_data(
    plist_t dict, const char *key, const uint8_t *data, size_t len)
{
	plist_dict_set_item(dict, key, plist_new_data((const char *)data, len));
}

int property_encode(plist_t plist, struct buf *out, struct err *err)
{
	char *xml = NULL;
	uint32_t len = 0;

	plist_to_xml(plist, &xml, &len);
	if (!xml)
		return err_memory(err);
	buf_reset(out);
	buf_append(out, xml, len);
	plist_to_xml_free(xml);
	return buf_check(out, err);
}

static json_t *dict_to_json(plist_t dict)
{
	json_t *object = json_object();
	plist_dict_iter iter = NULL;
	plist_t node = NULL;
	char *key = NULL;
	json_t *value;

	plist_dict_new_iter(dict, &iter);
	while (iter) {
		plist_dict_next_item(dict, iter, &key, &node);
		if (!key)
			break;
		value = property_to_json(node);
		if (value)
			(void)json_object_set_new(object, key, value);
		free(key);
		key = NULL;
	}
	free(iter);
	return object;
}

static json_t *array_to_json(plist_t node)
{
	json_t *array = json_array();
	json_t *value;
	uint32_t i;

	for (i = 0; i < plist_array_get_size(node); i++) {
		value = property_to_json(plist_array_get_item(node, i));
		if (value)
			(void)json_array_append_new(array, value);
	}
	return array;
}

json_t *property_to_json(plist_t node)
{
	int64_t whole;
	double real = 0;
	uint8_t truth = 0;

	switch (plist_get_node_type(node)) {
	case PLIST_DICT:
		return dict_to_json(node);
	case PLIST_ARRAY:
		return array_to_json(node);
	case PLIST_STRING:
		return property_text(node) ? json_string(property_text(node))
		                           : NULL;
	case PLIST_BOOLEAN:
		plist_get_bool_val(node, &truth);
		return json_boolean(truth);
	case PLIST_UINT:
	case PLIST_REAL:
		if (node_integer(node, &whole))
			return json_integer(whole);
		plist_get_real_val(node, &real);
		return json_real(real);
	default:
		return NULL;
	}
}

static plist_t object_from_json(const json_t *json)
{
	plist_t dict = plist_new_dict();
	const char *key;
	json_t *value;
	plist_t node;

	json_object_foreach((json_t *)(uintptr_t)json, key, value)
	{
		node = property_from_json(value);
		if (node)
			plist_dict_set_item(dict, key, node);
	}
	return dict;
}

plist_t property_from_json(const json_t *json)
{
	plist_t array;
	plist_t node;
	size_t i;

	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return object_from_json(json);
	case JSON_ARRAY:
		array = plist_new_array();
		for (i = 0; i < json_array_size(json); i++) {
			node = property_from_json(json_array_get(json, i));
			if (node)
				plist_array_append_item(array, node);
		}
		return array;
	case JSON_STRING:
		return plist_new_string(json_string_value(json));
	case JSON_INTEGER:
		return plist_new_uint((uint64_t)json_integer_value(json));
	case JSON_REAL:
		return plist_new_real(json_real_value(json));
	case JSON_TRUE:
	case JSON_FALSE:
		return plist_new_bool(json_is_true(json));
	default:
		return NULL;
	}
}
