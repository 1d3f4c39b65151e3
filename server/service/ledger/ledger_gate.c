#include "server/service/ledger/ledger_gate.h"

#include <string.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/return_case.h"
#include "server/service/phone/phone_state.h"
#include "server/service/service.h"
#include "server/store/store_bench.h"

/* The first rule of the pack in force with this gate; NULL: none. */
static const struct pack_rule *gate_rule(
    const struct ledger *ledger, unsigned gate)
{
	const struct tenant *tenant =
	    service_tenant_find(ledger->service, ledger->org_id);
	const struct pack *pack = tenant ? tenant->pack : NULL;
	const struct pack_rule *rule;
	size_t i;

	for (i = 0; pack && (rule = pack_rule_at(pack, i)) != NULL; i++)
		if (rule->gate & gate)
			return rule;
	return NULL;
}

/* ---- AHL-18: one responsible ---- */

static int check_one(struct txn *txn, const struct ledger *ledger,
    const struct assignment_row *held, const struct assignment_row *wanted,
    struct err *err)
{
	const struct pack_rule *rule =
	    gate_rule(ledger, PACK_GATE_ONE_RESPONSIBLE);
	struct person_row holder = {.name = ""};

	if (!rule || !held->id[0] || held->is_shared ||
	    strcmp(held->person_id, wanted->person_id) == 0)
		return 0;
	(void)store_person_load(
	    txn, ledger->org_id, held->person_id, &holder, NULL);
	return err_set(err, ERR_CONFLICT,
	    "%s: %.100s is responsible for this phone, and only one person "
	    "is; have it returned first",
	    rule->id, holder.name[0] ? holder.name : "somebody else");
}

/* ---- AHL-19: a leader of a shared phone ---- */

struct leading {
	struct txn *txn;
	const struct ledger *ledger;
	bool is_leader;
};

/* By the role of the employment, or as the manager of its unit. */
static int note_leading(void *arg, const struct employment_row *row)
{
	struct leading *leading = arg;
	struct unit_row unit;

	if (row->roles & PACK_ROLE_MANAGER)
		leading->is_leader = true;
	else if (row->unit_id[0] &&
	    store_unit_load(leading->txn, leading->ledger->org_id, row->unit_id,
	        &unit, NULL) == 0 &&
	    strcmp(unit.manager_id, row->person_id) == 0)
		leading->is_leader = true;
	return leading->is_leader;
}

static int check_leader(struct txn *txn, const struct ledger *ledger,
    const struct person_row *person, struct err *err)
{
	const struct pack_rule *rule =
	    gate_rule(ledger, PACK_GATE_LEADER_REQUIRED);
	struct leading leading = {txn, ledger, false};
	int rc;

	if (!rule)
		return 0;
	rc = store_employment_each_on(txn, ledger->org_id, person->id,
	    ledger->today, note_leading, &leading, err);
	if (rc < 0 || leading.is_leader)
		return rc < 0 ? rc : 0;
	return err_set(err, ERR_DENIED,
	    "%s: whoever leads the unit answers for its shared phone, and "
	    "%.100s leads none; name the manager",
	    rule->id, person->name);
}

/* ---- a return that is not over ---- */

/* It says that it erased itself, and nobody has seen it yet: to enrol from
 * Setup Assistant is the proof. */
static bool is_proven_by_enrolling(const struct return_case_row *row)
{
	return row->state == RETURN_WIPED;
}

/*
 * What is on the phone is another's until its return is over. Before it was
 * asked for it may still change hands; a shared one is handed on by that.
 */
static int check_return(struct txn *txn, const struct device *device,
    const char *person_id, bool enrols, struct err *err)
{
	struct return_case_row row;
	char waits_for[256];
	int rc = store_return_case_find_open(
	    txn, device->org_id, device->id, &row, NULL);

	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 &&
	        (row.state == RETURN_PLANNED ||
	            row.kind == RETURN_KIND_SHARED ||
	            strcmp(row.person_id, person_id) == 0 ||
	            (enrols && is_proven_by_enrolling(&row)))))
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "cannot read the return case");
	if (row.state == RETURN_DISPUTED)
		return err_set(err, ERR_CONFLICT,
		    "the return of %.64s is disputed: it may not be empty. "
		    "Have "
		    "it erased and proven at the bench, or write it off "
		    "(workphone return show %.64s)",
		    device->serial, device->serial);
	return_case_waits_for(&row, waits_for, sizeof(waits_for));
	return err_set(err, ERR_CONFLICT,
	    "the return of %.64s is not over: it waits for %s. Finish it "
	    "first, "
	    "or cancel its departure (workphone return show %.64s)",
	    device->serial, waits_for, device->serial);
}

int ledger_gate_holder(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const struct assignment_row *held,
    const struct assignment_row *wanted, const struct person_row *person,
    struct err *err)
{
	int rc;

	/* All of it is about phones of the organisation. */
	if (wanted->kind != ASSIGNMENT_PHONE || device->is_private)
		return 0;
	rc = check_one(txn, ledger, held, wanted, err);
	if (rc == 0)
		rc = check_return(txn, device, wanted->person_id, false, err);
	return rc == 0 && wanted->is_shared
	    ? check_leader(txn, ledger, person, err)
	    : rc;
}

/* ---- BOT-22: work data on a private phone ---- */

struct own {
	const char *serial;
	bool is_private;
};

static int note_own(void *arg, const struct device *row)
{
	struct own *own = arg;

	/* The walk finds parts of names, too. */
	if (strcmp(row->serial, own->serial) == 0 && row->is_private)
		own->is_private = true;
	return own->is_private;
}

/* What the register has of it: not every phone is to enrol. */
static int check_register(struct txn *txn, const struct ledger *ledger,
    const char *serial, const char *person_id, struct err *err)
{
	struct device device;
	int rc = store_device_find_serial(
	    txn, ledger->org_id, serial, &device, NULL);

	if (rc < 0)
		return rc == -ERR_NOT_FOUND || rc == -ERR_CONFLICT
		    ? 0
		    : err_set(err, ERR_IO, "cannot read the register");
	if (!phone_kind_is_managed(device.kind))
		return err_set(err, ERR_CONFLICT,
		    "the phone %.64s is in the register as %s: it cannot be "
		    "managed here",
		    serial, phone_kind_name(device.kind));
	if (phone_is_missing(device.state) || phone_is_gone(device.state))
		return phone_may_be_assigned(&device, err);
	return device.is_private
	    ? 0
	    : check_return(txn, &device, person_id, true, err);
}

int ledger_gate_link(struct txn *txn, const struct ledger *ledger,
    const char *serial, const char *person_id, struct err *err)
{
	const struct pack_rule *rule =
	    gate_rule(ledger, PACK_GATE_USER_ENROLMENT);
	struct own own = {serial, false};
	int rc = check_register(txn, ledger, serial, person_id, err);

	if (rc < 0 || !rule)
		return rc;
	rc =
	    store_device_each(txn, ledger->org_id, serial, note_own, &own, err);
	if (rc < 0 || !own.is_private)
		return rc < 0 ? rc : 0;
	return err_set(err, ERR_CONFLICT,
	    "%s: a private phone gets work data through User Enrolment only, "
	    "and this server offers device enrolment: keep work data off it, "
	    "or give the person a phone of the organisation",
	    rule->id);
}
