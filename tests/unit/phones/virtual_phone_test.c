/*
 * virtual_phone_test: is a phone made of software the same phone tomorrow, does it keep
 * its state, and does it judge its own PIN as an iPhone does?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "tests/phones/files.h"
#include "tests/phones/folder.h"
#include "tests/phones/passcode.h"
#include "tests/phones/phone_state.h"
#include "tests/phones/profile.h"
#include "tests/phones/property.h"
#include "tests/unit/phones/fake_scep.h"
#include "tests/unit/phones/fake_server.h"

#define SERIAL_65                                                              \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"  /* 32 */                           \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* 33 */

static struct phone *make_phone(const char *serial)
{
	struct phone_shape shape = {.serial = serial, .sims = 2};
	struct phone *phone = NULL;
	struct err err = {0};

	assert_int_equal(phone_new(&shape, &phone, &err), 0);
	return phone;
}

static bool luhn_holds(const char *digits)
{
	size_t len = strlen(digits);
	int sum = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		int digit = digits[len - 1 - i] - '0';

		assert_in_range(digit, 0, 9);
		if (i % 2 == 1 && (digit *= 2) > 9)
			digit -= 9;
		sum += digit;
	}
	return sum % 10 == 0;
}

static void test_serial_decides_hardware(void **state)
{
	struct phone *one = make_phone("VVK0001");
	struct phone *same = make_phone("VVK0001");
	struct phone *other = make_phone("VVK0002");

	(void)state;
	assert_string_equal(one->hardware.udid, same->hardware.udid);
	assert_string_equal(one->hardware.imei, same->hardware.imei);
	assert_string_not_equal(one->hardware.udid, other->hardware.udid);
	assert_string_not_equal(one->hardware.imei, other->hardware.imei);
	assert_int_equal(strlen(one->hardware.udid), 25);
	assert_int_equal(one->hardware.udid[8], '-');
	assert_int_equal(strlen(one->hardware.imei), 15);
	assert_true(luhn_holds(one->hardware.imei));
	assert_true(luhn_holds(one->sims[0].iccid));
	assert_int_equal(strlen(one->sims[1].iccid), 19);
	assert_string_not_equal(one->sims[0].iccid, one->sims[1].iccid);
	phone_free(one);
	phone_free(same);
	phone_free(other);
}

static void test_shape_is_checked(void **state)
{
	static const char *const bad[] = {
	    "", "a/b", "../x", "white space", SERIAL_65};
	struct phone_shape shape = {
	    .serial = "OK1", .product_name = "Fairphone5"};
	struct phone *phone = NULL;
	size_t i;

	(void)state;
	assert_int_equal(phone_new(&shape, &phone, NULL), -ERR_INVALID);
	shape.product_name = NULL;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		shape.serial = bad[i];
		assert_int_equal(phone_new(&shape, &phone, NULL), -ERR_INVALID);
	}
	assert_null(phone);
}

static void add_policy(struct phone *phone, const char *json)
{
	json_t *record = json_pack("{s:s, s:[o]}", "PayloadIdentifier", "rule",
	    "passcode", json_loads(json, 0, NULL));

	assert_non_null(record);
	profile_install(phone, record);
}

static void test_pin_is_judged(void **state)
{
	/* clang-format off */
	static const struct {
		const char *policy; /* NULL: none */
		struct phone_pin pin;
		bool compliant;
	} cases[] = {
		/* All captured SecurityInfo say so of a phone without both. */
		{NULL, {.set = false}, true},
		{NULL, {.set = true, .length = 4, .simple = true}, true},
		{"{\"forcePIN\":true}", {.set = false}, false},
		{"{\"forcePIN\":true}", {.set = true, .length = 4}, true},
		{"{\"minLength\":6}", {.set = false}, true},
		{"{\"forcePIN\":true,\"minLength\":6}", {.set = true, .length = 4}, false},
		{"{\"forcePIN\":true,\"minLength\":6}", {.set = true, .length = 6}, true},
		{"{\"forcePIN\":true}", {.set = true, .length = 6, .simple = true}, true},
		{"{\"forcePIN\":true,\"allowSimple\":true}", {.set = true, .length = 6, .simple = true}, true},
		{"{\"forcePIN\":true,\"allowSimple\":false}", {.set = true, .length = 6, .simple = true}, false},
		{"{\"forcePIN\":true,\"requireAlphanumeric\":true}", {.set = true, .length = 6}, false},
		{"{\"forcePIN\":true,\"requireAlphanumeric\":true}", {.set = true, .length = 6, .alphanumeric = true}, true},
		{"{\"forcePIN\":true,\"minComplexChars\":1}", {.set = true, .length = 9}, false},
	};
	/* clang-format on */
	struct phone *phone;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		phone = make_phone("VVK0001");
		if (cases[i].policy)
			add_policy(phone, cases[i].policy);
		phone->pin = cases[i].pin;
		assert_int_equal(
		    passcode_is_compliant(phone), cases[i].compliant);
		phone_free(phone);
	}
}

