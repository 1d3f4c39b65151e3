/*
 * line: one phone's connection to the world. A table of two calls, so that the
 * same phone speaks over TLS (net_line.h) or to a test's own server.
 */
#ifndef TESTS_PHONES_LINE_H
#define TESTS_PHONES_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "tests/phones/phone.h"

#define LINE_REPLY_MAX (8 * 1024 * 1024) /* bytes of one reply */

struct line_request {
	const char *method; /* GET, POST, PUT */
	const char *url;
	const char *content_type; /* NULL with GET */
	const uint8_t *body;
	size_t body_len;
	/* NULL: nobody in particular; else show this identity. */
	const struct phone_identity *identity;
	bool sign;                /* Mdm-Signature over the body as well */
	STACK_OF(X509) * anchors; /* trusted for TLS; NULL: the system's */
	bool drop_reply;          /* cut the line once the request is out */
};

struct line_reply {
	long status;
	char content_type[128];
	struct buf body;
};

struct line;
struct line_calls {
	/* 0 whatever the status; ERR_IO, ERR_TIMEOUT when there is none. */
	int (*send)(struct line *line, const struct line_request *request,
	    struct line_reply *reply, struct err *err);
	void (*hang_up)(struct line *line); /* close what is open */
	void (*free)(struct line *line);
};

struct line {
	const struct line_calls *calls;
};

int line_send(struct line *line, const struct line_request *request,
    struct line_reply *reply, struct err *err);
void line_hang_up(struct line *line);
void line_free(struct line *line);
void line_reply_clear(struct line_reply *reply);

#endif
