#include "server/store/store_case.h"

#include <string.h>

#include "proto/base/err.h"
#include "server/store/store_judgement.h"
#include "server/store/table.h"

/* ---- departures ---- */

static const struct field departure_fields[] = {
    ROW_TEXT(struct departure_row, id),
    ROW_TEXT(struct departure_row, org_id),
    ROW_TEXT(struct departure_row, person_id),
    ROW_TEXT(struct departure_row, employment_id),
    ROW_TEXT(struct departure_row, unit_id),
    ROW_ENUM(struct departure_row, reason, DEPARTURE_REASON_COUNT - 1),
    ROW_ENUM(struct departure_row, state, DEPARTURE_STATE_COUNT - 1),
    ROW_INT64(struct departure_row, last_day),
    ROW_INT64(struct departure_row, wipe_at),
    ROW_INT64(struct departure_row, review_day),
    ROW_INT64(struct departure_row, reminded_at),
    ROW_INT64(struct departure_row, step),
    ROW_TEXT(struct departure_row, receiver_id),
    ROW_TEXT(struct departure_row, opened_by),
    ROW_TEXT(struct departure_row, note),
    ROW_TEXT(struct departure_row, waits),
    ROW_INT64(struct departure_row, created_at),
    ROW_INT64(struct departure_row, said_at),
    ROW_INT64(struct departure_row, opened_at),
    ROW_INT64(struct departure_row, closed_at),
    ROW_INT64(struct departure_row, next_at),
};
static struct table departures = {
    .name = "departures",
    .word = "departure",
    .changing = " unit_id state last_day wipe_at review_day "
                "reminded_at step receiver_id note waits said_at opened_at "
                "closed_at next_at ",
    TABLE(struct departure_row, departure_fields),
};
DEFINE_EACH(departure_each, struct departure_row, store_departure_fn)

int store_departure_save(
    struct txn *txn, const struct departure_row *row, struct err *err)
{
	return table_save(txn, &departures, row, err);
}

int store_departure_load(struct txn *txn, const char *org_id, const char *id,
    struct departure_row *out, struct err *err)
{
	return table_load(txn, &departures, org_id, id, out, err);
}

int store_departure_find_open(struct txn *txn, const char *org_id,
    const char *person_id, enum departure_reason reason,
    const char *employment_id, struct departure_row *out, struct err *err)
{
	static struct query query = {&departures,
	    "WHERE org_id = $1 AND person_id = $2 AND reason = $3 "
	    "AND employment_id = $4 AND state <= 2 AND step & 1024 = 0",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(person_id), NUMBER(reason),
	        TEXT(employment_id)),
	    out, err);
}

int store_departure_each(struct txn *txn, const struct departure_filter *filter,
    store_departure_fn *fn, void *arg, struct err *err)
{
	static struct query all = {&departures,
	    "WHERE org_id = $1 AND id > $2 AND ($3 = 0 OR state <= 2) "
	    "ORDER BY id LIMIT $4",
	    NULL};
	static struct query of_person = {&departures,
	    "WHERE org_id = $1 AND person_id = $5 AND id > $2 "
	    "AND ($3 = 0 OR state <= 2) ORDER BY id LIMIT $4",
	    NULL};
	const struct value values[] = {TEXT(filter->org_id),
	    TEXT(filter->after_id ? filter->after_id : ""),
	    NUMBER(filter->only_open), LIMITED(filter->limit),
	    TEXT(filter->person_id)};

	return departure_each(txn, filter->person_id ? &of_person : &all,
	    values, filter->person_id ? 5 : 4, fn, arg, err);
}

int store_departure_each_due(struct txn *txn, const char *org_id, int64_t now,
    int limit, store_departure_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&departures,
	    "WHERE org_id = $1 AND state <= 2 AND next_at > 0 AND "
	    "next_at <= $2 ORDER BY next_at, id LIMIT $3",
	    NULL};

	return departure_each(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(now), LIMITED(limit)), fn, arg, err);
}

/* ---- return cases ---- */

