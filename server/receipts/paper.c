#include "server/receipts/paper.h"

#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

#define PAGE_WIDTH 595.276 /* A4 in points */
#define PAGE_HEIGHT 841.89
#define TOP 56.0
#define BOTTOM 762.0 /* below it stands the foot */

struct style {
	const char *font;
	double grey;
	double points;
	int weight;
	int slant;
};

/* Liberation Sans has the letters of Nordic names; DejaVu Sans most others. */
#define FAMILY "Liberation Sans, DejaVu Sans"
static const struct style styles[PAPER_STYLE_COUNT] = {
    [PAPER_SMALL] = {FAMILY, 0.33, 7.5, PANGO_WEIGHT_NORMAL, 0},
    [PAPER_BODY] = {FAMILY, 0.08, 10, PANGO_WEIGHT_NORMAL, 0},
    [PAPER_LABEL] = {FAMILY, 0.33, 10, PANGO_WEIGHT_NORMAL, 0},
    [PAPER_STRONG] = {FAMILY, 0.08, 10, PANGO_WEIGHT_BOLD, 0},
    [PAPER_HEADING] = {FAMILY, 0.08, 12, PANGO_WEIGHT_BOLD, 0},
    [PAPER_TITLE] = {FAMILY, 0.08, 21, PANGO_WEIGHT_BOLD, 0},
    [PAPER_SIGNED] = {"Liberation Serif, DejaVu Serif", 0.08, 16,
        PANGO_WEIGHT_NORMAL, PANGO_STYLE_ITALIC},
};

struct paper {
	struct paper_frame frame;
	cairo_surface_t *surface;
	cairo_t *cr;
	PangoFontMap *fonts;
	PangoContext *context;
	PangoLayout *layout;
	PangoFontDescription *descriptions[PAPER_STYLE_COUNT];
	struct buf file;
	double y;
	int page;
};

static cairo_status_t on_bytes(
    void *arg, const unsigned char *data, unsigned len)
{
	struct paper *paper = arg;

	buf_append(&paper->file, data, len);
	return paper->file.failed ? CAIRO_STATUS_NO_MEMORY
	                          : CAIRO_STATUS_SUCCESS;
}

static void say_of_itself(struct paper *paper)
{
	char at[TIME_TEXT_MAX];

	time_rfc3339(
	    paper->frame.made_at / TIME_SECOND_MS * TIME_SECOND_MS, at);
	cairo_pdf_surface_set_metadata(
	    paper->surface, CAIRO_PDF_METADATA_TITLE, paper->frame.title);
	cairo_pdf_surface_set_metadata(
	    paper->surface, CAIRO_PDF_METADATA_AUTHOR, paper->frame.author);
	cairo_pdf_surface_set_metadata(
	    paper->surface, CAIRO_PDF_METADATA_CREATE_DATE, at);
	cairo_pdf_surface_set_metadata(
	    paper->surface, CAIRO_PDF_METADATA_CREATOR, "Workphone");
}

static void descriptions_make(struct paper *paper)
{
	for (size_t i = 0; i < PAPER_STYLE_COUNT; i++) {
		const struct style *style = &styles[i];
		PangoFontDescription *made = pango_font_description_new();

		pango_font_description_set_family_static(made, style->font);
		pango_font_description_set_absolute_size(
		    made, style->points * PANGO_SCALE);
		pango_font_description_set_weight(
		    made, (PangoWeight)style->weight);
		pango_font_description_set_style(
		    made, (PangoStyle)style->slant);
		paper->descriptions[i] = made;
	}
}

/* Paper has no pixels for glyphs to be fitted to. */
static void hinting_turn_off(PangoContext *context)
{
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	pango_context_set_round_glyph_positions(context, false);
	cairo_font_options_destroy(options);
}

static void page_begin(struct paper *paper)
{
	paper->page++;
	paper->y = TOP;
}

/*
 * A font map of its own: Pango's default one is a thread's and is never given
 * back.
 */
int paper_new(
    const struct paper_frame *frame, struct paper **out, struct err *err)
{
	struct paper *paper = calloc(1, sizeof(*paper));

	if (!paper)
		return err_memory(err);
	paper->frame = *frame;
	paper->surface = cairo_pdf_surface_create_for_stream(
	    on_bytes, paper, PAGE_WIDTH, PAGE_HEIGHT);
	cairo_pdf_surface_restrict_to_version(
	    paper->surface, CAIRO_PDF_VERSION_1_5);
	say_of_itself(paper);
	paper->cr = cairo_create(paper->surface);
	paper->fonts =
	    pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	if (!paper->fonts) {
		paper_free(paper);
		return err_set(
		    err, ERR_INTERNAL, "no fonts are to be had to draw with");
	}
	paper->context = pango_font_map_create_context(paper->fonts);
	hinting_turn_off(paper->context);
	pango_context_set_language(
	    paper->context, pango_language_from_string(frame->language));
	paper->layout = pango_layout_new(paper->context);
	pango_layout_set_wrap(paper->layout, PANGO_WRAP_WORD_CHAR);
	descriptions_make(paper);
	page_begin(paper);
	*out = paper;
	return 0;
}

