/*
 * client_cert: the Client-Cert header of a proxy that ended the TLS connection
 * (RFC 9440 section 2.2): a structured-field byte sequence, ":base64:", of the
 * DER certificate. Only to be believed on the phones_proxy listener.
 */
#ifndef PROTO_APPLE_CLIENT_CERT_H
#define PROTO_APPLE_CLIENT_CERT_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

#define CLIENT_CERT_HEADER "Client-Cert"

/*
 * value: the header's value, len bytes up to LIMIT_SIGNATURE_HEADER. *der is
 * the caller's to free(); at most LIMIT_CERTIFICATE bytes. It is not decoded
 * as a certificate here. Parameters (";…"), lists and the URL alphabet are
 * refused: ERR_INVALID.
 */
int client_cert_header_parse(const char *value, size_t len, uint8_t **der,
    size_t *der_len, struct err *err);

/* Appends the header's value. */
int client_cert_header_encode(
    const uint8_t *der, size_t len, struct buf *value, struct err *err);

#endif
