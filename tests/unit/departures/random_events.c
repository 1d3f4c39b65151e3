/* What may happen in a random town, and how often. */
#include "tests/unit/departures/random_events.h"

#include "policies/calendar.h"
#include "server/service/guard/approval.h"
#include "server/service/guard/legal_hold.h"

/* ---- accounts ---- */

/* Of Ada's town. Who says yes asks for nothing and ends nobody. */
static const struct actor eve = {.name = "Eve",
    .org_id = "01900000-0000-7000-8000-00000000000a",
    .key = "token:eve",
    .scopes = UINT64_MAX};

const struct actor *any_account(void)
{
	static struct actor account;
	unsigned number = dice(4);

	account = *ada;
	(void)snprintf(
	    account.name, sizeof(account.name), "Account %u", number);
	(void)snprintf(account.key, sizeof(account.key), "token:%u", number);
	return &account;
}

/* ---- what is under way ---- */

void connect_now(struct handset *handset);

/* One whose erase is ordered or that is locked, if there is any: what is said
 * then is what matters. */
struct handset *phone_under_way(void)
{
	struct handset *handset = any_phone();
	int i;

	for (i = 0; i < 3 * PHONES; i++, handset = any_phone())
		if (handset->holder >= 0 && !handset->erased_case[0] &&
		    (handset->locked_case[0] ||
		        (handset->wipe_id[0] &&
		            !jobs_in_force(&citizens[handset->holder]))))
			break;
	return handset;
}

static struct citizen *holder_of(const struct handset *handset)
{
	return handset->holder < 0 ? anybody() : &citizens[handset->holder];
}

/* ---- employments ---- */

static bool set_end(
    const struct citizen *citizen, unsigned job, int32_t from, int32_t to)
{
	char from_text[CALENDAR_DATE_TEXT_MAX];
	char to_text[CALENDAR_DATE_TEXT_MAX] = "";

	calendar_day_text(from, from_text);
	if (to)
		calendar_day_text(to, to_text);
	return try_say("{\"employment\": {\"person\": \"%s\", \"unit\": "
	               "\"Skolan\", \"external_id\": \"%s/%u\", \"from\": "
	               "\"%s\", \"to\": \"%s\"}}",
	    citizen->name, citizen->name, job, from_text, to_text);
}

/* Whose day it is that moves. */
static void count_moved(const struct citizen *citizen)
{
	int i;

	if (departures_of(citizen->name) == 0)
		return;
	town.moved_in_pause +=
	    is_paused(the_departure(citizen->name).departure.id);
	for (i = 0; i < PHONES; i++)
		town.moved_in_lock += handsets[i].locked_case[0] &&
		    handsets[i].holder == citizen - citizens;
}

static void move_end(struct citizen *citizen, int32_t to)
{
	struct job *job = &citizen->jobs[citizen->count - 1];

	if (to && to <= job->from)
		return;
	if (to != job->to)
		count_moved(citizen);
	if (!set_end(citizen, citizen->count - 1, job->from, to))
		return;
	if (to != job->to)
		citizen->said = today();
	job->to = to;
}

static void event_end_job(void)
{
	struct citizen *citizen = anybody();

	if (citizen->jobs[citizen->count - 1].to == 0)
		move_end(citizen, today() - 3 + (int32_t)dice(12));
}

static void event_take_end_back(void)
{
	move_end(anybody(), 0);
}

/* The day of who leaves, back and forth. */
static void event_move_day(void)
{
	struct handset *handset = phone_under_way();
	struct citizen *citizen = holder_of(handset);

	if (!citizen->jobs[citizen->count - 1].to)
		return;
	move_end(citizen, today() - 10 + (int32_t)dice(40));
	connect_now(handset);
}

void lift_hold(char hold_id[STORE_ID])
{
	struct legal_hold_view view;

	if (!hold_id[0])
		return;
	assert_int_equal(
	    service_legal_hold_lift(&towns, ada, hold_id, "over", &view, NULL),
	    0);
	hold_id[0] = '\0';
}