static const struct field case_fields[] = {
    ROW_TEXT(struct return_case_row, id),
    ROW_TEXT(struct return_case_row, org_id),
    ROW_TEXT(struct return_case_row, departure_id),
    ROW_TEXT(struct return_case_row, device_id),
    ROW_TEXT(struct return_case_row, assignment_id),
    ROW_TEXT(struct return_case_row, person_id),
    ROW_TEXT(struct return_case_row, life_id),
    ROW_TEXT(struct return_case_row, wipe_id),
    ROW_ENUM(struct return_case_row, kind, RETURN_KIND_COUNT - 1),
    ROW_ENUM(struct return_case_row, state, RETURN_STATE_COUNT - 1),
    ROW_INT64(struct return_case_row, marks),
    ROW_INT64(struct return_case_row, needs),
    ROW_BOOL(struct return_case_row, preserve_data_plan),
    ROW_TEXT(struct return_case_row, receiver_id),
    ROW_TEXT(struct return_case_row, proof),
    ROW_TEXT(struct return_case_row, reason),
    ROW_INT64(struct return_case_row, created_at),
    ROW_INT64(struct return_case_row, asked_at),
    ROW_INT64(struct return_case_row, custody_at),
    ROW_INT64(struct return_case_row, proven_at),
    ROW_INT64(struct return_case_row, closed_at),
    ROW_INT64(struct return_case_row, changed_at),
};
static struct table return_cases = {
    .name = "return_cases",
    .word = "return case",
    .changing = " departure_id assignment_id life_id wipe_id kind state marks "
                "needs preserve_data_plan receiver_id proof reason asked_at "
                "custody_at proven_at closed_at changed_at ",
    TABLE(struct return_case_row, case_fields),
};
DEFINE_EACH(case_each, struct return_case_row, store_return_case_fn)

/* What came back is part of what is judged of a phone. */
int store_return_case_save(
    struct txn *txn, const struct return_case_row *row, struct err *err)
{
	int r = table_save(txn, &return_cases, row, err);

	return r < 0 ? r
	             : store_judgement_expire(txn, row->org_id,
	                   STORE_SUBJECT_PHONE, row->device_id, err);
}

int store_return_case_load(struct txn *txn, const char *org_id, const char *id,
    struct return_case_row *out, struct err *err)
{
	return table_load(txn, &return_cases, org_id, id, out, err);
}

int store_return_case_find_open(struct txn *txn, const char *org_id,
    const char *device_id, struct return_case_row *out, struct err *err)
{
	static struct query query = {&return_cases,
	    "WHERE device_id = $2 AND state <= 8 AND org_id = $1", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(device_id)), out, err);
}

int store_return_case_find_device(struct txn *txn, const char *org_id,
    const char *device_id, struct return_case_row *out, struct err *err)
{
	static struct query query = {&return_cases,
	    "WHERE org_id = $1 AND device_id = $2 ORDER BY id DESC LIMIT 1",
	    NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(device_id)), out, err);
}

int store_return_case_each_departure(struct txn *txn, const char *org_id,
    const char *departure_id, store_return_case_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&return_cases,
	    "WHERE org_id = $1 AND departure_id = $2 ORDER BY id", NULL};

	return case_each(txn, &query, VALUES(TEXT(org_id), TEXT(departure_id)),
	    fn, arg, err);
}

#define CASE_WALK " AND id > $2 AND ($3 = 0 OR state <= 8) ORDER BY id LIMIT $4"

/* Each leads to its index. */
int store_return_case_each(struct txn *txn,
    const struct return_case_filter *filter, store_return_case_fn *fn,
    void *arg, struct err *err)
{
	static struct query all = {
	    &return_cases, "WHERE org_id = $1" CASE_WALK, NULL};
	static struct query of_person = {&return_cases,
	    "WHERE org_id = $1 AND person_id = $5" CASE_WALK, NULL};
	static struct query of_device = {&return_cases,
	    "WHERE org_id = $1 AND device_id = $5" CASE_WALK, NULL};
	const char *of =
	    filter->device_id ? filter->device_id : filter->person_id;
	const struct value values[] = {TEXT(filter->org_id),
	    TEXT(filter->after_id ? filter->after_id : ""),
	    NUMBER(filter->only_open), LIMITED(filter->limit), TEXT(of)};
	struct query *query = &all;

	if (filter->device_id)
		query = &of_device;
	else if (filter->person_id)
		query = &of_person;
	return case_each(txn, query, values, of ? 5 : 4, fn, arg, err);
}

/* ---- steps ---- */

static const struct field step_fields[] = {
    ROW_TEXT(struct return_step_row, id),
    ROW_TEXT(struct return_step_row, org_id),
    ROW_TEXT(struct return_step_row, case_id),
    ROW_ENUM(struct return_step_row, kind, RETURN_STEP_KIND_COUNT - 1),
    ROW_INT64(struct return_step_row, at),
    ROW_TEXT(struct return_step_row, done_by),
    ROW_TEXT(struct return_step_row, done_person_id),
    ROW_TEXT(struct return_step_row, person_id),
    ROW_TEXT(struct return_step_row, typed_name),
    ROW_ENUM(struct return_step_row, codes, RETURN_CODES_COUNT - 1),
    ROW_TEXT(struct return_step_row, note),
};
static struct table return_steps = {
    .name = "return_steps",
    .word = "return step",
    TABLE(struct return_step_row, step_fields),
};
DEFINE_EACH(step_each, struct return_step_row, store_return_step_fn)

