/*
 * pack_test: does a good pack load whole, and does each way to spoil it give a
 * sentence with file and line and the way out?
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
#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"

#define BASE WP_SOURCE_DIR "/tests/policy/data/exempelkoping"

static const char *const files[] = {
    "pack.yaml", "texts.sv.yaml", "texts.en.yaml"};
#define FILES (sizeof(files) / sizeof(files[0]))

/* A copy of the base pack to spoil. */
struct folder {
	char path[64];
};

static void file_path(const char *folder, const char *name, char out[256])
{
	(void)snprintf(out, 256, "%s/%s", folder, name);
}

static void file_get(const char *folder, const char *name, struct buf *out)
{
	char path[256];
	char block[4096];
	size_t got;
	FILE *file;

	file_path(folder, name, path);
	file = fopen(path, "rb");
	assert_non_null(file);
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		buf_append(out, block, got);
	(void)fclose(file);
}

static void file_put(
    const char *folder, const char *name, const void *data, size_t len)
{
	char path[256];
	FILE *file;

	file_path(folder, name, path);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void folder_make(struct folder *folder)
{
	struct buf buf = {0};
	size_t i;

	(void)snprintf(
	    folder->path, sizeof(folder->path), "/tmp/pack_test.XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	for (i = 0; i < FILES; i++) {
		buf_reset(&buf);
		file_get(BASE, files[i], &buf);
		file_put(folder->path, files[i], buf.data, buf.len);
	}
	buf_clear(&buf);
}

static void folder_remove(struct folder *folder)
{
	char path[256];
	size_t i;

	for (i = 0; i < FILES; i++) {
		file_path(folder->path, files[i], path);
		(void)unlink(path);
		(void)rmdir(path);
	}
	assert_int_equal(rmdir(folder->path), 0);
}

/* Replaces the first `old` in the file. */
static void file_spoil(const struct folder *folder, const char *name,
    const char *old, const char *new)
{
	struct buf buf = {0};
	struct buf out = {0};
	const char *at;
	size_t before;

	file_get(folder->path, name, &buf);
	at = strstr((const char *)buf.data, old);
	if (!at)
		fail_msg("%s does not hold: %s", name, old);
	before = (size_t)(at - (const char *)buf.data);
	buf_append(&out, buf.data, before);
	buf_append_str(&out, new);
	buf_append_str(&out, at + strlen(old));
	file_put(folder->path, name, out.data, out.len);
	buf_clear(&buf);
	buf_clear(&out);
}

static struct pack *pack_base(void)
{
	struct pack *pack = NULL;
	struct err err = {0};

	if (pack_load(BASE, &pack, &err))
		fail_msg("%s", err.text);
	return pack;
}

static void test_good_pack_is_whole(void **state)
{
	struct pack *pack = pack_base();
	const struct pack_rule *rule;

	(void)state;
	assert_string_equal(pack_name(pack), "exempelkoping");
	assert_string_equal(pack_organisation(pack), "Exempelköpings kommun");
	assert_int_equal(pack_rule_count(pack), 4);
	assert_null(pack_rule_at(pack, 4));
	assert_null(pack_rule_find(pack, "EXA-99"));
	assert_int_equal(pack_language_count(pack), 2);
	assert_string_equal(pack_language_at(pack, 0), "sv");
	assert_null(pack_language_at(pack, 2));
	rule = pack_rule_find(pack, "EXA-01");
	assert_non_null(rule);
	assert_ptr_equal(rule, pack_rule_at(pack, 0));
	assert_int_equal(rule->class, PACK_ENFORCE);
	assert_int_equal(rule->level, PACK_MUST);
	assert_int_equal(rule->binds, PACK_ROLE_EMPLOYEE | PACK_ROLE_ELECTED);
	assert_int_equal(rule->equipment, PACK_EQUIPMENT_ORGANISATION);
	assert_int_equal(rule->source.line, 14);
	assert_string_equal(rule->cited->decision, "KF 2024-01-15 § 3");
	assert_true(rule->cited->valid_from_ms == INT64_C(1706745600000));
	/* The last day is in force to its end. */
	assert_true(rule->cited->valid_until_ms == INT64_C(1832976000000));
	assert_int_equal(rule->proof_count, 3);
	assert_int_equal(rule->proof[1].fresh_ms, 12 * 3600 * 1000);
	assert_int_equal(rule->grace->settle_ms, 2 * 3600 * 1000);
	assert_int_equal(rule->grace->steps_count, 2);
	assert_int_equal(
	    rule->grace->steps[1].action, PACK_ACTION_TELL_MANAGER);
	assert_int_equal(rule->passcode->min_length, 6);
	assert_true(rule->passcode->allow_simple);
	assert_int_equal(rule->passcode->erase_after_failed_attempts, 0);
	assert_string_equal(
	    pack_rule_at(pack, 3)->waiver->replaced_by, "delegated access");
	pack_free(pack);
}

static void test_texts_by_language(void **state)
{
	struct pack *pack = pack_base();

	(void)state;
	assert_string_equal(pack_text_find(pack, "sv", "EXA-01")->title, "Kod");
	assert_string_equal(
	    pack_text_find(pack, "en", "EXA-01")->title, "Code");
	assert_null(pack_text_find(pack, "sv", "EXA-01")->how);
	assert_null(pack_text_find(pack, "da", "EXA-01"));
	assert_null(pack_text_find(pack, "sv", "EXA-99"));
	assert_string_equal(pack_profile_text_find(pack, NULL)->name,
	    "Exempelköpings telefonregler");
	assert_null(pack_profile_text_find(pack, "da"));
	pack_free(pack);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(pack_class_name(PACK_WAIVED), "waived");
	assert_string_equal(pack_level_name(PACK_URGED), "urged");
	assert_string_equal(
	    pack_fact_name(PACK_FACT_PROFILE_INSTALLED), "profile.installed");
	assert_string_equal(pack_action_name(PACK_ACTION_RESTRICT), "restrict");
	assert_string_equal(pack_fact_name(PACK_FACT_COUNT), "unknown");
}

/* Any byte of any file changes the hash; the same bytes never do. */
static void test_hash_is_of_the_contents(void **state)
{
	char first[PACK_HASH_TEXT_MAX];
	char other[PACK_HASH_TEXT_MAX];
	struct pack *pack = pack_base();
	struct folder folder;
	size_t i;

	(void)state;
	pack_hash_text(pack, first);
	pack_free(pack);
	pack = NULL;
	folder_make(&folder);
	assert_int_equal(pack_load(folder.path, &pack, NULL), 0);
	pack_hash_text(pack, other);
	assert_string_equal(first, other);
	for (i = 0; i < FILES; i++) {
		pack_free(pack);
		pack = NULL;
		file_spoil(&folder, files[i], "\n", " \n");
		assert_int_equal(pack_load(folder.path, &pack, NULL), 0);
		pack_hash_text(pack, other);
		assert_string_not_equal(first, other);
		memcpy(first, other, sizeof(first));
	}
	pack_free(pack);
	folder_remove(&folder);
}

/* Bad packs ------------------------------------------------------------ */

enum file { PACK, SV, EN };

static const struct {
	enum file file;
	const char *old;
	const char *new;
	enum file blamed;
	unsigned line;
	const char *says;
} spoiled[] = {
    /* the schema */
    {PACK, "min_length: 6", "minLenght: 6", PACK, 45,
        "rules[0].passcode: unknown key 'minLenght': did you mean "
        "'min_length'?"},
    {PACK, "format: 2", "format: 1", PACK, 2, "reads format 2, not 1"},
    {PACK, "format: 2\n", "", PACK, 2, "missing key 'format'"},
    {PACK, "name: exempelkoping", "name: Exempel/..", PACK, 3,
        "name: use only the letters"},
    {PACK, "[sv, en]", "[sv, sv]", PACK, 8, "stands here twice"},
    {PACK, "[sv, en]", "[sv, EN]", PACK, 8, "two letters"},
    {PACK, "[sv, en]", "[sv, e]", PACK, 8, "at least 2 bytes"},
    {PACK, "[sv, en]", "[]", PACK, 8, "at least 1 entries"},
    {PACK, "[sv, en]", "sv", PACK, 8, "needs a list"},
    {PACK, "class: enforce", "class: forced", PACK, 21,
        "unknown value 'forced' (known: enforce, verify, attest, inform, "
        "waived)"},
    {PACK, "level: must", "level: musst", PACK, 22, "did you mean 'must'?"},
    {PACK, "[employee, elected]", "[employe]", PACK, 23,
        "did you mean 'employee'?"},
    {PACK, "[employee, elected]", "[]", PACK, 23, "at least 1 entries"},
    {PACK, "allow_simple: true", "allow_simple: maybe", PACK, 46,
        "needs true or false"},
    {PACK, "min_length: 6", "min_length: six", PACK, 45,
        "needs a whole decimal number"},
    {PACK, "      allow_simple: true\n", "", PACK, 45,
        "rules[0].passcode: missing key 'allow_simple'"},
    {PACK, "passcode.present", "passcode.presnt", PACK, 31,
        "did you mean 'passcode.present'?"},
    {PACK, "document: telefonregler", "document: åååååååååååååååååååååååååå",
        PACK, 27, "no document 'å"},
    {PACK, "do: tell_manager", "do: fire", PACK, 43, "unknown value 'fire'"},
    /* dates and lengths of time */
    {PACK, "2024-02-01", "2024-02-30", PACK, 15, "is no day"},
    {PACK, "2024-02-01", "1 feb 2024", PACK, 15, "is no day"},
    {PACK, "decided: 2024-01-15", "decided: soon", PACK, 14, "is no day"},
    {PACK, "2027-06-30", "2027", PACK, 17, "is no day"},
    {PACK, "2024-02-01", "\"20\n\n 24-0201\"", PACK, 15,
        "'20 24-0201' is no day"},
    {PACK, "2028-01-31", "2028-13-31", PACK, 16, "is no day"},
    {PACK, "2028-01-31", "2023-01-31", PACK, 16, "lies before valid_from"},
    {PACK, "fresh: 24h", "fresh: 24", PACK, 32, "is no length of time"},
    {PACK, "fresh: 24h", "fresh: 5s", PACK, 32, "is outside 1 minute to"},
    {PACK, "fresh: 24h", "fresh: 91d", PACK, 32, "is outside 1 minute to"},
    {PACK, "settle: 2h", "settle: 31d", PACK, 38, "is outside"},
    {PACK, "after: 3d", "after: 1d", PACK, 42, "later than the one before"},
    /* references and uniqueness */
    {PACK, "id: EXA-02", "id: EXA-01", PACK, 49, "EXA-01 stands here twice"},
    {PACK, "id: EXA-01", "id: exa1", PACK, 20, "is no rule id"},
    {PACK, "document: telefonregler", "document: regler", PACK, 27,
        "no document 'regler'"},
    {PACK, "line: 14", "line: 0", PACK, 29, "lines count from 1"},
    {PACK, "fact: passcode.present", "fact: profile.installed", PACK, 35,
        "the fact stands here twice"},
    /* ranges */
    {PACK, "min_length: 6", "min_length: 3", PACK, 45,
        "passcode.min_length: 3 is outside 4 to 16"},
    {PACK, "min_length: 6", "min_length: 0", PACK, 45, "0 is outside 4 to 16"},
    {PACK, "min_length: 6", "min_length: 17", PACK, 45,
        "17 is outside 4 to 16"},
    {PACK, "auto_lock_minutes: 10", "auto_lock_minutes: 16", PACK, 47,
        "16 is outside 1 to 15"},
    {PACK, "auto_lock_minutes: 10", "erase_after_failed_attempts: 1", PACK, 47,
        "1 is outside 2 to 11"},
    {PACK, "auto_lock_minutes: 10", "max_age_days: 731", PACK, 47,
        "731 is outside 1 to 730"},
    {PACK, "auto_lock_minutes: 10", "history: 51", PACK, 47,
        "51 is outside 1 to 50"},
    {PACK, "auto_lock_minutes: 10", "min_complex_characters: 5", PACK, 47,
        "5 is outside 1 to 4"},
    {PACK, "lock_grace_minutes: 5", "lock_grace_minutes: 61", PACK, 69,
        "61 is outside 0 to 60"},
    /* what belongs together */
    {PACK, "    equipment: organisation\n", "", PACK, 20,
        "missing key 'equipment'"},
    {PACK, "      - fact: profile.installed\n        fresh: 7d\n", "", PACK, 30,
        "needs the fact 'profile.installed'"},
    {PACK, "class: enforce", "class: verify", PACK, 44,
        "belongs to class enforce, not verify"},
    {PACK, "class: enforce", "class: inform", PACK, 30, "is not measured"},
    {PACK, "class: inform", "class: enforce", PACK, 72, "has to set something"},
    {PACK, "class: inform", "class: verify", PACK, 72, "missing key 'proof'"},
    {PACK, "class: inform", "class: waived", PACK, 72, "missing key 'waiver'"},
    {PACK, "class: waived", "class: inform", PACK, 90,
        "belongs to class waived only"},
    /* format 2: whom it is about, what proves it, what goes together */
    {PACK, "    subject: phone\n", "", PACK, 20, "missing key 'subject'"},
    {PACK, "subject: phone", "subject: phones", PACK, 24,
        "did you mean 'phone'?"},
    {PACK, "subject: phone", "subject: person", PACK, 31,
        "'passcode.present' says nothing about a person"},
    {PACK, "owner: Kommunstyrelsen\n", "", PACK, 2, "missing key 'owner'"},
    {PACK, "country: SE", "country: NO", PACK, 6, "unknown value 'NO'"},
    {PACK, "Europe/Stockholm", "CET", PACK, 7, "Europe/Stockholm"},
    {PACK, "      - fact: passcode.present\n        fresh: 24h\n",
        "      - fact: passcode.present\n", PACK, 31, "missing key 'fresh'"},
    {PACK, "fresh: 24h", "fresh: 24h\n        accept: [set]", PACK, 33,
        "'passcode.present' never says 'set'"},
    {PACK, "fresh: 24h", "fresh: 24h\n        accept: [yess]", PACK, 33,
        "did you mean 'yes'?"},
    {PACK, "fresh: 24h", "fresh: 24h\n        accept: [yes, no]", PACK, 31,
        "that proves nothing"},
    {PACK, "fresh: 24h", "fresh: 24h\n        at_most: 7d", PACK, 31,
        "has no age"},
    {PACK, "fresh: 24h", "fresh: 24h\n        at_least: '18'", PACK, 33,
        "is no version"},
    {PACK, "      - fact: passcode.present\n",
        "      - fact: os.version\n        fresh: 1d\n"
        "      - fact: passcode.present\n",
        PACK, 31, "missing key 'at_least'"},
    {PACK, "      - fact: passcode.present\n",
        "      - {fact: os.version, fresh: 1d, at_least: new}\n"
        "      - fact: passcode.present\n",
        PACK, 31, "'new' is no version"},
    {PACK, "      - fact: passcode.present\n",
        "      - {fact: backup.last, fresh: 1d}\n"
        "      - fact: passcode.present\n",
        PACK, 31, "missing key 'at_most'"},
    {PACK, "      - fact: passcode.present\n",
        "      - {fact: register.responsible, fresh: 1d}\n"
        "      - fact: passcode.present\n",
        PACK, 31, "is never old: remove it"},
    {PACK, "    grace:", "    when: sometimes\n    grace:", PACK, 37,
        "write always, absence, absence_longer_than:1d"},
    {PACK, "    grace:", "    when: absence_longer_than:1\n    grace:", PACK,
        37, "is no length of time"},
    {PACK, "    grace:", "    gate: [order]\n    grace:", PACK, 37,
        "unknown value 'order'"},
    {PACK, "    grace:", "    gate: [update_enforced]\n    grace:", PACK, 37,
        "needs the group 'software_update'"},
    {PACK, "    grace:", "    approved_by: [manager]\n    grace:", PACK, 37,
        "belongs to a gate on orders"},
    {PACK, "    grace:", "    not_measured: why\n    grace:", PACK, 37,
        "belongs to class inform"},
    {PACK, "    grace:",
        "    statement: {by: [it], on: [periodic], valid: 9d, due: 1d}\n"
        "    grace:",
        PACK, 37, "write 'fallback: true'"},
    {PACK, "    grace:",
        "    statement: {fallback: true, by: [it], on: [periodic], due: 1d}\n"
        "    grace:",
        PACK, 37, "missing key 'valid'"},
    {PACK, "    grace:",
        "    statement: {fallback: true, by: [it], on: [periodic], valid: 9d, "
        "due: 1d, remind: 2d}\n    grace:",
        PACK, 37, "a reminder has to come before 'due'"},
    {PACK, "    grace:",
        "    statement: {fallback: true, by: [it], on: [periodic], valid: 9d, "
        "due: 3d, escalate: 2d}\n    grace:",
        PACK, 37, "has to be 'due' or later"},
    {PACK, "    grace:",
        "    software_update: {at_least: a, deadline: 2026-01-01}\n    grace:",
        PACK, 37, "'a' is no version"},
    {PACK, "    grace:",
        "    software_update: {at_least: '18', deadline: soon}\n    grace:",
        PACK, 37, "is no day"},
    {PACK, "    grace:", "    restrictions: {allow_esim: false}\n    grace:",
        PACK, 37, "unknown key 'allow_esim'"},
    {PACK, "class: inform", "class: attest", PACK, 72,
        "missing key 'statement'"},
    {PACK, "class: inform",
        "class: inform\n    statement: {by: [it], on: [periodic], valid: 9d, "
        "due: 1d}",
        PACK, 73, "nobody states a rule that only informs"},
    {PACK, "class: inform", "class: inform\n    web_clip: {removable: true}",
        PACK, 71, "missing key 'equipment'"},
    {PACK, "class: inform",
        "class: inform\n    equipment: private\n"
        "    restrictions: {allow_live_voicemail: false}",
        PACK, 74, "a private phone is none"},
    {PACK, "class: inform",
        "class: inform\n    equipment: private\n    roaming: {data: false}",
        PACK, 74, "nothing about the SIM of a private phone"},
    {PACK, "class: inform",
        "class: inform\n    equipment: private\n    web_clip: {removable: "
        "true}",
        SV, 5, "no profile.web_clip for rule EXA-03"},
    {PACK, "class: inform", "class: inform\n    shows: [greeting]", SV, 5,
        "no phrase 'greeting' for rule EXA-03"},
    {PACK, "because: security", "because: taste", PACK, 91,
        "unknown value 'taste'"},
    {PACK, "      because: security\n", "", PACK, 91, "missing key 'because'"},
    {PACK, "rules:", "changes:\n  - {rule: EXA-01, level: urged}\nrules:", PACK,
        19, "names another under 'extends'"},
    /* parameters */
    {PACK, "rules:",
        "parameters:\n  callback: {n: 0, unit: hours, calendar: "
        "weekdays}\nrules:",
        PACK, 20, "0 is outside 1 to 240"},
    {PACK, "rules:", "parameters:\n  callback: {n: 24, unit: hours}\nrules:",
        PACK, 20, "missing key 'calendar'"},
    {PACK, "rules:",
        "parameters:\n  callback: {n: 31, unit: working_days}\nrules:", PACK,
        20, "31 is outside 1 to 30"},
    {PACK, "rules:", "parameters:\n  leaving: {wipe_at: '25:00'}\nrules:", PACK,
        20, "no time of the day"},
    {PACK, "rules:", "parameters:\n  leaving: {remind: 2h}\nrules:", PACK, 20,
        "outside"},
    {PACK, "rules:", "parameters:\n  leaving: {lost_mode_after: 3d}\nrules:",
        PACK, 20, "offline_after"},
    {PACK, "rules:", "parameters:\n  exit_digits: nine\nrules:", PACK, 20,
        "write the keys to press"},
    {PACK, "rules:", "parameters:\n  phrase_in: '{name}'\nrules:", PACK, 20,
        "unknown word '{name}'"},
    {PACK, "rules:", "parameters:\n  phrase_in: '{phrase_out}'\nrules:", PACK,
        20, "a phrase cannot hold"},
    {PACK, "rules:",
        "parameters:\n  absence: {accept: [forward], voicemail_max_days: 1}\n"
        "rules:",
        PACK, 20, "no voicemail is accepted above"},
    {PACK, "rules:", "acknowledgement: {due: 7d, remind: 14d}\nrules:", PACK,
        19, "a reminder has to come before 'due'"},
    {PACK, "rules:", "acknowledgement: {due: 7d, again: 5d}\nrules:", PACK, 19,
        "'5d' is outside 30 days"},
    {PACK, "rules:", "acknowledgement: {due: 7d, escalate: 5d}\nrules:", PACK,
        19, "has to be 'due' or later"},
    /* words in braces */
    {SV, "Svara vänligt.", "Svara, {frist_name}.", SV, 17,
        "unknown word '{frist_name}': did you mean '{first_name}'?"},
    {SV, "Svara vänligt.", "Jag är borta, {reason}.", SV, 17,
        "unknown word '{reason}'"},
    {SV, "Svara vänligt.", "Svara {unit.", SV, 17, "a '{' without its '}'"},
    {SV, "Svara vänligt.", "Svara unit}.", SV, 17, "a '}' without its '{'"},
    {SV, "Svara vänligt.", "Säg {phrase_in}.", PACK, 3,
        "the texts of rule EXA-03 say {phrase_in}, but the pack sets no such"},
    {SV, "texts:", "phrases: {greeting: 'Hej {nam}'}\ntexts:", SV, 5,
        "unknown word '{nam}'"},
    {SV, "texts:", "phrases: {greting: Hej}\ntexts:", SV, 5,
        "did you mean 'greeting'?"},
    {SV, "texts:",
        "operators:\n  - {operator: telia, name: T, greeting: g}\ntexts:", SV,
        6, "the last entry has to be 'other'"},
    /* YAML */
    {PACK, "name: exempelkoping", "name: &a exempelkoping", PACK, 3, "anchors"},
    {PACK, "level: must", "level: *a", PACK, 22, "anchors"},
    {PACK, "  - id: EXA-02", " - id: EXA-02", PACK, 49, "not well-formed"},
    /* texts */
    {SV, "language: sv", "language: da", SV, 1, "the file's name says 'sv'"},
    {SV, "rule: EXA-02", "rule: EXA-09", SV, 10, "the pack has no rule 'EXA-"},
    {SV, "rule: EXA-02", "rule: EXA-01", SV, 10, "stands here twice"},
    {EN,
        "  - {rule: EXA-03, title: Manners, demand: Answer kindly., why: It "
        "is us.}\n",
        "", EN, 5, "texts: no text for rule EXA-03: add it"},
    {SV, "    why: Den", "    wy: Den", SV, 13, "did you mean 'why'?"},
    {SV, "demand: Svara vänligt.", "demand:", SV, 17, "has no value"},
    {EN, "profile:", "profil:", EN, 2, "did you mean 'profile'?"},
};

static void check_refused(const struct folder *folder, const char *file,
    unsigned line, const char *says, size_t index)
{
	struct pack *pack = NULL;
	struct err err = {0};
	char begins[256];

	assert_int_not_equal(pack_load(folder->path, &pack, &err), 0);
	assert_null(pack);
	(void)snprintf(
	    begins, sizeof(begins), "%s/%s:%u: ", folder->path, file, line);
	assert_null(strchr(err.text, '\n'));
	assert_true(str_is_utf8(err.text, strlen(err.text)));
	if (strncmp(err.text, begins, strlen(begins)) != 0 ||
	    !strstr(err.text, says))
		fail_msg("case %zu says: %s\ninstead of: %s%s", index, err.text,
		    begins, says);
}

static void check_loads(const struct folder *folder)
{
	struct pack *pack = NULL;
	struct err err = {0};

	if (pack_load(folder->path, &pack, &err))
		fail_msg("%s", err.text);
	pack_free(pack);
}

static void test_spoiled_packs(void **state)
{
	struct folder folder;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spoiled) / sizeof(spoiled[0]); i++) {
		folder_make(&folder);
		file_spoil(&folder, files[spoiled[i].file], spoiled[i].old,
		    spoiled[i].new);
		check_refused(&folder, files[spoiled[i].blamed],
		    spoiled[i].line, spoiled[i].says, i);
		folder_remove(&folder);
	}
}

