#include "server/keeper/vault.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "proto/base/uuid.h"
#include "proto/scep/scep.h"
#include "proto/station/station.h"
#include "server/keeper/audit_text.h"
#include "server/keeper/certificate.h"
#include "server/keeper/document.h"
#include "server/keeper/handles.h"
#include "server/keeper/message.h"
#include "server/keeper/seal.h"

#define VALID_MS_MAX (20 * 365 * TIME_DAY_MS)

/* Field as text; what is sent is never longer than LIMIT_NAME. */
static int text_get(
    const struct keeper_field *field, char *out, size_t size, struct err *err)
{
	if (field->len >= size || memchr(field->data, '\0', field->len))
		return err_set(err, ERR_INVALID, "a text has NUL in it");
	memcpy(out, field->data, field->len);
	out[field->len] = '\0';
	return 0;
}

static int der_append(X509 *certificate, struct buf *out, struct err *err)
{
	uint8_t *der = NULL;
	int len = i2d_X509(certificate, &der);

	if (len <= 0)
		return err_memory(err);
	buf_append(out, der, (size_t)len);
	OPENSSL_free(der);
	return buf_check(out, err);
}

static int client_plan(const struct keeper_message *message,
    struct certificate_plan *plan, char *name, size_t size, struct err *err)
{
	int64_t now_ms = keeper_field_get_number(&message->fields[2]);
	int64_t valid_ms = keeper_field_get_number(&message->fields[3]);

	/* Bounds first: the sums below must not overflow. */
	if (now_ms < 0 || now_ms > INT64_MAX / 2 || valid_ms <= 0 ||
	    valid_ms > VALID_MS_MAX)
		return err_set(err, ERR_INVALID,
		    "a certificate's validity is out of range");
	plan->use = CERTIFICATE_CLIENT;
	plan->common_name = name;
	plan->not_before_ms = now_ms - CERTIFICATE_BACKDATE_MS;
	plan->not_after_ms = now_ms + valid_ms;
	return text_get(&message->fields[1], name, size, err);
}

/* The key of a request whose own signature holds. */
static int csr_key(
    const struct keeper_field *field, EVP_PKEY **out, struct err *err)
{
	struct scep_csr csr = {0};
	const uint8_t *at;
	int rc = scep_csr_parse(field->data, field->len, &csr, err);

	if (rc != 0)
		return rc;
	at = csr.public_key;
	*out = d2i_PUBKEY(NULL, &at, (long)csr.public_key_len);
	scep_csr_clear(&csr);
	return *out ? 0 : err_memory(err);
}

static int issue(struct vault *vault, struct certificate_plan *plan,
    struct buf *out, struct err *err)
{
	CLEANUP(x509) X509 *certificate = NULL;
	int rc;

	plan->issuer = vault->ca;
	plan->issuer_key = vault->ca_key;
	rc = certificate_make(plan, &certificate, err);
	return rc == 0 ? der_append(certificate, out, err) : rc;
}

static int serve_issue(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	CLEANUP(pkey) EVP_PKEY *key = NULL;
	struct certificate_plan plan = {0};
	char name[LIMIT_NAME + 1];
	int rc = client_plan(message, &plan, name, sizeof(name), err);

	if (rc == 0 &&
	    strncmp(name, STATION_COMMON_NAME, strlen(STATION_COMMON_NAME)) ==
	        0)
		return err_set(
		    err, ERR_DENIED, "that name is kept for bench stations");
	if (rc == 0)
		rc = csr_key(&message->fields[0], &key, err);
	plan.key = key;
	return rc == 0 ? issue(vault, &plan, out, err) : rc;
}

static bool is_p256(EVP_PKEY *key)
{
	char group[32] = "";
	size_t len = 0;

	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 &&
	    strcmp(group, SN_X9_62_prime256v1) == 0;
}

/* The prefix is put on here: whoever asks cannot leave it out. */
static int serve_issue_station(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	CLEANUP(pkey) EVP_PKEY *key = NULL;
	struct certificate_plan plan = {0};
	char id[LIMIT_NAME + 1];
	char name[sizeof(STATION_COMMON_NAME) + sizeof(id)];
	int rc = client_plan(message, &plan, id, sizeof(id), err);

	if (rc == 0 && !uuid_is_valid(id))
		return err_set(err, ERR_INVALID, "that is no station's id");
	if (rc == 0)
		rc = csr_key(&message->fields[0], &key, err);
	if (rc != 0)
		return rc;
	if (!is_p256(key))
		return err_set(
		    err, ERR_UNSUPPORTED, "a station's key must be EC P-256");
	(void)snprintf(name, sizeof(name), "%s%s", STATION_COMMON_NAME, id);
	plan.common_name = name;
	plan.key = key;
	return issue(vault, &plan, out, err);
}

