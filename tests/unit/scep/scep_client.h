/*
 * scep_client: a SCEP client for tests, on OpenSSL alone: makes requests, right
 * ones and wrong ones, and opens answers. Uses nothing of proto/scep.
 */
#ifndef TESTS_UNIT_SCEP_SCEP_CLIENT_H
#define TESTS_UNIT_SCEP_SCEP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

struct client_bytes {
	uint8_t *data; /* OPENSSL_free() */
	size_t len;
};

/* What a request is made of; members left out take the usual value. */
struct client_plan {
	EVP_PKEY *key;         /* signs; and asks, unless csr_key is set */
	EVP_PKEY *csr_key;     /* NULL: key */
	X509 *certificate;     /* NULL: a self-signed one is made */
	X509 *decoy;           /* one more certificate to carry; NULL */
	X509 *ca;              /* the envelope's recipient */
	const char *name;      /* common name of the request; "phone" */
	const char *challenge; /* NULL: none */
	const char *type;      /* messageType; "19" */
	const char *transaction_id;
	int transaction_id_type;   /* V_ASN1_PRINTABLESTRING */
	int transaction_id_copies; /* 1 */
	const EVP_MD *digest;      /* SHA-256 */
	const EVP_CIPHER *cipher;  /* AES-128-CBC */
	size_t nonce_len;          /* 16 */
};

/* PKCS#10, DER. */
struct client_bytes client_csr(
    EVP_PKEY *key, const char *name, const char *challenge);

X509 *client_self_signed(EVP_PKEY *key, const char *name);

/* CMS EnvelopedData of content for recipient. */
struct client_bytes client_envelope(const struct client_bytes *content,
    X509 *recipient, const EVP_CIPHER *cipher);

/* A pkiMessage with the plan's attributes around content. */
struct client_bytes client_wrap(
    const struct client_plan *plan, const struct client_bytes *content);

/* All of the above. */
struct client_bytes client_request(const struct client_plan *plan);

/* An answer, its signature checked against ca. */
struct client_answer {
	char type[8];
	char status[8];
	char fail_info[8];
	char transaction_id[256];
	uint8_t sender_nonce[64];
	size_t sender_nonce_len;
	uint8_t recipient_nonce[64];
	size_t recipient_nonce_len;
	int digest_nid;
	int signature_nid; /* of the signature algorithm */
	X509 *leaf;        /* NULL for a failure */
	int leaf_count;
};

/* 0, or -1 when the answer is not what a client can take. */
int client_open(const uint8_t *der, size_t len, X509 *ca, EVP_PKEY *key,
    X509 *own, struct client_answer *out);

#endif
