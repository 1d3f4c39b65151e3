/* config_test: is a wrong configuration refused by file, line and way out? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/config.h"

static char path[64];

static int make_folder(void **state)
{
	static char folder[] = "/tmp/workphone-config-XXXXXX";

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/server.yaml", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	*strrchr(path, '/') = '\0';
	return rmdir(path);
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

#define GOOD                                                                   \
	"organisation_name: Test\nphones_url: https://mdm.example.org:8444\n"

#define LIST                                                                   \
	"phones_url: https://a\norganisations:\n  - id: one\n    name: One\n"

/* Several municipalities; without a list there is the one of the top level. */
static void test_organisations(void **state)
{
	struct config *config = NULL;
	struct err err = {0};

	(void)state;
	write_file(LIST "    policy: packs/a\n"
	                "  - id: two-2\n    name: Två\n    language: da\n");
	if (config_load(path, NULL, &config, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(config->organisations_count, 2);
	assert_string_equal(config->organisations[0].id, "one");
	assert_true(config->organisations[0].policy[0] == '/');
	assert_string_equal(
	    strstr(config->organisations[0].policy, "/packs"), "/packs/a");
	assert_string_equal(config->organisations[0].language, "");
	assert_string_equal(config->organisations[1].name, "Två");
	assert_string_equal(config->organisations[1].policy, "");
	assert_string_equal(config->organisations[1].language, "da");
	/* The first names the server's certificates, unless another is said. */
	assert_string_equal(config->organisation_name, "One");
	config_free(config);
	write_file(GOOD "policy: packs/b\n");
	assert_int_equal(config_load(path, NULL, &config, &err), 0);
	assert_int_equal(config->organisations_count, 1);
	assert_string_equal(config->organisations[0].id, "");
	assert_string_equal(config->organisations[0].name, "Test");
	assert_string_equal(
	    strstr(config->organisations[0].policy, "/packs"), "/packs/b");
	config_free(config);
}

static void test_defaults_and_paths(void **state)
{
	struct config *config = NULL;
	struct err err = {0};

	(void)state;
	write_file(GOOD "limits:\n  workers: 8\n");
	assert_int_equal(config_load(path, NULL, &config, &err), 0);
	assert_string_equal(config->listeners->phones, "0.0.0.0:8444");
	assert_string_equal(config->listeners->phones_proxy, "off");
	assert_int_equal(config->limits->workers, 8);
	assert_int_equal(config->limits->io_threads, 2);
	assert_int_equal(config_ms(config->times->link_valid), 604800000);
	assert_string_equal(config->policy, "");
	/* Relative to the file, whatever the working directory. */
	assert_true(config->data[0] == '/');
	assert_string_equal(strrchr(config->data, '/'), "/data");
	assert_memory_equal(config->listeners->admin, "unix:/tmp/", 10);
	config_free(config);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		const char *says[3];
	} cases[] = {
	    {GOOD "lisseners: {}\n", {":3: ", "lisseners", "listeners"}},
	    {GOOD "limits:\n  workers: 0x8\n", {":4: ", "workers", NULL}},
	    {GOOD "limits:\n  workers: 100000\n",
	        {":4: ", "limits.workers", "1 to 512"}},
	    {GOOD "times:\n  tick: 5\n", {":4: ", "times.tick", "30s"}},
	    {GOOD "listeners:\n  ops: 8445\n",
	        {":4: ", "listeners.ops", "0.0.0.0:8444"}},
	    {GOOD "log:\n  level: loud\n", {":4: ", "loud", "debug"}},
	    {"organisation_name: A\n", {"phones_url", "missing", NULL}},
	    {"organisation_name: A\nphones_url: http://a\n",
	        {":2: ", "phones_url", "https://"}},
	    {"organisation_name: A\nphones_url: https://a/b\n",
	        {":2: ", "phones_url", "host and port"}},
	    {GOOD "organisation_name: B\n",
	        {":3: ", "organisation_name", NULL}},
	    {"organisation_name: [\n", {"server.yaml:", NULL, NULL}},
	    {"phones_url: https://a\norganisation: A\n",
	        {":2: ", "organisation", "called organisation_name"}},
	    {"phones_url: https://a\n", {"organisation_name", "missing", NULL}},
	    {LIST "  - id: Bad Name\n    name: B\n",
	        {":5: ", "organisations[1].id", "vastervik"}},
	    {LIST "  - id: one\n    name: B\n",
	        {":5: ", "organisations[1].id", "twice"}},
	    {LIST "  - id: two\n    name: One\n",
	        {":6: ", "organisations[1].name", "twice"}},
	    {LIST "  - id: two\n", {"organisations[1].name", "missing", NULL}},
	    {LIST "  - name: Two\n", {"organisations[1].id", "missing", NULL}},
	    {LIST "  - id: two\n    name: B\n    language: xx\n",
	        {":7: ", "language", "sv, da or en"}},
	    {LIST "policy: packs/a\n", {":5: ", "policy", "its own"}},
	    {LIST "  - id: two\n    name: B\n    colour: red\n",
	        {":7: ", "colour", NULL}},
	};
	struct config *config = NULL;
	struct err err;
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = (struct err){0};
		write_file(cases[i].text);
		assert_true(config_load(path, NULL, &config, &err) < 0);
		for (j = 0; j < 3 && cases[i].says[j]; j++)
			if (!strstr(err.text, cases[i].says[j]))
				fail_msg("case %zu: \"%s\" lacks \"%s\"", i,
				    err.text, cases[i].says[j]);
	}
}

