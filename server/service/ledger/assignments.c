/* Who holds which phone and which subscription, from when to when. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/departure/departure.h"
#include "server/service/equipment/equipment_order.h"
#include "server/service/ledger/ledger.h"
#include "server/service/ledger/ledger_changed.h"
#include "server/service/ledger/ledger_gate.h"
#include "server/service/phone/phone_state.h"
#include "server/service/service.h"
#include "server/service/task/task.h"

/* What an assignment is about, found. */
struct thing {
	enum assignment_kind kind;
	struct device device;
	struct subscription_row subscription;
	struct assignment_row held; /* by whom now; id "" */
	bool is_replacement;        /* of the same person's, at a repair */
};

static int find_held(struct txn *txn, const struct ledger *ledger,
    struct thing *thing, struct err *err)
{
	int rc = thing->kind == ASSIGNMENT_PHONE
	    ? store_assignment_find_phone(
	          txn, ledger->org_id, thing->device.id, 0, &thing->held, err)
	    : store_assignment_find_subscription(txn, ledger->org_id,
	          thing->subscription.id, 0, &thing->held, err);

	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int find_thing(struct txn *txn, const struct ledger *ledger,
    const struct assignment_said *said, struct thing *out, struct err *err)
{
	int rc;

	memset(out, 0, sizeof(*out));
	if (!said->phone == !said->subscription)
		return err_set(err, ERR_INVALID,
		    "say a phone or a subscription, one of them");
	if (said->phone) {
		out->kind = ASSIGNMENT_PHONE;
		rc = ledger_phone_find(
		    txn, ledger->org_id, said->phone, &out->device, err);
	} else {
		out->kind = ASSIGNMENT_SUBSCRIPTION;
		rc = ledger_subscription_find(txn, ledger->org_id,
		    said->subscription, &out->subscription, err);
	}
	return rc < 0 ? rc : find_held(txn, ledger, out, err);
}

static int say_changed(struct txn *txn, const struct ledger *ledger,
    const struct assignment_row *row, const char *why, struct err *err)
{
	const struct audit_ledger_row note = {
	    .kind = "assignment",
	    .id = row->id,
	    .person_id = row->person_id,
	    .device_id = row->device_id,
	    .subscription_id = row->subscription_id,
	    .is_ended = row->to_at != 0,
	    .why = why,
	};
	int rc = audit_ledger(txn, ledger, &note, err);

	if (rc < 0)
		return rc;
	rc = row->kind == ASSIGNMENT_PHONE
	    ? ledger_changed(txn, ledger, STORE_SUBJECT_PHONE, row->device_id,
	          JUDGE_EQUIPMENT, err)
	    : ledger_changed(txn, ledger, STORE_SUBJECT_SUBSCRIPTION,
	          row->subscription_id, JUDGE_EQUIPMENT, err);

	if (rc == 0)
		rc = ledger_changed(txn, ledger, STORE_SUBJECT_PERSON,
		    row->person_id, JUDGE_EQUIPMENT, err);
	return rc < 0
	    ? rc
	    : departure_holding_changed(txn, ledger, row->person_id, err);
}

static int close_row(struct txn *txn, struct assignment_row *row,
    const char *by, const char *reason, int64_t now, struct err *err)
{
	/* A clock that went back must not make a period end before it begins.
	 */
	row->to_at = now > row->from_at ? now : row->from_at;
	if (row->to_at == 0)
		row->to_at = 1;
	(void)str_copy(row->closed_by, sizeof(row->closed_by), by);
	(void)snprintf(
	    row->close_reason, sizeof(row->close_reason), "%s", reason);
	return store_assignment_save(txn, row, err);
}

/* The employment a thing belongs to: the one in force that began last. */
static int note_employment(void *arg, const struct employment_row *row)
{
	memcpy(arg, row->id, STORE_ID);
	return 0;
}

static int open_row(struct txn *txn, const struct ledger *ledger,
    const struct person_row *person, struct assignment_row *row,
    struct err *err)
{
	int rc;

