/* The pages, one function each: what stands on them, in which order. */
#include <stdio.h>
#include <string.h>

#include "server/office/pages/layout.h"

/* ---- shared ---- */

static const struct page_rule *rule_of(const struct view *view)
{
	return view->page->rule_count ? &view->page->rules[0] : NULL;
}

static void line_say(struct view *view, const char *cls, enum word pattern,
    const char *a, const char *b, const char *c)
{
	h_open(&view->h, H_P);
	if (cls)
		h_attr(&view->h, H_CLASS, cls);
	h_say(&view->h, say(view, pattern), a, b, c, H_ARGS_END);
	h_close(&view->h);
}

static void lead(struct view *view)
{
	const struct page *page = view->page;
	char day[64];

	if (page->due_day) {
		layout_day(view, page->due_day, day);
		line_say(view, "lead", WORD_FOR_PERSON, page->person_name, day,
		    NULL);
	} else {
		line_say(view, "lead", WORD_FOR_PERSON_ONLY, page->person_name,
		    NULL, NULL);
	}
}

static void section_begin(struct view *view, enum word title)
{
	h_open(&view->h, H_SECTION);
	h_line(&view->h, H_H2, NULL, say(view, title));
}

static void stated(struct view *view)
{
	if (!view->page->statement)
		return;
	layout_line(view, "soft", say(view, WORD_STATE_THIS));
	layout_pack_text(view, "stated", view->page->statement);
}

static void choices(struct view *view, enum word yes, enum word no)
{
	form_choice(view, "yes", yes, true, view->choice == PAGE_YES);
	form_choice(view, "no", no, false, view->choice == PAGE_NO);
}

/* ---- a statement ---- */

static void operator_steps(struct view *view)
{
	const struct page *page = view->page;
	char title[256];

	if (!page->operator_steps)
		return;
	(void)snprintf(title, sizeof(title), "%s", page->operator_name);
	h_open(&view->h, H_H3);
	h_say(&view->h, say(view, WORD_OPERATOR), title, H_ARGS_END);
	h_close(&view->h);
	layout_pack_text(view, NULL, page->operator_steps);
}

static void how_to(struct view *view, const struct page_rule *rule)
{
	if (!rule->how && !rule->script_count && !view->page->operator_steps)
		return;
	section_begin(view, WORD_HOW);
	layout_pack_text(view, NULL, rule->how);
	operator_steps(view);
	show_scripts(view, rule);
	h_close(&view->h);
}

void show_statement(struct view *view)
{
	const struct page_rule *rule = rule_of(view);

	layout_begin(view,
	    rule && rule->title ? rule->title
	                        : say(view, WORD_STATEMENT_TITLE));
	lead(view);
	if (*view->page->subject_name)
		line_say(view, NULL, WORD_ABOUT, view->page->subject_name, NULL,
		    NULL);
	if (rule && rule->demand) {
		section_begin(view, WORD_RULE);
		layout_pack_text(view, NULL, rule->demand);
		layout_pack_text(view, "soft", rule->why);
		show_source(view, rule);
		h_close(&view->h);
		how_to(view, rule);
	}
	form_begin(view, WORD_ANSWER, "answer");
	stated(view);
	choices(view, WORD_YES_STATE, WORD_NO_STATE);
	layout_line(view, "soft", say(view, WORD_KEPT));
	form_end(view, WORD_SEND);
	layout_end(view);
}

/* ---- reading the pack ---- */

static void rule_section(struct view *view, const struct page_rule *rule)
{
	h_open(&view->h, H_SECTION);
	h_attr(&view->h, H_CLASS, "rule");
	h_open(&view->h, H_H2);
	if (strcmp(view->page->text_language,
	        word_language_tag(view->language)) != 0)
		h_attr(&view->h, H_LANG, view->page->text_language);
	h_text(&view->h, rule->title);
	h_close(&view->h);
	show_rule_body(view, rule);
	h_close(&view->h);
}

