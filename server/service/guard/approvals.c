/* Requests as people ask, decide and look at them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/guard/approval.h"
#include "server/service/guard/approval_step.h"
#include "server/service/ledger/ledger.h"
#include "server/service/service.h"
#include "server/store/store_token.h"

struct work {
	struct service *service;
	const struct actor *actor;
	int64_t now;
	const char *id;
	const struct approval_decision *decision;
	struct approval_view view;
};

static const char *key_of(const struct actor *actor)
{
	return actor->key[0] ? actor->key : actor->name;
}

/* ---- looking ---- */

static void serial_load(struct txn *txn, const struct approval_thing_row *row,
    char serial[LIMIT_SERIAL + 1])
{
	struct device device;

	if (store_device_load_of(
	        txn, row->org_id, row->thing_id, &device, NULL) == 0)
		(void)str_copy(serial, LIMIT_SERIAL + 1, device.serial);
}

struct serial_of {
	struct txn *txn;
	char *serial;
};

static int note_serial(void *arg, const struct approval_thing_row *row)
{
	const struct serial_of *of = arg;

	serial_load(of->txn, row, of->serial);
	return 1;
}

static void view_fill(struct txn *txn, struct approval_view *view,
    const struct approval_row *row, int64_t now)
{
	struct serial_of of = {txn, view->serial};

	view->row = *row;
	view->serial[0] = '\0';
	if (row->things == 1)
		(void)store_approval_thing_each(
		    txn, row->org_id, row->id, note_serial, &of, NULL);
	view->state = approval_state_name(
	    approval_is_open(row->state) && row->expires_at <= now
	        ? APPROVAL_EXPIRED
	        : row->state);
}

