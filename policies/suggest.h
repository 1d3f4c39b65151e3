/*
 * suggest: for a word that is not known: the nearest of the known ones, and
 * their list for the sentence. Pure.
 */
#ifndef POLICIES_SUGGEST_H
#define POLICIES_SUGGEST_H

#include <stddef.h>

#define SUGGEST_KNOWN_MAX 240

struct suggest {
	const char *written; /* by the person; set it first */
	const char *nearest; /* NULL: none is near */
	size_t nearest_distance;
	char known[SUGGEST_KNOWN_MAX]; /* "a, b, c", cut when too long */
	size_t used;
};

/* word outlives the struct. */
void suggest_add(struct suggest *suggest, const char *word);

#endif
