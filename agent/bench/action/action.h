/*
 * action: what can be done to a phone, one file an action. An action runs in a
 * worker with the phone's journal open; it looks first at what is so already
 * and at what the journal says was begun, so doing it again is harmless.
 */
#ifndef AGENT_BENCH_ACTION_ACTION_H
#define AGENT_BENCH_ACTION_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/bench/journal/journal.h"
#include "agent/bench/phone/facts_plist.h"
#include "agent/bench/phone/phone.h"
#include "agent/bench/phone/trust.h"
#include "proto/station/station_report.h"
#include "proto/station/work_order.h"

struct journal;

enum job_report {
	JOB_REPORT_FACTS,
	JOB_REPORT_GLANCE, /* facts that a phone tells anybody: a part */
	JOB_REPORT_JOURNALED,
};

/* What a worker is told. Everything is borrowed and outlives the job. */
struct job {
	enum work_order_kind kind;
	const struct work_order *order; /* NULL: the station's own wish */
	char udid[LIMIT_UDID + 1];
	char port[STATION_PORT_MAX + 1];
	uint32_t mux_id;
	bool may_pair;        /* ask for trust when there is none */
	const char *station;  /* id; "" not joined */
	const char *journals; /* folders */
	const char *aside;
	EVP_PKEY *pair_key; /* see pair_key.h */
	const struct clock *clock;
	const struct rng *rng;
	/* See supervision.sign; NULL: no server. */
	int (*sign)(void *arg, const struct station_challenge *challenge,
	    struct station_bytes *cms, struct err *err);
	void *sign_arg;
	/* Told as it goes; the report is on disk before when it matters. */
	void (*on_wait)(void *arg, enum failure failure);
	void (*on_step)(void *arg, const char *step, unsigned percent);
	void (*on_report)(void *arg, const struct station_report *report,
	    enum job_report how);
	void *arg;
};

/* What an action works with. */
struct action_run {
	const struct job *job;
	struct phone phone;
	struct journal *journal;
	struct facts_ours ours;
	struct trust trust;
	struct station_facts facts; /* what is known so far */
	enum failure unseen;        /* why its supervision could not be seen */
	char detail[STATION_SENTENCE_MAX]; /* the phone's own words; "" none */
};

struct action {
	const char *label; /* for people: "wipe" */
	enum failure (*run)(struct action_run *run);
	unsigned wall_s;     /* the worker is killed after this */
	unsigned patience_s; /* waiting for a hand ends before it */
};

/* By work_order_kind. */
const struct action *action_of(enum work_order_kind kind);

enum failure action_read_facts(struct action_run *run);
enum failure action_pair(struct action_run *run);
enum failure action_enrol(struct action_run *run);
enum failure action_install_profile(struct action_run *run);
enum failure action_wipe(struct action_run *run);
enum failure action_verify_wiped(struct action_run *run);
enum failure action_restart(struct action_run *run);

/* ---- what several actions share (common.c) ---- */

void action_step(struct action_run *run, const char *step, unsigned percent);
/* Trust, and the serial asked anew against the order's. */
enum failure action_meet(struct action_run *run);
/* Facts within the session, sent as a report. */
enum failure action_look(struct action_run *run, bool with_security);
void action_send_facts(struct action_run *run, enum job_report how);
/* FAILURE_NONE, or FAILURE_FOREIGN when someone else supervises the phone or
 * nobody can say who does; what is waited for when it can be said later. */
enum failure action_refuse_foreign(const struct action_run *run);
int64_t action_now(const struct action_run *run);
/* Writes the step into the journal before it is taken. */
enum failure action_note(struct action_run *run, enum journal_step step);
/* The last step the journal has of this order. */
enum journal_step action_step_before(const struct action_run *run);
/* A report with id, time, port and phone filled in. */
void action_report_init(const struct action_run *run,
    enum station_report_kind kind, struct station_report *report);
/* On disk in the journal, then told. */
enum failure action_send_durable(
    struct action_run *run, const struct station_report *report);
/* As order_result of this job's order. */
enum failure action_send_result(
    struct action_run *run, enum station_result result, enum failure failure);

/* ---- what a worker runs (job.c) ---- */

/* The whole job, from the journal to the last report. native: the library's
 * number behind it, 0 none. */
enum failure job_run(const struct job *job, int *native);

/* What the end of an order means: a refusal, or none. */
enum work_order_refusal job_refusal_of(enum failure failure);
/* The order is over: nothing will be tried again by itself. */
bool job_is_final(enum failure failure);

#endif
