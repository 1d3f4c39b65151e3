/* How a departure ends: everything has come back, or all stays as it is. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/notify/notify.h"
#include "server/service/service.h"

struct sim_count {
	unsigned open;
	unsigned all;
};

static int count_sim(void *arg, const struct sim_decision_row *row)
{
	struct sim_count *count = arg;

	count->all++;
	if (row->decision == SIM_UNDECIDED)
		count->open++;
	return 0;
}

/* SIMs of the post or closed ones are not the leaver's any more. */
static int release_sim(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, const char *subscription_id,
    struct err *err)
{
	const struct assignment_said said = {.subscription = subscription_id};
	struct assignment_row held;
	int rc = store_assignment_find_subscription(
	    txn, departure->org_id, subscription_id, 0, &held, err);

	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 && strcmp(held.person_id, departure->person_id) != 0))
		return 0;
	return rc < 0 ? rc
	              : ledger_assignment_end(
	                    txn, &world->ledger, &said, "returned", &held, err);
}

static int close_it(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, struct err *err)
{
	struct departure_sims sims;
	size_t i;
	int rc = departure_sims_load(
	    txn, departure->org_id, departure->id, &sims, err);

	for (i = 0; rc == 0 && i < sims.count; i++)
		if (sims.rows[i].decision == SIM_BLOCK ||
		    sims.rows[i].decision == SIM_REUSE)
			rc = release_sim(txn, world, departure,
			    sims.rows[i].subscription_id, err);
	departure_sims_clear(&sims);
	if (rc == 0)
		rc = departure_close_tasks(txn, world, departure->id,
		    TASK_KIND_COUNT, TASK_EVENT_EVIDENCE,
		    "everything has come back", err);
	departure->waits[0] = '\0';
	return rc < 0
	    ? rc
	    : departure_move(txn, world, departure,
	          departure->step & DEPARTURE_OFF ? DEPARTURE_CANCELLED
	                                          : DEPARTURE_CLOSED,
	          "everything has ended", err);
}

int departure_settle(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, struct err *err)
{
	struct departure_cases cases;
	struct sim_count sims = {0, 0};
	bool is_over = departure->state == DEPARTURE_OPEN;
	size_t i;
	int rc = departure_cases_load(
	    txn, departure->org_id, departure->id, &cases, err);

	for (i = 0; i < cases.count; i++)
		is_over &= !return_case_is_open(cases.rows[i].state);
	departure_cases_clear(&cases);
	if (rc == 0 && is_over)
		rc = store_sim_decision_each(txn, departure->org_id,
		    departure->id, count_sim, &sims, err);
	if (rc < 0 || !is_over || sims.open)
		return rc < 0 ? rc : 0;
	return close_it(txn, world, departure, err);
}

/* ---- all stays where it is ---- */

struct cancelling {
	struct txn *txn;
	const struct departure_world *world;
	struct departure_row *departure;
	const char *why;
	unsigned in_hand; /* marks of a case that goes on all the same */
	bool goes_on;     /* one does */
	char kept[256];   /* the phones of those that do not, in words */
};

static int note_kept(
    struct cancelling *c, const struct return_case_row *row, struct err *err)
{
	size_t used = strlen(c->kept);
	struct device device;
	char words[200];
	int rc = store_device_load_of(
	    c->txn, row->org_id, row->device_id, &device, err);

	if (rc < 0)
		return rc;
	departure_phone_words(&device, words, sizeof(words));
	if (used + strlen(words) + 3 < sizeof(c->kept))
		(void)snprintf(c->kept + used, sizeof(c->kept) - used, "%s%s",
		    used ? "; " : "", words);
	return 0;
}

static int cancel_case(
    struct cancelling *c, struct return_case_row *row, struct err *err)
{
	const struct ledger *ledger = &c->world->ledger;
	struct return_step_row step;
	bool is_back;
	int rc;

	if (!return_case_is_open(row->state))
		return 0;
	if ((rc = departure_wipe_withdraw(
	         c->txn, ledger, row, c->why, &is_back, err)) < 0 ||
	    (rc = return_unlock(c->txn, ledger, row, c->why, err)) < 0)
		return rc;
	if (!is_back || (row->marks & c->in_hand)) {
		c->goes_on = true;
		return 0;
	}
	return_step_init(&step, ledger, RETURN_STEP_CANCELLED);
	(void)snprintf(step.note, sizeof(step.note), "%s", c->why);
	(void)snprintf(row->reason, sizeof(row->reason), "%s", c->why);
	rc = return_apply(c->txn, ledger, row, RETURN_EVENT_CANCEL, &step, err);
	return rc < 0 ? rc : note_kept(c, row, err);
}

static int cancel_cases(struct cancelling *c, struct err *err)
{
	struct departure_cases cases;
	size_t i;
	int rc = departure_cases_load(
	    c->txn, c->departure->org_id, c->departure->id, &cases, err);

	for (i = 0; rc == 0 && i < cases.count; i++)
		rc = cancel_case(c, &cases.rows[i], err);
	departure_cases_clear(&cases);
	return rc;
}

static int tell_off(const struct cancelling *c, struct err *err)
{
	const struct departure_row *departure = c->departure;
	const struct notice notice = {.org_id = departure->org_id,
	    .kind = NOTICE_LEAVING_OFF,
	    .person_id = departure->person_id,
	    .case_id = departure->id,
	    .what = c->kept};
	struct service *service = c->world->ledger.service;
	int rc = notify_forget_case(
	    c->txn, service, departure->org_id, departure->id, err);

	/* Who was never told of it is not told that it is off. */
	if (rc < 0 || !departure->reminded_at || (c->goes_on && !c->kept[0]))
		return rc;
	return notify_person(c->txn, service, &notice, err);
}

