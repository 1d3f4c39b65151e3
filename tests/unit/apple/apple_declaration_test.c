/*
 * Question: are declarations what Apple's schema asks for, is the same set
 * always the same bytes, and is a phone's status read for what it says?
 */
#include "proto/apple/declaration.h"
#include "proto/apple/restrictions_payload.h"
#include "proto/apple/status_facts.h"
#include "proto/apple/web_clip_payload.h"
#include "tests/unit/apple/judge.h"

#define BASE "workphone.seed"

struct given {
	const char *type;
	const char *identifier;
	const char *payload;
};

static const struct given given[] = {
    {DECLARATION_TYPE_PASSCODE, BASE ".passcode",
        "{\"RequirePasscode\":true,\"MinimumLength\":6}"},
    {DECLARATION_TYPE_SUBSCRIPTIONS, BASE ".status",
        "{\"StatusItems\":[{\"Name\":\"passcode.is-present\"},"
        "{\"Name\":\"passcode.is-compliant\"}]}"},
    {DECLARATION_TYPE_ACTIVATION, BASE ".activation",
        "{\"StandardConfigurations\":[\"" BASE ".passcode\",\"" BASE
        ".status\"]}"},
    {DECLARATION_TYPE_ORGANISATION, BASE ".organisation",
        "{\"Name\":\"Seed kommun\"}"},
};

static int add(
    struct declarations *all, const struct given *one, struct err *err)
{
	json_t *payload = json_loads(one->payload, 0, NULL);
	int rc;

	assert_non_null(payload);
	rc = declarations_add(all, one->type, one->identifier, payload, err);
	json_decref(payload);
	return rc;
}

static void add_all(struct declarations *all, bool backwards)
{
	size_t i;

	for (i = 0; i < COUNT(given); i++)
		assert_int_equal(
		    add(all, &given[backwards ? COUNT(given) - 1 - i : i],
		        NULL),
		    0);
}

static void the_order_of_adding_does_not_count(void **state)
{
	struct declarations one = {0};
	struct declarations other = {0};
	struct buf a = {0};
	struct buf b = {0};

	(void)state;
	add_all(&one, false);
	add_all(&other, true);
	assert_string_equal(one.token, other.token);
	assert_int_equal(declarations_encode_items(&one, &a, NULL), 0);
	assert_int_equal(declarations_encode_items(&other, &b, NULL), 0);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	buf_clear(&a);
	buf_clear(&b);
	declarations_clear(&one);
	declarations_clear(&other);
}

static void another_content_is_another_token(void **state)
{
	static const struct given longer = {DECLARATION_TYPE_PASSCODE,
	    BASE ".passcode", "{\"MinimumLength\":8,\"RequirePasscode\":true}"};
	struct declarations one = {0};
	struct declarations other = {0};

	(void)state;
	assert_int_equal(add(&one, &given[0], NULL), 0);
	assert_int_equal(add(&other, &longer, NULL), 0);
	assert_string_not_equal(one.items[0].token, other.items[0].token);
	assert_string_not_equal(one.token, other.token);
	declarations_clear(&one);
	declarations_clear(&other);
}

static void what_is_written_fits_the_schema(void **state)
{
	struct declarations all = {0};
	struct folder folder;
	struct buf json = {0};
	char name[32];
	size_t i;
	int status;

	(void)state;
	add_all(&all, false);
	folder_open(&folder);
	for (i = 0; i < all.count; i++) {
		buf_append(&json, all.items[i].json, all.items[i].json_len);
		(void)snprintf(name, sizeof(name), "%zu.json", i);
		folder_add(&folder, name, &json);
	}
	status = judge_with_schema(&folder, "declaration", NULL);
	folder_each(&folder, NULL, true);
	assert_int_equal(status, 0);

	folder_open(&folder);
	assert_int_equal(
	    declarations_encode_tokens(&all, 1772438400123, &json, NULL), 0);
	assert_non_null(strstr((char *)json.data, "2026-03-02T08:00:00Z"));
	folder_add(&folder, "tokens.json", &json);
	status = judge_with_schema(&folder, "tokens", NULL);
	folder_each(&folder, NULL, true);
	assert_int_equal(status, 0);

	folder_open(&folder);
	assert_int_equal(declarations_encode_items(&all, &json, NULL), 0);
	folder_add(&folder, "items.json", &json);
	status = judge_with_schema(&folder, "declaration-items", NULL);
	folder_each(&folder, NULL, true);
	assert_int_equal(status, 0);
	declarations_clear(&all);
}

