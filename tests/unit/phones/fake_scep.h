/*
 * fake_scep: the CA's half of SCEP for the fake server, over OpenSSL CMS.
 */
#ifndef TESTS_UNIT_PHONES_FAKE_SCEP_H
#define TESTS_UNIT_PHONES_FAKE_SCEP_H

#include "tests/unit/phones/fake_server.h"

/* Makes a self-signed CA. */
void fake_make_ca(const char *name, EVP_PKEY **key, X509 **certificate);

/* Answers a pkiMessage; out holds the CertRep. False: not a pkiMessage. */
bool fake_scep_answer(
    struct fake *fake, const uint8_t *der, size_t len, struct buf *out);

/* Signs content as attached CMS. */
void fake_sign(
    EVP_PKEY *key, X509 *signer, const struct buf *content, struct buf *out);

#endif
