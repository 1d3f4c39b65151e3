/*
 * Question: is a body believed to come from a key only when that key signed
 * exactly that body, in every form that phones send, and is all else refused?
 */
#include "tests/unit/apple/identity.h"

#include <openssl/err.h>

#include "proto/apple/client_cert.h"
#include "proto/apple/signature.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"

static const char body[] = "<plist><dict><key>Status</key></dict></plist>";
#define BODY_LEN (sizeof(body) - 1)

static struct identity phone;
static struct identity other;

static int make_identities(void **state)
{
	(void)state;
	phone = identity_rsa(2048, NULL);
	other = identity_ec("P-256", "other");
	return 0;
}

static int drop_identities(void **state)
{
	(void)state;
	identity_clear(&phone);
	identity_clear(&other);
	return 0;
}

static int verify(const struct buf *der, X509 **signer, struct err *err)
{
	return signature_verify(
	    der->data, der->len, (const uint8_t *)body, BODY_LEN, signer, err);
}

static void expect_signer(struct buf *der, const struct identity *id)
{
	X509 *signer = NULL;
	struct err err = {0};

	if (verify(der, &signer, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(X509_cmp(signer, id->cert), 0);
	assert_int_equal(ERR_peek_error(), 0);
	X509_free(signer);
	buf_clear(der);
}

static void expect_refused(struct buf *der, enum err_code code)
{
	X509 *signer = NULL;
	struct err err = {0};

	expect_code(verify(der, &signer, &err), code, &err, "signature");
	assert_null(signer);
	/* Nothing is left behind for the TLS code of the same thread. */
	assert_int_equal(ERR_peek_error(), 0);
	buf_clear(der);
}

static void takes_every_form_that_phones_send(void **state)
{
	static const unsigned forms[] = {0, CMS_NOATTR};
	const EVP_MD *digests[] = {EVP_sha1(), EVP_sha256(), EVP_sha512()};
	const struct identity *ids[] = {&phone, &other};
	struct buf der;
	size_t i;

	(void)state;
	for (i = 0; i < 12; i++) {
		const struct identity *id = ids[i % 2];
		const EVP_MD *digest = digests[i / 2 % 3];
		unsigned flags = forms[i / 6] | CMS_DETACHED;

		der = identity_sign(id, 1, digest, body, BODY_LEN, flags);
		expect_signer(&der, id);
		der = identity_sign(id, 1, digest, body, BODY_LEN, flags);
		der = identity_ber(&der);
		assert_int_equal(der.data[1], 0x80);
		expect_signer(&der, id);
	}
}

static void refuses_another_body(void **state)
{
	struct buf der =
	    identity_sign(&phone, 1, EVP_sha256(), "other", 5, CMS_DETACHED);

	(void)state;
	expect_refused(&der, ERR_CRYPTO);
	der = identity_sign(&phone, 1, EVP_sha1(), body, BODY_LEN - 1,
	    CMS_DETACHED | CMS_NOATTR);
	expect_refused(&der, ERR_CRYPTO);
}

/*
 * The signature covers the body, not the bag: a changed certificate comes out
 * as the other certificate that it is now, for the caller to refuse. What must
 * never be is the same certificate over a changed signature.
 */
static void a_changed_byte_is_never_the_same_signer(void **state)
{
	struct buf der = identity_sign(
	    &other, 1, EVP_sha256(), body, BODY_LEN, CMS_DETACHED | CMS_NOATTR);
	X509 *signer;
	size_t same = 0;
	size_t i;

	(void)state;
	for (i = 0; i < der.len; i++) {
		der.data[i] ^= 0x01;
		signer = NULL;
		if (verify(&der, &signer, NULL) == 0) {
			same += X509_cmp(signer, other.cert) == 0;
			assert_true(i < der.len - 64); /* the signature */
			X509_free(signer);
		}
		der.data[i] ^= 0x01;
	}
	/* Versions and the list of digests: nothing hangs on them. */
	printf("%zu of %zu bytes may change around the signature\n", same,
	    der.len);
	assert_true(same <= 32);
	assert_int_equal(ERR_peek_error(), 0);
	buf_clear(&der);
}

static void refuses_other_shapes(void **state)
{
	const struct identity both[2] = {phone, other};
	struct buf der;

	(void)state;
	/* Two signers, none, no certificate, content inside. */
	der =
	    identity_sign(both, 2, EVP_sha256(), body, BODY_LEN, CMS_DETACHED);
	expect_refused(&der, ERR_CRYPTO);
	der =
	    identity_sign(NULL, 0, EVP_sha256(), body, BODY_LEN, CMS_DETACHED);
	expect_refused(&der, ERR_CRYPTO);
	der = identity_sign(&phone, 1, EVP_sha256(), body, BODY_LEN,
	    CMS_DETACHED | CMS_NOCERTS);
	expect_refused(&der, ERR_CRYPTO);
	der = identity_sign(&phone, 1, EVP_sha256(), body, BODY_LEN, 0);
	expect_refused(&der, ERR_CRYPTO);
	der = identity_sign(&phone, 1, EVP_md5(), body, BODY_LEN, CMS_DETACHED);
	expect_refused(&der, ERR_CRYPTO);
	/* Something behind it; cut short; no CMS at all; too long. */
	der = identity_sign(
	    &phone, 1, EVP_sha256(), body, BODY_LEN, CMS_DETACHED);
	buf_append_char(&der, 'x');
	expect_refused(&der, ERR_INVALID);
	der = identity_sign(
	    &phone, 1, EVP_sha256(), body, BODY_LEN, CMS_DETACHED);
	der.len -= 1;
	expect_refused(&der, ERR_INVALID);
	der = (struct buf){0};
	buf_append_str(&der, "0");
	expect_refused(&der, ERR_INVALID);
	der.failed = false;
	while (der.len <= LIMIT_SIGNATURE_HEADER)
		buf_append_str(&der, "0123456789abcdef");
	expect_refused(&der, ERR_LIMIT);
}

/* What makes a check dear is the sender's own choice: not for us. */
static void refuses_unusual_keys(void **state)
{
	static const char *const groups[] = {"secp256k1", "brainpoolP256r1"};
	struct identity id;
	struct buf der;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(groups); i++) {
		id = identity_ec(groups[i], "odd");
		der = identity_sign(
		    &id, 1, EVP_sha256(), body, BODY_LEN, CMS_DETACHED);
		expect_refused(&der, ERR_CRYPTO);
		identity_clear(&id);
	}
}

static void gives_the_content_of_a_signed_profile(void **state)
{
	static const unsigned forms[] = {0, CMS_STREAM, CMS_NOATTR};
	uint8_t *content = NULL;
	size_t len = 0;
	struct buf der;
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(forms); i++) {
		der = identity_sign(
		    &phone, 1, EVP_sha256(), body, BODY_LEN, forms[i]);
		assert_int_equal(signature_content(der.data, der.len, 65536,
		                     &content, &len, &err),
		    0);
		assert_int_equal(len, BODY_LEN);
		assert_memory_equal(content, body, len);
		free(content);
		content = NULL;
		expect_code(signature_content(der.data, der.len, der.len - 1,
		                &content, &len, &err),
		    ERR_LIMIT, &err, "too long");
		buf_clear(&der);
	}
	der = identity_sign(
	    &phone, 1, EVP_sha256(), body, BODY_LEN, CMS_DETACHED);
	expect_code(
	    signature_content(der.data, der.len, 65536, &content, &len, &err),
	    ERR_INVALID, &err, "nothing inside");
	assert_null(content);
	buf_clear(&der);
}

