#include "tests/phones/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/base/err.h"
#include "tests/phones/action.h"
#include "tests/phones/enrol.h"
#include "tests/phones/phone_state.h"

#define SAY_EVERY_MS (10 * TIME_SECOND_MS)

struct seat {
	struct phone *phone;
	struct line *line;
	pthread_mutex_t lock; /* around the phone and its line */
	int64_t due_ms;
	struct seat *next; /* in the engine's queue */
};

/*
 * All phones wake equally often, so the queue stays in the order of due times
 * by appending: no heap is needed.
 */
struct engine {
	struct engine_options options;
	pthread_mutex_t lock; /* around what follows */
	pthread_cond_t wake;
	struct seat **seats;
	size_t count;
	size_t capacity;
	struct seat *head;
	struct seat *tail;
	bool stopping;
	void (*on_change)(void *arg, const struct phone *phone);
	void *watcher;
	int64_t said_at; /* a failure, on stderr */
	unsigned unsaid;
	pthread_t *threads;
	unsigned thread_count;
};

static int64_t engine_now(const struct engine *engine)
{
	return clock_now(engine->options.world->clock);
}

/* With the engine's lock held. */
static void enqueue(struct engine *engine, struct seat *seat, int64_t due_ms)
{
	seat->due_ms = due_ms;
	seat->next = NULL;
	if (engine->tail)
		engine->tail->next = seat;
	else
		engine->head = seat;
	engine->tail = seat;
}

static void wait_until(struct engine *engine, int64_t due_ms)
{
	struct timespec until;
	int64_t left = due_ms - engine_now(engine);

	if (left < 1)
		left = 1;
	if (left > TIME_SECOND_MS)
		left = TIME_SECOND_MS;
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += left / 1000;
	until.tv_nsec += left % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	(void)pthread_cond_timedwait(&engine->wake, &engine->lock, &until);
}

/* The next phone that is due, or NULL when the engine stops. */
static struct seat *take_due(struct engine *engine)
{
	struct seat *seat = NULL;

	pthread_mutex_lock(&engine->lock);
	while (!engine->stopping) {
		if (engine->head &&
		    engine->head->due_ms <= engine_now(engine)) {
			seat = engine->head;
			engine->head = seat->next;
			if (!engine->head)
				engine->tail = NULL;
			break;
		}
		wait_until(engine,
		    engine->head ? engine->head->due_ms
		                 : engine_now(engine) + TIME_SECOND_MS);
	}
	pthread_mutex_unlock(&engine->lock);
	return seat;
}

static void save_if_changed(struct engine *engine, struct seat *seat)
{
	void (*on_change)(void *arg, const struct phone *phone);
	struct err err = {0};
	void *watcher;

	if (!seat->phone->changed)
		return;
	pthread_mutex_lock(&engine->lock);
	on_change = engine->on_change;
	watcher = engine->watcher;
	pthread_mutex_unlock(&engine->lock);
	if (on_change)
		on_change(watcher, seat->phone);
	if (folder_save(engine->options.folder, seat->phone, &err) < 0)
		(void)fprintf(stderr, "virtual-phones: %s\n", err.text);
}

/* With thousands of phones and no server one line in ten seconds is enough. */
static void say_failure(
    struct engine *engine, const struct phone *phone, const struct err *err)
{
	int64_t now = engine_now(engine);
	unsigned silent = 0;
	bool say;

	pthread_mutex_lock(&engine->lock);
	say = now - engine->said_at >= SAY_EVERY_MS;
	if (say) {
		silent = engine->unsaid;
		engine->unsaid = 0;
		engine->said_at = now;
	} else {
		engine->unsaid++;
	}
	pthread_mutex_unlock(&engine->lock);
	if (say)
		(void)fprintf(stderr,
		    "virtual-phones: %s: %s (and %u more since the last)\n",
		    phone->hardware.serial, err->text, silent);
}

static void wake_phone(struct engine *engine, struct seat *seat)
{
	struct session session;
	struct err err = {0};
	int rc = 0;

	pthread_mutex_lock(&seat->lock);
	session_init(&session, seat->phone, seat->line, engine->options.world);
	if (session_has_network(&session))
		rc = session_run(&session, &err);
	if (rc < 0)
		say_failure(engine, seat->phone, &err);
	if (!engine->options.net->keep_alive || rc < 0)
		line_hang_up(seat->line);
	save_if_changed(engine, seat);
	session_clear(&session);
	pthread_mutex_unlock(&seat->lock);
}

static void *work(void *arg)
{
	struct engine *engine = arg;
	struct seat *seat;

	while ((seat = take_due(engine)) != NULL) {
		wake_phone(engine, seat);
		pthread_mutex_lock(&engine->lock);
		enqueue(
		    engine, seat, engine_now(engine) + engine->options.poll_ms);
		pthread_mutex_unlock(&engine->lock);
	}
	return NULL;
}

