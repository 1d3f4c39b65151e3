/* workphone-server: options and the table of sub-commands; wiring only. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/programs.h"
#include "server/routes.h"

#define DEFAULT_CONFIG "/etc/workphone/server.yaml"

static int program_routes(const struct options *options)
{
	(void)options;
	routes_print(stdout);
	return EXIT_DONE;
}

static const struct subcommand commands[] = {
    {"serve", program_serve, "run the server until it is told to stop"},
    {"init", program_init,
        "create configuration, keys and database of a new organisation"},
    {"check-config", program_check_config,
        "read the configuration and say what is wrong with it"},
    {"migrate", program_migrate, "bring the database up to this version"},
    {"verify", program_verify,
        "check the audit log; or FILE, an exported log or a receipt; or a "
        "receipt FILE and its twin"},
    {"routes", program_routes,
        "print every path, its listeners and the scope it needs"},
};

static const char options_help[] =
    "Options:\n"
    "  --config FILE         configuration file (" DEFAULT_CONFIG ")\n"
    "  --set KEY=VALUE       overrides a key of the file; may be repeated\n"
    "  --organisation-name NAME\n"
    "                        init: name of the organisation\n"
    "  --phones-url URL      init: https://host:port as phones reach us\n"
    "  --host NAME           init: name or address in the TLS certificate;\n"
    "                        may be repeated (default: of --phones-url)\n"
    "  --key FILE            verify: public key of checkpoints (PEM)\n"
    "  --checkpoints FILE    verify: checkpoints that were kept elsewhere\n"
    "  --ca FILE             verify: CA certificate of receipts (PEM)\n"
    "  --help                print this text\n"
    "\n"
    "Environment: WORKPHONE_<KEY> overrides a key of the file, e.g.\n"
    "WORKPHONE_LISTENERS_PHONES for listeners.phones.\n"
    "Exit status: 0 done, 1 failed (the reason is printed), 2 usage.\n";

static const struct program program = {"workphone-server", WP_VERSION, commands,
    sizeof(commands) / sizeof(commands[0]), options_help};

int program_fail(const struct err *err)
{
	return program_say_error(&program, err);
}

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"set", required_argument, NULL, 's'},
    {"organisation-name", required_argument, NULL, 'o'},
    {"phones-url", required_argument, NULL, 'u'},
    {"host", required_argument, NULL, 'n'},
    {"key", required_argument, NULL, 'k'},
    {"checkpoints", required_argument, NULL, 'p'},
    {"ca", required_argument, NULL, 'a'},
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
			options->organisation_name = optarg;
			break;
		case 'u':
			options->phones_url = optarg;
			break;
		case 'n':
			fits = fits && add_value(options->hosts, optarg);
			break;
		case 'k':
			options->key = optarg;
			break;
		case 'p':
			options->checkpoints = optarg;
			break;
		case 'a':
			options->ca = optarg;
			break;
		case 'h':
			return 1;
		default:
			return -1;
		}
	}
	return fits ? 0 : -1;
}

/* verify alone takes words; how many are left. */
static int take_files(int argc, char **argv, struct options *options)
{
	int count = argc - optind - 1;

	if (count < 1 || count > 2 || strcmp(argv[optind], "verify") != 0)
		return argc;
	options->file = argv[optind + 1];
	options->twin = count == 2 ? argv[optind + 2] : NULL;
	return argc - count;
}

int main(int argc, char **argv)
{
	struct options options = {.config = DEFAULT_CONFIG};
	int parsed = parse_options(argc, argv, &options);

	if (parsed == 0)
		argc = take_files(argc, argv, &options);
	return program_run_command(
	    &program, argc, argv, optind, parsed, &options);
}
