/*
 * Question: are only those facts kept that the answered command asked for, and
 * does an answer without them close its command all the same?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/apple/answer.h"
#include "proto/apple/checkin.h"
#include "proto/base/err.h"
#include "tests/unit/server/story_world.h"

#define UDID "00008110-000A1B2C3D4E5F60"

static const char security_info[] =
    "<key>SecurityInfo</key><dict><key>PasscodePresent</key><true/>"
    "<key>PasscodeCompliant</key><true/></dict>";
static const char device_information[] =
    "<key>QueryResponses</key><dict><key>DeviceName</key>"
    "<string>Facts</string></dict>";
static const char nonsense[] =
    "<key>SecurityInfo</key><string>none of your business</string>";

static char certificate[STORE_SHA256];
static struct identity identity;

static void check_in(enum checkin_type type)
{
	struct checkin checkin = {.type = type, .udid = UDID};
	struct buf reply = {0};
	struct err err = {0};

	(void)snprintf(checkin.topic, sizeof(checkin.topic), "%s",
	    story.tenants[0].organisation.topic);
	(void)snprintf(checkin.authenticate.serial_number,
	    sizeof(checkin.authenticate.serial_number), "S-%s", UDID);
	checkin.token_update.push_token_len = 32;
	(void)snprintf(checkin.token_update.push_magic,
	    sizeof(checkin.token_update.push_magic), "magic");
	assert_int_equal(
	    service_identify(&story, certificate, &identity, &err), 0);
	if (service_check_in(
	        &story, certificate, &identity, &checkin, &reply, &err) < 0)
		fail_msg("%s", err.text);
	buf_clear(&reply);
}

/* Says it and gives the id and kind of the command that comes. */
static void say(const char *status, const char *id, const char *more,
    char next[STORE_ID], char type[32])
{
	struct answer answer = {0};
	struct buf body = {0};
	struct buf command = {0};
	struct err err = {0};
	const char *at;

	buf_printf(&body,
	    "<plist version=\"1.0\"><dict><key>UDID</key><string>" UDID
	    "</string><key>Status</key><string>%s</string>",
	    status);
	if (id)
		buf_printf(&body, "<key>CommandUUID</key><string>%s</string>%s",
		    id, more);
	buf_append_str(&body, "</dict></plist>");
	if (answer_parse(body.data, body.len, &answer, &err) < 0 ||
	    service_connect(&story, &identity, &answer, body.data, body.len,
	        &command, &err) < 0)
		fail_msg("%s", err.text);
	next[0] = type[0] = '\0';
	if (command.len > 0) {
		at = strstr((char *)command.data, "<key>CommandUUID</key>");
		at = strstr(at, "<string>") + 8;
		(void)snprintf(next, STORE_ID, "%.36s", at);
		at = strstr((char *)command.data, "<key>RequestType</key>");
		at = strstr(at, "<string>") + 8;
		(void)snprintf(type, 32, "%.*s", (int)strcspn(at, "<"), at);
	}
	answer_clear(&answer);
	buf_clear(&command);
	buf_clear(&body);
}

static int load_facts(struct txn *txn, void *arg, struct err *err)
{
	struct facts_row row = {0};
	int rc = store_facts_load(txn, identity.life_id, arg, &row, err);

	store_facts_clear(&row);
	return rc;
}

static bool has_facts(const char *kind)
{
	char name[32];
	int rc;

	(void)snprintf(name, sizeof(name), "%s", kind);
	rc = store_read(story.store, load_facts, name, NULL);
	assert_true(rc == 0 || rc == -ERR_NOT_FOUND);
	return rc == 0;
}

/*
 * A new life; its three questions are answered with the same words, but one
 * with none.
 */
static void answer_all_with(const char *words, const char *but)
{
	char id[STORE_ID];
	char next[STORE_ID];
	char type[32];
	int count = 0;

	story_now += 1000;
	story_issue(UDID, certificate);
	check_in(CHECKIN_AUTHENTICATE);
	check_in(CHECKIN_TOKEN_UPDATE);
	assert_int_equal(
	    service_identify(&story, certificate, &identity, NULL), 0);
	say("Idle", NULL, "", id, type);
	for (; id[0]; count++) {
		say("Acknowledged", id, strcmp(type, but) == 0 ? "" : words,
		    next, type);
		assert_string_not_equal(next, id);
		memcpy(id, next, sizeof(id));
	}
	assert_int_equal(count, 3);
}

static void test_facts_go_to_who_asked(void **state)
{
	(void)state;
	answer_all_with(security_info, "");
	assert_true(has_facts("SecurityInfo"));
	assert_false(has_facts("DeviceInformation"));
	assert_false(has_facts("ProfileList"));
	answer_all_with(device_information, "");
	assert_false(has_facts("SecurityInfo"));
	assert_true(has_facts("DeviceInformation"));
	answer_all_with(security_info, "SecurityInfo");
	assert_false(has_facts("SecurityInfo"));
}

static void test_no_facts_no_trace(void **state)
{
	(void)state;
	answer_all_with("", "");
	assert_false(has_facts("SecurityInfo"));
	assert_false(has_facts("DeviceInformation"));
	assert_false(has_facts("ProfileList"));
	answer_all_with(nonsense, "");
	assert_false(has_facts("SecurityInfo"));
}

/* The command is unknown: what comes with it was not asked for. */
static void test_facts_nobody_asked_for(void **state)
{
	char next[STORE_ID];
	char type[32];

	(void)state;
	answer_all_with("", "");
	say("Acknowledged", "01900000-0000-7000-8000-00000000ffff",
	    security_info, next, type);
	assert_string_equal(next, "");
	assert_false(has_facts("SecurityInfo"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_facts_go_to_who_asked),
	    cmocka_unit_test(test_no_facts_no_trace),
	    cmocka_unit_test(test_facts_nobody_asked_for),
	};

	return cmocka_run_group_tests(tests, story_begin, story_end);
}
