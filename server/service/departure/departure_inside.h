/*
 * departure_inside: what the files of departures and return cases share: who
 * writes, the calendar, the terms; one step of a case; the erase. Private to
 * them.
 */
#ifndef SERVER_SERVICE_DEPARTURE_DEPARTURE_INSIDE_H
#define SERVER_SERVICE_DEPARTURE_DEPARTURE_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "policies/pack.h"
#include "server/service/departure/departure.h"
#include "server/service/departure/return_case.h"
#include "server/service/task/task_world.h"
#include "server/store/store_case.h"

struct err;
struct service;
struct txn;

/* Rungs already climbed, in departure_row.step. */
#define DEPARTURE_REMINDED 0x01
#define DEPARTURE_REMINDED_AGAIN 0x02
#define DEPARTURE_LATE 0x04         /* the person was told that it is due */
#define DEPARTURE_MANAGER 0x08      /* the manager was told */
#define DEPARTURE_DECIDE 0x10       /* the manager is asked what to do */
#define DEPARTURE_LOST_MODE 0x20    /* ordered where it can be */
#define DEPARTURE_SIM_BLOCK 0x40    /* requested */
#define DEPARTURE_BY_HAND 0x80      /* cancelled by a person: not made anew */
#define DEPARTURE_NO_RECEIVER 0x100 /* nobody to confirm was found */
#define DEPARTURE_LAST_DAY 0x200    /* the manager was told that it is today */
/* Cancelled, for whatever cause: what is under way ends, and nothing else is
 * asked for. In SQL: 1024. */
#define DEPARTURE_OFF 0x400
#define DEPARTURE_ASKED 0x800 /* both are asked to sign for what comes back */

struct departure_world {
	struct ledger ledger; /* who writes, when */
	struct task_world tasks;
	const struct pack_leaving *leaving;
};
int departure_world_init(
    const struct ledger *ledger, struct departure_world *out, struct err *err);
/* What no person does. */
int departure_world_policy(struct service *service, const char *org_id,
    int64_t now, struct departure_world *out, struct err *err);

/* ---- one step of a case (return_step.c) ---- */

/*
 * Applies the event, saves, writes the step (NULL: none), the audit and the
 * event; follows up what is released, disputed, written off. A step that
 * changes nothing writes nothing but its step. -ERR_CONFLICT: not in this
 * state, in one sentence.
 */
int return_apply(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, enum return_event event,
    struct return_step_row *step, struct err *err);
/*
 * Who may (return_signer.c). -ERR_DENIED: their own return, or not theirs to
 * sign, or the account of the other signature; -ERR_INVALID: another name than
 * the person's.
 */
int return_signer_check(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const struct return_signature *said,
    const char *person_id, struct err *err);
/* Whoever takes it in; person_id "": the account alone. */
int return_receiver_check(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const char *person_id, struct err *err);
/* Anything else that is not for the account of who returns it to say. */
int return_own_check(const struct ledger *ledger,
    const struct return_case_row *row, struct err *err);
/* Fills all but who signed and what was said. */
void return_step_init(struct return_step_row *step, const struct ledger *ledger,
    enum return_step_kind kind);
/* Writes a step of the case and no more. Several belong to one moment: they are
 * told in the order they were made, even when the clock was put back. */
int return_step_add(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct return_step_row *step,
    struct err *err);
/* It was over and is open again: so is all that it hangs on, saved. */
int return_goes_on(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, struct err *err);
/* The same of one that changes nothing of the case: with its audit entry. */
int return_step_told(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct return_step_row *step,
    struct err *err);
/* It was released: what came with the phone is nobody's any more. */
int return_accessories(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct err *err);

/* ---- the phone of a case (return_phone.c) ---- */

/* What it is now: the kind, what that needs and the enrolment of a new case. */
int return_phone_fill(struct txn *txn, const struct device *device,
    const struct assignment_row *held, struct return_case_row *row,
    struct err *err);