static void seat_free(struct seat *seat)
{
	if (!seat)
		return;
	phone_free(seat->phone);
	line_free(seat->line);
	(void)pthread_mutex_destroy(&seat->lock);
	free(seat);
}

static int seat_new(struct engine *engine, struct phone *phone,
    struct seat **out, struct err *err)
{
	struct seat *seat = calloc(1, sizeof(*seat));
	int rc;

	if (!seat)
		return err_memory(err);
	rc = net_line_new(engine->options.net, &seat->line, err);
	if (rc < 0) {
		free(seat);
		return rc;
	}
	(void)pthread_mutex_init(&seat->lock, NULL);
	seat->phone = phone;
	*out = seat;
	return 0;
}

/* With the engine's lock held, or before it starts. */
static int add_seat(struct engine *engine, struct seat *seat, struct err *err)
{
	size_t capacity = engine->capacity ? engine->capacity * 2 : 64;
	struct seat **seats;

	if (engine->count == engine->capacity) {
		seats = realloc(engine->seats, capacity * sizeof(*seats));
		if (!seats)
			return err_memory(err);
		engine->seats = seats;
		engine->capacity = capacity;
	}
	engine->seats[engine->count++] = seat;
	return 0;
}

static int add_phone(
    struct engine *engine, struct phone *phone, struct err *err)
{
	struct seat *seat = NULL;
	int rc;

	rc = seat_new(engine, phone, &seat, err);
	if (rc < 0)
		return rc;
	rc = add_seat(engine, seat, err);
	if (rc < 0) {
		seat->phone = NULL;
		seat_free(seat);
	}
	return rc;
}

int engine_new(const struct engine_options *options, struct phone **phones,
    size_t count, struct engine **out, struct err *err)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	size_t i;
	int rc = 0;

	if (!engine)
		return err_memory(err);
	engine->options = *options;
	(void)pthread_mutex_init(&engine->lock, NULL);
	(void)pthread_cond_init(&engine->wake, NULL);
	for (i = 0; i < count; i++) {
		if (rc == 0)
			rc = add_phone(engine, phones[i], err);
		if (rc < 0)
			phone_free(phones[i]);
	}
	if (rc < 0) {
		engine_free(engine);
		return rc;
	}
	*out = engine;
	return 0;
}

/* Spreads the first wakings over one interval. */
static void enqueue_all(struct engine *engine)
{
	int64_t now = engine_now(engine);
	int64_t poll = engine->options.poll_ms;
	size_t i;

	for (i = 0; poll > 0 && i < engine->count; i++)
		enqueue(engine, engine->seats[i],
		    now + poll * (int64_t)i / (int64_t)engine->count);
}

int engine_start(struct engine *engine, struct err *err)
{
	unsigned wanted = engine->options.threads;

	engine->threads = calloc(wanted, sizeof(*engine->threads));
	if (!engine->threads)
		return err_memory(err);
	enqueue_all(engine);
	for (; engine->thread_count < wanted; engine->thread_count++)
		if (pthread_create(&engine->threads[engine->thread_count], NULL,
		        work, engine) != 0)
			return err_set(err, ERR_IO, "cannot start a thread");
	return 0;
}

void engine_stop(struct engine *engine)
{
	unsigned i;

	pthread_mutex_lock(&engine->lock);
	engine->stopping = true;
	pthread_cond_broadcast(&engine->wake);
	pthread_mutex_unlock(&engine->lock);
	for (i = 0; i < engine->thread_count; i++)
		(void)pthread_join(engine->threads[i], NULL);
	engine->thread_count = 0;
}

void engine_free(struct engine *engine)
{
	size_t i;

	if (!engine)
		return;
	engine_stop(engine);
	for (i = 0; i < engine->count; i++)
		seat_free(engine->seats[i]);
	(void)pthread_mutex_destroy(&engine->lock);
	(void)pthread_cond_destroy(&engine->wake);
	free(engine->seats);
	free(engine->threads);
	free(engine);
}

size_t engine_count(struct engine *engine)
{
	size_t count;

	pthread_mutex_lock(&engine->lock);
	count = engine->count;
	pthread_mutex_unlock(&engine->lock);
	return count;
}

/* Serials never change, so they may be read without the seat's lock. */
static struct seat *find_seat(struct engine *engine, const char *serial)
{
	struct seat *found = NULL;
	size_t i;

	pthread_mutex_lock(&engine->lock);
	for (i = 0; !found && i < engine->count; i++)
		if (strcmp(engine->seats[i]->phone->hardware.serial, serial) ==
		    0)
			found = engine->seats[i];
	pthread_mutex_unlock(&engine->lock);
	return found;
}

