/*
 * notify: something is to be told: to a person, by mail (a notice), or to a
 * program, by webhook (an event). A use case says so inside the transaction
 * that causes it, and goes on: rows are written, nothing is sent.
 * server/outbox sends them afterwards, for as long as it takes.
 *
 * A notice holds ids, a day and a few words of what it is about. Names,
 * addresses and the text are looked up when the mail is made, in the reader's
 * language; so are one-time links, which never lie in the database. Notices to
 * one person that come close together become one mail.
 *
 * To add a kind of notice: a value at the end of enum notice_kind, its row in
 * notice_kinds[] (notify_kinds.c), its words in sv, da and en in
 * server/outbox/notice_texts.c. To add a kind of event: a value at the end of
 * enum event_kind and its row in event_kinds[] (notify_kinds.c).
 * tests/unit/outbox asks each kind for its row, its texts and their blanks.
 */
#ifndef SERVER_SERVICE_NOTIFY_NOTIFY_H
#define SERVER_SERVICE_NOTIFY_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/store/store.h"

struct delivery_row;
struct err;
struct service;
struct txn;

/* Stored as numbers: never renumber, add at the end. Behind each: who reads
 * it, and what it wants filled in beside person_id. */
enum notice_kind {
	/* Tasks: written by the task use cases themselves, whoever opens one.
	 * The mail holds a one-time link to the task's page. */
	NOTICE_TASK_ASKED,     /* who is to do it; task_id */
	NOTICE_TASK_REMINDED,  /* the same; task_id */
	NOTICE_TASK_ESCALATED, /* the manager; task_id, about_id */
	/* Leaving and return. what: the phones in words. day: the last day. */
	NOTICE_LEAVING_SOON,    /* who leaves; case_id, day, what, task_id when
	                           its page is to be linked to once more */
	NOTICE_LEAVING_MANAGER, /* the manager; about_id, case_id, day, what */
	NOTICE_LEAVING_OFF,     /* who stays after all; case_id, what */
	NOTICE_RETURN_LATE, /* who has not come; case_id, day it was due, what,
	                       task_id as above */
	NOTICE_RETURN_MANAGER, /* the manager: somebody has not come; about_id,
	                          case_id, day, what */
	NOTICE_RETURN_LOST_MODE,   /* who has it: it is locked; case_id, what */
	NOTICE_RETURN_DISPUTED,    /* the manager: proof was refuted; about_id,
	                            case_id, what */
	NOTICE_RETURN_WRITTEN_OFF, /* the manager; about_id, case_id, what */
	NOTICE_RETURN_DONE,        /* who has returned; case_id, what */
	NOTICE_WIPE_PLANNED,       /* who has it; case_id, day, what */
	/* Receipts. */
	NOTICE_RECEIPT, /* who signed; receipt_id, what: which document */
	/* Phones. */
	NOTICE_PHONE_LOST,     /* the manager; about_id, device_id, what */
	NOTICE_PHONE_FOUND,    /* the same */
	NOTICE_LOCATION_ASKED, /* whose lost phone was located; device_id, what
	                        */
	NOTICE_LEAVING_TODAY,  /* the manager, on the last working day;
	                          about_id, case_id, day, what */
	NOTICE_WORK_GOES,      /* who has a private phone; case_id, day it goes,
	                          what */
	/* As the three of leaving, of what somebody who stays hands back; day: by
	 * when. */
	NOTICE_HAND_BACK_SOON,
	NOTICE_HAND_BACK_MANAGER,
	NOTICE_HAND_BACK_TODAY,
	NOTICE_KIND_COUNT
};

struct notice {
	const char *org_id;
	enum notice_kind kind;
	const char *person_id; /* who is told; NULL or "": nobody is (a vacant
	                          post), which is no error */
	/* NULL, all below: nothing. Ids are those of our own rows. */
	const char *about_id; /* a person other than the reader */
	const char *task_id;
	const char *case_id; /* return case or departure */
	const char *receipt_id;
	const char *device_id;
	const char *what;   /* "iPhone 13, F2LXK0P1Q2": cut after 255 bytes */
	int32_t day;        /* civil day; 0: none */
	int64_t not_before; /* Unix ms; 0: at once */
};

