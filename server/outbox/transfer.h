/*
 * transfer: what is under way: one mail or one event, its libcurl handle, and
 * what came of it. Private to server/outbox.
 */
#ifndef SERVER_OUTBOX_TRANSFER_H
#define SERVER_OUTBOX_TRANSFER_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "proto/base/buf.h"
#include "server/outbox/mail_text.h"
#include "server/outbox/outbox.h"
#include "server/store/store_outbox.h"

struct task_world;
struct tenant;

#define MAIL_ITEMS_MAX 40 /* notices in one mail; the rest goes in the next */
#define MAILS_AT_ONCE 4   /* connections to the mail server */
#define HOOKS_AT_ONCE 32
#define HOOK_AT_ONCE 4 /* to one receiver; one while it fails */

/* How a transfer ended. */
enum outcome {
	OUTCOME_SENT,
	OUTCOME_REFUSED, /* this one was; another may pass */
	OUTCOME_DOWN,    /* the other side as such cannot be used */
	OUTCOME_AGAIN,   /* an old connection was gone: at once anew */
	OUTCOME_UNKNOWN, /* handed over, and no answer came */
	OUTCOME_GONE,    /* a webhook that asks for no more */
};

/* One mail, taken by mail_take(). */
struct mail_try {
	struct mail_row mail;
	bool is_repeat; /* of an attempt whose end is not known */
	const struct tenant *tenant;
	char name[LIMIT_NAME + 1];
	char address[LIMIT_NAME + 1];
	enum notice_language language;
	struct notice_row notices[MAIL_ITEMS_MAX];
	struct mail_item items[MAIL_ITEMS_MAX];
	size_t count;
};

/* One delivery, taken by hook_take(). */
struct hook_try {
	struct delivery_row delivery;
	struct webhook_row webhook;
	struct event_row event;
};

struct transfer {
	struct transfer *next;
	struct outbox *outbox;
	struct mail_try *mail; /* one of the two; owned */
	struct hook_try *hook;
	CURL *easy;
	struct curl_slist *list; /* recipients or headers */
	struct buf body;
	size_t given;    /* bytes of it that libcurl took */
	size_t received; /* bytes of the answer */
	bool is_inner;   /* an address was refused */
	bool is_fresh;   /* on a connection of its own */
	char curl_error[CURL_ERROR_SIZE];
	bool has_ended;
	enum outcome outcome;
	long status;         /* of the last answer; 0: none */
	int64_t retry_after; /* ms; 0: not said */
	char sentence[256];
};

struct outbox {
	struct outbox_config config;
	struct service *service;
	CURLM *multi;
	struct transfer *transfers;
	unsigned mails_under_way;
	unsigned hooks_under_way;
	char hello[256];
	struct {
		int64_t failures; /* in a row */
		int64_t retry_at;
		int64_t minute;   /* begins */
		unsigned sent;    /* in it */
		bool wants_fresh; /* an old connection was gone */
	} mail_server;
	int64_t last_now; /* the clock may go back */
	int64_t tidy_at;
	bool is_resumed;
	pthread_t thread;
	bool is_started;
	atomic_bool stopping;
};

/* ---- mail_take.c ---- */

enum { TAKE_NOTHING = 0, TAKE_SEND = 1 };

/*
 * Takes one waiting mail: what it is to say, links for it, and the mark that
 * an attempt began, in one transaction. TAKE_SEND, TAKE_NOTHING (nothing left
 * to say, or not yet) or a negative code.
 */
int mail_take(struct outbox *outbox, const struct mail_row *mail,
    struct mail_try *out, struct err *err);

/* ---- mail_finish.c ---- */

/* created_by of the links in it. */
void mail_maker(const struct mail_row *mail, char out[LIMIT_NAME + 1]);
/* No more attempts; its notices become state. */
int mail_give_up(struct txn *txn, struct outbox *outbox, struct mail_try *mail,
    enum notice_state state, int64_t now, struct err *err);
/* Writes down how it ended. */
int mail_finish(
    struct outbox *outbox, const struct transfer *transfer, struct err *err);

/* ---- mail_send.c, hook_send.c: the handle; how it ended ---- */

int mail_send_prepare(struct transfer *transfer, struct err *err);
void mail_send_ended(struct transfer *transfer, CURLcode code);
/* Checks what can be checked beforehand. */
int mail_send_check(struct outbox *outbox, struct err *err);
int hook_send_prepare(struct transfer *transfer, struct err *err);
void hook_send_ended(struct transfer *transfer, CURLcode code);

/* ---- hook_take.c ---- */

/* The next delivery that is due and not under way. TAKE_SEND, … */
int hook_take(struct outbox *outbox, struct hook_try *out, struct err *err);
int hook_finish(
    struct outbox *outbox, const struct transfer *transfer, struct err *err);

/* ---- outbox_tidy.c ---- */

/* After a start, after the clock went back, and once an hour. */
int outbox_tidy(struct outbox *outbox, int64_t now, struct err *err);

#endif
