/* What is asked of every order that is given to a phone, and of every release. */
#include "tests/unit/departures/random_town.h"

#include <stdlib.h>

#include "policies/calendar.h"
#include "server/store/store_bench.h"
#include "server/store/store_phone.h"

#define YES_MS TIME_DAY_MS
/* Longer than any row of days off, with the clock put back now and then. */
#define DUE_MS (10 * TIME_DAY_MS)

/* ---- is it justified ---- */

struct order {
	const struct handset *handset;
	struct return_view view;
	struct departure_view departure;
	const char *words; /* "an erase" */
};

static void wrong(const struct order *order, const char *what)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "%s %s", order->words, what);
	trouble(order->handset, text);
}

static struct order order_of(
    const struct handset *handset, const char *case_id, const char *words)
{
	struct order order = {.handset = handset, .words = words};

	if (!case_id[0] ||
	    service_return_view(
	        &towns, ada, case_id, &order.view, NULL, NULL, NULL) < 0 ||
	    service_departure_load(&towns, ada, order.view.row.departure_id,
	        &order.departure, NULL, NULL) < 0)
		wrong(&order, "of no case");
	return order;
}

static bool has_yes(const struct handset *handset)
{
	return handset->yes_at &&
	    towns_now - handset->yes_at <= YES_MS + 12 * TIME_HOUR_MS;
}

/* Asked back by hand it need not have ended: two persons want it then. */
static bool is_early(const struct order *order)
{
	const struct told *told = told_of(order->departure.departure.id);

	return told->is_by_hand &&
	    jobs_in_force(&citizens[order->handset->holder]) > 0;
}

static void judge_person(const struct order *order)
{
	const struct handset *handset = order->handset;
	const struct told *told = told_of(order->departure.departure.id);
	const struct citizen *holder;

	if (handset->holder < 0)
		wrong(order, "of what nobody holds");
	holder = &citizens[handset->holder];
	if (strcmp(holder->name, order->view.person.name) != 0)
		wrong(order, "of what somebody else holds");
	if (told->is_by_hand)
		return;
	if (!has_left(holder, order->departure.departure.last_day))
		wrong(order, "of who has not left");
}

/* Of everything that is done to a phone because somebody leaves. */
static void judge_order(const struct order *order)
{
	const struct told *told = told_of(order->departure.departure.id);

	judge_person(order);
	if (is_paused(told->id))
		wrong(order, "in a pause");
	if (told->cancelled_day == order->departure.departure.last_day &&
	    !(order->view.row.marks & RETURN_MARK_CUSTODY))
		wrong(order, "of a cancelled departure");
}

/* Who enrols a private phone again has work on it again. */
static void judge_life(const struct order *order)
{
	if (strcmp(order->view.row.life_id, life_of(order->handset->serial)) !=
	    0)
		wrong(order, "of a former life");
}

static void judge_erase(const struct order *order)
{
	const struct handset *handset = order->handset;

	judge_order(order);
	judge_life(order);
	if (handset->is_private)
		wrong(order, "of a private phone");
	if (is_held(handset))
		wrong(order, "under a legal hold");
	if (jobs_in_force(&citizens[handset->holder]) && !is_early(order) &&
	    !(order->view.row.marks & RETURN_MARK_CUSTODY))
		wrong(order, "from under who still works");
}

/* ---- what is handed to a phone ---- */

struct found {
	struct command command;
	struct command former; /* the erase that it was given before */
	const char *former_id;
	char case_id[STORE_ID];
};

static int find_lock(struct txn *txn, struct found *found, struct err *err)
{
	struct lost_mode_row lost;
	int rc = store_lost_mode_find_device(
	    txn, ada->org_id, found->command.device_id, &lost, err);

	if (rc == 0 && strcmp(lost.enable_id, found->command.id) == 0)
		memcpy(found->case_id, lost.case_id, STORE_ID);
	return rc;
}

