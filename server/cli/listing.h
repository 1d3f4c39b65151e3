/*
 * listing: lists of the API that need no more than a table: where they are
 * asked for, which options narrow them, what stands in each column.
 */
#ifndef SERVER_CLI_LISTING_H
#define SERVER_CLI_LISTING_H

#include <jansson.h>
#include <stddef.h>

#include "server/cli/args.h"
#include "server/cli/words.h"

struct cli;

enum listing_kind {
	LISTING_TEXT,
	LISTING_WHEN,   /* a time, seen from now */
	LISTING_WORDS,  /* a list of words, with blanks between */
	LISTING_ALL_OR, /* the same; none of them means all */
	LISTING_STATE,  /* a word of enum words_kind */
	LISTING_FLAG,   /* yes or no */
	LISTING_SOURCE, /* of a rule: see cli_source_line() */
	LISTING_WORD,   /* a word of the API: see cli_word() */
	LISTING_THINGS, /* what was handed out: what each is known by */
	LISTING_PHONES /* the one phone's serial number, or how many "things" */
};

struct listing_column {
	const char *head;
	const char *key; /* "person.name": one step down at most */
	enum listing_kind kind;
	enum words_kind words; /* of LISTING_STATE */
};

struct listing_option {
	enum cli_option option;
	const char *query; /* the parameter; of a flag it is set to 1 */
};

struct listing {
	const char *path;
	const struct listing_column *columns;
	size_t column_count; /* at most GRID_COLUMNS_MAX */
	const struct listing_option *options;
	size_t option_count;
	const char *word;  /* parameter that the first word is; NULL: none */
	const char *empty; /* said when there is nothing */
};

/* An enum cli_exit. */
int listing_run(struct cli *cli, const struct listing *listing);
/* Its table of rows that are here already. */
int listing_print(
    struct cli *cli, const struct listing *listing, const json_t *items);

#endif
