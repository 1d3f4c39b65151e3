/*
 * matrix_test: where the five documents say different things about the same
 * matter (C1 to C10 of the reference), does each municipality get its own
 * answer and never a neighbour's? One test for each municipality, and one that
 * puts the same absence before all of them.
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
#include "policies/verdict.h"
#include "proto/base/time.h"

#define NOW INT64_C(1772618400000) /* Wednesday 2026-03-04T10:00:00Z */

static struct pack *pack_open(const char *name)
{
	char folder[256];
	struct pack *pack = NULL;
	struct err err = {0};

	(void)snprintf(
	    folder, sizeof(folder), WP_SOURCE_DIR "/policies/packs/%s", name);
	if (pack_load(folder, &pack, &err))
		fail_msg("%s", err.text);
	return pack;
}

static void says(const struct pack *pack, const char *template,
    const char *language, const char *expected)
{
	struct pack_fill fill;
	struct buf out = {0};
	struct err err = {0};

	assert_non_null(template);
	pack_fill_init(&fill, pack, language);
	fill.first_name = "Eva";
	fill.last_name = "Ek";
	fill.unit = "Bygglov";
	fill.until = "16 mars";
	fill.deputy = "Bo Al";
	fill.deputy_number = "010-555 00 02";
	if (pack_text_fill(template, &fill, &out, &err))
		fail_msg("%s", err.text);
	if (!strstr((const char *)out.data, expected))
		fail_msg(
		    "%s\ndoes not say: %s", (const char *)out.data, expected);
	buf_clear(&out);
}

static void phrase_says(
    const struct pack *pack, enum pack_phrase phrase, const char *expected)
{
	says(pack, pack_phrase_find(pack, NULL, phrase), NULL, expected);
}

/* C3: no text of any pack has a place for the reason of an absence, and the
 * ready-made greetings give none. */
static void check_no_reason(const struct pack *pack)
{
	static const char *const reasons[] = {"semester", "sjuk", "ferie",
	    "syg", "barsel", "föräldra", "vacation", "holiday", " ill ",
	    "sick"};
	size_t i;
	size_t j;

	for (j = 0; j < pack_language_count(pack); j++) {
		const char *greeting = pack_phrase_find(pack,
		    pack_language_at(pack, j), PACK_PHRASE_ABSENCE_GREETING);

		assert_non_null(greeting);
		for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
			assert_null(strstr(greeting, reasons[i]));
	}
	phrase_says(pack, PACK_PHRASE_ABSENCE_GREETING, "16 mars");
	phrase_says(pack, PACK_PHRASE_ABSENCE_GREETING, "010-555 00 02");
}

static const struct pack_rule *rule_of(const struct pack *pack, const char *id)
{
	const struct pack_rule *rule = pack_rule_find(pack, id);

	if (!rule)
		fail_msg("%s", id);
	return rule;
}

/* C2: in the document's language and in English. */
static void check_callback(
    const struct pack *pack, const char *own, const char *english)
{
	struct pack_fill fill;

	pack_fill_init(&fill, pack, NULL);
	assert_string_equal(fill.callback, own);
	pack_fill_init(&fill, pack, "en");
	assert_string_equal(fill.callback, english);
}

static void test_ronneby(void **state)
{
	struct pack *pack = pack_open("ronneby");
	const struct pack_parameters *set = pack_parameters(pack);

	(void)state;
	/* C1: a mailbox only where somebody watches it, without a limit. */
	assert_int_equal(set->absence->accept,
	    PACK_ABSENCE_FORWARD | PACK_ABSENCE_REFERRAL |
	        PACK_ABSENCE_WATCHED_VOICEMAIL);
	assert_int_equal(set->absence->voicemail_max_days, 0);
	/* C2 */
	check_callback(
	    pack, "inom 24 timmar på vardagar", "within 24 hours on weekdays");
	assert_int_equal(set->callback_simple->n, 24);
	/* C3: the document's example names the reason; ours does not, and says
	 * that it does not. */
	check_no_reason(pack);
	assert_non_null(strstr(rule_of(pack, "RON-25")->note, "C3"));
	/* C4 */
	phrase_says(pack, PACK_PHRASE_GREETING, "tryck 9.");
	phrase_says(pack, PACK_PHRASE_ANSWER_IN, "Eva Ek, Bygglov.");
	/* C7: in doubt to the switchboard. */
	says(pack, pack_text_find(pack, "sv", "RON-11")->demand, "sv",
	    "hänvisa till växeln");
	/* C8 */
	assert_non_null(strstr(rule_of(pack, "RON-32")->note, "C8"));
	/* C10: three dates for one document. */
	assert_non_null(
	    strstr(rule_of(pack, "RON-01")->cited->note, "2017-04-01"));
	assert_null(rule_of(pack, "RON-01")->cited->decided);
	assert_int_equal(pack_country(pack), PACK_COUNTRY_SE);
	pack_free(pack);
}

