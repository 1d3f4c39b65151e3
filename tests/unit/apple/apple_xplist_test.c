/*
 * Question: does the door for property lists take what phones send, refuse
 * everything else with the right code, and stay cheap whatever is thrown at it?
 */
#include "tests/unit/apple/apple_test.h"

#include <time.h>

#include "proto/apple/xplist.h"
#include "proto/base/limits.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define DOCTYPE                                                                \
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "              \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">"
#define PLIST(inside) "<plist version=\"1.0\">" inside "</plist>"
#define VALUE(value) PLIST("<dict><key>k</key>" value "</dict>")
/* Microseconds for the dearest input that the limits let through. */
#define TIME_LIMIT_US 100000

static int parse_bytes(
    const void *data, size_t len, plist_t *out, struct err *err)
{
	return xplist_parse(data, len, 8 * 1024 * 1024, out, err);
}

static int parse_text(const char *text, plist_t *out, struct err *err)
{
	return parse_bytes(text, strlen(text), out, err);
}

static void takes_every_usual_and_unusual_form(void **state)
{
	static const char *const texts[] = {
	    HEAD "\n" DOCTYPE "\n" VALUE("<string>v</string>") "\n",
	    HEAD DOCTYPE VALUE("<string>v</string>"),
	    "\xef\xbb\xbf" HEAD VALUE("<true/>"),
	    " \n\t" VALUE("<true/>"),
	    "<?xml version='1.0' encoding='utf-8' standalone='yes'?>" VALUE(
	        "<true/>"),
	    "<?xml version=\"1.0\" encoding=\"US-ASCII\"?>" VALUE("<true/>"),
	    "<?xml?>" VALUE("<true/>"),
	    "<!-- a --><!DOCTYPE plist SYSTEM \"x\"><!-- b -->" VALUE(
	        "<true/>") "<!-- c -->\n",
	    "<plist><dict/></plist>",
	    "<plist ><array ></array ></plist >",
	    PLIST("<array><dict/><array/><string/><data/></array>"),
	    PLIST("<dict><key>a</key><!-- x --><string>b</string></dict>"),
	    PLIST("<dict><key><!-- x --></key><string>b</string></dict>"),
	    PLIST("<dict><key Q=\">\">k</key><string/></dict>"),
	    VALUE("<string><![CDATA[<a> & b]]></string>"),
	    VALUE("<string>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</string>"),
	    VALUE("<string>\xc3\xa5\xe2\x80\x99\xf0\x9f\x98\xb0</string>"),
	    VALUE("<true></true>"),
	    VALUE("<true> </true>"),
	    VALUE("<integer>-9223372036854775808</integer>"),
	    VALUE("<integer>18446744073709551615</integer>"),
	    VALUE("<integer>0xDEADbeef</integer>"),
	    VALUE("<integer> 5\n</integer>"),
	    VALUE("<real>-1.5e-3</real>"),
	    VALUE("<real>1</real>"),
	    VALUE("<real>.5</real>"),
	    VALUE("<date>2026-11-22T07:38:25Z</date>"),
	    VALUE("<data>\n\tAAAA BBBB\n\tCC==\n</data>"),
	    VALUE("<data>AAAA=</data>"),
	    VALUE("<string>v</string><key>k</key><string>w</string>"),
	};
	struct err err = {0};
	plist_t root;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		root = NULL;
		if (parse_text(texts[i], &root, &err) != 0)
			fail_msg("%s: %s", texts[i], err.text);
		assert_non_null(root);
		plist_free(root);
	}
}

