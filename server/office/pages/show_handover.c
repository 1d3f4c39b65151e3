/* Pages on which somebody signs for things. */
#include <stdio.h>
#include <string.h>

#include "server/office/pages/show_handover.h"

void handover_lead(struct view *view, enum word text)
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

void handover_item_text(const struct view *view, const struct page_item *item,
    char out[HANDOVER_ITEM_TEXT])
{
	int len = snprintf(out, HANDOVER_ITEM_TEXT, "%s%s%s", item->name,
	    item->name[0] && item->detail[0] ? ", " : "", item->detail);

	if (item->with[0])
		(void)snprintf(out + len, (size_t)(HANDOVER_ITEM_TEXT - len),
		    " (%s %s)", say(view, WORD_RETURN_WITH), item->with);
}

void handover_terms(struct view *view, enum word title)
{
	static const enum word kinds[RECEIPT_THING_COUNT] = {
	    [RECEIPT_PHONE] = WORD_THING_PHONE,
	    [RECEIPT_SUBSCRIPTION] = WORD_THING_SUBSCRIPTION,
	    [RECEIPT_ACCESSORY] = WORD_THING_ACCESSORY,
	};
	const struct page_handover *handover = view->page->handover;
	char text[HANDOVER_ITEM_TEXT];
	char more[16];

	if (handover->count == 0)
		return;
	h_open(&view->h, H_SECTION);
	h_line(&view->h, H_H2, NULL, say(view, title));
	h_open(&view->h, H_DL);
	for (size_t i = 0; i < handover->count; i++) {
		const struct page_item *item = &handover->items[i];

		handover_item_text(view, item, text);
		h_line(&view->h, H_DT, NULL, say(view, kinds[item->kind]));
		h_line(&view->h, H_DD, NULL, text);
	}
	h_close(&view->h);
	(void)snprintf(more, sizeof(more), "%u", handover->more);
	if (handover->more > 0)
		layout_say(view, NULL, WORD_RETURN_MORE, more);
	h_close(&view->h);
}

void show_handout(struct view *view)
{
	const struct page *page = view->page;

	layout_begin(view, say(view, WORD_HANDOUT_TITLE));
	handover_lead(view, WORD_HANDOUT_LEAD);
	handover_terms(view, WORD_HANDOUT_THINGS);
	if (page->handover->note[0])
		layout_say(view, NULL, WORD_HANDOUT_NOTE, page->handover->note);
	layout_line(view, NULL, say(view, WORD_HANDOUT_PROMISE));
	form_begin(view, WORD_SIGN_LEGEND, "answer");
	form_choice(
	    view, "yes", WORD_HANDOUT_YES, true, view->choice == PAGE_YES);
	form_choice(
	    view, "no", WORD_HANDOUT_NO, false, view->choice == PAGE_NO);
	form_name(view);
	form_text(view, WORD_HANDOUT_WHY, WORD_HANDOUT_WHY_HINT,
	    WORD_ERROR_NOT_RIGHT);
	layout_line(view, "soft", say(view, WORD_SIGN_KEPT));
	/* Not "sign": it also says that something is not right. */
	form_end(view, WORD_SEND);
	layout_end(view);
}

/* ---- a return ---- */

static void tick(struct view *view, size_t number, bool is_first)
{
	char name[16];
	char text[HANDOVER_ITEM_TEXT];

	(void)snprintf(name, sizeof(name), "item%zu", number);
	handover_item_text(view, &view->page->handover->items[number], text);
	form_tick(view, name, is_first ? "answer" : name, text,
	    (view->picked & (1u << number)) != 0, WORD_ERROR_PICK);
}

static void ticks(struct view *view)
{
	const struct page_handover *handover = view->page->handover;
	bool is_first = true;
	size_t left = 0;

	form_part_begin(view, WORD_RETURN_PICK, "answer");
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
	char id[16];
	const struct form_radio radio = {
	    "codes", value, id, label, is_checked, WORD_ERROR_CODES};

	(void)snprintf(id, sizeof(id), "codes-%s", value);
	form_radio(view, &radio);
}

static void codes(struct view *view)
{
	form_part_begin(view, WORD_RETURN_CODES, "codes-yes");
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
	char text[HANDOVER_ITEM_TEXT];
	bool is_left = false;

	for (size_t i = 0; i < handover->count; i++) {
		const struct page_item *item = &handover->items[i];

		if (item->is_signed) {
			handover_item_text(view, item, text);
			layout_say(view, "good", WORD_RETURN_DONE, text);
		}
		is_left = is_left || (item->case_id[0] && !item->is_signed);
	}
	return is_left;
}

static void return_form(struct view *view)
{
	form_begin(view, WORD_SIGN_LEGEND, FORM_NO_FIELD);
	form_hidden(view, "answer", "yes");
	ticks(view);
	codes(view);
	form_text(view, WORD_RETURN_NOTE, WORD_RETURN_NOTE_HINT, WORD_COUNT);
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
	handover_lead(view, is_own ? WORD_BACK_LEAD : WORD_CONFIRM_LEAD);
	if (is_own && page->handover->has_erase)
		layout_line(view, NULL, say(view, WORD_BACK_BEFORE));
	if (is_own && page->handover->has_private)
		layout_line(view, NULL, say(view, WORD_BACK_PRIVATE));
	handover_terms(view, WORD_RETURN_THINGS);
	if (signed_before(view))
		return_form(view);
	layout_end(view);
}
