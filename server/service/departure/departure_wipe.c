/*
 * The erase of a leaver's phone: ordered at most once for a case, and only
 * while all that justifies it is so (DESIGN invariant 1); taken back while the
 * phone was not given it.
 */
#include <stdio.h>
#include <string.h>

#include "proto/apple/mdm_command.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/mdm/order_command.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/phone/wipe_order.h"
#include "server/service/service.h"
#include "server/service/station/bench.h"
#include "server/store/store_bench.h"

/* As give_profile.c names it. */
#define ENROLMENT_PROFILE "workphone.enrolment"
/* A guard that says no is asked again after so long. */
#define WIPE_AGAIN_MS (15 * TIME_MINUTE_MS)

struct wiping {
	struct txn *txn;
	const struct departure_world *world;
	const struct departure_row *departure;
	struct return_case_row *row;
	struct wipe_outcome *out;
	struct device device;
	enum guard_cause cause;
	bool is_custody_wanted;
	char ended_by[LIMIT_NAME + 1]; /* who said that the employment ends */
};

static void waits(struct wiping *w, const char *why, int64_t again_at)
{
	w->out->is_waiting = true;
	w->out->again_at = again_at;
	(void)snprintf(w->out->sentence, sizeof(w->out->sentence), "%s", why);
}

/* ---- what justifies it ---- */

/* Nobody says yet who took it in: the register alone is no custody. */
void departure_say_elsewhere(struct txn *txn, const struct return_case_row *row,
    const struct assignment_row *held, char *out, size_t size)
{
	struct person_row holder = {.name = "somebody else"};
	struct device device = {.serial = ""};

	(void)store_device_load_of(
	    txn, row->org_id, row->device_id, &device, NULL);
	if (held)
		(void)store_person_load(
		    txn, row->org_id, held->person_id, &holder, NULL);
	(void)snprintf(out, size,
	    "by our records %.100s %s the phone %.64s now: whoever took it "
	    "back says so (workphone return custody %.64s)",
	    held ? holder.name : "nobody", held ? "holds" : "has",
	    device.serial, device.serial);
}

static void waits_elsewhere(struct wiping *w, const struct assignment_row *held)
{
	char text[sizeof(w->out->sentence)];

	if (w->row->marks & RETURN_MARK_CUSTODY) {
		waits(w,
		    held ? "somebody else holds this phone by our records"
		         : "nobody holds this phone any more by our records: "
		           "the case goes on without an erase over the air",
		    0);
		return;
	}
	departure_say_elsewhere(w->txn, w->row, held, text, sizeof(text));
	waits(w, text, 0);
}

