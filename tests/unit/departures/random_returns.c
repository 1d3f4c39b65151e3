/* What may happen to a phone on its way back in a random town: at the bench, at
 * the counter. */
#include "tests/unit/departures/random_events.h"

#include "server/service/departure/return_decide.h"
#include "server/service/mdm/order_command.h"
#include "server/store/store_bench.h"

/* ---- the bench ---- */

static int load_wipe(struct txn *txn, const struct handset *handset,
    struct wipe *wipe, struct err *err)
{
	char device[STORE_ID];

	(void)snprintf(device, sizeof(device), "device-%.20s", handset->serial);
	return store_wipe_find_device(txn, device, wipe, err);
}

/* What the phone did not answer is not asked of it any more (bench_proof.c). */
static int close_command(
    struct txn *txn, const struct wipe *wipe, struct err *err)
{
	struct command command;
	int rc = store_command_load(txn, wipe->command_id, &command, err);

	return rc < 0 || !command_is_open(command.state)
	    ? rc
	    : order_apply(txn, &command, COMMAND_EVENT_CANCEL,
	          "seen empty at the bench", towns_now, err);
}

static int bench_try(struct txn *txn, void *arg, struct err *err)
{
	struct wipe wipe;
	int rc = load_wipe(txn, arg, &wipe, err);

	if (rc < 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	if ((wipe.state == WIPE_ORDERED && dice(20)) ||
	    wipe_next(wipe.state, WIPE_EVENT_PROOF, &wipe.state) < 0)
		return 0;
	wipe.proven_at = towns_now;
	((struct handset *)arg)->is_proven = true;
	rc = store_wipe_update(txn, &wipe, err);
	if (rc == 0)
		rc = close_command(txn, &wipe, err);
	return rc < 0 ? rc
	              : return_wipe_changed(txn, &towns, &wipe,
	                    WIPE_EVENT_PROOF, towns_now, err);
}

void event_prove(void)
{
	towns_write(bench_try, phone_at_hand());
}

static int catch_try(struct txn *txn, void *arg, struct err *err)
{
	struct wipe wipe;
	int rc = load_wipe(txn, arg, &wipe, err);

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

void event_catch(void)
{
	towns_write(catch_try, phone_at_hand());
}

/* ---- steps of a return ---- */

static bool do_step(const struct return_request *request)
{
	struct return_view view;

	return service_return_do(&towns, any_account(), request, &view, NULL) ==
	    0;
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
	if (do_step(request) && state_of(handset->serial) != RETURN_LOST)
		handset->is_lost_by_hand = false;
	if (view.row.state != RETURN_WRITTEN_OFF ||
	    state_of(handset->serial) == RETURN_WRITTEN_OFF ||
	    view.device.person_id[0])
		return;
	town.turned_up++;
	for (i = 0; i < PEOPLE; i++)
		if (strcmp(citizens[i].name, view.person.name) == 0)
			is_with(handset, &citizens[i]);
	/* Who moved away is not in the model any more; nor is what they have. */
	if (handset->holder < 0) {
		lift_hold(handset->hold_id);
		new_handset(handset);
	}
}

void event_custody(void)
{
	struct handset *handset = phone_at_hand();

	do_turn_up(handset,
	    &(struct return_request){.act = RETURN_ACT_CUSTODY,
	        .person = dice(3) ? anybody()->name : NULL});
}

/* Who receives one that was written off has it. */
void event_sign(void)
{
	const char *name = anybody()->name;

	do_turn_up(phone_at_hand(),
	    &(struct return_request){.act = RETURN_ACT_SIGN,
	        .signer = (enum return_signer)dice(3),
	        .person = dice(4) ? name : NULL,
	        .typed_name = dice(20) ? name : anybody()->name,
	        .codes = (enum return_codes)dice(RETURN_CODES_COUNT),
	        .note = dice(3) ? "gone" : NULL});
}

void event_codes(void)
{
	(void)do_step(&(struct return_request){.act = RETURN_ACT_CODES,
	    .what = phone_at_hand()->serial,
	    .codes = (enum return_codes)dice(RETURN_CODES_COUNT)});
}

void event_lock(void)
{
	(void)do_step(&(struct return_request){.act = RETURN_ACT_LOCK_CLEARED,
	    .what = phone_at_hand()->serial,
	    .how = "signed_out"});
}

void event_state(void)
{
	const struct handset *handset = phone_at_hand();
	const struct return_request request = {
	    .act = dice(3) ? RETURN_ACT_STATE_PROOF : RETURN_ACT_DATA_REMOVED,
	    .what = handset->serial,
	    .note = "emptied at the desk"};

	if (do_step(&request) && request.act == RETURN_ACT_STATE_PROOF &&
	    is_enrolled(handset->serial))
		trouble(handset, "called empty while it is enrolled");
}

void event_sim(void)
{
	const struct handset *handset = any_phone();

	(void)do_step(&(struct return_request){.act = RETURN_ACT_SIM,
	    .what = handset->serial,
	    .subscription = handset->number,
	    .decision = dice(2) ? SIM_BLOCK : SIM_REUSE});
}

void event_lost(void)
{
	struct handset *handset = any_phone();

	handset->is_lost_by_hand |=
	    do_step(&(struct return_request){.act = RETURN_ACT_LOST,
	        .what = handset->serial,
	        .note = "left on a train"});
}

static int lock_try(struct txn *txn, void *arg, struct err *err)
{
	const struct return_view *view = arg;
	struct ledger ledger;
	int rc = ledger_init(&ledger, &towns, ada, err);

	return rc < 0 ? rc
	              : return_decide(txn, &ledger, view->row.id,
	                    RETURN_DECIDE_LOST_MODE, "not answering", err);
}

/* The manager decides on what is out, sooner than the ladder. */
void event_manager_locks(void)
{
	struct handset *handset = phone_under_way();
	struct return_view view;

	if (service_return_view(
	        &towns, ada, handset->serial, &view, NULL, NULL, NULL) < 0)
		return;
	if (store_write(towns.store, lock_try, &view, NULL) == 0)
		connect_now(handset);
}

void event_found(void)
{
	do_turn_up(phone_at_hand(),
	    &(struct return_request){
	        .act = RETURN_ACT_FOUND, .note = "somebody brought it"});
}

void event_write_off(void)
{
	(void)do_step(&(struct return_request){.act = RETURN_ACT_WRITE_OFF,
	    .what = any_phone()->serial,
	    .note = "never came back"});
}
