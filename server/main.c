/* workphone-server: options and the table of sub-commands; wiring only. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/programs.h"
#include "server/routes.h"

#define DEFAULT_CONFIG "/etc/workphone/server.yaml"

static int program_version(const struct options *options);
static int program_routes(const struct options *options);
static int program_help(const struct options *options);

static const struct command {
	const char *name;
	int (*run)(const struct options *options);
	const char *help;
} commands[] = {
    {"serve", program_serve, "run the server until it is told to stop"},
    {"init", program_init,
        "create configuration, keys and database of a new organisation"},
    {"check-config", program_check_config,
        "read the configuration and say what is wrong with it"},
    {"migrate", program_migrate, "bring the database up to this version"},
    {"routes", program_routes,
        "print every path, its listeners and the scope it needs"},
    {"version", program_version, "print the version"},
    {"help", program_help, "print this text"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const char options_help[] =
    "Options:\n"
    "  --config FILE         configuration file (" DEFAULT_CONFIG ")\n"
    "  --set KEY=VALUE       overrides a key of the file; may be repeated\n"
    "  --organisation NAME   init: name of the organisation\n"
    "  --phones-url URL      init: https://host:port as phones reach us\n"
    "  --host NAME           init: name or address in the TLS certificate;\n"
    "                        may be repeated (default: of --phones-url)\n"
    "  --help                print this text\n"
    "\n"
    "Environment: WORKPHONE_<KEY> overrides a key of the file, e.g.\n"
    "WORKPHONE_LISTENERS_PHONES for listeners.phones.\n"
    "Exit status: 0 done, 1 failed (the reason is printed), 2 usage.\n";

static void print_usage(FILE *out)
{
	size_t i;

	(void)fputs("Usage: workphone-server COMMAND [OPTION]...\n\n"
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
	(void)printf("workphone-server %s\n", WP_VERSION);
	return EXIT_DONE;
}

static int program_routes(const struct options *options)
{
	(void)options;
	routes_print(stdout);
	return EXIT_DONE;
}

static int program_help(const struct options *options)
{
	(void)options;
	print_usage(stdout);
	return EXIT_DONE;
}

int program_fail(const struct err *err)
{
	(void)fprintf(stderr, "workphone-server: %s\n", err->text);
	return EXIT_FAILED;
}

static int usage_error(const char *what, const char *which)
{
	(void)fprintf(stderr,
	    "workphone-server: %s%s; `workphone-server help` lists them\n",
	    what, which);
	return EXIT_USAGE;
}

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"set", required_argument, NULL, 's'},
    {"organisation", required_argument, NULL, 'o'},
    {"phones-url", required_argument, NULL, 'u'},
    {"host", required_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool add_value(const char **values, const char *value)
{
	size_t i;

	for (i = 0; i < OPTION_VALUES_MAX; i++) {
		if (!values[i]) {
			values[i] = value;
			return true;
		}
	}
	return false;
}

/* 0, or -1 after usage was printed, or 1 for --help. */
static int parse_options(int argc, char **argv, struct options *options)
{
	int letter;
	bool fits = true;

	while ((letter = getopt_long(argc, argv, "c:h", long_options, NULL)) !=
	    -1) {
		switch (letter) {
		case 'c':
			options->config = optarg;
			break;
		case 's':
			fits = fits && add_value(options->sets, optarg);
			break;
		case 'o':
			options->organisation = optarg;
			break;
		case 'u':
			options->phones_url = optarg;
			break;
		case 'n':
			fits = fits && add_value(options->hosts, optarg);
			break;
		case 'h':
			return 1;
		default:
			return -1;
		}
	}
	return fits ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct options options = {.config = DEFAULT_CONFIG};
	const char *name;
	size_t i;
	int parsed = parse_options(argc, argv, &options);

	if (parsed < 0)
		return usage_error("wrong or too many options", "");
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
