/*
 * Question: do stations come in by a code, once, and is their certificate good
 * for nothing else? Over a real database and a real key process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/keeper/keeper.h"
#include "server/service/digest.h"
#include "tests/unit/station/bench_world.h"

#define SERIAL "F17V1234"

static int join_with(const char *code, const char *group, struct err *err)
{
	struct station_join_request *request = calloc(1, sizeof(*request));
	struct station_join_answer *answer = calloc(1, sizeof(*answer));
	EVP_PKEY *key = bench_csr(request->csr, sizeof(request->csr), group);
	int rc;

	(void)str_copy(request->code, sizeof(request->code), code);
	rc = service_station_join(&world.service, request, answer, err);
	EVP_PKEY_free(key);
	free(request);
	free(answer);
	return rc;
}

static void a_code_admits_one_station_once(void **state)
{
	struct station_row row;
	char code[STATION_CODE_MAX + 1];
	char typed[STATION_CODE_MAX + 1];
	size_t len = 0;

	(void)state;
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "C", TIME_HOUR_MS, &row, code, NULL),
	    0);
	assert_int_equal(strlen(code), 23);
	assert_int_equal(
	    join_with("00000-00000-00000-00000", "P-256", NULL), -ERR_DENIED);
	/* As a person types it. */
	for (const char *at = code; *at; at++)
		if (*at != '-')
			typed[len++] = (char)(*at >= 'A' ? *at + 32 : *at);
	typed[len] = '\0';
	assert_int_equal(join_with(typed, "P-384", NULL), -ERR_UNSUPPORTED);
	assert_int_equal(join_with(typed, "P-256", NULL), 0);
	assert_int_equal(join_with(code, "P-256", NULL), -ERR_DENIED);
}

static void a_code_expires_and_is_revoked(void **state)
{
	struct station_row row;
	char code[STATION_CODE_MAX + 1];

	(void)state;
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "C", TIME_MINUTE_MS, &row, code, NULL),
	    0);
	world.now += TIME_MINUTE_MS;
	assert_int_equal(join_with(code, "P-256", NULL), -ERR_DENIED);
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "D", 0, &row, code, NULL),
	    0);
	assert_int_equal(service_station_revoke(
	                     &world.service, &world.actor, "D", &row, NULL),
	    0);
	assert_int_equal(join_with(code, "P-256", NULL), -ERR_DENIED);
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "", 0, &row, code, NULL),
	    -ERR_INVALID);
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "x", 8 * TIME_DAY_MS, &row, code, NULL),
	    -ERR_INVALID);
}

/* The common name of what the station holds. */
static void certificate_is_no_phones(void **state)
{
	BIO *bio = BIO_new_mem_buf(bench_a.joined.certificate, -1);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	struct identity identity;
	struct station_row row;
	char want[64];
	char name[128] = "";
	struct err err = {0};

	(void)state;
	assert_non_null(certificate);
	assert_true(
	    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
	        NID_commonName, name, sizeof(name)) > 0);
	(void)snprintf(
	    want, sizeof(want), STATION_COMMON_NAME "%s", bench_a.row.id);
	assert_string_equal(name, want);
	assert_true(
	    (X509_get_extended_key_usage(certificate) & XKU_SSL_CLIENT) != 0);
	assert_int_equal(service_station_identify(&world.service,
	                     bench_a.row.certificate_sha256, &row, NULL),
	    0);
	assert_string_equal(row.id, bench_a.row.id);
	/* The phones' door does not know it. */
	assert_int_equal(service_identify(&world.service,
	                     bench_a.row.certificate_sha256, &identity, NULL),
	    -ERR_NOT_FOUND);
	/* And a phone's certificate is no station. */
	bench_phone_enrol(SERIAL, "Astrid");
	assert_int_equal(service_station_identify(&world.service,
	                     "1111111111111111111111111111111111111111111111111"
	                     "111111111111111",
	                     &row, &err),
	    -ERR_DENIED);
	X509_free(certificate);
	BIO_free(bio);
}

/* Nobody who asks the keeper for a phone's certificate gets a station's. */
static void keeper_keeps_the_names_apart(void **state)
{
	char pem[4096];
	EVP_PKEY *key = bench_csr(pem, sizeof(pem), "P-256");
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509_REQ *request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
	struct buf out = {0};
	uint8_t *der = NULL;
	int len = i2d_X509_REQ(request, &der);
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    keeper_issue_certificate(world.service.keeper, der, (size_t)len,
	        "station:x", world.now, TIME_DAY_MS, &out, &err),
	    -ERR_DENIED);
	assert_int_equal(keeper_issue_station(world.service.keeper, der,
	                     (size_t)len, "not-a-uuid-not-a-uuid-not-a-uuid-no",
	                     world.now, TIME_DAY_MS, &out, &err),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_issue_station(world.service.keeper, der, (size_t)len,
	        "zzzzzzzz-0000-7000-8000-00000000000x", world.now, TIME_DAY_MS,
	        &out, &err),
	    -ERR_INVALID);
	assert_int_equal(out.len, 0);
	OPENSSL_free(der);
	X509_REQ_free(request);
	BIO_free(bio);
	EVP_PKEY_free(key);
}

