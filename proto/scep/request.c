#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/sha.h>
#include <openssl/x509_vfy.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/scep/handles.h"

#define SCEP_CERTIFICATES_MAX 8 /* a client sends its own and perhaps a chain */

static int request_open(const uint8_t *der, size_t len, CMS_ContentInfo **out,
    CMS_SignerInfo **signer_info, struct err *err)
{
	const uint8_t *at = der;
	CMS_ContentInfo *cms = NULL;
	STACK_OF(CMS_SignerInfo) * infos;

	if (len > LIMIT_CMS)
		return err_set(err, ERR_LIMIT,
		    "the SCEP message has %zu bytes; %d are taken", len,
		    LIMIT_CMS);
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
	if (!cms || at != der + len)
		goto refuse;
	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed ||
	    OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data)
		goto refuse;
	infos = CMS_get0_SignerInfos(cms);
	if (sk_CMS_SignerInfo_num(infos) != 1)
		goto refuse;
	*signer_info = sk_CMS_SignerInfo_value(infos, 0);
	*out = cms;
	return 0;
refuse:
	CMS_ContentInfo_free(cms);
	return err_set(err, ERR_INVALID,
	    "this is not a SCEP message: a CMS SignedData with one signer");
}

/* The one value of a signed attribute that may stand there only once. */
static const ASN1_STRING *attribute_get(
    const CMS_SignerInfo *info, const char *oid, unsigned allowed_types)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	X509_ATTRIBUTE *attribute = NULL;
	ASN1_TYPE *value = NULL;
	int at = -1;

	if (object)
		at = CMS_signed_get_attr_by_OBJ(info, object, -1);
	if (at >= 0 && CMS_signed_get_attr_by_OBJ(info, object, at) < 0)
		attribute = CMS_signed_get_attr(info, at);
	ASN1_OBJECT_free(object);
	if (!attribute || X509_ATTRIBUTE_count(attribute) != 1)
		return NULL;
	value = X509_ATTRIBUTE_get0_type(attribute, 0);
	if (!value || !(ASN1_tag2bit(value->type) & allowed_types))
		return NULL;
	return value->value.asn1_string;
}

#define ATTRIBUTE_TEXT                                                         \
	(B_ASN1_PRINTABLESTRING | B_ASN1_UTF8STRING | B_ASN1_IA5STRING)

/* Copies printable ASCII; the id goes to the log and to the store. */
static bool text_copy(char *out, size_t size, const ASN1_STRING *text)
{
	const uint8_t *data;
	size_t len;

	if (!text)
		return false;
	data = ASN1_STRING_get0_data(text);
	len = (size_t)ASN1_STRING_length(text);
	if (len == 0 || len >= size)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (data[i] < 0x20 || data[i] > 0x7e)
			return false;
	}
	memcpy(out, data, len);
	out[len] = '\0';
	return true;
}

static int request_read_type(
    struct scep_request *request, const CMS_SignerInfo *info, struct err *err)
{
	char text[8];
	uint64_t type = 0;

	if (!text_copy(text, sizeof(text),
	        attribute_get(info, SCEP_OID_MESSAGE_TYPE, ATTRIBUTE_TEXT)) ||
	    str_number_parse(text, 99, &type) != 0)
		return err_set(
		    err, ERR_INVALID, "the SCEP message has no messageType");
	if (type != SCEP_PKCS_REQ && type != SCEP_RENEWAL_REQ)
		return err_set(err, ERR_UNSUPPORTED,
		    "SCEP message type %u is not taken; 17 and 19 are",
		    (unsigned)type);
	request->type = (enum scep_message_type)type;
	return 0;
}

static int request_read_attributes(
    struct scep_request *request, const CMS_SignerInfo *info, struct err *err)
{
	const ASN1_STRING *nonce;
	int rc = request_read_type(request, info, err);

	if (rc != 0)
		return rc;
	if (!text_copy(request->transaction_id, sizeof(request->transaction_id),
	        attribute_get(info, SCEP_OID_TRANSACTION_ID, ATTRIBUTE_TEXT)))
		return err_set(err, ERR_INVALID,
		    "the SCEP message has no usable transactionID");
	nonce = attribute_get(info, SCEP_OID_SENDER_NONCE, B_ASN1_OCTET_STRING);
	if (!nonce || ASN1_STRING_length(nonce) < 1 ||
	    ASN1_STRING_length(nonce) > LIMIT_NONCE)
		return err_set(err, ERR_INVALID,
		    "the SCEP message has no usable senderNonce");
	request->sender_nonce_len = (size_t)ASN1_STRING_length(nonce);
	memcpy(request->sender_nonce, ASN1_STRING_get0_data(nonce),
	    request->sender_nonce_len);
	return 0;
}

static int request_read_digest(
    struct scep_request *request, CMS_SignerInfo *info, struct err *err)
{
	static const struct {
		int nid;
		enum scep_digest digest;
	} digests[] = {
	    {NID_sha1, SCEP_SHA1},
	    {NID_sha256, SCEP_SHA256},
	    {NID_sha384, SCEP_SHA384},
	    {NID_sha512, SCEP_SHA512},
	};
	X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *oid = NULL;
	int nid;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &algorithm, NULL);
	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	nid = OBJ_obj2nid(oid);
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		if (digests[i].nid == nid) {
			request->digest = digests[i].digest;
			return 0;
		}
	}
	return err_set(err, ERR_UNSUPPORTED,
	    "the SCEP message is signed with a digest that is not taken");
}

