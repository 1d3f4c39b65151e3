/* workphone phone: the register, Lost Mode, what is kept for a locked phone. */
#include "server/cli/commands.h"

#include <string.h>

#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"
#include "server/cli/listing.h"

#define DEVICES "/api/v1/devices"

/* POST or GET DEVICES/<the second word><tail>; body is taken. */
static int ask(struct cli *cli, const char *method, const char *tail,
    json_t *body, json_t **out)
{
	struct buf path = {0};
	int code;

	buf_append_str(&path, DEVICES);
	if (tail) {
		buf_append_char(&path, '/');
		client_path_escape(&path, cli->args->words[1]);
		buf_append_str(&path, tail);
	}
	code = cli_call(cli, method, &path, body, out);
	buf_clear(&path);
	return code;
}

static void line(struct cli *cli, const char *name, const char *text)
{
	(void)fprintf(cli->out, "%-12s", name);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, text);
	(void)fputc('\n', cli->out);
}

static void when_line(
    struct cli *cli, const json_t *object, const char *key, const char *name)
{
	char when[96];

	if (!cli_time(object, key))
		return;
	cli_when(cli, object, key, "-", when, sizeof(when));
	line(cli, name, when);
}

/* ---- the register ---- */

static int phone_print(struct cli *cli, const json_t *phone)
{
	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, phone);
	line(cli, "Phone", cli_text(phone, "serial", "?"));
	line(cli, "Kind", cli_text(phone, "kind", "?"));
	line(cli, "State", cli_text(phone, "phone_state", "?"));
	line(cli, "Person", cli_text(phone, "person", "-"));
	if (*cli_text(phone, "replaced_by", ""))
		line(cli, "Replaced by", cli_text(phone, "replaced_by", ""));
	return CLI_OK;
}

static int add(struct cli *cli)
{
	const char *const *values = cli->args->values;
	json_t *phone = NULL;
	json_t *order;
	int code;

	if (!values[OPTION_KIND] ||
	    (!values[OPTION_SERIAL] && !values[OPTION_IMEI]))
		return cli_fail(cli, CLI_USAGE,
		    "phone add needs --kind WORD, and --serial SERIAL or "
		    "--imei IMEI");
	order = json_pack("{s:s,s:s*,s:s*,s:s*,s:s*,s:b}", "kind",
	    values[OPTION_KIND], "serial", values[OPTION_SERIAL], "imei",
	    values[OPTION_IMEI], "model", values[OPTION_MODEL], "name",
	    values[OPTION_NAME], "is_ordered",
	    (int)args_has(cli->args, OPTION_ORDERED));
	if (!order)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	code = ask(cli, "POST", NULL, order, &phone);
	if (code == CLI_OK)
		code = phone_print(cli, phone);
	json_decref(phone);
	return code;
}

static int need_reason(struct cli *cli)
{
	if (cli->args->values[OPTION_REASON])
		return CLI_OK;
	return cli_fail(
	    cli, CLI_USAGE, "say why with --reason TEXT: it is written down");
}

static int step(struct cli *cli, const char *event, bool is_reasoned)
{
	const char *const *values = cli->args->values;
	json_t *phone = NULL;
	json_t *order;
	int code = is_reasoned ? need_reason(cli) : CLI_OK;

	if (code != CLI_OK)
		return code;
	order = json_pack("{s:s,s:s*,s:s*,s:s*}", "event", event, "reason",
	    values[OPTION_REASON], "new_serial", values[OPTION_SERIAL],
	    "new_imei", values[OPTION_IMEI]);
	if (!order)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	code = ask(cli, "POST", "/steps", order, &phone);
	if (code == CLI_OK)
		code = phone_print(cli, phone);
	json_decref(phone);
	return code;
}

