/*
 * virtual_messages_test: does every message these phones send satisfy Apple's schema?
 * Judged by validate.py in the folder WORKPHONE_APPLE_SCHEMA; skipped aloud
 * without it.
 */
#include <dirent.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "tests/phones/dump.h"
#include "tests/phones/enrol.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"
#include "tests/unit/phones/fake_server.h"

#define LINK "https://fake.test/enrol/1"
#define FILES_MAX 200

extern char **environ;

static char folder[] = "/tmp/phones-messages-XXXXXX";

static plist_t all_queries(void)
{
	static const char *const names[] = {"UDID", "DeviceName", "OSVersion",
	    "BuildVersion", "ModelName", "Model", "ProductName", "SerialNumber",
	    "DeviceCapacity", "AvailableDeviceCapacity", "IMEI", "MEID",
	    "CellularTechnology", "BatteryLevel", "IsSupervised",
	    "IsDeviceLocatorServiceEnabled", "IsActivationLockEnabled",
	    "IsCloudBackupEnabled", "IsMDMLostModeEnabled",
	    "ServiceSubscriptions", "WiFiMAC", "BluetoothMAC", "ICCID",
	    "PhoneNumber", "CurrentCarrierNetwork", "SubscriberCarrierNetwork",
	    "CurrentMCC", "CurrentMNC", "SubscriberMCC", "SubscriberMNC",
	    "DataRoamingEnabled", "VoiceRoamingEnabled", "IsRoaming",
	    "PersonalHotspotEnabled", "PushToken", "IsMultiUser",
	    "IsDoNotDisturbInEffect", "AwaitingConfiguration",
	    "IsNetworkTethered", "DiagnosticSubmissionEnabled",
	    "AppAnalyticsEnabled", "iTunesStoreAccountIsActive"};
	plist_t array = plist_new_array();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		plist_array_append_item(array, plist_new_string(names[i]));
	return array;
}

static void queue_everything(struct fake *fake, struct phone *phone)
{
	fake_queue(fake, "InstallProfile", "Payload",
	    fake_passcode_profile(fake, "rule", 6, true));
	fake_queue(fake, "InstallProfile", "Payload",
	    fake_passcode_profile(fake, "bad", 6, false));
	fake_queue(fake, "ProfileList", NULL, NULL);
	fake_queue(fake, "DeviceInformation", "Queries", all_queries());
	fake_queue(fake, "DeviceInformation", NULL, NULL); /* format error */
	fake_queue(fake, "SecurityInfo", NULL, NULL);
	fake_queue(fake, "CertificateList", NULL, NULL);
	fake_queue(fake, "InstalledApplicationList", NULL, NULL);
	fake_queue(
	    fake, "RemoveProfile", "Identifier", plist_new_string("unknown"));
	fake_queue(
	    fake, "RemoveProfile", "Identifier", plist_new_string("rule"));
	fake_queue(fake, "DeviceLock", NULL, NULL);
	fake_queue(fake, "Settings", NULL, NULL); /* 12021 */
	fake_queue(
	    fake, "ClearPasscode", "UnlockToken", plist_new_data("x", 1));
	fake_queue(fake, "ClearPasscode", "UnlockToken",
	    plist_new_data((const char *)phone->mdm.unlock_token.data,
	        phone->mdm.unlock_token.len));
}

/* A whole life, every message of which goes into the folder. */
static void live(const char *product_name, const char *serial)
{
	struct phone_shape shape = {.serial = serial,
	    .product_name = product_name,
	    .sims = 3,
	    .pin = true};
	struct fake *fake = fake_new();
	struct phone *phone = NULL;
	struct session session;
	struct err err = {0};

	assert_int_equal(phone_new(&shape, &phone, &err), 0);
	fake_trust(fake, phone);
	session_init(&session, phone, &fake->line, &fake_world);
	assert_int_equal(enrol_by_url(&session, LINK, &err), 0);
	assert_int_equal(session_run(&session, &err), 0);
	assert_true(phone->mdm.unlock_token.len > 0);
	queue_everything(fake, phone);
	phone->behaviour.not_now = 3;
	assert_int_equal(session_run(&session, &err), 0);
	assert_int_equal(session_run(&session, &err), 0);
	assert_int_equal(enrol_remove(&session, &err), 0);
	assert_int_equal(enrol_by_url(&session, LINK, &err), 0);
	fake_queue(fake, "EraseDevice", NULL, NULL);
	assert_int_equal(session_run(&session, &err), 0);
	assert_true(phone->erased);
	session_clear(&session);
	phone_free(phone);
	fake_free(fake);
}

