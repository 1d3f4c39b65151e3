#include "policies/suggest.h"

#include <ctype.h>
#include <stdio.h>

#define WORD_MAX 40 /* bytes of a word that are compared */
#define NEAR 2      /* edits between a slip and another word */

/* Lower case without _ and -: minLength and min_length come out alike. */
static size_t fold(const char *text, char out[WORD_MAX])
{
	size_t len = 0;

	for (; *text && len < WORD_MAX; text++) {
		if (*text != '_' && *text != '-')
			out[len++] = (char)tolower((unsigned char)*text);
	}
	return len;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's edit distance of the folded words. */
static size_t distance(const char *left, const char *right)
{
	char a[WORD_MAX];
	char b[WORD_MAX];
	size_t a_len = fold(left, a);
	size_t b_len = fold(right, b);
	size_t row[WORD_MAX + 1];
	size_t diagonal;
	size_t above;
	size_t i;
	size_t j;

	for (j = 0; j <= b_len; j++)
		row[j] = j;
	for (i = 1; i <= a_len; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			above = row[j];
			row[j] = smallest(above + 1, row[j - 1] + 1,
			    diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}

void suggest_add(struct suggest *suggest, const char *word)
{
	size_t apart = distance(suggest->written, word);
	int wrote;

	if (apart <= NEAR &&
	    (!suggest->nearest || apart < suggest->nearest_distance)) {
		suggest->nearest = word;
		suggest->nearest_distance = apart;
	}
	if (suggest->used >= sizeof(suggest->known))
		return;
	wrote = snprintf(suggest->known + suggest->used,
	    sizeof(suggest->known) - suggest->used, "%s%s",
	    suggest->used ? ", " : "", word);
	if (wrote > 0)
		suggest->used += (size_t)wrote;
}