static void bad_declarations_are_refused(void **state)
{
	static const struct given bad[] = {
	    {DECLARATION_TYPE_PASSCODE, "", "{}"},
	    {DECLARATION_TYPE_PASSCODE, "a/b", "{}"},
	    {DECLARATION_TYPE_PASSCODE, "a b", "{}"},
	    {"com.example.thing", "a", "{}"},
	    {"com.apple.configuration", "a", "{}"},
	};
	struct declarations all = {0};
	struct err err = {0};
	char name[16];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		expect_code(add(&all, &bad[i], &err), ERR_INVALID, &err,
		    bad[i].identifier);
	assert_int_equal(all.count, 0);
	assert_int_equal(add(&all, &given[0], NULL), 0);
	expect_code(add(&all, &given[0], &err), ERR_INVALID, &err, "twice");
	for (i = 1; i < DECLARATIONS_MAX; i++) {
		struct given more = {DECLARATION_TYPE_LEGACY, name, "{}"};

		(void)snprintf(name, sizeof(name), "n%zu", i);
		assert_int_equal(add(&all, &more, NULL), 0);
	}
	expect_code(add(&all, &given[1], &err), ERR_LIMIT, &err, "too many");
	declarations_clear(&all);
}

static void endpoints_are_known_ones(void **state)
{
	static const char *const unknown[] = {"", "token", "tokens/",
	    "status/x", "declaration/", "declaration/configuration",
	    "declaration/secret/a", "declaration/configuration/",
	    "declaration/configuration/a/b", "declaration/configuration/../x",
	    "Declaration-items"};
	struct declarative_request request;
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(unknown); i++)
		expect_code(
		    declarative_endpoint_parse(unknown[i], &request, &err),
		    ERR_NOT_FOUND, &err, unknown[i]);
	assert_int_equal(
	    declarative_endpoint_parse("tokens", &request, NULL), 0);
	assert_int_equal(request.endpoint, ENDPOINT_TOKENS);
	assert_int_equal(declarative_endpoint_parse(
	                     "declaration/configuration/a.b-1", &request, NULL),
	    0);
	assert_int_equal(request.endpoint, ENDPOINT_DECLARATION);
	assert_int_equal(request.group, DECLARATION_CONFIGURATION);
	assert_string_equal(request.identifier, "a.b-1");
}

static int parse(const char *json, struct status_facts *out, struct err *err)
{
	return status_facts_parse(
	    (const uint8_t *)json, strlen(json), out, err);
}

static void a_status_says_what_it_says(void **state)
{
	struct status_facts facts;
	struct status_facts later;
	struct status_facts stored;
	struct buf json = {0};

	(void)state;
	assert_int_equal(
	    parse("{\"StatusItems\":{\"passcode\":{\"is-present\":true,"
	          "\"is-compliant\":false},\"device\":{\"operating-system\":"
	          "{\"version\":\"18.1\"}},\"management\":{\"declarations\":"
	          "{\"configurations\":[{\"identifier\":\"a.b\",\"valid\":"
	          "\"invalid\"},{\"identifier\":\"c\",\"valid\":\"valid\"}]}}},"
	          "\"Errors\":[],\"FullReport\":true}",
	        &facts, NULL),
	    0);
	assert_int_equal(facts.passcode_present, FACT_YES);
	assert_int_equal(facts.passcode_compliant, FACT_NO);
	assert_string_equal(facts.os_version, "18.1");
	assert_int_equal(facts.invalid_count, 1);
	assert_string_equal(facts.invalid[0], "a.b");
	assert_true(facts.is_full);

	/* A part: what it leaves out stays. */
	assert_int_equal(parse("{\"StatusItems\":{\"passcode\":"
	                       "{\"is-compliant\":true}}}",
	                     &later, NULL),
	    0);
	assert_int_equal(later.passcode_present, FACT_UNKNOWN);
	status_facts_merge(&facts, &later);
	assert_int_equal(facts.passcode_present, FACT_YES);
	assert_int_equal(facts.passcode_compliant, FACT_YES);
	assert_string_equal(facts.os_version, "18.1");
	assert_int_equal(facts.invalid_count, 0);

	assert_int_equal(status_facts_encode_json(&facts, &json, NULL), 0);
	assert_int_equal(
	    status_facts_parse_json((char *)json.data, json.len, &stored, NULL),
	    0);
	assert_int_equal(stored.passcode_compliant, FACT_YES);
	assert_string_equal(stored.os_version, "18.1");
	buf_clear(&json);
}

static void odd_values_are_unknown(void **state)
{
	struct status_facts facts;
	struct err err = {0};

	(void)state;
	assert_int_equal(parse("{\"StatusItems\":{\"passcode\":{\"is-present\":"
	                       "\"yes\"},\"device\":[1,2]}}",
	                     &facts, NULL),
	    0);
	assert_int_equal(facts.passcode_present, FACT_UNKNOWN);
	assert_int_equal(facts.ignored, 1);
	expect_code(parse("{}", &facts, &err), ERR_INVALID, &err, "empty");
	expect_code(parse("[1]", &facts, &err), ERR_INVALID, &err, "a list");
	expect_code(
	    parse("{\"StatusItems\":{},\"StatusItems\":{}}", &facts, &err),
	    ERR_INVALID, &err, "a key twice");
}

