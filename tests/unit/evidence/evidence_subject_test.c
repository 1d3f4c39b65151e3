/*
 * Question: do the ways in which people and exports write a number lead to one
 * spelling, and those that are no number to none?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/evidence/evidence_subject.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct sample {
	const char *country; /* NULL: none */
	const char *text;
	const char *out; /* NULL: refused */
};

static void check(
    enum evidence_subject_kind kind, const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct evidence_subject subject = {.value = "kept"};
		struct err err = {0};
		int rc = evidence_subject_make(
		    kind, samples[i].text, samples[i].country, &subject, &err);

		if (!samples[i].out && rc == 0)
			fail_msg("\"%s\" was taken as %s", samples[i].text,
			    subject.value);
		if (samples[i].out &&
		    (rc != 0 || strcmp(subject.value, samples[i].out) != 0))
			fail_msg("\"%s\" became %s (%s)", samples[i].text,
			    subject.value, err.text);
		if (rc != 0) {
			assert_int_equal(err.code, ERR_INVALID);
			assert_string_equal(subject.value, "kept");
			/* It may be a person's number. */
			assert_true(!samples[i].text[0] ||
			    !strstr(err.text, samples[i].text));
		}
	}
}

static void telephone_numbers(void **state)
{
	static const struct sample samples[] = {
	    {"SE", "070-123 45 67", "+46701234567"},
	    {"SE", "0701234567", "+46701234567"},
	    {"SE", "+46701234567", "+46701234567"},
	    {"SE", "0046701234567", "+46701234567"},
	    {"SE", "00 46 70 123 45 67", "+46701234567"},
	    {"SE", "+46 (0)70-123 45 67", "+46701234567"},
	    {"SE", "+46 070 123 45 67", "+46701234567"},
	    {"SE", "46701234567", "+46701234567"},
	    {"SE", "(0490) 25 40 00", "+46490254000"},
	    {"SE", "0490/254000", "+46490254000"},
	    {"SE",
	        " 070\xc2\xa0"
	        "123\xe2\x80\x91"
	        "45\xe2\x80\x93"
	        "67 ",
	        "+46701234567"},
	    {"SE", "+4580123456", "+4580123456"},
	    {"SE", "0045 80 12 34 56", "+4580123456"},
	    {"DK", "80123456", "+4580123456"},
	    {"DK", "80 12 34 56", "+4580123456"},
	    {"DK", "4580123456", "+4580123456"},
	    {"DK", "+46701234567", "+46701234567"},
	    {"NO", "90 12 34 56", "+4790123456"},
	    {"FI", "050 123 4567", "+358501234567"},
	    {NULL, "+12025550123", "+12025550123"},
	    {"SE", "0719012345678", "+46719012345678"},
	    {"SE", "701234567", NULL}, /* its 0 was lost: or is it? */
	    {"SE", "", NULL}, {"SE", "0", NULL}, {"SE", "00", NULL},
	    {"SE", "112", NULL}, {"SE", "4601", NULL},
	    {"SE", "7,01235E+08", NULL}, {"SE", "070-123 45 67 ankn 12", NULL},
	    {"SE", "++46701234567", NULL}, {"SE", "+0701234567", NULL},
	    {"SE", "070123456789012345", NULL}, {"SE", "0701234567;1", NULL},
	    {"SE", "=0701234567", NULL}, {"DK", "8012345", NULL},
	    {"DK", "0701234567", NULL}, {NULL, "0701234567", NULL},
	    {"XX", "0701234567", NULL},
	    {"SE", "\xd9\xa0\xd9\xa7", NULL}, /* Arabic digits */
	};

	(void)state;
	check(EVIDENCE_SUBJECT_TEL, samples, COUNT(samples));
}

