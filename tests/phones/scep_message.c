#include "tests/phones/scep_message.h"

#include <openssl/cms.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "tests/phones/pem.h"

/* RFC 8894 section 3.2.1.1 */
#define OID_MESSAGE_TYPE "2.16.840.1.113733.1.9.2"
#define OID_PKI_STATUS "2.16.840.1.113733.1.9.3"
#define OID_FAIL_INFO "2.16.840.1.113733.1.9.4"
#define OID_SENDER_NONCE "2.16.840.1.113733.1.9.5"
#define OID_RECIPIENT_NONCE "2.16.840.1.113733.1.9.6"
#define OID_TRANSACTION_ID "2.16.840.1.113733.1.9.7"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(CMS_ContentInfo, cms, CMS_ContentInfo_free)
CLEANUP_DEFINE(X509_REQ, req, X509_REQ_free)
CLEANUP_DEFINE(X509, x509, X509_free)
CLEANUP_DEFINE(ASN1_OBJECT, object, ASN1_OBJECT_free)

static int add_subject(
    const struct scep_settings *settings, X509_NAME *name, struct err *err)
{
	size_t i;

	for (i = 0; i < settings->subject_count; i++) {
		const char *type = settings->subject[i].type;
		const char *value = settings->subject[i].value;

		if (!X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
		        (const unsigned char *)value, -1, -1, 0))
			return err_set(err, ERR_UNSUPPORTED,
			    "SCEP subject %s=%s cannot be written", type,
			    value);
	}
	return 0;
}

/* Apple's "Key Usage": 1 signing, 4 encryption, 5 both; 0 asks nothing. */
static int add_key_usage(X509_REQ *req, int usage)
{
	STACK_OF(X509_EXTENSION) *extensions = NULL;
	X509_EXTENSION *extension;
	const char *text = NULL;
	int ok;

	if ((usage & 5) == 5)
		text = "critical,digitalSignature,keyEncipherment";
	else if (usage & 1)
		text = "critical,digitalSignature";
	else if (usage & 4)
		text = "critical,keyEncipherment";
	if (!text)
		return 1;
	extension = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, text);
	ok = extension && X509v3_add_ext(&extensions, extension, -1) &&
	    X509_REQ_add_extensions(req, extensions);
	X509_EXTENSION_free(extension);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	return ok;
}

static int add_challenge(X509_REQ *req, const char *challenge)
{
	if (!*challenge)
		return 1;
	return X509_REQ_add1_attr_by_NID(req, NID_pkcs9_challengePassword,
	    MBSTRING_UTF8, (const unsigned char *)challenge, -1);
}

int scep_csr_encode(const struct scep_settings *settings, EVP_PKEY *key,
    struct buf *der, struct err *err)
{
	CLEANUP(req) X509_REQ *req = X509_REQ_new();
	unsigned char *bytes = NULL;
	int len;

	if (!req)
		return err_memory(err);
	if (add_subject(settings, X509_REQ_get_subject_name(req), err) < 0)
		return -(int)ERR_UNSUPPORTED;
	if (!X509_REQ_set_version(req, X509_REQ_VERSION_1) ||
	    !X509_REQ_set_pubkey(req, key) ||
	    !add_challenge(req, settings->challenge) ||
	    !add_key_usage(req, settings->key_usage) ||
	    !X509_REQ_sign(req, key, EVP_sha256()))
		return err_set(err, ERR_CRYPTO, "cannot make a request: %s",
		    pem_openssl_reason());
	len = i2d_X509_REQ(req, &bytes);
	if (len <= 0)
		return err_memory(err);
	buf_append(der, bytes, (size_t)len);
	OPENSSL_free(bytes);
	return buf_check(der, err);
}

int scep_self_signed(const struct scep_settings *settings, EVP_PKEY *key,
    X509 **out, struct err *err)
{
	CLEANUP(x509) X509 *certificate = X509_new();
	X509_NAME *name;

	if (!certificate)
		return err_memory(err);
	name = X509_get_subject_name(certificate);
	if (add_subject(settings, name, err) < 0)
		return -(int)ERR_UNSUPPORTED;
	if (!X509_set_version(certificate, X509_VERSION_3) ||
	    !ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) ||
	    !X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) ||
	    !X509_gmtime_adj(X509_getm_notAfter(certificate), 86400) ||
	    !X509_set_issuer_name(certificate, name) ||
	    !X509_set_pubkey(certificate, key) ||
	    !X509_sign(certificate, key, EVP_sha256()))
		return err_set(err, ERR_CRYPTO,
		    "cannot make a self-signed certificate: %s",
		    pem_openssl_reason());
	*out = certificate;
	certificate = NULL;
	return 0;
}

