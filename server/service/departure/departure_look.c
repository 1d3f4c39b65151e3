/* Departures and return cases as people look at them. */
#include <stdio.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/guard/legal_hold.h"
#include "server/service/service.h"
#include "server/store/store_bench.h"

/* ---- what is missing, in words ---- */

void return_case_waits_for(
    const struct return_case_row *row, char *out, size_t size)
{
	static const struct {
		unsigned mark;
		const char *words;
	} wants[] = {
	    {RETURN_MARK_ASKED, "the last day"},
	    {RETURN_MARK_CUSTODY, "the phone itself"},
	    {RETURN_MARK_LOCK_CLEARED, "its Activation Lock"},
	    {RETURN_MARK_PROVEN, "proof that it is erased"},
	    {RETURN_MARK_DATA_REMOVED, "that nothing of work is left on it"},
	    {RETURN_MARK_SIGNED_HOLDER,
	        "the signature of who returns it, or of a witness"},
	    {RETURN_MARK_SIGNED_RECEIVER, "the signature of who receives it"},
	    {RETURN_MARK_CODES_STATED, "what was said of its codes"},
	    {RETURN_MARK_SIM_DECIDED, "the decision on its SIM"},
	};
	unsigned missing = (unsigned)row->needs & ~(unsigned)row->marks;
	size_t used = 0;
	size_t i;

	out[0] = '\0';
	if (!return_case_is_open(row->state))
		return;
	for (i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		if (!(missing & wants[i].mark) || used >= size)
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s%s",
		    used ? "; " : "", wants[i].words);
	}
}

/* Of one that is paused nothing is asked, and nobody is late. */
static void say_pause(
    const struct departure_row *departure, char *out, size_t size)
{
	char day[CALENDAR_DATE_TEXT_MAX];

	calendar_day_text((int32_t)departure->review_day, day);
	(void)snprintf(out, size, "the end of its pause, %s", day);
}

static int none_is_fine(int rc)
{
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* Before whatever else it waits for. */
static void say_first(const char *words, char *out, size_t size)
{
	char rest[sizeof(((struct departure_view *)NULL)->waits_for)];

	if (!words[0])
		return;
	(void)snprintf(rest, sizeof(rest), "%s", out);
	(void)snprintf(out, size, "%s%s%s", words, rest[0] ? "; " : "", rest);
}

/* The hold that stands now on what the case is to erase; "": none. As of this
 * moment: what the last round found may have changed since. */
static int hold_of(struct txn *txn, const struct return_case_row *row,
    char out[ERR_TEXT_MAX], struct err *err)
{
	unsigned over = RETURN_MARK_WIPE_ACKNOWLEDGED | RETURN_MARK_PROVEN |
	    RETURN_MARK_DATA_REMOVED;
	struct legal_hold_row hold;
	int rc;

	out[0] = '\0';
	if (!return_case_is_open(row->state) || ((unsigned)row->marks & over))
		return 0;
	rc = legal_hold_find(
	    txn, row->org_id, row->device_id, row->person_id, &hold, err);
	if (rc == 0)
		legal_hold_sentence(txn, &hold, out, ERR_TEXT_MAX);
	return none_is_fine(rc);
}

/* ---- one case ---- */

static int fill_return(struct txn *txn, const struct return_case_row *row,
    struct return_view *out, struct err *err)
{
	struct departure_row departure;
	char held[ERR_TEXT_MAX];
	int rc;

	memset(out, 0, sizeof(*out));
	out->row = *row;
	return_case_waits_for(row, out->waits_for, sizeof(out->waits_for));
	rc = store_departure_load(
	    txn, row->org_id, row->departure_id, &departure, err);
	if (rc < 0)
		return rc;
	if (departure.state == DEPARTURE_PAUSED &&
	    return_case_is_open(row->state))
		say_pause(&departure, out->waits_for, sizeof(out->waits_for));
	if ((rc = hold_of(txn, row, held, err)) < 0)
		return rc;
	say_first(held, out->waits_for, sizeof(out->waits_for));
	rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &out->device, err);
	if (rc == 0)
		rc = none_is_fine(store_person_load(
		    txn, row->org_id, row->person_id, &out->person, err));
	if (rc == 0 && row->wipe_id[0])
		rc = none_is_fine(
		    store_wipe_load(txn, row->wipe_id, &out->wipe, err));
	return rc < 0 ? rc : return_along_load(txn, row, &out->along, err);
}

struct looking {
	struct service *service;
	const struct actor *actor;
	const char *what;
	bool only_open;
	const char *after_id;
	int limit;
	struct txn *txn;
	service_return_fn *on_return;
	store_return_step_fn *on_step;
	service_departure_fn *on_departure;
	const struct departure_parts *parts;
	void *arg;
	struct err *err;
	struct return_view view;
	struct departure_view departure;
};

