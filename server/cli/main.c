/*
 * workphone: the command line of IT over the server's API. Wiring only.
 */
#include <curl/curl.h>
#include <locale.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"
#include "server/cli/help.h"

static int64_t system_now(void *arg)
{
	struct timespec now;

	(void)arg;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void system_sleep(int64_t ms)
{
	const struct timespec span = {
	    .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	(void)nanosleep(&span, NULL);
}

static int help_wanted(const struct cli_args *args)
{
	if (args->command)
		help_command_print(stdout, args->command);
	else if (args_has(args, OPTION_HELP))
		help_print(stdout);
	else {
		help_print(stderr);
		return CLI_USAGE;
	}
	return CLI_OK;
}

static int command_run(struct cli *cli)
{
	const struct cli_args *args = cli->args;
	struct target target = {.is_office = false};
	struct err err = {0};
	int code;

	if (cli->args->command->is_local)
		return cli->args->command->run(cli);
	if (target_find(args->values[OPTION_SOCKET],
	        args->values[OPTION_CONTEXT], args->values[OPTION_ORGANISATION],
	        &target, &err) < 0 ||
	    client_new(&target, &cli->client, &err) < 0)
		code = cli_fail(cli, CLI_REFUSED, "%s", err.text);
	else
		code = args->command->run(cli);
	client_free(cli->client);
	target_clear(&target);
	return code;
}

int main(int argc, char **argv)
{
	const struct clock clock = {system_now, NULL};
	struct cli_args args = {0};
	struct cli cli = {.in = stdin,
	    .out = stdout,
	    .errors = stderr,
	    .clock = &clock,
	    .args = &args,
	    .sleep_ms = system_sleep};
	struct err err = {0};
	int code;

	/* Names hold å, ä and ö; their widths need a UTF-8 locale. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		(void)setlocale(LC_CTYPE, "");
	terminal_init(&cli.terminal, stdout);
	cli.in_is_terminal = isatty(STDIN_FILENO);
	if (args_parse(argc, argv, &args, &err) < 0)
		return cli_fail(&cli, CLI_USAGE, "%s", err.text);
	if (!args.command || args_has(&args, OPTION_HELP))
		return help_wanted(&args);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return cli_fail(&cli, CLI_REFUSED, "libcurl does not start");
	code = command_run(&cli);
	curl_global_cleanup();
	if (fflush(stdout) != 0 || ferror(stdout))
		return cli_fail(&cli, CLI_REFUSED, "cannot write the output");
	return code;
}
