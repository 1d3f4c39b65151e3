/*
 * What is known of an erase, as far up the ladder as the evidence goes (DESIGN
 * invariant 4), and the certificate that says so and no more.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/station/work_order.h"
#include "server/service/ledger/ledger.h"
#include "server/service/receipt/receipt_issue.h"
#include "server/service/service.h"
#include "server/store/store_bench.h"
#include "server/store/store_case.h"
#include "server/store/store_phone.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))
#define WHOLE_SECOND(at) ((at) / TIME_SECOND_MS * TIME_SECOND_MS)

/* ---- proof at the bench, or by a new life ---- */

struct bench_look {
	const struct wipe *wipe;
	struct work_order_row found; /* id "": none */
};

/* Newest first: the look that raised the wipe to proven. */
static int note_look(void *arg, const struct work_order_row *row)
{
	struct bench_look *look = arg;

	if (row->kind != WORK_ORDER_VERIFY_WIPED || !row->station_id[0] ||
	    row->handed_at == 0 || row->handed_at > look->wipe->proven_at)
		return 0;
	look->found = *row;
	return 1;
}

/* "not activated, in Setup Assistant, …": one observation each. */
static void take_observations(
    struct receipt *receipt, const char *found, const char *source, int64_t at)
{
	while (*found && receipt->fact_count < RECEIPT_FACTS_MAX) {
		struct receipt_fact *fact =
		    &receipt->facts[receipt->fact_count++];
		const char *end = strstr(found, ", ");
		size_t len = end ? (size_t)(end - found) : strlen(found);

		COPY(fact->name, RECEIPT_OBSERVED);
		(void)snprintf(
		    fact->value, sizeof(fact->value), "%.*s", (int)len, found);
		(void)snprintf(
		    fact->source, sizeof(fact->source), "%.60s", source);
		fact->at = at;
		found += len;
		found += strspn(found, ", ");
	}
}

static int take_proof(
    struct receipt_work *work, const struct wipe *wipe, struct err *err)
{
	struct receipt *receipt = work->receipt;
	struct bench_look look = {.wipe = wipe};
	struct station_row station = {.name = ""};
	const char *found;
	int rc = store_work_order_each_wipe(
	    work->txn, wipe->id, note_look, &look, err);

	if (rc < 0)
		return rc;
	receipt->erasure_proven_at = WHOLE_SECOND(wipe->proven_at);
	if (!look.found.id[0]) {
		receipt->erasure = RECEIPT_ERASURE_NEW_LIFE;
		/* Words that receipt_words.c knows, a comma between. */
		found = "acknowledged its erase, enrolled anew from Setup "
		        "Assistant";
	} else {
		receipt->erasure = RECEIPT_ERASURE_BENCH;
		found = look.found.result[0] ? look.found.result
		                             : "seen erased at the bench";
		(void)store_station_load(
		    work->txn, look.found.station_id, &station, NULL);
	}
	COPY(receipt->erasure_why, found);
	take_observations(
	    receipt, found, station.name, receipt->erasure_proven_at);
	return 0;
}

static int take_wipe(
    struct receipt_work *work, const struct wipe *wipe, struct err *err)
{
	static const enum receipt_erasure levels[WIPE_STATE_COUNT] = {
	    [WIPE_ORDERED] = RECEIPT_ERASURE_ORDERED,
	    [WIPE_ACKNOWLEDGED] = RECEIPT_ERASURE_ACKNOWLEDGED,
	    [WIPE_SILENT] = RECEIPT_ERASURE_SILENT,
	};
	struct receipt *receipt = work->receipt;

	receipt->erasure = levels[wipe->state];
	receipt->erasure_ordered_at = WHOLE_SECOND(wipe->ordered_at);
	COPY(receipt->erasure_by, wipe->ordered_by);
	return wipe->state == WIPE_PROVEN ? take_proof(work, wipe, err) : 0;
}