/* A case's id, or a phone: its open case, else its newest. */
static int find_return(struct txn *txn, const char *org_id, const char *what,
    struct return_case_row *out, struct err *err)
{
	struct device device;
	int rc = store_return_case_load(txn, org_id, what, out, err);

	if (rc != -ERR_NOT_FOUND)
		return rc;
	rc = ledger_phone_find(txn, org_id, what, &device, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND,
		    "there is no return and no phone \"%.100s\"", what);
	if (rc == 0)
		rc = store_return_case_find_open(
		    txn, org_id, device.id, out, err);
	if (rc == -ERR_NOT_FOUND)
		rc = store_return_case_find_device(
		    txn, org_id, device.id, out, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(
		    err, ERR_NOT_FOUND, "nobody is to return this phone");
	return rc;
}

static int look_return(struct txn *txn, void *arg, struct err *err)
{
	struct looking *looking = arg;
	struct return_case_row row;
	int rc =
	    find_return(txn, looking->actor->org_id, looking->what, &row, err);

	if (rc == 0)
		rc = fill_return(txn, &row, &looking->view, err);
	if (rc == 0 && looking->on_step)
		rc = store_return_step_each(txn, row.org_id, row.id,
		    looking->on_step, looking->arg, err);
	return rc < 0 ? rc : 0;
}

int service_return_view(struct service *service, const struct actor *actor,
    const char *what, struct return_view *out, store_return_step_fn *on_step,
    void *arg, struct err *err)
{
	struct looking looking = {.service = service,
	    .actor = actor,
	    .what = what,
	    .on_step = on_step,
	    .arg = arg};
	int rc = store_read(service->store, look_return, &looking, err);

	if (rc == 0)
		*out = looking.view;
	return rc;
}

static int pass_return(void *arg, const struct return_case_row *row)
{
	struct looking *looking = arg;
	int rc = fill_return(looking->txn, row, &looking->view, looking->err);

	return rc < 0 ? rc : looking->on_return(looking->arg, &looking->view);
}

static int each_return(struct txn *txn, void *arg, struct err *err)
{
	struct looking *looking = arg;
	const struct return_case_filter filter = {
	    .org_id = looking->actor->org_id,
	    .only_open = looking->only_open,
	    .after_id = looking->after_id,
	    .limit = looking->limit};

	looking->txn = txn;
	looking->err = err;
	return store_return_case_each(txn, &filter, pass_return, looking, err);
}

int service_return_each(struct service *service, const struct actor *actor,
    bool only_open, const char *after_id, int limit, service_return_fn *fn,
    void *arg, struct err *err)
{
	struct looking looking = {.service = service,
	    .actor = actor,
	    .only_open = only_open,
	    .after_id = after_id,
	    .limit = limit,
	    .on_return = fn,
	    .arg = arg};
	int rc = store_read(service->store, each_return, &looking, err);

	return rc < 0 ? rc : 0;
}

/* ---- departures ---- */

struct counting {
	struct txn *txn;
	struct departure_view *view;
	char held[ERR_TEXT_MAX]; /* the first hold that stands in the way; "" */
	struct err *err;
};

static int count_case(void *arg, const struct return_case_row *row)
{
	struct counting *counting = arg;
	struct departure_view *view = counting->view;

	view->cases++;
	if (return_case_is_open(row->state))
		view->cases_open++;
	if (return_case_is_open(row->state) &&
	    (row->needs & ~row->marks & RETURN_MARK_SIGNED_RECEIVER))
		view->to_receive++;
	return counting->held[0]
	    ? 0
	    : hold_of(counting->txn, row, counting->held, counting->err);
}

static int count_sim(void *arg, const struct sim_decision_row *row)
{
	struct departure_view *view = arg;

	if (row->decision == SIM_UNDECIDED)
		view->sims_undecided++;
	return 0;
}

/*
 * IT may always receive; when no manager is found it is the only one who does,
 * and nobody is told but by this.
 */
static void say_waits(struct departure_view *view)
{
	static const char nobody[] =
	    "somebody who receives: no manager is known up to the top. Name "
	    "one of the unit, or take it in at IT (workphone return custody, "
	    "return sign-receiver)";
	const struct departure_row *row = &view->departure;
	bool is_missing = row->state <= DEPARTURE_OPEN &&
	    !row->receiver_id[0] && view->to_receive > 0;
	const char *waits = row->waits;
	char *out = view->waits_for;

	/* A hold is said as it is now. */
	if (strncmp(waits, LEGAL_HOLD_WORDS, strlen(LEGAL_HOLD_WORDS)) == 0)
		waits = "";
	if (row->state == DEPARTURE_PAUSED)
		say_pause(row, out, sizeof(view->waits_for));
	else
		(void)snprintf(out, sizeof(view->waits_for), "%s%s%s", waits,
		    waits[0] && is_missing ? "; " : "",
		    is_missing ? nobody : "");
}

int departure_view_make(struct txn *txn, const struct departure_row *row,
    struct departure_view *view, struct err *err)
{
	struct counting counting = {.txn = txn, .view = view, .err = err};
	int rc;

