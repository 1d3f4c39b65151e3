/*
 * options: the command line: one table of sub-commands and one of options, from
 * which both parsing and help are made.
 */
#ifndef TESTS_PHONES_OPTIONS_H
#define TESTS_PHONES_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

struct err;

enum {
	COMMAND_ENROL = 1,
	COMMAND_RUN = 2,
	COMMAND_POLL = 4,
	COMMAND_LIST = 8,
	COMMAND_SHOW = 16,
	COMMAND_SET = 32,
	COMMAND_DO = 64,
	COMMAND_EXPORT = 128
};

struct options {
	const char *state;
	const char *urls; /* file, "-" for stdin */
	const char *ca_file;
	const char *serial;
	const char *name;
	const char *model;
	const char *os_version;
	const char *control;
	const char *usbmuxd;
	const char *plug;
	const char *proxy_url;
	const char *dump;
	const char *pid_file;
	long count;
	long sims;
	long poll; /* seconds */
	long threads;
	long timeout; /* seconds */
	bool pin;
	bool no_pin;
	bool supervised;
	bool shared_key;
	bool no_poll; /* stop after TokenUpdate */
	bool allow_unsigned;
	bool sign;
	bool never_sign;
	bool scep_get;
	bool keep_alive;
	bool background;
	bool json;
	bool help;
	char **arguments; /* what is no option; borrowed from argv */
	int argument_count;
};

struct options_command {
	const char *name;
	unsigned bit;
	const char *arguments;
	const char *help;
	int least; /* arguments wanted */
	int most;  /* -1: any number */
	int (*run)(const struct options *options);
};

/*
 * argv[1] names the command. *command is NULL when help was asked for without
 * one. ERR_INVALID with a sentence for the user.
 */
int options_parse(int argc, char **argv, const struct options_command *commands,
    struct options *out, const struct options_command **command,
    struct err *err);

/* All of it, or one command's part. */
void options_print_help(FILE *stream, const struct options_command *commands,
    const struct options_command *command);

#endif
