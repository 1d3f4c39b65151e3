/* pack_check: what the schema cannot say about a pack. */
#include "policies/pack_file.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/time.h"

#define FRESH_MIN_MS TIME_MINUTE_MS
#define FRESH_MAX_MS (90 * TIME_DAY_MS)
#define SETTLE_MAX_MS (30 * TIME_DAY_MS)
#define STEP_MAX_MS (366 * TIME_DAY_MS)

/* Where in pack.yaml we are, for the sentence. */
struct at {
	const struct pack *pack;
	struct err *err;
	char path[XYAML_PATH];
};

static int fail(const struct at *at, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(const struct at *at, const char *key, const char *format, ...)
{
	char path[XYAML_PATH];
	char sentence[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	(void)snprintf(path, sizeof(path), "%.*s%s%s", XYAML_PATH / 2, at->path,
	    *at->path ? "." : "", key);
	return xyaml_err(
	    at->pack->outline, path, at->err, ERR_INVALID, "%s", sentence);
}

/* Values ------------------------------------------------------------- */

/* A day to its first millisecond, UTC. */
static int date_parse(const char *date, int64_t *ms)
{
	char text[TIME_TEXT_MAX];

	if (strlen(date) != strlen("YYYY-MM-DD"))
		return -ERR_INVALID;
	(void)snprintf(text, sizeof(text), "%sT00:00:00Z", date);
	return time_rfc3339_parse(text, ms);
}

static int date_check(
    const struct at *at, const char *key, const char *date, int64_t *ms)
{
	if (date_parse(date, ms))
		return fail(
		    at, key, "'%.20s' is no day: write it as 2018-01-31", date);
	return 0;
}

static int duration_check(const struct at *at, const char *key,
    const char *text, int64_t min_ms, int64_t max_ms, int64_t *ms)
{
	char least[TIME_TEXT_MAX];
	char most[TIME_TEXT_MAX];

	if (time_duration_parse(text, ms))
		return fail(at, key,
		    "'%.20s' is no length of time: write 30m, 24h or 7d", text);
	time_duration_text(min_ms, least);
	time_duration_text(max_ms, most);
	if (*ms < min_ms || *ms > max_ms)
		return fail(
		    at, key, "'%.20s' is outside %s to %s", text, least, most);
	return 0;
}

static bool is_made_of(const char *text, const char *more)
{
	for (; *text; text++) {
		if (!islower((unsigned char)*text) &&
		    !isdigit((unsigned char)*text) && !strchr(more, *text))
			return false;
	}
	return true;
}

/* "VST-33": letters, dash, digits, as in the rule catalogue. */
static bool is_rule_id(const char *id)
{
	size_t letters = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	size_t digits;

	if (letters < 2 || id[letters] != '-')
		return false;
	digits = strspn(id + letters + 1, "0123456789");
	return digits >= 1 && id[letters + 1 + digits] == '\0';
}

/* The file's head ---------------------------------------------------- */

static int head_check(const struct at *at)
{
	const struct pack_file *file = at->pack->file;

	if (file->format != PACK_FORMAT)
		return fail(at, "format",
		    "this program reads format %d, not %u", PACK_FORMAT,
		    file->format);
	/* It becomes part of the profile's identifier. */
	if (!is_made_of(file->name, "-"))
		return fail(at, "name",
		    "use only the letters a to z, digits and dashes");
	return 0;
}

static int languages_check(struct at *at)
{
	const struct pack_file *file = at->pack->file;
	unsigned i;
	unsigned j;

	for (i = 0; i < file->languages_count; i++) {
		(void)snprintf(at->path, sizeof(at->path), "languages[%u]", i);
		if (!is_made_of(file->languages[i], "") ||
		    isdigit((unsigned char)file->languages[i][0]))
			return fail(at, "",
			    "write a language as two letters: sv, da, en");
		for (j = 0; j < i; j++) {
			if (!strcmp(file->languages[i], file->languages[j]))
				return fail(
				    at, "", "the language stands here twice");
		}
	}
	return 0;
}

static int document_dates_check(
    const struct at *at, struct pack_document *document)
{
	int64_t unused;
	int rc = date_check(at, "decided", document->decided, &unused);

	if (rc == 0)
		rc = date_check(at, "valid_from", document->valid_from,
		    &document->valid_from_ms);
	if (rc == 0 && document->review_by)
		rc = date_check(at, "review_by", document->review_by, &unused);
	document->valid_until_ms = INT64_MAX;
	if (rc || !document->valid_until)
		return rc;
	rc = date_check(at, "valid_until", document->valid_until,
	    &document->valid_until_ms);
	if (rc)
		return rc;
	if (document->valid_until_ms < document->valid_from_ms)
		return fail(at, "valid_until", "lies before valid_from");
	document->valid_until_ms += TIME_DAY_MS;
	return 0;
}

static int documents_check(struct at *at)
{
	const struct pack_file *file = at->pack->file;
	unsigned i;
	unsigned j;
	int rc = 0;

	for (i = 0; rc == 0 && i < file->documents_count; i++) {
		(void)snprintf(at->path, sizeof(at->path), "documents[%u]", i);
		for (j = 0; j < i; j++) {
			if (!strcmp(
			        file->documents[i].id, file->documents[j].id))
				return fail(at, "id",
				    "the id '%.64s' stands here twice",
				    file->documents[i].id);
		}
		rc = document_dates_check(at, &file->documents[i]);
	}
	return rc;
}

/* Rules -------------------------------------------------------------- */

static int rule_id_check(const struct at *at, unsigned index)
{
	const struct pack_rule *rules = at->pack->file->rules;
	unsigned i;

	if (!is_rule_id(rules[index].id))
		return fail(at, "id",
		    "'%s' is no rule id: write it as in the catalogue, VST-33",
		    rules[index].id);
	for (i = 0; i < index; i++) {
		if (strcmp(rules[i].id, rules[index].id) == 0)
			return fail(at, "id", "rule %s stands here twice",
			    rules[index].id);
	}
	return 0;
}

static int rule_source_check(const struct at *at, struct pack_rule *rule)
{
	const struct pack_file *file = at->pack->file;
	unsigned i;

	for (i = 0; i < file->documents_count; i++) {
		if (!strcmp(file->documents[i].id, rule->source.document))
			rule->cited = &file->documents[i];
	}
	if (!rule->cited)
		return fail(at, "source.document",
		    "no document '%.64s' under documents",
		    rule->source.document);
	if (rule->source.line == 0)
		return fail(at, "source.line", "lines count from 1");
	return 0;
}

static bool has_proof(const struct pack_rule *rule, enum pack_fact fact)
{
	unsigned i;

	for (i = 0; i < rule->proof_count; i++) {
		if (rule->proof[i].fact == fact)
			return true;
	}
	return false;
}

static int rule_proof_check(const struct at *at, struct pack_rule *rule)
{
	unsigned seen = 0;
	unsigned i;
	char key[32];
	int rc = 0;

	for (i = 0; rc == 0 && i < rule->proof_count; i++) {
		(void)snprintf(key, sizeof(key), "proof[%u].fact", i);
		if (seen & (1u << rule->proof[i].fact))
			return fail(at, key, "the fact stands here twice");
		seen |= 1u << rule->proof[i].fact;
		(void)snprintf(key, sizeof(key), "proof[%u].fresh", i);
		rc = duration_check(at, key, rule->proof[i].fresh, FRESH_MIN_MS,
		    FRESH_MAX_MS, &rule->proof[i].fresh_ms);
	}
	return rc;
}

static int rule_grace_check(const struct at *at, struct pack_grace *grace)
{
	char key[32];
	unsigned i;
	int rc = duration_check(at, "grace.settle", grace->settle, 0,
	    SETTLE_MAX_MS, &grace->settle_ms);

	for (i = 0; rc == 0 && i < grace->steps_count; i++) {
		(void)snprintf(key, sizeof(key), "grace.steps[%u].after", i);
		rc = duration_check(at, key, grace->steps[i].after, 0,
		    STEP_MAX_MS, &grace->steps[i].after_ms);
		if (rc == 0 && i > 0 &&
		    grace->steps[i].after_ms <= grace->steps[i - 1].after_ms)
			rc = fail(at, key,
			    "each step has to come later than the one before");
	}
	return rc;
}

/* Apple: com.apple.mobiledevice.passwordpolicy; the lower bound of min_length
 * is ours, a code below four digits is none. 0 stands for "left out". */
#define RANGE(key, min, max)                                                   \
	{                                                                      \
#key, offsetof(struct pack_passcode, key), min, max            \
	}
static const struct {
	const char *key;
	size_t offset;
	unsigned min;
	unsigned max;
} passcode_ranges[] = {
    RANGE(min_length, 4, 16),
    RANGE(min_complex_characters, 1, 4),
    RANGE(max_age_days, 1, 730),
    RANGE(history, 1, 50),
    RANGE(auto_lock_minutes, 1, 15),
    RANGE(lock_grace_minutes, 0, 60),
    RANGE(erase_after_failed_attempts, 2, 11),
};
#undef RANGE

/* Written at all? A number of 0 may also be one left out. */
static bool is_written(const struct at *at, const char *key, unsigned value)
{
	char path[XYAML_PATH];

	if (value != 0)
		return true;
	(void)snprintf(
	    path, sizeof(path), "%.*s.%s", XYAML_PATH / 2, at->path, key);
	return xyaml_has(at->pack->outline, path);
}

static int passcode_ranges_check(
    const struct at *at, const struct pack_passcode *passcode)
{
	char key[64];
	unsigned value;
	size_t i;

	for (i = 0; i < sizeof(passcode_ranges) / sizeof(passcode_ranges[0]);
	     i++) {
		memcpy(&value,
		    (const char *)passcode + passcode_ranges[i].offset,
		    sizeof(value));
		(void)snprintf(
		    key, sizeof(key), "passcode.%s", passcode_ranges[i].key);
		if ((value < passcode_ranges[i].min ||
		        value > passcode_ranges[i].max) &&
		    is_written(at, key, value))
			return fail(at, key, "%u is outside %u to %u", value,
			    passcode_ranges[i].min, passcode_ranges[i].max);
	}
	return 0;
}

static int rule_passcode_check(
    const struct at *at, const struct pack_rule *rule)
{
	static const enum pack_fact needed[] = {PACK_FACT_PASSCODE_PRESENT,
	    PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES,
	    PACK_FACT_PROFILE_INSTALLED};
	size_t i;

	if (rule->class != PACK_ENFORCE)
		return fail(at, "passcode", "belongs to class enforce, not %s",
		    pack_class_name(rule->class));
	if (rule->equipment == PACK_EQUIPMENT_NONE)
		return fail(at, "passcode",
		    "missing key 'equipment': whose phones are meant?");
	/* A phone without any profile calls itself compliant, so no single
	 * one of these proves the rule. */
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!has_proof(rule, needed[i]))
			return fail(at, "proof",
			    "a passcode rule needs the fact '%s' here",
			    pack_fact_name(needed[i]));
	}
	return passcode_ranges_check(at, rule->passcode);
}