static int find_given(struct txn *txn, void *arg, struct err *err)
{
	static const char removal[] = "departure:";
	struct found *found = arg;
	const char *type = found->command.request_type;
	const char *purpose = found->command.purpose;
	struct wipe wipe;
	int rc = store_command_load(txn, given_id(), &found->command, err);

	if (rc == 0 && found->former_id[0])
		rc = store_command_load(
		    txn, found->former_id, &found->former, err);
	if (rc < 0)
		return rc;
	if (strcmp(type, "EnableLostMode") == 0)
		return find_lock(txn, found, err);
	if (strncmp(purpose, removal, strlen(removal)) == 0)
		(void)snprintf(found->case_id, STORE_ID, "%.36s",
		    purpose + strlen(removal));
	if (strcmp(type, "EraseDevice") != 0)
		return 0;
	rc = store_wipe_find_command(txn, found->command.id, &wipe, err);
	if (rc == 0)
		memcpy(found->case_id, wipe.case_id, STORE_ID);
	return rc;
}

/* The same again, until it is answered; another one only when that was taken
 * back, or refused. After its yes to one of the case: never. */
static void judge_repeat(struct handset *handset, const struct found *found)
{
	if (strcmp(handset->erased_case, found->case_id) == 0)
		trouble(handset, "erased twice for a case");
	if (handset->erase_id[0] &&
	    strcmp(handset->erase_id, found->command.id) != 0 &&
	    found->former.state != COMMAND_CANCELLED &&
	    found->former.state != COMMAND_FAILED && !handset->erased_case[0])
		trouble(handset, "two erases at a time");
	memcpy(handset->erase_id, found->command.id, STORE_ID);
}

static void given_erase(struct handset *handset, const struct found *found)
{
	const struct order order =
	    order_of(handset, found->case_id, "an erase was given");

	town.given++;
	judge_erase(&order);
	judge_repeat(handset, found);
}

static void given_removal(struct handset *handset, const struct found *found)
{
	struct order order =
	    order_of(handset, found->case_id, "a removal of work was given");

	town.removed++;
	judge_order(&order);
	if (!handset->is_private)
		wrong(&order, "to a phone of ours");
	if (is_held(handset))
		wrong(&order, "under a legal hold");
}

static void given_lock(struct handset *handset, const struct found *found)
{
	struct order order;

	if (handset->is_private)
		trouble(handset, "a private phone was locked");
	if (!found->case_id[0])
		return; /* a person's own */
	order = order_of(handset, found->case_id, "a lock was given");
	town.locked++;
	judge_order(&order);
	judge_life(&order);
}

static const struct {
	const char *type;
	void (*judge)(struct handset *handset, const struct found *found);
} judged[] = {
    {"EraseDevice", given_erase},
    {"RemoveProfile", given_removal},
    {"EnableLostMode", given_lock},
};

void judge_given(struct handset *handset, const char *type)
{
	struct found found = {.former_id = handset->erase_id};
	size_t i;

	for (i = 0; i < sizeof(judged) / sizeof(judged[0]); i++) {
		if (strcmp(judged[i].type, type) != 0)
			continue;
		towns_read(find_given, &found);
		if (strcmp(found.command.life_id, life_of(handset->serial)) !=
		    0)
			trouble(handset, "an order of a former life");
		judged[i].judge(handset, &found);
	}
}

void judge_answered(struct handset *handset, const char *type, bool is_done)
{
	struct return_view view;

	if (strcmp(type, "DisableLostMode") == 0) {
		town.unlocked += handset->locked_case[0] != '\0';
		handset->locked_case[0] = '\0';
	}
	if (!is_done ||
	    service_return_view(
	        &towns, ada, handset->serial, &view, NULL, NULL, NULL) < 0)
		return;
	if (strcmp(type, "EraseDevice") == 0) {
		memcpy(handset->erased_case, view.row.id, STORE_ID);
		memcpy(handset->obeyed_case, view.row.id, STORE_ID);
	}
	if (strcmp(type, "EnableLostMode") == 0)
		memcpy(handset->locked_case, view.row.id, STORE_ID);
}

/* Locked because it was missing, and missing no more. */
void judge_idle(struct handset *handset)
{
	struct return_view view;
	struct order order;

	if (!handset->locked_case[0] || handset->erased_case[0])
		return;
	if (handset->is_private)
		trouble(handset, "a private phone stays locked");
	if (handset->is_lost_by_hand)
		return;
	if (service_return_view(
	        &towns, ada, handset->locked_case, &view, NULL, NULL, NULL) < 0)
		trouble(handset, "locked by no case");
	if (view.row.state != RETURN_LOST &&
	    view.row.state != RETURN_WRITTEN_OFF)
		trouble(handset, "it stays locked");
	order = order_of(handset, handset->locked_case, "a lock");
	if (view.row.state == RETURN_LOST && handset->holder >= 0 &&
	    strcmp(citizens[handset->holder].name, view.person.name) == 0 &&
	    !told_of(order.departure.departure.id)->is_by_hand &&
	    jobs_in_force(&citizens[handset->holder]) &&
	    !has_left(
	        &citizens[handset->holder], order.departure.departure.last_day))
		wrong(&order, "of who stays");
}

