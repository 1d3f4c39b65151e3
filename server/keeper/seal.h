/*
 * seal: authenticated encryption of escrowed secrets, AES-256-GCM. A sealed
 * value is one version byte, a 96-bit random nonce, the ciphertext and a
 * 128-bit tag; the context is authenticated with it and not stored. Internal to
 * server/keeper.
 */
#ifndef SERVER_KEEPER_SEAL_H
#define SERVER_KEEPER_SEAL_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct keeper_field;
struct seal;

/* key: 32 bytes, copied. */
int seal_new(
    const uint8_t *key, size_t len, struct seal **out, struct err *err);
void seal_free(struct seal *seal);

/* Append to out, which is empty. seal_open: ERR_CRYPTO when it does not fit. */
int seal_close(struct seal *seal, const struct keeper_field *context,
    const struct keeper_field *secret, struct buf *out, struct err *err);
int seal_open(struct seal *seal, const struct keeper_field *context,
    const struct keeper_field *sealed, struct buf *out, struct err *err);

#endif
