/*
 * Is of a user just that taken which a ledger of phones needs, however the
 * client spells it, and does what is asked for leave what was not?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/scim/scim_json.h"
#include "proto/scim/scim_project.h"
#include "proto/scim/scim_user.h"

#define EXTENSION "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static int decode(const char *text, struct scim_user *out, enum scim_why *why)
{
	json_t *document = NULL;
	struct err err = {0};
	int rc = scim_json_load(text, strlen(text), &document, &err);

	*why = SCIM_WHY_NONE;
	if (rc == 0)
		rc = scim_user_decode(document, out, why, &err);
	json_decref(document);
	return rc;
}

static void test_whole(void **state)
{
	static const char text[] =
	    "{\"USERNAME\":\" anna@example.org \",\"externalId\":\"x1\","
	    "\"Name\":{\"formatted\":\"Anna Ek\",\"GivenName\":\"Anna\","
	    "\"familyName\":\"Ek\",\"honorificPrefix\":null},"
	    "\"displayName\":\"Anna "
	    "E\",\"nickName\":\"Ann\",\"password\":\"p\","
	    "\"emails\":[{\"value\":\"home@example.net\",\"type\":\"home\","
	    "\"primary\":true},{\"value\":\"anna.ek@example.org\","
	    "\"Type\":\"Work\"},{\"value\":\"main@example.org\","
	    "\"type\":\"work\",\"Primary\":\"True\"}],"
	    "\"phoneNumbers\":[{\"value\":\"+46 70 1\",\"type\":\"mobile\"},"
	    "{\"value\":\"+46701234567\",\"type\":\"work\"}],"
	    "\"locale\":\"sv-SE\",\"active\":\"True\",\"roles\":null,"
	    "\"urn:IETF:params:scim:schemas:extension:enterprise:2.0:User\":"
	    "{\"Department\":\"Skola\",\"employeeNumber\":\"421\","
	    "\"manager\":{\"value\":\"m1\",\"$ref\":null}}}";
	struct scim_user user;
	enum scim_why why;

	(void)state;
	assert_int_equal(decode(text, &user, &why), 0);
	assert_string_equal(user.user_name, "anna@example.org");
	assert_string_equal(user.external_id, "x1");
	assert_string_equal(user.display_name, "Anna E");
	assert_string_equal(user.formatted, "Anna Ek");
	assert_string_equal(user.given_name, "Anna");
	assert_string_equal(user.family_name, "Ek");
	assert_string_equal(user.mail, "main@example.org");
	assert_string_equal(user.number, "+46701234567");
	assert_string_equal(user.language, "sv");
	assert_string_equal(user.department, "Skola");
	assert_string_equal(user.employee_number, "421");
	assert_string_equal(user.manager, "m1");
	assert_true(user.is_active && user.says_active);
}

/* Nothing private: what is not of work is not there afterwards. */
static void test_nothing_private(void **state)
{
	static const char text[] =
	    "{\"userName\":\"a\",\"emails\":[{\"value\":\"h@example.net\","
	    "\"type\":\"home\",\"primary\":true}],\"phoneNumbers\":"
	    "[{\"value\":\"+46701234567\",\"type\":\"mobile\"}],"
	    "\"addresses\":[{\"streetAddress\":\"Hemv. 1\"}],"
	    "\"password\":\"hemlig\"}";
	struct scim_user user;
	enum scim_why why;
	json_t *encoded;
	char *out;

	(void)state;
	assert_int_equal(decode(text, &user, &why), 0);
	encoded = scim_user_encode(&user);
	out = json_dumps(encoded, 0);
	assert_null(strstr(out, "h@example.net"));
	assert_null(strstr(out, "4670"));
	assert_null(strstr(out, "Hemv"));
	assert_null(strstr(out, "hemlig"));
	free(out);
	json_decref(encoded);
}

static void test_spellings(void **state)
{
	static const struct {
		const char *text;
		const char *mail;
		const char *manager;
		bool active;
	} cases[] = {
	    {"{\"userName\":\"a\",\"emails\":{\"value\":\"a@b.c\"}}", "a@b.c",
	        "", true},
	    {"{\"userName\":\"a\",\"emails\":[{\"value\":\"a@b.c\"}]}", "a@b.c",
	        "", true},
	    /* Ids and names where an address should be. */
	    {"{\"userName\":\"a\",\"emails\":[{\"value\":\"emailName357\","
	     "\"type\":\"work\"}]}",
	        "", "", true},
	    {"{\"userName\":\"a\",\"active\":\"false\",\"emails\":null}", "",
	        "", false},
	    {"{\"userName\":\"a\",\"active\":null,\"" EXTENSION
	     "\":{\"manager\":\"m2\"}}",
	        "", "m2", true},
	    {"{\"userName\":\"a\",\"" EXTENSION "\":{\"manager\":null}}", "",
	        "", true},
	};
	struct scim_user user;
	enum scim_why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(decode(cases[i].text, &user, &why), 0);
		assert_string_equal(user.mail, cases[i].mail);
		assert_string_equal(user.manager, cases[i].manager);
		assert_int_equal(user.is_active, cases[i].active);
	}
}