void show_reading(struct view *view)
{
	const struct page *page = view->page;
	char title[512];
	char count[24];
	size_t i;

	layout_begin(view,
	    layout_title(view, WORD_READ_TITLE, page->organisation, title));
	lead(view);
	(void)snprintf(count, sizeof(count), "%zu", page->rule_count);
	line_say(view, NULL, WORD_READ_LEAD, count, NULL, NULL);
	h_open(&view->h, H_P);
	h_open(&view->h, H_A);
	h_address(&view->h, H_HREF, "#answer");
	h_text(&view->h, say(view, WORD_READ_TO_END));
	h_close(&view->h);
	h_close(&view->h);
	for (i = 0; i < page->rule_count; i++)
		rule_section(view, &page->rules[i]);
	form_begin(view, WORD_READ_LEGEND, "answer");
	form_choice(view, "read", WORD_READ_TICK, true, false);
	layout_line(view, "soft", say(view, WORD_KEPT));
	form_end(view, WORD_READ_SEND);
	layout_end(view);
}

/* ---- taking calls for somebody ---- */

static void absence_days(struct view *view)
{
	const struct page *page = view->page;
	char from[64];
	char until[64];

	if (!page->from_day)
		return;
	layout_day(view, page->from_day, from);
	if (page->until_day) {
		layout_day(view, page->until_day, until);
		line_say(view, NULL, WORD_ACCEPT_DAYS, page->subject_name, from,
		    until);
	} else {
		line_say(view, NULL, WORD_ACCEPT_OPEN, page->subject_name, from,
		    NULL);
	}
}

void show_acceptance(struct view *view)
{
	const struct page_rule *rule = rule_of(view);
	char title[512];

	layout_begin(view,
	    layout_title(
	        view, WORD_ACCEPT_TITLE, view->page->subject_name, title));
	lead(view);
	absence_days(view);
	if (rule && rule->demand) {
		section_begin(view, WORD_RULE);
		layout_pack_text(view, NULL, rule->demand);
		layout_pack_text(view, "soft", rule->why);
		layout_pack_text(view, NULL, rule->how);
		show_source(view, rule);
		h_close(&view->h);
	}
	form_begin(view, WORD_ANSWER, "answer");
	stated(view);
	choices(view, WORD_ACCEPT_YES, WORD_ACCEPT_NO);
	form_end(view, WORD_SEND);
	layout_end(view);
}

/* ---- an order ---- */

static void term(struct view *view, enum word name, const char *text)
{
	if (!text || !*text)
		return;
	h_line(&view->h, H_DT, NULL, say(view, name));
	h_line(&view->h, H_DD, NULL, text);
}

static void order_terms(struct view *view)
{
	const struct equipment_order_row *order = &view->page->order.order;
	enum word kind = (enum word)(WORD_WHAT_PHONE + order->what);
	char what[LIMIT_NAME + 64];

	(void)snprintf(what, sizeof(what), "%s%s%s", say(view, kind),
	    *order->item ? ": " : "", order->item);
	h_open(&view->h, H_DL);
	term(view, WORD_ORDER_WHAT, what);
	term(view, WORD_ORDER_FOR,
	    *view->page->order.person_name ? view->page->order.person_name
	                                   : view->page->subject_name);
	term(view, WORD_ORDER_NEED, order->need);
	/* Whoever asked without being a person of the register is IT. */
	term(view, WORD_ORDER_BY,
	    *order->requested_by_person_id ? order->requested_by
	                                   : say(view, WORD_ORDER_IT));
	h_close(&view->h);
}

_Static_assert(WORD_WHAT_REPLACE - WORD_WHAT_PHONE == EQUIPMENT_REPLACE,
    "the words stand in the order of the kinds");

void show_order(struct view *view)
{
	const struct page_rule *rule = rule_of(view);

	layout_begin(view, say(view, WORD_ORDER_TITLE));
	lead(view);
	order_terms(view);
	layout_line(view, NULL, say(view, WORD_ORDER_RULE));
	if (rule && rule->demand) {
		layout_pack_text(view, "soft", rule->demand);
		show_source(view, rule);
	}
	form_begin(view, WORD_ANSWER, "answer");
	choices(view, WORD_ORDER_APPROVE, WORD_ORDER_REFUSE);
	form_text(view, WORD_ORDER_WHY, WORD_ORDER_WHY_HINT, WORD_ERROR_WHY);
	form_end(view, WORD_ORDER_SEND);
	layout_end(view);
}

