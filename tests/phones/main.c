/* virtual-phones: phones made of software. Wiring only. */
#include <signal.h>
#include <stdio.h>

#include "proto/base/err.h"
#include "tests/phones/net_line.h"
#include "tests/phones/options.h"
#include "tests/phones/program.h"

/* clang-format off */
static const struct options_command commands[] = {
	{"enrol", COMMAND_ENROL, "--state DIR [--ca-file FILE] [URL…]", "enrols one new phone a link, then does what it is told", 0, -1, command_enrol},
	{"run", COMMAND_RUN, "--state DIR [--poll SECONDS] [--control SOCKET]", "keeps all phones of DIR awake until SIGTERM", 0, 0, command_run},
	{"do", COMMAND_DO, "--control SOCKET SERIAL|all ACTION [ARG] | state | stop | enrol URL SERIAL [NAME] | new SERIAL [setup] | JSON", "does something to a running phone, now; SERIAL state tells all about one", 1, 4, command_do},
	{"poll", COMMAND_POLL, "--state DIR [SERIAL]", "wakes each phone once and says what it did", 0, 1, command_poll},
	{"list", COMMAND_LIST, "--state DIR", "one line a phone", 0, 0, command_list},
	{"show", COMMAND_SHOW, "--state DIR SERIAL", "all about a phone but its keys, as JSON", 1, 1, command_show},
	{"set", COMMAND_SET, "--state DIR SERIAL ACTION[=ARG]…", "changes a phone that is not running", 2, -1, command_set},
	{"export", COMMAND_EXPORT, "--state DIR OUT", "writes OUT/SERIAL.crt, .key and OUT/phones.tsv for other tools", 1, 1, command_export},
	{NULL, 0, NULL, NULL, 0, 0, NULL},
};
/* clang-format on */

int main(int argc, char **argv)
{
	const struct options_command *command = NULL;
	struct options options = {0};
	struct err err = {0};
	int status;

	if (options_parse(argc, argv, commands, &options, &command, &err) < 0) {
		(void)fprintf(stderr, "virtual-phones: %s\n", err.text);
		return 2;
	}
	if (options.help) {
		options_print_help(stdout, commands, command);
		return 0;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (net_start(&err) < 0)
		return program_fail(&err);
	status = command->run(&options);
	net_stop();
	return status;
}