static void refuses_every_malformed_form(void **state)
{
	static const char *const texts[] = {
	    "",
	    " ",
	    "x",
	    "{ \"k\" = 1; }",
	    "not a property list at all",
	    HEAD,
	    HEAD DOCTYPE,
	    "<plist/>",
	    "<plist></plist>",
	    "<dict/>",
	    "<plist><dict/></plist",
	    "<plist><dict/></dict>",
	    "<plist><dict></plist></dict>",
	    "<plist><dict/></plist>x",
	    "<plist><dict/></plist><plist><dict/></plist>",
	    "<plist><dict/><dict/></plist>",
	    "<plist>text<dict/></plist>",
	    "<plist>&#32;&amp;<dict/></plist>",
	    "<plist><dict>",
	    "<plist><dict><key>k</key></dict></plist>",
	    "<plist><dict><true/></dict></plist>",
	    "<plist><dict><key>k</key><key>l</key><true/></dict></plist>",
	    "<plist><dict><key/><true/></dict></plist>",
	    "<plist><array><key>k</key></array></plist>",
	    "<plist><key>k</key></plist>",
	    "<plist><set/></plist>",
	    "<plist><Dict/></plist>",
	    "<plist><dict/ ></plist>",
	    "<plist><dict a=\"/></plist>",
	    "<plist><dict a='>'/></plist>",
	    "<plist><dict a=\"<\"/></plist>",
	    "<plist <dict/></plist>",
	    "<plist&x><dict/></plist>",
	    "<plist><dict><key>k</key><string&x>v</string></dict></plist>",
	    "<plist><dict\"a\"/></plist>",
	    "<plist><?php ?><dict/></plist>",
	    "<plist><![CDATA[x]]><dict/></plist>",
	    "<plist><!x><dict/></plist>",
	    "<plist><!--></plist>",
	    "<plist><!-- a -- b --><dict/></plist>",
	    "<plist><!-- ",
	    DOCTYPE HEAD PLIST("<dict/>"),
	    DOCTYPE DOCTYPE PLIST("<dict/>"),
	    "<!DOCTYPE test \">" PLIST("<dict/>"),
	    "<!DOCTYPE html>" PLIST("<dict/>"),
	    "<!DOCTYPE plist [<!ENTITY a \"b\">]>" PLIST("<dict/>"),
	    "<!DOCTYPE plist [<!ENTITY a SYSTEM \"file:///x\">]>" PLIST(
	        "<dict/>"),
	    VALUE("<string>a"),
	    VALUE("<string>a</key>"),
	    VALUE("<string>a<b></string>"),
	    VALUE("<string>a<!b></string>"),
	    VALUE("<string>&amp</string>"),
	    VALUE("<string>&</string>"),
	    VALUE("<string>&;</string>"),
	    VALUE("<string>&amps;</string>"),
	    VALUE("<string>&nbsp;</string>"),
	    VALUE("<string>&#0;</string>"),
	    VALUE("<string>&#7;</string>"),
	    VALUE("<string>&#xD800;</string>"),
	    VALUE("<string>&#x110000;</string>"),
	    VALUE("<string>&#99999999;</string>"),
	    VALUE("<string>&#;</string>"),
	    VALUE("<string>&#x;</string>"),
	    VALUE("<string>&#6a;</string>"),
	    VALUE("<string>\x01</string>"),
	    VALUE("<string>\xff</string>"),
	    VALUE("<string>\xc0\xaf</string>"),
	    VALUE("<string>\xed\xa0\x80</string>"),
	    VALUE("<string>\xc3</string>"),
	    VALUE("<string><![CDATA[x</string>"),
	    VALUE("<string><![CDATA[\x02]]></string>"),
	    VALUE("<integer></integer>"),
	    VALUE("<integer>x</integer>"),
	    VALUE("<integer>1.5</integer>"),
	    VALUE("<integer>010</integer>"),
	    VALUE("<integer>0x</integer>"),
	    VALUE("<integer>--1</integer>"),
	    VALUE("<integer>18446744073709551616</integer>"),
	    VALUE("<integer>-9223372036854775809</integer>"),
	    VALUE("<integer>1<!-- -->2</integer>"),
	    VALUE("<real></real>"),
	    VALUE("<real>nan</real>"),
	    VALUE("<real>inf</real>"),
	    VALUE("<real>1e</real>"),
	    VALUE("<real>1,5</real>"),
	    VALUE("<real>0x1p3</real>"),
	    VALUE("<date>2026-11-22</date>"),
	    VALUE("<date>2026-11-22T07:38:25+01:00</date>"),
	    VALUE("<data>AAA</data>"),
	    VALUE("<data>A</data>"),
	    VALUE("<data>AA=A</data>"),
	    VALUE("<data>AAAA===</data>"),
	    VALUE("<data>xxx-masked-xxx!</data>"),
	    VALUE("<data>REMOVED (secret)</data>"),
	    VALUE("<data>AA<!-- -->AA</data>"),
	    VALUE("<true>x</true>"),
	};
	struct err err;
	plist_t root = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		err = (struct err){0};
		expect_code(parse_text(texts[i], &root, &err), ERR_INVALID,
		    &err, texts[i]);
		assert_null(root);
	}
}

