/*
 * vault: the keys in memory and what is done with them. Runs in the keeper's
 * process only; knows no socket. Internal to server/keeper.
 */
#ifndef SERVER_KEEPER_VAULT_H
#define SERVER_KEEPER_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

struct buf;
struct err;
struct keeper_message;
struct seal;

struct vault {
	EVP_PKEY *ca_key;
	X509 *ca;
	EVP_PKEY *signing_key;
	X509 *signing;
	struct seal *seal;
	EVP_PKEY *supervision_key;
	X509 *supervision;
	EVP_PKEY *orders_key;
	EVP_PKEY *documents_key;
	X509 *documents;
};

/* Reads the key folder; each key must belong to its certificate. */
int vault_load(const char *folder, struct vault **out, struct err *err);
void vault_free(struct vault *vault);

/*
 * Does what the message asks; the result is appended to out, which must be
 * empty and be wiped by the caller: it may be a secret.
 */
int vault_serve(struct vault *vault, const struct keeper_message *message,
    struct buf *out, struct err *err);

#endif
