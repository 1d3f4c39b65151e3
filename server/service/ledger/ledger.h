/*
 * ledger: the use cases of people, units, employments, absences, subscriptions
 * and who holds what. Each "put" adds, changes or leaves alone, so that saying
 * the same twice writes nothing; what was so before stays in the history or in
 * periods that ended. They run inside a transaction, so that a file of many
 * lines is one (ledger_apply.c); the service_… functions at the end are those
 * for handlers.
 *
 * Things are named as people name them: a person by id, external id, mail or
 * exact name; a unit by id, external id or exact name; a phone by id, serial
 * number or IMEI; a subscription by id, ICCID or number. Two that fit are
 * refused (-ERR_CONFLICT), none is -ERR_NOT_FOUND.
 *
 * In what is said NULL leaves a thing as it is and "" empties it.
 */
#ifndef SERVER_SERVICE_LEDGER_LEDGER_H
#define SERVER_SERVICE_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policies/calendar.h"
#include "server/store/store_equipment.h"
#include "server/store/store_people.h"

struct actor;
struct err;
struct service;
struct txn;

/* Who writes, for whom, when. */
struct ledger {
	struct service *service;
	char org_id[STORE_ID];
	char by[LIMIT_NAME + 1];
	char person_id[STORE_ID]; /* whose account that is; "": nobody's */
	int64_t now;
	int32_t today; /* in the organisation's time zone */
	/* NULL: what follows from a change follows at once; else it is noted
	 * here, for when the whole crowd is written (ledger_changed.h). */
	struct ledger_later *later;
};

/* -ERR_NOT_FOUND: no such organisation is served here. */
int ledger_init(struct ledger *ledger, struct service *service,
    const struct actor *actor, struct err *err);

enum ledger_effect {
	LEDGER_UNCHANGED,
	LEDGER_ADDED,
	LEDGER_CHANGED,
	LEDGER_ENDED,
	LEDGER_EFFECT_COUNT
};
/* "unchanged", "added", "changed", "ended" */
const char *ledger_effect_name(enum ledger_effect effect);

/* ---- finding (ledger.c) ---- */

int ledger_person_find(struct txn *txn, const char *org_id, const char *text,
    struct person_row *out, struct err *err);
int ledger_unit_find(struct txn *txn, const char *org_id, const char *text,
    struct unit_row *out, struct err *err);
int ledger_phone_find(struct txn *txn, const char *org_id, const char *text,
    struct device *out, struct err *err);
int ledger_subscription_find(struct txn *txn, const char *org_id,
    const char *text, struct subscription_row *out, struct err *err);

/* ---- units (units.c) ---- */

struct unit_said {
	const char *id; /* this very one; NULL: found by the rest */
	const char *external_id;
	const char *name;
	const char *parent; /* a unit */
	const char *manager;
	const char *coordinator;
	const char *number;
	bool ended;
};
/* By external id, else by name. -ERR_CONFLICT: it would lie below itself. */
int ledger_unit_put(struct txn *txn, const struct ledger *ledger,
    const struct unit_said *said, struct unit_row *out,
    enum ledger_effect *effect, struct err *err);

/* ---- people (people.c) ---- */

struct person_said {
	const char *id; /* this very one; NULL: found by the rest */
	bool is_new;    /* nobody is looked for */
	const char *external_id;
	const char *name; /* NULL: of first and last name */
	const char *first_name;
	const char *last_name;
	const char *mail;
	const char *number;
	const char *language;
	const char *unit;
};
/* By external id, else by mail, else by name. */
int ledger_person_put(struct txn *txn, const struct ledger *ledger,
    const struct person_said *said, struct person_row *out,
    enum ledger_effect *effect, struct err *err);
/* What the row would be; writes nothing. *row: as it is, with its org_id. */
int ledger_person_take(struct txn *txn, const struct person_said *said,
    struct person_row *row, struct err *err);
bool ledger_person_is_alike(
    const struct person_row *a, const struct person_row *b);
/* Finds the person whom text names, or adds one of this name. */
int ledger_person_meet(struct txn *txn, const struct ledger *ledger,
    const char *text, struct person_row *out, struct err *err);

/* ---- employments (employments.c) ---- */

struct employment_said {
	const char *id; /* this very one; NULL: found by the rest */
	bool is_new;    /* none is looked for */
	const char *external_id;
	const char *source; /* which says so (roster.h); NULL: nobody's */
	const char *person;
	const char *unit;
	int64_t roles;    /* bits of enum pack_role; 0: employee, or as it is */
	const char *from; /* "2026-11-22" */
	const char *to;   /* first day no longer employed; "": open end */
};
/*
 * By external id, else by person, unit and from (NULL from: the only one in
 * force there). Another role ends nothing: the row is voided and another one
 * says what is right.
 */
