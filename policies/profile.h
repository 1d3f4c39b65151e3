/*
 * profile: a pack's rules as one configuration profile for a kind of phone:
 * passcode, restrictions, the button to the person's own page and the one to
 * the switchboard's contact card. Only what Apple takes on that kind of phone
 * is in it (restrictions_payload.h). Pure and deterministic: the same pack and
 * target give the same bytes, and the UUID is worked out from them, so
 * "installed" is recognised in a ProfileList by identifier and UUID. The
 * signature is put on elsewhere (keeper).
 */
#ifndef POLICIES_PROFILE_H
#define POLICIES_PROFILE_H

#include <stddef.h>

#include "policies/pack.h"
#include "proto/apple/restrictions_payload.h"
#include "proto/base/buf.h"
#include "proto/base/uuid.h"

#define POLICY_PROFILE_IDENTIFIER_MAX 160 /* with NUL */

struct policy_profile_target {
	const char *organisation_id; /* a–z 0–9 . - ; part of the identifier */
	/* Shown on the phone; NULL: the pack's. */
	const char *organisation_name;
	/* Whose phone: its rules are taken; NONE: the organisation's. */
	enum pack_equipment equipment;
	/* How it is managed; 0: ENROLMENT_DEVICE, the least that is ours. */
	enum enrolment_kind enrolment;
	/* What everybody may know, https; NULL: no button for it. */
	const char *page_url;
	/* Where the contact card is fetched, https; NULL: no button. */
	const char *contact_url;
	/* Of name and description; NULL: the document's. */
	const char *language;
};

struct policy_profile_summary {
	/* The same for every version, so that a new one replaces the old. */
	char identifier[POLICY_PROFILE_IDENTIFIER_MAX];
	char uuid[UUID_TEXT_MAX]; /* of this version; UUIDv8, RFC 9562 §5.8 */
	char content_hash[PACK_HASH_TEXT_MAX]; /* SHA-256 of the XML */
	size_t payload_count; /* at most POLICY_PROFILE_PAYLOADS */
};
#define POLICY_PROFILE_PAYLOADS 4

/*
 * Several rules that set the same thing give one payload with the strictest of
 * their values. Appends the XML property list to xml and fills *out.
 * -ERR_NOT_FOUND when no rule of the pack sets anything on such a phone;
 * -ERR_INVALID on a bad target.
 */
int policy_profile_build(const struct pack *pack,
    const struct policy_profile_target *target, struct buf *xml,
    struct policy_profile_summary *out, struct err *err);

#endif
