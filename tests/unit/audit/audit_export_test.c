/*
 * audit_export_test: can an exported log be checked without database and
 * server, is whatever was done to the file found, does the export of one person
 * prove what it shows, and can no cell of the CSV run as a formula?
 */
#include <stdlib.h>
#include <string.h>

#include "server/service/audit/audit_file.h"
#include "server/service/audit/audit_lines.h"
#include "tests/unit/audit/audit_world.h"

static struct audit_file judge_with(const char *text, const char *held)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	FILE *kept =
	    held ? fmemopen((void *)(uintptr_t)held, strlen(held), "r") : NULL;
	struct audit_file found;
	struct err err = {0};

	assert_non_null(file);
	if (audit_file_judge(file, kept, towns.orders_key, &found, &err) < 0)
		fail_msg("%s", err.text);
	(void)fclose(file);
	if (kept)
		(void)fclose(kept);
	return found;
}

static struct audit_file judge(const char *text)
{
	return judge_with(text, NULL);
}

static void is_whole(const char *text)
{
	struct audit_file found = judge(text);

	if (found.finding.faults)
		fail_msg("%s", found.finding.sentences[0]);
}

static void is_broken(const char *text, const char *sentence)
{
	struct audit_file found = judge(text);

	if (found.finding.faults == 0)
		fail_msg("whole, expected: %s", sentence);
	if (!strstr(found.finding.sentences[0], sentence))
		fail_msg("\"%s\", expected: %s", found.finding.sentences[0],
		    sentence);
}

/* The line that begins here and what it is replaced by; free() it. */
static char *replaced(const char *text, const char *what, const char *by)
{
	const char *at = strstr(text, what);
	char *out = NULL;

	if (!at)
		fail_msg("the export has no %s", what);
	if (asprintf(&out, "%.*s%s%s", (int)(at - text), text, by,
	        at + strlen(what)) < 0)
		fail_msg("memory");
	return out;
}

static char *fill(void)
{
	world_notes(6);
	world_checkpoint();
	world_notes(3);
	return world_export(NULL, false, 100);
}

static void test_round_trip(void **state)
{
	char *text = fill();
	struct audit_file found = judge(text);

	(void)state;
	is_whole(text);
	assert_string_equal(found.org_id, ada->org_id);
	assert_string_equal(found.person_id, "");
	/* Nine, and the one that says that it was exported. */
	assert_int_equal(found.finding.entries, 10);
	assert_int_equal(found.finding.hidden, 0);
	/* Signed before it went: all of it. */
	assert_int_equal(found.finding.vouched_seq, 10);
	assert_non_null(strstr(text, "audit.exported"));
	assert_true(audit_file_is(text, strlen(text)));
	assert_false(audit_file_is("%PDF-1.7", 8));
	free(text);
}

/* Parts put behind each other are the same file. */
static void test_parts(void **state)
{
	struct audit_file found;
	char *text;

	(void)state;
	world_notes(40);
	world_checkpoint();
	text = world_export(NULL, false, 3);
	is_whole(text);
	found = judge(text);
	assert_int_equal(found.finding.entries, 41);
	free(text);
}

static void test_purged(void **state)
{
	char *text;

	(void)state;
	world_notes(6);
	(void)world_tamper("UPDATE audit_entries SET body = '', salt = x'' "
	                   "WHERE seq = 1");
	text = world_export(NULL, false, 100);
	is_broken(text, "entry 1 was emptied, and no entry says so");
	free(text);
}

/* Every member of a line, changed to something that reads well. */
static void test_every_member(void **state)
{
	static const char *const changes[][2] = {
	    {"{\"seq\":3,", "{\"seq\":30,"},
	    {"08:00:03Z", "08:00:04Z"},
	    {"\"action\":\"wipe.ordered\"", "\"action\":\"wipe.moved\""},
	    {"\"actor\":\"Ada\"", "\"actor\":\"Bea\""},
	    {"\"subject_kind\":\"wipe\"", "\"subject_kind\":\"life\""},
	    {"\"subject_id\":\"" DEVICE "\"", "\"subject_id\":\"x\""},
	    {"\"person_id\":\"" OTHER "\"", "\"person_id\":\"" PERSON "\""},
	    {"\"device_id\":\"" DEVICE "\"", "\"device_id\":null"},
	    {"\"case_id\":\"" DEVICE "\"", "\"case_id\":null"},
	    {"reason 3", "reason 7"},
	    {"\"salt\":\"", "\"salt\":\"00"},
	    {"\"salt\":\"", "\"salt\":null,\"salt\":\""},
	    {"\"entries\":", "\"x\":"},
	    {"\"body_sha256\":\"", "\"body_sha256\":\"ff"},
	    {"{\"seq\":3,", "{\"note\":\"all well\",\"seq\":3,"},
	    {"{\"seq\":3,", "{\"seq\":3.0,"},
	    {"{\"seq\":3,", "{\"seq\":\"3\","},
	    {"{\"seq\":3,", "{\"seq\":-3,"},
	    {"{\"seq\":3,", "{\"seq\":9223372036854775808,"},
	    {"08:00:03Z", "09:00:03+01:00"},
	    {"{\"seq\":3,", "[{\"seq\":3,"},
	    {"{\"seq\":3,", "\xff{\"seq\":3,"},
	    {"{\"end_seq\":10", "{\"end_seq\":11"},
	    {"{\"end_seq\":10", "{\"end_seq\":9"},
	};
	char *text = fill();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		char *changed;

		if (!strstr(text, changes[i][0]))
			continue; /* "entries": no purge here */
		changed = replaced(text, changes[i][0], changes[i][1]);
		if (judge(changed).finding.faults == 0)
			fail_msg("%s → %s", changes[i][0], changes[i][1]);
		free(changed);
	}
	free(text);
}

