#include "server/service/ledger/person_name.h"

#include <stddef.h>
#include <string.h>

#include <glib.h>

#define WORDS_MAX 32

/* Folded text, with a NUL behind each word. */
struct name {
	gchar *text;
	const char *words[WORDS_MAX];
	bool is_taken[WORDS_MAX];
	size_t count;
};

/* Compatibility forms are one, marks stand alone, case is gone. */
static gchar *fold(const char *text)
{
	gchar *apart = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
	gchar *lower = apart ? g_utf8_casefold(apart, -1) : NULL;
	gchar *folded =
	    lower ? g_utf8_normalize(lower, -1, G_NORMALIZE_ALL) : NULL;

	g_free(apart);
	g_free(lower);
	return folded;
}

/* A mark belongs to its letter; what is not seen parts no word either. */
static bool is_passed_over(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	return type == G_UNICODE_NON_SPACING_MARK ||
	    type == G_UNICODE_SPACING_MARK ||
	    type == G_UNICODE_ENCLOSING_MARK || type == G_UNICODE_FORMAT;
}

/* Rewrites the text in place: what stays is never longer. */
static void words_take(struct name *name)
{
	gchar *to = name->text;
	const gchar *at = name->text;
	bool in_word = false;

	while (*at) {
		gunichar c = g_utf8_get_char(at);
		const gchar *next = g_utf8_find_next_char(at, NULL);

		if (g_unichar_isalnum(c)) {
			if (!in_word && name->count == WORDS_MAX)
				break;
			if (!in_word)
				name->words[name->count++] = to;
			memmove(to, at, (size_t)(next - at));
			to += next - at;
			in_word = true;
		} else if (in_word && !is_passed_over(c)) {
			*to++ = '\0';
			in_word = false;
		}
		at = next;
	}
	*to = '\0';
}

static void name_init(struct name *name, const char *text)
{
	memset(name, 0, sizeof(*name));
	if (!text || !g_utf8_validate(text, -1, NULL))
		return;
	name->text = fold(text);
	if (name->text)
		words_take(name);
}

/* A word that stands there twice is two words. */
static bool word_take(struct name *name, const char *word)
{
	for (size_t i = 0; i < name->count; i++) {
		if (name->is_taken[i] || strcmp(name->words[i], word) != 0)
			continue;
		name->is_taken[i] = true;
		return true;
	}
	return false;
}

bool person_name_fits(const char *typed, const char *name)
{
	struct name said;
	struct name whole;
	bool fits;

	name_init(&said, typed);
	name_init(&whole, name);
	fits = said.count > 0 && (said.count >= 2 || said.count == whole.count);
	for (size_t i = 0; fits && i < said.count; i++)
		fits = word_take(&whole, said.words[i]);
	g_free(said.text);
	g_free(whole.text);
	return fits;
}
