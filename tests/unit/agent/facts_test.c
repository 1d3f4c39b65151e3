/*
 * Question: do lockdown's and MCInstall's dictionaries become the right facts,
 * with the right doubt, and does nothing a phone says there do harm?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/bench/phone/facts_plist.h"
#include "agent/bench/phone/mcinstall.h"
#include "proto/apple/xplist.h"
#include "proto/base/err.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\">"

static plist_t parse(const char *xml)
{
	char text[8192];
	struct err err = {0};
	plist_t root = NULL;
	int len = snprintf(text, sizeof(text), HEAD "%s</plist>", xml);

	if (xplist_parse(
	        (uint8_t *)text, (size_t)len, sizeof(text), &root, &err) < 0)
		fail_msg("%s", err.text);
	return root;
}

static void add(struct station_facts *facts,
    void (*fn)(struct station_facts *facts, plist_t value), const char *xml)
{
	plist_t value = parse(xml);

	fn(facts, value);
	plist_free(value);
}

static void test_common(void **state)
{
	struct station_facts facts;

	(void)state;
	station_facts_init(&facts);
	add(&facts, facts_add_common,
	    "<dict><key>SerialNumber</key><string>F2LX1</string>"
	    "<key>UniqueChipID</key><integer>6815744123456</integer>"
	    "<key>DeviceName</key><string>Åsas telefon</string>"
	    "<key>InternationalMobileEquipmentIdentity</key>"
	    "<string>35 209900 176148 1</string>"
	    "<key>ActivationState</key><string>Activated</string>"
	    "<key>PasswordProtected</key><false/>"
	    "<key>SIMStatus</key><string>kCTSIMSupportSIMStatusReady</string>"
	    "<key>PhoneNumber</key><string>+46 70-1</string>"
	    "<key>CarrierBundleInfoArray</key><array>"
	    "<dict><key>IntegratedCircuitCardIdentity</key>"
	    "<string>8946 2012</string><key>Slot</key><string>kOne</string>"
	    "<key>MCC</key><string>240</string><key>MNC</key>"
	    "<string>01</string></dict>"
	    "<dict><key>IntegratedCircuitCardIdentity</key>"
	    "<string>8947</string><key>Slot</key><string>kTwo</string></dict>"
	    "<dict><key>CFBundleIdentifier</key><string>com.apple.Default"
	    "</string></dict></array></dict>");
	assert_string_equal(facts.serial, "F2LX1");
	assert_string_equal(facts.ecid, "632EA01E240");
	assert_string_equal(facts.name, "Åsas telefon");
	assert_string_equal(facts.imei, "352099001761481");
	assert_int_equal(facts.activation, STATION_ACTIVATED);
	/* Unlocked now: says nothing about a passcode. */
	assert_int_equal(facts.locked_now.value, STATION_NO);
	assert_int_equal(facts.passcode_set.value, STATION_UNKNOWN);
	assert_int_equal(facts.sim_count, 2);
	assert_string_equal(facts.sims[0].iccid, "89462012");
	assert_string_equal(facts.sims[0].carrier, "240-01");
	assert_string_equal(facts.sims[0].phone_number, "+46 70-1");
	assert_string_equal(facts.sims[1].phone_number, "");
	assert_int_equal(facts.is_sim_list_whole, STATION_YES);
	add(&facts, facts_add_second_number, "<string>+46702</string>");
	assert_string_equal(facts.sims[1].phone_number, "+46702");
}

static void test_locked(void **state)
{
	struct station_facts facts;

	(void)state;
	station_facts_init(&facts);
	add(&facts, facts_add_common,
	    "<dict><key>PasswordProtected</key><true/></dict>");
	assert_int_equal(facts.locked_now.value, STATION_YES);
	assert_int_equal(facts.passcode_set.value, STATION_YES);
	assert_int_equal(facts.passcode_set.doubt, STATION_DOUBT_ONE_SIDED);
}

/* While the SIM's PIN is wanted the list is empty and proves nothing. */
static void test_sim_pin(void **state)
{
	struct station_facts facts;

	(void)state;
	station_facts_init(&facts);
	add(&facts, facts_add_common,
	    "<dict><key>SIMStatus</key>"
	    "<string>kCTSIMSupportSIMStatusPINLocked</string>"
	    "<key>CarrierBundleInfoArray</key><array/></dict>");
	assert_int_equal(facts.sim_count, 0);
	assert_int_equal(facts.is_sim_list_whole, STATION_NO);
}

