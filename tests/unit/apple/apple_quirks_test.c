/*
 * Question: are the oddities that real phones and servers were seen to send
 * taken as they are meant? Numbered as the list they were collected in. The
 * server token of Apple Business Manager (14) and SCEP (15) belong to other
 * folders.
 */
#include "tests/unit/apple/identity.h"

#include "proto/apple/answer.h"
#include "proto/apple/checkin.h"
#include "proto/apple/facts.h"
#include "proto/apple/profile_import.h"
#include "proto/apple/signature.h"
#include "proto/apple/xplist.h"
#include "proto/base/str.h"

#define TEXT(key, value) "<key>" key "</key><string>" value "</string>"
#define UDID TEXT("UDID", "00008030-000A1D0E3C62802E")
#define ACK TEXT("Status", "Acknowledged") TEXT("CommandUUID", "c-1") UDID
#define TOPIC TEXT("Topic", "com.apple.mgmt.External.a")

static struct answer answered(const char *inside)
{
	struct buf xml = plist_of(inside);
	struct answer answer;
	struct err err = {0};

	if (answer_parse(xml.data, xml.len, &answer, &err) != 0)
		fail_msg("%s: %s", inside, err.text);
	buf_clear(&xml);
	return answer;
}

static struct checkin checked_in(const char *inside)
{
	struct buf xml = plist_of(inside);
	struct checkin checkin;
	struct err err = {0};

	if (checkin_parse(xml.data, xml.len, &checkin, &err) != 0)
		fail_msg("%s: %s", inside, err.text);
	buf_clear(&xml);
	return checkin;
}

static struct device_facts device(const char *responses)
{
	struct buf inside = {0};
	struct device_facts facts;
	struct answer answer;
	struct err err = {0};

	buf_append_str(&inside, ACK "<key>QueryResponses</key><dict>");
	buf_append_str(&inside, responses);
	buf_append_str(&inside, "</dict>");
	answer = answered((const char *)inside.data);
	if (device_facts_parse(answer.body, &facts, &err) != 0)
		fail_msg("%s", err.text);
	answer_clear(&answer);
	buf_clear(&inside);
	return facts;
}

static void quirk_1_request_type_is_not_needed(void **state)
{
	struct answer a = answered(ACK);

	(void)state;
	assert_string_equal(a.command_uuid, "c-1");
	answer_clear(&a);
	a = answered(ACK TEXT("RequestType", "SecurityInfo"));
	assert_string_equal(a.command_uuid, "c-1");
	answer_clear(&a);
}

static void quirk_2_short_answers(void **state)
{
	struct answer a =
	    answered(TEXT("CommandUUID", "c") TEXT("Status", "NotNow") UDID);

	(void)state;
	assert_int_equal(a.status, ANSWER_NOT_NOW);
	answer_clear(&a);
	a = answered(
	    TEXT("CommandUUID", "c") TEXT("Status", "CommandFormatError") UDID);
	assert_int_equal(a.status, ANSWER_COMMAND_FORMAT_ERROR);
	answer_clear(&a);
	a = answered(TEXT("Status", "Idle") UDID);
	assert_string_equal(a.command_uuid, "");
	answer_clear(&a);
	/* User Enrolment: no UDID at all. */
	a = answered(TEXT("Status", "Idle")
	        TEXT("EnrollmentID", "0B0B0B0B-0000-4000-8000-000000000001"));
	assert_string_equal(a.udid, "");
	assert_string_equal(
	    answer_device_id(&a), "0B0B0B0B-0000-4000-8000-000000000001");
	answer_clear(&a);
}

#define CHAIN(code, domain)                                                    \
	TEXT("Status", "Error")                                                \
	TEXT("CommandUUID", "c")                                               \
	UDID                                                                   \
	    "<key>ErrorChain</key><array><dict><key>ErrorCode</key>"           \
	    "<integer>" code "</integer>" TEXT("ErrorDomain", domain)          \
	        TEXT("LocalizedDescription",                                   \
	            "The profile \xe2\x80\x9c"                                 \
	            "a\xe2\x80\x9d isn\xe2\x80\x99t there.") "</dict></array>"