/* Finds the signer's certificate in the message; *out is the caller's. */
static int signer_find(
    CMS_ContentInfo *cms, CMS_SignerInfo *info, X509 **out, struct err *err)
{
	STACK_OF(X509) *certificates = CMS_get1_certs(cms);
	X509 *found = NULL;

	if (sk_X509_num(certificates) <= SCEP_CERTIFICATES_MAX) {
		for (int i = 0; i < sk_X509_num(certificates) && !found; i++) {
			X509 *one = sk_X509_value(certificates, i);

			if (CMS_SignerInfo_cert_cmp(info, one) == 0)
				found = one;
		}
	}
	if (found)
		X509_up_ref(found);
	sk_X509_pop_free(certificates, X509_free);
	if (!found)
		return err_set(err, ERR_INVALID,
		    "the SCEP message does not hold its signer's certificate");
	*out = found;
	return 0;
}

static int signer_read(
    struct scep_request *request, X509 *signer, struct err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(signer);
	uint8_t *spki = NULL;
	int spki_len;
	int len = i2d_X509(signer, NULL);
	uint8_t *at;

	if (len <= 0 || len > LIMIT_CERTIFICATE)
		return err_set(err, ERR_LIMIT,
		    "the signer's certificate is larger than %d bytes",
		    LIMIT_CERTIFICATE);
	if (key)
		scep_key_describe(
		    key, &request->signer_key_type, &request->signer_key_bits);
	if (request->signer_key_type == SCEP_KEY_OTHER)
		return err_set(err, ERR_UNSUPPORTED,
		    "the SCEP message is signed with a key that is not taken");
	spki_len = i2d_PUBKEY(key, &spki);
	request->signer = at = malloc((size_t)len);
	if (spki_len <= 0 || !at) {
		OPENSSL_free(spki);
		return err_memory(err);
	}
	request->signer_len = (size_t)i2d_X509(signer, &at);
	SHA256(request->signer, request->signer_len, request->signer_sha256);
	SHA256(spki, (size_t)spki_len, request->signer_key_sha256);
	OPENSSL_free(spki);
	request->signer_is_self_signed =
	    X509_NAME_cmp(X509_get_subject_name(signer),
	        X509_get_issuer_name(signer)) == 0 &&
	    X509_verify(signer, key) == 1;
	return 0;
}

/*
 * The certificate is set by us before the check: a message may carry two with
 * the same issuer and number ("MDM SCEP SIGNER", 1), and what is reported must
 * be what was checked.
 */
static int signature_check(
    CMS_ContentInfo *cms, CMS_SignerInfo *info, X509 *signer, struct err *err)
{
	CMS_SignerInfo_set1_signer_cert(info, signer);
	if (CMS_verify(cms, NULL, NULL, NULL, NULL,
	        CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
		return err_set(err, ERR_CRYPTO,
		    "the SCEP message's signature does not hold");
	return 0;
}

static int request_read_envelope(
    struct scep_request *request, CMS_ContentInfo *cms, struct err *err)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(cms);
	CLEANUP(cms) CMS_ContentInfo *envelope = NULL;
	const uint8_t *at;
	int len;

	if (!content || !*content || ASN1_STRING_length(*content) <= 0)
		return err_set(
		    err, ERR_INVALID, "the SCEP message has no content");
	at = ASN1_STRING_get0_data(*content);
	len = ASN1_STRING_length(*content);
	envelope = d2i_CMS_ContentInfo(NULL, &at, len);
	if (!envelope || at != ASN1_STRING_get0_data(*content) + len ||
	    OBJ_obj2nid(CMS_get0_type(envelope)) != NID_pkcs7_enveloped)
		return err_set(err, ERR_INVALID,
		    "the SCEP message does not hold an EnvelopedData");
	request->cipher = scep_envelope_cipher(envelope);
	request->envelope = malloc((size_t)len);
	if (!request->envelope)
		return err_memory(err);
	memcpy(request->envelope, ASN1_STRING_get0_data(*content), (size_t)len);
	request->envelope_len = (size_t)len;
	return 0;
}

int scep_request_parse(
    const uint8_t *der, size_t len, struct scep_request *out, struct err *err)
{
	struct scep_request request = {0};
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	CLEANUP(x509) X509 *signer = NULL;
	CMS_SignerInfo *info = NULL;
	int rc;

	/* What OpenSSL leaves in its queue would be taken for a TLS error. */
	ERR_set_mark();
	rc = request_open(der, len, &cms, &info, err);
	if (rc == 0)
		rc = request_read_attributes(&request, info, err);
	if (rc == 0)
		rc = request_read_digest(&request, info, err);
	if (rc == 0)
		rc = signer_find(cms, info, &signer, err);
	if (rc == 0)
		rc = signer_read(&request, signer, err);
	if (rc == 0)
		rc = signature_check(cms, info, signer, err);
	if (rc == 0)
		rc = request_read_envelope(&request, cms, err);
	ERR_pop_to_mark();
	if (rc != 0) {
		scep_request_clear(&request);
		return rc;
	}
	*out = request;
	return 0;
}

void scep_request_clear(struct scep_request *request)
{
	free(request->signer);
	free(request->envelope);
	*request = (struct scep_request){0};
}
