/*
 * rules_test: does each written rule of the five municipalities have the
 * effect that we claim for it? One test for each, named by its id.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policies/pack_text.h"
#include "proto/apple/facts.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "tests/policy/catalogue.h"
#include "tests/policy/policy_rows.h"
#include "tests/policy/setting_check.h"

#define NOW INT64_C(1772618400000) /* Wednesday 2026-03-04T10:00:00Z */
#define PACKS WP_SOURCE_DIR "/policies/packs/"

static struct pack *packs[8];
static size_t packs_count;

static struct pack *pack_of(const char *name)
{
	char folder[256];
	struct err err = {0};
	size_t i;

	for (i = 0; i < packs_count; i++) {
		if (strcmp(pack_name(packs[i]), name) == 0)
			return packs[i];
	}
	(void)snprintf(folder, sizeof(folder), PACKS "%s", name);
	if (pack_load(folder, &packs[packs_count], &err))
		fail_msg("%s", err.text);
	return packs[packs_count++];
}

/* A subject -------------------------------------------------------------- */

struct scene {
	const struct pack *pack;
	const struct pack_rule *rule;
	struct subject_facts subject;
	struct fact_observation seen[SEEN_MAX];
	struct subject_statement statement;
};

/* In the middle of a fortnight away, or ten days after the last one. */
static void scene_open(
    struct scene *scene, const struct pack *pack, const struct pack_rule *rule)
{
	int32_t today;

	memset(scene, 0, sizeof(*scene));
	scene->pack = pack;
	scene->rule = rule;
	scene->subject.now_ms = NOW;
	scene->subject.roles = rule->binds;
	scene->subject.equipment = rule->equipment;
	scene->subject.parameters = pack_parameters(pack);
	if (pack_country(pack) == PACK_COUNTRY_DK)
		scene->subject.place = (struct calendar_place){
		    .zone = CALENDAR_COPENHAGEN, .country = CALENDAR_DK};
	else
		scene->subject.place = (struct calendar_place){
		    .zone = CALENDAR_STOCKHOLM, .country = CALENDAR_SE};
	today = calendar_day_at(scene->subject.place.zone, NOW);
	if (rule->when == PACK_WHEN_EMPLOYMENT_ENDED)
		scene->subject.employment_end_day = today - 10;
	if (rule->when == PACK_WHEN_ABSENCE ||
	    rule->when == PACK_WHEN_ABSENCE_LONGER)
		scene->subject.absence =
		    (struct subject_absence){true, today - 7, today + 7, 0};
	scene->subject.observations = scene->seen;
}

static void scene_see(struct scene *scene, const struct seen *seen)
{
	size_t i;

	scene->subject.observation_count = 0;
	for (i = 0; i < SEEN_MAX; i++) {
		const struct pack_fact_info *info =
		    pack_fact_info(seen[i].fact);

		if (!seen[i].word && !seen[i].text)
			break;
		scene->seen[i] = (struct fact_observation){
		    .fact = seen[i].fact,
		    .word = seen[i].word,
		    .text = seen[i].text,
		    .since_ms = NOW - seen[i].hours * TIME_HOUR_MS,
		    .observed_at_ms = NOW - 10 * TIME_MINUTE_MS,
		    .source = info->is_register ? "register" : "csv-import",
		    .method =
		        info->is_register ? VERDICT_REGISTER : VERDICT_MEASURED,
		};
		scene->subject.observation_count++;
	}
}

static void scene_state(struct scene *scene, bool is_yes, int64_t at_ms)
{
	scene->statement = (struct subject_statement){
	    .rule_id = scene->rule->id,
	    .is_yes = is_yes,
	    .at_ms = at_ms,
	    .by = "Eva Ek",
	};
	scene->subject.statements = &scene->statement;
	scene->subject.statement_count = 1;
}

