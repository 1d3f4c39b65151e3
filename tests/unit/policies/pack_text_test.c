/*
 * pack_text_test: is a template filled with exactly what was given, whatever
 * was given; does the promise to call back follow its parameter in three
 * languages; do facts and words spell as evidence does?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policies/pack_text.h"
#include "proto/base/str.h"
#include "proto/evidence/evidence_fact.h"

static void filled(
    const char *template, const struct pack_fill *fill, const char *expected)
{
	struct buf out = {0};
	struct err err = {0};

	buf_append_str(&out, ">");
	if (pack_text_fill(template, fill, &out, &err))
		fail_msg("%s", err.text);
	assert_string_equal((const char *)out.data + 1, expected);
	buf_clear(&out);
}

static void test_words(void **state)
{
	struct pack_fill fill = {.language = "sv",
	    .first_name = "Åsa",
	    .last_name = "Öberg",
	    .unit = "Bygglov {unit}",
	    .phrase_in = "{unit}, {first_name}",
	    .callback = "inom ett dygn"};

	(void)state;
	filled("Hej {first_name} {last_name}.", &fill, "Hej Åsa Öberg.");
	filled("", &fill, "");
	filled("{{{first_name}}}", &fill, "{Åsa}");
	filled("{callback}", &fill, "inom ett dygn");
	/* What a person is called is never read as a template. */
	filled("{phrase_in}!", &fill, "Bygglov {unit}, Åsa!");
	/* What is not known shows where it belongs. */
	filled("åter {until}, {deputy}", &fill,
	    "åter [dagen du är åter], [kollegans namn]");
	fill.language = "da";
	filled("{until}", &fill, "[dagen du er tilbage]");
	fill.language = "fi";
	filled("{until}", &fill, "[the day you return]");
	fill.until = "";
	filled("{until}", &fill, "[the day you return]");
}

/* Names come from registers that nobody has looked over. */
static void test_hostile_values(void **state)
{
	struct pack_fill fill = {.language = "en"};
	struct buf out = {0};
	struct err err = {0};
	char *large = malloc(10 * 1024 * 1024 + 1);

	(void)state;
	assert_non_null(large);
	fill.first_name = "a\nb\x7f"
	                  "c";
	filled("{first_name}", &fill, "a b c");
	fill.first_name = "\xff\xc3";
	filled("{first_name}", &fill, "\xef\xbf\xbd\xef\xbf\xbd");
	/* Cut between characters: å is two bytes, the limit is even less one. */
	memset(large, 'x', 10 * 1024 * 1024);
	large[10 * 1024 * 1024] = '\0';
	memcpy(large + PACK_VALUE_MAX - 1, "å", 2);
	fill.first_name = large;
	assert_int_equal(pack_text_fill("{first_name}", &fill, &out, &err), 0);
	assert_int_equal(out.len, PACK_VALUE_MAX - 1);
	assert_true(str_is_utf8((const char *)out.data, out.len));
	free(large);
	buf_clear(&out);
}

static void test_too_long(void **state)
{
	struct pack_fill fill = {
	    .first_name = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
	char template[8192];
	struct buf out = {0};
	struct err err = {0};
	size_t i;

	(void)state;
	template[0] = '\0';
	for (i = 0; i < 500; i++)
		(void)strncat(template, "{first_name}",
		    sizeof(template) - strlen(template) - 1);
	buf_append_str(&out, "before");
	assert_int_equal(
	    pack_text_fill(template, &fill, &out, &err), -ERR_LIMIT);
	assert_string_equal((const char *)out.data, "before");
	assert_int_equal(
	    pack_text_fill("{first_name} {reason}", &fill, &out, &err),
	    -ERR_INVALID);
	assert_non_null(strstr(err.text, "unknown word '{reason}'"));
	assert_string_equal((const char *)out.data, "before");
	buf_clear(&out);
}

static void test_templates(void **state)
{
	static const struct {
		const char *template;
		const char *says;
	} bad[] = {
	    {"{", "without its '}'"},
	    {"a } b", "without its '{'"},
	    {"{}", "unknown word '{}'"},
	    {"{ first_name }", "unknown word"},
	    {"{First_name}", "did you mean '{first_name}'"},
	    {"{åäö", "without its '}'"},
	    {"{åäö}", "unknown word '{åäö}'"},
	    {"{first_name{last_name}}", "unknown word"},
	};
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(
		    pack_template_check(bad[i].template, false, &err),
		    -ERR_INVALID);
		if (!strstr(err.text, bad[i].says))
			fail_msg("%zu: %s", i, err.text);
	}
	assert_int_equal(
	    pack_template_check("{{}} {phrase_in}", false, &err), 0);
	assert_int_equal(
	    pack_template_check("{phrase_in}", true, &err), -ERR_INVALID);
}

