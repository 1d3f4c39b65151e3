/*
 * Do the changes of a group's members follow from a PATCH, and does none of the
 * ways to remove one member remove them all?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/scim/scim_group.h"
#include "proto/scim/scim_json.h"

/* "name:x join:a leave:b none" of the operations; "refused:word". */
static void steps_text(const char *operations, char *out, size_t size)
{
	static const char *const words[] = {
	    "name", "external", "join", "leave", "none"};
	char text[2048];
	json_t *document = NULL;
	struct scim_patch patch;
	struct scim_steps steps = {.steps = NULL};
	enum scim_why why = SCIM_WHY_NONE;
	size_t i;
	int rc;

	(void)snprintf(text, sizeof(text), "{\"Operations\":[%s]}", operations);
	for (i = 0; text[i]; i++)
		if (text[i] == '\'')
			text[i] = '"';
	assert_int_equal(
	    scim_json_load(text, strlen(text), &document, NULL), 0);
	assert_int_equal(scim_patch_parse(document, &patch, &why, NULL), 0);
	rc = scim_group_steps(&patch, &steps, &why, NULL);
	out[0] = '\0';
	if (rc < 0)
		(void)snprintf(out, size, "refused:%s", scim_why_name(why));
	for (i = 0; i < steps.count; i++)
		(void)snprintf(out + strlen(out), size - strlen(out),
		    "%s%s%s%s", i ? " " : "", words[steps.steps[i].kind],
		    *steps.steps[i].text ? ":" : "", steps.steps[i].text);
	scim_steps_clear(&steps);
	scim_patch_clear(&patch);
	json_decref(document);
}

static void test_steps(void **state)
{
	static const struct {
		const char *operations;
		const char *steps;
	} cases[] = {
	    {"{'op':'add','path':'members','value':[{'value':'a'},"
	     "{'value':'b','$ref':null}]}",
	        "join:a join:b"},
	    {"{'op':'add','path':'members','value':'string id 2'}",
	        "join:string id 2"},
	    {"{'op':'add','path':'members','value':['a','b']}",
	        "join:a join:b"},
	    {"{'op':'add','path':'members','value':{'Value':'a'}}", "join:a"},
	    {"{'op':'Add','value':{'members':[{'value':'a'}]}}", "join:a"},
	    {"{'op':'remove','path':'members[value eq \\'a\\']'}", "leave:a"},
	    {"{'op':'remove','path':'members[value eq \\'a\\' or value eq "
	     "\\'b\\']'}",
	        "leave:a leave:b"},
	    /* Entra ID: a plain reader would remove all. */
	    {"{'op':'Remove','path':'members','value':[{'$ref':null,"
	     "'value':'a'}]}",
	        "leave:a"},
	    {"{'op':'Remove','path':'members','value':'a'}", "leave:a"},
	    {"{'op':'Remove','path':'members','value':[]}", ""},
	    {"{'op':'remove','path':'members'}", "none"},
	    {"{'op':'replace','path':'members','value':[]}", "none"},
	    {"{'op':'replace','path':'members','value':null}", "none"},
	    {"{'op':'replace','path':'members','value':[{'value':'a'}]}",
	        "none join:a"},
	    {"{'op':'replace','path':'displayName','value':'N'}", "name:N"},
	    {"{'op':'replace','value':{'id':'1','displayName':'N'}}", "name:N"},
	    {"{'op':'replace','path':'externalId','value':'e'}", "external:e"},
	    {"{'op':'remove','path':'externalId'}", "external"},
	    {"{'op':'replace','path':'members[value eq \\'a\\'].display',"
	     "'value':'x'}",
	        ""},
	    {"{'op':'add','path':'nickName','value':'x'}", ""},
	    {"{'op':'remove','path':'members[display eq \\'a\\']'}",
	        "refused:invalidPath"},
	    {"{'op':'remove','path':'members[not (value eq \\'a\\')]'}",
	        "refused:invalidPath"},
	    {"{'op':'remove','path':'members[value eq \\'a\\' and type eq "
	     "\\'b\\']'}",
	        "refused:invalidPath"},
	    {"{'op':'add','path':'members[value eq \\'a\\']','value':'b'}",
	        "refused:noTarget"},
	    {"{'op':'add','path':'members','value':[{'display':'a'}]}",
	        "refused:invalidValue"},
	    {"{'op':'add','path':'members','value':[5]}",
	        "refused:invalidValue"},
	    {"{'op':'remove','path':'displayName'}", "refused:invalidValue"},
	    {"{'op':'replace','path':'displayName','value':''}",
	        "refused:invalidValue"},
	    {"{'op':'replace','path':'id','value':'x'}", "refused:mutability"},
	};
	char out[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		steps_text(cases[i].operations, out, sizeof(out));
		if (strcmp(out, cases[i].steps) != 0)
			fail_msg("%s: \"%s\"", cases[i].operations, out);
	}
}

static void test_whole(void **state)
{
	static const char good[] =
	    "{\"displayName\":\"G\",\"externalId\":\"e\",\"members\":"
	    "[{\"value\":\"a\",\"$ref\":null},null,\"b\"]}";
	static const char *const bad[] = {"{}", "{\"displayName\":\"\"}",
	    "{\"displayName\":5}",
	    "{\"displayName\":\"G\",\"members\":[{\"display\":\"x\"}]}",
	    "{\"displayName\":\"G\",\"members\":[[]]}"};
	struct scim_group group;
	enum scim_why why;
	json_t *document = NULL;
	size_t i;

	(void)state;
	assert_int_equal(
	    scim_json_load(good, strlen(good), &document, NULL), 0);
	assert_int_equal(scim_group_decode(document, &group, &why, NULL), 0);
	assert_string_equal(group.display_name, "G");
	assert_string_equal(group.external_id, "e");
	assert_int_equal(group.member_count, 2);
	assert_string_equal(group.members[0], "a");
	assert_string_equal(group.members[1], "b");
	scim_group_clear(&group);
	json_decref(document);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    scim_json_load(bad[i], strlen(bad[i]), &document, NULL), 0);
		if (scim_group_decode(document, &group, &why, NULL) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(why, SCIM_WHY_INVALID_VALUE);
		json_decref(document);
	}
}

static void test_too_many(void **state)
{
	json_t *members = json_array();
	json_t *document;
	struct scim_group group;
	enum scim_why why;
	int i;

	(void)state;
	for (i = 0; i <= SCIM_MEMBERS_MAX; i++)
		(void)json_array_append_new(members, json_string("a"));
	document =
	    json_pack("{s:s, s:o}", "displayName", "G", "members", members);
	assert_true(scim_group_decode(document, &group, &why, NULL) < 0);
	assert_int_equal(why, SCIM_WHY_TOO_MANY);
	json_decref(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_whole),
	    cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