/* Held by its enrolment alone, which ended: it is with them still, and what the
 * next one opens for the same person goes on from it. */
bool return_phone_was_let_go(const struct assignment_row *former);
/* Was what closed then closed by the end of its enrolment, and by nobody. */
int return_phone_ended_with(struct txn *txn, const char *life_id, int64_t at,
    bool *out, struct err *err);
/* Where Activation Lock was never allowed, nothing has to be unlocked. */
int return_phone_look_at_lock(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const struct device *device, struct err *err);
/*
 * Brings an open case in line with its phone, held by whom it is asked from. It
 * stays as it is once the phone was handed in or has taken its erase.
 */
int return_phone_follow(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const struct assignment_row *held,
    struct err *err);

/* ---- departures (departure_plan.c, departure_refresh.c) ---- */

/* Its next_at from all that is to come, saved. */
int departure_save(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, struct err *err);
int64_t departure_next(
    const struct departure_world *world, const struct departure_row *departure);
/* At the organisation's hour of the first working day not before the day. */
int64_t departure_morning_of(const struct departure_world *world, int64_t day);
/* A reminder so long before the last day; the one of the last working day. */
int64_t departure_reminder_at(const struct departure_world *world,
    const struct departure_row *departure, int64_t before_ms);
int64_t departure_last_morning(
    const struct departure_world *world, const struct departure_row *departure);
/* A new state: saved, with audit and event. */
int departure_move(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, enum departure_state state,
    const char *why, struct err *err);
/* Cases and decisions for all that belongs to it now. */
int departure_refresh(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, const char *only_device_id,
    struct err *err);
/* Does what is held hang on what this departure is for. */
int departure_covers(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, const struct assignment_row *held,
    bool *out, struct err *err);
/* What a departure waits for that is off and goes on; before the rest. */
void departure_say_off(struct departure_row *departure);
/* Closes it when every case has ended and every SIM is decided. */
int departure_settle(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, struct err *err);
/* Its open tasks of a kind; TASK_KIND_COUNT: all of them. */
int departure_close_tasks(struct txn *txn, const struct departure_world *world,
    const char *departure_id, enum task_kind kind, enum task_event event,
    const char *why, struct err *err);
/* Due at the next look; nothing when it is over. */
int departure_wake(struct txn *txn, const char *org_id, const char *id,
    int64_t now, struct err *err);
/* Who receives, found anew: "" in the row when nobody is. */
int departure_find_receiver(struct txn *txn,
    const struct departure_world *world, struct departure_row *departure,
    struct err *err);
/*
 * The employment that the one named leads to: itself, or one that continues
 * it; "" and unknown ones: the person's last. to_day 0: it has no end.
 * -ERR_NOT_FOUND: the person has none.
 */
int departure_employment_end(struct txn *txn,
    const struct departure_world *world, const char *person_id,
    const char *employment_id, struct employment_row *out, struct err *err);

/*
 * Before the last day again, or while it is paused: what was ordered and not
 * acknowledged is taken back, what was asked is not asked any more. The row is
 * for the caller to save.
 */
int departure_put_back(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, const char *why, struct err *err);

/* ---- rows that are changed after the walk (departure_rows.c) ---- */

/* Each is to be cleared, also when it could not be loaded. */
struct departure_cases {
	struct return_case_row *rows;
	size_t count;
};
int departure_cases_load(struct txn *txn, const char *org_id,
    const char *departure_id, struct departure_cases *out, struct err *err);
void departure_cases_clear(struct departure_cases *cases);
struct departure_sims {
	struct sim_decision_row *rows;
	size_t count;
};
int departure_sims_load(struct txn *txn, const char *org_id,
    const char *departure_id, struct departure_sims *out, struct err *err);
