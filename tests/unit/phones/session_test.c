/*
 * session_test: does a phone made of software enrol as an iPhone does, refuse
 * what an iPhone refuses, execute its commands, and misbehave exactly as told?
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
#include "tests/phones/behaviour.h"
#include "tests/phones/enrol.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"
#include "tests/unit/phones/fake_server.h"

#define LINK "https://fake.test/enrol/1"

struct scene {
	struct fake *fake;
	struct phone *phone;
	struct session session;
	struct err err;
};

static void scene_open(struct scene *scene)
{
	struct phone_shape shape = {.serial = "VVKTEST1", .sims = 2};

	memset(scene, 0, sizeof(*scene));
	scene->fake = fake_new();
	assert_int_equal(phone_new(&shape, &scene->phone, NULL), 0);
	fake_trust(scene->fake, scene->phone);
	session_init(
	    &scene->session, scene->phone, &scene->fake->line, &fake_world);
}

static void scene_open_enrolled(struct scene *scene)
{
	scene_open(scene);
	assert_int_equal(enrol_by_url(&scene->session, LINK, &scene->err), 0);
}

static void scene_close(struct scene *scene)
{
	session_clear(&scene->session);
	phone_free(scene->phone);
	fake_free(scene->fake);
}

static int run(struct scene *scene)
{
	memset(&scene->err, 0, sizeof(scene->err));
	return session_run(&scene->session, &scene->err);
}

static void test_enrols(void **state)
{
	const uint8_t *token;
	struct scene s;
	size_t len;

	(void)state;
	scene_open_enrolled(&s);
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
	assert_int_equal(run(&s), 0);
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
		rc = enrol_by_url(&s.session, LINK, &s.err);
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
	assert_int_equal(enrol_by_url(&s.session, LINK, &s.err), 0);
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
	assert_int_equal(run(&s), 0);
	assert_int_equal(fake_count(s.fake, "TokenUpdate"), 2);
	token = property_data(s.fake->last_checkin, "UnlockToken", &len);
	assert_non_null(token);
	assert_int_equal(len, s.phone->mdm.unlock_token.len);
	assert_memory_equal(token, s.phone->mdm.unlock_token.data, len);
	assert_int_equal(run(&s), 0);
	assert_int_equal(fake_count(s.fake, "TokenUpdate"), 2);
	scene_close(&s);
}

static const char *status_of(const struct scene *s, size_t index)
{
	return s->fake->queue[index].status;
}

static int64_t error_code(const struct scene *s)
{
	plist_t chain = property_array(s->fake->last_answer, "ErrorChain");

	return chain
	    ? property_integer(plist_array_get_item(chain, 0), "ErrorCode", 0)
	    : 0;
}

static void test_pin_rule_comes_and_goes(void **state)
{
	struct scene s;
	plist_t info;
	size_t install;

	(void)state;
	scene_open_enrolled(&s);
	install = fake_queue(s.fake, "InstallProfile", "Payload",
	    fake_passcode_profile(s.fake, "rule", 6, true));
	fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, install), "Acknowledged");
	info = property_dict(s.fake->last_answer, "SecurityInfo");
	assert_false(property_bool(info, "PasscodePresent", true));
	assert_false(property_bool(info, "PasscodeCompliant", true));
	phone_set_pin(s.phone, 6, false, false, fake_now_ms);
	fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	assert_int_equal(run(&s), 0);
	info = property_dict(s.fake->last_answer, "SecurityInfo");
	assert_true(property_bool(info, "PasscodePresent", false));
	assert_true(
	    property_bool(info, "PasscodeCompliantWithProfiles", false));
	fake_queue(
	    s.fake, "RemoveProfile", "Identifier", plist_new_string("rule"));
	assert_int_equal(run(&s), 0);
	assert_null(profile_find(s.phone, "rule"));
	assert_int_equal(json_array_size(s.phone->anomalies), 0);
	scene_close(&s);
}

static void test_no_pin_and_no_rule_is_compliant(void **state)
{
	struct scene s;
	plist_t info;

	(void)state;
	scene_open_enrolled(&s);
	fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	assert_int_equal(run(&s), 0);
	info = property_dict(s.fake->last_answer, "SecurityInfo");
	assert_false(property_bool(info, "PasscodePresent", true));
	assert_true(property_bool(info, "PasscodeCompliant", false));
	scene_close(&s);
}

static void test_untrusted_profile_is_refused(void **state)
{
	struct scene s;
	size_t install;

	(void)state;
	scene_open_enrolled(&s);
	install = fake_queue(s.fake, "InstallProfile", "Payload",
	    fake_passcode_profile(s.fake, "rule", 6, false));
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, install), "Error");
	assert_int_equal(error_code(&s), 4001);
	assert_null(profile_find(s.phone, "rule"));
	scene_close(&s);
}

static void test_errors_are_those_of_ios(void **state)
{
	struct scene s;
	size_t last;

	(void)state;
	scene_open_enrolled(&s);
	fake_queue(s.fake, "RemoveProfile", "Identifier",
	    plist_new_string("never.seen"));
	assert_int_equal(run(&s), 0);
	assert_int_equal(error_code(&s), 12075);
	profile_install(s.phone,
	    json_pack("{s:s, s:b}", "PayloadIdentifier", "hers", "managed", 0));
	fake_queue(
	    s.fake, "RemoveProfile", "Identifier", plist_new_string("hers"));
	assert_int_equal(run(&s), 0);
	assert_int_equal(error_code(&s), 12013);
	fake_queue(s.fake, "MakeCoffee", NULL, NULL);
	assert_int_equal(run(&s), 0);
	assert_int_equal(error_code(&s), 12021);
	last = fake_queue(s.fake, "DeviceInformation", NULL, NULL);
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, last), "CommandFormatError");
	last = fake_queue(s.fake, NULL, NULL, NULL);
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, last), "CommandFormatError");
	scene_close(&s);
}

static plist_t queries(const char *const *names)
{
	plist_t array = plist_new_array();

	for (; *names; names++)
		plist_array_append_item(array, plist_new_string(*names));
	return array;
}

static void test_tells_only_what_is_asked(void **state)
{
	static const char *const asked[] = {
	    "SerialNumber", "IMEI", "ServiceSubscriptions", "FlyingCar", NULL};
	plist_t subscriptions;
	plist_t answers;
	struct scene s;

	(void)state;
	scene_open_enrolled(&s);
	fake_queue(s.fake, "DeviceInformation", "Queries", queries(asked));
	assert_int_equal(run(&s), 0);
	answers = property_dict(s.fake->last_answer, "QueryResponses");
	assert_int_equal(plist_dict_get_size(answers), 3);
	assert_string_equal(
	    property_string(answers, "SerialNumber"), "VVKTEST1");
	assert_int_equal(strlen(property_string(answers, "IMEI")), 18);
	subscriptions = property_array(answers, "ServiceSubscriptions");
	assert_int_equal(plist_array_get_size(subscriptions), 2);
	assert_string_equal(
	    property_string(
	        plist_array_get_item(subscriptions, 1), "PhoneNumber"),
	    s.phone->sims[1].number);
	/* iOS answers never repeat the request. */
	assert_null(property_string(s.fake->last_answer, "RequestType"));
	scene_close(&s);
}

