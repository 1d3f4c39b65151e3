/*
 * station_sign: the signatures under reports and orders: ECDSA on P-256 with
 * SHA-256 over a context and the exact bytes. Keys other than P-256 are
 * refused. OpenSSL, no I/O.
 */
#ifndef PROTO_STATION_STATION_SIGN_H
#define PROTO_STATION_STATION_SIGN_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/station/station.h"

/* Copies body into out and signs it. context: one of STATION_*_CONTEXT. */
int station_sign(EVP_PKEY *key, const char *context, const uint8_t *body,
    size_t len, struct station_signed *out, struct err *err);

/* 0, or -ERR_CRYPTO: not signed by that key in that context. */
int station_verify(EVP_PKEY *key, const char *context,
    const struct station_signed *one, struct err *err);

/* A public key: PEM SubjectPublicKeyInfo (orders_key), or the one of a DER
 * certificate. EVP_PKEY_free() it. -ERR_CRYPTO unless P-256. */
int station_key_parse(const char *pem, EVP_PKEY **out, struct err *err);
int station_key_of_certificate(
    const uint8_t *der, size_t len, EVP_PKEY **out, struct err *err);

#endif
