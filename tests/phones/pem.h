/*
 * pem: certificates and keys to text and back, for state files and exports.
 */
#ifndef TESTS_PHONES_PEM_H
#define TESTS_PHONES_PEM_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "proto/base/buf.h"

struct err;

int pem_append_certificate(struct buf *out, X509 *certificate, struct err *err);
int pem_append_key(struct buf *out, EVP_PKEY *key, struct err *err);

/* Adds every certificate of the text to the stack; none is ERR_INVALID. */
int pem_parse_certificates(
    const char *text, size_t len, STACK_OF(X509) * out, struct err *err);
int pem_parse_key(
    const char *text, size_t len, EVP_PKEY **out, struct err *err);
int pem_load_certificates(
    const char *file, STACK_OF(X509) * out, struct err *err);

/* The last OpenSSL error as one short text; empties its queue. */
const char *pem_openssl_reason(void);

#endif