int ledger_employment_put(struct txn *txn, const struct ledger *ledger,
    const struct employment_said *said, struct employment_row *out,
    enum ledger_effect *effect, struct err *err);
int ledger_employment_void(struct txn *txn, const struct ledger *ledger,
    const char *id, struct employment_row *out, struct err *err);

/* All employments of somebody in one word. */
enum employed_when {
	EMPLOYED_NEVER, /* none is known */
	EMPLOYED_STILL, /* one is in force, or begins later */
	EMPLOYED_ONCE,  /* all have ended */
};
int ledger_employed(struct txn *txn, const struct ledger *ledger,
    const char *person_id, enum employed_when *out, struct err *err);

/* ---- absences (absences.c) ---- */

struct absence_said {
	const char *source; /* which says so (roster.h); NULL: nobody's */
	const char *person;
	const char *deputy;
	const char *from;  /* first day away */
	const char *until; /* last day away; "": not known */
};
/* By person and from. */
int ledger_absence_put(struct txn *txn, const struct ledger *ledger,
    const struct absence_said *said, struct absence_row *out,
    enum ledger_effect *effect, struct err *err);
int ledger_absence_void(struct txn *txn, const struct ledger *ledger,
    const char *id, struct absence_row *out, struct err *err);

/* ---- subscriptions (subscriptions.c) ---- */

struct subscription_said {
	const char *number;
	const char *iccid;
	const char *eid;
	const char *operator;
	int64_t flags;              /* SUBSCRIPTION_* bits; -1: as they are */
	const char *expected_imeis; /* a blank between */
	const char *unit;
	const char *order_id;
	bool ended;
};
/* By ICCID, else by number: a known number with another ICCID is a new card of
 * the same contract. Ending it ends its assignment. */
int ledger_subscription_put(struct txn *txn, const struct ledger *ledger,
    const struct subscription_said *said, struct subscription_row *out,
    enum ledger_effect *effect, struct err *err);

/* ---- phones (phone_private.c) ---- */

struct phone_said {
	const char *phone; /* of one that is not there yet: its serial number
	                      or IMEI */
	int is_private;    /* 0, 1; -1: as it is */
	const char *kind;  /* one that is not there is added; phone_add() */
	const char *imei;
	const char *model;
	const char *name;
	int is_here; /* of a new one: 0: ordered, else in stock */
};
/*
 * A phone of this kind comes into the register, or is there. One becomes a person's own: what is stored of its SIMs, numbers and IMEIs
 * goes in the same transaction (DESIGN invariant 9), and no erase reaches it
 * any more. -ERR_CONFLICT: it was private; there is no way back.
 */
int ledger_phone_put(struct txn *txn, const struct ledger *ledger,
    const struct phone_said *said, struct device *out,
    enum ledger_effect *effect, struct err *err);

/* ---- accessories (accessories.c) ---- */

struct accessory_row;

struct accessory_said {
	const char *label;  /* what is written on it; required */
	const char *name;   /* "Headset" */
	const char *person; /* who has it; "": handed in */
	const char *phone;  /* the one it goes with */
	bool ended;         /* thrown away or gone */
};
/* By label, of those that are still there. Whoever had it before has it until
 * now. */
int ledger_accessory_put(struct txn *txn, const struct ledger *ledger,
    const struct accessory_said *said, struct accessory_row *out,
    enum ledger_effect *effect, struct err *err);

/* ---- who holds what (assignments.c) ---- */

struct assignment_said {
	const char *person; /* of a shared phone: who answers for it */
	const char *phone;  /* or */
	const char *subscription;
	const char *in_phone; /* of a subscription: where it is to sit; NULL: in
	                         the only phone the person holds */
	int is_shared;        /* 0, 1; -1: as it is */
	const char *order_id;
	const char *replaces; /* the phone it came for at a repair: nobody has
	                         to order it anew; NULL */
};
/* Whoever held it before holds it until now. */
int ledger_assignment_put(struct txn *txn, const struct ledger *ledger,
    const struct assignment_said *said, struct assignment_row *out,
    enum ledger_effect *effect, struct err *err);
/* Nobody holds it from now on; -ERR_CONFLICT: nobody does. */
int ledger_assignment_end(struct txn *txn, const struct ledger *ledger,
    const struct assignment_said *said, const char *reason,
    struct assignment_row *out, struct err *err);
/*
 * A phone that was written off has come to light, or one was let go on a proof
 * that was wrong: it is again with whom `former` names, from now on and for the
 * same employment, so that something justifies its erase (DESIGN invariant 1).
 * *out: who holds it now, that one, or whoever got it since; id "": nobody,
 * the former was void. why goes into the audit log.
 */
