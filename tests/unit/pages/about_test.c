/* Does the page for everybody hold whatever an organisation is called, show
 * only what it was given, and dial only what is a number? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "server/office/pages/layout.h"

static struct buf out;

static void view_init(struct view *view, const struct page_public *about)
{
	memset(view, 0, sizeof(*view));
	buf_reset(&out);
	h_begin(&view->h, &out);
	view->page = &about->page;
	view->language = WORD_EN;
	view->path = "/o/town";
	view->is_public = true;
}

static const char *shown(struct page_public *about, const char *name)
{
	struct err err = {0};
	struct view view;

	about->page.text_language = "";
	(void)snprintf(about->org_id, sizeof(about->org_id), "town");
	(void)snprintf(about->page.organisation,
	    sizeof(about->page.organisation), "%s", name);
	view_init(&view, about);
	show_about(&view, about);
	if (h_end(&view.h, &err) < 0)
		fail_msg("%s", err.text);
	buf_append_char(&out, '\0');
	return (const char *)out.data;
}

static void test_hostile_names(void **state)
{
	static const char *const names[] = {
	    "<script>alert(1)</script>",
	    "</title><b>x",
	    "\" onload=\"x",
	    "' autofocus '",
	    "{0}{1}{9}%s%n",
	    "\xff\xfe<i>",
	    "\342\200\256egap",
	    "&lt;b&gt;",
	};
	struct page_public about = {.owner = "<b>&\"' {0}"};
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		text = shown(&about, names[i]);
		assert_null(strstr(text, "<script"));
		assert_null(strstr(text, "<b>"));
		assert_null(strstr(text, "<i>"));
		assert_null(strstr(text, "onload=\""));
		assert_null(strstr(text, "\xe2\x80\xae"));
		assert_null(strstr(text, "\xff"));
		assert_non_null(strstr(text, "&lt;b&gt;&amp;&quot;&#39; {0}"));
	}
	assert_non_null(
	    strstr(shown(&about, "&lt;"), "<p class=\"org\">&amp;lt;</p>"));
}

static void test_a_name_as_long_as_it_gets(void **state)
{
	struct page_public about = {.owner = NULL};
	char name[LIMIT_NAME + 1];

	(void)state;
	memset(name, '<', sizeof(name));
	name[LIMIT_NAME] = '\0';
	assert_null(strstr(shown(&about, name), "<<"));
}

static void test_numbers(void **state)
{
	static const struct {
		const char *number;
		const char *dial; /* NULL: shown, not dialled */
	} cases[] = {
	    {"0457-61 80 00", "\"tel:0457618000\""},
	    {"+46 457 61 80 00", "\"tel:+46457618000\""},
	    {"+46 (0)457-618000", "\"tel:+46457618000\""},
	    {"call us", NULL},
	    {"0457 ext 5", NULL},
	    {"javascript:1", NULL},
	    {"0000000000000000000000000000000000000000000000", NULL},
	    {"- -", NULL},
	};
	struct page_public about = {.owner = NULL};
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		about.switchboard = cases[i].number;
		text = shown(&about, "Town");
		assert_non_null(strstr(text, "\"/contact/town.vcf\""));
		assert_non_null(strstr(text, cases[i].number));
		if (cases[i].dial)
			assert_non_null(strstr(text, cases[i].dial));
		else
			assert_null(strstr(text, "tel:"));
	}
	about.switchboard = NULL;
	assert_null(strstr(shown(&about, "Town"), ".vcf"));
}

static int clear(void **state)
{
	(void)state;
	buf_clear(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hostile_names),
	    cmocka_unit_test(test_a_name_as_long_as_it_gets),
	    cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, clear);
}
