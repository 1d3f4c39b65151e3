#include "tests/phones/pem.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "tests/phones/files.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)

const char *pem_openssl_reason(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return reason ? reason : "unknown reason";
}

static int append_bio(struct buf *out, BIO *bio, struct err *err)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	if (len <= 0)
		return err_memory(err);
	buf_append(out, data, (size_t)len);
	return buf_check(out, err);
}

int pem_append_certificate(struct buf *out, X509 *certificate, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());

	if (!bio || !PEM_write_bio_X509(bio, certificate))
		return err_set(err, ERR_CRYPTO, "cannot write certificate: %s",
		    pem_openssl_reason());
	return append_bio(out, bio, err);
}

int pem_append_key(struct buf *out, EVP_PKEY *key, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());

	if (!bio ||
	    !PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL))
		return err_set(err, ERR_CRYPTO, "cannot write key: %s",
		    pem_openssl_reason());
	return append_bio(out, bio, err);
}

int pem_parse_certificates(
    const char *text, size_t len, STACK_OF(X509) * out, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new_mem_buf(text, (int)len);
	X509 *certificate;
	int count = 0;

	while (
	    bio && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		if (!sk_X509_push(out, certificate)) {
			X509_free(certificate);
			return err_memory(err);
		}
		count++;
	}
	ERR_clear_error(); /* the end of the text is reported as one */
	if (count == 0)
		return err_set(err, ERR_INVALID, "holds no PEM certificate");
	return 0;
}

int pem_parse_key(const char *text, size_t len, EVP_PKEY **out, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new_mem_buf(text, (int)len);
	EVP_PKEY *key = NULL;

	if (bio)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	if (!key)
		return err_set(err, ERR_INVALID, "holds no PEM key: %s",
		    pem_openssl_reason());
	*out = key;
	return 0;
}

int pem_load_certificates(
    const char *file, STACK_OF(X509) * out, struct err *err)
{
	struct buf text = {0};
	int rc;

	rc = files_read(file, &text, err);
	if (rc == 0)
		rc = pem_parse_certificates(
		    (const char *)text.data, text.len, out, err);
	if (rc < 0)
		(void)err_prefix(err, "%s", file);
	buf_clear(&text);
	return rc;
}
