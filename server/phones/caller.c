#include "server/phones/caller.h"

#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proto/apple/client_cert.h"
#include "proto/apple/signature.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/handler_ctx.h"

/* Direct-mapped; a collision costs one more check, nothing else. */
#define CHECKED_SLOTS 8192 /* a power of two; 48 bytes each */

CLEANUP_DEFINE(X509, x509, X509_free)
CLEANUP_DEFINE(X509_STORE_CTX, store_ctx, X509_STORE_CTX_free)

struct checked {
	uint8_t sha256[SHA256_DIGEST_LENGTH];
	int64_t until_ms; /* 0: free */
};

/* A certificate is checked again after this, so that its end is noticed. */
#define CHECKED_FOR_MS TIME_HOUR_MS

struct caller_checks {
	X509_STORE *store;
	const struct clock *clock;
	pthread_mutex_t lock;
	struct checked *slots;
};

int caller_checks_new(const uint8_t *ca, size_t ca_len,
    const struct clock *clock, struct caller_checks **out, struct err *err)
{
	CLEANUP(x509) X509 *root = d2i_X509(NULL, &ca, (long)ca_len);
	struct caller_checks *checks = calloc(1, sizeof(*checks));

	if (!checks || !root)
		goto fail;
	checks->clock = clock;
	checks->slots = calloc(CHECKED_SLOTS, sizeof(*checks->slots));
	checks->store = X509_STORE_new();
	if (!checks->slots || !checks->store ||
	    X509_STORE_add_cert(checks->store, root) != 1)
		goto fail;
	(void)pthread_mutex_init(&checks->lock, NULL);
	*out = checks;
	return 0;
fail:
	caller_checks_free(checks);
	return err_set(err, ERR_CRYPTO, "cannot use the CA certificate");
}

void caller_checks_free(struct caller_checks *checks)
{
	if (!checks)
		return;
	X509_STORE_free(checks->store);
	free(checks->slots);
	free(checks);
}

static int check_chain(
    struct caller_checks *checks, X509 *certificate, struct err *err)
{
	CLEANUP(store_ctx) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	time_t now = (time_t)(clock_now(checks->clock) / 1000);

	if (!ctx ||
	    X509_STORE_CTX_init(ctx, checks->store, certificate, NULL) != 1)
		return err_memory(err);
	X509_STORE_CTX_set_time(ctx, 0, now);
	(void)X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_CLIENT);
	if (X509_verify_cert(ctx) != 1)
		return err_set(err, ERR_DENIED,
		    "the certificate is not one of ours: %s",
		    X509_verify_cert_error_string(
		        X509_STORE_CTX_get_error(ctx)));
	return 0;
}

static struct checked *slot_of(
    struct caller_checks *checks, const uint8_t *sha256)
{
	size_t at;

	memcpy(&at, sha256, sizeof(at));
	return &checks->slots[at & (CHECKED_SLOTS - 1)];
}

static bool was_checked(struct caller_checks *checks, const uint8_t *sha256)
{
	const struct checked *slot = slot_of(checks, sha256);
	bool was;

	(void)pthread_mutex_lock(&checks->lock);
	was = slot->until_ms > clock_now(checks->clock) &&
	    memcmp(slot->sha256, sha256, SHA256_DIGEST_LENGTH) == 0;
	(void)pthread_mutex_unlock(&checks->lock);
	return was;
}

static void note_checked(struct caller_checks *checks, const uint8_t *sha256)
{
	struct checked *slot = slot_of(checks, sha256);

	(void)pthread_mutex_lock(&checks->lock);
	memcpy(slot->sha256, sha256, SHA256_DIGEST_LENGTH);
	slot->until_ms = clock_now(checks->clock) + CHECKED_FOR_MS;
	(void)pthread_mutex_unlock(&checks->lock);
}

static int check_der(struct caller_checks *checks, const uint8_t *der,
    size_t len, char sha256[STORE_SHA256], struct err *err)
{
	CLEANUP(x509) X509 *certificate = NULL;
	uint8_t digest[SHA256_DIGEST_LENGTH];
	const uint8_t *at = der;
	int rc;

	(void)SHA256(der, len, digest);
	if (!was_checked(checks, digest)) {
		certificate = d2i_X509(NULL, &at, (long)len);
		if (!certificate || at != der + len)
			return err_set(
			    err, ERR_DENIED, "that is no certificate");
		if ((rc = check_chain(checks, certificate, err)) < 0)
			return rc;
		note_checked(checks, digest);
	}
	str_hex(sha256, digest, sizeof(digest));
	return 0;
}

static int by_tls(const struct http_request *request, char sha256[STORE_SHA256],
    struct err *err)
{
	if (!request->certificate->is_trusted)
		return err_set(err, ERR_DENIED,
		    "the TLS client certificate is not one of ours");
	str_hex(sha256, request->certificate->sha256,
	    sizeof(request->certificate->sha256));
	return 0;
}

static int by_header(struct caller_checks *checks, const char *value,
    char sha256[STORE_SHA256], struct err *err)
{
	uint8_t *der = NULL;
	size_t len;
	int rc =
	    client_cert_header_parse(value, strlen(value), &der, &len, err);

	if (rc == 0)
		rc = check_der(checks, der, len, sha256, err);
	free(der);
	return rc;
}

static int by_signature(struct caller_checks *checks, const char *value,
    const struct http_request *request, char sha256[STORE_SHA256],
    struct err *err)
{
	CLEANUP(x509) X509 *signer = NULL;
	uint8_t *cms = NULL;
	uint8_t *der = NULL;
	size_t len;
	int der_len;
	int rc = signature_header_parse(value, strlen(value), &cms, &len, err);

	if (rc == 0)
		rc = signature_verify(
		    cms, len, request->body, request->body_len, &signer, err);
	free(cms);
	if (rc < 0)
		return rc;
	if ((der_len = i2d_X509(signer, &der)) <= 0)
		return err_set(err, ERR_CRYPTO, "cannot read the signer");
	rc = check_der(checks, der, (size_t)der_len, sha256, err);
	OPENSSL_free(der);
	return rc;
}

static int find_certificate(struct caller_checks *checks,
    const struct http_request *request, char sha256[STORE_SHA256],
    struct err *err)
{
	const char *value;

	/* The header is a claim of anybody's but the proxy's. */
	if (request->listener == LISTENER_PHONES_PROXY &&
	    (value = http_header_get(request, CLIENT_CERT_HEADER)))
		return by_header(checks, value, sha256, err);
	if (request->certificate)
		return by_tls(request, sha256, err);
	if ((value = http_header_get(request, SIGNATURE_HEADER)))
		return by_signature(checks, value, request, sha256, err);
	return err_set(err, ERR_DENIED, "no certificate was shown");
}

int caller_certificate(struct caller_checks *checks,
    const struct http_request *request, char sha256[STORE_SHA256],
    struct err *err)
{
	int rc = find_certificate(checks, request, sha256, err);

	/* Whatever is wrong with what was shown, the answer is the same. */
	if (rc < 0 && rc != -ERR_MEMORY)
		rc = -ERR_DENIED;
	return rc;
}
