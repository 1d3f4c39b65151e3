/*
 * keeper_test: does the key process sign and seal so that openssl's own programs
 * agree, refuse what it should, and keep apart the answers of many threads?
 */
#include "tests/unit/keeper/keeper_world.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

static void test_sign_profile(void **state)
{
	const char *profile = "<?xml version=\"1.0\"?><plist/>\n";
	uint8_t *large = calloc(1, LIMIT_PROFILE + 1);
	struct buf cms = {0};

	(void)state;
	assert_int_equal(
	    keeper_sign_profile(world.keeper, (const uint8_t *)profile,
	        strlen(profile), &cms, NULL),
	    0);
	file_write("profile.der", cms.data, cms.len);
	file_write("profile.xml", profile, strlen(profile));
	assert_int_equal(OPENSSL("cms", "-verify", "-CAfile", "ca.crt",
	                     "-purpose", "any", "-inform", "DER", "-in",
	                     "profile.der", "-binary", "-out", "out.xml"),
	    0);
	assert_int_equal(
	    OPENSSL("cms", "-verify", "-CAfile", "ca.crt", "-inform", "DER",
	        "-in", "profile.der", "-out", "/dev/null"),
	    0);
	buf_clear(&cms);
	assert_int_equal(
	    keeper_sign_profile(world.keeper, large, LIMIT_PROFILE, &cms, NULL),
	    0);
	assert_true(cms.len > LIMIT_PROFILE);
	assert_int_equal(keeper_sign_profile(world.keeper, large,
	                     LIMIT_PROFILE + 1, &cms, NULL),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_sign_profile(world.keeper, large, 0, &cms, NULL),
	    -ERR_LIMIT);
	buf_clear(&cms);
	free(large);
}

static void test_seal(void **state)
{
	(void)state;
	keeper_world_seals();
}

static void test_seal_refused(void **state)
{
	uint8_t *secret = calloc(1, KEEPER_SECRET_MAX + 1);
	char context[KEEPER_CONTEXT_MAX + 2];
	struct buf sealed = {0};
	struct secret opened = {0};

	(void)state;
	memset(context, 'c', sizeof(context) - 1);
	context[sizeof(context) - 1] = '\0';
	assert_int_equal(
	    keeper_seal(world.keeper, context, secret, 1, &sealed, NULL),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_seal(world.keeper, "", secret, 1, &sealed, NULL),
	    -ERR_LIMIT);
	assert_int_equal(keeper_seal(world.keeper, "c", secret,
	                     KEEPER_SECRET_MAX + 1, &sealed, NULL),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_unseal(world.keeper, "c", secret, 28, &opened, NULL),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_unseal(world.keeper, "c", secret, 29, &opened, NULL),
	    -ERR_CRYPTO);
	free(secret);
}

#define THREADS 6
#define THREAD_ROUNDS 200

static void *thread_seal(void *arg)
{
	char context[32];
	char secret[32];
	intptr_t failures = 0;

	for (int i = 0; i < THREAD_ROUNDS; i++) {
		struct buf sealed = {0};
		struct secret opened = {0};
		int len =
		    snprintf(secret, sizeof(secret), "%d/%d", *(int *)arg, i);

		(void)snprintf(context, sizeof(context), "t:%d", *(int *)arg);
		if (keeper_seal(world.keeper, context, (uint8_t *)secret,
		        (size_t)len, &sealed, NULL) ||
		    keeper_unseal(world.keeper, context, sealed.data,
		        sealed.len, &opened, NULL) ||
		    opened.len != (size_t)len ||
		    memcmp(opened.data, secret, (size_t)len) != 0)
			failures++;
		secret_clear(&opened);
		buf_clear(&sealed);
	}
	return (void *)failures;
}

static void test_threads(void **state)
{
	pthread_t threads[THREADS];
	int numbers[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		assert_int_equal(
		    pthread_create(&threads[i], NULL, thread_seal, &numbers[i]),
		    0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *failures = NULL;

		pthread_join(threads[i], &failures);
		assert_null(failures);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sign_profile),
	    cmocka_unit_test(test_seal),
	    cmocka_unit_test(test_seal_refused),
	    cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(
	    tests, keeper_world_begin, keeper_world_end);
}
