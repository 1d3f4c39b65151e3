#include "server/receipts/receipt_cms.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "proto/base/buf.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

CLEANUP_DEFINE(ASN1_OBJECT, object, ASN1_OBJECT_free)
CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(CMS_ContentInfo, cms, CMS_ContentInfo_free)
CLEANUP_DEFINE(X509, x509, X509_free)
CLEANUP_DEFINE(X509_STORE, store, X509_STORE_free)

#define DOCUMENT_SIGNING "1.3.6.1.5.5.7.3.36" /* RFC 9336 */

static int refused(struct err *err, const char *why)
{
	return err_set(err, ERR_CRYPTO, "the receipt does not hold: %s", why);
}

bool receipt_cms_measure(const uint8_t *der, size_t size, size_t *len)
{
	const uint8_t *at = der;
	long length = 0;
	int tag = 0;
	int class = 0;
	int form;

	if (size < 2 || size > LONG_MAX)
		return false;
	form = ASN1_get_object(&at, &length, &tag, &class, (long)size);
	ERR_clear_error();
	/* 0x80: failed; 0x21: length not said, which is not DER */
	if ((form & 0x80) || form != V_ASN1_CONSTRUCTED ||
	    tag != V_ASN1_SEQUENCE || length < 0)
		return false;
	*len = (size_t)(at - der) + (size_t)length;
	return *len <= size;
}

static X509 *ca_read(const void *ca, size_t ca_len)
{
	static char no_password[] = "";
	const uint8_t *der = ca;
	CLEANUP(bio) BIO *bio = NULL;

	if (ca_len == 0 || ca_len > LIMIT_CERTIFICATE * 4)
		return NULL;
	if (*der == 0x30)
		return d2i_X509(NULL, &der, (long)ca_len);
	bio = BIO_new_mem_buf(ca, (int)ca_len);
	return bio ? PEM_read_bio_X509(bio, NULL, NULL, no_password) : NULL;
}

/* The CMS's only signer; NULL: none, or several. */
static CMS_SignerInfo *only_signer(CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) * all;

	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		return NULL;
	all = CMS_get0_SignerInfos(cms);
	return sk_CMS_SignerInfo_num(all) == 1 ? sk_CMS_SignerInfo_value(all, 0)
	                                       : NULL;
}

static int signing_time(CMS_SignerInfo *info, int64_t *out, struct err *err)
{
	int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
	X509_ATTRIBUTE *attribute =
	    at >= 0 ? CMS_signed_get_attr(info, at) : NULL;
	const ASN1_TYPE *value =
	    attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
	struct tm parts = {0};

	if (!value ||
	    (value->type != V_ASN1_UTCTIME &&
	        value->type != V_ASN1_GENERALIZEDTIME) ||
	    ASN1_TIME_to_tm(value->value.asn1_string, &parts) != 1)
		return refused(err, "its signature says no time");
	*out = (int64_t)timegm(&parts) * TIME_SECOND_MS;
	return 0;
}

static bool is_sha256(CMS_SignerInfo *info)
{
	X509_ALGOR *digest = NULL;
	const ASN1_OBJECT *object = NULL;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest, NULL);
	if (!digest)
		return false;
	X509_ALGOR_get0(&object, NULL, NULL, digest);
	return OBJ_obj2nid(object) == NID_sha256;
}

/* Of our certificates only one kind may sign receipts. */
static bool is_for_documents(X509 *certificate)
{
	CLEANUP(object)
	ASN1_OBJECT *wanted = OBJ_txt2obj(DOCUMENT_SIGNING, 1);
	EXTENDED_KEY_USAGE *usages =
	    X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
	bool is_there = false;

	for (int i = 0; wanted && i < sk_ASN1_OBJECT_num(usages); i++) {
		if (OBJ_cmp(sk_ASN1_OBJECT_value(usages, i), wanted) == 0)
			is_there = true;
	}
	EXTENDED_KEY_USAGE_free(usages);
	return is_there &&
	    (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE);
}

static X509_STORE *store_make(X509 *ca, int64_t at)
{
	CLEANUP(store) X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param;
	X509_STORE *made;

	if (!store || X509_STORE_add_cert(store, ca) != 1)
		return NULL;
	param = X509_STORE_get0_param(store);
	X509_VERIFY_PARAM_set_time(param, (time_t)(at / TIME_SECOND_MS));
	X509_VERIFY_PARAM_set_depth(param, 1);
	made = store;
	store = NULL;
	return made;
}

