#include "tests/phones/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/action.h"
#include "tests/phones/phone.h"

enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_FLAG };

struct option_row {
	const char *name;
	const char *argument;
	enum option_kind kind;
	size_t offset;
	unsigned commands; /* bits */
	const char *help;
};

#define AT(name) offsetof(struct options, name)
#define NETWORK (COMMAND_ENROL | COMMAND_RUN | COMMAND_POLL)
#define STATE                                                                  \
	(NETWORK | COMMAND_LIST | COMMAND_SHOW | COMMAND_SET | COMMAND_EXPORT)

/* clang-format off */
static const struct option_row rows[] = {
	{"state", "DIR", OPTION_TEXT, AT(state), STATE, "folder of the phones' states, or one phone's FILE.json"},
	{"urls", "FILE", OPTION_TEXT, AT(urls), COMMAND_ENROL, "enrolment links, one a line: URL [SERIAL [NAME]]; - reads stdin"},
	{"count", "N", OPTION_NUMBER, AT(count), COMMAND_ENROL, "so many phones; there must be as many links"},
	{"ca-file", "FILE", OPTION_TEXT, AT(ca_file), NETWORK, "PEM certificates a phone trusts, in place of the system's"},
	{"serial", "SERIAL", OPTION_TEXT, AT(serial), COMMAND_ENROL, "serial of the phone; with several, SERIAL1, SERIAL2, …"},
	{"name", "NAME", OPTION_TEXT, AT(name), COMMAND_ENROL, "its user's name for it"},
	{"model", "MODEL", OPTION_TEXT, AT(model), COMMAND_ENROL, "e.g. iPhone14,5; see below"},
	{"os-version", "VERSION", OPTION_TEXT, AT(os_version), COMMAND_ENROL, "in place of the model's usual one"},
	{"sims", "N", OPTION_NUMBER, AT(sims), COMMAND_ENROL, "SIMs in it (1)"},
	{"pin", NULL, OPTION_FLAG, AT(pin), COMMAND_ENROL, "has a PIN of 6 digits"},
	{"no-pin", NULL, OPTION_FLAG, AT(no_pin), COMMAND_ENROL, "has no PIN (so if nothing is said)"},
	{"supervised", NULL, OPTION_FLAG, AT(supervised), COMMAND_ENROL, "says it is supervised"},
	{"shared-key", NULL, OPTION_FLAG, AT(shared_key), NETWORK, "one RSA key for all phones: for load only, no real phone does it"},
	{"no-poll", NULL, OPTION_FLAG, AT(no_poll), COMMAND_ENROL, "stop after TokenUpdate, do not ask for commands"},
	{"allow-unsigned", NULL, OPTION_FLAG, AT(allow_unsigned), NETWORK, "take an enrolment profile that is not signed"},
	{"proxy-url", "URL", OPTION_TEXT, AT(proxy_url), NETWORK, "plain HTTP to this address, identity in a Client-Cert header"},
	{"sign", NULL, OPTION_FLAG, AT(sign), NETWORK, "identity by Mdm-Signature instead of a TLS client certificate"},
	{"never-sign", NULL, OPTION_FLAG, AT(never_sign), NETWORK, "no Mdm-Signature even where the profile asks for it: for load"},
	{"scep-get", NULL, OPTION_FLAG, AT(scep_get), NETWORK, "SCEP requests by GET"},
	{"keep-alive", NULL, OPTION_FLAG, AT(keep_alive), COMMAND_RUN, "keep connections open between wakings"},
	{"timeout", "SECONDS", OPTION_NUMBER, AT(timeout), NETWORK, "for one request (30)"},
	{"threads", "N", OPTION_NUMBER, AT(threads), NETWORK, "phones at work at once (8)"},
	{"poll", "SECONDS", OPTION_NUMBER, AT(poll), COMMAND_RUN, "each phone wakes so often (5); 0: only when told"},
	{"control", "SOCKET", OPTION_TEXT, AT(control), COMMAND_RUN | COMMAND_DO, "unix socket of the running phones"},
	{"usbmuxd", "SOCKET", OPTION_TEXT, AT(usbmuxd), COMMAND_RUN, "serve the phones' cable side there: usbmuxd and lockdownd"},
	{"plug", "WHICH", OPTION_TEXT, AT(plug), COMMAND_RUN, "plugged in from the start: all, or SERIAL,SERIAL,…"},
	{"background", NULL, OPTION_FLAG, AT(background), COMMAND_RUN, "return once everything is up; prints the process id"},
	{"pid-file", "FILE", OPTION_TEXT, AT(pid_file), COMMAND_RUN, "write the process id there"},
	{"dump", "DIR", OPTION_TEXT, AT(dump), NETWORK, "write every body sent and got as numbered files"},
	{"json", NULL, OPTION_FLAG, AT(json), STATE | COMMAND_DO, "one JSON document instead of lines"},
	{"help", NULL, OPTION_FLAG, AT(help), ~0u, "this text"},
};
/* clang-format on */
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static int set_option(const struct option_row *row, const char *value,
    struct options *out, struct err *err)
{
	char *at = (char *)out + row->offset;
	uint64_t number;

