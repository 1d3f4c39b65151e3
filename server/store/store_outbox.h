/*
 * store_outbox: what is to be told and was: notices to persons and the mails
 * they are gathered into, events to programs and their delivery to webhooks.
 * The rules are those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_OUTBOX_H
#define SERVER_STORE_STORE_OUTBOX_H

#include "server/store/store.h"

#define STORE_URL 513 /* an address of a webhook, with NUL */
#define STORE_NOTICE_WHAT 256
/* A sealed secret of a webhook: 64 characters and the seal at most. */
#define STORE_HOOK_SECRET 160

/* ---- notice: one thing to tell one person ---- */

/* Stored as numbers: never renumber. */
enum notice_state {
	NOTICE_WAITING = 0,
	NOTICE_MAILED = 1,
	NOTICE_GIVEN_UP = 2,
	NOTICE_DROPPED = 3, /* no longer true when its turn came */
	NOTICE_NOWHERE = 4, /* the person has no address */
	NOTICE_STATE_COUNT
};

struct notice_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	int kind; /* enum notice_kind, service/notify.h */
	enum notice_state state;
	char person_id[STORE_ID];
	char about_id[STORE_ID]; /* "", as all ids below: none */
	char task_id[STORE_ID];
	char case_id[STORE_ID];
	char receipt_id[STORE_ID];
	char device_id[STORE_ID];
	char what[STORE_NOTICE_WHAT];
	int64_t day;
	char mail_id[STORE_ID]; /* the mail that carries it; "": none yet */
	int64_t due_at;
	int64_t created_at;
	int64_t closed_at;
};

int store_notice_insert(
    struct txn *txn, const struct notice_row *row, struct err *err);
/* State, mail_id and closed_at. */
int store_notice_update(
    struct txn *txn, const struct notice_row *row, struct err *err);
/* The waiting one of the same person, kind, ids and day. */
int store_notice_find_waiting(struct txn *txn, const struct notice_row *like,
    struct notice_row *out, struct err *err);
typedef int store_notice_fn(void *arg, const struct notice_row *row);
/* A person's that wait and are in no mail, by due_at. */
int store_notice_each_waiting(struct txn *txn, const char *org_id,
    const char *person_id, int limit, store_notice_fn *fn, void *arg,
    struct err *err);
/* What a mail carries, oldest first. */
int store_notice_each_mail(struct txn *txn, const char *mail_id,
    store_notice_fn *fn, void *arg, struct err *err);
/* Waiting ones, in no mail, of a task or of a case become dropped. */
int store_notice_drop_task(struct txn *txn, const char *org_id,
    const char *task_id, int64_t now, struct err *err);
int store_notice_drop_case(struct txn *txn, const char *org_id,
    const char *case_id, int64_t now, struct err *err);
/* Closed before that time: gone, at most limit; *count how many. */
int store_notice_purge(struct txn *txn, int64_t before, int limit,
    int64_t *count, struct err *err);

/* ---- mail ---- */

/* Stored as numbers: never renumber. */
enum mail_state {
	MAIL_WAITING = 0,
	MAIL_SENT = 1,
	MAIL_GIVEN_UP = 2,
	MAIL_DROPPED = 3, /* nothing was left to say */
	MAIL_STATE_COUNT
};

struct mail_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char person_id[STORE_ID];
	enum mail_state state;
	int64_t attempts;
	char result[256]; /* one sentence, of the last attempt */
	int64_t created_at;
	int64_t next_at;
	int64_t first_at;  /* first attempt */
	int64_t trying_at; /* an attempt began and its end is not known */
	int64_t closed_at;
};

/* What may change: state, attempts, result and the times but created_at. One
 * waiting mail a person: -ERR_CONFLICT. */
int store_mail_save(
    struct txn *txn, const struct mail_row *row, struct err *err);
int store_mail_load(struct txn *txn, const char *org_id, const char *id,
    struct mail_row *out, struct err *err);
/* The waiting one of a person. */
int store_mail_find_waiting(struct txn *txn, const char *org_id,
    const char *person_id, struct mail_row *out, struct err *err);
typedef int store_mail_fn(void *arg, const struct mail_row *row);
/* Of every organisation, waiting, whose next_at has come, by next_at. */
int store_mail_each_due(struct txn *txn, int64_t now, int limit,
    store_mail_fn *fn, void *arg, struct err *err);
/* When the person was sent one last; 0: never. */
int store_mail_last_sent(struct txn *txn, const char *org_id,
    const char *person_id, int64_t *out, struct err *err);
/* After a start: attempts whose end is not known are due now. */
int store_mail_resume(struct txn *txn, int64_t now, struct err *err);
/* state -1: any; in id order behind after_id. */
int store_mail_each(struct txn *txn, const char *org_id, int state,
    const char *after_id, int limit, store_mail_fn *fn, void *arg,
    struct err *err);
int store_mail_purge(struct txn *txn, int64_t before, int limit, int64_t *count,
    struct err *err);

