/*
 * notify_mail: the mail that gathers the notices of a person. Private to notify and the outbox.
 */
#ifndef SERVER_SERVICE_NOTIFY_NOTIFY_MAIL_H
#define SERVER_SERVICE_NOTIFY_NOTIFY_MAIL_H

#include <stdint.h>

struct err;
struct service;
struct txn;

/* A waiting mail of a person who has none; it takes in what waits then. */
int notify_mail_open(struct txn *txn, struct service *service,
    const char *org_id, const char *person_id, int64_t at, struct err *err);
/* After one was closed: another, when notices wait that were not in it. */
int notify_mail_follow(struct txn *txn, struct service *service,
    const char *org_id, const char *person_id, struct err *err);

#endif
