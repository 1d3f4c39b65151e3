/* A filter held against one resource. */
#include <string.h>
#include <strings.h>

#include "proto/base/time.h"
#include "proto/scim/scim_filter.h"
#include "proto/scim/scim_json.h"
#include "proto/scim/scim_user.h"

/* ---- texts without case ---- */

/* ASCII, and À to Þ of Latin-1 as UTF-8 writes them: names here have ÅÄÖÆØ. */
static unsigned char fold_at(const char *text, size_t i)
{
	unsigned char c = (unsigned char)text[i];

	if (c >= 'A' && c <= 'Z')
		return (unsigned char)(c + 0x20);
	if (i > 0 && (unsigned char)text[i - 1] == 0xc3 && c >= 0x80 &&
	    c <= 0x9e && c != 0x97)
		return (unsigned char)(c + 0x20);
	return c;
}

void scim_text_fold(const char *text, char out[SCIM_TEXT])
{
	size_t i;

	for (i = 0; text[i] && i < SCIM_TEXT - 1; i++)
		out[i] = (char)fold_at(text, i);
	out[i] = '\0';
}

struct text {
	const char *data;
	size_t len;
	bool exact;
};

static unsigned char byte_at(const struct text *text, size_t i)
{
	return text->exact ? (unsigned char)text->data[i]
	                   : fold_at(text->data, i);
}

static bool is_equal_at(const struct text *a, size_t at, const struct text *b)
{
	size_t i;

	if (at > a->len || a->len - at < b->len)
		return false;
	for (i = 0; i < b->len; i++)
		if (byte_at(a, at + i) != byte_at(b, i))
			return false;
	return true;
}

static bool has_within(const struct text *a, const struct text *b)
{
	size_t at;

	for (at = 0; at + b->len <= a->len; at++)
		if (is_equal_at(a, at, b))
			return true;
	return false;
}

static int text_order(const struct text *a, const struct text *b)
{
	size_t i;
	int diff;

	for (i = 0; i < a->len && i < b->len; i++) {
		diff = byte_at(a, i) - byte_at(b, i);
		if (diff != 0)
			return diff;
	}
	return (a->len > b->len) - (a->len < b->len);
}

/* ---- one value against one operator ---- */

static bool order_fits(enum scim_op op, int order)
{
	switch (op) {
	case SCIM_OP_EQ:
		return order == 0;
	case SCIM_OP_GT:
		return order > 0;
	case SCIM_OP_GE:
		return order >= 0;
	case SCIM_OP_LT:
		return order < 0;
	case SCIM_OP_LE:
		return order <= 0;
	default:
		return false;
	}
}

static bool texts_fit(
    enum scim_op op, const struct text *a, const struct text *b)
{
	int64_t one;
	int64_t other;

	switch (op) {
	case SCIM_OP_CO:
		return has_within(a, b);
	case SCIM_OP_SW:
		return is_equal_at(a, 0, b);
	case SCIM_OP_EW:
		return a->len >= b->len && is_equal_at(a, a->len - b->len, b);
	default:
		break;
	}
	if (time_rfc3339_parse(a->data, &one) == 0 &&
	    time_rfc3339_parse(b->data, &other) == 0)
		return order_fits(op, (one > other) - (one < other));
	return order_fits(op, text_order(a, b));
}

static bool numbers_fit(enum scim_op op, const json_t *a, const json_t *b)
{
	double one = json_number_value(a);
	double other = json_number_value(b);

	return order_fits(op, (one > other) - (one < other));
}

static bool is_exact(const struct scim_attr *attr)
{
	return strcasecmp(attr->name, "id") == 0 ||
	    strcasecmp(attr->name, "externalId") == 0;
}

static bool value_fits(const struct scim_node *node, const json_t *value)
{
	struct text a = {json_string_value(value), json_string_length(value),
	    is_exact(&node->attr)};
	struct text b = {json_string_value(node->value),
	    json_string_length(node->value), a.exact};
	bool one;
	bool other;

	if (json_is_boolean(value))
		return scim_json_bool(value, &one) &&
		    scim_json_bool(node->value, &other) &&
		    node->op == SCIM_OP_EQ && one == other;
	if (a.data && b.data)
		return texts_fit(node->op, &a, &b);
	return json_is_number(value) && json_is_number(node->value) &&
	    numbers_fit(node->op, value, node->value);
}

static bool is_present(const json_t *value)
{
	if (!value || json_is_null(value))
		return false;
	if (json_is_array(value))
		return json_array_size(value) > 0;
	return !json_is_object(value) || json_object_size(value) > 0;
}

/* ---- where the values stand ---- */

/* Of a complex value the part that is meant: the sub-attribute, else `value`
 * (RFC 7643 section 2.4). */
static const json_t *part_of(const struct scim_attr *attr, const json_t *value)
{
	if (!json_is_object(value))
		return attr->sub[0] ? NULL : value;
	return scim_json_get(value, attr->sub[0] ? attr->sub : "value");
}

static bool one_holds(const struct scim_node *node, const json_t *value)
{
	const json_t *part = part_of(&node->attr, value);

	if (node->op == SCIM_OP_PR)
		return node->attr.sub[0] ? is_present(part) : is_present(value);
	return part && value_fits(node, part);
}

static bool some_holds(const struct scim_node *node, const json_t *resource)
{
	const json_t *home = scim_attr_home(&node->attr, resource);
	const json_t *value =
	    home ? scim_json_get(home, node->attr.name) : NULL;
	size_t i;

	if (!json_is_array(value))
		return value && one_holds(node, value);
	for (i = 0; i < json_array_size(value); i++)
		if (one_holds(node, json_array_get(value, i)))
			return true;
	return false;
}

static bool compare(const struct scim_node *node, const json_t *resource)
{
	struct scim_node other = *node;

	/* "ne" is the contrary of "eq"; "eq null": nothing is there. */
	other.op = node->op == SCIM_OP_NE ? SCIM_OP_EQ : node->op;
	if (json_is_null(node->value)) {
		other.op = SCIM_OP_PR;
		return some_holds(&other, resource) == (node->op == SCIM_OP_NE);
	}
	return some_holds(&other, resource) != (node->op == SCIM_OP_NE);
}

static bool holds(
    const struct scim_filter *filter, int at, const json_t *resource);

static bool within_holds(const struct scim_filter *filter,
    const struct scim_node *node, const json_t *resource)
{
	const json_t *home = scim_attr_home(&node->attr, resource);
	const json_t *value =
	    home ? scim_json_get(home, node->attr.name) : NULL;
	size_t i;

	if (json_is_object(value))
		return holds(filter, node->left, value);
	for (i = 0; i < json_array_size(value); i++)
		if (holds(filter, node->left, json_array_get(value, i)))
			return true;
	return false;
}

/* Recursion is bounded by SCIM_FILTER_NODES. */
static bool holds(
    const struct scim_filter *filter, int at, const json_t *resource)
{
	const struct scim_node *node = &filter->nodes[at];

	switch (node->op) {
	case SCIM_OP_AND:
		return holds(filter, node->left, resource) &&
		    holds(filter, node->right, resource);
	case SCIM_OP_OR:
		return holds(filter, node->left, resource) ||
		    holds(filter, node->right, resource);
	case SCIM_OP_NOT:
		return !holds(filter, node->left, resource);
	case SCIM_OP_WITHIN:
		return within_holds(filter, node, resource);
	default:
		return compare(node, resource);
	}
}

bool scim_filter_match(const struct scim_filter *filter, const json_t *resource)
{
	return holds(filter, filter->root, resource);
}
