/*
 * virtual_command_test: does a phone made of software execute what it is told
 * and answer as iOS does?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "tests/phones/enrol.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"
#include "tests/unit/phones/scene.h"

static plist_t queries(const char *const *names)
{
	plist_t array = plist_new_array();

	for (; *names; names++)
		plist_array_append_item(array, plist_new_string(*names));
	return array;
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
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, install), "Acknowledged");
	info = property_dict(s.fake->last_answer, "SecurityInfo");
	assert_false(property_bool(info, "PasscodePresent", true));
	assert_false(property_bool(info, "PasscodeCompliant", true));
	phone_set_pin(s.phone, 6, false, false, fake_now_ms);
	fake_queue(s.fake, "SecurityInfo", NULL, NULL);
	assert_int_equal(scene_run(&s), 0);
	info = property_dict(s.fake->last_answer, "SecurityInfo");
	assert_true(property_bool(info, "PasscodePresent", false));
	assert_true(
	    property_bool(info, "PasscodeCompliantWithProfiles", false));
	fake_queue(
	    s.fake, "RemoveProfile", "Identifier", plist_new_string("rule"));
	assert_int_equal(scene_run(&s), 0);
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
	assert_int_equal(scene_run(&s), 0);
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
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, install), "Error");
	assert_int_equal(scene_error_code(&s), 4001);
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
	assert_int_equal(scene_run(&s), 0);
	assert_int_equal(scene_error_code(&s), 12075);
	profile_install(s.phone,
	    json_pack("{s:s, s:b}", "PayloadIdentifier", "hers", "managed", 0));
	fake_queue(
	    s.fake, "RemoveProfile", "Identifier", plist_new_string("hers"));
	assert_int_equal(scene_run(&s), 0);
	assert_int_equal(scene_error_code(&s), 12013);
	fake_queue(s.fake, "MakeCoffee", NULL, NULL);
	assert_int_equal(scene_run(&s), 0);
	assert_int_equal(scene_error_code(&s), 12021);
	last = fake_queue(s.fake, "DeviceInformation", NULL, NULL);
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, last), "CommandFormatError");
	last = fake_queue(s.fake, NULL, NULL, NULL);
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, last), "CommandFormatError");
	scene_close(&s);
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
	assert_int_equal(scene_run(&s), 0);
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
	assert_int_equal(scene_run(&s), 0);
	clear = fake_queue(
	    s.fake, "ClearPasscode", "UnlockToken", plist_new_data("no", 2));
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, clear), "Error");
	assert_true(s.phone->pin.set);
	clear = fake_queue(s.fake, "ClearPasscode", "UnlockToken",
	    plist_new_data((const char *)s.phone->mdm.unlock_token.data,
	        s.phone->mdm.unlock_token.len));
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, clear), "Acknowledged");
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
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, erase), "Acknowledged");
	assert_int_equal(s.fake->queue[behind].answers, 0);
	assert_true(s.phone->erased);
	assert_null(s.phone->mdm.identity.key);
	s.fake->seen_count = 0;
	assert_int_equal(scene_run(&s), 0);
	assert_int_equal(s.fake->seen_count, 0);
	assert_int_equal(enrol_by_url(&s.session, SCENE_LINK, &s.err), 0);
	assert_int_equal(s.phone->lives, 2);
	assert_false(s.phone->erased);
	scene_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pin_rule_comes_and_goes),
	    cmocka_unit_test(test_no_pin_and_no_rule_is_compliant),
	    cmocka_unit_test(test_untrusted_profile_is_refused),
	    cmocka_unit_test(test_errors_are_those_of_ios),
	    cmocka_unit_test(test_tells_only_what_is_asked),
	    cmocka_unit_test(test_passcode_is_cleared_by_its_token_only),
	    cmocka_unit_test(test_erase_answers_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
