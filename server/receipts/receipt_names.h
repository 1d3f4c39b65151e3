/*
 * receipt_names: the words that receipts use in JSON, one table each. Internal
 * to server/receipts.
 */
#ifndef SERVER_RECEIPTS_RECEIPT_NAMES_H
#define SERVER_RECEIPTS_RECEIPT_NAMES_H

#include "server/receipts/receipt.h"

struct receipt_words {
	const char *const *words; /* by number, without gaps */
	unsigned count;
};

extern const struct receipt_words receipt_kinds;
extern const struct receipt_words receipt_things;
extern const struct receipt_words receipt_roles;
extern const struct receipt_words receipt_ways;
extern const struct receipt_words receipt_erasures;
extern const struct receipt_words receipt_sims;
extern const struct receipt_words receipt_codes_said;

/* "?" for none of ours. */
const char *receipt_word(const struct receipt_words *words, unsigned number);
/* -ERR_INVALID: no such word. */
int receipt_word_find(
    const struct receipt_words *words, const char *word, unsigned *out);

#endif
