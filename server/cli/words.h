/*
 * words: the states of the API in the words, signs and colours for people. A
 * sign and a word always stand together with a colour, never a colour alone.
 */
#ifndef SERVER_CLI_WORDS_H
#define SERVER_CLI_WORDS_H

#include "server/cli/grid.h"
#include "server/cli/terminal.h"

enum words_kind {
	WORDS_DEVICE,
	WORDS_PHONE,
	WORDS_COMMAND,
	WORDS_LINK,
	WORDS_WIPE,
	WORDS_VERDICT,
	WORDS_STATION,
	WORDS_ORDER,
	WORDS_TOKEN,
	WORDS_TASK,
	WORDS_EQUIPMENT,
	WORDS_APPROVAL,
	WORDS_COUNT
};

/* out: sign and words; a state we do not know stands there as it came. */
enum style words_find(
    enum words_kind kind, const char *state, char *out, size_t size);

/* The same as a cell. */
void words_add(struct grid *grid, enum words_kind kind, const char *state);

#endif
