/*
 * Things go to a person, by hand: what they do not hold yet becomes theirs in
 * the ledger, and they are asked to sign for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/lifecycle/phone.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/ledger.h"
#include "server/service/receipt/handout.h"
#include "server/service/service.h"
#include "server/service/task/task_clock.h"
#include "server/store/store_phone.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

struct making {
	struct service *service;
	const struct actor *actor;
	const struct handout_request *request;
	struct handout_view *view;
	struct ledger ledger;
	struct task_world world;
	struct person_row person;
	struct handout_row row;
	char device_id
	    [STORE_ID]; /* "" without a phone: the log is found by it */
	unsigned things;
};

static int add_row(struct txn *txn, struct making *making,
    enum handout_thing_kind kind, const char *thing_id,
    const char *assignment_id, const char *name, struct err *err)
{
	struct handout_thing_row row = {.kind = kind};

	uuid_make_ordered(
	    making->world.now, making->things++, making->service->rng, row.id);
	COPY(row.org_id, making->row.org_id);
	COPY(row.handout_id, making->row.id);
	COPY(row.thing_id, thing_id);
	COPY(row.assignment_id, assignment_id);
	if (str_copy(row.name, sizeof(row.name), name) < 0)
		return err_set(err, ERR_LIMIT, "a name is too long");
	return store_handout_thing_save(txn, &row, err);
}

/* 1: it is theirs already; 0: nobody's; -ERR_CONFLICT: somebody else's. */
static int held_by(const struct making *making, int found,
    const struct assignment_row *held, const char *what, struct err *err)
{
	if (found == -ERR_NOT_FOUND)
		return 0;
	if (found < 0)
		return err_set(err, ERR_IO, "the ledger cannot be read");
	if (strcmp(held->person_id, making->person.id) != 0)
		return err_set(err, ERR_CONFLICT,
		    "the %s is somebody else's: it is returned first", what);
	return 1;
}

static int add_phone(struct txn *txn, struct making *making, struct err *err)
{
	struct assignment_said said = {
	    .person = making->person.id, .is_shared = -1};
	struct assignment_row held = {.id = ""};
	enum ledger_effect effect;
	struct handout_row open;
	struct device device;
	int rc = ledger_phone_find(
	    txn, making->row.org_id, making->request->phone, &device, err);

	if (rc < 0)
		return rc;
	if (device.is_private)
		return err_set(err, ERR_DENIED,
		    "it is a person's own phone: nobody hands it out");
	if (device.state == PHONE_ORDERED)
		return err_set(err, ERR_CONFLICT,
		    "this phone is ordered and not here yet by the register: "
		    "when it has come, say so first (workphone phone received "
		    "%.64s)",
		    device.serial);
	if (store_handout_find_phone(txn, making->row.org_id, device.id,
	        making->person.id, &open, NULL) == 0 &&
	    open.state == HANDOUT_OFFERED)
		return err_set(err, ERR_CONFLICT,
		    "the person is asked already to accept this phone");
	rc = held_by(making,
	    store_assignment_find_phone(
	        txn, making->row.org_id, device.id, 0, &held, NULL),
	    &held, "phone", err);
	said.phone = device.id;
	COPY(making->device_id, device.id);
	if (rc == 0)
		rc = ledger_assignment_put(
		    txn, &making->ledger, &said, &held, &effect, err);
	return rc < 0
	    ? rc
	    : add_row(txn, making, HANDOUT_PHONE, device.id, held.id, "", err);
}

static int add_subscription(
    struct txn *txn, struct making *making, struct err *err)
{
	struct assignment_said said = {
	    .person = making->person.id, .is_shared = -1};
	struct assignment_row held = {.id = ""};
	enum ledger_effect effect;
	struct subscription_row row;
	int rc = ledger_subscription_find(
	    txn, making->row.org_id, making->request->subscription, &row, err);

	if (rc < 0)
		return rc;
	rc = held_by(making,
	    store_assignment_find_subscription(
	        txn, making->row.org_id, row.id, 0, &held, NULL),
	    &held, "subscription", err);
	said.subscription = row.id;
	if (rc == 0)
		rc = ledger_assignment_put(
		    txn, &making->ledger, &said, &held, &effect, err);
	return rc < 0 ? rc
	              : add_row(txn, making, HANDOUT_SUBSCRIPTION, row.id,
	                    held.id, "", err);
}

/* One with a label of ours is a row of the ledger; any other is words. */
static int add_accessory(
    struct txn *txn, struct making *making, const char *text, struct err *err)
{
	struct accessory_said said = {
	    .label = text, .person = making->person.id};
	struct accessory_row row = {.id = ""};
	enum ledger_effect effect;
	int rc;

