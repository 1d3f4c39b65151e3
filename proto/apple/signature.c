#include "proto/apple/signature.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"

#define SIGNER_KEY_BITS_MAX 4096 /* checking a longer one costs too much */
#define BAG_MAX 8                /* 3 or 4 certificates seen (quirk 11) */

static void free_certs(STACK_OF(X509) * certs)
{
	sk_X509_pop_free(certs, X509_free);
}

CLEANUP_DEFINE(CMS_ContentInfo, cms, CMS_ContentInfo_free)
CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(STACK_OF(X509), certs, free_certs)

int signature_header_parse(const char *b64, size_t len, uint8_t **der,
    size_t *der_len, struct err *err)
{
	uint8_t *data;
	size_t data_len;
	int rc;

	if (len > LIMIT_SIGNATURE_HEADER)
		return err_set(err, ERR_LIMIT, "Mdm-Signature: too long");
	rc = str_base64_parse(b64, len, &data, &data_len, err);
	if (rc) {
		(void)err_prefix(err, "Mdm-Signature");
		return rc;
	}
	if (data_len == 0) {
		free(data);
		return err_set(err, ERR_INVALID, "Mdm-Signature: empty");
	}
	*der = data;
	*der_len = data_len;
	return 0;
}

/* Leaves nothing in the thread's queue for the next user of OpenSSL. */
static int refuse(struct err *err, enum err_code code, const char *what)
{
	ERR_clear_error();
	return err_set(err, code, "%s", what);
}

/* DER or BER, the whole of it, a SignedData. */
static int read_signed_data(const uint8_t *der, size_t len, size_t max,
    CMS_ContentInfo **out, struct err *err)
{
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	const uint8_t *at = der;

	if (len > max || len > LONG_MAX)
		return refuse(err, ERR_LIMIT, "CMS: too long");
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
	if (!cms || at != der + len)
		return refuse(err, ERR_INVALID, "CMS: malformed");
	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		return refuse(err, ERR_INVALID, "CMS: not signed data");
	*out = cms;
	cms = NULL;
	return 0;
}

/*
 * The one signer, and a digest that still means a thing. Signed attributes may
 * be there or not: captured phones send none. Without them somebody could pass
 * off the attributes of another message as a body, but those bytes (a DER SET)
 * are no property list.
 */
static int get_signer_info(
    CMS_ContentInfo *cms, CMS_SignerInfo **out, struct err *err)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	CMS_SignerInfo *signer;
	X509_ALGOR *digest = NULL;

	if (sk_CMS_SignerInfo_num(signers) != 1)
		return refuse(err, ERR_CRYPTO, "CMS: not exactly one signer");
	signer = sk_CMS_SignerInfo_value(signers, 0);
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, NULL);
	switch (digest ? OBJ_obj2nid(digest->algorithm) : NID_undef) {
	case NID_sha1: /* Apple's devices still use it (quirks 11 and 13) */
	case NID_sha256:
	case NID_sha384:
	case NID_sha512:
		*out = signer;
		return 0;
	default:
		return refuse(err, ERR_CRYPTO, "CMS: digest refused");
	}
}

/*
 * The key is the sender's own choice: kinds and sizes whose check is cheap, so
 * that a strange one cannot keep a worker busy.
 */
static bool is_usable_key(X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	char group[32];

	if (!key)
		return false;
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return EVP_PKEY_get_bits(key) <= SIGNER_KEY_BITS_MAX;
	case EVP_PKEY_EC:
		return EVP_PKEY_get_group_name(
		           key, group, sizeof(group), NULL) == 1 &&
		    (!strcmp(group, "prime256v1") ||
		        !strcmp(group, "secp384r1") ||
		        !strcmp(group, "secp521r1"));
	default:
		return false;
	}
}

/* The signer's certificate out of the bag, to be freed by the caller. */
static int find_signer(
    CMS_ContentInfo *cms, CMS_SignerInfo *signer, X509 **out, struct err *err)
{
	CLEANUP(certs) STACK_OF(X509) *certs = CMS_get1_certs(cms);
	int i;

	if (sk_X509_num(certs) > BAG_MAX)
		return refuse(err, ERR_LIMIT, "CMS: too many certificates");
	for (i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (CMS_SignerInfo_cert_cmp(signer, cert) != 0)
			continue;
		if (!is_usable_key(cert))
			return refuse(err, ERR_CRYPTO,
			    "CMS: the signer's key is refused");
		if (!X509_up_ref(cert))
			return refuse(err, ERR_MEMORY, "out of memory");
		*out = cert;
		return 0;
	}
	return refuse(err, ERR_CRYPTO, "CMS: no certificate of the signer");
}

/* The chain is the caller's business: only the signature is looked at. */
static int check_signature(
    CMS_ContentInfo *cms, const uint8_t *body, size_t body_len, struct err *err)
{
	CLEANUP(bio) BIO *content = NULL;

	if (body_len > INT_MAX)
		return refuse(err, ERR_LIMIT, "CMS: body too long");
	content =
	    BIO_new_mem_buf(body_len ? (const void *)body : "", (int)body_len);
	if (!content)
		return refuse(err, ERR_MEMORY, "out of memory");
	if (CMS_verify(cms, NULL, NULL, content, NULL,
	        CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1)
		return refuse(err, ERR_CRYPTO,
		    "CMS: the signature does not fit the body");
	return 0;
}

int signature_verify(const uint8_t *cms_der, size_t cms_len,
    const uint8_t *body, size_t body_len, X509 **signer, struct err *err)
{
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	CMS_SignerInfo *info = NULL;
	X509 *cert = NULL;
	int rc = read_signed_data(
	    cms_der, cms_len, LIMIT_SIGNATURE_HEADER, &cms, err);

	if (rc)
		return rc;
	if (CMS_is_detached(cms) != 1)
		return refuse(err, ERR_CRYPTO, "CMS: not detached");
	if ((rc = get_signer_info(cms, &info, err)) != 0 ||
	    (rc = find_signer(cms, info, &cert, err)) != 0)
		return rc;
	if ((rc = check_signature(cms, body, body_len, err)) != 0) {
		X509_free(cert);
		return rc;
	}
	*signer = cert;
	return 0;
}

int signature_content(const uint8_t *cms_der, size_t cms_len, size_t max,
    uint8_t **content, size_t *content_len, struct err *err)
{
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	ASN1_OCTET_STRING **octets;
	uint8_t *copy;
	size_t len;
	int rc = read_signed_data(cms_der, cms_len, max, &cms, err);

	if (rc)
		return rc;
	octets = CMS_get0_content(cms);
	if (!octets || !*octets || ASN1_STRING_length(*octets) <= 0)
		return refuse(err, ERR_INVALID, "CMS: no content inside");
	len = (size_t)ASN1_STRING_length(*octets);
	if (len > max)
		return refuse(err, ERR_LIMIT, "CMS: content too long");
	copy = malloc(len + 1);
	if (!copy)
		return err_memory(err);
	memcpy(copy, ASN1_STRING_get0_data(*octets), len);
	copy[len] = '\0';
	*content = copy;
	*content_len = len;
	return 0;
}
