/*
 * commands: a program of sub-commands, as workphone-server and workphone-agent
 * are: its usage, made from the table that runs them, and its three exits. What
 * options there are is each program's own.
 */
#ifndef PROGRAM_COMMANDS_H
#define PROGRAM_COMMANDS_H

#include <stddef.h>

struct err;
struct options; /* each program's own */

/* Exit statuses, also in the manual pages. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* said why on standard error */
	EXIT_USAGE = 2,
};

struct subcommand {
	const char *name;
	int (*run)(const struct options *options); /* gives the exit status */
	const char *help;
};

struct program {
	const char *name;
	const char *version;
	const struct subcommand *commands; /* "version" and "help" are added */
	size_t count;
	const char *options_help; /* printed as it stands */
};

/*
 * Runs the command that argv names from word `at` on, with options as parsed.
 * parsed: 0; less: they could not be, usage is said; more: --help was asked for.
 */
int program_run_command(const struct program *program, int argc, char **argv,
    int at, int parsed, const struct options *options);

/* "name: sentence" on standard error; EXIT_FAILED. */
int program_say_error(const struct program *program, const struct err *err);

#endif
