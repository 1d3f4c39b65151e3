/*
 * The receipt of a return: what its case and its steps say, once both have
 * signed.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/return_along.h"
#include "server/service/departure/return_case.h"
#include "server/service/receipt/receipt_issue.h"
#include "server/store/store_case.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

struct signing {
	struct receipt_work *work;
	const struct return_case_row *row;
	struct return_codes_heard codes;
	struct err *err;
};

static const enum receipt_codes codes_of[RETURN_CODES_COUNT] = {
    [RETURN_CODES_UNSAID] = RECEIPT_CODES_UNSAID,
    [RETURN_CODES_HANDED_OVER] = RECEIPT_CODES_HANDED_OVER,
    [RETURN_CODES_NOT_HANDED_OVER] = RECEIPT_CODES_NOT_HANDED_OVER,
    [RETURN_CODES_NOT_NEEDED] = RECEIPT_CODES_NOT_NEEDED,
};

static const enum receipt_sim sim_of[SIM_DECISION_COUNT] = {
    [SIM_UNDECIDED] = RECEIPT_SIM_UNDECIDED,
    [SIM_BLOCK] = RECEIPT_SIM_BLOCK,
    [SIM_REUSE] = RECEIPT_SIM_REUSE,
    [SIM_CLOSED] = RECEIPT_SIM_CLOSED,
    [SIM_MOVED] = RECEIPT_SIM_MOVED,
    [SIM_STAYS] = RECEIPT_SIM_STAYS,
};

/* Several may have said something of its condition: all of it stands. */
static void add_note(struct receipt *receipt, const char *note)
{
	size_t len = strlen(receipt->note);

	if (!*note || strstr(receipt->note, note) ||
	    len + strlen(note) + 2 >= sizeof(receipt->note))
		return;
	(void)snprintf(receipt->note + len, sizeof(receipt->note) - len, "%s%s",
	    len ? " " : "", note);
}

static int add_signature(struct signing *signing,
    const struct return_step_row *step, enum receipt_role role)
{
	bool is_witness = role == RECEIPT_WITNESS;
	const struct receipt_signed said = {.role = role,
	    .person_id = step->person_id,
	    .typed = step->typed_name,
	    .by = step->done_by,
	    .reason = is_witness ? step->note : NULL,
	    .codes = codes_of[step->codes],
	    .at = step->at};

	if (!is_witness)
		add_note(signing->work->receipt, step->note);
	return receipt_add_signature(signing->work, &said, signing->err);
}

/* Returns a non-zero that ends the walk only for an error. */
static int take_step(void *arg, const struct return_step_row *step)
{
	struct signing *signing = arg;
	struct receipt *receipt = signing->work->receipt;

	return_codes_hear(&signing->codes, step);
	receipt->codes = codes_of[signing->codes.codes];
	switch (step->kind) {
	case RETURN_STEP_CUSTODY:
		add_note(receipt, step->note);
		return 0;
	case RETURN_STEP_SIGNED_HOLDER:
		return add_signature(signing, step, RECEIPT_HOLDER);
	case RETURN_STEP_WITNESS:
		return add_signature(signing, step, RECEIPT_WITNESS);
	case RETURN_STEP_SIGNED_RECEIVER:
		return add_signature(signing, step, RECEIPT_RECEIVER);
	default:
		return 0;
	}
}

static int take_sim(void *arg, const struct sim_decision_row *sim)
{
	struct signing *signing = arg;

	if (sim->case_id[0] && strcmp(sim->case_id, signing->row->id) != 0)
		return 0;
	return receipt_add_subscription(signing->work, sim->subscription_id,
	    sim_of[sim->decision], signing->err);
}

/* As both were shown it when they signed. */
static int take_along(struct signing *signing, struct err *err)
{
	struct return_along along;
	int rc =
	    return_along_load(signing->work->txn, signing->row, &along, err);

	for (size_t i = 0; rc >= 0 && i < along.count; i++)
		receipt_add_accessory(
		    signing->work, along.things[i].id, along.things[i].name);
	return rc;
}

static int fill(struct signing *signing, struct err *err)
{
	const struct return_case_row *row = signing->row;
	struct txn *txn = signing->work->txn;
	int rc = receipt_add_phone(signing->work, row->device_id, err);

	COPY(signing->work->receipt->case_id, row->id);
	if (rc == 0)
		rc = store_sim_decision_each(txn, row->org_id,
		    row->departure_id, take_sim, signing, err);
	if (rc == 0)
		rc = take_along(signing, err);
	if (rc == 0)
		rc = store_return_step_each(
		    txn, row->org_id, row->id, take_step, signing, err);
	/* As it stands now; the certificate says the rest. */
	return rc == 0 ? receipt_take_erasure(signing->work, row->device_id,
	                     row->id, row->wipe_id, err)
	               : rc;
}

static int issue(struct txn *txn, struct service *service,
    const struct return_case_row *row, const char *by, char *id,
    struct err *err)
{
	struct receipt_work work;
	struct signing signing = {.work = &work, .row = row, .err = err};
	int rc = receipt_work_begin(&work, txn, service, row->org_id,
	    RECEIPT_RETURN, row->person_id, err);

	if (rc == 0)
		rc = fill(&signing, err);
	if (rc == 0)
		rc = receipt_work_save(&work, by, err);
	if (rc == 0 && id)
		memcpy(id, work.row.id, STORE_ID);
	receipt_work_clear(&work);
	return rc;
}

int receipt_issue_return(struct txn *txn, struct service *service,
    const char *org_id, const char *case_id, const char *by, char *id,
    struct err *err)
{
	const unsigned both =
	    RETURN_MARK_SIGNED_HOLDER | RETURN_MARK_SIGNED_RECEIVER;
	struct return_case_row row;
	struct receipt_row there;
	int rc = store_receipt_find_case(
	    txn, org_id, case_id, RECEIPT_RETURN, &there, NULL);

	if (rc == 0) {
		if (id)
			memcpy(id, there.id, STORE_ID);
		return 0;
	}
	rc = store_return_case_load(txn, org_id, case_id, &row, err);
	if (rc < 0)
		return rc;
	if (((unsigned)row.marks & both) != both)
		return err_set(err, ERR_CONFLICT,
		    "a return has its receipt when both have signed");
	return issue(txn, service, &row, by, id, err);
}
