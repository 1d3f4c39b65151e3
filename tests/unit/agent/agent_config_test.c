/*
 * Question: is the agent's configuration read as written, and does every
 * mistake come back with its line and what to write instead?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/config/config.h"
#include "proto/base/err.h"

static char path[64];

static int make_file(void **state)
{
	int fd;

	(void)state;
	(void)unsetenv("USBMUXD_SOCKET_ADDRESS");
	(void)snprintf(path, sizeof(path), "/tmp/wp-agent-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int drop_file(void **state)
{
	(void)state;
	return unlink(path);
}

static int load(const char *text, struct agent_config **config, struct err *err)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
	return agent_config_load(path, false, config, err);
}

static void test_read(void **state)
{
	struct agent_config *config = NULL;
	struct err err = {0};

	(void)state;
	if (load("server: \"https://mdm.example.org:8444\"\n"
	         "state: /var/lib/bench\nusb: \"off\"\nports:\n"
	         "  - path: \"1-4.2\"\n    label: A3\n"
	         "  - path: \"1-4.3\"\n    label: \"Hylla å\"\n",
	        &config, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(config->server, "https://mdm.example.org:8444");
	assert_string_equal(config->usb, "off");
	assert_string_equal(config->pair, "on");
	assert_string_equal(config->usbmuxd, "UNIX:/var/run/usbmuxd");
	assert_string_equal(agent_config_label(config, "1-4.2"), "A3");
	assert_string_equal(agent_config_label(config, "1-4.3"), "Hylla å");
	assert_null(agent_config_label(config, "1-4"));
	assert_int_equal(agent_config_set(config, "poll", "soon", NULL), 0);
	assert_int_equal(agent_config_check(config, &err), -(int)ERR_INVALID);
	assert_int_equal(
	    agent_config_set(config, "colour", "x", NULL), -(int)ERR_INVALID);
	agent_config_free(config);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *text;
		const char *line;
		const char *says;
	} cases[] = {
	    {"\nserver: http://x\n", ":2:", "https://"},
	    {"poll: 5\n", ":1:", "write for example 5s"},
	    {"usb: \"maybe\"\n", ":1:", "neither on nor off"},
	    {"usbmuxd: /var/run/usbmuxd\n", ":1:", "UNIX:"},
	    {"colour: red\n", ":1:", "colour"},
	    {"ports:\n  - path: A3\n    label: A3\n", ":2:", "1-4.2"},
	    {"ports:\n  - path: \"1-1\"\n    label: a\n"
	     "  - path: \"1-1\"\n    label: b\n",
	        ":4:", "twice"},
	    {"ports:\n  - path: \"1-1\"\n", ":2:", "label"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct agent_config *config = NULL;
		struct err err = {0};

		assert_true(load(cases[i].text, &config, &err) < 0);
		if (!strstr(err.text, cases[i].line) ||
		    !strstr(err.text, cases[i].says))
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void test_absent(void **state)
{
	struct agent_config *config = NULL;

	(void)state;
	assert_int_equal(
	    agent_config_load("/nowhere/agent.yaml", false, &config, NULL),
	    -(int)ERR_NOT_FOUND);
	(void)setenv("USBMUXD_SOCKET_ADDRESS", "127.0.0.1:27015", 1);
	assert_int_equal(
	    agent_config_load("/nowhere/agent.yaml", true, &config, NULL), 0);
	assert_string_equal(config->usbmuxd, "127.0.0.1:27015");
	assert_int_equal(agent_config_check(config, NULL), 0);
	agent_config_free(config);
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, make_file, drop_file)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ONE(test_read),
	    ONE(test_mistakes),
	    ONE(test_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
