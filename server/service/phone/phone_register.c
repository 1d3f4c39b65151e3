/*
 * The register by hand: phones that came, that never speak MDM, that are sent
 * to repair, lost, found, retired; what a person may say of a phone and what
 * follows of itself.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "policies/sim.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/ledger_changed.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/phone/phone_notice.h"
#include "server/service/phone/phone_state.h"
#include "server/service/service.h"
#include "server/store/store_bench.h"
#include "server/store/store_imei.h"

/* ---- a new one ---- */

/* The last digit of an IMEI (3GPP TS 23.003, annex B: Luhn). */
static bool is_checked(const char *digits)
{
	unsigned sum = 0;

	for (size_t i = 0; digits[i]; i++) {
		unsigned digit = (unsigned)(digits[i] - '0') << (i & 1);

		sum += digit / 10 + digit % 10;
	}
	return sum % 10 == 0;
}

/* What is typed by hand is mistyped. */
static int take_imei(const char *text, char *out, size_t size, struct err *err)
{
	char digits[SIM_NUMBER_MAX];

	if (!text || !*text)
		return 0;
	if (sim_imei_normalise(text, digits, NULL) < 0 || !is_checked(digits))
		return err_set(err, ERR_INVALID,
		    "\"%.40s\" is no IMEI: 15 digits are wanted, of which the "
		    "last follows from the others",
		    text);
	(void)str_copy(out, size, digits);
	return 0;
}

/* Apple prints serial numbers in capitals and phones say them so. */
static int take_serial(const char *text, struct device *row, struct err *err)
{
	size_t i;
	int rc = ledger_text_take(
	    row->serial, sizeof(row->serial), text, "serial number", err);

	for (i = 0; rc == 0 && row->serial[i]; i++) {
		if (!isalnum((unsigned char)row->serial[i]) &&
		    !strchr("-_./", row->serial[i]))
			return err_set(err, ERR_INVALID,
			    "a serial number has letters and digits only");
		if (phone_kind_is_managed(row->kind))
			row->serial[i] =
			    (char)toupper((unsigned char)row->serial[i]);
	}
	return rc;
}

static int check_unknown(struct txn *txn, const struct device *row,
    const char *text, const char *what, struct err *err)
{
	struct device other;
	int rc;

	if (!*text)
		return 0;
	rc = ledger_phone_find(txn, row->org_id, text, &other, NULL);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	return err_set(err, ERR_CONFLICT,
	    "there is a phone with the %s %.64s already", what, text);
}

static int fill_device(const struct ledger *ledger,
    const struct phone_add *said, struct device *row, struct err *err)
{
	int rc;

	*row = (struct device){.created_at = ledger->now,
	    .state_at = ledger->now,
	    .state = said->is_here == 0 ? PHONE_ORDERED : PHONE_IN_STOCK,
	    .is_private = said->is_private == 1};
	uuid_make(ledger->now, ledger->service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), ledger->org_id);
	if (!said->kind || phone_kind_parse(said->kind, &row->kind) < 0)
		return err_set(err, ERR_INVALID,
		    "the kind is one of iphone, ipad, android, simple");
	if ((rc = take_serial(said->serial, row, err)) < 0 ||
	    (rc = ledger_text_take(row->model, sizeof(row->model), said->model,
	         "model", err)) < 0)
		return rc;
	/* DESIGN invariant 9. */
	if (row->is_private)
		return row->serial[0]
		    ? 0
		    : err_set(err, ERR_INVALID,
		          "a private phone is known by its serial number");
	if ((rc = take_imei(said->imei, row->imei, sizeof(row->imei), err)) <
	        0 ||
	    (rc = ledger_text_take(
	         row->name, sizeof(row->name), said->name, "name", err)) < 0)
		return rc;
	/* A simple phone often has no other number on it. */
	if (!row->serial[0])
		(void)str_copy(row->serial, sizeof(row->serial), row->imei);
	return row->serial[0]
	    ? 0
	    : err_set(err, ERR_INVALID, "say its serial number or its IMEI");
}

