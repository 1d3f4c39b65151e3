/*
 * policy_declarations: a pack's rules as declarations, the equivalent of the
 * profile (profile.h) for phones that take declarative management (iOS 15):
 * the same passcode, the update that has to be installed, and what the phone
 * reports by itself. What Apple has no declaration for (restrictions, web
 * clips) stays in the profile; with profile_url the profile itself is declared
 * (com.apple.configuration.legacy). Pure and deterministic.
 */
#ifndef POLICIES_POLICY_DECLARATIONS_H
#define POLICIES_POLICY_DECLARATIONS_H

#include "policies/profile.h"
#include "proto/apple/declaration.h"

/*
 * profile_url: https, where the phone fetches the signed profile; NULL: it is
 * brought by command, and not declared. out: declarations_clear().
 * -ERR_INVALID on a bad target.
 */
int policy_declarations_build(const struct pack *pack,
    const struct policy_profile_target *target, const char *profile_url,
    struct declarations *out, struct err *err);

#endif
