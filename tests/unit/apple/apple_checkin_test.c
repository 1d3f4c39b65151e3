/*
 * Question: does each check-in message come out as the phone meant it, and is
 * every broken one refused with the code that its HTTP answer depends on?
 */
#include "tests/unit/apple/apple_test.h"

#include "proto/apple/checkin.h"

#define UDID "<key>UDID</key><string>00008030-000A1D0E3C62802E</string>"
#define TOPIC "<key>Topic</key><string>com.apple.mgmt.External.a</string>"
#define TYPE(name) "<key>MessageType</key><string>" name "</string>"
#define TOKEN                                                                  \
	"<key>Token</key><data>AAECAwQFBgcICQoLDA0ODw==</data>"                \
	"<key>PushMagic</key><string>magic</string>"

static int parse(const char *inside, struct checkin *out, struct err *err)
{
	struct buf xml = plist_of(inside);
	int rc = checkin_parse(xml.data, xml.len, out, err);

	buf_clear(&xml);
	return rc;
}

static struct checkin parsed(const char *inside)
{
	struct checkin checkin;
	struct err err = {0};

	if (parse(inside, &checkin, &err) != 0)
		fail_msg("%s: %s", inside, err.text);
	return checkin;
}

static void reads_authenticate(void **state)
{
	struct checkin c = parsed(TYPE("Authenticate") UDID TOPIC
	    "<key>DeviceName</key><string>Erik\xe2\x80\x99s iPhone</string>"
	    "<key>Model</key><string>MN9H2LL</string>"
	    "<key>ModelName</key><string>iPhone</string>"
	    "<key>ProductName</key><string>iPhone12,1</string>"
	    "<key>OSVersion</key><string>18.1</string>"
	    "<key>BuildVersion</key><string>22B83</string>"
	    "<key>SerialNumber</key><string>f17Abc0123Xy</string>"
	    "<key>IMEI</key><string>35 735005 003432 4</string>"
	    "<key>MEID</key><string>35735005003432</string>"
	    "<key>SomethingNew</key><dict/>");

	(void)state;
	assert_int_equal(c.type, CHECKIN_AUTHENTICATE);
	assert_string_equal(c.udid, "00008030-000A1D0E3C62802E");
	assert_string_equal(checkin_device_id(&c), c.udid);
	assert_string_equal(c.topic, "com.apple.mgmt.External.a");
	assert_string_equal(
	    c.authenticate.device_name, "Erik\xe2\x80\x99s iPhone");
	assert_string_equal(c.authenticate.model, "MN9H2LL");
	assert_string_equal(c.authenticate.model_name, "iPhone");
	assert_string_equal(c.authenticate.product_name, "iPhone12,1");
	assert_string_equal(c.authenticate.os_version, "18.1");
	assert_string_equal(c.authenticate.build_version, "22B83");
	assert_string_equal(c.authenticate.serial_number, "f17Abc0123Xy");
	assert_string_equal(c.authenticate.imei, "357350050034324");
	assert_string_equal(c.authenticate.meid, "35735005003432");
	assert_false(checkin_is_user_channel(&c));
	checkin_clear(&c);
}

static void reads_token_update(void **state)
{
	struct checkin c = parsed(TYPE("TokenUpdate") UDID TOPIC TOKEN
	    "<key>UnlockToken</key><data>REFUQQ==</data>"
	    "<key>AwaitingConfiguration</key><true/>"
	    "<key>NotOnConsole</key><true/>");

	(void)state;
	assert_int_equal(c.type, CHECKIN_TOKEN_UPDATE);
	assert_int_equal(c.token_update.push_token_len, 16);
	assert_int_equal(c.token_update.push_token[15], 15);
	assert_string_equal(c.token_update.push_magic, "magic");
	assert_int_equal(c.token_update.unlock_token.len, 4);
	assert_memory_equal(c.token_update.unlock_token.data, "DATA", 4);
	assert_true(c.token_update.awaiting_configuration);
	assert_true(c.token_update.not_on_console);
	checkin_clear(&c);
	assert_null(c.token_update.unlock_token.data);
	checkin_clear(&c);
	checkin_clear(NULL);
}

