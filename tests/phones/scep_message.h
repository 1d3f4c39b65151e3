/*
 * scep_message: the bytes of SCEP: PKCS#10, pkiMessage and CertRep. No network.
 */
#ifndef TESTS_PHONES_SCEP_MESSAGE_H
#define TESTS_PHONES_SCEP_MESSAGE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "proto/base/buf.h"
#include "tests/phones/scep_client.h"

#define SCEP_PKCS_REQ "19"
#define SCEP_RENEWAL_REQ "17"

/* One exchange; the strings are what the signed attributes carry. */
struct scep_exchange {
	const char *message_type;
	char transaction_id[41];
	uint8_t sender_nonce[16];
	const EVP_MD *digest;
	const EVP_CIPHER *cipher;
	X509 *signer; /* self-signed, or the identity that is renewed */
	EVP_PKEY *signer_key;
	X509 *ca;        /* signs the answer */
	X509 *recipient; /* the request is encrypted to; often the CA */
};

int scep_csr_encode(const struct scep_settings *settings, EVP_PKEY *key,
    struct buf *der, struct err *err);

/* A certificate of one day over the same subject and key. */
int scep_self_signed(const struct scep_settings *settings, EVP_PKEY *key,
    X509 **out, struct err *err);

int scep_message_encode(const struct scep_exchange *exchange,
    const struct buf *csr, struct buf *der, struct err *err);

/*
 * Checks signature, transaction id and nonce of a CertRep, opens it and takes
 * the certificate over key from it.
 */
int scep_reply_parse(const struct scep_exchange *exchange, const uint8_t *der,
    size_t len, EVP_PKEY *key, X509 **out, struct err *err);

#endif
