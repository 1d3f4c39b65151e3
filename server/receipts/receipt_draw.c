#include "server/receipts/receipt_draw.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/receipts/paper.h"
#include "server/receipts/receipt.h"
#include "server/receipts/receipt_words.h"

#define LABEL_WIDTH 132.0
#define VALUE_LEFT (PAPER_LEFT + LABEL_WIDTH + 8)
#define VALUE_WIDTH (PAPER_RIGHT - VALUE_LEFT)
#define GAP 5.0
#define COLUMN_WIDTH ((PAPER_WIDTH - 24) / 2)
/* Of one signature, with a long reason. */
#define SIGNATURE_ROOM 110.0
#define AT_MAX 40
#define FOOT_MAX 256

/* fontconfig and Pango keep registers of their own, one for all threads. */
static pthread_mutex_t drawing = PTHREAD_MUTEX_INITIALIZER;

struct sheet {
	struct paper *paper;
	const struct receipt *receipt;
	const char *language;
	int pages; /* 0 while they are counted */
};

/* "2026-11-22 14:41" as a wall clock there shows it. */
static void at_text(const struct receipt *receipt, int64_t at, char out[AT_MAX])
{
	enum calendar_zone zone = CALENDAR_STOCKHOLM;
	struct calendar_local local;
	char day[CALENDAR_DATE_TEXT_MAX];

	(void)calendar_zone_find(receipt->zone, &zone);
	calendar_local_of(zone, at, &local);
	calendar_day_text(local.day, day);
	(void)snprintf(out, AT_MAX, "%s %02d:%02d", day,
	    (int)(local.ms / TIME_HOUR_MS),
	    (int)(local.ms % TIME_HOUR_MS / TIME_MINUTE_MS));
}

static const char *zone_text(const struct receipt *receipt)
{
	enum calendar_zone zone = CALENDAR_STOCKHOLM;

	(void)calendar_zone_find(receipt->zone, &zone);
	return calendar_zone_name(zone);
}

static void on_foot(void *arg, struct paper *paper, int page)
{
	const struct sheet *sheet = arg;
	const struct receipt *receipt = sheet->receipt;
	const char *language = sheet->language;
	char line[FOOT_MAX];

	paper_rule(paper, false);
	paper_move(paper, 5);
	paper_begin(paper, "P");
	paper_move(paper,
	    paper_text(paper, PAPER_SMALL, PAPER_LEFT, PAPER_WIDTH,
	        receipt_say(language, SAY_FOOTER_SIGNED)));
	(void)snprintf(line, sizeof(line), "%s · %s %s",
	    receipt_say(language, SAY_FOOTER_CHECK),
	    receipt_say(language, SAY_ZONE), zone_text(receipt));
	paper_move(paper,
	    paper_text(paper, PAPER_SMALL, PAPER_LEFT, PAPER_WIDTH, line));
	(void)snprintf(line, sizeof(line), "%s · %s · %s %d %s %d",
	    receipt->number, receipt->id, receipt_say(language, SAY_PAGE), page,
	    receipt_say(language, SAY_OF), sheet->pages);
	paper_move(paper,
	    paper_text(paper, PAPER_SMALL, PAPER_LEFT, PAPER_WIDTH, line));
	paper_end(paper, "P");
}

/* A row of a table of two columns; nothing when there is no value. */
static void row(struct sheet *sheet, enum paper_style style, const char *label,
    const char *value)
{
	struct paper *paper = sheet->paper;
	double height;
	double left;

	if (!value[0])
		return;
	left = paper_measure(paper, PAPER_LABEL, LABEL_WIDTH, label);
	height = paper_measure(paper, style, VALUE_WIDTH, value);
	if (left > height)
		height = left;
	paper_need(paper, height + GAP);
	paper_begin(paper, "TR");
	paper_begin(paper, "TH");
	(void)paper_text(paper, PAPER_LABEL, PAPER_LEFT, LABEL_WIDTH, label);
	paper_end(paper, "TH");
	paper_begin(paper, "TD");
	(void)paper_text(paper, style, VALUE_LEFT, VALUE_WIDTH, value);
	paper_end(paper, "TD");
	paper_end(paper, "TR");
	paper_move(paper, height + GAP);
}

static void say_row(
    struct sheet *sheet, enum receipt_say label, const char *value)
{
	row(sheet, PAPER_BODY, receipt_say(sheet->language, label), value);
}

static void at_row(struct sheet *sheet, enum receipt_say label, int64_t at)
{
	char text[AT_MAX];

	if (at == 0)
		return;
	at_text(sheet->receipt, at, text);
	say_row(sheet, label, text);
}

