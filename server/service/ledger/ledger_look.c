/* Looking into the ledger: people, units, subscriptions, who had what when. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/ledger/ledger.h"
#include "server/service/service.h"

struct walk {
	const char *org_id;
	const char *text;
	const char *after_id;
	int limit;
	void *fn; /* the address of the caller's function pointer */
	void *arg;
};

static int people_read(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;
	store_person_fn *fn = *(store_person_fn **)walk->fn;

	if (!walk->text)
		return store_person_each(txn, walk->org_id, walk->after_id,
		    walk->limit, fn, walk->arg, err);
	return store_person_each_match(txn, walk->org_id, walk->text,
	    walk->after_id, walk->limit, fn, walk->arg, err);
}

int service_person_each(struct service *service, const struct actor *actor,
    const char *text, const char *after_id, int limit, store_person_fn *fn,
    void *arg, struct err *err)
{
	struct walk walk = {actor->org_id, text, after_id, limit, &fn, arg};

	return store_read(service->store, people_read, &walk, err);
}

struct units_look {
	struct walk *walk;
	struct txn *txn;
	struct err *err;
};

static int name_of_unit(struct units_look *look, const char *id, char *out)
{
	struct unit_row unit;
	int rc;

	if (!*id)
		return 0;
	rc = store_unit_load(
	    look->txn, look->walk->org_id, id, &unit, look->err);
	if (rc == 0)
		(void)str_copy(out, LIMIT_NAME + 1, unit.name);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int name_of_person(struct units_look *look, const char *id, char *out)
{
	struct person_row person;
	int rc;

	if (!*id)
		return 0;
	rc = store_person_load(
	    look->txn, look->walk->org_id, id, &person, look->err);
	if (rc == 0)
		(void)str_copy(out, LIMIT_NAME + 1, person.name);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int on_unit(void *arg, const struct unit_row *row)
{
	struct units_look *look = arg;
	struct unit_view view = {.row = *row};
	int rc = name_of_unit(look, row->parent_id, view.parent);

	if (rc == 0)
		rc = name_of_person(look, row->manager_id, view.manager);
	if (rc == 0)
		rc =
		    name_of_person(look, row->coordinator_id, view.coordinator);
	return rc < 0
	    ? rc
	    : (*(service_unit_fn **)look->walk->fn)(look->walk->arg, &view);
}

static int units_read(struct txn *txn, void *arg, struct err *err)
{
	struct units_look look = {arg, txn, err};

	return store_unit_each(txn, look.walk->org_id, look.walk->after_id,
	    look.walk->limit, on_unit, &look, err);
}

int service_unit_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_unit_fn *fn, void *arg,
    struct err *err)
{
	struct walk walk = {actor->org_id, NULL, after_id, limit, &fn, arg};

	return store_read(service->store, units_read, &walk, err);
}

static int subscriptions_read(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;

	return store_subscription_each(txn, walk->org_id, walk->after_id,
	    walk->limit, *(store_subscription_fn **)walk->fn, walk->arg, err);
}

int service_subscription_each(struct service *service,
    const struct actor *actor, const char *after_id, int limit,
    store_subscription_fn *fn, void *arg, struct err *err)
{
	struct walk walk = {actor->org_id, NULL, after_id, limit, &fn, arg};

	return store_read(service->store, subscriptions_read, &walk, err);
}

/* ---- one person ---- */

struct look_person {
	const struct ledger *ledger;
	const char *text;
	const struct person_parts *parts;
	struct person_view view;
	char unit_id[STORE_ID];
};

static int note_employment(void *arg, const struct employment_row *row)
{
	struct look_person *look = arg;

	look->view.roles |= row->roles;
	memcpy(look->unit_id, row->unit_id, STORE_ID);
	return 0;
}

static int optional(int rc)
{
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int look_today(
    struct txn *txn, struct look_person *look, struct err *err)
{
	struct person_view *view = &look->view;
	const char *org_id = look->ledger->org_id;
	int rc;

	memcpy(look->unit_id, view->person.unit_id, STORE_ID);
	rc = store_employment_each_on(txn, org_id, view->person.id,
	    look->ledger->today, note_employment, look, err);
	if (rc == 0 && look->unit_id[0])
		rc = optional(store_unit_load(
		    txn, org_id, look->unit_id, &view->unit, err));
	if (rc == 0)
		rc = optional(store_absence_find_on(txn, org_id,
		    view->person.id, look->ledger->today, &view->absence, err));
	if (rc == 0 && view->absence.deputy_id[0])
		rc = optional(store_person_load(
		    txn, org_id, view->absence.deputy_id, &view->deputy, err));
	return rc;
}

struct employments_look {
	struct txn *txn;
	const struct person_parts *parts;
	struct err *err;
};

static int on_employment(void *arg, const struct employment_row *row)
{
	const struct employments_look *look = arg;
	struct employment_view view = {.row = *row};
	struct unit_row unit = {.name = ""};
	int rc = 0;

	if (row->unit_id[0])
		rc = optional(store_unit_load(
		    look->txn, row->org_id, row->unit_id, &unit, look->err));
	(void)str_copy(view.unit, sizeof(view.unit), unit.name);
	return rc < 0 ? rc : look->parts->employment(look->parts->arg, &view);
}

static int look_parts(
    struct txn *txn, const struct look_person *look, struct err *err)
{
	const struct person_parts *parts = look->parts;
	const char *org_id = look->ledger->org_id;
	struct employments_look employments = {txn, parts, err};
	const char *id = look->view.person.id;
	int rc = 0;

	if (parts && parts->employment)
		rc = store_employment_each_person(
		    txn, org_id, id, on_employment, &employments, err);
	if (rc == 0 && parts && parts->absence)
		rc = store_absence_each_person(
		    txn, org_id, id, parts->absence, parts->arg, err);
	if (rc == 0 && parts && parts->assignment)
		rc = store_assignment_each_person(
		    txn, org_id, id, false, parts->assignment, parts->arg, err);
	return rc;
}

static int person_read(struct txn *txn, void *arg, struct err *err)
{
	struct look_person *look = arg;
	int rc = ledger_person_find(
	    txn, look->ledger->org_id, look->text, &look->view.person, err);

	if (rc == 0)
		rc = look_today(txn, look, err);
	return rc < 0 ? rc : look_parts(txn, look, err);
}

int service_person_view(struct service *service, const struct actor *actor,
    const char *text, struct person_view *out, const struct person_parts *parts,
    struct err *err)
{
	struct ledger ledger;
	struct look_person look = {
	    .ledger = &ledger, .text = text, .parts = parts};
	int rc = ledger_init(&ledger, service, actor, err);

	if (rc == 0)
		rc = store_read(service->store, person_read, &look, err);
	if (rc == 0)
		*out = look.view;
	return rc;
}

/* ---- who had it ---- */

struct look_holdings {
	struct txn *txn;
	struct err *err;
	const struct ledger *ledger;
	const char *what;
	enum assignment_kind kind;
	int64_t day_begins; /* 0: always */
	int64_t day_ends;
	struct holding_view view;
	service_holding_fn *fn;
	void *arg;
};

static int on_holding(void *arg, const struct assignment_row *row)
{
	struct look_holdings *look = arg;
	struct holding_view *view = &look->view;
	const char *org_id = look->ledger->org_id;
	int rc;

	if (row->kind != look->kind)
		return 0; /* a subscription that is to sit in this phone */
	if (look->day_ends &&
	    (row->from_at >= look->day_ends ||
	        (row->to_at && row->to_at <= look->day_begins)))
		return 0;
	view->assignment = *row;
	rc = store_person_load(
	    look->txn, org_id, row->person_id, &view->person, look->err);
	view->device.id[0] = '\0';
	view->subscription.id[0] = '\0';
	if (rc == 0 && row->device_id[0])
		rc = optional(store_device_load_of(look->txn, org_id,
		    row->device_id, &view->device, look->err));
	if (rc == 0 && row->subscription_id[0])
		rc = optional(store_subscription_load(look->txn, org_id,
		    row->subscription_id, &view->subscription, look->err));
	return rc < 0 ? rc : look->fn(look->arg, view);
}

static int holdings_read(struct txn *txn, void *arg, struct err *err)
{
	struct look_holdings *look = arg;
	const char *org_id = look->ledger->org_id;
	struct subscription_row subscription;
	struct device device;
	int rc = ledger_phone_find(txn, org_id, look->what, &device, err);

	look->txn = txn;
	look->err = err;
	if (rc == 0)
		return store_assignment_each_device(
		    txn, org_id, device.id, false, on_holding, look, err);
	if (rc != -ERR_NOT_FOUND)
		return rc;
	rc = ledger_subscription_find(
	    txn, org_id, look->what, &subscription, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND,
		    "there is no phone and no subscription \"%.100s\"",
		    look->what);
	if (rc < 0)
		return rc;
	look->kind = ASSIGNMENT_SUBSCRIPTION;
	return store_assignment_each_subscription(
	    txn, org_id, subscription.id, false, on_holding, look, err);
}

int service_holding_each(struct service *service, const struct actor *actor,
    const char *what, const char *on, service_holding_fn *fn, void *arg,
    struct err *err)
{
	struct ledger ledger;
	struct look_holdings look = {
	    .ledger = &ledger, .what = what, .fn = fn, .arg = arg};
	const struct tenant *tenant =
	    service_tenant_find(service, actor->org_id);
	enum calendar_zone zone = CALENDAR_STOCKHOLM;
	int32_t day;
	int rc = ledger_init(&ledger, service, actor, err);

	if (rc == 0 && on) {
		if (calendar_day_parse(on, &day, NULL) < 0)
			return err_set(err, ERR_INVALID,
			    "\"%.40s\" is no day; write it like 2026-11-22",
			    on);
		(void)calendar_zone_find(tenant->organisation.time_zone, &zone);
		look.day_begins = calendar_day_begins(zone, day);
		look.day_ends = calendar_day_ends(zone, day);
	}
	return rc < 0 ? rc
	              : store_read(service->store, holdings_read, &look, err);
}
