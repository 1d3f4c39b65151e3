/* workphone outbox, workphone webhooks, workphone webhook: what is told to
 * people and programs. */
#include "server/cli/commands.h"

#include <string.h>

#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

#define MAILS "/api/v1/outbox/mails"
#define WEBHOOKS "/api/v1/webhooks"

/* ---- mail ---- */

static int state_print(struct cli *cli, const json_t *mail)
{
	char when[96];

	if (!json_is_true(json_object_get(mail, "is_on"))) {
		(void)fputs("No mail server is set: nobody is told anything "
		            "(mail.server).\n",
		    cli->out);
		return CLI_OK;
	}
	(void)fprintf(cli->out,
	    "Mail by %s: %lld waiting, %lld sent and %lld "
	    "given up in 24 hours.\n",
	    cli_text(mail, "server", "?"),
	    (long long)json_integer_value(json_object_get(mail, "waiting")),
	    (long long)json_integer_value(json_object_get(mail, "sent_24h")),
	    (long long)json_integer_value(
	        json_object_get(mail, "given_up_24h")));
	if (!json_is_string(json_object_get(mail, "failing_since")))
		return CLI_OK;
	cli_when(cli, mail, "failing_since", "?", when, sizeof(when));
	(void)fprintf(cli->out, "The mail server fails since %s: ", when);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(mail, "error", "?"));
	cli_when(cli, mail, "retry_at", "soon", when, sizeof(when));
	(void)fprintf(cli->out, ". Tried again %s.\n", when);
	return CLI_OK;
}

static int outbox_show(struct cli *cli)
{
	struct buf path = {0};
	json_t *outbox = NULL;
	int code;

	buf_append_str(&path, "/api/v1/outbox");
	code = cli_call(cli, "GET", &path, NULL, &outbox);
	if (code == CLI_OK)
		code = args_has(cli->args, OPTION_JSON)
		    ? cli_print_json(cli, outbox)
		    : state_print(cli, json_object_get(outbox, "mail"));
	json_decref(outbox);
	buf_clear(&path);
	return code;
}

static int mails_list(struct cli *cli, const char *path)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"TO", "person.name", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_TEXT, 0},
	    {"WRITTEN", "created_at", LISTING_WHEN, 0},
	    {"NEXT", "next_at", LISTING_WHEN, 0},
	    {"TRIES", "attempts", LISTING_TEXT, 0},
	    {"LAST", "result", LISTING_TEXT, 0},
	};
	const struct listing mails = {
	    path, columns, 7, NULL, 0, NULL, "There is no such mail."};

	return listing_run(cli, &mails);
}

static int mail_retry(struct cli *cli, const char *id)
{
	struct buf path = {0};
	json_t *mail = NULL;
	int code;

	buf_append_str(&path, MAILS "/");
	client_path_escape(&path, id);
	buf_append_str(&path, "/retry");
	code = cli_call(cli, "POST", &path, NULL, &mail);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, mail);
	else if (code == CLI_OK)
		(void)fputs("It is sent now.\n", cli->out);
	json_decref(mail);
	buf_clear(&path);
	return code;
}

int run_outbox(struct cli *cli)
{
	const struct cli_args *args = cli->args;
	const char *verb = args->count ? args->words[0] : "";

	if (args->count == 0)
		return outbox_show(cli);
	if (args->count == 2 && strcmp(verb, "retry") == 0)
		return mail_retry(cli, args->words[1]);
	if (args->count == 1 && strcmp(verb, "waiting") == 0)
		return mails_list(cli, MAILS "?state=waiting");
	if (args->count == 1 && strcmp(verb, "failed") == 0)
		return mails_list(cli, MAILS "?state=given_up");
	if (args->count == 1 && strcmp(verb, "sent") == 0)
		return mails_list(cli, MAILS "?state=sent");
	return cli_fail(
	    cli, CLI_USAGE, "outbox takes waiting, failed, sent or retry MAIL");
}

/* ---- webhooks ---- */

int run_webhooks(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"ADDRESS", "url", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_TEXT, 0},
	    {"WAITING", "waiting", LISTING_TEXT, 0},
	    {"OLDEST", "oldest_waiting_at", LISTING_WHEN, 0},
	    {"24 H", "delivered_24h", LISTING_TEXT, 0},
	    {"GIVEN UP", "given_up_24h", LISTING_TEXT, 0},
	    {"EVENTS", "events", LISTING_ALL_OR, 0},
	};
	static const struct listing webhooks = {WEBHOOKS, columns, 8, NULL, 0,
	    NULL, "No webhook yet. Add one: workphone webhook add URL"};

	return listing_run(cli, &webhooks);
}

static int call(struct cli *cli, const char *method, const char *id,
    const char *tail, json_t *body, json_t **out)
{
	struct buf path = {0};
	int code;

	buf_append_str(&path, WEBHOOKS);
	if (id) {
		buf_append_char(&path, '/');
		client_path_escape(&path, id);
	}
	buf_append_str(&path, tail);
	code = cli_call(cli, method, &path, body, out);
	buf_clear(&path);
	return code;
}

