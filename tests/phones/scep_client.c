#include "tests/phones/scep_client.h"

#include <openssl/cms.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/cms.h"
#include "tests/phones/pem.h"
#include "tests/phones/property.h"
#include "tests/phones/scep_message.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(CMS_ContentInfo, cms, CMS_ContentInfo_free)

/* What GetCACaps offered that we care about (RFC 8894 section 3.5.2). */
struct abilities {
	bool post;
	bool sha256;
	bool aes;
	bool des3;
	bool renewal;
};

/* Subject: [[["CN", "x"]], [["O", "y"]], …]: a list of RDNs of pairs. */
static int parse_subject(
    plist_t subject, struct scep_settings *out, struct err *err)
{
	plist_t pair;
	const char *type;
	const char *value;
	uint32_t i;

	for (i = 0; subject && i < plist_array_get_size(subject); i++) {
		pair = plist_array_get_item(subject, i);
		if (plist_get_node_type(pair) == PLIST_ARRAY)
			pair = plist_array_get_item(pair, 0);
		if (!pair || plist_get_node_type(pair) != PLIST_ARRAY ||
		    plist_array_get_size(pair) != 2 || i >= SCEP_SUBJECT_MAX)
			return err_set(err, ERR_INVALID,
			    "SCEP payload: Subject is not a list of pairs");
		type = property_text(plist_array_get_item(pair, 0));
		value = property_text(plist_array_get_item(pair, 1));
		if (!type || !value ||
		    str_copy(out->subject[i].type, sizeof(out->subject[i].type),
		        type) < 0 ||
		    str_copy(out->subject[i].value,
		        sizeof(out->subject[i].value), value) < 0)
			return err_set(err, ERR_INVALID,
			    "SCEP payload: Subject holds no text");
		if (strcmp(type, "CN") == 0)
			(void)str_copy(out->scep.common_name,
			    sizeof(out->scep.common_name), value);
		out->subject_count++;
	}
	return 0;
}

static int check_settings(
    const struct scep_settings *settings, const char *type, struct err *err)
{
	int bits = settings->scep.key_size;

	if (type && strcmp(type, "RSA") != 0)
		return err_set(err, ERR_UNSUPPORTED,
		    "SCEP payload: Key Type %s; phones made by SCEP have RSA",
		    type);
	if (bits != 1024 && bits != 2048 && bits != 4096)
		return err_set(err, ERR_INVALID,
		    "SCEP payload: Keysize %d is not 1024, 2048 or 4096", bits);
	return 0;
}

int scep_settings_parse(
    plist_t payload, struct scep_settings *out, struct err *err)
{
	plist_t content = property_dict(payload, "PayloadContent");
	struct scep_settings settings = {0};
	const uint8_t *fingerprint;
	const char *text;
	int rc;

	if (!content)
		return err_set(err, ERR_INVALID,
		    "SCEP payload: PayloadContent is missing");
	rc = property_copy(
	    content, "URL", settings.scep.url, sizeof(settings.scep.url), err);
	if (rc < 0)
		return err_prefix(err, "SCEP payload");
	text = property_string(content, "Name");
	if (text)
		(void)str_copy(
		    settings.scep.name, sizeof(settings.scep.name), text);
	text = property_string(content, "Challenge");
	if (text &&
	    str_copy(settings.challenge, sizeof(settings.challenge), text) < 0)
		return err_set(
		    err, ERR_LIMIT, "SCEP payload: Challenge is too long");
	/* 1024 is Apple's default, which no CA should take any more. */
	settings.scep.key_size =
	    (int)property_integer(content, "Keysize", 1024);
	settings.key_usage = (int)property_integer(content, "Key Usage", 0);
	fingerprint =
	    property_data(content, "CAFingerprint", &settings.fingerprint_len);
	if (settings.fingerprint_len > sizeof(settings.fingerprint))
		return err_set(err, ERR_INVALID,
		    "SCEP payload: CAFingerprint of %zu bytes",
		    settings.fingerprint_len);
	if (fingerprint)
		memcpy(settings.fingerprint, fingerprint,
		    settings.fingerprint_len);
	rc = parse_subject(property_array(content, "Subject"), &settings, err);
	if (rc == 0)
		rc = check_settings(
		    &settings, property_string(content, "Key Type"), err);
	if (rc == 0)
		*out = settings;
	return rc;
}

int scep_make_key(int bits, EVP_PKEY **out, struct err *err)
{
	*out = EVP_RSA_gen((unsigned)bits);
	if (!*out)
		return err_set(err, ERR_CRYPTO, "cannot make a key: %s",
		    pem_openssl_reason());
	return 0;
}

