/* The page on which it is decided what becomes of a phone that does not come
 * back. */
#include <stdio.h>
#include <string.h>

#include "server/office/pages/show_handover.h"

/* What was done of it before, here or by itself. */
static void show_done(struct view *view)
{
	const struct page_handover *handover = view->page->handover;
	char text[HANDOVER_ITEM_TEXT];

	for (size_t i = 0; i < handover->count; i++) {
		const struct page_item *item = &handover->items[i];

		handover_item_text(view, item, text);
		if (item->is_locked)
			layout_say(view, "good", WORD_DECIDE_LOCKED, text);
		if (item->is_decided)
			layout_say(view, "good", WORD_DECIDE_SIM_DONE, text);
	}
}

static size_t phones_of(const struct page_handover *handover, size_t *only)
{
	size_t count = 0;

	for (size_t i = 0; i < handover->count; i++) {
		if (!handover->items[i].case_id[0])
			continue;
		*only = i;
		count++;
	}
	return count;
}

static void phone_ticks(struct view *view)
{
	const struct page_handover *handover = view->page->handover;
	bool is_first = true;
	char name[32];
	char text[HANDOVER_ITEM_TEXT];

	form_part_begin(view, WORD_DECIDE_PICK, "phones");
	for (size_t i = 0; i < handover->count; i++) {
		if (!handover->items[i].case_id[0])
			continue;
		(void)snprintf(name, sizeof(name), "item%zu", i);
		handover_item_text(view, &handover->items[i], text);
		form_tick(view, name, is_first ? "phones" : name, text,
		    (view->picked & (1u << i)) != 0, WORD_ERROR_MISSING);
		is_first = false;
	}
	h_close(&view->h);
}

/* There is nothing to pick from one. */
static void pick(struct view *view)
{
	size_t only = 0;
	char name[32];

	if (phones_of(view->page->handover, &only) != 1) {
		phone_ticks(view);
		return;
	}
	(void)snprintf(name, sizeof(name), "item%zu", only);
	form_hidden(view, name, "yes");
}

static void choices(struct view *view)
{
	static const enum word labels[RETURN_DECISION_COUNT] = {
	    [RETURN_DECIDE_WAIT] = WORD_DECIDE_WAIT,
	    [RETURN_DECIDE_LOST_MODE] = WORD_DECIDE_LOST_MODE,
	    [RETURN_DECIDE_BLOCK_SIM] = WORD_DECIDE_BLOCK_SIM,
	    [RETURN_DECIDE_WRITE_OFF] = WORD_DECIDE_WRITE_OFF,
	};
	const unsigned allowed = view->page->handover->decisions;

	form_part_begin(view, WORD_DECIDE_LEGEND, "answer");
	for (int i = RETURN_DECIDE_WAIT; i < RETURN_DECISION_COUNT; i++) {
		enum return_decision decision = (enum return_decision)i;
		const char *name = return_decision_name(decision);
		const struct form_radio radio = {"decision", name,
		    decision == RETURN_DECIDE_WAIT ? "answer" : name,
		    labels[decision], view->decision == decision,
		    WORD_ERROR_DECISION};

		if (allowed & RETURN_DECISION_BIT(i))
			form_radio(view, &radio);
	}
	if (!(allowed & RETURN_DECISION_BIT(RETURN_DECIDE_WRITE_OFF)))
		layout_line(view, "soft", say(view, WORD_DECIDE_SIM_FIRST));
	h_close(&view->h);
}

static void decide_form(struct view *view)
{
	form_begin(view, WORD_ANSWER, FORM_NO_FIELD);
	form_hidden(view, "answer", "yes");
	pick(view);
	choices(view);
	form_text(view, WORD_DECIDE_WHY, WORD_DECIDE_WHY_HINT,
	    WORD_ERROR_DECISION_WHY);
	form_end(view, WORD_SEND);
}

void show_missing(struct view *view)
{
	char title[LAYOUT_TITLE_MAX];

	layout_begin(view,
	    layout_title(
	        view, WORD_DECIDE_TITLE, view->page->subject_name, title));
	handover_lead(view, WORD_DECIDE_TEXT);
	handover_terms(view, WORD_DECIDE_THINGS);
	show_done(view);
	if (view->page->handover->decisions)
		decide_form(view);
	else
		layout_line(view, NULL, say(view, WORD_DECIDE_NOTHING));
	layout_end(view);
}
