/*
 * Does a PATCH change what RFC 7644 section 3.5.2 says, the way Entra ID and
 * Okta write it, too, and is it refused by the right word when it cannot?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/scim/scim_json.h"
#include "proto/scim/scim_patch.h"

#define EXTENSION "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

/* ' for " makes the cases readable. */
static json_t *load(const char *text)
{
	char plain[4096];
	json_error_t error;
	json_t *value;
	size_t i;

	assert_true(strlen(text) < sizeof(plain));
	for (i = 0; text[i]; i++)
		plain[i] = text[i] == '\'' ? '"' : text[i];
	plain[i] = '\0';
	value = json_loads(plain, JSON_DECODE_ANY, &error);
	if (!value)
		fail_msg("%s: %s", text, error.text);
	return value;
}

/* operations: the inside of the list. 0: *resource is changed. */
static int patched(json_t *resource, const char *operations, enum scim_why *why)
{
	char text[4096];
	struct scim_patch patch;
	struct err err = {0};
	json_t *document;
	int rc;

	(void)snprintf(text, sizeof(text), "{'Operations':[%s]}", operations);
	document = load(text);
	*why = SCIM_WHY_NONE;
	rc = scim_patch_parse(document, &patch, why, &err);
	if (rc == 0) {
		rc = scim_patch_apply(&patch, resource, why, &err);
		scim_patch_clear(&patch);
	}
	json_decref(document);
	if (rc < 0)
		assert_true(err.text[0]);
	return rc;
}

static void expect(
    const char *before, const char *operations, const char *after)
{
	json_t *resource = load(before);
	json_t *wanted = load(after);
	enum scim_why why;
	char *text;

	if (patched(resource, operations, &why) < 0)
		fail_msg("refused: %s", operations);
	if (!json_equal(resource, wanted)) {
		text = json_dumps(resource, JSON_SORT_KEYS);
		fail_msg("%s\nbecame %s", operations, text);
	}
	json_decref(resource);
	json_decref(wanted);
}

static void test_plain(void **state)
{
	(void)state;
	expect("{'userName':'a'}",
	    "{'op':'replace','path':'userName','value':'b'}",
	    "{'userName':'b'}");
	expect("{'userName':'a'}", "{'op':'add','path':'username','value':'b'}",
	    "{'userName':'b'}");
	expect("{'name':{'familyName':'a','givenName':'g'}}",
	    "{'op':'replace','path':'name.familyName','value':'b'}",
	    "{'name':{'familyName':'b','givenName':'g'}}");
	expect("{}", "{'op':'add','path':'name.familyName','value':'b'}",
	    "{'name':{'familyName':'b'}}");
	expect("{'displayName':'a','x':1}",
	    "{'op':'remove','path':'displayName'}", "{'x':1}");
	expect("{'name':{'a':'1','b':'2'}}",
	    "{'op':'replace','path':'name','value':{'a':'3'}}",
	    "{'name':{'a':'3','b':'2'}}");
	expect("{'name':{'a':'1'}}", "{'op':'remove','path':'name.a'}",
	    "{'name':{}}");
	expect("{'a':1}", "{'op':'replace','path':'a','value':null}", "{}");
}

static void test_lists(void **state)
{
	(void)state;
	expect("{'emails':[{'value':'a','type':'work'}]}",
	    "{'op':'add','path':'emails','value':[{'value':'b'}]}",
	    "{'emails':[{'value':'a','type':'work'},{'value':'b'}]}");
	expect("{'emails':[{'value':'a'}]}",
	    "{'op':'add','path':'emails','value':{'value':'a'}}",
	    "{'emails':[{'value':'a'}]}");
	expect("{'emails':[{'value':'a','primary':true}]}",
	    "{'op':'add','path':'emails','value':[{'value':'b',"
	    "'primary':true}]}",
	    "{'emails':[{'value':'a','primary':false},{'value':'b',"
	    "'primary':true}]}");
	expect("{'emails':[{'value':'a'},{'value':'b'}]}",
	    "{'op':'replace','path':'emails','value':[{'value':'c'}]}",
	    "{'emails':[{'value':'c'}]}");
	expect("{'emails':[{'value':'a'}]}", "{'op':'remove','path':'emails'}",
	    "{}");
	expect("{'emails':[{'value':'a','type':'work'},{'value':'b',"
	       "'type':'home'}]}",
	    "{'op':'remove','path':'emails[type eq \\'work\\']'}",
	    "{'emails':[{'value':'b','type':'home'}]}");
	expect("{'emails':[{'value':'a','type':'work'},{'value':'b'}]}",
	    "{'op':'replace','path':'emails[type eq \\'work\\'].value',"
	    "'value':'c'}",
	    "{'emails':[{'value':'c','type':'work'},{'value':'b'}]}");
	expect("{'emails':[{'value':'a','type':'work'}]}",
	    "{'op':'remove','path':'emails[type eq \\'work\\'].value'}",
	    "{'emails':[{'type':'work'}]}");
	expect("{'emails':[{'value':'a','type':'work'}]}",
	    "{'op':'replace','path':'emails[type eq \\'work\\']','value':"
	    "{'value':'d','primary':true}}",
	    "{'emails':[{'value':'d','type':'work','primary':true}]}");
}

