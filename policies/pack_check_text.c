/* pack_check_text: what the schema cannot say about texts.<language>.yaml, and
 * whether the texts of all files together leave nothing out. */
#include "policies/pack_file.h"

#include <stdio.h>
#include <string.h>

#include "policies/pack_at.h"

static int text_check(const struct pack_at *at, const struct pack_text *text)
{
	int rc = pack_at_template(at, "title", text->title, false);

	if (rc == 0)
		rc = pack_at_template(at, "demand", text->demand, false);
	if (rc == 0)
		rc = pack_at_template(at, "why", text->why, false);
	if (rc == 0)
		rc = pack_at_template(at, "how", text->how, false);
	if (rc == 0)
		rc = pack_at_template(at, "statement", text->statement, false);
	return rc;
}

static int texts_list_check(struct pack_at *at, const struct pack *pack,
    const struct pack_texts_file *file)
{
	unsigned i;
	unsigned j;
	int rc = 0;

	for (i = 0; rc == 0 && i < file->texts_count; i++) {
		(void)snprintf(at->path, sizeof(at->path), "texts[%u]", i);
		if (!pack_rule_find(pack, file->texts[i].rule))
			return pack_at_fail(at, "rule",
			    "the pack has no rule '%s'", file->texts[i].rule);
		for (j = 0; j < i; j++) {
			if (!strcmp(file->texts[i].rule, file->texts[j].rule))
				return pack_at_fail(at, "rule",
				    "the text for %s stands here twice",
				    file->texts[i].rule);
		}
		rc = text_check(at, &file->texts[i]);
	}
	return rc;
}

static int phrases_check(struct pack_at *at, const struct pack_phrases *phrases)
{
	unsigned i;
	int rc = 0;

	(void)snprintf(at->path, sizeof(at->path), "phrases");
	for (i = 0; rc == 0 && i < PACK_PHRASE_COUNT; i++)
		rc = pack_at_template(at, pack_phrase_name((enum pack_phrase)i),
		    phrases->template[i], false);
	return rc;
}

static int operators_check(
    struct pack_at *at, const struct pack_texts_file *file)
{
	unsigned i;
	unsigned j;
	int rc = 0;

	for (i = 0; rc == 0 && i < file->operators_count; i++) {
		(void)snprintf(at->path, sizeof(at->path), "operators[%u]", i);
		for (j = 0; j < i; j++) {
			if (!strcmp(file->operators[i].operator,
			        file->operators[j].operator))
				return pack_at_fail(at, "operator",
				    "the operator stands here twice");
		}
		rc = pack_at_template(
		    at, "greeting", file->operators[i].greeting, false);
	}
	/* Whose operator is not in the list gets the last. */
	if (rc == 0 && i > 0 &&
	    strcmp(file->operators[i - 1].operator, "other") != 0)
		return pack_at_fail(at, "operator",
		    "the last entry has to be 'other', for everybody else");
	return rc;
}

int pack_texts_check(const struct pack *pack,
    const struct pack_language *language, struct err *err)
{
	const struct pack_texts_file *file = language->file;
	struct pack_at at = {.outline = language->outline, .err = err};
	int rc;

	if (strcmp(file->language, language->code) != 0)
		return pack_at_fail(&at, "language",
		    "the file's name says '%s'", language->code);
	rc = texts_list_check(&at, pack, file);
	if (rc == 0)
		rc = phrases_check(&at, &file->phrases);
	if (rc == 0)
		rc = operators_check(&at, file);
	return rc;
}

/* Together --------------------------------------------------------------- */

/* Blames the pack's own file of that language when there is one. */
static int lacks(const struct pack *pack, const struct pack_language *language,
    struct err *err, const char *what, const char *id)
{
	bool is_own = language->outline != NULL;

	return xyaml_err(is_own ? language->outline : pack->outline,
	    is_own ? "texts" : "languages", err, ERR_INVALID,
	    "%s%s%s for rule %s: add it", is_own ? "" : language->code,
	    is_own ? "" : ": ", what, id);
}

