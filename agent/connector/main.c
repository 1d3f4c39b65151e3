/* workphone-connector: options and the table of commands; wiring only. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "agent/connector/program.h"

static int program_version(const struct program_options *options);
static int program_help(const struct program_options *options);

static const struct command {
	const char *name;
	int (*run)(const struct program_options *options);
	const char *help;
} commands[] = {
    {"csv", program_csv, "read exported files and report what they say"},
    {"http-json", program_http_json, "ask an API and report what it says"},
    {"vvm", program_vvm, "look at voicemail greetings over IMAPS"},
    {"run", program_run, "whichever of these the configuration is for"},
    {"keygen", program_keygen, "make the key that signs the reports"},
    {"check-config", program_check_config,
        "read the configuration and say what is wrong with it"},
    {"version", program_version, "print the version"},
    {"help", program_help, "print this text"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const char options_help[] =
    "Options:\n"
    "  --config FILE  configuration (/etc/workphone/connector.yaml)\n"
    "  --dry-run      print what would be sent; send nothing\n"
    "  --json         print one JSON document\n"
    "  --quiet        no progress line\n"
    "  --out FILE     keygen: where the private key goes\n"
    "  --help         print this text\n"
    "\n"
    "Exit status:\n"
    "  0  all that was read was sent\n"
    "  1  failed: configuration, files (the reason is printed)\n"
    "  2  wrong use\n"
    "  3  sent, but something was skipped or refused (it is listed)\n"
    "  4  the source was not reached, not trusted, or refused us\n"
    "  5  the server was not reached, not trusted, or refused the report\n";

static void print_usage(FILE *out)
{
	(void)fputs("Usage: workphone-connector COMMAND [OPTION]...\n\n"
	            "Commands:\n",
	    out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(
		    out, "  %-13s %s\n", commands[i].name, commands[i].help);
	(void)fprintf(out, "\n%s", options_help);
}

static int program_version(const struct program_options *options)
{
	(void)options;
	(void)printf("workphone-connector %s\n", WP_VERSION);
	return PROGRAM_DONE;
}

static int program_help(const struct program_options *options)
{
	(void)options;
	print_usage(stdout);
	return PROGRAM_DONE;
}

static int usage_error(const char *what, const char *which)
{
	(void)fprintf(stderr,
	    "workphone-connector: %s%s; `workphone-connector help` lists "
	    "them\n",
	    what, which);
	return PROGRAM_USAGE;
}

/* 0, -1 after an option that is unknown, 1 for --help. */
static int parse_options(int argc, char **argv, struct program_options *options)
{
	static const struct option all[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"dry-run", no_argument, NULL, 'n'},
	    {"json", no_argument, NULL, 'j'},
	    {"quiet", no_argument, NULL, 'q'},
	    {"out", required_argument, NULL, 'o'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	int got;

	while ((got = getopt_long(argc, argv, "h", all, NULL)) != -1) {
		if (got == 'c')
			options->config = optarg;
		else if (got == 'o')
			options->out = optarg;
		else if (got == 'n')
			options->is_dry = true;
		else if (got == 'j')
			options->is_json = true;
		else if (got == 'q')
			options->is_quiet = true;
		else
			return got == 'h' ? 1 : -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct program_options options = {.config = NULL};
	int parsed = parse_options(argc, argv, &options);
	const char *name;

	if (parsed < 0)
		return usage_error("wrong options", "");
	if (parsed > 0)
		return program_help(&options);
	if (optind >= argc)
		return usage_error("no command", "");
	name = argv[optind++];
	if (optind < argc)
		return usage_error("too many words: ", argv[optind]);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(&options);
	return usage_error("unknown command: ", name);
}