/* room: of what must not be parted from the heading. */
static void heading(struct sheet *sheet, const char *text, double room)
{
	struct paper *paper = sheet->paper;

	paper_need(paper, 40 + room);
	paper_move(paper, 16);
	paper_paragraph(paper, PAPER_HEADING, "H2", text);
	paper_move(paper, 3);
	paper_rule(paper, false);
	paper_move(paper, 7);
}

static void draw_head(struct sheet *sheet)
{
	const struct receipt *receipt = sheet->receipt;
	struct paper *paper = sheet->paper;

	paper_paragraph(paper, PAPER_STRONG, "P", receipt->organisation);
	paper_move(paper, 6);
	paper_rule(paper, true);
	paper_move(paper, 22);
	paper_paragraph(paper, PAPER_TITLE, "H1",
	    receipt_say_title(sheet->language, receipt->kind));
	paper_move(paper, 14);
}

static void draw_who(struct sheet *sheet)
{
	static const enum receipt_say labels[RECEIPT_KIND_COUNT] = {
	    [RECEIPT_HAND_OUT] = SAY_PERSON_HAND_OUT,
	    [RECEIPT_RETURN] = SAY_PERSON_RETURN,
	    [RECEIPT_ERASURE] = SAY_PERSON_ERASURE,
	};
	const struct receipt *receipt = sheet->receipt;

	paper_begin(sheet->paper, "Table");
	row(sheet, PAPER_STRONG,
	    receipt_say(sheet->language, labels[receipt->kind]),
	    receipt->person);
	say_row(sheet, SAY_UNIT, receipt->unit);
	at_row(sheet, SAY_DATE, receipt->issued_at);
	say_row(sheet, SAY_RECEIPT_NUMBER, receipt->number);
	say_row(sheet, SAY_CASE, receipt->case_id);
	paper_end(sheet->paper, "Table");
}

static void draw_thing(struct sheet *sheet, const struct receipt_thing *thing)
{
	paper_need(sheet->paper, 60);
	row(sheet, PAPER_STRONG,
	    receipt_say_thing(sheet->language, thing->kind),
	    thing->name[0] ? thing->name : thing->number);
	say_row(sheet, SAY_SERIAL, thing->serial);
	say_row(sheet, SAY_IMEI, thing->imei);
	if (thing->name[0])
		say_row(sheet, SAY_NUMBER, thing->number);
	say_row(sheet, SAY_ICCID, thing->iccid);
	say_row(
	    sheet, SAY_DECISION, receipt_say_sim(sheet->language, thing->sim));
	paper_move(sheet->paper, 4);
}

/* Not a word is left out in silence. */
static void draw_more(struct sheet *sheet)
{
	char text[RECEIPT_SAID_MAX];

	if (sheet->receipt->things_more == 0)
		return;
	(void)snprintf(text, sizeof(text), "%u %s", sheet->receipt->things_more,
	    receipt_say(sheet->language, SAY_MORE_WHERE));
	say_row(sheet, SAY_MORE, text);
}

static void draw_things(struct sheet *sheet)
{
	static const enum receipt_say headings[RECEIPT_KIND_COUNT] = {
	    [RECEIPT_HAND_OUT] = SAY_THINGS_HAND_OUT,
	    [RECEIPT_RETURN] = SAY_THINGS_RETURN,
	    [RECEIPT_ERASURE] = SAY_THINGS_ERASURE,
	};
	const struct receipt *receipt = sheet->receipt;

	heading(
	    sheet, receipt_say(sheet->language, headings[receipt->kind]), 60);
	paper_begin(sheet->paper, "Table");
	for (size_t i = 0; i < receipt->thing_count; i++)
		draw_thing(sheet, &receipt->things[i]);
	draw_more(sheet);
	paper_end(sheet->paper, "Table");
}

static void draw_note(struct sheet *sheet, enum receipt_say what)
{
	const struct receipt *receipt = sheet->receipt;

	heading(sheet, receipt_say(sheet->language, what), 20);
	paper_paragraph(sheet->paper, PAPER_BODY, "P",
	    receipt->note[0] ? receipt->note
	                     : receipt_say(sheet->language, SAY_NO_NOTE));
}

static void draw_codes(struct sheet *sheet)
{
	heading(sheet, receipt_say(sheet->language, SAY_CODES), 20);
	paper_paragraph(sheet->paper, PAPER_BODY, "P",
	    receipt_say_codes(sheet->language, sheet->receipt->codes));
}

