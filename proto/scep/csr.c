#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/sha.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/scep/handles.h"

static int csr_open(
    const uint8_t *der, size_t len, X509_REQ **out, struct err *err)
{
	const uint8_t *at = der;
	X509_REQ *request;

	if (len > LIMIT_CSR)
		return err_set(err, ERR_LIMIT,
		    "the certificate request has %zu bytes; %d are taken", len,
		    LIMIT_CSR);
	request = d2i_X509_REQ(NULL, &at, (long)len);
	if (!request || at != der + len) {
		X509_REQ_free(request);
		return err_set(err, ERR_INVALID,
		    "this is not a PKCS#10 certificate request");
	}
	*out = request;
	return 0;
}

static int csr_read_key(
    struct scep_csr *csr, X509_REQ *request, struct err *err)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(request);
	uint8_t *at;
	int len;

	if (key)
		scep_key_describe(key, &csr->key_type, &csr->key_bits);
	if (csr->key_type == SCEP_KEY_OTHER)
		return err_set(err, ERR_UNSUPPORTED,
		    "the certificate request's key is not taken; RSA, P-256 "
		    "and P-384 are");
	if (csr->key_type == SCEP_KEY_RSA && csr->key_bits < SCEP_RSA_BITS_MIN)
		return err_set(err, ERR_UNSUPPORTED,
		    "the certificate request's RSA key has %u bits; %d are "
		    "needed",
		    csr->key_bits, SCEP_RSA_BITS_MIN);
	if (X509_REQ_verify(request, key) != 1)
		return err_set(err, ERR_CRYPTO,
		    "the certificate request's signature does not hold");
	len = i2d_PUBKEY(key, NULL);
	csr->public_key = at = len > 0 ? malloc((size_t)len) : NULL;
	if (!at)
		return err_memory(err);
	csr->public_key_len = (size_t)i2d_PUBKEY(key, &at);
	SHA256(csr->public_key, csr->public_key_len, csr->public_key_sha256);
	return 0;
}

/* UTF-8 of any directory string, or -1; free with OPENSSL_free. */
static int text_decode(const ASN1_STRING *text, size_t max, uint8_t **out)
{
	uint8_t *utf8 = NULL;
	int len = -1;

	/* Four bytes a character is the most that any string type has. */
	if (text && (size_t)ASN1_STRING_length(text) <= 4 * max)
		len = ASN1_STRING_to_UTF8(&utf8, text);
	if (len >= 0 &&
	    ((size_t)len > max || memchr(utf8, '\0', (size_t)len) ||
	        !str_is_utf8((const char *)utf8, (size_t)len))) {
		OPENSSL_clear_free(utf8, (size_t)len);
		return -1;
	}
	*out = utf8;
	return len;
}

static int csr_read_name(
    struct scep_csr *csr, X509_REQ *request, struct err *err)
{
	const X509_NAME *name = X509_REQ_get_subject_name(request);
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	uint8_t *utf8 = NULL;
	int len;

	if (at < 0)
		return 0;
	len =
	    text_decode(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)),
	        LIMIT_NAME, &utf8);
	if (len < 0)
		return err_set(err, ERR_INVALID,
		    "the certificate request's common name is no text of at "
		    "most %d bytes",
		    LIMIT_NAME);
	memcpy(csr->common_name, utf8, (size_t)len);
	csr->common_name[len] = '\0';
	OPENSSL_free(utf8);
	return 0;
}

/* PKCS#9 challengePassword (RFC 2985 section 5.4.1); optional. */
static int csr_read_challenge(
    struct scep_csr *csr, X509_REQ *request, struct err *err)
{
	int at =
	    X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, -1);
	X509_ATTRIBUTE *attribute;
	ASN1_TYPE *value = NULL;
	uint8_t *utf8 = NULL;
	int len = -1;
	int rc;

	if (at < 0)
		return 0;
	attribute = X509_REQ_get_attr(request, at);
	if (X509_ATTRIBUTE_count(attribute) == 1 &&
	    X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, at) <
	        0)
		value = X509_ATTRIBUTE_get0_type(attribute, 0);
	if (value &&
	    (ASN1_tag2bit(value->type) &
	        (B_ASN1_DIRECTORYSTRING | B_ASN1_IA5STRING)))
		len = text_decode(
		    value->value.asn1_string, LIMIT_CHALLENGE, &utf8);
	if (len < 0)
		return err_set(err, ERR_INVALID,
		    "the certificate request's challenge is no text of at most "
		    "%d bytes",
		    LIMIT_CHALLENGE);
	rc = secret_set(&csr->challenge, utf8, (size_t)len, err);
	OPENSSL_clear_free(utf8, (size_t)len);
	return rc;
}

int scep_csr_parse(
    const uint8_t *der, size_t len, struct scep_csr *out, struct err *err)
{
	CLEANUP(x509_req) X509_REQ *request = NULL;
	struct scep_csr csr = {0};
	int rc;

	ERR_set_mark();
	rc = csr_open(der, len, &request, err);
	if (rc == 0)
		rc = csr_read_key(&csr, request, err);
	if (rc == 0)
		rc = csr_read_name(&csr, request, err);
	if (rc == 0)
		rc = csr_read_challenge(&csr, request, err);
	ERR_pop_to_mark();
	if (rc != 0) {
		scep_csr_clear(&csr);
		return rc;
	}
	*out = csr;
	return 0;
}

void scep_csr_clear(struct scep_csr *csr)
{
	secret_clear(&csr->challenge);
	free(csr->public_key);
	*csr = (struct scep_csr){0};
}
