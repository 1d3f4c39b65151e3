/*
 * pack_overlay_test: does a pack that stands on another change exactly what it
 * says, and is each way to build a tower that falls refused with file and line?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "policies/pack.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

#define DATA WP_SOURCE_DIR "/tests/policy/data"

static struct pack *load(const char *folder)
{
	struct pack *pack = NULL;
	struct err err = {0};

	if (pack_load(folder, &pack, &err))
		fail_msg("%s", err.text);
	return pack;
}

static void test_changes_by_id(void **state)
{
	struct pack *base = load(DATA "/exempelkoping");
	struct pack *pack = load(DATA "/overlay");
	const struct pack_rule *rule;

	(void)state;
	assert_string_equal(pack_name(pack), "overlay");
	assert_string_equal(pack_extends(pack), "exempelkoping");
	/* What it does not say comes from below. */
	assert_string_equal(pack_organisation(pack), "Exempelby kommun");
	assert_string_equal(pack_time_zone(pack), "Europe/Stockholm");
	assert_int_equal(pack_country(pack), PACK_COUNTRY_SE);
	assert_int_equal(pack_language_count(pack), 2);
	assert_int_equal(pack_rule_count(pack), pack_rule_count(base) + 1);
	/* Level, freshness, grace and settings of one rule … */
	rule = pack_rule_find(pack, "EXA-01");
	assert_int_equal(rule->level, PACK_SHOULD);
	assert_int_equal(rule->proof_count, 3);
	assert_int_equal(rule->proof[0].fresh_ms, 48 * TIME_HOUR_MS);
	assert_int_equal(rule->proof[1].fresh_ms, 12 * TIME_HOUR_MS);
	assert_int_equal(rule->grace->steps_count, 1);
	assert_int_equal(rule->passcode->min_length, 8);
	assert_string_equal(rule->changed_by, "overlay");
	assert_int_equal(rule->source.line, 14);
	/* … and none of another, nor of the pack below. */
	rule = pack_rule_find(pack, "EXA-03");
	assert_int_equal(rule->level, PACK_URGED);
	assert_null(rule->changed_by);
	rule = pack_rule_find(base, "EXA-01");
	assert_int_equal(rule->level, PACK_MUST);
	assert_int_equal(rule->passcode->min_length, 6);
	assert_int_equal(rule->proof[0].fresh_ms, 24 * TIME_HOUR_MS);
	pack_free(base);
	pack_free(pack);
}

/* Waived with its reason: nothing is set, measured or gated by it. */
static void test_waives(void **state)
{
	struct pack *pack = load(DATA "/overlay");
	const struct pack_rule *rule = pack_rule_find(pack, "EXA-02");

	(void)state;
	assert_int_equal(rule->class, PACK_WAIVED);
	assert_int_equal(rule->waiver->because, PACK_WAIVER_DECISION);
	assert_string_equal(rule->waiver->replaced_by, "EXA-01");
	assert_null(rule->passcode);
	assert_int_equal(rule->proof_count, 0);
	pack_free(pack);
}

static void test_adds_rules_and_texts(void **state)
{
	struct pack *pack = load(DATA "/overlay");
	const struct pack_rule *rule = pack_rule_find(pack, "EXB-01");

	(void)state;
	assert_non_null(rule);
	/* Its document is the overlay's own. */
	assert_string_equal(rule->cited->decision, "KS 2025-03-01 § 9");
	assert_string_equal(
	    pack_text_find(pack, "sv", "EXB-01")->title, "Egen regel");
	/* A changed text stands over the one below, in that language only. */
	assert_string_equal(
	    pack_text_find(pack, "sv", "EXA-01")->title, "Åtta siffror");
	assert_string_equal(
	    pack_text_find(pack, "en", "EXA-01")->title, "Code");
	assert_string_equal(pack_profile_text_find(pack, NULL)->name,
	    "Exempelköpings telefonregler");
	assert_string_equal(
	    pack_parameters(pack)->switchboard_number, "010-000 00 00");
	assert_int_equal(pack_document_count(pack), 2);
	pack_free(pack);
}

static void test_hash_holds_the_base(void **state)
{
	struct pack *base = load(DATA "/exempelkoping");
	struct pack *pack = load(DATA "/overlay");
	char one[PACK_HASH_TEXT_MAX];
	char other[PACK_HASH_TEXT_MAX];

	(void)state;
	pack_hash_text(base, one);
	pack_hash_text(pack, other);
	assert_string_not_equal(one, other);
	pack_free(base);
	pack_free(pack);
}