static void test_domains(void **state)
{
	struct station_facts facts;

	(void)state;
	station_facts_init(&facts);
	add(&facts, facts_add_backup,
	    "<dict><key>CloudBackupEnabled</key><true/>"
	    "<key>WillEncrypt</key><false/>"
	    "<key>LastCloudBackupDate</key><integer>0</integer></dict>");
	assert_int_equal(facts.cloud_backup.value, STATION_YES);
	assert_int_equal(facts.is_backup_encrypted, STATION_NO);
	/* Seconds since 2001. */
	assert_int_equal(facts.last_cloud_backup_ms, INT64_C(978307200000));
	add(&facts, facts_add_find_my, "<false/>");
	assert_int_equal(facts.find_my.value, STATION_NO);
	assert_int_equal(facts.find_my.doubt, STATION_DOUBT_FALSE_NO);
	add(&facts, facts_add_find_my, "<true/>");
	assert_int_equal(facts.find_my.doubt, STATION_DOUBT_NONE);
	add(&facts, facts_add_battery, "<integer>84</integer>");
	assert_int_equal(facts.battery_percent, 84);
	add(&facts, facts_add_battery, "<integer>101</integer>");
	assert_int_equal(facts.battery_percent, 84);
	add(&facts, facts_add_setup, "<true/>");
	assert_int_equal(facts.is_setup_done, STATION_YES);
}

static uint8_t our_der[] = {1, 2, 3};
static struct station_bytes our_certificate = {our_der, sizeof(our_der)};

static enum station_cloud cloud_of(
    const char *xml, const struct facts_ours *ours)
{
	struct station_facts facts;
	plist_t answer = parse(xml);

	station_facts_init(&facts);
	facts_add_cloud(&facts, answer, ours);
	plist_free(answer);
	return facts.cloud;
}

#define CLOUD(inner)                                                           \
	"<dict><key>Status</key><string>Acknowledged</string>"                 \
	"<key>CloudConfiguration</key><dict>" inner "</dict></dict>"

static void test_whose_supervision(void **state)
{
	struct facts_ours ours = {"M-1", &our_certificate, 1};
	struct facts_ours nobody = {"", NULL, 0};

	(void)state;
	assert_int_equal(cloud_of("<dict/>", &ours), STATION_CLOUD_NONE);
	assert_int_equal(cloud_of("<array/>", &ours), STATION_CLOUD_UNKNOWN);
	assert_int_equal(
	    cloud_of(CLOUD("<key>OrganizationMagic</key><string>M-1</string>"),
	        &ours),
	    STATION_CLOUD_OURS);
	assert_int_equal(
	    cloud_of(CLOUD("<key>OrganizationMagic</key><string>M-2</string>"),
	        &ours),
	    STATION_CLOUD_FOREIGN);
	assert_int_equal(
	    cloud_of(CLOUD("<key>SupervisorHostCertificates</key><array>"
	                   "<data>AQID</data></array>"),
	        &ours),
	    STATION_CLOUD_OURS);
	assert_int_equal(
	    cloud_of(CLOUD("<key>SupervisorHostCertificates</key><array>"
	                   "<data>AQIE</data><string>x</string></array>"),
	        &ours),
	    STATION_CLOUD_FOREIGN);
	assert_int_equal(cloud_of(CLOUD(""), &ours), STATION_CLOUD_FOREIGN);
	/* Left by the Setup Assistant of a phone that nobody supervises. */
	assert_int_equal(
	    cloud_of(CLOUD("<key>IsSupervised</key><false/>"), &ours),
	    STATION_CLOUD_NONE);
	assert_int_equal(
	    cloud_of(CLOUD("<key>IsSupervised</key><false/>"
	                   "<key>OrganizationName</key><string>A</string>"),
	        &ours),
	    STATION_CLOUD_FOREIGN);
	assert_int_equal(
	    cloud_of(
	        CLOUD("<key>IsSupervised</key><string>no</string>"), &ours),
	    STATION_CLOUD_FOREIGN);
	/* Who does not know what is ours calls nothing ours. */
	assert_int_equal(
	    cloud_of(CLOUD("<key>OrganizationMagic</key><string></string>"),
	        &nobody),
	    STATION_CLOUD_UNKNOWN);
	assert_int_equal(
	    cloud_of("<dict><key>CloudConfiguration</key><string>x</string>"
	             "</dict>",
	        &ours),
	    STATION_CLOUD_UNKNOWN);
}

static void test_security(void **state)
{
	struct station_facts facts;

	(void)state;
	station_facts_init(&facts);
	add(&facts, facts_add_security,
	    "<dict><key>SecurityInfo</key><dict>"
	    "<key>PasscodePresent</key><false/>"
	    "<key>PasscodeCompliant</key><true/></dict></dict>");
	assert_int_equal(facts.passcode_set.value, STATION_NO);
	assert_int_equal(facts.passcode_set.doubt, STATION_DOUBT_NONE);
	assert_int_equal(facts.passcode_compliant.value, STATION_YES);
	assert_int_equal(facts.passcode_compliant.doubt, STATION_DOUBT_UNSURE);
}

