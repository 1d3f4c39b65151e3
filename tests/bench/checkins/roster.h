/*
 * roster: the phones that a load acts for, as `virtual-phones export` wrote
 * them: identity, names and what a check-in says. Not the server's code.
 */
#ifndef TESTS_BENCH_CHECKINS_ROSTER_H
#define TESTS_BENCH_CHECKINS_ROSTER_H

#include <stddef.h>

#include <openssl/ssl.h>

struct err;

struct roster_phone {
	char *udid;
	char *client_cert; /* value of the header, RFC 9440 */
	char *topic;
	char *push_magic;
	X509 *certificate;
	EVP_PKEY *key; /* shared: of a phone before when the file is equal */
	unsigned tokens_sent;
};

struct roster {
	struct roster_phone *phones;
	size_t count;
};

/*
 * Reads at most `most` phones from folder/phones.tsv, after passing over the
 * first `skip`. Clear with roster_clear(), also after a failure.
 */
int roster_load(const char *folder, size_t skip, size_t most,
    struct roster *out, struct err *err);
void roster_clear(struct roster *roster);

#endif