static void names_the_forms_it_does_not_take(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} forms[] = {
	    {"bplist00\xd0", 9},
	    {"\xff\xfe<\0p\0", 6},
	    {"\xfe\xff\0<\0p", 6},
	    {"<\0p\0l\0", 6},
	    {"\0<\0p\0l", 6},
	    {"\xff\xfe\0\0<\0\0\0", 8},
	    {"\0\0\xfe\xff\0\0\0<", 8},
	};
	struct err err = {0};
	plist_t root = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(forms); i++)
		expect_code(
		    parse_bytes(forms[i].bytes, forms[i].len, &root, &err),
		    ERR_UNSUPPORTED, &err, "other form");
	expect_code(parse_text("bplist00", &root, &err), ERR_UNSUPPORTED, &err,
	    "binary");
	assert_string_equal(err.text, "binary property list refused: send XML");
	expect_code(parse_text("<?xml version=\"1.0\" "
	                       "encoding=\"ISO-8859-1\"?>" PLIST("<dict/>"),
	                &root, &err),
	    ERR_UNSUPPORTED, &err, "Latin 1");
	expect_code(
	    parse_text(
	        "<?xml version=\"1.0\" encoding='UTF-16'?>" PLIST("<dict/>"),
	        &root, &err),
	    ERR_UNSUPPORTED, &err, "UTF-16 by name");
}

static void refuses_nul_anywhere(void **state)
{
	static const char whole[] =
	    HEAD DOCTYPE "<!-- c -->" PLIST("<dict><key a=\"b\">k</key>"
	                                    "<string>v</string><key>d</key>"
	                                    "<data>AAAA</data><key>n</key>"
	                                    "<integer>12</integer></dict>");
	char copy[sizeof(whole)];
	struct err err = {0};
	plist_t root = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(whole) - 1; i++) {
		memcpy(copy, whole, sizeof(whole));
		copy[i] = '\0';
		if (parse_bytes(copy, sizeof(whole) - 1, &root, &err) == 0)
			fail_msg("a NUL at byte %zu was taken", i);
	}
	assert_int_equal(parse_bytes(whole, sizeof(whole) - 1, &root, &err), 0);
	plist_free(root);
}

static void refuses_every_cut(void **state)
{
	static const char whole[] = HEAD DOCTYPE PLIST(
	    "<dict><key>k</key><array><true/><real>1.5</real></array>"
	    "<key>&amp;\xc3\xa5</key><date>2026-11-22T07:38:25Z</date></dict>");
	struct err err = {0};
	plist_t root = NULL;
	size_t len;
	uint8_t *copy;

	(void)state;
	for (len = 0; len < sizeof(whole) - 1; len++) {
		/* On the heap, so that reading one byte too far is seen. */
		copy = malloc(len ? len : 1);
		assert_non_null(copy);
		memcpy(copy, whole, len);
		if (parse_bytes(copy, len, &root, &err) == 0)
			fail_msg("cut to %zu bytes was taken", len);
		free(copy);
	}
}

/* times × text behind head and before tail. */
static struct buf repeat(
    const char *head, const char *text, size_t times, const char *tail)
{
	struct buf xml = {0};
	size_t i;

	buf_append_str(&xml, head);
	for (i = 0; i < times; i++)
		buf_append_str(&xml, text);
	buf_append_str(&xml, tail);
	assert_false(xml.failed);
	return xml;
}

