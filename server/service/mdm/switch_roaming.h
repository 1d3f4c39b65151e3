/*
 * switch_roaming: data abroad for one phone, on an approved order (VST-06) or
 * off again. The policy's own setting is the default (pack.h, roaming); what
 * was ordered for a phone is not undone by a push of the policy.
 */
#ifndef SERVER_SERVICE_MDM_SWITCH_ROAMING_H
#define SERVER_SERVICE_MDM_SWITCH_ROAMING_H

#include <stdbool.h>

#include "server/service/service.h"

#define ROAMING_PURPOSE "settings:roaming" /* of its commands */

/*
 * Queues the setting; *out: its command. -ERR_DENIED: switched on without an
 * approved order for a function, where the pack asks for one; -ERR_CONFLICT:
 * the phone is not enrolled.
 */
int service_roaming_switch(struct service *service, const struct actor *actor,
    const char *device, bool on, struct command *out, struct err *err);

/* Was the newest setting of this life switched by a person? */
int roaming_is_switched(struct txn *txn, const char *org_id,
    const char *life_id, bool *out, struct err *err);

#endif
