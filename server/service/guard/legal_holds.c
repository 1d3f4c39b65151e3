/* Holds as people set, lift and look at them. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/guard/legal_hold.h"
#include "server/service/ledger/ledger.h"
#include "server/service/notify/notify.h"
#include "server/service/service.h"
#include "server/service/station/bench.h"

struct holding {
	struct service *service;
	const struct actor *actor;
	const struct legal_hold_request *request;
	const char *id;
	const char *reason;
	int64_t now;
	struct legal_hold_view view;
};

/* ---- which erases it comes in the way of ---- */

#define PHONES_MAX 256 /* of one person; more are looked at as they connect */

struct phones {
	char ids[PHONES_MAX][STORE_ID];
	size_t count;
};

static int note_phone(void *arg, const struct assignment_row *row)
{
	struct phones *phones = arg;
	size_t i;

	if (row->kind != ASSIGNMENT_PHONE)
		return 0;
	for (i = 0; i < phones->count; i++)
		if (strcmp(phones->ids[i], row->device_id) == 0)
			return 0;
	(void)str_copy(phones->ids[phones->count++], STORE_ID, row->device_id);
	return phones->count == PHONES_MAX;
}

static int find_phones(struct txn *txn, const struct legal_hold_row *hold,
    struct phones *phones, struct err *err)
{
	int rc;

	phones->count = 0;
	if (hold->kind == LEGAL_HOLD_PHONE) {
		(void)str_copy(
		    phones->ids[phones->count++], STORE_ID, hold->subject_id);
		return 0;
	}
	rc = store_assignment_each_person(txn, hold->org_id, hold->subject_id,
	    false, note_phone, phones, err);
	return rc < 0 ? rc : 0;
}

static int note_handed(void *arg, const struct work_order_row *row)
{
	bool *is_handed = arg;

	*is_handed |= row->kind == WORK_ORDER_WIPE &&
	    (row->state == BENCH_ORDER_HANDED ||
	        row->state == BENCH_ORDER_STARTED);
	return 0;
}

/* The erase that is ordered and not acknowledged; 0: none, 1: *command. */
static int find_erase(struct txn *txn, const char *device_id,
    struct command *command, bool *is_handed, struct err *err)
{
	struct wipe wipe;
	int rc = store_wipe_find_device(txn, device_id, &wipe, err);

	if (rc == -ERR_NOT_FOUND || (rc == 0 && wipe.state != WIPE_ORDERED))
		return 0;
	if (rc == 0)
		rc = store_command_load(txn, wipe.command_id, command, err);
	if (rc < 0)
		return rc;
	*is_handed = command->sent_count > 0;
	rc = store_work_order_each_wipe(
	    txn, wipe.id, note_handed, is_handed, err);
	return rc < 0 ? rc : 1;
}

static int count_erases(
    struct txn *txn, struct legal_hold_view *view, struct err *err)
{
	struct legal_hold_row covering;
	struct phones phones;
	struct command command;
	bool is_handed = false;
	size_t i;
	int rc = find_phones(txn, &view->row, &phones, err);

	view->waiting = 0;
	view->handed_out = 0;
	for (i = 0; rc >= 0 && i < phones.count; i++) {
		if (legal_hold_find(txn, view->row.org_id, phones.ids[i], NULL,
		        &covering, NULL) < 0)
			continue; /* held long ago, and erased since */
		rc = find_erase(txn, phones.ids[i], &command, &is_handed, err);
		if (rc > 0 && is_handed)
			view->handed_out++;
		else if (rc > 0)
			view->waiting++;
	}
	return rc < 0 ? rc : 0;
}

/* Lifted: they go out at the next contact, not at the next look. */
static int let_go(
    struct txn *txn, const struct legal_hold_row *hold, struct err *err)
{
	struct phones phones;
	struct command command;
	bool is_handed;
	size_t i;
	int rc = find_phones(txn, hold, &phones, err);

	for (i = 0; rc >= 0 && i < phones.count; i++) {
		rc = find_erase(txn, phones.ids[i], &command, &is_handed, err);
		if (rc <= 0 || !command_is_open(command.state) ||
		    command.not_before == 0)
			continue;
		command.not_before = 0;
		rc = store_command_update(txn, &command, err);
	}
	return rc < 0 ? rc : 0;
}

/* ---- how it is shown ---- */

