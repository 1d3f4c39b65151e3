#include "program/commands.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"

static void print_command(const char *name, const char *help)
{
	(void)printf("  %-13s %s\n", name, help);
}

static int print_usage(const struct program *program)
{
	size_t i;

	(void)printf(
	    "Usage: %s COMMAND [OPTION]...\n\nCommands:\n", program->name);
	for (i = 0; i < program->count; i++)
		print_command(
		    program->commands[i].name, program->commands[i].help);
	print_command("version", "print the version");
	print_command("help", "print this text");
	(void)printf("\n%s", program->options_help);
	return EXIT_DONE;
}

static int usage_error(
    const struct program *program, const char *what, const char *which)
{
	(void)fprintf(stderr, "%s: %s%s; `%s help` lists them\n", program->name,
	    what, which, program->name);
	return EXIT_USAGE;
}

int program_run_command(const struct program *program, int argc, char **argv,
    int at, int parsed, const struct options *options)
{
	const char *name;
	size_t i;

	if (parsed < 0)
		return usage_error(program, "wrong or too many options", "");
	if (parsed > 0)
		return print_usage(program);
	if (at >= argc)
		return usage_error(program, "no command", "");
	name = argv[at];
	if (at + 1 < argc)
		return usage_error(program, "too many words: ", argv[at + 1]);
	if (strcmp(name, "help") == 0)
		return print_usage(program);
	if (strcmp(name, "version") == 0) {
		(void)printf("%s %s\n", program->name, program->version);
		return EXIT_DONE;
	}
	for (i = 0; i < program->count; i++)
		if (strcmp(program->commands[i].name, name) == 0)
			return program->commands[i].run(options);
	return usage_error(program, "unknown command: ", name);
}

int program_say_error(const struct program *program, const struct err *err)
{
	(void)fprintf(stderr, "%s: %s\n", program->name, err->text);
	return EXIT_FAILED;
}
