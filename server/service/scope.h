/*
 * scope: what a caller of the API may do, one bit an operation kind, with the
 * word that stands in tokens, docs/openapi.yaml and answers: "devices:read".
 * A scope never reaches beyond the caller's organisation. Pure.
 */
#ifndef SERVER_SERVICE_SCOPE_H
#define SERVER_SERVICE_SCOPE_H

#include <stdint.h>

struct buf;
struct err;

typedef uint64_t scope_set;

/* Keep the order: it is not stored, words are, but listings follow it. */
enum scope {
	SCOPE_STATUS_READ,
	SCOPE_DEVICES_READ,
	SCOPE_DEVICES_WRITE, /* the register of phones */
	SCOPE_DEVICES_LOST,  /* Lost Mode, and where a lost phone is */
	SCOPE_DEVICES_WIPE,  /* the one that destroys */
	SCOPE_ESCROW_OPEN,   /* bypass codes and unlock tokens, with a second */
	SCOPE_COMMANDS_READ,
	SCOPE_COMMANDS_WRITE, /* cancel */
	SCOPE_LINKS_READ,
	SCOPE_LINKS_WRITE,
	SCOPE_STATIONS_READ,
	SCOPE_STATIONS_WRITE,
	SCOPE_BENCH_READ,
	SCOPE_BENCH_WRITE, /* work orders */
	SCOPE_RULES_READ,
	SCOPE_POLICY_WRITE, /* push the policy to phones */
	SCOPE_VERDICTS_READ,
	SCOPE_EVIDENCE_READ,
	SCOPE_EVIDENCE_WRITE,
	SCOPE_EVIDENCE_KEYS_READ,
	SCOPE_EVIDENCE_KEYS_WRITE,
	SCOPE_TASKS_READ,
	SCOPE_TASKS_WRITE,
	SCOPE_STATEMENTS_READ,
	SCOPE_STATEMENTS_WRITE,
	SCOPE_ORDERS_READ,
	SCOPE_ORDERS_WRITE,
	SCOPE_ORDERS_APPROVE,
	SCOPE_PEOPLE_READ,
	SCOPE_PEOPLE_WRITE,
	SCOPE_UNITS_READ,
	SCOPE_UNITS_WRITE,
	SCOPE_SUBSCRIPTIONS_READ,
	SCOPE_SUBSCRIPTIONS_WRITE,
	SCOPE_CASES_READ,
	SCOPE_CASES_WRITE, /* departures; steps of a return */
	SCOPE_TOKENS_READ,
	SCOPE_TOKENS_WRITE,
	SCOPE_AUDIT_READ, /* look, verify, export */
	SCOPE_OUTBOX_READ,
	SCOPE_OUTBOX_WRITE, /* webhooks; sending again */
	SCOPE_SCIM,         /* a directory: people and groups, both ways */
	SCOPE_APPROVALS_READ,
	SCOPE_APPROVALS_WRITE, /* ask, say yes or no as a second person */
	SCOPE_HOLDS_READ,
	SCOPE_HOLDS_WRITE,
	SCOPE_PEOPLE_PURGE, /* personal data whose time is over */
	SCOPE_COUNT
};

#define SCOPE_BIT(scope) ((scope_set)1 << (scope))
#define SCOPES_ALL (SCOPE_BIT(SCOPE_COUNT) - 1)

/* "devices:read" */
const char *scope_name(enum scope scope);

/*
 * "devices:read,evidence:write", separated by commas or blanks. -ERR_INVALID
 * names a word that is none; an empty list is refused, too.
 */
int scope_set_parse(const char *text, scope_set *out, struct err *err);
/* The words in their order, separated by blanks. */
void scope_set_text(scope_set set, struct buf *out);

#endif
