/*
 * scep_test: does proto/scep take what clients send, refuse what is wrong with
 * the right code, and answer so that a client of another make can read it?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/scep/scep.h"
#include "tests/unit/scep/scep_client.h"

static struct {
	EVP_PKEY *ca_key;
	X509 *ca;
	EVP_PKEY *rsa;
	EVP_PKEY *other;
	EVP_PKEY *weak;
	EVP_PKEY *ec;
} keys;

static void extension_add(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static int setup(void **state)
{
	(void)state;
	keys.ca_key = EVP_RSA_gen(2048);
	keys.rsa = EVP_RSA_gen(2048);
	keys.other = EVP_RSA_gen(2048);
	keys.weak = EVP_RSA_gen(1024);
	keys.ec = EVP_EC_gen("P-256");
	keys.ca = client_self_signed(keys.ca_key, "Test CA");
	extension_add(keys.ca, NID_basic_constraints, "critical,CA:TRUE");
	X509_sign(keys.ca, keys.ca_key, EVP_sha256());
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(keys.ca_key);
	EVP_PKEY_free(keys.rsa);
	EVP_PKEY_free(keys.other);
	EVP_PKEY_free(keys.weak);
	EVP_PKEY_free(keys.ec);
	X509_free(keys.ca);
	return 0;
}

/* A certificate of the test CA for key; valid from now for a day. */
static X509 *leaf_make(EVP_PKEY *key, const char *usage)
{
	X509 *leaf = client_self_signed(key, "phone");

	X509_set_issuer_name(leaf, X509_get_subject_name(keys.ca));
	ASN1_INTEGER_set(X509_get_serialNumber(leaf), 77);
	if (usage)
		extension_add(leaf, NID_ext_key_usage, usage);
	X509_sign(leaf, keys.ca_key, EVP_sha256());
	return leaf;
}

/* Makes the planned message and parses it. */
static int parse(const struct client_plan *plan, struct scep_request *out)
{
	struct client_bytes message = client_request(plan);
	struct err err = {0};
	int rc;

	assert_true(message.len > 0);
	ERR_clear_error();
	rc = scep_request_parse(message.data, message.len, out, &err);
	if (rc != 0)
		assert_true(err.text[0] != '\0');
	/* A leftover would be taken for a TLS failure on this thread. */
	assert_int_equal(ERR_peek_error(), 0);
	OPENSSL_free(message.data);
	return rc;
}

static void test_request_values(void **state)
{
	struct client_plan plan = {.key = keys.rsa,
	    .ca = keys.ca,
	    .challenge = "once",
	    .transaction_id = "aB+/= free text-1",
	    .digest = EVP_sha512(),
	    .cipher = EVP_des_ede3_cbc(),
	    .nonce_len = 8};
	struct scep_request request = {0};

	(void)state;
	assert_int_equal(parse(&plan, &request), 0);
	assert_int_equal(request.type, SCEP_PKCS_REQ);
	assert_string_equal(request.transaction_id, "aB+/= free text-1");
	assert_int_equal(request.sender_nonce_len, 8);
	assert_memory_equal(request.sender_nonce, "nnnnnnnn", 8);
	assert_int_equal(request.digest, SCEP_SHA512);
	assert_int_equal(request.cipher, SCEP_DES3);
	assert_int_equal(request.signer_key_type, SCEP_KEY_RSA);
	assert_int_equal(request.signer_key_bits, 2048);
	assert_true(request.signer_is_self_signed);
	assert_true(request.envelope_len > 0);
	assert_int_equal(scep_request_check(&request, NULL), 0);
	scep_request_clear(&request);
}