static int load_row(struct txn *txn, const struct work *work,
    struct approval_row *row, struct err *err)
{
	int rc =
	    store_approval_load(txn, work->actor->org_id, work->id, row, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no such request");
	return rc;
}

struct things_walk {
	struct work work;
	struct txn *txn;
	service_approval_thing_fn *fn;
	void *arg;
};

static int on_thing(void *arg, const struct approval_thing_row *row)
{
	struct things_walk *walk = arg;
	struct approval_thing_view view = {.used_at = row->used_at};
	struct assignment_row held;
	struct person_row person;

	(void)str_copy(view.id, sizeof(view.id), row->thing_id);
	serial_load(walk->txn, row, view.serial);
	if (store_assignment_find_phone(
	        walk->txn, row->org_id, row->thing_id, 0, &held, NULL) == 0 &&
	    store_person_load(
	        walk->txn, row->org_id, held.person_id, &person, NULL) == 0)
		(void)str_copy(view.person, sizeof(view.person), person.name);
	return walk->fn(walk->arg, &view);
}

static int look(struct txn *txn, void *arg, struct err *err)
{
	struct things_walk *walk = arg;
	struct approval_row row;
	int rc = load_row(txn, &walk->work, &row, err);

	if (rc < 0)
		return rc;
	view_fill(txn, &walk->work.view, &row, walk->work.now);
	walk->txn = txn;
	if (!walk->fn)
		return 0;
	rc = store_approval_thing_each(
	    txn, row.org_id, row.id, on_thing, walk, err);
	return rc < 0 ? rc : 0;
}

int service_approval_view(struct service *service, const struct actor *actor,
    const char *id, struct approval_view *out, service_approval_thing_fn *fn,
    void *arg, struct err *err)
{
	struct things_walk walk = {.work = {.service = service,
	                               .actor = actor,
	                               .id = id,
	                               .now = clock_now(service->clock)},
	    .fn = fn,
	    .arg = arg};
	int rc = store_read(service->store, look, &walk, err);

	if (rc == 0)
		*out = walk.work.view;
	return rc;
}

struct rows_walk {
	struct txn *txn;
	const char *org_id;
	bool only_open;
	const char *after_id;
	int limit;
	int64_t now;
	service_approval_fn *fn;
	void *arg;
};

static int on_row(void *arg, const struct approval_row *row)
{
	struct rows_walk *walk = arg;
	struct approval_view view;

	view_fill(walk->txn, &view, row, walk->now);
	return walk->fn(walk->arg, &view);
}

static int read_all(struct txn *txn, void *arg, struct err *err)
{
	struct rows_walk *walk = arg;

	walk->txn = txn;
	return store_approval_each(txn, walk->org_id, walk->only_open,
	    walk->after_id, walk->limit, on_row, walk, err);
}

int service_approval_each(struct service *service, const struct actor *actor,
    bool only_open, const char *after_id, int limit, service_approval_fn *fn,
    void *arg, struct err *err)
{
	struct rows_walk walk = {NULL, actor->org_id, only_open, after_id,
	    limit, clock_now(service->clock), fn, arg};

	return store_read(service->store, read_all, &walk, err);
}

/* ---- deciding ---- */

/* A token that was made after the question was made to answer it. */
static int check_token(struct txn *txn, const struct work *work,
    const struct approval_row *row, struct err *err)
{
	static const char prefix[] = "token:";
	const char *key = key_of(work->actor);
	struct api_token_row token;
	int rc;

	if (strncmp(key, prefix, strlen(prefix)) != 0 ||
	    strlen(key) != strlen(prefix) + STORE_ID - 1)
		return 0;
	rc = store_api_token_load(
	    txn, row->org_id, key + strlen(prefix), &token, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_DENIED, "this token is gone");
	if (rc == 0 && token.created_at >= row->asked_at)
		return err_set(err, ERR_DENIED,
		    "this token was made after the question was asked; "
		    "somebody who could be asked then has to decide");
	return rc;
}

/* On whatever account of theirs. */
static int check_other(struct txn *txn, const struct work *work,
    const struct approval_row *row, struct err *err)
{
	const struct approval_who who = {
	    work->actor->name, key_of(work->actor), work->actor->person_id};
	struct approval_own own;
	int rc = approval_look_own(txn, row, &who, &own, err);

	if (rc < 0)
		return rc;
	if (own.is_asker)
		return err_set(err, ERR_DENIED,
		    "who asked cannot decide: it takes a second person");
	if (own.is_cause && work->decision->is_yes)
		return err_set(err, ERR_DENIED,
		    "whose doing it is cannot approve it: it takes somebody "
		    "who did not end the employments or open the departures");
	return 0;
}

static int check_decision(struct txn *txn, const struct work *work,
    const struct approval_row *row, struct err *err)
{
	const struct approval_decision *decision = work->decision;
	int rc;

	if (row->state != APPROVAL_ASKED || row->expires_at <= work->now)
		return err_set(err, ERR_CONFLICT, "the request is %s already",
		    work->view.state);
	if ((rc = check_other(txn, work, row, err)) < 0)
		return rc;
	if (!decision->is_yes && (!decision->note || !*decision->note))
		return err_set(err, ERR_INVALID, "a refusal needs a reason");
	if (decision->is_yes &&
	    (!decision->params_sha256 ||
	        strcmp(decision->params_sha256, row->params_sha256) != 0))
		return err_set(err, ERR_CONFLICT,
		    "the request names other phones than those that were "
		    "shown: look at it again");
	return decision->is_yes ? check_token(txn, work, row, err) : 0;
}

static int decide(struct txn *txn, void *arg, struct err *err)
{
	struct work *work = arg;
	const struct guard_settings *set = &work->service->guard;
	struct approval_row row;
	int rc = load_row(txn, work, &row, err);

	if (rc < 0)
		return rc;
	view_fill(txn, &work->view, &row, work->now);
	if ((rc = check_decision(txn, work, &row, err)) < 0)
		return rc;
	row.decided_at = work->now;
	(void)str_copy(
	    row.decided_by, sizeof(row.decided_by), work->actor->name);
	(void)str_copy(
	    row.decided_key, sizeof(row.decided_key), key_of(work->actor));
	(void)str_copy(row.decided_person_id, sizeof(row.decided_person_id),
	    work->actor->person_id);
	if (work->decision->note &&
	    str_copy(row.note, sizeof(row.note), work->decision->note) < 0)
		return err_set(err, ERR_LIMIT, "the note is too long");
	row.expires_at = work->now +
	    (set->approval_use_ms > 0 ? set->approval_use_ms
	                              : GUARD_APPROVAL_USE_MS);
	rc = approval_apply(txn, work->service, &row,
	    work->decision->is_yes ? APPROVAL_EVENT_APPROVE
	                           : APPROVAL_EVENT_REFUSE,
	    work->actor->name, work->now, err);
	view_fill(txn, &work->view, &row, work->now);
	return rc;
}

static void tell(const struct work *work)
{
	log_info(work->service->log, "approval_changed", LOG_USER,
	    work->actor->name, LOG_ORGANISATION, work->actor->org_id, LOG_KIND,
	    approval_what_name(work->view.row.what), LOG_STATE,
	    work->view.state, NULL);
}

int service_approval_decide(struct service *service, const struct actor *actor,
    const struct approval_decision *decision, struct approval_view *out,
    struct err *err)
{
	struct work work = {.service = service,
	    .actor = actor,
	    .id = decision->id,
	    .decision = decision,
	    .now = clock_now(service->clock)};
	int rc = store_write(service->store, decide, &work, err);