static int write_added(struct txn *txn, const struct ledger *ledger,
    const struct device *row, struct err *err)
{
	struct phone_step_row step = {.event = PHONE_EVENT_RECEIVE,
	    .from_state = row->state,
	    .to_state = row->state,
	    .at = ledger->now,
	    .reason = "came into the register"};
	const struct audit_note note = {
	    .action = AUDIT_PHONE_ADDED,
	    .org_id = row->org_id,
	    .by = ledger->by,
	    .subject_kind = "phone",
	    .subject_id = row->id,
	    .device_id = row->id,
	    .params = {{"serial", row->serial},
	        {"kind", phone_kind_name(row->kind)},
	        {"state", phone_state_name(row->state)}},
	};
	int rc;

	memcpy(step.org_id, row->org_id, STORE_ID);
	memcpy(step.device_id, row->id, STORE_ID);
	(void)str_copy(step.made_by, sizeof(step.made_by), ledger->by);
	rc = store_phone_step(txn, &step, err);
	return rc < 0 ? rc : audit_write(txn, ledger->service, &note, err);
}

int phone_add(struct txn *txn, const struct ledger *ledger,
    const struct phone_add *said, struct device *out, struct err *err)
{
	struct device row;
	int rc = fill_device(ledger, said, &row, err);

	if (rc < 0 ||
	    (rc = check_unknown(txn, &row, row.serial, "serial number", err)) <
	        0 ||
	    (rc = check_unknown(txn, &row, row.imei, "IMEI", err)) < 0 ||
	    (rc = store_device_save(txn, &row, err)) < 0)
		return rc;
	if (row.imei[0] &&
	    (rc = store_imei_save(txn, row.org_id, row.id, row.imei, err)) < 0)
		return rc;
	if ((rc = write_added(txn, ledger, &row, err)) < 0 ||
	    (rc = ledger_changed(txn, ledger, STORE_SUBJECT_PHONE, row.id,
	         JUDGE_EQUIPMENT, err)) < 0)
		return rc;
	*out = row;
	return 0;
}

/* ---- the repairer gave another one ---- */

/* Who holds the broken one holds the new one from now on. */
static int hand_on(struct txn *txn, const struct ledger *ledger,
    const struct device *old, const struct device *fresh,
    const struct assignment_row *held, struct err *err)
{
	const struct assignment_said back = {.phone = old->id, .is_shared = -1};
	const struct assignment_said to = {.person = held->person_id,
	    .phone = fresh->id,
	    .is_shared = held->is_shared,
	    .replaces = old->id};
	struct assignment_row row;
	enum ledger_effect effect;
	int rc = ledger_assignment_end(
	    txn, ledger, &back, "replaced at the repair", &row, err);

	return rc < 0
	    ? rc
	    : ledger_assignment_put(txn, ledger, &to, &row, &effect, err);
}

static int replace(struct txn *txn, const struct ledger *ledger,
    const struct phone_step_ask *ask, struct device *old, struct err *err)
{
	const struct phone_add said = {.kind = phone_kind_name(old->kind),
	    .serial = ask->new_serial,
	    .imei = ask->new_imei,
	    .model = old->model,
	    .is_private = old->is_private,
	    .is_here = 1};
	struct assignment_row held;
	struct device fresh;
	char reason[512];
	int found = store_assignment_find_phone(
	    txn, ledger->org_id, old->id, 0, &held, NULL);
	int rc = phone_add(txn, ledger, &said, &fresh, err);

	if (rc < 0)
		return rc;
	(void)snprintf(reason, sizeof(reason), "replaced by %.64s: %.400s",
	    fresh.serial, ask->reason ? ask->reason : "");
	rc = phone_step(txn, ledger, old, PHONE_EVENT_REPLACE, reason, err);
	if (rc < 0)
		return rc;
	(void)str_copy(old->replaced_by, sizeof(old->replaced_by), fresh.id);
	rc = store_device_save(txn, old, err);
	if (rc == 0 && found == 0)
		rc = hand_on(txn, ledger, old, &fresh, &held, err);
	return rc < 0
	    ? rc
	    : store_device_load_of(txn, ledger->org_id, old->id, old, err);
}

/* ---- what a person may say ---- */