static void test_request_ciphers_and_digests(void **state)
{
	const struct {
		const EVP_CIPHER *cipher;
		enum scep_cipher expected;
		const EVP_MD *digest;
		enum scep_digest expected_digest;
	} cases[] = {
	    {EVP_aes_128_cbc(), SCEP_AES128, EVP_sha1(), SCEP_SHA1},
	    {EVP_aes_192_cbc(), SCEP_AES192, EVP_sha384(), SCEP_SHA384},
	    {EVP_aes_256_cbc(), SCEP_AES256, EVP_sha256(), SCEP_SHA256},
	    {EVP_camellia_128_cbc(), SCEP_CIPHER_OTHER, EVP_sha256(),
	        SCEP_SHA256},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client_plan plan = {.key = keys.rsa,
		    .ca = keys.ca,
		    .cipher = cases[i].cipher,
		    .digest = cases[i].digest};
		struct scep_request request = {0};

		assert_int_equal(parse(&plan, &request), 0);
		assert_int_equal(request.cipher, cases[i].expected);
		assert_int_equal(request.digest, cases[i].expected_digest);
		assert_int_equal(scep_request_check(&request, NULL),
		    cases[i].expected == SCEP_CIPHER_OTHER ? -ERR_UNSUPPORTED
		                                           : 0);
		scep_request_clear(&request);
	}
}

/* What is well formed but cannot be answered with a certificate. */
static void test_request_weak_and_ec_signers(void **state)
{
	struct client_plan weak = {.key = keys.weak, .ca = keys.ca};
	struct client_plan ec = {.key = keys.ec, .ca = keys.ca};
	struct scep_request request = {0};

	(void)state;
	assert_int_equal(parse(&weak, &request), 0);
	assert_int_equal(request.signer_key_bits, 1024);
	assert_int_equal(scep_request_check(&request, NULL), -ERR_UNSUPPORTED);
	scep_request_clear(&request);
	assert_int_equal(parse(&ec, &request), 0);
	assert_int_equal(request.signer_key_type, SCEP_KEY_P256);
	assert_int_equal(scep_request_check(&request, NULL), -ERR_UNSUPPORTED);
	scep_request_clear(&request);
	assert_int_equal(scep_fail_info_of(-ERR_UNSUPPORTED), SCEP_BAD_ALG);
	assert_int_equal(
	    scep_fail_info_of(-ERR_CRYPTO), SCEP_BAD_MESSAGE_CHECK);
	assert_int_equal(scep_fail_info_of(-ERR_INVALID), SCEP_BAD_REQUEST);
}

static void test_request_refused(void **state)
{
	char long_id[LIMIT_TRANSACTION_ID + 2];
	const struct {
		struct client_plan plan;
		int expected;
	} cases[] = {
	    {{.type = "20"}, -ERR_UNSUPPORTED},
	    {{.type = "3"}, -ERR_UNSUPPORTED},
	    {{.type = "-1"}, -ERR_INVALID},
	    {{.type = "19x"}, -ERR_INVALID},
	    {{.transaction_id = "a\nb"}, -ERR_INVALID},
	    {{.transaction_id = "\xc3\xa5",
	         .transaction_id_type = V_ASN1_UTF8STRING},
	        -ERR_INVALID},
	    {{.transaction_id = ""}, -ERR_INVALID},
	    {{.transaction_id = long_id}, -ERR_INVALID},
	    {{.transaction_id_type = V_ASN1_OCTET_STRING}, -ERR_INVALID},
	    {{.transaction_id_copies = 2}, -ERR_INVALID},
	    {{.nonce_len = LIMIT_NONCE + 1}, -ERR_INVALID},
	    {{.digest = EVP_md5()}, -ERR_UNSUPPORTED},
	};

	(void)state;
	memset(long_id, 'x', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client_plan plan = cases[i].plan;
		struct scep_request request = {0};

		plan.key = keys.rsa;
		plan.ca = keys.ca;
		assert_int_equal(parse(&plan, &request), cases[i].expected);
		assert_null(request.signer);
	}
}

static void test_request_signature(void **state)
{
	struct client_plan plan = {.key = keys.rsa, .ca = keys.ca};
	struct client_bytes message = client_request(&plan);
	struct scep_request request = {0};

	(void)state;
	/* The signature is the last thing in the message. */
	message.data[message.len - 1] ^= 1;
	assert_int_equal(
	    scep_request_parse(message.data, message.len, &request, NULL),
	    -ERR_CRYPTO);
	message.data[message.len - 1] ^= 1;
	assert_int_equal(
	    scep_request_parse(message.data, message.len - 1, &request, NULL),
	    -ERR_INVALID);
	OPENSSL_free(message.data);
}

