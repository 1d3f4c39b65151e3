/*
 * What everybody may know: what the employer sees of a phone, the rules for
 * employees, the switchboard. What is said of seeing holds for what the server
 * asks of phones (proto/apple/mdm_command.c) and takes as evidence
 * (policies/pack_fact.c): change it there, change it here.
 */
#include <stdio.h>
#include <string.h>

#include "server/office/pages/layout.h"

/* "+46 (0)457-61 80 00" as it is dialled; "" when it is no number. */
static void dial_of(const char *number, char out[40])
{
	size_t len = 4;
	const char *at = number;

	(void)snprintf(out, 40, "tel:");
	for (; *at && len < 39; at++) {
		/* Dialled within the country only. */
		if (*number == '+' && strncmp(at, "(0)", 3) == 0)
			at += 2;
		else if ((*at >= '0' && *at <= '9') ||
		    (*at == '+' && at == number))
			out[len++] = *at;
		else if (!strchr(" -()./", *at))
			break;
	}
	out[len] = '\0';
	if (*at || len == 4)
		out[0] = '\0';
}

static void heading(struct view *view, const char *id, enum word word)
{
	h_open(&view->h, H_H2);
	h_attr(&view->h, H_ID, id);
	h_text(&view->h, say(view, word));
	h_close(&view->h);
}

/* Words first to last, one a line. */
static void list(struct view *view, enum word first, enum word last)
{
	int word;

	h_open(&view->h, H_UL);
	for (word = (int)first; word <= (int)last; word++)
		h_line(&view->h, H_LI, NULL, say(view, (enum word)word));
	h_close(&view->h);
}

static void contents_line(struct view *view, const char *to, enum word word)
{
	h_open(&view->h, H_LI);
	h_open(&view->h, H_A);
	h_address(&view->h, H_HREF, to);
	h_text(&view->h, say(view, word));
	h_close(&view->h);
	h_close(&view->h);
}

static void show_contents(struct view *view, const struct page_public *about)
{
	h_open(&view->h, H_NAV);
	h_attr(&view->h, H_ARIA_LABEL, say(view, WORD_INFO_CONTENTS));
	h_open(&view->h, H_UL);
	h_attr(&view->h, H_CLASS, "contents");
	contents_line(view, "#seen", WORD_INFO_SEES);
	contents_line(view, "#rules", WORD_INFO_RULES);
	if (about->switchboard)
		contents_line(view, "#switchboard", WORD_INFO_SWITCHBOARD);
	if (about->owner)
		contents_line(view, "#owner", WORD_INFO_OWNER);
	h_close(&view->h);
	h_close(&view->h);
}

static void show_seen(struct view *view)
{
	heading(view, "seen", WORD_INFO_SEES);
	list(view, WORD_INFO_SEES_PHONE, WORD_INFO_SEES_ANSWERS);
	heading(view, "unseen", WORD_INFO_SEES_NOT);
	list(view, WORD_INFO_NOT_CONTENT, WORD_INFO_NOT_WHY);
	layout_line(view, NULL, say(view, WORD_INFO_ERASE));
	heading(view, "private", WORD_INFO_PRIVATE);
	layout_line(view, NULL, say(view, WORD_INFO_PRIVATE_TEXT));
}

static void show_rule(struct view *view, const struct page_rule *rule)
{
	const char *language = view->page->text_language;
	struct html *h = &view->h;

	h_open(h, H_DIV);
	h_attr(h, H_CLASS, "rule");
	h_open(h, H_H3);
	if (strcmp(language, word_language_tag(view->language)) != 0)
		h_attr(h, H_LANG, language);
	h_text(h, rule->title);
	h_close(h);
	show_rule_body(view, rule);
	h_close(h);
}

static void show_rules(struct view *view)
{
	const struct page *page = view->page;
	char count[24];
	size_t i;

	heading(view, "rules", WORD_INFO_RULES);
	if (page->rule_count == 0) {
		layout_line(view, NULL, say(view, WORD_INFO_NO_RULES));
		return;
	}
	(void)snprintf(count, sizeof(count), "%zu", page->rule_count);
	h_open(&view->h, H_P);
	h_say(&view->h, say(view, WORD_INFO_RULES_LEAD), count, H_ARGS_END);
	h_close(&view->h);
	for (i = 0; i < page->rule_count; i++)
		show_rule(view, &page->rules[i]);
}

static void paragraph_link(struct view *view, const char *to, const char *text)
{
	h_open(&view->h, H_P);
	h_open(&view->h, H_A);
	h_address(&view->h, H_HREF, to);
	h_text(&view->h, text);
	h_close(&view->h);
	h_close(&view->h);
}

static void show_switchboard(struct view *view, const struct page_public *about)
{
	char card[VIEW_PATH_MAX];
	char dial[40];

	if (!about->switchboard)
		return;
	heading(view, "switchboard", WORD_INFO_SWITCHBOARD);
	dial_of(about->switchboard, dial);
	if (*dial)
		paragraph_link(view, dial, about->switchboard);
	else
		layout_line(view, NULL, about->switchboard);
	(void)snprintf(card, sizeof(card), "/contact/%s.vcf", about->org_id);
	paragraph_link(view, card, say(view, WORD_INFO_CARD));
}

static void show_owner(struct view *view, const struct page_public *about)
{
	if (!about->owner || !*about->owner)
		return;
	heading(view, "owner", WORD_INFO_OWNER);
	h_open(&view->h, H_P);
	h_say(&view->h, say(view, WORD_INFO_OWNER_TEXT), about->owner,
	    H_ARGS_END);
	h_close(&view->h);
}

void show_about(struct view *view, const struct page_public *about)
{
	char title[LAYOUT_TITLE_MAX];

	layout_begin(view,
	    layout_title(
	        view, WORD_INFO_TITLE, view->page->organisation, title));
	layout_line(view, "lead", say(view, WORD_INFO_LEAD));
	show_contents(view, about);
	show_seen(view);
	show_rules(view);
	show_switchboard(view, about);
	show_owner(view, about);
	layout_end(view);
}
