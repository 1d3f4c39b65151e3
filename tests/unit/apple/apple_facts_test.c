/*
 * Question: are facts exactly what the phone said, unknown where it said
 * nothing or nonsense, and the same again after they were stored?
 */
#include "tests/unit/apple/apple_test.h"

#include "proto/apple/facts.h"
#include "proto/apple/xplist.h"

static plist_t dict_of(const char *inside)
{
	struct buf xml = plist_of(inside);
	plist_t root = NULL;
	struct err err = {0};

	if (xplist_parse(xml.data, xml.len, LIMIT_ANSWER_BODY, &root, &err))
		fail_msg("%s", err.text);
	buf_clear(&xml);
	return root;
}

#define RESPONSES(inside) "<key>QueryResponses</key><dict>" inside "</dict>"
#define TEXT(key, value) "<key>" key "</key><string>" value "</string>"

static const char full_device[] = RESPONSES(TEXT(
    "UDID", "00008030-000A1D0E3C62802E") TEXT("SerialNumber",
    "F17Abc") TEXT("DeviceName", "Vaktm\xc3\xa4stare 3") TEXT("Model",
    "MN9H2LL") TEXT("ModelName", "iPhone") TEXT("ProductName",
    "iPhone12,1") TEXT("OSVersion", "18.1") TEXT("BuildVersion",
    "22B83") TEXT("IMEI", "35 735005 003432 4") TEXT("WiFiMAC",
    "DD-EE-aa-f8-9e-cc") "<key>BatteryLevel</key><real>0.54000002145767212</"
                         "real>"
                         "<key>DeviceCapacity</key><integer>64</integer>"
                         "<key>CellularTechnology</key><integer>3</integer>"
                         "<key>LastCloudBackupDate</"
                         "key><date>2026-11-22T07:38:25Z</date>"
                         "<key>IsSupervised</key><true/>"
                         "<key>IsMDMLostModeEnabled</key><false/>"
                         "<key>IsRoaming</key><false/>"
                         "<key>ServiceSubscriptions</key><array>"
                         "<dict>" TEXT("Slot", "CTSubscriptionSlotOne") TEXT(
                             "Label", "Arbete") TEXT("ICCID",
                             "8946 0120 0000 0336 1196") TEXT("EID",
                             "8904") TEXT("IMEI",
                             "35 735005 003432 4") TEXT("PhoneNumber", "+4670")
                             TEXT("CurrentCarrierNetwork", "Telia") TEXT(
                                 "CurrentMCC", "240") TEXT("CurrentMNC",
                                 "01") "<key>IsDataPreferred</key><true/"
                                       "><key>IsVoicePreferred</key><false/>"
                                       "<key>IsRoaming</key><false/></dict>"
                                       "<dict>" TEXT(
                                           "Slot", "CTSubscriptionSlotTwo")
                                           TEXT("PhoneNumber",
                                               "") "</dict></array>");

static void reads_device_information(void **state)
{
	plist_t root = dict_of(full_device);
	struct device_facts f;
	struct err err = {0};

	(void)state;
	assert_int_equal(device_facts_parse(root, &f, &err), 0);
	plist_free(root);
	assert_string_equal(f.serial_number, "F17Abc");
	assert_string_equal(f.device_name, "Vaktm\xc3\xa4stare 3");
	assert_string_equal(f.imei, "357350050034324");
	assert_string_equal(f.wifi_mac, "dd:ee:aa:f8:9e:cc");
	assert_true(f.battery_level > 0.53 && f.battery_level < 0.55);
	assert_true(f.device_capacity > 63.9 && f.device_capacity < 64.1);
	assert_true(f.available_capacity < 0);
	assert_int_equal(f.cellular_technology, 3);
	assert_true(f.last_cloud_backup_ms == INT64_C(1795333105000));
	assert_int_equal(f.is_supervised, FACT_YES);
	assert_int_equal(f.is_mdm_lost_mode_on, FACT_NO);
	assert_int_equal(f.is_activation_lock_on, FACT_UNKNOWN);
	assert_int_equal(f.ignored, 0);
	assert_int_equal(f.subscription_count, 2);
	assert_string_equal(f.subscriptions[0].iccid, "89460120000003361196");
	assert_string_equal(f.subscriptions[0].label, "Arbete");
	assert_string_equal(f.subscriptions[0].current_mnc, "01");
	assert_int_equal(f.subscriptions[0].is_data_preferred, FACT_YES);
	assert_int_equal(f.subscriptions[0].is_voice_preferred, FACT_NO);
	assert_string_equal(f.subscriptions[1].slot, "CTSubscriptionSlotTwo");
	assert_string_equal(f.subscriptions[1].iccid, "");
	assert_int_equal(f.subscriptions[1].is_roaming, FACT_UNKNOWN);
}