static void quirk_3_error_chains(void **state)
{
	static const struct {
		const char *inside;
		int64_t code;
		const char *type;
		bool done;
	} cases[] = {
	    {CHAIN("12013", "MCMDMErrorDomain"), 12013, "RemoveProfile", true},
	    {CHAIN("12075", "MDMErrorDomain"), 12075, "RemoveProfile", true},
	    {CHAIN("12021", "MCMDMErrorDomain"), 12021, "RemoveProfile", false},
	    {CHAIN("1407", "DeviceManagement.error"), 1407, "DeviceLock",
	        false},
	    {CHAIN("2213", "DeviceManagement.error"), 2213,
	        "AvailableOSUpdates", true},
	    {CHAIN("-909", "NSOSStatusErrorDomain"), -909, "DeviceLock", false},
	    {CHAIN("97", "MDMClientError"), 97, "DeviceLock", false},
	};
	struct answer a;
	char text[300];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		a = answered(cases[i].inside);
		assert_int_equal(a.error_count, 1);
		assert_true(a.errors[0].code == cases[i].code);
		assert_string_equal(a.errors[0].text_us, "");
		answer_errors_text(&a, text, sizeof(text));
		assert_non_null(strstr(text, "\xe2\x80\x9c"));
		assert_int_equal(
		    answer_error_means_done(cases[i].type, &a), cases[i].done);
		answer_clear(&a);
	}
}

static void quirk_4_numbers_with_blanks_and_without_sim(void **state)
{
	static const char *const udids[] = {"00008030-000A1D0E3C62802E",
	    "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"};
	static const char *const serials[] = {
	    "C0ABCDEF12", "F17AbcDEF1234", "f17AbcDEF1234"};
	struct device_facts f = device(TEXT("IMEI", "35 735005 003432 4")
	        TEXT("ICCID", "8901 0030 0000 0336 1196")
	            TEXT("MEID", "35735005003432") TEXT("PhoneNumber", "")
	                TEXT("SubscriberMCC", "") TEXT("SubscriberMNC", "07"));
	struct buf text = {0};
	size_t i;

	(void)state;
	assert_string_equal(f.imei, "357350050034324");
	assert_int_equal(f.subscription_count, 1);
	assert_string_equal(f.subscriptions[0].iccid, "89010030000003361196");
	assert_string_equal(f.subscriptions[0].imei, "357350050034324");
	assert_string_equal(f.subscriptions[0].phone_number, "");
	assert_string_equal(f.subscriptions[0].subscriber_mnc, "07");
	/* A Wi-Fi model says so and has no SIM keys. */
	f = device("<key>CellularTechnology</key><integer>0</integer>");
	assert_int_equal(f.cellular_technology, 0);
	assert_int_equal(f.subscription_count, 0);
	f = device("");
	assert_int_equal(f.subscription_count, 0);
	for (i = 0; i < COUNT(udids); i++) {
		struct checkin c;

		buf_reset(&text);
		buf_printf(&text,
		    TEXT("MessageType", "Authenticate") TOPIC TEXT("UDID", "%s")
		        TEXT("SerialNumber", "%s"),
		    udids[i], serials[i]);
		c = checked_in((const char *)text.data);
		assert_string_equal(c.udid, udids[i]);
		assert_string_equal(c.authenticate.serial_number, serials[i]);
		checkin_clear(&c);
	}
	buf_clear(&text);
}

