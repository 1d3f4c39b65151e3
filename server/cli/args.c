#include "server/cli/args.h"

#include <string.h>

#include "proto/base/err.h"

/* clang-format off */
const struct cli_option_kind cli_options[OPTION_COUNT] = {
	[OPTION_HELP] = {"help", NULL, "show this help"},
	[OPTION_JSON] = {"json", NULL, "print one JSON document, for programs"},
	[OPTION_SOCKET] = {"socket", "PATH", "admin socket of the server"},
	[OPTION_OPEN] = {"open", NULL, "only those that are not closed"},
	[OPTION_LIMIT] = {"limit", "N", "at most N, newest first (100)"},
	[OPTION_PERSON] = {"person", "NAME", "whom it is for: name, mail or id"},
	[OPTION_SERIAL] = {"serial", "SERIAL",
	    "serial number of the phone"},
	[OPTION_VALID_FOR] = {"valid-for", "TIME",
	    "how long it is good for: 12h, 7d, 90d"},
	[OPTION_QR] = {"qr", NULL, "print the QR code into files and pipes too"},
	[OPTION_RULE] = {"rule", "RULE", "only this rule, e.g. VST-33"},
	[OPTION_DRY_RUN] = {"dry-run", NULL, "show what would happen, do nothing"},
	[OPTION_YES] = {"yes", NULL, "do not ask"},
	[OPTION_REASON] = {"reason", "TEXT", "why; it is kept, and others may read it"},
	[OPTION_KEEP_DATA_PLAN] = {"keep-data-plan", NULL,
	    "leave the eSIM's data plan on the phone"},
	[OPTION_NO_PROXIMITY] = {"no-proximity-setup", NULL,
	    "do not let a phone nearby set it up again"},
	[OPTION_FOLLOW] = {"follow", NULL,
	    "wait and show each step until the phone is silent"},
	[OPTION_TIMEOUT] = {"timeout", "TIME", "stop following after this time"},
	[OPTION_NAME] = {"name", "NAME", "what it is called, such as \"Bench A\""},
	[OPTION_BENCH] = {"bench", NULL,
	    "and enrol the phone at the next bench it is plugged into"},
	[OPTION_CONTEXT] = {"context", "NAME",
	    "which server, as `workphone context` knows it"},
	[OPTION_ORGANISATION] = {"organisation", "NAME",
	    "which organisation, where the server on this machine has several"},
	[OPTION_URL] = {"url", "URL", "https://host:port of the office"},
	[OPTION_CA_FILE] = {"ca-file", "FILE",
	    "PEM of the CA that the server's certificate is of"},
	[OPTION_TOKEN_FILE] = {"token-file", "FILE",
	    "file that holds the API token, mode 0600"},
	[OPTION_SCOPE] = {"scope", "LIST",
	    "what the token may: devices:read,evidence:write"},
	[OPTION_FACTS] = {"facts", "LIST",
	    "facts the key may bring: voicemail.greeting,call.referral"},
	[OPTION_KEY_FILE] = {"key-file", "FILE",
	    "the connector's public key, PEM or base64"},
	[OPTION_UNIT] = {"unit", "UNIT", "which unit: name or id"},
	[OPTION_OVERDUE] = {"overdue", NULL, "only those past their day"},
	[OPTION_VERDICT] = {"verdict", "WORD", "only these: broken, unknown, …"},
	[OPTION_SUBJECT] = {"subject", "WORD",
	    "only about: person, phone, subscription, unit, organisation"},
	[OPTION_CLASS] = {"class", "WORD",
	    "only these: enforce, verify, attest, inform, waived"},
	[OPTION_LANGUAGE] = {"language", "LANG", "of texts: sv, da, en"},
	[OPTION_WHAT] = {"what", "WORD",
	    "phone, subscription, accessory, function, block or replace"},
	[OPTION_ITEM] = {"item", "NAME", "which one, of the catalogue"},
	[OPTION_NEED] = {"need", "TEXT", "what it is needed for"},
	[OPTION_AS] = {"as", "PERSON", "the person who decides: name, mail or id"},
	[OPTION_FORMAT] = {"format", "WORD", "which form of the file; see above"},
	[OPTION_PHONE] = {"phone", "PHONE", "which phone: serial number or IMEI"},
	[OPTION_SOURCE] = {"source", "NAME", "who says it: hr unless named"},
	[OPTION_MAP] = {"map", "FILE", "which column says what"},
	[OPTION_FULL] = {"full", NULL,
	    "it holds everybody: who is not in it has left"},
	[OPTION_ACCEPT_STOP] = {"accept-stop", "PLAN",
	    "lift the safety stop of the plan that was shown"},
	[OPTION_OUTPUT] = {"output", "FILE", "write there; must not be there yet"},
	[OPTION_KIND] = {"kind", "WORD", "which kind; see above"},
	[OPTION_IMEI] = {"imei", "IMEI", "15 digits: dial *#06# to see them"},
	[OPTION_MODEL] = {"model", "TEXT", "which model it is"},
	[OPTION_ORDERED] = {"ordered", NULL, "it is ordered and not here yet"},
	[OPTION_MESSAGE] = {"message", "TEXT", "what a lost phone shows"},
	[OPTION_NUMBER] = {"number", "NUMBER", "whom a finder is to call"},
	[OPTION_EVENTS] = {"events", "LIST", "only these events (all)"},
	[OPTION_SINCE] = {"since", "TIME", "from this time on: 2026-11-22T07:00:00Z"},
	[OPTION_RETURN] = {"return", NULL,
	    "ask all of it back, as one departure"},
	[OPTION_SUBSCRIPTION] = {"subscription", "SIM",
	    "which subscription: number or ICCID"},
	[OPTION_WITH] = {"with", "LIST",
	    "accessories: labels or words, a comma between"},
	[OPTION_NOTE] = {"note", "TEXT", "its condition; damage"},
	[OPTION_SIGNED] = {"signed", "NAME",
	    "the name as who signs types it"},
	[OPTION_UNTIL] = {"until", "DAY", "2026-12-31"},
	[OPTION_CODES] = {"codes", "WORD",
	    "handed_over, not_handed_over or not_needed"},
	[OPTION_HOW] = {"how", "WORD",
	    "prevented, signed_out, unlock_accepted or proved"},
	[OPTION_ON] = {"on", "DAY", "as it was on that day, 2026-12-31"},
};
/* clang-format on */

