#include "server/service/scope.h"

#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"

static const char *const names[SCOPE_COUNT] = {
    [SCOPE_STATUS_READ] = "status:read",
    [SCOPE_DEVICES_READ] = "devices:read",
    [SCOPE_DEVICES_WRITE] = "devices:write",
    [SCOPE_DEVICES_LOST] = "devices:lost",
    [SCOPE_DEVICES_WIPE] = "devices:wipe",
    [SCOPE_ESCROW_OPEN] = "escrow:open",
    [SCOPE_COMMANDS_READ] = "commands:read",
    [SCOPE_COMMANDS_WRITE] = "commands:write",
    [SCOPE_LINKS_READ] = "links:read",
    [SCOPE_LINKS_WRITE] = "links:write",
    [SCOPE_STATIONS_READ] = "stations:read",
    [SCOPE_STATIONS_WRITE] = "stations:write",
    [SCOPE_BENCH_READ] = "bench:read",
    [SCOPE_BENCH_WRITE] = "bench:write",
    [SCOPE_RULES_READ] = "rules:read",
    [SCOPE_POLICY_WRITE] = "policy:write",
    [SCOPE_VERDICTS_READ] = "verdicts:read",
    [SCOPE_EVIDENCE_READ] = "evidence:read",
    [SCOPE_EVIDENCE_WRITE] = "evidence:write",
    [SCOPE_EVIDENCE_KEYS_READ] = "evidence-keys:read",
    [SCOPE_EVIDENCE_KEYS_WRITE] = "evidence-keys:write",
    [SCOPE_TASKS_READ] = "tasks:read",
    [SCOPE_TASKS_WRITE] = "tasks:write",
    [SCOPE_STATEMENTS_READ] = "statements:read",
    [SCOPE_STATEMENTS_WRITE] = "statements:write",
    [SCOPE_ORDERS_READ] = "orders:read",
    [SCOPE_ORDERS_WRITE] = "orders:write",
    [SCOPE_ORDERS_APPROVE] = "orders:approve",
    [SCOPE_PEOPLE_READ] = "people:read",
    [SCOPE_PEOPLE_WRITE] = "people:write",
    [SCOPE_UNITS_READ] = "units:read",
    [SCOPE_UNITS_WRITE] = "units:write",
    [SCOPE_SUBSCRIPTIONS_READ] = "subscriptions:read",
    [SCOPE_SUBSCRIPTIONS_WRITE] = "subscriptions:write",
    [SCOPE_CASES_READ] = "cases:read",
    [SCOPE_CASES_WRITE] = "cases:write",
    [SCOPE_TOKENS_READ] = "tokens:read",
    [SCOPE_TOKENS_WRITE] = "tokens:write",
    [SCOPE_AUDIT_READ] = "audit:read",
    [SCOPE_OUTBOX_READ] = "outbox:read",
    [SCOPE_OUTBOX_WRITE] = "outbox:write",
    [SCOPE_SCIM] = "scim",
    [SCOPE_APPROVALS_READ] = "approvals:read",
    [SCOPE_APPROVALS_WRITE] = "approvals:write",
    [SCOPE_HOLDS_READ] = "holds:read",
    [SCOPE_HOLDS_WRITE] = "holds:write",
    [SCOPE_PEOPLE_PURGE] = "people:purge",
};

#define SEPARATORS ", \t"

const char *scope_name(enum scope scope)
{
	return (size_t)scope < SCOPE_COUNT ? names[scope] : "?";
}

static scope_set word_find(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < SCOPE_COUNT; i++)
		if (strlen(names[i]) == len && memcmp(names[i], word, len) == 0)
			return SCOPE_BIT(i);
	return 0;
}

int scope_set_parse(const char *text, scope_set *out, struct err *err)
{
	scope_set set = 0;
	scope_set bit;
	size_t len;

	for (;;) {
		text += strspn(text, SEPARATORS);
		if (!*text)
			break;
		len = strcspn(text, SEPARATORS);
		bit = word_find(text, len);
		if (!bit)
			return err_set(err, ERR_INVALID,
			    "there is no scope \"%.*s\"",
			    len < 64 ? (int)len : 64, text);
		set |= bit;
		text += len;
	}
	if (!set)
		return err_set(err, ERR_INVALID, "no scope is named");
	*out = set;
	return 0;
}

void scope_set_text(scope_set set, struct buf *out)
{
	bool more = false;
	size_t i;

	for (i = 0; i < SCOPE_COUNT; i++) {
		if (!(set & SCOPE_BIT(i)))
			continue;
		if (more)
			buf_append_char(out, ' ');
		buf_append_str(out, names[i]);
		more = true;
	}
}
