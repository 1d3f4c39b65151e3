#include "tests/unit/phones/fake_scep.h"

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define OID "2.16.840.1.113733.1.9."

static void append_bio(struct buf *out, BIO *bio)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	buf_append(out, data, (size_t)len);
	BIO_free_all(bio);
}

static void add_extension(X509 *certificate, int nid, const char *text)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, text);

	X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
}

static X509 *make_certificate(X509_NAME *subject, EVP_PKEY *over,
    X509_NAME *issuer, EVP_PKEY *signer, long serial)
{
	X509 *certificate = X509_new();

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -600);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	X509_set_subject_name(certificate, subject);
	X509_set_issuer_name(certificate, issuer);
	X509_set_pubkey(certificate, over);
	if (over == signer)
		add_extension(
		    certificate, NID_basic_constraints, "critical,CA:TRUE");
	X509_sign(certificate, signer, EVP_sha256());
	return certificate;
}

void fake_make_ca(const char *name, EVP_PKEY **key, X509 **certificate)
{
	X509_NAME *subject = X509_NAME_new();

	*key = EVP_RSA_gen(2048);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
	    (const unsigned char *)name, -1, -1, 0);
	*certificate = make_certificate(subject, *key, subject, *key, 1);
	X509_NAME_free(subject);
}

void fake_sign(
    EVP_PKEY *key, X509 *signer, const struct buf *content, struct buf *out)
{
	BIO *in = BIO_new_mem_buf(content->data, (int)content->len);
	CMS_ContentInfo *cms = CMS_sign(signer, key, NULL, in, CMS_BINARY);
	BIO *der = BIO_new(BIO_s_mem());

	i2d_CMS_bio(der, cms);
	append_bio(out, der);
	CMS_ContentInfo_free(cms);
	BIO_free_all(in);
}

/* What of the request the answer needs. */
struct asked {
	X509 *signer; /* borrowed from cms */
	X509_REQ *csr;
	ASN1_STRING *transaction; /* borrowed from cms */
	ASN1_STRING *nonce;
};

static ASN1_STRING *get_attribute(
    CMS_SignerInfo *info, const char *oid, int type)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_STRING *value =
	    CMS_signed_get0_data_by_OBJ(info, object, -3, type);

	ASN1_OBJECT_free(object);
	return value;
}

static X509_REQ *open_request(struct fake *fake, BIO *envelope)
{
	CMS_ContentInfo *cms = d2i_CMS_bio(envelope, NULL);
	BIO *out = BIO_new(BIO_s_mem());
	X509_REQ *csr = NULL;

	if (cms &&
	    CMS_decrypt(cms, fake->ca_key, fake->ca, NULL, out, CMS_BINARY) ==
	        1)
		csr = d2i_X509_REQ_bio(out, NULL);
	CMS_ContentInfo_free(cms);
	BIO_free_all(out);
	return csr;
}

static bool read_request(
    struct fake *fake, CMS_ContentInfo *cms, struct asked *asked)
{
	BIO *content = BIO_new(BIO_s_mem());
	STACK_OF(X509) *signers = NULL;
	CMS_SignerInfo *info;
	ASN1_STRING *type;
	bool ok;

