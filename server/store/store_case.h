/*
 * store_case: what must come back from people: departures, the return case of
 * each phone, what was done in it, and the decision on each SIM. The rules are
 * those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_CASE_H
#define SERVER_STORE_STORE_CASE_H

#include "server/lifecycle/return_case.h"
#include "server/store/store.h"

/* ---- departure: all that comes back from one person for one reason ---- */

/* Stored as numbers: never renumber. */
enum departure_reason {
	DEPARTURE_EMPLOYMENT_END = 0,
	DEPARTURE_EVERYTHING = 1, /* everything of one person, by hand */
	DEPARTURE_HAND_BACK = 2,  /* one thing, by hand, while employed */
	DEPARTURE_REASON_COUNT
};

/* Stored as numbers: never renumber. Open states come first. */
enum departure_state {
	DEPARTURE_PLANNED = 0, /* the last day is still ahead */
	DEPARTURE_OPEN = 1,
	DEPARTURE_PAUSED = 2, /* a long leave: until it is looked at again */
	DEPARTURE_CLOSED = 3, /* every case ended, every SIM decided */
	DEPARTURE_CANCELLED = 4,
	DEPARTURE_STATE_COUNT
};

struct departure_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char person_id[STORE_ID];
	char employment_id[STORE_ID]; /* the one that ends; "": by hand */
	char unit_id[STORE_ID];       /* whose manager receives; "" */
	enum departure_reason reason;
	enum departure_state state;
	int64_t last_day;    /* last day of use; 0: at once */
	int64_t wipe_at;     /* when the erase is ordered */
	int64_t review_day;  /* paused: look again on that day; 0 */
	int64_t reminded_at; /* before the last day, the last time */
	int64_t step;        /* rungs of the ladder already climbed, bits */
	char receiver_id[STORE_ID]; /* who confirms; "": nobody found yet */
	char opened_by[LIMIT_NAME + 1];
	char note[512];  /* why, in one sentence */
	char waits[512]; /* what holds the erase back now; "" */
	int64_t created_at;
	int64_t said_at;   /* the last day was, or a pause was over */
	int64_t opened_at; /* the last day was over; 0: put back since */
	int64_t closed_at;
	int64_t next_at; /* when time alone causes something; 0: never */
};

/* What may change: all but id, org, person, reason, opened_by, created_at.
 * -ERR_CONFLICT: the person has an open one for this reason and employment. */
int store_departure_save(
    struct txn *txn, const struct departure_row *row, struct err *err);
int store_departure_load(struct txn *txn, const char *org_id, const char *id,
    struct departure_row *out, struct err *err);
/* The open one of a person for a reason and employment ("": by hand);
 * -ERR_NOT_FOUND. */
int store_departure_find_open(struct txn *txn, const char *org_id,
    const char *person_id, enum departure_reason reason,
    const char *employment_id, struct departure_row *out, struct err *err);
typedef int store_departure_fn(void *arg, const struct departure_row *row);
struct departure_filter {
	const char *org_id;    /* required */
	const char *person_id; /* NULL: any */
	bool only_open;
	const char *after_id; /* NULL: from the start */
	int limit;            /* 0: all */
};
int store_departure_each(struct txn *txn, const struct departure_filter *filter,
    store_departure_fn *fn, void *arg, struct err *err);
/* Open ones whose next_at has come, the earliest first. */
int store_departure_each_due(struct txn *txn, const char *org_id, int64_t now,
    int limit, store_departure_fn *fn, void *arg, struct err *err);

/* ---- return case: one phone of a departure ---- */

struct return_case_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char departure_id[STORE_ID];
	char device_id[STORE_ID];
	char assignment_id[STORE_ID]; /* what justifies it (invariant 1) */
	char person_id[STORE_ID];     /* from whom */
	char life_id[STORE_ID];       /* the enrolment to be erased; "" */
	char wipe_id[STORE_ID];       /* the newest order; "" */
	enum return_kind kind;
	enum return_state state;
	int64_t marks; /* RETURN_MARK_* */
	int64_t needs;
	bool preserve_data_plan;    /* the eSIM stays with the phone */
	char receiver_id[STORE_ID]; /* who took it; "" */
	char proof[512];            /* what proved the erase, one sentence */
	char reason[512]; /* of a dispute, loss, write-off, cancelling */
	int64_t created_at;
	int64_t asked_at;
	int64_t custody_at;
	int64_t proven_at;
	int64_t closed_at;
	int64_t changed_at;
};

/* What may change: departure_id, assignment_id, life_id, wipe_id, kind, state,
 * marks, needs, preserve_data_plan, receiver_id, proof, reason and times but created_at.
 * -ERR_CONFLICT: the phone has an open case. */
int store_return_case_save(
    struct txn *txn, const struct return_case_row *row, struct err *err);
int store_return_case_load(struct txn *txn, const char *org_id, const char *id,
    struct return_case_row *out, struct err *err);
/* The open one of a phone; -ERR_NOT_FOUND. */
int store_return_case_find_open(struct txn *txn, const char *org_id,
    const char *device_id, struct return_case_row *out, struct err *err);
/* The newest of a phone, whatever became of it. */
int store_return_case_find_device(struct txn *txn, const char *org_id,
    const char *device_id, struct return_case_row *out, struct err *err);
typedef int store_return_case_fn(void *arg, const struct return_case_row *row);
int store_return_case_each_departure(struct txn *txn, const char *org_id,
    const char *departure_id, store_return_case_fn *fn, void *arg,
    struct err *err);
