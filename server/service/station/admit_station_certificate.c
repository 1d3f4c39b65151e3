#include "server/service/station/admit_station_certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_sign.h"
#include "server/keeper/keeper.h"
#include "server/service/digest.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(X509, x509, X509_free)
CLEANUP_DEFINE(X509_REQ, x509_req, X509_REQ_free)
CLEANUP_DEFINE(EVP_PKEY, pkey, EVP_PKEY_free)

static int csr_der(const char *pem, uint8_t **out, int *len, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new_mem_buf(pem, -1);
	CLEANUP(x509_req)
	X509_REQ *request =
	    bio ? PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL) : NULL;

	*len = request ? i2d_X509_REQ(request, out) : -1;
	return *len > 0 ? 0
	                : err_set(err, ERR_INVALID,
	                      "the certificate request cannot be read");
}

/* The text of a memory BIO into a fixed array. */
static int bio_take(BIO *bio, char *out, size_t size, struct err *err)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	if (len <= 0 || (size_t)len >= size)
		return err_set(err, ERR_LIMIT, "a certificate is too long");
	memcpy(out, data, (size_t)len);
	out[len] = '\0';
	return 0;
}

static int certificate_pem(
    const uint8_t *der, size_t len, char *out, size_t size, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());
	CLEANUP(x509) X509 *certificate = d2i_X509(NULL, &der, (long)len);

	if (!bio || !certificate || PEM_write_bio_X509(bio, certificate) != 1)
		return err_set(
		    err, ERR_CRYPTO, "a certificate cannot be written");
	return bio_take(bio, out, size, err);
}

static int note(struct station_certificate *issued, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());
	CLEANUP(pkey) EVP_PKEY *key = NULL;
	int rc = station_key_of_certificate(
	    issued->der.data, issued->der.len, &key, err);

	if (rc < 0)
		return rc;
	if (!bio || PEM_write_bio_PUBKEY(bio, key) != 1)
		return err_memory(err);
	digest_sha256(issued->der.data, issued->der.len, issued->sha256);
	return bio_take(
	    bio, issued->public_key, sizeof(issued->public_key), err);
}

int station_certificate_issue(struct service *service, const char *station_id,
    const char *csr, int64_t now, struct station_certificate *out,
    struct err *err)
{
	struct station_certificate issued = {
	    .not_after = now + STATION_CERTIFICATE_MS};
	uint8_t *der = NULL;
	int len = 0;
	int rc = csr_der(csr, &der, &len, err);

	if (rc == 0)
		rc = keeper_issue_station(service->keeper, der, (size_t)len,
		    station_id, now, STATION_CERTIFICATE_MS, &issued.der, err);
	OPENSSL_free(der);
	if (rc == 0)
		rc = note(&issued, err);
	if (rc == 0)
		*out = issued;
	else
		station_certificate_clear(&issued);
	return rc;
}

void station_certificate_clear(struct station_certificate *certificate)
{
	buf_clear(&certificate->der);
}

int station_certificate_answer(struct service *service,
    const struct station_row *row, const struct station_certificate *issued,
    int64_t now, struct station_join_answer *out, struct err *err)
{
	int rc = certificate_pem(issued->der.data, issued->der.len,
	    out->certificate, sizeof(out->certificate), err);

	if (rc == 0)
		rc = certificate_pem(service->ca, service->ca_len, out->ca,
		    sizeof(out->ca), err);
	if (rc == 0 &&
	    str_copy(out->orders_key, sizeof(out->orders_key),
	        service->orders_key) < 0)
		rc = err_set(err, ERR_INTERNAL, "the orders key is too long");
	(void)str_copy(out->station_id, sizeof(out->station_id), row->id);
	(void)str_copy(out->name, sizeof(out->name), row->name);
	out->server_time_ms = now;
	return rc;
}
