/*
 * policy_profile_test: are a pack's rules one valid profile, always the same
 * bytes, and under a name by which it is found again?
 */
#include <fcntl.h>
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
#include <plist/plist.h>

#include "policies/profile.h"

#define BASE WP_SOURCE_DIR "/tests/policy/data/exempelkoping"
#define VASTERVIK WP_SOURCE_DIR "/policies/packs/vastervik"

extern char **environ;

static struct pack *pack_of(const char *folder)
{
	struct pack *pack = NULL;
	struct err err = {0};

	if (pack_load(folder, &pack, &err))
		fail_msg("%s", err.text);
	return pack;
}

static void build(const char *folder,
    const struct policy_profile_target *target, struct buf *xml,
    struct policy_profile_summary *out)
{
	struct pack *pack = pack_of(folder);
	struct err err = {0};

	buf_reset(xml);
	if (policy_profile_build(pack, target, xml, out, &err))
		fail_msg("%s", err.text);
	pack_free(pack);
}

static const struct policy_profile_target organisation = {
    .organisation_id = "vastervik.se"};

/* The first payload of the profile. */
static plist_t payload_of(const struct buf *xml, plist_t *root)
{
	plist_t payloads;

	*root = NULL;
	plist_from_xml((const char *)xml->data, (uint32_t)xml->len, root);
	assert_non_null(*root);
	payloads = plist_dict_get_item(*root, "PayloadContent");
	assert_int_equal(plist_array_get_size(payloads), 1);
	return plist_array_get_item(payloads, 0);
}

static int64_t number_of(plist_t dict, const char *key)
{
	plist_t item = plist_dict_get_item(dict, key);
	uint64_t number = 0;
	uint8_t yes = 0;

	if (!item)
		return -1;
	if (plist_get_node_type(item) == PLIST_BOOLEAN) {
		plist_get_bool_val(item, &yes);
		return yes;
	}
	plist_get_uint_val(item, &number);
	return (int64_t)number;
}

static bool text_is(plist_t dict, const char *key, const char *text)
{
	plist_t item = plist_dict_get_item(dict, key);
	uint64_t len = 0;
	const char *value = item ? plist_get_string_ptr(item, &len) : NULL;

	return value && len == strlen(text) && memcmp(value, text, len) == 0;
}

static void test_vst_33_is_set_on_the_phone(void **state)
{
	struct policy_profile_summary summary;
	struct buf xml = {0};
	plist_t root;
	plist_t payload;

	(void)state;
	build(VASTERVIK, &organisation, &xml, &summary);
	payload = payload_of(&xml, &root);
	assert_true(text_is(root, "PayloadIdentifier", summary.identifier));
	assert_string_equal(
	    summary.identifier, "workphone.vastervik.se.vastervik");
	assert_true(text_is(root, "PayloadUUID", summary.uuid));
	assert_true(uuid_is_valid(summary.uuid));
	assert_int_equal(summary.uuid[14], '8');
	assert_true(
	    text_is(root, "PayloadOrganization", "Västerviks kommunkoncern"));
	assert_true(text_is(
	    payload, "PayloadType", "com.apple.mobiledevice.passwordpolicy"));
	assert_false(text_is(payload, "PayloadUUID", summary.uuid));
	assert_int_equal(number_of(payload, "forcePIN"), 1);
	assert_int_equal(number_of(payload, "allowSimple"), 0);
	assert_int_equal(number_of(payload, "minLength"), 6);
	assert_int_equal(number_of(payload, "maxInactivity"), 5);
	assert_int_equal(number_of(payload, "maxGracePeriod"), 0);
	/* It would erase the phone: never by default. */
	assert_int_equal(number_of(payload, "maxFailedAttempts"), -1);
	plist_free(root);
	buf_clear(&xml);
}

static void test_same_pack_same_bytes(void **state)
{
	struct policy_profile_summary first;
	struct policy_profile_summary second;
	struct buf a = {0};
	struct buf b = {0};

	(void)state;
	build(VASTERVIK, &organisation, &a, &first);
	build(VASTERVIK, &organisation, &b, &second);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	assert_string_equal(first.uuid, second.uuid);
	assert_string_equal(first.content_hash, second.content_hash);
	buf_clear(&a);
	buf_clear(&b);
}

/* Every difference gives another UUID; the identifier stays for versions. */
static void test_other_content_other_uuid(void **state)
{
	static const struct policy_profile_target targets[] = {
	    {.organisation_id = "a"},
	    {.organisation_id = "a", .organisation_name = "Annan"},
	    {.organisation_id = "a", .language = "en"},
	    {.organisation_id = "a", .equipment = PACK_EQUIPMENT_PRIVATE},
	    {.organisation_id = "b"},
	};
	struct policy_profile_summary made[5];
	struct buf xml = {0};
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < 5; i++) {
		build(BASE, &targets[i], &xml, &made[i]);
		for (j = 0; j < i; j++) {
			assert_string_not_equal(made[i].uuid, made[j].uuid);
			assert_string_not_equal(
			    made[i].content_hash, made[j].content_hash);
		}
	}
	assert_string_equal(made[0].identifier, made[1].identifier);
	assert_string_equal(made[0].identifier, made[2].identifier);
	assert_string_not_equal(made[0].identifier, made[4].identifier);
	buf_clear(&xml);
}

