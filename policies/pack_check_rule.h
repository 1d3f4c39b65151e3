/*
 * pack_check_rule: the parts of checking one rule; private to pack_check*.c.
 * Each works out the *_ms members of its part.
 */
#ifndef POLICIES_PACK_CHECK_RULE_H
#define POLICIES_PACK_CHECK_RULE_H

#include "policies/pack_at.h"
#include "proto/base/time.h"

#define PACK_FRESH_MIN_MS TIME_MINUTE_MS
#define PACK_FRESH_MAX_MS (90 * TIME_DAY_MS)

int pack_rule_when_check(const struct pack_at *at, struct pack_rule *rule);
int pack_rule_proof_check(const struct pack_at *at, struct pack_rule *rule);
int pack_rule_settings_check(
    const struct pack_at *at, const struct pack_rule *rule);
int pack_rule_gate_check(
    const struct pack_at *at, const struct pack_rule *rule);
/* Does another rule set the opposite? Once all rules are read. */
int pack_rule_peace_check(const struct pack_at *at, const struct pack *pack,
    const struct pack_rule *rule);

/* Digits and points: "18.6.2". */
bool pack_rule_is_version(const char *text);

#endif