static void reads_the_signature_header(void **state)
{
	uint8_t *der = NULL;
	size_t len = 0;
	struct err err = {0};
	char *big;

	(void)state;
	assert_int_equal(
	    signature_header_parse("MAMCAQU=", 8, &der, &len, &err), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(der, "\x30\x03\x02\x01\x05", 5);
	free(der);
	der = NULL;
	expect_code(signature_header_parse("", 0, &der, &len, &err),
	    ERR_INVALID, &err, "empty");
	expect_code(signature_header_parse("MAM!", 4, &der, &len, &err),
	    ERR_INVALID, &err, "no base64");
	big = calloc(1, LIMIT_SIGNATURE_HEADER + 1);
	memset(big, 'A', LIMIT_SIGNATURE_HEADER + 1);
	expect_code(signature_header_parse(
	                big, LIMIT_SIGNATURE_HEADER + 1, &der, &len, &err),
	    ERR_LIMIT, &err, "too long");
	free(big);
	assert_null(der);
}

/* RFC 9440 section 2.2. */
static void reads_the_client_cert_header(void **state)
{
	static const char *const bad[] = {"", ":",
	    "::", "MAMCAQU=", ":MAMCAQU=", "MAMCAQU=:", ":MAMCAQU=:;a=1",
	    ":MAMCAQU=:, :MAMC:", ":MAM CAQU=:", ":MAMCAQU-:", ":MAMCAQU_:",
	    "\":MAMCAQU=:\"",
	    ":M:", ":MAMCAQU==:", ":MAMCA==U:", ": MAMCAQU=:"};
	uint8_t *der = NULL;
	size_t len = 0;
	struct err err = {0};
	struct buf value = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (client_cert_header_parse(
		        bad[i], strlen(bad[i]), &der, &len, &err) == 0)
			fail_msg("%s was taken", bad[i]);
	assert_null(der);
	assert_int_equal(
	    client_cert_header_parse(" :MAMCAQU=:\t", 12, &der, &len, &err), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(der, "\x30\x03\x02\x01\x05", 5);
	assert_int_equal(client_cert_header_encode(der, len, &value, &err), 0);
	assert_string_equal((char *)value.data, ":MAMCAQU=:");
	expect_code(client_cert_header_encode(der, 0, &value, &err), ERR_LIMIT,
	    &err, "nothing");
	free(der);
	buf_clear(&value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_every_form_that_phones_send),
	    cmocka_unit_test(refuses_another_body),
	    cmocka_unit_test(a_changed_byte_is_never_the_same_signer),
	    cmocka_unit_test(refuses_other_shapes),
	    cmocka_unit_test(refuses_unusual_keys),
	    cmocka_unit_test(gives_the_content_of_a_signed_profile),
	    cmocka_unit_test(reads_the_signature_header),
	    cmocka_unit_test(reads_the_client_cert_header),
	};

	return cmocka_run_group_tests(tests, make_identities, drop_identities);
}
