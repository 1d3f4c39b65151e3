/*
 * outbox: the thread that sends what notify.h wrote down: mails by SMTP,
 * events by HTTPS. It asks the store what is due, keeps many transfers under
 * way at once (libcurl), and writes down how each ended. It promises "at least
 * once": a mail or an event that was taken but whose end could not be written
 * down is sent again, under the same Message-ID or webhook-id.
 *
 * outbox_new() reads nothing and starts nothing; outbox_turn() is one round of
 * the loop, so that tests can drive it by their own clock.
 */
#ifndef SERVER_OUTBOX_OUTBOX_H
#define SERVER_OUTBOX_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/secret.h"
#include "server/outbox/inner_address.h"

struct err;
struct outbox;
struct service;

enum mail_security {
	MAIL_STARTTLS, /* refused by the server: nothing is sent */
	MAIL_TLS,      /* from the first byte (port 465) */
	MAIL_PLAIN,    /* loopback only; outbox_new() refuses others */
};

/* Texts are borrowed for as long as the outbox lives. */
struct outbox_config {
	struct {
		const char *server; /* "smtp.example.org:587"; "": none */
		enum mail_security security;
		const char *user; /* "": no AUTH */
		struct secret password;
		const char *from;     /* address */
		const char *reply_to; /* "": none */
		const char *hello;    /* our name; "": from's domain */
		struct secret ca;     /* PEM; empty: the system's */
		int64_t gap_ms;       /* between two mails to one person */
		int64_t give_up_ms;
		unsigned per_minute;
	} mail;
	struct {
		struct inner_allowed allowed;
		bool plain_http; /* http:// too */
		struct secret ca;
		int64_t timeout_ms; /* of one attempt, all in all */
		int64_t give_up_ms;
		int64_t keep_ms; /* events, for replay */
	} hooks;
};

/* Takes over the secrets within config. -ERR_INVALID: a setting cannot be. */
int outbox_new(struct outbox_config *config, struct service *service,
    struct outbox **out, struct err *err);
/* Takes NULL; stopped first. */
void outbox_free(struct outbox *outbox);

int outbox_start(struct outbox *outbox, struct err *err);
/* What is under way gets a few seconds to end. Takes NULL. */
void outbox_stop(struct outbox *outbox);

/*
 * Begins what is due, moves what is under way for at most wait_ms and writes
 * down what has ended. 0, or the number of transfers under way.
 */
int outbox_turn(struct outbox *outbox, int wait_ms, struct err *err);

#endif
