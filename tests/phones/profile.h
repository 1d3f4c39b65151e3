/*
 * profile: a configuration profile as a phone reads it: verified, checked and
 * turned into what is kept of it. No network.
 *
 * Kept as JSON with Apple's names, ready for a ProfileList answer:
 *   PayloadIdentifier PayloadUUID PayloadVersion PayloadDisplayName
 *   PayloadOrganization PayloadDescription PayloadRemovalDisallowed
 *   PayloadContent [{PayloadType, PayloadVersion, PayloadIdentifier, …}]
 * and ours: managed, signers [base64 DER], roots [base64 DER],
 *   passcode [{…keys of each passcode payload}]
 */
#ifndef TESTS_PHONES_PROFILE_H
#define TESTS_PHONES_PROFILE_H

#include <plist/plist.h>

#include "tests/phones/phone.h"

struct err;

struct profile {
	plist_t root;    /* owned */
	bool is_signed;  /* and the signature holds */
	json_t *signers; /* array of base64 DER; owned */
};

/*
 * Opens DER CMS or plain XML. A signature must verify against anchors (NULL:
 * the system's). Then every dictionary, type, identifier and UUID that Apple
 * demands is checked. ERR_CRYPTO, ERR_INVALID.
 */
int profile_open(const uint8_t *data, size_t len, STACK_OF(X509) * anchors,
    struct profile *out, struct err *err);
void profile_clear(struct profile *profile);

/* The first payload of a type, borrowed, or NULL. */
plist_t profile_get_payload(const struct profile *profile, const char *type);
const char *profile_identifier(const struct profile *profile);

/* What a phone keeps; the caller's. NULL when out of memory. */
json_t *profile_record(const struct profile *profile, bool managed);

/* Puts it in place of one with the same identifier, or at the end. */
void profile_install(struct phone *phone, json_t *record);
json_t *profile_find(const struct phone *phone, const char *identifier);
void profile_remove(struct phone *phone, const char *identifier);

/* The phone's anchors and the roots of its profiles; borrowed, cached. */
STACK_OF(X509) * profile_trusted(struct phone *phone);

#endif
