/*
 * random_town: a town as random_test.c knows it by itself: who is employed when,
 * who has what, what was asked of the server. It never asks the server what is
 * allowed. Its judge looks at all that is ordered, handed to a phone, released.
 */
#ifndef TESTS_UNIT_DEPARTURES_RANDOM_TOWN_H
#define TESTS_UNIT_DEPARTURES_RANDOM_TOWN_H

#include "tests/unit/departures/leaver_world.h"

#define PEOPLE 10
#define PHONES 12
#define JOBS_MAX 12 /* then somebody else sits there */
#define DEPARTURES_A_DAY 2

struct job {
	int32_t from;
	int32_t to; /* 0: no end */
};

struct citizen {
	char name[24];
	struct job jobs[JOBS_MAX];
	unsigned count;
	int32_t said;           /* the day on which its last end was told */
	char hold_id[STORE_ID]; /* legal; "": none */
};

struct handset {
	char serial[16];
	char number[24];
	int holder;   /* -1: nobody */
	unsigned had; /* bits: who held it, ever */
	bool is_private;
	bool is_gone;
	bool is_away; /* out of reach: no contact, in nobody's hands of ours */
	char hold_id[STORE_ID];
	char wipe_id[STORE_ID]; /* the newest that was looked at */
	int64_t yes_at;         /* of a second person; 0: none that is left */
	char obeyed_case[STORE_ID]; /* whose erase it took, in any life */
	/* In this life: */
	char erase_id[STORE_ID];    /* the command that it was given last */
	char erased_case[STORE_ID]; /* of the one that it acknowledged */
	char locked_case[STORE_ID]; /* that had it locked, and it is */
	bool is_proven;             /* erased, so it is not repeated */
	bool is_lost_by_hand;       /* a person's to lift */
	/* It has waited for its erase since; 0: it does not. */
	int64_t due_since;
	char due_case[STORE_ID];
	int64_t due_last_day;
};

/* What was said of a departure. */
struct told {
	char id[STORE_ID];
	int32_t paused_until;  /* 0: not */
	bool is_by_hand;       /* everything comes back */
	int64_t cancelled_day; /* its last day then: another one is no such */
};

extern struct citizen citizens[PEOPLE];
extern struct handset handsets[PHONES];
extern unsigned long event_number;
extern const char *event_name;

/* What has happened: a run in which nothing did proves nothing. */
extern struct town_count {
	unsigned ordered;
	unsigned given;
	unsigned removed; /* work, from a private phone */
	unsigned locked;
	unsigned unlocked;
	unsigned released;
	unsigned turned_up; /* after a write-off */
	unsigned paused;
	unsigned held;
	unsigned yes;
	unsigned no;
	unsigned moved_in_pause;
	unsigned moved_in_lock;
} town;

/* The same numbers from the same seed. */
void dice_seed(uint64_t seed);
unsigned dice(unsigned below);
struct citizen *anybody(void);
struct handset *any_phone(void);
/* One that is rarely away. */
struct handset *phone_at_hand(void);

int32_t today(void);
unsigned jobs_in_force(const struct citizen *citizen);
/* A job with this last day, or a later one that went on from it and that what
 * lies here waits for, is over, and no other goes on from it. */
bool has_left(const struct citizen *citizen, int64_t last_day);
/* Every job is over, and none is to come. */
bool has_gone(const struct citizen *citizen);
bool is_held(const struct handset *handset);
void is_with(struct handset *handset, const struct citizen *citizen);

/* Of a departure; made when nothing was said of it yet. */
struct told *told_of(const char *departure_id);
bool is_paused(const char *departure_id);

bool try_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void new_citizen(struct citizen *citizen);
void new_handset(struct handset *handset);

__attribute__((noreturn)) void trouble(
    const struct handset *handset, const char *what);

/* ---- random_events.c ---- */

void event_run_one(void);
/* Nothing is held, paused or away any more: what is due then comes. */
void event_peace(void);

/* ---- random_judge.c ---- */

/* The phone was handed this just now; then what it answered. */
void judge_given(struct handset *handset, const char *type);
void judge_answered(struct handset *handset, const char *type, bool is_done);
/* It connected and there was nothing for it. */
void judge_idle(struct handset *handset);
/* All that is new in the town; some of it each time. */
void judge_town(void);

#endif