static void sim_numbers(void **state)
{
	static const struct sample samples[] = {
	    {NULL, "8938641090306391573", "8938641090306391573"},
	    {NULL, "8938 6410 9030 6391 573", "8938641090306391573"},
	    {NULL, "8938641090306391573F", "8938641090306391573"},
	    {NULL, "8938641090306391573f ", "8938641090306391573"},
	    {NULL, "89148000004835885461", "89148000004835885461"},
	    {NULL, "893864109030639157", "893864109030639157"},
	    {NULL, "89386410903063915", NULL},
	    {NULL, "891480000048358854612", NULL},
	    {NULL, "7938641090306391573", NULL},
	    {NULL, "8938641090306391573FF", NULL},
	    {NULL, "8,93864E+18", NULL},
	    {NULL, "", NULL},
	};
	static const struct sample eids[] = {
	    {NULL, "89049032123451234512345678901235",
	        "89049032123451234512345678901235"},
	    {NULL, "8904903212345123451234567890123", NULL},
	    {NULL, "79049032123451234512345678901235", NULL},
	};

	(void)state;
	check(EVIDENCE_SUBJECT_ICCID, samples, COUNT(samples));
	check(EVIDENCE_SUBJECT_EID, eids, COUNT(eids));
	assert_true(evidence_iccid_is_same(
	    "8938641090306391573", "893864109030639157"));
	assert_false(evidence_iccid_is_same(
	    "8938641090306391573", "8938641090306391574"));
	assert_false(
	    evidence_iccid_is_same("8938641090306391573", "8938641090306"));
	assert_true(evidence_luhn_holds("8938641090306391573"));
	assert_true(evidence_luhn_holds("89148000004835885461"));
	assert_true(evidence_eid_holds("89049032123451234512345678901235"));
	assert_false(evidence_eid_holds("89049032123451234512345678901236"));
}

static void phones_and_people(void **state)
{
	static const struct sample imeis[] = {
	    {NULL, "490154203237518", "490154203237518"},
	    {NULL, "49-015420-323751-8", "490154203237518"},
	    {NULL, "4901542032375101", "490154203237518"}, /* IMEISV */
	    {NULL, "49015420323751", "490154203237518"},
	    /* A wrong check digit is a hint, not a verdict. */
	    {NULL, "490154203237519", "490154203237519"},
	    {NULL, "4901542032375", NULL},
	    {NULL, "000000000000000", NULL},
	    {NULL, "49015420323751A", NULL},
	};
	static const struct sample serials[] = {
	    {NULL, " f2lx-q1abc de ", "F2LXQ1ABCDE"},
	    {NULL, "SHORT", NULL},
	    {NULL, "F2LXQ1ABCD\xc3\x85", NULL},
	};
	static const struct sample people[] = {
	    {NULL, "anna.svensson", "anna.svensson"},
	    {NULL, "a b", NULL},
	    {NULL, "", NULL},
	    {NULL,
	        "0123456789012345678901234567890123456789"
	        "0123456789012345678901234",
	        NULL},
	};

	(void)state;
	check(EVIDENCE_SUBJECT_IMEI, imeis, COUNT(imeis));
	check(EVIDENCE_SUBJECT_SERIAL, serials, COUNT(serials));
	check(EVIDENCE_SUBJECT_PERSON, people, COUNT(people));
	assert_true(evidence_luhn_holds("490154203237518"));
	assert_true(
	    evidence_imei_is_same("490154203237518", "490154203237510"));
	assert_false(
	    evidence_imei_is_same("490154203237518", "490154203237618"));
}

static void one_spelling_only(void **state)
{
	static const char *const good[] = {"tel:+46701234567",
	    "iccid:8938641090306391573", "imei:490154203237518",
	    "serial:F2LXQ1ABCDE", "person:anna.svensson",
	    "eid:89049032123451234512345678901235"};
	static const char *const bad[] = {"", ":", "tel:", "tel:0701234567",
	    "tel:+46 701234567", "TEL:+46701234567", "imei:4901542032375101",
	    "serial:f2lxq1abcde", "phone:+46701234567", "+46701234567",
	    "person: a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa:1"};
	char text[EVIDENCE_SUBJECT_TEXT_MAX];
	struct evidence_subject subject;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(
		    evidence_subject_parse(good[i], &subject, NULL), 0);
		evidence_subject_text(&subject, text);
		assert_string_equal(text, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (evidence_subject_parse(bad[i], &subject, NULL) == 0)
			fail_msg("\"%s\" was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(telephone_numbers),
	    cmocka_unit_test(sim_numbers),
	    cmocka_unit_test(phones_and_people),
	    cmocka_unit_test(one_spelling_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
