/*
 * policy_diff: what is different between two packs, value by value, in the
 * order of the rules: for people who have to decide. Pure.
 */
#ifndef POLICIES_POLICY_DIFF_H
#define POLICIES_POLICY_DIFF_H

#include "policies/pack.h"
#include "policies/policy_values.h"

enum policy_change_kind {
	POLICY_RULE_ADDED,   /* key and both values are "" */
	POLICY_RULE_REMOVED, /* likewise */
	POLICY_VALUE_SET,    /* was not there; from is "" */
	POLICY_VALUE_DROPPED,
	POLICY_VALUE_CHANGED,
};

/* Borrowed for the length of the call. */
struct policy_change {
	enum policy_change_kind kind;
	const char *rule; /* "" for what the pack itself says */
	const char *key;  /* as policy_values.h gives it */
	const char *from;
	const char *to;
	bool is_text; /* words for people: changes no judgement */
};

typedef int policy_change_fn(void *arg, const struct policy_change *change);

/* A non-zero answer of fn ends the walk and is returned; -ERR_MEMORY. */
int policy_diff(const struct pack *from, const struct pack *to,
    policy_change_fn *fn, void *arg);

/* One sentence, English: "VST-33 passcode.min_length: 6 → 8". */
void policy_change_text(
    const struct policy_change *change, char *out, size_t size);

#endif
