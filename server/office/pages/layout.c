#include "server/office/pages/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/pages/style.h"
#include "server/service/page/day_words.h"

const char *say(const struct view *view, enum word word)
{
	return word_in(view->language, word);
}

static void meta(struct html *h, const char *name, const char *text)
{
	h_open(h, H_META);
	h_attr(h, H_NAME, name);
	h_attr(h, H_CONTENT, text);
	h_close(h);
}

static void head(struct view *view, const char *title)
{
	struct html *h = &view->h;

	h_open(h, H_HEAD);
	h_open(h, H_META);
	h_attr(h, H_CHARSET, "utf-8");
	h_close(h);
	meta(h, "viewport", "width=device-width, initial-scale=1");
	meta(h, "robots", "noindex, nofollow");
	meta(h, "color-scheme", "light dark");
	h_open(h, H_TITLE);
	if (view->problems.count)
		h_say(h, say(view, WORD_ERROR_PREFIX), title, H_ARGS_END);
	else
		h_text(h, title);
	if (*view->page->organisation) {
		h_text(h, " – ");
		h_text(h, view->page->organisation);
	}
	h_close(h);
	h_open(h, H_LINK);
	h_attr(h, H_REL, "stylesheet");
	h_address(h, H_HREF, style_address());
	h_close(h);
	h_close(h);
}

static void language_link(struct view *view, enum word_language language)
{
	struct html *h = &view->h;
	char address[VIEW_PATH_MAX + 16];
	const char *tag = word_language_tag(language);

	(void)snprintf(address, sizeof(address), "%s?lang=%s", view->path, tag);
	h_open(h, H_LI);
	h_open(h, H_A);
	h_address(h, H_HREF, address);
	h_attr(h, H_LANG, tag);
	h_attr(h, H_HREFLANG, tag);
	if (language == view->language)
		h_attr(h, H_ARIA_CURRENT, "true");
	h_text(h, word_language_name(language));
	h_close(h);
	h_close(h);
}

static void header(struct view *view)
{
	struct html *h = &view->h;
	int i;

	h_open(h, H_A);
	h_attr(h, H_CLASS, "skip");
	h_address(h, H_HREF, "#main");
	h_text(h, say(view, WORD_SKIP));
	h_close(h);
	h_open(h, H_HEADER);
	h_line(h, H_P, "org", view->page->organisation);
	h_open(h, H_NAV);
	h_attr(h, H_ARIA_LABEL, say(view, WORD_LANGUAGES));
	h_open(h, H_UL);
	h_attr(h, H_CLASS, "languages");
	for (i = 0; i < WORD_LANGUAGE_COUNT; i++)
		language_link(view, (enum word_language)i);
	h_close(h);
	h_close(h);
	h_close(h);
}

const char *layout_title(const struct view *view, enum word pattern,
    const char *name, char out[LAYOUT_TITLE_MAX])
{
	const char *text = say(view, pattern);
	const char *at = strstr(text, "{0}");

	if (at)
		(void)snprintf(out, LAYOUT_TITLE_MAX, "%.*s%.255s%s",
		    (int)(at - text), text, name, at + 3);
	else
		(void)snprintf(out, LAYOUT_TITLE_MAX, "%s", text);
	return out;
}

void layout_begin(struct view *view, const char *title)
{
	struct html *h = &view->h;

	h_open(h, H_HTML);
	h_attr(h, H_LANG, word_language_tag(view->language));
	head(view, title);
	h_open(h, H_BODY);
	header(view);
	h_open(h, H_MAIN);
	h_attr(h, H_ID, "main");
	h_line(h, H_H1, NULL, title);
	layout_problems(view);
}

void layout_end(struct view *view)
{
	struct html *h = &view->h;

	h_close(h); /* main */
	h_open(h, H_FOOTER);
	h_line(h, H_P, NULL,
	    say(view, view->is_public ? WORD_PUBLIC : WORD_PERSONAL));
	h_close(h);
	h_close(h); /* body */
	h_close(h); /* html */
}

void layout_line(struct view *view, const char *cls, const char *text)
{
	if (text && *text)
		h_line(&view->h, H_P, cls, text);
}

void layout_say(
    struct view *view, const char *cls, enum word pattern, const char *argument)
{
	h_open(&view->h, H_P);
	if (cls)
		h_attr(&view->h, H_CLASS, cls);
	h_say(&view->h, say(view, pattern), argument, H_ARGS_END);
	h_close(&view->h);
}

/* ---- texts of the pack ---- */