/* ---- what is ordered ---- */

static void judge_hour(const struct handset *handset)
{
	struct calendar_local local;

	calendar_local_of(CALENDAR_STOCKHOLM, towns_now, &local);
	if (!calendar_is_working_day(CALENDAR_SE, local.day) ||
	    local.ms < 8 * TIME_HOUR_MS ||
	    (calendar_weekday_of(local.day) == CALENDAR_FRIDAY &&
	        local.ms >= 15 * TIME_HOUR_MS))
		trouble(handset, "an erase was ordered out of hours");
}

/* So many a day of leavers', and more with a second person's yes; each yes is
 * for one. */
static void judge_count(struct handset *handset, const struct order *order)
{
	static int64_t alone[DEPARTURES_A_DAY]; /* the last without a yes */
	static unsigned next;
	int64_t *oldest = &alone[next % DEPARTURES_A_DAY];

	if (is_early(order)) {
		if (!has_yes(handset))
			wrong(order, "from under who works, by one person");
		handset->yes_at = 0;
	} else if (has_yes(handset)) {
		if (*oldest > towns_now - TIME_DAY_MS)
			handset->yes_at = 0;
	} else {
		/* Those that were asked for by hand are counted elsewhere. */
		if (told_of(order->departure.departure.id)->is_by_hand)
			return;
		if (*oldest > towns_now - TIME_DAY_MS)
			wrong(order, "beyond what a day has room for");
		*oldest = towns_now;
		next++;
	}
}

struct newest {
	struct wipe wipes[PHONES];
	bool is_held[PHONES];
};

static int find_newest(struct txn *txn, void *arg, struct err *err)
{
	struct newest *newest = arg;
	struct device row;
	char device[STORE_ID];
	int rc;
	int i;

	for (i = 0; i < PHONES; i++) {
		newest->wipes[i].id[0] = '\0';
		(void)snprintf(
		    device, sizeof(device), "device-%.20s", handsets[i].serial);
		rc =
		    store_wipe_find_device(txn, device, &newest->wipes[i], err);
		if (rc < 0 && rc != -ERR_NOT_FOUND)
			return rc;
		rc = store_device_load(txn, device, &row, err);
		if (rc < 0)
			return rc;
		newest->is_held[i] = row.person_id[0] != '\0';
	}
	return 0;
}

/* Nobody is erased on the day on which a date may have been mistyped. */
static void judge_said(const struct order *order)
{
	const struct citizen *holder = &citizens[order->handset->holder];

	if (!told_of(order->departure.departure.id)->is_by_hand &&
	    holder->said == today() &&
	    holder->jobs[holder->count - 1].to ==
	        order->departure.departure.last_day + 1)
		wrong(order, "on the very day on which its end was told");
}

static void judge_new_erase(struct handset *handset, const struct wipe *wipe)
{
	struct order order =
	    order_of(handset, wipe->case_id, "an erase was ordered");

	town.ordered++;
	judge_hour(handset);
	judge_erase(&order);
	judge_count(handset, &order);
	judge_said(&order);
	if (strcmp(wipe->life_id, life_of(handset->serial)) != 0)
		wrong(&order, "in a former life");
	if (strcmp(wipe->case_id, handset->obeyed_case) == 0)
		wrong(&order, "of what had taken one, in whatever life");
}

/* ---- what is released ---- */

struct papers {
	const struct handset *handset;
	char leaver[STORE_ID];
	bool proof;
	bool is_stated;
	bool holder;
	bool receiver;
	enum return_codes leavers;      /* said in their name */
	enum return_codes ours;         /* by who receives, or by IT */
	char holder_by[LIMIT_NAME + 1]; /* the accounts */
	char receiver_by[LIMIT_NAME + 1];
};

