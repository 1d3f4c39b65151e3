#include "server/service/guard/everything.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/departure.h"
#include "server/service/guard/legal_hold.h"
#include "server/service/service.h"
#include "server/store/store_phone.h"
#include "server/store/store_task.h"

struct looking {
	struct service *service;
	struct ledger ledger;
	const char *text;
	struct txn *txn;
	service_everything_fn *fn;
	void *arg;
	struct everything_view view;
	struct everything_item item; /* being filled */
};

/* ---- one thing ---- */

static struct everything_item *item_begin(struct looking *looking,
    enum everything_kind kind, const char *id, int64_t since)
{
	struct everything_item *item = &looking->item;

	*item = (struct everything_item){.kind = kind, .since = since};
	(void)snprintf(item->id, sizeof(item->id), "%s", id);
	return item;
}

static void put(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text);
}

static int item_end(struct looking *looking)
{
	looking->view.counts[looking->item.kind]++;
	return looking->fn ? looking->fn(looking->arg, &looking->item) : 0;
}

/* ---- what they hold ---- */

/* What the phone is decides how it comes back. */
static const char *phone_would(
    const struct device *device, const struct assignment_row *row)
{
	if (device->is_private)
		return "work data are removed; the phone stays with its owner";
	if (row->is_shared)
		return "goes to the next who answers for it, not erased";
	if (!device->life_id[0])
		return "is handed in; who takes it states that it is emptied";
	return "is handed in, erased and seen to be erased";
}

static int add_phone(struct looking *looking, const struct assignment_row *row)
{
	struct everything_item *item =
	    item_begin(looking, EVERYTHING_PHONE, row->device_id, row->from_at);
	struct legal_hold_row hold;
	struct device device;

	if (store_device_load_of(
	        looking->txn, row->org_id, row->device_id, &device, NULL) < 0)
		return item_end(looking);
	put(item->name, sizeof(item->name),
	    device.serial[0] ? device.serial : device.name);
	put(item->state, sizeof(item->state), phone_state_name(device.state));
	put(item->would, sizeof(item->would), phone_would(&device, row));
	if (legal_hold_find(looking->txn, row->org_id, row->device_id,
	        row->person_id, &hold, NULL) == 0)
		put(item->would, sizeof(item->would),
		    "is handed in; a legal hold keeps it from being erased");
	return item_end(looking);
}

static int add_subscription(
    struct looking *looking, const struct assignment_row *row)
{
	struct everything_item *item = item_begin(looking,
	    EVERYTHING_SUBSCRIPTION, row->subscription_id, row->from_at);
	struct subscription_row sim;

	put(item->would, sizeof(item->would),
	    "somebody decides: block it, or keep it for the next one");
	if (store_subscription_load(looking->txn, row->org_id,
	        row->subscription_id, &sim, NULL) == 0) {
		put(item->name, sizeof(item->name),
		    sim.number[0] ? sim.number : sim.iccid);
		put(item->state, sizeof(item->state),
		    sim.ended_at ? "ended" : "in_force");
	}
	return item_end(looking);
}

static int on_assignment(void *arg, const struct assignment_row *row)
{
	return row->kind == ASSIGNMENT_PHONE ? add_phone(arg, row)
	                                     : add_subscription(arg, row);
}

static int on_accessory(void *arg, const struct accessory_holding_row *row)
{
	struct looking *looking = arg;
	struct everything_item *item = item_begin(
	    looking, EVERYTHING_ACCESSORY, row->accessory_id, row->from_at);
	struct accessory_row accessory;

	put(item->would, sizeof(item->would), "is handed in");
	put(item->state, sizeof(item->state), "held");
	if (store_accessory_load(looking->txn, row->org_id, row->accessory_id,
	        &accessory, NULL) == 0)
		put(item->name, sizeof(item->name), accessory.name);
	return item_end(looking);
}

/* ---- what is open about them ---- */

static int on_departure(void *arg, const struct departure_row *row)
{
	struct everything_item *item =
	    item_begin(arg, EVERYTHING_DEPARTURE, row->id, row->created_at);

	put(item->name, sizeof(item->name), departure_reason_name(row->reason));
	put(item->state, sizeof(item->state), departure_state_name(row->state));
	return item_end(arg);
}

static int on_case(void *arg, const struct return_case_row *row)
{
	struct looking *looking = arg;
	struct everything_item *item = item_begin(
	    looking, EVERYTHING_RETURN_CASE, row->id, row->created_at);
	struct device device;

	put(item->state, sizeof(item->state), return_state_name(row->state));
	if (store_device_load_of(
	        looking->txn, row->org_id, row->device_id, &device, NULL) == 0)
		put(item->name, sizeof(item->name), device.serial);
	return item_end(looking);
}

