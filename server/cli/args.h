/*
 * args: the words after `workphone`, against the table of commands. Options
 * may stand anywhere behind the command, as --name VALUE or --name=VALUE;
 * after "--" everything is a word. What a command does not list is refused.
 */
#ifndef SERVER_CLI_ARGS_H
#define SERVER_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli;
struct err;

enum cli_option {
	OPTION_HELP,
	OPTION_JSON,
	OPTION_SOCKET,
	OPTION_OPEN,
	OPTION_LIMIT,
	OPTION_PERSON,
	OPTION_SERIAL,
	OPTION_VALID_FOR,
	OPTION_QR,
	OPTION_RULE,
	OPTION_DRY_RUN,
	OPTION_YES,
	OPTION_REASON,
	OPTION_KEEP_DATA_PLAN,
	OPTION_NO_PROXIMITY,
	OPTION_FOLLOW,
	OPTION_TIMEOUT,
	OPTION_NAME,
	OPTION_BENCH,
	OPTION_CONTEXT,
	OPTION_ORGANISATION,
	OPTION_URL,
	OPTION_CA_FILE,
	OPTION_TOKEN_FILE,
	OPTION_SCOPE,
	OPTION_FACTS,
	OPTION_KEY_FILE,
	OPTION_UNIT,
	OPTION_OVERDUE,
	OPTION_VERDICT,
	OPTION_SUBJECT,
	OPTION_CLASS,
	OPTION_LANGUAGE,
	OPTION_WHAT,
	OPTION_ITEM,
	OPTION_NEED,
	OPTION_AS,
	OPTION_FORMAT,
	OPTION_PHONE,
	OPTION_OUTPUT,
	OPTION_SOURCE,
	OPTION_MAP,
	OPTION_FULL,
	OPTION_ACCEPT_STOP,
	OPTION_KIND,
	OPTION_IMEI,
	OPTION_MODEL,
	OPTION_ORDERED,
	OPTION_MESSAGE,
	OPTION_NUMBER,
	OPTION_EVENTS,
	OPTION_SINCE,
	OPTION_RETURN,
	OPTION_SUBSCRIPTION,
	OPTION_WITH,
	OPTION_NOTE,
	OPTION_SIGNED,
	OPTION_UNTIL,
	OPTION_CODES,
	OPTION_HOW,
	OPTION_ON,
	OPTION_COUNT
};

#define OPTION_BIT(option) (UINT64_C(1) << (option))
/* Every command takes these. */
#define OPTIONS_COMMON                                                         \
	(OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_JSON) |                   \
	    OPTION_BIT(OPTION_SOCKET) | OPTION_BIT(OPTION_CONTEXT) |           \
	    OPTION_BIT(OPTION_ORGANISATION))

struct cli_option_kind {
	const char *name;  /* without dashes */
	const char *value; /* what stands for its value; NULL: takes none */
	const char *help;
};
extern const struct cli_option_kind cli_options[OPTION_COUNT];

struct cli_command {
	const char *name;
	const char *words; /* "DEVICE", "[TEXT]", "" */
	size_t words_min;
	size_t words_max;
	uint64_t options;            /* OPTION_BITs besides the common ones */
	uint64_t required;           /* of these */
	bool is_local;               /* asks no server */
	const char *summary;         /* one line */
	const char *details;         /* a few lines, or "" */
	int (*run)(struct cli *cli); /* an enum cli_exit */
};
extern const struct cli_command cli_commands[];
extern const size_t cli_command_count;

/* NULL: there is none of that name. */
const struct cli_command *command_find(const char *name);

#define ARGS_WORDS_MAX 64

struct cli_args {
	const struct cli_command *command;
	const char *words[ARGS_WORDS_MAX]; /* borrowed from argv, as all here */
	size_t count;
	uint64_t given;
	const char *values[OPTION_COUNT];
};

bool args_has(const struct cli_args *args, enum cli_option option);

/*
 * argv[1] is the command. No command, or one that only asks for help (--help,
 * help), is for the caller: out->command is NULL and OPTION_HELP may be given.
 * -ERR_INVALID with a sentence that names the word, and whose help tells more.
 */
int args_parse(
    int argc, char *const *argv, struct cli_args *out, struct err *err);

#endif
