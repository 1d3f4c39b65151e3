/*
 * engine: many phones in one process: a pool of threads wakes each phone when
 * it is due and saves what changed. A phone is in one hand at a time.
 */
#ifndef TESTS_PHONES_ENGINE_H
#define TESTS_PHONES_ENGINE_H

#include "tests/phones/folder.h"
#include "tests/phones/net_line.h"
#include "tests/phones/session.h"

struct engine;

struct engine_options {
	struct folder *folder;
	const struct session_world *world;
	const struct net_options *net;
	int64_t poll_ms; /* between two wakings of a phone; 0: only when told */
	unsigned threads;
};

/* Takes the phones, not the array. */
int engine_new(const struct engine_options *options, struct phone **phones,
    size_t count, struct engine **out, struct err *err);
void engine_free(struct engine *engine); /* stops it first */

int engine_start(struct engine *engine, struct err *err);
void engine_stop(struct engine *engine); /* waits for what is under way */

size_t engine_count(struct engine *engine);

/*
 * Does something to one phone now, in the caller's thread, and saves it:
 * *result (the caller's) is {"serial", "ok", "done": […], "error"?}.
 * ERR_NOT_FOUND for an unknown serial; the act's own failure is in the result.
 */
int engine_do(struct engine *engine, const char *serial, const char *action,
    const char *argument, json_t **result, struct err *err);

/* Summaries of one phone, or of all with serial NULL; the caller's. */
int engine_state(struct engine *engine, const char *serial, json_t **result,
    struct err *err);

/*
 * Adds a phone and enrols it by url when that is not NULL. Takes the phone on
 * success, also when its enrolment failed (said in the result).
 */
int engine_add(struct engine *engine, struct phone *phone, const char *url,
    json_t **result, struct err *err);

/*
 * Hands one phone to visit, in the caller's thread, with nobody else at it, and
 * saves what it changed. ERR_NOT_FOUND for an unknown serial.
 */
int engine_visit(struct engine *engine, const char *serial,
    void (*visit)(struct session *session, void *arg), void *arg,
    struct err *err);

/*
 * Tells somebody whenever a phone has changed, while it is still held: the
 * cable side must see an erase that came by MDM. To be set before the start;
 * NULL: nobody.
 */
void engine_watch(struct engine *engine,
    void (*on_change)(void *arg, const struct phone *phone), void *arg);

/* What a session did, as {"serial", "ok", "done", "error"?}. */
json_t *engine_report(
    const struct session *session, int rc, const struct err *err);

#endif