static void test_overrides(void **state)
{
	static const char *const sets[] = {
	    "listeners.ops=127.0.0.1:1", "limits.workers=3", NULL};
	static const char *const bad[] = {"listeners.opps=off", NULL};
	struct config *config = NULL;
	struct err err = {0};

	(void)state;
	write_file(GOOD);
	assert_int_equal(
	    setenv("WORKPHONE_LISTENERS_OPS", "127.0.0.1:2", 1), 0);
	assert_int_equal(setenv("WORKPHONE_TIMES_TICK", "1s", 1), 0);
	assert_int_equal(config_load(path, sets, &config, &err), 0);
	assert_string_equal(config->listeners->ops, "127.0.0.1:1");
	assert_int_equal(config->limits->workers, 3);
	assert_int_equal(config_ms(config->times->tick), 1000);
	config_free(config);
	assert_true(config_load(path, bad, &config, &err) < 0);
	assert_non_null(strstr(err.text, "listeners.opps"));
	assert_int_equal(unsetenv("WORKPHONE_LISTENERS_OPS"), 0);
	assert_int_equal(unsetenv("WORKPHONE_TIMES_TICK"), 0);
}

/* The command's word for which organisation is meant is no name of one. */
static void test_environment_of_the_command(void **state)
{
	struct config *config = NULL;
	struct err err = {0};

	(void)state;
	write_file(GOOD);
	assert_int_equal(setenv("WORKPHONE_ORGANISATION", "vastervik", 1), 0);
	assert_int_equal(config_load(path, NULL, &config, &err), 0);
	assert_string_equal(config->organisation_name, "Test");
	assert_string_equal(config->organisations[0].name, "Test");
	config_free(config);
	assert_int_equal(
	    setenv("WORKPHONE_ORGANISATION_NAME", "Laxå kommun", 1), 0);
	assert_int_equal(config_load(path, NULL, &config, &err), 0);
	assert_string_equal(config->organisation_name, "Laxå kommun");
	config_free(config);
	assert_int_equal(unsetenv("WORKPHONE_ORGANISATION"), 0);
	assert_int_equal(unsetenv("WORKPHONE_ORGANISATION_NAME"), 0);
}

static void test_template_is_good(void **state)
{
	struct config *config = NULL;
	struct err err = {0};

	(void)state;
	(void)unlink(path);
	assert_int_equal(config_write_template(path, "\xc3\x85 \"kommun\"",
	                     "https://mdm.example.org:8444", &err),
	    0);
	assert_int_equal(config_load(path, NULL, &config, &err), 0);
	assert_string_equal(config->organisation_name, "\xc3\x85 \"kommun\"");
	config_free(config);
	/* An existing file is never overwritten. */
	assert_true(config_write_template(path, "B", "https://b", &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults_and_paths),
	    cmocka_unit_test(test_organisations),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_overrides),
	    cmocka_unit_test(test_environment_of_the_command),
	    cmocka_unit_test(test_template_is_good),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