/* As Entra ID writes it. */
static void test_entra(void **state)
{
	(void)state;
	expect("{'active':true}",
	    "{'op':'Replace','path':'active','value':'False'}",
	    "{'active':'False'}");
	/* The first address is made by what the filter says. */
	expect("{}",
	    "{'op':'Add','path':'emails[type eq \\'work\\'].value',"
	    "'value':'a@b.c'}",
	    "{'emails':[{'type':'work','value':'a@b.c'}]}");
	expect("{}",
	    "{'op':'Replace','path':'emails[type eq \\'work\\' and primary eq "
	    "true].value','value':'a@b.c'}",
	    "{'emails':[{'type':'work','primary':true,'value':'a@b.c'}]}");
	/* A dot behind the URN, a bare text for a manager. */
	expect("{'" EXTENSION "':{'manager':{'value':'a'}}}",
	    "{'op':'Add','path':'" EXTENSION ".manager','value':'b'}",
	    "{'" EXTENSION "':{'manager':'b'}}");
	expect("{}",
	    "{'op':'Add','path':'" EXTENSION ":department','value':"
	    "'Skola'}",
	    "{'" EXTENSION "':{'department':'Skola'}}");
	/* Whole paths as names inside a value. */
	expect("{'name':{'givenName':'g'}}",
	    "{'op':'Add','value':{'name.familyName':'f','" EXTENSION
	    ":department':'d','emails[type eq \\'work\\'].value':'x@y.z'}}",
	    "{'name':{'givenName':'g','familyName':'f'},'" EXTENSION
	    "':{'department':'d'},'emails':[{'type':'work',"
	    "'value':'x@y.z'}]}");
	/* Only these, not the whole list; its $ref is null. */
	expect("{'emails':[{'value':'a'},{'value':'b'},{'value':'c'}]}",
	    "{'op':'Remove','path':'emails','value':[{'$ref':null,"
	    "'value':'b'}]}",
	    "{'emails':[{'value':'a'},{'value':'c'}]}");
	expect("{'emails':[{'value':'a'}]}",
	    "{'op':'Remove','path':'emails','value':[]}",
	    "{'emails':[{'value':'a'}]}");
	expect("{'" EXTENSION "':{'manager':{'value':'a'}},'x':1}",
	    "{'op':'Remove','path':'" EXTENSION ":manager'}",
	    "{'" EXTENSION "':{},'x':1}");
	expect("{'" EXTENSION "':{'department':'a'},'x':1}",
	    "{'op':'remove','path':'" EXTENSION "'}", "{'x':1}");
}

/* As Okta writes it: no path, the whole object with its id. */
static void test_okta(void **state)
{
	(void)state;
	expect("{'displayName':'a'}",
	    "{'op':'replace','value':{'id':'x','schemas':['y'],'meta':{},"
	    "'groups':[],'displayName':'b'}}",
	    "{'displayName':'b'}");
	expect("{'active':true}", "{'op':'replace','value':{'active':false}}",
	    "{'active':false}");
	expect("{'" EXTENSION "':{'department':'a','employeeNumber':'1'}}",
	    "{'op':'replace','value':{'" EXTENSION "':{'department':'b'}}}",
	    "{'" EXTENSION "':{'department':'b','employeeNumber':'1'}}");
}

