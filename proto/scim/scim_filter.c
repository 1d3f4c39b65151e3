/* The parser of filters: recursive descent into an array of nodes. */
#include "proto/scim/scim_filter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

struct reader {
	const char *text;
	size_t len;
	size_t at;
	unsigned depth;
	struct scim_filter *filter;
	struct err *err;
};

static int parse_or(struct reader *in, int *out);

static int refuse(struct reader *in, const char *what)
{
	return err_set(in->err, ERR_INVALID, "the filter at byte %zu: %s",
	    in->at + 1, what);
}

static void skip_blanks(struct reader *in)
{
	while (in->at < in->len && in->text[in->at] == ' ')
		in->at++;
}

static bool is_at(const struct reader *in, char c)
{
	return in->at < in->len && in->text[in->at] == c;
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("_-$:.", c) != NULL;
}

/* Bytes of the word that stands here. */
static size_t word_len(const struct reader *in)
{
	size_t n = 0;

	while (in->at + n < in->len && in->text[in->at + n] != '\0' &&
	    is_word_byte(in->text[in->at + n]))
		n++;
	return n;
}

static bool is_word(const struct reader *in, const char *word)
{
	size_t n = word_len(in);

	return n == strlen(word) &&
	    strncasecmp(in->text + in->at, word, n) == 0;
}

static int node_add(struct reader *in, enum scim_op op, int *out)
{
	struct scim_filter *filter = in->filter;

	if (filter->count == SCIM_FILTER_NODES)
		return err_set(in->err, ERR_LIMIT,
		    "the filter has over %d parts", SCIM_FILTER_NODES);
	*out = filter->count++;
	filter->nodes[*out] =
	    (struct scim_node){.op = op, .left = -1, .right = -1};
	return 0;
}

static int join(
    struct reader *in, enum scim_op op, int left, int right, int *out)
{
	int rc = node_add(in, op, out);

	if (rc < 0)
		return rc;
	in->filter->nodes[*out].left = left;
	in->filter->nodes[*out].right = right;
	return 0;
}

/* ---- attr op value ---- */

/* The end of the text that begins at its quote; 0: it has none. */
static size_t text_end(const struct reader *in)
{
	size_t i;

	for (i = in->at + 1; i < in->len; i++) {
		if (in->text[i] == '\\')
			i++;
		else if (in->text[i] == '"')
			return i + 1;
	}
	return 0;
}

static int parse_value(struct reader *in, json_t **out)
{
	size_t end;

	skip_blanks(in);
	if (is_at(in, '"')) {
		end = text_end(in);
	} else {
		end = in->at + word_len(in);
		/* 1e+3 */
		while (end < in->len && in->text[end] == '+')
			end++;
	}
	if (end <= in->at)
		return refuse(in, "a value is wanted");
	*out =
	    json_loadb(in->text + in->at, end - in->at, JSON_DECODE_ANY, NULL);
	if (!*out)
		return refuse(in,
		    "this is no value: write \"text\", a number, "
		    "true, false or null");
	in->at = end;
	return 0;
}

static bool fits(enum scim_op op, const json_t *value)
{
	switch (op) {
	case SCIM_OP_EQ:
	case SCIM_OP_NE:
		return true;
	case SCIM_OP_CO:
	case SCIM_OP_SW:
	case SCIM_OP_EW:
		return json_is_string(value);
	default: /* an order: RFC 7644 table 3 refuses booleans */
		return json_is_string(value) || json_is_number(value);
	}
}

static int parse_comparison(
    struct reader *in, const struct scim_attr *attr, int *out)
{
	static const char *const words[] = {
	    "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"};
	json_t *value = NULL;
	size_t op;
	int rc = 0;

	skip_blanks(in);
	for (op = 0; op <= SCIM_OP_PR; op++)
		if (is_word(in, words[op]))
			break;
	if (op > SCIM_OP_PR)
		return refuse(in,
		    "one of eq, ne, co, sw, ew, pr, gt, ge, lt, "
		    "le is wanted");
	in->at += 2;
	if (op != SCIM_OP_PR)
		rc = parse_value(in, &value);
	if (rc == 0 && op != SCIM_OP_PR && !fits((enum scim_op)op, value))
		rc = refuse(in, "this value cannot be compared so");
	if (rc == 0)
		rc = node_add(in, (enum scim_op)op, out);
	if (rc < 0) {
		json_decref(value);
		return rc;
	}
	in->filter->nodes[*out].attr = *attr;
	in->filter->nodes[*out].value = value;
	return 0;
}

static int enter(struct reader *in)
{
	if (++in->depth > SCIM_FILTER_DEPTH)
		return err_set(in->err, ERR_LIMIT,
		    "the filter is nested over %d deep", SCIM_FILTER_DEPTH);
	return 0;
}

static int parse_closed(struct reader *in, char close, int *out)
{
	int rc = enter(in);

	in->at++;
	if (rc == 0)
		rc = parse_or(in, out);
	if (rc < 0)
		return rc;
	skip_blanks(in);
	if (!is_at(in, close))
		return refuse(
		    in, close == ')' ? "a ) is missing" : "a ] is missing");
	in->at++;
	in->depth--;
	return 0;
}