static void limits_hold_at_their_edge(void **state)
{
	struct buf xml;
	struct buf tail = {0};
	struct err err = {0};
	plist_t root = NULL;
	int deep;

	(void)state;
	for (deep = LIMIT_PLIST_DEPTH; deep <= LIMIT_PLIST_DEPTH + 1; deep++) {
		tail = repeat("", "</array>", (size_t)deep, "</plist>");
		xml = repeat("<plist>", "<array>", (size_t)deep,
		    (const char *)tail.data);
		expect_code(parse_bytes(xml.data, xml.len, &root, &err),
		    deep > LIMIT_PLIST_DEPTH ? ERR_LIMIT : ERR_NONE, &err,
		    "depth");
		plist_free(root);
		root = NULL;
		buf_clear(&xml);
		buf_clear(&tail);
	}
	xml = repeat(
	    "<plist><array>", "<true/>", LIMIT_PLIST_TAGS, "</array></plist>");
	expect_code(parse_bytes(xml.data, xml.len, &root, &err), ERR_LIMIT,
	    &err, "tags");
	buf_clear(&xml);
	xml = repeat("<plist><dict>", "<key>k</key><true/>",
	    LIMIT_PLIST_KEYS + 1, "</dict></plist>");
	expect_code(parse_bytes(xml.data, xml.len, &root, &err), ERR_LIMIT,
	    &err, "keys");
	buf_clear(&xml);
	xml = repeat("<plist><string>", "&amp;", LIMIT_PLIST_ENTITIES + 1,
	    "</string></plist>");
	expect_code(parse_bytes(xml.data, xml.len, &root, &err), ERR_LIMIT,
	    &err, "entities");
	buf_clear(&xml);
	assert_int_equal(xplist_parse((const uint8_t *)"<plist><dict/></plist>",
	                     22, 21, &root, &err),
	    -(int)ERR_LIMIT);
	assert_null(root);
}

static long cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void expect_quick(struct buf *xml, const char *what)
{
	struct err err = {0};
	plist_t root = NULL;
	long before = cpu_us();
	long used;

	if (parse_bytes(xml->data, xml->len, &root, &err) == 0)
		plist_free(root);
	used = cpu_us() - before;
	printf("%-28s %8zu bytes %6ld us\n", what, xml->len, used);
	if (used > TIME_LIMIT_US * SANITIZER_FACTOR)
		fail_msg("%s: %ld us", what, used);
	buf_clear(xml);
}

/* Inputs that are dear for libplist if nobody stands before it. */
static void the_dearest_input_stays_cheap(void **state)
{
	struct buf xml;
	struct buf tail;
	size_t i;

	(void)state;
	xml = repeat("<plist><array>", "<array/>", 49999, "</array></plist>");
	expect_quick(&xml, "all tags");
	tail = repeat("", "</array>", 100000, "</plist>");
	xml = repeat("<plist>", "<array>", 100000, (const char *)tail.data);
	buf_clear(&tail);
	expect_quick(&xml, "100,000 open arrays");
	tail = repeat("", "x", 1000 * 1000, "</string></plist>");
	xml = repeat("<plist><string>", "&amp;", 60, (const char *)tail.data);
	buf_clear(&tail);
	expect_quick(&xml, "entities before long text");
	xml = repeat("<plist><string>", "&amp;", 3500, "</string></plist>");
	expect_quick(&xml, "entities");
	xml = repeat("<plist><dict>", "<key>k</key><true/>", LIMIT_PLIST_KEYS,
	    "</dict></plist>");
	expect_quick(&xml, "one key, many times");
	xml = repeat("<plist>", "<!---->", 600000, "<dict/></plist>");
	expect_quick(&xml, "comments");
	xml = repeat("<plist><string>", "<!---->", 49000, "</string></plist>");
	expect_quick(&xml, "comments inside text");
	/* Dictionaries as full as allowed: new keys, then one of them again
	 * and again, which libplist looks for from the front. */
	xml = repeat("<plist><array>", "", 0, "");
	for (i = 0; i < 48; i++) {
		int k;

		buf_append_str(&xml, "<dict>");
		for (k = 0; k < LIMIT_PLIST_KEYS; k++)
			buf_printf(&xml, "<key>%d</key><true/>",
			    k < LIMIT_PLIST_KEYS / 2
			        ? k
			        : LIMIT_PLIST_KEYS / 2 - 1);
		buf_append_str(&xml, "</dict>");
	}
	buf_append_str(&xml, "</array></plist>");
	expect_quick(&xml, "repeated last keys");
}

/* --- getters -------------------------------------------------------------- */