static int history_print(struct cli *cli, const json_t *items)
{
	static const char *const heads[] = {
	    "WHEN", "WHAT", "FROM", "TO", "BY", "WHY"};
	const json_t *item;
	struct grid grid;
	char when[96];
	size_t i;
	int rc;

	grid_init(&grid, heads, 6);
	json_array_foreach(items, i, item)
	{
		cli_when(cli, item, "at", "-", when, sizeof(when));
		grid_add(&grid, STYLE_PLAIN, when);
		grid_add(&grid, STYLE_PLAIN, cli_text(item, "event", "?"));
		grid_add(&grid, STYLE_PLAIN, cli_text(item, "from", "?"));
		grid_add(&grid, STYLE_PLAIN, cli_text(item, "to", "?"));
		grid_add(&grid, STYLE_PLAIN, cli_text(item, "by", "-"));
		grid_add(&grid, STYLE_PLAIN, cli_text(item, "reason", "-"));
	}
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

static int history(struct cli *cli)
{
	json_t *answer = NULL;
	int code = ask(cli, "GET", "/steps", NULL, &answer);

	if (code == CLI_OK)
		code = args_has(cli->args, OPTION_JSON)
		    ? cli_print_json(cli, json_object_get(answer, "items"))
		    : history_print(cli, json_object_get(answer, "items"));
	json_decref(answer);
	return code;
}

/* ---- Lost Mode ---- */

static void places_print(struct cli *cli, const json_t *places)
{
	const json_t *item;
	const json_t *place;
	char text[160];
	size_t i;

	json_array_foreach(places, i, item)
	{
		place = json_object_get(item, "place");
		if (json_is_object(place))
			(void)snprintf(text, sizeof(text), "%.6f, %.6f (%s)",
			    json_number_value(
			        json_object_get(place, "latitude")),
			    json_number_value(
			        json_object_get(place, "longitude")),
			    cli_text(place, "at", "?"));
		else
			(void)snprintf(text, sizeof(text), "%s",
			    cli_time(item, "forgotten_at") ? "forgotten"
			        : cli_time(item, "answered_at")
			        ? "it did not say"
			        : "not answered yet");
		line(cli, "Place", text);
	}
}

static int lost_mode_print(struct cli *cli, const json_t *lost)
{
	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, lost);
	line(cli, "Lost Mode", cli_text(lost, "state", "?"));
	line(cli, "It shows", cli_text(lost, "message", "-"));
	line(cli, "Number", cli_text(lost, "number", "-"));
	line(cli, "Footnote", cli_text(lost, "footnote", "-"));
	line(cli, "Why", cli_text(lost, "reason", "-"));
	line(cli, "By", cli_text(lost, "ordered_by", "-"));
	when_line(cli, lost, "ordered_at", "Ordered");
	when_line(cli, lost, "on_at", "On since");
	when_line(cli, lost, "lift_at", "Lifted");
	when_line(cli, lost, "closed_at", "Over");
	if (*cli_text(lost, "warning", ""))
		line(cli, "It said", cli_text(lost, "warning", ""));
	places_print(cli, json_object_get(lost, "places"));
	return CLI_OK;
}

static int lost_mode_ask(
    struct cli *cli, const char *method, const char *tail, json_t *body)
{
	json_t *lost = NULL;
	int code;

	if (!body && strcmp(method, "GET") != 0)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	code = ask(cli, method, tail, body, &lost);
	if (code == CLI_OK)
		code = lost_mode_print(cli, lost);
	json_decref(lost);
	return code;
}

static int lost_mode(struct cli *cli)
{
	const char *const *values = cli->args->values;

	if (!values[OPTION_REASON])
		return lost_mode_ask(cli, "GET", "/lost-mode", NULL);
	return lost_mode_ask(cli, "POST", "/lost-mode",
	    json_pack("{s:s,s:s*,s:s*}", "reason", values[OPTION_REASON],
	        "message", values[OPTION_MESSAGE], "number",
	        values[OPTION_NUMBER]));
}

static int lift(struct cli *cli)
{
	int code = need_reason(cli);

	return code != CLI_OK ? code
	                      : lost_mode_ask(cli, "POST", "/lost-mode/lift",
	                            json_pack("{s:s}", "reason",
	                                cli->args->values[OPTION_REASON]));
}

static int locate(struct cli *cli)
{
	json_t *asked = NULL;
	int code = need_reason(cli);

	if (code == CLI_OK)
		code = ask(cli, "POST", "/lost-mode/locate",
		    json_pack(
		        "{s:s}", "reason", cli->args->values[OPTION_REASON]),
		    &asked);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, asked);
	else if (code == CLI_OK)
		(void)fputs("Asked. The answer stands in `workphone phone "
		            "lost-mode` once the phone connects,\nuntil it is "
		            "found.\n",
		    cli->out);
	json_decref(asked);
	return code;
}