struct mail_counts {
	int64_t waiting;   /* not sent */
	int64_t oldest_at; /* the oldest waiting one; 0: none */
	int64_t sent;      /* since the time asked about */
	int64_t given_up;  /* the same */
};
int store_mail_count(struct txn *txn, const char *org_id, int64_t since,
    struct mail_counts *out, struct err *err);

/* The clock went back: what waits for a time behind `latest` is due at now:
 * mails, deliveries, webhooks. */
int store_outbox_rewind(
    struct txn *txn, int64_t latest, int64_t now, struct err *err);

/* ---- webhook ---- */

struct webhook_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char url[STORE_URL];
	char events[1024]; /* words, a blank before and behind each; "": all */
	uint8_t secret[STORE_HOOK_SECRET]; /* sealed, "webhook:<id>" */
	size_t secret_len;
	uint8_t former_secret[STORE_HOOK_SECRET]; /* signs too, until … */
	size_t former_secret_len;
	int64_t former_until;
	char created_by[LIMIT_NAME + 1];
	int64_t created_at;
	char removed_by[LIMIT_NAME + 1];
	int64_t removed_at;    /* 0: in use */
	char stopped_why[256]; /* the receiver said it is gone */
	int64_t stopped_at;    /* 0: not */
	int64_t failures;      /* in a row, of the receiver as such */
	int64_t next_at;       /* not tried before */
};

/* What may change: all but url and created_*. */
int store_webhook_save(
    struct txn *txn, const struct webhook_row *row, struct err *err);
int store_webhook_load(struct txn *txn, const char *org_id, const char *id,
    struct webhook_row *out, struct err *err);
typedef int store_webhook_fn(void *arg, const struct webhook_row *row);
/* Those in use; org_id NULL: of every organisation. */
int store_webhook_each(struct txn *txn, const char *org_id,
    store_webhook_fn *fn, void *arg, struct err *err);

/* ---- event and delivery ---- */

#define STORE_EVENT_BODY 2048

struct event_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char kind[64];
	char body[STORE_EVENT_BODY]; /* the JSON that is sent */
	int64_t created_at;
};
int store_event_insert(
    struct txn *txn, const struct event_row *row, struct err *err);
int store_event_load(struct txn *txn, const char *org_id, const char *id,
    struct event_row *out, struct err *err);

/* Stored as numbers: never renumber. */
enum delivery_state {
	DELIVERY_WAITING = 0,
	DELIVERY_DONE = 1,
	DELIVERY_GIVEN_UP = 2,
	DELIVERY_DROPPED = 3, /* the webhook was removed */
	DELIVERY_STATE_COUNT
};

struct delivery_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char webhook_id[STORE_ID];
	char event_id[STORE_ID];
	enum delivery_state state;
	int64_t attempts; /* since it was queued or replayed */
	int64_t status;   /* HTTP status of the last answer; 0: none came */
	char result[256];
	int64_t created_at;
	int64_t next_at;
	int64_t first_at; /* first attempt since then */
	int64_t closed_at;
};

/* What may change: state, attempts, status, result, next_at, first_at,
 * closed_at. */
int store_delivery_save(
    struct txn *txn, const struct delivery_row *row, struct err *err);
int store_delivery_load(struct txn *txn, const char *org_id, const char *id,
    struct delivery_row *out, struct err *err);
typedef int store_delivery_fn(void *arg, const struct delivery_row *row);
/* Waiting, whose next_at has come, in the order they were caused. */
int store_delivery_each_due(struct txn *txn, const char *webhook_id,
    int64_t now, int limit, store_delivery_fn *fn, void *arg, struct err *err);
/* webhook_id NULL: any; state -1: any; in id order behind after_id. */
int store_delivery_each(struct txn *txn, const char *org_id,
    const char *webhook_id, int state, const char *after_id, int limit,
    store_delivery_fn *fn, void *arg, struct err *err);
/* All that wait for a webhook become dropped. */
int store_delivery_drop(
    struct txn *txn, const char *webhook_id, int64_t now, struct err *err);
/* Closed ones caused from since on wait again; *count how many. */
int store_delivery_replay(struct txn *txn, const char *webhook_id,
    int64_t since, int64_t now, int64_t *count, struct err *err);
/* Waiting ones caused before are given up: nobody was there all that time. */
int store_delivery_expire(
    struct txn *txn, int64_t before, int64_t now, struct err *err);
/* Closed ones and events without any, caused before: gone. */
int store_event_purge(struct txn *txn, int64_t before, int limit,
    int64_t *count, struct err *err);

struct delivery_counts {
	int64_t waiting;
	int64_t oldest_at; /* when the oldest waiting one was caused; 0 */
	int64_t done;      /* since the time asked about */
	int64_t given_up;  /* the same */
};
int store_delivery_count(struct txn *txn, const char *webhook_id, int64_t since,
    struct delivery_counts *out, struct err *err);

#endif
