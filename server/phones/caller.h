/*
 * caller: which certificate a request stands on: the one of its TLS connection,
 * the Client-Cert header of a trusted proxy (RFC 9440), or the signer of its
 * Mdm-Signature. Checked against our CA; whom it belongs to is the service's
 * to say.
 */
#ifndef SERVER_PHONES_CALLER_H
#define SERVER_PHONES_CALLER_H

#include <stddef.h>
#include <stdint.h>

#include "server/http/http.h"
#include "server/store/store.h"

struct err;
struct caller_checks;

/*
 * The CA and a bounded memory of certificates that were checked before, so that
 * a proxied phone costs one chain check, not one a request.
 */
int caller_checks_new(const uint8_t *ca, size_t ca_len,
    const struct clock *clock, struct caller_checks **out, struct err *err);
void caller_checks_free(struct caller_checks *checks);

/*
 * SHA-256 of the caller's certificate, hex. -ERR_DENIED: none was shown, or it
 * is not from our CA, out of date, or the signature does not fit the body.
 */
int caller_certificate(struct caller_checks *checks,
    const struct http_request *request, char sha256[STORE_SHA256],
    struct err *err);

#endif
