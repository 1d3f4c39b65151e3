/*
 * Does a filter of RFC 7644 mean what the RFC says, is every broken one refused
 * with its place, and does none cost more than its limits?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/scim/scim_filter.h"
#include "proto/scim/scim_path.h"

/* The user of the examples, in our words. */
static const char resource_text[] =
    "{\"id\":\"2819c223\",\"externalId\":\"Ext-1\","
    "\"userName\":\"Bjensen@Example.org\",\"displayName\":\"\xc3\x85sa "
    "Bergstr\xc3\xb6m\",\"title\":\"Chef\",\"active\":true,\"age\":42,"
    "\"name\":{\"familyName\":\"O'Malley\",\"givenName\":\"Barbara\"},"
    "\"emails\":[{\"value\":\"b@example.org\",\"type\":\"work\","
    "\"primary\":true},{\"value\":\"b@home.example\",\"type\":\"home\"}],"
    "\"meta\":{\"lastModified\":\"2026-05-13T04:42:34Z\"},"
    "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":"
    "{\"department\":\"Skola\",\"manager\":{\"value\":\"m1\"}}}";

struct world {
	json_t *resource;
};

static int set_up(void **state)
{
	static struct world world;

	world.resource = json_loads(resource_text, 0, NULL);
	*state = &world;
	return world.resource ? 0 : -1;
}

static int tear_down(void **state)
{
	json_decref(((struct world *)*state)->resource);
	return 0;
}

static bool matches(const json_t *resource, const char *text)
{
	struct scim_filter *filter = NULL;
	struct err err = {0};
	bool fits;

	if (scim_filter_parse(text, strlen(text), &filter, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	fits = scim_filter_match(filter, resource);
	scim_filter_free(filter);
	return fits;
}

#define EXTENSION "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static void test_meaning(void **state)
{
	static const struct {
		const char *filter;
		bool fits;
	} cases[] = {
	    {"userName eq \"bjensen@example.ORG\"", true},
	    {"USERNAME EQ \"bjensen@example.org\"", true},
	    {"userName eq \"bjensen\"", false},
	    {"userName sw \"BJ\"", true},
	    {"userName ew \".org\"", true},
	    {"userName co \"@\"", true},
	    {"userName ne \"x\"", true},
	    {"userName ne \"bjensen@example.org\"", false},
	    {"name.familyName co \"O'Malley\"", true},
	    {"displayName eq \"\xc3\xa5SA bergstr\xc3\x96m\"", true},
	    {"displayName co \"\xc3\x85SA\"", true},
	    {"externalId eq \"ext-1\"", false},
	    {"externalId eq \"Ext-1\"", true},
	    {"title pr", true},
	    {"nickName pr", false},
	    {"nickName eq null", true},
	    {"title ne null", true},
	    {"nickName ne \"x\"", true},
	    {"active eq true", true},
	    {"active eq \"True\"", true},
	    {"active eq false", false},
	    {"active ne false", true},
	    {"age gt 41", true},
	    {"age le 41", false},
	    {"age eq 42.0", true},
	    {"title gt \"Chea\"", true},
	    {"title lt \"Cheg\"", true},
	    {"meta.lastModified gt \"2026-05-13T04:42:33Z\"", true},
	    {"meta.lastModified ge \"2026-05-13T06:42:34+02:00\"", true},
	    {"meta.lastModified lt \"2026-05-13T04:42:34Z\"", false},
	    {"emails co \"home.example\"", true},
	    {"emails.type eq \"home\"", true},
	    {"emails eq \"b@example.org\"", true},
	    {"emails.value sw \"x\"", false},
	    {"emails[type eq \"work\" and value co \"@example.org\"]", true},
	    {"emails[type eq \"home\" and value co \"@example.org\"]", false},
	    {"emails[type eq \"work\"].value eq \"B@example.org\"", true},
	    {"emails[type eq \"home\"].value eq \"b@example.org\"", false},
	    {"emails[not (type eq \"work\")]", true},
	    {"not (title pr)", false},
	    {"not(title pr)", false},
	    {"title pr or nickName pr and active eq false", true},
	    {"(title pr or nickName pr) and active eq false", false},
	    {"title pr and not (active eq false)", true},
	    {EXTENSION ":department eq \"skola\"", true},
	    {EXTENSION ".department eq \"skola\"", true},
	    {EXTENSION ":manager.value eq \"m1\"", true},
	    {EXTENSION ":manager eq \"m1\"", true},
	    {"urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"b\"",
	        true},
	    {"urn:example:none:1.0:department pr", false},
	    {"title eq \"\\u0043hef\"", true},
	    {"  title   pr  ", true},
	};
	struct world *world = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (matches(world->resource, cases[i].filter) != cases[i].fits)
			fail_msg("%s", cases[i].filter);
}

static void test_refused(void **state)
{
	static const char *const cases[] = {"", " ", "userName", "userName eq",
	    "userName eq bjensen", "userName is \"x\"", "eq \"x\"",
	    "userName eq \"x", "userName eq \"x\" and", "or title pr",
	    "(title pr", "title pr)", "not title pr", "emails[type eq \"w\"",
	    "emails[]", "emails[type eq \"w\"]x", "title pr title pr",
	    "active gt true", "active co false", "title co 5",
	    "title eq \"\\u0000\"", "ti\xff tle pr", "title eq {}",
	    "title eq [1]", "a.b.c eq 1", "1a eq 1", EXTENSION " pr",
	    "userName eq \"a\" & title pr", "title eq \"\\ud800\"",
	    "emails[type eq \"w\"]. pr"};
	struct scim_filter *filter = NULL;
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (scim_filter_parse(cases[i], strlen(cases[i]), &filter,
		        &err) != -ERR_INVALID)
			fail_msg("taken: %s", cases[i]);
		assert_true(err.text[0]);
	}
}

/* `count` times part, into a text that the caller frees. */
static char *repeated(const char *part, size_t count, const char *end)
{
	size_t len = strlen(part);
	char *text = malloc(len * count + strlen(end) + 1);
	size_t i;

	assert_non_null(text);
	for (i = 0; i < count; i++)
		memcpy(text + i * len, part, len);
	memcpy(text + len * count, end, strlen(end) + 1);
	return text;
}

static void test_limits(void **state)
{
	static const struct {
		const char *part;
		size_t count;
		const char *end;
	} cases[] = {
	    {"(", SCIM_FILTER_DEPTH + 1, "title pr"},
	    {"not (", SCIM_FILTER_DEPTH + 1, "title pr"},
	    {"title pr or ", SCIM_FILTER_NODES, "title pr"},
	    {"        ", SCIM_FILTER_MAX / 8, "title pr"},
	};
	struct scim_filter *filter = NULL;
	struct err err = {0};
	size_t i;
	char *text;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = repeated(cases[i].part, cases[i].count, cases[i].end);
		assert_int_equal(
		    scim_filter_parse(text, strlen(text), &filter, &err),
		    -ERR_LIMIT);
		free(text);
	}
}

