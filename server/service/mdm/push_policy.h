/*
 * push_policy: brings a policy to the phones of its organisation, or counts
 * what that would be. tenant: whose rules; one that is only planned, too.
 */
#ifndef SERVER_SERVICE_MDM_PUSH_POLICY_H
#define SERVER_SERVICE_MDM_PUSH_POLICY_H

#include "server/service/service.h"

/* device NULL: all enrolled phones. -ERR_CONFLICT: no policy. */
int push_policy(struct service *service, const struct actor *actor,
    const struct tenant *tenant, const char *device, bool dry_run,
    struct policy_plan *out, struct err *err);

#endif
