/*
 * xyaml_test: is YAML from people read strictly, with the exact line in every
 * complaint, and does hostile YAML stay cheap?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "policies/xyaml.h"
#include "proto/base/buf.h"

struct entry {
	char *id;
	unsigned flags;
};

struct sheet {
	char *name;
	unsigned number;
	int64_t offset;
	bool on;
	int colour;
	struct entry *list;
	unsigned list_count;
	struct entry *more;
};

static const cyaml_strval_t colours[] = {{"red", 1}, {"green", 2}};

static const cyaml_schema_field_t entry_fields[] = {
    CYAML_FIELD_STRING_PTR("id", CYAML_FLAG_POINTER, struct entry, id, 1, 8),
    CYAML_FIELD_FLAGS("flags", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL,
        struct entry, flags, colours, 2),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct entry, entry_fields),
};

static const cyaml_schema_field_t sheet_fields[] = {
    CYAML_FIELD_STRING_PTR(
        "name", CYAML_FLAG_POINTER, struct sheet, name, 0, CYAML_UNLIMITED),
    CYAML_FIELD_UINT("number", CYAML_FLAG_OPTIONAL, struct sheet, number),
    CYAML_FIELD_INT("offset", CYAML_FLAG_OPTIONAL, struct sheet, offset),
    CYAML_FIELD_BOOL("on", CYAML_FLAG_OPTIONAL, struct sheet, on),
    CYAML_FIELD_ENUM("colour", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL,
        struct sheet, colour, colours, 2),
    CYAML_FIELD_SEQUENCE("list", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
        struct sheet, list, &entry, 1, 3),
    CYAML_FIELD_MAPPING_PTR("more", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
        struct sheet, more, entry_fields),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct sheet, sheet_fields),
};

static int load(const void *data, size_t len, struct sheet **out,
    struct xyaml_outline **outline, struct err *err)
{
	struct xyaml_text text = {"a.yaml", data, len, 1024 * 1024};
	void *loaded = NULL;
	int rc = xyaml_load(&text, &schema, &loaded, outline, err);

	if (out)
		*out = loaded;
	else
		xyaml_free(&schema, loaded);
	return rc;
}

static void test_values_arrive(void **state)
{
	static const char yaml[] = "name: \"x # y\"\nnumber: 4294967295\n"
	                           "offset: -9223372036854775807\non: true\n"
	                           "colour: green\nlist:\n  - id: a\n"
	                           "    flags: [red, green]\n  - {id: b}\n";
	struct xyaml_outline *outline = NULL;
	struct sheet *sheet = NULL;

	(void)state;
	assert_int_equal(
	    load(yaml, sizeof(yaml) - 1, &sheet, &outline, NULL), 0);
	assert_string_equal(sheet->name, "x # y");
	assert_int_equal(sheet->number, UINT32_MAX);
	assert_true(sheet->offset == -INT64_MAX);
	assert_true(sheet->on);
	assert_int_equal(sheet->colour, 2);
	assert_int_equal(sheet->list_count, 2);
	assert_int_equal(sheet->list[0].flags, 3);
	assert_null(sheet->more);
	assert_int_equal(xyaml_line(outline, "colour"), 5);
	assert_int_equal(xyaml_line(outline, "list[1].id"), 9);
	/* What is absent is reported at what is around it. */
	assert_int_equal(xyaml_line(outline, "list[1].flags"), 9);
	assert_int_equal(xyaml_line(outline, "more.id"), 1);
	assert_true(xyaml_has(outline, "number"));
	assert_false(xyaml_has(outline, "more"));
	xyaml_outline_free(outline);
	xyaml_free(&schema, sheet);
}

