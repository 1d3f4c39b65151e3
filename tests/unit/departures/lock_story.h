/*
 * lock_story: Ture Alm leaves with S1, answers nothing, and it is locked; how far
 * that has come. For the tests of locking and of letting go.
 */
#ifndef TESTS_UNIT_DEPARTURES_LOCK_STORY_H
#define TESTS_UNIT_DEPARTURES_LOCK_STORY_H

#include "tests/unit/departures/leaver_world.h"

#include "server/lifecycle/phone.h"

struct orders {
	const char *serial;
	const char *type;
	unsigned count;
	unsigned standing; /* not cancelled, not failed */
};
struct orders orders_of(const char *serial, const char *type);
struct lost_mode_row lost_mode_of(const char *serial);
enum phone_state phone_of(const char *serial);
/* Supervised in its new life, too. */
void enrols_anew(const char *serial, const char *name);

/* Each goes on from the one before it. */
void leaves(void);
void goes_silent(void);
void is_locked(void);
/* The employment, on the day before; "" takes the end back. */
void ends(const char *to);
/* By a person, without a departure. */
void report_lost(void);

#endif
