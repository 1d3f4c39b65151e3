/*
 * random_test: a town lives for a hundred thousand events: people come, leave
 * and come back, phones are handed over, erased, caught, lost, enrolled anew,
 * signed for by whoever happens by. Is anything ever released without proof,
 * both signatures and the decision on its SIM, is anything ever erased that is
 * not the leaver's, and is no phone erased again and again?
 *
 * WORKPHONE_SEED=… repeats a run, WORKPHONE_EVENTS=… its length.
 */
#include "tests/unit/departures/leaver_world.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "policies/calendar.h"
#include "server/store/store_bench.h"

#define PEOPLE 10
#define PHONES 12
#define JOBS_MAX 12 /* then somebody else sits there */

/* ---- the model: who is employed when, who has what, what was done ---- */

struct job {
	int32_t from;
	int32_t to; /* 0: no end */
};

struct citizen {
	char name[24];
	struct job jobs[JOBS_MAX];
	unsigned count;
};

struct handset {
	char serial[16];
	char number[24];
	int holder; /* -1: nobody */
	bool is_private;
	bool is_gone;
	char wipe_id[STORE_ID]; /* the newest that was looked at */
	unsigned erases_given;  /* in this life */
};

static struct citizen citizens[PEOPLE];
static struct handset handsets[PHONES];
static unsigned names;
static unsigned serials;
static uint64_t seed;
static unsigned released;
static unsigned turned_up; /* after a write-off */
static unsigned ordered;
static unsigned given;
static unsigned long event_number;
static const char *event_name;