static void expect(
    const struct scene *scene, enum verdict verdict, struct judgement *out)
{
	struct err err = {0};

	if (verdict_judge(scene->rule, &scene->subject, out, &err))
		fail_msg("%s", err.text);
	if (out->verdict != verdict)
		fail_msg("%s: %s, not %s: %s", scene->rule->id,
		    verdict_name(out->verdict), verdict_name(verdict),
		    out->reason);
	assert_int_not_equal(out->reason[0], '\0');
}

/* Texts -------------------------------------------------------------------- */

static void fill_reader(
    struct pack_fill *fill, const struct pack *pack, const char *language)
{
	pack_fill_init(fill, pack, language);
	fill->first_name = "Eva";
	fill->last_name = "Ek";
	fill->unit = "Bygglov";
	fill->number = "010-555 00 01";
}

static void fill_one(
    const char *template, const struct pack_fill *fill, struct buf *out)
{
	struct err err = {0};

	if (template && pack_text_fill(template, fill, out, &err))
		fail_msg("%s", err.text);
	buf_append_str(out, "\n");
}

/* What the page shows of one rule: its text and the phrases with it. */
static void fill_page(
    const struct scene *scene, const char *language, struct buf *out)
{
	const struct pack_text *text =
	    pack_text_find(scene->pack, language, scene->rule->id);
	struct pack_fill fill;
	unsigned i;

	assert_non_null(text);
	fill_reader(&fill, scene->pack, language);
	fill_one(text->title, &fill, out);
	fill_one(text->demand, &fill, out);
	fill_one(text->why, &fill, out);
	fill_one(text->how, &fill, out);
	fill_one(text->statement, &fill, out);
	for (i = 0; i < PACK_PHRASE_COUNT; i++) {
		if (scene->rule->shows & PACK_PHRASE_BIT(i))
			fill_one(pack_phrase_find(scene->pack, language,
			             (enum pack_phrase)i),
			    &fill, out);
	}
	assert_int_equal(buf_check(out, NULL), 0);
	assert_null(strchr((const char *)out->data, '{'));
}

static void check_pages(const struct scene *scene, const char *words)
{
	struct buf page = {0};
	size_t i;

	for (i = 0; i < pack_language_count(scene->pack); i++) {
		buf_reset(&page);
		fill_page(scene, pack_language_at(scene->pack, i), &page);
		if (i == 0 && words && !strstr((const char *)page.data, words))
			fail_msg("%s does not say '%s':\n%s", scene->rule->id,
			    words, (const char *)page.data);
	}
	buf_clear(&page);
}

/* Effects ------------------------------------------------------------------ */

static void check_judged(struct scene *scene, const struct judged_row *row)
{
	struct judgement made;

	expect(scene, VERDICT_UNKNOWN, &made);
	scene_see(scene, row->kept);
	expect(scene, VERDICT_MET, &made);
	assert_true(made.evidence_count > 0);
	scene_see(scene, row->broken);
	if (scene->subject.observation_count > 0)
		expect(scene, VERDICT_BROKEN, &made);
	/* Whoever the rule does not bind is left alone. */
	scene->subject.roles = ~scene->rule->binds;
	expect(scene, VERDICT_EXEMPT, &made);
	scene->subject.roles = scene->rule->binds;
	if (!scene->rule->statement)
		return;
	/* A person's word stands in for missing evidence, not against it. */
	scene_state(scene, true, NOW - TIME_HOUR_MS);
	expect(scene, VERDICT_BROKEN, &made);
	scene->subject.observation_count = 0;
	expect(scene, VERDICT_MET, &made);
	assert_int_equal(made.cause, CAUSE_STATED);
}

/* Outside its time the rule says nothing. */
static void check_window(struct scene *scene)
{
	struct judgement made;

	if (scene->rule->when == PACK_WHEN_ALWAYS ||
	    !verdict_is_judged(scene->rule))
		return;
	scene->subject.absence = (struct subject_absence){0};
	scene->subject.employment_end_day = 0;
	expect(scene, VERDICT_EXEMPT, &made);
}