static int on_task(void *arg, const struct task_row *row)
{
	struct everything_item *item =
	    item_begin(arg, EVERYTHING_TASK, row->id, row->created_at);

	put(item->name, sizeof(item->name), task_kind_name(row->kind));
	put(item->state, sizeof(item->state), task_state_name(row->state));
	return item_end(arg);
}

static int on_order(void *arg, const struct equipment_order_row *row)
{
	struct everything_item *item;

	if (!equipment_order_is_open(row->state))
		return 0;
	item = item_begin(
	    arg, EVERYTHING_EQUIPMENT_ORDER, row->id, row->created_at);
	put(item->name, sizeof(item->name), row->item);
	put(item->state, sizeof(item->state),
	    equipment_order_state_name(row->state));
	return item_end(arg);
}

static int on_page_link(void *arg, const struct page_link_row *row)
{
	struct looking *looking = arg;
	struct everything_item *item;

	if (row->used_at || row->revoked_at ||
	    row->expires_at <= looking->ledger.now)
		return 0;
	item =
	    item_begin(looking, EVERYTHING_PAGE_LINK, row->id, row->created_at);
	put(item->name, sizeof(item->name), row->page);
	put(item->state, sizeof(item->state),
	    row->opened_at ? "opened" : "made");
	return item_end(looking);
}

static int on_link(void *arg, const struct link *row)
{
	struct looking *looking = arg;
	struct everything_item *item;

	if (strcmp(row->person_id, looking->view.person.person.id) != 0 ||
	    row->enrolled_at || row->expires_at <= looking->ledger.now)
		return 0;
	item = item_begin(
	    looking, EVERYTHING_ENROLMENT_LINK, row->id, row->created_at);
	put(item->name, sizeof(item->name), row->serial);
	put(item->state, sizeof(item->state),
	    row->profile_at ? "opened" : "made");
	return item_end(looking);
}

static int on_wiped(void *arg, const struct assignment_row *row)
{
	struct looking *looking = arg;
	struct everything_item *item;
	struct device device;
	struct wipe wipe;

	if (row->kind != ASSIGNMENT_PHONE ||
	    store_wipe_find_device(looking->txn, row->device_id, &wipe, NULL) <
	        0 ||
	    !wipe_is_open(wipe.state))
		return 0;
	item = item_begin(looking, EVERYTHING_WIPE, wipe.id, wipe.ordered_at);
	if (store_device_load_of(
	        looking->txn, row->org_id, row->device_id, &device, NULL) == 0)
		put(item->name, sizeof(item->name), device.serial);
	put(item->state, sizeof(item->state), wipe_state_name(wipe.state));
	return item_end(looking);
}

static int on_hold(void *arg, const struct legal_hold_row *row)
{
	struct everything_item *item =
	    item_begin(arg, EVERYTHING_HOLD, row->id, row->set_at);

	put(item->name, sizeof(item->name), row->reference);
	put(item->state, sizeof(item->state), "in_force");
	return item_end(arg);
}

static int on_unit(void *arg, const struct unit_row *row)
{
	struct looking *looking = arg;
	const char *id = looking->view.person.person.id;
	bool is_manager = strcmp(row->manager_id, id) == 0;
	struct everything_item *item;

	if (row->ended_at ||
	    (!is_manager && strcmp(row->coordinator_id, id) != 0))
		return 0;
	item = item_begin(looking, EVERYTHING_UNIT, row->id, row->created_at);
	put(item->name, sizeof(item->name), row->name);
	put(item->state, sizeof(item->state),
	    is_manager ? "manager" : "coordinator");
	return item_end(looking);
}

/* ---- all of it ---- */

static int on_employment(void *arg, const struct employment_row *row)
{
	struct everything_view *view = arg;

	if (row->to_day == 0)
		view->last_day = -1; /* one has no end */
	else if (view->last_day >= 0 && row->to_day - 1 > view->last_day)
		view->last_day = row->to_day - 1;
	return 0;
}

static int walk_held(struct looking *looking, const char *org_id,
    const char *id, struct err *err)
{
	struct txn *txn = looking->txn;
	int rc = store_assignment_each_person(
	    txn, org_id, id, true, on_assignment, looking, err);

	if (rc == 0)
		rc = store_accessory_holding_each_person(
		    txn, org_id, id, true, on_accessory, looking, err);
	if (rc == 0)
		rc = store_assignment_each_person(
		    txn, org_id, id, true, on_wiped, looking, err);
	return rc;
}

static int walk_cases(struct looking *looking, const char *org_id,
    const char *id, struct err *err)
{
	const struct departure_filter departures = {
	    .org_id = org_id, .person_id = id, .only_open = true};
	const struct return_case_filter cases = {
	    .org_id = org_id, .person_id = id, .only_open = true};
	int rc = store_departure_each(
	    looking->txn, &departures, on_departure, looking, err);

	if (rc == 0)
		rc = store_return_case_each(
		    looking->txn, &cases, on_case, looking, err);
	if (rc == 0)
		rc = store_legal_hold_each_subject(
		    looking->txn, org_id, id, on_hold, looking, err);
	return rc;
}