static void quirk_5_reals_and_mac_addresses(void **state)
{
	struct device_facts f = device(
	    "<key>BatteryLevel</key><real>0.54000002145767212</real>"
	    "<key>DeviceCapacity</key><real>55.89947509765625</real>"
	    "<key>AvailableDeviceCapacity</key><real>1</real>" TEXT("WiFiMAC",
	        "dd:ee:aa:f8:9e:cc") TEXT("BluetoothMAC", "DE-AD-BE-EF-CA-FE"));

	(void)state;
	assert_true(f.battery_level > 0.5400 && f.battery_level < 0.5401);
	assert_true(f.device_capacity > 55.8 && f.device_capacity < 55.9);
	assert_true(f.available_capacity > 0.9 && f.available_capacity < 1.1);
	assert_string_equal(f.wifi_mac, "dd:ee:aa:f8:9e:cc");
	assert_string_equal(f.bluetooth_mac, "de:ad:be:ef:ca:fe");
	f = device("<key>BatteryLevel</key><integer>1</integer>");
	assert_true(f.battery_level > 0.9 && f.battery_level < 1.1);
}

/* VST-33: a phone without a PIN calls itself compliant. */
static void quirk_6_compliant_without_passcode(void **state)
{
	struct answer a = answered(ACK
	    "<key>SecurityInfo</key><dict><key>PasscodePresent</key><false/>"
	    "<key>PasscodeCompliant</key><true/>"
	    "<key>PasscodeCompliantWithProfiles</key><true/></dict>");
	struct security_facts f;

	(void)state;
	assert_int_equal(security_facts_parse(a.body, &f, NULL), 0);
	assert_int_equal(f.passcode_present, FACT_NO);
	assert_int_equal(f.passcode_compliant, FACT_YES);
	assert_int_equal(f.passcode_compliant_with_profiles, FACT_YES);
	answer_clear(&a);
}

static void quirk_7_every_key_is_optional(void **state)
{
	struct answer a = answered(
	    ACK "<key>ProfileList</key><array><dict>" TEXT("PayloadIdentifier",
	        "a.b") "<key>PayloadContent</key><array><dict>" TEXT("PayloadTy"
	                                                             "pe",
	        "com.apple.mdm") "</dict></array></dict></array>");
	struct profile_list_facts list;
	struct device_facts f = device("");

	(void)state;
	assert_int_equal(profile_list_facts_parse(a.body, &list, NULL), 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.entries[0].uuid, "");
	assert_string_equal(list.entries[0].organisation, "");
	assert_int_equal(list.entries[0].is_managed, FACT_UNKNOWN);
	assert_int_equal(list.entries[0].payload_count, 1);
	profile_list_facts_clear(&list);
	answer_clear(&a);
	/* Answers that we have no facts for are taken all the same. */
	a = answered(ACK
	    "<key>ManagedApplicationList</key><dict><key>com.example.a</key>"
	    "<dict>" TEXT("Status", "Managed") "</dict></dict>");
	answer_clear(&a);
	a = answered(ACK "<key>GlobalRestrictions</key><dict/>");
	answer_clear(&a);
	a = answered(ACK "<key>AvailableOSUpdates</key><array><dict/></array>");
	answer_clear(&a);
	assert_int_equal(f.is_supervised, FACT_UNKNOWN);
	assert_int_equal(f.ignored, 0);
}

static void quirk_8_mac_keys_and_foreign_topics(void **state)
{
	struct checkin c = checked_in(TEXT(
	    "MessageType", "Authenticate") UDID TEXT("Topic",
	    "io.example.topic.0000") TEXT("DeviceName", "m") TEXT("Model",
	    "iMac15,1") "<key>Challenge</key><data>\n\t\tYXBwbGU=\n\t</data>");

	(void)state;
	assert_string_equal(c.topic, "io.example.topic.0000");
	assert_string_equal(c.authenticate.model, "iMac15,1");
	checkin_clear(&c);
}

