/*
 * pairing: the hosts a phone trusts, and what makes it trust one: the trust
 * dialog, Setup Assistant, or the supervisor's signature. No network.
 */
#ifndef TESTS_PHONES_USB_PAIRING_H
#define TESTS_PHONES_USB_PAIRING_H

#include <openssl/x509.h>
#include <plist/plist.h>

#include "proto/base/uuid.h"
#include "tests/phones/phone.h"

struct err;

#define PAIRING_HOST_MAX 64
#define PAIRING_ESCROW_BYTES 32

struct pairing {
	char host_id[PAIRING_HOST_MAX];
	X509 *root;   /* the host shows this one or `host`; owned */
	X509 *host;   /* owned */
	X509 *device; /* what the phone shows; owned */
	uint8_t escrow[PAIRING_ESCROW_BYTES];
};

/* Reads a PairRecord; device_key: must be in its DeviceCertificate. */
int pairing_parse(
    plist_t record, EVP_PKEY *device_key, struct pairing *out, struct err *err);
void pairing_clear(struct pairing *pairing);

/* ERR_NOT_FOUND; *out is the caller's to clear. */
int pairing_load(const struct phone *phone, const char *host_id,
    struct pairing *out, struct err *err);

/* Makes an escrow bag for it and keeps it, in place of one of that host. */
int pairing_save(struct phone *phone, struct pairing *pairing,
    const struct rng *rng, struct err *err);
bool pairing_remove(struct phone *phone, const char *host_id);
void pairing_remove_all(struct phone *phone);

/* The host ids, borrowed keys of an object; NULL: none. */
const json_t *pairing_list(const struct phone *phone);

#endif