static void odd_values_stay_unknown_and_are_counted(void **state)
{
	plist_t root = dict_of(RESPONSES(
	    "<key>IsSupervised</key><string>yes</string>"
	    "<key>BatteryLevel</key><real>-1</real>"
	    "<key>DeviceCapacity</key><string>64</string>"
	    "<key>CellularTechnology</key><integer>-1</integer>"
	    "<key>LastCloudBackupDate</key><date>1950-01-01T00:00:00Z</date>"
	    "<key>SerialNumber</key><integer>5</integer>"
	    "<key>ServiceSubscriptions</key><array><string>x</string>"
	    "</array>"));
	struct device_facts f;
	struct err err = {0};

	(void)state;
	assert_int_equal(device_facts_parse(root, &f, &err), 0);
	plist_free(root);
	assert_int_equal(f.is_supervised, FACT_UNKNOWN);
	assert_true(f.battery_level < 0);
	assert_true(f.device_capacity < 0);
	assert_int_equal(f.cellular_technology, -1);
	assert_int_equal(f.last_cloud_backup_ms, -1);
	assert_string_equal(f.serial_number, "");
	assert_int_equal(f.subscription_count, 0);
	assert_int_equal(f.ignored, 7);
}

static void other_answers_hold_no_such_facts(void **state)
{
	plist_t root = dict_of(TEXT("Status", "Acknowledged"));
	struct device_facts device;
	struct security_facts security;
	struct profile_list_facts list;
	struct err err = {0};

	(void)state;
	expect_code(device_facts_parse(root, &device, &err), ERR_NOT_FOUND,
	    &err, "device");
	expect_code(device_facts_parse(NULL, &device, &err), ERR_NOT_FOUND,
	    &err, "no body");
	expect_code(security_facts_parse(root, &security, &err), ERR_NOT_FOUND,
	    &err, "security");
	expect_code(profile_list_facts_parse(root, &list, &err), ERR_NOT_FOUND,
	    &err, "profiles");
	plist_free(root);
}

static void counts_end_at_their_limit(void **state)
{
	struct buf inside = {0};
	struct device_facts device;
	struct profile_list_facts list;
	struct err err = {0};
	plist_t root;
	int i;

	(void)state;
	buf_append_str(&inside,
	    "<key>QueryResponses</key><dict>"
	    "<key>ServiceSubscriptions</key><array>");
	for (i = 0; i <= LIMIT_SUBSCRIPTIONS; i++)
		buf_append_str(&inside, "<dict/>");
	buf_append_str(&inside, "</array></dict><key>ProfileList</key><array>");
	for (i = 0; i <= LIMIT_PROFILES; i++)
		buf_append_str(&inside, "<dict/>");
	buf_append_str(&inside, "</array>");
	root = dict_of((const char *)inside.data);
	expect_code(
	    device_facts_parse(root, &device, &err), ERR_LIMIT, &err, "lines");
	expect_code(profile_list_facts_parse(root, &list, &err), ERR_LIMIT,
	    &err, "profiles");
	plist_free(root);
	buf_clear(&inside);
}

static void reads_security_info(void **state)
{
	plist_t root = dict_of(
	    "<key>SecurityInfo</key><dict>"
	    "<key>HardwareEncryptionCaps</key><integer>3</integer>"
	    "<key>PasscodeCompliant</key><true/>"
	    "<key>PasscodePresent</key><false/>"
	    "<key>PasscodeLockGracePeriod</key><integer>0</integer>"
	    "<key>ManagementStatus</key><dict><key>IsUserEnrollment</key>"
	    "<false/></dict></dict>");
	struct security_facts f;
	struct security_facts again;
	struct buf json = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(security_facts_parse(root, &f, &err), 0);
	plist_free(root);
	assert_int_equal(f.passcode_present, FACT_NO);
	assert_int_equal(f.passcode_compliant, FACT_YES);
	assert_int_equal(f.passcode_compliant_with_profiles, FACT_UNKNOWN);
	assert_int_equal(f.is_user_enrolment, FACT_NO);
	assert_int_equal(f.hardware_encryption_caps, 3);
	assert_int_equal(f.passcode_grace_s, 0);
	assert_int_equal(f.passcode_grace_enforced_s, -1);
	assert_int_equal(security_facts_encode(&f, &json, &err), 0);
	assert_string_equal((char *)json.data,
	    "{\"hardware_encryption_caps\":3,\"is_user_enrolment\":false,"
	    "\"passcode_compliant\":true,\"passcode_grace_s\":0,"
	    "\"passcode_present\":false}");
	assert_int_equal(security_facts_parse_json(
	                     (char *)json.data, json.len, &again, &err),
	    0);
	assert_memory_equal(&again, &f, sizeof(f));
	buf_clear(&json);
}

