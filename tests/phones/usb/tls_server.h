/*
 * tls_server: the phone's end of TLS: it shows the DeviceCertificate of the
 * pairing and takes a client that owns the RootCertificate or HostCertificate.
 */
#ifndef TESTS_PHONES_USB_TLS_SERVER_H
#define TESTS_PHONES_USB_TLS_SERVER_H

#include <openssl/ssl.h>

#include "tests/phones/usb/behaviour.h"
#include "tests/phones/usb/pairing.h"

/* The caller's; NULL when the pairing cannot be used. */
SSL_CTX *tls_server_new(
    const struct pairing *pairing, EVP_PKEY *key, enum usb_tls tls);

#endif