/* Behind attr[…]: ".value eq …" narrows the element further (Entra ID). */
static int parse_behind(struct reader *in, int *inner)
{
	struct scim_attr attr = {.urn = ""};
	size_t n;
	int right = -1;
	int rc;

	if (!is_at(in, '.'))
		return 0;
	in->at++;
	n = word_len(in);
	rc = scim_attr_parse(in->text + in->at, n, &attr, in->err);
	if (rc < 0)
		return rc;
	in->at += n;
	rc = parse_comparison(in, &attr, &right);
	return rc < 0 ? rc : join(in, SCIM_OP_AND, *inner, right, inner);
}

static int parse_within(
    struct reader *in, const struct scim_attr *attr, int *out)
{
	int inner = -1;
	int rc = parse_closed(in, ']', &inner);

	if (rc == 0)
		rc = parse_behind(in, &inner);
	if (rc == 0)
		rc = join(in, SCIM_OP_WITHIN, inner, -1, out);
	if (rc == 0)
		in->filter->nodes[*out].attr = *attr;
	return rc;
}

static int parse_attr(struct reader *in, int *out)
{
	struct scim_attr attr;
	size_t n = word_len(in);
	int rc;

	if (n == 0)
		return refuse(in, "the name of an attribute is wanted");
	rc = scim_attr_parse(in->text + in->at, n, &attr, in->err);
	if (rc < 0)
		return rc;
	if (!attr.name[0])
		return refuse(in, "an attribute is wanted behind the URN");
	in->at += n;
	return is_at(in, '[') ? parse_within(in, &attr, out)
	                      : parse_comparison(in, &attr, out);
}

/* ---- not, and, or ---- */

static int parse_term(struct reader *in, int *out)
{
	int inner = -1;
	size_t mark;
	int rc;

	skip_blanks(in);
	if (is_at(in, '('))
		return parse_closed(in, ')', out);
	if (!is_word(in, "not"))
		return parse_attr(in, out);
	mark = in->at;
	in->at += 3;
	skip_blanks(in);
	if (!is_at(in, '(')) {
		in->at = mark;
		return refuse(in, "a ( is wanted behind not");
	}
	rc = parse_closed(in, ')', &inner);
	return rc < 0 ? rc : join(in, SCIM_OP_NOT, inner, -1, out);
}

static int parse_chain(struct reader *in, const char *word, enum scim_op op,
    int (*part)(struct reader *, int *), int *out)
{
	int right = -1;
	int rc = part(in, out);

	while (rc == 0) {
		skip_blanks(in);
		if (!is_word(in, word))
			break;
		in->at += strlen(word);
		rc = part(in, &right);
		if (rc == 0)
			rc = join(in, op, *out, right, out);
	}
	return rc;
}

static int parse_and(struct reader *in, int *out)
{
	return parse_chain(in, "and", SCIM_OP_AND, parse_term, out);
}

static int parse_or(struct reader *in, int *out)
{
	return parse_chain(in, "or", SCIM_OP_OR, parse_and, out);
}

/* ---- the whole ---- */

int scim_filter_parse_inner(const char *text, size_t len,
    struct scim_filter **out, size_t *used, struct err *err)
{
	struct reader in = {.text = text, .len = len, .err = err};
	int rc;

	if (len > SCIM_FILTER_MAX)
		return err_set(err, ERR_LIMIT, "the filter is over %d bytes",
		    SCIM_FILTER_MAX);
	if (!str_is_utf8(text, len))
		return err_set(err, ERR_INVALID, "the filter is not UTF-8");
	in.filter = calloc(1, sizeof(*in.filter));
	if (!in.filter)
		return err_memory(err);
	rc = parse_or(&in, &in.filter->root);
	if (rc < 0) {
		scim_filter_free(in.filter);
		return rc;
	}
	*out = in.filter;
	*used = in.at;
	return 0;
}

int scim_filter_parse(
    const char *text, size_t len, struct scim_filter **out, struct err *err)
{
	struct scim_filter *filter = NULL;
	size_t used = 0;
	int rc = scim_filter_parse_inner(text, len, &filter, &used, err);

	if (rc < 0)
		return rc;
	while (used < len && text[used] == ' ')
		used++;
	if (used < len) {
		scim_filter_free(filter);
		return err_set(err, ERR_INVALID,
		    "the filter at byte %zu: and, or, or the end is wanted",
		    used + 1);
	}
	*out = filter;
	return 0;
}

void scim_filter_free(struct scim_filter *filter)
{
	int i;

	if (!filter)
		return;
	for (i = 0; i < filter->count; i++)
		json_decref(filter->nodes[i].value);
	free(filter);
}

static const char *equal_of(
    const struct scim_filter *filter, int at, const char *name)
{
	const struct scim_node *node = &filter->nodes[at];
	const char *found;

	if (node->op == SCIM_OP_EQ && !node->attr.sub[0] &&
	    strcasecmp(node->attr.name, name) == 0)
		return json_string_value(node->value);
	if (node->op != SCIM_OP_AND)
		return NULL;
	found = equal_of(filter, node->left, name);
	return found ? found : equal_of(filter, node->right, name);
}

const char *scim_filter_equal(
    const struct scim_filter *filter, const char *name)
{
	return equal_of(filter, filter->root, name);
}
