/*
 * webhook: a program that is told of events: added with an address and the
 * kinds it wants, known by a secret that is shown once and lies sealed. What is
 * sent to it is notify.h's to write and outbox's to send.
 */
#ifndef SERVER_SERVICE_NOTIFY_WEBHOOK_H
#define SERVER_SERVICE_NOTIFY_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#include "server/store/store_outbox.h"

struct actor;
struct err;
struct service;

#define WEBHOOKS_MAX 64 /* of one organisation */
/* After a new secret the former one signs as well, for this long. */
#define WEBHOOK_OVERLAP_MS (24 * TIME_HOUR_MS)

/* "whsec_" and base64 of 32 bytes, as Standard Webhooks writes it. */
#define WEBHOOK_SECRET_MAX 64

/* What its secret is sealed for. */
#define WEBHOOK_CONTEXT_MAX 64
void webhook_context(const char *webhook_id, char out[WEBHOOK_CONTEXT_MAX]);

struct webhook_view {
	struct webhook_row row;        /* without secrets */
	struct delivery_counts counts; /* done, given up: in the last 24 h */
};

/*
 * events: words parted by blanks; NULL or "": every kind. -ERR_INVALID: no
 * https:// address, or an unknown kind; -ERR_LIMIT: there are too many.
 */
int service_webhook_add(struct service *service, const struct actor *actor,
    const char *url, const char *events, struct webhook_view *out,
    char secret[WEBHOOK_SECRET_MAX], struct err *err);

typedef int service_webhook_fn(void *arg, const struct webhook_view *view);
/* Those in use, in id order. */
int service_webhook_each(struct service *service, const struct actor *actor,
    service_webhook_fn *fn, void *arg, struct err *err);
int service_webhook_load(struct service *service, const struct actor *actor,
    const char *id, struct webhook_view *out, struct err *err);

/* What waits for it is dropped. */
int service_webhook_remove(struct service *service, const struct actor *actor,
    const char *id, struct webhook_view *out, struct err *err);
/* A new secret, shown once. */
int service_webhook_rotate(struct service *service, const struct actor *actor,
    const char *id, struct webhook_view *out, char secret[WEBHOOK_SECRET_MAX],
    struct err *err);
/* At once, and again after the receiver said that it is gone. */
int service_webhook_start(struct service *service, const struct actor *actor,
    const char *id, struct webhook_view *out, struct err *err);
/* An event "webhook.test" for this one alone. */
int service_webhook_test(struct service *service, const struct actor *actor,
    const char *id, struct delivery_row *out, struct err *err);

/*
 * Events caused since then that were delivered or given up are sent once more,
 * with the bytes and the webhook-id they had. delivery_id: this one alone;
 * NULL: all. *count how many wait again.
 */
int service_webhook_replay(struct service *service, const struct actor *actor,
    const char *id, const char *delivery_id, int64_t since, int64_t *count,
    struct err *err);

struct delivery_view {
	struct delivery_row row;
	char kind[64]; /* of the event */
};
typedef int service_delivery_fn(void *arg, const struct delivery_view *view);
/* state -1: any. Behind after_id (NULL: from the start). */
int service_delivery_each(struct service *service, const struct actor *actor,
    const char *webhook_id, int state, const char *after_id, int limit,
    service_delivery_fn *fn, void *arg, struct err *err);

#endif
