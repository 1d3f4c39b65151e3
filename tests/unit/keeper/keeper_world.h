/*
 * keeper_world: a key folder of its own, a keeper started on it, a phone's key,
 * and openssl's own program to ask what came of it.
 */
#ifndef TESTS_UNIT_KEEPER_KEEPER_WORLD_H
#define TESTS_UNIT_KEEPER_KEEPER_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/x509.h>

#include "server/keeper/keeper.h"
#include "server/keeper/message.h"

#define DAY_MS INT64_C(86400000)

struct keeper_world {
	char folder[64];
	struct keeper *keeper;
	X509 *ca;
	EVP_PKEY *phone;
	int64_t now_ms;
};
extern struct keeper_world world;

/* cmocka group fixtures. */
int keeper_world_begin(void **state);
int keeper_world_end(void **state);

/* Into the key folder. */
void file_write(const char *name, const void *data, size_t len);

/* Exit code of openssl, run inside the key folder. */
int openssl(const char *const *arguments);
#define OPENSSL(...)                                                           \
	openssl((const char *const[]){"openssl", __VA_ARGS__, NULL})

/* Secrets of all sizes sealed and opened again, in their context alone. */
void keeper_world_seals(void);

#endif