static void event_hire_again(void)
{
	struct citizen *citizen =
	    dice(2) ? anybody() : holder_of(phone_under_way());
	int32_t from = today() - 2 + (int32_t)dice(60);
	int i;

	if (citizen->count < JOBS_MAX) {
		if (set_end(citizen, citizen->count, from, 0))
			citizen->jobs[citizen->count++].from = from;
		return;
	}
	/* Somebody new sits there; what the former holds is out of sight. */
	lift_hold(citizen->hold_id);
	for (i = 0; i < PHONES; i++) {
		if (handsets[i].holder == citizen - citizens) {
			lift_hold(handsets[i].hold_id);
			new_handset(&handsets[i]);
		}
		handsets[i].had &= ~(1U << (citizen - citizens));
	}
	new_citizen(citizen);
}

/* ---- phones ---- */

static void event_hand_over(void)
{
	struct handset *handset = phone_at_hand();
	struct citizen *citizen = anybody();

	if (handset->is_gone || handset->is_private)
		return;
	if (!try_say("{\"assignment\": {\"person\": \"%s\", \"phone\": "
	             "\"%s\"}}\n{\"assignment\": {\"person\": \"%s\", "
	             "\"subscription\": \"%s\", \"in_phone\": \"%s\"}}",
	        citizen->name, handset->serial, citizen->name, handset->number,
	        handset->serial))
		return;
	is_with(handset, citizen);
}

/* IT writes it back in the ledger. */
static void event_hand_in(void)
{
	struct handset *handset = phone_at_hand();

	if (try_say("{\"return\": {\"phone\": \"%s\"}}", handset->serial))
		handset->holder = -1;
}

enum manner {
	TAKES,   /* and is not heard any more */
	REFUSES, /* the first that it is given */
	OBEYS
};

/* What is done is done: nothing else is asked of it in that visit. */
static bool ends_visit(struct handset *handset, const char *type)
{
	if (strcmp(type, "RemoveProfile") == 0 && dice(4)) {
		checks_out(handset->serial);
		return true;
	}
	return strcmp(type, "EraseDevice") == 0;
}

static void connect_phone(struct handset *handset, enum manner manner)
{
	char type[64];
	int i;

	if (handset->is_away || !is_enrolled(handset->serial))
		return;
	(void)takes(handset->serial);
	for (i = 0; i < 8; i++) {
		(void)snprintf(type, sizeof(type), "%s", given_type());
		if (!type[0]) {
			judge_idle(handset);
			return;
		}
		judge_given(handset, type);
		if (manner == TAKES)
			return;
		answers(handset->serial, manner == OBEYS);
		judge_answered(handset, type, manner == OBEYS);
		if (manner == REFUSES || ends_visit(handset, type))
			return;
	}
}

static void event_connect(void)
{
	connect_phone(any_phone(), OBEYS);
}

static void event_connect_badly(void)
{
	connect_phone(any_phone(), dice(2) ? TAKES : REFUSES);
}

/* Half of the time; else it is heard later. */
void connect_now(struct handset *handset)
{
	if (dice(2))
		return;
	handset->is_away = false;
	connect_phone(handset, OBEYS);
}

static void event_goes_away(void)
{
	struct handset *handset = any_phone();
	int i;

	/* Of who leaves, rather: it is those that the ladder is for. */
	for (i = 0; i < 6 &&
	     (handset->holder < 0 || handset->is_private ||
	         jobs_in_force(&citizens[handset->holder]));
	     i++)
		handset = any_phone();
	handset->is_away = true;
}

static void event_comes_back(void)
{
	struct handset *handset = any_phone();
	int i;

	/* One that is sought, rather. */
	for (i = 0; i < 6 && dice(2) &&
	     !(handset->is_away && has_case(handset->serial) &&
	         state_of(handset->serial) == RETURN_LOST);
	     i++)
		handset = any_phone();
	if (!handset->is_away)
		return;
	handset->is_away = false;
	connect_phone(handset, OBEYS);
	/* And lies somewhere else. */
	handset->is_away = dice(2);
}