	switch (row->kind) {
	case OPTION_TEXT:
		*(const char **)(void *)at = value;
		return 0;
	case OPTION_FLAG:
		*(bool *)at = true;
		return 0;
	case OPTION_NUMBER:
		if (str_number_parse(value, 1000000, &number) < 0)
			return err_set(err, ERR_INVALID,
			    "--%s: '%s' is not a whole number", row->name,
			    value);
		*(long *)(void *)at = (long)number;
		return 0;
	}
	return 0;
}

static void fill_getopt(struct option *table)
{
	size_t i;

	memset(table, 0, (ROW_COUNT + 1) * sizeof(*table));
	for (i = 0; i < ROW_COUNT; i++) {
		table[i].name = rows[i].name;
		table[i].has_arg = rows[i].kind == OPTION_FLAG
		    ? no_argument
		    : required_argument;
		table[i].val = (int)i + 256;
	}
}

static int parse_options(int argc, char **argv,
    const struct options_command *command, struct options *out, struct err *err)
{
	struct option table[ROW_COUNT + 1];
	const struct option_row *row;
	int at;

	fill_getopt(table);
	opterr = 0;
	optind = 1;
	while ((at = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
		if (at == 'h') {
			out->help = true;
			continue;
		}
		if (at < 256)
			return err_set(err, ERR_INVALID, "%s '%s'",
			    at == ':' ? "a value is missing after"
			              : "unknown option",
			    argv[optind - 1]);
		row = &rows[at - 256];
		if (!(row->commands & command->bit))
			return err_set(err, ERR_INVALID, "'%s' takes no --%s",
			    command->name, row->name);
		if (set_option(row, optarg, out, err) < 0)
			return -(int)ERR_INVALID;
	}
	out->arguments = argv + optind;
	out->argument_count = argc - optind;
	return 0;
}

static const struct options_command *find_command(
    const struct options_command *commands, const char *name)
{
	for (; commands->name; commands++)
		if (strcmp(commands->name, name) == 0)
			return commands;
	return NULL;
}

int options_parse(int argc, char **argv, const struct options_command *commands,
    struct options *out, const struct options_command **command,
    struct err *err)
{
	const struct options_command *found;
	struct options options = {.sims = 1, .poll = 5, .threads = 8};
	int rc;

	*command = NULL;
	if (argc < 2)
		return err_set(err, ERR_INVALID, "which command? See --help");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		out->help = true;
		return 0;
	}
	found = find_command(commands, argv[1]);
	if (!found)
		return err_set(
		    err, ERR_INVALID, "unknown command '%s'", argv[1]);
	rc = parse_options(argc - 1, argv + 1, found, &options, err);
	if (rc < 0)
		return rc;
	if (!options.help &&
	    (options.argument_count < found->least ||
	        (found->most >= 0 && options.argument_count > found->most)))
		return err_set(err, ERR_INVALID, "usage: virtual-phones %s %s",
		    found->name, found->arguments);
	*out = options;
	*command = found;
	return 0;
}

static void print_options(FILE *stream, unsigned commands)
{
	char left[48];
	size_t i;

	for (i = 0; i < ROW_COUNT; i++) {
		if (!(rows[i].commands & commands))
			continue;
		(void)snprintf(left, sizeof(left), "--%s%s%s", rows[i].name,
		    rows[i].argument ? " " : "",
		    rows[i].argument ? rows[i].argument : "");
		(void)fprintf(stream, "  %-22s %s\n", left, rows[i].help);
	}
}

static void print_models(FILE *stream)
{
	size_t i;

	(void)fprintf(stream, "\nModels:\n");
	for (i = 0; phone_model_line(i); i++)
		(void)fprintf(stream, "  %s\n", phone_model_line(i));
}

static void print_actions(FILE *stream)
{
	const struct action *action;
	char left[64];
	size_t i;

	(void)fprintf(stream, "\nActions:\n");
	for (i = 0; (action = action_at(i)) != NULL; i++) {
		(void)snprintf(left, sizeof(left), "%s %s", action->name,
		    action->argument);
		(void)fprintf(stream, "  %-38s %s%s\n", left, action->help,
		    action->needs_network ? " ('do' only)" : "");
	}
}

void options_print_help(FILE *stream, const struct options_command *commands,
    const struct options_command *command)
{
	const struct options_command *each;

	(void)fprintf(stream,
	    "virtual-phones: phones made of software, for tests and demos\n\n"
	    "Usage:\n");
	for (each = commands; each->name; each++)
		if (!command || each == command)
			(void)fprintf(stream,
			    "  virtual-phones %s %s\n      %s\n", each->name,
			    each->arguments, each->help);
	(void)fprintf(stream, "\nOptions:\n");
	print_options(stream, command ? command->bit : ~0u);
	if (!command || command->bit == COMMAND_ENROL)
		print_models(stream);
	if (!command || (command->bit & (COMMAND_SET | COMMAND_DO)))
		print_actions(stream);
	(void)fprintf(stream,
	    "\nExit status: 0 done; 1 refused or failed, with one sentence on "
	    "stderr; 2 wrong usage.\n");
}
