/* Pages on which somebody signs for things. */
#include <stdio.h>
#include <string.h>

#include "server/office/pages/layout.h"

static void say_line(
    struct view *view, const char *cls, enum word pattern, const char *argument)
{
	h_open(&view->h, H_P);
	if (cls)
		h_attr(&view->h, H_CLASS, cls);
	h_say(&view->h, say(view, pattern), argument, H_ARGS_END);
	h_close(&view->h);
}

static void lead(struct view *view, enum word text)
{
	const struct page *page = view->page;
	char day[64];

	h_open(&view->h, H_P);
	h_attr(&view->h, H_CLASS, "lead");
	if (page->due_day) {
		layout_day(view, page->due_day, day);
		h_say(&view->h, say(view, WORD_FOR_PERSON), page->person_name,
		    day, H_ARGS_END);
	} else {
		h_say(&view->h, say(view, WORD_FOR_PERSON_ONLY),
		    page->person_name, H_ARGS_END);
	}
	h_close(&view->h);
	layout_line(view, NULL, say(view, text));
}

/* "iPhone 13, VVKDEMO00003" */
static void item_text(
    const struct page_item *item, char out[2 * LIMIT_NAME + 3])
{
	(void)snprintf(out, 2 * LIMIT_NAME + 3, "%s%s%s", item->name,
	    item->name[0] && item->detail[0] ? ", " : "", item->detail);
}

static void item_terms(struct view *view, enum word title)
{
	static const enum word kinds[RECEIPT_THING_COUNT] = {
	    [RECEIPT_PHONE] = WORD_THING_PHONE,
	    [RECEIPT_SUBSCRIPTION] = WORD_THING_SUBSCRIPTION,
	    [RECEIPT_ACCESSORY] = WORD_THING_ACCESSORY,
	};
	const struct page_handover *handover = view->page->handover;
	char text[2 * LIMIT_NAME + 3];

	if (handover->count == 0)
		return;
	h_open(&view->h, H_SECTION);
	h_line(&view->h, H_H2, NULL, say(view, title));
	h_open(&view->h, H_DL);
	for (size_t i = 0; i < handover->count; i++) {
		const struct page_item *item = &handover->items[i];

		item_text(item, text);
		h_line(&view->h, H_DT, NULL, say(view, kinds[item->kind]));
		h_line(&view->h, H_DD, NULL, text);
	}
	h_close(&view->h);
	h_close(&view->h);
}

void show_handout(struct view *view)
{
	const struct page *page = view->page;

	layout_begin(view, say(view, WORD_HANDOUT_TITLE));
	lead(view, WORD_HANDOUT_LEAD);
	item_terms(view, WORD_HANDOUT_THINGS);
	if (page->handover->note[0])
		say_line(view, NULL, WORD_HANDOUT_NOTE, page->handover->note);
	layout_line(view, NULL, say(view, WORD_HANDOUT_PROMISE));
	form_begin(view, WORD_SIGN_LEGEND);
	form_choice(
	    view, "yes", WORD_HANDOUT_YES, true, view->choice == PAGE_YES);
	form_choice(
	    view, "no", WORD_HANDOUT_NO, false, view->choice == PAGE_NO);
	form_name(view);
	form_text(view, WORD_HANDOUT_WHY, WORD_HANDOUT_WHY_HINT,
	    view->problem == WORD_ERROR_NOT_RIGHT ||
	        view->problem == WORD_ERROR_WHY_LONG);
	layout_line(view, "soft", say(view, WORD_SIGN_KEPT));
	/* Not "sign": it also says that something is not right. */
	form_end(view, WORD_SEND);
	layout_end(view);
}

/* ---- a return ---- */

static void tick(struct view *view, size_t number, bool is_first)
{
	const struct page_item *item = &view->page->handover->items[number];
	struct html *h = &view->h;
	char name[16];
	char text[2 * LIMIT_NAME + 3];

	(void)snprintf(name, sizeof(name), "item%zu", number);
	item_text(item, text);
	h_open(h, H_DIV);
	h_attr(h, H_CLASS, "choice");
	h_open(h, H_INPUT);
	h_attr(h, H_TYPE, "checkbox");
	h_attr(h, H_NAME, name);
	h_attr(h, H_ID, is_first ? "answer" : name);
	h_attr(h, H_VALUE, "yes");
	if (view->picked & (1u << number))
		h_flag(h, H_CHECKED);
	if (view->problem == WORD_ERROR_PICK)
		h_attr(h, H_ARIA_DESCRIBEDBY, "problem");
	h_close(h);
	h_open(h, H_LABEL);
	h_attr(h, H_FOR, is_first ? "answer" : name);
	h_text(h, text);
	h_close(h);
	h_close(h);
}