/*
 * Two certificates under the same issuer and number: what is reported as the
 * signer must be what the signature was checked against, whichever comes first.
 */
static void test_request_with_decoy(void **state)
{
	EVP_PKEY *const signers[] = {keys.rsa, keys.other};

	(void)state;
	for (int i = 0; i < 2; i++) {
		X509 *own = client_self_signed(signers[i], "MDM SCEP SIGNER");
		X509 *decoy =
		    client_self_signed(signers[1 - i], "MDM SCEP SIGNER");
		struct client_plan plan = {.key = signers[i],
		    .ca = keys.ca,
		    .certificate = own,
		    .decoy = decoy};
		struct scep_request request = {0};
		int rc = parse(&plan, &request);

		if (rc == 0) {
			uint8_t *der = NULL;
			int len = i2d_X509(own, &der);

			assert_int_equal(request.signer_len, len);
			assert_memory_equal(request.signer, der, (size_t)len);
			OPENSSL_free(der);
		} else {
			assert_int_equal(rc, -ERR_CRYPTO);
		}
		scep_request_clear(&request);
		X509_free(own);
		X509_free(decoy);
	}
}

static void test_request_bounds(void **state)
{
	struct client_bytes text = {(uint8_t *)(uintptr_t) "no envelope", 11};
	struct client_plan plan = {.key = keys.rsa, .ca = keys.ca};
	struct client_bytes message = client_wrap(&plan, &text);
	struct client_bytes padded = client_request(&plan);
	struct scep_request request = {0};
	uint8_t *big = calloc(1, LIMIT_CMS + 1);

	(void)state;
	assert_int_equal(
	    scep_request_parse(message.data, message.len, &request, NULL),
	    -ERR_INVALID);
	assert_int_equal(
	    scep_request_parse(big, LIMIT_CMS + 1, &request, NULL), -ERR_LIMIT);
	assert_int_equal(
	    scep_request_parse(big, 0, &request, NULL), -ERR_INVALID);
	/* One byte behind the end. */
	memcpy(big, padded.data, padded.len);
	assert_int_equal(
	    scep_request_parse(big, padded.len + 1, &request, NULL),
	    -ERR_INVALID);
	free(big);
	OPENSSL_free(message.data);
	OPENSSL_free(padded.data);
}

static int csr_parse(EVP_PKEY *key, const char *name, const char *challenge,
    struct scep_csr *out)
{
	struct client_bytes csr = client_csr(key, name, challenge);
	int rc = scep_csr_parse(csr.data, csr.len, out, NULL);

	OPENSSL_free(csr.data);
	return rc;
}

static void test_csr_values(void **state)
{
	struct scep_csr csr = {0};

	(void)state;
	assert_int_equal(
	    csr_parse(keys.rsa, "\xc3\x85sa", "tell-nobody", &csr), 0);
	assert_string_equal(csr.common_name, "\xc3\x85sa");
	assert_int_equal(csr.challenge.len, 11);
	assert_memory_equal(csr.challenge.data, "tell-nobody", 11);
	assert_int_equal(csr.key_type, SCEP_KEY_RSA);
	assert_int_equal(csr.key_bits, 2048);
	scep_csr_clear(&csr);
	assert_null(csr.challenge.data);
	assert_int_equal(csr_parse(keys.ec, "x", NULL, &csr), 0);
	assert_int_equal(csr.key_type, SCEP_KEY_P256);
	assert_null(csr.challenge.data);
	scep_csr_clear(&csr);
}

