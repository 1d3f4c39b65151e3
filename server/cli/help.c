#include "server/cli/help.h"

#include <string.h>

#include "server/cli/args.h"

static const char *const exit_codes[] = {
    "done",
    "the server or this machine refused; the reason is one sentence",
    "the command line is wrong",
    "no such phone or command",
    "no server answers",
    "already there, or not possible in this state",
    "not confirmed",
    "the time given with --timeout ran out",
    "the token is not valid, or this may not be done",
    "too many requests: try again later",
};

#define EXPLAIN_COLUMN 26

/* Behind what was written, or below it when that is too long. */
static void explain_print(FILE *file, int used, const char *text)
{
	if (used > EXPLAIN_COLUMN - 2) {
		(void)fputc('\n', file);
		used = 0;
	}
	(void)fprintf(file, "%*s%s\n", EXPLAIN_COLUMN - used, "", text);
}

static void option_print(FILE *file, const struct cli_option_kind *option)
{
	int used = fprintf(file, "  --%s%s%s", option->name,
	    option->value ? " " : "", option->value ? option->value : "");

	explain_print(file, used, option->help);
}

static void options_print(FILE *file, uint64_t options)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (options & OPTION_BIT(i))
			option_print(file, &cli_options[i]);
}

static void command_line_print(FILE *file, const struct cli_command *command)
{
	int used = fprintf(file, "  %s%s%s", command->name,
	    *command->words ? " " : "", command->words);

	explain_print(file, used, command->summary);
}

void help_print(FILE *file)
{
	size_t i;

	(void)fputs("Usage: workphone COMMAND [WORDS] [OPTIONS]\n\n"
	            "Commands:\n",
	    file);
	for (i = 0; i < cli_command_count; i++)
		command_line_print(file, &cli_commands[i]);
	(void)fputs("  help [COMMAND]          show this, or all about one "
	            "command\n\n"
	            "DEVICE is an id, serial number, UDID or IMEI, or a person "
	            "with one phone.\n\n"
	            "Options of every command:\n",
	    file);
	options_print(file, OPTIONS_COMMON);
	(void)fputs("\nExit codes:\n", file);
	for (i = 0; i < sizeof(exit_codes) / sizeof(exit_codes[0]); i++)
		(void)fprintf(file, "  %zu  %s\n", i, exit_codes[i]);
}

static void usage_print(FILE *file, const struct cli_command *command)
{
	size_t i;

	(void)fprintf(file, "Usage: workphone %s", command->name);
	for (i = 0; i < OPTION_COUNT; i++)
		if (command->required & OPTION_BIT(i))
			(void)fprintf(file, " --%s %s", cli_options[i].name,
			    cli_options[i].value);
	(void)fprintf(file, "%s%s [OPTIONS]\n", *command->words ? " " : "",
	    command->words);
}

void help_command_print(FILE *file, const struct cli_command *command)
{
	usage_print(file, command);
	(void)fprintf(file, "\n%c%s.\n",
	    command->summary[0] >= 'a' && command->summary[0] <= 'z'
	        ? command->summary[0] - 'a' + 'A'
	        : command->summary[0],
	    command->summary + 1);
	if (*command->details)
		(void)fprintf(file, "%s\n", command->details);
	(void)fputs("\nOptions:\n", file);
	options_print(file, command->options | OPTIONS_COMMON);
}
