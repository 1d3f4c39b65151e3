/*
 * Question: does an answer come out as the phone meant it, with its errors in
 * words, and is a broken one refused?
 */
#include "tests/unit/apple/apple_test.h"

#include "proto/apple/answer.h"
#include "proto/apple/xplist.h"

#define UDID "<key>UDID</key><string>00008030-000A1D0E3C62802E</string>"
#define STATUS(s) "<key>Status</key><string>" s "</string>"
#define UUID "<key>CommandUUID</key><string>0192c2a0-1</string>"
#define ERROR_ITEM(code, domain, text)                                         \
	"<dict><key>ErrorCode</key><integer>" code                             \
	"</integer><key>ErrorDomain</key><string>" domain                      \
	"</string><key>LocalizedDescription</key><string>" text                \
	"</string></dict>"
#define CHAIN(items) "<key>ErrorChain</key><array>" items "</array>"

static int parse(const char *inside, struct answer *out, struct err *err)
{
	struct buf xml = plist_of(inside);
	int rc = answer_parse(xml.data, xml.len, out, err);

	buf_clear(&xml);
	return rc;
}

static void parsed(const char *inside, struct answer *out)
{
	struct err err = {0};

	if (parse(inside, out, &err) != 0)
		fail_msg("%s: %s", inside, err.text);
}

static void reads_idle(void **state)
{
	struct answer a;

	(void)state;
	parsed(STATUS("Idle") UDID, &a);
	assert_int_equal(a.status, ANSWER_IDLE);
	assert_string_equal(a.command_uuid, "");
	assert_string_equal(answer_device_id(&a), "00008030-000A1D0E3C62802E");
	assert_int_equal(a.error_count, 0);
	assert_null(a.body);
	assert_false(answer_is_user_channel(&a));
	answer_clear(&a);
}

static void reads_results(void **state)
{
	struct answer a;
	char text[16];

	(void)state;
	parsed(STATUS("Acknowledged") UDID UUID
	    "<key>MessageResult</key><string>Success</string>",
	    &a);
	assert_int_equal(a.status, ANSWER_ACKNOWLEDGED);
	assert_string_equal(a.command_uuid, "0192c2a0-1");
	assert_int_equal(xplist_get_string(
	                     a.body, "MessageResult", text, sizeof(text), NULL),
	    1);
	assert_string_equal(text, "Success");
	answer_clear(&a);
	assert_null(a.body);
	answer_clear(&a);
	answer_clear(NULL);

	parsed(STATUS("NotNow") UDID UUID, &a);
	assert_int_equal(a.status, ANSWER_NOT_NOW);
	answer_clear(&a);
	parsed(STATUS("CommandFormatError") UDID UUID, &a);
	assert_int_equal(a.status, ANSWER_COMMAND_FORMAT_ERROR);
	answer_clear(&a);
	parsed(STATUS("Acknowledged") UUID
	    "<key>UDID</key><string>x</string><key>UserID</key>"
	    "<string>u</string><key>UserShortName</key><string>n</string>",
	    &a);
	assert_true(answer_is_user_channel(&a));
	assert_string_equal(a.user_short_name, "n");
	answer_clear(&a);
}

static void tells_errors_in_words(void **state)
{
	struct answer a;
	char text[256];
	char small[8];

	(void)state;
	parsed(STATUS("Error") UDID UUID CHAIN(ERROR_ITEM("2213",
	           "DeviceManagement.error", "No update.") ERROR_ITEM("3",
	           "com.apple.x", "It couldn\xe2\x80\x99t")),
	    &a);
	assert_int_equal(a.error_count, 2);
	assert_int_equal(a.errors[0].code, 2213);
	assert_string_equal(a.errors[1].domain, "com.apple.x");
	answer_errors_text(&a, text, sizeof(text));
	assert_string_equal(text,
	    "No update. (DeviceManagement.error 2213); "
	    "It couldn\xe2\x80\x99t (com.apple.x 3)");
	answer_errors_text(&a, small, sizeof(small));
	assert_string_equal(small, "No upda");
	answer_clear(&a);

	/* Cut between characters, never inside one. */
	parsed(STATUS("Error")
	           UDID UUID CHAIN(ERROR_ITEM("1", "d", "aaaaaa\xe2\x80\x99")),
	    &a);
	answer_errors_text(&a, small, sizeof(small));
	assert_string_equal(small, "aaaaaa");
	answer_clear(&a);

	parsed(STATUS("Error") UDID UUID, &a);
	answer_errors_text(&a, text, sizeof(text));
	assert_string_equal(text, "");
	answer_clear(&a);
	parsed(STATUS("Error") UDID UUID CHAIN("<dict/>"), &a);
	answer_errors_text(&a, text, sizeof(text));
	assert_string_equal(text, "no description (no domain 0)");
	answer_clear(&a);
}