void departure_sims_clear(struct departure_sims *sims);
/* What a person holds. */
struct departure_held {
	struct assignment_row *rows;
	size_t count;
};
int departure_held_load(struct txn *txn, const char *org_id,
    const char *person_id, struct departure_held *out, struct err *err);
void departure_held_clear(struct departure_held *held);

/* All that time causes to one that is due, saved (departure_go.c). */
int departure_go(struct txn *txn, struct departure_world *world,
    struct departure_row *departure, struct err *err);

/* ---- the erase (departure_wipe.c) ---- */

struct wipe_outcome {
	bool is_ordered;
	bool is_waiting;  /* why: sentence */
	int64_t again_at; /* when it is worth another look; 0: on an event */
	char sentence[512];
};
/*
 * Orders the erase of a case if and only if all of DESIGN invariant 1 holds: the
 * assignment that the case is of is open and names the person, no employment
 * that covers it goes on, the phone is ours, enrolled, not missing, and the
 * guard allows it. Never a second time for a case.
 */
int departure_wipe(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, struct return_case_row *row,
    struct wipe_outcome *out, struct err *err);
/* Why a case waits that is not with who left by our records; held NULL: nobody
 * holds it. */
void departure_say_elsewhere(struct txn *txn, const struct return_case_row *row,
    const struct assignment_row *held, char *out, size_t size);
/* The same of a private phone: only what is of work goes (invariant 1). */
int departure_remove_work(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, struct return_case_row *row,
    struct wipe_outcome *out, struct err *err);
/* Does anything come back, or has come back: a phone that is no private one, a SIM, an
 * accessory (return_private.c)? */
int departure_hands_in(struct txn *txn, const struct departure_row *departure,
    bool *out, struct err *err);
/* -ERR_DENIED: it is managed still, and nobody's word is needed. */
int return_removal_check(struct txn *txn, struct service *service,
    const struct return_case_row *row, struct err *err);
/* Takes back an erase that the phone has not acknowledged, and the removal of
 * what is of work. *is_back: there is none any more, so that the case may order
 * one again. */
int departure_wipe_withdraw(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const char *why, bool *is_back,
    struct err *err);

/*
 * 1: the phone may be locked for the case, all of the above being so, and the
 * guard has counted it: do it in this transaction. 0: *out says what it waits
 * for. *device: as it is now.
 */
int departure_may_lock(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, struct return_case_row *row,
    struct device *device, struct wipe_outcome *out, struct err *err);
/*
 * Lost Mode of a leaver's phone, and its case is lost: an erase that waits is
 * taken back, it would end what can find it (return_decide.c). 1: ordered; 0:
 * *out says why not.
 */
int return_lost_mode(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, struct return_case_row *row,
    const char *reason, struct wipe_outcome *out, struct err *err);
/* Who stays is not locked out: Lost Mode that the ladder ordered is lifted, and
 * the case is where it was before. A phone that a person reported lost stays so.
 */
int return_unlock(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const char *why, struct err *err);

/* ---- SIMs (return_sim.c) ---- */

/* Brings the mark of every case in line with the decisions. */
int return_sims_mark(struct txn *txn, const struct ledger *ledger,
    const char *departure_id, struct err *err);
int return_sim_set(struct txn *txn, const struct ledger *ledger,
    struct sim_decision_row *row, enum sim_decision decision, const char *note,
    struct err *err);

/*
 * Of who stays, for now or for good, after the cases: blocks that have not left
 * for the operator are withdrawn, those that have are to be lifted, save those
 * of a phone that a person reported lost. Off: what goes on with no phone is
 * decided (return_sim_back.c).
 */
int return_sims_put_back(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, const char *why, struct err *err);

/* As people are shown it (departure_look.c). */
int departure_view_make(struct txn *txn, const struct departure_row *row,
    struct departure_view *view, struct err *err);

/* "iPhone 13, F2LXK0P1Q2" */
void departure_phone_words(const struct device *device, char *out, size_t size);

#endif
