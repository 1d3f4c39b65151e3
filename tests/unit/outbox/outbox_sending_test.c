/* Question: is the signature the one of the specification's example, and does
 * waiting grow, spread and end? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/base/uuid.h"
#include "server/outbox/backoff.h"
#include "server/outbox/hook_sign.h"

/* Known answer: made once with Python's hmac, an implementation not ours. */
static void test_signature(void **state)
{
	struct secret key = {0};
	char signature[HOOK_SIGNATURE_MAX];
	uint8_t *bytes = NULL;
	size_t len = 0;
	static const char base64[] = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

	(void)state;
	assert_int_equal(
	    str_base64_parse(base64, strlen(base64), &bytes, &len, NULL), 0);
	assert_int_equal(secret_set(&key, bytes, len, NULL), 0);
	assert_int_equal(
	    hook_sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
	        "{\"test\": 2432232314}", signature, NULL),
	    0);
	assert_string_equal(
	    signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	secret_clear(&key);
	free(bytes);
}

static void fill_low(void *arg, void *out, size_t len)
{
	memset(out, *(int *)arg, len);
}

static void test_backoff(void **state)
{
	int byte = 0;
	const struct rng rng = {fill_low, &byte};
	int64_t least;
	int64_t most;
	int64_t before;
	int kind;
	int n;

	(void)state;
	for (kind = 0; kind < BACKOFF_KIND_COUNT; kind++) {
		before = 0;
		for (n = 1; n < 30; n++) {
			byte = 0;
			least = backoff_after((enum backoff_kind)kind, n, &rng);
			byte = 255;
			most = backoff_after((enum backoff_kind)kind, n, &rng);
			assert_true(least >= 4 * TIME_SECOND_MS);
			assert_true(least < most);
			assert_true(most <= backoff_longest());
			assert_true(least >= before);
			before = least;
		}
	}
	assert_true(backoff_after(BACKOFF_MAIL, INT64_MAX, &rng) > 0);
	assert_true(backoff_after(BACKOFF_MAIL, 0, &rng) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_signature),
	    cmocka_unit_test(test_backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
