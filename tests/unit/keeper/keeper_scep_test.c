/*
 * keeper_scep_test: does the key process answer enrolments and issue
 * certificates so that openssl's own programs agree, and refuse what it should?
 */
#include "tests/unit/keeper/keeper_world.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/scep/scep.h"
#include "tests/unit/scep/scep_client.h"

/* Issues for the plan's phone what the server would; the leaf's DER. */
static struct buf serve_request(
    const struct client_plan *plan, struct buf *cert_rep)
{
	struct client_bytes message = client_request(plan);
	struct scep_request request = {0};
	struct scep_csr csr = {0};
	struct buf content = {0};
	struct buf leaf = {0};

	assert_int_equal(
	    scep_request_parse(message.data, message.len, &request, NULL), 0);
	assert_int_equal(scep_request_check(&request, NULL), 0);
	assert_int_equal(keeper_open_envelope(world.keeper, request.envelope,
	                     request.envelope_len, &content, NULL),
	    0);
	assert_int_equal(
	    scep_csr_parse(content.data, content.len, &csr, NULL), 0);
	assert_int_equal(scep_request_check_csr(&request, &csr, NULL), 0);
	if (plan->challenge)
		assert_string_equal(
		    (const char *)csr.challenge.data, plan->challenge);
	assert_int_equal(
	    keeper_issue_certificate(world.keeper, content.data, content.len,
	        "device-1", world.now_ms, 365 * DAY_MS, &leaf, NULL),
	    0);
	assert_int_equal(keeper_scep_success(world.keeper, &request, leaf.data,
	                     leaf.len, cert_rep, NULL),
	    0);
	scep_csr_clear(&csr);
	scep_request_clear(&request);
	buf_clear(&content);
	OPENSSL_free(message.data);
	return leaf;
}

static void leaf_check(X509 *leaf)
{
	uint8_t *der = NULL;
	int len = i2d_X509(leaf, &der);
	char name[65];

	X509_NAME_get_text_by_NID(
	    X509_get_subject_name(leaf), NID_commonName, name, sizeof(name));
	/* Whatever the request said. */
	assert_string_equal(name, "device-1");
	assert_int_equal(X509_get_key_usage(leaf),
	    KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT);
	assert_int_equal(X509_get_extended_key_usage(leaf), XKU_SSL_CLIENT);
	file_write("leaf.der", der, (size_t)len);
	assert_int_equal(OPENSSL("verify", "-x509_strict", "-CAfile", "ca.crt",
	                     "-purpose", "sslclient", "leaf.der"),
	    0);
	assert_int_not_equal(OPENSSL("verify", "-CAfile", "ca.crt", "-purpose",
	                         "sslserver", "leaf.der"),
	    0);
	OPENSSL_free(der);
}

static void test_enrolment(void **state)
{
	const EVP_CIPHER *ciphers[] = {EVP_des_ede3_cbc(), EVP_aes_256_cbc()};
	X509 *own = client_self_signed(world.phone, "MDM SCEP SIGNER");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct client_plan plan = {.key = world.phone,
		    .ca = world.ca,
		    .certificate = own,
		    .challenge = "once-only",
		    .name = "attacker's wish",
		    .cipher = ciphers[i]};
		struct client_answer answer = {0};
		struct buf cert_rep = {0};
		struct buf leaf = serve_request(&plan, &cert_rep);

		assert_int_equal(client_open(cert_rep.data, cert_rep.len,
		                     world.ca, world.phone, own, &answer),
		    0);
		assert_string_equal(answer.status, "0");
		leaf_check(answer.leaf);
		file_write("certrep.der", cert_rep.data, cert_rep.len);
		assert_int_equal(
		    OPENSSL("cms", "-verify", "-noverify", "-inform", "DER",
		        "-in", "certrep.der", "-out", "/dev/null"),
		    0);
		X509_free(answer.leaf);
		buf_clear(&cert_rep);
		buf_clear(&leaf);
	}
	X509_free(own);
}