static void test_strictest_policy_counts(void **state)
{
	struct phone *phone = make_phone("VVK0001");
	json_t *second;

	(void)state;
	add_policy(phone, "{\"forcePIN\":true,\"minLength\":4}");
	second = json_pack("{s:s, s:[{s:i, s:i}]}", "PayloadIdentifier", "two",
	    "passcode", "minLength", 8, "maxGracePeriod", 5);
	profile_install(phone, second);
	phone->pin = (struct phone_pin){.set = true, .length = 6};
	assert_false(passcode_is_compliant(phone));
	assert_int_equal(passcode_grace_seconds(phone), 300);
	profile_remove(phone, "two");
	assert_true(passcode_is_compliant(phone));
	assert_int_equal(passcode_grace_seconds(phone), 0);
	phone_free(phone);
}

static uint32_t number_at(const uint8_t *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 |
	    (uint32_t)data[2] << 8 | data[3];
}

/* Walks the tag-length-value items; the count when they fill it exactly. */
static int walk_items(const uint8_t *data, size_t len)
{
	size_t at = 0;
	int count = 0;

	while (at + 8 <= len) {
		at += 8 + number_at(data + at + 4);
		count++;
	}
	return at == len ? count : -1;
}

static void test_unlock_token_is_a_keybag(void **state)
{
	struct buf token = {0};
	struct buf other = {0};

	(void)state;
	assert_int_equal(
	    passcode_make_unlock_token(fake_world.rng, &token, NULL), 0);
	assert_int_equal(
	    passcode_make_unlock_token(fake_world.rng, &other, NULL), 0);
	assert_in_range(token.len, 1000, 1310);
	assert_memory_equal(token.data, "DATA", 4);
	assert_int_equal(walk_items(token.data, token.len), 2);
	assert_true(walk_items(token.data + 8, number_at(token.data + 4)) > 50);
	assert_memory_not_equal(token.data, other.data, token.len);
	buf_clear(&token);
	buf_clear(&other);
}

static void fill_mdm(struct phone *phone)
{
	struct phone_mdm *mdm = &phone->mdm;

	fake_make_ca(
	    "identity", &mdm->identity.key, &mdm->identity.certificate);
	mdm->enrolled = true;
	mdm->sign_message = true;
	mdm->access_rights = 8191;
	mdm->scep.key_size = 2048;
	(void)snprintf(mdm->topic, sizeof(mdm->topic), "com.apple.mgmt.x");
	(void)snprintf(
	    mdm->profile_identifier, sizeof(mdm->profile_identifier), "own");
	memset(mdm->push_token, 0xa5, sizeof(mdm->push_token));
	buf_append(&mdm->unlock_token, "\0secret\xff", 8);
	buf_append_str(&mdm->unanswered, "<plist/>");
}