/* ---- stated ---- */

static int take_statement(void *arg, const struct return_step_row *step)
{
	struct receipt_work *work = arg;
	struct receipt *receipt = work->receipt;
	struct person_row person;

	if (step->kind != RETURN_STEP_PROOF_STATED)
		return 0;
	receipt->erasure = RECEIPT_ERASURE_STATED;
	receipt->erasure_proven_at = WHOLE_SECOND(step->at);
	COPY(receipt->erasure_why, step->note);
	COPY(receipt->erasure_by, step->done_by);
	if (step->person_id[0] &&
	    store_person_load(work->txn, work->world.org_id, step->person_id,
	        &person, NULL) == 0)
		COPY(receipt->erasure_by, person.name);
	return 0;
}

/* Of a phone that is not managed, somebody says so in the register; what its
 * next holder does with it takes the word back. */
static int take_register(void *arg, const struct phone_step_row *step)
{
	struct receipt_work *work = arg;
	struct receipt *receipt = work->receipt;

	if (step->event == PHONE_EVENT_ASSIGN)
		receipt->erasure = RECEIPT_ERASURE_NONE;
	if (step->event != PHONE_EVENT_PROVE_WIPED || !step->reason[0])
		return 0;
	receipt->erasure = RECEIPT_ERASURE_STATED;
	receipt->erasure_proven_at = WHOLE_SECOND(step->at);
	COPY(receipt->erasure_why, step->reason);
	COPY(receipt->erasure_by, step->made_by);
	return 0;
}

static int take_stated(struct receipt_work *work, const char *device_id,
    const char *case_id, struct err *err)
{
	const char *org_id = work->world.org_id;
	struct device device;
	int rc = 0;

	if (*case_id)
		rc = store_return_step_each(
		    work->txn, org_id, case_id, take_statement, work, err);
	if (rc == 0 && work->receipt->erasure != RECEIPT_ERASURE_STATED)
		rc = store_device_load_of(
		    work->txn, org_id, device_id, &device, err);
	else
		return rc;
	if (rc == 0 && !phone_kind_is_managed(device.kind))
		rc = store_phone_step_each(
		    work->txn, org_id, device_id, take_register, work, err);
	return rc;
}

int receipt_take_erasure(struct receipt_work *work, const char *device_id,
    const char *case_id, const char *wipe_id, struct err *err)
{
	struct wipe wipe;
	int rc = *wipe_id
	    ? store_wipe_load(work->txn, wipe_id, &wipe, err)
	    : store_wipe_find_device(work->txn, device_id, &wipe, NULL);

	/* Of a case: its own wipe, never a former holder's. */
	if (rc == -ERR_NOT_FOUND || (rc == 0 && *case_id && !*wipe_id))
		rc = 0;
	else if (rc == 0)
		rc = take_wipe(work, &wipe, err);
	if (rc == 0 && !receipt_erasure_is_proven(work->receipt->erasure))
		rc = take_stated(work, device_id, case_id, err);
	return rc;
}

/* ---- the certificate ---- */

/* What is known instead, in words that claim nothing. */
static int not_proven(const struct receipt *receipt, struct err *err)
{
	static const char *const known[RECEIPT_ERASURE_COUNT] = {
	    [RECEIPT_ERASURE_NONE] = "no erase was ordered and nobody stated "
	                             "that it is empty",
	    [RECEIPT_ERASURE_ORDERED] =
	        "an erase was ordered and the phone has not answered",
	    [RECEIPT_ERASURE_ACKNOWLEDGED] =
	        "the phone acknowledged its erase, which does not prove it",
	    [RECEIPT_ERASURE_SILENT] =
	        "the phone acknowledged its erase and was not heard of since, "
	        "which does not prove it",
	};

	return err_set(err, ERR_CONFLICT,
	    "no certificate: %s; the bench or a new enrolment proves it",
	    known[receipt->erasure]);
}

