/* One rule on a page: what it demands, why, how, texts to copy, its source. */
#include <stdio.h>
#include <string.h>

#include "server/office/pages/layout.h"

#define LINE_CHARACTERS 24 /* of a textarea on a narrow phone */
#define ROWS_MAX 20

static enum word language_word(const char *language)
{
	switch (word_language_of(language)) {
	case WORD_SV:
		return WORD_LANGUAGE_SV;
	case WORD_DA:
		return WORD_LANGUAGE_DA;
	default:
		return WORD_LANGUAGE_EN;
	}
}

static long rows_of(const char *text)
{
	long rows = 1;
	size_t len;

	while (*text) {
		len = strcspn(text, "\n");
		rows += (long)(len / LINE_CHARACTERS);
		text += len;
		if (*text == '\n') {
			rows++;
			text++;
		}
	}
	return rows < ROWS_MAX ? rows : ROWS_MAX;
}

/* A text area that cannot be written in: one tap selects and copies it, with
 * the keyboard as well. */
static void show_script(struct view *view, const struct page_rule *rule,
    const struct page_script *script)
{
	struct html *h = &view->h;
	enum word title = (enum word)(WORD_PHRASE_ANSWER_IN + script->phrase);
	char id[64];

	(void)snprintf(id, sizeof(id), "text-%s-%d-%s", rule->rule->id,
	    (int)script->phrase, script->language);
	h_open(h, H_DIV);
	h_attr(h, H_CLASS, "script");
	h_open(h, H_LABEL);
	h_attr(h, H_FOR, id);
	h_text(h, say(view, title));
	h_text(h, " ");
	h_text(h, say(view, language_word(script->language)));
	h_close(h);
	h_open(h, H_TEXTAREA);
	h_attr(h, H_ID, id);
	h_attr(h, H_LANG, script->language);
	h_attr_number(h, H_ROWS, rows_of(script->text));
	h_flag(h, H_READONLY);
	h_text(h, script->text);
	h_close(h);
	h_close(h);
}

_Static_assert(WORD_PHRASE_SMS - WORD_PHRASE_ANSWER_IN ==
        PACK_PHRASE_SMS - PACK_PHRASE_ANSWER_IN,
    "the titles stand in the order of the phrases");

void show_scripts(struct view *view, const struct page_rule *rule)
{
	size_t i;

	if (rule->script_count == 0)
		return;
	for (i = 0; i < rule->script_count; i++)
		show_script(view, rule, &rule->scripts[i]);
	layout_line(view, "soft", say(view, WORD_COPY));
}

void show_source(struct view *view, const struct page_rule *rule)
{
	const struct pack_rule *from = rule->rule;
	char line[16];

	(void)snprintf(line, sizeof(line), "%u", from->source.line);
	h_open(&view->h, H_P);
	h_attr(&view->h, H_CLASS, "source");
	h_say(&view->h, say(view, WORD_SOURCE),
	    from->cited ? from->cited->title : from->source.document,
	    from->source.section, line, from->id, H_ARGS_END);
	h_close(&view->h);
}

void show_rule_body(struct view *view, const struct page_rule *rule)
{
	layout_pack_text(view, NULL, rule->demand);
	layout_pack_text(view, "soft", rule->why);
	layout_pack_text(view, NULL, rule->how);
	show_scripts(view, rule);
	show_source(view, rule);
}