/*
 * The notice waits to be mailed. The same one (person, kind, and every id and
 * the day) that waits already is not written twice, so calling it again in a
 * transaction that is run again does no harm.
 */
int notify_person(struct txn *txn, struct service *service,
    const struct notice *notice, struct err *err);

/*
 * What waits about this is not mailed any more: the employee stays, the case
 * was cancelled. task_id or case_id; kinds: all that wait. What was mailed was
 * mailed.
 */
int notify_forget_task(struct txn *txn, struct service *service,
    const char *org_id, const char *task_id, struct err *err);
int notify_forget_case(struct txn *txn, struct service *service,
    const char *org_id, const char *case_id, struct err *err);

/* ---- events, for programs ---- */

/* By word in the database and on the wire: "task.asked". */
enum event_kind {
	EVENT_TASK_ASKED,
	EVENT_TASK_REMINDED,
	EVENT_TASK_ESCALATED,
	EVENT_TASK_CLOSED,         /* state: done, expired, cancelled */
	EVENT_EMPLOYMENT_CHANGED,  /* state: begun, ended, voided */
	EVENT_DEPARTURE_CHANGED,   /* state */
	EVENT_RETURN_CASE_CHANGED, /* state: asked, in_custody, … */
	EVENT_SIM_DECIDED,         /* state: kept, blocked, moved, … */
	EVENT_PHONE_CHANGED,       /* state of the phone */
	EVENT_PHONE_ENROLLED,
	EVENT_WIPE_CHANGED, /* state of the wipe */
	EVENT_LOST_MODE,    /* state: on, off */
	EVENT_HANDOUT_SIGNED,
	EVENT_RECEIPT_ISSUED,   /* state: kind of receipt */
	EVENT_APPROVAL_CHANGED, /* state: asked, approved, refused, expired */
	EVENT_HOLD_CHANGED,     /* state: placed, lifted */
	EVENT_PEOPLE_CHANGED,   /* state: applied, stopped; count */
	EVENT_PEOPLE_PURGED,    /* count */
	EVENT_WEBHOOK_TEST,     /* webhook.h */
	EVENT_OUTBOX_GIVEN_UP,  /* written by the outbox itself */
	EVENT_KIND_COUNT
};

/* Ids only: a program that may know more asks the API. NULL: left out. */
struct event {
	const char *org_id;
	enum event_kind kind;
	const char *state; /* a word of ours */
	const char *person_id;
	const char *device_id;
	const char *task_id;
	const char *case_id;
	const char *departure_id;
	const char *receipt_id;
	const char *subject_id; /* any other row: order, approval, hold, … */
	const char *by;         /* actor's name */
	int64_t count;          /* 0: left out */
};

/*
 * Written once for each webhook of the organisation that wants this kind; with
 * none, nothing is written, so calling it costs one look.
 */
int notify_event(struct txn *txn, struct service *service,
    const struct event *event, struct err *err);

/* For one webhook alone, whatever it wants. */
int notify_event_to(struct txn *txn, struct service *service,
    const struct event *event, const char *webhook_id,
    struct delivery_row *delivery, struct err *err);

/* ---- kinds ---- */

struct notice_kind_row {
	const char *word; /* "task_asked" */
	bool is_urgent;   /* does not wait for others to go with it */
	bool has_link;    /* to the page of task_id */
};
/* NULL: no such kind. */
const struct notice_kind_row *notice_kind_find(enum notice_kind kind);
/* "task.asked"; NULL: no such kind. */
const char *event_kind_word(enum event_kind kind);
/* -1: no such word. */
int event_kind_parse(const char *word);

#endif