struct return_case_filter {
	const char *org_id;    /* required */
	const char *person_id; /* NULL: any */
	const char *device_id; /* NULL: any */
	bool only_open;
	const char *after_id;
	int limit;
};
int store_return_case_each(struct txn *txn,
    const struct return_case_filter *filter, store_return_case_fn *fn,
    void *arg, struct err *err);

/* ---- return step: what was done in a case, never changed ---- */

enum return_step_kind {
	RETURN_STEP_CUSTODY = 0,
	RETURN_STEP_SIGNED_HOLDER = 1,
	RETURN_STEP_WITNESS = 2, /* in the holder's stead */
	RETURN_STEP_SIGNED_RECEIVER = 3,
	RETURN_STEP_CODES = 4,
	RETURN_STEP_LOCK_CLEARED = 5,
	RETURN_STEP_PROOF_STATED = 6, /* of a phone that never speaks to us */
	RETURN_STEP_DATA_REMOVED = 7,
	RETURN_STEP_SIM = 8,
	RETURN_STEP_LOST = 9,
	RETURN_STEP_FOUND = 10,
	RETURN_STEP_WRITTEN_OFF = 11,
	RETURN_STEP_CANCELLED = 12,
	RETURN_STEP_WIPE_ORDERED = 13,
	RETURN_STEP_WIPE_ACKNOWLEDGED = 14,
	RETURN_STEP_PROOF = 15,
	RETURN_STEP_DISPUTED = 16,
	RETURN_STEP_ASKED = 17,
	RETURN_STEP_RELEASED = 18,
	RETURN_STEP_OFFLINE = 19,
	RETURN_STEP_HEARD = 20,
	RETURN_STEP_LOCK_OPEN = 21, /* what was said of it holds no more */
	RETURN_STEP_DATA_OPEN = 22, /* the same of what is of work */
	RETURN_STEP_PHONE_CHANGED = 23,
	RETURN_STEP_TAKEN_OVER = 24, /* by the departure that follows */
	RETURN_STEP_KIND_COUNT
};
const char *return_step_name(enum return_step_kind kind);

/* What a person says of the codes of a phone. Stored. */
enum return_codes {
	RETURN_CODES_UNSAID = 0,
	RETURN_CODES_HANDED_OVER = 1,
	RETURN_CODES_NOT_HANDED_OVER = 2,
	RETURN_CODES_NOT_NEEDED = 3, /* it is erased */
	RETURN_CODES_COUNT
};

struct return_step_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char case_id[STORE_ID];
	enum return_step_kind kind;
	int64_t at;
	char done_by[LIMIT_NAME + 1];    /* the account or "policy" */
	char done_person_id[STORE_ID];   /* whose account that is; "" */
	char person_id[STORE_ID];        /* who signed or took it; "" */
	char typed_name[LIMIT_NAME + 1]; /* the signature as typed; "" */
	enum return_codes codes;
	char note[512]; /* damage, witness's reason, what proved it … */
};
int store_return_step_add(
    struct txn *txn, const struct return_step_row *row, struct err *err);
typedef int store_return_step_fn(void *arg, const struct return_step_row *row);
/* Oldest first. */
int store_return_step_each(struct txn *txn, const char *org_id,
    const char *case_id, store_return_step_fn *fn, void *arg, struct err *err);

/* ---- decision on a SIM ---- */

/* Stored as numbers: never renumber. */
enum sim_decision {
	SIM_UNDECIDED = 0,
	SIM_BLOCK = 1,  /* the operator closes it: an order leaves for that */
	SIM_REUSE = 2,  /* the number stays with the post; for the next one */
	SIM_CLOSED = 3, /* its contract ended meanwhile */
	SIM_MOVED = 4,  /* somebody else holds it meanwhile */
	SIM_STAYS = 5,  /* its holder stays after all */
	SIM_DECISION_COUNT
};
/* "undecided", "block", "reuse", "closed", "moved", "stays" */
const char *sim_decision_name(enum sim_decision decision);
/* "block" and "reuse" only: what a person may say. */
int sim_decision_parse(const char *name, enum sim_decision *out);

struct sim_decision_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char departure_id[STORE_ID];
	char subscription_id[STORE_ID];
	char case_id[STORE_ID]; /* of the phone it sits in; "": of none */
	enum sim_decision decision;
	char order_id[STORE_ID]; /* the request to the operator; "" */
	char decided_by[LIMIT_NAME + 1];
	char note[512];
	int64_t created_at;
	int64_t decided_at;
};
/* What may change: case_id, decision, order_id, decided_*, note. One a
 * departure and subscription. */
int store_sim_decision_save(
    struct txn *txn, const struct sim_decision_row *row, struct err *err);
typedef int store_sim_decision_fn(
    void *arg, const struct sim_decision_row *row);
int store_sim_decision_each(struct txn *txn, const char *org_id,
    const char *departure_id, store_sim_decision_fn *fn, void *arg,
    struct err *err);
int store_sim_decision_find(struct txn *txn, const char *org_id,
    const char *departure_id, const char *subscription_id,
    struct sim_decision_row *out, struct err *err);

/* "employment_end", "everything", "hand_back" */
const char *departure_reason_name(enum departure_reason reason);
/* "planned", "open", "paused", "closed", "cancelled" */
const char *departure_state_name(enum departure_state state);

#endif