static void test_refused(void **state)
{
	static const char *const cases[] = {"{}", "[]", "{\"userName\":\"\"}",
	    "{\"userName\":null}", "{\"userName\":5}",
	    "{\"userName\":\"a\",\"active\":\"ja\"}",
	    "{\"userName\":\"a\",\"active\":1}",
	    "{\"userName\":\"a\",\"displayName\":[]}",
	    "{\"userName\":\"a\\nb\"}",
	    /* Which of the two is meant cannot be known. */
	    "{\"userName\":\"a\",\"USERNAME\":\"b\"}",
	    "{\"userName\":\"a\",\"userName\":\"b\"}",
	    "{\"userName\":\"a\",\"name\":{\"a\":1,\"A\":2}}",
	    "{\"userName\":\"a\\u0000\"}", "{\"userName\":\"\xff\"}",
	    "{\"userName\":\"a\"", ""};
	struct scim_user user;
	enum scim_why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (decode(cases[i], &user, &why) != -ERR_INVALID)
			fail_msg("taken: %s", cases[i]);
}

static void test_too_long(void **state)
{
	char text[400];
	struct scim_user user;
	enum scim_why why;
	char name[SCIM_TEXT_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[SCIM_TEXT_MAX + 1] = '\0';
	(void)snprintf(text, sizeof(text), "{\"userName\":\"%s\"}", name);
	assert_int_equal(decode(text, &user, &why), -ERR_LIMIT);
	name[SCIM_TEXT_MAX] = '\0';
	(void)snprintf(text, sizeof(text), "{\"userName\":\"%s\"}", name);
	assert_int_equal(decode(text, &user, &why), 0);
}

/* What is left out leaves nothing behind, not even in the rest of a field. */
static void test_nothing_left(void **state)
{
	struct scim_user one;
	struct scim_user other;
	enum scim_why why;

	(void)state;
	assert_int_equal(decode("{\"userName\":\"a\",\"emails\":[{\"value\":"
	                        "\"x@y.;z\"}]}",
	                     &one, &why),
	    0);
	assert_int_equal(decode("{\"userName\":\"a\"}", &other, &why), 0);
	assert_memory_equal(&one, &other, sizeof(one));
}

/* What comes out goes in again as the same. */
static void test_round(void **state)
{
	struct scim_user user = {.user_name = "a@b.c",
	    .display_name = "A B",
	    .given_name = "A",
	    .mail = "a@b.c",
	    .number = "+46701234567",
	    .language = "da",
	    .department = "D",
	    .manager = "m",
	    .is_active = false,
	    .says_active = true};
	struct scim_user again;
	enum scim_why why;
	json_t *encoded = scim_user_encode(&user);

	(void)state;
	assert_int_equal(scim_user_decode(encoded, &again, &why, NULL), 0);
	assert_memory_equal(&user, &again, sizeof(user));
	json_decref(encoded);
}

static void expect_projected(
    const char *attributes, const char *excluded, const char *wanted)
{
	json_t *resource = json_pack("{s:[s], s:s, s:s, s:{s:s, s:s}, s:{s:s, "
	                             "s:s}}",
	    "schemas", "x", "id", "1", "userName", "a", "name", "givenName",
	    "g", "familyName", "f", EXTENSION, "department", "d",
	    "employeeNumber", "e");
	struct scim_project project;
	char *text;

	assert_int_equal(
	    scim_project_parse(attributes, excluded, &project, NULL), 0);
	scim_project_apply(&project, resource);
	text = json_dumps(resource, JSON_SORT_KEYS | JSON_COMPACT);
	assert_string_equal(text, wanted);
	free(text);
	json_decref(resource);
}

static void test_projection(void **state)
{
	struct scim_project project;

	(void)state;
	expect_projected("userName", NULL,
	    "{\"id\":\"1\",\"schemas\":[\"x\"],\"userName\":\"a\"}");
	expect_projected("name.givenName", NULL,
	    "{\"id\":\"1\",\"name\":{\"givenName\":\"g\"},\"schemas\":"
	    "[\"x\"]}");
	expect_projected(EXTENSION ":department", NULL,
	    "{\"id\":\"1\",\"schemas\":[\"x\"],\"" EXTENSION
	    "\":{\"department\":\"d\"}}");
	expect_projected(NULL, "name,id," EXTENSION,
	    "{\"id\":\"1\",\"schemas\":[\"x\"],\"userName\":\"a\"}");
	expect_projected(NULL, "name.familyName, " EXTENSION ":department",
	    "{\"id\":\"1\",\"name\":{\"givenName\":\"g\"},\"schemas\":[\"x\"],"
	    "\"" EXTENSION "\":{\"employeeNumber\":\"e\"},\"userName\":"
	    "\"a\"}");
	assert_int_equal(
	    scim_project_parse("a", "b", &project, NULL), -ERR_INVALID);
	assert_int_equal(
	    scim_project_parse("a b[", NULL, &project, NULL), -ERR_INVALID);
	assert_int_equal(
	    scim_project_parse(NULL, "members", &project, NULL), 0);
	assert_false(scim_project_wants(&project, "members"));
	assert_true(scim_project_wants(&project, "displayName"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole),
	    cmocka_unit_test(test_nothing_private),
	    cmocka_unit_test(test_spellings),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_too_long),
	    cmocka_unit_test(test_nothing_left),
	    cmocka_unit_test(test_round),
	    cmocka_unit_test(test_projection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