static const bool by_hand[PHONE_EVENT_COUNT] = {
    [PHONE_EVENT_RECEIVE] = true,
    [PHONE_EVENT_SEND_TO_REPAIR] = true,
    [PHONE_EVENT_REPAIRED] = true,
    [PHONE_EVENT_REPLACE] = true,
    [PHONE_EVENT_REPORT_LOST] = true,
    [PHONE_EVENT_REPORT_STOLEN] = true,
    [PHONE_EVENT_FIND] = true,
    [PHONE_EVENT_PROVE_WIPED] = true,
    [PHONE_EVENT_RESTOCK] = true,
    [PHONE_EVENT_RETIRE] = true,
    [PHONE_EVENT_WRITE_OFF] = true,
};

static int check_stated(const struct device *device, struct err *err)
{
	if (!phone_kind_is_managed(device->kind))
		return 0;
	return err_set(err, ERR_DENIED,
	    "a phone that can be managed proves its erase itself, at the bench "
	    "or by enrolling anew; nobody can state it");
}

/* Nobody takes into stock or throws away what somebody still holds. */
static int check_unheld(struct txn *txn, const struct device *device,
    enum phone_event event, struct err *err)
{
	struct assignment_row held;
	int rc = store_assignment_find_phone(
	    txn, device->org_id, device->id, 0, &held, NULL);

	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
		    "%s holds this phone still: take it back first",
		    device->person[0] ? device->person : "somebody");
	if (rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "cannot read who holds a phone");
	if (event == PHONE_EVENT_RETIRE && device->state == PHONE_ASSIGNED &&
	    !device->is_private)
		return err_set(err, ERR_CONFLICT,
		    "this phone left management and nobody handed it in: "
		    "restock it when it is here, write it off when it is not");
	return 0;
}

static int check_said(struct txn *txn, const struct phone_step_ask *ask,
    const struct device *device, struct err *err)
{
	switch (ask->event) {
	case PHONE_EVENT_PROVE_WIPED:
		return check_stated(device, err);
	case PHONE_EVENT_RESTOCK:
	case PHONE_EVENT_RETIRE:
		return check_unheld(txn, device, ask->event, err);
	default:
		return 0;
	}
}

/* Written off, it is nobody's any more. */
static int let_go(struct txn *txn, const struct ledger *ledger,
    struct device *device, const char *reason, struct err *err)
{
	const struct assignment_said said = {
	    .phone = device->id, .is_shared = -1};
	struct assignment_row row;
	char why[LIMIT_NAME + 1];
	int rc = store_assignment_find_phone(
	    txn, ledger->org_id, device->id, 0, &row, NULL);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	(void)snprintf(why, sizeof(why), "written off: %.200s", reason);
	return ledger_assignment_end(txn, ledger, &said, why, &row, err);
}

/* Written off without a return case, it is with whom it was then: nothing else
 * would justify its erase. The repairer's is nobody's. */
static int take_up(struct txn *txn, const struct ledger *ledger,
    struct device *device, const char *reason, struct err *err)
{
	struct assignment_row former;
	struct assignment_row held;
	int rc;

	if (device->state != PHONE_WRITTEN_OFF || device->replaced_by[0])
		return 0;
	rc = store_assignment_find_phone(txn, ledger->org_id, device->id,
	    device->state_at - 1, &former, err);
	if (rc < 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	rc = holder_take_up(txn, ledger, &former, reason, &held, err);
	return rc < 0 ? rc
	              : store_device_load_of(
	                    txn, ledger->org_id, device->id, device, err);
}

int phone_found(struct txn *txn, const struct ledger *ledger,
    struct device *device, const char *reason, struct err *err)
{
	const struct phone_step_ask ask = {
	    .event = PHONE_EVENT_FIND, .reason = reason};
	int rc = phone_notice_case(txn, ledger, device, &ask, err);

