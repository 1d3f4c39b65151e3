/*
 * html_test: can any text that comes from outside become markup, an attribute
 * or an address of its own? Every hostile string goes through every way into a
 * page; what comes out is read back byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/pages/html.h"

static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><h1>x",
    "\" onmouseover=\"alert(1)",
    "' onfocus='alert(1)",
    "\"><img src=x onerror=alert(1)>",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "&#60;script&#62;",
    "javascript:alert(1)",
    "//evil.example/",
    "a\x01\x02\x1f"
    "b",
    "a\x7f"
    "b",
    "\xff\xfe<b>",
    "\xc3",                         /* cut in the middle of a character */
    "\xed\xa0\x80<i>",              /* a surrogate */
    "\xc0\xbcscript\xc0\xbe",       /* overlong < and > */
    "\xe2\x80\xaegnp.exe",          /* U+202E turns the direction */
    "\xe2\x81\xa6x\xe2\x81\xa9",    /* isolates */
    "\xc2\x85line\xc2\x9b",         /* C1 */
    "\xd8\x9c",                     /* Arabic letter mark */
    "\xe2\x80\xa8para\xe2\x80\xa9", /* U+2028, U+2029 */
    "{0}{1}",
    "",
};

#define HOSTILE_COUNT (sizeof(hostile) / sizeof(hostile[0]))

static void page_begin(struct html *h, struct buf *out)
{
	buf_reset(out);
	h_begin(h, out);
	h_open(h, H_HTML);
}

static const char *page_end(struct html *h, struct buf *out)
{
	struct err err = {0};

	h_close(h);
	assert_int_equal(h_end(h, &err), 0);
	assert_true(str_is_utf8((const char *)out->data, out->len));
	return (const char *)out->data;
}

/* What stands between prefix and suffix holds nothing that ends it. */
static void check_inside(
    const char *page, const char *prefix, const char *suffix)
{
	const char *start = strstr(page, prefix);
	const char *end;
	const char *at;

	assert_non_null(start);
	start += strlen(prefix);
	end = strstr(start, suffix);
	assert_non_null(end);
	for (at = start; at < end; at++) {
		assert_null(strchr("<>\"'", *at));
		assert_true(
		    (unsigned char)*at >= 0x20 || *at == '\n' || *at == '\t');
		if (*at == '&')
			assert_true(strncmp(at, "&lt;", 4) == 0 ||
			    strncmp(at, "&gt;", 4) == 0 ||
			    strncmp(at, "&amp;", 5) == 0 ||
			    strncmp(at, "&quot;", 6) == 0 ||
			    strncmp(at, "&#39;", 5) == 0);
	}
	/* The suffix found is the one we wrote, and all that follows is ours.
	 */
	assert_string_equal(end + strlen(suffix), "</html>\n");
}

static void test_hostile_text(void **state)
{
	struct buf out = {0};
	struct html h;
	size_t i;

	(void)state;
	for (i = 0; i < HOSTILE_COUNT; i++) {
		page_begin(&h, &out);
		h_line(&h, H_P, NULL, hostile[i]);
		check_inside(page_end(&h, &out), "<p>", "</p>");

		page_begin(&h, &out);
		h_line(&h, H_TEXTAREA, NULL, hostile[i]);
		check_inside(page_end(&h, &out), "<textarea>", "</textarea>");

		page_begin(&h, &out);
		h_open(&h, H_P);
		h_say(&h, "{0}, {0}!", hostile[i], H_ARGS_END);
		h_close(&h);
		check_inside(page_end(&h, &out), "<p>", "</p>");
	}
	buf_clear(&out);
}

