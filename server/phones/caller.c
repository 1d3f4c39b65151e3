#include "server/phones/caller.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "proto/apple/client_cert.h"
#include "proto/apple/signature.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/phones/checked.h"
#include "server/service/handler_ctx.h"

CLEANUP_DEFINE(X509, x509, X509_free)
CLEANUP_DEFINE(X509_STORE_CTX, store_ctx, X509_STORE_CTX_free)

struct caller_checks {
	X509_STORE *store;
	const struct clock *clock;
	struct checked *checked;
};

int caller_checks_new(const uint8_t *ca, size_t ca_len,
    const struct clock *clock, struct caller_checks **out, struct err *err)
{
	CLEANUP(x509) X509 *root = d2i_X509(NULL, &ca, (long)ca_len);
	struct caller_checks *checks = calloc(1, sizeof(*checks));

	if (!checks || !root)
		goto fail;
	checks->clock = clock;
	checks->store = X509_STORE_new();
	if (!checks->store || X509_STORE_add_cert(checks->store, root) != 1 ||
	    checked_new(clock, &checks->checked, NULL) < 0)
		goto fail;
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
	checked_free(checks->checked);
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

/* sha256: of the DER. */
static int check_der(struct caller_checks *checks, const uint8_t *der,
    size_t len, uint8_t sha256[CHECKED_SHA256], struct err *err)
{
	CLEANUP(x509) X509 *certificate = NULL;
	const uint8_t *at = der;
	int rc;

	certificate = d2i_X509(NULL, &at, (long)len);
	if (!certificate || at != der + len)
		return err_set(err, ERR_DENIED, "that is no certificate");
	if ((rc = check_chain(checks, certificate, err)) < 0)
		return rc;
	return checked_digest(checks->checked, der, len, sha256, err);
}

static int by_tls(const struct http_request *request,
    uint8_t sha256[CHECKED_SHA256], struct err *err)
{
	if (!request->certificate->is_trusted)
		return err_set(err, ERR_DENIED,
		    "the TLS client certificate is not one of ours");
	memcpy(sha256, request->certificate->sha256, CHECKED_SHA256);
	return 0;
}

/*
 * The header of a phone is the same every time, so it is known by its digest.
 * Its text begins with a colon and DER does not: one is never taken for the
 * other.
 */
static int by_header(struct caller_checks *checks, const char *value,
    uint8_t sha256[CHECKED_SHA256], struct err *err)
{
	uint8_t shown[CHECKED_SHA256];
	uint8_t *der = NULL;
	size_t len = strlen(value);
	size_t der_len;
	int rc = checked_digest(checks->checked, value, len, shown, err);

	if (rc < 0 || checked_find(checks->checked, shown, sha256))
		return rc;
	rc = client_cert_header_parse(value, len, &der, &der_len, err);
	if (rc == 0)
		rc = check_der(checks, der, der_len, sha256, err);
	if (rc == 0)
		checked_note(checks->checked, shown, sha256);
	free(der);
	return rc;
}

static int check_signer(struct caller_checks *checks, const uint8_t *der,
    size_t len, uint8_t sha256[CHECKED_SHA256], struct err *err)
{
	uint8_t shown[CHECKED_SHA256];
	int rc = checked_digest(checks->checked, der, len, shown, err);

	if (rc < 0 || checked_find(checks->checked, shown, sha256))
		return rc;
	rc = check_der(checks, der, len, sha256, err);
	if (rc == 0)
		checked_note(checks->checked, shown, sha256);
	return rc;
}

static int by_signature(struct caller_checks *checks, const char *value,
    const struct http_request *request, uint8_t sha256[CHECKED_SHA256],
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
	rc = check_signer(checks, der, (size_t)der_len, sha256, err);
	OPENSSL_free(der);
	return rc;
}

static int find_certificate(struct caller_checks *checks,
    const struct http_request *request, uint8_t sha256[CHECKED_SHA256],
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
	uint8_t digest[CHECKED_SHA256];
	int rc = find_certificate(checks, request, digest, err);

	/* Whatever is wrong with what was shown, the answer is the same. */
	if (rc < 0 && rc != -ERR_MEMORY)
		rc = -ERR_DENIED;
	if (rc == 0)
		str_hex(sha256, digest, sizeof(digest));
	return rc;
}