/* Alone on the output, so that it can be piped into its file. */
static int secret_print(struct cli *cli, const json_t *webhook)
{
	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, webhook);
	(void)fprintf(cli->errors,
	    "Webhook %s. Its secret is shown this once; the receiver checks "
	    "signatures by it.\n",
	    cli_text(webhook, "id", "?"));
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(webhook, "secret", ""));
	(void)fputc('\n', cli->out);
	return CLI_OK;
}

static int said(struct cli *cli, const json_t *answer, const char *sentence)
{
	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, answer);
	(void)fprintf(cli->out, "%s\n", sentence);
	return CLI_OK;
}

static int webhook_add(struct cli *cli)
{
	const char *events = cli->args->values[OPTION_EVENTS];
	json_t *webhook = NULL;
	json_t *order = json_pack("{s:s,s:o*}", "url", cli->args->words[1],
	    "events", events ? cli_list_of(events) : NULL);
	int code;

	if (!order)
		return cli_fail(cli, CLI_USAGE, "the address is not UTF-8");
	code = call(cli, "POST", NULL, "", order, &webhook);
	if (code == CLI_OK)
		code = secret_print(cli, webhook);
	json_decref(webhook);
	return code;
}

static int webhook_rotate(struct cli *cli)
{
	json_t *webhook = NULL;
	int code =
	    call(cli, "POST", cli->args->words[1], "/rotate", NULL, &webhook);

	if (code == CLI_OK)
		code = secret_print(cli, webhook);
	json_decref(webhook);
	return code;
}

static int simple(struct cli *cli, const char *tail, const char *sentence)
{
	json_t *answer = NULL;
	int code = call(cli, "POST", cli->args->words[1], tail, NULL, &answer);

	if (code == CLI_OK)
		code = said(cli, answer, sentence);
	json_decref(answer);
	return code;
}

static int webhook_remove(struct cli *cli)
{
	return simple(
	    cli, "/remove", "The webhook is removed; what waited is dropped.");
}

static int webhook_start(struct cli *cli)
{
	return simple(cli, "/start", "It is told again, from now.");
}

static int webhook_test(struct cli *cli)
{
	return simple(cli, "/test",
	    "An event webhook.test is on its way; see: workphone webhook "
	    "deliveries WEBHOOK");
}

static int webhook_replay(struct cli *cli)
{
	const struct cli_args *args = cli->args;
	const char *since = args->values[OPTION_SINCE];
	const char *one = args->count == 3 ? args->words[2] : NULL;
	json_t *answer = NULL;
	char sentence[64];
	int code;

	if (!since == !one)
		return cli_fail(cli, CLI_USAGE,
		    "webhook replay needs a delivery's id or --since TIME");
	code = call(cli, "POST", args->words[1], "/replay",
	    json_pack("{s:s*,s:s*}", "delivery_id", one, "since", since),
	    &answer);
	if (code == CLI_OK) {
		(void)snprintf(sentence, sizeof(sentence),
		    "%lld are sent once more.",
		    (long long)json_integer_value(
		        json_object_get(answer, "count")));
		code = said(cli, answer, sentence);
	}
	json_decref(answer);
	return code;
}

static int webhook_deliveries(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"EVENT", "event", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_TEXT, 0},
	    {"CAUSED", "caused_at", LISTING_WHEN, 0},
	    {"NEXT", "next_at", LISTING_WHEN, 0},
	    {"TRIES", "attempts", LISTING_TEXT, 0},
	    {"STATUS", "status", LISTING_TEXT, 0},
	    {"LAST", "result", LISTING_TEXT, 0},
	};
	struct listing deliveries = {NULL, columns, 8, NULL, 0, NULL,
	    "Nothing was to be sent to it yet."};
	struct buf path = {0};
	int code;

	buf_append_str(&path, WEBHOOKS "/");
	client_path_escape(&path, cli->args->words[1]);
	buf_append_str(&path, "/deliveries");
	if (path.failed)
		return cli_fail(cli, CLI_REFUSED, "out of memory");
	deliveries.path = (const char *)path.data;
	code = listing_run(cli, &deliveries);
	buf_clear(&path);
	return code;
}

int run_webhook(struct cli *cli)
{
	static const struct {
		const char *name;
		int words;
		int (*run)(struct cli *cli);
	} verbs[] = {
	    {"add", 2, webhook_add},
	    {"remove", 2, webhook_remove},
	    {"rotate", 2, webhook_rotate},
	    {"start", 2, webhook_start},
	    {"test", 2, webhook_test},
	    {"deliveries", 2, webhook_deliveries},
	    {"replay", 3, webhook_replay},
	};
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, cli->args->words[0]) == 0 &&
		    (int)cli->args->count <= verbs[i].words)
			return verbs[i].run(cli);
	return cli_fail(cli, CLI_USAGE,
	    "webhook takes add URL, or remove, rotate, start, test, replay or "
	    "deliveries WEBHOOK");
}
