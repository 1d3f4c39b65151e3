/* Accessories: what is handed out and asked back with a phone. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/accessory.h"
#include "server/service/ledger/ledger.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/service.h"

static int write_down(struct txn *txn, const struct ledger *ledger,
    const struct accessory_row *row, const char *person_id, struct err *err)
{
	const struct audit_note note = {
	    .action = row->ended_at ? AUDIT_LEDGER_ENDED : AUDIT_LEDGER_SAVED,
	    .org_id = row->org_id,
	    .by = ledger->by,
	    .subject_kind = "accessory",
	    .subject_id = row->id,
	    .person_id = person_id,
	};

	return audit_write(txn, ledger->service, &note, err);
}

/* ---- the thing itself ---- */

static int find(struct txn *txn, const struct ledger *ledger, const char *label,
    struct accessory_row *out, struct err *err)
{
	int rc =
	    store_accessory_find_label(txn, ledger->org_id, label, out, NULL);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "cannot read accessories");
	return rc;
}

static int fill(const struct ledger *ledger, const struct accessory_said *said,
    struct accessory_row *row, struct err *err)
{
	int rc = ledger_text_take(
	    row->name, sizeof(row->name), said->name, "name", err);

	if (rc < 0)
		return rc;
	if (!row->name[0])
		return err_set(err, ERR_INVALID, "what it is, is not said");
	if (said->ended && !row->ended_at)
		row->ended_at = ledger->now;
	row->changed_at = ledger->now;
	(void)str_copy(row->changed_by, sizeof(row->changed_by), ledger->by);
	return 0;
}

static int put_row(struct txn *txn, const struct ledger *ledger,
    const struct accessory_said *said, struct accessory_row *row,
    enum ledger_effect *effect, struct err *err)
{
	char label[sizeof(row->label)] = "";
	struct accessory_row was;
	int rc =
	    ledger_text_take(label, sizeof(label), said->label, "label", err);

	if (rc < 0)
		return rc;
	if (!label[0])
		return err_set(
		    err, ERR_INVALID, "say what is written on it: its label");
	rc = find(txn, ledger, label, row, err);
	if (rc == -ERR_NOT_FOUND) {
		*row = (struct accessory_row){.created_at = ledger->now};
		uuid_make(ledger->now, ledger->service->rng, row->id);
		(void)str_copy(
		    row->org_id, sizeof(row->org_id), ledger->org_id);
		(void)str_copy(row->label, sizeof(row->label), label);
		*effect = LEDGER_ADDED;
		rc = 0;
	} else {
		*effect = LEDGER_UNCHANGED;
	}
	was = *row;
	if (rc == 0)
		rc = fill(ledger, said, row, err);
	if (rc < 0)
		return rc;
	if (*effect == LEDGER_UNCHANGED) {
		if (strcmp(was.name, row->name) == 0 &&
		    was.ended_at == row->ended_at) {
			*row = was;
			return 0;
		}
		*effect = row->ended_at ? LEDGER_ENDED : LEDGER_CHANGED;
	}
	return store_accessory_save(txn, row, err);
}

/* ---- who has it ---- */

static int end_holding(struct txn *txn, const struct ledger *ledger,
    struct accessory_holding_row *held, const char *why, struct err *err)
{
	/* A clock that went back must not end it before it begins. */
	held->to_at = ledger->now > held->from_at ? ledger->now : held->from_at;
	if (held->to_at == 0)
		held->to_at = 1;
	(void)str_copy(held->closed_by, sizeof(held->closed_by), ledger->by);
	(void)snprintf(
	    held->close_reason, sizeof(held->close_reason), "%s", why);
	return store_accessory_holding_save(txn, held, err);
}

static int begin_holding(struct txn *txn, const struct ledger *ledger,
    const struct accessory_row *row, const char *person_id,
    const char *device_id, struct err *err)
{
	struct accessory_holding_row held = {.from_at = ledger->now};

	uuid_make(ledger->now, ledger->service->rng, held.id);
	(void)str_copy(held.org_id, sizeof(held.org_id), ledger->org_id);
	(void)str_copy(held.accessory_id, sizeof(held.accessory_id), row->id);
	(void)str_copy(held.person_id, sizeof(held.person_id), person_id);
	(void)str_copy(held.device_id, sizeof(held.device_id), device_id);
	(void)str_copy(held.opened_by, sizeof(held.opened_by), ledger->by);
	return store_accessory_holding_save(txn, &held, err);
}