/* ---- a vacant post ---- */

void show_fix(struct view *view)
{
	const struct page_rule *rule = rule_of(view);

	layout_begin(view, say(view, WORD_FIX_TITLE));
	lead(view);
	line_say(
	    view, NULL, WORD_FIX_UNIT, view->page->subject_name, NULL, NULL);
	if (rule && rule->demand) {
		section_begin(view, WORD_RULE);
		layout_pack_text(view, NULL, rule->demand);
		layout_pack_text(view, "soft", rule->why);
		show_source(view, rule);
		h_close(&view->h);
	}
	section_begin(view, WORD_HOW);
	layout_line(view, NULL, say(view, WORD_FIX_HOW));
	h_close(&view->h);
	layout_end(view);
}

/* ---- over ---- */

/* What was answered, by the task's own closing sentence. */
static const struct {
	const char *result;
	enum word answer;
	enum word more; /* WORD_COUNT: nothing to add */
} answers[] = {
    {"stated: yes", WORD_YES_STATE, WORD_COUNT},
    {"stated: no", WORD_NO_STATE, WORD_DONE_NO},
    {"accepted", WORD_ACCEPT_YES, WORD_COUNT},
    {"declined", WORD_ACCEPT_NO, WORD_DONE_DECLINED},
    {"approved", WORD_ORDER_APPROVE, WORD_COUNT},
    {"refused", WORD_ORDER_REFUSE, WORD_COUNT},
    {"read", WORD_READ_TICK, WORD_COUNT},
    {"signed", WORD_DONE_SIGNED, WORD_DONE_SIGNED_MORE},
    {"not accepted", WORD_HANDOUT_NO, WORD_DONE_NOT_RIGHT},
    {"waits", WORD_DECIDE_WAIT, WORD_COUNT},
    {"written off", WORD_DECIDE_WRITE_OFF, WORD_COUNT},
};

static void show_answer(struct view *view)
{
	const struct page *page = view->page;
	char day[64];
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (strcmp(page->task.result, answers[i].result) != 0)
			continue;
		if (answers[i].answer == WORD_DONE_SIGNED)
			layout_line(
			    view, "lead good", say(view, answers[i].answer));
		else
			line_say(view,
			    answers[i].more == WORD_COUNT ? "lead good"
			                                  : "lead",
			    WORD_DONE_ANSWER, say(view, answers[i].answer),
			    NULL, NULL);
		if (answers[i].more != WORD_COUNT)
			layout_line(view, NULL, say(view, answers[i].more));
	}
	if (page->closed_day) {
		layout_day(view, page->closed_day, day);
		line_say(view, NULL, WORD_DONE_DAY, day, NULL, NULL);
	}
	layout_line(view, NULL, say(view, WORD_DONE_CLOSE));
}

void show_closed(struct view *view)
{
	const struct page *page = view->page;
	bool is_answered = page->is_used;
	enum word why = page->task.state == TASK_EXPIRED ? WORD_CLOSED_EXPIRED
	    : page->task.state == TASK_DONE              ? WORD_CLOSED_MEASURED
	                                    : WORD_CLOSED_CANCELLED;

	layout_begin(view,
	    say(view,
	        view->is_answered_before ? WORD_DONE_BEFORE_TITLE
	            : is_answered        ? WORD_DONE_TITLE
	                                 : WORD_CLOSED_TITLE));
	if (view->is_answered_before)
		layout_line(view, NULL, say(view, WORD_DONE_BEFORE));
	if (is_answered)
		show_answer(view);
	else
		layout_line(view, NULL, say(view, why));
	layout_end(view);
}

void show_words(struct view *view, enum word title, enum word text)
{
	layout_begin(view, say(view, title));
	layout_line(view, NULL, say(view, text));
	layout_end(view);
}
