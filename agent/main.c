/* workphone-agent: options and the table of sub-commands; wiring only. */
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "agent/programs.h"

static int program_version(const struct options *options);
static int program_help(const struct options *options);

static const struct command {
	const char *name;
	int (*run)(const struct options *options);
	const char *help;
} commands[] = {
    {"run", program_run, "watch the ports and do the work until stopped"},
    {"once", program_once, "one pass over the phones there are, then stop"},
    {"watch", program_watch, "show the ports of the agent that runs here"},
    {"join", program_join, "make this station known to the server"},
    {"check-config", program_check_config,
        "read the configuration and say what is wrong with it"},
    {"version", program_version, "print the version"},
    {"help", program_help, "print this text"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const char options_help[] =
    "Options:\n"
    "  --config FILE      configuration (/etc/workphone/agent.yaml)\n"
    "  --state DIR        folder of keys, journals and waiting reports\n"
    "  --usbmuxd SOCKET   UNIX:/path or address:port of usbmuxd\n"
    "  --usb on|off       look at USB itself too\n"
    "  --poll TIME        how often orders are asked for, e.g. 5s\n"
    "  --erase-confirm TIME  how long an erased phone may stay away (5m)\n"
    "  --server URL       join: https://host:port of the server\n"
    "  --ca-file FILE     join: certificate by which the server is known\n"
    "  --code CODE        join: from `workphone station-code`\n"
    "  --name NAME        join: how people call this station\n"
    "  --json             once: print all that was seen as JSON\n"
    "  --wait TIME        once: stop after this at the latest (60s)\n"
    "  --plain            watch: no colours\n"
    "  --help             print this text\n"
    "\n"
    "Exit status: 0 done, 1 failed (the reason is printed), 2 usage.\n";

static void print_usage(FILE *out)
{
	size_t i;

	(void)fputs("Usage: workphone-agent COMMAND [OPTION]...\n\n"
	            "Commands:\n",
	    out);
	for (i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(
		    out, "  %-13s %s\n", commands[i].name, commands[i].help);
	(void)fprintf(out, "\n%s", options_help);
}

static int program_version(const struct options *options)
{
	(void)options;
	(void)printf("workphone-agent %s\n", WP_VERSION);
	return EXIT_DONE;
}

static int program_help(const struct options *options)
{
	(void)options;
	print_usage(stdout);
	return EXIT_DONE;
}

static int usage_error(const char *what, const char *which)
{
	(void)fprintf(stderr,
	    "workphone-agent: %s%s; `workphone-agent help` lists them\n", what,
	    which);
	return EXIT_USAGE;
}

/* Where each option that takes a value goes. */
static const struct {
	const char *name;
	size_t at;
} values[] = {
    {"config", offsetof(struct options, config)},
    {"server", offsetof(struct options, server)},
    {"ca-file", offsetof(struct options, ca_file)},
    {"state", offsetof(struct options, state)},
    {"usbmuxd", offsetof(struct options, usbmuxd)},
    {"usb", offsetof(struct options, usb)},
    {"poll", offsetof(struct options, poll)},
    {"erase-confirm", offsetof(struct options, erase_confirm)},
    {"code", offsetof(struct options, code)},
    {"name", offsetof(struct options, name)},
    {"wait", offsetof(struct options, wait)},
};

#define VALUE_COUNT (sizeof(values) / sizeof(values[0]))

static void fill_long(struct option *out)
{
	size_t i;

	for (i = 0; i < VALUE_COUNT; i++)
		out[i] = (struct option){
		    values[i].name, required_argument, NULL, 256 + (int)i};
	out[i++] = (struct option){"json", no_argument, NULL, 'j'};
	out[i++] = (struct option){"plain", no_argument, NULL, 'p'};
	out[i++] = (struct option){"help", no_argument, NULL, 'h'};
	out[i] = (struct option){NULL, 0, NULL, 0};
}

/* 0, -1 after usage was printed, 1 for --help. */
static int parse_options(int argc, char **argv, struct options *options)
{
	struct option all[VALUE_COUNT + 4];
	int got;

	fill_long(all);
	while ((got = getopt_long(argc, argv, "h", all, NULL)) != -1) {
		if (got >= 256)
			*(const char **)(void *)((char *)options +
			    values[got - 256].at) = optarg;
		else if (got == 'j')
			options->json = true;
		else if (got == 'p')
			options->plain = true;
		else
			return got == 'h' ? 1 : -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = {.config = NULL};
	const char *name;
	size_t i;
	int parsed = parse_options(argc, argv, &options);

	if (parsed < 0)
		return usage_error("wrong options", "");
	if (parsed > 0)
		return program_help(&options);
	if (optind >= argc)
		return usage_error("no command", "");
	name = argv[optind++];
	if (optind < argc)
		return usage_error("too many words: ", argv[optind]);
	for (i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(&options);
	return usage_error("unknown command: ", name);
}