static void quirk_9_unlock_token_may_be_absent(void **state)
{
#define TOKEN_UPDATE                                                           \
	TEXT("MessageType", "TokenUpdate")                                     \
	UDID TOPIC TEXT("PushMagic", "m") "<key>Token</key><data>AAAA</data>"
	struct checkin c = checked_in(TOKEN_UPDATE);
	struct buf inside = {0};
	uint8_t keybag[1300] = "DATA";
	char *base64 = str_base64(keybag, sizeof(keybag));

	(void)state;
	assert_int_equal(c.token_update.unlock_token.len, 0);
	assert_null(c.token_update.unlock_token.data);
	checkin_clear(&c);
	c = checked_in(TOKEN_UPDATE "<key>UnlockToken</key><data></data>");
	assert_int_equal(c.token_update.unlock_token.len, 0);
	checkin_clear(&c);
	buf_append_str(&inside, TOKEN_UPDATE "<key>UnlockToken</key><data>");
	buf_append_str(&inside, base64);
	buf_append_str(&inside, "</data>");
	c = checked_in((const char *)inside.data);
	assert_int_equal(c.token_update.unlock_token.len, sizeof(keybag));
	assert_memory_equal(
	    c.token_update.unlock_token.data, keybag, sizeof(keybag));
	checkin_clear(&c);
	free(base64);
	buf_clear(&inside);
}

static void quirk_10_layout_and_masked_data(void **state)
{
	static const char odd[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!DOCTYPE plist PUBLIC "
	    "\"-//Apple//DTD PLIST 1.0//EN\"\r\n        "
	    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\r\n"
	    "<plist version=\"1.0\">\r\n    <dict>\r\n"
	    "        " TEXT("Status", "Idle") "\r\n" UDID "</dict></plist>";
	struct answer a;
	struct checkin c;
	struct buf xml;
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    answer_parse((const uint8_t *)odd, sizeof(odd) - 1, &a, &err), 0);
	answer_clear(&a);
	/* A masked value is no base64: a clean refusal, answered 400. */
	xml = plist_of(TEXT("MessageType", "TokenUpdate") UDID TOPIC TEXT(
	    "PushMagic", "m") "<key>Token</key><data>*** removed ***</data>");
	expect_code(checkin_parse(xml.data, xml.len, &c, &err), ERR_INVALID,
	    &err, "masked");
	buf_clear(&xml);
}

static void quirk_ddm_json_goes_through_untouched(void **state)
{
	static const char json[] = "{ \"a\" : [\n], \"t\" : \"\xe2\x80\x99\" }";
	char *base64 = str_base64((const uint8_t *)json, sizeof(json) - 1);
	struct buf inside = {0};
	struct checkin c;

	(void)state;
	buf_append_str(&inside,
	    TEXT("MessageType", "DeclarativeManagement")
	        UDID TEXT("Endpoint", "status") "<key>Data</key><data>");
	buf_append_str(&inside, base64);
	buf_append_str(&inside, "</data>");
	c = checked_in((const char *)inside.data);
	assert_int_equal(c.declarative.data_len, sizeof(json) - 1);
	assert_memory_equal(c.declarative.data, json, sizeof(json) - 1);
	checkin_clear(&c);
	free(base64);
	buf_clear(&inside);
}

/* --- signed bodies -------------------------------------------------------- */

static void quirk_11_old_phones_sign_in_ber_with_sha1_and_rsa_1024(void **state)
{
	static const char body[] = "<plist><dict/></plist>";
	struct identity id = identity_rsa(1024, "leaf");
	uint8_t *content = NULL;
	size_t len = 0;
	X509 *signer = NULL;
	struct err err = {0};
	struct buf der;

	(void)state;
	/* Content inside, in pieces of indefinite length. */
	der = identity_sign(
	    &id, 1, EVP_sha1(), body, sizeof(body) - 1, CMS_STREAM);
	assert_int_equal(der.data[1], 0x80);
	assert_int_equal(
	    signature_content(der.data, der.len, 65536, &content, &len, &err),
	    0);
	assert_int_equal(len, sizeof(body) - 1);
	assert_memory_equal(content, body, len);
	free(content);
	buf_clear(&der);
	der = identity_sign(
	    &id, 1, EVP_sha1(), body, sizeof(body) - 1, CMS_DETACHED);
	der = identity_ber(&der);
	assert_int_equal(
	    signature_verify(der.data, der.len, (const uint8_t *)body,
	        sizeof(body) - 1, &signer, &err),
	    0);
	X509_free(signer);
	buf_clear(&der);
	identity_clear(&id);
}

