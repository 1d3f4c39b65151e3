#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "proto/scep/handles.h"

#define SCEP_CERT_REP "3" /* RFC 8894 section 3.2.1.2 */
#define SCEP_STATUS_SUCCESS "0"
#define SCEP_STATUS_FAILURE "2"

static X509 *certificate_decode(const uint8_t *der, size_t len)
{
	const uint8_t *at = der;

	if (len == 0 || len > LIMIT_CERTIFICATE)
		return NULL;
	return d2i_X509(NULL, &at, (long)len);
}

/*
 * The leaf alone in a certs-only message. The CA is left out: clients take the
 * first certificate, or the last, for theirs, and have the CA already.
 */
static int degenerate_encode(X509 *leaf, uint8_t **out)
{
	CLEANUP(pkcs7) PKCS7 *bag = PKCS7_new();

	if (!bag || PKCS7_set_type(bag, NID_pkcs7_signed) != 1 ||
	    PKCS7_content_new(bag, NID_pkcs7_data) != 1 ||
	    PKCS7_set_detached(bag, 1) < 0 ||
	    PKCS7_add_certificate(bag, leaf) != 1)
		return -1;
	return i2d_PKCS7(bag, out);
}

static const EVP_CIPHER *reply_cipher(enum scep_cipher cipher)
{
	switch (cipher) {
	case SCEP_DES3:
		return EVP_des_ede3_cbc();
	case SCEP_AES192:
		return EVP_aes_192_cbc();
	case SCEP_AES256:
		return EVP_aes_256_cbc();
	default:
		return EVP_aes_128_cbc();
	}
}

/* DER of EnvelopedData for the requester, or -1; free with OPENSSL_free. */
static int envelope_encode(const uint8_t *content, int len, X509 *recipient,
    enum scep_cipher cipher, uint8_t **out)
{
	CLEANUP(bio) BIO *bio = BIO_new_mem_buf(content, len);
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	STACK_OF(X509) *recipients = sk_X509_new_null();

	if (bio && recipients && sk_X509_push(recipients, recipient) > 0)
		cms = CMS_encrypt(
		    recipients, bio, reply_cipher(cipher), CMS_BINARY);
	sk_X509_free(recipients);
	return cms ? i2d_CMS_ContentInfo(cms, out) : -1;
}

static int reply_envelope(const struct scep_reply *reply, uint8_t **out,
    int *out_len, struct err *err)
{
	CLEANUP(x509) X509 *leaf = NULL;
	CLEANUP(x509) X509 *recipient = NULL;
	uint8_t *bag = NULL;
	int bag_len = -1;
	int len = -1;

	leaf = certificate_decode(reply->certificate, reply->certificate_len);
	recipient = certificate_decode(
	    reply->request->signer, reply->request->signer_len);
	if (!leaf || !recipient)
		return err_set(err, ERR_INVALID,
		    "a SCEP answer needs a leaf and a requester's certificate");
	bag_len = degenerate_encode(leaf, &bag);
	if (bag_len > 0)
		len = envelope_encode(
		    bag, bag_len, recipient, reply->request->cipher, out);
	OPENSSL_free(bag);
	if (len <= 0)
		return err_set(err, ERR_CRYPTO,
		    "the SCEP answer cannot be encrypted to the requester");
	*out_len = len;
	return 0;
}

static bool attribute_add(CMS_SignerInfo *info, const char *oid, int type,
    const void *data, size_t len)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	bool added = object &&
	    CMS_signed_add1_attr_by_OBJ(info, object, type, data, (int)len) ==
	        1;

	ASN1_OBJECT_free(object);
	return added;
}

static bool text_add(CMS_SignerInfo *info, const char *oid, const char *text)
{
	return attribute_add(
	    info, oid, V_ASN1_PRINTABLESTRING, text, strlen(text));
}

static bool signing_time_add(CMS_SignerInfo *info, int64_t signed_ms)
{
	ASN1_TIME *time =
	    ASN1_TIME_set(NULL, (time_t)(signed_ms / TIME_SECOND_MS));
	bool added = time &&
	    CMS_signed_add1_attr_by_NID(
	        info, NID_pkcs9_signingTime, time->type, time, -1) == 1;

	ASN1_TIME_free(time);
	return added;
}

/* RFC 8894 section 3.2.1 and, for CertRep, section 3.3.2. */
static bool attributes_add(CMS_SignerInfo *info, const struct scep_reply *reply)
{
	const struct scep_request *request = reply->request;
	bool is_success = reply->certificate != NULL;
	char fail[4];

	(void)snprintf(
	    fail, sizeof(fail), "%u", (unsigned)reply->fail_info % 10);
	return text_add(info, SCEP_OID_MESSAGE_TYPE, SCEP_CERT_REP) &&
	    text_add(info, SCEP_OID_PKI_STATUS,
	        is_success ? SCEP_STATUS_SUCCESS : SCEP_STATUS_FAILURE) &&
	    (is_success || text_add(info, SCEP_OID_FAIL_INFO, fail)) &&
	    text_add(info, SCEP_OID_TRANSACTION_ID, request->transaction_id) &&
	    attribute_add(info, SCEP_OID_RECIPIENT_NONCE, V_ASN1_OCTET_STRING,
	        request->sender_nonce, request->sender_nonce_len) &&
	    attribute_add(info, SCEP_OID_SENDER_NONCE, V_ASN1_OCTET_STRING,
	        reply->sender_nonce, SCEP_NONCE_LEN) &&
	    signing_time_add(info, reply->signed_ms);
}

/*
 * A failure has no envelope; its content is an empty OCTET STRING rather than
 * absent, because clients check the signature with PKCS#7 code that takes an
 * absent content for a detached one and gives up.
 */
static CMS_ContentInfo *reply_sign(const struct scep_reply *reply, X509 *ca,
    EVP_PKEY *key, const uint8_t *content, int len)
{
	const unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
	const EVP_MD *digest =
	    reply->request->digest == SCEP_SHA1 ? EVP_sha1() : EVP_sha256();
	CLEANUP(bio) BIO *bio = BIO_new_mem_buf(content, len);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	CMS_SignerInfo *info = NULL;

	if (bio && cms)
		info = CMS_add1_signer(cms, ca, key, digest, flags);
	if (!info || !attributes_add(info, reply) ||
	    CMS_final(cms, bio, NULL, CMS_BINARY) != 1) {
		CMS_ContentInfo_free(cms);
		return NULL;
	}
	return cms;
}

static int reply_write(const struct scep_reply *reply, X509 *ca, EVP_PKEY *key,
    struct buf *out, struct err *err)
{
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	uint8_t *content = NULL;
	uint8_t *der = NULL;
	int content_len = 0;
	int len = -1;
	int rc = 0;

	if (reply->certificate)
		rc = reply_envelope(reply, &content, &content_len, err);
	if (rc != 0)
		return rc;
	cms = reply_sign(reply, ca, key,
	    content ? content : (const uint8_t *)"", content_len);
	if (cms)
		len = i2d_CMS_ContentInfo(cms, &der);
	if (len > 0)
		buf_append(out, der, (size_t)len);
	OPENSSL_free(der);
	OPENSSL_free(content);
	if (len <= 0)
		return err_set(
		    err, ERR_CRYPTO, "the SCEP answer cannot be signed");
	return buf_check(out, err);
}

int scep_reply_encode(const struct scep_reply *reply, X509 *ca, EVP_PKEY *key,
    struct buf *out, struct err *err)
{
	int rc;

	ERR_set_mark();
	rc = reply_write(reply, ca, key, out, err);
	ERR_pop_to_mark();
	return rc;
}
