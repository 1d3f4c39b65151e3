#include "agent/bench/phone/pair_record.h"

#include <ctype.h>
#include <openssl/bio.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(EVP_PKEY, key, EVP_PKEY_free)
CLEANUP_DEFINE(X509, cert, X509_free)

#define RECORD_SECONDS (10L * 365 * 24 * 3600)
/* Clocks of phones in the Setup Assistant may be behind. */
#define RECORD_BACKDATE (24L * 3600)

/* "RSA PUBLIC KEY" is PKCS#1, which the general PEM reader does not take. */
static EVP_PKEY *read_device_key(const uint8_t *pem, size_t len)
{
	EVP_PKEY *key = NULL;
	OSSL_DECODER_CTX *context = OSSL_DECODER_CTX_new_for_pkey(&key, "PEM",
	    "type-specific", "RSA", EVP_PKEY_PUBLIC_KEY, NULL, NULL);
	int bits;

	if (!context)
		return NULL;
	if (OSSL_DECODER_from_data(context, &pem, &len) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	OSSL_DECODER_CTX_free(context);
	bits = key ? EVP_PKEY_get_bits(key) : 0;
	if (bits < 1024 || bits > 8192) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

static int add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	int ok;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (!extension)
		return 0;
	ok = X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
	return ok;
}

enum role { ROLE_ROOT, ROLE_HOST, ROLE_DEVICE };

static int add_extensions(X509 *cert, X509 *issuer, enum role role)
{
	if (role == ROLE_ROOT)
		return add_extension(
		    cert, issuer, NID_basic_constraints, "critical,CA:TRUE");
	if (!add_extension(
	        cert, issuer, NID_basic_constraints, "critical,CA:FALSE"))
		return 0;
	if (role == ROLE_DEVICE &&
	    !add_extension(cert, issuer, NID_subject_key_identifier, "hash"))
		return 0;
	return add_extension(cert, issuer, NID_key_usage,
	    "critical,digitalSignature,keyEncipherment");
}

/* Subject and issuer stay empty: so phones and every host tool have it. */
static X509 *make_certificate(EVP_PKEY *subject, EVP_PKEY *signer, X509 *issuer,
    enum role role, int64_t now_ms)
{
	time_t now = (time_t)(now_ms / TIME_SECOND_MS);
	X509 *cert = X509_new();

	if (!cert || X509_set_version(cert, 2) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(cert), role) != 1 ||
	    !X509_time_adj(X509_getm_notBefore(cert), -RECORD_BACKDATE, &now) ||
	    !X509_time_adj(X509_getm_notAfter(cert), RECORD_SECONDS, &now) ||
	    X509_set_pubkey(cert, subject) != 1 ||
	    !add_extensions(cert, issuer ? issuer : cert, role) ||
	    X509_sign(cert, signer, EVP_sha256()) == 0) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

static int set_bio(plist_t record, const char *name, BIO *bio)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	if (len <= 0)
		return 0;
	plist_dict_set_item(record, name, plist_new_data(data, (uint64_t)len));
	return 1;
}

static int set_key(plist_t record, const char *name, EVP_PKEY *key)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_secmem());

	return bio &&
	    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) ==
	    1 &&
	    set_bio(record, name, bio);
}

static int set_certificate(plist_t record, const char *name, X509 *cert)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());

	return cert && bio && PEM_write_bio_X509(bio, cert) == 1 &&
	    set_bio(record, name, bio);
}

static int set_certificates(
    plist_t record, const struct pair_record_request *request, EVP_PKEY *device)
{
	EVP_PKEY *own = request->own_key;
	CLEANUP(cert) X509 *root_cert = NULL;
	CLEANUP(cert) X509 *host_cert = NULL;
	CLEANUP(cert) X509 *device_cert = NULL;
	int64_t now = request->now_ms;

	root_cert = make_certificate(own, own, NULL, ROLE_ROOT, now);
	if (!root_cert)
		return 0;
	host_cert = make_certificate(own, own, root_cert, ROLE_HOST, now);
	device_cert =
	    make_certificate(device, own, root_cert, ROLE_DEVICE, now);
	return set_key(record, "RootPrivateKey", own) &&
	    set_key(record, "HostPrivateKey", own) &&
	    set_certificate(record, "RootCertificate", root_cert) &&
	    set_certificate(record, "HostCertificate", host_cert) &&
	    set_certificate(record, "DeviceCertificate", device_cert);
}

int pair_record_make(
    const struct pair_record_request *request, plist_t *out, struct err *err)
{
	CLEANUP(key) EVP_PKEY *device = NULL;
	CLEANUP(plist) plist_t record = plist_new_dict();

	if (request->device_key_len > LIMIT_CERTIFICATE)
		return err_set(err, ERR_LIMIT, "the phone's key is too long");
	device = read_device_key(request->device_key, request->device_key_len);
	/* A dirty error queue makes libimobiledevice see TLS faults. */
	if (!device || !record) {
		ERR_clear_error();
		return err_set(
		    err, ERR_INVALID, "the phone's public key is none");
	}
	if (!set_certificates(record, request, device)) {
		ERR_clear_error();
		return err_set(err, ERR_CRYPTO, "no pair record could be made");
	}
	if (xplist_set_text(record, "HostID", request->host_id, err) < 0 ||
	    xplist_set_text(record, "SystemBUID", request->system_buid, err) <
	        0)
		return -(int)ERR_INVALID;
	if (request->wifi_mac[0] &&
	    xplist_set_text(record, "WiFiMACAddress", request->wifi_mac, err) <
	        0)
		return -(int)ERR_INVALID;
	*out = record;
	record = NULL;
	return 0;
}

void pair_record_make_host_id(
    int64_t now_ms, const struct rng *rng, char out[UUID_TEXT_MAX])
{
	char *at;

	uuid_make(now_ms, rng, out);
	for (at = out; *at; at++)
		*at = (char)toupper((unsigned char)*at);
}

plist_t pair_record_public(plist_t record)
{
	static const char *const keys[] = {"DeviceCertificate",
	    "HostCertificate", "RootCertificate", "HostID", "SystemBUID"};
	plist_t public = plist_new_dict();
	size_t i;

	for (i = 0; public && i < sizeof(keys) / sizeof(keys[0]); i++) {
		plist_t value = plist_dict_get_item(record, keys[i]);

		if (!value) {
			plist_free(public);
			return NULL;
		}
		plist_dict_set_item(public, keys[i], plist_copy(value));
	}
	return public;
}
