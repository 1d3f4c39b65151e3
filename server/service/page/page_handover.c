#include "server/service/page/page_handover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/return_along.h"
#include "server/service/departure/return_case.h"
#include "server/service/page/page_missing.h"
#include "server/service/receipt/handout.h"
#include "server/service/service.h"
#include "server/store/store_case.h"
#include "server/store/store_phone.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

struct filling {
	struct txn *txn;
	const struct task_world *world;
	const struct task_row *task;
	struct page *page;
	struct err *err;
};

static bool is_return(const struct task_row *task)
{
	return task->kind == TASK_RETURN_PHONE ||
	    task->kind == TASK_CONFIRM_RETURN ||
	    task->kind == TASK_DECIDE_RETURN;
}

/* NULL: no more fit, and it is counted. What is left out of a return comes at
 * the next look: what is to be signed for stands first. */
static struct page_item *item_add(struct page *page,
    enum receipt_thing_kind kind, const char *name, const char *detail)
{
	struct page_handover *handover = page->handover;
	struct page_item *item;

	if (handover->count == PAGE_ITEMS_MAX) {
		handover->more++;
		return NULL;
	}
	item = &handover->items[handover->count++];
	item->kind = kind;
	COPY(item->name, name);
	COPY(item->detail, detail);
	buf_printf(
	    &page->text, "%s %s %s\n", receipt_thing_name(kind), name, detail);
	return item;
}

/* ---- a hand-out ---- */

static void add_thing(struct page *page, const struct receipt_thing *thing)
{
	const char *detail = thing->serial;

	if (thing->kind == RECEIPT_SUBSCRIPTION)
		detail = thing->number[0] ? thing->number : thing->iccid;
	(void)item_add(page, thing->kind, thing->name, detail);
}

static int take_handout(struct filling *filling)
{
	struct handout_view *view = calloc(1, sizeof(*view));
	struct handout_row row;
	int rc = view
	    ? store_handout_find_task(filling->txn, filling->world->org_id,
	          filling->task->id, &row, filling->err)
	    : err_memory(filling->err);

	if (rc == 0)
		rc = handout_view_fill(filling->txn, &row, view, filling->err);
	for (size_t i = 0; rc == 0 && i < view->thing_count; i++)
		add_thing(filling->page, &view->things[i]);
	if (rc == 0) {
		COPY(filling->page->handover->note, row.note);
		buf_printf(&filling->page->text, "%s\n", row.note);
	}
	free(view);
	return rc;
}

int page_answer_handout(struct txn *txn, const struct task_world *world,
    const struct task_row *task, const struct task_answer *answer,
    const char **result, struct err *err)
{
	const struct page_answer *said = answer->answer;
	const struct handout_signing signing = {.by = answer->by,
	    .text_sha256 = said->text_sha256,
	    .typed_name = said->typed_name};
	struct handout_row row;
	int rc =
	    store_handout_find_task(txn, world->org_id, task->id, &row, err);

	if (rc < 0)
		return rc;
	if (said->choice == PAGE_YES && said->why && *said->why)
		return err_set(err, ERR_INVALID,
		    "accepted, and something is not right: which is it?");
	if (said->choice == PAGE_YES) {
		*result = "signed";
		return handout_accept(txn, world, &row, &signing, err);
	}
	*result = "not accepted";
	return handout_close(
	    txn, world, &row, HANDOUT_REFUSED, answer->by, said->why, err);
}

/* ---- a return ---- */

static unsigned mark_of(const struct task_row *task)
{
	return task->kind == TASK_RETURN_PHONE ? RETURN_MARK_SIGNED_HOLDER
	                                       : RETURN_MARK_SIGNED_RECEIVER;
}

/* From here: another is emptied by hand, or goes on as it is. */
static bool is_to_be_erased(const struct return_case_row *row)
{
	return (row->kind == RETURN_KIND_MANAGED ||
	           row->kind == RETURN_KIND_UNSUPERVISED) &&
	    ((unsigned)row->marks & RETURN_MARK_PROVEN) == 0;
}