static void test_passcode_is_cleared_by_its_token_only(void **state)
{
	struct scene s;
	size_t clear;

	(void)state;
	scene_open_enrolled(&s);
	phone_set_pin(s.phone, 6, false, false, fake_now_ms);
	assert_int_equal(run(&s), 0);
	clear = fake_queue(
	    s.fake, "ClearPasscode", "UnlockToken", plist_new_data("no", 2));
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, clear), "Error");
	assert_true(s.phone->pin.set);
	clear = fake_queue(s.fake, "ClearPasscode", "UnlockToken",
	    plist_new_data((const char *)s.phone->mdm.unlock_token.data,
	        s.phone->mdm.unlock_token.len));
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, clear), "Acknowledged");
	assert_false(s.phone->pin.set);
	scene_close(&s);
}

static void test_erase_answers_first(void **state)
{
	struct scene s;
	size_t erase;
	size_t behind;

	(void)state;
	scene_open_enrolled(&s);
	erase = fake_queue(s.fake, "EraseDevice", NULL, NULL);
	behind = fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, erase), "Acknowledged");
	assert_int_equal(s.fake->queue[behind].answers, 0);
	assert_true(s.phone->erased);
	assert_null(s.phone->mdm.identity.key);
	s.fake->seen_count = 0;
	assert_int_equal(run(&s), 0);
	assert_int_equal(s.fake->seen_count, 0);
	assert_int_equal(enrol_by_url(&s.session, LINK, &s.err), 0);
	assert_int_equal(s.phone->lives, 2);
	assert_false(s.phone->erased);
	scene_close(&s);
}