static void check_stated(struct scene *scene, const struct stated_row *row)
{
	const struct pack_statement *asked = scene->rule->statement;
	struct judgement made;

	assert_non_null(asked);
	assert_int_equal(asked->by, row->by);
	assert_int_equal(asked->on, row->on);
	assert_int_equal(asked->valid_ms / TIME_DAY_MS, row->days);
	assert_false(asked->fallback);
	assert_true(asked->due_ms > 0 && asked->remind_ms > 0 &&
	    asked->escalate_ms >= asked->due_ms);
	if (scene->rule->class == PACK_WAIVED)
		return;
	expect(scene, VERDICT_UNKNOWN, &made);
	assert_true(made.needs_statement);
	scene_state(scene, true, NOW - TIME_HOUR_MS);
	expect(scene, VERDICT_MET, &made);
	assert_int_equal(made.cause, CAUSE_STATED);
	scene_state(scene, false, NOW - TIME_HOUR_MS);
	expect(scene, VERDICT_BROKEN, &made);
	if (row->days == 0)
		return;
	scene_state(scene, true, NOW - (row->days + 1) * TIME_DAY_MS);
	expect(scene, VERDICT_UNKNOWN, &made);
}

/* A code: from what the phone answers, once its profile is there. */
static void check_passcode(struct scene *scene)
{
	struct policy_profile_summary summary = {0};
	struct security_facts security;
	struct security_observation answer = {&security, NOW - 60000, "mdm"};
	struct profile_fact entry = {.is_managed = FACT_YES};
	struct profile_list_facts list = {.entries = &entry, .count = 1};
	const struct seen user[SEEN_MAX] = {
	    {PACK_FACT_ENROLMENT_USER, PACK_WORD_YES, 0, NULL}};
	struct judgement made;

	(void)str_copy(summary.identifier, sizeof(summary.identifier), "p");
	(void)str_copy(summary.uuid, sizeof(summary.uuid), "u");
	(void)str_copy(entry.identifier, sizeof(entry.identifier), "p");
	(void)str_copy(entry.uuid, sizeof(entry.uuid), "u");
	security_facts_init(&security);
	scene->subject.expected = &summary;
	scene->subject.enrolled_at_ms = NOW - TIME_DAY_MS;
	scene->subject.install_ordered_at_ms = NOW - 2 * TIME_HOUR_MS;
	scene->subject.install_acknowledged_at_ms = NOW - 2 * TIME_HOUR_MS;
	expect(scene, VERDICT_UNKNOWN, &made);
	scene->subject.security = &answer;
	scene->subject.security_count = 1;
	scene->subject.profiles =
	    (struct profile_observation){&list, NOW - 60000, "mdm"};
	if (scene->rule->equipment == PACK_EQUIPMENT_PRIVATE)
		scene_see(scene, user);
	else
		security.passcode_present = FACT_YES;
	security.passcode_compliant_with_profiles = FACT_YES;
	expect(scene, VERDICT_MET, &made);
	security.passcode_compliant_with_profiles = FACT_NO;
	expect(scene, VERDICT_BROKEN, &made);
	/* Whose phone the rule is about (C9). */
	scene->subject.equipment =
	    scene->rule->equipment == PACK_EQUIPMENT_PRIVATE
	    ? PACK_EQUIPMENT_ORGANISATION
	    : PACK_EQUIPMENT_PRIVATE;
	expect(scene, VERDICT_EXEMPT, &made);
}

static void check_shown(const struct scene *scene, const char *words)
{
	struct judgement made;
	struct err err = {0};

	assert_false(verdict_is_judged(scene->rule));
	assert_int_equal(
	    verdict_judge(scene->rule, &scene->subject, &made, &err),
	    -ERR_UNSUPPORTED);
	check_pages(scene, words);
}