/* ECDSA with SHA-256 by the orders key; text begins with what it is for. */
static int orders_key_sign(struct vault *vault, const struct buf *text,
    struct buf *out, struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[128]; /* DER of P-256: at most 72 */
	size_t len = sizeof(signature);
	bool is_done;

	is_done = ctx && !text->failed &&
	    EVP_DigestSignInit(
	        ctx, NULL, EVP_sha256(), NULL, vault->orders_key) == 1 &&
	    EVP_DigestSign(ctx, signature, &len, text->data, text->len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!is_done)
		return err_set(err, ERR_CRYPTO, "the bytes cannot be signed");
	buf_append(out, signature, len);
	return buf_check(out, err);
}

static int serve_sign_order(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	const struct keeper_field *order = &message->fields[0];
	struct buf text = {0};
	int rc;

	buf_append_str(&text, STATION_ORDER_CONTEXT);
	buf_append(&text, order->data, order->len);
	rc = orders_key_sign(vault, &text, out, err);
	buf_clear(&text);
	return rc;
}

static int serve_sign_checkpoint(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	char organisation[UUID_TEXT_MAX];
	struct buf text = {0};
	int rc = text_get(
	    &message->fields[0], organisation, sizeof(organisation), err);

	if (rc != 0)
		return rc;
	if (strchr(organisation, '\n'))
		return err_set(
		    err, ERR_INVALID, "an organisation has a newline in it");
	audit_text_append(&text, organisation,
	    keeper_field_get_number(&message->fields[1]),
	    message->fields[2].data,
	    keeper_field_get_number(&message->fields[3]));
	rc = orders_key_sign(vault, &text, out, err);
	buf_clear(&text);
	return rc;
}

/* CMS_BINARY: without it a challenge that holds 0x0a would be altered. */
static int serve_sign_challenge(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	const struct keeper_field *challenge = &message->fields[0];
	CLEANUP(bio)
	BIO *bio = BIO_new_mem_buf(challenge->data, (int)challenge->len);
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	uint8_t *der = NULL;
	int len = -1;

	if (bio)
		cms = CMS_sign(vault->supervision, vault->supervision_key, NULL,
		    bio, CMS_BINARY | CMS_NOSMIMECAP);
	if (cms)
		len = i2d_CMS_ContentInfo(cms, &der);
	if (len > 0)
		buf_append(out, der, (size_t)len);
	OPENSSL_free(der);
	if (len <= 0)
		return err_set(
		    err, ERR_CRYPTO, "the challenge cannot be signed");
	return buf_check(out, err);
}

static int serve_sign_profile(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	const struct keeper_field *profile = &message->fields[0];
	CLEANUP(bio)
	BIO *bio = BIO_new_mem_buf(profile->data, (int)profile->len);
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	STACK_OF(X509) *chain = sk_X509_new_null();
	uint8_t *der = NULL;
	int len = -1;

	if (bio && chain && sk_X509_push(chain, vault->ca) > 0)
		cms = CMS_sign(vault->signing, vault->signing_key, chain, bio,
		    CMS_BINARY | CMS_NOSMIMECAP);
	sk_X509_free(chain);
	if (cms)
		len = i2d_CMS_ContentInfo(cms, &der);
	if (len > 0)
		buf_append(out, der, (size_t)len);
	OPENSSL_free(der);
	if (len <= 0)
		return err_set(err, ERR_CRYPTO, "the profile cannot be signed");
	return buf_check(out, err);
}

/* True when data begins with one whole PKCS#10 request and nothing else. */
static bool is_request(const uint8_t *data, size_t len)
{
	const uint8_t *at = data;
	CLEANUP(x509_req)
	X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)len);

	return request && at == data + len;
}

/*
 * Opens as if no certificate were known: then OpenSSL answers bad padding by a
 * random content key (RFC 3218), and the failure shows only in the content.
 */
static int envelope_open(
    struct vault *vault, const struct keeper_field *envelope, BIO *content)
{
	const uint8_t *at = envelope->data;
	CLEANUP(cms)
	CMS_ContentInfo *cms =
	    d2i_CMS_ContentInfo(NULL, &at, (long)envelope->len);

	if (!cms || OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_enveloped ||
	    sk_CMS_RecipientInfo_num(CMS_get0_RecipientInfos(cms)) != 1)
		return -1;
	return CMS_decrypt(
	           cms, vault->ca_key, NULL, NULL, content, CMS_BINARY) == 1
	    ? 0
	    : -1;
}

/* One sentence for every failure: see keeper_open_envelope(). */
static int serve_open_envelope(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	CLEANUP(bio) BIO *content = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len = 0;

	if (!content)
		return err_memory(err);
	if (envelope_open(vault, &message->fields[0], content) == 0)
		len = BIO_get_mem_data(content, &data);
	if (len <= 0 || len > LIMIT_CSR ||
	    !is_request((const uint8_t *)data, (size_t)len))
		return err_set(err, ERR_CRYPTO,
		    "the SCEP envelope does not open to a certificate request");
	buf_append(out, data, (size_t)len);
	return buf_check(out, err);
}