#define SAY(line, words) "a.yaml:" line ": " words
static const struct {
	const char *yaml;
	const char *says; /* the beginning of the sentence */
} refused[] = {
    {"", SAY("1", "the file is empty")},
    {"# only a comment\n", SAY("2", "the file holds no keys")},
    {"- a\n", SAY("1", "needs a group of keys, not a list")},
    {"a\n", SAY("1", "needs a group of keys, not a single value")},
    {"number: 1\n", SAY("1", "missing key 'name': add it")},
    {"name: a\nnumbr: 1\n",
        SAY("2", "unknown key 'numbr': did you mean 'number'? (known: name,")},
    {"name: a\nzzzz: 1\n", SAY("2", "unknown key 'zzzz' (known: name,")},
    {"name: a\nname: b\n", SAY("2", "key 'name' stands here twice")},
    {"name: a\n<<: {on: true}\n", SAY("2", "unknown key '<<'")},
    {"name: a\n? [x]\n: 1\n", SAY("2", "a key has to be a word")},
    {"name:\non: true\n", SAY("1", "name: has no value")},
    {"name: ~\n", SAY("1", "name: has no value")},
    {"name: [a]\n", SAY("1", "name: needs a single value, not a list")},
    {"name: a\nnumber: many\n", SAY("2", "number: needs a whole decimal")},
    {"name: a\nnumber: 5abc\n", SAY("2", "number: needs a whole decimal")},
    {"name: a\nnumber: 010\n", SAY("2", "number: needs a whole decimal")},
    {"name: a\nnumber: 0x10\n", SAY("2", "number: needs a whole decimal")},
    {"name: a\nnumber: -1\n", SAY("2", "number: needs a whole decimal")},
    {"name: a\nnumber: 1.5\n", SAY("2", "number: needs a whole decimal")},
    {"name: a\nnumber: \"5\"\n", SAY("2", "number: needs a whole decimal")},
    {"name: a\nnumber: 4294967296\n",
        SAY("2", "number: needs a whole decimal")},
    {"name: a\non: maybe\n", SAY("2", "on: needs true or false, not 'maybe'")},
    {"name: a\non: yes\n", SAY("2", "on: needs true or false, not 'yes'")},
    {"name: a\non: 1\n", SAY("2", "on: needs true or false, not '1'")},
    {"name: a\ncolour: gren\n",
        SAY("2", "colour: unknown value 'gren': did you mean 'green'?")},
    {"name: a\ncolour: 2\n", SAY("2", "colour: unknown value '2'")},
    {"name: a\nlist: {}\n", SAY("2", "list: needs a list, not a group")},
    {"name: a\nlist: []\n", SAY("2", "list: needs at least 1 entries")},
    {"name: a\nlist:\n  - id: a\n  - id: b\n  - id: c\n  - id: d\n",
        SAY("6", "list: more than 3 entries")},
    {"name: a\nlist:\n  - id: a\n  -\n    flags: [red]\n",
        SAY("5", "list[1]: missing key 'id': add it")},
    {"name: a\nlist:\n  - id: toolongtext\n",
        SAY("3", "list[0].id: longer than 8 bytes")},
    {"name: a\nlist:\n  - id: \"\"\n",
        SAY("3", "list[0].id: needs at least 1 bytes")},
    {"name: a\nlist:\n  - id: a\n    flags: [red, blue]\n",
        SAY("4", "list[0].flags[1]: unknown value 'blue'")},
    {"name: a\nmore:\n  id: a\n  is: b\n",
        SAY("4", "more: unknown key 'is': did you mean 'id'?")},
    {"name: &x a\n", SAY("1", "name: anchors (&) and aliases")},
    {"name: a\nmore: *x\n", SAY("2", "more: anchors (&) and aliases")},
    {"name: !!str a\n", SAY("1", "name: tags (!) are not taken")},
    {"name: a\nmore: !x {id: a}\n", SAY("2", "more: tags (!)")},
    {"%YAML 1.1\n---\nname: a\n", SAY("1", "YAML directives")},
    {"name: a\n---\nname: b\n", SAY("2", "a second document begins")},
    {"name: a\n\ton: true\n", SAY("2", "not well-formed YAML: ")},
    {"name: a\nlist: [}\n", SAY("2", "not well-formed YAML: ")},
    {"name: \"a\n", SAY("2", "not well-formed YAML: ")},
    {"name: \"a\\0b\"\n", SAY("1", "name: holds a control character")},
    {"name: \"a\\x1bb\"\n", SAY("1", "name: holds a control character")},
    {"name: a\x01\n", SAY("1", "control character 0x01")},
    {"name: a\nmore:\n  id: \xff\xfe\n", SAY("1", "not UTF-8")},
};

