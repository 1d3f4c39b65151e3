/*
 * Question: does every symptom of a phone at the bench become the right code,
 * the right next step and a sentence that tells the operator what to do?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "agent/bench/phone/failure.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_rows(void **state)
{
	int i;
	int j;

	(void)state;
	for (i = 0; i < FAILURE_COUNT; i++) {
		const struct failure_row *row = failure_row((enum failure)i);

		assert_non_null(row->code);
		assert_true(strlen(row->code) > 0 && strlen(row->code) < 64);
		assert_true(strlen(row->state) > 0 && strlen(row->state) <= 16);
		assert_true(strlen(row->sentence) < 400);
		assert_int_equal(row->sentence[strlen(row->sentence) - 1], '.');
		assert_int_equal(failure_by_code(row->code), i);
		for (j = 0; j < i; j++)
			assert_string_not_equal(
			    row->code, failure_row((enum failure)j)->code);
	}
	assert_int_equal(failure_by_code("no such code"), FAILURE_INTERNAL);
	assert_ptr_equal(
	    failure_row((enum failure)999), failure_row(FAILURE_INTERNAL));
}

/* Section C of the reference: the number, where it came, what follows. */
static const struct {
	enum lockdown_step step;
	int error;
	int is_listed;
	const char *code;
	enum failure_next next;
} lockdown_cases[] = {
    {LOCKDOWN_STEP_PAIR, 0, 1, "ok", NEXT_NOTHING},
    {LOCKDOWN_STEP_PAIR, -17, 1, "waiting_unlock", NEXT_WAIT},
    {LOCKDOWN_STEP_SERVICE, -17, 1, "waiting_first_unlock", NEXT_WAIT},
    {LOCKDOWN_STEP_SERVICE, -12, 1, "waiting_first_unlock", NEXT_WAIT},
    {LOCKDOWN_STEP_SERVICE, -35, 1, "waiting_first_unlock", NEXT_WAIT},
    {LOCKDOWN_STEP_PAIR, -19, 1, "waiting_trust", NEXT_WAIT},
    {LOCKDOWN_STEP_PAIR, -18, 1, "trust_denied", NEXT_REATTACH},
    {LOCKDOWN_STEP_SESSION, -21, 1, "record_stale", NEXT_PAIR},
    {LOCKDOWN_STEP_SESSION, -5, 1, "tls_failed", NEXT_RETRY},
    {LOCKDOWN_STEP_SESSION, -5, 0, "disconnected", NEXT_REATTACH},
    {LOCKDOWN_STEP_VALUE, -8, 1, "mux_failed", NEXT_RETRY},
    {LOCKDOWN_STEP_VALUE, -8, 0, "disconnected", NEXT_REATTACH},
    {LOCKDOWN_STEP_VALUE, -7, 1, "no_answer", NEXT_RETRY},
    {LOCKDOWN_STEP_PAIR, -38, 1, "pairing_forbidden", NEXT_IT},
    {LOCKDOWN_STEP_PAIR, -36, 1, "pairing_forbidden", NEXT_IT},
    {LOCKDOWN_STEP_PAIR, -39, 1, "challenge_required", NEXT_IT},
    {LOCKDOWN_STEP_SERVICE, -34, 1, "service_refused", NEXT_IT},
    {LOCKDOWN_STEP_SERVICE, -27, 1, "service_refused", NEXT_IT},
    {LOCKDOWN_STEP_VALUE, -3, 1, "odd_answer", NEXT_IT},
    {LOCKDOWN_STEP_VALUE, -3, 0, "disconnected", NEXT_REATTACH},
    {LOCKDOWN_STEP_VALUE, -9999, 1, "odd_answer", NEXT_IT},
};

static void test_lockdown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lockdown_cases); i++) {
		const struct failure_row *row =
		    failure_row(failure_of_lockdown(lockdown_cases[i].step,
		        lockdown_cases[i].error, lockdown_cases[i].is_listed));

		assert_string_equal(row->code, lockdown_cases[i].code);
		assert_int_equal(row->next, lockdown_cases[i].next);
	}
}

static void test_line(void **state)
{
	(void)state;
	assert_int_equal(failure_of_line(0, 1), FAILURE_NONE);
	assert_int_equal(failure_of_line(-4, 1), FAILURE_TLS);
	/* The pulled cable looks like a TLS fault. */
	assert_int_equal(failure_of_line(-4, 0), FAILURE_DISCONNECTED);
	assert_int_equal(failure_of_line(-3, 1), FAILURE_MUX);
	assert_int_equal(failure_of_line(-5, 1), FAILURE_NO_ANSWER);
	assert_int_equal(failure_of_line(-2, 1), FAILURE_ODD_ANSWER);
}

static void test_mcinstall(void **state)
{
	static const struct {
		int64_t code;
		enum failure failure;
	} cases[] = {{14002, FAILURE_CLOUD_EXISTS},
	    {33002, FAILURE_CLOUD_MALFORMED}, {33003, FAILURE_NOT_ACTIVATED},
	    {33004, FAILURE_IN_APPLE_BUSINESS}, {33015, FAILURE_PAIR_PURGE},
	    {14000, FAILURE_PROFILE_TYPE}, {4020, FAILURE_PROFILE_NOT_NOW},
	    {4021, FAILURE_LOCKDOWN_MODE}, {37002, FAILURE_TOKEN_LATE},
	    {77777, FAILURE_REQUEST_REFUSED}};
	int64_t chain[] = {5, 4001, 33003};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    failure_of_mcinstall(&cases[i].code, 1), cases[i].failure);
	/* The first link that is known speaks. */
	assert_int_equal(
	    failure_of_mcinstall(chain, 3), FAILURE_PROFILE_REFUSED);
	assert_int_equal(
	    failure_of_mcinstall(NULL, 0), FAILURE_REQUEST_REFUSED);
	assert_int_equal(failure_of_status("Acknowledged"), FAILURE_NONE);
	assert_int_equal(failure_of_status("CertificateRejected"),
	    FAILURE_CERTIFICATE_REJECTED);
	assert_int_equal(failure_of_status("SignedRequestRejected"),
	    FAILURE_SIGNATURE_REJECTED);
	assert_int_equal(failure_of_status("Banana"), FAILURE_ODD_ANSWER);
}

/* What must never be tried again by itself, and what must. */
static void test_next(void **state)
{
	(void)state;
	assert_int_equal(failure_row(FAILURE_FOREIGN)->next, NEXT_IT);
	assert_int_equal(failure_row(FAILURE_ACTIVATION_LOCK)->next, NEXT_IT);
	assert_int_equal(failure_row(FAILURE_SERIAL_CHANGED)->next, NEXT_IT);
	assert_int_equal(
	    failure_row(FAILURE_ERASE_UNSURE)->next, NEXT_REATTACH);
	assert_int_equal(failure_row(FAILURE_HIDDEN)->next, NEXT_WAIT);
	assert_int_equal(failure_row(FAILURE_MUX_DOWN)->next, NEXT_RETRY);
	assert_int_equal(
	    failure_row(FAILURE_SERVER_UNREACHABLE)->next, NEXT_RETRY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_lockdown),
	    cmocka_unit_test(test_line),
	    cmocka_unit_test(test_mcinstall),
	    cmocka_unit_test(test_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