static void cuts_long_descriptions(void **state)
{
	struct buf inside = {0};
	struct answer a;
	size_t i;

	(void)state;
	buf_append_str(&inside,
	    STATUS("Error") UDID UUID
	    "<key>ErrorChain</key><array><dict>"
	    "<key>LocalizedDescription</key><string>");
	for (i = 0; i < 300; i++)
		buf_append_str(&inside, "\xc3\xa5");
	buf_append_str(&inside, "</string></dict></array>");
	parsed((const char *)inside.data, &a);
	assert_int_equal(strlen(a.errors[0].text), 254);
	answer_clear(&a);
	buf_clear(&inside);
}

static void refuses_with_the_right_code(void **state)
{
	static const struct {
		const char *inside;
		enum err_code code;
	} cases[] = {
	    {STATUS("Idle"), ERR_NOT_FOUND},
	    {UDID, ERR_INVALID},
	    {STATUS("") UDID, ERR_INVALID},
	    {STATUS("Busy") UDID UUID, ERR_UNSUPPORTED},
	    {STATUS("Acknowledged") UDID, ERR_INVALID},
	    {STATUS("NotNow") UDID "<key>CommandUUID</key><string></string>",
	        ERR_INVALID},
	    {STATUS("Error") UDID UUID "<key>ErrorChain</key><dict/>",
	        ERR_INVALID},
	    {STATUS("Error") UDID UUID CHAIN("<string>x</string>"),
	        ERR_INVALID},
	    {STATUS("Error") UDID UUID CHAIN("<dict><key>ErrorCode</key>"
	                                     "<string>x</string></dict>"),
	        ERR_INVALID},
	    {STATUS("Acknowledged") UUID "<key>UDID</key><data>AAAA</data>",
	        ERR_INVALID},
	};
	struct answer out;
	struct err err;
	size_t i;

	(void)state;
	memset(&out, 0x5a, sizeof(out));
	for (i = 0; i < COUNT(cases); i++) {
		err = (struct err){0};
		expect_code(parse(cases[i].inside, &out, &err), cases[i].code,
		    &err, cases[i].inside);
		assert_int_equal((unsigned char)out.udid[0], 0x5a);
	}
}

static void error_chain_ends_at_its_limit(void **state)
{
	struct buf inside = {0};
	struct answer out;
	struct err err = {0};
	int count;
	int i;

	(void)state;
	for (count = LIMIT_ERROR_CHAIN; count <= LIMIT_ERROR_CHAIN + 1;
	     count++) {
		buf_reset(&inside);
		buf_append_str(&inside,
		    STATUS("Error") UDID UUID "<key>ErrorChain</key><array>");
		for (i = 0; i < count; i++)
			buf_append_str(&inside, ERROR_ITEM("1", "d", "t"));
		buf_append_str(&inside, "</array>");
		expect_code(parse((const char *)inside.data, &out, &err),
		    count > LIMIT_ERROR_CHAIN ? ERR_LIMIT : ERR_NONE, &err,
		    "chain");
		if (count <= LIMIT_ERROR_CHAIN)
			answer_clear(&out);
	}
	buf_clear(&inside);
}

static void knows_errors_that_mean_done(void **state)
{
	static const struct {
		const char *type;
		const char *inside;
		bool done;
	} cases[] = {
	    {"RemoveProfile",
	        STATUS("Error")
	            UDID UUID CHAIN(ERROR_ITEM("12075", "MDMErrorDomain", "x")),
	        true},
	    {"RemoveProfile",
	        STATUS("Error") UDID UUID CHAIN(
	            ERROR_ITEM("12013", "MCMDMErrorDomain", "x")),
	        true},
	    {"InstallProfile",
	        STATUS("Error")
	            UDID UUID CHAIN(ERROR_ITEM("12075", "MDMErrorDomain", "x")),
	        false},
	    {"RemoveProfile",
	        STATUS("Error") UDID UUID CHAIN(
	            ERROR_ITEM("12021", "MCMDMErrorDomain", "x")),
	        false},
	    {"RemoveProfile",
	        STATUS("Error")
	            UDID UUID CHAIN(ERROR_ITEM("12075", "OtherDomain", "x")),
	        false},
	    {"AvailableOSUpdates",
	        STATUS("Error") UDID UUID CHAIN(
	            ERROR_ITEM("2213", "DeviceManagement.error", "x")),
	        true},
	    {"RemoveProfile", STATUS("Error") UDID UUID, false},
	    {"RemoveProfile", STATUS("NotNow") UDID UUID, false},
	};
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		parsed(cases[i].inside, &a);
		if (answer_error_means_done(cases[i].type, &a) != cases[i].done)
			fail_msg("%s %s", cases[i].type, cases[i].inside);
		answer_clear(&a);
	}
}

static void names_statuses(void **state)
{
	(void)state;
	assert_string_equal(answer_status_name(ANSWER_NOT_NOW), "NotNow");
	assert_string_equal(answer_status_name(ANSWER_STATUS_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_idle),
	    cmocka_unit_test(reads_results),
	    cmocka_unit_test(tells_errors_in_words),
	    cmocka_unit_test(cuts_long_descriptions),
	    cmocka_unit_test(refuses_with_the_right_code),
	    cmocka_unit_test(error_chain_ends_at_its_limit),
	    cmocka_unit_test(knows_errors_that_mean_done),
	    cmocka_unit_test(names_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
