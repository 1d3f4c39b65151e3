/*
 * pair_key: the one RSA key by which this station is known to all its phones.
 * Making one takes a fifth of a second of a core, and phones come eight at
 * once: so it is made when the agent first starts, kept in a file, and stands
 * in every pair record. What keeps phones apart is the HostID, one a record.
 */
#ifndef AGENT_BENCH_STATION_PAIR_KEY_H
#define AGENT_BENCH_STATION_PAIR_KEY_H

#include <openssl/evp.h>

struct err;

/*
 * folder: the state folder. Reads folder/pairing.key (PEM, mode 0600), or makes
 * it; one that cannot be read, or is none of RSA with 2048 bits and more, is
 * made anew: phones that are paired have their own copy in their records.
 * EVP_PKEY_free() it. -ERR_IO, -ERR_CRYPTO.
 */
int pair_key_load(const char *folder, EVP_PKEY **out, struct err *err);

#endif
