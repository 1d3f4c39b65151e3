#include "server/service/task/task_clock.h"

#include <stddef.h>

#include "proto/base/time.h"

#define MORNING_MINUTE (8 * 60)

/* Eight in the morning of the first working day not before the day. */
static int64_t morning_of(const struct calendar_place *place, int32_t day)
{
	return calendar_next_working_day_at(place, day - 1, MORNING_MINUTE);
}

static int64_t min_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void expire_set(struct task_row *task,
    const struct calendar_place *place, const struct task_terms *terms,
    int64_t until_day)
{
	int64_t end;

	task->expires_at =
	    terms->expire_ms ? task->created_at + terms->expire_ms : 0;
	if (until_day == 0)
		return;
	end = calendar_day_ends(place->zone, (int32_t)until_day);
	if (task->expires_at == 0 || end < task->expires_at)
		task->expires_at = end;
	/* Due after the absence is over would be no due date at all. */
	task->due_at = min_of(task->due_at, end);
}

/* Terms under a day ("8h" at the start of an absence) are kept to the minute;
 * longer ones are days, and a day lasts until its end. */
static int64_t due_at(
    const struct calendar_place *place, int64_t asked, int64_t due_ms)
{
	if (due_ms < TIME_DAY_MS)
		return asked + due_ms;
	return calendar_day_ends(
	    place->zone, calendar_day_at(place->zone, asked + due_ms));
}

static int64_t remind_at(
    const struct calendar_place *place, int64_t asked, int64_t remind_ms)
{
	if (remind_ms == 0)
		return 0;
	if (remind_ms < TIME_DAY_MS)
		return asked + remind_ms;
	return morning_of(
	    place, calendar_day_at(place->zone, asked + remind_ms));
}

/* Never on the due day itself: it lasts until its end. */
static int64_t escalate_at(
    const struct calendar_place *place, int64_t asked, int64_t escalate_ms)
{
	if (escalate_ms == 0)
		return 0;
	if (escalate_ms < TIME_DAY_MS)
		return asked + escalate_ms;
	return calendar_next_working_day_at(place,
	    calendar_day_at(place->zone, asked + escalate_ms), MORNING_MINUTE);
}

void task_clock_set(struct task_row *task, const struct calendar_place *place,
    const struct task_terms *terms, int64_t until_day)
{
	int64_t asked = task->created_at;

	task->due_at = due_at(place, asked, terms->due_ms);
	expire_set(task, place, terms, until_day);
	task->remind_at = remind_at(place, asked, terms->remind_ms);
	task->escalate_at = escalate_at(place, asked, terms->escalate_ms);
	/* A reminder that comes with the escalation or later says nothing. */
	if (task->escalate_at && task->remind_at >= task->escalate_at)
		task->remind_at = 0;
	task->next_at = task_clock_next(task);
}

static bool has_come(int64_t at, int64_t now)
{
	return at != 0 && at <= now;
}

bool task_clock_event(
    const struct task_row *task, int64_t now, enum task_event *out)
{
	if (!task_is_open(task->state))
		return false;
	if (has_come(task->expires_at, now))
		*out = TASK_EVENT_EXPIRE;
	else if (task->state != TASK_ESCALATED &&
	    has_come(task->escalate_at, now))
		*out = TASK_EVENT_ESCALATE;
	else if (task->state == TASK_OPEN && has_come(task->remind_at, now))
		*out = TASK_EVENT_REMIND;
	else
		return false;
	return true;
}

int64_t task_clock_next(const struct task_row *task)
{
	int64_t next = 0;
	int64_t times[3] = {0, 0, 0};
	size_t i;

	if (!task_is_open(task->state))
		return 0;
	if (task->state == TASK_OPEN)
		times[0] = task->remind_at;
	if (task->state != TASK_ESCALATED)
		times[1] = task->escalate_at;
	times[2] = task->expires_at;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] && (next == 0 || times[i] < next))
			next = times[i];
	return next;
}