	uuid_make(ledger->now, ledger->service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), ledger->org_id);
	(void)str_copy(row->person_id, sizeof(row->person_id), person->id);
	(void)str_copy(row->opened_by, sizeof(row->opened_by), ledger->by);
	row->from_at = ledger->now;
	rc = store_employment_each_on(txn, ledger->org_id, person->id,
	    ledger->today, note_employment, row->employment_id, err);
	return rc < 0 ? rc : store_assignment_save(txn, row, err);
}

/* ---- where a subscription is to sit ---- */

struct only_phone {
	char id[STORE_ID];
	unsigned count;
};

static int note_phone(void *arg, const struct assignment_row *row)
{
	struct only_phone *only = arg;

	if (row->kind == ASSIGNMENT_PHONE) {
		memcpy(only->id, row->device_id, STORE_ID);
		only->count++;
	}
	return 0;
}

static int find_place(struct txn *txn, const struct ledger *ledger,
    const struct assignment_said *said, const struct person_row *person,
    char id[STORE_ID], struct err *err)
{
	struct only_phone only = {.count = 0};
	struct device device = {.id = ""};
	int rc;

	if (said->in_phone) {
		rc = *said->in_phone ? ledger_phone_find(txn, ledger->org_id,
		                           said->in_phone, &device, err)
		                     : 0;
		if (rc == 0)
			memcpy(id, device.id, STORE_ID);
		return rc;
	}
	rc = store_assignment_each_person(
	    txn, ledger->org_id, person->id, true, note_phone, &only, err);
	if (rc == 0 && only.count == 1)
		memcpy(id, only.id, STORE_ID);
	return rc;
}

/* ---- putting and ending ---- */

static bool is_alike(
    const struct assignment_row *a, const struct assignment_row *b)
{
	return strcmp(a->person_id, b->person_id) == 0 &&
	    strcmp(a->device_id, b->device_id) == 0 &&
	    a->is_shared == b->is_shared;
}

static int fill_row(struct txn *txn, const struct ledger *ledger,
    const struct assignment_said *said, const struct thing *thing,
    const struct person_row *person, struct assignment_row *row,
    struct err *err)
{
	int rc = 0;

	*row = (struct assignment_row){.kind = thing->kind};
	row->is_shared =
	    said->is_shared < 0 ? thing->held.is_shared : said->is_shared != 0;
	(void)str_copy(row->person_id, sizeof(row->person_id), person->id);
	if (said->order_id)
		rc = str_copy(
		    row->order_id, sizeof(row->order_id), said->order_id);
	if (rc < 0)
		return err_set(err, ERR_LIMIT, "no such order");
	if (thing->kind == ASSIGNMENT_PHONE) {
		memcpy(row->device_id, thing->device.id, STORE_ID);
		return 0;
	}
	memcpy(row->subscription_id, thing->subscription.id, STORE_ID);
	return find_place(txn, ledger, said, person, row->device_id, err);
}

static int show_holder(struct txn *txn, struct device *device,
    const struct person_row *person, struct err *err)
{
	(void)str_copy(
	    device->person_id, sizeof(device->person_id), person->id);
	(void)str_copy(device->person, sizeof(device->person), person->name);
	return store_device_save(txn, device, err);
}

/* Whose it was is told by its assignments; a list must not show a former
 * holder beside a phone in stock. */
static int show_nobody(struct txn *txn, struct device *device, struct err *err)
{
	device->person_id[0] = '\0';
	device->person[0] = '\0';
	return store_device_save(txn, device, err);
}

/* RON-27, VST-05: to another person only against an approved order. */
static int use_order(struct txn *txn, const struct ledger *ledger,
    const struct thing *thing, const struct person_row *person,
    struct assignment_row *row, struct err *err)
{
	const bool is_phone = thing->kind == ASSIGNMENT_PHONE;
	const struct equipment_gate gate = {.org_id = ledger->org_id,
	    .what = is_phone ? EQUIPMENT_PHONE : EQUIPMENT_SUBSCRIPTION,
	    .person = person->id,
	    .linked_to = is_phone ? thing->device.id : thing->subscription.id};
	char order_id[STORE_ID] = "";
	int rc;

	if (strcmp(thing->held.person_id, person->id) == 0 ||
	    (is_phone && thing->device.is_private) || thing->is_replacement)
		return 0;
	rc = service_equipment_order_gate(
	    ledger->service, txn, &gate, order_id, err);
	if (rc == 0 && *order_id)
		memcpy(row->order_id, order_id, STORE_ID);
	return rc;
}

