/*
 * form_body_test: is a form of ours read as it was filled in, and everything
 * that is no such form refused?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/office/pages/form_body.h"

#define SHA "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static int parse(const char *text, struct form_body *out)
{
	struct err err = {0};
	/* In memory of its own length: one byte too far is seen. */
	size_t len = strlen(text);
	uint8_t *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, text, len);
	rc = form_body_parse(copy, len, out, &err);
	free(copy);
	assert_true(rc == 0 || *err.text);
	return rc;
}

static void test_as_filled_in(void **state)
{
	struct form_body form;

	(void)state;
	assert_int_equal(parse("answer=yes&text=" SHA, &form), 0);
	assert_int_equal(form.choice, PAGE_YES);
	assert_string_equal(form.text_sha256, SHA);
	assert_string_equal(form.why, "");
	assert_int_equal(
	    parse("text=" SHA "&answer=no&why=F%C3%B6r+dyrt%0D%0A%26+mer%3D",
	        &form),
	    0);
	assert_int_equal(form.choice, PAGE_NO);
	assert_string_equal(form.why, "För dyrt\n& mer=");
	assert_int_equal(parse("", &form), 0);
	assert_int_equal(form.choice, PAGE_NO_CHOICE);
	assert_int_equal(form.decision, RETURN_DECIDE_NOTHING);
	assert_int_equal(parse("decision=lost_mode&item0=yes", &form), 0);
	assert_int_equal(form.decision, RETURN_DECIDE_LOST_MODE);
	assert_int_equal(parse("text=" SHA "&why=", &form), 0);
	assert_int_equal(form.choice, PAGE_NO_CHOICE);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
	    "answer",
	    "answer=maybe",
	    "decision=nothing",
	    "decision=wait&decision=write_off",
	    "answer=",
	    "answer=yes&answer=no",
	    "answer=yes&admin=1",
	    "=yes",
	    "&",
	    "answer=yes&&text=" SHA,
	    "text=abc",
	    "text=" SHA "0",
	    "text=ZZ112233445566778899aabbccddeeff00112233445566778899aabbccdd"
	    "eeff",
	    "why=%",
	    "why=%4",
	    "why=%zz",
	    "why=%00",
	    "why=%01",
	    "why=%7F",
	    "why=%C3",
	    "why=%FF%FE",
	    "why=%ED%A0%80",
	};
	struct form_body form = {.choice = PAGE_NO};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i], &form) != -ERR_INVALID)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(form.choice, PAGE_NO); /* untouched */
	}
}

static void test_too_long(void **state)
{
	static char body[2 * FORM_BODY_MAX];
	struct form_body form;

	(void)state;
	memset(body, 'x', sizeof(body));
	memcpy(body, "why=", 4);
	body[4 + FORM_WHY_MAX] = '\0';
	assert_int_equal(parse(body, &form), -ERR_LIMIT);
	body[4 + FORM_WHY_MAX] = 'x';
	body[sizeof(body) - 1] = '\0';
	assert_int_equal(parse(body, &form), -ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_as_filled_in),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
