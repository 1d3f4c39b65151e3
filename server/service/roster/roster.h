/*
 * roster: what a source of people (the HR system's file, a directory, SCIM)
 * says of them, and the one way from there into the ledger: plan, then apply.
 *
 * A plan is made by looking only. It says in words what would begin, change and
 * end, what is wrong in what the source says, and whether the safety stop holds
 * it: nothing is applied then. Applying makes the plan anew inside the
 * transaction, so that what is written is what was shown: all of it or nothing.
 * What is in the ledger as said costs no write.
 *
 * A source knows each person by a key that it never gives to another. Who is
 * new to the source is looked for in the ledger: by external id, by mail, and
 * by a name that only one person has, of whom neither is known. What a FULL
 * roster leaves out has left; that ends only employments which this very source
 * made. Persons are never removed here, and nothing of other sources or of
 * hands ends.
 */
#ifndef SERVER_SERVICE_ROSTER_ROSTER_H
#define SERVER_SERVICE_ROSTER_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/service/ledger/ledger.h"
#include "server/store/store_source.h"

struct actor;
struct buf;
struct err;
struct roster;
struct roster_plan;
struct service;
struct txn;

#define ROSTER_PEOPLE_MAX 200000
#define ROSTER_UNITS_MAX 20000
#define ROSTER_EMPLOYMENTS_MAX 16 /* of one person */
#define ROSTER_LEAVES_MAX 64      /* of one person */

enum roster_kind {
	ROSTER_DELTA, /* who is not named stays as is */
	ROSTER_FULL,  /* who is not named has left */
};

/* ---- what is said: NULL leaves a thing as it is, "" empties it ---- */

struct roster_unit {
	const char *external_id;
	const char *name;
	const char *parent;  /* as in struct unit_said */
	const char *manager; /* a key of this source, else as in the ledger */
	const char *number;
	unsigned long line; /* where it is said; 0: not in a file */
};

/*
 * Days as "2026-11-22". Another unit or other roles, without another first
 * day, are so from today on: the former ones stay on their days.
 */
struct roster_employment {
	const char *key;  /* the source's number of it; NULL: the only one */
	const char *unit; /* external id, name or id; unknown ones are made */
	int64_t roles;    /* bits of enum pack_role; 0: employee, or as is */
	const char *from; /* NULL: as it is; of a new one: today */
	const char *to;   /* first day no longer employed; "": open end */
};

/* From and until when; never why. */
struct roster_leave {
	const char *from;
	const char *until;  /* the last day; NULL or "": not known */
	const char *deputy; /* a key of this source, else as in the ledger */
};

struct roster_person {
	const char *key; /* wanted */
	const char *external_id;
	const char *name; /* NULL: of first and last name */
	const char *first_name;
	const char *last_name;
	const char *mail;
	const char *number;
	const char *language;
	/* Who leads this person: a key of this source or a mail address. When
	 * all of a unit say the same, that one leads the unit. */
	const char *manager;
	/* Left: what this source made ends today, if it does not sooner. */
	bool is_gone;
	unsigned long line;
	const struct roster_employment *employments;
	size_t employment_count;
	const struct roster_leave *leaves;
	size_t leave_count;
};

/* source: a short word, "hr". roster_free(). */
int roster_new(const char *source, enum roster_kind kind, struct roster **out,
    struct err *err);
void roster_free(struct roster *roster);
/* Copies what is said. -ERR_INVALID: no key; -ERR_CONFLICT: the same key says
 * something else before; -ERR_LIMIT. */
int roster_add_person(
    struct roster *roster, const struct roster_person *said, struct err *err);
int roster_add_unit(
    struct roster *roster, const struct roster_unit *said, struct err *err);
/* Something that could not be read: the roster cannot be applied, and the plan
 * says so. field may be NULL. */
int roster_add_fault(struct roster *roster, unsigned long line, unsigned column,
    const char *field, const char *sentence, struct err *err);
/* The map it was read by, remembered with what it makes. */
int roster_set_map(struct roster *roster, const char *map, struct err *err);
size_t roster_people_count(const struct roster *roster);

/* ---- plan ---- */

