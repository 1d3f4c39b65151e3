/*
 * handles: scope-bound OpenSSL handles for server/keeper.
 */
#ifndef SERVER_KEEPER_HANDLES_H
#define SERVER_KEEPER_HANDLES_H

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "proto/base/cleanup.h"

CLEANUP_DEFINE(ASN1_TIME, asn1_time, ASN1_TIME_free)
CLEANUP_DEFINE(BIGNUM, bignum, BN_free)
CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(CMS_ContentInfo, cms, CMS_ContentInfo_free)
CLEANUP_DEFINE(EVP_PKEY, pkey, EVP_PKEY_free)
CLEANUP_DEFINE(GENERAL_NAMES, general_names, GENERAL_NAMES_free)
CLEANUP_DEFINE(X509, x509, X509_free)
CLEANUP_DEFINE(X509_NAME, x509_name, X509_NAME_free)
CLEANUP_DEFINE(X509_REQ, x509_req, X509_REQ_free)

#endif
