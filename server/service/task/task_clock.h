/*
 * task_clock: when a task reminds, is due, escalates and expires, and which of
 * them has come. Due dates are local civil days of the organisation, until the
 * end of the day, or hours when the term is shorter than a day; people are reminded, and managers told, at eight in the
 * morning of a working day. Pure.
 */
#ifndef SERVER_SERVICE_TASK_TASK_CLOCK_H
#define SERVER_SERVICE_TASK_TASK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "policies/calendar.h"
#include "server/store/store_task.h"

/* How long, after it was asked for. 0: none. */
struct task_terms {
	int64_t remind_ms;
	int64_t due_ms;
	int64_t escalate_ms;
	int64_t expire_ms; /* 0: never */
};

/*
 * Sets remind_at, due_at, escalate_at, expires_at and next_at of a new row from
 * its created_at. until_day: the last day it makes sense (an absence's), 0:
 * none; then it expires with that day.
 */
void task_clock_set(struct task_row *task, const struct calendar_place *place,
    const struct task_terms *terms, int64_t until_day);

/* What has come by now and was not done yet. False: nothing. */
bool task_clock_event(
    const struct task_row *task, int64_t now, enum task_event *out);

/* After state or times changed: when it is to be looked at next; 0: never. */
int64_t task_clock_next(const struct task_row *task);

#endif
