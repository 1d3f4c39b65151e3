/* workphone-agent: options and the table of sub-commands; wiring only. */
#include <getopt.h>
#include <stddef.h>

#include "agent/programs.h"

static const struct subcommand commands[] = {
    {"run", program_run, "watch the ports and do the work until stopped"},
    {"once", program_once, "one pass over the phones there are, then stop"},
    {"watch", program_watch, "show the ports of the agent that runs here"},
    {"join", program_join, "make this station known to the server"},
    {"check-config", program_check_config,
        "read the configuration and say what is wrong with it"},
};

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

static const struct program program = {"workphone-agent", WP_VERSION, commands,
    sizeof(commands) / sizeof(commands[0]), options_help};

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

int programs_fail(const struct err *err)
{
	return program_say_error(&program, err);
}

int main(int argc, char **argv)
{
	struct options options = {.config = NULL};
	int parsed = parse_options(argc, argv, &options);

	return program_run_command(
	    &program, argc, argv, optind, parsed, &options);
}
