/*
 * notice_texts: the words of each kind of notice in each language, with blanks
 * in braces, and the words around them. Filled in by mail_text.c. Pure.
 *
 * Blanks of a notice: {title} of the task, {due} its last day, {about} the
 * person it is about, {what} the phones or document in words, {day},
 * {organisation}. Of the frame: {name} of the reader, {count}, {organisation}.
 */
#ifndef SERVER_OUTBOX_NOTICE_TEXTS_H
#define SERVER_OUTBOX_NOTICE_TEXTS_H

#include "server/service/notify/notify.h"

/* The only languages mails are written in. */
enum notice_language { NOTICE_SV, NOTICE_DA, NOTICE_EN, NOTICE_LANGUAGES };

enum notice_language notice_language_of(const char *language);
const char *notice_language_name(enum notice_language language);

struct notice_text {
	const char *subject; /* one line; the heading in a mail of several */
	const char *body;    /* paragraphs parted by \n */
};
/* NULL: no such kind. */
const struct notice_text *notice_text_find(
    enum notice_kind kind, enum notice_language language);

struct notice_frame {
	const char *greeting;
	const char *subject_of_several;
	const char *open;      /* on the button, and before the address */
	const char *link_note; /* below the links of a mail */
	const char *footer;
	/* Where a row does not say: */
	const char *what;
	const char *about;
	const char *title;
	const char *day;
};
const struct notice_frame *notice_frame_of(enum notice_language language);

#endif