int store_return_step_add(
    struct txn *txn, const struct return_step_row *row, struct err *err)
{
	return table_insert(txn, &return_steps, row, err);
}

int store_return_step_each(struct txn *txn, const char *org_id,
    const char *case_id, store_return_step_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&return_steps,
	    "WHERE org_id = $1 AND case_id = $2 ORDER BY at, id", NULL};

	return step_each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(case_id)), fn, arg, err);
}

/* ---- SIMs ---- */

static const struct field sim_fields[] = {
    ROW_TEXT(struct sim_decision_row, id),
    ROW_TEXT(struct sim_decision_row, org_id),
    ROW_TEXT(struct sim_decision_row, departure_id),
    ROW_TEXT(struct sim_decision_row, subscription_id),
    ROW_TEXT(struct sim_decision_row, case_id),
    ROW_ENUM(struct sim_decision_row, decision, SIM_DECISION_COUNT - 1),
    ROW_TEXT(struct sim_decision_row, order_id),
    ROW_TEXT(struct sim_decision_row, decided_by),
    ROW_TEXT(struct sim_decision_row, note),
    ROW_INT64(struct sim_decision_row, created_at),
    ROW_INT64(struct sim_decision_row, decided_at),
};
static struct table sim_decisions = {
    .name = "sim_decisions",
    .word = "SIM decision",
    .changing = " case_id decision order_id decided_by note decided_at ",
    TABLE(struct sim_decision_row, sim_fields),
};
DEFINE_EACH(sim_each, struct sim_decision_row, store_sim_decision_fn)

int store_sim_decision_save(
    struct txn *txn, const struct sim_decision_row *row, struct err *err)
{
	return table_save(txn, &sim_decisions, row, err);
}

int store_sim_decision_each(struct txn *txn, const char *org_id,
    const char *departure_id, store_sim_decision_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&sim_decisions,
	    "WHERE org_id = $1 AND departure_id = $2 ORDER BY subscription_id",
	    NULL};

	return sim_each(txn, &query, VALUES(TEXT(org_id), TEXT(departure_id)),
	    fn, arg, err);
}

int store_sim_decision_find(struct txn *txn, const char *org_id,
    const char *departure_id, const char *subscription_id,
    struct sim_decision_row *out, struct err *err)
{
	static struct query query = {&sim_decisions,
	    "WHERE org_id = $1 AND departure_id = $2 AND subscription_id = $3",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(departure_id), TEXT(subscription_id)),
	    out, err);
}

/* ---- words ---- */

static const char *name_of(
    const char *const *names, unsigned count, unsigned value)
{
	return value < count ? names[value] : "unknown";
}

const char *departure_reason_name(enum departure_reason reason)
{
	static const char *const names[DEPARTURE_REASON_COUNT] = {
	    "employment_end", "everything", "hand_back"};

	return name_of(names, DEPARTURE_REASON_COUNT, (unsigned)reason);
}

const char *departure_state_name(enum departure_state state)
{
	static const char *const names[DEPARTURE_STATE_COUNT] = {
	    "planned", "open", "paused", "closed", "cancelled"};

	return name_of(names, DEPARTURE_STATE_COUNT, (unsigned)state);
}

const char *return_step_name(enum return_step_kind kind)
{
	static const char *const names[RETURN_STEP_KIND_COUNT] = {"custody",
	    "signed_holder", "witness", "signed_receiver", "codes",
	    "lock_cleared", "proof_stated", "data_removed", "sim", "lost",
	    "found", "written_off", "cancelled", "wipe_ordered",
	    "wipe_acknowledged", "proof", "disputed", "asked", "released",
	    "offline", "heard", "lock_open", "data_open", "phone_changed",
	    "taken_over"};

	return name_of(names, RETURN_STEP_KIND_COUNT, (unsigned)kind);
}

static const char *const sim_names[SIM_DECISION_COUNT] = {
    "undecided", "block", "reuse", "closed", "moved", "stays"};

const char *sim_decision_name(enum sim_decision decision)
{
	return name_of(sim_names, SIM_DECISION_COUNT, (unsigned)decision);
}

int sim_decision_parse(const char *name, enum sim_decision *out)
{
	if (strcmp(name, sim_names[SIM_BLOCK]) == 0)
		*out = SIM_BLOCK;
	else if (strcmp(name, sim_names[SIM_REUSE]) == 0)
		*out = SIM_REUSE;
	else
		return -(int)ERR_INVALID;
	return 0;
}