static void test_vastervik(void **state)
{
	struct pack *pack = pack_open("vastervik");
	const struct pack_parameters *set = pack_parameters(pack);
	const struct pack_rule *rule;

	(void)state;
	/* C1 */
	assert_int_equal(
	    set->absence->accept, PACK_ABSENCE_FORWARD | PACK_ABSENCE_REFERRAL);
	/* C2: "promptly" is no number, and no neighbour's is taken. */
	assert_null(set->callback);
	check_callback(pack, "så snart som möjligt", "as soon as possible");
	/* C3 */
	check_no_reason(pack);
	/* C4: the activity first; no digit in the document. */
	assert_null(set->exit_digits);
	phrase_says(pack, PACK_PHRASE_ANSWER_IN, "Bygglov, Eva Ek.");
	/* C6: the codes are cleared, not collected. */
	rule = rule_of(pack, "VST-09");
	assert_int_equal(rule->proof[0].fact, PACK_FACT_ACTIVATION_LOCK);
	assert_non_null(strstr(rule->note, "C6"));
	assert_non_null(strstr(rule_of(pack, "VST-30")->note, "C6"));
	/* C9: municipal phones only. */
	assert_int_equal(
	    rule_of(pack, "VST-33")->equipment, PACK_EQUIPMENT_ORGANISATION);
	/* C10: two dates, and a law that has been replaced. */
	assert_non_null(strstr(rule->cited->note, "2017-11-17"));
	assert_non_null(
	    strstr(rule_of(pack, "VST-01")->source.superseded_by, "2017:900"));
	pack_free(pack);
}

static void test_askersund_hallsberg_laxa(void **state)
{
	struct pack *pack = pack_open("askersund-hallsberg-laxa");
	const struct pack_parameters *set = pack_parameters(pack);

	(void)state;
	/* C1: any of the three, however long. */
	assert_int_equal(set->absence->accept,
	    PACK_ABSENCE_FORWARD | PACK_ABSENCE_REFERRAL |
	        PACK_ABSENCE_VOICEMAIL);
	assert_int_equal(set->absence->voicemail_max_days, 0);
	/* … and the greeting is there at any time. */
	assert_int_equal(rule_of(pack, "AHL-22")->when, PACK_WHEN_ALWAYS);
	/* C2, C4: nothing in the document, nothing here. */
	assert_null(set->callback);
	assert_null(set->exit_digits);
	assert_null(set->phrase_in);
	check_callback(pack, "så snart som möjligt", "as soon as possible");
	/* C3 */
	check_no_reason(pack);
	/* C10 */
	assert_non_null(
	    strstr(rule_of(pack, "AHL-24")->source.superseded_by, "2009:400"));
	pack_free(pack);
}

static void test_botkyrka(void **state)
{
	struct pack *pack = pack_open("botkyrka");
	const struct pack_parameters *set = pack_parameters(pack);
	const struct pack_rule *private;

	(void)state;
	/* C1 */
	assert_int_equal(
	    set->absence->accept, PACK_ABSENCE_FORWARD | PACK_ABSENCE_REFERRAL);
	assert_int_equal(set->absence->voicemail_max_days, 0);
	/* C2 */
	check_callback(pack, "inom två arbetsdagar", "within two working days");
	assert_null(set->callback_simple);
	/* C3 */
	check_no_reason(pack);
	/* C4 */
	assert_null(set->exit_digits);
	phrase_says(pack, PACK_PHRASE_ANSWER_IN, "Eva Ek, Bygglov.");
	/* C9: private phones through User Enrolment only, and what the employer
	 * cannot see is said. */
	private = rule_of(pack, "BOT-22");
	assert_int_equal(private->equipment, PACK_EQUIPMENT_PRIVATE);
	assert_int_equal(private->gate, PACK_GATE_USER_ENROLMENT);
	assert_int_equal(private->proof[0].fact, PACK_FACT_ENROLMENT_USER);
	says(pack, pack_text_find(pack, "sv", "BOT-22")->how, "sv",
	    "varken ditt nummer, ditt sim-kort");
	/* C10: a sentence that is cut off. */
	assert_non_null(strstr(rule_of(pack, "BOT-19")->note, "C10"));
	/* Elected representatives are asked, not told. */
	assert_int_equal(rule_of(pack, "BOT-26")->level, PACK_URGED);
	pack_free(pack);
}

