/*
 * document_keys: the key that receipts are signed with and its certificate,
 * made with a new folder or put into one of an older version. Internal to
 * server/keeper.
 */
#ifndef SERVER_KEEPER_DOCUMENT_KEYS_H
#define SERVER_KEEPER_DOCUMENT_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

struct err;

struct document_keys {
	EVP_PKEY *key;
	X509 *certificate;
};

int document_keys_make(struct document_keys *keys, const char *organisation,
    X509 *ca, EVP_PKEY *ca_key, int64_t now_ms, struct err *err);
void document_keys_clear(struct document_keys *keys);

/* The certificate is written last: where it stands, the pair is whole. */
int document_keys_write(
    int folder, const struct document_keys *keys, struct err *err);

/* For a folder, locked by the caller, that has CA and all else. */
int document_keys_upgrade(int folder, const char *organisation, int64_t now_ms,
    bool *made, struct err *err);

#endif