static bool uses(const struct pack_text *text, const char *word)
{
	return strstr(text->title, word) || strstr(text->demand, word) ||
	    strstr(text->why, word) || (text->how && strstr(text->how, word)) ||
	    (text->statement && strstr(text->statement, word));
}

/* A phrase that the document does not name cannot be told. */
static const char *parameter_missing(const struct pack *pack,
    const char *language, const struct pack_text *text,
    const struct pack_rule *rule)
{
	const struct {
		const char *word;
		bool is_there;
	} needed[] = {
	    {"{phrase_in}", pack->parameters.phrase_in},
	    {"{phrase_out}", pack->parameters.phrase_out},
	    {"{exit_digits}", pack->parameters.exit_digits},
	    {"{callback_simple}", pack->parameters.callback_simple},
	};
	const char *phrase;
	size_t i;
	unsigned j;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (needed[i].is_there)
			continue;
		if (uses(text, needed[i].word))
			return needed[i].word;
		for (j = 0; j < PACK_PHRASE_COUNT; j++) {
			phrase = pack_phrase_find(
			    pack, language, (enum pack_phrase)j);
			if (rule->shows & PACK_PHRASE_BIT(j) && phrase &&
			    strstr(phrase, needed[i].word))
				return needed[i].word;
		}
	}
	return NULL;
}

static int phrases_whole(const struct pack *pack,
    const struct pack_language *language, const struct pack_rule *rule,
    struct err *err)
{
	char what[64];
	unsigned i;

	for (i = 0; i < PACK_PHRASE_COUNT; i++) {
		if (!(rule->shows & PACK_PHRASE_BIT(i)) ||
		    pack_phrase_find(pack, language->code, (enum pack_phrase)i))
			continue;
		(void)snprintf(what, sizeof(what), "no phrase '%s'",
		    pack_phrase_name((enum pack_phrase)i));
		return lacks(pack, language, err, what, rule->id);
	}
	return 0;
}

static int rule_whole(const struct pack *pack,
    const struct pack_language *language, const struct pack_rule *rule,
    struct err *err)
{
	const struct pack_text *text =
	    pack_text_find(pack, language->code, rule->id);
	const struct pack_profile_text *profile =
	    pack_profile_text_find(pack, language->code);
	const char *word;

	if (!text)
		return lacks(pack, language, err, "no text", rule->id);
	if (rule->statement && !text->statement)
		return lacks(pack, language, err, "no 'statement'", rule->id);
	if (rule->web_clip && !profile->web_clip)
		return lacks(
		    pack, language, err, "no profile.web_clip", rule->id);
	if (rule->contact_card && !profile->contact)
		return lacks(
		    pack, language, err, "no profile.contact", rule->id);
	word = parameter_missing(pack, language->code, text, rule);
	if (word)
		return xyaml_err(pack->outline,
		    xyaml_has(pack->outline, "parameters") ? "parameters"
		                                           : "name",
		    err, ERR_INVALID,
		    "the texts of rule %s say %s, but the pack sets no such "
		    "parameter: add it, or say it in the text",
		    rule->id, word);
	return phrases_whole(pack, language, rule, err);
}

static int language_whole(const struct pack *pack,
    const struct pack_language *language, struct err *err)
{
	size_t i;
	int rc = 0;

	if (!language->file && !pack->base)
		return xyaml_err(pack->outline, "languages", err, ERR_INVALID,
		    "no texts.%s.yaml was given", language->code);
	if (!pack_profile_text_find(pack, language->code))
		return xyaml_err(
		    language->outline ? language->outline : pack->outline, "",
		    err, ERR_INVALID, "missing key 'profile' for '%s': add it",
		    language->code);
	for (i = 0; rc == 0 && i < pack->rules_count; i++)
		rc = rule_whole(pack, language, &pack->rules[i], err);
	return rc;
}

int pack_texts_whole(const struct pack *pack, struct err *err)
{
	unsigned i;
	int rc = 0;

	for (i = 0; rc == 0 && i < pack->languages_count; i++)
		rc = language_whole(pack, &pack->languages[i], err);
	return rc;
}