static void quirk_12_machine_info_may_say_little(void **state)
{
	struct identity id = identity_rsa(2048, "device");
	struct buf xml = plist_of(TEXT("LANGUAGE", "sv") TEXT(
	    "PRODUCT", "iPhone12,1") TEXT("VERSION", "19H12") TEXT("IMEI", ""));
	struct buf der =
	    identity_sign(&id, 1, EVP_sha1(), xml.data, xml.len, CMS_STREAM);
	uint8_t *content = NULL;
	size_t len = 0;
	plist_t root = NULL;
	char text[32];

	(void)state;
	assert_int_equal(
	    signature_content(der.data, der.len, 65536, &content, &len, NULL),
	    0);
	assert_int_equal(xplist_parse(content, len, 65536, &root, NULL), 0);
	assert_int_equal(
	    xplist_get_string(root, "PRODUCT", text, sizeof(text), NULL), 1);
	assert_string_equal(text, "iPhone12,1");
	assert_int_equal(
	    xplist_get_string(root, "OS_VERSION", text, sizeof(text), NULL), 0);
	assert_int_equal(
	    xplist_get_string(root, "IMEI", text, sizeof(text), NULL), 1);
	assert_string_equal(text, "");
	plist_free(root);
	free(content);
	buf_clear(&der);
	buf_clear(&xml);
	identity_clear(&id);
}

static void quirk_13_a_signer_without_a_name(void **state)
{
	static const char body[] = "<plist><dict/></plist>";
	struct identity id = identity_rsa(2048, NULL);
	struct buf der = identity_sign(&id, 1, EVP_sha1(), body,
	    sizeof(body) - 1, CMS_DETACHED | CMS_NOATTR);
	char *header;
	uint8_t *again = NULL;
	size_t len = 0;
	X509 *signer = NULL;
	struct err err = {0};

	(void)state;
	der = identity_ber(&der);
	header = str_base64(der.data, der.len);
	assert_int_equal(
	    signature_header_parse(header, strlen(header), &again, &len, &err),
	    0);
	assert_int_equal(signature_verify(again, len, (const uint8_t *)body,
	                     sizeof(body) - 1, &signer, &err),
	    0);
	assert_int_equal(
	    X509_NAME_entry_count(X509_get_subject_name(signer)), 0);
	X509_free(signer);
	free(again);
	free(header);
	buf_clear(&der);
	identity_clear(&id);
}

/* --- profiles ------------------------------------------------------------- */

#define PAYLOAD(type, uuid, more)                                              \
	"<dict>" TEXT("PayloadType", type) TEXT("PayloadIdentifier", "a.b")    \
	    TEXT("PayloadUUID",                                                \
	        uuid) "<key>PayloadVersion</key><real>1</real>" more "</dict>"
#define PROFILE(payloads)                                                      \
	TEXT("PayloadType", "Configuration")                                   \
	TEXT("PayloadIdentifier", "a")                                         \
	TEXT("PayloadUUID", "u-0")                                             \
	TEXT("PayloadDisplayName", "Regler f\xc3\xb6r mobil")                  \
	"<key>PayloadVersion</key><real>1</real><key>PayloadContent</key>"     \
	"<array>" payloads "</array>"

static int import(
    const char *inside, struct profile_info *info, struct err *err)
{
	struct buf xml = plist_of(inside);
	int rc = profile_parse(xml.data, xml.len, info, err);

	buf_clear(&xml);
	return rc;
}

