/*
 * task: what people are asked to do, from the pack to the answer. Tasks are
 * made from the rules that bind a person (`statement:` and `acknowledgement:`
 * groups of the pack), never twice for the same rule, person and period; time
 * reminds, escalates and expires them; an answer or a fresh measurement closes
 * them. Answers are given at one-time links (page_link.h) or in one's own name
 * through statement.h.
 *
 * Every function here works within one organisation: actor->org_id
 * (invariant 8). Times are Unix milliseconds, 0: none.
 */
#ifndef SERVER_SERVICE_TASK_TASK_H
#define SERVER_SERVICE_TASK_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/lifecycle/task.h"
#include "server/store/store.h"
#include "server/store/store_task.h"

struct actor;
struct err;
struct service;
struct txn;

#define TASK_TITLE_MAX 512

struct task_view {
	struct task_row task;
	char title[TASK_TITLE_MAX]; /* what is asked, in the language asked for
				     */
	char person_name[LIMIT_NAME + 1]; /* "" while nobody is to be found */
	char unit_name[LIMIT_NAME + 1];
	char subject_name[LIMIT_NAME + 1]; /* person, unit, serial, number */
	/* Whom it was escalated to: the next manager up as the register is
	 * now; "" before, or when there is nobody above. */
	char escalated_to[STORE_ID];
	char escalated_to_name[LIMIT_NAME + 1];
};

/* What of the tasks is wanted. */
struct task_listing {
	const char *person_id; /* NULL: any */
	const char *unit_id;   /* NULL: any; of the unit itself */
	const char *rule;      /* NULL: any */
	bool only_open;
	bool only_overdue;    /* open and past due_at */
	const char *language; /* of titles; NULL: the document's */
	const char *after_id; /* cursor: ids after this; NULL: from the start */
	int limit;            /* 0: no limit */
};

/* In id order, which is the order they were made; fn may end the walk with a
 * value other than 0, which is returned when negative. */
typedef int service_task_fn(void *arg, const struct task_view *view);
int service_task_each(struct service *service, const struct actor *actor,
    const struct task_listing *filter, service_task_fn *fn, void *arg,
    struct err *err);
/* -ERR_NOT_FOUND: no such task in the actor's organisation. */
int service_task_load(struct service *service, const struct actor *actor,
    const char *task_id, const char *language, struct task_view *out,
    struct err *err);

/* Withdraws an open one; reason is one sentence and kept. -ERR_CONFLICT when
 * it is closed already. */
int service_task_cancel(struct service *service, const struct actor *actor,
    const char *task_id, const char *reason, struct task_view *out,
    struct err *err);

/* ---- acknowledgement: coverage ---- */

/* Below this many persons a unit's numbers would point at somebody. */
#define COVERAGE_PERSONS_MIN 5

struct coverage_view {
	char unit_id[STORE_ID];
	char unit_name[LIMIT_NAME + 1];
	bool is_shown;    /* false: fewer persons than COVERAGE_PERSONS_MIN, and
			  the numbers below are all 0 */
	unsigned persons; /* employed in the unit or below it, today */
	unsigned acknowledged; /* the version of the pack now in force */
	unsigned outdated;     /* an older version only */
	unsigned overdue;      /* open task past its due date */
};
typedef int service_coverage_fn(void *arg, const struct coverage_view *view);
/* unit_id NULL: every unit. */
int service_coverage_each(struct service *service, const struct actor *actor,
    const char *unit_id, service_coverage_fn *fn, void *arg, struct err *err);

/* ---- making and closing, for other use cases ---- */

/*
 * Makes what is due for one person now and is not there yet, and cancels what
 * is no longer asked (left, role gone, absence withdrawn). To be called after
 * the register changed for that person, in the same transaction; calling it
 * again changes nothing. *made, when not NULL, is added to.
 */
int service_tasks_plan(struct service *service, struct txn *txn,
    const char *org_id, const char *person_id, unsigned *made, struct err *err);

/* A shared phone has a leader again, or went back: the tasks that its vacancy
 * opened are done (AHL-19). In the caller's transaction. */
int service_tasks_leader_found(struct service *service, struct txn *txn,
    const char *org_id, const char *device_id, struct err *err);

/*
 * A measurement for rule_id about the person came and it is fresh: open
 * statements that only stand in for it are done. In the caller's transaction.
 */
int service_tasks_measured(struct service *service, struct txn *txn,
    const char *org_id, const char *person_id, const char *rule_id,
    struct err *err);

/*
 * Nothing fresh proves rule_id for the person: a rule with a fallback
 * statement asks for it, once a period. *made as above.
 */
int service_tasks_unmeasured(struct service *service, struct txn *txn,
    const char *org_id, const char *person_id, const char *rule_id,
    unsigned *made, struct err *err);

/*
 * An absence names a deputy, or a person a colleague for their calls: that one
 * is asked to accept, once. kind: TASK_ACCEPT_DEPUTY (absence_id) or
 * TASK_ACCEPT_COLLEAGUE (until until_at). about_id: the person who is away.
 * service_tasks_plan() of the absent person does the former by itself.
 */
int service_task_ask_acceptance(struct service *service, struct txn *txn,
    const char *org_id, enum task_kind kind, const char *rule_id,
    const char *person_id, const char *about_id, const char *absence_id,
    int64_t until_at, struct err *err);

/* ---- periodic ---- */

/*
 * What time causes: reminders, escalations, expiries; and, a batch of persons
 * a call, tasks whose period has begun. Called by service_keep_going(); *next
 * batches go on where the last ended.
 */
int service_tasks_keep_going(struct service *service, struct err *err);

#endif