static int close_task(
    const struct cancelling *c, enum task_kind kind, struct err *err)
{
	return departure_close_tasks(c->txn, c->world, c->departure->id, kind,
	    TASK_EVENT_CANCEL, c->why, err);
}

/* Whoever has it in hand goes on with it, or gives it back. */
void departure_say_off(struct departure_row *departure)
{
	static const char words[] =
	    "this departure is off: what was handed in or erased goes on until "
	    "it is proven and signed for; given back, and not erased, it ends "
	    "(workphone departure cancel once more)";
	char why[sizeof(departure->waits)];

	memcpy(why, departure->waits, sizeof(why));
	(void)snprintf(departure->waits, sizeof(departure->waits), "%s%s%.250s",
	    words, why[0] ? "; " : "", why);
}

/* What is in hand is signed for by whoever has it, and proven; nobody is asked
 * for anything else. What was handed in ahead of the day, or rests, begins
 * now. */
static int wind_up(const struct cancelling *c, struct err *err)
{
	struct departure_row *departure = c->departure;
	enum departure_state state = departure->state == DEPARTURE_PAUSED
	    ? DEPARTURE_PLANNED
	    : departure->state;
	char why[512];
	int rc = close_task(c, TASK_RETURN_PHONE, err);

	(void)snprintf(why, sizeof(why),
	    "off, but for what was handed in or erased: %.400s", c->why);
	departure->review_day = 0;
	departure->waits[0] = '\0';
	departure_say_off(departure);
	if (rc == 0)
		rc = close_task(c, TASK_DECIDE_RETURN, err);
	if (rc == 0)
		rc = departure_move(
		    c->txn, c->world, departure, state, why, err);
	if (rc < 0 || state != DEPARTURE_PLANNED)
		return rc;
	departure->next_at = c->world->ledger.now;
	return store_departure_save(c->txn, departure, err);
}

/* Handed in or erased: it goes on until it is proven and signed for, whoever
 * gets it then. Of one that is off already it was given back. */
static unsigned in_hand_of(const struct departure_row *departure)
{
	unsigned erased = RETURN_MARK_WIPE_ACKNOWLEDGED | RETURN_MARK_PROVEN;

	return departure->step & DEPARTURE_OFF ? erased
	                                       : erased | RETURN_MARK_CUSTODY;
}

int departure_cancel(struct txn *txn, const struct ledger *ledger,
    struct departure_row *departure, const char *why, struct err *err)
{
	struct departure_world world;
	struct cancelling c = {.txn = txn,
	    .world = &world,
	    .departure = departure,
	    .why = why,
	    .in_hand = in_hand_of(departure)};
	int rc = departure_world_init(ledger, &world, err);

	departure->step |= DEPARTURE_OFF;
	if (rc == 0)
		rc = cancel_cases(&c, err);
	if (rc == 0)
		rc = return_sims_put_back(txn, &world, departure, why, err);
	if (rc < 0)
		return rc;
	if ((rc = tell_off(&c, err)) < 0 || c.goes_on)
		return rc < 0 ? rc : wind_up(&c, err);
	(void)snprintf(departure->note, sizeof(departure->note), "%s", why);
	departure->waits[0] = '\0';
	if ((rc = close_task(&c, TASK_KIND_COUNT, err)) < 0)
		return rc;
	return departure_move(
	    txn, &world, departure, DEPARTURE_CANCELLED, why, err);
}

/* ---- for now ---- */

static int put_case_back(struct txn *txn, const struct departure_world *world,
    struct return_case_row *row, const char *why, struct err *err)
{
	bool is_back;
	int rc;

	if (!return_case_is_open(row->state))
		return 0;
	rc = departure_wipe_withdraw(
	    txn, &world->ledger, row, why, &is_back, err);
	if (rc == 0)
		rc = return_unlock(txn, &world->ledger, row, why, err);
	if (rc < 0 || !is_back)
		return rc;
	rc = return_apply(
	    txn, &world->ledger, row, RETURN_EVENT_PUT_BACK, NULL, err);
	/* Not asked yet, lost to a person's word, or erased already. */
	return rc == -ERR_CONFLICT ? 0 : rc;
}

int departure_put_back(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, const char *why, struct err *err)
{
	struct departure_cases cases;
	size_t i;
	int rc = departure_cases_load(
	    txn, departure->org_id, departure->id, &cases, err);

	for (i = 0; rc == 0 && i < cases.count; i++)
		rc = put_case_back(txn, world, &cases.rows[i], why, err);
	departure_cases_clear(&cases);
	if (rc == 0)
		rc = return_sims_put_back(txn, world, departure, why, err);
	if (rc == 0)
		rc = departure_close_tasks(txn, world, departure->id,
		    TASK_KIND_COUNT, TASK_EVENT_CANCEL, why, err);
	if (rc == 0)
		rc = notify_forget_case(txn, world->ledger.service,
		    departure->org_id, departure->id, err);
	if (rc < 0)
		return rc;
	/* All is told and climbed anew when its time has come; what a person
	 * cancelled stays so. */
	departure->step &=
	    DEPARTURE_NO_RECEIVER | DEPARTURE_BY_HAND | DEPARTURE_OFF;
	departure->opened_at = 0;
	departure->wipe_at = 0;
	departure->waits[0] = '\0';
	return 0;
}