/* Every key of every domain with every wrong type, one after the other. */
static void test_wrong_types(void **state)
{
	static const char *const keys[] = {"SerialNumber", "UniqueChipID",
	    "DeviceName", "InternationalMobileEquipmentIdentity",
	    "ActivationState", "PasswordProtected", "SIMStatus", "PhoneNumber",
	    "CarrierBundleInfoArray", "IntegratedCircuitCardIdentity",
	    "CloudBackupEnabled", "LastCloudBackupDate", "WillEncrypt",
	    "SecurityInfo", "CloudConfiguration"};
	static const char *const values[] = {"<string>x</string>",
	    "<integer>-1</integer>", "<integer>18446744073709551615</integer>",
	    "<real>1e300</real>", "<true/>", "<data>AAAA</data>", "<array/>",
	    "<dict/>", "<date>2026-01-01T00:00:00Z</date>",
	    "<array><array/><dict/><string>y</string></array>"};
	static void (*const adders[])(struct station_facts *, plist_t) = {
	    facts_add_common, facts_add_backup, facts_add_security,
	    facts_add_second_number, facts_add_find_my, facts_add_battery,
	    facts_add_setup};
	struct facts_ours ours = {"M-1", &our_certificate, 1};
	size_t i;
	size_t j;
	size_t k;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			char xml[512];
			struct station_facts facts;
			struct buf json = {0};
			plist_t value;

			(void)snprintf(xml, sizeof(xml),
			    "<dict><key>%s</key>%s</dict>", keys[i], values[j]);
			value = parse(xml);
			station_facts_init(&facts);
			(void)snprintf(
			    facts.udid, sizeof(facts.udid), "00008110-1");
			for (k = 0; k < sizeof(adders) / sizeof(adders[0]); k++)
				adders[k](&facts, value);
			facts_add_cloud(&facts, value, &ours);
			/* What came of it can always be told. */
			assert_int_equal(
			    station_facts_encode(&facts, &json, NULL), 0);
			buf_clear(&json);
			plist_free(value);
		}
	}
}

/* Text that libplist's own reader lets through and a terminal must not see. */
static void test_odd_text(void **state)
{
	struct station_facts facts;
	plist_t values = plist_new_dict();
	char longer[400];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	plist_dict_set_item(
	    values, "DeviceName", plist_new_string("a\033[2Jb"));
	plist_dict_set_item(
	    values, "SerialNumber", plist_new_string("\xff\xfe"));
	plist_dict_set_item(values, "ProductType", plist_new_string(longer));
	station_facts_init(&facts);
	facts_add_common(&facts, values);
	facts_add_common(&facts, NULL);
	plist_free(values);
	assert_string_equal(facts.name, "");
	assert_string_equal(facts.serial, "");
	assert_string_equal(facts.product_type, "");
}

static void test_mcinstall_answers(void **state)
{
	char detail[STATION_SENTENCE_MAX];
	int native = 0;
	plist_t answer = parse(
	    "<dict><key>Status</key><string>Error</string>"
	    "<key>ErrorChain</key><array><dict><key>ErrorCode</key>"
	    "<integer>14002</integer><key>USEnglishDescription</key>"
	    "<string>There is one&#10;already</string></dict></array></dict>");

	(void)state;
	assert_int_equal(
	    mcinstall_judge(answer, &native, detail), FAILURE_CLOUD_EXISTS);
	assert_int_equal(native, 14002);
	assert_string_equal(detail, "There is onealready");
	plist_free(answer);
	answer = parse("<dict><key>Status</key><string>Error</string>"
	               "<key>ErrorChain</key><array><string>x</string>"
	               "<dict><key>ErrorCode</key><string>14002</string>"
	               "</dict></array></dict>");
	assert_int_equal(
	    mcinstall_judge(answer, &native, detail), FAILURE_REQUEST_REFUSED);
	plist_free(answer);
	answer = parse("<dict><key>Status</key><integer>1</integer></dict>");
	assert_int_equal(
	    mcinstall_judge(answer, &native, detail), FAILURE_ODD_ANSWER);
	plist_free(answer);
	answer = parse("<string>Acknowledged</string>");
	assert_int_equal(
	    mcinstall_judge(answer, &native, detail), FAILURE_ODD_ANSWER);
	plist_free(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_common),
	    cmocka_unit_test(test_locked),
	    cmocka_unit_test(test_sim_pin),
	    cmocka_unit_test(test_domains),
	    cmocka_unit_test(test_whose_supervision),
	    cmocka_unit_test(test_security),
	    cmocka_unit_test(test_wrong_types),
	    cmocka_unit_test(test_odd_text),
	    cmocka_unit_test(test_mcinstall_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
