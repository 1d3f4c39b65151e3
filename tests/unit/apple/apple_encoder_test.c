/*
 * Question: is everything that we write to phones what Apple's published schema
 * asks for, in the eyes of tools that we did not write, and always the same?
 */
#include "proto/apple/apple_error.h"
#include "proto/apple/mdm_command.h"
#include "proto/apple/profile_import.h"
#include "proto/apple/profile_payload.h"
#include "proto/apple/xplist.h"
#include "tests/unit/apple/judge.h"

#define UUID "0192c2a0-5b7e-7c3d-9f00-0123456789ab"

/* --- commands ------------------------------------------------------------- */

/* The judge looks into the profiles that commands carry. */
static struct buf wifi_profile;

static int make_wifi_profile(void **state)
{
	plist_t settings = plist_new_dict();
	const struct profile_payload payload = {
	    .type = "com.apple.wifi.managed",
	    .identifier = "se.vastervik.wifi.1",
	    .uuid = "0192c2a0-5b7e-7c3d-9f00-00000000000d",
	    .settings = settings};
	const struct profile profile = {.identifier = "se.vastervik.wifi",
	    .uuid = "0192c2a0-5b7e-7c3d-9f00-00000000000c",
	    .payloads = &payload,
	    .payload_count = 1};
	int rc;

	(void)state;
	rc = xplist_set_text(settings, "SSID_STR", "bench", NULL) ||
	    xplist_set_text(settings, "EncryptionType", "WPA2", NULL) ||
	    xplist_set_text(settings, "Password", "example-only", NULL) ||
	    profile_encode(&profile, &wifi_profile, NULL);
	plist_free(settings);
	return rc;
}

static int drop_wifi_profile(void **state)
{
	(void)state;
	buf_clear(&wifi_profile);
	return 0;
}

static const char sync_tokens[] =
    "{\"SyncTokens\":{\"DeclarationsToken\":\"a\","
    "\"Timestamp\":\"2026-11-22T07:38:25Z\"}}";

struct written {
	struct folder *folder;
	struct buf xml;
	struct err err;
};

static void keep(struct written *w, int rc, const char *name)
{
	struct mdm_command command;

	if (rc != 0)
		fail_msg("%s: %s", name, w->err.text);
	if (mdm_command_parse(w->xml.data, w->xml.len, &command, &w->err) != 0)
		fail_msg("%s: %s", name, w->err.text);
	assert_string_equal(command.uuid, UUID);
	mdm_command_clear(&command);
	folder_add(w->folder, name, &w->xml);
}

static void write_everyday_commands(struct folder *folder)
{
	struct written w = {.folder = folder};

	keep(&w,
	    mdm_command_encode_install_profile(
	        UUID, wifi_profile.data, wifi_profile.len, &w.xml, &w.err),
	    "install_profile");
	keep(&w,
	    mdm_command_encode_remove_profile(
	        UUID, "se.vastervik.pin", &w.xml, &w.err),
	    "remove_profile");
	keep(&w, mdm_command_encode_profile_list(UUID, false, &w.xml, &w.err),
	    "profile_list");
	keep(&w, mdm_command_encode_profile_list(UUID, true, &w.xml, &w.err),
	    "profile_list_managed");
	keep(&w,
	    mdm_command_encode_device_information(
	        UUID, DEVICE_QUERY_OWNED, &w.xml, &w.err),
	    "device_information");
	keep(&w,
	    mdm_command_encode_device_information(
	        UUID, DEVICE_QUERY_PRIVATE, &w.xml, &w.err),
	    "device_information_private");
	keep(&w, mdm_command_encode_security_info(UUID, &w.xml, &w.err),
	    "security_info");
	keep(&w,
	    mdm_command_encode_device_lock(UUID, "L\xc3\xa5st & l\xc3\xa4st",
	        "+46 490", NULL, &w.xml, &w.err),
	    "device_lock");
	keep(&w,
	    mdm_command_encode_device_lock(
	        UUID, NULL, "", NULL, &w.xml, &w.err),
	    "device_lock_bare");
	keep(&w,
	    mdm_command_encode_clear_passcode(
	        UUID, (const uint8_t *)"\0\1\2", 3, &w.xml, &w.err),
	    "clear_passcode");
	keep(&w, mdm_command_encode_roaming(UUID, 0, 1, &w.xml, &w.err),
	    "roaming");
	keep(&w, mdm_command_encode_roaming(UUID, -1, 0, &w.xml, &w.err),
	    "roaming_data");
}