static void draw_acceptance(struct sheet *sheet)
{
	paper_move(sheet->paper, 16);
	paper_paragraph(sheet->paper, PAPER_BODY, "P",
	    receipt_say(sheet->language, SAY_ACCEPTANCE));
	if (!sheet->receipt->rules_url[0])
		return;
	paper_move(sheet->paper, 8);
	paper_begin(sheet->paper, "Table");
	say_row(sheet, SAY_RULES, sheet->receipt->rules_url);
	paper_end(sheet->paper, "Table");
}

/* When and where, and the sentence. */
static void fact_row(struct sheet *sheet, const struct receipt_fact *fact)
{
	char label[AT_MAX + sizeof(fact->source) + 4];
	char at[AT_MAX] = "";

	if (fact->at != 0)
		at_text(sheet->receipt, fact->at, at);
	(void)snprintf(label, sizeof(label), "%s%s%s", at,
	    at[0] && fact->source[0] ? " · " : "", fact->source);
	row(sheet, PAPER_BODY,
	    label[0] ? label : receipt_say(sheet->language, SAY_OBSERVED),
	    receipt_say_observation(sheet->language, fact->value));
}

static void draw_facts(struct sheet *sheet)
{
	const struct receipt *receipt = sheet->receipt;

	if (receipt->fact_count == 0)
		return;
	heading(sheet, receipt_say(sheet->language, SAY_FACTS), 20);
	paper_begin(sheet->paper, "Table");
	for (size_t i = 0; i < receipt->fact_count; i++)
		fact_row(sheet, &receipt->facts[i]);
	paper_end(sheet->paper, "Table");
}

static void draw_erasure(struct sheet *sheet)
{
	const struct receipt *receipt = sheet->receipt;
	char by[RECEIPT_SAID_MAX];

	heading(sheet, receipt_say(sheet->language, SAY_ERASURE), 60);
	paper_paragraph(sheet->paper,
	    receipt->kind == RECEIPT_ERASURE ? PAPER_STRONG : PAPER_BODY, "P",
	    receipt_say_erasure(sheet->language, receipt->erasure));
	paper_move(sheet->paper, 8);
	if (receipt->erasure == RECEIPT_ERASURE_NONE)
		return;
	paper_begin(sheet->paper, "Table");
	at_row(sheet, SAY_ORDERED, receipt->erasure_ordered_at);
	if (receipt->erasure == RECEIPT_ERASURE_STATED) {
		receipt_say_actor(
		    sheet->language, receipt->erasure_by, by, sizeof(by));
		say_row(sheet, SAY_STATED_BY, by);
	}
	at_row(sheet, SAY_PROVEN_AT, receipt->erasure_proven_at);
	/* Of a proof, the observations below say it, in this language. */
	if (receipt->fact_count == 0)
		say_row(sheet, SAY_BASIS, receipt->erasure_why);
	paper_end(sheet->paper, "Table");
	draw_facts(sheet);
}

static void signature_line(char *out, size_t size, const struct sheet *sheet,
    const struct receipt_signature *signature)
{
	const char *language = sheet->language;
	char way[RECEIPT_SAID_MAX];
	char at[AT_MAX];

	at_text(sheet->receipt, signature->at, at);
	receipt_say_way(language, signature, way, sizeof(way));
	(void)snprintf(out, size, "%s · %s · %s",
	    signature->name[0] ? signature->name : signature->typed, at, way);
}

/* One paragraph of a signature's column; gives its height. */
static double column_text(struct sheet *sheet, enum paper_style style, double x,
    double y, const char *text)
{
	double height;

	paper_set_y(sheet->paper, y);
	paper_begin(sheet->paper, "P");
	height = paper_text(sheet->paper, style, x, COLUMN_WIDTH, text);
	paper_end(sheet->paper, "P");
	return height;
}

/* At the present height, in the column that begins at x; gives its end. */
static double draw_signature(
    struct sheet *sheet, const struct receipt_signature *signature, double x)
{
	double y = paper_y(sheet->paper);
	char text[3 * LIMIT_NAME];