/* Towers ------------------------------------------------------------------ */

struct room {
	char path[64];
};

static void room_make(struct room *room)
{
	(void)snprintf(room->path, sizeof(room->path), "/tmp/overlay.XXXXXX");
	assert_non_null(mkdtemp(room->path));
}

static void file_put(const struct room *room, const char *pack,
    const char *name, const char *text)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", room->path, pack);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/%s/%s", room->path, pack, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static void pack_put(const struct room *room, const char *name,
    const char *extends, const char *more)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	    "format: 2\nname: %s\nextends: %s\n%s", name, extends, more);
	file_put(room, name, "pack.yaml", text);
}

static void base_put(const struct room *room)
{
	file_put(room, "base", "pack.yaml",
	    "format: 2\nname: base\norganisation: O\nowner: w\ncountry: SE\n"
	    "time_zone: Europe/Stockholm\nlanguages: [sv]\n"
	    "documents: [{id: d, title: t, decision: x}]\nrules:\n"
	    "  - {id: EX-1, class: inform, level: must, binds: [employee], "
	    "subject: person, source: {document: d, section: s, line: 1}}\n");
	file_put(room, "base", "texts.sv.yaml",
	    "language: sv\nprofile: {name: n, description: d}\ntexts:\n"
	    "  - {rule: EX-1, title: t, demand: d, why: w}\n");
}

static void room_remove(const struct room *room, const char *const names[])
{
	char path[256];
	size_t i;

	for (i = 0; names[i]; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s/pack.yaml",
		    room->path, names[i]);
		(void)unlink(path);
		(void)snprintf(path, sizeof(path), "%s/%s/texts.sv.yaml",
		    room->path, names[i]);
		(void)unlink(path);
		(void)snprintf(
		    path, sizeof(path), "%s/%s", room->path, names[i]);
		(void)rmdir(path);
	}
	assert_int_equal(rmdir(room->path), 0);
}

static void refused(const struct room *room, const char *pack, const char *says)
{
	char folder[256];
	struct pack *out = NULL;
	struct err err = {0};

	(void)snprintf(folder, sizeof(folder), "%s/%s", room->path, pack);
	assert_int_not_equal(pack_load(folder, &out, &err), 0);
	assert_null(out);
	if (!strstr(err.text, says) || !strstr(err.text, "pack.yaml"))
		fail_msg("%s\ninstead of: %s", err.text, says);
}

static void test_cycles(void **state)
{
	static const char *const names[] = {"a", "b", "c", "base", NULL};
	struct room room;

	(void)state;
	room_make(&room);
	base_put(&room);
	pack_put(&room, "a", "a", "");
	refused(&room, "a", ":3: extends: the pack 'a' would stand on itself");
	pack_put(&room, "a", "b", "");
	pack_put(&room, "b", "c", "");
	pack_put(&room, "c", "a", "");
	refused(&room, "a",
	    "c/pack.yaml:3: extends: the pack 'a' would stand on itself");
	/* One that lies about its name does not get round it. */
	pack_put(&room, "c", "base", "");
	file_put(
	    &room, "c", "pack.yaml", "format: 2\nname: other\nextends: base\n");
	refused(&room, "a",
	    ":3: extends: the pack in the folder 'c' calls itself 'other'");
	room_remove(&room, names);
}

static void test_depth(void **state)
{
	static const char *const names[] = {
	    "base", "p1", "p2", "p3", "p4", "p5", NULL};
	struct room room;
	struct pack *pack = NULL;
	struct err err = {0};
	char folder[256];
	unsigned i;

	(void)state;
	room_make(&room);
	base_put(&room);
	for (i = 1; i <= 5; i++)
		pack_put(&room, names[i], names[i - 1],
		    i == 1 ? "changes: [{rule: EX-1, level: urged}]\n" : "");
	(void)snprintf(folder, sizeof(folder), "%s/p4", room.path);
	if (pack_load(folder, &pack, &err))
		fail_msg("%s", err.text);
	assert_int_equal(pack_rule_at(pack, 0)->level, PACK_URGED);
	assert_string_equal(pack_rule_at(pack, 0)->changed_by, "p1");
	pack_free(pack);
	refused(&room, "p5", "p1/pack.yaml:3: extends: more than 4 packs");
	room_remove(&room, names);
}

