/*
 * identity: keys, certificates and CMS made on the spot for tests, in the
 * forms that phones use: BER or DER, SHA-1 or better, with or without signed
 * attributes, one signer or several.
 */
#ifndef TESTS_UNIT_APPLE_IDENTITY_H
#define TESTS_UNIT_APPLE_IDENTITY_H

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "proto/base/buf.h"
#include "tests/unit/apple/apple_test.h"

struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

/* Takes key. Valid for an hour, self-signed; cn NULL: empty subject. */
static inline struct identity identity_of(EVP_PKEY *key, const char *cn)
{
	struct identity id = {.key = key, .cert = X509_new()};
	X509_NAME *name = X509_get_subject_name(id.cert);

	assert_non_null(key);
	X509_set_version(id.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(id.cert), 4);
	X509_gmtime_adj(X509_getm_notBefore(id.cert), 0);
	X509_gmtime_adj(X509_getm_notAfter(id.cert), 3600);
	if (cn)
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		    (const unsigned char *)cn, -1, -1, 0);
	X509_set_pubkey(id.cert, key);
	assert_true(X509_sign(id.cert, key, EVP_sha256()) > 0);
	return id;
}

static inline struct identity identity_rsa(unsigned bits, const char *cn)
{
	return identity_of(EVP_RSA_gen(bits), cn);
}

static inline struct identity identity_ec(const char *group, const char *cn)
{
	return identity_of(EVP_EC_gen(group), cn);
}

static inline void identity_clear(struct identity *id)
{
	EVP_PKEY_free(id->key);
	X509_free(id->cert);
}

/* Length of one DER value's header; *content its inside. No bad input here. */
static inline size_t der_header(const uint8_t *der, size_t *content)
{
	size_t count;
	size_t i;

	if (der[1] < 0x80) {
		*content = der[1];
		return 2;
	}
	count = der[1] & 0x7f;
	*content = 0;
	for (i = 0; i < count; i++)
		*content = *content << 8 | der[2 + i];
	return 2 + count;
}

/* Appends der with its outer levels in indefinite length, as phones do. */
static inline void append_ber(
    struct buf *out, const uint8_t *der, size_t len, int levels)
{
	size_t content;
	size_t head = der_header(der, &content);
	size_t at = head;

	if (levels == 0 || !(der[0] & 0x20)) {
		buf_append(out, der, len);
		return;
	}
	buf_append_char(out, (char)der[0]);
	buf_append_char(out, (char)0x80);
	while (at < head + content) {
		size_t inner;
		size_t inner_head = der_header(der + at, &inner);

		append_ber(out, der + at, inner_head + inner, levels - 1);
		at += inner_head + inner;
	}
	buf_append(out, "\0\0", 2);
}

#define IDENTITY_BER_LEVELS 4 /* down to the lists inside SignedData */

static inline struct buf identity_ber(struct buf *der)
{
	struct buf ber = {0};

	append_ber(&ber, der->data, der->len, IDENTITY_BER_LEVELS);
	buf_clear(der);
	return ber;
}

/*
 * A CMS over body by count signers. flags: CMS_DETACHED, CMS_NOATTR,
 * CMS_NOCERTS, CMS_STREAM (not detached: BER with its content in pieces).
 */
static inline struct buf identity_sign(const struct identity *ids, size_t count,
    const EVP_MD *digest, const void *body, size_t len, unsigned flags)
{
	BIO *in = BIO_new_mem_buf(body, (int)len);
	BIO *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, in,
	    flags | CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP);
	struct buf der = {0};
	char *data;
	long size;
	size_t i;

	assert_non_null(cms);
	for (i = 0; i < count; i++)
		assert_non_null(CMS_add1_signer(cms, ids[i].cert, ids[i].key,
		    digest, flags | CMS_BINARY | CMS_NOSMIMECAP));
	if (count > 0 && !(flags & CMS_STREAM))
		assert_int_equal(
		    CMS_final(cms, in, NULL, flags | CMS_BINARY), 1);
	if (count == 0)
		assert_int_equal(CMS_set_detached(cms, 1), 1);
	assert_int_equal(
	    i2d_CMS_bio_stream(out, cms, in, (int)(flags | CMS_BINARY)), 1);
	size = BIO_get_mem_data(out, &data);
	buf_append(&der, data, (size_t)size);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	BIO_free(out);
	return der;
}

#endif
