/*
 * store_case_test: do departures, return cases, their steps and the decisions
 * on SIMs come back as they were saved, once each, found by the questions that
 * are asked of them, and only in their own organisation?
 */
#include "tests/contract/questions.h"

#include "server/store/store_bench.h"
#include "server/store/store_case.h"
#include "server/store/store_task.h"

DEFINE_NOTE(note_departure, departure_row, id)
DEFINE_NOTE(note_case, return_case_row, id)
DEFINE_NOTE(note_step, return_step_row, id)
DEFINE_NOTE(note_sim, sim_decision_row, subscription_id)
DEFINE_NOTE(note_task, task_row, id)

static int save_departure(struct txn *txn, const char *id,
    const char *employment, enum departure_state now, int64_t next_at,
    struct err *err)
{
	struct departure_row row = {.reason = DEPARTURE_EMPLOYMENT_END,
	    .state = now,
	    .last_day = 20000,
	    .next_at = next_at};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.employment_id, "%s", employment);
	PUT(row.opened_by, "policy");
	return store_departure_save(txn, &row, err);
}

static int save_device(struct txn *txn, const char *id, struct err *err)
{
	struct device row = {.created_at = 1};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.udid, "udid-%s", id);
	PUT(row.serial, "%s", id);
	return store_device_save(txn, &row, err);
}

static struct return_case_row a_case(
    const char *id, const char *departure, const char *device)
{
	struct return_case_row row = {.kind = RETURN_KIND_MANAGED,
	    .state = RETURN_ASKED,
	    .marks = RETURN_MARK_ASKED,
	    .needs = return_case_needs(RETURN_KIND_MANAGED),
	    .created_at = 5};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.departure_id, "%s", departure);
	PUT(row.device_id, "%s", device);
	PUT(row.assignment_id, "a1");
	PUT(row.person_id, PERSON);
	return row;
}

#define DEPARTURES(ids, of, ...)                                               \
	do {                                                                   \
		struct departure_filter filter = {                             \
		    .org_id = (of), __VA_ARGS__};                              \
                                                                               \
		SEEN(store_departure_each(                                     \
		         txn, &filter, note_departure, &seen, err),            \
		    ids);                                                      \
	} while (0)

