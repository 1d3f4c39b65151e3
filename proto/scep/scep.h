/*
 * scep: the messages of RFC 8894 over OpenSSL's CMS: the request that a phone
 * sends, the PKCS#10 inside it, and the CertRep that answers it. Pure: bytes
 * in, structs out; it holds no key, keeps no state, reads no clock. It is not
 * the judge of a challenge or of a replay: the service is.
 *
 *   scep_request_parse → scep_request_check → (keeper opens the envelope)
 *     → scep_csr_parse → scep_request_check_csr → (service decides)
 *     → scep_reply_encode, inside the keeper
 *
 * From scep_request_check on, a refusal is answered by a signed CertRep whose
 * failInfo is scep_fail_info_of(the negative code). What scep_request_parse
 * refuses cannot be answered so: it is HTTP 400.
 */
#ifndef PROTO_SCEP_SCEP_H
#define PROTO_SCEP_SCEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "proto/base/limits.h"
#include "proto/base/secret.h"

struct buf;
struct err;

#define SCEP_SHA256_LEN 32
#define SCEP_NONCE_LEN 16 /* of our own nonces; RFC 8894 section 3.2.1.5 */

/* RSA below 2048 bits is refused; above 8192 a check costs too much. */
#define SCEP_RSA_BITS_MIN 2048
#define SCEP_RSA_BITS_MAX 8192

/* RFC 8894 section 3.2.1.2; the only two requests we take. */
enum scep_message_type { SCEP_RENEWAL_REQ = 17, SCEP_PKCS_REQ = 19 };

/* RFC 8894 section 3.2.1.4. */
enum scep_fail_info {
	SCEP_BAD_ALG = 0,
	SCEP_BAD_MESSAGE_CHECK = 1,
	SCEP_BAD_REQUEST = 2,
	SCEP_BAD_TIME = 3,
	SCEP_BAD_CERT_ID = 4
};

enum scep_digest {
	SCEP_SHA1, /* macOS and older iOS; only echoed, never chosen */
	SCEP_SHA256,
	SCEP_SHA384,
	SCEP_SHA512,
	SCEP_DIGEST_COUNT
};

enum scep_cipher {
	SCEP_CIPHER_OTHER, /* single DES and anything else: refused */
	SCEP_DES3,         /* macOS, strongSwan */
	SCEP_AES128,
	SCEP_AES192,
	SCEP_AES256,
	SCEP_CIPHER_COUNT
};

enum scep_key_type {
	SCEP_KEY_OTHER,
	SCEP_KEY_RSA,
	SCEP_KEY_P256,
	SCEP_KEY_P384,
	SCEP_KEY_TYPE_COUNT
};

/*
 * A pkiMessage whose outer signature holds against the certificate it carries.
 * That proves possession of a key and nothing about who holds it.
 */
struct scep_request {
	enum scep_message_type type;
	char transaction_id[LIMIT_TRANSACTION_ID + 1]; /* printable ASCII */
	uint8_t sender_nonce[LIMIT_NONCE];
	size_t sender_nonce_len; /* 1…LIMIT_NONCE; macOS sends 8 */
	uint8_t *signer;         /* owned; the signer's certificate, DER */
	size_t signer_len;
	uint8_t signer_sha256[SCEP_SHA256_LEN];     /* of that DER */
	uint8_t signer_key_sha256[SCEP_SHA256_LEN]; /* of its SPKI, DER */
	enum scep_key_type signer_key_type;
	unsigned signer_key_bits;
	bool signer_is_self_signed; /* usual for PKCSReq */
	enum scep_digest digest;    /* of the outer signature */
	enum scep_cipher cipher;    /* of the envelope's content */
	uint8_t *envelope;          /* owned; EnvelopedData, BER or DER */
	size_t envelope_len;
};

