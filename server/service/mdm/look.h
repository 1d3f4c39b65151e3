/*
 * look: lists for people that service.h has no use case for: enrolment links,
 * commands with the phone they are for, raw answers, and the line of counts.
 * Only reading; each call is one store_read().
 */
#ifndef SERVER_SERVICE_MDM_LOOK_H
#define SERVER_SERVICE_MDM_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "server/store/store.h"

struct err;
struct actor;
struct service;

/*
 * How far a link has come at the time now: "unused", "profile_given",
 * "certificate_issued", "enrolled", or "expired" when its time ran out before
 * the phone had enrolled. Static text.
 */
const char *service_link_state(const struct link *link, int64_t now);

/* Every link of the organisation, newest first. */
int service_link_each(struct service *service, const struct actor *actor,
    store_link_fn *fn, void *arg, struct err *err);

struct command_view {
	struct command command;
	struct device device;
};
struct command_view_filter {
	const char *device; /* as for service_device_find(); NULL: any */
	bool only_open;
	int limit; /* at least 1 */
};
typedef int service_command_fn(void *arg, const struct command_view *view);

/*
 * Newest first. *more says that there are others behind the limit.
 * -ERR_NOT_FOUND, -ERR_CONFLICT: the device is none or several.
 */
int service_command_each(struct service *service, const struct actor *actor,
    const struct command_view_filter *filter, service_command_fn *fn, void *arg,
    bool *more, struct err *err);

/* The raw answers to one command of our organisation, in order of arrival. */
int service_answer_each(struct service *service, const struct actor *actor,
    const char *command_id, store_answer_fn *fn, void *arg, struct err *err);

struct status_view {
	struct organisation organisation;
	struct policy_row policy; /* newest in force; pack "" when none */
	struct store_counts counts;
};
int service_status_load(struct service *service, const struct actor *actor,
    struct status_view *out, struct err *err);

#endif
