/*
 * pair_record: the key and certificates by which a phone and this station
 * trust each other, made with SHA-256 (libimobiledevice 1.3.0 makes SHA-1 ones
 * and a new HostID at each call), and their property list as usbmuxd keeps it.
 * OpenSSL, no I/O.
 */
#ifndef AGENT_BENCH_PHONE_PAIR_RECORD_H
#define AGENT_BENCH_PHONE_PAIR_RECORD_H

#include <openssl/evp.h>
#include <plist/plist.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"
#include "proto/base/uuid.h"

struct err;

#define PAIR_RECORD_MAX (64 * 1024)

struct pair_record_request {
	/* PEM "RSA PUBLIC KEY", as lockdown's DevicePublicKey has it. */
	const uint8_t *device_key;
	size_t device_key_len;
	/* Borrowed: of the station, behind root and host certificate alike. See
	 * pair_key.h. */
	EVP_PKEY *own_key;
	const char *host_id;     /* upper-case UUID, one a phone */
	const char *system_buid; /* usbmuxd's ReadBUID */
	const char *wifi_mac;    /* "" unknown */
	int64_t now_ms;
};

/*
 * A dictionary with RootPrivateKey, RootCertificate, HostPrivateKey,
 * HostCertificate, DeviceCertificate, HostID, SystemBUID, WiFiMACAddress. The
 * caller plist_free()s it and treats it as a secret. ERR_INVALID: the phone's key is none (RSA, 1024 to
 * 8192 bits); ERR_CRYPTO.
 */
int pair_record_make(
    const struct pair_record_request *request, plist_t *out, struct err *err);

/* Upper-case UUID for HostID. */
void pair_record_make_host_id(
    int64_t now_ms, const struct rng *rng, char out[UUID_TEXT_MAX]);

/* The part that is sent to the phone: no private keys. NULL: out of memory or
 * a record without them. plist_free() it. */
plist_t pair_record_public(plist_t record);

#endif