void paper_free(struct paper *paper)
{
	if (!paper)
		return;
	for (size_t i = 0; i < PAPER_STYLE_COUNT; i++)
		pango_font_description_free(paper->descriptions[i]);
	if (paper->layout)
		g_object_unref(paper->layout);
	if (paper->context)
		g_object_unref(paper->context);
	if (paper->fonts)
		g_object_unref(paper->fonts);
	cairo_destroy(paper->cr);
	cairo_surface_destroy(paper->surface);
	buf_clear(&paper->file);
	free(paper);
}

static void page_end(struct paper *paper)
{
	paper->y = BOTTOM + 8;
	if (paper->frame.on_foot)
		paper->frame.on_foot(paper->frame.arg, paper, paper->page);
	cairo_show_page(paper->cr);
}

int paper_finish(
    struct paper *paper, struct buf *pdf, int *pages, struct err *err)
{
	cairo_status_t status;

	page_end(paper);
	cairo_surface_finish(paper->surface);
	status = cairo_status(paper->cr);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(paper->surface);
	if (status == CAIRO_STATUS_NO_MEMORY)
		return err_memory(err);
	if (status != CAIRO_STATUS_SUCCESS)
		return err_set(err, ERR_INTERNAL, "the PDF cannot be drawn: %s",
		    cairo_status_to_string(status));
	buf_append(pdf, paper->file.data, paper->file.len);
	if (pages)
		*pages = paper->page;
	return buf_check(pdf, err);
}

void paper_begin(struct paper *paper, const char *tag)
{
	cairo_tag_begin(paper->cr, tag, NULL);
}

void paper_end(struct paper *paper, const char *tag)
{
	cairo_tag_end(paper->cr, tag);
}

double paper_y(const struct paper *paper)
{
	return paper->y;
}

void paper_move(struct paper *paper, double dy)
{
	paper->y += dy;
}

void paper_set_y(struct paper *paper, double y)
{
	paper->y = y;
}

void paper_need(struct paper *paper, double height)
{
	if (paper->y + height <= BOTTOM || paper->y <= TOP)
		return;
	page_end(paper);
	page_begin(paper);
}

/*
 * Control characters and those that turn the direction of writing could make
 * a name look like another, or like text of ours: they become blanks.
 */
static bool is_shown(const unsigned char *at)
{
	if (at[0] < 0x20 || at[0] == 0x7f)
		return false;
	/* U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069 */
	if (at[0] == 0xe2 && at[1] == 0x80 &&
	    (at[2] == 0x8e || at[2] == 0x8f ||
	        (at[2] >= 0xaa && at[2] <= 0xae)))
		return false;
	return !(
	    at[0] == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9);
}

static void text_set(
    struct paper *paper, enum paper_style style, double width, const char *text)
{
	struct buf shown = {0};
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		if (is_shown(at)) {
			buf_append(&shown, at++, 1);
		} else {
			buf_append_char(&shown, ' ');
			at += *at == 0xe2 ? 3 : 1;
		}
	}
	pango_layout_set_font_description(
	    paper->layout, paper->descriptions[style]);
	pango_layout_set_width(paper->layout, (int)(width * PANGO_SCALE));
	pango_layout_set_line_spacing(paper->layout, 1.15F);
	pango_layout_set_text(paper->layout,
	    shown.data ? (const char *)shown.data : "", (int)shown.len);
	buf_clear(&shown);
}

static double height_of(struct paper *paper)
{
	int height = 0;

	pango_layout_get_size(paper->layout, NULL, &height);
	return (double)height / PANGO_SCALE;
}

double paper_measure(
    struct paper *paper, enum paper_style style, double width, const char *text)
{
	text_set(paper, style, width, text);
	return height_of(paper);
}

double paper_text(struct paper *paper, enum paper_style style, double x,
    double width, const char *text)
{
	double grey = styles[style].grey;

	text_set(paper, style, width, text);
	cairo_set_source_rgb(paper->cr, grey, grey, grey);
	cairo_move_to(paper->cr, x, paper->y);
	pango_cairo_show_layout(paper->cr, paper->layout);
	return height_of(paper);
}

void paper_paragraph(struct paper *paper, enum paper_style style,
    const char *tag, const char *text)
{
	paper_need(paper, paper_measure(paper, style, PAPER_WIDTH, text));
	paper_begin(paper, tag);
	paper_move(
	    paper, paper_text(paper, style, PAPER_LEFT, PAPER_WIDTH, text));
	paper_end(paper, tag);
}

static void line(
    struct paper *paper, double x, double width, double grey, double thick)
{
	cairo_set_source_rgb(paper->cr, grey, grey, grey);
	cairo_set_line_width(paper->cr, thick);
	cairo_move_to(paper->cr, x, paper->y);
	cairo_line_to(paper->cr, x + width, paper->y);
	cairo_stroke(paper->cr);
}

void paper_rule(struct paper *paper, bool is_strong)
{
	line(paper, PAPER_LEFT, PAPER_WIDTH, is_strong ? 0.08 : 0.75,
	    is_strong ? 1.2 : 0.5);
}

void paper_line(struct paper *paper, double x, double width)
{
	line(paper, x, width, 0.4, 0.5);
}

/*
 * fontconfig keeps one register for the life of the process and frees it never;
 * a sanitizer's report of it would hide others.
 */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_CHECK 1
#endif
#endif
#ifdef HAS_LEAK_CHECK
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig.so\n";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}
#endif
