/*
 * profile_push: hands a configuration profile to a phone, once. Inside the
 * actions only.
 */
#ifndef AGENT_BENCH_ACTION_PROFILE_PUSH_H
#define AGENT_BENCH_ACTION_PROFILE_PUSH_H

#include "agent/bench/action/action.h"
#include "agent/bench/phone/mcinstall.h"

/*
 * Silently when the phone is supervised by us and the server signs, else the
 * way that asks the user. A profile that is there already is not sent again.
 */
enum failure profile_push(struct action_run *run, struct mcinstall *mc,
    const struct station_bytes *profile);

/* Whether there is any that its user can see. */
enum failure profile_any(struct mcinstall *mc, bool *any);

/* PayloadIdentifier of a profile, plain or signed; "" when not found. */
void profile_identifier(
    const struct station_bytes *profile, char *out, size_t size);

#endif
