#include "agent/bench/uplink/identity.h"

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/bench/uplink/files.h"
#include "agent/bench/uplink/key_file.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/station/station_sign.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(X509_REQ, request, X509_REQ_free)

#define FILE_KEY "station.key"
#define FILE_CERTIFICATE "station.crt"
#define FILE_CA "ca.crt"
#define FILE_ORDERS "orders.pub"
#define FILE_STATION "station.json" /* written last */
#define FILE_MAX (64 * 1024)

int identity_make_key(EVP_PKEY **out, struct err *err)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	if (!key)
		return err_set(err, ERR_CRYPTO, "no key could be made");
	*out = key;
	return 0;
}

int identity_make_csr(EVP_PKEY *key, char *out, size_t size, struct err *err)
{
	CLEANUP(request) X509_REQ *request = X509_REQ_new();
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());
	X509_NAME *name = request ? X509_REQ_get_subject_name(request) : NULL;
	char *text = NULL;
	long len;

	if (!name || !bio ||
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	        (const unsigned char *)"station", -1, -1, 0) != 1 ||
	    X509_REQ_set_pubkey(request, key) != 1 ||
	    X509_REQ_sign(request, key, EVP_sha256()) == 0 ||
	    PEM_write_bio_X509_REQ(bio, request) != 1)
		return err_set(err, ERR_CRYPTO, "no request could be made");
	len = BIO_get_mem_data(bio, &text);
	if (len <= 0 || (size_t)len >= size)
		return err_set(err, ERR_LIMIT, "the request is too long");
	memcpy(out, text, (size_t)len);
	out[len] = '\0';
	return 0;
}

static int save_text(
    const char *folder, const char *name, const char *text, struct err *err)
{
	return files_write(folder, name, text, strlen(text), 0600, err);
}

int identity_save(const char *folder, const char *server, EVP_PKEY *key,
    const struct station_join_answer *answer, struct err *err)
{
	json_t *json = json_pack("{s:s,s:s,s:s}", "id", answer->station_id,
	    "name", answer->name, "server", server);
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	int rc = text ? 0 : err_set(err, ERR_INVALID, "odd station name");

	json_decref(json);
	if (rc == 0)
		rc = key_file_save(folder, FILE_KEY, key, err);
	if (rc == 0)
		rc = save_text(
		    folder, FILE_CERTIFICATE, answer->certificate, err);
	if (rc == 0)
		rc = save_text(folder, FILE_CA, answer->ca, err);
	if (rc == 0)
		rc = save_text(folder, FILE_ORDERS, answer->orders_key, err);
	if (rc == 0)
		rc = save_text(folder, FILE_STATION, text, err);
	free(text);
	return rc;
}

static int load_station(
    const char *folder, struct identity *identity, struct err *err)
{
	struct buf text = {0};
	json_t *json;
	const char *id = NULL;
	const char *name = NULL;
	const char *server = NULL;
	int rc = files_read(folder, FILE_STATION, FILE_MAX, &text, err);

	if (rc < 0)
		return rc;
	json = json_loadb(
	    (const char *)text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
	buf_clear(&text);
	if (json_unpack(json, "{s:s,s:s,s:s}", "id", &id, "name", &name,
	        "server", &server) != 0 ||
	    !uuid_is_valid(id) ||
	    str_copy(identity->name, sizeof(identity->name), name) < 0 ||
	    str_copy(identity->server, sizeof(identity->server), server) < 0)
		rc = err_set(err, ERR_INVALID, "%s/%s cannot be read", folder,
		    FILE_STATION);
	else
		(void)str_copy(identity->id, sizeof(identity->id), id);
	json_decref(json);
	return rc;
}

static int load_orders_key(
    const char *folder, struct identity *identity, struct err *err)
{
	struct buf text = {0};
	int rc = files_read(folder, FILE_ORDERS, FILE_MAX, &text, err);

	if (rc == 0)
		rc = station_key_parse(
		    (const char *)text.data, &identity->orders, err);
	buf_clear(&text);
	return rc;
}

static int64_t end_of(X509 *certificate)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0;
	int seconds = 0;
	int64_t end = 0;

	if (epoch &&
	    ASN1_TIME_diff(
	        &days, &seconds, epoch, X509_get0_notAfter(certificate)) == 1)
		end = days * TIME_DAY_MS + seconds * TIME_SECOND_MS;
	ASN1_TIME_free(epoch);
	return end;
}

/* When the certificate ends; -ERR_INVALID: it is not for this key. */
static int read_end(
    const char *pem, size_t len, EVP_PKEY *key, int64_t *out, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new_mem_buf(pem, (int)len);
	X509 *certificate =
	    bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	int fits = certificate && X509_check_private_key(certificate, key) == 1;

	if (fits)
		*out = end_of(certificate);
	X509_free(certificate);
	ERR_clear_error();
	return fits ? 0
	            : err_set(err, ERR_INVALID,
	                  "the station's certificate is not for its key");
}

static int load_end(
    const char *folder, struct identity *identity, struct err *err)
{
	struct buf text = {0};
	int rc = files_read(folder, FILE_CERTIFICATE, FILE_MAX, &text, err);

	if (rc == 0)
		rc = read_end((const char *)text.data, text.len, identity->key,
		    &identity->not_after_ms, err);
	buf_clear(&text);
	return rc;
}

int identity_renew(const char *folder, struct identity *identity,
    const struct station_join_answer *answer, struct err *err)
{
	int64_t end = 0;
	int rc = read_end(answer->certificate, strlen(answer->certificate),
	    identity->key, &end, err);

	if (rc == 0)
		rc = save_text(
		    folder, FILE_CERTIFICATE, answer->certificate, err);
	if (rc == 0)
		identity->not_after_ms = end;
	return rc;
}

static int set_path(
    char *out, size_t size, const char *folder, const char *name)
{
	return snprintf(out, size, "%s/%s", folder, name) < (int)size
	    ? 0
	    : -(int)ERR_LIMIT;
}

int identity_load(const char *folder, struct identity *out, struct err *err)
{
	struct identity identity = {.key = NULL};
	int rc = load_station(folder, &identity, err);

	if (rc == 0)
		rc = key_file_load(folder, FILE_KEY, &identity.key, err);
	if (rc == 0)
		rc = load_end(folder, &identity, err);
	if (rc == 0)
		rc = load_orders_key(folder, &identity, err);
	if (rc == 0 &&
	    (set_path(identity.key_file, sizeof(identity.key_file), folder,
	         FILE_KEY) < 0 ||
	        set_path(identity.certificate_file,
	            sizeof(identity.certificate_file), folder,
	            FILE_CERTIFICATE) < 0 ||
	        set_path(identity.ca_file, sizeof(identity.ca_file), folder,
	            FILE_CA) < 0))
		rc = err_set(err, ERR_LIMIT, "%s: too long a path", folder);
	if (rc < 0) {
		identity_clear(&identity);
		return rc;
	}
	*out = identity;
	return 0;
}

void identity_clear(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	EVP_PKEY_free(identity->orders);
	*identity = (struct identity){.key = NULL};
}