	ok = CMS_verify(cms, NULL, NULL, NULL, content,
	         CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
	if (ok) {
		signers = CMS_get0_signers(cms);
		asked->signer = sk_X509_value(signers, 0);
		info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
		type = get_attribute(info, OID "2", V_ASN1_PRINTABLESTRING);
		asked->transaction =
		    get_attribute(info, OID "7", V_ASN1_PRINTABLESTRING);
		asked->nonce =
		    get_attribute(info, OID "5", V_ASN1_OCTET_STRING);
		asked->csr = open_request(fake, content);
		ok = type && asked->transaction && asked->nonce && asked->csr;
	}
	if (ok)
		snprintf(fake->scep_message_type,
		    sizeof(fake->scep_message_type), "%.*s",
		    ASN1_STRING_length(type), ASN1_STRING_get0_data(type));
	sk_X509_free(signers);
	BIO_free_all(content);
	return ok;
}

static BIO *make_envelope(struct fake *fake, const struct asked *asked)
{
	CMS_ContentInfo *bag =
	    CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
	EVP_PKEY *over = fake->fault == FAULT_SCEP_OTHER_KEY
	    ? fake->other_key
	    : X509_REQ_get0_pubkey(asked->csr);
	STACK_OF(X509) *to = sk_X509_new_null();
	BIO *plain = BIO_new(BIO_s_mem());
	BIO *sealed = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms;

	X509_free(fake->issued);
	fake->issued = make_certificate(X509_REQ_get_subject_name(asked->csr),
	    over, X509_get_subject_name(fake->ca), fake->ca_key, 7);
	CMS_add1_cert(bag, fake->issued);
	i2d_CMS_bio(plain, bag);
	sk_X509_push(to, asked->signer);
	cms = CMS_encrypt(to, plain, EVP_aes_128_cbc(), CMS_BINARY);
	i2d_CMS_bio(sealed, cms);
	CMS_ContentInfo_free(cms);
	CMS_ContentInfo_free(bag);
	sk_X509_free(to);
	BIO_free_all(plain);
	return sealed;
}

static void add_attribute(
    CMS_SignerInfo *info, const char *oid, int type, const void *data, int len)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);

	CMS_signed_add1_attr_by_OBJ(info, object, type, data, len);
	ASN1_OBJECT_free(object);
}

static void add_attributes(
    struct fake *fake, CMS_SignerInfo *info, const struct asked *asked)
{
	bool refused = fake->fault == FAULT_SCEP_REFUSES;
	bool other_id = fake->fault == FAULT_SCEP_TRANSACTION;
	const unsigned char *nonce = ASN1_STRING_get0_data(asked->nonce);
	unsigned char copy[64];
	int len = ASN1_STRING_length(asked->nonce);

	memcpy(copy, nonce, (size_t)len);
	if (fake->fault == FAULT_SCEP_NONCE)
		copy[0] ^= 1;
	add_attribute(info, OID "2", V_ASN1_PRINTABLESTRING, "3", 1);
	add_attribute(
	    info, OID "3", V_ASN1_PRINTABLESTRING, refused ? "2" : "0", 1);
	if (refused)
		add_attribute(info, OID "4", V_ASN1_PRINTABLESTRING, "2", 1);
	add_attribute(info, OID "6", V_ASN1_OCTET_STRING, copy, len);
	add_attribute(info, OID "7", V_ASN1_PRINTABLESTRING,
	    other_id ? (const void *)"somebody else's"
	             : ASN1_STRING_get0_data(asked->transaction),
	    other_id ? 15 : ASN1_STRING_length(asked->transaction));
}

bool fake_scep_answer(
    struct fake *fake, const uint8_t *der, size_t len, struct buf *out)
{
	bool other = fake->fault == FAULT_SCEP_SIGNER;
	bool refused = fake->fault == FAULT_SCEP_REFUSES;
	BIO *in = BIO_new_mem_buf(der, (int)len);
	CMS_ContentInfo *request = d2i_CMS_bio(in, NULL);
	struct asked asked = {0};
	CMS_ContentInfo *cms = NULL;
	CMS_SignerInfo *info;
	BIO *content = NULL;
	BIO *reply = BIO_new(BIO_s_mem());
	bool ok = request && read_request(fake, request, &asked);

	if (ok) {
		content = refused ? BIO_new(BIO_s_mem())
		                  : make_envelope(fake, &asked);
		cms = CMS_sign(NULL, NULL, NULL, content,
		    CMS_BINARY | CMS_PARTIAL | (refused ? CMS_DETACHED : 0));
		info = CMS_add1_signer(cms, other ? fake->other : fake->ca,
		    other ? fake->other_key : fake->ca_key, EVP_sha256(),
		    CMS_NOSMIMECAP);
		add_attributes(fake, info, &asked);
		CMS_final(cms, content, NULL, CMS_BINARY);
		i2d_CMS_bio(reply, cms);
	}
	append_bio(out, reply);
	X509_REQ_free(asked.csr);
	CMS_ContentInfo_free(cms);
	CMS_ContentInfo_free(request);
	BIO_free_all(content);
	BIO_free_all(in);
	return ok;
}