static plist_t sample_dict(void)
{
	struct buf xml = plist_of(
	    "<key>s</key><string>caf\xc3\xa9 &amp; t\xc3\xa9</string>"
	    "<key>empty</key><string></string>"
	    "<key>d</key><data>AAECAw==</data><key>d0</key><data></data>"
	    "<key>t</key><true/><key>f</key><false/>"
	    "<key>i</key><integer>-42</integer>"
	    "<key>min</key><integer>-9223372036854775808</integer>"
	    "<key>max</key><integer>9223372036854775807</integer>"
	    "<key>big</key><integer>18446744073709551615</integer>"
	    "<key>whole</key><real>30</real><key>r</key><real>0.54</real>"
	    "<key>huge</key><real>1e300</real>"
	    "<key>date</key><date>2026-11-22T07:38:25Z</date>"
	    "<key>far</key><date>9999-01-01T00:00:00Z</date>"
	    "<key>a</key><array><string>x</string></array>"
	    "<key>o</key><dict><key>in</key><true/></dict>");
	plist_t root = NULL;
	struct err err = {0};

	if (parse_bytes(xml.data, xml.len, &root, &err) != 0)
		fail_msg("%s", err.text);
	buf_clear(&xml);
	return root;
}

static void getters_read_values(void **state)
{
	plist_t root = sample_dict();
	struct err err = {0};
	char text[32] = "untouched";
	const uint8_t *data = NULL;
	size_t len = 99;
	bool flag = false;
	int64_t number = 7;
	double real = 7;
	plist_t node = NULL;

	(void)state;
	assert_int_equal(
	    xplist_get_string(root, "s", text, sizeof(text), &err), 1);
	assert_string_equal(text, "caf\xc3\xa9 & t\xc3\xa9");
	assert_int_equal(
	    xplist_get_string(root, "empty", text, sizeof(text), &err), 1);
	assert_string_equal(text, "");
	assert_int_equal(xplist_get_data(root, "d", &data, &len, &err), 1);
	assert_int_equal(len, 4);
	assert_memory_equal(data, "\0\1\2\3", 4);
	assert_int_equal(xplist_get_data(root, "d0", &data, &len, &err), 1);
	assert_int_equal(len, 0);
	assert_non_null(data);
	assert_int_equal(xplist_get_bool(root, "t", &flag, &err), 1);
	assert_true(flag);
	assert_int_equal(xplist_get_bool(root, "f", &flag, &err), 1);
	assert_false(flag);
	assert_int_equal(xplist_get_integer(root, "i", &number, &err), 1);
	assert_int_equal(number, -42);
	assert_int_equal(xplist_get_integer(root, "min", &number, &err), 1);
	assert_true(number == INT64_MIN);
	assert_int_equal(xplist_get_integer(root, "max", &number, &err), 1);
	assert_true(number == INT64_MAX);
	assert_int_equal(xplist_get_integer(root, "whole", &number, &err), 1);
	assert_int_equal(number, 30);
	assert_int_equal(xplist_get_real(root, "r", &real, &err), 1);
	assert_true(real > 0.53 && real < 0.55);
	assert_int_equal(xplist_get_real(root, "i", &real, &err), 1);
	assert_true(real < -41.9 && real > -42.1);
	assert_int_equal(xplist_get_date(root, "date", &number, &err), 1);
	assert_true(number == INT64_C(1795333105000));
	assert_int_equal(xplist_get_array(root, "a", &node, &err), 1);
	assert_int_equal(plist_array_get_size(node), 1);
	assert_string_equal(
	    xplist_text(plist_array_get_item(node, 0), NULL), "x");
	assert_int_equal(xplist_get_dict(root, "o", &node, &err), 1);
	assert_int_equal(xplist_get_bool(node, "in", &flag, &err), 1);
	plist_free(root);
}

