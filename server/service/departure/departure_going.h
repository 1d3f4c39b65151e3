/*
 * departure_going: one departure at its turn, as departure_go.c and the ladder
 * see it. Private to them.
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
/* A notice on the phones that are still out; reader "": nobody is told. */
int going_tell(struct going *g, enum notice_kind kind, const char *reader,
    struct err *err);
/* A step that the case may be past: then it is none. */
int going_apply(struct going *g, struct return_case_row *row,
    enum return_event event, enum return_step_kind kind, const char *note,
    struct err *err);
int going_ask_decision(struct going *g, struct err *err);

/* The rungs that have come for who does not (departure_ladder.c). */
int departure_ladder(struct going *g, struct err *err);

#endif