	memset(view, 0, sizeof(*view));
	view->departure = *row;
	rc = none_is_fine(store_person_load(
	    txn, row->org_id, row->person_id, &view->person, err));
	if (rc == 0 && row->receiver_id[0])
		rc = none_is_fine(store_person_load(
		    txn, row->org_id, row->receiver_id, &view->receiver, err));
	if (rc == 0)
		rc = store_return_case_each_departure(
		    txn, row->org_id, row->id, count_case, &counting, err);
	if (rc == 0)
		rc = store_sim_decision_each(
		    txn, row->org_id, row->id, count_sim, view, err);
	if (rc < 0)
		return rc;
	say_waits(view);
	say_first(counting.held, view->waits_for, sizeof(view->waits_for));
	return 0;
}

/* None of them goes on while the clock is in doubt. */
static int make_view(
    struct looking *looking, const struct departure_row *row, struct err *err)
{
	struct departure_row now = *row;

	if (row->state <= DEPARTURE_PAUSED)
		(void)clock_watch_doubts(
		    looking->service, now.waits, sizeof(now.waits));
	return departure_view_make(
	    looking->txn, &now, &looking->departure, err);
}

static int pass_departure(void *arg, const struct departure_row *row)
{
	struct looking *looking = arg;
	int rc = make_view(looking, row, looking->err);

	return rc < 0
	    ? rc
	    : looking->on_departure(looking->arg, &looking->departure);
}

static int each_departure(struct txn *txn, void *arg, struct err *err)
{
	struct looking *looking = arg;
	struct person_row person;
	struct departure_filter filter = {.org_id = looking->actor->org_id,
	    .only_open = looking->only_open,
	    .after_id = looking->after_id,
	    .limit = looking->limit};
	int rc = 0;

	looking->txn = txn;
	looking->err = err;
	if (looking->what) {
		rc = ledger_person_find(
		    txn, filter.org_id, looking->what, &person, err);
		filter.person_id = person.id;
	}
	return rc < 0
	    ? rc
	    : store_departure_each(txn, &filter, pass_departure, looking, err);
}

int service_departure_each(struct service *service, const struct actor *actor,
    const char *person, bool only_open, const char *after_id, int limit,
    service_departure_fn *fn, void *arg, struct err *err)
{
	struct looking looking = {.service = service,
	    .actor = actor,
	    .what = person,
	    .only_open = only_open,
	    .after_id = after_id,
	    .limit = limit,
	    .on_departure = fn,
	    .arg = arg};
	int rc = store_read(service->store, each_departure, &looking, err);

	return rc < 0 ? rc : 0;
}

static int pass_case(void *arg, const struct return_case_row *row)
{
	struct looking *looking = arg;
	int rc = fill_return(looking->txn, row, &looking->view, looking->err);

	return rc < 0
	    ? rc
	    : looking->parts->on_case(looking->parts->arg, &looking->view);
}

static int pass_sim(void *arg, const struct sim_decision_row *row)
{
	struct looking *looking = arg;
	struct sim_view view = {.row = *row};
	int rc = none_is_fine(store_subscription_load(looking->txn, row->org_id,
	    row->subscription_id, &view.subscription, looking->err));

	return rc < 0 ? rc : looking->parts->on_sim(looking->parts->arg, &view);
}

static int look_departure(struct txn *txn, void *arg, struct err *err)
{
	struct looking *looking = arg;
	const struct departure_parts *parts = looking->parts;
	struct departure_row row;
	int rc = store_departure_load(
	    txn, looking->actor->org_id, looking->what, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(
		    err, ERR_NOT_FOUND, "there is no such departure");
	looking->txn = txn;
	looking->err = err;
	if (rc == 0)
		rc = make_view(looking, &row, err);
	if (rc == 0 && parts && parts->on_case)
		rc = store_return_case_each_departure(
		    txn, row.org_id, row.id, pass_case, looking, err);
	if (rc == 0 && parts && parts->on_sim)
		rc = store_sim_decision_each(
		    txn, row.org_id, row.id, pass_sim, looking, err);
	return rc < 0 ? rc : 0;
}

int service_departure_load(struct service *service, const struct actor *actor,
    const char *id, struct departure_view *out,
    const struct departure_parts *parts, struct err *err)
{
	struct looking looking = {
	    .service = service, .actor = actor, .what = id, .parts = parts};
	int rc = store_read(service->store, look_departure, &looking, err);

	if (rc == 0)
		*out = looking.departure;
	return rc;
}

/* ---- doing, for handlers ---- */

struct doing {
	struct service *service;
	const struct actor *actor;
	const struct return_request *request;
	struct return_view *out;
};

static int do_sim(struct txn *txn, const struct ledger *ledger,
    const struct return_request *request, const struct return_case_row *row,
    struct err *err)
{
	struct subscription_row sim;
	struct sim_decision_row decided;
	int rc;

	if (!request->subscription)
		return err_set(err, ERR_INVALID, "say which subscription");
	rc = ledger_subscription_find(
	    txn, ledger->org_id, request->subscription, &sim, err);
	return rc < 0
	    ? rc
	    : return_sim_decide(txn, ledger, row->departure_id, sim.id,
	          request->decision, request->note, &decided, err);
}

static int do_act(struct txn *txn, const struct ledger *ledger,
    const struct return_request *request, const char *person_id,
    struct return_case_row *row, struct err *err)
{
	const struct return_custody_said custody = {person_id, request->note};
	const struct return_signature signature = {request->signer, person_id,
	    request->typed_name, request->note, request->codes};
	const char *note = request->note;

	switch (request->act) {
	case RETURN_ACT_CUSTODY:
		return return_custody(txn, ledger, row->id, &custody, row, err);
	case RETURN_ACT_SIGN:
		return return_sign(txn, ledger, row->id, &signature, row, err);
	case RETURN_ACT_CODES:
		return return_state_codes(
		    txn, ledger, row->id, request->codes, note, row, err);
	case RETURN_ACT_LOCK_CLEARED:
		return return_lock_cleared(
		    txn, ledger, row->id, request->how, note, row, err);
	case RETURN_ACT_STATE_PROOF:
		return return_state_proof(txn, ledger, row->id, note, row, err);
	case RETURN_ACT_DATA_REMOVED:
		return return_data_removed(
		    txn, ledger, row->id, note, row, err);
	case RETURN_ACT_SIM:
		return do_sim(txn, ledger, request, row, err);
	case RETURN_ACT_LOST:
		return return_lost(txn, ledger, row->id, note, row, err);
	case RETURN_ACT_FOUND:
		return return_found(txn, ledger, row->id, note, row, err);
	case RETURN_ACT_WRITE_OFF:
		return return_write_off(txn, ledger, row->id, note, row, err);
	case RETURN_ACT_COUNT:
		break;
	}
	return err_set(err, ERR_INVALID, "there is no such step");
}

/* What who returns it may do, on an account of their own; of a loss they are
 * told whom to tell instead (return_do.c). */
static bool is_for_leaver(const struct return_request *request)
{
	return request->act == RETURN_ACT_CODES ||
	    request->act == RETURN_ACT_LOST || request->act == RETURN_ACT_SIGN;
}

static int do_asked(struct txn *txn, void *arg, struct err *err)
{
	struct doing *doing = arg;
	const struct return_request *request = doing->request;
	struct person_row person = {.id = ""};
	struct return_case_row row;
	struct ledger ledger;
	int rc = ledger_init(&ledger, doing->service, doing->actor, err);

	if (rc == 0)
		rc = find_return(txn, ledger.org_id, request->what, &row, err);
	if (rc == 0 && request->person && *request->person)
		rc = ledger_person_find(
		    txn, ledger.org_id, request->person, &person, err);
	if (rc == 0 && !is_for_leaver(request))
		rc = return_own_check(&ledger, &row, err);
	if (rc == 0)
		rc = do_act(txn, &ledger, request, person.id, &row, err);
	if (rc == 0) /* a SIM's decision moved it, perhaps */
		rc = store_return_case_load(
		    txn, ledger.org_id, row.id, &row, err);
	return rc < 0 ? rc : fill_return(txn, &row, doing->out, err);
}

int service_return_do(struct service *service, const struct actor *actor,
    const struct return_request *request, struct return_view *out,
    struct err *err)
{
	struct doing doing = {service, actor, request, out};
	int rc = store_write(service->store, do_asked, &doing, err);

	if (rc == 0)
		log_info(service->log, "return_step", LOG_CASE, out->row.id,
		    LOG_DEVICE, out->row.device_id, LOG_STATE,
		    return_state_name(out->row.state), LOG_USER, actor->name,
		    NULL);
	return rc;
}