/* Two rules that set the opposite on the same phones. */
static void test_contradiction(void **state)
{
	struct folder folder;

	(void)state;
	folder_make(&folder);
	file_spoil(&folder, "pack.yaml", "    grace:",
	    "    restrictions: {force_encrypted_backup: true}\n    grace:");
	file_spoil(&folder, "pack.yaml", "class: inform",
	    "class: inform\n    equipment: private\n"
	    "    restrictions: {force_encrypted_backup: false}");
	/* Other phones: no contradiction. */
	check_loads(&folder);
	file_spoil(
	    &folder, "pack.yaml", "equipment: private", "equipment: any");
	check_refused(&folder, "pack.yaml", 37,
	    "rules[0].restrictions.force_encrypted_backup: rule EXA-03 sets "
	    "the "
	    "opposite",
	    0);
	folder_remove(&folder);
}

static void test_missing_files(void **state)
{
	struct folder folder;
	struct pack *pack = NULL;
	struct err err = {0};
	char path[256];

	(void)state;
	assert_int_equal(
	    pack_load("/nonexistent", &pack, &err), -ERR_NOT_FOUND);
	assert_string_equal(
	    err.text, "/nonexistent/pack.yaml: No such file or directory");
	folder_make(&folder);
	file_path(folder.path, "texts.en.yaml", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(pack_load(folder.path, &pack, &err), -ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "texts.en.yaml: No such file"));
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(pack_load(folder.path, &pack, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "not a file"));
	assert_int_equal(rmdir(path), 0);
	/* Nobody writes into it: reading must not wait. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(pack_load(folder.path, &pack, &err), -ERR_INVALID);
	folder_remove(&folder);
}

static void test_large_file(void **state)
{
	size_t len = (size_t)10 * 1024 * 1024;
	char *text = malloc(len);
	struct folder folder;
	struct err err = {0};
	struct pack *pack = NULL;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', len);
	folder_make(&folder);
	file_put(folder.path, "pack.yaml", text, len);
	assert_int_equal(pack_load(folder.path, &pack, &err), -ERR_LIMIT);
	assert_non_null(strstr(err.text, "pack.yaml:1: the file is larger"));
	assert_int_equal(
	    pack_parse("p", (const uint8_t *)text, len, &pack, NULL),
	    -ERR_LIMIT);
	free(text);
	folder_remove(&folder);
}

/* A pack of `count` informing rules. */
static void many_rules(struct buf *yaml, unsigned count)
{
	unsigned i;

	buf_append_str(yaml,
	    "format: 2\nname: x\norganisation: X\nowner: o\n"
	    "country: SE\ntime_zone: Europe/Stockholm\n"
	    "languages: [sv]\ndocuments:\n"
	    "  - {id: d, title: t, decision: d, decided: "
	    "2024-01-15, valid_from: 2024-02-01}\nrules:\n");
	for (i = 1; i <= count; i++)
		buf_printf(yaml,
		    "  - {id: EXA-%u, class: inform, level: must, binds: [it], "
		    "subject: person, source: {document: d, section: s, line: "
		    "1}}\n",
		    i);
}

static void test_rule_limit(void **state)
{
	struct buf yaml = {0};
	struct pack *pack = NULL;
	struct err err = {0};

	(void)state;
	many_rules(&yaml, LIMIT_PACK_RULES);
	assert_int_equal(pack_parse("p", yaml.data, yaml.len, &pack, &err), 0);
	assert_int_equal(pack_rule_count(pack), LIMIT_PACK_RULES);
	/* Without its texts a pack is not whole. */
	assert_int_equal(pack_check(pack, &err), -ERR_INVALID);
	assert_non_null(strstr(err.text, "no texts.sv.yaml was given"));
	pack_free(pack);
	pack = NULL;
	buf_reset(&yaml);
	many_rules(&yaml, LIMIT_PACK_RULES + 1);
	assert_int_equal(
	    pack_parse("p", yaml.data, yaml.len, &pack, &err), -ERR_LIMIT);
	assert_non_null(strstr(err.text, "more than 512 entries"));
	buf_clear(&yaml);
}

static void test_texts_of_another_language(void **state)
{
	struct pack *pack = pack_base();
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    pack_parse_texts(pack, "da", "t", (const uint8_t *)"a", 1, &err),
	    -ERR_NOT_FOUND);
	/* A refused file leaves what was there. */
	assert_int_not_equal(
	    pack_parse_texts(pack, "sv", "t", (const uint8_t *)"a", 1, &err),
	    0);
	assert_non_null(pack_text_find(pack, "sv", "EXA-01"));
	pack_free(pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good_pack_is_whole),
	    cmocka_unit_test(test_texts_by_language),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_hash_is_of_the_contents),
	    cmocka_unit_test(test_spoiled_packs),
	    cmocka_unit_test(test_contradiction),
	    cmocka_unit_test(test_missing_files),
	    cmocka_unit_test(test_large_file),
	    cmocka_unit_test(test_rule_limit),
	    cmocka_unit_test(test_texts_of_another_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
