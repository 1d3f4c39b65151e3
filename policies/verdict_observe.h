/*
 * verdict_observe: what observations say about one fact of a rule, for the
 * facts that are not read from a phone's security answer (verdict_weigh.h).
 * Private to the verdict_*.c files.
 */
#ifndef POLICIES_VERDICT_OBSERVE_H
#define POLICIES_VERDICT_OBSERVE_H

#include "policies/verdict.h"

/* As verdict_weigh(): fills *out, returns when time changes what it says. */
int64_t verdict_observe(const struct pack_rule *rule,
    const struct subject_facts *subject, const struct pack_proof *proof,
    struct judgement_evidence *out);

#endif