/* Where line number n begins; n from 0. */
static const char *line_at(const char *text, int n)
{
	while (n-- > 0)
		text = strchr(text, '\n') + 1;
	return text;
}

static int line_count(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* Each line but the first: taken out, and swapped with the next. */
static void test_lines_gone_and_swapped(void **state)
{
	char *text = fill();
	int lines = line_count(text);
	int n;

	(void)state;
	for (n = 1; n < lines; n++) {
		const char *from = line_at(text, n);
		const char *to = line_at(text, n + 1);
		const char *after = n + 2 <= lines ? line_at(text, n + 2) : to;
		char *gone = NULL;
		char *swapped = NULL;

		assert_true(asprintf(&gone, "%.*s%s", (int)(from - text), text,
		                to) > 0);
		/* Without one of its checkpoints the other vouches for less, or
		 * as much. */
		if (strncmp(from, "{\"checkpoint\"", 13) == 0)
			assert_int_equal(judge(gone).finding.checkpoints, 1);
		else
			assert_int_not_equal(judge(gone).finding.faults, 0);
		free(gone);
		if (after == to)
			continue;
		assert_true(asprintf(&swapped, "%.*s%.*s%.*s%s",
		                (int)(from - text), text, (int)(after - to), to,
		                (int)(to - from), from, after) > 0);
		/* In which order they stand says nothing. */
		if (strncmp(from, "{\"checkpoint\"", 13) != 0 ||
		    strncmp(to, "{\"checkpoint\"", 13) != 0)
			assert_int_not_equal(judge(swapped).finding.faults, 0);
		free(swapped);
	}
	free(text);
}

/* Anybody can make one that holds together. */
static void test_nobody_signed(void **state)
{
	char *text = fill();
	char *bare = NULL;
	struct audit_file found;
	FILE *file;

	(void)state;
	assert_true(asprintf(&bare, "%.*s%s", (int)(line_at(text, 1) - text),
	                text, line_at(text, 3)) > 0);
	is_broken(bare, "nobody signed any of it");
	file = fmemopen(bare, strlen(bare), "r");
	assert_int_equal(audit_file_judge(file, NULL, NULL, &found, NULL), 0);
	(void)fclose(file);
	assert_int_equal(found.finding.faults, 1);
	assert_non_null(strstr(found.finding.sentences[0], "the public key"));
	free(bare);
	free(text);
}

/* Cut off at any byte: never whole, but for the last newline. */
static void test_cut_anywhere(void **state)
{
	char *text = fill();
	size_t len = strlen(text);
	size_t at;

	(void)state;
	for (at = len - 2; at > (size_t)(line_at(text, 1) - text); at -= 7) {
		text[at] = '\0';
		assert_int_not_equal(judge(text).finding.faults, 0);
	}
	free(text);
}

/* The end cut off and a new end line written: the checkpoint tells, also one
 * that is not in the file. */
static void test_cut_and_ended(void **state)
{
	char *text = fill();
	const char *checkpoint = line_at(text, 1);
	const char *entries = line_at(text, 3);
	const char *hash;
	char *cut = NULL;
	char *bare = NULL;
	char *held = NULL;

	(void)state;
	hash = strstr(line_at(text, 6), ",\"sha256\":\"");
	assert_true(asprintf(&cut, "%.*s{\"end_seq\":4%.76s}\n",
	                (int)(line_at(text, 7) - text), text, hash) > 0);
	is_broken(cut, "a signed checkpoint names entry 6");
	assert_true(asprintf(&bare, "%.*s%s", (int)(checkpoint - text), text,
	                cut + (entries - text)) > 0);
	is_broken(bare, "nobody signed any of it");
	assert_true(asprintf(&held, "%.*s", (int)(entries - checkpoint),
	                checkpoint) > 0);
	assert_int_equal(judge_with(bare, held).finding.faults, 2);
	free(held);
	free(bare);
	free(cut);
	free(text);
}

static void test_forged_checkpoint(void **state)
{
	char *text = fill();
	char *forged = replaced(
	    text, "{\"checkpoint\":{\"seq\":6,", "{\"checkpoint\":{\"seq\":5,");

	(void)state;
	is_broken(forged, "not signed by this server's key");
	free(forged);
	forged = replaced(text, "\"signature\":\"", "\"signature\":\"AAAA");
	is_broken(forged, "not signed by this server's key");
	free(forged);
	forged = replaced(text, "\"signature\":\"", "\"signature\":\"!");
	is_broken(forged, "line 2");
	free(forged);
	free(text);
}

static void test_no_export_at_all(void **state)
{
	static const char *const texts[] = {"{}\n", "\n", "[]\n",
	    "{\"format\":\"workphone-audit-2\"}\n", "\xff\xfe\n", "%PDF\n"};
	struct audit_file found;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		FILE *file = fmemopen(
		    (void *)(uintptr_t)texts[i], strlen(texts[i]), "r");

		assert_true(
		    audit_file_judge(file, NULL, NULL, &found, NULL) < 0);
		(void)fclose(file);
	}
}

