/*
 * cli: what every command of `workphone` gets: where it reads and writes, the
 * clock, the server. Commands print for people or, with --json, one document.
 */
#ifndef SERVER_CLI_CLI_H
#define SERVER_CLI_CLI_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/base/buf.h"
#include "server/cli/terminal.h"

struct cli_args;
struct client;
struct clock;
struct err;

/* Exit codes; documented in workphone(1). Functions return them as int. */
enum cli_exit {
	CLI_OK = 0,
	CLI_REFUSED = 1, /* the server or this machine would not, see stderr */
	CLI_USAGE = 2,
	CLI_NOT_FOUND = 3,
	CLI_NO_SERVER = 4, /* nothing answers at the socket */
	CLI_CONFLICT = 5,  /* already there, or the state does not allow it */
	CLI_DECLINED = 6,  /* not confirmed at the question */
	CLI_TIMEOUT = 7,   /* --timeout ran out while following */
	CLI_DENIED = 8,    /* the token is not valid, or lacks a scope */
	CLI_BUSY = 9,      /* too many requests: later again */
};

struct cli {
	FILE *in;
	bool in_is_terminal;
	FILE *out;
	FILE *errors;
	struct terminal terminal; /* of out */
	const struct clock *clock;
	const struct cli_args *args;
	struct client *client; /* NULL for commands that need no server */
	void (*sleep_ms)(int64_t ms);
};

/* "workphone: sentence" to the error stream; returns code. */
int cli_fail(struct cli *cli, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* client_call() that says what went wrong; body is taken, NULL: none. */
int cli_call(struct cli *cli, const char *method, const struct buf *path,
    json_t *body, json_t **out);

/* "a,b c" → ["a","b","c"]; NULL: out of memory, or no UTF-8. */
json_t *cli_list_of(const char *text);

/* Prints one JSON document; nothing in it can move a terminal's cursor. */
int cli_print_json(struct cli *cli, const json_t *document);

/* GET, and with --json print its "items" and be done: *items stays NULL. */
int cli_list(
    struct cli *cli, const struct buf *path, json_t **answer, json_t **items);

/* Asks on the error stream, reads one line without the blanks at its ends;
 * "" at the end of the input. */
void cli_ask(struct cli *cli, const char *question, char *out, size_t size);
/* true when the answer is the expected, without case. */
bool cli_confirm(struct cli *cli, const char *question, const char *expected);

/* A word of the API as people read it: "in_custody" is "in custody". */
#define CLI_WORD_MAX 64
const char *cli_word(const json_t *object, const char *key,
    const char *fallback, char out[CLI_WORD_MAX]);

/* Texts of an object: "" and null give fallback. */
const char *cli_text(
    const json_t *object, const char *key, const char *fallback);
/* Where in its document a rule stands, of "source": "line 66". The document is
 * told by `workphone rules RULE`. */
const char *cli_source_line(const json_t *object);
int64_t cli_number(const json_t *object, const char *key);
/* Unix ms of a time, 0 when null. */
int64_t cli_time(const json_t *object, const char *key);
/* "3 minutes ago" by the server's clock, or fallback when null. */
void cli_when(struct cli *cli, const json_t *object, const char *key,
    const char *fallback, char *out, size_t size);

#endif
