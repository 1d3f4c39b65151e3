#include "server/cli/wipe_follow.h"

#include <string.h>

#include "proto/base/time.h"
#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/words.h"

#define FOLLOW_PAUSE_MS 2000

struct follow {
	struct cli *cli;
	struct buf path;
	size_t steps_shown;
	char warned[512]; /* the warning that was shown last */
	bool is_silent;   /* print nothing but the last document */
};

static void step_print(struct cli *cli, const json_t *step)
{
	char state[64];
	char when[96];
	enum style style = words_find(
	    WORDS_WIPE, cli_text(step, "step", "?"), state, sizeof(state));

	terminal_print(&cli->terminal, cli->out, style, state);
	cli_when(cli, step, "at", "?", when, sizeof(when));
	(void)fprintf(cli->out, " %s, ", when);
	terminal_print(
	    &cli->terminal, cli->out, STYLE_FAINT, cli_text(step, "at", "?"));
	(void)fputc('\n', cli->out);
}

static void sentence_print(struct cli *cli, const char *text)
{
	if (!*text)
		return;
	(void)fputs("  ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, text);
	(void)fputc('\n', cli->out);
}

/* Why it waits holds "seconds ago" and is new each time: it is said once. */
static void news_print(struct follow *follow, const json_t *answer)
{
	const char *warning = cli_text(answer, "warning", "");
	bool is_news = false;
	const json_t *step;
	size_t i;

	json_array_foreach(json_object_get(answer, "ladder"), i, step)
	{
		if (i < follow->steps_shown || !cli_time(step, "at"))
			continue;
		step_print(follow->cli, step);
		follow->steps_shown = i + 1;
		is_news = true;
	}
	if (is_news)
		sentence_print(follow->cli, cli_text(answer, "why", ""));
	if (strcmp(warning, follow->warned) != 0)
		sentence_print(follow->cli, warning);
	(void)snprintf(follow->warned, sizeof(follow->warned), "%s", warning);
	(void)fflush(follow->cli->out);
}

/* true: the ladder goes no higher from here; *code says how it ended. */
static bool is_at_end(struct cli *cli, const json_t *answer, int *code)
{
	const char *state =
	    cli_text(json_object_get(answer, "wipe"), "state", "");

	if (strcmp(state, "ordered") == 0 || strcmp(state, "acknowledged") == 0)
		return false;
	*code = CLI_OK;
	if (strcmp(state, "silent") != 0 && strcmp(state, "proven") != 0)
		*code = cli_fail(
		    cli, CLI_REFUSED, "the phone is not wiped: %s", state);
	return true;
}

static void end_print(struct cli *cli)
{
	(void)fputs("Nothing was heard from the phone since it "
	            "acknowledged. Proof is the bench, or its next "
	            "enrolment.\n",
	    cli->out);
}

/* One look: CLI_OK and *ended, or an exit code. */
static int follow_look(struct follow *follow, bool is_last, bool *ended)
{
	json_t *answer = NULL;
	int code;

	code = cli_call(follow->cli, "GET", &follow->path, NULL, &answer);
	if (code != CLI_OK) {
		*ended = true;
		return code;
	}
	if (!follow->is_silent)
		news_print(follow, answer);
	*ended = is_at_end(follow->cli, answer, &code);
	if (*ended && code == CLI_OK && !follow->is_silent)
		end_print(follow->cli);
	if (follow->is_silent && (*ended || is_last))
		(void)cli_print_json(follow->cli, answer);
	json_decref(answer);
	return code;
}

static int follow_until(struct follow *follow, int64_t end)
{
	struct cli *cli = follow->cli;
	bool ended = false;
	bool is_last;
	int code;

	for (;;) {
		is_last = end && clock_now(cli->clock) >= end;
		code = follow_look(follow, is_last, &ended);
		if (ended)
			return code;
		if (is_last)
			return cli_fail(cli, CLI_TIMEOUT,
			    "the time is up; the order stands");
		cli->sleep_ms(FOLLOW_PAUSE_MS);
	}
}

int wipe_follow(struct cli *cli, const char *device)
{
	const char *timeout = cli->args->values[OPTION_TIMEOUT];
	struct follow follow = {
	    .cli = cli, .is_silent = args_has(cli->args, OPTION_JSON)};
	int64_t span = 0;
	int code;

	if (timeout)
		(void)time_duration_parse(timeout, &span);
	buf_append_str(&follow.path, "/api/v1/devices/");
	client_path_escape(&follow.path, device);
	buf_append_str(&follow.path, "/wipe");
	code =
	    follow_until(&follow, timeout ? clock_now(cli->clock) + span : 0);
	buf_clear(&follow.path);
	return code;
}