/* The PKCS#10 request; its own signature holds. */
struct scep_csr {
	char common_name[LIMIT_NAME + 1]; /* UTF-8; "" when there is none */
	struct secret challenge; /* challengePassword; data NULL when absent */
	uint8_t *public_key;     /* owned; SubjectPublicKeyInfo, DER */
	size_t public_key_len;
	uint8_t public_key_sha256[SCEP_SHA256_LEN]; /* of public_key */
	enum scep_key_type key_type;                /* never OTHER */
	unsigned key_bits;
};

/*
 * Parses a pkiMessage (BER or DER, at most LIMIT_CMS bytes, nothing behind it)
 * and checks its signature against the certificate it contains. out: empty or
 * cleared; scep_request_clear() it. Errors: ERR_LIMIT; ERR_INVALID, no such
 * message; ERR_UNSUPPORTED, another message type, digest or signing key than
 * those above; ERR_CRYPTO, the signature does not hold.
 */
int scep_request_parse(
    const uint8_t *der, size_t len, struct scep_request *out, struct err *err);
void scep_request_clear(struct scep_request *request);

/*
 * Can this request be answered with a certificate? ERR_UNSUPPORTED for single
 * DES, for RSA keys under 2048 bits, and for EC keys: the answer would have to
 * be enveloped to a key that cannot decrypt, which RFC 8894 section 3.1 solves
 * by the challenge as password; no Apple device does that.
 */
int scep_request_check(const struct scep_request *request, struct err *err);

/*
 * The request against the PKCS#10 that was inside it. For PKCSReq the keys must
 * be the same: section 2.3 only says "should", but an envelope is not bound to
 * its outer signature, so without this a captured one could be signed anew by
 * somebody else and would spend the phone's one-time challenge. RenewalReq may
 * bring a new key. ERR_CRYPTO when they differ.
 */
int scep_request_check_csr(const struct scep_request *request,
    const struct scep_csr *csr, struct err *err);

/*
 * RenewalReq: was the signer's certificate issued by ca (one certificate, DER)
 * for a client, and is it within its validity at now_ms? ERR_CRYPTO when it is
 * not ours; ERR_EXPIRED outside its validity. Whether it is the newest one of a
 * living phone is the caller's to know.
 */
int scep_request_check_issued(const struct scep_request *request,
    const uint8_t *ca, size_t ca_len, int64_t now_ms, struct err *err);

/*
 * Parses a PKCS#10 request (DER, at most LIMIT_CSR bytes) and checks its
 * signature. Errors: ERR_LIMIT, ERR_INVALID; ERR_UNSUPPORTED for a key that is
 * not RSA 2048…8192, P-256 or P-384; ERR_CRYPTO for a wrong signature.
 */
int scep_csr_parse(
    const uint8_t *der, size_t len, struct scep_csr *out, struct err *err);
void scep_csr_clear(struct scep_csr *csr);

/* The failInfo that answers a negative code of the functions above. */
enum scep_fail_info scep_fail_info_of(int code);

/* A CertRep to be made. Nothing in it is owned. */
struct scep_reply {
	const struct scep_request *request;
	const uint8_t *certificate; /* DER of the leaf; NULL: a failure */
	size_t certificate_len;
	enum scep_fail_info fail_info;
	uint8_t sender_nonce[SCEP_NONCE_LEN]; /* fresh random bytes */
	int64_t signed_ms;                    /* signingTime */
};

/*
 * Encodes and signs a CertRep, DER, appended to out (section 3.3): a success
 * holds the leaf in a certs-only message, enveloped to the requester's
 * certificate with its own cipher (AES or 3DES). The digest is SHA-256, or SHA-1
 * to those who use it themselves. Borrows ca and key.
 */
int scep_reply_encode(const struct scep_reply *reply, X509 *ca, EVP_PKEY *key,
    struct buf *out, struct err *err);

/* The body of GetCACaps, text/plain (section 3.5.2). */
const char *scep_capabilities(void);

/* Content types of the three operations. */
#define SCEP_TYPE_CAPABILITIES "text/plain"
#define SCEP_TYPE_CA_CERTIFICATE "application/x-x509-ca-cert" /* one DER */
#define SCEP_TYPE_MESSAGE "application/x-pki-message"

#endif
