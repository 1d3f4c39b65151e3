/*
 * directory_config_test: is a directory's configuration read as written, with
 * its defaults, and a wrong one refused with file, line and what to write,
 * before a password could go where it must not?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/directory/directory.h"

#define URL "url: ldap://ldap.town.example\n"
#define BASE "base: dc=town,dc=example\n"
#define NAMES "attributes: {key: employeeNumber, name: cn}\n"

static int parse(
    const char *text, struct directory_config **out, struct err *err)
{
	return directory_config_parse(
	    "directory.yaml", text, strlen(text), out, err);
}

static void test_defaults(void **state)
{
	struct directory_config *config = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(parse(URL BASE NAMES, &config, &err), 0);
	assert_string_equal(config->url, "ldap://ldap.town.example");
	assert_int_equal(config->tls, DIRECTORY_START_TLS);
	assert_string_equal(config->filter, "(objectClass=person)");
	assert_int_equal(config->page_size, 500);
	assert_int_equal(config->timeout_s, 30);
	assert_null(config->bind_dn);
	assert_string_equal(
	    config->attributes.of[DIRECTORY_KEY], "employeeNumber");
	assert_null(config->attributes.of[DIRECTORY_LAST_DAY]);
	directory_config_free(config);
}

static void test_all_said(void **state)
{
	static const char text[] =
	    "# every key\n"
	    "url: ldaps://ldap.town.example:636\n"
	    "tls: ldaps\n"
	    "ca_file: /etc/ssl/ca.pem\n"
	    "bind_dn: \"cn=reader,dc=town,dc=example\"\n"
	    "password_file: credential:password\n"
	    "base: ou=people,dc=town,dc=example\n"
	    "filter: (&(objectClass=person)(employeeNumber=*))\n"
	    "page_size: 20\n"
	    "timeout: 2m\n"
	    "attributes:\n"
	    "  key: a\n  external_id: b\n  name: c\n  first_name: d\n"
	    "  last_name: e\n  mail: f\n  number: g\n  language: h\n"
	    "  manager: i\n  unit: j\n  from: k\n  last_day: l\n";
	struct directory_config *config = NULL;
	struct err err = {0};
	char letter[2] = "a";
	int i;

	(void)state;
	if (parse(text, &config, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(config->tls, DIRECTORY_LDAPS);
	assert_string_equal(config->password_file, "credential:password");
	assert_int_equal(config->page_size, 20);
	assert_int_equal(config->timeout_s, 120);
	/* Each in its own place, in the order of the names. */
	for (i = 0; i < DIRECTORY_FIELD_COUNT; i++, letter[0]++)
		assert_string_equal(config->attributes.of[i], letter);
	assert_string_equal(directory_field_name(DIRECTORY_KEY), "key");
	assert_string_equal(directory_field_name(DIRECTORY_MANAGER), "manager");
	assert_string_equal(
	    directory_field_name(DIRECTORY_LAST_DAY), "last_day");
	directory_config_free(config);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
	    {BASE NAMES, "directory.yaml:1: url is missing"},
	    {URL NAMES, "base is missing"},
	    {URL BASE, "attributes"},
	    {URL BASE "attributes: {name: cn}\n", ":3: attributes: key"},
	    {URL BASE NAMES "colour: red\n", ":4: "},
	    {URL BASE "attributes: {key: a, name: b, shoe: c}\n", "shoe"},
	    {URL BASE NAMES "tls: maybe\n", ":4: tls: write starttls"},
	    {URL BASE NAMES "tls: ldaps\n", ":4: tls: ldaps belongs"},
	    {URL BASE NAMES "page_size: 0\n", ":4: page_size: write"},
	    {URL BASE NAMES "page_size: 10001\n", ":4: page_size: write"},
	    {URL BASE NAMES "page_size: many\n", ":4: "},
	    {URL BASE NAMES "timeout: soon\n", ":4: timeout: is no duration"},
	    {URL BASE NAMES "timeout: 2h\n", ":4: timeout: is no duration"},
	    {URL BASE NAMES "bind_dn: cn=x\n", ":4: bind_dn: bind_dn and"},
	    {URL BASE NAMES "password_file: /p\n", "stand together"},
	    {URL BASE NAMES URL, ":4: "},
	    {URL "base = dc=x\n", "directory.yaml:"},
	    /* A password in the clear, or to another one than was meant. */
	    {URL BASE NAMES "tls: none\n", ":4: tls: none is for"},
	    {"url: ldap://127.0.0.1.evil.example\n" BASE NAMES "tls: none\n",
	        "none is for"},
	    {"url: \"ldap://127.0.0.1 ldap://evil.example\"\n" BASE NAMES
	     "tls: none\n",
	        ":1: url: one address"},
	    {"url: ldaps://ldap.town.example\n" BASE NAMES, "ldaps belongs"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct directory_config *config = NULL;
		struct err err = {0};

		assert_int_equal(
		    parse(cases[i].text, &config, &err), -ERR_INVALID);
		assert_null(config);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: \"%s\" wants \"%s\"", cases[i].text,
			    err.text, cases[i].says);
	}
}

static void test_near(void **state)
{
	static const char *const urls[] = {"url: ldap://127.0.0.1\n",
	    "url: ldap://127.0.0.1:3890\n", "url: \"ldap://[::1]:389\"\n",
	    "url: ldapi:///\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct directory_config *config = NULL;
		struct err err = {0};
		char text[256];

		(void)snprintf(text, sizeof(text), "%s%s", urls[i],
		    BASE NAMES "tls: none\n");
		if (parse(text, &config, &err) < 0)
			fail_msg("%s", err.text);
		directory_config_free(config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_all_said),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
