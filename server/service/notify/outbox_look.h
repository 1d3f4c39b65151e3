/*
 * outbox_look: what waits to be sent, what was, and what is in its way; for the
 * status page and `workphone outbox`.
 */
#ifndef SERVER_SERVICE_NOTIFY_OUTBOX_LOOK_H
#define SERVER_SERVICE_NOTIFY_OUTBOX_LOOK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/store/store_outbox.h"

struct actor;
struct err;
struct service;

/* What the sending thread knows of the mail server; nothing is stored. */
struct outbox_health {
	pthread_mutex_t lock;
	const char *server;    /* "smtp.example.org:587" */
	int64_t failing_since; /* 0: it is not */
	int64_t retry_at;
	char error[256];
};

struct outbox_view {
	bool by_mail; /* a mail server is set */
	char server[256];
	struct mail_counts mails; /* sent, given up: in the last 24 h */
	int64_t failing_since;
	int64_t retry_at;
	char error[256];
};
int service_outbox_view(struct service *service, const struct actor *actor,
    struct outbox_view *out, struct err *err);

struct mail_view {
	struct mail_row mail;
	char person_name[LIMIT_NAME + 1];
	struct notice_row notices[8]; /* the first it carries or would */
	size_t notice_count;          /* of these */
};
typedef int service_mail_fn(void *arg, const struct mail_view *view);
/* state -1: any. Behind after_id (NULL: from the start), limit 0: all. */
int service_mail_each(struct service *service, const struct actor *actor,
    int state, const char *after_id, int limit, service_mail_fn *fn, void *arg,
    struct err *err);
/* Waiting: at once. Given up: waits again, at once. -ERR_CONFLICT otherwise. */
int service_mail_retry(struct service *service, const struct actor *actor,
    const char *mail_id, struct mail_view *out, struct err *err);

#endif
