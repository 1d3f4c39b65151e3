#include "tests/unit/scep/scep_client.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/rand.h>
#include <openssl/x509_vfy.h>

#define OID_TYPE "2.16.840.1.113733.1.9.2"
#define OID_STATUS "2.16.840.1.113733.1.9.3"
#define OID_FAIL "2.16.840.1.113733.1.9.4"
#define OID_SENDER "2.16.840.1.113733.1.9.5"
#define OID_RECIPIENT "2.16.840.1.113733.1.9.6"
#define OID_TRANSACTION "2.16.840.1.113733.1.9.7"

struct client_bytes client_csr(
    EVP_PKEY *key, const char *name, const char *challenge)
{
	X509_REQ *request = X509_REQ_new();
	struct client_bytes out = {0};
	int len;

	X509_REQ_set_version(request, 0);
	X509_REQ_set_pubkey(request, key);
	X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request),
	    NID_commonName, MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
	    0);
	if (challenge)
		X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword,
		    MBSTRING_ASC, (const unsigned char *)challenge, -1);
	X509_REQ_sign(request, key,
	    EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? NULL
	                                                  : EVP_sha256());
	len = i2d_X509_REQ(request, &out.data);
	out.len = len > 0 ? (size_t)len : 0;
	X509_REQ_free(request);
	return out;
}

X509 *client_self_signed(EVP_PKEY *key, const char *name)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_get_subject_name(certificate);

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -600);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(certificate, subject);
	X509_set_pubkey(certificate, key);
	X509_sign(certificate, key, EVP_sha256());
	return certificate;
}

struct client_bytes client_envelope(const struct client_bytes *content,
    X509 *recipient, const EVP_CIPHER *cipher)
{
	BIO *bio = BIO_new_mem_buf(content->data, (int)content->len);
	STACK_OF(X509) *recipients = sk_X509_new_null();
	CMS_ContentInfo *cms;
	struct client_bytes out = {0};
	int len;

	sk_X509_push(recipients, recipient);
	cms = CMS_encrypt(recipients, bio, cipher, CMS_BINARY);
	len = cms ? i2d_CMS_ContentInfo(cms, &out.data) : 0;
	out.len = len > 0 ? (size_t)len : 0;
	CMS_ContentInfo_free(cms);
	sk_X509_free(recipients);
	BIO_free(bio);
	return out;
}

static void attribute_add(CMS_SignerInfo *info, const char *oid, int type,
    const void *data, size_t len)
{
	CMS_signed_add1_attr_by_txt(info, oid, type, data, (int)len);
}

static void attributes_add(CMS_SignerInfo *info, const struct client_plan *plan)
{
	const char *id = plan->transaction_id ? plan->transaction_id : "T-1";
	const char *type = plan->type ? plan->type : "19";
	int id_type = plan->transaction_id_type ? plan->transaction_id_type
	                                        : V_ASN1_PRINTABLESTRING;
	size_t nonce_len = plan->nonce_len ? plan->nonce_len : 16;
	uint8_t nonce[256];
	int copies = plan->transaction_id_copies;

	memset(nonce, 'n', sizeof(nonce));
	attribute_add(
	    info, OID_TYPE, V_ASN1_PRINTABLESTRING, type, strlen(type));
	attribute_add(info, OID_SENDER, V_ASN1_OCTET_STRING, nonce, nonce_len);
	for (int i = 0; i < (copies ? copies : 1); i++)
		attribute_add(info, OID_TRANSACTION, id_type, id, strlen(id));
}

struct client_bytes client_wrap(
    const struct client_plan *plan, const struct client_bytes *content)
{
	const unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
	X509 *own = plan->certificate
	    ? plan->certificate
	    : client_self_signed(plan->key, "MDM SCEP SIGNER");
	BIO *bio = BIO_new_mem_buf(content->data, (int)content->len);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	CMS_SignerInfo *info;
	struct client_bytes out = {0};
	int len = 0;

	if (plan->decoy)
		CMS_add1_cert(cms, plan->decoy);
	info = CMS_add1_signer(cms, own, plan->key,
	    plan->digest ? plan->digest : EVP_sha256(), flags);
	if (info) {
		attributes_add(info, plan);
		if (CMS_final(cms, bio, NULL, CMS_BINARY) == 1)
			len = i2d_CMS_ContentInfo(cms, &out.data);
	}
	out.len = len > 0 ? (size_t)len : 0;
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	if (!plan->certificate)
		X509_free(own);
	return out;
}