/* ---- Activation Lock ---- */

static int lock(struct cli *cli)
{
	json_t *view = NULL;
	char text[64];
	int code = ask(cli, "GET", "/activation-lock", NULL, &view);

	if (code == CLI_OK && args_has(cli->args, OPTION_JSON)) {
		code = cli_print_json(cli, view);
	} else if (code == CLI_OK) {
		line(cli, "Lock", cli_text(view, "state", "?"));
		line(cli, "From", cli_text(view, "sentence", "-"));
		(void)snprintf(text, sizeof(text), "%d",
		    (int)cli_number(view, "bypass_codes"));
		line(cli, "Codes", text);
		when_line(cli, view, "newest_code_at", "Newest");
	}
	json_decref(view);
	return code;
}

static int codes(struct cli *cli)
{
	const char *kind = cli->args->values[OPTION_KIND];
	json_t *opened = NULL;
	const json_t *item;
	size_t i;
	int code = need_reason(cli);

	if (code == CLI_OK)
		code = ask(cli, "POST", "/escrow",
		    json_pack("{s:s,s:s}", "kind", kind ? kind : "bypass_code",
		        "reason", cli->args->values[OPTION_REASON]),
		    &opened);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON)) {
		code = cli_print_json(cli, opened);
	} else if (code == CLI_OK) {
		json_array_foreach(json_object_get(opened, "items"), i, item)
		    line(cli, i == 0 ? "Newest" : "Earlier",
		        cli_text(item, "secret", "?"));
		line(cli, "Approved by", cli_text(opened, "approved_by", "?"));
	}
	json_decref(opened);
	return code;
}

/* ---- accessories ---- */

int run_accessories(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"LABEL", "label", LISTING_TEXT, 0},
	    {"WHAT", "name", LISTING_TEXT, 0},
	    {"WITH", "person.name", LISTING_TEXT, 0},
	    {"SINCE", "held_since", LISTING_WHEN, 0},
	    {"GONE", "ended_at", LISTING_WHEN, 0},
	};
	static const struct listing accessories = {"/api/v1/accessories",
	    columns, 5, NULL, 0, NULL,
	    "No accessory. Add them with lines of a file: docs/ledger.md"};

	return listing_run(cli, &accessories);
}

/* ---- verbs ---- */

static const struct {
	const char *verb;
	size_t words;
	int (*run)(struct cli *cli);
	const char *event; /* NULL: run */
	bool is_reasoned;  /* the register wants to know why */
} verbs[] = {
    {"add", 1, add, NULL, false},
    {"history", 2, history, NULL, false},
    {"received", 2, NULL, "receive", false},
    {"repair", 2, NULL, "send_to_repair", false},
    {"repaired", 2, NULL, "repaired", false},
    {"replaced", 2, NULL, "replace", true},
    {"lost", 2, NULL, "report_lost", true},
    {"stolen", 2, NULL, "report_stolen", true},
    {"found", 2, NULL, "find", true},
    {"emptied", 2, NULL, "prove_wiped", true},
    {"restock", 2, NULL, "restock", false},
    {"retire", 2, NULL, "retire", true},
    {"write-off", 2, NULL, "write_off", true},
    {"lost-mode", 2, lost_mode, NULL, false},
    {"lift", 2, lift, NULL, false},
    {"locate", 2, locate, NULL, false},
    {"lock", 2, lock, NULL, false},
    {"codes", 2, codes, NULL, false},
};

int run_phone(struct cli *cli)
{
	const struct cli_args *args = cli->args;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].verb, args->words[0]) == 0 &&
		    verbs[i].words == args->count)
			return verbs[i].run
			    ? verbs[i].run(cli)
			    : step(cli, verbs[i].event, verbs[i].is_reasoned);
	return cli_fail(cli, CLI_USAGE,
	    "\"phone %.40s\" is no verb, or its PHONE is missing; see "
	    "workphone help phone",
	    args->words[0]);
}