struct listing {
	char *files[FILES_MAX];
	size_t count;
};

static void list_files(
    const char *serial, const char *part, struct listing *out)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);

	assert_non_null(dir);
	out->count = 0;
	while ((entry = readdir(dir)) != NULL) {
		if (!strstr(entry->d_name, serial) ||
		    !strstr(entry->d_name, part))
			continue;
		assert_true(out->count < FILES_MAX);
		assert_true(asprintf(&out->files[out->count++], "%s/%s", folder,
		                entry->d_name) > 0);
	}
	closedir(dir);
}

static void free_files(struct listing *list)
{
	while (list->count > 0)
		free(list->files[--list->count]);
}

static int spawn(char **argv)
{
	int status = -1;
	pid_t pid;

	assert_int_equal(
	    posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Every file of that serial and part is right; at least `least` there are. */
static void judge(const char *serial, const char *part, const char *kind,
    const char *request_type, bool lenient, size_t least)
{
	const char *schema = getenv("WORKPHONE_APPLE_SCHEMA");
	char program[512];
	char json[512];
	char *argv[FILES_MAX + 16];
	struct listing list;
	size_t at = 0;
	size_t i;

	(void)snprintf(program, sizeof(program), "%s/validate.py", schema);
	(void)snprintf(json, sizeof(json), "%s/ios-schema.json", schema);
	list_files(serial, part, &list);
	if (list.count < least)
		fail_msg("%zu files of %s %s", list.count, serial, part);
	argv[at++] = strdup("python3");
	argv[at++] = strdup(program);
	argv[at++] = strdup("--schema");
	argv[at++] = strdup(json);
	argv[at++] = strdup("--quiet");
	argv[at++] = strdup("--kind");
	argv[at++] = strdup(kind);
	if (lenient)
		argv[at++] = strdup("--from-device");
	if (request_type) {
		argv[at++] = strdup("--request-type");
		argv[at++] = strdup(request_type);
	}
	for (i = 0; i < list.count; i++)
		argv[at++] = strdup(list.files[i]);
	argv[at] = NULL;
	assert_int_equal(spawn(argv), 0);
	while (at > 0)
		free(argv[--at]);
	free_files(&list);
}

static void judge_life(const char *serial, bool lenient)
{
	static const struct {
		const char *part;
		const char *request_type;
		size_t least;
	} answers[] = {{"sent-answer-Idle", NULL, 2},
	    {"sent-answer-InstallProfile", "InstallProfile", 2},
	    {"sent-answer-ProfileList", "ProfileList", 1},
	    {"sent-answer-DeviceInformation", "DeviceInformation", 2},
	    {"sent-answer-SecurityInfo", "SecurityInfo", 1},
	    {"sent-answer-CertificateList", "CertificateList", 1},
	    {"sent-answer-InstalledApplicationList", "InstalledApplicationList",
	        1},
	    {"sent-answer-RemoveProfile", "RemoveProfile", 2},
	    {"sent-answer-DeviceLock", "DeviceLock", 1},
	    {"sent-answer-Settings", "Settings", 1},
	    {"sent-answer-ClearPasscode", "ClearPasscode", 2},
	    {"sent-answer-EraseDevice", "EraseDevice", 1}};
	size_t i;

	judge(serial, "sent-checkin-", "checkin", NULL, lenient, 6);
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		judge(serial, answers[i].part, "command-response",
		    answers[i].request_type, lenient, answers[i].least);
}

static void test_messages_satisfy_the_schema(void **state)
{
	(void)state;
	if (!getenv("WORKPHONE_APPLE_SCHEMA")) {
		print_message("SKIP: WORKPHONE_APPLE_SCHEMA is not set\n");
		skip();
	}
	live("iPhone15,4", "NEWPHONE");
	judge_life("NEWPHONE", false);
	/* iOS before 17 leaves out PayloadUUID in nested payloads. */
	live("iPhone11,8", "OLDPHONE");
	judge_life("OLDPHONE", true);
}

static int open_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	fake_world.dump = folder;
	return dump_start(folder, NULL);
}

static int remove_folder(void **state)
{
	struct listing list;
	size_t i;

	(void)state;
	list_files("PHONE", "-", &list);
	while (list.count > 0) {
		for (i = 0; i < list.count; i++)
			(void)unlink(list.files[i]);
		free_files(&list);
		break;
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_messages_satisfy_the_schema),
	};

	return cmocka_run_group_tests(tests, open_folder, remove_folder);
}