static void reads_the_rest(void **state)
{
	struct checkin c = parsed(TYPE("CheckOut") UDID TOPIC);

	(void)state;
	assert_int_equal(c.type, CHECKIN_CHECK_OUT);
	checkin_clear(&c);

	c = parsed(TYPE("SetBootstrapToken") UDID
	    "<key>BootstrapToken</key><data>c2VjcmV0</data>"
	    "<key>AwaitingConfiguration</key><true/>");
	assert_int_equal(c.type, CHECKIN_SET_BOOTSTRAP_TOKEN);
	assert_int_equal(c.bootstrap.token.len, 6);
	assert_true(c.bootstrap.awaiting_configuration);
	checkin_clear(&c);

	/* Without a token, or with an empty one: remove the stored one. */
	c = parsed(TYPE("SetBootstrapToken") UDID
	    "<key>BootstrapToken</key><data></data>");
	assert_int_equal(c.bootstrap.token.len, 0);
	checkin_clear(&c);

	c = parsed(TYPE("GetBootstrapToken") UDID);
	assert_int_equal(c.type, CHECKIN_GET_BOOTSTRAP_TOKEN);
	checkin_clear(&c);

	c = parsed(TYPE("DeclarativeManagement") UDID
	    "<key>Endpoint</key><string>status</string>"
	    "<key>Data</key><data>e30=</data>");
	assert_int_equal(c.type, CHECKIN_DECLARATIVE_MANAGEMENT);
	assert_string_equal(c.declarative.endpoint, "status");
	assert_int_equal(c.declarative.data_len, 2);
	assert_memory_equal(c.declarative.data, "{}", 2);
	checkin_clear(&c);

	c = parsed(TYPE("GetToken") UDID
	    "<key>TokenServiceType</key><string>com.apple.maid</string>");
	assert_int_equal(c.type, CHECKIN_GET_TOKEN);
	assert_string_equal(c.get_token.service_type, "com.apple.maid");
	checkin_clear(&c);

	c = parsed(TYPE("UserAuthenticate") UDID
	    "<key>UserID</key><string>u-1</string>");
	assert_int_equal(c.type, CHECKIN_USER_AUTHENTICATE);
	assert_null(c.user_authenticate.digest_response);
	assert_true(checkin_is_user_channel(&c));
	checkin_clear(&c);

	c = parsed(TYPE("UserAuthenticate") UDID
	    "<key>UserID</key><string>u-1</string>"
	    "<key>DigestResponse</key><string>Digest x=\"1\"</string>");
	assert_string_equal(
	    c.user_authenticate.digest_response, "Digest x=\"1\"");
	checkin_clear(&c);
}

static void refuses_with_the_right_code(void **state)
{
	static const struct {
		const char *inside;
		enum err_code code;
	} cases[] = {
	    {TYPE("Authenticate") TOPIC, ERR_NOT_FOUND},
	    {TYPE("Authenticate") TOPIC "<key>UDID</key><string></string>",
	        ERR_NOT_FOUND},
	    {TYPE("Nonsense") UDID, ERR_UNSUPPORTED},
	    {TYPE("authenticate") UDID, ERR_UNSUPPORTED},
	    {UDID TOPIC, ERR_INVALID},
	    {"<key>MessageType</key><true/>" UDID, ERR_INVALID},
	    {TYPE("Authenticate") UDID, ERR_INVALID},
	    {TYPE("Authenticate") TOPIC "<key>UDID</key><integer>1</integer>",
	        ERR_INVALID},
	    {TYPE("Authenticate") UDID TOPIC "<key>IMEI</key><true/>",
	        ERR_INVALID},
	    {TYPE("TokenUpdate") UDID TOPIC, ERR_INVALID},
	    {TYPE("TokenUpdate") UDID TOPIC "<key>Token</key><data></data>"
	                                    "<key>PushMagic</key>"
	                                    "<string>m</string>",
	        ERR_INVALID},
	    {TYPE("TokenUpdate") UDID TOPIC "<key>Token</key>"
	                                    "<data>AAAA</data>",
	        ERR_INVALID},
	    {TYPE("TokenUpdate") UDID TOPIC TOKEN
	        "<key>AwaitingConfiguration</key><string>yes</string>",
	        ERR_INVALID},
	    {TYPE("TokenUpdate") UDID TOPIC TOKEN
	        "<key>UnlockToken</key><string>x</string>",
	        ERR_INVALID},
	    {TYPE("DeclarativeManagement") UDID, ERR_INVALID},
	    {TYPE("DeclarativeManagement") UDID
	        "<key>Endpoint</key><string>status</string>"
	        "<key>Data</key><string>{}</string>",
	        ERR_INVALID},
	    {TYPE("GetToken") UDID, ERR_INVALID},
	    {TYPE("UserAuthenticate") UDID, ERR_INVALID},
	};
	struct checkin out;
	struct checkin untouched;
	struct err err;
	size_t i;

	(void)state;
	memset(&out, 0x5a, sizeof(out));
	untouched = out;
	for (i = 0; i < COUNT(cases); i++) {
		err = (struct err){0};
		expect_code(parse(cases[i].inside, &out, &err), cases[i].code,
		    &err, cases[i].inside);
		assert_memory_equal(&out, &untouched, sizeof(out));
	}
	expect_code(checkin_parse((const uint8_t *)"bplist00", 8, &out, &err),
	    ERR_UNSUPPORTED, &err, "binary");
	expect_code(checkin_parse((const uint8_t *)"", 0, &out, &err),
	    ERR_INVALID, &err, "empty");
	expect_code(checkin_parse((const uint8_t *)"<plist><array/></plist>",
	                23, &out, &err),
	    ERR_INVALID, &err, "array");
}