bool args_has(const struct cli_args *args, enum cli_option option)
{
	return (args->given & OPTION_BIT(option)) != 0;
}

const struct cli_command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < cli_command_count; i++)
		if (strcmp(cli_commands[i].name, name) == 0)
			return &cli_commands[i];
	return NULL;
}

/* text: behind the dashes, maybe with "=value". */
static int option_find(const char *text, enum cli_option *out)
{
	size_t len = strcspn(text, "=");
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++) {
		if (strlen(cli_options[i].name) == len &&
		    memcmp(cli_options[i].name, text, len) == 0) {
			*out = (enum cli_option)i;
			return 0;
		}
	}
	return -(int)ERR_NOT_FOUND;
}

struct args_walk {
	int argc;
	char *const *argv;
	int at;
	bool only_words; /* behind "--" */
	struct cli_args args;
};

static int option_value(struct args_walk *walk, enum cli_option option,
    const char *equals, struct err *err)
{
	const struct cli_option_kind *kind = &cli_options[option];

	if (!kind->value) {
		if (equals)
			return err_set(err, ERR_INVALID, "--%s takes no value",
			    kind->name);
		return 0;
	}
	if (equals) {
		walk->args.values[option] = equals + 1;
	} else {
		if (walk->at + 1 >= walk->argc)
			return err_set(err, ERR_INVALID, "--%s needs its %s",
			    kind->name, kind->value);
		walk->args.values[option] = walk->argv[++walk->at];
	}
	if (!*walk->args.values[option])
		return err_set(
		    err, ERR_INVALID, "--%s must not be empty", kind->name);
	return 0;
}

