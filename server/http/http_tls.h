/*
 * http_tls: the TLS settings of a listener and what is known of a client
 * certificate. TLS 1.2 and 1.3, no resumption: a ticket would carry the whole
 * client certificate and costs more than it saves (measured, OpenSSL 3.0).
 */
#ifndef SERVER_HTTP_HTTP_TLS_H
#define SERVER_HTTP_HTTP_TLS_H

#include <openssl/ssl.h>

#include "server/http/http.h"

/* Settings from certificate_file, key_file and client_ca_file. */
int http_tls_new(
    const struct http_listener *listener, SSL_CTX **out, struct err *err);

/*
 * After the handshake: the certificate the client showed and proved to own.
 * *out stays NULL when it showed none; http_tls_certificate_free() it.
 */
int http_tls_certificate(
    SSL *ssl, struct http_certificate **out, struct err *err);
void http_tls_certificate_free(struct http_certificate *certificate);

#endif
