/*
 * signature: the Mdm-Signature header: a detached CMS over the body of a
 * message, made with the phone's identity. Proves who made the body; whether
 * that certificate is one of ours is for the caller to check, every time.
 * Source: Apple, "Pass an identity certificate through a proxy"; RFC 5652.
 */
#ifndef PROTO_APPLE_SIGNATURE_H
#define PROTO_APPLE_SIGNATURE_H

#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define SIGNATURE_HEADER "Mdm-Signature"

/*
 * b64: the header's value, len bytes up to LIMIT_SIGNATURE_HEADER. *der is the
 * caller's to free().
 */
int signature_header_parse(const char *b64, size_t len, uint8_t **der,
    size_t *der_len, struct err *err);

/*
 * Takes BER, SHA-1 and no signed attributes, as real phones send it (quirks 11
 * and 13). Exactly one signer, RSA up to 4096 bits or a NIST curve, content not
 * attached, the signer's certificate in the bag.
 * *signer is the caller's to X509_free(). Never key a device on its subject:
 * it may be empty.
 * ERR_CRYPTO: the signature does not fit the body, or has no usable signer.
 * ERR_INVALID, ERR_LIMIT: not such a CMS at all.
 */
int signature_verify(const uint8_t *cms_der, size_t cms_len,
    const uint8_t *body, size_t body_len, X509 **signer, struct err *err);

/*
 * The content of a CMS SignedData, not verified: *content is the caller's to
 * free(). For signed profiles that are imported.
 */
int signature_content(const uint8_t *cms_der, size_t cms_len, size_t max,
    uint8_t **content, size_t *content_len, struct err *err);

#endif