/* The old leaf signs, a new key asks, no challenge. */
static void test_renewal(void **state)
{
	EVP_PKEY *fresh = EVP_RSA_gen(2048);
	struct client_plan first = {.key = world.phone, .ca = world.ca};
	struct client_plan second = {
	    .key = world.phone, .csr_key = fresh, .ca = world.ca, .type = "17"};
	struct client_answer answer = {0};
	struct buf cert_rep = {0};
	struct buf leaf = serve_request(&first, &cert_rep);
	const uint8_t *at = leaf.data;
	X509 *old = d2i_X509(NULL, &at, (long)leaf.len);

	(void)state;
	buf_clear(&leaf);
	buf_clear(&cert_rep);
	second.certificate = old;
	leaf = serve_request(&second, &cert_rep);
	/* Opened by the old key, which the message was signed with. */
	assert_int_equal(client_open(cert_rep.data, cert_rep.len, world.ca,
	                     world.phone, old, &answer),
	    0);
	assert_int_equal(X509_check_private_key(answer.leaf, fresh), 1);
	X509_free(answer.leaf);
	X509_free(old);
	EVP_PKEY_free(fresh);
	buf_clear(&leaf);
	buf_clear(&cert_rep);
}

static void test_failure_answer(void **state)
{
	struct client_plan plan = {.key = world.phone, .ca = world.ca};
	struct client_bytes message = client_request(&plan);
	struct scep_request request = {0};
	struct client_answer answer = {0};
	struct buf cert_rep = {0};

	(void)state;
	assert_int_equal(
	    scep_request_parse(message.data, message.len, &request, NULL), 0);
	assert_int_equal(keeper_scep_failure(world.keeper, &request,
	                     SCEP_BAD_MESSAGE_CHECK, &cert_rep, NULL),
	    0);
	assert_int_equal(client_open(cert_rep.data, cert_rep.len, world.ca,
	                     world.phone, NULL, &answer),
	    0);
	assert_string_equal(answer.fail_info, "1");
	file_write("failure.der", cert_rep.data, cert_rep.len);
	assert_int_equal(OPENSSL("smime", "-verify", "-noverify", "-inform",
	                     "DER", "-in", "failure.der"),
	    0);
	assert_int_equal(
	    keeper_scep_failure(world.keeper, &request, 5, &cert_rep, NULL),
	    -ERR_INVALID);
	scep_request_clear(&request);
	OPENSSL_free(message.data);
	buf_clear(&cert_rep);
}

/* The keeper signs no leaf into an answer that is not its CA's. */
static void test_success_with_foreign_leaf(void **state)
{
	struct client_plan plan = {.key = world.phone, .ca = world.ca};
	struct client_bytes message = client_request(&plan);
	struct scep_request request = {0};
	struct buf cert_rep = {0};

	(void)state;
	assert_int_equal(
	    scep_request_parse(message.data, message.len, &request, NULL), 0);
	assert_int_equal(
	    keeper_scep_success(world.keeper, &request, request.signer,
	        request.signer_len, &cert_rep, NULL),
	    -ERR_DENIED);
	assert_int_equal(keeper_scep_success(world.keeper, &request,
	                     (const uint8_t *)"rubbish", 7, &cert_rep, NULL),
	    -ERR_DENIED);
	assert_int_equal(cert_rep.len, 0);
	scep_request_clear(&request);
	OPENSSL_free(message.data);
}

static int envelope_open(const struct client_bytes *envelope, struct err *err)
{
	struct buf content = {0};
	int rc = keeper_open_envelope(
	    world.keeper, envelope->data, envelope->len, &content, err);

	assert_int_equal(content.len, 0);
	return rc;
}

