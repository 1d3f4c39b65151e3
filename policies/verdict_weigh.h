/*
 * verdict_weigh: what the observations say about one fact of a rule; private to
 * verdict.c, which puts the facts together.
 */
#ifndef POLICIES_VERDICT_WEIGH_H
#define POLICIES_VERDICT_WEIGH_H

#include "policies/verdict.h"

/*
 * Fills *out and returns when time alone changes what it says; INT64_MAX:
 * never.
 */
int64_t verdict_weigh(const struct pack_rule *rule,
    const struct subject_facts *subject, const struct pack_proof *proof,
    struct judgement_evidence *out);

#endif