static bool is_signed(
    const struct task_row *task, const struct return_case_row *row)
{
	return ((unsigned)row->marks & mark_of(task)) != 0 &&
	    task->kind != TASK_DECIDE_RETURN;
}

/* The receipt names it, too. */
static int add_along(struct filling *filling, const struct return_case_row *row,
    struct page_item *item)
{
	struct return_along along;
	int rc = return_along_load(filling->txn, row, &along, filling->err);
	size_t len = 0;

	for (size_t i = 0; rc >= 0 && i < along.count; i++)
		len +=
		    (size_t)snprintf(item->with + len, sizeof(item->with) - len,
		        "%s%s", i > 0 ? "; " : "", along.things[i].name);
	if (item->with[0])
		buf_printf(&filling->page->text, "with %s\n", item->with);
	return rc;
}

static int add_case(struct filling *filling, const struct return_case_row *row)
{
	struct page_item *item;
	struct device device;
	bool is_missing = filling->task->kind == TASK_DECIDE_RETURN;
	int rc;

	if (!return_is_handed_in(row)) {
		filling->page->handover->has_private = true;
		return 0;
	}
	if (is_missing && !return_is_out(row))
		return 0;
	rc = store_device_load_of(
	    filling->txn, row->org_id, row->device_id, &device, filling->err);
	if (rc < 0)
		return rc;
	item = item_add(filling->page, RECEIPT_PHONE,
	    device.model[0] ? device.model : device.product_name,
	    device.serial);
	if (!item)
		return 0;
	COPY(item->case_id, row->id);
	if (is_missing)
		return page_missing_look(
		    filling->page, item, filling->txn, row, filling->err);
	filling->page->handover->has_erase |= is_to_be_erased(row);
	item->is_signed = is_signed(filling->task, row);
	buf_printf(
	    &filling->page->text, "%s\n", item->is_signed ? "signed" : "");
	return add_along(filling, row, item);
}

/* Ended ones stand there no more; those that this reader signed do. */
static int add_unsigned(void *arg, const struct return_case_row *row)
{
	struct filling *filling = arg;

	return return_case_is_open(row->state) && !is_signed(filling->task, row)
	    ? add_case(filling, row)
	    : 0;
}

static int add_signed(void *arg, const struct return_case_row *row)
{
	struct filling *filling = arg;

	return return_case_is_open(row->state) && is_signed(filling->task, row)
	    ? add_case(filling, row)
	    : 0;
}

static int add_sim(void *arg, const struct sim_decision_row *sim)
{
	struct filling *filling = arg;
	struct page_item *item;
	struct subscription_row row;
	int rc = store_subscription_load(filling->txn, sim->org_id,
	    sim->subscription_id, &row, filling->err);

	if (rc < 0)
		return rc;
	item = item_add(filling->page, RECEIPT_SUBSCRIPTION, row.operator,
	    row.number[0] ? row.number : row.iccid);
	if (item)
		item->is_decided = sim->decision != SIM_UNDECIDED;
	return 0;
}

static int add_accessory(void *arg, const struct accessory_holding_row *held)
{
	struct filling *filling = arg;
	struct accessory_row row;
	int rc = store_accessory_load(
	    filling->txn, held->org_id, held->accessory_id, &row, filling->err);

	if (rc == 0)
		(void)item_add(
		    filling->page, RECEIPT_ACCESSORY, row.name, row.label);
	return rc;
}

static int take_return(struct filling *filling)
{
	const char *org_id = filling->world->org_id;
	struct departure_row departure;
	int rc = store_departure_load(filling->txn, org_id,
	    filling->task->case_id, &departure, filling->err);

	if (rc == 0)
		rc = store_return_case_each_departure(filling->txn, org_id,
		    departure.id, add_unsigned, filling, filling->err);
	if (rc == 0)
		rc = store_return_case_each_departure(filling->txn, org_id,
		    departure.id, add_signed, filling, filling->err);
	if (rc == 0)
		rc = store_sim_decision_each(filling->txn, org_id, departure.id,
		    add_sim, filling, filling->err);
	if (rc == 0)
		rc = store_accessory_holding_each_person(filling->txn, org_id,
		    departure.person_id, true, add_accessory, filling,
		    filling->err);
	if (rc >= 0 && filling->page->handover->more > 0)
		buf_printf(&filling->page->text, "%u more\n",
		    filling->page->handover->more);
	return rc;
}