static void part_begin(struct view *view, enum word legend)
{
	h_open(&view->h, H_FIELDSET);
	h_attr(&view->h, H_CLASS, "part");
	h_line(&view->h, H_LEGEND, NULL, say(view, legend));
}

static void ticks(struct view *view)
{
	const struct page_handover *handover = view->page->handover;
	bool is_first = true;
	size_t left = 0;

	part_begin(view, WORD_RETURN_PICK);
	for (size_t i = 0; i < handover->count; i++) {
		if (!handover->items[i].case_id[0] ||
		    handover->items[i].is_signed)
			continue;
		tick(view, i, is_first);
		is_first = false;
		left++;
	}
	if (left > 1)
		layout_line(view, "soft", say(view, WORD_RETURN_REST));
	h_close(&view->h);
}

static void codes_choice(
    struct view *view, const char *value, enum word label, bool is_checked)
{
	struct html *h = &view->h;
	char id[16];

	(void)snprintf(id, sizeof(id), "codes-%s", value);
	h_open(h, H_DIV);
	h_attr(h, H_CLASS, "choice");
	h_open(h, H_INPUT);
	h_attr(h, H_TYPE, "radio");
	h_attr(h, H_NAME, "codes");
	h_attr(h, H_ID, id);
	h_attr(h, H_VALUE, value);
	if (is_checked)
		h_flag(h, H_CHECKED);
	if (view->problem == WORD_ERROR_CODES)
		h_attr(h, H_ARIA_DESCRIBEDBY, "problem");
	h_close(h);
	h_open(h, H_LABEL);
	h_attr(h, H_FOR, id);
	h_text(h, say(view, label));
	h_close(h);
	h_close(h);
}

static void codes(struct view *view)
{
	part_begin(view, WORD_RETURN_CODES);
	codes_choice(
	    view, "yes", WORD_RETURN_CODES_YES, view->codes == PAGE_YES);
	codes_choice(view, "no", WORD_RETURN_CODES_NO, view->codes == PAGE_NO);
	layout_line(view, "soft", say(view, WORD_RETURN_CODES_HINT));
	h_close(&view->h);
}

/* 1: some are still to be signed for by this reader. */
static bool signed_before(struct view *view)
{
	const struct page_handover *handover = view->page->handover;
	char text[2 * LIMIT_NAME + 3];
	bool is_left = false;

	for (size_t i = 0; i < handover->count; i++) {
		const struct page_item *item = &handover->items[i];

		if (item->is_signed) {
			item_text(item, text);
			say_line(view, "good", WORD_RETURN_DONE, text);
		}
		is_left = is_left || (item->case_id[0] && !item->is_signed);
	}
	return is_left;
}

static void return_form(struct view *view)
{
	form_begin(view, WORD_SIGN_LEGEND);
	form_hidden(view, "answer", "yes");
	ticks(view);
	codes(view);
	form_text(view, WORD_RETURN_NOTE, WORD_RETURN_NOTE_HINT,
	    view->problem == WORD_ERROR_WHY_LONG);
	form_name(view);
	layout_line(view, "soft", say(view, WORD_SIGN_KEPT));
	form_end(view, WORD_SIGN_SEND);
}

void show_return(struct view *view)
{
	const struct page *page = view->page;
	bool is_own = page->task.kind == TASK_RETURN_PHONE;
	char title[LAYOUT_TITLE_MAX];

	layout_begin(view,
	    is_own ? say(view, WORD_BACK_TITLE)
	           : layout_title(
	                 view, WORD_CONFIRM_TITLE, page->subject_name, title));
	lead(view, is_own ? WORD_BACK_LEAD : WORD_CONFIRM_LEAD);
	if (is_own && page->handover->has_erase)
		layout_line(view, NULL, say(view, WORD_BACK_BEFORE));
	item_terms(view, WORD_RETURN_THINGS);
	if (signed_before(view))
		return_form(view);
	layout_end(view);
}

void show_missing(struct view *view)
{
	char title[LAYOUT_TITLE_MAX];

	layout_begin(view,
	    layout_title(
	        view, WORD_DECIDE_TITLE, view->page->subject_name, title));
	lead(view, WORD_DECIDE_TEXT);
	item_terms(view, WORD_RETURN_THINGS);
	layout_end(view);
}