/* As virtual and real phones do: by IT for the next, by a thief for himself. */
static void event_enrol(void)
{
	struct handset *handset = phone_at_hand();
	struct citizen *citizen = anybody();

	if (handset->is_private || handset->is_gone)
		return;
	if (handset->holder >= 0 && dice(3))
		citizen = &citizens[handset->holder];
	enrols(handset->serial, citizen->name, dice(2));
	if (dice(8))
		supervise(handset->serial);
	is_with(handset, citizen);
	handset->erase_id[0] = '\0';
	handset->erased_case[0] = '\0';
	handset->locked_case[0] = '\0';
	handset->is_proven = false;
	/* No loop: nothing of the former life waits in the new one. */
	judge_given(handset, takes(handset->serial));
	if (strcmp(given_type(), "EraseDevice") == 0)
		trouble(handset, "erased again in its new life");
}

static void event_check_out(void)
{
	const struct handset *handset = phone_at_hand();

	if (is_enrolled(handset->serial))
		checks_out(handset->serial);
}

static void event_private(void)
{
	struct handset *handset = any_phone();

	if (try_say("{\"phone\": {\"phone\": \"%s\", \"is_private\": true}}",
	        handset->serial))
		handset->is_private = true;
}

/* ---- departures ---- */

static void event_cancel(void)
{
	const char *name = anybody()->name;
	struct departure_view view;
	struct told *told;

	if (departures_of(name) == 0)
		return;
	view = the_departure(name);
	told = told_of(view.departure.id);
	if (service_departure_cancel(&towns, any_account(), view.departure.id,
	        "a mistake", &view, NULL) < 0)
		return;
	told->cancelled_day = view.departure.last_day;
	told->paused_until = 0; /* what was handed in goes on */
}

static void event_open(void)
{
	const struct departure_request request = {
	    .person = anybody()->name, .note = "everything back"};
	struct departure_view view;

	if (service_departure_open(
	        &towns, any_account(), &request, false, &view, NULL) == 0)
		told_of(view.departure.id)->is_by_hand = true;
}

/* Until some day; said again, until another. */
static void event_pause(void)
{
	struct handset *handset = phone_under_way();
	const char *name = holder_of(handset)->name;
	int32_t until = today() + 1 + (int32_t)dice(25);
	char text[CALENDAR_DATE_TEXT_MAX];
	struct departure_view view;

	if (departures_of(name) == 0)
		return;
	view = the_departure(name);
	calendar_day_text(until, text);
	if (service_departure_pause(&towns, any_account(), view.departure.id,
	        text, "a matter of court", &view, NULL) < 0)
		return;
	told_of(view.departure.id)->paused_until = until;
	town.paused++;
	connect_now(handset);
}

static void hold(
    enum legal_hold_kind kind, const char *subject, char hold_id[STORE_ID])
{
	const struct legal_hold_request request = {kind, subject, "case 4711"};
	struct legal_hold_view view;

	if (hold_id[0])
		return;
	assert_int_equal(
	    service_legal_hold_add(&towns, ada, &request, &view, NULL), 0);
	memcpy(hold_id, view.row.id, STORE_ID);
	town.held++;
}

static void event_hold(void)
{
	struct handset *handset = phone_under_way();
	struct citizen *citizen = holder_of(handset);

	if (dice(2))
		hold(LEGAL_HOLD_PHONE, handset->serial, handset->hold_id);
	else
		hold(LEGAL_HOLD_PERSON, citizen->name, citizen->hold_id);
	connect_now(handset);
}

static void event_lift(void)
{
	int i;

	lift_hold(any_phone()->hold_id);
	for (i = 0; i < 3; i++)
		lift_hold(anybody()->hold_id);
}

/* ---- a second person ---- */

static int note_request(void *arg, const struct approval_view *view)
{
	if (view->row.state == APPROVAL_ASKED)
		*(struct approval_view *)arg = *view;
	return 0;
}

static int note_thing(void *arg, const struct approval_thing_view *view)
{
	int i;

	(void)arg;
	for (i = 0; i < PHONES; i++)
		if (strcmp(handsets[i].serial, view->serial) == 0)
			handsets[i].yes_at = towns_now;
	return 0;
}