static void view_name(struct txn *txn, struct legal_hold_view *view)
{
	const struct legal_hold_row *row = &view->row;
	struct person_row person = {.name = ""};
	struct device device = {.serial = ""};
	const char *name = device.serial;

	if (row->kind == LEGAL_HOLD_PERSON) {
		(void)store_person_load(
		    txn, row->org_id, row->subject_id, &person, NULL);
		name = person.name;
	} else {
		(void)store_device_load_of(
		    txn, row->org_id, row->subject_id, &device, NULL);
	}
	(void)snprintf(
	    view->subject_name, sizeof(view->subject_name), "%s", name);
}

static int view_fill(
    struct txn *txn, struct legal_hold_view *view, struct err *err)
{
	view_name(txn, view);
	if (view->row.lifted_at)
		return 0;
	return count_erases(txn, view, err);
}

/* ---- setting and lifting ---- */

static int note(struct txn *txn, struct holding *holding, struct err *err)
{
	const struct legal_hold_row *row = &holding->view.row;
	bool is_person = row->kind == LEGAL_HOLD_PERSON;
	char waiting[16];
	char handed_out[16];
	struct audit_note entry = {
	    .action = row->lifted_at ? AUDIT_HOLD_LIFTED : AUDIT_HOLD_SET,
	    .org_id = row->org_id,
	    .by = holding->actor->name,
	    .subject_kind = "legal_hold",
	    .subject_id = row->id,
	    .person_id = is_person ? row->subject_id : NULL,
	    .device_id = is_person ? NULL : row->subject_id,
	    .why = row->lifted_at ? row->lift_reason : row->reference,
	    .params = {{"kind", is_person ? "person" : "phone"}}};
	const struct event event = {.org_id = row->org_id,
	    .kind = EVENT_HOLD_CHANGED,
	    .state = row->lifted_at ? "lifted" : "placed",
	    .person_id = entry.person_id,
	    .device_id = entry.device_id,
	    .subject_id = row->id,
	    .by = holding->actor->name};
	int rc;

	(void)snprintf(waiting, sizeof(waiting), "%u", holding->view.waiting);
	(void)snprintf(
	    handed_out, sizeof(handed_out), "%u", holding->view.handed_out);
	if (!row->lifted_at) {
		entry.params[1] = (struct audit_param){"waiting", waiting};
		entry.params[2] =
		    (struct audit_param){"handed_out", handed_out};
	}
	rc = audit_write(txn, holding->service, &entry, err);
	return rc < 0 ? rc : notify_event(txn, holding->service, &event, err);
}

static int find_subject(struct txn *txn, const struct holding *holding,
    struct legal_hold_row *row, struct err *err)
{
	const struct legal_hold_request *request = holding->request;
	struct person_row person;
	struct device device;
	int rc;

	if (request->kind == LEGAL_HOLD_PERSON) {
		rc = ledger_person_find(
		    txn, row->org_id, request->subject, &person, err);
		if (rc == 0)
			(void)str_copy(row->subject_id, sizeof(row->subject_id),
			    person.id);
		return rc;
	}
	rc =
	    ledger_phone_find(txn, row->org_id, request->subject, &device, err);
	if (rc == 0)
		(void)str_copy(
		    row->subject_id, sizeof(row->subject_id), device.id);
	return rc;
}

struct same {
	const char *reference;
	struct legal_hold_row row;
};

static int note_same(void *arg, const struct legal_hold_row *row)
{
	struct same *same = arg;

	if (strcmp(row->reference, same->reference) != 0)
		return 0;
	same->row = *row;
	return 1;
}

static int add(struct txn *txn, void *arg, struct err *err)
{
	struct holding *holding = arg;
	struct legal_hold_row row = {
	    .kind = holding->request->kind, .set_at = holding->now};
	struct same same = {.reference = row.reference};
	int rc;

	(void)str_copy(row.org_id, sizeof(row.org_id), holding->actor->org_id);
	(void)str_copy(row.set_by, sizeof(row.set_by), holding->actor->name);
	if (str_copy(row.reference, sizeof(row.reference),
	        holding->request->reference) < 0)
		return err_set(err, ERR_LIMIT,
		    "the reference is longer than %zu bytes",
		    sizeof(row.reference) - 1);
	rc = find_subject(txn, holding, &row, err);
	if (rc == 0)
		rc = store_legal_hold_each_subject(
		    txn, row.org_id, row.subject_id, note_same, &same, err);
	if (rc < 0)
		return rc;
	holding->view.row = same.row;
	if (same.row.id[0])
		return view_fill(txn, &holding->view, err);
	uuid_make(holding->now, holding->service->rng, row.id);
	holding->view.row = row;
	rc = store_legal_hold_save(txn, &row, err);
	if (rc == 0)
		rc = view_fill(txn, &holding->view, err);
	return rc < 0 ? rc : note(txn, holding, err);
}