static void check_waived(struct scene *scene)
{
	struct judgement made;

	expect(scene, VERDICT_WAIVED, &made);
	/* Whatever anybody states, it is not met. */
	scene_state(scene, true, NOW - TIME_HOUR_MS);
	expect(scene, VERDICT_WAIVED, &made);
	assert_int_equal(scene->rule->waiver->because, PACK_WAIVER_SECURITY);
	assert_non_null(scene->rule->waiver->replaced_by);
	assert_int_equal(scene->rule->proof_count, 0);
}

/* One rule ------------------------------------------------------------------ */

#define EACH(rows, check)                                                      \
	for (i = 0; i < rows##_count; i++) {                                   \
		if (strcmp(rows[i].id, id) != 0)                               \
			continue;                                              \
		scene_open(&scene, pack, rule);                                \
		check;                                                         \
		effects |= EFFECT_##rows;                                      \
	}

enum effect {
	EFFECT_judged_rows = 1,
	EFFECT_gate_rows = 2,
	EFFECT_setting_rows = 4,
	EFFECT_stated_rows = 8,
	EFFECT_shown_rows = 16
};

static void check_gate(const struct scene *scene, const struct gate_row *row)
{
	assert_int_equal(scene->rule->gate, row->gate);
	assert_int_equal(scene->rule->approved_by, row->approved_by);
}

/* Without these a rule of the class has shown nothing. */
static void check_effects(const struct pack_rule *rule, unsigned effects)
{
	switch (rule->class) {
	case PACK_ENFORCE:
		assert_true(effects & (EFFECT_gate_rows | EFFECT_setting_rows));
		assert_true(effects & EFFECT_judged_rows || rule->passcode);
		break;
	case PACK_VERIFY:
		assert_true(effects & EFFECT_judged_rows);
		break;
	case PACK_ATTEST:
	case PACK_WAIVED:
		assert_true(effects & EFFECT_stated_rows);
		break;
	case PACK_INFORM:
		assert_true(effects & EFFECT_shown_rows);
		break;
	}
	/* What a rule sets or holds back has its row. */
	assert_int_equal(rule->gate != 0, (effects & EFFECT_gate_rows) != 0);
	assert_int_equal(rule->passcode || rule->restrictions ||
	        rule->roaming || rule->software_update || rule->web_clip ||
	        rule->contact_card,
	    (effects & EFFECT_setting_rows) != 0);
}

static void test_rule(void **state)
{
	const struct catalogue_row *row = *state;
	const struct pack *pack = pack_of(row->pack);
	const struct pack_rule *rule = pack_rule_find(pack, row->id);
	const char *id = row->id;
	struct scene scene;
	unsigned effects = 0;
	size_t i;

	assert_non_null(rule);
	assert_int_equal(rule->class, row->class);
	scene_open(&scene, pack, rule);
	check_pages(&scene, NULL);
	check_window(&scene);
	EACH(judged_rows, check_judged(&scene, &judged_rows[i]));
	EACH(gate_rows, check_gate(&scene, &gate_rows[i]));
	EACH(setting_rows, setting_check(pack, rule, &setting_rows[i]));
	EACH(stated_rows, check_stated(&scene, &stated_rows[i]));
	EACH(shown_rows, check_shown(&scene, shown_rows[i].words));
	scene_open(&scene, pack, rule);
	if (rule->passcode)
		check_passcode(&scene);
	if (rule->class == PACK_WAIVED)
		check_waived(&scene);
	check_effects(rule, effects);
}

static int packs_free(void **state)
{
	(void)state;
	while (packs_count > 0)
		pack_free(packs[--packs_count]);
	return 0;
}

int main(void)
{
	struct CMUnitTest tests[CATALOGUE_ROWS];
	struct catalogue_row rows[CATALOGUE_ROWS];
	size_t i;

	for (i = 0; i < CATALOGUE_ROWS; i++) {
		rows[i] = catalogue[i];
		tests[i] = (struct CMUnitTest){
		    .name = catalogue[i].id,
		    .test_func = test_rule,
		    .initial_state = &rows[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, packs_free);
}
