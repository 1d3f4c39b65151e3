/* Does who signs for a return see all that they sign for? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/pages/layout.h"

static struct page page;
static struct page_handover handover;
static struct buf out;

static void begin(enum task_kind kind)
{
	memset(&page, 0, sizeof(page));
	memset(&handover, 0, sizeof(handover));
	page.task.kind = kind;
	page.handover = &handover;
	page.text_language = "";
	handover.count = 1;
	(void)str_copy(handover.items[0].name, sizeof(handover.items[0].name),
	    "iPhone 13");
	(void)str_copy(
	    handover.items[0].detail, sizeof(handover.items[0].detail), "S1");
	(void)str_copy(
	    handover.items[0].case_id, sizeof(handover.items[0].case_id), "c");
	(void)str_copy(handover.items[0].with, sizeof(handover.items[0].with),
	    "Laddare, 20 W; Fodral");
}

static const char *shown(enum word_language language)
{
	struct view view = {
	    .page = &page, .language = language, .path = "/t/x"};
	struct err err = {0};

	buf_reset(&out);
	h_begin(&view.h, &out);
	show_return(&view);
	if (h_end(&view.h, &err) < 0)
		fail_msg("%s", err.text);
	buf_append_char(&out, '\0');
	return (const char *)out.data;
}

static unsigned times(const char *text, const char *what)
{
	unsigned count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

/* In the list, and at the box that is ticked. */
static void test_what_was_handed_out_with_it(void **state)
{
	static const enum task_kind kinds[] = {
	    TASK_RETURN_PHONE, TASK_CONFIRM_RETURN};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin(kinds[i]);
		assert_int_equal(times(shown(WORD_SV),
		                     "iPhone 13, S1 (med Laddare, 20 W; "
		                     "Fodral)"),
		    2);
		assert_int_equal(
		    times(shown(WORD_DA), "(med Laddare, 20 W"), 2);
		assert_int_equal(
		    times(shown(WORD_EN), "(with Laddare, 20 W"), 2);
	}
	handover.items[0].is_signed = true;
	assert_non_null(
	    strstr(shown(WORD_SV), "S1 (med Laddare, 20 W; Fodral)."));
}

static void test_nothing_with_it(void **state)
{
	(void)state;
	begin(TASK_RETURN_PHONE);
	handover.items[0].with[0] = '\0';
	assert_null(strstr(shown(WORD_EN), "("));
}

static int end(void **state)
{
	(void)state;
	buf_clear(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_was_handed_out_with_it),
	    cmocka_unit_test(test_nothing_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