static int ask(struct session *session, const char *url, const char *operation,
    struct line_reply *reply, struct err *err)
{
	char full[PHONE_URL_MAX + 64];
	int rc;

	(void)snprintf(full, sizeof(full), "%s%soperation=%s", url,
	    strchr(url, '?') ? "&" : "?", operation);
	rc = session_send(
	    session, operation, "GET", full, NULL, NULL, false, reply, err);
	if (rc == 0 && reply->status != 200)
		rc = err_set(err, ERR_IO, "SCEP %s: status %ld", operation,
		    reply->status);
	return rc;
}

static bool has_line(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at = text;

	while ((at = strcasestr(at, word)) != NULL) {
		if ((at == text || at[-1] == '\n' || at[-1] == '\r') &&
		    strchr("\r\n", at[len]))
			return true;
		at += len;
	}
	return false;
}

static int get_abilities(struct session *session, const char *url,
    struct abilities *out, struct err *err)
{
	struct line_reply reply = {0};
	const char *text;
	int rc;

	rc = ask(session, url, "GetCACaps", &reply, err);
	if (rc == 0 && reply.body.data) {
		text = (const char *)reply.body.data;
		out->aes = has_line(text, "AES");
		out->des3 = has_line(text, "DES3");
		out->post = has_line(text, "POSTPKIOperation");
		out->sha256 = has_line(text, "SHA-256");
		out->renewal = has_line(text, "Renewal");
		/* SCEPStandard stands for AES, POST and SHA-256. */
		if (has_line(text, "SCEPStandard"))
			out->aes = out->post = out->sha256 = true;
	}
	line_reply_clear(&reply);
	return rc;
}

static bool matches_fingerprint(
    X509 *certificate, const struct scep_settings *settings)
{
	const EVP_MD *digest = NULL;
	uint8_t bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	switch (settings->fingerprint_len) {
	case 0:
		return true;
	case 16:
		digest = EVP_md5();
		break;
	case 20:
		digest = EVP_sha1();
		break;
	case 32:
		digest = EVP_sha256();
		break;
	case 64:
		digest = EVP_sha512();
		break;
	default:
		return false;
	}
	return X509_digest(certificate, digest, bytes, &len) &&
	    len == settings->fingerprint_len &&
	    memcmp(bytes, settings->fingerprint, len) == 0;
}

/* One DER certificate, or a degenerate PKCS#7 with an RA beside the CA. */
static STACK_OF(X509) * parse_ca(const struct line_reply *reply)
{
	CLEANUP(bio)
	BIO *in = BIO_new_mem_buf(reply->body.data, (int)reply->body.len);
	CLEANUP(cms) CMS_ContentInfo *cms = NULL;
	STACK_OF(X509) *stack = NULL;
	X509 *one;

	if (!in || !reply->body.data)
		return NULL;
	if (strstr(reply->content_type, "x-x509-ca-ra-cert")) {
		cms = d2i_CMS_bio(in, NULL);
		return cms ? CMS_get1_certs(cms) : NULL;
	}
	one = d2i_X509_bio(in, NULL);
	stack = sk_X509_new_null();
	if (one && stack && sk_X509_push(stack, one))
		return stack;
	X509_free(one);
	sk_X509_free(stack);
	return NULL;
}

static int choose_ca(STACK_OF(X509) * stack,
    const struct scep_settings *settings, struct scep_exchange *exchange,
    struct err *err)
{
	X509 *one;
	int i;

	for (i = 0; i < sk_X509_num(stack); i++) {
		one = sk_X509_value(stack, i);
		if (X509_check_ca(one) && matches_fingerprint(one, settings))
			exchange->ca = one;
		else if (!X509_check_ca(one))
			exchange->recipient = one;
	}
	if (!exchange->ca)
		return err_set(err, ERR_CRYPTO,
		    "SCEP: GetCACert gave no CA of the profile's "
		    "fingerprint");
	/* An RA answers in the CA's place. */
	if (exchange->recipient)
		exchange->ca = exchange->recipient;
	else
		exchange->recipient = exchange->ca;
	return 0;
}

static int send_by_get(struct session *session, const char *url,
    const struct buf *message, struct line_reply *reply, struct err *err)
{
	char *text = str_base64(message->data, message->len);
	struct buf full = {0};
	const char *at;
	int rc;

	if (!text)
		return err_memory(err);
	buf_printf(&full, "%s%soperation=PKIOperation&message=", url,
	    strchr(url, '?') ? "&" : "?");
	for (at = text; *at; at++) {
		if (strchr("+/=", *at))
			buf_printf(&full, "%%%02X", (unsigned)*at);
		else
			buf_append_char(&full, *at);
	}
	free(text);
	rc = buf_check(&full, err);
	if (rc == 0)
		rc = session_send(session, "PKIOperation", "GET",
		    (const char *)full.data, NULL, NULL, false, reply, err);
	buf_clear(&full);
	return rc;
}