static void test_csr_refused(void **state)
{
	EVP_PKEY *k1 = EVP_EC_gen("secp256k1");
	EVP_PKEY *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct client_bytes good = client_csr(keys.rsa, "x", NULL);
	char long_challenge[LIMIT_CHALLENGE + 2];
	struct scep_csr csr = {0};
	uint8_t big[8] = {0};

	(void)state;
	memset(long_challenge, 'c', sizeof(long_challenge) - 1);
	long_challenge[sizeof(long_challenge) - 1] = '\0';
	assert_int_equal(
	    csr_parse(keys.weak, "x", NULL, &csr), -ERR_UNSUPPORTED);
	assert_int_equal(csr_parse(k1, "x", NULL, &csr), -ERR_UNSUPPORTED);
	assert_int_equal(csr_parse(ed, "x", NULL, &csr), -ERR_UNSUPPORTED);
	assert_int_equal(
	    csr_parse(keys.rsa, "x", long_challenge, &csr), -ERR_INVALID);
	assert_int_equal(scep_csr_parse(big, 0, &csr, NULL), -ERR_INVALID);
	assert_int_equal(
	    scep_csr_parse(good.data, LIMIT_CSR + 1, &csr, NULL), -ERR_LIMIT);
	good.data[good.len - 1] ^= 1;
	assert_int_equal(
	    scep_csr_parse(good.data, good.len, &csr, NULL), -ERR_CRYPTO);
	assert_null(csr.public_key);
	OPENSSL_free(good.data);
	EVP_PKEY_free(k1);
	EVP_PKEY_free(ed);
}

/* A captured envelope signed anew by somebody else. */
static void test_csr_of_another_key(void **state)
{
	struct client_plan plan = {.key = keys.other, .ca = keys.ca};
	struct scep_request request = {0};
	struct scep_csr csr = {0};

	(void)state;
	assert_int_equal(parse(&plan, &request), 0);
	assert_int_equal(csr_parse(keys.rsa, "phone", "once", &csr), 0);
	assert_int_equal(
	    scep_request_check_csr(&request, &csr, NULL), -ERR_CRYPTO);
	request.type = SCEP_RENEWAL_REQ;
	assert_int_equal(scep_request_check_csr(&request, &csr, NULL), 0);
	scep_csr_clear(&csr);
	request.type = SCEP_PKCS_REQ;
	assert_int_equal(csr_parse(keys.other, "phone", "once", &csr), 0);
	assert_int_equal(scep_request_check_csr(&request, &csr, NULL), 0);
	scep_csr_clear(&csr);
	scep_request_clear(&request);
}

static int renewal_check(X509 *certificate, EVP_PKEY *key, int64_t now_ms)
{
	struct client_plan plan = {.key = key,
	    .ca = keys.ca,
	    .certificate = certificate,
	    .type = "17"};
	struct scep_request request = {0};
	uint8_t *ca = NULL;
	int ca_len = i2d_X509(keys.ca, &ca);
	int rc;

	assert_int_equal(parse(&plan, &request), 0);
	assert_int_equal(request.type, SCEP_RENEWAL_REQ);
	rc = scep_request_check_issued(
	    &request, ca, (size_t)ca_len, now_ms, NULL);
	scep_request_clear(&request);
	OPENSSL_free(ca);
	return rc;
}

static void test_renewal(void **state)
{
	const int64_t now = (int64_t)time(NULL) * 1000;
	X509 *client = leaf_make(keys.rsa, "clientAuth");
	X509 *server = leaf_make(keys.rsa, "serverAuth");
	X509 *stranger = client_self_signed(keys.rsa, "phone");

	(void)state;
	assert_int_equal(renewal_check(client, keys.rsa, now), 0);
	assert_int_equal(
	    renewal_check(client, keys.rsa, now - 3600000), -ERR_EXPIRED);
	assert_int_equal(
	    renewal_check(client, keys.rsa, now + 2 * 86400000), -ERR_EXPIRED);
	assert_int_equal(renewal_check(server, keys.rsa, now), -ERR_CRYPTO);
	assert_int_equal(renewal_check(stranger, keys.rsa, now), -ERR_CRYPTO);
	/* The CA itself is nobody's phone. */
	assert_int_equal(renewal_check(keys.ca, keys.ca_key, now), -ERR_CRYPTO);
	X509_free(client);
	X509_free(server);
	X509_free(stranger);
}

/* Encodes an answer to the plan's request and opens it as the client. */
static void answer_round(const struct client_plan *plan, X509 *leaf,
    enum scep_fail_info fail_info, X509 *own, struct client_answer *answer)
{
	struct scep_request request = {0};
	struct scep_reply reply = {.request = &request,
	    .fail_info = fail_info,
	    .sender_nonce = "0123456789abcde",
	    .signed_ms = 1790000000000};
	struct buf out = {0};
	uint8_t *der = NULL;
	int len = leaf ? i2d_X509(leaf, &der) : 0;

