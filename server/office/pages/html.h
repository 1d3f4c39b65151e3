/*
 * html: writes HTML that is escaped by construction. Elements and attributes
 * are words of closed lists, text and values go through one escaping function
 * each, and there is no way to put a ready-made string in. What the lists leave
 * out cannot be written: no script, no style, no event handler, no foreign
 * address.
 *
 *   h_open(&h, H_P); h_attr(&h, H_CLASS, "lead"); h_text(&h, name); h_close(&h);
 *
 * Faults of ours (closing nothing, an attribute after content, too deep) and
 * lack of memory are sticky and told by h_end(); a page is sent only after it.
 */
#ifndef SERVER_OFFICE_PAGES_HTML_H
#define SERVER_OFFICE_PAGES_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/buf.h"

struct err;

enum h_element {
	H_HTML,
	H_HEAD,
	H_TITLE,
	H_META,
	H_LINK,
	H_BODY,
	H_HEADER,
	H_MAIN,
	H_FOOTER,
	H_NAV,
	H_SECTION,
	H_DIV,
	H_H1,
	H_H2,
	H_H3,
	H_P,
	H_UL,
	H_OL,
	H_LI,
	H_DL,
	H_DT,
	H_DD,
	H_A,
	H_STRONG,
	H_SPAN,
	H_TIME,
	H_FORM,
	H_FIELDSET,
	H_LEGEND,
	H_LABEL,
	H_INPUT,
	H_TEXTAREA,
	H_BUTTON,
	H_DETAILS,
	H_SUMMARY,
	H_ELEMENT_COUNT
};

enum h_attribute {
	H_CLASS,
	H_ID,
	H_LANG,
	H_HREFLANG,
	H_CHARSET,
	H_NAME,
	H_CONTENT,
	H_REL,
	H_FOR,
	H_TYPE,
	H_VALUE,
	H_METHOD,
	H_AUTOCOMPLETE,
	H_ROWS,
	H_MAXLENGTH,
	H_ROLE,
	H_TABINDEX,
	H_DATETIME,
	H_ARIA_LABEL,
	H_ARIA_LABELLEDBY,
	H_ARIA_DESCRIBEDBY,
	H_ARIA_CURRENT,
	H_ARIA_INVALID,
	/* Without a value, by h_flag(). */
	H_REQUIRED,
	H_CHECKED,
	H_READONLY,
	H_OPEN,
	/* Addresses, by h_address() only. */
	H_HREF,
	H_ACTION,
	H_ATTRIBUTE_COUNT
};

#define H_DEPTH_MAX 32

struct html {
	struct buf *out;
	enum h_element stack[H_DEPTH_MAX];
	unsigned depth;
	bool in_tag; /* "<p" is written, ">" not yet */
	bool is_wrong;
};

/* Begins a document: the doctype. */
void h_begin(struct html *h, struct buf *out);
/* 0 when every element is closed and nothing was wrong. */
int h_end(struct html *h, struct err *err);

void h_open(struct html *h, enum h_element element);
void h_attr(struct html *h, enum h_attribute attribute, const char *value);
void h_attr_number(struct html *h, enum h_attribute attribute, long value);
void h_flag(struct html *h, enum h_attribute attribute);
/*
 * An address within this server ("/t/x", "?lang=sv", "#form") or a telephone
 * number ("tel:+46…"). Any other becomes "#": no scheme, no other host.
 */
void h_address(struct html *h, enum h_attribute attribute, const char *value);

/*
 * Text: & < > " ' escaped; control characters, marks that turn the direction
 * of writing and bytes that are no UTF-8 become U+FFFD; NULL is "".
 */
void h_text(struct html *h, const char *text);
/* A template of ours with {0} to {9}: arguments are escaped like all text;
 * an argument may be NULL for "". Ended by H_ARGS_END. */
#define H_ARGS_END ((const char *)-1)
void h_say(struct html *h, const char *pattern, ...);

/* Closes the innermost element; a void one (input) is written without end. */
void h_close(struct html *h);

/* The common cases in one line. cls may be NULL. */
void h_line(
    struct html *h, enum h_element element, const char *cls, const char *text);

#endif