	y += column_text(sheet, PAPER_LABEL, x, y,
	    receipt_say_role(
	        sheet->language, sheet->receipt->kind, signature->role));
	y += column_text(sheet, PAPER_SIGNED, x, y + 4, signature->typed) + 7;
	paper_set_y(sheet->paper, y);
	paper_line(sheet->paper, x, COLUMN_WIDTH);
	signature_line(text, sizeof(text), sheet, signature);
	y += column_text(sheet, PAPER_SMALL, x, y + 4, text) + 4;
	if (signature->reason[0]) {
		(void)snprintf(text, sizeof(text), "%s: %s",
		    receipt_say(sheet->language, SAY_REASON),
		    signature->reason);
		y += column_text(sheet, PAPER_SMALL, x, y, text);
	}
	if (signature->codes != RECEIPT_CODES_UNSAID)
		y += column_text(sheet, PAPER_SMALL, x, y,
		    receipt_say_codes(sheet->language, signature->codes));
	return y;
}

/* Two beside each other. */
static void draw_signatures(struct sheet *sheet)
{
	const struct receipt *receipt = sheet->receipt;
	double begins = 0;
	double ends = 0;

	if (receipt->signature_count == 0)
		return;
	heading(sheet, receipt_say(sheet->language, SAY_SIGNATURES),
	    SIGNATURE_ROOM);
	for (size_t i = 0; i < receipt->signature_count; i++) {
		double end;

		if (i % 2 == 0) {
			paper_need(sheet->paper, SIGNATURE_ROOM);
			begins = paper_y(sheet->paper);
			ends = begins;
		}
		paper_set_y(sheet->paper, begins);
		end = draw_signature(sheet, &receipt->signatures[i],
		    i % 2 == 0 ? PAPER_LEFT : PAPER_RIGHT - COLUMN_WIDTH);
		if (end > ends)
			ends = end;
		paper_set_y(sheet->paper, ends + 14);
	}
}

static void draw_all(struct sheet *sheet)
{
	enum receipt_kind kind = sheet->receipt->kind;

	paper_begin(sheet->paper, "Document");
	draw_head(sheet);
	draw_who(sheet);
	draw_things(sheet);
	if (kind == RECEIPT_HAND_OUT) {
		if (sheet->receipt->note[0])
			draw_note(sheet, SAY_NOTE_HAND_OUT);
		draw_acceptance(sheet);
	}
	if (kind == RECEIPT_RETURN) {
		draw_note(sheet, SAY_NOTE_RETURN);
		draw_codes(sheet);
	}
	if (kind != RECEIPT_HAND_OUT)
		draw_erasure(sheet);
	draw_signatures(sheet);
	paper_end(sheet->paper, "Document");
}

static int sheet_draw(struct sheet *sheet, struct buf *pdf, struct err *err)
{
	const struct receipt *receipt = sheet->receipt;
	char title[LIMIT_NAME];
	struct paper_frame frame = {
	    .title = title,
	    .author = receipt->organisation,
	    .language = sheet->language,
	    .made_at = receipt->issued_at,
	    .on_foot = on_foot,
	    .arg = sheet,
	};
	int rc;

	(void)snprintf(title, sizeof(title), "%s %s",
	    receipt_say_title(sheet->language, receipt->kind), receipt->number);
	rc = paper_new(&frame, &sheet->paper, err);
	if (rc != 0)
		return rc;
	draw_all(sheet);
	rc = paper_finish(sheet->paper, pdf, &sheet->pages, err);
	paper_free(sheet->paper);
	return rc;
}

int receipt_draw(
    const struct receipt *receipt, struct buf *pdf, struct err *err)
{
	struct sheet sheet = {
	    .receipt = receipt, .language = receipt->language};
	struct buf counted = {0};
	int rc = receipt_check(receipt, err);

	if (rc != 0)
		return rc;
	(void)pthread_mutex_lock(&drawing);
	rc = sheet_draw(&sheet, &counted, err);
	if (rc == 0)
		rc = sheet_draw(&sheet, pdf, err);
	(void)pthread_mutex_unlock(&drawing);
	buf_clear(&counted);
	return rc;
}

static void no_foot(void *arg, struct paper *paper, int page)
{
	(void)arg;
	(void)page;
	(void)paper_measure(paper, PAPER_SIGNED, PAPER_WIDTH, "å");
	(void)paper_measure(paper, PAPER_BODY, PAPER_WIDTH, "å");
}

int receipt_draw_warm(struct err *err)
{
	struct paper_frame frame = {
	    .title = "", .author = "", .language = "en", .on_foot = no_foot};
	struct paper *paper = NULL;
	struct buf pdf = {0};
	int rc;

	(void)pthread_mutex_lock(&drawing);
	rc = paper_new(&frame, &paper, err);
	if (rc == 0)
		rc = paper_finish(paper, &pdf, NULL, err);
	paper_free(paper);
	(void)pthread_mutex_unlock(&drawing);
	buf_clear(&pdf);
	return rc;
}
