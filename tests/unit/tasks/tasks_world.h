/*
 * tasks_world: one municipality with its real pack, two units, a few people and
 * a clock that the test moves; the real services over a real database.
 */
#ifndef TESTS_UNIT_TASKS_TASKS_WORLD_H
#define TESTS_UNIT_TASKS_TASKS_WORLD_H

#include "policies/pack.h"
#include "server/service/service.h"
#include "server/store/store_equipment.h"
#include "server/store/store_evidence.h"
#include "server/store/store_people.h"
#include "server/store/store_task.h"

#define WORLD_TOP "00000000-0000-7000-8000-0000000000a0"
#define WORLD_UNIT "00000000-0000-7000-8000-0000000000a1"
#define WORLD_DIRECTOR "00000000-0000-7000-8000-0000000000b0"
#define WORLD_MANAGER "00000000-0000-7000-8000-0000000000b1"
#define WORLD_ASTRID "00000000-0000-7000-8000-0000000000b2"
#define WORLD_OLLE "00000000-0000-7000-8000-0000000000b3"

extern struct service world;
extern int64_t world_now;

/*
 * Monday 2026-03-02, nine in the morning. Kim leads the top, Maria the unit
 * below it; Astrid and Olle work in that unit: everybody since 2020-01-01.
 */
void world_begin(const char *pack);
void world_end(void);

/* A test in the world of a pack, which lives as long as the test. */
#define WORLD_TEST(test, pack) WORLD_TEST_FROM(test, world_set_up, pack)
#define WORLD_TEST_FROM(test, set_up, pack)                                    \
	cmocka_unit_test_prestate_setup_teardown(                              \
	    test, set_up, world_tear_down, (void *)(uintptr_t)(pack))
int world_set_up(void **state);
int world_tear_down(void **state);

struct actor world_actor(void);
void world_pass(int64_t ms);
/* Sets the clock to this local day at this hour. */
void world_at(const char *day, int hour);
int32_t world_day(const char *day);

/* Runs store_write() and fails the test when it fails. */
void world_write(store_fn *fn, void *arg);

/* A person employed in the unit since the day. */
void world_person(const char *id, const char *name, const char *unit_id,
    unsigned roles, const char *from);
void world_unit_save(const struct unit_row *unit);
struct unit_row world_unit_load(const char *id);
/* Ends all employments of the person with this day. */
void world_leave(const char *person_id, const char *day);
/* until "": not known. Returns its id in out. */
void world_absence(const char *person_id, const char *deputy_id,
    const char *from, const char *until, char out[STORE_ID]);
void world_absence_void(const char *id);
/* Evidence about a person, observed now. */
void world_evidence(const char *person_id, const char *fact, const char *word);

/* Lets the periodic work make its whole round. */
void world_round(void);

/* How many tasks there are; NULL: any. */
unsigned world_count(const char *person_id, const char *rule, bool only_open);
/* The newest such task; fails when there is none. */
struct task_row world_task(const char *person_id, const char *rule);
/* A link to it: its token. */
void world_link(const char *task_id, char token[41]);

#endif