static void test_state_survives(void **state)
{
	struct phone *phone = make_phone("VVK0001");
	struct phone *back = NULL;
	struct err err = {0};
	json_t *json;
	json_t *again;
	char *text;

	(void)state;
	fill_mdm(phone);
	phone_set_pin(phone, 8, false, true, 1234567890123);
	phone->behaviour.not_now = 3;
	phone->behaviour.lie_erase = true;
	phone->behaviour.network_lost_until = INT64_C(99999999999999);
	add_policy(phone, "{\"forcePIN\":true}");
	phone_log_command(phone, "u1", "SecurityInfo", 5);
	phone_log_answer(phone, "u1", "Acknowledged", true);
	phone_note_anomaly(phone, "strange: %d", 7);
	json = phone_state_encode(phone, &err);
	text = json_dumps(json, JSON_SORT_KEYS);
	assert_int_equal(phone_state_parse(text, strlen(text), &back, &err), 0);
	again = phone_state_encode(back, &err);
	assert_true(json_equal(json, again));
	assert_false(back->changed);
	assert_true(
	    EVP_PKEY_eq(back->mdm.identity.key, phone->mdm.identity.key) == 1);
	assert_int_equal(back->mdm.unlock_token.len, 8);
	free(text);
	json_decref(json);
	json_decref(again);
	phone_free(phone);
	phone_free(back);
}

static void test_bad_state_is_refused(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "{}", "null",
	    "{\"hardware\":{\"serial\":7}}",
	    "{\"hardware\":{\"serial\":\"A\"},\"mdm\":{\"enrolled\":true}}",
	    "{\"hardware\":{\"serial\":\"A\"},\"anchors\":\"no PEM\"}",
	    "{\"hardware\":{\"serial\":\"A\"},\"mdm\":{\"unlock_token\":\"*\"}"
	    "}",
	    "{\"hardware\":{\"serial\":\"A\"},\"mdm\":{\"identity\":"
	    "{\"certificate\":\"x\",\"key\":\"y\"}}}"};
	struct phone *phone = NULL;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&err, 0, sizeof(err));
		assert_true(phone_state_parse(
		                bad[i], strlen(bad[i]), &phone, &err) < 0);
		assert_null(phone);
		assert_true(err.text[0] != '\0');
	}
}

static void test_summary_tells_no_secret(void **state)
{
	struct phone *phone = make_phone("VVK0001");
	json_t *summary;
	char *text;

	(void)state;
	fill_mdm(phone);
	summary = phone_state_summary(phone);
	text = json_dumps(summary, 0);
	assert_null(strstr(text, "PRIVATE KEY"));
	assert_null(strstr(text, "c2VjcmV0"));
	assert_true(json_is_true(json_object_get(summary, "enrolled")));
	free(text);
	json_decref(summary);
	phone_free(phone);
}

static void test_erase_leaves_nothing(void **state)
{
	struct phone *phone = make_phone("VVK0001");

	(void)state;
	fill_mdm(phone);
	phone_set_pin(phone, 6, false, false, 1);
	add_policy(phone, "{\"forcePIN\":true}");
	phone_erase(phone);
	assert_true(phone->erased);
	assert_false(phone->setup_done);
	assert_false(phone->pin.set);
	assert_false(phone->mdm.enrolled);
	assert_null(phone->mdm.identity.key);
	assert_int_equal(phone->mdm.unlock_token.len, 0);
	assert_int_equal(json_array_size(phone->profiles), 0);
	phone_free(phone);
}

static void test_forgetting_takes_managed_profiles_only(void **state)
{
	struct phone *phone = make_phone("VVK0001");

	(void)state;
	fill_mdm(phone);
	profile_install(phone,
	    json_pack("{s:s, s:b}", "PayloadIdentifier", "own", "managed", 0));
	profile_install(phone,
	    json_pack("{s:s, s:b}", "PayloadIdentifier", "wifi", "managed", 1));
	profile_install(phone,
	    json_pack("{s:s, s:b}", "PayloadIdentifier", "mine", "managed", 0));
	phone_forget_mdm(phone);
	assert_int_equal(json_array_size(phone->profiles), 1);
	assert_non_null(profile_find(phone, "mine"));
	assert_false(phone->mdm.enrolled);
	phone_free(phone);
}

static void test_repeat_is_an_anomaly(void **state)
{
	struct phone *phone = make_phone("VVK0001");

	(void)state;
	phone_log_command(phone, "u1", "EraseDevice", 1);
	phone_log_answer(phone, "u1", "Acknowledged", false);
	phone_log_command(phone, "u1", "EraseDevice", 2);
	assert_int_equal(json_array_size(phone->anomalies), 0);
	phone_log_answer(phone, "u1", "Acknowledged", true);
	phone_log_command(phone, "u1", "EraseDevice", 3);
	assert_int_equal(json_array_size(phone->anomalies), 1);
	phone_log_command(phone, "u2", "SecurityInfo", 4);
	phone_log_answer(phone, "u2", "NotNow", true);
	phone_log_command(phone, "u2", "SecurityInfo", 5);
	assert_int_equal(json_array_size(phone->anomalies), 1);
	assert_int_equal(json_array_size(phone->log), 2);
	phone_free(phone);
}