static void test_bad_changes(void **state)
{
	static const char *const names[] = {"base", "a", NULL};
	static const struct {
		const char *more;
		const char *says;
	} cases[] = {
	    {"changes: [{rule: EX-9, level: must}]\n",
	        ":4: changes[0].rule: the packs below have no rule 'EX-9'"},
	    {"changes: [{rule: EX-1}, {rule: EX-1}]\n",
	        "rule EX-1 is changed here twice"},
	    {"changes: [{rule: EX-1, fresh: [{fact: os.version, fresh: "
	     "1d}]}]\n",
	        "rule EX-1 is not proven by 'os.version'"},
	    {"changes: [{rule: EX-1, class: attest}]\n", "unknown key 'class'"},
	    {"changes: [{rule: EX-1, passcode: {allow_simple: true}}]\n",
	        "missing key 'equipment'"},
	    {"rules:\n  - {id: EX-1, class: inform, level: must, binds: "
	     "[employee], subject: person, source: {document: d, section: s, "
	     "line: 1}}\n",
	        "a pack below has rule EX-1: change it under 'changes'"},
	    {"rules:\n  - {id: EX-2, class: inform, level: must, binds: "
	     "[employee], subject: person, source: {document: d, section: s, "
	     "line: 1}}\n",
	        "sv: no text for rule EX-2"},
	    {"languages: [da]\n", "texts.da.yaml"},
	};
	struct room room;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char folder[256];
		struct pack *out = NULL;
		struct err err = {0};

		room_make(&room);
		base_put(&room);
		pack_put(&room, "a", "base", cases[i].more);
		(void)snprintf(folder, sizeof(folder), "%s/a", room.path);
		assert_int_not_equal(pack_load(folder, &out, &err), 0);
		if (!strstr(err.text, cases[i].says))
			fail_msg("case %zu: %s\ninstead of: %s", i, err.text,
			    cases[i].says);
		room_remove(&room, names);
	}
}

static void test_names_are_no_paths(void **state)
{
	static const char *const names[] = {"a", NULL};
	struct room room;

	(void)state;
	room_make(&room);
	pack_put(&room, "a", "../../etc", "");
	refused(&room, "a", ":3: extends: write the other pack's name");
	pack_put(&room, "a", "nowhere", "");
	refused(&room, "a",
	    "a/pack.yaml:3: extends: no pack 'nowhere' beside this one");
	room_remove(&room, names);
}

/* A pack of one's own may stand on a shipped one somewhere else. */
static void test_library(void **state)
{
	static const char *const names[] = {"mine", NULL};
	struct room room;
	struct pack *pack = NULL;
	struct err err = {0};
	char folder[256];

	(void)state;
	room_make(&room);
	pack_put(&room, "mine", "botkyrka",
	    "organisation: Min kommun\nparameters: {exit_digits: '9'}\n");
	(void)snprintf(folder, sizeof(folder), "%s/mine", room.path);
	assert_int_equal(pack_load(folder, &pack, &err), -ERR_NOT_FOUND);
	if (pack_load_with(
	        folder, WP_SOURCE_DIR "/policies/packs", &pack, &err))
		fail_msg("%s", err.text);
	assert_int_equal(pack_rule_count(pack), 30);
	assert_string_equal(pack_organisation(pack), "Min kommun");
	assert_string_equal(pack_parameters(pack)->exit_digits, "9");
	assert_int_equal(pack_parameters(pack)->callback->n, 2);
	pack_free(pack);
	room_remove(&room, names);
}

/* In memory: laid over what was not checked, twice, or without its base. */
static void test_order_in_memory(void **state)
{
	static const char over[] = "format: 2\nname: over\nextends: base\n";
	struct pack *base = load(DATA "/exempelkoping");
	struct pack *pack = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    pack_parse("o", (const uint8_t *)over, strlen(over), &pack, &err),
	    0);
	assert_int_equal(pack_rule_count(pack), 0);
	assert_int_equal(pack_check(pack, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "that it stands on was not given"));
	/* exempelkoping is not called base. */
	assert_int_equal(pack_lay_over(pack, base, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "calls itself"));
	pack_free(pack);
	pack_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_changes_by_id),
	    cmocka_unit_test(test_waives),
	    cmocka_unit_test(test_adds_rules_and_texts),
	    cmocka_unit_test(test_hash_holds_the_base),
	    cmocka_unit_test(test_cycles),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_bad_changes),
	    cmocka_unit_test(test_names_are_no_paths),
	    cmocka_unit_test(test_library),
	    cmocka_unit_test(test_order_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