static void device_facts_survive_storage(void **state)
{
	plist_t root = dict_of(full_device);
	struct device_facts f;
	struct device_facts again;
	struct buf json = {0};
	struct buf twice = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(device_facts_parse(root, &f, &err), 0);
	plist_free(root);
	assert_int_equal(device_facts_encode(&f, &json, &err), 0);
	assert_int_equal(
	    device_facts_parse_json((char *)json.data, json.len, &again, &err),
	    0);
	assert_memory_equal(&again, &f, sizeof(f));
	assert_int_equal(device_facts_encode(&again, &twice, &err), 0);
	assert_int_equal(json.len, twice.len);
	assert_memory_equal(json.data, twice.data, json.len);
	buf_clear(&json);
	buf_clear(&twice);
}

static void profile_list_survives_storage(void **state)
{
	plist_t root = dict_of("<key>ProfileList</key><array><dict>" TEXT(
	    "PayloadIdentifier", "se.vastervik.pin") TEXT("PayloadUUID", "A-1")
	        TEXT("PayloadDisplayName",
	            "PIN") "<key>IsManaged</key><true/>"
	                   "<key>SignerCertificates</key><array><data>AAAA</"
	                   "data></array>"
	                   "<key>PayloadContent</key><array><dict/><dict/></"
	                   "array></dict>"
	                   "<dict/><string>x</string></array>");
	struct profile_list_facts f;
	struct profile_list_facts again;
	const struct profile_fact *found;
	struct buf json = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(profile_list_facts_parse(root, &f, &err), 0);
	plist_free(root);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.ignored, 2);
	found = profile_list_facts_find(&f, "se.vastervik.pin");
	assert_non_null(found);
	assert_string_equal(found->uuid, "A-1");
	assert_int_equal(found->is_managed, FACT_YES);
	assert_int_equal(found->payload_count, 2);
	assert_int_equal(found->signer_count, 1);
	assert_null(profile_list_facts_find(&f, "se.vastervik"));
	assert_int_equal(profile_list_facts_encode(&f, &json, &err), 0);
	assert_int_equal(profile_list_facts_parse_json(
	                     (char *)json.data, json.len, &again, &err),
	    0);
	assert_int_equal(again.count, 1);
	assert_memory_equal(
	    &again.entries[0], &f.entries[0], sizeof(f.entries[0]));
	profile_list_facts_clear(&f);
	profile_list_facts_clear(&again);
	profile_list_facts_clear(NULL);
	buf_clear(&json);
}

static void stored_nonsense_is_refused(void **state)
{
	static const char *const texts[] = {
	    "",
	    "[]",
	    "{\"udid\":5}",
	    "{\"is_supervised\":\"yes\"}",
	    "{\"cellular_technology\":-4}",
	    "{\"battery_level\":\"1\"}",
	    "{\"udid\":\"a\",\"udid\":\"b\"}",
	    "{\"subscriptions\":[5]}",
	    "{\"subscriptions\":[{},{},{},{},{},{},{},{},{}]}",
	};
	struct device_facts f;
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		if (device_facts_parse_json(
		        texts[i], strlen(texts[i]), &f, &err) == 0)
			fail_msg("%s was taken", texts[i]);
	assert_int_equal(device_facts_parse_json("{}", 2, &f, &err), 0);
	assert_int_equal(f.is_supervised, FACT_UNKNOWN);
	assert_true(f.battery_level < 0);
}

/* DESIGN invariant 9: nothing that leads to a person stays. */
static void private_phones_keep_nothing_personal(void **state)
{
	static const char *const gone[] = {"357350050034324", "+4670", "Telia",
	    "8946012", "F17Abc", "00008030", "Vaktm", "dd:ee"};
	plist_t root = dict_of(full_device);
	struct device_facts f;
	struct buf json = {0};
	struct err err = {0};
	size_t i;

	(void)state;
	assert_int_equal(device_facts_parse(root, &f, &err), 0);
	plist_free(root);
	device_facts_make_private(&f);
	assert_int_equal(device_facts_encode(&f, &json, &err), 0);
	for (i = 0; i < COUNT(gone); i++)
		if (strstr((char *)json.data, gone[i]))
			fail_msg("%s is still there", gone[i]);
	assert_non_null(strstr((char *)json.data, "iPhone12,1"));
	buf_clear(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_device_information),
	    cmocka_unit_test(odd_values_stay_unknown_and_are_counted),
	    cmocka_unit_test(other_answers_hold_no_such_facts),
	    cmocka_unit_test(counts_end_at_their_limit),
	    cmocka_unit_test(reads_security_info),
	    cmocka_unit_test(device_facts_survive_storage),
	    cmocka_unit_test(profile_list_survives_storage),
	    cmocka_unit_test(stored_nonsense_is_refused),
	    cmocka_unit_test(private_phones_keep_nothing_personal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