static void getters_refuse_wrong_types(void **state)
{
	plist_t root = sample_dict();
	struct err err = {0};
	char text[4] = "ab";
	const uint8_t *data;
	size_t len;
	bool flag;
	int64_t number = 7;
	double real;
	plist_t node;

	(void)state;
	expect_code(xplist_get_string(root, "i", text, sizeof(text), &err),
	    ERR_INVALID, &err, "integer as string");
	assert_string_equal(err.text, "key i: not a string");
	expect_code(xplist_get_string(root, "s", text, sizeof(text), &err),
	    ERR_LIMIT, &err, "too long");
	assert_string_equal(text, "ab");
	expect_code(xplist_get_data(root, "s", &data, &len, &err), ERR_INVALID,
	    &err, "string as data");
	expect_code(xplist_get_bool(root, "i", &flag, &err), ERR_INVALID, &err,
	    "integer as bool");
	expect_code(xplist_get_integer(root, "big", &number, &err), ERR_LIMIT,
	    &err, "above 63 bits");
	expect_code(xplist_get_integer(root, "r", &number, &err), ERR_INVALID,
	    &err, "a fraction");
	expect_code(xplist_get_integer(root, "huge", &number, &err),
	    ERR_INVALID, &err, "beyond 53 bits");
	expect_code(xplist_get_integer(root, "t", &number, &err), ERR_INVALID,
	    &err, "bool as integer");
	assert_int_equal(number, 7);
	expect_code(xplist_get_real(root, "s", &real, &err), ERR_INVALID, &err,
	    "string as real");
	expect_code(xplist_get_date(root, "s", &number, &err), ERR_INVALID,
	    &err, "string as date");
	expect_code(xplist_get_date(root, "far", &number, &err), ERR_LIMIT,
	    &err, "a far date");
	expect_code(xplist_get_array(root, "o", &node, &err), ERR_INVALID, &err,
	    "dict as array");
	expect_code(xplist_get_dict(root, "a", &node, &err), ERR_INVALID, &err,
	    "array as dict");
	assert_int_equal(xplist_get_bool(root, "none", &flag, &err), 0);
	assert_int_equal(xplist_get_bool(NULL, "t", &flag, &err), 0);
	expect_code(xplist_need_string(root, "none", text, sizeof(text), &err),
	    ERR_INVALID, &err, "missing");
	expect_code(xplist_need_string(root, "empty", text, sizeof(text), &err),
	    ERR_INVALID, &err, "empty");
	assert_null(xplist_text(NULL, NULL));
	plist_free(root);
}

static void writes_what_it_reads(void **state)
{
	plist_t root = plist_new_dict();
	plist_t again = NULL;
	struct buf xml = {0};
	struct err err = {0};
	char text[64];
	int64_t number;
	const uint8_t *data;
	size_t len;

	(void)state;
	assert_int_equal(
	    xplist_set_text(root, "s", "<&> \"\xc3\xa5\"\n\t", &err), 0);
	assert_int_equal(xplist_set_text(root, "none", NULL, &err), 0);
	expect_code(xplist_set_text(root, "x", "\x01", &err), ERR_INVALID, &err,
	    "control");
	expect_code(xplist_set_text(root, "x", "\xff", &err), ERR_INVALID, &err,
	    "no UTF-8");
	expect_code(xplist_set_data(root, "x", NULL, 0, &err), ERR_INVALID,
	    &err, "no data");
	xplist_set_integer(root, "n", -5);
	assert_int_equal(
	    xplist_set_data(root, "d", (const uint8_t *)"\0\xff", 2, &err), 0);
	assert_int_equal(xplist_encode(root, &xml, &err), 0);
	assert_int_equal(parse_bytes(xml.data, xml.len, &again, &err), 0);
	assert_int_equal(plist_dict_get_size(again), 3);
	assert_int_equal(
	    xplist_get_string(again, "s", text, sizeof(text), &err), 1);
	assert_string_equal(text, "<&> \"\xc3\xa5\"\n\t");
	assert_int_equal(xplist_get_integer(again, "n", &number, &err), 1);
	assert_int_equal(number, -5);
	xplist_wipe_data(again, "d");
	assert_int_equal(xplist_get_data(again, "d", &data, &len, &err), 1);
	assert_memory_equal(data, "\0\0", 2);
	plist_free(again);
	plist_free(root);
	buf_clear(&xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_every_usual_and_unusual_form),
	    cmocka_unit_test(refuses_every_malformed_form),
	    cmocka_unit_test(names_the_forms_it_does_not_take),
	    cmocka_unit_test(refuses_nul_anywhere),
	    cmocka_unit_test(refuses_every_cut),
	    cmocka_unit_test(limits_hold_at_their_edge),
	    cmocka_unit_test(the_dearest_input_stays_cheap),
	    cmocka_unit_test(getters_read_values),
	    cmocka_unit_test(getters_refuse_wrong_types),
	    cmocka_unit_test(writes_what_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
