#include "policies/pack_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policies/suggest.h"
#include "proto/base/str.h"

/* Our three languages; another reads English. */
enum tongue { SV, DA, EN, TONGUES };

static enum tongue tongue_of(const char *language)
{
	if (language && strcmp(language, "sv") == 0)
		return SV;
	if (language && strcmp(language, "da") == 0)
		return DA;
	return EN;
}

/* The promise to call back ------------------------------------------------ */

static const char *const numbers[TONGUES][13] = {
    [SV] = {"", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio",
        "tio", "elva", "tolv"},
    [DA] = {"", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni",
        "ti", "elleve", "tolv"},
    [EN] = {"", "one", "two", "three", "four", "five", "six", "seven", "eight",
        "nine", "ten", "eleven", "twelve"},
};

static void number_text(unsigned n, enum tongue tongue, char out[16])
{
	if (n <= 12)
		(void)snprintf(out, 16, "%s", numbers[tongue][n]);
	else
		(void)snprintf(out, 16, "%u", n);
}

/* "inom %s arbetsdagar": one and several. */
static const char *const working_days[TONGUES][2] = {
    [SV] = {"inom %s arbetsdag", "inom %s arbetsdagar"},
    [DA] = {"inden for %s arbejdsdag", "inden for %s arbejdsdage"},
    [EN] = {"within %s working day", "within %s working days"},
};

static const char *const hours[TONGUES][2] = {
    [SV] = {"inom %u timmar", "inom %u timmar på vardagar"},
    [DA] = {"inden for %u timer", "inden for %u timer på hverdage"},
    [EN] = {"within %u hours", "within %u hours on weekdays"},
};

/* 24 hours on every day, as the Danish document writes it. */
static const char *const day_and_night[TONGUES] = {
    "inom ett dygn", "inden for et døgn", "within 24 hours, every day"};

static const char *const soon[TONGUES] = {
    "så snart som möjligt", "hurtigst muligt", "as soon as possible"};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void pack_callback_text(const struct pack_callback *callback,
    const char *language, char out[PACK_VALUE_MAX])
{
	enum tongue tongue = tongue_of(language);
	char number[16];

	if (!callback) {
		(void)snprintf(out, PACK_VALUE_MAX, "%s", soon[tongue]);
	} else if (callback->unit == PACK_UNIT_WORKING_DAYS) {
		number_text(callback->n, tongue, number);
		(void)snprintf(out, PACK_VALUE_MAX,
		    working_days[tongue][callback->n != 1], number);
	} else if (callback->calendar == PACK_CALENDAR_EVERY_DAY &&
	    callback->n == 24) {
		(void)snprintf(
		    out, PACK_VALUE_MAX, "%s", day_and_night[tongue]);
	} else {
		(void)snprintf(out, PACK_VALUE_MAX,
		    hours[tongue][callback->calendar == PACK_CALENDAR_WEEKDAYS],
		    callback->n);
	}
}
#pragma GCC diagnostic pop

void pack_fill_init(
    struct pack_fill *fill, const struct pack *pack, const char *language)
{
	const struct pack_parameters *parameters = pack_parameters(pack);

	if (!language)
		language = pack_language_at(pack, 0);
	memset(fill, 0, sizeof(*fill));
	fill->language = language;
	fill->organisation = pack_organisation(pack);
	fill->switchboard = parameters->switchboard_number;
	fill->exit_digits = parameters->exit_digits;
	fill->phrase_in = parameters->phrase_in;
	fill->phrase_out = parameters->phrase_out;
	pack_callback_text(parameters->callback, language, fill->callback);
	if (parameters->callback_simple)
		pack_callback_text(parameters->callback_simple, language,
		    fill->callback_simple);
}

/* Words in braces ---------------------------------------------------------- */

#define MEMBER(member) offsetof(struct pack_fill, member)

/* What stands in brackets where nothing is known yet. */
static const struct word {
	const char *word;
	size_t member;
	bool is_array;  /* chars in the struct, not a pointer */
	bool is_phrase; /* a template itself */
	const char *label[TONGUES];
} words[] = {
    {"first_name", MEMBER(first_name), false, false,
        {"förnamn", "fornavn", "first name"}},
    {"last_name", MEMBER(last_name), false, false,
        {"efternamn", "efternavn", "last name"}},
    {"title", MEMBER(title), false, false, {"titel", "titel", "title"}},
    {"unit", MEMBER(unit), false, false, {"enhet", "afdeling", "unit"}},
    {"organisation", MEMBER(organisation), false, false,
        {"organisation", "organisation", "organisation"}},
    {"number", MEMBER(number), false, false,
        {"direktnummer", "direkte nummer", "direct number"}},
    {"mail", MEMBER(mail), false, false,
        {"e-postadress", "e-mailadresse", "e-mail address"}},
    {"switchboard", MEMBER(switchboard), false, false,
        {"växelns nummer", "omstillingens nummer", "switchboard number"}},
    {"until", MEMBER(until), false, false,
        {"dagen du är åter", "dagen du er tilbage", "the day you return"}},
    {"deputy", MEMBER(deputy), false, false,
        {"kollegans namn", "kollegaens navn", "colleague's name"}},
    {"deputy_number", MEMBER(deputy_number), false, false,
        {"kollegans nummer", "kollegaens nummer", "colleague's number"}},
    {"exit_digits", MEMBER(exit_digits), false, false,
        {"siffra", "ciffer", "digit"}},
    {"callback", MEMBER(callback), true, false, {"tid", "tid", "time"}},
    {"callback_simple", MEMBER(callback_simple), true, false,
        {"tid", "tid", "time"}},
    {"phrase_in", MEMBER(phrase_in), false, true,
        {"svarsfras", "svarfrase", "phrase"}},
    {"phrase_out", MEMBER(phrase_out), false, true,
        {"presentation", "præsentation", "phrase"}},
};
#define WORDS (sizeof(words) / sizeof(words[0]))

