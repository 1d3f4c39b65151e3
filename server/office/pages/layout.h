/*
 * layout: what every page has around its content: head, the organisation's
 * name, the switch of languages, the footer; and the pieces that several pages
 * share.
 */
#ifndef SERVER_OFFICE_PAGES_LAYOUT_H
#define SERVER_OFFICE_PAGES_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "server/office/pages/form_problems.h"
#include "server/office/pages/html.h"
#include "server/office/pages/words.h"
#include "server/service/page/page.h"
#include "server/service/page/page_public.h"

#define VIEW_PATH_MAX 80 /* "/t/" and a token, "/o/" and a name */

/* One page being written. */
struct view {
	struct html h;
	const struct page *page;
	enum word_language language;
	const char *path; /* "/t/<token>"; "" on a page without one */
	struct form_problems problems; /* why the answer was not taken */
	enum page_choice choice; /* what was chosen before, to show again */
	const char *why;         /* what was written before; NULL */
	const char *name;        /* and as a signature; NULL */
	enum page_choice codes;
	unsigned picked;
	enum return_decision decision; /* chosen before */
	bool is_answered_before;       /* what was sent now does not count */
	bool is_public;                /* for everybody: no link of one's own */
};

/* h1 is also the title. Content follows, inside <main>. */
void layout_begin(struct view *view, const char *title);
void layout_end(struct view *view);

/* A title with a name in it: plain text, escaped where it is written. Gives
 * out. */
#define LAYOUT_TITLE_MAX 512
const char *layout_title(const struct view *view, enum word pattern,
    const char *name, char out[LAYOUT_TITLE_MAX]);

const char *say(const struct view *view, enum word word);
/* One paragraph. cls may be NULL. */
void layout_line(struct view *view, const char *cls, const char *text);
/* One with something filled in, which may be NULL. */
void layout_say(struct view *view, const char *cls, enum word pattern,
    const char *argument);
/* A text of the pack: marked with its language; line breaks make paragraphs. */
void layout_pack_text(struct view *view, const char *cls, const char *text);
/* "25 november 2026" with its machine-readable date. */
void layout_day(struct view *view, int32_t day, char out[64]);

/* The box at the top that says what is wrong and leads there. */
void layout_problems(struct view *view);
bool view_has(const struct view *view, enum word problem);

/* The form: hash of the text, the choices, the button. */
#define FORM_NO_FIELD "" /* its parts are marked, not the form */
/* field: whose marks stand at its beginning. */
void form_begin(struct view *view, enum word legend, const char *field);
/* A radio button; is_first carries the id that the problem leads to. */
void form_choice(struct view *view, const char *value, enum word label,
    bool is_first, bool is_checked);
/* A set of boxes within the form; h_close() it. */
void form_part_begin(struct view *view, enum word legend, const char *field);
/* One button of a set; id leads there. problem: what is about it. */
struct form_radio {
	const char *name;
	const char *value;
	const char *id;
	enum word label;
	bool is_checked;
	enum word problem;
};
void form_radio(struct view *view, const struct form_radio *radio);
/* A box with a text of its own. */
void form_tick(struct view *view, const char *name, const char *id,
    const char *label, bool is_checked, enum word problem);
void form_hidden(struct view *view, const char *name, const char *value);
/* A text area with its label and hint; problem: what is about it, but for its
 * length. WORD_COUNT: nothing is. */
void form_text(
    struct view *view, enum word label, enum word hint, enum word problem);
/* Where a name is typed as a signature. */
void form_name(struct view *view);
void form_end(struct view *view, enum word button);

/* Demand, why, how and texts to copy of one rule; its source. */
void show_rule_body(struct view *view, const struct page_rule *rule);
void show_scripts(struct view *view, const struct page_rule *rule);
void show_source(struct view *view, const struct page_rule *rule);

/* ---- the pages ---- */

void show_statement(struct view *view);
void show_reading(struct view *view);
void show_acceptance(struct view *view);
void show_order(struct view *view);
void show_fix(struct view *view);
/* Signing for things: a hand-out; a return, by who brings or takes it; one that
 * did not come back. */
void show_handout(struct view *view);
void show_return(struct view *view);
void show_missing(struct view *view);
/* Answered, closed otherwise. */
void show_closed(struct view *view);
/* What everybody may know; the view's page is that of about. */
void show_about(struct view *view, const struct page_public *about);
/* No page: title and one line. */
void show_words(struct view *view, enum word title, enum word text);

#endif
