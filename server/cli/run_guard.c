/* workphone approvals, approve, refuse, approval: four eyes. */
#include "server/cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

#define APPROVALS "/api/v1/approvals"

int run_approvals(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"WHAT", "what", LISTING_STATE, WORDS_APPROVAL},
	    {"STATE", "state", LISTING_TEXT, 0},
	    {"PHONES", "serial", LISTING_PHONES, 0},
	    {"ASKED BY", "asked_by", LISTING_TEXT, 0},
	    {"ASKED", "asked_at", LISTING_WHEN, 0},
	    {"DECIDED BY", "decided_by", LISTING_TEXT, 0},
	    {"REASON", "reason", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {{OPTION_OPEN, "open"}};
	static const struct listing approvals = {APPROVALS, columns, 8, options,
	    1, NULL, "Nothing waits for a second person."};

	return listing_run(cli, &approvals);
}

/* What goes wrong is said of the one that was named. */
static int call(struct cli *cli, const char *method, const char *id,
    const char *tail, json_t *body, json_t **out)
{
	struct buf path = {0};
	struct err err = {0};
	int code = CLI_REFUSED;

	buf_append_str(&path, APPROVALS "/");
	client_path_escape(&path, id);
	buf_append_str(&path, tail);
	if (buf_check(&path, &err) == 0)
		code = client_call(
		    cli->client, method, (char *)path.data, body, out, &err);
	else
		json_decref(body);
	buf_clear(&path);
	return code == CLI_OK ? CLI_OK
	                      : cli_fail(cli, code, "%.64s: %s", id, err.text);
}

static int said(struct cli *cli, const json_t *approval)
{
	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, approval);
	(void)fprintf(cli->out, "Request %s is %s.\n",
	    cli_text(approval, "id", "?"), cli_text(approval, "state", "?"));
	return CLI_OK;
}

static void line(struct cli *cli, const char *name, const char *text)
{
	(void)fprintf(cli->out, "%-10s", name);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, text);
	(void)fputc('\n', cli->out);
}

