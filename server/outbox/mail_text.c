#include "server/outbox/mail_text.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/page/day_words.h"

/* Lines longer than this are folded by the mail program, not by us. */
struct fill {
	const struct mail_letter *letter;
	const struct mail_item *item; /* NULL in the frame */
};

static const char *or_else(const char *text, const char *otherwise)
{
	return text && *text ? text : otherwise;
}

static void append_day(struct buf *out, const struct fill *fill, int32_t day)
{
	char words[DAY_WORDS_MAX];

	if (day == 0) {
		buf_append_str(
		    out, notice_frame_of(fill->letter->language)->day);
		return;
	}
	day_words(
	    day, notice_language_name(fill->letter->language), true, words);
	buf_append_str(out, words);
}

static void append_blank(
    struct buf *out, const struct fill *fill, const char *name, size_t len)
{
	const struct notice_frame *frame =
	    notice_frame_of(fill->letter->language);
	const struct mail_item *item = fill->item;

#define IS(word) (len == sizeof(word) - 1 && memcmp(name, word, len) == 0)
	if (IS("name"))
		buf_append_str(out, fill->letter->name);
	else if (IS("organisation"))
		buf_append_str(out, fill->letter->organisation);
	else if (IS("count"))
		buf_printf(out, "%zu", fill->letter->count);
	else if (item && IS("title"))
		buf_append_str(out, or_else(item->title, frame->title));
	else if (item && IS("about"))
		buf_append_str(out, or_else(item->about, frame->about));
	else if (item && IS("what"))
		buf_append_str(out, or_else(item->what, frame->what));
	else if (item && IS("due"))
		append_day(out, fill, item->due_day);
	else if (item && IS("day"))
		append_day(out, fill, item->day);
	else
		out->failed = true; /* a text of ours that a test must find */
#undef IS
}

/* A name may hold line ends; ours are those of the text around it. */
static void append_filled(
    struct buf *out, const struct fill *fill, const char *text)
{
	struct buf value = {0};
	const char *end;
	size_t i;

	for (; *text; text++) {
		if (*text != '{' || !(end = strchr(text, '}'))) {
			buf_append_char(out, *text);
			continue;
		}
		buf_reset(&value);
		append_blank(&value, fill, text + 1, (size_t)(end - text - 1));
		for (i = 0; i < value.len; i++)
			buf_append_char(out,
			    value.data[i] < 0x20 ? ' ' : (char)value.data[i]);
		out->failed |= value.failed;
		text = end;
	}
	buf_clear(&value);
}

static void append_escaped(
    struct buf *out, const struct fill *fill, const char *text)
{
	struct buf plain = {0};

	append_filled(&plain, fill, text);
	out->failed |= plain.failed;
	if (plain.data)
		buf_append_xml(out, (const char *)plain.data);
	buf_clear(&plain);
}

/* ---- plain text ---- */

static void append_text_item(
    struct buf *out, const struct fill *fill, const struct notice_text *words)
{
	const struct notice_frame *frame =
	    notice_frame_of(fill->letter->language);

	if (fill->letter->count > 1) {
		buf_append_str(out, "* ");
		append_filled(out, fill, words->subject);
		buf_append_str(out, "\n\n");
	}
	append_filled(out, fill, words->body);
	buf_append_char(out, '\n');
	if (*fill->item->url)
		buf_printf(out, "\n%s:\n%s\n", frame->open, fill->item->url);
	buf_append_char(out, '\n');
}

/* ---- HTML: no picture, no script, nothing fetched from anywhere ---- */

static void append_paragraphs(
    struct buf *out, const struct fill *fill, const char *body)
{
	char piece[1024];
	size_t len;

	for (; *body; body += len + (body[len] ? 1 : 0)) {
		len = strcspn(body, "\n");
		if (len >= sizeof(piece)) {
			out->failed = true; /* ours: none is that long */
			return;
		}
		memcpy(piece, body, len);
		piece[len] = '\0';
		buf_append_str(out, "<p>");
		append_escaped(out, fill, piece);
		buf_append_str(out, "</p>\n");
	}
}

