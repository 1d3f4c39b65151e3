/*
 * departure_going: one departure at its turn, as departure_go.c, what it tells
 * and the ladder see it. Private to them.
 */
#ifndef SERVER_SERVICE_DEPARTURE_DEPARTURE_GOING_H
#define SERVER_SERVICE_DEPARTURE_DEPARTURE_GOING_H

#include "server/service/departure/departure_inside.h"
#include "server/service/notify/notify.h"

struct going {
	struct txn *txn;
	struct departure_world *world;
	struct departure_row *departure;
	struct departure_cases cases;
	int64_t again_at; /* sooner than its own next; 0 */
	bool is_moved;    /* off, and the register says another day by now */
};

bool going_has_come(const struct going *g, int64_t at);
/* At the organisation's hour of the first working day not before the day. */
int64_t going_morning_of(const struct going *g, int64_t day);
/* When it is erased first, as the last day is now. */
int64_t going_first_wipe_at(const struct going *g);
#define GOING_RETURN_CAUSE "employment_end" /* of the task of who leaves */
/* What is asked of somebody in this departure; nothing is written. */
void going_task_of(const struct going *g, enum task_kind kind,
    const char *person_id, const char *cause, struct task_row *out);
/* A step that the case may be past: then it is none. */
int going_apply(struct going *g, struct return_case_row *row,
    enum return_event event, enum return_step_kind kind, const char *note,
    struct err *err);
int going_ask_decision(struct going *g, struct err *err);

/* ---- departure_tell.c ---- */

/* One that is to be handed in and was not. */
bool going_is_any_out(const struct going *g);
/* A notice on the phones that are still out; reader "": nobody is told. */
int going_tell(struct going *g, enum notice_kind kind, const char *reader,
    struct err *err);
/* What goes from a phone of their own, and when: also who hands nothing in. */
int going_tell_work_goes(struct going *g, struct err *err);
/* Ahead of the erase, while there is time to save what is one's own. */
int going_tell_wipe(struct going *g, struct err *err);
/* Of an erase that was ordered now: who was told ahead is not told again. */
int going_tell_wiped_today(struct going *g, struct err *err);

/* ---- departure_ladder.c ---- */

/* The rungs that have come for who does not. */
int departure_ladder(struct going *g, struct err *err);

#endif