/* What an enrolment brings about has happened; what is said is checked. */
static int step_phone(struct txn *txn, const struct ledger *ledger,
    struct thing *thing, const struct assignment_row *row, struct err *err)
{
	return row->life_id[0] ? phone_follow(txn, ledger, &thing->device,
	                             PHONE_EVENT_ASSIGN, NULL, err)
	                       : phone_step(txn, ledger, &thing->device,
	                             PHONE_EVENT_ASSIGN, NULL, err);
}

static int hand_over(struct txn *txn, const struct ledger *ledger,
    struct thing *thing, const struct person_row *person,
    struct assignment_row *row, struct err *err)
{
	int rc = use_order(txn, ledger, thing, person, row, err);

	if (rc == 0 && thing->held.id[0]) {
		rc = close_row(txn, &thing->held, ledger->by, "handed over",
		    ledger->now, err);
		if (rc == 0)
			rc = say_changed(
			    txn, ledger, &thing->held, "handed over", err);
	}
	if (rc == 0)
		rc = open_row(txn, ledger, person, row, err);
	if (rc == 0 && row->kind == ASSIGNMENT_PHONE)
		rc = step_phone(txn, ledger, thing, row, err);
	if (rc == 0 && row->kind == ASSIGNMENT_PHONE)
		rc = show_holder(txn, &thing->device, person, err);
	return rc < 0 ? rc : say_changed(txn, ledger, row, NULL, err);
}

/* AHL-19: somebody answers for it again, or nobody has to. */
static int end_vacancy(struct txn *txn, const struct ledger *ledger,
    const struct thing *thing, struct err *err)
{
	return thing->kind == ASSIGNMENT_PHONE && thing->held.is_shared
	    ? service_tasks_leader_found(
	          ledger->service, txn, ledger->org_id, thing->device.id, err)
	    : 0;
}

int ledger_assignment_put(struct txn *txn, const struct ledger *ledger,
    const struct assignment_said *said, struct assignment_row *out,
    enum ledger_effect *effect, struct err *err)
{
	struct person_row person;
	struct assignment_row row;
	struct thing thing;
	int rc;

	if (!said->person)
		return err_set(err, ERR_INVALID, "who holds it is not said");
	if ((rc = ledger_person_find(
	         txn, ledger->org_id, said->person, &person, err)) < 0 ||
	    (rc = find_thing(txn, ledger, said, &thing, err)) < 0 ||
	    (rc = fill_row(txn, ledger, said, &thing, &person, &row, err)) < 0)
		return rc;
	if (thing.held.id[0] && is_alike(&thing.held, &row)) {
		*effect = LEDGER_UNCHANGED;
		*out = thing.held;
		return 0;
	}
	thing.is_replacement = said->replaces && *said->replaces;
	*effect = thing.held.id[0] ? LEDGER_CHANGED : LEDGER_ADDED;
	if ((rc = ledger_gate_holder(txn, ledger, &thing.device, &thing.held,
	         &row, &person, err)) < 0 ||
	    (rc = hand_over(txn, ledger, &thing, &person, &row, err)) < 0 ||
	    (rc = end_vacancy(txn, ledger, &thing, err)) < 0)
		return rc;
	*out = row;
	return 0;
}

int ledger_assignment_end(struct txn *txn, const struct ledger *ledger,
    const struct assignment_said *said, const char *reason,
    struct assignment_row *out, struct err *err)
{
	struct thing thing;
	int rc = find_thing(txn, ledger, said, &thing, err);

	if (rc < 0)
		return rc;
	if (!thing.held.id[0])
		return err_set(err, ERR_CONFLICT, "nobody holds it");
	rc = close_row(txn, &thing.held, ledger->by, reason, ledger->now, err);
	if (rc == 0 && thing.kind == ASSIGNMENT_PHONE) {
		rc = show_nobody(txn, &thing.device, err);
		if (rc == 0)
			rc = phone_follow(txn, ledger, &thing.device,
			    PHONE_EVENT_UNASSIGN, reason, err);
	}
	if (rc == 0)
		rc = end_vacancy(txn, ledger, &thing, err);
	if (rc < 0)
		return rc;
	*out = thing.held;
	return say_changed(txn, ledger, &thing.held, reason, err);
}