static void append_html_item(
    struct buf *out, const struct fill *fill, const struct notice_text *words)
{
	const struct notice_frame *frame =
	    notice_frame_of(fill->letter->language);

	if (fill->letter->count > 1) {
		buf_append_str(out, "<h2 style=\"font-size:18px\">");
		append_escaped(out, fill, words->subject);
		buf_append_str(out, "</h2>\n");
	}
	append_paragraphs(out, fill, words->body);
	if (!*fill->item->url)
		return;
	buf_append_str(out, "<p><a href=\"");
	buf_append_xml(out, fill->item->url);
	buf_append_str(out,
	    "\" style=\"display:inline-block;padding:12px 20px;"
	    "background:#0b4f8a;color:#ffffff;text-decoration:none;"
	    "border-radius:4px\">");
	buf_append_xml(out, frame->open);
	buf_append_str(out, "</a></p>\n");
}

static void begin_html(struct buf *out, const struct fill *fill)
{
	buf_printf(out,
	    "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\"><title>",
	    notice_language_name(fill->letter->language));
}

static void middle_html(struct buf *out, const struct fill *fill)
{
	buf_append_str(out,
	    "</title></head>\n<body style=\"font-family:sans-serif;"
	    "font-size:16px;line-height:1.5;color:#1a1a1a;"
	    "background:#ffffff;max-width:36em\">\n<p>");
	append_escaped(
	    out, fill, notice_frame_of(fill->letter->language)->greeting);
	buf_append_str(out, "</p>\n");
}

static void end_html(struct buf *out, const struct fill *fill, bool has_link)
{
	const struct notice_frame *frame =
	    notice_frame_of(fill->letter->language);

	if (has_link) {
		buf_append_str(out, "<p>");
		append_escaped(out, fill, frame->link_note);
		buf_append_str(out, "</p>\n");
	}
	buf_append_str(out, "<p style=\"color:#595959\">");
	append_escaped(out, fill, frame->footer);
	buf_append_str(out, "</p>\n</body></html>\n");
}

static void end_text(struct buf *out, const struct fill *fill, bool has_link)
{
	const struct notice_frame *frame =
	    notice_frame_of(fill->letter->language);

	if (has_link) {
		append_filled(out, fill, frame->link_note);
		buf_append_str(out, "\n\n");
	}
	buf_append_str(out, "--\n");
	append_filled(out, fill, frame->footer);
	buf_append_char(out, '\n');
}

int mail_text_make(const struct mail_letter *letter, struct buf *subject,
    struct buf *text, struct buf *html, struct err *err)
{
	const struct notice_frame *frame = notice_frame_of(letter->language);
	struct fill fill = {.letter = letter, .item = NULL};
	const struct notice_text *words;
	bool has_link = false;
	size_t i;

	if (letter->count == 0)
		return err_set(err, ERR_INTERNAL, "a mail without a notice");
	append_filled(text, &fill, frame->greeting);
	buf_append_str(text, "\n\n");
	begin_html(html, &fill);
	for (i = 0; i < letter->count; i++) {
		fill.item = &letter->items[i];
		words = notice_text_find(fill.item->kind, letter->language);
		if (!words)
			return err_set(
			    err, ERR_INTERNAL, "a notice without words");
		if (i == 0) {
			append_filled(subject, &fill,
			    letter->count == 1 ? words->subject
			                       : frame->subject_of_several);
			if (buf_check(subject, err) < 0)
				return err_memory(err);
			buf_append_xml(html, (const char *)subject->data);
			middle_html(html, &fill);
		}
		append_text_item(text, &fill, words);
		append_html_item(html, &fill, words);
		has_link |= *fill.item->url != '\0';
	}
	fill.item = NULL;
	end_text(text, &fill, has_link);
	end_html(html, &fill, has_link);
	if (subject->failed || text->failed || html->failed)
		return err_set(err, ERR_INTERNAL, "the mail cannot be filled");
	return 0;
}