static void test_strictest_of_several_rules(void **state)
{
	static const struct policy_profile_target private = {
	    .organisation_id = "a", .equipment = PACK_EQUIPMENT_PRIVATE};
	struct policy_profile_summary summary;
	struct buf xml = {0};
	plist_t root;
	plist_t payload;

	(void)state;
	build(BASE, &organisation, &xml, &summary);
	payload = payload_of(&xml, &root);
	assert_int_equal(number_of(payload, "minLength"), 8);
	assert_int_equal(number_of(payload, "allowSimple"), 0);
	assert_int_equal(number_of(payload, "maxInactivity"), 10);
	assert_int_equal(number_of(payload, "maxGracePeriod"), 0);
	plist_free(root);
	/* Only one of the rules is about private phones. */
	build(BASE, &private, &xml, &summary);
	payload = payload_of(&xml, &root);
	assert_int_equal(number_of(payload, "maxInactivity"), -1);
	assert_int_equal(number_of(payload, "maxGracePeriod"), 5);
	plist_free(root);
	buf_clear(&xml);
}

static void test_refusals(void **state)
{
	static const struct policy_profile_target bad[] = {
	    {0},
	    {.organisation_id = ""},
	    {.organisation_id = "A B"},
	    {.organisation_id = "å"},
	    {.organisation_id = "../x"},
	    {.organisation_id =
	            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	            "aaaaaaaaaaaaaaaaaaaaaaaaa"},
	    {.organisation_id = "a", .language = "fi"},
	};
	struct policy_profile_summary summary = {.identifier = "untouched"};
	struct pack *pack = pack_of(VASTERVIK);
	struct policy_profile_target private = organisation;
	struct err err = {0};
	struct buf xml = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    policy_profile_build(pack, &bad[i], &xml, &summary, &err),
		    -ERR_INVALID);
	/* VST-33 is about the municipality's own phones. */
	private.equipment = PACK_EQUIPMENT_PRIVATE;
	assert_int_equal(
	    policy_profile_build(pack, &private, &xml, &summary, &err),
	    -ERR_NOT_FOUND);
	assert_string_equal(summary.identifier, "untouched");
	assert_int_equal(xml.len, 0);
	buf_clear(&xml);
	pack_free(pack);
}

/* Judges that we did not write ------------------------------------------- */

static int run(char *const argv[], const char *output)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;

	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 1, output,
	                     O_WRONLY | O_CREAT | O_TRUNC, 0600),
	    0);
	assert_int_equal(
	    posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void profile_put(
    const char *folder, const struct buf *xml, char path[64])
{
	FILE *file;

	(void)snprintf(path, 64, "%s/profile.xml", folder);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(xml->data, 1, xml->len, file), xml->len);
	assert_int_equal(fclose(file), 0);
}

static void judge(char *const argv[], const char *output)
{
	int status = run(argv, output);

	if (status != 0)
		fail_msg("%s gives %d, see %s", argv[0], status, output);
}

static void test_judged_by_others(void **state)
{
	const char *folder = getenv("WORKPHONE_APPLE_SCHEMA");
	char place[] = "/tmp/policy_profile_test.XXXXXX";
	struct policy_profile_summary summary;
	struct buf xml = {0};
	char profile[64];
	char output[64];
	char program[512];
	char schema[512];
	char python[] = "python3";
	char option[] = "--schema";
	char kind[] = "--kind";
	char kind_profile[] = "profile";
	char reader[] = "plistutil";
	char input[] = "-i";
	char *validate[] = {
	    python, program, option, schema, kind, kind_profile, profile, NULL};
	char *plistutil[] = {reader, input, profile, NULL};

	(void)state;
	assert_non_null(mkdtemp(place));
	build(VASTERVIK, &organisation, &xml, &summary);
	profile_put(place, &xml, profile);
	(void)snprintf(output, sizeof(output), "%s/output", place);
	judge(plistutil, output);
	if (folder) {
		(void)snprintf(
		    program, sizeof(program), "%s/validate.py", folder);
		(void)snprintf(
		    schema, sizeof(schema), "%s/ios-schema.json", folder);
		judge(validate, output);
	}
	(void)unlink(profile);
	(void)unlink(output);
	assert_int_equal(rmdir(place), 0);
	buf_clear(&xml);
	if (!folder) {
		print_message("SKIP: Apple's schema: set "
		              "WORKPHONE_APPLE_SCHEMA\n");
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vst_33_is_set_on_the_phone),
	    cmocka_unit_test(test_same_pack_same_bytes),
	    cmocka_unit_test(test_other_content_other_uuid),
	    cmocka_unit_test(test_strictest_of_several_rules),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_judged_by_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