	if (rc < 0)
		return rc;
	tell(&work);
	*out = work.view;
	return 0;
}

/* ---- taking back ---- */

static int withdraw(struct txn *txn, void *arg, struct err *err)
{
	struct work *work = arg;
	struct approval_row row;
	int rc = load_row(txn, work, &row, err);

	if (rc < 0)
		return rc;
	if (strcmp(key_of(work->actor), row.asked_key) != 0 &&
	    strcmp(key_of(work->actor), row.decided_key) != 0)
		return err_set(err, ERR_DENIED,
		    "only who asked or who approved takes it back");
	rc = approval_apply(txn, work->service, &row, APPROVAL_EVENT_WITHDRAW,
	    work->actor->name, work->now, err);
	view_fill(txn, &work->view, &row, work->now);
	return rc;
}

int service_approval_withdraw(struct service *service,
    const struct actor *actor, const char *id, struct approval_view *out,
    struct err *err)
{
	struct work work = {.service = service,
	    .actor = actor,
	    .id = id,
	    .now = clock_now(service->clock)};
	int rc = store_write(service->store, withdraw, &work, err);

	if (rc < 0)
		return rc;
	tell(&work);
	*out = work.view;
	return 0;
}

/* ---- asking, for phones by their names ---- */

struct asking {
	struct work work;
	struct approval_ask ask;
	const char *const *phones;
	char (*ids)[STORE_ID];
	const char **things;
};

static int ask_all(struct txn *txn, void *arg, struct err *err)
{
	struct asking *asking = arg;
	struct approval_row row;
	struct device device;
	size_t i;
	int rc;

	for (i = 0; i < asking->ask.count; i++) {
		rc = ledger_phone_find(
		    txn, asking->ask.org_id, asking->phones[i], &device, err);
		if (rc < 0)
			return rc;
		(void)str_copy(asking->ids[i], STORE_ID, device.id);
		asking->things[i] = asking->ids[i];
	}
	rc = approval_ask(txn, asking->work.service, &asking->ask, &row, err);
	if (rc == 0)
		view_fill(txn, &asking->work.view, &row, asking->work.now);
	return rc;
}

int service_approval_ask(struct service *service, const struct actor *actor,
    enum approval_what what, const char *const *phones, size_t count,
    const char *reason, struct approval_view *out, struct err *err)
{
	int64_t now = clock_now(service->clock);
	struct asking asking = {
	    .work = {.service = service, .actor = actor, .now = now},
	    .phones = phones,
	    .ask = {.org_id = actor->org_id,
	        .what = what,
	        .count = count,
	        .reason = reason,
	        .by = actor->name,
	        .by_key = actor->key,
	        .by_person_id = actor->person_id,
	        .now = now}};
	int rc = 0;

	if (what == APPROVAL_DEPARTURES || what == APPROVAL_REMOVE_DATA)
		return err_set(err, ERR_INVALID,
		    "leavers' cases ask for that by themselves");
	if (count == 0 || count > APPROVAL_THINGS_MAX)
		return err_set(err, ERR_INVALID, "name 1 to %d phones",
		    APPROVAL_THINGS_MAX);
	asking.ids = calloc(count, sizeof(*asking.ids));
	asking.things = calloc(count, sizeof(*asking.things));
	asking.ask.things = asking.things;
	rc = asking.ids && asking.things
	    ? store_write(service->store, ask_all, &asking, err)
	    : err_memory(err);
	free(asking.ids);
	free(asking.things);
	if (rc < 0)
		return rc;
	tell(&asking.work);
	*out = asking.work.view;
	return 0;
}

/* ---- what time alone causes ---- */

#define ROUND 64

struct due {
	struct service *service;
	int64_t now;
	struct approval_row rows[ROUND];
	size_t count;
};

static int note_due(void *arg, const struct approval_row *row)
{
	struct due *due = arg;

	due->rows[due->count++] = *row;
	return due->count == ROUND;
}

static int find_due(struct txn *txn, void *arg, struct err *err)
{
	struct due *due = arg;
	int rc;

	due->count = 0;
	rc = store_approval_each_due(txn, due->now, ROUND, note_due, due, err);
	return rc < 0 ? rc : 0;
}

static int expire(struct txn *txn, void *arg, struct err *err)
{
	struct due *due = arg;
	size_t i;
	int rc = find_due(txn, due, err);

	for (i = 0; rc == 0 && i < due->count; i++)
		rc = approval_apply(txn, due->service, &due->rows[i],
		    APPROVAL_EVENT_EXPIRE, NULL, due->now, err);
	return rc;
}

int service_guard_keep_going(struct service *service, struct err *err)
{
	struct due *due = calloc(1, sizeof(*due));
	int rc;

	if (!due)
		return err_memory(err);
	due->service = service;
	due->now = clock_now(service->clock);
	do {
		rc = store_read(service->store, find_due, due, err);
		if (rc < 0 || due->count == 0)
			break;
		rc = store_write(service->store, expire, due, err);
	} while (rc == 0 && due->count == ROUND);
	free(due);
	return rc;
}