static void test_one_person(void **state)
{
	char sql[300];
	char *text;
	char *changed;
	struct audit_file found;

	(void)state;
	towns_apply(
	    ada, "{\"person\":{\"name\":\"Eva Ek\",\"mail\":\"eva@x.se\"}}\n");
	world_notes(8);
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE people SET id = '" PERSON "' WHERE mail = 'eva@x.se'");
	assert_int_equal(world_tamper(sql), 1);
	world_checkpoint();
	text = world_export("eva@x.se", false, 100);
	is_whole(text);
	found = judge(text);
	assert_string_equal(found.person_id, PERSON);
	assert_int_equal(found.finding.entries, 4 + 1); /* and the export */
	assert_int_equal(found.finding.hidden, 4 + 2);  /* her row, its file */
	assert_int_equal(found.finding.vouched_seq, 11);
	/* Nothing of the others is in it. */
	assert_null(strstr(text, OTHER));
	assert_null(strstr(text, "reason 1"));
	assert_non_null(strstr(text, "reason 2"));
	/* And what is not shown cannot be exchanged. */
	changed = replaced(text, "\"entry_sha256\":\"", "\"entry_sha256\":\"0");
	assert_int_not_equal(judge(changed).finding.faults, 0);
	free(changed);
	free(text);
}

static void test_csv_cells(void **state)
{
	static const char *const dangerous[] = {"=1+1", "+1", "-1", "@SUM(A1)",
	    "\t=1", "\r=1", "=cmd|' /C calc'!A0"};
	static const struct {
		const char *text;
		const char *cell;
	} cells[] = {{"", "\"\""}, {"a=b", "\"a=b\""},
	    {"say \"hi\", ok", "\"say \"\"hi\"\", ok\""},
	    {"two\nlines", "\"two\nlines\""}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(dangerous) / sizeof(dangerous[0]); i++) {
		struct buf out = {0};

		audit_csv_cell(&out, dangerous[i]);
		assert_memory_equal(out.data, "\"'", 2);
		assert_memory_equal(
		    out.data + 2, dangerous[i], strlen(dangerous[i]));
		buf_clear(&out);
	}
	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct buf out = {0};

		audit_csv_cell(&out, cells[i].text);
		assert_string_equal((const char *)out.data, cells[i].cell);
		buf_clear(&out);
	}
}

static void test_csv(void **state)
{
	const struct audit_note note = {
	    .action = AUDIT_WIPE_ORDERED,
	    .org_id = ada->org_id,
	    .by = "=HYPERLINK(\"http://x\")",
	    .why = "+46 is \"a\" prefix",
	    .params = {{"serial", "@C39"}, {"life", "x"}},
	};
	char *text;

	(void)state;
	world_note(&note);
	text = world_export(NULL, true, 100);
	assert_non_null(strstr(text, ",\"'=HYPERLINK(\"\"http://x\"\")\","));
	assert_non_null(strstr(text, ",\"'+46 is \"\"a\"\" prefix\","));
	assert_non_null(strstr(text, ",\"serial: @C39; life: x\"\r\n"));
	assert_int_equal(line_count(text), 3);
	free(text);
}

#define IN_WORLD(test)                                                         \
	cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_WORLD(test_round_trip),
	    IN_WORLD(test_parts),
	    IN_WORLD(test_purged),
	    IN_WORLD(test_every_member),
	    IN_WORLD(test_lines_gone_and_swapped),
	    IN_WORLD(test_nobody_signed),
	    IN_WORLD(test_cut_anywhere),
	    IN_WORLD(test_cut_and_ended),
	    IN_WORLD(test_forged_checkpoint),
	    cmocka_unit_test(test_no_export_at_all),
	    IN_WORLD(test_one_person),
	    cmocka_unit_test(test_csv_cells),
	    IN_WORLD(test_csv),
	};

	return cmocka_run_group_tests(
	    tests, world_keys_make, world_keys_remove);
}