/* The very assignment that the case is of, still open, of the same person. */
static int is_assigned(struct wiping *w, struct err *err)
{
	struct assignment_row held;
	int rc = store_assignment_find_phone(
	    w->txn, w->row->org_id, w->row->device_id, 0, &held, err);

	if (rc == -ERR_NOT_FOUND)
		waits_elsewhere(w, NULL);
	if (rc < 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	if (strcmp(held.id, w->row->assignment_id) != 0 ||
	    strcmp(held.person_id, w->row->person_id) != 0) {
		waits_elsewhere(w, &held);
		return 0;
	}
	return 1;
}

struct employed {
	const struct departure_row *departure;
	bool is_other; /* another employment than the one that ends */
};

static int note_employed(void *arg, const struct employment_row *row)
{
	struct employed *employed = arg;

	if (strcmp(row->id, employed->departure->employment_id) != 0)
		employed->is_other = true;
	return 0;
}

int return_wants_custody(struct txn *txn, const struct return_case_row *row,
    const struct departure_row *departure, int32_t today, bool *out,
    struct err *err)
{
	struct employed employed = {departure, false};
	int rc = 0;

	if (departure->reason == DEPARTURE_EMPLOYMENT_END &&
	    row->kind != RETURN_KIND_PRIVATE &&
	    !(row->marks & RETURN_MARK_CUSTODY))
		rc = store_employment_each_on(txn, row->org_id, row->person_id,
		    today, note_employed, &employed, err);
	*out = employed.is_other;
	return rc;
}

/*
 * The employment that ended must have ended. Who goes on in another one keeps
 * what is not of this phone: it is erased when somebody has it in hand. By
 * hand while employed: early, so the guard wants a second person.
 */
static int is_over(struct wiping *w, struct err *err)
{
	struct employed employed = {w->departure, false};
	struct employment_row end;
	int32_t today = w->world->ledger.today;
	int rc = store_employment_each_on(w->txn, w->row->org_id,
	    w->row->person_id, today, note_employed, &employed, err);

	if (rc < 0)
		return rc;
	w->cause = GUARD_DEPARTURE;
	w->is_custody_wanted = employed.is_other;
	if (w->departure->reason != DEPARTURE_EMPLOYMENT_END) {
		w->is_custody_wanted =
		    w->departure->reason == DEPARTURE_HAND_BACK;
		/* Somebody's own order, never what a register says by itself. */
		w->cause = employed.is_other ? GUARD_EARLY : GUARD_BY_HAND;
		return 1;
	}
	rc = departure_employment_end(w->txn, w->world, w->row->person_id,
	    w->departure->employment_id, &end, err);
	if (rc == -ERR_NOT_FOUND) {
		waits(w,
		    "the register has no employment of this person: nothing "
		    "says that one has ended",
		    0);
		return 0;
	}
	if (rc < 0)
		return rc;
	(void)str_copy(w->ended_by, sizeof(w->ended_by), end.ended_by);
	if (end.to_day == 0 || end.to_day > today) {
		waits(w, "the employment goes on", 0);
		return 0;
	}
	return 1;
}

static int load_device(struct wiping *w, struct err *err)
{
	struct life life;
	int rc = store_device_load_of(
	    w->txn, w->row->org_id, w->row->device_id, &w->device, err);

	if (rc < 0)
		return rc;
	if (w->device.is_private)
		return 0; /* never: DESIGN invariant 1 */
	if (strcmp(w->device.life_id, w->row->life_id) != 0) {
		waits(w,
		    "the phone has enrolled anew since: an erase of it is "
		    "ordered by hand, if at all",
		    0);
		return 0;
	}
	rc = store_life_load(w->txn, w->device.life_id, &life, err);
	if (rc < 0)
		return rc;
	if (!life_is_open(life.state)) {
		waits(w,
		    "the phone has left management and cannot be reached: "
		    "it is erased and proven at the bench",
		    0);
		return 0;
	}
	return 1;
}

/* ---- the eSIM ---- */

struct esims {
	struct wiping *w;
	bool keeps;
	struct err *err;
};

static int note_esim(void *arg, const struct sim_decision_row *row)
{
	struct esims *esims = arg;
	struct subscription_row sim;
	int rc;

	if (strcmp(row->case_id, esims->w->row->id) != 0 ||
	    row->decision == SIM_BLOCK || row->decision == SIM_CLOSED)
		return 0;
	rc = store_subscription_load(
	    esims->w->txn, row->org_id, row->subscription_id, &sim, esims->err);
	if (rc == 0 && sim.eid[0])
		esims->keeps = true;
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* Deleting an eSIM cannot be undone: while nobody has decided it stays, where
 * the municipality keeps those whose number stays with the post. */
static int decide_esim(struct wiping *w, struct err *err)
{
	struct esims esims = {w, false, err};
	int rc = 0;

	if (w->world->leaving->keep_esim == PACK_ESIM_WHEN_NUMBER_STAYS)
		rc = store_sim_decision_each(w->txn, w->row->org_id,
		    w->departure->id, note_esim, &esims, err);
	w->row->preserve_data_plan = esims.keeps;
	return rc < 0 ? rc : 0;
}

/* ---- ordering ---- */

/* Rounds that plan what the register says are nobody's doing. */
static const char *opener_of(const struct wiping *w)
{
	const char *opener = w->departure->opened_by;

	return strcmp(opener, TASK_BY_POLICY) == 0 ? NULL : opener;
}

static int note_ordered(
    struct wiping *w, const struct wipe *wipe, struct err *err)
{
	struct return_step_row step;
	int rc;

	memcpy(w->row->wipe_id, wipe->id, STORE_ID);
	w->row->changed_at = w->world->ledger.now;
	return_step_init(&step, &w->world->ledger, RETURN_STEP_WIPE_ORDERED);
	(void)snprintf(step.note, sizeof(step.note), "%.500s", wipe->reason);
	w->out->is_ordered = true;
	rc = return_step_add(w->txn, &w->world->ledger, w->row, &step, err);
	return rc < 0 ? rc : store_return_case_save(w->txn, w->row, err);
}

static int order(struct wiping *w, struct err *err)
{
	static const char *const reasons[DEPARTURE_REASON_COUNT] = {
	    "the employment has ended", "everything of this person comes back",
	    "the phone was handed back"};
	const struct wipe_said said = {
	    .device = &w->device,
	    .life_id = w->device.life_id,
	    .cause = w->cause,
	    .by = w->departure->reason == DEPARTURE_EMPLOYMENT_END
	        ? "departures"
	        : w->departure->opened_by,
	    .reason = reasons[w->departure->reason],
	    .case_id = w->row->id,
	    .caused_by = {w->ended_by, opener_of(w)},
	    .preserve_data_plan = w->row->preserve_data_plan,
	    .now = w->world->ledger.now,
	};
	struct guard_answer answer;
	struct err why = {0};
	struct wipe wipe;
	int rc = wipe_order(
	    w->txn, w->world->ledger.service, &said, &wipe, &answer, &why);

	if (rc == -ERR_CONFLICT) {
		waits(w, why.text, 0); /* one is ordered: by hand, say */
		return 0;
	}
	if (rc < 0)
		return err_set(err, why.code, "%s", why.text);
	if (answer.verdict == GUARD_ALLOWED)
		return note_ordered(w, &wipe, err);
	waits(w, answer.sentence,
	    answer.again_at ? answer.again_at
	                    : w->world->ledger.now + WIPE_AGAIN_MS);
	return 0;
}

int departure_wipe(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, struct return_case_row *row,
    struct wipe_outcome *out, struct err *err)
{
	struct wiping w = {.txn = txn,
	    .world = world,
	    .departure = departure,
	    .row = row,
	    .out = out,
	    .cause = GUARD_DEPARTURE};
	int rc;

	*out = (struct wipe_outcome){.is_ordered = false};
	if (row->wipe_id[0] ||
	    !return_case_wants_wipe(
	        row->kind, row->state, (unsigned)row->marks))
		return 0;
	if ((rc = is_assigned(&w, err)) <= 0 || (rc = is_over(&w, err)) <= 0)
		return rc;
	if (w.is_custody_wanted && !(row->marks & RETURN_MARK_CUSTODY)) {
		waits(&w,
		    "the person is still employed: it is erased when it "
		    "was handed in",
		    0);
		return 0;
	}
	if ((rc = load_device(&w, err)) <= 0 || (rc = decide_esim(&w, err)) < 0)
		return rc;
	return order(&w, err);
}

/* ---- a lock ---- */

static int guard_lock(
    struct wiping *w, struct guard_answer *answer, struct err *err)
{
	const struct guard_ask ask = {.org_id = w->row->org_id,
	    .device_id = w->row->device_id,
	    .person_id = w->row->person_id,
	    .kind = GUARD_LOCK,
	    .cause = w->cause,
	    .by = w->departure->reason == DEPARTURE_EMPLOYMENT_END
	        ? "departures"
	        : w->departure->opened_by,
	    .reason = "not returned, and nothing heard from it",
	    .case_id = w->row->id,
	    .now = w->world->ledger.now};

	return guard_destructive(
	    w->txn, w->world->ledger.service, &ask, answer, err);
}

int departure_may_lock(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, struct return_case_row *row,
    struct device *device, struct wipe_outcome *out, struct err *err)
{
	struct wiping w = {.txn = txn,
	    .world = world,
	    .departure = departure,
	    .row = row,
	    .out = out,
	    .cause = GUARD_DEPARTURE};
	struct guard_answer answer;
	struct err why = {0};
	int rc;

	*out = (struct wipe_outcome){.is_ordered = false};
	if ((rc = is_assigned(&w, err)) <= 0 || (rc = is_over(&w, err)) <= 0 ||
	    (rc = load_device(&w, err)) <= 0)
		return rc;
	rc = lost_mode_is_possible(txn, &w.device, &why);
	if (rc == -ERR_CONFLICT || rc == -ERR_UNSUPPORTED) {
		waits(&w, why.text, 0); /* it is in it already, or cannot be */
		return 0;
	}
	if (rc < 0)
		return err_set(err, why.code, "%s", why.text);
	if ((rc = guard_lock(&w, &answer, err)) < 0)
		return rc;
	*device = w.device;
	if (answer.verdict == GUARD_ALLOWED)
		return 1;
	waits(&w, answer.sentence,
	    answer.again_at ? answer.again_at
	                    : world->ledger.now + WIPE_AGAIN_MS);
	return 0;
}

/* ---- a private phone ---- */

struct removal {
	struct command newest;
	bool is_any;
};

static int note_removal(void *arg, const struct command *row)
{
	struct removal *removal = arg;

	removal->newest = *row;
	removal->is_any = true;
	return 1;
}

/* Nothing in the case says that it was ordered: its command does. */
static int find_removal(struct txn *txn, const struct return_case_row *row,
    struct removal *out, struct err *err)
{
	char purpose[128];
	const struct command_filter same = {.org_id = row->org_id,
	    .device_id = row->device_id,
	    .purpose = purpose,
	    .limit = 1};
	int rc;

	out->is_any = false;
	return_removal_purpose(row->id, purpose, sizeof(purpose));
	rc = store_command_each(txn, &same, note_removal, out, err);
	return rc < 0 ? rc : 0;
}

/* Once, and once more after it was put back (a pause, another last day) or came
 * to nothing with an enrolment that ended. What was taken back otherwise was
 * taken back by a person, or for a cause. */
static int may_remove(
    struct wiping *w, const struct removal *removal, bool *out, struct err *err)
{
	const struct command *newest = &removal->newest;
	char sentence[512];
	int rc = 0;

	*out = !removal->is_any ||
	    (newest->state == COMMAND_CANCELLED &&
	        newest->created_at < w->departure->opened_at);
	if (!*out && newest->state == COMMAND_CANCELLED)
		rc = return_phone_ended_with(
		    w->txn, newest->life_id, newest->closed_at, out, err);
	if (*out || rc < 0)
		return rc;
	if (newest->state == COMMAND_CANCELLED ||
	    newest->state == COMMAND_FAILED) {
		(void)snprintf(sentence, sizeof(sentence),
		    "the order to remove what is of work %s: %.400s",
		    newest->state == COMMAND_FAILED ? "was refused by the phone"
		                                    : "was taken back",
		    newest->result[0] ? newest->result : "no reason was given");
		waits(w, sentence, 0);
	}
	return 0;
}

static int queue_removal(struct wiping *w, struct err *err)
{
	char purpose[128];
	struct order order;
	int rc;

	return_removal_purpose(w->row->id, purpose, sizeof(purpose));
	order_init(&order, w->world->ledger.service, "RemoveProfile", purpose,
	    w->world->ledger.now);
	order.rule = ORDER_KEEP;
	order.priority = COMMAND_PRIORITY_PERSON;
	order.ordered_by = "departures";
	order.reason = "the employment has ended";
	rc = mdm_command_encode_remove_profile(
	    order.id, ENROLMENT_PROFILE, &order.payload, err);
	if (rc == 0)
		rc = order_queue(w->txn, &order, w->row->org_id,
		    w->row->device_id, w->device.life_id, err);
	order_clear(&order);
	return rc;
}

static int guard_removal(
    struct wiping *w, struct guard_answer *answer, struct err *err)
{
	const struct guard_ask ask = {.org_id = w->row->org_id,
	    .device_id = w->row->device_id,
	    .person_id = w->row->person_id,
	    .kind = GUARD_REMOVE_DATA,
	    .cause = w->cause,
	    .by = "departures",
	    .reason = "the employment has ended",
	    .case_id = w->row->id,
	    .caused_by = {w->ended_by, opener_of(w)},
	    .now = w->world->ledger.now};

	return guard_destructive(
	    w->txn, w->world->ledger.service, &ask, answer, err);
}

/*
 * Its owner keeps it: the enrolment profile goes, and with it all that it
 * brought; the phone says so with a CheckOut. Once a case.
 */
int departure_remove_work(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, struct return_case_row *row,
    struct wipe_outcome *out, struct err *err)
{
	struct wiping w = {.txn = txn,
	    .world = world,
	    .departure = departure,
	    .row = row,
	    .out = out,
	    .cause = GUARD_DEPARTURE};
	struct guard_answer answer;
	struct removal removal;
	struct life life;
	bool is_wanted = false;
	int rc;

	*out = (struct wipe_outcome){.is_ordered = false};
	if (row->kind != RETURN_KIND_PRIVATE ||
	    !return_case_is_open(row->state) ||
	    !(row->marks & RETURN_MARK_ASKED) ||
	    (row->marks & RETURN_MARK_DATA_REMOVED))
		return 0;
	rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &w.device, err);
	if (rc < 0 || !w.device.life_id[0] ||
	    (rc = find_removal(txn, row, &removal, err)) < 0 ||
	    (rc = may_remove(&w, &removal, &is_wanted, err)) < 0 || !is_wanted)
		return rc;
	if ((rc = is_assigned(&w, err)) <= 0 || (rc = is_over(&w, err)) <= 0)
		return rc;
	rc = store_life_load(txn, w.device.life_id, &life, err);
	if (rc < 0 || !life_is_open(life.state))
		return rc;
	if ((rc = guard_removal(&w, &answer, err)) < 0)
		return rc;
	if (answer.verdict == GUARD_ALLOWED)
		return queue_removal(&w, err);
	waits(&w, answer.sentence,
	    answer.again_at ? answer.again_at
	                    : world->ledger.now + WIPE_AGAIN_MS);
	return 0;
}

/* ---- taking it back ---- */

static int cancel_order(struct txn *txn, const struct ledger *ledger,
    struct wipe *wipe, struct command *command, const char *why,
    struct err *err)
{
	/* Given to the phone and not answered: it may erase itself yet. */
	bool was_handed = command->sent_count > command->not_now_count;
	int rc = order_apply(
	    txn, command, COMMAND_EVENT_CANCEL, why, ledger->now, err);

	if (rc == 0)
		rc = bench_orders_withdraw(txn, wipe->id, WORK_ORDER_WIPE, why,
		    false, ledger->now, &was_handed, err);
	if (rc < 0)
		return rc;
	(void)wipe_next(wipe->state, WIPE_EVENT_CANCEL, &wipe->state);
	wipe->closed_at = ledger->now;
	(void)snprintf(wipe->warning, sizeof(wipe->warning), "%s: %.380s",
	    was_handed ? "withdrawn after it was handed out: the phone may "
	                 "still be erased"
	               : "withdrawn",
	    why);
	rc = store_wipe_update(txn, wipe, err);
	return rc < 0 ? rc
	              : audit_wipe(txn, ledger->service, wipe, ledger->by,
	                    wipe->warning, err);
}

static int withdraw_removal(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const char *why, bool *is_back,
    struct err *err)
{
	struct removal removal;
	int rc = find_removal(txn, row, &removal, err);

	if (rc < 0 || !removal.is_any)
		return rc;
	/* The phone has taken it: what is of work goes, or is gone. */
	if (removal.newest.state == COMMAND_ACKNOWLEDGED)
		*is_back = false;
	return command_is_open(removal.newest.state)
	    ? order_apply(txn, &removal.newest, COMMAND_EVENT_CANCEL, why,
	          ledger->now, err)
	    : 0;
}

int departure_wipe_withdraw(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const char *why, bool *is_back,
    struct err *err)
{
	struct command command;
	struct wipe wipe;
	int rc;

	*is_back = true;
	if (row->kind == RETURN_KIND_PRIVATE) {
		rc = withdraw_removal(txn, ledger, row, why, is_back, err);
		if (rc < 0 || !*is_back)
			return rc;
	}
	if (!row->wipe_id[0])
		return 0;
	rc = store_wipe_load(txn, row->wipe_id, &wipe, err);
	if (rc < 0)
		return rc;
	*is_back = wipe.state == WIPE_CANCELLED || wipe.state == WIPE_ORDERED;
	if (wipe.state == WIPE_ORDERED) {
		rc = store_command_load(txn, wipe.command_id, &command, err);
		if (rc == 0)
			rc = cancel_order(
			    txn, ledger, &wipe, &command, why, err);
	}
	if (rc < 0 || !*is_back)
		return rc;
	row->wipe_id[0] = '\0';
	return store_return_case_save(txn, row, err);
}
