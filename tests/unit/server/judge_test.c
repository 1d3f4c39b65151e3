/*
 * judge_test: is everything judged, by the pack of the day, does one fact judge
 * what it touches and nothing else, and does an erase change the verdict only
 * when it is proven?
 */
#include "tests/unit/server/judge_world.h"

#include <stdlib.h>

#include "policies/pack.h"
#include "server/service/judge/judge_known.h"
#include "server/store/store_judgement.h"

/* ---- one fact judges what it touches ---- */

static int only_state(struct txn *txn, void *arg, struct err *err)
{
	return store_statement_insert(txn, arg, err);
}

static int change(struct txn *txn, void *arg, struct err *err)
{
	return judge_changed(txn, &story, org(), STORE_SUBJECT_PERSON,
	    id_of('p', 12), *(judge_change *)arg, err);
}

static void test_one_fact_judges_what_depends_on_it(void **state)
{
	const char *person = id_of('p', 12);
	judge_change greeting_change = JUDGE_FACT(PACK_FACT_VOICEMAIL_GREETING);
	judge_change statement_change = JUDGE_STATEMENT;
	struct statement_row row = {
	    .at = story_now, .valid_until = story_now + 180 * D};

	(void)state;
	assert_int_equal(
	    look(STORE_SUBJECT_PERSON, person, "BOT-12").view.judgement.verdict,
	    VERDICT_MET);
	/* A no that nobody was told of. */
	uuid_make(story_now, story.rng, row.id);
	COPY(row.org_id, org());
	COPY(row.person_id, person);
	COPY(row.subject_id, person);
	COPY(row.rule, "BOT-12");
	in_write(only_state, &row);
	in_write(change, &greeting_change);
	assert_int_equal(
	    look(STORE_SUBJECT_PERSON, person, "BOT-12").view.judgement.verdict,
	    VERDICT_MET);
	in_write(change, &statement_change);
	assert_int_equal(
	    look(STORE_SUBJECT_PERSON, person, "BOT-12").view.judgement.verdict,
	    VERDICT_BROKEN);
}

/* ---- all ---- */

/* Is the rule in what is kept of the first person or phone? */
static int load_kept(struct txn *txn, void *arg, struct err *err)
{
	const char *rule = arg;
	static const char kinds[] = "pd";
	unsigned i;

	for (i = 0; i < 2; i++) {
		struct judgement_row row;
		int rc = store_judgement_load(txn, org(),
		    i ? STORE_SUBJECT_PHONE : STORE_SUBJECT_PERSON,
		    id_of(kinds[i], 1), &row, err);
		bool found = rc == 0 &&
		    memmem(row.packed, row.packed_len, rule, strlen(rule));

		if (rc == 0)
			free((void *)(uintptr_t)row.packed);
		if (found)
			return 1;
	}
	return 0;
}

static bool in_pack(const char *rule)
{
	char text[PACK_RULE_ID_MAX];
	struct err err = {0};

	COPY(text, rule);
	return store_read(story.store, load_kept, text, &err) == 1;
}

static void test_everything_is_judged(void **state)
{
	struct judge_report first;
	struct judge_report again;
	struct err err = {0};

	(void)state;
	assert_int_equal(service_judge_all(&story, org(), &first, &err), 0);
	/* 60 people with phone and SIM, 2 units, the organisation. */
	assert_int_equal(first.subjects, 60 * 3 + 2 + 1);
	assert_true(first.verdicts[VERDICT_MET] > 60);
	assert_int_equal(service_judge_all(&story, org(), &again, &err), 0);
	assert_memory_equal(&first, &again, sizeof(first));
	assert_int_equal(service_judge_due(&story, &err), 0);
	assert_true(in_pack("BOT-21"));
	/* Another policy: everything is judged by it in the next round. */
	take_pack("ronneby");
	assert_int_equal(service_judge_due(&story, &err), 0);
	assert_false(in_pack("BOT-21"));
	assert_true(in_pack("RON-14"));
	take_pack("botkyrka");
	assert_int_equal(service_judge_due(&story, &err), 0);
	/* Another organisation sees nothing (invariant 8). */
	assert_int_equal(
	    service_judge_all(
	        &story, "01900000-0000-7000-8000-00000000ffff", &again, &err),
	    -ERR_NOT_FOUND);
}

/* ---- wipe and return: VST-08, VST-29 ---- */

static int end_employment(struct txn *txn, void *arg, struct err *err)
{
	struct employment_row row;
	int rc = store_employment_load(
	    txn, org(), id_of('e', *(unsigned *)arg), &row, err);

	row.to_day = calendar_day_at(CALENDAR_STOCKHOLM, story_now) - 10;
	row.ended_at = story_now;
	if (rc == 0)
		rc = store_employment_save(txn, &row, err);
	return rc < 0 ? rc
	              : judge_changed(txn, &story, org(), STORE_SUBJECT_PERSON,
	                    row.person_id, JUDGE_EMPLOYMENT, err);
}

static int save_wipe(struct txn *txn, void *arg, struct err *err)
{
	const struct wipe *wipe = arg;

	return wipe->state == WIPE_ORDERED ? store_wipe_insert(txn, wipe, err)
	                                   : store_wipe_update(txn, wipe, err);
}

static void test_wipe(void **state)
{
	static const struct {
		enum wipe_state state;
		enum verdict verdict;
		const char *reason;
	} ladder[] = {
	    {WIPE_ORDERED, VERDICT_BROKEN, "the phone has not answered"},
	    {WIPE_ACKNOWLEDGED, VERDICT_BROKEN, "which is no proof"},
	    {WIPE_SILENT, VERDICT_BROKEN, "has been silent"},
	    {WIPE_PROVEN, VERDICT_MET, "is proven to be erased"},
	};
	const char *phone = id_of('d', 8);
	struct wipe wipe = {.ordered_at = story_now};
	unsigned n = 8;
	size_t i;

	(void)state;
	take_pack("vastervik");
	assert_verdict(STORE_SUBJECT_PHONE, phone, "VST-08", VERDICT_EXEMPT,
	    "about the end of an employment");
	in_write(end_employment, &n);
	assert_verdict(STORE_SUBJECT_PHONE, phone, "VST-08", VERDICT_BROKEN,
	    "By the register: no erase has been ordered.");
	assert_verdict(STORE_SUBJECT_PHONE, phone, "VST-29", VERDICT_BROKEN,
	    "no erase has been ordered");
	uuid_make(story_now, story.rng, wipe.id);
	COPY(wipe.org_id, org());
	COPY(wipe.device_id, phone);
	COPY(wipe.life_id, id_of('l', 8));
	COPY(wipe.command_id, id_of('c', 8));
	for (i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
		wipe.state = ladder[i].state;
		in_write(save_wipe, &wipe);
		assert_verdict(STORE_SUBJECT_PHONE, phone, "VST-08",
		    ladder[i].verdict, ladder[i].reason);
	}
	/* What an erased phone told before is judged no more. */
	assert_int_equal(look(STORE_SUBJECT_PHONE, phone, "VST-33").count, 0);
	take_pack("botkyrka");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_everything_is_judged),
	    cmocka_unit_test(test_one_fact_judges_what_depends_on_it),
	    cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests(tests, judge_begin, judge_end);
}