static void test_refusals_name_the_line(void **state)
{
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_not_equal(
		    load(refused[i].yaml, strlen(refused[i].yaml), NULL, NULL,
		        &err),
		    0);
		if (strncmp(err.text, refused[i].says,
		        strlen(refused[i].says)) != 0)
			fail_msg("case %zu says: %s\n instead of: %s", i,
			    err.text, refused[i].says);
		assert_null(strchr(err.text, '\n'));
	}
}

static void test_nul_and_utf16_are_refused(void **state)
{
	static const char nul[] = "name: a\0b\n";
	static const char utf16[] = "\xff\xfen\0a\0m\0e\0:\0 \0a\0\n\0";
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    load(nul, sizeof(nul) - 1, NULL, NULL, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "0x00"));
	assert_int_equal(
	    load(utf16, sizeof(utf16) - 1, NULL, NULL, &err), -ERR_INVALID);
}

/* A text of `count` repeats between a head and a tail. */
static struct buf repeated(
    const char *head, const char *again, size_t count, const char *tail)
{
	struct buf buf = {0};
	size_t i;

	buf_append_str(&buf, head);
	for (i = 0; i < count; i++)
		buf_append_str(&buf, again);
	buf_append_str(&buf, tail);
	return buf;
}

/* Each would cost seconds or gigabytes in a lax reader. */
static const struct {
	const char *head;
	const char *again;
	size_t count;
	const char *tail;
} hostile[] = {
    {"name: ", "[", 1000000, ""},
    {"name: ", "{a: ", 250000, ""},
    {"name: ", "- ", 500000, ""},
    {"", "? ", 500000, ""},
    {"name: a\nlist: [", "{id: a},", 120000, "]\n"},
    {"name: ", "\"", 1000000, ""},
    {"name: ", "a\n ", 300000, "\n"},
    {"name: |\n", " a\n", 300000, "\n"},
    {"", "%TAG !a! b\n", 90000, "---\nname: a\n"},
    {"", "# comment\n", 100000, "name: a\nx: 1\n"},
    {"a: &a [b,b]\nb: &b [", "*a,", 300000, "]\n"},
    {"name: ", "&a ", 300000, "b\n"},
    {"", "name: a\n", 100000, ""},
    {"name: a\n", "\t", 900000, "b"},
    {"name: 'a", "\n", 900000, ""},
};

static void test_hostile_is_cheap(void **state)
{
	struct buf buf;
	clock_t start;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		buf = repeated(hostile[i].head, hostile[i].again,
		    hostile[i].count, hostile[i].tail);
		start = clock();
		assert_int_not_equal(
		    load(buf.data, buf.len, NULL, NULL, NULL), 0);
		/* Under sanitizers; a tenth of it without them. */
		if (clock() - start > 2 * CLOCKS_PER_SEC)
			fail_msg("hostile text %zu took %g s", i,
			    (double)(clock() - start) / CLOCKS_PER_SEC);
		buf_clear(&buf);
	}
}

static void test_size_limit(void **state)
{
	struct buf buf = repeated("name: a\n#", "x", 1024 * 1024, "\n");
	struct err err = {0};

	(void)state;
	assert_int_equal(load(buf.data, buf.len, NULL, NULL, &err), -ERR_LIMIT);
	assert_non_null(strstr(err.text, "larger than 1048576 bytes"));
	buf_clear(&buf);
}

static void test_long_foreign_text_is_cut_whole(void **state)
{
	struct buf buf = repeated("name: a\n", "å", 3000, ": 1\n");
	struct err err = {0};

	(void)state;
	assert_int_not_equal(load(buf.data, buf.len, NULL, NULL, &err), 0);
	buf_clear(&buf);
	buf = repeated("name: a\n", "å", 200, ": 1\n");
	assert_int_equal(
	    load(buf.data, buf.len, NULL, NULL, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "å...'"));
	buf_clear(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values_arrive),
	    cmocka_unit_test(test_refusals_name_the_line),
	    cmocka_unit_test(test_nul_and_utf16_are_refused),
	    cmocka_unit_test(test_hostile_is_cheap),
	    cmocka_unit_test(test_size_limit),
	    cmocka_unit_test(test_long_foreign_text_is_cut_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
