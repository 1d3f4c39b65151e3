/*
 * verdict_scope: is a rule about this subject now, before any fact is looked
 * at? Private to the verdict_*.c files.
 */
#ifndef POLICIES_VERDICT_SCOPE_H
#define POLICIES_VERDICT_SCOPE_H

#include <stdbool.h>

#include "policies/verdict.h"

/*
 * True when the verdict is clear already: it stands in *out then. Lowers
 * out->again_at_ms to when time alone changes that.
 */
bool verdict_is_outside(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out);

/* When the absence, or the time after the employment, began that the rule is
 * about; INT64_MIN for a rule that holds always. */
int64_t verdict_window_begins(
    const struct pack_rule *rule, const struct subject_facts *subject);

/* When the current absence is over; INT64_MAX: not known. */
int64_t verdict_absence_ends(const struct subject_facts *subject);

/* a + b, held within the numbers. */
int64_t verdict_later(int64_t time_ms, int64_t by_ms);

#endif