/* Whoever asked is refused, which is tried as well. */
static void event_decide(void)
{
	struct approval_view view = {.row = {.id = ""}};
	struct approval_decision decision = {
	    .is_yes = dice(3) != 0, .note = "not these"};
	const struct actor *who = dice(4) ? &eve : any_account();

	assert_int_equal(service_approval_each(&towns, ada, true, NULL, 50,
	                     note_request, &view, NULL),
	    0);
	decision.id = view.row.id;
	decision.params_sha256 = view.row.params_sha256;
	if (!view.row.id[0] ||
	    service_approval_decide(&towns, who, &decision, &view, NULL) < 0)
		return;
	if (!decision.is_yes) {
		town.no++;
		return;
	}
	if (strcmp(view.row.asked_by, who->name) == 0)
		fail_msg("event %lu: one person for two", event_number);
	town.yes++;
	assert_int_equal(service_approval_view(&towns, ada, view.row.id, &view,
	                     note_thing, NULL, NULL),
	    0);
}

/* ---- time ---- */

static void event_hours(void)
{
	towns_now += (int64_t)(1 + dice(20)) * TIME_HOUR_MS;
}

static void event_morning(void)
{
	struct calendar_local local = {today() + 1, 8 * (int)TIME_HOUR_MS};

	towns_now = calendar_utc_of(CALENDAR_STOCKHOLM, &local);
}

static void event_clock_back(void)
{
	towns_now -= (int64_t)dice(5) * TIME_HOUR_MS;
}

/* It runs ahead, and is put right the next time. */
static void event_clock_ahead(void)
{
	static int64_t ahead;

	if (ahead) {
		towns_now -= ahead;
		ahead = 0;
		return;
	}
	ahead = (int64_t)(1 + dice(6)) * TIME_HOUR_MS;
	towns_now += ahead;
}

/* ---- */

static const struct {
	const char *name;
	unsigned weight;
	void (*run)(void);
} events[] = {
    {"hours pass", 45, event_hours},
    {"the next morning", 45, event_morning},
    {"the clock goes back", 2, event_clock_back},
    {"the clock runs ahead", 4, event_clock_ahead},
    {"a job ends", 90, event_end_job},
    {"its end is taken back", 4, event_take_end_back},
    {"the last day moves", 8, event_move_day},
    {"hired again", 14, event_hire_again},
    {"handed over", 120, event_hand_over},
    {"handed in", 6, event_hand_in},
    {"connects", 200, event_connect},
    {"connects badly", 25, event_connect_badly},
    {"goes away", 14, event_goes_away},
    {"comes back", 8, event_comes_back},
    {"proven", 120, event_prove},
    {"caught", 12, event_catch},
    {"custody", 90, event_custody},
    {"signed", 220, event_sign},
    {"codes", 60, event_codes},
    {"lock", 60, event_lock},
    {"stated", 30, event_state},
    {"SIM", 70, event_sim},
    {"lost", 1, event_lost},
    {"the manager locks", 14, event_manager_locks},
    {"found", 40, event_found},
    {"written off", 8, event_write_off},
    {"enrols", 30, event_enrol},
    {"checks out", 6, event_check_out},
    {"private", 6, event_private},
    {"cancelled", 2, event_cancel},
    {"everything", 4, event_open},
    {"paused", 6, event_pause},
    {"legal hold", 4, event_hold},
    {"lifted", 6, event_lift},
    {"a second person", 20, event_decide},
};

void event_run_one(void)
{
	unsigned all = 0;
	unsigned pick;
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		all += events[i].weight;
	pick = dice(all);
	for (i = 0; pick >= events[i].weight; i++)
		pick -= events[i].weight;
	event_name = events[i].name;
	events[i].run();
}

void event_peace(void)
{
	int i;

	event_name = "peace";
	for (i = 0; i < PEOPLE; i++)
		lift_hold(citizens[i].hold_id);
	for (i = 0; i < PHONES; i++) {
		lift_hold(handsets[i].hold_id);
		handsets[i].is_away = false;
	}
	event_morning();
}