static void test_albertslund(void **state)
{
	struct pack *pack = pack_open("albertslund");
	const struct pack_parameters *set = pack_parameters(pack);
	const struct pack_rule *code;

	(void)state;
	/* C1: a day of voicemail, then a colleague. */
	assert_int_equal(set->absence->accept,
	    PACK_ABSENCE_FORWARD | PACK_ABSENCE_VOICEMAIL);
	assert_int_equal(set->absence->voicemail_max_days, 1);
	assert_int_equal(
	    rule_of(pack, "ALB-10")->when, PACK_WHEN_ABSENCE_LONGER);
	assert_int_equal(rule_of(pack, "ALB-10")->when_longer_ms, TIME_DAY_MS);
	/* … and nobody is asked to delete the greeting. */
	says(pack, pack_text_find(pack, "da", "ALB-10")->how, "da",
	    "hilsen skal du ikke slette");
	/* C2: a day and a night as written. */
	check_callback(pack, "inden for et døgn", "within 24 hours, every day");
	/* C3 */
	check_no_reason(pack);
	/* C4 */
	phrase_says(pack, PACK_PHRASE_GREETING, "Tast #0 ");
	phrase_says(pack, PACK_PHRASE_ANSWER_IN, "Bygglov, Eva Ek.");
	phrase_says(pack, PACK_PHRASE_ANSWER_OUT,
	    "Eva Ek, Albertslund Kommune, Bygglov.");
	/* C5: carried, not demanded, with what takes its place. */
	code = rule_of(pack, "ALB-08");
	assert_int_equal(code->class, PACK_WAIVED);
	assert_int_equal(code->waiver->because, PACK_WAIVER_SECURITY);
	assert_non_null(strstr(code->waiver->replaced_by, "deputy"));
	says(pack, pack_text_find(pack, "da", "ALB-08")->statement, "da",
	    "kan ikke regnes ud fra mit telefonnummer");
	/* C7: the other way round than RON-11. */
	says(pack, pack_text_find(pack, "da", "ALB-16")->demand, "da",
	    "Stil ikke tilbage til Omstillingen");
	/* C8 */
	assert_non_null(strstr(rule_of(pack, "ALB-22")->note, "C8"));
	assert_int_equal(pack_country(pack), PACK_COUNTRY_DK);
	assert_string_equal(pack_time_zone(pack), "Europe/Copenhagen");
	pack_free(pack);
}

/* Same state, five answers --------------------------------------------------- */

/* A week away; the phone goes to a personal voicemail, nothing else is set. */
static enum verdict voicemail_for_a_week(const char *name, const char *id)
{
	struct pack *pack = pack_open(name);
	const struct pack_rule *rule = rule_of(pack, id);
	const struct fact_observation seen[] = {
	    {.fact = PACK_FACT_VOICEMAIL_GREETING, .word = PACK_WORD_PERSONAL},
	    {.fact = PACK_FACT_CALL_FORWARD_UNCONDITIONAL,
	        .word = PACK_WORD_INACTIVE},
	    {.fact = PACK_FACT_CALL_FORWARD_CONDITIONAL,
	        .word = PACK_WORD_INACTIVE},
	    {.fact = PACK_FACT_CALL_FORWARD_TARGET,
	        .word = PACK_WORD_VOICEMAIL},
	    {.fact = PACK_FACT_CALL_REFERRAL, .word = PACK_WORD_UNSET},
	};
	struct fact_observation now[5];
	struct subject_facts subject = {
	    .now_ms = NOW,
	    .observations = now,
	    .observation_count = 5,
	    .parameters = pack_parameters(pack),
	};
	struct judgement made;
	struct err err = {0};
	int32_t today = calendar_day_at(CALENDAR_STOCKHOLM, NOW);
	size_t i;

	for (i = 0; i < 5; i++) {
		now[i] = seen[i];
		now[i].observed_at_ms = NOW - TIME_MINUTE_MS;
		now[i].source = "csv-import";
	}
	subject.absence =
	    (struct subject_absence){true, today - 3, today + 3, 0};
	if (verdict_judge(rule, &subject, &made, &err))
		fail_msg("%s", err.text);
	pack_free(pack);
	return made.verdict;
}

static void test_same_absence_five_answers(void **state)
{
	static const struct {
		const char *pack;
		const char *id;
		enum verdict verdict;
	} rows[] = {
	    {"ronneby", "RON-20", VERDICT_MET}, /* RON-21 asks who watches */
	    {"vastervik", "VST-24", VERDICT_BROKEN},
	    {"askersund-hallsberg-laxa", "AHL-11", VERDICT_MET},
	    {"botkyrka", "BOT-15", VERDICT_BROKEN},
	    {"albertslund", "ALB-10", VERDICT_BROKEN},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum verdict verdict =
		    voicemail_for_a_week(rows[i].pack, rows[i].id);

		if (verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].id, verdict_name(verdict));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ronneby),
	    cmocka_unit_test(test_vastervik),
	    cmocka_unit_test(test_askersund_hallsberg_laxa),
	    cmocka_unit_test(test_botkyrka),
	    cmocka_unit_test(test_albertslund),
	    cmocka_unit_test(test_same_absence_five_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
