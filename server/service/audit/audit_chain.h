/*
 * audit_chain: how an entry is hashed and bound to the one before it, and the
 * text of a checkpoint. Pure: rows in, hashes out; docs/audit.md gives the same
 * in words, so that others can check the log without this program.
 *
 *	body_sha256  = SHA-256(salt ‖ body)
 *	entry_sha256 = SHA-256("workphone-audit-entry-v1\n" ‖ netstrings)
 *	sha256       = SHA-256(sha256 of the entry before ‖ entry_sha256)
 *
 * The netstrings are the columns from org_id to case_id in their order and
 * body_sha256 in hex. Before the first entry stand 32 zero bytes. Whoever is
 * given entry_sha256 alone can follow the chain and learns nothing: it holds a
 * salted hash.
 */
#ifndef SERVER_SERVICE_AUDIT_AUDIT_CHAIN_H
#define SERVER_SERVICE_AUDIT_AUDIT_CHAIN_H

#include "server/store/store_audit.h"

struct err;

struct audit_hasher;

/* For one thread at a time; takes memory once for many hashes. */
int audit_hasher_new(struct audit_hasher **out, struct err *err);
/* Takes NULL. */
void audit_hasher_free(struct audit_hasher *hasher);

/* All return -ERR_CRYPTO when the library has no SHA-256. */
int audit_body_hash(struct audit_hasher *hasher, const struct audit_row *row,
    uint8_t out[AUDIT_HASH], struct err *err);
int audit_entry_hash(struct audit_hasher *hasher, const struct audit_row *row,
    uint8_t out[AUDIT_HASH], struct err *err);
int audit_link_hash(struct audit_hasher *hasher,
    const uint8_t before[AUDIT_HASH], const uint8_t entry[AUDIT_HASH],
    uint8_t out[AUDIT_HASH], struct err *err);

#endif
