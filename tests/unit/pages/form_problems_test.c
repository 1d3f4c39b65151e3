/* form_problems_test: is all that is wrong with an answer said at once, in the
 * order of the page, and nothing that is right? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/pages/form_problems.h"

static struct page page;
static struct page_handover handover;
static struct form_body form;

static void begin(enum task_kind kind)
{
	memset(&page, 0, sizeof(page));
	page.task.kind = kind;
	page.handover = &handover;
	form = (struct form_body){.choice = PAGE_NO_CHOICE,
	    .codes = PAGE_NO_CHOICE,
	    .decision = RETURN_DECIDE_NOTHING};
}

/* WORD_COUNT ends the list. */
static void found(int code, const enum word *wanted)
{
	struct form_problems problems;
	size_t i;

	form_problems_find(&page, &form, code, &problems);
	for (i = 0; wanted[i] != WORD_COUNT; i++) {
		assert_true(i < problems.count);
		assert_int_equal(problems.words[i], wanted[i]);
		assert_true(form_problems_have(&problems, wanted[i]));
	}
	assert_int_equal(problems.count, i);
	assert_false(form_problems_have(&problems, WORD_ERROR_TITLE));
}

#define FOUND(code, ...)                                                       \
	found(code, (const enum word[]){__VA_ARGS__, WORD_COUNT})

static void why_is_long(void)
{
	memset(form.why, 'x', FORM_WHY_CHARACTERS + 1);
	form.why[FORM_WHY_CHARACTERS + 1] = '\0';
}

static void test_return(void **state)
{
	(void)state;
	begin(TASK_CONFIRM_RETURN);
	FOUND(-ERR_INVALID, WORD_ERROR_PICK, WORD_ERROR_CODES, WORD_ERROR_NAME);
	why_is_long();
	FOUND(-ERR_LIMIT, WORD_ERROR_PICK, WORD_ERROR_CODES,
	    WORD_ERROR_WHY_LONG, WORD_ERROR_NAME);
	form.why[0] = '\0';
	form.picked = 1;
	form.codes = PAGE_NO;
	FOUND(-ERR_INVALID, WORD_ERROR_NAME);
	/* All is there: it is not the name that is wanted. */
	(void)str_copy(form.name, sizeof(form.name), "Somebody Else");
	FOUND(-ERR_INVALID, WORD_ERROR_NAME);
	FOUND(-ERR_CONFLICT, WORD_ERROR_CHANGED);
	/* Which of the two it was, and what to do about it. */
	FOUND(-ERR_DENIED, WORD_ERROR_ACCOUNT);
	(void)str_copy(page.subject_name, sizeof(page.subject_name), "Åsa Ek");
	(void)str_copy(form.name, sizeof(form.name), "ek, åsa");
	FOUND(-ERR_DENIED, WORD_ERROR_OWN);
	FOUND(-ERR_LIMIT, WORD_ERROR_WHY_LONG);
}

static void test_handout(void **state)
{
	(void)state;
	begin(TASK_ACCEPT_HANDOUT);
	FOUND(-ERR_INVALID, WORD_ERROR_CHOOSE, WORD_ERROR_NAME);
	form.choice = PAGE_YES;
	FOUND(-ERR_INVALID, WORD_ERROR_NAME);
	(void)str_copy(form.name, sizeof(form.name), "Åsa Ek");
	(void)str_copy(form.why, sizeof(form.why), "laddaren saknas");
	FOUND(-ERR_INVALID, WORD_ERROR_YES_AND_NO);
	form.why[0] = '\0';
	form.choice = PAGE_NO; /* nothing is signed */
	FOUND(-ERR_INVALID, WORD_ERROR_NOT_RIGHT);
	why_is_long();
	FOUND(-ERR_LIMIT, WORD_ERROR_WHY_LONG);
}

static void test_decision(void **state)
{
	(void)state;
	begin(TASK_DECIDE_RETURN);
	FOUND(-ERR_INVALID, WORD_ERROR_MISSING, WORD_ERROR_DECISION);
	form.decision = RETURN_DECIDE_WRITE_OFF;
	FOUND(-ERR_INVALID, WORD_ERROR_MISSING, WORD_ERROR_DECISION_WHY);
	form.decision = RETURN_DECIDE_WAIT;
	FOUND(-ERR_INVALID, WORD_ERROR_MISSING);
}

static void test_others(void **state)
{
	(void)state;
	begin(TASK_ACKNOWLEDGE);
	page.handover = NULL;
	FOUND(-ERR_INVALID, WORD_ERROR_TICK);
	FOUND(-ERR_DENIED, WORD_ERROR_DENIED);
	page.task.kind = TASK_APPROVE_ORDER;
	FOUND(-ERR_INVALID, WORD_ERROR_CHOOSE);
	form.choice = PAGE_NO;
	FOUND(-ERR_INVALID, WORD_ERROR_WHY);
	why_is_long();
	FOUND(-ERR_LIMIT, WORD_ERROR_WHY_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_return),
	    cmocka_unit_test(test_handout),
	    cmocka_unit_test(test_decision),
	    cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