int holder_take_up(struct txn *txn, const struct ledger *ledger,
    const struct assignment_row *former, const char *why,
    struct assignment_row *out, struct err *err);

/* Inside the life of a phone: begin_life.c, end_life.c. */
int holder_open(struct txn *txn, const struct ledger *ledger,
    struct device *device, const struct person_row *person, const char *life_id,
    struct err *err);
/* Ends what this life opened; nothing when it has ended before. */
int holder_close(struct txn *txn, const char *org_id, const char *device_id,
    const char *life_id, const char *reason, int64_t now, struct err *err);
/*
 * DESIGN invariant 1: what justifies a destructive order now. *out is who
 * holds the phone; -ERR_CONFLICT with the reason when nothing does: nobody
 * holds it, or it is a private one.
 */
int holder_justifies(struct txn *txn, const struct device *device,
    struct assignment_row *out, struct err *err);

/* ---- for handlers ---- */

/* text NULL: all; else whose name, mail, number or external id holds it. */
int service_person_each(struct service *service, const struct actor *actor,
    const char *text, const char *after_id, int limit, store_person_fn *fn,
    void *arg, struct err *err);

/* A unit with those whom it names; a name is "" where there is none. */
struct unit_view {
	struct unit_row row;
	char parent[LIMIT_NAME + 1];
	char manager[LIMIT_NAME + 1];
	char coordinator[LIMIT_NAME + 1];
};
typedef int service_unit_fn(void *arg, const struct unit_view *view);
int service_unit_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_unit_fn *fn, void *arg,
    struct err *err);
int service_subscription_each(struct service *service,
    const struct actor *actor, const char *after_id, int limit,
    store_subscription_fn *fn, void *arg, struct err *err);

/* All about one person that the ledger holds. */
struct person_view {
	struct person_row person;
	struct unit_row unit; /* of the employment in force, else its own */
	int64_t roles;        /* of all employments in force; 0: not employed */
	struct absence_row absence; /* today; id "" */
	struct person_row deputy;   /* of that absence; id "" */
};
struct employment_view {
	struct employment_row row;
	char unit[LIMIT_NAME + 1]; /* its name; "": of no unit */
};
typedef int service_employment_fn(
    void *arg, const struct employment_view *view);
struct person_parts {
	service_employment_fn *employment; /* each may be NULL */
	store_absence_fn *absence;
	store_assignment_fn *assignment;
	void *arg;
};
int service_person_view(struct service *service, const struct actor *actor,
    const char *text, struct person_view *out, const struct person_parts *parts,
    struct err *err);

/* One period of somebody holding a thing. */
struct holding_view {
	struct assignment_row assignment;
	struct person_row person;
	struct device device; /* id "" when there is none */
	struct subscription_row subscription;
};
typedef int service_holding_fn(void *arg, const struct holding_view *view);
/*
 * Who had it, oldest first. on: a day as "2026-11-22", NULL: always. What:
 * a phone, or a subscription when there is no such phone.
 */
int service_holding_each(struct service *service, const struct actor *actor,
    const char *what, const char *on, service_holding_fn *fn, void *arg,
    struct err *err);

/* ---- a file of lines (ledger_apply.c) ---- */

/*
 * JSON Lines, one thing a line, e.g.
 *   {"unit": {"name": "Hemtjänst Norr", "manager": "a.lind@example.org"}}
 * with unit, person, employment, absence, subscription, phone, assignment,
 * return.
 * Later lines may name what earlier ones made. Blank lines and lines that
 * begin with # are skipped. All lines or none: an error says which line.
 */
#define LEDGER_LINES_MAX 20000
#define LEDGER_LINE_MAX 4096
#define LEDGER_FILE_MAX (4 * 1024 * 1024)

struct ledger_line {
	unsigned number;  /* from 1 */
	const char *what; /* "unit" */
	char name[LIMIT_NAME + 1];
	enum ledger_effect effect;
};
typedef int ledger_line_fn(void *arg, const struct ledger_line *line);
struct ledger_report {
	unsigned lines;
	unsigned effects[LEDGER_EFFECT_COUNT];
};
/*
 * dry_run: works all of it out and keeps nothing. fn (may be NULL) is called
 * for each line, afterwards. -ERR_INVALID and others: "line 12: …".
 */
int service_ledger_apply(struct service *service, const struct actor *actor,
    const char *text, size_t len, bool dry_run, ledger_line_fn *fn, void *arg,
    struct ledger_report *out, struct err *err);

#endif