static void quirk_profiles_of_others_are_taken(void **state)
{
	static const char inside[] = PROFILE(
	    PAYLOAD("com.apple.webClip.managed", "u-1",
	        TEXT("URL", "www.example.se") "<key>PayloadEnabled</key><true/>"
	                                      "<key>allowYouTube</key><true/>")
	        PAYLOAD("com.apple.security.acme", "u-2",
	            "<key>SubjectAltName</key><dict><key>rfc822Name</key>"
	            "<array><string>a@example.se</string></array></dict>")
	            PAYLOAD("com.example.app", "u-3", TEXT("Setting", "x")));
	struct identity id = identity_rsa(2048, "signer");
	struct profile_info info;
	struct err err = {0};
	struct buf xml;
	struct buf der;

	(void)state;
	if (import(inside, &info, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(info.version, 1);
	assert_string_equal(info.display_name, "Regler f\xc3\xb6r mobil");
	assert_int_equal(info.payload_count, 3);
	assert_string_equal(info.payloads[2].type, "com.example.app");
	assert_false(info.is_signed);
	profile_info_clear(&info);

	xml = plist_of(inside);
	der = identity_sign(&id, 1, EVP_sha256(), xml.data, xml.len, 0);
	assert_int_equal(profile_parse(der.data, der.len, &info, &err), 0);
	assert_true(info.is_signed);
	assert_int_equal(info.payload_count, 3);
	profile_info_clear(&info);
	profile_info_clear(NULL);
	buf_clear(&der);
	buf_clear(&xml);
	identity_clear(&id);
}

static void quirk_broken_profiles_are_refused(void **state)
{
	static const struct {
		const char *inside;
		enum err_code code;
	} cases[] = {
	    {PROFILE(PAYLOAD("com.apple.dock", "u-1", "")
	             PAYLOAD("com.apple.dock", "U-1", "")),
	        ERR_INVALID},
	    {PROFILE(PAYLOAD("com.apple.dock", "u-0", "")), ERR_INVALID},
	    {PROFILE(PAYLOAD("com.nobody.knows", "u-1", "")), ERR_UNSUPPORTED},
	    {PROFILE(PAYLOAD(
	         "com.nobody.knows", "u-1", TEXT("PayloadDescription", "x"))),
	        ERR_UNSUPPORTED},
	    {PROFILE("<string>x</string>"), ERR_INVALID},
	    {PROFILE("<dict/>"), ERR_INVALID},
	    {PROFILE(PAYLOAD("com.apple.dock", "u-1", ""))
	            TEXT("PayloadType", "Other"),
	        ERR_INVALID},
	    {PROFILE(PAYLOAD("com.apple.dock", "u-1",
	         "")) "<key>EncryptedPayloadContent</key><data>AAAA</data>",
	        ERR_UNSUPPORTED},
	    {PROFILE("") "<key>PayloadContent</key><dict/>", ERR_INVALID},
	    {PROFILE("") "<key>PayloadVersion</key><real>1.5</real>",
	        ERR_INVALID},
	    {TEXT("PayloadType", "Configuration"), ERR_INVALID},
	};
	struct profile_info info;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		err = (struct err){0};
		expect_code(import(cases[i].inside, &info, &err), cases[i].code,
		    &err, cases[i].inside);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quirk_1_request_type_is_not_needed),
	    cmocka_unit_test(quirk_2_short_answers),
	    cmocka_unit_test(quirk_3_error_chains),
	    cmocka_unit_test(quirk_4_numbers_with_blanks_and_without_sim),
	    cmocka_unit_test(quirk_5_reals_and_mac_addresses),
	    cmocka_unit_test(quirk_6_compliant_without_passcode),
	    cmocka_unit_test(quirk_7_every_key_is_optional),
	    cmocka_unit_test(quirk_8_mac_keys_and_foreign_topics),
	    cmocka_unit_test(quirk_9_unlock_token_may_be_absent),
	    cmocka_unit_test(quirk_10_layout_and_masked_data),
	    cmocka_unit_test(quirk_ddm_json_goes_through_untouched),
	    cmocka_unit_test(
	        quirk_11_old_phones_sign_in_ber_with_sha1_and_rsa_1024),
	    cmocka_unit_test(quirk_12_machine_info_may_say_little),
	    cmocka_unit_test(quirk_13_a_signer_without_a_name),
	    cmocka_unit_test(quirk_profiles_of_others_are_taken),
	    cmocka_unit_test(quirk_broken_profiles_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