/* The five fields that keeper_scep_encode() puts first. Borrows signer. */
static int scep_request_get(const struct keeper_message *message,
    struct scep_request *request, struct err *err)
{
	const struct keeper_field *fields = message->fields;
	int64_t digest = keeper_field_get_number(&fields[3]);
	int64_t cipher = keeper_field_get_number(&fields[4]);

	if (digest < 0 || digest >= SCEP_DIGEST_COUNT || cipher < 0 ||
	    cipher >= SCEP_CIPHER_COUNT)
		return err_set(err, ERR_INVALID,
		    "the SCEP request's digest or cipher is out of range");
	memcpy(request->sender_nonce, fields[1].data, fields[1].len);
	request->sender_nonce_len = fields[1].len;
	request->signer = (uint8_t *)(uintptr_t)fields[2].data;
	request->signer_len = fields[2].len;
	request->digest = (enum scep_digest)digest;
	request->cipher = (enum scep_cipher)cipher;
	return text_get(&fields[0], request->transaction_id,
	    sizeof(request->transaction_id), err);
}

static int scep_answer(struct vault *vault, struct scep_reply *reply,
    struct buf *out, struct err *err)
{
	if (RAND_bytes(reply->sender_nonce, SCEP_NONCE_LEN) != 1)
		return err_set(err, ERR_CRYPTO, "no random bytes");
	reply->signed_ms = (int64_t)time(NULL) * TIME_SECOND_MS;
	return scep_reply_encode(reply, vault->ca, vault->ca_key, out, err);
}

static bool is_issued_here(struct vault *vault, const struct keeper_field *der)
{
	const uint8_t *at = der->data;
	CLEANUP(x509) X509 *certificate = d2i_X509(NULL, &at, (long)der->len);

	return certificate && at == der->data + der->len &&
	    X509_verify(certificate, vault->ca_key) == 1;
}

static int serve_scep_success(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	const struct keeper_field *certificate = &message->fields[5];
	struct scep_request request = {0};
	struct scep_reply reply = {
	    .request = &request,
	    .certificate = certificate->data,
	    .certificate_len = certificate->len,
	};
	int rc = scep_request_get(message, &request, err);

	if (rc != 0)
		return rc;
	if (!is_issued_here(vault, certificate))
		return err_set(err, ERR_DENIED,
		    "only certificates of this CA go into a SCEP answer");
	return scep_answer(vault, &reply, out, err);
}

static int serve_scep_failure(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	int64_t fail_info = keeper_field_get_number(&message->fields[5]);
	struct scep_request request = {0};
	struct scep_reply reply = {.request = &request};
	int rc = scep_request_get(message, &request, err);

	if (rc != 0)
		return rc;
	if (fail_info < SCEP_BAD_ALG || fail_info > SCEP_BAD_CERT_ID)
		return err_set(err, ERR_INVALID, "SCEP knows no such failInfo");
	reply.fail_info = (enum scep_fail_info)fail_info;
	return scep_answer(vault, &reply, out, err);
}

static int serve_seal(struct vault *vault, const struct keeper_message *message,
    struct buf *out, struct err *err)
{
	return seal_close(
	    vault->seal, &message->fields[0], &message->fields[1], out, err);
}

static int serve_unseal(struct vault *vault,
    const struct keeper_message *message, struct buf *out, struct err *err)
{
	return seal_open(
	    vault->seal, &message->fields[0], &message->fields[1], out, err);
}

typedef int serve_fn(
    struct vault *, const struct keeper_message *, struct buf *, struct err *);

static serve_fn *const servers[KEEPER_OP_COUNT] = {
    [KEEPER_OP_ISSUE] = serve_issue,
    [KEEPER_OP_SIGN_PROFILE] = serve_sign_profile,
    [KEEPER_OP_OPEN_ENVELOPE] = serve_open_envelope,
    [KEEPER_OP_SCEP_SUCCESS] = serve_scep_success,
    [KEEPER_OP_SCEP_FAILURE] = serve_scep_failure,
    [KEEPER_OP_SEAL] = serve_seal,
    [KEEPER_OP_UNSEAL] = serve_unseal,
    [KEEPER_OP_ISSUE_STATION] = serve_issue_station,
    [KEEPER_OP_SIGN_ORDER] = serve_sign_order,
    [KEEPER_OP_SIGN_CHALLENGE] = serve_sign_challenge,
    [KEEPER_OP_SIGN_DOCUMENT] = serve_sign_document,
    [KEEPER_OP_SIGN_CHECKPOINT] = serve_sign_checkpoint,
};

int vault_serve(struct vault *vault, const struct keeper_message *message,
    struct buf *out, struct err *err)
{
	int rc;

	if ((unsigned)message->op >= KEEPER_OP_COUNT || !servers[message->op])
		return err_set(err, ERR_INVALID, "no such operation");
	rc = servers[message->op](vault, message, out, err);
	ERR_clear_error();
	return rc;
}
