#include "tests/phones/usb/behaviour.h"

#include <endian.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "tests/phones/usb/lockdown_frame.h"

#define HUGE_BYTES (4 * 1024 * 1024)
#define DEEP_LEVELS 100000
#define VALUE_MAX 1000000

const struct usb_behaviour usb_behaviour_usual = {
    .mangle_at = 1, .return_ms = 1500, .setup_ms = 300};

static const char *const tls_words[] = {
    "", "hang", "close", "floor12", "other_key", NULL};
static const char *const mangle_words[] = {"", "wrong_types", "huge", "deep",
    "bad_length", "half_frame", "rubbish", "close", "hang", NULL};

/* A row is a number, or a word of a list that stands for one. */
struct row {
	const char *key;
	size_t offset;
	const char *const *words; /* NULL: a number */
	int64_t least;
};

#define AT(name) offsetof(struct usb_behaviour, name)

static const struct row rows[] = {{"slow_ms", AT(slow_ms), NULL, 0},
    {"fragment", AT(fragment), NULL, 0}, {"tls", AT(tls), tls_words, 0},
    {"mangle", AT(mangle), mangle_words, 0},
    {"mangle_at", AT(mangle_at), NULL, 1}, {"drop_at", AT(drop_at), NULL, 0},
    {"drop_after", AT(drop_after), NULL, 0},
    {"replug_ms", AT(replug_ms), NULL, 0},
    {"return_ms", AT(return_ms), NULL, -1},
    {"setup_ms", AT(setup_ms), NULL, -1}};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static const struct row *find_row(const char *key)
{
	size_t i;

	for (i = 0; i < ROW_COUNT; i++)
		if (strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

bool usb_behaviour_has(const char *key)
{
	return find_row(key) != NULL;
}

static int find_word(const char *const *words, const json_t *value)
{
	const char *text = json_string_value(value);
	int i;

	for (i = 0; text && words[i]; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return -1;
}

int usb_behaviour_set(struct usb_behaviour *behaviour, const char *key,
    const json_t *value, struct err *err)
{
	const struct row *row = find_row(key);
	char *at = (char *)behaviour;
	json_int_t number;
	int word;

	if (!row)
		return err_set(err, ERR_UNSUPPORTED, "unknown key '%s'", key);
	at += row->offset;
	if (row->words) {
		word = find_word(row->words, value);
		if (word < 0)
			return err_set(
			    err, ERR_INVALID, "%s has no such word", key);
		/* Both enums are as wide as an int. */
		memcpy(at, &word, sizeof(word));
		return 0;
	}
	number = json_integer_value(value);
	if (!json_is_integer(value) || number < row->least ||
	    number > VALUE_MAX)
		return err_set(
		    err, ERR_INVALID, "%s is no number it takes", key);
	*(int64_t *)(void *)at = number;
	return 0;
}

json_t *usb_behaviour_encode(const struct usb_behaviour *behaviour)
{
	json_t *json = json_object();
	const char *at;
	size_t i;
	int word;

	for (i = 0; i < ROW_COUNT; i++) {
		at = (const char *)behaviour + rows[i].offset;
		if (rows[i].words) {
			memcpy(&word, at, sizeof(word));
			(void)json_object_set_new(json, rows[i].key,
			    json_string(rows[i].words[word]));
		} else {
			(void)json_object_set_new(json, rows[i].key,
			    json_integer(*(const int64_t *)(const void *)at));
		}
	}
	return json;
}

/* Of another type than anybody expects of the key it stands at. */
static plist_t other_type(plist_t node)
{
	switch (plist_get_node_type(node)) {
	case PLIST_STRING:
		return plist_new_uint(UINT64_MAX);
	case PLIST_DATA:
	case PLIST_DICT:
		return plist_new_string("no dictionary");
	case PLIST_ARRAY:
		return plist_new_data("\0\xff", 2);
	default:
		return plist_new_array();
	}
}

static plist_t huge_value(plist_t node)
{
	char *text;
	plist_t big;

	if (plist_get_node_type(node) == PLIST_BOOLEAN)
		return plist_copy(node);
	text = malloc(HUGE_BYTES + 1);
	if (!text)
		return plist_copy(node);
	memset(text, 'A', HUGE_BYTES);
	text[HUGE_BYTES] = '\0';
	big = plist_get_node_type(node) == PLIST_DATA
	    ? plist_new_data(text, HUGE_BYTES)
	    : plist_new_string(text);
	free(text);
	return big;
}

/* Every value but Request, which must be right for any client to go on. */
static void replace_values(plist_t answer, plist_t (*make)(plist_t node))
{
	plist_t old = plist_copy(answer);
	plist_dict_iter iter = NULL;
	plist_t node = NULL;
	char *key = NULL;

	plist_dict_new_iter(old, &iter);
	for (;;) {
		plist_dict_next_item(old, iter, &key, &node);
		if (!key)
			break;
		if (strcmp(key, "Request") != 0)
			plist_dict_set_item(answer, key, make(node));
		free(key);
		key = NULL;
	}
	free(iter);
	plist_free(old);
}

static void put_frame(struct buf *frame, const struct buf *body)
{
	uint32_t length = htobe32((uint32_t)body->len);

	buf_append(frame, &length, sizeof(length));
	buf_append(frame, body->data, body->len);
}

static void write_deep(struct buf *frame)
{
	struct buf body = {0};
	unsigned i;

	buf_append_str(&body,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist "
	    "version=\"1.0\"><dict><key>Value</key>");
	for (i = 0; i < DEEP_LEVELS; i++)
		buf_append_str(&body, "<array>");
	for (i = 0; i < DEEP_LEVELS; i++)
		buf_append_str(&body, "</array>");
	buf_append_str(&body, "</dict></plist>\n");
	put_frame(frame, &body);
	buf_clear(&body);
}

static void write_rubbish(struct buf *frame)
{
	static const uint8_t bytes[] = {'b', 'p', 'l', 'i', 's', 't', '0', '0',
	    0xd1, 0x01, 0x00, 0x5f, 0x10, 0xff, 'x', 0, 0, 0, 0, 0, 0, 0, 1, 1,
	    0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    8};
	struct buf body = {0};

	buf_append(&body, bytes, sizeof(bytes));
	put_frame(frame, &body);
	buf_clear(&body);
}

bool usb_behaviour_mangle(
    enum usb_mangle mangle, plist_t answer, struct buf *frame)
{
	switch (mangle) {
	case MANGLE_WRONG_TYPES:
		replace_values(answer, other_type);
		return false;
	case MANGLE_HUGE:
		replace_values(answer, huge_value);
		return false;
	case MANGLE_DEEP:
		write_deep(frame);
		return true;
	case MANGLE_BAD_LENGTH:
		buf_append(frame, "\xff\xff\xff\xff<?xml", 9);
		return true;
	case MANGLE_HALF_FRAME:
		if (lockdown_frame_encode(answer, frame, NULL) == 0)
			frame->len /= 2;
		return true;
	case MANGLE_RUBBISH:
		write_rubbish(frame);
		return true;
	default:
		return false;
	}
}