static void test_hostile_attributes(void **state)
{
	struct buf out = {0};
	struct html h;
	size_t i;

	(void)state;
	for (i = 0; i < HOSTILE_COUNT; i++) {
		page_begin(&h, &out);
		h_open(&h, H_INPUT);
		h_attr(&h, H_VALUE, hostile[i]);
		h_close(&h);
		check_inside(page_end(&h, &out), "value=\"", "\">");
	}
	buf_clear(&out);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *value;
		const char *written;
	} cases[] = {
	    {"/t/abc?lang=sv", "/t/abc?lang=sv"},
	    {"?lang=da", "?lang=da"},
	    {"#form", "#form"},
	    {"tel:+46701234567", "tel:+46701234567"},
	    {"/t/\"><b>", "/t/&quot;&gt;&lt;b&gt;"},
	    {"javascript:alert(1)", "#"},
	    {"JaVaScRiPt:alert(1)", "#"},
	    {"data:text/html,x", "#"},
	    {"https://evil.example/", "#"},
	    {"//evil.example/", "#"},
	    {"/\\evil.example/", "#"},
	    {"/\tevil", "#"},
	    {" /t/x", "#"},
	    {"tel:", "#"},
	    {"tel:1;ext=javascript", "#"},
	    {"", "#"},
	    {NULL, "#"},
	};
	struct buf out = {0};
	struct html h;
	char want[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		page_begin(&h, &out);
		h_open(&h, H_A);
		h_address(&h, H_HREF, cases[i].value);
		h_close(&h);
		(void)snprintf(
		    want, sizeof(want), "<a href=\"%s\">", cases[i].written);
		assert_non_null(strstr(page_end(&h, &out), want));
	}
	buf_clear(&out);
}

/* An address goes through h_address(), a value through h_attr(): not mixed. */
static void test_wrong_use_is_told(void **state)
{
	struct buf out = {0};
	struct err err = {0};
	struct html h;
	int i;

	(void)state;
	for (i = 0; i < 9; i++) {
		page_begin(&h, &out);
		switch (i) {
		case 0:
			h_open(&h, H_A);
			h_attr(&h, H_HREF, "javascript:x");
			h_close(&h);
			break;
		case 1:
			h_text(&h, "x");
			h_attr(&h, H_CLASS, "x");
			break;
		case 2:
			h_open(&h, H_INPUT);
			h_text(&h, "x");
			h_close(&h);
			break;
		case 3:
			h_close(&h);
			h_close(&h);
			break;
		case 4: /* open at the end */
			h_open(&h, H_P);
			break;
		case 5:
			h_open(&h, H_P);
			h_address(&h, H_CLASS, "/");
			h_close(&h);
			break;
		case 6:
			h_open(&h, H_TEXTAREA);
			h_line(&h, H_P, NULL, "x");
			h_close(&h);
			break;
		case 7:
			h_line(&h, (enum h_element)999, NULL, "x");
			break;
		default:
			h_say(&h, "{1}", "x", H_ARGS_END);
			break;
		}
		if (i != 3)
			h_close(&h);
		assert_int_equal(h_end(&h, &err), -ERR_INTERNAL);
	}
	buf_clear(&out);
}

static void test_too_deep_is_told(void **state)
{
	struct buf out = {0};
	struct html h;
	int i;

	(void)state;
	h_begin(&h, &out);
	for (i = 0; i < 2 * H_DEPTH_MAX; i++)
		h_open(&h, H_DIV);
	for (i = 0; i < 2 * H_DEPTH_MAX; i++)
		h_close(&h);
	assert_int_equal(h_end(&h, NULL), -ERR_INTERNAL);
	buf_clear(&out);
}

static void test_a_page(void **state)
{
	struct buf out = {0};
	struct html h;

	(void)state;
	page_begin(&h, &out);
	h_attr(&h, H_LANG, "sv");
	h_open(&h, H_P);
	h_say(&h, "{0} & {1}, {0}", "Å<", "b", H_ARGS_END);
	h_close(&h);
	h_open(&h, H_TEXTAREA);
	h_flag(&h, H_READONLY);
	h_attr_number(&h, H_ROWS, 3);
	h_text(&h, "\nfirst");
	h_close(&h);
	assert_string_equal(page_end(&h, &out),
	    "<!DOCTYPE html>\n<html lang=\"sv\">\n"
	    "<p>Å&lt; &amp; b, Å&lt;</p>"
	    "<textarea readonly rows=\"3\">\n\nfirst</textarea></html>\n");
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hostile_text),
	    cmocka_unit_test(test_hostile_attributes),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_wrong_use_is_told),
	    cmocka_unit_test(test_too_deep_is_told),
	    cmocka_unit_test(test_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
