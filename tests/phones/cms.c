#include "tests/phones/cms.h"

#include <openssl/cms.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/pem.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(CMS_ContentInfo, cms, CMS_ContentInfo_free)
CLEANUP_DEFINE(X509_STORE, store, X509_STORE_free)
CLEANUP_DEFINE(X509_STORE_CTX, store_ctx, X509_STORE_CTX_free)

static X509_STORE *make_store(STACK_OF(X509) * anchors)
{
	X509_STORE *store = X509_STORE_new();
	int i;

	if (!store)
		return NULL;
	if (!anchors || sk_X509_num(anchors) == 0)
		(void)X509_STORE_set_default_paths(store);
	for (i = 0; anchors && i < sk_X509_num(anchors); i++)
		(void)X509_STORE_add_cert(store, sk_X509_value(anchors, i));
	return store;
}

int cms_check_chain(X509 *certificate, STACK_OF(X509) * more,
    STACK_OF(X509) * anchors, unsigned long flags, struct err *err)
{
	CLEANUP(store) X509_STORE *store = make_store(anchors);
	CLEANUP(store_ctx) X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	if (!store || !ctx ||
	    !X509_STORE_CTX_init(ctx, store, certificate, more) ||
	    !X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_ANY))
		return err_memory(err);
	X509_STORE_CTX_set_flags(ctx, flags);
	if (X509_verify_cert(ctx) != 1)
		return err_set(err, ERR_CRYPTO, "certificate not trusted: %s",
		    X509_verify_cert_error_string(
		        X509_STORE_CTX_get_error(ctx)));
	return 0;
}

static int note_signer(X509 *signer, json_t *signers)
{
	unsigned char *der = NULL;
	int len = i2d_X509(signer, &der);
	char *text;

	if (len <= 0)
		return -1;
	text = str_base64(der, (size_t)len);
	OPENSSL_free(der);
	if (!text)
		return -1;
	(void)json_array_append_new(signers, json_string(text));
	free(text);
	return 0;
}

/* Every signer chains to what the phone trusts. */
static int check_signers(CMS_ContentInfo *cms, STACK_OF(X509) * anchors,
    json_t *signers, struct err *err)
{
	STACK_OF(X509) *who = CMS_get0_signers(cms);
	STACK_OF(X509) *bag = CMS_get1_certs(cms);
	int rc = 0;
	int i;

	if (sk_X509_num(who) < 1)
		rc = err_set(err, ERR_CRYPTO, "nobody signed it");
	for (i = 0; rc == 0 && i < sk_X509_num(who); i++) {
		rc = cms_check_chain(
		    sk_X509_value(who, i), bag, anchors, 0, err);
		if (rc == 0 && note_signer(sk_X509_value(who, i), signers) < 0)
			rc = err_memory(err);
	}
	sk_X509_free(who);
	sk_X509_pop_free(bag, X509_free);
	return rc;
}

int cms_open_signed(const uint8_t *der, size_t len, STACK_OF(X509) * anchors,
    struct buf *content, json_t *signers, struct err *err)
{
	CLEANUP(bio) BIO *in = BIO_new_mem_buf(der, (int)len);
	CLEANUP(bio) BIO *out = BIO_new(BIO_s_mem());
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	char *data = NULL;
	long size;

	cms = in ? d2i_CMS_bio(in, NULL) : NULL;
	if (!cms || !out)
		return err_set(err, ERR_INVALID, "not a CMS message");
	/* The chain is checked apart: iOS asks no purpose of a signer. */
	if (CMS_verify(cms, NULL, NULL, NULL, out,
	        CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
		return err_set(err, ERR_CRYPTO, "signature does not hold: %s",
		    pem_openssl_reason());
	if (check_signers(cms, anchors, signers, err) < 0)
		return -(int)ERR_CRYPTO;
	size = BIO_get_mem_data(out, &data);
	buf_reset(content);
	buf_append(content, data, size > 0 ? (size_t)size : 0);
	return buf_check(content, err);
}

int cms_sign_header(const struct phone_identity *identity, const uint8_t *body,
    size_t len, char **out, struct err *err)
{
	CLEANUP(bio) BIO *in = BIO_new_mem_buf(body, (int)len);
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	unsigned char *der = NULL;
	int size;

	cms = in ? CMS_sign(identity->certificate, identity->key, NULL, in,
	               CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP)
	         : NULL;
	size = cms ? i2d_CMS_ContentInfo(cms, &der) : -1;
	if (size <= 0)
		return err_set(err, ERR_CRYPTO, "cannot sign a message: %s",
		    pem_openssl_reason());
	*out = str_base64(der, (size_t)size);
	OPENSSL_free(der);
	return *out ? 0 : err_memory(err);
}

char *cms_client_cert_header(X509 *certificate)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);
	char *text = NULL;
	char *header = NULL;

	if (len > 0)
		text = str_base64(der, (size_t)len);
	OPENSSL_free(der);
	if (text && asprintf(&header, ":%s:", text) < 0)
		header = NULL;
	free(text);
	return header;
}