static void mark_language(struct view *view)
{
	if (strcmp(view->page->text_language,
	        word_language_tag(view->language)) != 0)
		h_attr(&view->h, H_LANG, view->page->text_language);
}

/* text up to len as one paragraph. */
static void paragraph(
    struct view *view, const char *cls, const char *text, size_t len)
{
	char *copy = strndup(text, len);

	if (!copy) {
		view->h.is_wrong = true;
		return;
	}
	if (strspn(copy, " \t") != len) {
		h_open(&view->h, H_P);
		if (cls)
			h_attr(&view->h, H_CLASS, cls);
		mark_language(view);
		h_text(&view->h, copy);
		h_close(&view->h);
	}
	free(copy);
}

void layout_pack_text(struct view *view, const char *cls, const char *text)
{
	size_t len;

	while (text && *text) {
		len = strcspn(text, "\n");
		paragraph(view, cls, text, len);
		text += len;
		text += strspn(text, "\n");
	}
}

void layout_day(struct view *view, int32_t day, char out[64])
{
	char words[DAY_WORDS_MAX];

	day_words(day, word_language_tag(view->language), true, words);
	(void)snprintf(out, 64, "%s", words);
}

/* ---- what is wrong ---- */

bool view_has(const struct view *view, enum word problem)
{
	return form_problems_have(&view->problems, problem);
}

void layout_problems(struct view *view)
{
	struct html *h = &view->h;
	char place[32];
	size_t i;

	if (view->problems.count == 0)
		return;
	h_open(h, H_DIV);
	h_attr(h, H_CLASS, "wrong");
	h_attr(h, H_ROLE, "alert");
	h_line(h, H_H2, NULL, say(view, WORD_ERROR_TITLE));
	for (i = 0; i < view->problems.count; i++) {
		(void)snprintf(place, sizeof(place), "#%s",
		    form_problem_field(view->problems.words[i]));
		h_open(h, H_P);
		h_open(h, H_A);
		h_address(h, H_HREF, place);
		h_text(h, say(view, view->problems.words[i]));
		h_close(h);
		h_close(h);
	}
	h_close(h);
}

#define MARK_MAX 64

/* What a field is described by: its mark when it is wrong, and its hint (NULL:
 * it has none). Gives out; NULL: by nothing. */
static const char *described_by(
    const char *field, bool is_wrong, const char *hint, char out[MARK_MAX])
{
	if (!is_wrong)
		return hint;
	(void)snprintf(out, MARK_MAX, "problem-%s%s%s", field, hint ? " " : "",
	    hint ? hint : "");
	return out;
}

/* What is wrong with a field stands at it. */
static void marks(struct view *view, const char *field)
{
	struct html *h = &view->h;
	char id[MARK_MAX];
	size_t i;

	for (i = 0; i < view->problems.count; i++) {
		enum word problem = view->problems.words[i];

		if (strcmp(form_problem_field(problem), field) != 0)
			continue;
		h_open(h, H_P);
		h_attr(h, H_CLASS, "mark");
		h_attr(h, H_ID, described_by(field, true, NULL, id));
		h_text(h, say(view, problem));
		h_close(h);
	}
}

/* ---- the form ---- */

void form_hidden(struct view *view, const char *name, const char *value)
{
	struct html *h = &view->h;

	h_open(h, H_INPUT);
	h_attr(h, H_TYPE, "hidden");
	h_attr(h, H_NAME, name);
	h_attr(h, H_VALUE, value);
	h_close(h);
}

void form_begin(struct view *view, enum word legend, const char *field)
{
	struct html *h = &view->h;
	char action[VIEW_PATH_MAX + 16];

	(void)snprintf(action, sizeof(action), "%s?lang=%s", view->path,
	    word_language_tag(view->language));
	h_open(h, H_FORM);
	h_attr(h, H_METHOD, "post");
	h_address(h, H_ACTION, action);
	form_hidden(view, "text", view->page->text_sha256);
	h_open(h, H_FIELDSET);
	h_line(h, H_LEGEND, NULL, say(view, legend));
	marks(view, field);
}

void form_part_begin(struct view *view, enum word legend, const char *field)
{
	h_open(&view->h, H_FIELDSET);
	h_attr(&view->h, H_CLASS, "part");
	h_line(&view->h, H_LEGEND, NULL, say(view, legend));
	marks(view, field);
}

static void form_box(struct view *view, const char *type, const char *name,
    const char *id, const char *value, const char *label, bool is_checked,
    enum word problem)
{
	struct html *h = &view->h;
	char mark[MARK_MAX];