static const char *equal_of(const char *text, const char *name, char *room)
{
	struct scim_filter *filter = NULL;
	const char *found;

	assert_int_equal(
	    scim_filter_parse(text, strlen(text), &filter, NULL), 0);
	found = scim_filter_equal(filter, name);
	room[0] = '\0';
	if (found)
		strncat(room, found, 63);
	scim_filter_free(filter);
	return found ? room : NULL;
}

/* Only what must be so may be looked up by an index. */
static void test_equal(void **state)
{
	char room[64];

	(void)state;
	assert_string_equal(
	    equal_of("userName eq \"a\"", "userName", room), "a");
	assert_string_equal(
	    equal_of("title pr and USERname eq \"a\"", "userName", room), "a");
	assert_null(
	    equal_of("title pr or userName eq \"a\"", "userName", room));
	assert_null(equal_of("not (userName eq \"a\")", "userName", room));
	assert_null(equal_of("userName ne \"a\"", "userName", room));
	assert_null(equal_of("userName.x eq \"a\"", "userName", room));
	assert_null(equal_of("emails[id eq \"a\"]", "id", room));
}

static void test_paths(void **state)
{
	static const struct {
		const char *text;
		const char *urn;
		const char *name;
		const char *sub;
		bool filtered;
	} good[] = {
	    {"members", "", "members", "", false},
	    {"name.familyName", "", "name", "familyName", false},
	    {"emails[type eq \"work\"].value", "", "emails", "value", true},
	    {"members[value eq \"2819c223-7f76-...413861904646\"]", "",
	        "members", "", true},
	    {EXTENSION ":manager", EXTENSION, "manager", "", false},
	    {EXTENSION ".manager", EXTENSION, "manager", "", false},
	    {EXTENSION ":manager.displayName", EXTENSION, "manager",
	        "displayName", false},
	    {EXTENSION, EXTENSION, "", "", false},
	    {"emails[value eq \"a]b\"]", "", "emails", "", true},
	};
	static const char *const bad[] = {"", "members[", "members[]",
	    "members[value eq \"x\"", "members[value eq \"x\"]value",
	    "members[value eq \"x\"].", "members[value eq \"x\"].a.b",
	    "a.b[value eq \"x\"]", "a b", "a..b", EXTENSION "[value pr]",
	    "\xff"};
	struct scim_path path;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(scim_path_parse(good[i].text,
		                     strlen(good[i].text), &path, NULL),
		    0);
		assert_string_equal(path.attr.urn, good[i].urn);
		assert_string_equal(path.attr.name, good[i].name);
		assert_string_equal(path.attr.sub, good[i].sub);
		assert_int_equal(path.filter != NULL, good[i].filtered);
		scim_path_clear(&path);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (scim_path_parse(bad[i], strlen(bad[i]), &path, NULL) !=
		    -ERR_INVALID)
			fail_msg("taken: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_meaning, set_up, tear_down),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
