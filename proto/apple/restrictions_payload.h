/*
 * restrictions_payload: com.apple.applicationaccess, as far as a telephone
 * policy needs it, and on which kind of phone Apple takes each key.
 * Source: Apple, "Restrictions" (device-management, mdm/profiles).
 */
#ifndef PROTO_APPLE_RESTRICTIONS_PAYLOAD_H
#define PROTO_APPLE_RESTRICTIONS_PAYLOAD_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>

struct err;

#define PROFILE_TYPE_RESTRICTIONS "com.apple.applicationaccess"

/* How a phone came under management; bits, for tables. */
enum enrolment_kind {
	ENROLMENT_SUPERVISED = 1, /* the organisation's, set up by it */
	ENROLMENT_DEVICE = 2,     /* the organisation's, not supervised */
	ENROLMENT_USER = 4,       /* a private phone with work data apart */
};
#define ENROLMENT_OWNED (ENROLMENT_SUPERVISED | ENROLMENT_DEVICE)
#define ENROLMENT_ANY (ENROLMENT_OWNED | ENROLMENT_USER)

/* "supervised", "device", "user". */
const char *enrolment_kind_name(enum enrolment_kind kind);

enum restriction {
	RESTRICTION_ESIM_MODIFICATION,
	RESTRICTION_ESIM_OUTGOING_TRANSFERS,
	RESTRICTION_CELLULAR_PLAN_MODIFICATION,
	RESTRICTION_PRESERVE_ESIM_ON_ERASE,
	RESTRICTION_LIVE_VOICEMAIL,
	RESTRICTION_OPEN_MANAGED_TO_UNMANAGED,
	RESTRICTION_OPEN_UNMANAGED_TO_MANAGED,
	RESTRICTION_MANAGED_PASTEBOARD,
	RESTRICTION_MANAGED_CLOUD_SYNC,
	RESTRICTION_MANAGED_TO_WRITE_CONTACTS,
	RESTRICTION_UNMANAGED_TO_READ_CONTACTS,
	RESTRICTION_AIRDROP_UNMANAGED,
	RESTRICTION_ENCRYPTED_BACKUP,
	RESTRICTION_COUNT
};

struct restriction_key {
	const char *key;        /* "allowESIMModification" */
	unsigned enrolments;    /* ENROLMENT_* bits that take it */
	const char *introduced; /* iOS version; older phones ignore the key */
	bool restricts;         /* the stricter of its two values */
};

/* NULL beyond RESTRICTION_COUNT. */
const struct restriction_key *restriction_key_find(enum restriction which);

/* What is set: 0 and 1 are false and true, RESTRICTION_UNSET leaves it out. */
#define RESTRICTION_UNSET (-1)
struct restrictions {
	int values[RESTRICTION_COUNT];
};
void restrictions_init(struct restrictions *restrictions);
/* Lays value over what is set already: the stricter of the two stays. */
void restrictions_tighten(
    struct restrictions *restrictions, enum restriction which, bool value);

/*
 * The payload's settings: all that is set and that a phone of this kind takes.
 * *settings is owned, NULL when nothing is left: then leave the payload out.
 */
int restrictions_payload_settings(const struct restrictions *restrictions,
    enum enrolment_kind kind, plist_t *settings, struct err *err);

#endif