	h_open(h, H_DIV);
	h_attr(h, H_CLASS, "choice");
	h_open(h, H_INPUT);
	h_attr(h, H_TYPE, type);
	h_attr(h, H_NAME, name);
	h_attr(h, H_ID, id);
	h_attr(h, H_VALUE, value);
	if (is_checked)
		h_flag(h, H_CHECKED);
	if (view_has(view, problem))
		h_attr(h, H_ARIA_DESCRIBEDBY,
		    described_by(
		        form_problem_field(problem), true, NULL, mark));
	h_close(h);
	h_open(h, H_LABEL);
	h_attr(h, H_FOR, id);
	h_text(h, label);
	h_close(h);
	h_close(h);
}

void form_radio(struct view *view, const struct form_radio *radio)
{
	form_box(view, "radio", radio->name, radio->id, radio->value,
	    say(view, radio->label), radio->is_checked, radio->problem);
}

void form_tick(struct view *view, const char *name, const char *id,
    const char *label, bool is_checked, enum word problem)
{
	form_box(view, "checkbox", name, id, "yes", label, is_checked, problem);
}

void form_choice(struct view *view, const char *value, enum word label,
    bool is_first, bool is_checked)
{
	bool is_tick = strcmp(value, "read") == 0;

	form_box(view, is_tick ? "checkbox" : "radio", "answer",
	    is_first ? "answer" : value, is_tick ? "yes" : value,
	    say(view, label), is_checked,
	    is_tick ? WORD_ERROR_TICK : WORD_ERROR_CHOOSE);
}

void form_text(
    struct view *view, enum word label, enum word hint, enum word problem)
{
	struct html *h = &view->h;
	bool is_wrong = view_has(view, problem) ||
	    view_has(view, WORD_ERROR_WHY_LONG) ||
	    view_has(view, WORD_ERROR_YES_AND_NO);
	char mark[MARK_MAX];

	h_open(h, H_DIV);
	h_attr(h, H_CLASS, "reason");
	h_open(h, H_LABEL);
	h_attr(h, H_FOR, "why");
	h_text(h, say(view, label));
	h_close(h);
	h_open(h, H_P);
	h_attr(h, H_ID, "why-hint");
	h_attr(h, H_CLASS, "soft");
	h_text(h, say(view, hint));
	h_close(h);
	marks(view, "why");
	h_open(h, H_TEXTAREA);
	h_attr(h, H_ID, "why");
	h_attr(h, H_NAME, "why");
	h_attr_number(h, H_ROWS, 4);
	h_attr_number(h, H_MAXLENGTH, FORM_WHY_CHARACTERS);
	h_attr(h, H_AUTOCOMPLETE, "off");
	h_attr(h, H_ARIA_DESCRIBEDBY,
	    described_by("why", is_wrong, "why-hint", mark));
	if (is_wrong)
		h_attr(h, H_ARIA_INVALID, "true");
	h_text(h, view->why);
	h_close(h);
	h_close(h);
}

void form_name(struct view *view)
{
	struct html *h = &view->h;
	bool is_wrong =
	    view_has(view, WORD_ERROR_NAME) || view_has(view, WORD_ERROR_OWN);
	char mark[MARK_MAX];

	h_open(h, H_DIV);
	h_attr(h, H_CLASS, "reason");
	h_open(h, H_LABEL);
	h_attr(h, H_FOR, "name");
	h_text(h, say(view, WORD_SIGN_NAME));
	h_close(h);
	h_open(h, H_P);
	h_attr(h, H_ID, "name-hint");
	h_attr(h, H_CLASS, "soft");
	h_text(h, say(view, WORD_SIGN_NAME_HINT));
	h_close(h);
	marks(view, "name");
	h_open(h, H_INPUT);
	h_attr(h, H_TYPE, "text");
	h_attr(h, H_ID, "name");
	h_attr(h, H_NAME, "name");
	h_attr_number(h, H_MAXLENGTH, 100);
	h_attr(h, H_AUTOCOMPLETE, "name");
	h_attr(h, H_ARIA_DESCRIBEDBY,
	    described_by("name", is_wrong, "name-hint", mark));
	if (is_wrong)
		h_attr(h, H_ARIA_INVALID, "true");
	h_attr(h, H_VALUE, view->name ? view->name : "");
	h_close(h);
	h_close(h);
}

void form_end(struct view *view, enum word button)
{
	struct html *h = &view->h;

	h_close(h); /* fieldset */
	h_open(h, H_BUTTON);
	h_attr(h, H_TYPE, "submit");
	h_text(h, say(view, button));
	h_close(h);
	h_close(h); /* form */
}
