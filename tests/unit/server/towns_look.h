/*
 * towns_look: what the ledger holds now of a person of the first town, with all
 * that hangs on them.
 */
#ifndef TESTS_UNIT_SERVER_TOWNS_LOOK_H
#define TESTS_UNIT_SERVER_TOWNS_LOOK_H

#include "tests/unit/server/two_towns.h"

#define TOWNS_LOOK_MAX 16

/* More than TOWNS_LOOK_MAX are counted only. */
struct towns_look {
	struct employment_row employments[TOWNS_LOOK_MAX];
	struct absence_row absences[TOWNS_LOOK_MAX];
	struct assignment_row assignments[TOWNS_LOOK_MAX];
	int employed;
	int away;
	int held;
};

/* By id, external id, mail or name; fails the test with the sentence. */
struct person_view towns_person(const char *text, struct towns_look *look);
int towns_count_people(void);
/* Of "2026-11-22". */
int32_t towns_day(const char *text);

#endif