static int find_ends(struct txn *txn, const struct ledger *ledger,
    const struct accessory_said *said, struct person_row *person,
    struct device *device, struct err *err)
{
	int rc = 0;

	*person = (struct person_row){.id = ""};
	*device = (struct device){.id = ""};
	if (said->person && *said->person)
		rc = ledger_person_find(
		    txn, ledger->org_id, said->person, person, err);
	if (rc == 0 && said->phone && *said->phone)
		rc = ledger_phone_find(
		    txn, ledger->org_id, said->phone, device, err);
	return rc;
}

static int move(struct txn *txn, const struct ledger *ledger,
    const struct accessory_row *row, const struct accessory_said *said,
    bool *moved, struct err *err)
{
	struct accessory_holding_row held;
	struct person_row person;
	struct device device;
	const char *to;
	int found = store_accessory_holding_find(
	    txn, ledger->org_id, row->id, 0, &held, NULL);
	int rc = find_ends(txn, ledger, said, &person, &device, err);

	*moved = false;
	if (rc < 0 || (!said->person && !row->ended_at))
		return rc;
	to = row->ended_at ? "" : person.id;
	if (found == 0 && strcmp(held.person_id, to) == 0 &&
	    (!said->phone || strcmp(held.device_id, device.id) == 0))
		return 0;
	if (found < 0 && !*to)
		return 0;
	*moved = true;
	if (found == 0)
		rc = end_holding(txn, ledger, &held,
		    row->ended_at ? "gone"
		        : *to     ? "handed over"
		                  : "handed in",
		    err);
	if (rc == 0 && *to)
		rc = begin_holding(txn, ledger, row, to, device.id, err);
	return rc;
}

int ledger_accessory_put(struct txn *txn, const struct ledger *ledger,
    const struct accessory_said *said, struct accessory_row *out,
    enum ledger_effect *effect, struct err *err)
{
	struct accessory_holding_row held = {.person_id = ""};
	struct accessory_row row;
	bool moved = false;
	int rc = put_row(txn, ledger, said, &row, effect, err);

	if (rc == 0)
		rc = move(txn, ledger, &row, said, &moved, err);
	if (rc < 0)
		return rc;
	if (moved && *effect == LEDGER_UNCHANGED)
		*effect = LEDGER_CHANGED;
	*out = row;
	if (*effect == LEDGER_UNCHANGED)
		return 0;
	(void)store_accessory_holding_find(
	    txn, ledger->org_id, row.id, 0, &held, NULL);
	return write_down(txn, ledger, &row, held.person_id, err);
}

/* ---- looking ---- */

struct each {
	struct service *service;
	const struct actor *actor;
	const char *after_id;
	int limit;
	service_accessory_fn *fn;
	void *arg;
	struct txn *txn;
	struct err *err;
};

static int show(void *arg, const struct accessory_row *row)
{
	struct each *each = arg;
	struct accessory_view view = {.row = *row};
	int rc = store_accessory_holding_find(
	    each->txn, row->org_id, row->id, 0, &view.held, NULL);

	if (rc == 0)
		rc = store_person_load(each->txn, row->org_id,
		    view.held.person_id, &view.person, each->err);
	else
		view.held.id[0] = '\0';
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	return each->fn(each->arg, &view);
}

static int show_all(struct txn *txn, void *arg, struct err *err)
{
	struct each *each = arg;

	each->txn = txn;
	each->err = err;
	return store_accessory_each(txn, each->actor->org_id, each->after_id,
	    each->limit, show, each, err);
}

int service_accessory_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_accessory_fn *fn, void *arg,
    struct err *err)
{
	struct each each = {.service = service,
	    .actor = actor,
	    .after_id = after_id,
	    .limit = limit,
	    .fn = fn,
	    .arg = arg};
	int rc = store_read(service->store, show_all, &each, err);

	return rc < 0 ? rc : 0;
}
