/*
 * Question: is the pair record that we make one that phones take: SHA-256, a
 * chain that holds, empty names, the phone's own key, and nothing private in
 * the part that is sent?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/bench/phone/pair_record.h"
#include "agent/bench/station/pair_key.h"
#include "proto/apple/xplist.h"
#include "proto/base/err.h"

#define NOW INT64_C(1795000000000)

/* "RSA PUBLIC KEY", as lockdown gives it. */
static size_t phone_key(EVP_PKEY *key, uint8_t *out, size_t size)
{
	unsigned char *data = NULL;
	size_t len = 0;
	OSSL_ENCODER_CTX *context = OSSL_ENCODER_CTX_new_for_pkey(
	    key, EVP_PKEY_PUBLIC_KEY, "PEM", "type-specific", NULL);

	assert_non_null(context);
	assert_int_equal(OSSL_ENCODER_to_data(context, &data, &len), 1);
	assert_true(len < size);
	memcpy(out, data, len);
	OPENSSL_free(data);
	OSSL_ENCODER_CTX_free(context);
	assert_non_null(memmem(out, len, "BEGIN RSA PUBLIC KEY", 20));
	return len;
}

static X509 *certificate(plist_t record, const char *name)
{
	const uint8_t *data;
	size_t len;
	BIO *bio;
	X509 *found;

	assert_int_equal(xplist_get_data(record, name, &data, &len, NULL), 1);
	bio = BIO_new_mem_buf(data, (int)len);
	found = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(found);
	return found;
}

static EVP_PKEY *private_key(plist_t record, const char *name)
{
	const uint8_t *data;
	size_t len;
	BIO *bio;
	EVP_PKEY *key;

	assert_int_equal(xplist_get_data(record, name, &data, &len, NULL), 1);
	assert_non_null(memmem(data, len, "BEGIN PRIVATE KEY", 17));
	bio = BIO_new_mem_buf(data, (int)len);
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(key);
	return key;
}

static void check_certificate(
    plist_t record, const char *name, EVP_PKEY *root, EVP_PKEY *own, int is_ca)
{
	X509 *cert = certificate(record, name);

	assert_int_equal(X509_verify(cert, root), 1);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(cert), own), 1);
	assert_int_equal(
	    X509_get_signature_nid(cert), NID_sha256WithRSAEncryption);
	assert_int_equal(X509_get_version(cert), 2);
	assert_int_equal(X509_NAME_entry_count(X509_get_subject_name(cert)), 0);
	assert_int_equal(X509_NAME_entry_count(X509_get_issuer_name(cert)), 0);
	assert_int_equal(X509_check_ca(cert) == 1, is_ca);
	if (!is_ca)
		assert_int_equal(X509_get_key_usage(cert),
		    KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT);
	X509_free(cert);
}

static EVP_PKEY *own; /* the station's */

static int make_own(void **state)
{
	(void)state;
	own = EVP_RSA_gen(2048);
	return own ? 0 : -1;
}

static int free_own(void **state)
{
	(void)state;
	EVP_PKEY_free(own);
	return 0;
}

static plist_t make(EVP_PKEY *phone, const char *mac)
{
	uint8_t pem[4096];
	struct pair_record_request request = {
	    .device_key = pem,
	    .own_key = own,
	    .host_id = "01A20296-3EE1-7C72-B498-6D23C82AD5EB",
	    .system_buid = "30142955-444094379208051516",
	    .wifi_mac = mac,
	    .now_ms = NOW,
	};
	struct err err = {0};
	plist_t record = NULL;

	request.device_key_len = phone_key(phone, pem, sizeof(pem));
	if (pair_record_make(&request, &record, &err) < 0)
		fail_msg("%s", err.text);
	return record;
}

static void test_record(void **state)
{
	EVP_PKEY *phone = EVP_RSA_gen(2048);
	plist_t record = make(phone, "d4:61:da:00:00:01");
	EVP_PKEY *root = private_key(record, "RootPrivateKey");
	EVP_PKEY *host = private_key(record, "HostPrivateKey");
	char text[64];

	(void)state;
	check_certificate(record, "RootCertificate", root, root, 1);
	check_certificate(record, "HostCertificate", root, host, 0);
	check_certificate(record, "DeviceCertificate", root, phone, 0);
	assert_int_equal(EVP_PKEY_eq(root, own), 1);
	assert_int_equal(EVP_PKEY_eq(host, own), 1);
	assert_int_equal(xplist_get_string(record, "WiFiMACAddress", text,
	                     sizeof(text), NULL),
	    1);
	assert_string_equal(text, "d4:61:da:00:00:01");
	EVP_PKEY_free(root);
	EVP_PKEY_free(host);
	EVP_PKEY_free(phone);
	plist_free(record);
}

