#include "policies/policy_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/str.h"

/* The values of one rule, or of the pack itself, kept to be compared. */
struct entry {
	char key[POLICY_KEY_MAX];
	char *value;
	bool is_text;
	bool is_matched;
};

struct values {
	struct entry *entries;
	size_t count;
	size_t room;
	bool is_text; /* of what comes next */
};

static void values_clear(struct values *values)
{
	size_t i;

	for (i = 0; i < values->count; i++)
		free(values->entries[i].value);
	free(values->entries);
	*values = (struct values){0};
}

static int values_take(void *arg, const char *key, const char *value)
{
	struct values *values = arg;
	struct entry *entry;

	if (values->count == values->room) {
		size_t room = values->room ? 2 * values->room : 32;
		struct entry *grown =
		    realloc(values->entries, room * sizeof(*grown));

		if (!grown)
			return -ERR_MEMORY;
		values->entries = grown;
		values->room = room;
	}
	entry = &values->entries[values->count];
	*entry = (struct entry){.is_text = values->is_text};
	(void)str_copy(entry->key, sizeof(entry->key), key);
	if (!(entry->value = strdup(value)))
		return -ERR_MEMORY;
	values->count++;
	return 0;
}

/* rule NULL: the pack's own. */
static int values_of(
    const struct pack *pack, const struct pack_rule *rule, struct values *out)
{
	int rc;

	if (!rule)
		return policy_pack_each_value(pack, values_take, out);
	rc = policy_rule_each_value(rule, values_take, out);
	out->is_text = true;
	return rc ? rc
	          : policy_rule_each_text(pack, rule->id, values_take, out);
}

static struct entry *entry_find(struct values *values, const char *key)
{
	size_t i;

	for (i = 0; i < values->count; i++)
		if (!values->entries[i].is_matched &&
		    strcmp(values->entries[i].key, key) == 0)
			return &values->entries[i];
	return NULL;
}

/* --- comparing ------------------------------------------------------------ */

struct diff {
	const struct pack *from;
	const struct pack *to;
	policy_change_fn *fn;
	void *arg;
};

static int tell(const struct diff *diff, enum policy_change_kind kind,
    const char *rule, const struct entry *from, const struct entry *to)
{
	const struct entry *either = from ? from : to;
	struct policy_change change = {
	    .kind = kind,
	    .rule = rule,
	    .key = either ? either->key : "",
	    .from = from ? from->value : "",
	    .to = to ? to->value : "",
	    .is_text = either && either->is_text,
	};

	return diff->fn(diff->arg, &change);
}

static int compare(const struct diff *diff, const char *rule,
    struct values *from, struct values *to)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < to->count; i++) {
		struct entry *now = &to->entries[i];
		struct entry *was = entry_find(from, now->key);

		if (!was) {
			rc = tell(diff, POLICY_VALUE_SET, rule, NULL, now);
			continue;
		}
		was->is_matched = true;
		if (strcmp(was->value, now->value) != 0)
			rc = tell(diff, POLICY_VALUE_CHANGED, rule, was, now);
	}
	for (i = 0; rc == 0 && i < from->count; i++)
		if (!from->entries[i].is_matched)
			rc = tell(diff, POLICY_VALUE_DROPPED, rule,
			    &from->entries[i], NULL);
	return rc;
}

static int compare_rule(const struct diff *diff, const struct pack_rule *from,
    const struct pack_rule *to)
{
	struct values was = {0};
	struct values now = {0};
	int rc = values_of(diff->from, from, &was);

	if (rc == 0)
		rc = values_of(diff->to, to, &now);
	if (rc == 0)
		rc = compare(diff, to ? to->id : "", &was, &now);
	values_clear(&was);
	values_clear(&now);
	return rc;
}

int policy_diff(const struct pack *from, const struct pack *to,
    policy_change_fn *fn, void *arg)
{
	const struct diff diff = {from, to, fn, arg};
	const struct pack_rule *rule;
	size_t i;
	int rc = compare_rule(&diff, NULL, NULL);

	for (i = 0; rc == 0 && (rule = pack_rule_at(to, i)) != NULL; i++) {
		const struct pack_rule *was = pack_rule_find(from, rule->id);

		rc = was ? compare_rule(&diff, was, rule)
		         : tell(&diff, POLICY_RULE_ADDED, rule->id, NULL, NULL);
	}
	for (i = 0; rc == 0 && (rule = pack_rule_at(from, i)) != NULL; i++)
		if (!pack_rule_find(to, rule->id))
			rc = tell(
			    &diff, POLICY_RULE_REMOVED, rule->id, NULL, NULL);
	return rc;
}

static void change_say(
    const struct policy_change *change, char *out, size_t size)
{
	const char *rule = change->rule;
	const char *gap = *rule ? " " : "";

	switch (change->kind) {
	case POLICY_RULE_ADDED:
		(void)snprintf(out, size, "%s is new", rule);
		return;
	case POLICY_RULE_REMOVED:
		(void)snprintf(out, size, "%s is no longer there", rule);
		return;
	case POLICY_VALUE_SET:
		(void)snprintf(out, size, "%s%s%s: now %s", rule, gap,
		    change->key, change->to);
		return;
	case POLICY_VALUE_DROPPED:
		(void)snprintf(out, size, "%s%s%s: no longer %s", rule, gap,
		    change->key, change->from);
		return;
	case POLICY_VALUE_CHANGED:
		(void)snprintf(out, size, "%s%s%s: %s \xe2\x86\x92 %s", rule,
		    gap, change->key, change->from, change->to);
		return;
	}
}

/* A paragraph of a pack is one line here. */
void policy_change_text(
    const struct policy_change *change, char *out, size_t size)
{
	char *at;

	change_say(change, out, size);
	for (at = out; (at = strpbrk(at, "\r\n\t")) != NULL;)
		*at = ' ';
}
