/*
 * virtual_behaviour_test: does a phone made of software misbehave exactly as it
 * was told?
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
#include "tests/phones/property.h"
#include "tests/unit/phones/scene.h"

static void test_lies_about_the_erase(void **state)
{
	struct scene s;
	size_t erase;

	(void)state;
	scene_open_enrolled(&s);
	assert_int_equal(action_run(&s.session, "lie_erase", NULL, &s.err), 0);
	erase = fake_queue(s.fake, "EraseDevice", NULL, NULL);
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, erase), "Acknowledged");
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
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, one), "NotNow");
	assert_string_equal(scene_status(&s, two), "NotNow");
	assert_int_equal(scene_run(&s), 0);
	assert_string_equal(scene_status(&s, one), "Acknowledged");
	assert_string_equal(scene_status(&s, two), "Acknowledged");
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
	assert_int_equal(scene_run(&s), 0);
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
	assert_int_equal(scene_run(&s), 0);
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
	assert_int_equal(scene_run(&s), -ERR_IO);
	assert_int_equal(s.fake->queue[one].answers, 0);
	assert_int_equal(scene_run(&s), 0);
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
	assert_int_equal(scene_run(&s), -ERR_IO);
	assert_int_equal(s.fake->drops, 1);
	assert_true(s.phone->mdm.unanswered.len > 0);
	assert_int_equal(scene_run(&s), 0);
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
	assert_int_equal(scene_run(&s), -ERR_IO);
	assert_int_equal(s.fake->seen_count, 0);
	fake_now_ms += 61 * TIME_SECOND_MS;
	assert_int_equal(scene_run(&s), 0);
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
	assert_int_equal(scene_run(&s), -ERR_IO);
	s.fake->fault = FAULT_NONE;
	assert_int_equal(scene_run(&s), 0);
	assert_int_equal(s.fake->queue[one].answers, 1);
	scene_close(&s);
}

static void test_rubbish_is_noted_when_taken(void **state)
{
	struct scene s;

	(void)state;
	scene_open_enrolled(&s);
	assert_int_equal(action_run(&s.session, "rubbish", NULL, &s.err), 0);
	assert_int_equal(s.phone->behaviour.rubbish, behaviour_rubbish_kinds());
	assert_int_equal(scene_run(&s), 0);
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
	    cmocka_unit_test(test_lies_about_the_erase),
	    cmocka_unit_test(test_not_now),
	    cmocka_unit_test(test_answers_twice),
	    cmocka_unit_test(test_answers_out_of_order),
	    cmocka_unit_test(test_lost_answer_is_executed_again),
	    cmocka_unit_test(test_lost_reply_is_answered_again),
	    cmocka_unit_test(test_lost_network_is_silence),
	    cmocka_unit_test(test_server_error_keeps_the_answer),
	    cmocka_unit_test(test_rubbish_is_noted_when_taken),
	    cmocka_unit_test(test_actions_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
