/*
 * task_tell: what the opening, the reminder, the escalation and the end of a
 * task tell people and programs (notify.h). Private to the task files.
 */
#ifndef SERVER_SERVICE_TASK_TASK_TELL_H
#define SERVER_SERVICE_TASK_TASK_TELL_H

#include "server/lifecycle/task.h"

struct err;
struct task_row;
struct task_world;
struct txn;

int task_tell_asked(struct txn *txn, const struct task_world *world,
    const struct task_row *task, struct err *err);
/* After the event was applied to the task. */
int task_tell_event(struct txn *txn, const struct task_world *world,
    const struct task_row *task, enum task_event event, struct err *err);

#endif