static int option_take(
    struct args_walk *walk, const char *word, struct err *err)
{
	enum cli_option option;

	if (strcmp(word, "-h") == 0)
		word = "--help";
	if (word[1] != '-' || option_find(word + 2, &option) < 0)
		return err_set(
		    err, ERR_INVALID, "there is no option \"%.64s\"", word);
	if (args_has(&walk->args, option) && cli_options[option].value)
		return err_set(err, ERR_INVALID, "--%s is given twice",
		    cli_options[option].name);
	walk->args.given |= OPTION_BIT(option);
	return option_value(walk, option, strchr(word, '='), err);
}

static int word_take(struct args_walk *walk, const char *word, struct err *err)
{
	struct cli_args *args = &walk->args;

	/* An empty variable of a script must not come to mean "all". */
	if (!*word)
		return err_set(err, ERR_INVALID, "a word is empty");
	if (!args->command && strcmp(word, "help") != 0) {
		args->command = command_find(word);
		if (!args->command)
			return err_set(err, ERR_INVALID,
			    "there is no command \"%.64s\"", word);
		return 0;
	}
	if (!args->command) { /* help [COMMAND] */
		args->given |= OPTION_BIT(OPTION_HELP);
		return 0;
	}
	if (args->count >= ARGS_WORDS_MAX)
		return err_set(
		    err, ERR_INVALID, "\"%.64s\" is one word too many", word);
	args->words[args->count++] = word;
	return 0;
}

/* What the command's row allows and wants; not asked when help is wanted. */
static int args_check(const struct cli_args *args, struct err *err)
{
	const struct cli_command *command = args->command;
	uint64_t foreign = args->given & ~(command->options | OPTIONS_COMMON);
	uint64_t missing = command->required & ~args->given;
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++) {
		if (foreign & OPTION_BIT(i))
			return err_set(err, ERR_INVALID, "%s takes no --%s",
			    command->name, cli_options[i].name);
		if (missing & OPTION_BIT(i))
			return err_set(err, ERR_INVALID, "%s needs --%s %s",
			    command->name, cli_options[i].name,
			    cli_options[i].value);
	}
	if (args->count < command->words_min)
		return err_set(err, ERR_INVALID, "%s needs %s", command->name,
		    command->words);
	if (args->count > command->words_max)
		return err_set(err, ERR_INVALID,
		    "\"%.64s\" is one word too many for %s",
		    args->words[command->words_max], command->name);
	return 0;
}

/* And whose help tells more. */
static int wrong_say(const struct cli_command *command, int rc, struct err *err)
{
	struct err why = {.text = ""};

	if (!err)
		return rc;
	why = *err;
	return err_set(err, why.code, "%s; see workphone help%s%s", why.text,
	    command ? " " : "", command ? command->name : "");
}

int args_parse(
    int argc, char *const *argv, struct cli_args *out, struct err *err)
{
	struct args_walk walk = {.argc = argc, .argv = argv};
	const char *word;
	int rc;

	for (walk.at = 1; walk.at < argc; walk.at++) {
		word = argv[walk.at];
		if (!walk.only_words && strcmp(word, "--") == 0) {
			walk.only_words = true;
			continue;
		}
		if (!walk.only_words && word[0] == '-' && word[1])
			rc = option_take(&walk, word, err);
		else
			rc = word_take(&walk, word, err);
		if (rc < 0)
			goto wrong;
	}
	if (walk.args.command && !args_has(&walk.args, OPTION_HELP)) {
		rc = args_check(&walk.args, err);
		if (rc < 0)
			goto wrong;
	}
	*out = walk.args;
	return 0;
wrong:
	return wrong_say(walk.args.command, rc, err);
}
