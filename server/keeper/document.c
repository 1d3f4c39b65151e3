#include "server/keeper/document.h"

#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/keeper/handles.h"
#include "server/keeper/keeper.h"
#include "server/keeper/message.h"
#include "server/keeper/vault.h"

/* What each kind begins with: the key signs nothing that is neither. */
static const char *const beginnings[] = {
    [KEEPER_DOCUMENT_PDF] = "%PDF-1.",
    [KEEPER_DOCUMENT_JSON] = "{\"",
};
#define KIND_COUNT ((int64_t)(sizeof(beginnings) / sizeof(beginnings[0])))

static bool begins_like(const struct keeper_field *document, int64_t kind)
{
	size_t len = strlen(beginnings[kind]);

	return document->len > len &&
	    memcmp(document->data, beginnings[kind], len) == 0;
}

/* Before the end: OpenSSL would put its own clock's time in. */
static bool signing_time_set(CMS_SignerInfo *signer, int64_t now_ms)
{
	CLEANUP(asn1_time)
	ASN1_TIME *at = ASN1_TIME_set(NULL, (time_t)(now_ms / TIME_SECOND_MS));

	return at &&
	    CMS_signed_add1_attr_by_NID(
	        signer, NID_pkcs9_signingTime, at->type, at, -1) == 1;
}

static CMS_ContentInfo *document_sign(
    struct vault *vault, BIO *bio, int64_t kind, int64_t now_ms)
{
	unsigned flags = CMS_BINARY | CMS_PARTIAL |
	    (kind == KEEPER_DOCUMENT_PDF ? CMS_DETACHED : 0);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, bio, flags);
	CMS_SignerInfo *signer = NULL;

	/* CMS_CADES: names the certificate inside what is signed. */
	if (cms)
		signer = CMS_add1_signer(cms, vault->documents,
		    vault->documents_key, EVP_sha256(),
		    CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES | CMS_PARTIAL);
	if (signer && signing_time_set(signer, now_ms) &&
	    CMS_add1_cert(cms, vault->ca) == 1 &&
	    CMS_final(cms, bio, NULL, flags) == 1)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

int serve_sign_document(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	const struct keeper_field *document = &message->fields[0];
	int64_t kind = keeper_field_get_number(&message->fields[1]);
	int64_t now_ms = keeper_field_get_number(&message->fields[2]);
	CLEANUP(bio) BIO *bio = NULL;
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	uint8_t *der = NULL;
	int len = -1;

	if (kind < 0 || kind >= KIND_COUNT || now_ms < 0 ||
	    now_ms > INT64_MAX / 2 || !begins_like(document, kind))
		return err_set(err, ERR_INVALID, "that is no receipt");
	bio = BIO_new_mem_buf(document->data, (int)document->len);
	if (bio)
		cms = document_sign(vault, bio, kind, now_ms);
	if (cms)
		len = i2d_CMS_ContentInfo(cms, &der);
	if (len > 0)
		buf_append(out, der, (size_t)len);
	OPENSSL_free(der);
	if (len <= 0)
		return err_set(err, ERR_CRYPTO, "the receipt cannot be signed");
	return buf_check(out, err);
}
