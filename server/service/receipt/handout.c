#include "server/service/receipt/handout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/person_name.h"
#include "server/service/notify/notify.h"
#include "server/service/receipt/receipt_issue.h"
#include "server/service/service.h"
#include "server/store/store_phone.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

const char *handout_state_name(enum handout_state state)
{
	static const char *const names[HANDOUT_STATE_COUNT] = {
	    [HANDOUT_OFFERED] = "offered",
	    [HANDOUT_ACCEPTED] = "accepted",
	    [HANDOUT_REFUSED] = "refused",
	    [HANDOUT_WITHDRAWN] = "withdrawn",
	};

	return (unsigned)state < HANDOUT_STATE_COUNT ? names[state] : "?";
}

/* ---- what is in it ---- */

/* The receipt's own words for each thing, whether it is issued or looked at. */
struct filling {
	struct receipt_work *work;
	struct err *err;
};

static int add_thing(void *arg, const struct handout_thing_row *row)
{
	struct filling *filling = arg;

	switch (row->kind) {
	case HANDOUT_PHONE:
		return receipt_add_phone(
		    filling->work, row->thing_id, filling->err);
	case HANDOUT_SUBSCRIPTION:
		return receipt_add_subscription(filling->work, row->thing_id,
		    RECEIPT_SIM_NONE, filling->err);
	default:
		receipt_add_accessory(filling->work, row->thing_id, row->name);
		return 0;
	}
}

static int add_things(
    struct receipt_work *work, const struct handout_row *row, struct err *err)
{
	struct filling filling = {work, err};

	return store_handout_thing_each(
	    work->txn, row->org_id, row->id, add_thing, &filling, err);
}

int handout_view_fill(struct txn *txn, const struct handout_row *row,
    struct handout_view *out, struct err *err)
{
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	struct receipt_work work = {.txn = txn, .receipt = receipt};
	struct person_row person;
	int rc = receipt ? 0 : err_memory(err);

	memset(out, 0, sizeof(*out));
	out->row = *row;
	COPY(work.world.org_id, row->org_id);
	if (rc == 0)
		rc = add_things(&work, row, err);
	if (rc == 0 && receipt->thing_count > HANDOUT_ALL_MAX)
		rc = err_set(err, ERR_LIMIT,
		    "a hand-out names %d things at most", HANDOUT_ALL_MAX);
	if (rc == 0) {
		memcpy(out->things, receipt->things, sizeof(out->things));
		out->thing_count = receipt->thing_count;
		if (store_person_load(
		        txn, row->org_id, row->person_id, &person, NULL) == 0)
			COPY(out->person_name, person.name);
	}
	receipt_work_clear(&work);
	return rc;
}

/* ---- its end ---- */

static int tell(struct txn *txn, const struct task_world *world,
    const struct handout_row *row, const char *by, struct err *err)
{
	const char *state = handout_state_name(row->state);
	const struct audit_note note = {.action = AUDIT_HANDOUT_CLOSED,
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "handout",
	    .subject_id = row->id,
	    .person_id = row->person_id,
	    .why = row->answer,
	    .params = {{"state", state}, {"receipt", row->receipt_id}}};
	const struct event event = {.org_id = row->org_id,
	    .kind = EVENT_HANDOUT_SIGNED,
	    .state = state,
	    .person_id = row->person_id,
	    .receipt_id = row->receipt_id,
	    .subject_id = row->id,
	    .by = by};
	int rc = audit_write(txn, world->service, &note, err);

	if (rc == 0 && row->state == HANDOUT_ACCEPTED)
		rc = notify_event(txn, world->service, &event, err);
	return rc;
}

static int end(struct txn *txn, const struct task_world *world,
    struct handout_row *row, enum handout_state to, const char *by,
    struct err *err)
{
	int rc;

	row->state = to;
	row->closed_at = world->now;
	COPY(row->closed_by, by);
	rc = store_handout_save(txn, row, err);
	return rc == 0 ? tell(txn, world, row, by, err) : rc;
}

static int check_open(const struct handout_row *row, struct err *err)
{
	if (row->state != HANDOUT_OFFERED)
		return err_set(err, ERR_CONFLICT, "the hand-out is %s already",
		    handout_state_name(row->state));
	return 0;
}

/* The name of who gets it, typed. */
static int check_typed(struct txn *txn, const struct handout_row *row,
    const char *typed, struct err *err)
{
	struct person_row person;
	int rc;

	if (!typed || !typed[strspn(typed, " \t\n")])
		return err_set(err, ERR_INVALID,
		    "a signature is the name, typed: it is missing");
	if (strlen(typed) > LIMIT_NAME || !str_is_utf8(typed, strlen(typed)))
		return err_set(err, ERR_INVALID, "that is no name");
	rc = store_person_load(txn, row->org_id, row->person_id, &person, err);
	if (rc == 0 && !person_name_fits(typed, person.name))
		return err_set(err, ERR_INVALID,
		    "who gets it signs with their own name, as it stands in "
		    "the register");
	return rc;
}

static void rules_address(
    const struct task_world *world, char *out, size_t size)
{
	const struct tenant *tenant =
	    service_tenant_find(world->service, world->org_id);

	if (!tenant || !world->service->office_url[0])
		return;
	(void)snprintf(out, size, "%.180s/o/%.60s", world->service->office_url,
	    tenant->organisation.slug[0] ? tenant->organisation.slug
	                                 : world->org_id);
}

static int sign(struct receipt_work *work, struct handout_row *row,
    const struct handout_signing *signing, struct err *err)
{
	const struct receipt_signed said = {.role = RECEIPT_HOLDER,
	    .person_id = row->person_id,
	    .typed = signing->typed_name,
	    .by = signing->by,
	    .text_sha256 = signing->text_sha256,
	    .at = work->world.now};
	int rc = add_things(work, row, err);

	COPY(work->receipt->note, row->note);
	COPY(work->row.handout_id, row->id);
	rules_address(&work->world, work->receipt->rules_url,
	    sizeof(work->receipt->rules_url));
	if (rc == 0)
		rc = receipt_add_signature(work, &said, err);
	if (rc == 0)
		rc = receipt_work_save(work, signing->by, err);
	if (rc == 0)
		memcpy(row->receipt_id, work->row.id, STORE_ID);
	return rc;
}

int handout_accept(struct txn *txn, const struct task_world *world,
    struct handout_row *row, const struct handout_signing *signing,
    struct err *err)
{
	struct receipt_work work = {.receipt = NULL};
	int rc = check_open(row, err);

	if (rc == 0)
		rc = check_typed(txn, row, signing->typed_name, err);
	if (rc == 0)
		rc = receipt_work_begin(&work, txn, world->service, row->org_id,
		    RECEIPT_HAND_OUT, row->person_id, err);
	if (rc == 0)
		rc = sign(&work, row, signing, err);
	if (rc == 0)
		rc = end(txn, world, row, HANDOUT_ACCEPTED, signing->by, err);
	receipt_work_clear(&work);
	return rc;
}

int handout_close(struct txn *txn, const struct task_world *world,
    struct handout_row *row, enum handout_state to, const char *by,
    const char *why, struct err *err)
{
	int rc = check_open(row, err);

	if (rc < 0)
		return rc;
	if (!why || !why[strspn(why, " \t\n")])
		return err_set(err, ERR_INVALID, "say why");
	if (str_copy(row->answer, sizeof(row->answer), why) < 0)
		return err_set(err, ERR_LIMIT, "the reason is too long");
	return end(txn, world, row, to, by, err);
}