static const struct word *word_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < WORDS; i++) {
		if (strlen(words[i].word) == len &&
		    memcmp(words[i].word, name, len) == 0)
			return &words[i];
	}
	return NULL;
}

static int word_unknown(const char *name, size_t len, struct err *err)
{
	struct suggest suggest = {0};
	char written[40];
	size_t used = 0;
	size_t step;
	size_t i;

	while (used < len && (step = str_utf8_step(name + used)) != 0 &&
	    used + step < sizeof(written) && used + step <= len) {
		memcpy(written + used, name + used, step);
		used += step;
	}
	written[used] = '\0';
	suggest.written = written;
	for (i = 0; i < WORDS; i++)
		suggest_add(&suggest, words[i].word);
	if (suggest.nearest)
		return err_set(err, ERR_INVALID,
		    "unknown word '{%s}': did you mean '{%s}'? (known: %s)",
		    written, suggest.nearest, suggest.known);
	return err_set(err, ERR_INVALID, "unknown word '{%s}' (known: %s)",
	    written, suggest.known);
}

/* What begins at text: a word in braces, a doubled brace or plain bytes. */
struct piece {
	const struct word *word; /* NULL: plain */
	const char *plain;
	size_t plain_len;
	size_t taken; /* bytes of the template */
};

static int piece_read(const char *text, struct piece *out, struct err *err)
{
	const char *end;

	memset(out, 0, sizeof(*out));
	out->plain = text;
	if ((text[0] == '{' || text[0] == '}') && text[1] == text[0]) {
		out->plain_len = 1;
		out->taken = 2;
		return 0;
	}
	if (text[0] == '}')
		return err_set(err, ERR_INVALID,
		    "a '}' without its '{': write '}}' for the brace itself");
	if (text[0] != '{') {
		out->plain_len = strcspn(text, "{}");
		out->taken = out->plain_len;
		return 0;
	}
	end = strchr(text, '}');
	if (!end)
		return err_set(err, ERR_INVALID,
		    "a '{' without its '}': write '{{' for the brace itself");
	out->word = word_find(text + 1, (size_t)(end - text) - 1);
	if (!out->word)
		return word_unknown(text + 1, (size_t)(end - text) - 1, err);
	out->taken = (size_t)(end - text) + 1;
	return 0;
}

int pack_template_check(const char *template, bool is_phrase, struct err *err)
{
	struct piece piece;

	while (*template) {
		if (piece_read(template, &piece, err))
			return -ERR_INVALID;
		if (is_phrase && piece.word && piece.word->is_phrase)
			return err_set(err, ERR_INVALID,
			    "a phrase cannot hold '{%s}'", piece.word->word);
		template += piece.taken;
	}
	return 0;
}

/* Filling ------------------------------------------------------------------ */

/* From a register or a person: cut between characters, one line. */
static void value_append(struct buf *out, const char *value)
{
	size_t used = 0;
	size_t step;

	while (*value && used < PACK_VALUE_MAX) {
		step = str_utf8_step(value);
		if (step == 0) { /* not UTF-8 */
			buf_append_str(out, "\xef\xbf\xbd");
			step = 1;
		} else if (used + step > PACK_VALUE_MAX) {
			return;
		} else if ((unsigned char)*value < 0x20 || *value == 0x7f) {
			buf_append_char(out, ' ');
		} else {
			buf_append(out, value, step);
		}
		value += step;
		used += step;
	}
}

static const char *value_of(
    const struct word *word, const struct pack_fill *fill)
{
	const char *at = (const char *)fill + word->member;
	const char *value;

	if (word->is_array)
		return at;
	memcpy(&value, at, sizeof(value));
	return value;
}

static int append(const char *template, const struct pack_fill *fill,
    bool is_phrase, struct buf *out, struct err *err);

static int word_append(const struct word *word, const struct pack_fill *fill,
    struct buf *out, struct err *err)
{
	const char *value = value_of(word, fill);

	if (value && *value && word->is_phrase)
		return append(value, fill, true, out, err);
	if (value && *value)
		value_append(out, value);
	else
		buf_printf(out, "[%s]", word->label[tongue_of(fill->language)]);
	return 0;
}

static int append(const char *template, const struct pack_fill *fill,
    bool is_phrase, struct buf *out, struct err *err)
{
	size_t before = out->len;
	struct piece piece;
	int rc = 0;

	while (rc == 0 && *template) {
		rc = piece_read(template, &piece, err);
		if (rc)
			break;
		if (is_phrase && piece.word && piece.word->is_phrase)
			return err_set(err, ERR_INVALID,
			    "a phrase cannot hold '{%s}'", piece.word->word);
		if (piece.word)
			rc = word_append(piece.word, fill, out, err);
		else
			buf_append(out, piece.plain, piece.plain_len);
		if (rc == 0 && out->len - before > PACK_FILLED_MAX)
			rc = err_set(err, ERR_LIMIT,
			    "the text is longer than %d bytes when filled in",
			    PACK_FILLED_MAX);
		template += piece.taken;
	}
	return rc ? rc : buf_check(out, err);
}

int pack_text_fill(const char *template, const struct pack_fill *fill,
    struct buf *out, struct err *err)
{
	size_t before = out->len;
	int rc = append(template, fill, false, out, err);

	if (rc && out->data && out->len > before) {
		out->len = before;
		out->data[before] = '\0';
	}
	return rc;
}