static void test_folder_holds_phones(void **state)
{
	char path[] = "/tmp/phones-test-XXXXXX";
	struct folder *folder = NULL;
	struct folder *second = NULL;
	struct phone *phone = make_phone("VVK0001");
	struct phone **all = NULL;
	struct err err = {0};
	struct stat info;
	char file[128];
	size_t count = 0;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(folder_open(path, &folder, &err), 0);
	assert_int_equal(folder_open(path, &second, &err), -ERR_BUSY);
	assert_int_equal(folder_save(folder, phone, &err), 0);
	(void)snprintf(file, sizeof(file), "%s/VVK0001.json", path);
	assert_int_equal(stat(file, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	phone_free(phone);
	phone = NULL;
	assert_int_equal(
	    folder_load(folder, "VVK0002", &phone, &err), -ERR_NOT_FOUND);
	assert_int_equal(
	    folder_load(folder, "../x", &phone, &err), -ERR_INVALID);
	assert_int_equal(folder_load_all(folder, &all, &count, &err), 0);
	assert_int_equal(count, 1);
	folder_free_all(all, count);
	assert_int_equal(files_write(file, "{", 1, &err), 0);
	assert_int_equal(
	    folder_load_all(folder, &all, &count, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "VVK0001.json"));
	folder_close(folder);
	(void)unlink(file);
	(void)snprintf(file, sizeof(file), "%s/.lock", path);
	(void)unlink(file);
	assert_int_equal(rmdir(path), 0);
}

static void test_property_reader_is_bounded(void **state)
{
	static const char head[] = "<plist version=\"1.0\">";
	plist_t plist = NULL;
	struct buf text = {0};
	int i;

	(void)state;
	buf_append_str(&text, head);
	for (i = 0; i < 1000; i++)
		buf_append_str(&text, "<array>");
	assert_int_equal(
	    property_parse(text.data, text.len, &plist, NULL), -ERR_LIMIT);
	buf_reset(&text);
	buf_append(&text, "bplist00\0\0", 10);
	assert_true(property_parse(text.data, text.len, &plist, NULL) < 0);
	buf_reset(&text);
	buf_append_str(&text, "<!DOCTYPE plist [<!ENTITY a \"b\">]><plist/>");
	assert_true(property_parse(text.data, text.len, &plist, NULL) < 0);
	buf_reset(&text);
	buf_printf(&text, "%s<array/></plist>", head);
	assert_true(property_parse(text.data, text.len, &plist, NULL) < 0);
	assert_null(plist);
	buf_reset(&text);
	buf_printf(&text,
	    "%s<dict><key>a</key><real>3</real><key>b</key><true/>"
	    "<key>c</key><string>x</string></dict></plist>",
	    head);
	assert_int_equal(property_parse(text.data, text.len, &plist, NULL), 0);
	assert_int_equal(property_integer(plist, "a", 0), 3);
	assert_int_equal(property_integer(plist, "b", 9), 9);
	assert_null(property_string(plist, "b"));
	assert_string_equal(property_string(plist, "c"), "x");
	plist_free(plist);
	buf_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_serial_decides_hardware),
	    cmocka_unit_test(test_shape_is_checked),
	    cmocka_unit_test(test_pin_is_judged),
	    cmocka_unit_test(test_strictest_policy_counts),
	    cmocka_unit_test(test_unlock_token_is_a_keybag),
	    cmocka_unit_test(test_state_survives),
	    cmocka_unit_test(test_bad_state_is_refused),
	    cmocka_unit_test(test_summary_tells_no_secret),
	    cmocka_unit_test(test_erase_leaves_nothing),
	    cmocka_unit_test(test_forgetting_takes_managed_profiles_only),
	    cmocka_unit_test(test_repeat_is_an_anomaly),
	    cmocka_unit_test(test_folder_holds_phones),
	    cmocka_unit_test(test_property_reader_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
