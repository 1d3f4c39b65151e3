/*
 * mail_text: what a mail says: subject, plain text and HTML, from the notices
 * it gathers. Pure.
 */
#ifndef SERVER_OUTBOX_MAIL_TEXT_H
#define SERVER_OUTBOX_MAIL_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "server/outbox/notice_texts.h"
#include "server/service/task/task.h"

struct err;

struct mail_item {
	enum notice_kind kind;
	char title[TASK_TITLE_MAX]; /* of the task; "" */
	int32_t due_day;            /* 0: none */
	char about[LIMIT_NAME + 1];
	char what[256];
	int32_t day;
	char url[512]; /* of the page; "" */
};

struct mail_letter {
	const char *organisation;
	const char *name; /* of the reader */
	enum notice_language language;
	const struct mail_item *items;
	size_t count; /* at least one */
};

/* Appends to each; subject is one line. Whatever a name holds, it stays text. */
int mail_text_make(const struct mail_letter *letter, struct buf *subject,
    struct buf *text, struct buf *html, struct err *err);

#endif
