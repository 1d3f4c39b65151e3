/*
 * bench_keys: the keys that bench stations need, made with a new folder or put
 * into one of an older version: the supervision identity, by which phones know
 * us, and the orders key, by which stations do. Internal to server/keeper.
 */
#ifndef SERVER_KEEPER_BENCH_KEYS_H
#define SERVER_KEEPER_BENCH_KEYS_H

#include <stdint.h>

#include <openssl/types.h>

struct err;

struct bench_keys {
	EVP_PKEY *supervision_key;
	X509 *supervision;
	EVP_PKEY *orders_key;
};

int bench_keys_make(struct bench_keys *keys, const char *organisation,
    int64_t now_ms, struct err *err);
void bench_keys_clear(struct bench_keys *keys);

/*
 * The public half of each pair is written last: where it stands, the pair is
 * whole. Files of these names must not be there.
 */
int bench_keys_write(
    int folder, const struct bench_keys *keys, struct err *err);

#endif