static void note_codes(struct papers *papers, const struct return_step_row *row)
{
	bool is_ours = row->kind == RETURN_STEP_SIGNED_RECEIVER ||
	    (row->kind == RETURN_STEP_CODES && !row->typed_name[0]);

	if (row->codes == RETURN_CODES_UNSAID)
		return;
	if (is_ours || row->codes == RETURN_CODES_NOT_NEEDED)
		papers->ours = row->codes;
	else if (row->kind != RETURN_STEP_CODES)
		papers->leavers = row->codes;
}

static bool has_codes(const struct papers *papers)
{
	enum return_codes codes = papers->ours ? papers->ours : papers->leavers;

	return codes != RETURN_CODES_UNSAID &&
	    codes != RETURN_CODES_NOT_HANDED_OVER;
}

static int note_step(void *arg, const struct return_step_row *row)
{
	struct papers *papers = arg;

	note_codes(papers, row);
	switch (row->kind) {
	case RETURN_STEP_PROOF:
	case RETURN_STEP_PROOF_STATED:
		papers->proof = true;
		papers->is_stated = row->kind == RETURN_STEP_PROOF_STATED;
		break;
	case RETURN_STEP_DISPUTED:
		papers->proof = false;
		break;
	case RETURN_STEP_WITNESS:
		if (strcmp(row->person_id, papers->leaver) == 0)
			trouble(papers->handset, "a witness of oneself");
		papers->holder = true;
		memcpy(papers->holder_by, row->done_by, LIMIT_NAME + 1);
		break;
	case RETURN_STEP_SIGNED_HOLDER:
		if (strcmp(row->person_id, papers->leaver) != 0)
			trouble(papers->handset, "signed for another");
		papers->holder = true;
		memcpy(papers->holder_by, row->done_by, LIMIT_NAME + 1);
		break;
	case RETURN_STEP_SIGNED_RECEIVER:
		if (strcmp(row->person_id, papers->leaver) == 0)
			trouble(papers->handset, "confirmed one's own return");
		papers->receiver = true;
		memcpy(papers->receiver_by, row->done_by, LIMIT_NAME + 1);
		break;
	default:
		break;
	}
	return 0;
}

struct sims {
	const char *case_id;
	int64_t closed_at;
	unsigned open;
};

static int note_sim(void *arg, const struct sim_view *view)
{
	struct sims *sims = arg;

	/* One that came to the person later is not of this return; one whose
	 * block a pause took back later was decided then. */
	if (view->row.decision == SIM_UNDECIDED &&
	    view->row.created_at < sims->closed_at &&
	    view->row.decided_at < sims->closed_at &&
	    (!view->row.case_id[0] ||
	        strcmp(view->row.case_id, sims->case_id) == 0))
		sims->open++;
	return 0;
}

/* By what is written in its steps and decisions, not by its marks. */
static void judge_released(
    const struct handset *handset, const struct return_view *view)
{
	struct papers papers = {.handset = handset};
	struct sims sims = {view->row.id, view->row.closed_at, 0};
	const struct departure_parts parts = {NULL, note_sim, &sims};
	struct departure_view departure;
	struct return_view again;

	memcpy(papers.leaver, view->row.person_id, STORE_ID);
	assert_int_equal(service_return_view(&towns, ada, view->row.id, &again,
	                     note_step, &papers, NULL),
	    0);
	assert_int_equal(service_departure_load(&towns, ada,
	                     view->row.departure_id, &departure, &parts, NULL),
	    0);
	if (view->row.kind == RETURN_KIND_PRIVATE ||
	    view->row.kind == RETURN_KIND_SHARED)
		return;
	if (!papers.proof)
		trouble(handset, "released without proof");
	if (!papers.is_stated && view->wipe.state != WIPE_PROVEN)
		trouble(handset, "released without a proven erase");
	if (!papers.holder || !papers.receiver)
		trouble(handset, "released without both signatures");
	if (strcmp(papers.holder_by, papers.receiver_by) == 0)
		trouble(handset, "both signatures by one account");
	if (!has_codes(&papers))
		trouble(handset, "released without a word on its codes");
	if (sims.open)
		trouble(handset, "released with its SIM undecided");
	town.released++;
}

/* ---- what never comes ---- */

static bool was_anybody_held(const struct handset *handset)
{
	int i;

	for (i = 0; i < PEOPLE; i++)
		if ((handset->had & (1U << i)) && citizens[i].hold_id[0])
			return true;
	return handset->hold_id[0] != '\0';
}

