/*
 * scep_client: a phone's side of SCEP (RFC 8894) over OpenSSL CMS: asks what
 * the CA can do, gets its certificate, requests one of its own.
 */
#ifndef TESTS_PHONES_SCEP_CLIENT_H
#define TESTS_PHONES_SCEP_CLIENT_H

#include <plist/plist.h>

#include "tests/phones/session.h"

struct err;

#define SCEP_SUBJECT_MAX 16

/* What a com.apple.security.scep payload asks for. */
struct scep_settings {
	struct phone_scep scep;
	char challenge[PHONE_TEXT_MAX];
	struct {
		char type[64]; /* "CN", "O", or a dotted OID */
		char value[PHONE_TEXT_MAX];
	} subject[SCEP_SUBJECT_MAX];
	size_t subject_count;
	int key_usage; /* Apple's bits: 1 signing, 4 encryption */
	uint8_t fingerprint[64];
	size_t fingerprint_len; /* 0: none given */
};

/* payload: the whole payload dictionary. ERR_INVALID, ERR_UNSUPPORTED. */
int scep_settings_parse(
    plist_t payload, struct scep_settings *out, struct err *err);

/*
 * Gets a certificate for key. renew: the identity that signs a RenewalReq; NULL
 * for a first request. *out is the caller's. ERR_DENIED when the CA refuses,
 * with its failInfo in the sentence; ERR_CRYPTO when its answer is not right.
 */
int scep_request_certificate(struct session *session,
    const struct scep_settings *settings, EVP_PKEY *key,
    const struct phone_identity *renew, X509 **out, struct err *err);

/* A new RSA key of so many bits. */
int scep_make_key(int bits, EVP_PKEY **out, struct err *err);

#endif