/* What a class must have and may not have. */
static int rule_class_check(const struct at *at, const struct pack_rule *rule)
{
	bool is_measured =
	    rule->class == PACK_ENFORCE || rule->class == PACK_VERIFY;

	if (rule->class == PACK_ENFORCE && !rule->passcode)
		return fail(at, "class",
		    "an enforced rule has to set something: add the group "
		    "'passcode', or choose another class");
	if (is_measured && rule->proof_count == 0)
		return fail(at, "class",
		    "missing key 'proof': how is the rule "
		    "shown to be kept?");
	if (!is_measured && rule->proof_count > 0)
		return fail(at, "proof",
		    "a rule of class %s is not measured: "
		    "remove it",
		    pack_class_name(rule->class));
	if (rule->class == PACK_WAIVED && !rule->waiver)
		return fail(at, "class",
		    "missing key 'waiver': say why the rule is not demanded");
	if (rule->class != PACK_WAIVED && rule->waiver)
		return fail(at, "waiver", "belongs to class waived only");
	return rule->passcode ? rule_passcode_check(at, rule) : 0;
}

static int rules_check(struct at *at)
{
	struct pack_file *file = at->pack->file;
	unsigned i;
	int rc = 0;

	for (i = 0; rc == 0 && i < file->rules_count; i++) {
		(void)snprintf(at->path, sizeof(at->path), "rules[%u]", i);
		rc = rule_id_check(at, i);
		if (rc == 0)
			rc = rule_source_check(at, &file->rules[i]);
		if (rc == 0)
			rc = rule_proof_check(at, &file->rules[i]);
		if (rc == 0 && file->rules[i].grace)
			rc = rule_grace_check(at, file->rules[i].grace);
		if (rc == 0)
			rc = rule_class_check(at, &file->rules[i]);
	}
	return rc;
}

