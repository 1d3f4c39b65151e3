/*
 * virtual_enrol_test: does a phone made of software enrol, renew and leave as
 * an iPhone does, and refuse what an iPhone refuses?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "tests/phones/action.h"
#include "tests/phones/enrol.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"
#include "tests/unit/phones/scene.h"

static void test_enrols(void **state)
{
	const uint8_t *token;
	struct scene s;
	size_t len;

	(void)state;
	scene_open(&s); /* and makes a key of its own */
	assert_int_equal(enrol_by_url(&s.session, SCENE_LINK, &s.err), 0);
	assert_true(s.phone->mdm.enrolled);
	assert_int_equal(s.phone->lives, 1);
	assert_string_equal(s.fake->seen[0], "Authenticate");
	assert_string_equal(s.fake->seen[1], "TokenUpdate");
	assert_int_equal(s.fake->seen_count, 2);
	assert_string_equal(s.fake->scep_message_type, "19");
	assert_non_null(profile_find(s.phone, "fake.enrolment"));
	token = property_data(s.fake->last_checkin, "Token", &len);
	assert_memory_equal(token, s.phone->mdm.push_token, 32);
	assert_null(property_data(s.fake->last_checkin, "UnlockToken", &len));
	assert_false(s.fake->got_signature);
	assert_int_equal(scene_run(&s), 0);
	assert_int_equal(fake_count(s.fake, "Idle"), 1);
	scene_close(&s);
}

static void test_refuses_wrong_enrolments(void **state)
{
	static const struct {
		enum fake_fault fault;
		int code;
		const char *words;
	} cases[] = {
	    {FAULT_UNSIGNED_PROFILE, ERR_CRYPTO, "not signed"},
	    {FAULT_OTHER_SIGNER, ERR_CRYPTO, "not trusted"},
	    {FAULT_NO_SCEP, ERR_INVALID, "com.apple.security.scep"},
	    {FAULT_HTTP_URL, ERR_INVALID, "not https"},
	    {FAULT_WRONG_IDENTITY, ERR_INVALID, "names no SCEP"},
	    {FAULT_FINGERPRINT, ERR_CRYPTO, "fingerprint"},
	    {FAULT_SCEP_REFUSES, ERR_DENIED, "badRequest"},
	    {FAULT_SCEP_NONCE, ERR_CRYPTO, "nonce"},
	    {FAULT_SCEP_TRANSACTION, ERR_CRYPTO, "transaction id"},
	    {FAULT_SCEP_SIGNER, ERR_CRYPTO, "not signed by the CA"},
	    {FAULT_SCEP_OTHER_KEY, ERR_CRYPTO, "our key"},
	    {FAULT_CHECKIN_500, ERR_IO, "status 500"},
	    {FAULT_CHECKIN_401, ERR_DENIED, "disowned"},
	    {FAULT_LINE_DOWN, ERR_IO, "line is down"},
	};
	struct scene s;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scene_open(&s);
		s.fake->fault = cases[i].fault;
		rc = enrol_by_url(&s.session, SCENE_LINK, &s.err);
		if (rc != -cases[i].code || !strstr(s.err.text, cases[i].words))
			fail_msg("case %zu: %s", i, s.err.text);
		assert_false(s.phone->mdm.enrolled);
		assert_null(s.phone->mdm.identity.key);
		assert_int_equal(json_array_size(s.phone->profiles), 0);
		scene_close(&s);
	}
}

static void test_signs_when_asked(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	s.fake->sign_message = true;
	assert_int_equal(enrol_by_url(&s.session, SCENE_LINK, &s.err), 0);
	assert_true(s.fake->got_signature);
	scene_close(&s);
}

static void test_unlock_token_follows_the_pin(void **state)
{
	const uint8_t *token;
	struct scene s;
	size_t len;

	(void)state;
	scene_open_enrolled(&s);
	phone_set_pin(s.phone, 6, false, false, fake_now_ms);
	assert_int_equal(scene_run(&s), 0);
	assert_int_equal(fake_count(s.fake, "TokenUpdate"), 2);
	token = property_data(s.fake->last_checkin, "UnlockToken", &len);
	assert_non_null(token);
	assert_int_equal(len, s.phone->mdm.unlock_token.len);
	assert_memory_equal(token, s.phone->mdm.unlock_token.data, len);
	assert_int_equal(scene_run(&s), 0);
	assert_int_equal(fake_count(s.fake, "TokenUpdate"), 2);
	scene_close(&s);
}

static void test_disowned_phone_forgets(void **state)
{
	struct scene s;

	(void)state;
	scene_open_enrolled(&s);
	s.fake->fault = FAULT_CONNECT_403;
	assert_int_equal(scene_run(&s), -ERR_DENIED);
	assert_false(s.phone->mdm.enrolled);
	assert_null(profile_find(s.phone, "fake.enrolment"));
	scene_close(&s);
}

static void test_removal_checks_out(void **state)
{
	struct scene s;
	size_t removal;

	(void)state;
	scene_open_enrolled(&s);
	assert_int_equal(action_run(&s.session, "remove_mdm", NULL, &s.err), 0);
	assert_true(fake_saw(s.fake, "CheckOut"));
	assert_false(s.phone->mdm.enrolled);
	assert_int_equal(
	    action_run(&s.session, "re_enrol", SCENE_LINK, &s.err), 0);
	removal = fake_queue(s.fake, "RemoveProfile", "Identifier",
	    plist_new_string("fake.enrolment"));
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, removal), "Acknowledged");
	assert_int_equal(fake_count(s.fake, "CheckOut"), 2);
	assert_false(s.phone->mdm.enrolled);
	scene_close(&s);
}

static void test_renews_its_certificate(void **state)
{
	struct scene s;
	X509 *old;

	(void)state;
	scene_open_enrolled(&s);
	old = s.phone->mdm.identity.certificate;
	X509_up_ref(old);
	assert_int_equal(action_run(&s.session, "renew", NULL, &s.err), 0);
	assert_string_equal(s.fake->scep_message_type, "17");
	assert_int_not_equal(
	    X509_cmp(old, s.phone->mdm.identity.certificate), 0);
	assert_int_equal(scene_run(&s), 0); /* with the new one */
	X509_free(old);
	scene_close(&s);
}

static void test_enrolment_profile_is_replaced(void **state)
{
	struct buf bytes = {0};
	struct scene s;
	size_t install;
	X509 *old;

	(void)state;
	scene_open_enrolled(&s);
	old = s.phone->mdm.identity.certificate;
	X509_up_ref(old);
	fake_enrolment_profile(s.fake, &bytes);
	install = fake_queue(s.fake, "InstallProfile", "Payload",
	    plist_new_data((const char *)bytes.data, bytes.len));
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, install), "Acknowledged");
	assert_int_not_equal(
	    X509_cmp(old, s.phone->mdm.identity.certificate), 0);
	assert_int_equal(s.phone->lives, 1);
	assert_int_equal(json_array_size(s.phone->profiles), 1);
	buf_clear(&bytes);
	X509_free(old);
	scene_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_enrols),
	    cmocka_unit_test(test_refuses_wrong_enrolments),
	    cmocka_unit_test(test_signs_when_asked),
	    cmocka_unit_test(test_unlock_token_follows_the_pin),
	    cmocka_unit_test(test_disowned_phone_forgets),
	    cmocka_unit_test(test_removal_checks_out),
	    cmocka_unit_test(test_renews_its_certificate),
	    cmocka_unit_test(test_enrolment_profile_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