static void real_reports_are_read(void **state)
{
	static const struct {
		const char *name;
		const char *os_version;
	} reports[] = {
	    {"ddm/kmfddm-status.1st.json", "13.3.1"},
	    {"ddm/kmfddm-status-2022.json", "16.0"},
	    {"ddm/kmfddm-status.D0.error.json", ""},
	};
	const char *samples = getenv("WORKPHONE_SAMPLES");
	struct status_facts facts;
	struct err err = {0};
	char path[512];
	size_t i;

	(void)state;
	if (!samples) {
		printf("SKIP: WORKPHONE_SAMPLES is not set\n");
		skip();
	}
	for (i = 0; i < COUNT(reports); i++) {
		struct buf body;

		(void)snprintf(
		    path, sizeof(path), "%s/%s", samples, reports[i].name);
		body = read_file(path);
		assert_true(body.len > 0);
		if (status_facts_parse(body.data, body.len, &facts, &err))
			fail_msg("%s: %s", reports[i].name, err.text);
		assert_string_equal(facts.os_version, reports[i].os_version);
		buf_clear(&body);
	}
	/* Its declaration is not used yet: that is not "invalid". */
	assert_int_equal(facts.invalid_count, 0);
}

/* --- restrictions and web clips ------------------------------------------- */

static void a_phone_gets_only_what_its_enrolment_takes(void **state)
{
	struct restrictions all;
	plist_t settings = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < RESTRICTION_COUNT; i++)
		all.values[i] =
		    restriction_key_find((enum restriction)i)->restricts;
	assert_int_equal(restrictions_payload_settings(
	                     &all, ENROLMENT_SUPERVISED, &settings, NULL),
	    0);
	assert_int_equal(plist_dict_get_size(settings), RESTRICTION_COUNT);
	plist_free(settings);
	assert_int_equal(restrictions_payload_settings(
	                     &all, ENROLMENT_USER, &settings, NULL),
	    0);
	assert_null(plist_dict_get_item(settings, "allowESIMModification"));
	assert_null(plist_dict_get_item(settings, "allowLiveVoicemail"));
	assert_non_null(
	    plist_dict_get_item(settings, "allowOpenFromManagedToUnmanaged"));
	plist_free(settings);
	restrictions_init(&all);
	restrictions_tighten(&all, RESTRICTION_LIVE_VOICEMAIL, false);
	assert_int_equal(restrictions_payload_settings(
	                     &all, ENROLMENT_DEVICE, &settings, NULL),
	    0);
	assert_null(settings);
}

static void the_stricter_of_two_restrictions_stays(void **state)
{
	struct restrictions set;

	(void)state;
	restrictions_init(&set);
	restrictions_tighten(&set, RESTRICTION_LIVE_VOICEMAIL, true);
	restrictions_tighten(&set, RESTRICTION_LIVE_VOICEMAIL, false);
	restrictions_tighten(&set, RESTRICTION_LIVE_VOICEMAIL, true);
	assert_int_equal(set.values[RESTRICTION_LIVE_VOICEMAIL], 0);
	restrictions_tighten(&set, RESTRICTION_MANAGED_PASTEBOARD, true);
	restrictions_tighten(&set, RESTRICTION_MANAGED_PASTEBOARD, false);
	assert_int_equal(set.values[RESTRICTION_MANAGED_PASTEBOARD], 1);
}

static void a_web_clip_leads_to_a_safe_address(void **state)
{
	static const char *const bad[] = {"", "http://x", "https://",
	    "javascript:x", "https://a b", "https://a\"", "tel:1"};
	plist_t settings = NULL;
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		expect_code(web_clip_payload_settings(
		                "Phone", bad[i], false, &settings, &err),
		    ERR_INVALID, &err, bad[i]);
	expect_code(
	    web_clip_payload_settings("", "https://a", false, &settings, &err),
	    ERR_INVALID, &err, "no label");
	assert_int_equal(web_clip_payload_settings("Phone", "https://a.example",
	                     false, &settings, NULL),
	    0);
	plist_free(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_order_of_adding_does_not_count),
	    cmocka_unit_test(another_content_is_another_token),
	    cmocka_unit_test(what_is_written_fits_the_schema),
	    cmocka_unit_test(bad_declarations_are_refused),
	    cmocka_unit_test(endpoints_are_known_ones),
	    cmocka_unit_test(a_status_says_what_it_says),
	    cmocka_unit_test(odd_values_are_unknown),
	    cmocka_unit_test(real_reports_are_read),
	    cmocka_unit_test(a_phone_gets_only_what_its_enrolment_takes),
	    cmocka_unit_test(the_stricter_of_two_restrictions_stays),
	    cmocka_unit_test(a_web_clip_leads_to_a_safe_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
