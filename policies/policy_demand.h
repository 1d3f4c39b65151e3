/*
 * policy_demand: what all rules of a pack together set on one kind of phone:
 * of each setting the strictest, and the rule that the phone's owner reads
 * beside it. The profile (profile.h), the declarations (declarations.h) and
 * the Settings command are made from it. Pure.
 */
#ifndef POLICIES_POLICY_DEMAND_H
#define POLICIES_POLICY_DEMAND_H

#include <stdbool.h>

#include "policies/pack.h"
#include "proto/apple/restrictions_payload.h"

enum policy_part {
	POLICY_PASSCODE,
	POLICY_RESTRICTIONS,
	POLICY_ROAMING,
	POLICY_SOFTWARE_UPDATE,
	POLICY_WEB_CLIP,
	POLICY_CONTACT_CARD,
	POLICY_PART_COUNT
};

struct policy_demand {
	/* The first rule that sets the part; NULL: nothing sets it. */
	const struct pack_rule *rules[POLICY_PART_COUNT];
	struct pack_passcode passcode;
	struct restrictions restrictions;
	struct pack_roaming roaming;
	/* Of the rule that asks for the newest version; borrowed. */
	const struct pack_software_update *software_update;
	bool web_clip_removable;
};

/* equipment: whose phone; NONE: the organisation's. Borrows from the pack. */
void policy_demand_collect(const struct pack *pack,
    enum pack_equipment equipment, struct policy_demand *out);

#endif