/* The one who had it when it was erased, by the case or by the ledger. */
static int find_person(struct txn *txn, const struct erasure_said *said,
    struct return_case_row *row, char person_id[STORE_ID], struct err *err)
{
	struct assignment_row held;
	struct wipe wipe;
	int rc;

	person_id[0] = '\0';
	if (said->case_id && *said->case_id) {
		rc = store_return_case_load(
		    txn, said->org_id, said->case_id, row, err);
		if (rc == 0)
			memcpy(person_id, row->person_id, STORE_ID);
		return rc;
	}
	if (store_wipe_find_device(txn, said->device_id, &wipe, NULL) == 0 &&
	    store_assignment_find_phone(txn, said->org_id, said->device_id,
	        wipe.ordered_at, &held, NULL) == 0)
		memcpy(person_id, held.person_id, STORE_ID);
	return 0;
}

static int certify(struct receipt_work *work, const struct erasure_said *said,
    const struct return_case_row *row, struct err *err)
{
	const char *case_id = said->case_id ? said->case_id : "";
	int rc = receipt_add_phone(work, said->device_id, err);

	COPY(work->receipt->case_id, case_id);
	if (rc == 0)
		rc = receipt_take_erasure(
		    work, said->device_id, case_id, row->wipe_id, err);
	if (rc < 0)
		return rc;
	if (!receipt_erasure_is_proven(work->receipt->erasure) &&
	    work->receipt->erasure != RECEIPT_ERASURE_STATED)
		return not_proven(work->receipt, err);
	return receipt_work_save(work, said->by, err);
}

int receipt_issue_erasure(struct txn *txn, struct service *service,
    const struct erasure_said *said, char *id, struct err *err)
{
	char person_id[STORE_ID];
	struct return_case_row row = {.id = ""};
	struct receipt_work work = {.receipt = NULL};
	struct receipt_row there;
	int rc = -ERR_NOT_FOUND;

	if (said->case_id && *said->case_id)
		rc = store_receipt_find_case(txn, said->org_id, said->case_id,
		    RECEIPT_ERASURE, &there, NULL);
	if (rc == 0) {
		if (id)
			memcpy(id, there.id, STORE_ID);
		return 0;
	}
	rc = find_person(txn, said, &row, person_id, err);
	if (rc == 0)
		rc = receipt_work_begin(&work, txn, service, said->org_id,
		    RECEIPT_ERASURE, person_id, err);
	if (rc == 0)
		rc = certify(&work, said, &row, err);
	if (rc == 0 && id)
		memcpy(id, work.row.id, STORE_ID);
	receipt_work_clear(&work);
	return rc;
}

/* ---- for handlers ---- */

struct by_hand {
	struct service *service;
	const struct actor *actor;
	const char *device;
	char id[STORE_ID];
};

/* Its last case, when that one's wipe is what proves it. */
static int certify_by_hand(struct txn *txn, void *arg, struct err *err)
{
	struct by_hand *ask = arg;
	const char *org_id = ask->actor->org_id;
	struct return_case_row row;
	struct device device;
	struct erasure_said said = {.org_id = org_id, .by = ask->actor->name};
	int rc = ledger_phone_find(txn, org_id, ask->device, &device, err);

	if (rc < 0)
		return rc;
	said.device_id = device.id;
	if (store_return_case_find_device(txn, org_id, device.id, &row, NULL) ==
	    0)
		said.case_id = row.id;
	return receipt_issue_erasure(txn, ask->service, &said, ask->id, err);
}

int service_receipt_erasure(struct service *service, const struct actor *actor,
    const char *device, struct receipt_view *out, struct err *err)
{
	struct by_hand ask = {service, actor, device, ""};
	int rc = store_write(service->store, certify_by_hand, &ask, err);

	return rc == 0 ? service_receipt_load(service, actor, ask.id, out, err)
	               : rc;
}
