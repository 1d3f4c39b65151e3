/*
 * mail_message: one mail as bytes: RFC 5322 header, RFC 2047 words, MIME with a
 * plain and an HTML part, both quoted-printable, lines ended by CRLF. Names come
 * from registers that others fill: whatever they hold, no header is begun or
 * ended by them. Pure.
 */
#ifndef SERVER_OUTBOX_MAIL_MESSAGE_H
#define SERVER_OUTBOX_MAIL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;

struct mail_message {
	const char *id;        /* of the row: "0192…"; unique, our alphabet */
	const char *host;      /* right side of the Message-ID */
	const char *from;      /* address */
	const char *from_name; /* as shown; "": none */
	const char *to;
	const char *to_name;
	const char *reply_to; /* "": none */
	const char *subject;
	const char *language; /* "sv" */
	const char *text;     /* UTF-8, lines ended by \n */
	const char *html;
	int64_t at; /* Unix ms */
};

/* What SMTP carries everywhere: dot-atom, "@", a host name; ASCII, at most 254
 * bytes. */
bool mail_address_is_valid(const char *address);

/* Appends. -ERR_INVALID: an address is none. */
int mail_message_encode(
    const struct mail_message *message, struct buf *out, struct err *err);

#endif