/* All failures alike: no stranger learns why. */
static void test_envelope_failures(void **state)
{
	struct client_bytes text = {(uint8_t *)(uintptr_t) "no request", 10};
	X509 *stranger = client_self_signed(world.phone, "Test");
	struct client_bytes csr = client_csr(world.phone, "x", "y");
	struct client_bytes cases[] = {
	    client_envelope(&text, world.ca, EVP_aes_128_cbc()),
	    client_envelope(&csr, stranger, EVP_aes_128_cbc()),
	    client_envelope(&csr, world.ca, EVP_aes_128_cbc()),
	    client_envelope(&csr, world.ca, EVP_aes_128_cbc()),
	    csr,
	};
	struct err first = {0};

	(void)state;
	/* Padding of the content, and the encrypted key. */
	cases[2].data[cases[2].len - 1] ^= 1;
	cases[3].data[cases[3].len / 4] ^= 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = {0};

		assert_int_equal(envelope_open(&cases[i], &err), -ERR_CRYPTO);
		if (i == 0)
			first = err;
		assert_string_equal(err.text, first.text);
		OPENSSL_free(cases[i].data);
	}
	X509_free(stranger);
}

static int issue(EVP_PKEY *key, const char *name, int64_t now_ms,
    int64_t valid_ms, struct buf *out)
{
	struct client_bytes csr = client_csr(key, "x", NULL);
	int rc = keeper_issue_certificate(
	    world.keeper, csr.data, csr.len, name, now_ms, valid_ms, out, NULL);

	OPENSSL_free(csr.data);
	return rc;
}

static void test_issue_refused(void **state)
{
	char name65[66];
	EVP_PKEY *weak = EVP_RSA_gen(1024);
	EVP_PKEY *k1 = EVP_EC_gen("secp256k1");
	const int64_t now = world.now_ms;
	struct buf out = {0};

	(void)state;
	memset(name65, 'n', 65);
	name65[65] = '\0';
	assert_int_equal(issue(weak, "x", now, DAY_MS, &out), -ERR_UNSUPPORTED);
	assert_int_equal(issue(k1, "x", now, DAY_MS, &out), -ERR_UNSUPPORTED);
	assert_int_equal(
	    issue(world.phone, name65, now, DAY_MS, &out), -ERR_INVALID);
	assert_int_equal(issue(world.phone, "", now, DAY_MS, &out), -ERR_LIMIT);
	assert_int_equal(
	    issue(world.phone, "\xff", now, DAY_MS, &out), -ERR_INVALID);
	assert_int_equal(issue(world.phone, "x", now, 0, &out), -ERR_INVALID);
	assert_int_equal(
	    issue(world.phone, "x", now, INT64_MAX, &out), -ERR_INVALID);
	assert_int_equal(
	    issue(world.phone, "x", INT64_MIN, DAY_MS, &out), -ERR_INVALID);
	assert_int_equal(
	    issue(world.phone, "x", INT64_MAX / 2, DAY_MS, &out), -ERR_INVALID);
	assert_int_equal(out.len, 0);
	EVP_PKEY_free(weak);
	EVP_PKEY_free(k1);
}

static void test_issue_bounds(void **state)
{
	EVP_PKEY *ec = EVP_EC_gen("P-384");
	struct buf out = {0};
	struct tm from = {0};
	const uint8_t *at;
	X509 *leaf;

	(void)state;
	assert_int_equal(
	    issue(ec, "x", world.now_ms, 19 * 365 * DAY_MS, &out), 0);
	at = out.data;
	leaf = d2i_X509(NULL, &at, (long)out.len);
	assert_non_null(leaf);
	/* Not longer than the CA; ten minutes for slow clocks. */
	assert_int_equal(ASN1_TIME_compare(X509_get0_notAfter(leaf),
	                     X509_get0_notAfter(world.ca)),
	    0);
	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notBefore(leaf), &from), 1);
	assert_int_equal(timegm(&from), world.now_ms / 1000 - 600);
	assert_int_equal(X509_get_key_usage(leaf), KU_DIGITAL_SIGNATURE);
	X509_free(leaf);
	EVP_PKEY_free(ec);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_enrolment),
	    cmocka_unit_test(test_renewal),
	    cmocka_unit_test(test_failure_answer),
	    cmocka_unit_test(test_success_with_foreign_leaf),
	    cmocka_unit_test(test_envelope_failures),
	    cmocka_unit_test(test_issue_refused),
	    cmocka_unit_test(test_issue_bounds),
	};

	return cmocka_run_group_tests(
	    tests, keeper_world_begin, keeper_world_end);
}