	if (!text[strspn(text, " \t")])
		return err_set(
		    err, ERR_INVALID, "an accessory is named, or labelled");
	if (store_accessory_find_label(
	        txn, making->row.org_id, text, &row, NULL) < 0)
		return add_row(
		    txn, making, HANDOUT_ACCESSORY, "", "", text, err);
	rc = ledger_accessory_put(
	    txn, &making->ledger, &said, &row, &effect, err);
	return rc < 0 ? rc
	              : add_row(txn, making, HANDOUT_ACCESSORY, row.id, "",
	                    row.name, err);
}

static int add_all(struct txn *txn, struct making *making, struct err *err)
{
	const struct handout_request *request = making->request;
	int rc = request->phone ? add_phone(txn, making, err) : 0;

	if (rc == 0 && request->subscription)
		rc = add_subscription(txn, making, err);
	for (size_t i = 0; rc == 0 && i < request->accessory_count; i++)
		rc = add_accessory(txn, making, request->accessories[i], err);
	return rc;
}

/* ---- who is asked ---- */

static int ask(struct txn *txn, struct making *making, struct err *err)
{
	static const struct task_terms terms = {
	    2 * TIME_DAY_MS, 4 * TIME_DAY_MS, 7 * TIME_DAY_MS, 0};
	struct task_row task = {.kind = TASK_ACCEPT_HANDOUT,
	    .subject_kind = STORE_SUBJECT_PERSON,
	    .created_at = making->world.now};
	int rc;

	COPY(task.org_id, making->row.org_id);
	COPY(task.person_id, making->person.id);
	COPY(task.unit_id, making->person.unit_id);
	COPY(task.subject_id, making->person.id);
	COPY(task.case_id, making->row.id);
	/* A second phone is another hand-out, not the same asked twice. */
	(void)snprintf(
	    task.cause, sizeof(task.cause), "handout:%s", making->row.id);
	task_clock_set(&task, &making->world.place, &terms, 0);
	rc = task_open(txn, &making->world, &task, err);
	if (rc == 0)
		COPY(making->row.task_id, task.id);
	return rc;
}

static int note_made(struct txn *txn, struct making *making, struct err *err)
{
	char count[16];
	const struct audit_note note = {.action = AUDIT_HANDOUT_MADE,
	    .org_id = making->row.org_id,
	    .by = making->actor->name,
	    .subject_kind = "handout",
	    .subject_id = making->row.id,
	    .person_id = making->person.id,
	    .device_id = making->device_id,
	    .params = {{"things", count}, {"task", making->row.task_id}}};

	(void)snprintf(count, sizeof(count), "%u", making->things);
	return audit_write(txn, making->service, &note, err);
}

static int row_begin(struct making *making, struct err *err)
{
	const char *note = making->request->note;

	making->row = (struct handout_row){
	    .state = HANDOUT_OFFERED, .made_at = making->world.now};
	making->things = 0;
	uuid_make(making->world.now, making->service->rng, making->row.id);
	COPY(making->row.org_id, making->actor->org_id);
	COPY(making->row.made_by, making->actor->name);
	COPY(making->row.person_id, making->person.id);
	if (note &&
	    str_copy(making->row.note, sizeof(making->row.note), note) < 0)
		return err_set(err, ERR_LIMIT, "the note is too long");
	return 0;
}

static int make(struct txn *txn, void *arg, struct err *err)
{
	struct making *making = arg;
	int rc =
	    ledger_init(&making->ledger, making->service, making->actor, err);

	if (rc == 0)
		rc = task_world_init(making->service, making->actor->org_id,
		    &making->world, err);
	if (rc == 0)
		rc = ledger_person_find(txn, making->actor->org_id,
		    making->request->person, &making->person, err);
	if (rc == 0)
		rc = row_begin(making, err);
	if (rc == 0)
		rc = store_handout_save(txn, &making->row, err);
	if (rc == 0)
		rc = add_all(txn, making, err);
	if (rc == 0 && making->things == 0)
		rc = err_set(err, ERR_INVALID,
		    "say what is handed out: a phone, a subscription, an "
		    "accessory");
	if (rc == 0)
		rc = ask(txn, making, err);
	if (rc == 0)
		rc = store_handout_save(txn, &making->row, err);
	if (rc == 0)
		rc = note_made(txn, making, err);
	return rc == 0 ? handout_view_fill(txn, &making->row, making->view, err)
	               : rc;
}

int service_handout_make(struct service *service, const struct actor *actor,
    const struct handout_request *request, struct handout_view *out,
    struct err *err)
{
	struct making *making = calloc(1, sizeof(*making));
	int rc;

	if (!making)
		return err_memory(err);
	making->service = service;
	making->actor = actor;
	making->request = request;
	making->view = out;
	rc = request->accessory_count > HANDOUT_THINGS_MAX
	    ? err_set(
	          err, ERR_LIMIT, "%d accessories at most", HANDOUT_THINGS_MAX)
	    : store_write(service->store, make, making, err);
	free(making);
	return rc;
}
