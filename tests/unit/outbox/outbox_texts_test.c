/* Question: has each kind of notice its row and its words in each language,
 * with blanks that are filled, and does a hostile name stay text? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/outbox/mail_text.h"
#include "server/service/notify/notify.h"

struct mail_parts {
	struct buf subject;
	struct buf text;
	struct buf html;
};

static void clear(struct mail_parts *parts)
{
	buf_clear(&parts->subject);
	buf_clear(&parts->text);
	buf_clear(&parts->html);
}

static int make(const struct mail_item *items, size_t count,
    enum notice_language language, const char *name, struct mail_parts *out)
{
	struct mail_letter letter = {.organisation = "Ronneby kommun",
	    .name = name,
	    .language = language,
	    .items = items,
	    .count = count};

	memset(out, 0, sizeof(*out));
	return mail_text_make(
	    &letter, &out->subject, &out->text, &out->html, NULL);
}

static void no_blank_is_left(const struct mail_parts *parts)
{
	assert_null(strpbrk((char *)parts->subject.data, "{}"));
	assert_null(strpbrk((char *)parts->text.data, "{}"));
	assert_null(strchr((char *)parts->html.data, '{'));
}

static void test_each_kind_in_each_language(void **state)
{
	struct mail_item item = {.due_day = 20537, .day = 20540};
	struct mail_parts parts;
	int kind;
	int language;

	(void)state;
	(void)strcpy(item.title, "Läs reglerna");
	(void)strcpy(item.about, "Bo Bang");
	(void)strcpy(item.what, "iPhone 13");
	for (kind = 0; kind < NOTICE_KIND_COUNT; kind++) {
		assert_non_null(notice_kind_find((enum notice_kind)kind));
		for (language = 0; language < NOTICE_LANGUAGES; language++) {
			item.kind = (enum notice_kind)kind;
			assert_int_equal(
			    make(&item, 1, (enum notice_language)language,
			        "Astrid", &parts),
			    0);
			no_blank_is_left(&parts);
			assert_null(strchr((char *)parts.subject.data, '\n'));
			clear(&parts);
		}
	}
	assert_null(notice_kind_find(NOTICE_KIND_COUNT));
}

/* The same blanks in every language: a translation forgets nothing. */
static void test_languages_say_the_same(void **state)
{
	static const char *const blanks[] = {
	    "{title}", "{about}", "{what}", "{due}", "{day}"};
	const struct notice_text *text;
	const struct notice_text *other;
	int kind;
	int language;
	size_t i;

	(void)state;
	for (kind = 0; kind < NOTICE_KIND_COUNT; kind++) {
		text = notice_text_find((enum notice_kind)kind, NOTICE_EN);
		for (language = 0; language < NOTICE_LANGUAGES; language++) {
			other = notice_text_find((enum notice_kind)kind,
			    (enum notice_language)language);
			assert_non_null(other);
			for (i = 0; i < sizeof(blanks) / sizeof(blanks[0]);
			     i++) {
				assert_int_equal(!strstr(text->body, blanks[i]),
				    !strstr(other->body, blanks[i]));
				assert_int_equal(
				    !strstr(text->subject, blanks[i]),
				    !strstr(other->subject, blanks[i]));
			}
		}
	}
}

static void test_events_have_words(void **state)
{
	int kind;

	(void)state;
	for (kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		assert_non_null(event_kind_word((enum event_kind)kind));
		assert_int_equal(
		    event_kind_parse(event_kind_word((enum event_kind)kind)),
		    kind);
	}
	assert_int_equal(event_kind_parse("no.such"), -1);
	assert_null(event_kind_word(EVENT_KIND_COUNT));
}

static void test_a_digest(void **state)
{
	struct mail_item items[2] = {{.kind = NOTICE_TASK_ASKED},
	    {.kind = NOTICE_WIPE_PLANNED, .day = 20540}};
	struct mail_parts parts;

	(void)state;
	(void)strcpy(items[0].title, "Läs reglerna");
	(void)strcpy(items[0].url, "https://o.example/t/0123");
	(void)strcpy(items[1].what, "iPhone 13");
	assert_int_equal(make(items, 2, NOTICE_DA, "Bo", &parts), 0);
	assert_string_equal(
	    (char *)parts.subject.data, "2 ting om arbejdstelefonen");
	assert_non_null(
	    strstr((char *)parts.text.data, "* Du skal gøre: Läs reglerna\n"));
	assert_non_null(strstr(
	    (char *)parts.text.data, "iPhone 13 slettes 28. marts 2026."));
	assert_non_null(strstr(
	    (char *)parts.html.data, "href=\"https://o.example/t/0123\""));
	clear(&parts);
}

static void test_names_stay_text(void **state)
{
	struct mail_item item = {.kind = NOTICE_TASK_ESCALATED};
	struct mail_parts parts;

	(void)state;
	(void)strcpy(item.about, "<script>{name}</script>\r\nBcc: x");
	(void)strcpy(item.title, "\"><img src=x>");
	assert_int_equal(
	    make(&item, 1, NOTICE_EN, "A\r\n\r\nB{title}", &parts), 0);
	assert_null(strpbrk((char *)parts.subject.data, "\r\n"));
	assert_null(strstr((char *)parts.html.data, "<script"));
	assert_null(strstr((char *)parts.html.data, "<img"));
	assert_non_null(
	    strstr((char *)parts.text.data, "Hello A    B{title},"));
	clear(&parts);
	assert_int_equal(make(&item, 0, NOTICE_EN, "A", &parts), -ERR_INTERNAL);
	clear(&parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_kind_in_each_language),
	    cmocka_unit_test(test_languages_say_the_same),
	    cmocka_unit_test(test_events_have_words),
	    cmocka_unit_test(test_a_digest),
	    cmocka_unit_test(test_names_stay_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
