/*
 * cms: the two uses a phone has for CMS beside SCEP: reading signed profiles
 * and signing its own messages.
 */
#ifndef TESTS_PHONES_CMS_H
#define TESTS_PHONES_CMS_H

#include <jansson.h>
#include <openssl/x509.h>

#include "tests/phones/phone.h"

struct err;

/*
 * Opens an attached CMS SignedData (DER), checks signature and chain against
 * anchors (NULL: the system's) and gives the content. signers: an empty JSON
 * array, filled with the base64 of the signer certificates. ERR_CRYPTO.
 */
int cms_open_signed(const uint8_t *der, size_t len, STACK_OF(X509) * anchors,
    struct buf *content, json_t *signers, struct err *err);

/*
 * The value of an Mdm-Signature header: detached SignedData over body with the
 * signer's certificate in it, base64 without newlines. free() it.
 * (Apple: MDM, "Pass an identity certificate through a proxy".)
 */
int cms_sign_header(const struct phone_identity *identity, const uint8_t *body,
    size_t len, char **out, struct err *err);

/* ":base64:" of the certificate (RFC 9440 section 2.1); free() it. */
char *cms_client_cert_header(X509 *certificate);

/*
 * Does the certificate chain to anchors (NULL: the system's)? flags: those of
 * X509_VERIFY_PARAM_set_flags, e.g. X509_V_FLAG_NO_CHECK_TIME; 0: now.
 */
int cms_check_chain(X509 *certificate, STACK_OF(X509) * more,
    STACK_OF(X509) * anchors, unsigned long flags, struct err *err);

#endif
