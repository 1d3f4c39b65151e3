/*
 * roster_period: the employment that a source says of a person, and which of
 * the person's periods it is. For roster_employment.c and roster_period.c only.
 *
 * An employment of the source is a chain of periods, one behind the other:
 * another unit or other roles begin another period, today or on the day that is
 * said. So who was where on which day stays true.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_PERIOD_H
#define SERVER_SERVICE_ROSTER_ROSTER_PERIOD_H

#include "server/service/roster/roster_inside.h"

/* Of one person; older ones are over long since. */
#define ROSTER_PERIODS_MAX 64

struct roster_periods {
	struct employment_row rows[ROSTER_PERIODS_MAX]; /* oldest first */
	size_t count;
	bool is_used[ROSTER_PERIODS_MAX]; /* named by the source, or claimed */
};

/* One employment as it is said. */
struct roster_wanted {
	const struct roster_employment *said;
	size_t unit; /* ROSTER_INDEX_NONE: as it is, or none */
	bool says_unit;
	int64_t from; /* 0: as it is */
	int64_t to;   /* 0: open end */
	bool says_to;
};

/* While the employments of one person are looked at. */
struct roster_employing {
	struct roster_look *look;
	struct plan_person *person;
	struct buf *words;
	struct roster_periods periods;
	int32_t today;
	bool was_over; /* said to be over before it was known */
};

/* Indices of the periods of this source with this key, oldest first. */
struct roster_chain {
	size_t at[ROSTER_PERIODS_MAX];
	size_t count;
};

/* A store_employment_fn of struct roster_periods. */
int roster_period_note(void *arg, const struct employment_row *row);
bool roster_period_is_over(const struct employment_row *row, int32_t today);

/* 1: it cannot be, which is noted as a fault. */
int roster_wanted_take(struct roster_employing *at,
    const struct roster_employment *said, struct roster_wanted *out);

/* Which periods are meant; they count as used from now on. */
void roster_chain_find(struct roster_employing *at,
    const struct roster_wanted *wanted, struct roster_chain *out);

#endif
