/*
 * identity: who this station is: its key, its certificate, the organisation's
 * CA and the key that signs orders, as `join` left them in the state folder.
 */
#ifndef AGENT_BENCH_UPLINK_IDENTITY_H
#define AGENT_BENCH_UPLINK_IDENTITY_H

#include <openssl/evp.h>

#include "proto/base/limits.h"
#include "proto/base/uuid.h"
#include "proto/station/station.h"

struct err;

struct identity {
	char id[UUID_TEXT_MAX];
	char name[LIMIT_NAME + 1];
	char server[256];     /* https://host:port */
	EVP_PKEY *key;        /* owned; P-256 */
	EVP_PKEY *orders;     /* owned; the server's public key for orders */
	int64_t not_after_ms; /* of its certificate; 0: it does not say */
	/* For libcurl, which reads files. */
	char key_file[512];
	char certificate_file[512];
	char ca_file[512];
};

/* -ERR_NOT_FOUND: this station has not joined. */
int identity_load(const char *folder, struct identity *out, struct err *err);
void identity_clear(struct identity *identity);

/* A new P-256 key; and a PKCS#10 request for it, PEM, its name unimportant:
 * the server writes its own. EVP_PKEY_free(). */
int identity_make_key(EVP_PKEY **out, struct err *err);
int identity_make_csr(EVP_PKEY *key, char *out, size_t size, struct err *err);

/* Writes what a join brought; the last file makes it whole. */
int identity_save(const char *folder, const char *server, EVP_PKEY *key,
    const struct station_join_answer *answer, struct err *err);

/*
 * A renewed certificate takes the place of the old one, on disk before it
 * returns. -ERR_INVALID: it is not for our key. The file's name stays.
 */
int identity_renew(const char *folder, struct identity *identity,
    const struct station_join_answer *answer, struct err *err);

#endif
