/*
 * approval: a second person's yes (four eyes). A request is asked, decided by
 * somebody else, used once for each thing it names, and over. Pure.
 */
#ifndef SERVER_LIFECYCLE_APPROVAL_H
#define SERVER_LIFECYCLE_APPROVAL_H

#include <stdbool.h>

/* Stored as numbers: never renumber. */
enum approval_state {
	APPROVAL_ASKED = 0,
	APPROVAL_APPROVED = 1,
	APPROVAL_REFUSED = 2,
	APPROVAL_USED = 3, /* for everything that it names */
	APPROVAL_EXPIRED = 4,
	APPROVAL_WITHDRAWN = 5,
	APPROVAL_STATE_COUNT
};

enum approval_event {
	APPROVAL_EVENT_APPROVE,
	APPROVAL_EVENT_REFUSE,
	APPROVAL_EVENT_USE_UP, /* the last thing that it names was done */
	APPROVAL_EVENT_EXPIRE,
	APPROVAL_EVENT_WITHDRAW, /* by who asked, or by who approved */
	APPROVAL_EVENT_COUNT
};

/* What is approved, and nothing else by it. Stored as numbers. */
enum approval_what {
	APPROVAL_WIPE = 0,         /* early, or one of many, by hand */
	APPROVAL_DEPARTURES = 1,   /* more leavers' wipes than a day allows */
	APPROVAL_BYPASS_CODE = 2,  /* reading it, for the reason given */
	APPROVAL_UNLOCK_TOKEN = 3, /* the same */
	APPROVAL_LOST_MODE = 4,    /* a lock, by hand or of leavers' cases */
	APPROVAL_REMOVE_DATA = 5,  /* work data of leavers' private phones */
	APPROVAL_WHAT_COUNT
};

/* 0 and *next; -ERR_CONFLICT when the table has no such step. */
int approval_next(enum approval_state state, enum approval_event event,
    enum approval_state *next);
/* Asked, or approved and not used up. */
bool approval_is_open(enum approval_state state);
/* "asked" */
const char *approval_state_name(enum approval_state state);
/* "wipe", "departures", "bypass_code", "unlock_token", "lost_mode",
 * "remove_data" */
const char *approval_what_name(enum approval_what what);
/* -ERR_INVALID */
int approval_what_parse(const char *name, enum approval_what *out);
const char *approval_event_name(enum approval_event event);

#endif