static int departures(struct txn *txn, void *arg, struct err *err)
{
	struct departure_row row;

	(void)arg;
	EXPECT(save_departure(txn, "d1", "e1", DEPARTURE_CLOSED, 0, err) == 0);
	EXPECT(save_departure(txn, "d2", "e1", DEPARTURE_OPEN, 50, err) == 0);
	EXPECT(save_departure(txn, "d3", "e1", DEPARTURE_PLANNED, 9, NULL) ==
	    -ERR_CONFLICT); /* one for a reason and employment */
	EXPECT(save_departure(txn, "d3", "e2", DEPARTURE_PAUSED, 40, err) == 0);
	EXPECT(
	    save_departure(txn, "d4", "e3", DEPARTURE_PLANNED, 60, err) == 0);
	DEPARTURES("d1 d2 d3 d4", A, .limit = 0);
	DEPARTURES("d2 d3 d4", A, .only_open = true);
	DEPARTURES("d3", A, .only_open = true, .after_id = "d2", .limit = 1);
	DEPARTURES("d1 d2 d3 d4", A, .person_id = PERSON);
	DEPARTURES("d2 d3 d4", A, .person_id = PERSON, .only_open = true);
	DEPARTURES("", A, .person_id = STRANGER);
	DEPARTURES("", B, .limit = 0);
	SEEN(
	    store_departure_each_due(txn, A, 50, 0, note_departure, &seen, err),
	    "d3 d2");
	SEEN(
	    store_departure_each_due(txn, A, 50, 1, note_departure, &seen, err),
	    "d3");
	SEEN(
	    store_departure_each_due(txn, B, 99, 0, note_departure, &seen, err),
	    "");
	EXPECT(store_departure_find_open(txn, A, PERSON,
	           DEPARTURE_EMPLOYMENT_END, "e1", &row, err) == 0);
	EXPECT(strcmp(row.id, "d2") == 0 && row.last_day == 20000);
	EXPECT(store_departure_find_open(txn, A, PERSON, DEPARTURE_EVERYTHING,
	           "", &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(
	    store_departure_load(txn, B, "d2", &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_departure_load(txn, A, "d2", &row, err) == 0);
	row.state = DEPARTURE_CLOSED;
	row.next_at = 0;
	EXPECT(store_departure_save(txn, &row, err) == 0);
	PUT(row.opened_by, "another"); /* who opened it never changes */
	EXPECT(store_departure_save(txn, &row, NULL) == -ERR_CONFLICT);
	return 0;
}
DEFINE_TEST(departures)

#define CASES(ids, of, ...)                                                    \
	do {                                                                   \
		struct return_case_filter filter = {                           \
		    .org_id = (of), __VA_ARGS__};                              \
                                                                               \
		SEEN(store_return_case_each(                                   \
		         txn, &filter, note_case, &seen, err),                 \
		    ids);                                                      \
	} while (0)

static int cases(struct txn *txn, void *arg, struct err *err)
{
	struct return_case_row row;
	struct return_case_row again;

	(void)arg;
	EXPECT(save_departure(txn, "d1", "e1", DEPARTURE_OPEN, 1, err) == 0);
	EXPECT(save_device(txn, "p1", err) == 0);
	EXPECT(save_device(txn, "p2", err) == 0);
	row = a_case("c1", "d1", "p1");
	EXPECT(store_return_case_save(txn, &row, err) == 0);
	row = a_case("c2", "d1", "p1"); /* one way back at a time */
	EXPECT(store_return_case_save(txn, &row, NULL) == -ERR_CONFLICT);
	row = a_case("c2", "d1", "p2");
	EXPECT(store_return_case_save(txn, &row, err) == 0);
	CASES("c1 c2", A, .limit = 0);
	CASES("c2", A, .after_id = "c1");
	CASES("c1", A, .device_id = "p1");
	CASES("c1 c2", A, .person_id = PERSON, .only_open = true);
	CASES("", B, .limit = 0);
	SEEN(store_return_case_each_departure(
	         txn, A, "d1", note_case, &seen, err),
	    "c1 c2");
	EXPECT(store_return_case_load(txn, A, "c1", &row, err) == 0);
	EXPECT(row.marks == RETURN_MARK_ASKED && row.created_at == 5);
	row.state = RETURN_RELEASED;
	row.marks = row.needs;
	PUT(row.proof, "seen erased at the bench");
	EXPECT(store_return_case_save(txn, &row, err) == 0);
	EXPECT(store_return_case_load(txn, A, "c1", &again, err) == 0);
	EXPECT(memcmp(&row, &again, sizeof(row)) == 0);
	EXPECT(store_return_case_find_open(txn, A, "p1", &again, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_return_case_find_device(txn, A, "p1", &again, err) == 0);
	CASES("c2", A, .only_open = true);
	row = a_case("c3", "d1", "p1"); /* it came to somebody again */
	EXPECT(store_return_case_save(txn, &row, err) == 0);
	EXPECT(store_return_case_find_device(txn, A, "p1", &again, err) == 0);
	EXPECT(strcmp(again.id, "c3") == 0);
	PUT(row.person_id, STRANGER); /* from whom never changes */
	EXPECT(store_return_case_save(txn, &row, NULL) == -ERR_CONFLICT);
	return 0;
}
DEFINE_TEST(cases)

static int save_step(struct txn *txn, const char *id, int64_t at,
    enum return_step_kind kind, struct err *err)
{
	struct return_step_row row = {.kind = kind, .at = at};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.case_id, "c1");
	PUT(row.done_by, "it");
	return store_return_step_add(txn, &row, err);
}

static int save_sim(
    struct txn *txn, const char *id, const char *sim, struct err *err)
{
	struct sim_decision_row row = {.created_at = 1};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.departure_id, "d1");
	PUT(row.subscription_id, "%s", sim);
	return store_sim_decision_save(txn, &row, err);
}

static int parts(struct txn *txn, void *arg, struct err *err)
{
	struct return_case_row row = a_case("c1", "d1", "p1");
	struct sim_decision_row sim;

	(void)arg;
	EXPECT(save_departure(txn, "d1", "e1", DEPARTURE_OPEN, 1, err) == 0);
	EXPECT(save_device(txn, "p1", err) == 0);
	EXPECT(store_return_case_save(txn, &row, err) == 0);
	EXPECT(save_step(txn, "s2", 20, RETURN_STEP_CUSTODY, err) == 0);
	EXPECT(save_step(txn, "s1", 30, RETURN_STEP_HEARD, err) == 0);
	EXPECT(save_step(txn, "s2", 40, RETURN_STEP_LOST, NULL) ==
	    -ERR_CONFLICT); /* added to, never changed */
	SEEN(store_return_step_each(txn, A, "c1", note_step, &seen, err),
	    "s2 s1");
	SEEN(store_return_step_each(txn, B, "c1", note_step, &seen, err), "");
	EXPECT(save_sim(txn, "m1", "sim-b", err) == 0);
	EXPECT(save_sim(txn, "m2", "sim-a", err) == 0);
	EXPECT(save_sim(txn, "m3", "sim-a", NULL) == -ERR_CONFLICT);
	SEEN(store_sim_decision_each(txn, A, "d1", note_sim, &seen, err),
	    "sim-a sim-b");
	EXPECT(store_sim_decision_find(txn, A, "d1", "sim-b", &sim, err) == 0);
	sim.decision = SIM_BLOCK;
	sim.decided_at = 7;
	EXPECT(store_sim_decision_save(txn, &sim, err) == 0);
	EXPECT(store_sim_decision_find(txn, B, "d1", "sim-b", &sim, NULL) ==
	    -ERR_NOT_FOUND);
	return 0;
}
DEFINE_TEST(parts)

/* Tasks of a departure: the same question of another departure is another. */
static int save_task(struct txn *txn, const char *id, const char *case_id,
    enum task_state now, struct err *err)
{
	struct task_row row = {.kind = TASK_CONFIRM_RETURN,
	    .state = now,
	    .subject_kind = STORE_SUBJECT_PERSON};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.subject_id, PERSON);
	PUT(row.case_id, "%s", case_id);
	return store_task_save(txn, &row, err);
}

static int tasks(struct txn *txn, void *arg, struct err *err)
{
	(void)arg;
	EXPECT(save_task(txn, "t1", "d1", TASK_DONE, err) == 0);
	EXPECT(save_task(txn, "t2", "d1", TASK_OPEN, err) == 0);
	EXPECT(save_task(txn, "t3", "d1", TASK_OPEN, NULL) == -ERR_CONFLICT);
	EXPECT(save_task(txn, "t3", "d2", TASK_OPEN, err) == 0);
	SEEN(store_task_each_case(txn, A, "d1", false, note_task, &seen, err),
	    "t1 t2");
	SEEN(store_task_each_case(txn, A, "d1", true, note_task, &seen, err),
	    "t2");
	SEEN(store_task_each_case(txn, B, "d1", true, note_task, &seen, err),
	    "");
	SEEN(store_task_each_case(txn, A, "", true, note_task, &seen, err), "");
	return 0;
}
DEFINE_TEST(tasks)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(departures), TEST(cases), TEST(parts), TEST(tasks)};

	return FIXTURE_RUN("cases", tests);
}