static int send_message(struct session *session, const char *url, bool post,
    const struct buf *message, struct line_reply *reply, struct err *err)
{
	char full[PHONE_URL_MAX + 64];
	int rc;

	(void)snprintf(full, sizeof(full), "%s%soperation=PKIOperation", url,
	    strchr(url, '?') ? "&" : "?");
	if (post)
		rc = session_send(session, "PKIOperation", "POST", full,
		    "application/x-pki-message", message, false, reply, err);
	else
		rc = send_by_get(session, url, message, reply, err);
	if (rc == 0 && reply->status != 200)
		rc = err_set(err, ERR_IO, "SCEP PKIOperation: status %ld",
		    reply->status);
	if (rc == 0 && !strstr(reply->content_type, "x-pki-message"))
		rc = err_set(err, ERR_INVALID,
		    "SCEP PKIOperation: answered with '%s'",
		    reply->content_type);
	return rc;
}

static int exchange_messages(struct session *session,
    const struct scep_settings *settings, const struct abilities *abilities,
    const struct scep_exchange *exchange, EVP_PKEY *key, X509 **out,
    struct err *err)
{
	bool post = abilities->post && !session->world->scep_get;
	struct line_reply reply = {0};
	struct buf message = {0};
	struct buf csr = {0};
	int rc;

	rc = scep_csr_encode(settings, key, &csr, err);
	if (rc == 0)
		rc = scep_message_encode(exchange, &csr, &message, err);
	if (rc == 0)
		rc = send_message(
		    session, settings->scep.url, post, &message, &reply, err);
	if (rc == 0)
		rc = scep_reply_parse(
		    exchange, reply.body.data, reply.body.len, key, out, err);
	line_reply_clear(&reply);
	buf_clear(&message);
	buf_clear(&csr);
	return rc;
}

static void fill_exchange(const struct session *session,
    const struct abilities *abilities, struct scep_exchange *exchange)
{
	uint8_t random[20];

	rng_fill(session->world->rng, random, sizeof(random));
	str_hex(exchange->transaction_id, random, sizeof(random));
	rng_fill(session->world->rng, exchange->sender_nonce,
	    sizeof(exchange->sender_nonce));
	exchange->digest = abilities->sha256 ? EVP_sha256() : EVP_sha1();
	exchange->cipher =
	    abilities->aes ? EVP_aes_128_cbc() : EVP_des_ede3_cbc();
}

/*
 * The issued certificate must chain to the CA of GetCACert. Its dates are the
 * CA's business: a phone's own clock may be wrong.
 */
static int check_issued(
    X509 *certificate, STACK_OF(X509) * cas, struct err *err)
{
	if (cms_check_chain(
	        certificate, cas, cas, X509_V_FLAG_NO_CHECK_TIME, err) < 0)
		return err_prefix(err, "SCEP: the certificate we got");
	return 0;
}

int scep_request_certificate(struct session *session,
    const struct scep_settings *settings, EVP_PKEY *key,
    const struct phone_identity *renew, X509 **out, struct err *err)
{
	struct scep_exchange exchange = {.message_type = SCEP_PKCS_REQ};
	struct line_reply reply = {0};
	struct abilities abilities = {0};
	STACK_OF(X509) *cas = NULL;
	X509 *self = NULL;
	X509 *certificate = NULL;
	int rc;

	rc = get_abilities(session, settings->scep.url, &abilities, err);
	if (rc == 0 && renew && !abilities.renewal)
		rc = err_set(err, ERR_UNSUPPORTED,
		    "SCEP: the CA does not offer Renewal");
	if (rc == 0)
		rc = ask(session, settings->scep.url, "GetCACert", &reply, err);
	if (rc < 0)
		goto out;
	cas = parse_ca(&reply);
	rc = choose_ca(cas, settings, &exchange, err);
	if (rc == 0 && !renew)
		rc = scep_self_signed(settings, key, &self, err);
	if (rc < 0)
		goto out;
	fill_exchange(session, &abilities, &exchange);
	exchange.signer = renew ? renew->certificate : self;
	exchange.signer_key = renew ? renew->key : key;
	if (renew)
		exchange.message_type = SCEP_RENEWAL_REQ;
	rc = exchange_messages(
	    session, settings, &abilities, &exchange, key, &certificate, err);
	if (rc == 0)
		rc = check_issued(certificate, cas, err);
	if (rc == 0) {
		*out = certificate;
		certificate = NULL;
	}
out:
	line_reply_clear(&reply);
	sk_X509_pop_free(cas, X509_free);
	X509_free(self);
	X509_free(certificate);
	return rc;
}