json_t *engine_report(
    const struct session *session, int rc, const struct err *err)
{
	const struct phone *phone = session->phone;
	json_t *report;

	report = json_pack("{s:s, s:b, s:O, s:b, s:b}", "serial",
	    phone->hardware.serial, "ok", rc == 0, "done", session->done,
	    "enrolled", phone->mdm.enrolled, "erased", phone->erased);
	if (report && rc < 0)
		(void)json_object_set_new(report, "error",
		    json_pack("{s:s, s:s}", "code", err_code_name(err->code),
		        "text", err->text));
	return report;
}

/* With the seat's lock held. */
static json_t *finish(struct engine *engine, struct seat *seat,
    struct session *session, int rc, const struct err *err)
{
	json_t *report = engine_report(session, rc, err);

	if (!engine->options.net->keep_alive)
		line_hang_up(seat->line);
	save_if_changed(engine, seat);
	session_clear(session);
	return report;
}

int engine_do(struct engine *engine, const char *serial, const char *action,
    const char *argument, json_t **result, struct err *err)
{
	struct seat *seat = find_seat(engine, serial);
	struct session session;
	struct err why = {0};
	int rc;

	if (!seat)
		return err_set(err, ERR_NOT_FOUND, "no phone %s", serial);
	pthread_mutex_lock(&seat->lock);
	session_init(&session, seat->phone, seat->line, engine->options.world);
	rc = action_run(&session, action, argument, &why);
	*result = finish(engine, seat, &session, rc, &why);
	pthread_mutex_unlock(&seat->lock);
	return *result ? 0 : err_memory(err);
}

int engine_visit(struct engine *engine, const char *serial,
    void (*visit)(struct session *session, void *arg), void *arg,
    struct err *err)
{
	struct seat *seat = find_seat(engine, serial);
	struct session session;

	if (!seat)
		return err_set(err, ERR_NOT_FOUND, "no phone %s", serial);
	pthread_mutex_lock(&seat->lock);
	session_init(&session, seat->phone, seat->line, engine->options.world);
	visit(&session, arg);
	if (!engine->options.net->keep_alive)
		line_hang_up(seat->line);
	save_if_changed(engine, seat);
	session_clear(&session);
	pthread_mutex_unlock(&seat->lock);
	return 0;
}

void engine_watch(struct engine *engine,
    void (*on_change)(void *arg, const struct phone *phone), void *arg)
{
	pthread_mutex_lock(&engine->lock);
	engine->on_change = on_change;
	engine->watcher = arg;
	pthread_mutex_unlock(&engine->lock);
}

/* A copy: the phone goes on while the reader still reads. */
static json_t *seat_state(struct seat *seat)
{
	json_t *shared;
	json_t *copy;

	pthread_mutex_lock(&seat->lock);
	shared = phone_state_summary(seat->phone);
	copy = json_deep_copy(shared);
	json_decref(shared);
	pthread_mutex_unlock(&seat->lock);
	return copy;
}

int engine_state(
    struct engine *engine, const char *serial, json_t **result, struct err *err)
{
	struct seat *seat;
	json_t *list;
	size_t i;

	if (serial) {
		seat = find_seat(engine, serial);
		if (!seat)
			return err_set(
			    err, ERR_NOT_FOUND, "no phone %s", serial);
		*result = seat_state(seat);
		return *result ? 0 : err_memory(err);
	}
	list = json_array();
	for (i = 0; i < engine_count(engine); i++) {
		pthread_mutex_lock(&engine->lock);
		seat = engine->seats[i];
		pthread_mutex_unlock(&engine->lock);
		(void)json_array_append_new(list, seat_state(seat));
	}
	*result = list;
	return 0;
}

static json_t *enrol_seat(
    struct engine *engine, struct seat *seat, const char *url)
{
	struct session session;
	struct err why = {0};
	json_t *report;
	int rc = 0;

	pthread_mutex_lock(&seat->lock);
	session_init(&session, seat->phone, seat->line, engine->options.world);
	if (url)
		rc = enrol_by_url(&session, url, &why);
	if (url && rc == 0)
		rc = session_run(&session, &why);
	report = finish(engine, seat, &session, rc, &why);
	pthread_mutex_unlock(&seat->lock);
	return report;
}

int engine_add(struct engine *engine, struct phone *phone, const char *url,
    json_t **result, struct err *err)
{
	struct seat *seat = NULL;
	int rc;

	if (find_seat(engine, phone->hardware.serial))
		return err_set(err, ERR_CONFLICT, "phone %s is there already",
		    phone->hardware.serial);
	rc = seat_new(engine, phone, &seat, err);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&engine->lock);
	rc = add_seat(engine, seat, err);
	if (rc == 0 && engine->options.poll_ms > 0)
		enqueue(
		    engine, seat, engine_now(engine) + engine->options.poll_ms);
	pthread_mutex_unlock(&engine->lock);
	if (rc < 0) {
		seat->phone = NULL;
		seat_free(seat);
		return rc;
	}
	*result = enrol_seat(engine, seat, url);
	return *result ? 0 : err_memory(err);
}
