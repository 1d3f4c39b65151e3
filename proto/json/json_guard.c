#include "proto/json/json_guard.h"

#include <stdint.h>

#include "proto/base/err.h"

struct scan {
	unsigned depth;
	unsigned deepest;
	size_t values;
	bool is_text;
};

/* Brackets and separators outside texts; whether they fit is jansson's. */
static void scan_mark(struct scan *scan, char c)
{
	if (c == '{' || c == '[') {
		scan->depth++;
		scan->values++;
		if (scan->depth > scan->deepest)
			scan->deepest = scan->depth;
	} else if (c == '}' || c == ']') {
		scan->depth -= scan->depth > 0;
	} else if (c == ',' || c == ':') {
		scan->values++;
	}
}

static struct scan scan_text(const char *data, size_t len)
{
	struct scan scan = {0};

	for (size_t i = 0; i < len; i++) {
		if (scan.is_text && data[i] == '\\')
			i++;
		else if (data[i] == '"')
			scan.is_text = !scan.is_text;
		else if (!scan.is_text)
			scan_mark(&scan, data[i]);
	}
	return scan;
}

/* Not jansson's own words: they quote what stands there. */
static const char *reason(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		return "a key stands there twice";
	case json_error_invalid_utf8:
		return "there is bad UTF-8";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "there is a NUL";
	case json_error_premature_end_of_input:
		return "it ends too early";
	case json_error_end_of_input_expected:
		return "there is something behind its end";
	case json_error_numeric_overflow:
		return "there is a number out of range";
	default:
		return "this is no JSON";
	}
}

int json_guard_load(const void *data, size_t len,
    const struct json_limits *limits, const char *what, json_t **out,
    struct err *err)
{
	json_error_t error = {.line = 0};
	struct scan scan;
	json_t *root;

	if (len > limits->bytes)
		return err_set(err, ERR_LIMIT, "%s has %zu bytes; %zu at most",
		    what, len, limits->bytes);
	scan = scan_text(data, len);
	if (scan.deepest > limits->depth)
		return err_set(err, ERR_LIMIT,
		    "%s is nested %u deep; %u at most", what, scan.deepest,
		    limits->depth);
	if (scan.values > limits->values)
		return err_set(err, ERR_LIMIT, "%s has more than %zu values",
		    what, limits->values);
	root = json_loadb(
	    len ? (const char *)data : "", len, JSON_REJECT_DUPLICATES, &error);
	if (!root && json_error_code(&error) == json_error_out_of_memory)
		return err_memory(err);
	if (!root)
		return err_set(err, ERR_INVALID, "%s: line %d, column %d: %s",
		    what, error.line, error.column, reason(&error));
	*out = root;
	return 0;
}