static void test_public_part(void **state)
{
	EVP_PKEY *phone = EVP_RSA_gen(2048);
	plist_t record = make(phone, "");
	plist_t sent = pair_record_public(record);
	struct buf xml = {0};

	(void)state;
	assert_non_null(sent);
	assert_int_equal(plist_dict_get_size(sent), 5);
	assert_int_equal(xplist_encode(sent, &xml, NULL), 0);
	assert_null(memmem(xml.data, xml.len, "Private", 7));
	assert_null(plist_dict_get_item(record, "WiFiMACAddress"));
	buf_clear(&xml);
	plist_free(sent);
	/* A record that lacks a part is not sent at all. */
	plist_dict_remove_item(record, "HostID");
	assert_null(pair_record_public(record));
	plist_free(record);
	EVP_PKEY_free(phone);
}

/* What a hostile phone gives as its key. */
static void test_bad_keys(void **state)
{
	static const char *const bad[] = {"", "x",
	    ("-----BEGIN RSA PUBLIC KEY-----\n"
	     "-----END RSA PUBLIC KEY-----\n"),
	    ("-----BEGIN RSA PUBLIC KEY-----\nAAAA\n"
	     "-----END RSA PUBLIC KEY-----")};
	EVP_PKEY *small = EVP_RSA_gen(512);
	EVP_PKEY *curve = EVP_EC_gen("P-256");
	uint8_t pem[4096];
	struct pair_record_request request = {.device_key = pem,
	    .own_key = own,
	    .host_id = "H",
	    .system_buid = "B",
	    .wifi_mac = "",
	    .now_ms = NOW};
	plist_t record = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		request.device_key = (const uint8_t *)bad[i];
		request.device_key_len = strlen(bad[i]);
		assert_int_equal(pair_record_make(&request, &record, NULL),
		    -(int)ERR_INVALID);
	}
	request.device_key = pem;
	if (small) {
		request.device_key_len = phone_key(small, pem, sizeof(pem));
		assert_int_equal(pair_record_make(&request, &record, NULL),
		    -(int)ERR_INVALID);
	}
	request.device_key_len = LIMIT_CERTIFICATE + 1;
	assert_int_equal(
	    pair_record_make(&request, &record, NULL), -(int)ERR_LIMIT);
	/* A dirty queue would make libimobiledevice see TLS faults. */
	assert_int_equal(ERR_peek_error(), 0);
	EVP_PKEY_free(small);
	EVP_PKEY_free(curve);
}

/* Made once, kept for its owner only, and made anew when it is of no use. */
static void test_key_of_the_station(void **state)
{
	char folder[] = "/tmp/workphone-key-XXXXXX";
	EVP_PKEY *first = NULL;
	EVP_PKEY *again = NULL;
	EVP_PKEY *third = NULL;
	char path[64];
	struct stat found;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/pairing.key", folder);
	assert_int_equal(pair_key_load(folder, &first, NULL), 0);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	assert_int_equal(pair_key_load(folder, &again, NULL), 0);
	assert_int_equal(EVP_PKEY_eq(first, again), 1);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs("-----BEGIN PRIVATE KEY-----\ntorn", file);
	(void)fclose(file);
	assert_int_equal(pair_key_load(folder, &third, NULL), 0);
	assert_int_equal(EVP_PKEY_eq(first, third), 0);
	assert_int_equal(EVP_PKEY_get_bits(third), 2048);
	assert_int_equal(ERR_peek_error(), 0);
	EVP_PKEY_free(first);
	EVP_PKEY_free(again);
	EVP_PKEY_free(third);
	(void)unlink(path);
	(void)rmdir(folder);
	assert_int_equal(
	    pair_key_load(folder, &first, NULL), -(int)ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_record),
	    cmocka_unit_test(test_public_part),
	    cmocka_unit_test(test_bad_keys),
	    cmocka_unit_test(test_key_of_the_station),
	};

	return cmocka_run_group_tests(tests, make_own, free_own);
}
