/*
 * journal_state: the entries of a journal added up in memory. Inside the
 * journal only.
 */
#ifndef AGENT_BENCH_JOURNAL_JOURNAL_STATE_H
#define AGENT_BENCH_JOURNAL_JOURNAL_STATE_H

#include "agent/bench/journal/journal.h"

/* A report that the outbox has not taken yet. */
struct journal_pending {
	char id[UUID_TEXT_MAX];
	char *json; /* owned */
	size_t len;
};

struct journal_state {
	struct journal_order *orders; /* owned, oldest first */
	size_t order_count;
	struct journal_host hosts[JOURNAL_HOSTS_MAX];
	size_t host_count;
	struct journal_pending *pending; /* owned */
	size_t pending_count;
	char serial[LIMIT_SERIAL + 1];
	size_t entries;
};

/* json: one entry. ERR_INVALID: not one of ours. */
int journal_state_apply(
    struct journal_state *state, const char *json, size_t len, struct err *err);
void journal_state_clear(struct journal_state *state);

#endif
