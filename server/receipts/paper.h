/*
 * paper: A4 pages with text, by cairo and Pango: styles, page breaks, tags for
 * screen readers. It knows no receipt. Internal to server/receipts.
 */
#ifndef SERVER_RECEIPTS_PAPER_H
#define SERVER_RECEIPTS_PAPER_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;
struct paper;

enum paper_style {
	PAPER_SMALL, /* footers, labels under lines */
	PAPER_BODY,
	PAPER_LABEL,
	PAPER_STRONG,
	PAPER_HEADING,
	PAPER_TITLE,
	PAPER_SIGNED, /* a typed name that stands for a signature */
	PAPER_STYLE_COUNT
};

#define PAPER_LEFT 62.0
#define PAPER_RIGHT 533.0
#define PAPER_WIDTH (PAPER_RIGHT - PAPER_LEFT)

struct paper_frame {
	const char *title;
	const char *author;
	const char *language;
	int64_t made_at;
	/* Draws what stands at the foot of each page. */
	void (*on_foot)(void *arg, struct paper *paper, int page);
	void *arg;
};

int paper_new(
    const struct paper_frame *frame, struct paper **out, struct err *err);
/* Ends the last page; appends the PDF. pages may be NULL. */
int paper_finish(
    struct paper *paper, struct buf *pdf, int *pages, struct err *err);
void paper_free(struct paper *paper);

/* Structure types of ISO 32000-1, 14.8.4: "H1", "P", "Table" …; they nest. */
void paper_begin(struct paper *paper, const char *tag);
void paper_end(struct paper *paper, const char *tag);

/* Where the next thing goes; points from the top. */
double paper_y(const struct paper *paper);
void paper_move(struct paper *paper, double dy);
void paper_set_y(struct paper *paper, double y);
/* A new page when there is less room than that. */
void paper_need(struct paper *paper, double height);

/* How high it would be. */
double paper_measure(struct paper *paper, enum paper_style style, double width,
    const char *text);
/* At x and the present height, which stays; gives the height of the text. */
double paper_text(struct paper *paper, enum paper_style style, double x,
    double width, const char *text);
/* A paragraph over the whole width, with its tag; moves down. */
void paper_paragraph(struct paper *paper, enum paper_style style,
    const char *tag, const char *text);
/* A thin line over the whole width, or a strong one. */
void paper_rule(struct paper *paper, bool is_strong);
/* A thin one from x on. */
void paper_line(struct paper *paper, double x, double width);

#endif