int page_take_handover(struct page *page, struct txn *txn,
    const struct task_world *world, const struct task_row *task,
    struct err *err)
{
	struct filling filling = {txn, world, task, page, err};

	if (task->kind != TASK_ACCEPT_HANDOUT && !is_return(task))
		return 0;
	page->handover = calloc(1, sizeof(*page->handover));
	if (!page->handover)
		return err_memory(err);
	/* What has ended is told by its task alone. */
	if (!task_is_open(task->state))
		return 0;
	return is_return(task) ? take_return(&filling) : take_handout(&filling);
}

static int sign_one(struct txn *txn, const struct ledger *ledger,
    const struct task_row *task, const struct page_item *item,
    const struct page_answer *said, struct err *err)
{
	struct return_case_row row;
	const struct return_signature signature = {
	    .who = task->kind == TASK_RETURN_PHONE ? RETURN_SIGNER_HOLDER
	                                           : RETURN_SIGNER_RECEIVER,
	    .person_id = task->person_id,
	    .typed_name = said->typed_name,
	    .note = said->why && *said->why ? said->why : NULL,
	    .codes = said->codes == PAGE_YES ? RETURN_CODES_HANDED_OVER
	        : said->codes == PAGE_NO     ? RETURN_CODES_NOT_HANDED_OVER
	                                     : RETURN_CODES_UNSAID};

	return return_sign(txn, ledger, item->case_id, &signature, &row, err);
}

int page_ledger_of(const struct task_world *world,
    const struct task_answer *answer, struct ledger *ledger, struct err *err)
{
	struct actor actor = {.name = ""};

	COPY(actor.name, answer->by);
	COPY(actor.org_id, world->org_id);
	return ledger_init(ledger, world->service, &actor, err);
}

struct counting {
	const struct task_row *task;
	unsigned left;
};

static int count_left(void *arg, const struct return_case_row *row)
{
	struct counting *counting = arg;

	if (return_case_is_open(row->state) && return_is_handed_in(row) &&
	    !is_signed(counting->task, row))
		counting->left++;
	return 0;
}

/* Also of what did not fit on the page. */
static int is_any_left(struct txn *txn, const struct task_world *world,
    const struct task_row *task, bool *out, struct err *err)
{
	struct counting counting = {task, 0};
	int rc = store_return_case_each_departure(
	    txn, world->org_id, task->case_id, count_left, &counting, err);

	*out = counting.left > 0;
	return rc < 0 ? rc : 0;
}

int page_answer_return(struct txn *txn, const struct task_world *world,
    struct task_row *task, const struct page *page,
    const struct task_answer *answer, bool *stays_open, const char **result,
    struct err *err)
{
	const struct page_answer *said = answer->answer;
	const struct page_handover *handover = page->handover;
	struct ledger ledger;
	unsigned signed_for = 0;
	int rc = page_ledger_of(world, answer, &ledger, err);

	if (rc == 0)
		COPY(ledger.person_id, task->person_id);
	for (size_t i = 0; rc == 0 && i < handover->count; i++) {
		const struct page_item *item = &handover->items[i];

		if (!item->case_id[0] || item->is_signed)
			continue;
		if (!(said->picked & (1u << i)))
			continue;
		signed_for++;
		rc = sign_one(txn, &ledger, task, item, said, err);
	}
	if (rc == 0 && signed_for == 0)
		rc = err_set(err, ERR_INVALID, "tick what is here");
	if (rc == 0 && said->codes == PAGE_NO_CHOICE)
		rc = err_set(err, ERR_INVALID, "answer about the codes");
	if (rc == 0)
		rc = is_any_left(txn, world, task, stays_open, err);
	if (rc < 0)
		return rc;
	*result = "signed";
	return store_task_load(txn, world->org_id, task->id, task, err);
}