/* ---- what was let go and is not ---- */

static int take_up(struct txn *txn, const struct ledger *ledger,
    const struct assignment_row *former, struct assignment_row *out,
    struct err *err)
{
	struct assignment_row row = {.kind = former->kind,
	    .is_shared = former->is_shared,
	    .from_at = ledger->now};
	int rc;

	uuid_make(ledger->now, ledger->service->rng, row.id);
	memcpy(row.org_id, former->org_id, STORE_ID);
	memcpy(row.person_id, former->person_id, STORE_ID);
	memcpy(row.device_id, former->device_id, STORE_ID);
	memcpy(row.employment_id, former->employment_id, STORE_ID);
	memcpy(row.order_id, former->order_id, STORE_ID);
	(void)str_copy(row.opened_by, sizeof(row.opened_by), ledger->by);
	rc = store_assignment_save(txn, &row, err);
	if (rc == 0)
		*out = row;
	return rc;
}

int holder_take_up(struct txn *txn, const struct ledger *ledger,
    const struct assignment_row *former, const char *why,
    struct assignment_row *out, struct err *err)
{
	struct person_row person;
	struct device device;
	int rc = store_assignment_find_phone(
	    txn, former->org_id, former->device_id, 0, out, err);

	if (rc != -ERR_NOT_FOUND || former->voided_at) {
		/* *out is who has it by now, or nobody is. */
		if (rc == -ERR_NOT_FOUND)
			*out = (struct assignment_row){.id = ""};
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	}
	if ((rc = store_person_load(
	         txn, former->org_id, former->person_id, &person, err)) < 0 ||
	    (rc = store_device_load_of(
	         txn, former->org_id, former->device_id, &device, err)) < 0 ||
	    (rc = take_up(txn, ledger, former, out, err)) < 0 ||
	    (rc = show_holder(txn, &device, &person, err)) < 0)
		return rc;
	return say_changed(txn, ledger, out, why, err);
}

/* ---- inside the life of a phone ---- */

int holder_open(struct txn *txn, const struct ledger *ledger,
    struct device *device, const struct person_row *person, const char *life_id,
    struct err *err)
{
	struct thing thing = {.kind = ASSIGNMENT_PHONE, .device = *device};
	struct assignment_row row = {.kind = ASSIGNMENT_PHONE};
	int rc = find_held(txn, ledger, &thing, err);

	(void)str_copy(
	    device->person_id, sizeof(device->person_id), person->id);
	(void)str_copy(device->person, sizeof(device->person), person->name);
	/* It was handed to this very person before it enrolled. */
	if (rc < 0 ||
	    (thing.held.id[0] && strcmp(thing.held.person_id, person->id) == 0))
		return rc;
	memcpy(row.device_id, device->id, STORE_ID);
	(void)str_copy(row.life_id, sizeof(row.life_id), life_id);
	thing.device = *device;
	return hand_over(txn, ledger, &thing, person, &row, err);
}

int holder_close(struct txn *txn, const char *org_id, const char *device_id,
    const char *life_id, const char *reason, int64_t now, struct err *err)
{
	struct assignment_row held;
	struct device device;
	int rc =
	    store_assignment_find_phone(txn, org_id, device_id, 0, &held, err);

	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 && strcmp(held.life_id, life_id) != 0))
		return 0;
	if (rc == 0)
		rc = close_row(txn, &held, "policy", reason, now, err);
	if (rc == 0)
		rc = store_device_load_of(txn, org_id, device_id, &device, err);
	if (rc < 0)
		return rc;
	return show_nobody(txn, &device, err);
}

int holder_justifies(struct txn *txn, const struct device *device,
    struct assignment_row *out, struct err *err)
{
	int rc;

	if (device->is_private)
		return err_set(err, ERR_CONFLICT,
		    "this is a private phone: only work data may be removed "
		    "from it");
	rc = store_assignment_find_phone(
	    txn, device->org_id, device->id, 0, out, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_CONFLICT,
		    "nobody holds this phone, so nothing justifies erasing it");
	return rc;
}