/* The phone is with who left, it is ours and in reach, in whatever life, nothing
 * stands in the way: nothing but its erase can come. */
static bool is_due(const struct handset *handset,
    const struct return_view *view, int64_t *last_day)
{
	const struct citizen *holder;
	struct departure_view departure;

	if (handset->holder < 0 || handset->is_private || handset->is_proven ||
	    was_anybody_held(handset) ||
	    view->row.kind == RETURN_KIND_PRIVATE ||
	    view->row.kind == RETURN_KIND_SHARED ||
	    !return_case_is_open(view->row.state) ||
	    view->row.state == RETURN_LOST ||
	    view->row.state == RETURN_DISPUTED ||
	    (view->row.marks &
	        (RETURN_MARK_WIPE_ACKNOWLEDGED | RETURN_MARK_PROVEN)))
		return false;
	holder = &citizens[handset->holder];
	if (strcmp(holder->name, view->person.name) != 0 || !has_gone(holder) ||
	    !is_enrolled(handset->serial))
		return false;
	/* Enrolled anew by who has it in hand: theirs to erase. */
	if ((view->row.marks & RETURN_MARK_CUSTODY) &&
	    strcmp(life_of(handset->serial), view->row.life_id) != 0)
		return false;
	assert_int_equal(service_departure_load(&towns, ada,
	                     view->row.departure_id, &departure, NULL, NULL),
	    0);
	*last_day = departure.departure.last_day;
	return departure.departure.reason == DEPARTURE_EMPLOYMENT_END &&
	    has_left(holder, *last_day) && !is_paused(departure.departure.id);
}

static bool has_erase(const struct return_view *view)
{
	return view->wipe.id[0] && view->wipe.state != WIPE_CANCELLED &&
	    strcmp(view->wipe.case_id, view->row.id) == 0;
}

static void judge_waiting(
    struct handset *handset, const struct return_view *view)
{
	int64_t last_day = 0;

	if (!is_due(handset, view, &last_day) || has_erase(view)) {
		handset->due_since = 0;
		return;
	}
	if (!handset->due_since || handset->due_since > towns_now ||
	    last_day != handset->due_last_day ||
	    strcmp(view->row.id, handset->due_case) != 0) {
		handset->due_since = towns_now;
		handset->due_last_day = last_day;
		memcpy(handset->due_case, view->row.id, STORE_ID);
	}
	if (towns_now - handset->due_since > DUE_MS)
		trouble(handset, "its erase does not come");
}

static void judge_hour_set(
    const struct handset *handset, const struct return_view *view)
{
	struct departure_view departure;

	if (service_departure_load(&towns, ada, view->row.departure_id,
	        &departure, NULL, NULL) == 0 &&
	    departure.departure.state == DEPARTURE_OPEN &&
	    departure.departure.wipe_at == 0)
		trouble(handset, "open, and never to be erased");
}

/* ---- after every event ---- */

static void look_at(int index)
{
	static char last_released[PHONES][STORE_ID];
	struct handset *handset = &handsets[index];
	struct return_view view;

	if (service_return_view(
	        &towns, ada, handset->serial, &view, NULL, NULL, NULL) < 0)
		return;
	if (view.row.state == RETURN_RELEASED &&
	    strcmp(last_released[index], view.row.id) != 0) {
		memcpy(last_released[index], view.row.id, STORE_ID);
		judge_released(handset, &view);
	}
	judge_waiting(handset, &view);
	judge_hour_set(handset, &view);
	if (view.row.state == RETURN_WRITTEN_OFF && dice(50) == 0)
		handset->is_gone = true;
}

void judge_town(void)
{
	static struct newest newest;
	const struct wipe *wipe;
	int i;

	towns_read(find_newest, &newest);
	for (i = 0; i < PHONES; i++) {
		if (!newest.is_held[i])
			handsets[i].holder = -1;
		wipe = &newest.wipes[i];
		if (wipe->id[0] && strcmp(wipe->id, handsets[i].wipe_id) != 0) {
			memcpy(handsets[i].wipe_id, wipe->id, STORE_ID);
			judge_new_erase(&handsets[i], wipe);
		}
	}
	/* Each in its turn, and all now and then. */
	for (i = 0; i < PHONES; i++)
		if (event_number % PHONES == (unsigned)i ||
		    event_number % 50 == 0)
			look_at(i);
}