static void test_lies_about_the_erase(void **state)
{
	struct scene s;
	size_t erase;

	(void)state;
	scene_open_enrolled(&s);
	assert_int_equal(action_run(&s.session, "lie_erase", NULL, &s.err), 0);
	erase = fake_queue(s.fake, "EraseDevice", NULL, NULL);
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, erase), "Acknowledged");
	assert_true(s.phone->mdm.enrolled);
	assert_false(s.phone->erased);
	scene_close(&s);
}

static void test_not_now(void **state)
{
	struct scene s;
	size_t one;
	size_t two;

	(void)state;
	scene_open_enrolled(&s);
	one = fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	two = fake_queue(s.fake, "ProfileList", NULL, NULL);
	assert_int_equal(action_run(&s.session, "not_now", "2", &s.err), 0);
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, one), "NotNow");
	assert_string_equal(status_of(&s, two), "NotNow");
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, one), "Acknowledged");
	assert_string_equal(status_of(&s, two), "Acknowledged");
	assert_int_equal(s.fake->queue[one].answers, 2);
	assert_int_equal(json_array_size(s.phone->anomalies), 0);
	scene_close(&s);
}

static void test_answers_twice(void **state)
{
	struct scene s;
	size_t one;
	size_t two;

	(void)state;
	scene_open_enrolled(&s);
	one = fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	two = fake_queue(s.fake, "ProfileList", NULL, NULL);
	s.phone->behaviour.answer_twice = 1;
	assert_int_equal(run(&s), 0);
	assert_int_equal(s.fake->queue[one].answers, 2);
	assert_int_equal(s.fake->queue[two].answers, 1);
	scene_close(&s);
}

static void test_answers_out_of_order(void **state)
{
	struct scene s;
	size_t i;

	(void)state;
	scene_open_enrolled(&s);
	for (i = 0; i < 3; i++)
		fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	s.phone->behaviour.out_of_order = 1;
	assert_int_equal(run(&s), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(s.fake->queue[i].answers, 2);
	assert_int_equal(fake_count(s.fake, "NotNow"), 3);
	assert_int_equal(fake_count(s.fake, "Acknowledged"), 3);
	/* The last asked is the first done. */
	assert_string_equal(property_string(s.fake->last_answer, "CommandUUID"),
	    s.fake->queue[0].uuid);
	scene_close(&s);
}

static void test_lost_answer_is_executed_again(void **state)
{
	struct scene s;
	size_t one;

	(void)state;
	scene_open_enrolled(&s);
	one = fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	s.phone->behaviour.lose_answer = 1;
	assert_int_equal(run(&s), -ERR_IO);
	assert_int_equal(s.fake->queue[one].answers, 0);
	assert_int_equal(run(&s), 0);
	assert_int_equal(s.fake->queue[one].answers, 1);
	assert_int_equal(s.fake->queue[one].sent, 2);
	assert_int_equal(json_array_size(s.phone->anomalies), 0);
	scene_close(&s);
}

static void test_lost_reply_is_answered_again(void **state)
{
	struct scene s;
	size_t one;

	(void)state;
	scene_open_enrolled(&s);
	one = fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	s.phone->behaviour.lose_reply = 1;
	assert_int_equal(run(&s), -ERR_IO);
	assert_int_equal(s.fake->drops, 1);
	assert_true(s.phone->mdm.unanswered.len > 0);
	assert_int_equal(run(&s), 0);
	assert_int_equal(s.fake->queue[one].answers, 2);
	assert_int_equal(s.phone->mdm.unanswered.len, 0);
	scene_close(&s);
}

static void test_lost_network_is_silence(void **state)
{
	struct scene s;

	(void)state;
	scene_open_enrolled(&s);
	assert_int_equal(
	    action_run(&s.session, "lose_network", "60", &s.err), 0);
	s.fake->seen_count = 0;
	assert_int_equal(run(&s), -ERR_IO);
	assert_int_equal(s.fake->seen_count, 0);
	fake_now_ms += 61 * TIME_SECOND_MS;
	assert_int_equal(run(&s), 0);
	assert_int_equal(s.fake->seen_count, 1);
	scene_close(&s);
}

static void test_server_error_keeps_the_answer(void **state)
{
	struct scene s;
	size_t one;

	(void)state;
	scene_open_enrolled(&s);
	one = fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	s.fake->fault = FAULT_CONNECT_500;
	assert_int_equal(run(&s), -ERR_IO);
	s.fake->fault = FAULT_NONE;
	assert_int_equal(run(&s), 0);
	assert_int_equal(s.fake->queue[one].answers, 1);
	scene_close(&s);
}

static void test_disowned_phone_forgets(void **state)
{
	struct scene s;

	(void)state;
	scene_open_enrolled(&s);
	s.fake->fault = FAULT_CONNECT_403;
	assert_int_equal(run(&s), -ERR_DENIED);
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
	assert_int_equal(action_run(&s.session, "re_enrol", LINK, &s.err), 0);
	removal = fake_queue(s.fake, "RemoveProfile", "Identifier",
	    plist_new_string("fake.enrolment"));
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, removal), "Acknowledged");
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
	assert_int_equal(run(&s), 0); /* with the new one */
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
	assert_int_equal(run(&s), 0);
	assert_string_equal(status_of(&s, install), "Acknowledged");
	assert_int_not_equal(
	    X509_cmp(old, s.phone->mdm.identity.certificate), 0);
	assert_int_equal(s.phone->lives, 1);
	assert_int_equal(json_array_size(s.phone->profiles), 1);
	buf_clear(&bytes);
	X509_free(old);
	scene_close(&s);
}

