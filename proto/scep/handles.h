/*
 * handles: scope-bound OpenSSL handles and the few helpers that request, csr
 * and reply share. Internal to proto/scep.
 */
#ifndef PROTO_SCEP_HANDLES_H
#define PROTO_SCEP_HANDLES_H

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "proto/base/cleanup.h"
#include "proto/scep/scep.h"

CLEANUP_DEFINE(CMS_ContentInfo, cms, CMS_ContentInfo_free)
CLEANUP_DEFINE(PKCS7, pkcs7, PKCS7_free)
CLEANUP_DEFINE(X509, x509, X509_free)
CLEANUP_DEFINE(X509_REQ, x509_req, X509_REQ_free)
CLEANUP_DEFINE(BIO, bio, BIO_free_all)

/* Attributes of a pkiMessage (RFC 8894 section 3.2.1). */
#define SCEP_OID_MESSAGE_TYPE "2.16.840.1.113733.1.9.2"
#define SCEP_OID_PKI_STATUS "2.16.840.1.113733.1.9.3"
#define SCEP_OID_FAIL_INFO "2.16.840.1.113733.1.9.4"
#define SCEP_OID_SENDER_NONCE "2.16.840.1.113733.1.9.5"
#define SCEP_OID_RECIPIENT_NONCE "2.16.840.1.113733.1.9.6"
#define SCEP_OID_TRANSACTION_ID "2.16.840.1.113733.1.9.7"

/* Kind and size of a public key; SCEP_KEY_OTHER for what we never take. */
void scep_key_describe(
    const EVP_PKEY *key, enum scep_key_type *type, unsigned *bits);

/* The content cipher of an EnvelopedData given as a parsed ContentInfo. */
enum scep_cipher scep_envelope_cipher(const CMS_ContentInfo *envelope);

#endif
