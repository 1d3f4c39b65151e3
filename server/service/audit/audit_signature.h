/*
 * audit_signature: is a checkpoint signed by the server's orders key? For those
 * who check; signing is the keeper's (keeper_sign_checkpoint()).
 */
#ifndef SERVER_SERVICE_AUDIT_AUDIT_SIGNATURE_H
#define SERVER_SERVICE_AUDIT_AUDIT_SIGNATURE_H

#include <stdbool.h>

struct audit_checkpoint;
struct audit_signature_key;
struct err;

/* pem: a public key; -ERR_CRYPTO. */
int audit_signature_key_new(
    const char *pem, struct audit_signature_key **out, struct err *err);
/* Takes NULL. */
void audit_signature_key_free(struct audit_signature_key *key);

bool audit_signature_holds(
    const struct audit_signature_key *key, const struct audit_checkpoint *row);

#endif