static void write_rarer_commands(struct folder *folder)
{
	static const char *const plain[] = {"DisableLostMode",
	    "PlayLostModeSound", "DeviceLocation", "ActivationLockBypassCode",
	    "ClearActivationLockBypassCode", "DeviceConfigured", "Restrictions",
	    "RestartDevice", "ShutDownDevice", "AvailableOSUpdates",
	    "OSUpdateStatus"};
	const struct erase_options bare = {0};
	const struct erase_options all = {.preserve_data_plan = true,
	    .disallow_proximity_setup = true,
	    .return_to_service = true,
	    .wifi_profile = wifi_profile.data,
	    .wifi_profile_len = wifi_profile.len,
	    .mdm_profile = wifi_profile.data,
	    .mdm_profile_len = wifi_profile.len};
	struct written w = {.folder = folder};
	size_t i;

	keep(&w, mdm_command_encode_erase_device(UUID, &bare, &w.xml, &w.err),
	    "erase_device");
	keep(&w, mdm_command_encode_erase_device(UUID, &all, &w.xml, &w.err),
	    "erase_device_all");
	keep(&w,
	    mdm_command_encode_declarative_management(
	        UUID, NULL, 0, &w.xml, &w.err),
	    "declarative_bare");
	keep(&w,
	    mdm_command_encode_declarative_management(UUID,
	        (const uint8_t *)sync_tokens, sizeof(sync_tokens) - 1, &w.xml,
	        &w.err),
	    "declarative");
	keep(&w,
	    mdm_command_encode_certificate_list(UUID, true, &w.xml, &w.err),
	    "certificate_list");
	keep(&w,
	    mdm_command_encode_installed_application_list(
	        UUID, true, &w.xml, &w.err),
	    "installed_application_list");
	keep(&w,
	    mdm_command_encode_enable_lost_mode(
	        UUID, "Lost", "+46", "Thanks", &w.xml, &w.err),
	    "enable_lost_mode");
	keep(&w,
	    mdm_command_encode_refresh_cellular_plans(
	        UUID, "https://esim.example.se", &w.xml, &w.err),
	    "refresh_cellular_plans");
	for (i = 0; i < COUNT(plain); i++)
		keep(&w,
		    mdm_command_encode_plain(UUID, plain[i], &w.xml, &w.err),
		    plain[i]);
}

static void commands_fit_the_schema(void **state)
{
	struct folder folder;
	int status;

	(void)state;
	folder_open(&folder);
	write_everyday_commands(&folder);
	write_rarer_commands(&folder);
	folder_each(&folder, judge_with_plistutil, false);
	status = judge_with_schema(&folder, "command", "--supervised");
	folder_each(&folder, NULL, true);
	assert_int_equal(status, 0);
}

