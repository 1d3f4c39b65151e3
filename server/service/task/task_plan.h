/*
 * task_plan: which statements a rule asks of whom now, and whether they were
 * asked already. Private to the task files; the use cases are in task.h.
 */
#ifndef SERVER_SERVICE_TASK_TASK_PLAN_H
#define SERVER_SERVICE_TASK_TASK_PLAN_H

#include "server/service/task/task_world.h"

/* What a statement is about, who is to make it, for which occasion. */
struct task_ask {
	const struct pack_rule *rule;
	enum task_kind kind;
	const char *person_id; /* who answers; "" while nobody is found */
	const char *unit_id;   /* whose figures it counts in */
	enum store_subject subject_kind;
	const char *subject_id;
	/* Whose occasions count; either may be NULL. */
	const struct task_person *person;
	const struct unit_row *unit;
};

/* Opens what ask calls for now, if it was not asked before. *made is added
 * to when not NULL. */
int task_ask_plan(struct txn *txn, const struct task_world *world,
    const struct task_ask *ask, unsigned *made, struct err *err);

/*
 * Is there fresh evidence for the rule about this subject, so that a statement
 * which only stands in for it is not needed? holder_id: whose subscriptions
 * count for a person's mailbox.
 */
int task_is_measured(struct txn *txn, const struct task_world *world,
    const struct pack_rule *rule, enum store_subject subject_kind,
    const char *subject_id, bool *out, struct err *err);

/* The pack's acknowledgement, for one person (task_acknowledge.c). */
int task_plan_acknowledgement(struct txn *txn, const struct task_world *world,
    const struct task_person *person, unsigned *made, struct err *err);

/* Rules about units and the organisation, vacant posts (task_units.c). */
int task_plan_unit(struct txn *txn, const struct task_world *world,
    const struct unit_row *unit, unsigned *made, struct err *err);

/* All of the above for one person, and what is over withdrawn. */
int task_plan_person(struct txn *txn, const struct task_world *world,
    const char *person_id, unsigned *made, struct err *err);

/* Shared phones that lost their leader with this person. */
int task_plan_leaver(struct txn *txn, const struct task_world *world,
    const struct task_person *person, unsigned *made, struct err *err);

/* Open tasks of the person that are no longer asked (task_withdraw.c). */
int task_withdraw(struct txn *txn, const struct task_world *world,
    const struct task_person *person, struct err *err);

enum store_subject task_subject_of(enum pack_subject subject);

#endif
