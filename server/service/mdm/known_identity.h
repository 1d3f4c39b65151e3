/*
 * known_identity: a bounded memory of whom certificates stand for, so that a
 * phone's identity is worked out once and not with every request. Only what
 * can end in no other way than store_retirements() tells is kept: current
 * certificates of enrolled lives. Used from any thread.
 */
#ifndef SERVER_SERVICE_MDM_KNOWN_IDENTITY_H
#define SERVER_SERVICE_MDM_KNOWN_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "server/store/store.h"

struct err;
struct known_identities;

/* For one opened store; free it with known_identities_free(). */
int known_identities_new(struct known_identities **out, struct err *err);
void known_identities_free(struct known_identities *known);

/* retirements: store_retirements() now. */
bool known_identity_find(struct known_identities *known, const char *sha256,
    uint64_t retirements, struct identity *out);

/*
 * retirements: store_retirements() from before the identity was looked up.
 * What may not be kept is passed over.
 */
void known_identity_note(struct known_identities *known, const char *sha256,
    uint64_t retirements, const struct identity *identity);

#endif