static void a_revoked_station_is_heard_no_more(void **state)
{
	struct station_report report;
	struct station_signed one = {0};
	struct station_signed_list list = {&one, 1};
	struct station_receipt receipt = {0};
	struct station_row row;
	struct err err = {0};

	(void)state;
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	bench_report_sign(&bench_a, &report, &one);
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     "Bench A", &row, NULL),
	    0);
	assert_int_equal(row.state, STATION_REVOKED);
	assert_int_equal(service_station_identify(&world.service,
	                     bench_a.row.certificate_sha256, &row, NULL),
	    -ERR_DENIED);
	/* Also when it was identified a moment before. */
	assert_int_equal(service_station_reports(&world.service, &bench_a.row,
	                     &list, &receipt, &err),
	    -ERR_DENIED);
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     bench_a.row.id, &row, NULL),
	    -ERR_CONFLICT);
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     "nobody", &row, NULL),
	    -ERR_NOT_FOUND);
	station_signed_clear(&one);
}

static void a_certificate_runs_out(void **state)
{
	struct station_row row;

	(void)state;
	world.now += STATION_CERTIFICATE_MS;
	assert_int_equal(service_station_identify(&world.service,
	                     bench_a.row.certificate_sha256, &row, NULL),
	    -ERR_DENIED);
}

/* ---- renewing ---- */

/* What the server says; sha256: of the certificate that it gave. */
static int renew(EVP_PKEY *key, char sha256[STORE_SHA256], struct err *err)
{
	struct station_renew_request *request = calloc(1, sizeof(*request));
	struct station_join_answer *answer = calloc(1, sizeof(*answer));
	struct station_row row = bench_a.row;
	uint8_t *der = NULL;
	X509 *certificate;
	BIO *bio;
	int len;
	int rc;

	bench_csr_of(key, request->csr, sizeof(request->csr));
	rc = service_station_renew(&world.service, &row, request, answer, err);
	if (rc == 0) {
		bio = BIO_new_mem_buf(answer->certificate, -1);
		certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		assert_non_null(certificate);
		len = i2d_X509(certificate, &der);
		digest_sha256(der, (size_t)len, sha256);
		OPENSSL_free(der);
		X509_free(certificate);
		BIO_free(bio);
		assert_string_equal(answer->station_id, bench_a.row.id);
	}
	free(request);
	free(answer);
	return rc;
}

static int identify(const char *sha256, struct station_row *out)
{
	return service_station_identify(&world.service, sha256, out, NULL);
}

static void a_certificate_is_renewed_in_time(void **state)
{
	char first[STORE_SHA256];
	char second[STORE_SHA256];
	struct station_row row;
	struct err err = {0};

	(void)state;
	assert_int_equal(renew(bench_a.key, first, &err), -ERR_CONFLICT);
	world.now += STATION_CERTIFICATE_MS - STATION_RENEW_MS + 1;
	assert_int_equal(renew(bench_a.key, first, NULL), 0);
	/* The answer may have been lost: the old one is good, and may ask
	 * again; what was lost is good for nothing then. */
	assert_int_equal(identify(bench_a.row.certificate_sha256, &row), 0);
	world.now += TIME_HOUR_MS;
	assert_int_equal(renew(bench_a.key, second, NULL), 0);
	assert_int_equal(identify(first, &row), -ERR_DENIED);
	/* Shown once, the new one is the only one. */
	assert_int_equal(identify(second, &row), 0);
	assert_string_equal(row.id, bench_a.row.id);
	assert_int_equal(row.not_after, world.now + STATION_CERTIFICATE_MS);
	assert_int_equal(
	    identify(bench_a.row.certificate_sha256, &row), -ERR_DENIED);
	world.now += STATION_CERTIFICATE_MS - TIME_DAY_MS;
	assert_int_equal(identify(second, &row), 0);
}

static void who_may_not_renew(void **state)
{
	char pem[LIMIT_CSR + 1];
	char sha256[STORE_SHA256];
	EVP_PKEY *other = bench_csr(pem, sizeof(pem), "P-256");
	struct station_row row;
	struct err err = {0};

	(void)state;
	world.now += STATION_CERTIFICATE_MS - TIME_DAY_MS;
	assert_int_equal(renew(other, sha256, &err), -ERR_DENIED);
	assert_non_null(strstr(err.text, "same key"));
	EVP_PKEY_free(other);
	/* Revoked, neither the old nor the renewed one opens a door. */
	assert_int_equal(renew(bench_a.key, sha256, NULL), 0);
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     bench_a.row.id, &row, NULL),
	    0);
	assert_int_equal(identify(sha256, &row), -ERR_DENIED);
	assert_int_equal(
	    identify(bench_a.row.certificate_sha256, &row), -ERR_DENIED);
	assert_int_equal(renew(bench_a.key, sha256, NULL), -ERR_DENIED);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, bench_two_begin, bench_two_end)
	const struct CMUnitTest tests[] = {
	    TEST(a_code_admits_one_station_once),
	    TEST(a_code_expires_and_is_revoked),
	    TEST(certificate_is_no_phones),
	    TEST(keeper_keeps_the_names_apart),
	    TEST(a_revoked_station_is_heard_no_more),
	    TEST(a_certificate_runs_out),
	    TEST(a_certificate_is_renewed_in_time),
	    TEST(who_may_not_renew),
	};

	return cmocka_run_group_tests_name(
	    "stations join", tests, bench_world_group, bench_world_group_end);
}