static BIO *seal(const struct scep_exchange *exchange, const struct buf *csr)
{
	CLEANUP(bio) BIO *in = BIO_new_mem_buf(csr->data, (int)csr->len);
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	STACK_OF(X509) *to = sk_X509_new_null();
	BIO *out = BIO_new(BIO_s_mem());
	bool ok = false;

	if (in && out && to && sk_X509_push(to, exchange->recipient)) {
		cms = CMS_encrypt(to, in, exchange->cipher, CMS_BINARY);
		ok = cms && i2d_CMS_bio(out, cms);
	}
	sk_X509_free(to);
	if (ok)
		return out;
	BIO_free_all(out);
	return NULL;
}

static int add_attribute(CMS_SignerInfo *signer, const char *oid, int type,
    const void *data, int len)
{
	CLEANUP(object) ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);

	return object &&
	    CMS_signed_add1_attr_by_OBJ(signer, object, type, data, len);
}

static int add_attributes(
    CMS_SignerInfo *signer, const struct scep_exchange *exchange)
{
	return add_attribute(signer, OID_MESSAGE_TYPE, V_ASN1_PRINTABLESTRING,
	           exchange->message_type,
	           (int)strlen(exchange->message_type)) &&
	    add_attribute(signer, OID_TRANSACTION_ID, V_ASN1_PRINTABLESTRING,
	        exchange->transaction_id,
	        (int)strlen(exchange->transaction_id)) &&
	    add_attribute(signer, OID_SENDER_NONCE, V_ASN1_OCTET_STRING,
	        exchange->sender_nonce, (int)sizeof(exchange->sender_nonce));
}

static int append_cms(struct buf *der, CMS_ContentInfo *cms, struct err *err)
{
	unsigned char *bytes = NULL;
	int len = i2d_CMS_ContentInfo(cms, &bytes);

	if (len <= 0)
		return err_memory(err);
	buf_append(der, bytes, (size_t)len);
	OPENSSL_free(bytes);
	return buf_check(der, err);
}

int scep_message_encode(const struct scep_exchange *exchange,
    const struct buf *csr, struct buf *der, struct err *err)
{
	CLEANUP(bio) BIO *content = seal(exchange, csr);
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	CMS_SignerInfo *signer = NULL;

	if (content)
		cms = CMS_sign(
		    NULL, NULL, NULL, content, CMS_BINARY | CMS_PARTIAL);
	if (cms)
		signer = CMS_add1_signer(cms, exchange->signer,
		    exchange->signer_key, exchange->digest, CMS_NOSMIMECAP);
	if (!signer || !add_attributes(signer, exchange) ||
	    !CMS_final(cms, content, NULL, CMS_BINARY))
		return err_set(err, ERR_CRYPTO, "cannot make a pkiMessage: %s",
		    pem_openssl_reason());
	return append_cms(der, cms, err);
}

/* A printable attribute as text; "" when absent or too long. */
static void attribute_text(
    CMS_SignerInfo *signer, const char *oid, char *out, size_t size)
{
	CLEANUP(object) ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	const ASN1_STRING *value;

	*out = '\0';
	value = CMS_signed_get0_data_by_OBJ(
	    signer, object, -3, V_ASN1_PRINTABLESTRING);
	if (!value || (size_t)ASN1_STRING_length(value) >= size)
		return;
	memcpy(out, ASN1_STRING_get0_data(value),
	    (size_t)ASN1_STRING_length(value));
	out[ASN1_STRING_length(value)] = '\0';
}

static bool has_our_nonce(
    CMS_SignerInfo *signer, const struct scep_exchange *exchange)
{
	CLEANUP(object)
	ASN1_OBJECT *object = OBJ_txt2obj(OID_RECIPIENT_NONCE, 1);
	const ASN1_STRING *value = CMS_signed_get0_data_by_OBJ(
	    signer, object, -3, V_ASN1_OCTET_STRING);

	return value &&
	    ASN1_STRING_length(value) == (int)sizeof(exchange->sender_nonce) &&
	    memcmp(ASN1_STRING_get0_data(value), exchange->sender_nonce,
	        sizeof(exchange->sender_nonce)) == 0;
}

static int check_status(CMS_SignerInfo *signer, struct err *err)
{
	static const char *const reasons[] = {
	    "badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId"};
	char status[8];
	char fail[8];

	attribute_text(signer, OID_PKI_STATUS, status, sizeof(status));
	if (strcmp(status, "0") == 0)
		return 0;
	if (strcmp(status, "2") != 0)
		return err_set(
		    err, ERR_UNSUPPORTED, "SCEP: pkiStatus is '%s'", status);
	attribute_text(signer, OID_FAIL_INFO, fail, sizeof(fail));
	return err_set(err, ERR_DENIED, "SCEP: the CA refused: failInfo %s",
	    fail[0] >= '0' && fail[0] <= '4' && !fail[1]
	        ? reasons[fail[0] - '0']
	        : fail);
}