static void test_callback(void **state)
{
	const struct pack_callback weekdays = {
	    24, PACK_UNIT_HOURS, PACK_CALENDAR_WEEKDAYS};
	const struct pack_callback every_day = {
	    24, PACK_UNIT_HOURS, PACK_CALENDAR_EVERY_DAY};
	const struct pack_callback two = {
	    2, PACK_UNIT_WORKING_DAYS, PACK_CALENDAR_WEEKDAYS};
	const struct pack_callback many = {
	    20, PACK_UNIT_WORKING_DAYS, PACK_CALENDAR_WEEKDAYS};
	const struct pack_callback one = {
	    1, PACK_UNIT_WORKING_DAYS, PACK_CALENDAR_WEEKDAYS};
	const struct pack_callback four = {
	    4, PACK_UNIT_HOURS, PACK_CALENDAR_EVERY_DAY};
	static const char *const codes[] = {"sv", "da", "en"};
	const struct {
		const struct pack_callback *callback;
		const char *texts[3];
	} rows[] = {
	    {&weekdays,
	        {"inom 24 timmar på vardagar", "inden for 24 timer på hverdage",
	            "within 24 hours on weekdays"}},
	    {&every_day,
	        {"inom ett dygn", "inden for et døgn",
	            "within 24 hours, every day"}},
	    {&two,
	        {"inom två arbetsdagar", "inden for to arbejdsdage",
	            "within two working days"}},
	    {&many,
	        {"inom 20 arbetsdagar", "inden for 20 arbejdsdage",
	            "within 20 working days"}},
	    {&one,
	        {"inom en arbetsdag", "inden for en arbejdsdag",
	            "within one working day"}},
	    {&four, {"inom 4 timmar", "inden for 4 timer", "within 4 hours"}},
	    {NULL,
	        {"så snart som möjligt", "hurtigst muligt",
	            "as soon as possible"}},
	};
	char text[PACK_VALUE_MAX];
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (j = 0; j < 3; j++) {
			pack_callback_text(rows[i].callback, codes[j], text);
			assert_string_equal(text, rows[i].texts[j]);
		}
	}
	pack_callback_text(&two, "fi", text);
	assert_string_equal(text, "within two working days");
}

/* What packs and evidence both name, they name alike. */
static void test_words_are_those_of_evidence(void **state)
{
	static const struct {
		enum pack_fact fact;
		enum evidence_fact evidence;
	} shared[] = {
	    {PACK_FACT_VOICEMAIL_GREETING, EVIDENCE_FACT_GREETING},
	    {PACK_FACT_VOICEMAIL_UNREAD, EVIDENCE_FACT_UNREAD},
	    {PACK_FACT_CALL_FORWARD_UNCONDITIONAL, EVIDENCE_FACT_FORWARD},
	    {PACK_FACT_CALL_FORWARD_CONDITIONAL,
	        EVIDENCE_FACT_FORWARD_CONDITIONAL},
	    {PACK_FACT_CALL_REFERRAL, EVIDENCE_FACT_REFERRAL},
	    {PACK_FACT_DIRECTORY_NUMBER, EVIDENCE_FACT_DIRECTORY},
	};
	enum evidence_word word;
	unsigned i;
	unsigned j;

	(void)state;
	for (i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		uint64_t words = pack_fact_info(shared[i].fact)->words;

		assert_string_equal(pack_fact_name(shared[i].fact),
		    evidence_fact_name(shared[i].evidence));
		for (j = 0; j < PACK_WORD_COUNT; j++) {
			if (!(words & PACK_WORD_BIT(j)))
				continue;
			assert_int_equal(
			    evidence_word_find(
			        pack_word_name((enum pack_word)j), &word),
			    0);
			assert_true(
			    evidence_fact_has_word(shared[i].evidence, word));
		}
	}
}

static void test_fact_tables(void **state)
{
	unsigned i;
	unsigned j;

	(void)state;
	for (i = 0; i < PACK_FACT_COUNT; i++) {
		const struct pack_fact_info *info =
		    pack_fact_info((enum pack_fact)i);

		assert_int_equal(
		    pack_fact_find(pack_fact_name((enum pack_fact)i)), i);
		assert_true(info->subjects != 0);
		assert_true((info->accept & ~info->words) == 0);
		assert_int_equal(
		    info->kind == PACK_KIND_WORD, info->words != 0);
	}
	for (j = PACK_WORD_UNKNOWN; j < PACK_WORD_COUNT; j++)
		assert_int_equal(
		    pack_word_find(pack_word_name((enum pack_word)j)), j);
	assert_int_equal(pack_fact_find("voicemail.mood"), PACK_FACT_COUNT);
	assert_int_equal(pack_word_find("perhaps"), PACK_WORD_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_hostile_values),
	    cmocka_unit_test(test_too_long),
	    cmocka_unit_test(test_templates),
	    cmocka_unit_test(test_callback),
	    cmocka_unit_test(test_words_are_those_of_evidence),
	    cmocka_unit_test(test_fact_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
