#include "server/service/departure/return_decide.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/phone/phone_state.h"
#include "server/service/service.h"

bool return_is_out(const struct return_case_row *row)
{
	return return_case_is_open(row->state) &&
	    row->kind != RETURN_KIND_PRIVATE &&
	    row->kind != RETURN_KIND_SHARED &&
	    (row->marks & RETURN_MARK_ASKED) &&
	    !(row->marks & RETURN_MARK_CUSTODY);
}

/* ---- its SIMs ---- */

/* One that sits in none of the phones goes with each. */
static bool is_undecided(
    const struct return_case_row *row, const struct sim_decision_row *sim)
{
	return sim->decision == SIM_UNDECIDED &&
	    (!sim->case_id[0] || strcmp(sim->case_id, row->id) == 0);
}

static int has_undecided(struct txn *txn, const struct return_case_row *row,
    bool *out, struct err *err)
{
	struct departure_sims sims;
	size_t i;
	int rc = departure_sims_load(
	    txn, row->org_id, row->departure_id, &sims, err);

	*out = false;
	for (i = 0; rc == 0 && i < sims.count; i++)
		*out |= is_undecided(row, &sims.rows[i]);
	departure_sims_clear(&sims);
	return rc;
}

/* ---- what the case allows ---- */

static int may_lock(struct txn *txn, const struct return_case_row *row,
    bool *out, struct err *err)
{
	struct assignment_row held;
	enum life_state life;
	struct device device;
	int rc;

	*out = false;
	if (row->kind != RETURN_KIND_MANAGED || row->state == RETURN_LOST)
		return 0;
	rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &device, err);
	if (rc < 0 || strcmp(device.life_id, row->life_id) != 0)
		return rc;
	rc = store_assignment_find_phone(
	    txn, row->org_id, row->device_id, 0, &held, err);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc == 0 && device.life_id[0] &&
	    strcmp(held.id, row->assignment_id) == 0) {
		rc = store_life_load_state(txn, device.life_id, &life, err);
		*out = rc == 0 && life_is_open(life);
	}
	return rc;
}

int return_decisions(struct txn *txn, const struct return_case_row *row,
    unsigned *out, struct err *err)
{
	bool has_sims = false;
	bool locks = false;
	int rc;

	*out = 0;
	if (!return_is_out(row))
		return 0;
	if ((rc = may_lock(txn, row, &locks, err)) < 0 ||
	    (rc = has_undecided(txn, row, &has_sims, err)) < 0)
		return rc;
	*out = RETURN_DECISION_BIT(RETURN_DECIDE_WAIT);
	if (locks)
		*out |= RETURN_DECISION_BIT(RETURN_DECIDE_LOST_MODE);
	*out |= RETURN_DECISION_BIT(
	    has_sims ? RETURN_DECIDE_BLOCK_SIM : RETURN_DECIDE_WRITE_OFF);
	return 0;
}

/* ---- doing it ---- */

int return_lost_mode(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, struct return_case_row *row,
    const char *reason, struct wipe_outcome *out, struct err *err)
{
	const struct ledger *ledger = &world->ledger;
	struct lost_mode_said said = {.reason = reason, .case_id = row->id};
	struct lost_mode_row lost;
	struct return_step_row step;
	struct device device;
	bool is_back;
	int rc =
	    departure_may_lock(txn, world, departure, row, &device, out, err);

	if (rc <= 0)
		return rc;
	/* Reported lost by a person before: only a person takes it back. */
	if (phone_is_missing(device.state))
		said.case_id = NULL;
	if ((rc = lost_mode_enable(txn, ledger, &device, &said, &lost, err)) <
	        0 ||
	    (rc = departure_wipe_withdraw(
	         txn, ledger, row, "Lost Mode comes first", &is_back, err)) < 0)
		return rc;
	(void)snprintf(row->reason, sizeof(row->reason), "%s", reason);
	return_step_init(&step, ledger, RETURN_STEP_LOST);
	(void)snprintf(step.note, sizeof(step.note), "%s", reason);
	rc = return_apply(txn, ledger, row, RETURN_EVENT_LOST, &step, err);
	return rc < 0 ? rc : 1;
}

static int lock(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const char *why, struct err *err)
{
	struct departure_world world;
	struct departure_row departure;
	struct wipe_outcome outcome;
	int rc = departure_world_init(ledger, &world, err);

	if (rc == 0)
		rc = store_departure_load(
		    txn, row->org_id, row->departure_id, &departure, err);
	if (rc == 0)
		rc = return_lost_mode(txn, &world, &departure, row,
		    why ? why : "not returned", &outcome, err);
	if (rc == 0) /* not of this case, or not now */
		return err_set(err, ERR_CONFLICT, "%s", outcome.sentence);
	return rc < 0 ? rc : 0;
}

static int block_sims(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const char *why, struct err *err)
{
	struct sim_decision_row decided;
	struct departure_sims sims;
	size_t i;
	int rc = departure_sims_load(
	    txn, row->org_id, row->departure_id, &sims, err);

	for (i = 0; rc == 0 && i < sims.count; i++)
		if (is_undecided(row, &sims.rows[i]))
			rc = return_sim_decide(txn, ledger, row->departure_id,
			    sims.rows[i].subscription_id, SIM_BLOCK,
			    why ? why : "the phone was not returned", &decided,
			    err);
	departure_sims_clear(&sims);
	return rc;
}

static int write_off(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const char *why, struct err *err)
{
	return return_write_off(txn, ledger, row->id, why, row, err);
}

static int wait_for_it(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const char *why, struct err *err)
{
	(void)txn;
	(void)ledger;
	(void)row;
	(void)why;
	(void)err;
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct txn *txn, const struct ledger *ledger,
	    struct return_case_row *row, const char *why, struct err *err);
} decisions[RETURN_DECISION_COUNT] = {
    [RETURN_DECIDE_NOTHING] = {"nothing", NULL},
    [RETURN_DECIDE_WAIT] = {"wait", wait_for_it},
    [RETURN_DECIDE_LOST_MODE] = {"lost_mode", lock},
    [RETURN_DECIDE_BLOCK_SIM] = {"block_sim", block_sims},
    [RETURN_DECIDE_WRITE_OFF] = {"write_off", write_off},
};

int return_decide(struct txn *txn, const struct ledger *ledger,
    const char *case_id, enum return_decision decision, const char *why,
    struct err *err)
{
	struct return_case_row row;
	unsigned allowed = 0;
	int rc =
	    store_return_case_load(txn, ledger->org_id, case_id, &row, err);

	if (rc == 0)
		rc = return_decisions(txn, &row, &allowed, err);
	if (rc < 0)
		return rc;
	if ((unsigned)decision >= RETURN_DECISION_COUNT ||
	    !(allowed & RETURN_DECISION_BIT(decision)))
		return err_set(err, ERR_CONFLICT,
		    "this return is %s: that cannot be decided of it",
		    return_state_name(row.state));
	return decisions[decision].run(txn, ledger, &row, why, err);
}

const char *return_decision_name(enum return_decision decision)
{
	return (unsigned)decision < RETURN_DECISION_COUNT
	    ? decisions[decision].name
	    : "unknown";
}

int return_decision_parse(const char *name, enum return_decision *out)
{
	int i;

	for (i = RETURN_DECIDE_WAIT; i < RETURN_DECISION_COUNT; i++) {
		if (strcmp(name, decisions[i].name) == 0) {
			*out = (enum return_decision)i;
			return 0;
		}
	}
	return -(int)ERR_INVALID;
}
