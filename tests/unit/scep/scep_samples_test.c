/*
 * scep_samples_test: are real and hostile SCEP and CMS files taken or refused
 * as they should be, each within 50 ms and 16 MB?
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include "proto/base/err.h"
#include "proto/scep/scep.h"

#define FILE_MAX (256 * 1024)
#define TIME_LIMIT_MS 50
#define MEMORY_LIMIT_KB (16 * 1024)

static const char *samples;

static uint8_t *sample_read(const char *path, size_t *len)
{
	char full[1024];
	uint8_t *data = malloc(FILE_MAX);
	FILE *file;

	(void)snprintf(full, sizeof(full), "%s/%s", samples, path);
	file = fopen(full, "rb");
	if (!file)
		fail_msg("%s cannot be opened", full);
	*len = fread(data, 1, FILE_MAX, file);
	fclose(file);
	return data;
}

/* PEM is not what a phone sends: taken apart here. */
static void pem_unwrap(uint8_t **data, size_t *len)
{
	BIO *bio = BIO_new_mem_buf(*data, (int)*len);
	unsigned char *der = NULL;
	char *name = NULL;
	char *header = NULL;
	long der_len = 0;

	if (PEM_read_bio(bio, &name, &header, &der, &der_len) == 1) {
		memcpy(*data, der, (size_t)der_len);
		*len = (size_t)der_len;
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
}

static void skip_without_samples(void)
{
	samples = getenv("WORKPHONE_SAMPLES");
	if (!samples) {
		puts("SKIP: WORKPHONE_SAMPLES is not set");
		skip();
	}
}

static int message_parse(const char *path, struct scep_request *request)
{
	size_t len = 0;
	uint8_t *data = sample_read(path, &len);
	int rc = scep_request_parse(data, len, request, NULL);

	free(data);
	return rc;
}

static int csr_parse(const char *path, struct scep_csr *csr)
{
	size_t len = 0;
	uint8_t *data = sample_read(path, &len);
	int rc;

	pem_unwrap(&data, &len);
	rc = scep_csr_parse(data, len, csr, NULL);
	free(data);
	return rc;
}

static void test_macos_request(void **state)
{
	struct scep_request request = {0};

	(void)state;
	skip_without_samples();
	assert_int_equal(
	    message_parse(
	        "scep/commandment-mdmclient-PKIOperation.der", &request),
	    0);
	assert_int_equal(request.type, SCEP_PKCS_REQ);
	assert_string_equal(
	    request.transaction_id, "140BC832976B3D0300BE8F5C2E35CEDF66E73D7B");
	assert_int_equal(request.sender_nonce_len, 8);
	assert_int_equal(request.digest, SCEP_SHA512);
	assert_int_equal(request.cipher, SCEP_DES3);
	assert_true(request.signer_is_self_signed);
	assert_int_equal(scep_request_check(&request, NULL), 0);
	scep_request_clear(&request);
}

static void test_older_macos_request(void **state)
{
	struct scep_request request = {0};

	(void)state;
	skip_without_samples();
	assert_int_equal(
	    message_parse("scep/micromdm-PKCSReq.der", &request), 0);
	assert_string_equal(
	    request.transaction_id, "A13090761A30F66664F85D37433D2065E1112BA1");
	assert_int_equal(request.digest, SCEP_SHA1);
	assert_true(request.signer_is_self_signed);
	scep_request_clear(&request);
}

static void test_not_requests(void **state)
{
	struct scep_request request = {0};
	struct scep_csr csr = {0};

	(void)state;
	skip_without_samples();
	/* An answer is no request. */
	assert_int_equal(message_parse("scep/smallstep-CertRep.der", &request),
	    -ERR_UNSUPPORTED);
	assert_int_equal(
	    csr_parse("scep/smallstep-short-rsa.csr", &csr), -ERR_UNSUPPORTED);
	assert_int_equal(csr_parse("scep/smallstep-ecdsa.csr", &csr), 0);
	assert_int_equal(csr.key_type, SCEP_KEY_P256);
	scep_csr_clear(&csr);
	assert_int_equal(csr_parse("scep/smallstep-foo.csr", &csr), 0);
	scep_csr_clear(&csr);
}

static long memory_peak_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Both parsers over the bytes; whatever they say, it must be quick. */
static void file_bounded(const char *path, int *request_rc, int *csr_rc)
{
	struct scep_request request = {0};
	struct scep_csr csr = {0};
	size_t len = 0;
	uint8_t *data = sample_read(path, &len);
	long memory;
	int64_t start;

	pem_unwrap(&data, &len);
	memory = memory_peak_kb();
	start = now_us();
	*request_rc = scep_request_parse(data, len, &request, NULL);
	*csr_rc = scep_csr_parse(data, len, &csr, NULL);
	if (now_us() - start > TIME_LIMIT_MS * 1000)
		fail_msg(
		    "%s took %lld us", path, (long long)(now_us() - start));
	if (memory_peak_kb() - memory > MEMORY_LIMIT_KB)
		fail_msg("%s took too much memory", path);
	scep_request_clear(&request);
	scep_csr_clear(&csr);
	free(data);
}

/*
 * CMS of other kinds (S/MIME, certificate bags, fuzzing corpora), valid or not,
 * is never a SCEP request: a clean refusal is the only right answer.
 */
static void test_hostile_cms(void **state)
{
	char path[600];
	struct dirent *entry;
	DIR *folder;
	int count = 0;

	(void)state;
	skip_without_samples();
	(void)snprintf(path, sizeof(path), "%s/hostile-cms", samples);
	folder = opendir(path);
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		int request_rc = 0;
		int csr_rc = 0;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(
		    path, sizeof(path), "hostile-cms/%s", entry->d_name);
		file_bounded(path, &request_rc, &csr_rc);
		if (request_rc >= 0 || csr_rc >= 0)
			fail_msg("%s was taken", path);
		count++;
	}
	closedir(folder);
	assert_true(count > 0);
}

/* Every prefix and every flipped byte of a real message. */
static void test_real_message_broken(void **state)
{
	struct scep_request request = {0};
	size_t len = 0;
	uint8_t *data;

	(void)state;
	skip_without_samples();
	data = sample_read("scep/micromdm-PKCSReq.der", &len);
	for (size_t i = 0; i < len; i++) {
		assert_true(scep_request_parse(data, i, &request, NULL) < 0);
		data[i] ^= 0x55;
		if (scep_request_parse(data, len, &request, NULL) == 0)
			scep_request_clear(&request);
		data[i] ^= 0x55;
	}
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_macos_request),
	    cmocka_unit_test(test_older_macos_request),
	    cmocka_unit_test(test_not_requests),
	    cmocka_unit_test(test_hostile_cms),
	    cmocka_unit_test(test_real_message_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