	/* Its case has found it; of a private or shared one the case says
	 * nothing to the register. */
	if (rc > 0) {
		rc = phone_follow(
		    txn, ledger, device, PHONE_EVENT_FIND, reason, err);
		return rc < 0 ? rc
		              : store_device_load_of(txn, ledger->org_id,
		                    device->id, device, err);
	}
	if (rc == 0)
		rc = take_up(txn, ledger, device, reason, err);
	return rc < 0
	    ? rc
	    : phone_step(txn, ledger, device, PHONE_EVENT_FIND, reason, err);
}

struct take {
	struct service *service;
	const struct actor *actor;
	const struct phone_step_ask *ask;
	const struct phone_add *add;
	const char *device_id;
	struct device device;
};

/* The way back of a leaver's phone knows it too, and first. */
static int step(struct txn *txn, const struct ledger *ledger,
    const struct phone_step_ask *ask, struct device *device, struct err *err)
{
	int rc;

	if (ask->event == PHONE_EVENT_FIND)
		return phone_found(txn, ledger, device, ask->reason, err);
	rc = phone_notice_case(txn, ledger, device, ask, err);
	if (rc == 0)
		rc = phone_step(
		    txn, ledger, device, ask->event, ask->reason, err);
	if (rc > 0)
		rc = phone_follow(
		    txn, ledger, device, ask->event, ask->reason, err);
	return rc;
}

static int take_step(struct txn *txn, void *arg, struct err *err)
{
	struct take *take = arg;
	const struct phone_step_ask *ask = take->ask;
	struct ledger ledger;
	int rc = ledger_init(&ledger, take->service, take->actor, err);

	if (rc == 0)
		rc = store_device_load_of(
		    txn, ledger.org_id, take->device_id, &take->device, err);
	if (rc == 0)
		rc = check_said(txn, ask, &take->device, err);
	if (rc < 0)
		return rc;
	if (ask->event == PHONE_EVENT_REPLACE)
		return replace(txn, &ledger, ask, &take->device, err);
	rc = step(txn, &ledger, ask, &take->device, err);
	if (rc == 0 && ask->event == PHONE_EVENT_WRITE_OFF)
		rc = let_go(txn, &ledger, &take->device, ask->reason, err);
	return rc < 0
	    ? rc
	    : phone_notice_manager(txn, &ledger, &take->device, ask, err);
}

int service_phone_step(struct service *service, const struct actor *actor,
    const struct phone_step_ask *ask, struct device *out, struct err *err)
{
	struct device found;
	struct take take = {.service = service, .actor = actor, .ask = ask};
	int rc;

	if ((unsigned)ask->event >= PHONE_EVENT_COUNT || !by_hand[ask->event])
		return err_set(err, ERR_DENIED,
		    "\"%s\" follows of itself and is not said by hand",
		    phone_event_name(ask->event));
	if (ask->event != PHONE_EVENT_REPLACE &&
	    (ask->new_serial || ask->new_imei))
		return err_set(err, ERR_INVALID,
		    "a new serial number belongs to a replacement");
	rc = service_device_find(service, actor, ask->device, &found, err);
	if (rc < 0)
		return rc;
	take.device_id = found.id;
	rc = store_write(service->store, take_step, &take, err);
	if (rc < 0)
		return rc;
	log_info(service->log, "phone_moved", LOG_DEVICE, found.id, LOG_SERIAL,
	    found.serial, LOG_USER, actor->name, LOG_STATE,
	    phone_state_name(take.device.state), NULL);
	*out = take.device;
	return 0;
}

static int take_add(struct txn *txn, void *arg, struct err *err)
{
	struct take *take = arg;
	struct ledger ledger;
	int rc = ledger_init(&ledger, take->service, take->actor, err);

	return rc < 0 ? rc
	              : phone_add(txn, &ledger, take->add, &take->device, err);
}

int service_phone_add(struct service *service, const struct actor *actor,
    const struct phone_add *said, struct device *out, struct err *err)
{
	struct take take = {.service = service, .actor = actor, .add = said};
	int rc = store_write(service->store, take_add, &take, err);

	if (rc < 0)
		return rc;
	log_info(service->log, "phone_added", LOG_DEVICE, take.device.id,
	    LOG_SERIAL, take.device.serial, LOG_USER, actor->name, NULL);
	*out = take.device;
	return 0;
}

/* ---- looking ---- */

struct steps {
	const struct device *found;
	service_phone_step_fn *fn;
	void *arg;
};

static int each_step(struct txn *txn, void *arg, struct err *err)
{
	struct steps *steps = arg;

	return store_phone_step_each(txn, steps->found->org_id,
	    steps->found->id, steps->fn, steps->arg, err);
}

int service_phone_steps_each(struct service *service, const struct actor *actor,
    const char *device, service_phone_step_fn *fn, void *arg, struct err *err)
{
	struct device found;
	struct steps steps = {&found, fn, arg};
	int rc = service_device_find(service, actor, device, &found, err);

	return rc < 0 ? rc : store_read(service->store, each_step, &steps, err);
}