/* One after the other; the patch itself is not changed by being applied. */
static void test_in_order(void **state)
{
	json_t *document =
	    load("{'Operations':[{'op':'add','path':'emails','value':"
	         "[{'value':'a','type':'work'}]},{'op':'replace','path':"
	         "'emails[type eq \\'work\\'].value','value':'b'}]}");
	json_t *copy = json_deep_copy(document);
	json_t *one = json_object();
	json_t *other = json_object();
	struct scim_patch patch;
	enum scim_why why;

	(void)state;
	assert_int_equal(scim_patch_parse(document, &patch, &why, NULL), 0);
	assert_int_equal(scim_patch_apply(&patch, one, &why, NULL), 0);
	assert_int_equal(scim_patch_apply(&patch, other, &why, NULL), 0);
	assert_true(json_equal(one, other));
	assert_true(json_equal(document, copy));
	scim_patch_clear(&patch);
	json_decref(one);
	json_decref(other);
	json_decref(copy);
	json_decref(document);
}

static void test_refused(void **state)
{
	static const struct {
		const char *operations;
		enum scim_why why;
	} cases[] = {
	    {"", SCIM_WHY_INVALID_SYNTAX},
	    {"5", SCIM_WHY_INVALID_SYNTAX},
	    {"{'path':'a','value':1}", SCIM_WHY_INVALID_SYNTAX},
	    {"{'op':'move','path':'a','value':1}", SCIM_WHY_INVALID_SYNTAX},
	    {"{'op':5,'path':'a','value':1}", SCIM_WHY_INVALID_SYNTAX},
	    {"{'op':'add','path':'a'}", SCIM_WHY_INVALID_VALUE},
	    {"{'op':'add','value':'x'}", SCIM_WHY_INVALID_VALUE},
	    {"{'op':'remove'}", SCIM_WHY_NO_TARGET},
	    {"{'op':'add','path':'a b','value':1}", SCIM_WHY_INVALID_PATH},
	    {"{'op':'add','path':5,'value':1}", SCIM_WHY_INVALID_PATH},
	    {"{'op':'add','path':'a[','value':1}", SCIM_WHY_INVALID_PATH},
	    {"{'op':'replace','value':{'a b':1}}", SCIM_WHY_INVALID_PATH},
	    {"{'op':'replace','path':'id','value':'x'}", SCIM_WHY_MUTABILITY},
	    {"{'op':'remove','path':'meta'}", SCIM_WHY_MUTABILITY},
	    {"{'op':'add','path':'groups','value':[]}", SCIM_WHY_MUTABILITY},
	    {"{'op':'replace','path':'emails[type ne \\'x\\'].value',"
	     "'value':1}",
	        SCIM_WHY_NO_TARGET},
	    {"{'op':'add','path':'" EXTENSION "','value':5}",
	        SCIM_WHY_INVALID_VALUE},
	    {"{'op':'remove','path':"
	     "'urn:ietf:params:scim:schemas:core:2.0:User'}",
	        SCIM_WHY_MUTABILITY},
	};
	enum scim_why why;
	json_t *resource;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		resource = json_object();
		if (patched(resource, cases[i].operations, &why) == 0)
			fail_msg("taken: %s", cases[i].operations);
		if (why != cases[i].why)
			fail_msg(
			    "%s: %s", cases[i].operations, scim_why_name(why));
		json_decref(resource);
	}
}

static void test_too_many(void **state)
{
	json_t *operations = json_array();
	json_t *document = json_pack("{s:O}", "operations", operations);
	struct scim_patch patch;
	enum scim_why why = SCIM_WHY_NONE;
	json_t *list = json_array();
	json_t *resource;
	int i;

	(void)state;
	for (i = 0; i <= SCIM_OPERATIONS_MAX; i++)
		(void)json_array_append_new(operations,
		    json_pack(
		        "{s:s,s:s,s:i}", "op", "add", "path", "a", "value", i));
	assert_true(scim_patch_parse(document, &patch, &why, NULL) < 0);
	assert_int_equal(why, SCIM_WHY_TOO_MANY);
	json_decref(document);
	json_decref(operations);

	for (i = 0; i <= SCIM_ELEMENTS_MAX; i++)
		(void)json_array_append_new(
		    list, json_pack("{s:i}", "value", i));
	document = json_pack("{s:[{s:s,s:s,s:o}]}", "Operations", "op", "add",
	    "path", "emails", "value", list);
	resource = json_pack("{s:[]}", "emails");
	assert_int_equal(scim_patch_parse(document, &patch, &why, NULL), 0);
	assert_true(scim_patch_apply(&patch, resource, &why, NULL) < 0);
	assert_int_equal(why, SCIM_WHY_TOO_MANY);
	scim_patch_clear(&patch);
	json_decref(resource);
	json_decref(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_entra),
	    cmocka_unit_test(test_okta),
	    cmocka_unit_test(test_in_order),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