static void phone_print(struct cli *cli, const json_t *phone)
{
	(void)fputs("  ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(phone, "serial", cli_text(phone, "id", "?")));
	(void)fputs("  ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(phone, "person", "held by nobody"));
	if (json_is_string(json_object_get(phone, "used_at")))
		(void)fputs("  (done)", cli->out);
	(void)fputc('\n', cli->out);
}

static void approval_print(struct cli *cli, const json_t *approval)
{
	const json_t *phones = json_object_get(approval, "phones");
	const json_t *phone;
	char what[CLI_WORD_MAX];
	char when[96];
	size_t i;

	(void)words_find(WORDS_APPROVAL, cli_text(approval, "what", "?"), what,
	    sizeof(what));
	line(cli, "Request", cli_text(approval, "id", "?"));
	line(cli, "What", what);
	line(cli, "State", cli_text(approval, "state", "?"));
	line(cli, "Asked by", cli_text(approval, "asked_by", "?"));
	if (json_is_string(json_object_get(approval, "caused_by")))
		line(cli, "Caused by", cli_text(approval, "caused_by", "?"));
	line(cli, "Reason", cli_text(approval, "reason", "-"));
	if (json_is_string(json_object_get(approval, "decided_by")))
		line(cli, "Decided", cli_text(approval, "decided_by", "?"));
	cli_when(cli, approval, "expires_at", "-", when, sizeof(when));
	line(cli, "Ends", when);
	(void)fprintf(cli->out, "Phones    %" PRId64 "\n",
	    cli_number(approval, "things"));
	json_array_foreach(phones, i, phone) phone_print(cli, phone);
	if ((int64_t)json_array_size(phones) < cli_number(approval, "things"))
		(void)fputs("  and more\n", cli->out);
}

static int show(struct cli *cli, const char *id)
{
	json_t *approval = NULL;
	int code = call(cli, "GET", id, "", NULL, &approval);

	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, approval);
	else if (code == CLI_OK)
		approval_print(cli, approval);
	json_decref(approval);
	return code;
}

/* ---- one decision or many: each by itself, none keeps the next ---- */

struct deciding {
	json_t *shown[ARGS_WORDS_MAX]; /* what a yes would be to; owned */
	size_t open;                   /* how many of those */
	json_t *done;                  /* owned */
	int code;                      /* of the first that failed */
};

static void note(struct deciding *deciding, int code)
{
	if (deciding->code == CLI_OK)
		deciding->code = code;
}

static int look(struct cli *cli, size_t i, json_t **out)
{
	const char *id = cli->args->words[i];
	json_t *approval = NULL;
	int code = call(cli, "GET", id, "", NULL, &approval);

	if (code == CLI_OK && !args_has(cli->args, OPTION_JSON)) {
		(void)fputs(i ? "\n" : "", cli->out);
		approval_print(cli, approval);
	}
	if (code == CLI_OK &&
	    strcmp(cli_text(approval, "state", ""), "asked") != 0)
		code = cli_fail(cli, CLI_CONFLICT,
		    "%.64s: the request is %s already", id,
		    cli_text(approval, "state", "?"));
	if (code == CLI_OK)
		*out = json_incref(approval);
	json_decref(approval);
	return code;
}

static bool is_confirmed(struct cli *cli, size_t count)
{
	char question[64] = "Type yes to approve all of it:";

	if (args_has(cli->args, OPTION_YES))
		return true;
	if (count > 1)
		(void)snprintf(question, sizeof(question),
		    "Type yes to approve these %zu requests:", count);
	return cli_confirm(cli, question, "yes");
}

/* One is one document, several are a list. */
static bool is_listed(const struct cli *cli)
{
	return cli->args->count > 1 && args_has(cli->args, OPTION_JSON);
}

static int decide(
    struct cli *cli, const char *id, json_t *body, struct deciding *deciding)
{
	json_t *approval = NULL;
	int code;

	if (!body)
		return cli_fail(cli, CLI_USAGE, "the reason is not UTF-8");
	code = call(cli, "POST", id, "/decision", body, &approval);
	if (code == CLI_OK && is_listed(cli))
		(void)json_array_append(deciding->done, approval);
	else if (code == CLI_OK)
		code = said(cli, approval);
	json_decref(approval);
	return code;
}

static int decided(struct cli *cli, struct deciding *deciding)
{
	size_t i;

	if (is_listed(cli))
		note(deciding, cli_print_json(cli, deciding->done));
	for (i = 0; i < ARGS_WORDS_MAX; i++)
		json_decref(deciding->shown[i]);
	json_decref(deciding->done);
	return deciding->code;
}

/* The yes is to what stands on the screen: its digest goes along. */
static json_t *yes_to(struct cli *cli, const json_t *approval)
{
	return json_pack("{s:b,s:s,s:s*}", "approve", 1, "params_sha256",
	    cli_text(approval, "params_sha256", ""), "note",
	    cli->args->values[OPTION_REASON]);
}

int run_approve(struct cli *cli)
{
	struct deciding deciding = {.done = json_array()};
	const struct cli_args *args = cli->args;
	size_t i;

	for (i = 0; i < args->count; i++) {
		note(&deciding, look(cli, i, &deciding.shown[i]));
		deciding.open += deciding.shown[i] != NULL;
	}
	if (deciding.open && !is_confirmed(cli, deciding.open)) {
		deciding.code = cli_fail(
		    cli, CLI_DECLINED, "not confirmed: nothing was approved");
		return decided(cli, &deciding);
	}
	for (i = 0; i < args->count; i++)
		if (deciding.shown[i])
			note(&deciding,
			    decide(cli, args->words[i],
			        yes_to(cli, deciding.shown[i]), &deciding));
	return decided(cli, &deciding);
}

int run_refuse(struct cli *cli)
{
	struct deciding deciding = {.done = json_array()};
	const struct cli_args *args = cli->args;
	size_t i;

	for (i = 0; i < args->count; i++)
		note(&deciding,
		    decide(cli, args->words[i],
		        json_pack("{s:b,s:s}", "approve", 0, "note",
		            args->values[OPTION_REASON]),
		        &deciding));
	return decided(cli, &deciding);
}

static int ask(struct cli *cli)
{
	const struct cli_args *args = cli->args;
	struct buf path = {0};
	json_t *approval = NULL;
	json_t *body;
	int code;

	if (!args->values[OPTION_WHAT] || !args->values[OPTION_REASON])
		return cli_fail(cli, CLI_USAGE,
		    "approval ask needs --what wipe, lost_mode, bypass_code "
		    "or unlock_token, and --reason TEXT");
	body = json_pack("{s:s,s:s,s:[s]}", "what", args->values[OPTION_WHAT],
	    "reason", args->values[OPTION_REASON], "phones", args->words[1]);
	if (!body)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	buf_append_str(&path, APPROVALS);
	code = cli_call(cli, "POST", &path, body, &approval);
	buf_clear(&path);
	if (code == CLI_OK)
		code = said(cli, approval);
	json_decref(approval);
	return code;
}

static int withdraw(struct cli *cli, const char *id)
{
	json_t *approval = NULL;
	int code = call(cli, "POST", id, "/withdraw", NULL, &approval);

	if (code == CLI_OK)
		code = said(cli, approval);
	json_decref(approval);
	return code;
}

int run_approval(struct cli *cli)
{
	const struct cli_args *args = cli->args;

	if (strcmp(args->words[0], "show") == 0)
		return show(cli, args->words[1]);
	if (strcmp(args->words[0], "ask") == 0)
		return ask(cli);
	if (strcmp(args->words[0], "withdraw") == 0)
		return withdraw(cli, args->words[1]);
	return cli_fail(cli, CLI_USAGE,
	    "approval takes show REQUEST, ask PHONE, or withdraw REQUEST");
}

/* ---- how much room there is ---- */

static void window_print(
    struct cli *cli, const json_t *room, const char *key, const char *words)
{
	const json_t *window = json_object_get(room, key);

	(void)fprintf(cli->out, "%-28s%" PRId64 " of %" PRId64 "\n", words,
	    cli_number(window, "used"), cli_number(window, "limit"));
}

int run_limits(struct cli *cli)
{
	struct buf path = {0};
	json_t *room = NULL;
	int code;

	buf_append_str(&path, "/api/v1/guard");
	code = cli_call(cli, "GET", &path, NULL, &room);
	buf_clear(&path);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, room);
	else if (code == CLI_OK) {
		window_print(cli, room, "by_hand", "By hand, within an hour");
		window_print(cli, room, "departures", "Leavers', within a day");
	}
	json_decref(room);
	return code;
}