int pack_file_check(struct pack *pack, struct err *err)
{
	struct at at = {.pack = pack, .err = err};
	int rc = head_check(&at);

	if (rc == 0)
		rc = languages_check(&at);
	if (rc == 0)
		rc = documents_check(&at);
	if (rc == 0)
		rc = rules_check(&at);
	return rc;
}

int pack_texts_check(const struct pack *pack,
    const struct pack_language *language, const char *code, struct err *err)
{
	const struct pack_texts_file *file = language->file;
	char path[XYAML_PATH];
	unsigned i;
	unsigned j;

	if (strcmp(file->language, code) != 0)
		return xyaml_err(language->outline, "language", err,
		    ERR_INVALID, "the file's name says '%s'", code);
	for (i = 0; i < file->texts_count; i++) {
		(void)snprintf(path, sizeof(path), "texts[%u].rule", i);
		if (!pack_rule_find(pack, file->texts[i].rule))
			return xyaml_err(language->outline, path, err,
			    ERR_INVALID, "the pack has no rule '%s'",
			    file->texts[i].rule);
		for (j = 0; j < i; j++) {
			if (!strcmp(file->texts[i].rule, file->texts[j].rule))
				return xyaml_err(language->outline, path, err,
				    ERR_INVALID,
				    "the text for %s stands here twice",
				    file->texts[i].rule);
		}
	}
	return 0;
}