static void tell(const struct holding *holding, const char *event)
{
	log_info(holding->service->log, event, LOG_USER, holding->actor->name,
	    LOG_ORGANISATION, holding->actor->org_id, LOG_CAUSE,
	    holding->view.row.reference, NULL);
}

int service_legal_hold_add(struct service *service, const struct actor *actor,
    const struct legal_hold_request *request, struct legal_hold_view *out,
    struct err *err)
{
	struct holding holding = {.service = service,
	    .actor = actor,
	    .request = request,
	    .now = clock_now(service->clock)};
	int rc;

	if (!request->reference || !*request->reference)
		return err_set(err, ERR_INVALID,
		    "a legal hold needs the reference of its case");
	if (!request->subject || !*request->subject)
		return err_set(
		    err, ERR_INVALID, "say on whom or what the hold stands");
	rc = store_write(service->store, add, &holding, err);
	if (rc < 0)
		return rc;
	tell(&holding, "hold_set");
	*out = holding.view;
	return 0;
}

static int load(struct txn *txn, void *arg, struct err *err)
{
	struct holding *holding = arg;
	int rc = store_legal_hold_load(
	    txn, holding->actor->org_id, holding->id, &holding->view.row, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(
		    err, ERR_NOT_FOUND, "there is no such legal hold");
	return rc < 0 ? rc : view_fill(txn, &holding->view, err);
}

static int lift(struct txn *txn, void *arg, struct err *err)
{
	struct holding *holding = arg;
	struct legal_hold_row *row = &holding->view.row;
	int rc = load(txn, holding, err);

	if (rc < 0)
		return rc;
	if (row->lifted_at)
		return err_set(
		    err, ERR_CONFLICT, "the legal hold is lifted already");
	row->lifted_at = holding->now;
	(void)str_copy(
	    row->lifted_by, sizeof(row->lifted_by), holding->actor->name);
	if (str_copy(row->lift_reason, sizeof(row->lift_reason),
	        holding->reason) < 0)
		return err_set(err, ERR_LIMIT, "the reason is too long");
	rc = store_legal_hold_save(txn, row, err);
	if (rc == 0)
		rc = let_go(txn, row, err);
	if (rc == 0)
		rc = view_fill(txn, &holding->view, err);
	return rc < 0 ? rc : note(txn, holding, err);
}

int service_legal_hold_lift(struct service *service, const struct actor *actor,
    const char *id, const char *reason, struct legal_hold_view *out,
    struct err *err)
{
	struct holding holding = {.service = service,
	    .actor = actor,
	    .id = id,
	    .reason = reason,
	    .now = clock_now(service->clock)};
	int rc;

	if (!reason || !*reason)
		return err_set(
		    err, ERR_INVALID, "lifting a legal hold needs a reason");
	rc = store_write(service->store, lift, &holding, err);
	if (rc < 0)
		return rc;
	tell(&holding, "hold_lifted");
	*out = holding.view;
	return 0;
}

int service_legal_hold_load(struct service *service, const struct actor *actor,
    const char *id, struct legal_hold_view *out, struct err *err)
{
	struct holding holding = {.service = service,
	    .actor = actor,
	    .id = id,
	    .now = clock_now(service->clock)};
	int rc = store_read(service->store, load, &holding, err);

	if (rc == 0)
		*out = holding.view;
	return rc;
}

/* ---- all ---- */

struct walk {
	struct txn *txn;
	const char *org_id;
	const char *after_id;
	int limit;
	service_legal_hold_fn *fn;
	void *arg;
	struct err *err;
};

static int on_row(void *arg, const struct legal_hold_row *row)
{
	struct walk *walk = arg;
	struct legal_hold_view view = {.row = *row};
	int rc = view_fill(walk->txn, &view, walk->err);

	return rc < 0 ? rc : walk->fn(walk->arg, &view);
}

static int read_all(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;

	walk->txn = txn;
	walk->err = err;
	return store_legal_hold_each(
	    txn, walk->org_id, walk->after_id, walk->limit, on_row, walk, err);
}

int service_legal_hold_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_legal_hold_fn *fn, void *arg,
    struct err *err)
{
	struct walk walk = {.org_id = actor->org_id,
	    .after_id = after_id,
	    .limit = limit,
	    .fn = fn,
	    .arg = arg};

	return store_read(service->store, read_all, &walk, err);
}