struct roster_options {
	/* More than this share of whom the source brought would leave: stop.
	 * In per cent; 0: ROSTER_STOP_ABOVE. */
	unsigned stop_above;
	/* The id of a plan whose stop somebody has looked at and lifted. */
	const char *accept;
	/* The id of the plan that was shown: another one is not applied. */
	const char *expect;
};
#define ROSTER_STOP_ABOVE 10

enum roster_effect {
	ROSTER_UNCHANGED,
	ROSTER_BEGINS,  /* new, or employed again */
	ROSTER_CHANGES, /* name, mail, unit, dates, leave, … */
	ROSTER_ENDS,    /* the last employment gets an end, or an earlier one */
	ROSTER_EFFECT_COUNT
};
/* "unchanged", "begins", "changes", "ends" */
const char *roster_effect_name(enum roster_effect effect);

struct roster_item {
	unsigned long line; /* 0: not in the roster, or not from a file */
	bool is_unit;       /* else a person */
	enum roster_effect effect;
	const char *key;       /* of a unit: its external id, as said */
	const char *person_id; /* "": will be made, or a unit */
	const char *unit_id;   /* "": will be made, or a person */
	const char *name;
	const char *words; /* "unit Norr → Syd; ends 2026-12-01", "led by …" */
};

struct roster_fault {
	unsigned long line; /* 0: the whole */
	unsigned column;    /* 0: the row */
	const char *field;  /* "" */
	const char *sentence;
};

#define ROSTER_PLAN_ID 17 /* hex and NUL */
struct roster_counts {
	char plan[ROSTER_PLAN_ID]; /* of these effects, on this ledger */
	bool can_apply;            /* no fault, no stop, or a lifted one */
	bool is_stopped;           /* held by the safety stop */
	size_t people;             /* said in the roster */
	size_t known;              /* brought by this source, employed now */
	size_t effects[ROSTER_EFFECT_COUNT];
	size_t units_made;
	size_t units_changed;
	bool is_unchanged; /* to apply it writes nothing */
	size_t faults;
};
const struct roster_counts *roster_plan_counts(const struct roster_plan *plan);
/* Sentences, one a line: what would be, then why it is stopped. */
void roster_plan_words(const struct roster_plan *plan, struct buf *out);
/* The reasons of the stop, one a line; empty: none. */
void roster_plan_stop(const struct roster_plan *plan, struct buf *out);
/* All but the unchanged: who ends first, then the units. A non-zero answer ends the walk. */
typedef int roster_item_fn(void *arg, const struct roster_item *item);
int roster_plan_each(
    const struct roster_plan *plan, roster_item_fn *fn, void *arg);
typedef int roster_fault_fn(void *arg, const struct roster_fault *fault);
int roster_plan_each_fault(
    const struct roster_plan *plan, roster_fault_fn *fn, void *arg);
void roster_plan_free(struct roster_plan *plan);

/* Looks only; faults and stops are in the plan, no error. options may be NULL.
 * The roster must live as long as the plan. roster_plan_free(). */
int roster_plan_make(struct txn *txn, const struct ledger *ledger,
    const struct roster *roster, const struct roster_options *options,
    struct roster_plan **out, struct err *err);
/* In the transaction that the plan was made in. -ERR_INVALID: the first fault;
 * -ERR_CONFLICT: stopped. */
int roster_plan_apply(struct txn *txn, const struct ledger *ledger,
    struct roster_plan *plan, struct err *err);

/* ---- use cases ---- */

/* Looks only. */
int service_roster_plan(struct service *service, const struct actor *actor,
    const struct roster *roster, const struct roster_options *options,
    struct roster_plan **out, struct err *err);
/*
 * All or nothing. -ERR_CONFLICT: stopped, or it is another plan than the
 * expected one; -ERR_INVALID: faults. *out is set in these cases, too, so that
 * a caller can say more; NULL when there is none.
 */
int service_roster_apply(struct service *service, const struct actor *actor,
    const struct roster *roster, const struct roster_options *options,
    struct roster_plan **out, struct err *err);

/*
 * One person of a source, in the caller's transaction, without the safety stop
 * of a crowd: for SCIM. *out: as the person is afterwards. A fault is
 * -ERR_INVALID, a mail or external id of another person -ERR_CONFLICT.
 */
int roster_put_person(struct txn *txn, const struct ledger *ledger,
    const char *source, const struct roster_person *said,
    struct person_row *out, enum roster_effect *effect, struct err *err);

#endif