static int check_attributes(
    CMS_ContentInfo *cms, const struct scep_exchange *exchange, struct err *err)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	CMS_SignerInfo *signer;
	char text[64];

	if (sk_CMS_SignerInfo_num(signers) != 1)
		return err_set(err, ERR_CRYPTO, "SCEP: not one signer");
	signer = sk_CMS_SignerInfo_value(signers, 0);
	attribute_text(signer, OID_MESSAGE_TYPE, text, sizeof(text));
	if (strcmp(text, "3") != 0)
		return err_set(err, ERR_CRYPTO, "SCEP: not a CertRep");
	attribute_text(signer, OID_TRANSACTION_ID, text, sizeof(text));
	if (strcmp(text, exchange->transaction_id) != 0)
		return err_set(
		    err, ERR_CRYPTO, "SCEP: the transaction id is not ours");
	if (!has_our_nonce(signer, exchange))
		return err_set(
		    err, ERR_CRYPTO, "SCEP: the recipient nonce is not ours");
	return check_status(signer, err);
}

/* Only the CA's certificate may verify; what lies in the bag does not. */
static int check_signature(
    CMS_ContentInfo *cms, X509 *ca, BIO *out, struct err *err)
{
	/* Read-only: at its end it says end, not "try again". */
	CLEANUP(bio) BIO *empty = BIO_new_mem_buf("", 0);
	STACK_OF(X509) *allowed = sk_X509_new_null();
	int ok;

	/* A failure has no content at all (RFC 8894 section 3.3.2.2). */
	ok = empty && allowed && sk_X509_push(allowed, ca) &&
	    CMS_verify(cms, allowed, NULL, CMS_is_detached(cms) ? empty : NULL,
	        out,
	        CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
	sk_X509_free(allowed);
	if (!ok)
		return err_set(err, ERR_CRYPTO,
		    "SCEP: the answer is not signed by the CA: %s",
		    pem_openssl_reason());
	return 0;
}

static int take_certificate(
    BIO *degenerate, EVP_PKEY *key, X509 **out, struct err *err)
{
	CLEANUP(cms) CMS_ContentInfo *cms = d2i_CMS_bio(degenerate, NULL);
	STACK_OF(X509) *bag = cms ? CMS_get1_certs(cms) : NULL;
	X509 *found = NULL;
	int i;

	for (i = 0; !found && i < sk_X509_num(bag); i++)
		if (EVP_PKEY_eq(X509_get0_pubkey(sk_X509_value(bag, i)), key) ==
		    1)
			found = sk_X509_value(bag, i);
	if (found)
		(void)X509_up_ref(found);
	sk_X509_pop_free(bag, X509_free);
	if (!found)
		return err_set(err, ERR_CRYPTO,
		    "SCEP: no certificate over our key in the answer");
	*out = found;
	return 0;
}

static int open_reply(const struct scep_exchange *exchange, BIO *envelope,
    BIO *out, struct err *err)
{
	CLEANUP(cms) CMS_ContentInfo *cms = d2i_CMS_bio(envelope, NULL);

	if (!cms ||
	    CMS_decrypt(cms, exchange->signer_key, exchange->signer, NULL, out,
	        CMS_BINARY) != 1)
		return err_set(err, ERR_CRYPTO,
		    "SCEP: the answer does not open: %s", pem_openssl_reason());
	return 0;
}

int scep_reply_parse(const struct scep_exchange *exchange, const uint8_t *der,
    size_t len, EVP_PKEY *key, X509 **out, struct err *err)
{
	CLEANUP(bio) BIO *in = BIO_new_mem_buf(der, (int)len);
	CLEANUP(bio) BIO *envelope = BIO_new(BIO_s_mem());
	CLEANUP(bio) BIO *opened = BIO_new(BIO_s_mem());
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	int rc;

	if (!in || !envelope || !opened)
		return err_memory(err);
	cms = d2i_CMS_bio(in, NULL);
	if (!cms)
		return err_set(err, ERR_INVALID, "SCEP: the answer is not CMS");
	rc = check_signature(cms, exchange->ca, envelope, err);
	if (rc == 0)
		rc = check_attributes(cms, exchange, err);
	if (rc == 0)
		rc = open_reply(exchange, envelope, opened, err);
	if (rc == 0)
		rc = take_certificate(opened, key, out, err);
	return rc;
}