static int walk_asked(struct looking *looking, const char *org_id,
    const char *id, struct err *err)
{
	const struct task_filter tasks = {
	    .org_id = org_id, .person_id = id, .only_open = true};
	struct txn *txn = looking->txn;
	int rc = store_task_each(txn, &tasks, on_task, looking, err);

	if (rc == 0)
		rc = store_equipment_order_each_person(
		    txn, org_id, id, on_order, looking, err);
	if (rc == 0)
		rc = store_page_link_each_person(
		    txn, org_id, id, on_page_link, looking, err);
	if (rc == 0)
		rc = store_link_each(txn, org_id, on_link, looking, err);
	if (rc == 0)
		rc = store_unit_each(txn, org_id, "", 0, on_unit, looking, err);
	return rc;
}

static int look(struct txn *txn, void *arg, struct err *err)
{
	struct looking *looking = arg;
	const char *org_id = looking->ledger.org_id;
	const char *id = looking->view.person.person.id;
	int rc;

	looking->txn = txn;
	memset(looking->view.counts, 0, sizeof(looking->view.counts));
	looking->view.last_day = 0;
	rc = store_employment_each_person(
	    txn, org_id, id, on_employment, &looking->view, err);
	if (looking->view.last_day < 0)
		looking->view.last_day = 0;
	if (rc == 0)
		rc = walk_held(looking, org_id, id, err);
	if (rc == 0)
		rc = walk_cases(looking, org_id, id, err);
	return rc == 0 ? walk_asked(looking, org_id, id, err) : rc;
}

int service_everything_each(struct service *service, const struct actor *actor,
    const char *person, struct everything_view *out, service_everything_fn *fn,
    void *arg, struct err *err)
{
	struct looking looking = {.service = service, .fn = fn, .arg = arg};
	int rc = ledger_init(&looking.ledger, service, actor, err);

	if (rc == 0)
		rc = service_person_view(
		    service, actor, person, &looking.view.person, NULL, err);
	if (rc == 0)
		rc = store_read(service->store, look, &looking, err);
	if (rc == 0)
		*out = looking.view;
	return rc;
}

/* ---- the one action ---- */

/* How many cases it would be: one for each phone that has none yet. */
static int count_cases(struct service *service, const struct actor *actor,
    const char *person, unsigned *cases, struct err *err)
{
	struct everything_view view;
	unsigned phones;
	unsigned open;
	int rc = service_everything_each(
	    service, actor, person, &view, NULL, NULL, err);

	if (rc < 0)
		return rc;
	phones = view.counts[EVERYTHING_PHONE];
	open = view.counts[EVERYTHING_RETURN_CASE];
	*cases = phones > open ? phones - open : 0;
	return 0;
}

int service_everything_return(struct service *service,
    const struct actor *actor, const struct everything_request *request,
    struct everything_done *out, struct err *err)
{
	const struct departure_request wanted = {
	    .person = request->person, .note = request->reason};
	struct everything_done done = {.departure_id = ""};
	struct departure_view view;
	int rc;

	if (!request->reason || !*request->reason)
		return err_set(
		    err, ERR_INVALID, "asking everything back needs a reason");
	rc = service_departure_open(
	    service, actor, &wanted, request->dry_run, &view, err);
	if (rc < 0)
		return rc;
	done.cases = view.cases;
	if (request->dry_run)
		rc = count_cases(
		    service, actor, request->person, &done.cases, err);
	else
		(void)str_copy(done.departure_id, sizeof(done.departure_id),
		    view.departure.id);
	if (rc == 0)
		*out = done;
	return rc;
}

/* ---- words ---- */

const char *everything_kind_name(enum everything_kind kind)
{
	static const char *const names[EVERYTHING_KIND_COUNT] = {
	    [EVERYTHING_PHONE] = "phone",
	    [EVERYTHING_SUBSCRIPTION] = "subscription",
	    [EVERYTHING_ACCESSORY] = "accessory",
	    [EVERYTHING_DEPARTURE] = "departure",
	    [EVERYTHING_RETURN_CASE] = "return_case",
	    [EVERYTHING_TASK] = "task",
	    [EVERYTHING_EQUIPMENT_ORDER] = "equipment_order",
	    [EVERYTHING_PAGE_LINK] = "page_link",
	    [EVERYTHING_ENROLMENT_LINK] = "enrolment_link",
	    [EVERYTHING_WIPE] = "wipe",
	    [EVERYTHING_HOLD] = "legal_hold",
	    [EVERYTHING_UNIT] = "unit",
	};

	return (unsigned)kind < EVERYTHING_KIND_COUNT ? names[kind] : "unknown";
}
