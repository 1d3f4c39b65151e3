#include "proto/apple/status_facts.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"
#include "proto/json/json_guard.h"

enum status_kind { STATUS_BOOL, STATUS_TEXT };

/* Where an item stands in a report, and under which word we keep it. */
static const struct status_item {
	const char *path[4]; /* below StatusItems, ended by NULL */
	const char *name;
	enum status_kind kind;
	size_t offset;
} items[] = {
    {{"passcode", "is-present"}, "passcode_present", STATUS_BOOL,
        offsetof(struct status_facts, passcode_present)},
    {{"passcode", "is-compliant"}, "passcode_compliant", STATUS_BOOL,
        offsetof(struct status_facts, passcode_compliant)},
    {{"device", "operating-system", "version"}, "os_version", STATUS_TEXT,
        offsetof(struct status_facts, os_version)},
    {{"softwareupdate", "install-state"}, "update_state", STATUS_TEXT,
        offsetof(struct status_facts, update_state)},
};
#define ITEM_COUNT (sizeof(items) / sizeof(items[0]))

static const struct json_limits report_limits = {
    .bytes = LIMIT_CHECKIN_BODY,
    .depth = 16, /* Apple's deepest item stands at 6 */
    .values = 16384,
};

/* --- one item ------------------------------------------------------------ */

/* Wrong type or too long: counted, and left unknown. */
static void item_take(const struct status_item *item, const json_t *value,
    struct status_facts *out)
{
	void *at = (char *)out + item->offset;

	if (!value)
		return;
	if (item->kind == STATUS_BOOL && json_is_boolean(value))
		*(enum fact_bool *)at =
		    json_is_true(value) ? FACT_YES : FACT_NO;
	else if (item->kind == STATUS_TEXT && json_is_string(value) &&
	    json_string_length(value) <= FACT_SHORT_MAX)
		(void)str_copy(
		    at, FACT_SHORT_MAX + 1, json_string_value(value));
	else
		out->ignored++;
}

static bool item_is_known(
    const struct status_item *item, const struct status_facts *facts)
{
	const void *at = (const char *)facts + item->offset;

	if (item->kind == STATUS_BOOL)
		return *(const enum fact_bool *)at != FACT_UNKNOWN;
	return *(const char *)at != '\0';
}

static const json_t *value_at(const json_t *object, const char *const *path)
{
	for (; *path && object; path++)
		object = json_object_get(object, *path);
	return object;
}

/* --- a report ------------------------------------------------------------ */

static void invalid_take(const json_t *entry, struct status_facts *out)
{
	const char *valid = json_string_value(json_object_get(entry, "valid"));
	const json_t *identifier = json_object_get(entry, "identifier");

	if (!valid || strcmp(valid, "invalid") != 0)
		return;
	if (out->invalid_count == STATUS_ERRORS_MAX ||
	    !json_is_string(identifier) ||
	    str_copy(out->invalid[out->invalid_count],
	        DECLARATION_IDENTIFIER_MAX, json_string_value(identifier))) {
		out->ignored++;
		return;
	}
	out->invalid_count++;
}

/* management.declarations holds a list for each group of declarations. */
static void declarations_take(const json_t *root, struct status_facts *out)
{
	static const char *const path[] = {
	    "StatusItems", "management", "declarations", NULL};
	static const char *const lists[] = {
	    "activations", "assets", "configurations", "management"};
	const json_t *all = value_at(root, path);
	const json_t *entry;
	size_t list;
	size_t i;

	for (list = 0; list < sizeof(lists) / sizeof(lists[0]); list++)
		json_array_foreach(json_object_get(all, lists[list]), i, entry)
		    invalid_take(entry, out);
}

int status_facts_parse(
    const uint8_t *body, size_t len, struct status_facts *out, struct err *err)
{
	CLEANUP(json_value) json_t *root = NULL;
	struct status_facts made = {0};
	const json_t *status;
	size_t i;
	int rc = json_guard_load(
	    body, len, &report_limits, "a status report", &root, err);

	if (rc < 0)
		return rc;
	status = json_object_get(root, "StatusItems");
	if (!json_is_object(status))
		return err_set(err, ERR_INVALID,
		    "a status report has an object StatusItems");
	for (i = 0; i < ITEM_COUNT; i++)
		item_take(&items[i], value_at(status, items[i].path), &made);
	declarations_take(root, &made);
	made.is_full = json_is_true(json_object_get(root, "FullReport"));
	*out = made;
	return 0;
}

void status_facts_merge(
    struct status_facts *facts, const struct status_facts *later)
{
	struct status_facts made = *later;
	size_t i;

	for (i = 0; i < ITEM_COUNT && !later->is_full; i++) {
		size_t size = items[i].kind == STATUS_BOOL
		    ? sizeof(enum fact_bool)
		    : FACT_SHORT_MAX + 1;

		if (!item_is_known(&items[i], later))
			memcpy((char *)&made + items[i].offset,
			    (const char *)facts + items[i].offset, size);
	}
	*facts = made;
}

/* --- for storage --------------------------------------------------------- */

static json_t *item_value(
    const struct status_item *item, const struct status_facts *facts)
{
	const void *at = (const char *)facts + item->offset;

	if (item->kind == STATUS_BOOL)
		return json_boolean(*(const enum fact_bool *)at == FACT_YES);
	return json_string(at);
}

static json_t *invalid_value(const struct status_facts *facts)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; list && i < facts->invalid_count; i++)
		(void)json_array_append_new(
		    list, json_string(facts->invalid[i]));
	return list;
}

int status_facts_encode_json(
    const struct status_facts *facts, struct buf *json, struct err *err)
{
	CLEANUP(json_value) json_t *root = json_object();
	char *text;
	size_t i;

	for (i = 0; root && i < ITEM_COUNT; i++)
		if (item_is_known(&items[i], facts))
			(void)json_object_set_new(
			    root, items[i].name, item_value(&items[i], facts));
	if (root && facts->invalid_count > 0)
		(void)json_object_set_new(
		    root, "invalid", invalid_value(facts));
	if (!root || !(text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS)))
		return err_memory(err);
	buf_append_str(json, text);
	free(text);
	return buf_check(json, err);
}

int status_facts_parse_json(
    const char *json, size_t len, struct status_facts *out, struct err *err)
{
	CLEANUP(json_value) json_t *root = NULL;
	struct status_facts made = {0};
	const json_t *entry;
	size_t i;
	int rc = json_guard_load(
	    json, len, &report_limits, "stored status", &root, err);

	if (rc < 0)
		return rc;
	for (i = 0; i < ITEM_COUNT; i++)
		item_take(
		    &items[i], json_object_get(root, items[i].name), &made);
	json_array_foreach(json_object_get(root, "invalid"), i, entry)
	{
		if (json_is_string(entry) &&
		    made.invalid_count < STATUS_ERRORS_MAX &&
		    !str_copy(made.invalid[made.invalid_count],
		        DECLARATION_IDENTIFIER_MAX, json_string_value(entry)))
			made.invalid_count++;
	}
	*out = made;
	return 0;
}
