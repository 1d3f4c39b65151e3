/*
 * policy_values: a pack laid out as names and values in words, in one fixed
 * order: for people who read it (`workphone policy show`) and for finding what
 * changed (policy_diff.h). Pure.
 */
#ifndef POLICIES_POLICY_VALUES_H
#define POLICIES_POLICY_VALUES_H

#include "policies/pack.h"

#define POLICY_VALUE_MAX 2100 /* with NUL; a paragraph of a pack's texts */
#define POLICY_KEY_MAX 96     /* with NUL */

/* key: "proof.voicemail.greeting.fresh"; value: "35d". A non-zero answer ends
 * the walk and is returned. */
typedef int policy_value_fn(void *arg, const char *key, const char *value);

/* What is set only: a key that does not come says nothing. */
int policy_rule_each_value(
    const struct pack_rule *rule, policy_value_fn *fn, void *arg);
/* The rule's texts: "sv.demand", "en.how", … */
int policy_rule_each_text(const struct pack *pack, const char *rule_id,
    policy_value_fn *fn, void *arg);
/* The pack's own: "callback", "exit_digits", "en.greeting", … */
int policy_pack_each_value(
    const struct pack *pack, policy_value_fn *fn, void *arg);

#endif