/* key with count bytes of text, behind the head of a message. */
static int parse_long(
    const char *head, const char *key, size_t count, bool data, struct err *err)
{
	struct buf inside = {0};
	struct checkin out;
	size_t i;
	int rc;

	buf_append_str(&inside, head);
	buf_printf(
	    &inside, "<key>%s</key>%s", key, data ? "<data>" : "<string>");
	for (i = 0; i < count; i++)
		buf_append_str(&inside, data ? "AAAA" : "x");
	buf_append_str(&inside, data ? "</data>" : "</string>");
	rc = parse((const char *)inside.data, &out, err);
	if (rc == 0)
		checkin_clear(&out);
	buf_clear(&inside);
	return rc;
}

static void values_end_at_their_limit(void **state)
{
	static const char *const authenticate = TYPE("Authenticate") UDID TOPIC;
	static const char *const token = TYPE("TokenUpdate") UDID TOPIC
	    "<key>PushMagic</key><string>m</string>";
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    parse_long(authenticate, "SerialNumber", LIMIT_SERIAL, false, &err),
	    0);
	expect_code(parse_long(authenticate, "SerialNumber", LIMIT_SERIAL + 1,
	                false, &err),
	    ERR_LIMIT, &err, "serial");
	expect_code(
	    parse_long(authenticate, "DeviceName", LIMIT_NAME + 1, false, &err),
	    ERR_LIMIT, &err, "name");
	assert_int_equal(
	    parse_long(token, "Token", LIMIT_PUSH_TOKEN / 3, true, &err), 0);
	expect_code(
	    parse_long(token, "Token", LIMIT_PUSH_TOKEN / 3 + 1, true, &err),
	    ERR_LIMIT, &err, "token");
	expect_code(parse_long(TYPE("TokenUpdate") UDID TOPIC TOKEN,
	                "UnlockToken", LIMIT_UNLOCK_TOKEN / 3 + 1, true, &err),
	    ERR_LIMIT, &err, "unlock token");
	expect_code(
	    parse_long(authenticate, "Other", LIMIT_CHECKIN_BODY, false, &err),
	    ERR_LIMIT, &err, "body");
}

static void errors_hold_nothing_secret(void **state)
{
	struct err err = {0};
	struct checkin out;

	(void)state;
	(void)parse(TYPE("TokenUpdate") UDID TOPIC TOKEN
	    "<key>UnlockToken</key><string>hunter2</string>",
	    &out, &err);
	assert_null(strstr(err.text, "hunter2"));
	(void)parse(TYPE("hunter2") UDID, &out, &err);
	assert_null(strstr(err.text, "hunter2"));
}

static void names_types(void **state)
{
	(void)state;
	assert_string_equal(
	    checkin_type_name(CHECKIN_TOKEN_UPDATE), "TokenUpdate");
	assert_string_equal(checkin_type_name(CHECKIN_TYPE_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_authenticate),
	    cmocka_unit_test(reads_token_update),
	    cmocka_unit_test(reads_the_rest),
	    cmocka_unit_test(refuses_with_the_right_code),
	    cmocka_unit_test(values_end_at_their_limit),
	    cmocka_unit_test(errors_hold_nothing_secret),
	    cmocka_unit_test(names_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
