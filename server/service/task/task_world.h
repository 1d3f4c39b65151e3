/*
 * task_world: what the task use cases know before they look at anybody: the
 * organisation's pack, its calendar, today; and one person as planning sees
 * them. Private to the task files.
 */
#ifndef SERVER_SERVICE_TASK_TASK_WORLD_H
#define SERVER_SERVICE_TASK_TASK_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "policies/calendar.h"
#include "policies/pack.h"
#include "server/store/store_people.h"
#include "server/store/store_task.h"

struct err;
struct service;
struct txn;

/* The first who holds each role today; found once for many units. */
struct task_holders {
	bool is_known;
	char ids[PACK_ROLE_COUNT][STORE_ID]; /* by the number of the bit */
};

struct task_world {
	struct service *service;
	char org_id[STORE_ID];
	char organisation[LIMIT_NAME + 1]; /* its name */
	char language[8];                  /* of its people */
	const struct pack *pack;           /* NULL: none in force */
	char pack_hash[STORE_SHA256];
	struct calendar_place place;
	int64_t now;
	int32_t today;
	struct task_holders *holders; /* NULL: looked for each time */
};

/* -ERR_NOT_FOUND: no such organisation is served here. */
int task_world_init(struct service *service, const char *org_id,
    struct task_world *out, struct err *err);

/* What began longer ago is no occasion any more: a system that starts today
 * does not ask who was employed ten years ago for a first statement. */
#define TASK_OCCASION_DAYS 90

struct task_person {
	struct person_row row;
	unsigned roles;                /* of employments in force today */
	struct employment_row current; /* the one that began last; id "" */
	bool is_role_change;           /* current followed another one */
	struct employment_row ended;   /* ended within TASK_OCCASION_DAYS and
	                                   nothing followed; id "" */
	struct absence_row absence;    /* in force; id "" */
	char unit_id[STORE_ID];        /* current's, else the person's own */
};

int task_person_load(struct txn *txn, const struct task_world *world,
    const char *person_id, struct task_person *out, struct err *err);

/*
 * Who answers above: the manager of the unit, or of the next unit up when the
 * post is vacant, its holder no longer employed, or its holder is except_id
 * (nobody is their own manager). -ERR_NOT_FOUND: nobody up to the top.
 */
int superior_find(struct txn *txn, const struct task_world *world,
    const char *unit_id, const char *except_id, struct person_row *out,
    struct err *err);
/* The same but for two persons; either may be NULL. */
int superior_find_other(struct txn *txn, const struct task_world *world,
    const char *unit_id, const char *const except[2], struct person_row *out,
    struct err *err);
/* Of a person: the superior of the unit they are employed in. */
int superior_of(struct txn *txn, const struct task_world *world,
    const char *person_id, struct person_row *out, struct err *err);
/* Is manager_id the manager of the unit or of one above it? */
int superior_is_above(struct txn *txn, const struct task_world *world,
    const char *manager_id, const char *unit_id, bool *out, struct err *err);
/* Is person_id the telephone coordinator of the unit or of one above it? */
int superior_coordinates(struct txn *txn, const struct task_world *world,
    const char *person_id, const char *unit_id, bool *out, struct err *err);

/* Bits of roles in force today; 0: not employed. */
int task_roles_of(struct txn *txn, const struct task_world *world,
    const char *person_id, unsigned *out, struct err *err);

/* created_by and closed_by of what no person did. */
#define TASK_BY_POLICY "policy"

/* Made and stored: id, times by the world, next_at. -ERR_CONFLICT: the same
 * is open already. */
int task_open(struct txn *txn, const struct task_world *world,
    struct task_row *task, struct err *err);
/* One event, its time and sentence; stored. -ERR_CONFLICT: no such step. */
int task_apply(struct txn *txn, const struct task_world *world,
    struct task_row *task, enum task_event event, const char *by,
    const char *result, struct err *err);

/* The pack's language nearest to what is wanted; never NULL with a pack. */
const char *task_pack_language(
    const struct pack *pack, const char *wanted, const char *otherwise);

#endif
