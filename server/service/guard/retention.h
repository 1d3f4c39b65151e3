/*
 * retention: personal data go when the time that the organisation set is over:
 * of people whose last employment ended so long ago, who hold nothing, have no
 * case open and stand under no hold. The row, its id and the chain of the audit
 * stay; what said who it was is gone.
 */
#ifndef SERVER_SERVICE_GUARD_RETENTION_H
#define SERVER_SERVICE_GUARD_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/err.h"
#include "server/store/store_people.h"

struct actor;
struct err;
struct service;

struct retention_settings {
	int64_t people_after_ms;   /* 0: never */
	int64_t evidence_after_ms; /* bodies of reports; 0: never */
};

struct retention_person {
	char id[STORE_ID];
	char name[LIMIT_NAME + 1]; /* as it was; "" once purged */
	int64_t last_day;          /* of the last employment */
	bool is_due;
	char why_not[ERR_TEXT_MAX]; /* "" when due */
};
struct retention_report {
	unsigned looked_at;
	unsigned due;     /* dry run: would be purged; else: were */
	unsigned kept;    /* their time is over, something keeps them */
	unsigned reports; /* of evidence, emptied */
};
typedef int service_retention_fn(
    void *arg, const struct retention_person *person);
/* Everybody whose time is over. dry_run: nothing is changed. */
int service_retention_run(struct service *service, const struct actor *actor,
    bool dry_run, service_retention_fn *fn, void *arg,
    struct retention_report *out, struct err *err);

/* Once a night; of service_keep_going(). */
int service_retention_keep_going(struct service *service, struct err *err);

#endif
