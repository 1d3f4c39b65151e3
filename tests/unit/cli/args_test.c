/*
 * Is every command line understood as its table says, and every other one
 * refused with a sentence that names the word?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/help.h"

#define WORDS_MAX 12

struct line {
	const char *words[WORDS_MAX];
};

static int parse(const struct line *line, struct cli_args *out, struct err *err)
{
	char *argv[WORDS_MAX + 2];
	int argc = 1;
	int rc;

	argv[0] = strdup("workphone");
	while (argc <= WORDS_MAX && line->words[argc - 1]) {
		argv[argc] = strdup(line->words[argc - 1]);
		argc++;
	}
	argv[argc] = NULL;
	rc = args_parse(argc, argv, out, err);
	while (argc > 0)
		free(argv[--argc]);
	return rc;
}

static void good_lines(void **state)
{
	static const struct {
		struct line line;
		const char *command;
		size_t words;
		unsigned given;
	} cases[] = {
	    {{{"devices"}}, "devices", 0, 0},
	    {{{"devices", "anna", "--json"}}, "devices", 1,
	        OPTION_BIT(OPTION_JSON)},
	    {{{"--json", "devices"}}, "devices", 0, OPTION_BIT(OPTION_JSON)},
	    {{{"--socket", "/s", "devices"}}, "devices", 0,
	        OPTION_BIT(OPTION_SOCKET)},
	    {{{"devices", "--", "--json"}}, "devices", 1, 0},
	    {{{"devices", "-"}}, "devices", 1, 0},
	    {{{"device", "show", "X"}}, "device", 2, 0},
	    {{{"device", "X"}}, "device", 1, 0},
	    {{{"enrol-link", "--person=A B", "--serial", "S"}}, "enrol-link", 0,
	        OPTION_BIT(OPTION_PERSON) | OPTION_BIT(OPTION_SERIAL)},
	    {{{"wipe", "--yes", "X", "--reason=a=b", "--yes"}}, "wipe", 1,
	        OPTION_BIT(OPTION_YES) | OPTION_BIT(OPTION_REASON)},
	    {{{"help", "wipe"}}, "wipe", 0, OPTION_BIT(OPTION_HELP)},
	    {{{"enrol-link", "--help"}}, "enrol-link", 0,
	        OPTION_BIT(OPTION_HELP)},
	    {{{"wipe", "-h"}}, "wipe", 0, OPTION_BIT(OPTION_HELP)},
	    {{{"help"}}, NULL, 0, OPTION_BIT(OPTION_HELP)},
	    {{{"--help"}}, NULL, 0, OPTION_BIT(OPTION_HELP)},
	    {{{NULL}}, NULL, 0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cli_args args = {0};
		struct err err = {0};

		assert_int_equal(parse(&cases[i].line, &args, &err), 0);
		if (cases[i].command)
			assert_string_equal(
			    args.command->name, cases[i].command);
		else
			assert_null(args.command);
		assert_int_equal(args.count, cases[i].words);
		assert_int_equal(args.given, cases[i].given);
	}
}

static void bad_lines(void **state)
{
	static const struct {
		struct line line;
		const char *word;
	} cases[] = {
	    {{{"frobnicate"}}, "frobnicate"},
	    {{{"help", "frobnicate"}}, "frobnicate"},
	    {{{"devices", "--frob"}}, "--frob"},
	    {{{"devices", "-j"}}, "-j"},
	    {{{"devices", "--jso"}}, "--jso"},
	    {{{"devices", "--json=1"}}, "--json takes no value"},
	    {{{"devices", "--yes"}}, "devices takes no --yes"},
	    {{{"devices", "a", "b"}}, "\"b\" is one word too many"},
	    {{{"verdicts", ""}}, "empty"},
	    {{{"wipe"}}, "wipe needs DEVICE; see workphone help wipe"},
	    {{{"wipe", "a", "b", "c", "d"}}, "one word too many"},
	    {{{"wipe", "X", "--reason"}}, "--reason needs its TEXT"},
	    {{{"wipe", "X", "--reason="}}, "--reason must not be empty"},
	    {{{"wipe", "X", "--reason", "a", "--reason", "b"}}, "twice"},
	    {{{"enrol-link", "--person", "A"}}, "--serial"},
	    {{{"enrol-link", "--serial", "A"}}, "--person"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cli_args args = {0};
		struct err err = {0};

		assert_int_equal(
		    parse(&cases[i].line, &args, &err), -(int)ERR_INVALID);
		if (!strstr(err.text, cases[i].word))
			fail_msg("\"%s\" lacks %s", err.text, cases[i].word);
		assert_null(args.command); /* out is untouched */
	}
}

static char *help_of(const struct cli_command *command)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	if (command)
		help_command_print(file, command);
	else
		help_print(file);
	(void)fclose(file);
	return text;
}

/* Every row is whole and its help names what it takes. */
static void the_table_is_sound(void **state)
{
	char *all = help_of(NULL);
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < cli_command_count; i++) {
		const struct cli_command *command = &cli_commands[i];
		char *one = help_of(command);

		assert_non_null(command->run);
		assert_true(command->words_max <= ARGS_WORDS_MAX);
		assert_true(command->words_min <= command->words_max);
		assert_int_equal(command->required & ~command->options, 0);
		assert_ptr_equal(command_find(command->name), command);
		assert_non_null(strstr(all, command->name));
		assert_non_null(strstr(one, command->name));
		for (j = 0; j < OPTION_COUNT; j++)
			if (command->options & OPTION_BIT(j))
				assert_non_null(
				    strstr(one, cli_options[j].name));
		free(one);
	}
	free(all);
	assert_null(command_find("help"));
}

static char *manual_load(void)
{
	FILE *file = fopen(WP_SOURCE_DIR "/docs/man/workphone.1", "r");
	char *text = calloc(1, 65536);

	assert_non_null(file);
	assert_non_null(text);
	assert_true(fread(text, 1, 65535, file) > 1000);
	(void)fclose(file);
	return text;
}

/* Every command and option of the table, and every exit code. */
static void the_manual_is_complete(void **state)
{
	char *manual = manual_load();
	char item[64];
	size_t i;

	(void)state;
	for (i = 0; i < cli_command_count; i++) {
		(void)snprintf(
		    item, sizeof(item), "Cm %s", cli_commands[i].name);
		if (!strstr(manual, item))
			fail_msg("the manual lacks %s", item);
	}
	for (i = 0; i < OPTION_COUNT; i++) {
		(void)snprintf(
		    item, sizeof(item), "Fl -%s", cli_options[i].name);
		if (!strstr(manual, item))
			fail_msg("the manual lacks %s", item);
	}
	for (i = CLI_OK; i <= CLI_BUSY; i++) {
		(void)snprintf(item, sizeof(item), ".It %zu\n", i);
		if (!strstr(manual, item))
			fail_msg("the manual lacks exit code %zu", i);
	}
	free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(the_table_is_sound),
	    cmocka_unit_test(the_manual_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