static void test_rubbish_is_noted_when_taken(void **state)
{
	struct scene s;

	(void)state;
	scene_open_enrolled(&s);
	assert_int_equal(action_run(&s.session, "rubbish", NULL, &s.err), 0);
	assert_int_equal(s.phone->behaviour.rubbish, behaviour_rubbish_kinds());
	assert_int_equal(run(&s), 0);
	assert_int_equal(s.phone->behaviour.rubbish, 0);
	/* The naive fake takes an unknown status, a missing and a foreign
	 * UDID, and a body of 5 MB: all four must have been noticed. */
	assert_int_equal(json_array_size(s.phone->anomalies), 4);
	scene_close(&s);
}

static void test_actions_are_checked(void **state)
{
	static const char *const bad[][2] = {{"fly", NULL}, {"not_now", "x"},
	    {"not_now", "-1"}, {"lie_erase", "perhaps"}, {"sims", "9"},
	    {"lose_network", NULL}, {"set_pin", "abc"}, {"set_pin", "9999999"},
	    {"name", "\xff"}, {"re_enrol", NULL}};
	struct scene s;
	size_t i;

	(void)state;
	scene_open_enrolled(&s);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(
		    action_run(&s.session, bad[i][0], bad[i][1], &s.err) < 0);
	assert_int_equal(action_run(&s.session, "pin", "4,simple", &s.err), 0);
	assert_true(s.phone->pin.set && s.phone->pin.simple);
	assert_int_equal(s.phone->pin.length, 4);
	assert_int_equal(action_run(&s.session, "pin", "off", &s.err), 0);
	assert_false(s.phone->pin.set);
	s.session.line = NULL;
	assert_int_equal(
	    action_run(&s.session, "poll", NULL, &s.err), -ERR_CONFLICT);
	scene_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_enrols),
	    cmocka_unit_test(test_refuses_wrong_enrolments),
	    cmocka_unit_test(test_signs_when_asked),
	    cmocka_unit_test(test_unlock_token_follows_the_pin),
	    cmocka_unit_test(test_pin_rule_comes_and_goes),
	    cmocka_unit_test(test_no_pin_and_no_rule_is_compliant),
	    cmocka_unit_test(test_untrusted_profile_is_refused),
	    cmocka_unit_test(test_errors_are_those_of_ios),
	    cmocka_unit_test(test_tells_only_what_is_asked),
	    cmocka_unit_test(test_passcode_is_cleared_by_its_token_only),
	    cmocka_unit_test(test_erase_answers_first),
	    cmocka_unit_test(test_lies_about_the_erase),
	    cmocka_unit_test(test_not_now),
	    cmocka_unit_test(test_answers_twice),
	    cmocka_unit_test(test_answers_out_of_order),
	    cmocka_unit_test(test_lost_answer_is_executed_again),
	    cmocka_unit_test(test_lost_reply_is_answered_again),
	    cmocka_unit_test(test_lost_network_is_silence),
	    cmocka_unit_test(test_server_error_keeps_the_answer),
	    cmocka_unit_test(test_disowned_phone_forgets),
	    cmocka_unit_test(test_removal_checks_out),
	    cmocka_unit_test(test_renews_its_certificate),
	    cmocka_unit_test(test_enrolment_profile_is_replaced),
	    cmocka_unit_test(test_rubbish_is_noted_when_taken),
	    cmocka_unit_test(test_actions_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
