/*
 * roster_inside: what the parts of the roster share: the roster as it was said,
 * and the plan while it is made and applied. For server/service/roster*.c only.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_INSIDE_H
#define SERVER_SERVICE_ROSTER_ROSTER_INSIDE_H

#include "proto/base/buf.h"
#include "server/service/roster/roster.h"
#include "server/service/roster/roster_arena.h"
#include "server/service/roster/roster_index.h"

#define ROSTER_FAULTS_MAX 1000 /* more of them say nothing new */

struct roster {
	char source[STORE_SOURCE];
	enum roster_kind kind;
	struct roster_arena arena;
	struct roster_person *people;
	size_t people_count;
	size_t people_cap;
	struct roster_unit *units;
	size_t unit_count;
	size_t unit_cap;
	struct roster_fault *faults;
	size_t fault_count; /* those kept */
	size_t fault_cap;
	size_t fault_total;
	struct roster_index by_key;
	const char *map; /* NULL: was read by none */
};

/* ---- the plan ---- */

/* One unit that is named: there, or to be made. */
struct plan_unit {
	const char *name;               /* as it was named */
	const struct roster_unit *said; /* NULL: only named */
	char id[STORE_ID];              /* "": to be made */
	char manager_id[STORE_ID];      /* as it is */
	bool is_new;
	const char *words; /* NULL: it stays as it is */
	/* Whom its people name as who leads them, indices of the roster. Two,
	 * since the leader's own word is about somebody higher. */
	struct {
		size_t who;
		size_t voter; /* the last one */
		size_t votes;
	} led_by[2];
	bool disagrees;
	bool keeps_leader; /* only a full roster puts the other one in */
	size_t leader;     /* an index of the plan, who becomes its manager */
	bool is_vacant;    /* nobody leads it, up to the top; afterwards */
	size_t people;     /* of a vacant one: who work there, as said */
	size_t phones;     /* and hold */
};

enum step_kind {
	STEP_EMPLOYMENT, /* put, by id or new */
	STEP_LEAVE,
	STEP_LEAVE_VOID,
};
struct plan_step {
	struct plan_step *next;
	enum step_kind kind;
	char id[STORE_ID]; /* the row; "": a new one */
	const char *key;   /* external id of an employment; NULL: as it is */
	size_t unit;       /* index of units; NONE: as it is */
	bool no_unit;
	int64_t roles; /* 0: as it is */
	int32_t from;  /* 0: as it is */
	int32_t to;    /* -1: as it is; 0: open end */
	const char *deputy;
};

struct plan_person {
	const struct roster_person *said; /* NULL: a full roster left it out */
	const char *key;
	const char *name;
	const char *words;
	char person_id[STORE_ID]; /* "": to be made */
	char link_id[STORE_ID];   /* of source_people; "": to be made */
	size_t works_at;          /* 1 + index of units; 0: not said */
	enum roster_effect effect;
	bool person_changes;
	bool frees_mail; /* another one gets it */
	bool link_changes;
	bool is_left_out;
	struct plan_step *steps; /* in the order in which they are done */
};

struct roster_plan {
	const struct roster *roster;
	const struct roster_options *options;
	struct roster_arena arena;
	struct roster_counts counts;
	struct plan_person *people;
	size_t people_count;
	size_t people_cap;
	struct plan_unit *units;
	size_t unit_count;
	size_t unit_cap;
	struct roster_index unit_by_name;
	struct roster_index by_person; /* person id → index of people */
	struct roster_index name_count;
	struct roster_index by_mail; /* → index of the roster */
	struct roster_fault *faults;
	size_t fault_count;
	size_t fault_cap;
	size_t fault_total;
	struct buf stop;
	struct source_row source; /* as it is; id "": not there yet */
	bool source_changes;
	/* For the shape of the whole. */
	size_t met;     /* of the roster, known to the ledger before */
	size_t renamed; /* of them, another name */
	size_t swapped; /* of them, first and last name in each other's place */
	size_t rekeyed; /* of them, known to this source by another key */
	size_t remailed; /* of them, another mail address */
	size_t adopted;  /* found by mail, external id or name */
	size_t over;     /* not in the ledger and left already */
	size_t phones;   /* held by those who end */
	int32_t first_end;
	int32_t last_end;
};

/* While one person is looked at. */
struct roster_look {
	struct txn *txn;
	const struct ledger *ledger;
	struct roster_plan *plan;
	struct err *err;
};

/* roster_plan.c */
int plan_fault(struct roster_plan *plan, unsigned long line, const char *field,
    const char *sentence, struct err *err);
/* roster_person.c: who it is, and what changes about them. */
int roster_person_look(
    struct roster_look *look, const struct roster_person *said);
/* Of a full roster: one who is not in it. */
int roster_person_miss(
    struct roster_look *look, const struct source_person_row *link);
/* roster_employment.c: steps and words. *begins: was not employed. */
struct employment_change {
	bool was_employed; /* today or later */
	bool is_employed;  /* afterwards, today or later */
	bool ends;         /* every employment has an end now, sooner */
	int32_t last_day;  /* first day no longer employed */
	bool was_over;     /* said to be over before it was known */
};
int roster_employments_look(struct roster_look *look,
    struct plan_person *person, struct buf *words,
    struct employment_change *out);
int roster_leaves_look(
    struct roster_look *look, struct plan_person *person, struct buf *words);
/* roster_unit.c */
int roster_unit_meet(struct roster_look *look, const char *text,
    unsigned long line, size_t *out);
int roster_units_said(struct roster_look *look);
int roster_units_led(struct roster_look *look);
/* By a key of the roster, or a mail: an index of the plan, or NONE. */
size_t roster_unit_leader(const struct roster_plan *plan, const char *manager);
int roster_unit_led_by(
    struct roster_look *look, size_t unit, const struct roster_person *person);
/* External id, else name, else id; -ERR_CONFLICT: several of a name. */
int roster_unit_find(
    struct roster_look *look, const char *text, struct unit_row *out);
/* roster_unit_change.c: after roster_units_led(). */
int roster_units_look(struct roster_look *look);
/* roster_vacant.c: after roster_units_led(). */
int roster_vacant_look(struct roster_look *look);
void roster_vacant_words(const struct roster_plan *plan, struct buf *out);
/* roster_unique.c: what only one may have. */
int roster_unique_said(struct roster_look *look);
int roster_unique_held(struct roster_look *look);
/* roster_stop.c */
int roster_stop_look(struct roster_plan *plan, struct err *err);
/* roster_words.c */
void roster_plan_digest(struct roster_plan *plan);

struct plan_step *plan_step_add(
    struct roster_look *look, struct plan_person *person, enum step_kind kind);

#define WORDS_AND(words)                                                       \
	((words)->len > 0 ? buf_append_str((words), "; ") : (void)0)

#endif