static void commands_refuse_what_apple_would(void **state)
{
	struct buf xml = {0};
	struct err err = {0};

	(void)state;
	expect_code(mdm_command_encode_security_info("", &xml, &err),
	    ERR_INVALID, &err, "no UUID");
	expect_code(
	    mdm_command_encode_install_profile(UUID, NULL, 0, &xml, &err),
	    ERR_INVALID, &err, "no profile");
	expect_code(mdm_command_encode_install_profile(
	                UUID, wifi_profile.data, LIMIT_PROFILE + 1, &xml, &err),
	    ERR_LIMIT, &err, "a huge profile");
	expect_code(mdm_command_encode_remove_profile(UUID, "", &xml, &err),
	    ERR_INVALID, &err, "no identifier");
	expect_code(mdm_command_encode_roaming(UUID, -1, -1, &xml, &err),
	    ERR_INVALID, &err, "nothing to set");
	expect_code(mdm_command_encode_device_lock(
	                UUID, "\x07", NULL, NULL, &xml, &err),
	    ERR_INVALID, &err, "control character");
	expect_code(mdm_command_encode_device_lock(
	                UUID, NULL, NULL, "12345", &xml, &err),
	    ERR_INVALID, &err, "short PIN");
	expect_code(
	    mdm_command_encode_clear_passcode(UUID, NULL, 0, &xml, &err),
	    ERR_INVALID, &err, "no token");
	expect_code(mdm_command_encode_enable_lost_mode(
	                UUID, "", NULL, "x", &xml, &err),
	    ERR_INVALID, &err, "lost mode without a word");
	expect_code(mdm_command_encode_plain(UUID, "EraseDevice", &xml, &err),
	    ERR_UNSUPPORTED, &err, "not a plain one");
	assert_int_equal(xml.len, 0);
	buf_clear(&xml);
}

static void a_lock_for_a_mac_has_its_pin(void **state)
{
	struct buf xml = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(mdm_command_encode_device_lock(
	                     UUID, NULL, NULL, "123456", &xml, &err),
	    0);
	assert_non_null(strstr((char *)xml.data, "<string>123456</string>"));
	buf_clear(&xml);
}

/* DESIGN invariant 9: a private phone is not asked about SIM or number. */
static void a_private_phone_is_asked_nothing_personal(void **state)
{
	static const char *const personal[] = {"UDID", "SerialNumber", "IMEI",
	    "MEID", "ICCID", "PhoneNumber", "ServiceSubscriptions", "WiFiMAC",
	    "BluetoothMAC", "DeviceName", "EASDeviceIdentifier", "TimeZone",
	    "CurrentCarrierNetwork", "IsRoaming"};
	const char *const *query;
	size_t i;

	(void)state;
	for (query = mdm_command_device_queries(DEVICE_QUERY_PRIVATE); *query;
	     query++)
		for (i = 0; i < COUNT(personal); i++)
			assert_string_not_equal(*query, personal[i]);
}

static void commands_are_read_back_strictly(void **state)
{
	static const char *const bad[] = {
	    "<key>CommandUUID</key><string>a</string>",
	    "<key>Command</key><dict><key>RequestType</key><string>a</string>"
	    "</dict>",
	    "<key>Command</key><dict/><key>CommandUUID</key><string>a"
	    "</string>",
	    "<key>Command</key><dict><key>CommandUUID</key><string>a</string>"
	    "<key>Command</key><dict><key>RequestType</key><string>a</string>"
	    "</dict></dict>",
	};
	struct mdm_command command;
	struct err err = {0};
	struct buf xml;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		xml = plist_of(bad[i]);
		expect_code(
		    mdm_command_parse(xml.data, xml.len, &command, &err),
		    ERR_INVALID, &err, bad[i]);
		buf_clear(&xml);
	}
}

/* --- profiles ------------------------------------------------------------- */

static const uint8_t some_der[] = {0x30, 0x03, 0x02, 0x01, 0x05};

static struct enrolment_profile enrolment(void)
{
	static const char *const capabilities[] = {
	    "com.apple.mdm.bootstraptoken", "com.apple.mdm.token", NULL};
	struct enrolment_profile profile = {
	    .identifier = "se.vastervik.enrolment",
	    .organisation = "V\xc3\xa4stervik & co",
	    .display_name = "Mobile phone of the municipality",
	    .description = "What the employer can see: \xe2\x80\xa6",
	    .profile_uuid = "0192c2a0-5b7e-7c3d-9f00-000000000001",
	    .root_uuid = "0192c2a0-5b7e-7c3d-9f00-000000000002",
	    .scep_uuid = "0192c2a0-5b7e-7c3d-9f00-000000000003",
	    .mdm_uuid = "0192c2a0-5b7e-7c3d-9f00-000000000004",
	    .ca_certificate = some_der,
	    .ca_certificate_len = sizeof(some_der),
	    .scep_url = "https://mdm.example.se/scep",
	    .scep_name = "workphone",
	    .scep_challenge = "one-time<&>",
	    .scep_subject_cn = "0192c2a0",
	    .scep_subject_o = "V\xc3\xa4stervik",
	    .key_size = 2048,
	    .server_url = "https://mdm.example.se/mdm/connect",
	    .checkin_url = "https://mdm.example.se/mdm/checkin",
	    .topic = "com.apple.mgmt.External.0192c2a0",
	    .access_rights = PROFILE_ACCESS_ALL,
	    .sign_message = true,
	    .check_out_when_removed = true,
	    .server_capabilities = capabilities,
	};