static int signer_take(
    X509 *certificate, struct receipt_signer *out, struct err *err)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const ASN1_STRING *name = at >= 0
	    ? X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))
	    : NULL;
	unsigned char *utf8 = NULL;
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned hash_len = 0;
	int len = name ? ASN1_STRING_to_UTF8(&utf8, name) : -1;
	bool fits = len > 0 && len <= LIMIT_NAME &&
	    X509_digest(certificate, EVP_sha256(), hash, &hash_len) == 1 &&
	    hash_len == 32;

	if (fits) {
		(void)snprintf(
		    out->name, sizeof(out->name), "%.*s", len, (char *)utf8);
		str_hex(out->sha256, hash, hash_len);
	}
	OPENSSL_free(utf8);
	return fits ? 0 : refused(err, "its signer has no name");
}

static int content_verify(CMS_ContentInfo *cms, const struct buf *content,
    X509_STORE *store, struct buf *out, struct err *err)
{
	CLEANUP(bio) BIO *in = NULL;
	CLEANUP(bio) BIO *inside = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len;

	if (content)
		in = BIO_new_mem_buf(content->data, (int)content->len);
	if (!inside || (content && !in))
		return err_memory(err);
	/* Detached means detached: content inside would be another one. */
	if ((CMS_is_detached(cms) == 1) != (content != NULL))
		return refused(err, "it is not signed as receipts are");
	if (CMS_verify(cms, NULL, store, in, inside, CMS_BINARY) != 1)
		return refused(err,
		    "it was altered, or was not signed by this organisation");
	if (content)
		return 0;
	len = BIO_get_mem_data(inside, &data);
	if (len <= 0 || len > RECEIPT_JSON_MAX)
		return refused(err, "it is larger than receipts are");
	buf_append(out, data, (size_t)len);
	return buf_check(out, err);
}

/*
 * Nothing is in it that the signature does not cover: the signer's and the CA's
 * certificate, no others, no lists, no attributes added later.
 */
static bool is_bare(CMS_ContentInfo *cms, CMS_SignerInfo *info, X509 *ca)
{
	STACK_OF(X509) *certificates = CMS_get1_certs(cms);
	STACK_OF(X509_CRL) *lists = CMS_get1_crls(cms);
	X509 *signer = NULL;
	bool is_so = sk_X509_num(certificates) == 2 && !lists &&
	    CMS_unsigned_get_attr_count(info) <= 0;

	CMS_SignerInfo_get0_algs(info, NULL, &signer, NULL, NULL);
	for (int i = 0; is_so && i < 2; i++) {
		const X509 *at = sk_X509_value(certificates, i);

		is_so = signer &&
		    (X509_cmp(at, signer) == 0 || X509_cmp(at, ca) == 0);
	}
	sk_X509_pop_free(certificates, X509_free);
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	return is_so;
}

/* Read leniently, written strictly: DER has one form. */
static bool is_der(CMS_ContentInfo *cms, const uint8_t *der, size_t len)
{
	uint8_t *again = NULL;
	int again_len = i2d_CMS_ContentInfo(cms, &again);
	bool is_so = again_len > 0 && (size_t)again_len == len &&
	    memcmp(again, der, len) == 0;

	OPENSSL_free(again);
	return is_so;
}

static int cms_verify(CMS_ContentInfo *cms, const struct buf *content, X509 *ca,
    struct buf *out, struct receipt_signer *signer, struct err *err)
{
	CMS_SignerInfo *info = only_signer(cms);
	CLEANUP(store) X509_STORE *store = NULL;
	X509 *certificate = NULL;
	int rc;

	if (!info || !is_sha256(info))
		return refused(err, "it is not signed as receipts are");
	rc = signing_time(info, &signer->signed_at, err);
	if (rc != 0)
		return rc;
	store = store_make(ca, signer->signed_at);
	if (!store)
		return err_memory(err);
	rc = content_verify(cms, content, store, out, err);
	if (rc != 0)
		return rc;
	CMS_SignerInfo_get0_algs(info, NULL, &certificate, NULL, NULL);
	if (!certificate || !is_for_documents(certificate))
		return refused(
		    err, "its signer's certificate is not for receipts");
	if (!is_bare(cms, info, ca))
		return refused(err, "something was added to its signature");
	return signer_take(certificate, signer, err);
}

int receipt_cms_verify(const uint8_t *der, size_t len,
    const struct buf *content, const void *ca, size_t ca_len, struct buf *out,
    struct receipt_signer *signer, struct err *err)
{
	const uint8_t *at = der;
	CLEANUP(x509) X509 *issuer = ca_read(ca, ca_len);
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	int rc;

	if (!issuer) {
		ERR_clear_error();
		return err_set(err, ERR_INVALID,
		    "the CA file holds no certificate to check against");
	}
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
	rc = cms && at == der + len && is_der(cms, der, len)
	    ? cms_verify(cms, content, issuer, out, signer, err)
	    : refused(err, "its signature cannot be read");
	ERR_clear_error();
	return rc;
}
