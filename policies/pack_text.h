/*
 * pack_text: a pack's texts with the reader's own words in them: templates
 * with {first_name} and the like, filled in; the promise to call back, written
 * from its parameter (C2). There is no word for why somebody is away (C3).
 * Pure.
 */
#ifndef POLICIES_PACK_TEXT_H
#define POLICIES_PACK_TEXT_H

#include <stddef.h>

#include "policies/pack.h"
#include "proto/base/buf.h"

#define PACK_VALUE_MAX 200   /* bytes of one value; longer ones are cut */
#define PACK_FILLED_MAX 8192 /* bytes of one filled text */

/*
 * What stands for each word in braces. Borrowed; a member that is NULL or ""
 * shows as its label in brackets, "[your name]", so that the reader sees what
 * is to be put there. Control characters are shown as blanks. Braces in a value
 * stay what they are.
 */
struct pack_fill {
	const char *language; /* of the text; NULL: en */
	const char *first_name;
	const char *last_name;
	const char *title; /* the person's: "bygglovshandläggare" */
	const char *unit;
	const char *organisation;
	const char *number; /* direct number */
	const char *mail;
	const char *switchboard; /* main number */
	const char *until;       /* day of return, as it is to be read out */
	const char *deputy;
	const char *deputy_number;
	/* From the pack: pack_fill_init() sets them. */
	char callback[PACK_VALUE_MAX];        /* "within two working days" */
	char callback_simple[PACK_VALUE_MAX]; /* of simple matters */
	const char *exit_digits;              /* "#0" */
	const char *phrase_in;  /* a template itself; holds no {phrase_…} */
	const char *phrase_out; /* likewise */
};

/*
 * Sets language, organisation, switchboard and what comes from the pack's
 * parameters; clears the rest. language NULL: the document's.
 */
void pack_fill_init(
    struct pack_fill *fill, const struct pack *pack, const char *language);

/*
 * Appends the template, filled in, to out. "{{" and "}}" give a brace.
 * -ERR_INVALID for a word in braces that is not known (a loaded pack holds
 * none), -ERR_LIMIT above PACK_FILLED_MAX; out is then as before.
 */
int pack_text_fill(const char *template, const struct pack_fill *fill,
    struct buf *out, struct err *err);

/*
 * Is every word in braces known? -ERR_INVALID with the sentence: what is
 * wrong, what was meant. is_phrase: the template is phrase_in or phrase_out.
 */
int pack_template_check(const char *template, bool is_phrase, struct err *err);

/*
 * "within 24 hours on weekdays" in sv, da or en (another language gives en).
 * NULL, no time named: "as soon as possible". Never a neighbour's promise.
 */
void pack_callback_text(const struct pack_callback *callback,
    const char *language, char out[PACK_VALUE_MAX]);

#endif