	assert_int_equal(parse(plan, &request), 0);
	reply.certificate = der;
	reply.certificate_len = (size_t)len;
	assert_int_equal(
	    scep_reply_encode(&reply, keys.ca, keys.ca_key, &out, NULL), 0);
	assert_int_equal(
	    client_open(out.data, out.len, keys.ca, plan->key, own, answer), 0);
	assert_memory_equal(answer->recipient_nonce, request.sender_nonce,
	    request.sender_nonce_len);
	assert_int_equal(answer->recipient_nonce_len, request.sender_nonce_len);
	assert_string_equal(answer->transaction_id, request.transaction_id);
	assert_memory_equal(answer->sender_nonce, "0123456789abcde", 16);
	assert_string_equal(answer->type, "3");
	assert_int_equal(answer->signature_nid, NID_rsaEncryption);
	OPENSSL_free(der);
	buf_clear(&out);
	scep_request_clear(&request);
}

static void test_reply_success(void **state)
{
	const EVP_CIPHER *ciphers[] = {EVP_des_ede3_cbc(), EVP_aes_128_cbc(),
	    EVP_aes_192_cbc(), EVP_aes_256_cbc()};
	X509 *own = client_self_signed(keys.rsa, "MDM SCEP SIGNER");
	X509 *leaf = leaf_make(keys.rsa, "clientAuth");

	(void)state;
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		struct client_plan plan = {.key = keys.rsa,
		    .ca = keys.ca,
		    .certificate = own,
		    .cipher = ciphers[i],
		    .nonce_len = 8,
		    .digest = i == 0 ? EVP_sha1() : EVP_sha512()};
		struct client_answer answer;

		answer_round(&plan, leaf, SCEP_BAD_ALG, own, &answer);
		assert_string_equal(answer.status, "0");
		assert_string_equal(answer.fail_info, "");
		assert_int_equal(answer.leaf_count, 1);
		assert_int_equal(X509_cmp(answer.leaf, leaf), 0);
		assert_int_equal(
		    answer.digest_nid, i == 0 ? NID_sha1 : NID_sha256);
		X509_free(answer.leaf);
	}
	X509_free(own);
	X509_free(leaf);
}

static void test_reply_failure(void **state)
{
	struct client_plan rsa = {.key = keys.rsa, .ca = keys.ca};
	struct client_plan ec = {.key = keys.ec, .ca = keys.ca};
	struct client_answer answer;

	(void)state;
	answer_round(&rsa, NULL, SCEP_BAD_REQUEST, NULL, &answer);
	assert_string_equal(answer.status, "2");
	assert_string_equal(answer.fail_info, "2");
	assert_null(answer.leaf);
	/* An EC signer can at least be told. */
	answer_round(&ec, NULL, SCEP_BAD_ALG, NULL, &answer);
	assert_string_equal(answer.fail_info, "0");
}

static void test_capabilities(void **state)
{
	static const char *const wanted[] = {"AES", "SHA-256", "SHA-512",
	    "DES3", "POSTPKIOperation", "Renewal", "SCEPStandard"};
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		(void)snprintf(line, sizeof(line), "%s\n", wanted[i]);
		assert_non_null(strstr(scep_capabilities(), line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_request_values),
	    cmocka_unit_test(test_request_ciphers_and_digests),
	    cmocka_unit_test(test_request_weak_and_ec_signers),
	    cmocka_unit_test(test_request_refused),
	    cmocka_unit_test(test_request_signature),
	    cmocka_unit_test(test_request_with_decoy),
	    cmocka_unit_test(test_request_bounds),
	    cmocka_unit_test(test_csr_values),
	    cmocka_unit_test(test_csr_refused),
	    cmocka_unit_test(test_csr_of_another_key),
	    cmocka_unit_test(test_renewal),
	    cmocka_unit_test(test_reply_success),
	    cmocka_unit_test(test_reply_failure),
	    cmocka_unit_test(test_capabilities),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
