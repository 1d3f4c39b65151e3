/*
 * message: the HTTP requests of an enrolled phone, and what a command in an
 * answer asks. Bodies have the shape and about the length of those that iOS
 * sends; the words are ours.
 */
#ifndef TESTS_BENCH_CHECKINS_MESSAGE_H
#define TESTS_BENCH_CHECKINS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/buf.h"
#include "tests/bench/checkins/roster.h"

struct message_style {
	const char *host; /* Host header */
	bool is_proxy;    /* carries Client-Cert */
};

void message_append_idle(struct buf *out, const struct message_style *style,
    const struct roster_phone *phone);

/* Each call of one phone has another push token. */
void message_append_token(struct buf *out, const struct message_style *style,
    struct roster_phone *phone, bool with_unlock_token);

#define MESSAGE_WORD 64
struct message_command {
	char uuid[MESSAGE_WORD];
	char request_type[MESSAGE_WORD];
};

/* False when the body is no command. */
bool message_read_command(const char *body, struct message_command *out);

/* Acknowledged, with the facts that the command asks for. */
void message_append_answer(struct buf *out, const struct message_style *style,
    const struct roster_phone *phone, const struct message_command *command);

#endif