	memset(profile.ca_fingerprint, 0xab, sizeof(profile.ca_fingerprint));
	return profile;
}

static void write_enrolment(struct folder *folder)
{
	struct enrolment_profile profile = enrolment();
	struct profile_info info;
	struct buf xml = {0};
	struct buf twin = {0};
	struct err err = {0};

	if (enrolment_profile_encode(&profile, &xml, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(enrolment_profile_encode(&profile, &twin, &err), 0);
	assert_int_equal(xml.len, twin.len);
	assert_memory_equal(xml.data, twin.data, xml.len);
	buf_clear(&twin);
	assert_int_equal(profile_parse(xml.data, xml.len, &info, &err), 0);
	assert_int_equal(info.payload_count, 3);
	assert_string_equal(info.payloads[0].type, PROFILE_TYPE_ROOT);
	assert_string_equal(info.payloads[1].type, PROFILE_TYPE_SCEP);
	assert_string_equal(info.payloads[2].type, PROFILE_TYPE_MDM);
	assert_string_equal(
	    info.payloads[2].identifier, "se.vastervik.enrolment.mdm");
	profile_info_clear(&info);
	folder_add(folder, "enrolment", &xml);

	/* The smallest that is allowed. */
	profile.ca_certificate = NULL;
	profile.description = NULL;
	profile.scep_name = NULL;
	profile.scep_subject_o = NULL;
	profile.server_capabilities = NULL;
	memset(profile.ca_fingerprint, 0, sizeof(profile.ca_fingerprint));
	assert_int_equal(enrolment_profile_encode(&profile, &xml, &err), 0);
	assert_null(strstr((char *)xml.data, "CAFingerprint"));
	assert_null(strstr((char *)xml.data, PROFILE_TYPE_ROOT));
	folder_add(folder, "enrolment_small", &xml);
}

static void the_enrolment_profile_fits_the_schema(void **state)
{
	struct folder folder;
	int status;

	(void)state;
	folder_open(&folder);
	write_enrolment(&folder);
	folder_each(&folder, judge_with_plistutil, false);
	status = judge_with_schema(&folder, "profile", "--manual-install");
	folder_each(&folder, NULL, true);
	assert_int_equal(status, 0);
}

static void an_incomplete_enrolment_is_refused(void **state)
{
	struct enrolment_profile p;
	struct buf xml = {0};
	struct err err = {0};

	(void)state;
#define REFUSED(change)                                                        \
	do {                                                                   \
		p = enrolment();                                               \
		p.change;                                                      \
		if (enrolment_profile_encode(&p, &xml, &err) == 0)             \
			fail_msg("taken: %s", #change);                        \
		assert_int_equal(xml.len, 0);                                  \
	} while (0)
	REFUSED(identifier = NULL);
	REFUSED(scep_challenge = "");
	REFUSED(server_url = "http://mdm.example.se");
	REFUSED(checkin_url = "mdm.example.se");
	REFUSED(key_size = 1024);
	REFUSED(access_rights = 0);
	REFUSED(access_rights = 8192);
	REFUSED(mdm_uuid = "not-a-uuid");
	REFUSED(mdm_uuid = p.scep_uuid);
	REFUSED(scep_subject_o = "\x01");
	REFUSED(scep_subject_cn = "\xff");
	REFUSED(ca_certificate_len = 0);
	buf_clear(&xml);
}

static void write_passcode(struct folder *folder,
    const struct passcode_payload *passcode, const char *name)
{
	struct profile_payload payload = {.type = PROFILE_TYPE_PASSCODE,
	    .identifier = "se.vastervik.pin.passcode",
	    .uuid = "0192c2a0-5b7e-7c3d-9f00-00000000000b",
	    .display_name = "PIN"};
	const struct profile profile = {.identifier = "se.vastervik.pin",
	    .uuid = "0192c2a0-5b7e-7c3d-9f00-00000000000a",
	    .display_name = "PIN rule",
	    .organisation = "V\xc3\xa4stervik",
	    .description = "VST-33",
	    .payloads = &payload,
	    .payload_count = 1};
	struct buf xml = {0};
	struct err err = {0};

	assert_int_equal(
	    passcode_payload_settings(passcode, &payload.settings, &err), 0);
	if (profile_encode(&profile, &xml, &err) != 0)
		fail_msg("%s", err.text);
	plist_free(payload.settings);
	folder_add(folder, name, &xml);
}

static void passcode_profiles_fit_the_schema(void **state)
{
	static const struct passcode_payload none = PASSCODE_PAYLOAD_NONE;
	static const struct passcode_payload low = {
	    0, 0, 0, 2, 0, 1, 0, 0, 1, 0};
	static const struct passcode_payload high = {
	    1, 1, 1, 11, 15, 730, 4, 16, 50, 240};
	struct folder folder;
	int status;

	(void)state;
	folder_open(&folder);
	write_passcode(&folder, &none, "none");
	write_passcode(&folder, &low, "low");
	write_passcode(&folder, &high, "high");
	folder_each(&folder, judge_with_plistutil, false);
	status = judge_with_schema(&folder, "profile", NULL);
	folder_each(&folder, NULL, true);
	assert_int_equal(status, 0);
}

static void a_passcode_out_of_range_is_refused(void **state)
{
	static const struct passcode_payload bad[] = {
	    {2, -1, -1, -1, -1, -1, -1, -1, -1, -1},
	    {-1, -1, -1, 1, -1, -1, -1, -1, -1, -1},
	    {-1, -1, -1, 12, -1, -1, -1, -1, -1, -1},
	    {-1, -1, -1, -1, 16, -1, -1, -1, -1, -1},
	    {-1, -1, -1, -1, -1, 0, -1, -1, -1, -1},
	    {-1, -1, -1, -1, -1, -1, 5, -1, -1, -1},
	    {-1, -1, -1, -1, -1, -1, -1, 17, -1, -1},
	    {-1, -1, -1, -1, -1, -1, -1, -1, 51, -1},
	    {-1, -1, -1, -1, -1, -1, -1, -2, -1, -1},
	};
	struct err err = {0};
	plist_t settings = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		expect_code(passcode_payload_settings(&bad[i], &settings, &err),
		    ERR_INVALID, &err, "out of range");
		assert_null(settings);
	}
}

static void the_envelope_is_checked(void **state)
{
	plist_t settings = plist_new_dict();
	struct profile_payload payloads[2] = {
	    {.type = "com.apple.webClip.managed",
	        .identifier = "a.b",
	        .uuid = "0192c2a0-5b7e-7c3d-9f00-00000000000b"},
	    {.type = "com.apple.webClip.managed",
	        .identifier = "a.c",
	        .uuid = "0192C2A0-5B7E-7C3D-9F00-00000000000B"}};
	struct profile profile = {.identifier = "a",
	    .uuid = "0192c2a0-5b7e-7c3d-9f00-00000000000a",
	    .payloads = payloads,
	    .payload_count = 2};
	struct buf xml = {0};
	struct err err = {0};

	(void)state;
	expect_code(profile_encode(&profile, &xml, &err), ERR_INVALID, &err,
	    "the same UUID in other letters");
	profile.payload_count = 0;
	expect_code(profile_encode(&profile, &xml, &err), ERR_INVALID, &err,
	    "no payload");
	profile.payload_count = 1;
	payloads[0].settings = settings;
	xplist_set_integer(settings, "PayloadVersion", 2);
	expect_code(profile_encode(&profile, &xml, &err), ERR_INVALID, &err,
	    "a key of the envelope");
	plist_dict_remove_item(settings, "PayloadVersion");
	profile.removal_disallowed = true;
	assert_int_equal(profile_encode(&profile, &xml, &err), 0);
	assert_non_null(strstr((char *)xml.data, "PayloadRemovalDisallowed"));
	plist_free(settings);
	buf_clear(&xml);
}

/* --- errors --------------------------------------------------------------- */

static void error_bodies_fit_the_schema(void **state)
{
	struct folder folder;
	struct buf json = {0};
	struct err err = {0};
	int status;

	(void)state;
	folder_open(&folder);
	assert_int_equal(apple_error_encode(APPLE_ERROR_UNRECOGNIZED_DEVICE,
	                     NULL, NULL, &json, &err),
	    0);
	assert_string_equal(
	    (char *)json.data, "{\"code\":\"com.apple.unrecognized.device\"}");
	folder_add(&folder, "unrecognized.json", &json);
	assert_int_equal(
	    apple_error_encode(APPLE_ERROR_WELL_KNOWN_FAILED,
	        "a \"quoted\"\n line", "Fr\xc3\xa5ga IT", &json, &err),
	    0);
	folder_add(&folder, "well-known.json", &json);
	assert_int_equal(apple_error_encode_update_required(
	                     "18.1", "22B83", "d", "m", &json, &err),
	    0);
	assert_string_equal((char *)json.data,
	    "{\"code\":\"com.apple.softwareupdate.required\","
	    "\"description\":\"d\",\"message\":\"m\",\"details\":"
	    "{\"OSVersion\":\"18.1\",\"BuildVersion\":\"22B83\"}}");
	folder_add(&folder, "update.json", &json);
	expect_code(apple_error_encode(APPLE_ERROR_SOFTWARE_UPDATE_REQUIRED,
	                NULL, NULL, &json, &err),
	    ERR_INVALID, &err, "no details");
	expect_code(apple_error_encode_update_required(
	                "", NULL, NULL, NULL, &json, &err),
	    ERR_INVALID, &err, "no version");
	status = judge_with_schema(&folder, "error", NULL);
	folder_each(&folder, NULL, true);
	assert_int_equal(status, 0);
	assert_string_equal(apple_error_code(APPLE_ERROR_COUNT), "unknown");
	buf_clear(&json);
}

/* The judge must be able to say no, or its yes means nothing. */
static void the_judge_refuses_a_broken_document(void **state)
{
	struct folder folder;
	struct buf xml = plist_of("<key>Command</key><dict><key>RequestType"
	                          "</key><string>RemoveProfile</string></dict>"
	                          "<key>CommandUUID</key><string>a</string>");
	int status;

	(void)state;
	if (!schema_folder()) {
		buf_clear(&xml);
		skip();
	}
	folder_open(&folder);
	folder_add(&folder, "broken", &xml);
	status = judge_with_schema(&folder, "command", NULL);
	folder_each(&folder, NULL, true);
	assert_int_equal(status, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commands_fit_the_schema),
	    cmocka_unit_test(commands_refuse_what_apple_would),
	    cmocka_unit_test(a_lock_for_a_mac_has_its_pin),
	    cmocka_unit_test(a_private_phone_is_asked_nothing_personal),
	    cmocka_unit_test(commands_are_read_back_strictly),
	    cmocka_unit_test(the_enrolment_profile_fits_the_schema),
	    cmocka_unit_test(an_incomplete_enrolment_is_refused),
	    cmocka_unit_test(passcode_profiles_fit_the_schema),
	    cmocka_unit_test(a_passcode_out_of_range_is_refused),
	    cmocka_unit_test(the_envelope_is_checked),
	    cmocka_unit_test(error_bodies_fit_the_schema),
	    cmocka_unit_test(the_judge_refuses_a_broken_document),
	};

	return cmocka_run_group_tests(
	    tests, make_wifi_profile, drop_wifi_profile);
}