struct client_bytes client_request(const struct client_plan *plan)
{
	struct client_bytes csr =
	    client_csr(plan->csr_key ? plan->csr_key : plan->key,
	        plan->name ? plan->name : "phone", plan->challenge);
	struct client_bytes envelope = client_envelope(
	    &csr, plan->ca, plan->cipher ? plan->cipher : EVP_aes_128_cbc());
	struct client_bytes out = client_wrap(plan, &envelope);

	OPENSSL_free(csr.data);
	OPENSSL_free(envelope.data);
	return out;
}

static const ASN1_STRING *attribute_get(CMS_SignerInfo *info, const char *oid)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	int at = CMS_signed_get_attr_by_OBJ(info, object, -1);
	X509_ATTRIBUTE *attribute =
	    at < 0 ? NULL : CMS_signed_get_attr(info, at);

	ASN1_OBJECT_free(object);
	return attribute
	    ? X509_ATTRIBUTE_get0_type(attribute, 0)->value.asn1_string
	    : NULL;
}

static size_t attribute_copy(
    CMS_SignerInfo *info, const char *oid, void *out, size_t size)
{
	const ASN1_STRING *value = attribute_get(info, oid);
	size_t len = value ? (size_t)ASN1_STRING_length(value) : 0;

	if (len >= size)
		return 0;
	memcpy(out,
	    value ? ASN1_STRING_get0_data(value) : (const unsigned char *)"",
	    len);
	return len;
}

static int answer_open_envelope(const ASN1_OCTET_STRING *content, EVP_PKEY *key,
    X509 *own, struct client_answer *out)
{
	const uint8_t *at = ASN1_STRING_get0_data(content);
	CMS_ContentInfo *cms =
	    d2i_CMS_ContentInfo(NULL, &at, ASN1_STRING_length(content));
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS7 *bag = NULL;
	int rc = -1;

	if (cms && CMS_decrypt(cms, key, own, NULL, bio, CMS_BINARY) == 1)
		bag = d2i_PKCS7_bio(bio, NULL);
	if (bag && PKCS7_type_is_signed(bag) && bag->d.sign->cert) {
		out->leaf_count = sk_X509_num(bag->d.sign->cert);
		out->leaf = sk_X509_value(bag->d.sign->cert, 0);
		X509_up_ref(out->leaf);
		rc = 0;
	}
	PKCS7_free(bag);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	return rc;
}

static void answer_read(CMS_SignerInfo *info, struct client_answer *out)
{
	X509_ALGOR *digest = NULL;
	X509_ALGOR *signature = NULL;

	attribute_copy(info, OID_TYPE, out->type, sizeof(out->type));
	attribute_copy(info, OID_STATUS, out->status, sizeof(out->status));
	attribute_copy(info, OID_FAIL, out->fail_info, sizeof(out->fail_info));
	attribute_copy(info, OID_TRANSACTION, out->transaction_id,
	    sizeof(out->transaction_id));
	out->sender_nonce_len = attribute_copy(
	    info, OID_SENDER, out->sender_nonce, sizeof(out->sender_nonce));
	out->recipient_nonce_len = attribute_copy(info, OID_RECIPIENT,
	    out->recipient_nonce, sizeof(out->recipient_nonce));
	CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest, &signature);
	out->digest_nid = OBJ_obj2nid(digest->algorithm);
	out->signature_nid = OBJ_obj2nid(signature->algorithm);
}

int client_open(const uint8_t *der, size_t len, X509 *ca, EVP_PKEY *key,
    X509 *own, struct client_answer *out)
{
	const uint8_t *at = der;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
	X509_STORE *store = X509_STORE_new();
	ASN1_OCTET_STRING **content;
	int rc = -1;

	*out = (struct client_answer){0};
	X509_STORE_add_cert(store, ca);
	X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	if (cms && at == der + len &&
	    CMS_verify(cms, NULL, store, NULL, NULL, CMS_BINARY) == 1) {
		answer_read(
		    sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0), out);
		content = CMS_get0_content(cms);
		rc = 0;
		if (strcmp(out->status, "0") == 0)
			rc = answer_open_envelope(*content, key, own, out);
	}
	X509_STORE_free(store);
	CMS_ContentInfo_free(cms);
	return rc;
}