static unsigned dice(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

static struct citizen *anybody(void)
{
	return &citizens[dice(PEOPLE)];
}

static struct handset *any_phone(void)
{
	return &handsets[dice(PHONES)];
}

static int32_t today(void)
{
	return calendar_day_at(CALENDAR_STOCKHOLM, towns_now);
}

static bool is_in_force(const struct job *job, int32_t day)
{
	return job->from <= day && (job->to == 0 || job->to > day);
}

static unsigned jobs_in_force(const struct citizen *citizen)
{
	unsigned count = 0;
	unsigned i;

	for (i = 0; i < citizen->count; i++)
		count += is_in_force(&citizen->jobs[i], today());
	return count;
}

static bool has_left_a_job(const struct citizen *citizen)
{
	unsigned i;

	for (i = 0; i < citizen->count; i++)
		if (citizen->jobs[i].to && citizen->jobs[i].to <= today())
			return true;
	return false;
}

static void trouble(const struct handset *handset, const char *what)
{
	fail_msg("event %lu (%s), phone %s: %s", event_number, event_name,
	    handset->serial, what);
}

/* ---- what is asked of every release ---- */

struct papers {
	const struct handset *handset;
	char leaver[STORE_ID];
	bool proof;
	bool holder;
	bool receiver;
	enum return_codes leavers; /* said in their name */
	enum return_codes ours;    /* by who receives, or by IT */
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
		break;
	case RETURN_STEP_DISPUTED:
		papers->proof = false;
		break;
	case RETURN_STEP_WITNESS:
		if (strcmp(row->person_id, papers->leaver) == 0)
			trouble(papers->handset, "a witness of oneself");
		papers->holder = true;
		break;
	case RETURN_STEP_SIGNED_HOLDER:
		if (strcmp(row->person_id, papers->leaver) != 0)
			trouble(papers->handset, "signed for another");
		papers->holder = true;
		break;
	case RETURN_STEP_SIGNED_RECEIVER:
		if (strcmp(row->person_id, papers->leaver) == 0)
			trouble(papers->handset, "confirmed one's own return");
		papers->receiver = true;
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

	/* One that came to the person later is not of this return. */
	if (view->row.decision == SIM_UNDECIDED &&
	    view->row.created_at < sims->closed_at &&
	    (!view->row.case_id[0] ||
	        strcmp(view->row.case_id, sims->case_id) == 0))
		sims->open++;
	return 0;
}

/* By what is written in its steps and decisions, not by its marks. */
static void check_released(
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
	if (!papers.holder || !papers.receiver)
		trouble(handset, "released without both signatures");
	if (!has_codes(&papers))
		trouble(handset, "released without a word on its codes");
	if (sims.open)
		trouble(handset, "released with its SIM undecided");
	released++;
}

/* ---- what is asked of every erase ---- */

static void check_hour(const struct handset *handset)
{
	struct calendar_local local;

	calendar_local_of(CALENDAR_STOCKHOLM, towns_now, &local);
	if (!calendar_is_working_day(CALENDAR_SE, local.day) ||
	    local.ms < 8 * TIME_HOUR_MS ||
	    (calendar_weekday_of(local.day) == CALENDAR_FRIDAY &&
	        local.ms >= 15 * TIME_HOUR_MS))
		trouble(handset, "an erase was ordered out of hours");
}

static void check_covered(
    const struct handset *handset, const struct return_view *view)
{
	const struct citizen *holder;

	if (handset->is_private)
		trouble(handset, "a private phone is to be erased");
	if (handset->holder < 0)
		trouble(handset, "an erase of what nobody holds");
	holder = &citizens[handset->holder];
	if (strcmp(holder->name, view->person.name) != 0)
		trouble(handset, "an erase of what somebody else holds");
	if (!has_left_a_job(holder))
		trouble(handset, "an erase of who has not left");
	if (jobs_in_force(holder) && !(view->row.marks & RETURN_MARK_CUSTODY))
		trouble(handset, "an erase from under who still works");
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

static void check_new_erases(void)
{
	static struct newest newest;
	struct return_view view;
	int i;

	towns_read(find_newest, &newest);
	for (i = 0; i < PHONES; i++) {
		const struct wipe *wipe = &newest.wipes[i];

		if (!newest.is_held[i])
			handsets[i].holder = -1;
		if (!wipe->id[0] || strcmp(wipe->id, handsets[i].wipe_id) == 0)
			continue;
		memcpy(handsets[i].wipe_id, wipe->id, STORE_ID);
		ordered++;
		if (!wipe->case_id[0])
			trouble(&handsets[i], "an erase of no case");
		if (service_return_view(&towns, ada, wipe->case_id, &view, NULL,
		        NULL, NULL) < 0)
			trouble(&handsets[i], "an erase of a case that is not");
		check_hour(&handsets[i]);
		check_covered(&handsets[i], &view);
		if (strcmp(wipe->life_id, life_of(handsets[i].serial)) != 0)
			trouble(&handsets[i], "an erase of a former life");
	}
}

/* ---- events ---- */

static bool try_say(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
static bool try_say(const char *format, ...)
{
	struct ledger_report report;
	char lines[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(lines, sizeof(lines), format, args);
	va_end(args);
	return service_ledger_apply(&towns, ada, lines, strlen(lines), false,
	           NULL, NULL, &report, NULL) == 0;
}

static void new_citizen(struct citizen *citizen)
{
	char from[CALENDAR_DATE_TEXT_MAX];

	memset(citizen, 0, sizeof(*citizen));
	(void)snprintf(
	    citizen->name, sizeof(citizen->name), "Person %u", ++names);
	citizen->jobs[0].from = today() - 100;
	citizen->count = 1;
	calendar_day_text(citizen->jobs[0].from, from);
	say("{\"person\": {\"name\": \"%s\"}}\n{\"employment\": {\"person\": "
	    "\"%s\", \"unit\": \"Skolan\", \"external_id\": \"%s/0\", "
	    "\"from\": \"%s\"}}",
	    citizen->name, citizen->name, citizen->name, from);
}

static void new_handset(struct handset *handset)
{
	memset(handset, 0, sizeof(*handset));
	handset->holder = -1;
	(void)snprintf(
	    handset->serial, sizeof(handset->serial), "S%u", ++serials);
	(void)snprintf(
	    handset->number, sizeof(handset->number), "+4670%07u", serials);
	phone(handset->serial, NULL, dice(4) != 0);
	say("{\"subscription\": {\"number\": \"%s\"}}", handset->number);
}

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

static void event_end_job(void)
{
	struct citizen *citizen = anybody();
	unsigned job = citizen->count - 1;
	int32_t to = today() - 3 + (int32_t)dice(12);

	if (to <= citizen->jobs[job].from)
		return;
	if (set_end(citizen, job, citizen->jobs[job].from, to))
		citizen->jobs[job].to = to;
}

static void event_take_end_back(void)
{
	struct citizen *citizen = anybody();
	unsigned job = citizen->count - 1;

	if (set_end(citizen, job, citizen->jobs[job].from, 0))
		citizen->jobs[job].to = 0;
}

static void event_hire_again(void)
{
	struct citizen *citizen = anybody();
	int32_t from = today() - 2 + (int32_t)dice(60);
	int i;

	if (citizen->count < JOBS_MAX) {
		if (set_end(citizen, citizen->count, from, 0))
			citizen->jobs[citizen->count++].from = from;
		return;
	}
	/* Somebody new sits there; what the former holds is out of sight. */
	for (i = 0; i < PHONES; i++)
		if (handsets[i].holder == citizen - citizens)
			new_handset(&handsets[i]);
	new_citizen(citizen);
}

static void event_hand_over(void)
{
	struct handset *handset = any_phone();
	struct citizen *citizen = anybody();

	if (handset->is_gone || handset->is_private)
		return;
	if (!try_say("{\"assignment\": {\"person\": \"%s\", \"phone\": "
	             "\"%s\"}}\n{\"assignment\": {\"person\": \"%s\", "
	             "\"subscription\": \"%s\", \"in_phone\": \"%s\"}}",
	        citizen->name, handset->serial, citizen->name, handset->number,
	        handset->serial))
		return;
	handset->holder = (int)(citizen - citizens);
}

static void event_hand_in(void)
{
	struct handset *handset = any_phone();

	if (try_say("{\"return\": {\"phone\": \"%s\"}}", handset->serial))
		handset->holder = -1;
}

/* Erased, it answers nothing more in that life. */
static void connect_phone(struct handset *handset, unsigned how)
{
	const char *type;
	struct return_view view;

	if (!is_enrolled(handset->serial))
		return;
	type = how == 0 ? takes(handset->serial)
	                : connects(handset->serial, how != 1);
	if (strcmp(type, "EraseDevice") != 0)
		return;
	given++;
	handset->erases_given++;
	if (handset->is_private)
		trouble(handset, "a private phone was given an erase");
	if (handset->holder < 0)
		trouble(handset, "an erase was given to what nobody holds");
	if (service_return_view(
	        &towns, ada, handset->serial, &view, NULL, NULL, NULL) < 0 ||
	    strcmp(view.person.name, citizens[handset->holder].name) != 0)
		trouble(handset, "an erase was given to another's phone");
}

static void event_connect(void)
{
	connect_phone(any_phone(), 2 + dice(3));
}

static void event_connect_badly(void)
{
	connect_phone(any_phone(), dice(2));
}

static int bench_try(struct txn *txn, void *arg, struct err *err)
{
	struct wipe wipe;
	char device[STORE_ID];
	int rc;

	(void)snprintf(device, sizeof(device), "device-%.20s",
	    ((struct handset *)arg)->serial);
	rc = store_wipe_find_device(txn, device, &wipe, err);
	if (rc < 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	if (wipe_next(wipe.state, WIPE_EVENT_PROOF, &wipe.state) < 0)
		return 0;
	wipe.proven_at = towns_now;
	rc = store_wipe_update(txn, &wipe, err);
	return rc < 0 ? rc
	              : return_wipe_changed(txn, &towns, &wipe,
	                    WIPE_EVENT_PROOF, towns_now, err);
}

static void event_prove(void)
{
	towns_write(bench_try, any_phone());
}

static int catch_try(struct txn *txn, void *arg, struct err *err)
{
	struct wipe wipe;
	char device[STORE_ID];
	int rc;

	(void)snprintf(device, sizeof(device), "device-%.20s",
	    ((struct handset *)arg)->serial);
	rc = store_wipe_find_device(txn, device, &wipe, err);
	if (rc < 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	if (wipe.state != WIPE_ACKNOWLEDGED && wipe.state != WIPE_SILENT)
		return 0;
	wipe.caught_at = towns_now;
	(void)snprintf(
	    wipe.warning, sizeof(wipe.warning), "it did not erase itself");
	rc = store_wipe_update(txn, &wipe, err);
	return rc < 0 ? rc
	              : return_wipe_changed(txn, &towns, &wipe,
	                    WIPE_EVENT_CONTACT, towns_now, err);
}

static void event_catch(void)
{
	towns_write(catch_try, any_phone());
}

static void do_step_by(
    const struct actor *actor, const struct return_request *request)
{
	struct return_view view;

	(void)service_return_do(&towns, actor, request, &view, NULL);
}

static void do_step(const struct return_request *request)
{
	do_step_by(ada, request);
}

/* One that was written off is with its leaver again when somebody has it. */
static void do_turn_up(struct handset *handset, struct return_request *request)
{
	struct return_view view;
	int i;

	request->what = handset->serial;
	if (service_return_view(
	        &towns, ada, handset->serial, &view, NULL, NULL, NULL) < 0)
		return;
	do_step(request);
	if (view.row.state != RETURN_WRITTEN_OFF ||
	    state_of(handset->serial) == RETURN_WRITTEN_OFF ||
	    view.device.person_id[0])
		return;
	turned_up++;
	for (i = 0; i < PEOPLE; i++)
		if (strcmp(citizens[i].name, view.person.name) == 0)
			handset->holder = i;
	/* Who moved away is not in the model any more; nor is what they have. */
	if (handset->holder < 0)
		new_handset(handset);
}

static void event_custody(void)
{
	struct handset *handset = any_phone();

	do_turn_up(handset,
	    &(struct return_request){.act = RETURN_ACT_CUSTODY,
	        .person = dice(3) ? anybody()->name : NULL});
}

static void event_sign(void)
{
	const char *name = anybody()->name;
	struct actor actor = *ada;

	(void)snprintf(actor.name, sizeof(actor.name), "token:%u", dice(3));
	do_step_by(&actor,
	    &(struct return_request){.act = RETURN_ACT_SIGN,
	        .what = any_phone()->serial,
	        .signer = (enum return_signer)dice(3),
	        .person = dice(4) ? name : NULL,
	        .typed_name = dice(20) ? name : anybody()->name,
	        .codes = (enum return_codes)dice(RETURN_CODES_COUNT),
	        .note = dice(3) ? "gone" : NULL});
}

static void event_codes(void)
{
	do_step(&(struct return_request){.act = RETURN_ACT_CODES,
	    .what = any_phone()->serial,
	    .codes = (enum return_codes)dice(RETURN_CODES_COUNT)});
}

static void event_lock(void)
{
	do_step(&(struct return_request){.act = RETURN_ACT_LOCK_CLEARED,
	    .what = any_phone()->serial,
	    .how = "signed_out"});
}

static void event_state(void)
{
	do_step(&(struct return_request){
	    .act = dice(3) ? RETURN_ACT_STATE_PROOF : RETURN_ACT_DATA_REMOVED,
	    .what = any_phone()->serial,
	    .note = "emptied at the desk"});
}

static void event_sim(void)
{
	const struct handset *handset = any_phone();

	do_step(&(struct return_request){.act = RETURN_ACT_SIM,
	    .what = handset->serial,
	    .subscription = handset->number,
	    .decision = dice(2) ? SIM_BLOCK : SIM_REUSE});
}

static void event_lost(void)
{
	do_step(&(struct return_request){.act = RETURN_ACT_LOST,
	    .what = any_phone()->serial,
	    .note = "left on a train"});
}

static void event_found(void)
{
	do_turn_up(any_phone(),
	    &(struct return_request){
	        .act = RETURN_ACT_FOUND, .note = "somebody brought it"});
}

static void event_write_off(void)
{
	do_step(&(struct return_request){.act = RETURN_ACT_WRITE_OFF,
	    .what = any_phone()->serial,
	    .note = "never came back"});
}

/* As virtual and real phones do: by IT for the next, by a thief for himself. */
static void event_enrol(void)
{
	struct handset *handset = any_phone();
	struct citizen *citizen = anybody();

	if (handset->is_private || handset->is_gone)
		return;
	if (handset->holder >= 0 && dice(3))
		citizen = &citizens[handset->holder];
	enrols(handset->serial, citizen->name, dice(2));
	handset->holder = (int)(citizen - citizens);
	handset->erases_given = 0;
	/* No loop: nothing of the former life waits in the new one. */
	if (strcmp(takes(handset->serial), "EraseDevice") == 0)
		trouble(handset, "erased again in its new life");
}

static void event_check_out(void)
{
	const struct handset *handset = any_phone();

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

static void event_cancel(void)
{
	const char *name = anybody()->name;
	struct departure_view view;

	if (departures_of(name) == 0)
		return;
	view = the_departure(name);
	(void)service_departure_cancel(
	    &towns, ada, view.departure.id, "a mistake", &view, NULL);
}

static void event_open(void)
{
	const struct departure_request request = {
	    .person = anybody()->name, .note = "everything back"};
	struct departure_view view;

	(void)service_departure_open(&towns, ada, &request, false, &view, NULL);
}

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

static const struct {
	const char *name;
	unsigned weight;
	void (*run)(void);
} events[] = {
    {"hours pass", 30, event_hours},
    {"the next morning", 30, event_morning},
    {"the clock goes back", 2, event_clock_back},
    {"a job ends", 90, event_end_job},
    {"its end is taken back", 8, event_take_end_back},
    {"hired again", 25, event_hire_again},
    {"handed over", 140, event_hand_over},
    {"handed in", 6, event_hand_in},
    {"connects", 200, event_connect},
    {"connects badly", 25, event_connect_badly},
    {"proven", 120, event_prove},
    {"caught", 12, event_catch},
    {"custody", 110, event_custody},
    {"signed", 220, event_sign},
    {"codes", 60, event_codes},
    {"lock", 60, event_lock},
    {"stated", 30, event_state},
    {"SIM", 90, event_sim},
    {"lost", 10, event_lost},
    {"found", 60, event_found},
    {"written off", 8, event_write_off},
    {"enrols", 25, event_enrol},
    {"checks out", 4, event_check_out},
    {"private", 2, event_private},
    {"cancelled", 2, event_cancel},
    {"everything", 3, event_open},
};

static void run_one(void)
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

/* ---- after every event ---- */

static char last_released[PHONES][STORE_ID];

static void look_at(int index)
{
	struct handset *handset = &handsets[index];
	struct departure_view departure;
	struct return_view view;

	if (service_return_view(
	        &towns, ada, handset->serial, &view, NULL, NULL, NULL) < 0)
		return;
	if (view.row.state == RETURN_RELEASED &&
	    strcmp(last_released[index], view.row.id) != 0) {
		memcpy(last_released[index], view.row.id, STORE_ID);
		check_released(handset, &view);
	}
	if (view.row.state == RETURN_WRITTEN_OFF && dice(50) == 0)
		handset->is_gone = true;
	if (service_departure_load(&towns, ada, view.row.departure_id,
	        &departure, NULL, NULL) == 0 &&
	    departure.departure.state == DEPARTURE_OPEN &&
	    departure.departure.wipe_at == 0)
		trouble(handset, "open, and never to be erased");
}

static void after_event(void)
{
	int i;

	if (service_departures_keep_going(&towns, NULL) < 0)
		fail_msg(
		    "event %lu (%s): keep going", event_number, event_name);
	check_new_erases();
	/* Each in its turn, and all now and then. */
	for (i = 0; i < PHONES; i++)
		if (event_number % PHONES == (unsigned)i ||
		    event_number % 50 == 0)
			look_at(i);
	i = (int)dice(PHONES);
	if (handsets[i].is_gone || (handsets[i].is_private && dice(20) == 0))
		new_handset(&handsets[i]);
}

static void test_a_town_lives(void **state)
{
	const char *said = getenv("WORKPHONE_EVENTS");
	unsigned long count = said ? strtoul(said, NULL, 10) : 100000;
	unsigned i;

	(void)state;
	towns.tenant_count = 1;
	for (i = 0; i < PEOPLE; i++)
		new_citizen(&citizens[i]);
	for (i = 0; i < PHONES; i++)
		new_handset(&handsets[i]);
	for (event_number = 0; event_number < count; event_number++) {
		run_one();
		after_event();
	}
	(void)printf("%lu events: %u erases ordered, %u given, %u released, %u "
	             "turned up\n",
	    count, ordered, given, released, turned_up);
	/* A run in which nothing happened proves nothing. */
	if (count >= 100000) {
		assert_true(ordered > 50);
		assert_true(given > 30);
		assert_true(released > 50);
		assert_true(turned_up > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {LEAVER_TEST(test_a_town_lives)};
	const char *said = getenv("WORKPHONE_SEED");

	/* Each run alike; another town with another number. */
	seed = said ? strtoull(said, NULL, 10) : 3096647555;
	(void)printf("WORKPHONE_SEED=%llu\n", (unsigned long long)seed);
	(void)fflush(stdout);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
