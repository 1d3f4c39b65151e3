/*
 * verdict_reason: a judgement in words: one sentence in the reader's language,
 * and names for programs.
 */
#include "policies/verdict.h"

#include <stdio.h>
#include <string.h>

#include "policies/verdict_words.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

#define WORD_MAX 320

struct telling {
	const struct verdict_speech *speech;
	const struct judgement *judgement;
	const struct pack_rule *rule;
};

/* The words behind the placeholders ------------------------------------ */

static void duration(
    const struct verdict_speech *speech, int64_t ms, char out[WORD_MAX])
{
	static const int64_t sizes[] = {
	    TIME_DAY_MS, TIME_HOUR_MS, TIME_MINUTE_MS, TIME_SECOND_MS};
	int64_t count;
	size_t i = 0;

	if (ms < 0)
		ms = 0;
	/* Below two of a unit the next smaller one says more: 36 hours. */
	while (i < 3 && ms < 2 * sizes[i])
		i++;
	count = ms / sizes[i];
	(void)snprintf(out, WORD_MAX, "%lld %s", (long long)count,
	    speech->units[i][count != 1]);
}

static void word_fact(const struct telling *telling, char out[WORD_MAX])
{
	(void)snprintf(out, WORD_MAX, "%s",
	    telling->speech->facts[telling->judgement->fact]);
}

/* What one fact said. {waited} and {version} stand in phrases only. */
static void phrase_tell(const struct telling *telling,
    const struct judgement_evidence *evidence, char out[WORD_MAX])
{
	const struct verdict_speech *speech = telling->speech;
	char value[WORD_MAX] = "";
	const char *text = pack_fact_name(evidence->fact);
	const char *brace;
	size_t i;

	for (i = 0; i < speech->phrase_count; i++) {
		if (speech->phrases[i].fact == evidence->fact &&
		    speech->phrases[i].word == evidence->word)
			text = speech->phrases[i].text;
	}
	brace = strchr(text, '{');
	if (!brace) {
		(void)snprintf(out, WORD_MAX, "%s", text);
		return;
	}
	if (strncmp(brace, "{waited}", 8) == 0)
		duration(speech, evidence->age_ms, value);
	else
		(void)snprintf(value, sizeof(value), "%s", evidence->text);
	(void)snprintf(out, WORD_MAX, "%.*s%.60s%.120s", (int)(brace - text),
	    text, value, strchr(brace, '}') + 1);
}

static void word_facts(const struct telling *telling, char out[WORD_MAX])
{
	const struct judgement *judgement = telling->judgement;
	char phrase[WORD_MAX];
	size_t used = 0;
	size_t i;

	*out = '\0';
	for (i = 0; i < judgement->evidence_count && used < WORD_MAX; i++) {
		int wrote;

		/* Met by any of several: the others are not told of. */
		if (judgement->evidence[i].says != judgement->verdict)
			continue;
		phrase_tell(telling, &judgement->evidence[i], phrase);
		wrote = snprintf(out + used, WORD_MAX - used, "%s%s",
		    used ? ", " : "", phrase);
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

/* The fact that decided; NULL when none did. */
static const struct judgement_evidence *deciding(
    const struct judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->evidence_count; i++) {
		if (judgement->evidence[i].fact == judgement->fact)
			return &judgement->evidence[i];
	}
	return NULL;
}

static void word_left(const struct telling *telling, char out[WORD_MAX])
{
	const struct judgement_evidence *evidence =
	    deciding(telling->judgement);
	int64_t until = telling->judgement->again_at_ms;

	if (evidence && evidence->grace_until_ms > 0)
		until = evidence->grace_until_ms;
	duration(
	    telling->speech, until - telling->judgement->judged_at_ms, out);
}

static void word_says(const struct telling *telling, char out[WORD_MAX])
{
	const struct judgement_evidence *evidence =
	    deciding(telling->judgement);

	*out = '\0';
	if (evidence)
		phrase_tell(telling, evidence, out);
}

static const struct pack_proof *proof_find(const struct telling *telling)
{
	unsigned i;

	for (i = 0; i < telling->rule->proof_count; i++) {
		if (telling->rule->proof[i].fact == telling->judgement->fact)
			return &telling->rule->proof[i];
	}
	return NULL;
}

static void word_limit(const struct telling *telling, char out[WORD_MAX])
{
	const struct pack_proof *proof = proof_find(telling);

	*out = '\0';
	if (proof)
		duration(telling->speech, proof->at_most_ms, out);
}

static void word_version(const struct telling *telling, char out[WORD_MAX])
{
	const struct judgement_evidence *evidence =
	    deciding(telling->judgement);

	(void)snprintf(out, WORD_MAX, "%s", evidence ? evidence->text : "");
}

static void word_least(const struct telling *telling, char out[WORD_MAX])
{
	const struct pack_proof *proof = proof_find(telling);
	const char *least = proof ? proof->at_least : NULL;

	if (!least && telling->rule->software_update)
		least = telling->rule->software_update->at_least;
	(void)snprintf(out, WORD_MAX, "%s", least ? least : "");
}

static void word_by(const struct telling *telling, char out[WORD_MAX])
{
	const char *by = telling->judgement->statement.by;

	(void)snprintf(
	    out, WORD_MAX, "%s", *by ? by : telling->speech->somebody);
}

/* A day as the organisation's calendar has it: both zones keep one time. */
static void day_text(int64_t at_ms, char out[WORD_MAX])
{
	char day[CALENDAR_DATE_TEXT_MAX];

	calendar_day_text(calendar_day_at(CALENDAR_STOCKHOLM, at_ms), day);
	(void)snprintf(out, WORD_MAX, "%s", day);
}

static void word_stated(const struct telling *telling, char out[WORD_MAX])
{
	day_text(telling->judgement->statement.at_ms, out);
}

static void word_until(const struct telling *telling, char out[WORD_MAX])
{
	int64_t until = telling->judgement->statement.valid_until_ms;

	if (until == INT64_MAX)
		(void)snprintf(out, WORD_MAX, "%s", telling->speech->no_end);
	else
		day_text(until, out);
}

static void word_age(const struct telling *telling, char out[WORD_MAX])
{
	int64_t age;

	if (__builtin_sub_overflow(telling->judgement->judged_at_ms,
	        telling->judgement->since_ms, &age))
		age = INT64_MAX;
	duration(telling->speech, age, out);
}

static void word_fresh(const struct telling *telling, char out[WORD_MAX])
{
	const struct pack_proof *proof = proof_find(telling);

	*out = '\0';
	if (proof)
		duration(telling->speech, proof->fresh_ms, out);
}

static void word_when(const struct telling *telling, char out[WORD_MAX])
{
	char when[TIME_TEXT_MAX];

	time_rfc3339(telling->judgement->since_ms, when);
	(void)snprintf(out, WORD_MAX, "%s", when);
}

static void word_source(const struct telling *telling, char out[WORD_MAX])
{
	const struct judgement_evidence *evidence =
	    deciding(telling->judgement);

	(void)snprintf(out, WORD_MAX, "%s", evidence ? evidence->source : "");
}

static void word_why(const struct telling *telling, char out[WORD_MAX])
{
	const char *why = telling->judgement->note;

	if (telling->judgement->cause == CAUSE_WAIVED && telling->rule->waiver)
		why = telling->rule->waiver->reason;
	(void)snprintf(out, WORD_MAX, "%s", why);
}

static void word_period(const struct telling *telling, char out[WORD_MAX])
{
	const struct pack_document *cited = telling->rule->cited;

	(void)snprintf(out, WORD_MAX, "%s – %s", cited ? cited->valid_from : "",
	    cited && cited->valid_until ? cited->valid_until : "");
}

static const struct {
	const char *name;
	void (*word)(const struct telling *telling, char out[WORD_MAX]);
} placeholders[] = {
    {"{fact}", word_fact},
    {"{facts}", word_facts},
    {"{age}", word_age},
    {"{left}", word_left},
    {"{fresh}", word_fresh},
    {"{when}", word_when},
    {"{source}", word_source},
    {"{says}", word_says},
    {"{limit}", word_limit},
    {"{version}", word_version},
    {"{least}", word_least},
    {"{by}", word_by},
    {"{stated}", word_stated},
    {"{until}", word_until},
    {"{why}", word_why},
    {"{period}", word_period},
};

/* The sentence ----------------------------------------------------------- */

/* Appends whole characters only, so that a cut text stays UTF-8. */
static void append(char out[VERDICT_REASON_MAX], size_t *used, const char *text)
{
	size_t step;

	while (*text && (step = str_utf8_step(text)) != 0 &&
	    *used + step < VERDICT_REASON_MAX) {
		memcpy(out + *used, text, step);
		*used += step;
		text += step;
	}
	out[*used] = '\0';
}

/* Length of the placeholder at text, its word in out; 0: none is there. */
static size_t placeholder_find(
    const struct telling *telling, const char *text, char out[WORD_MAX])
{
	size_t i;

	for (i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
		if (strncmp(text, placeholders[i].name,
		        strlen(placeholders[i].name)) == 0) {
			placeholders[i].word(telling, out);
			return strlen(placeholders[i].name);
		}
	}
	return 0;
}

static const struct verdict_speech *speech_find(const char *language)
{
	static const struct verdict_speech *const speeches[] = {
	    &verdict_speech_en, &verdict_speech_sv, &verdict_speech_da};
	size_t i;

	for (i = 0; i < sizeof(speeches) / sizeof(speeches[0]); i++) {
		if (language && strcmp(speeches[i]->language, language) == 0)
			return speeches[i];
	}
	return speeches[0];
}

static const char *sentence_find(const struct telling *telling)
{
	const struct judgement *judgement = telling->judgement;

	if (judgement->cause == CAUSE_NEVER_REPORTED &&
	    judgement->since_ms <= 0)
		return telling->speech->never_reported;
	if (judgement->cause == CAUSE_ALL_PROVEN &&
	    telling->rule->subject != PACK_SUBJECT_PHONE)
		return telling->speech->seen;
	return telling->speech->sentences[judgement->cause];
}

void verdict_reason(const struct judgement *judgement,
    const struct pack_rule *rule, const char *language,
    char out[VERDICT_REASON_MAX])
{
	struct telling telling = {speech_find(language), judgement, rule};
	const char *at = sentence_find(&telling);
	char piece[WORD_MAX];
	size_t used = 0;
	size_t skip;

	*out = '\0';
	while (*at) {
		skip = *at == '{' ? placeholder_find(&telling, at, piece) : 0;
		if (skip == 0) {
			skip = str_utf8_step(at);
			(void)snprintf(
			    piece, sizeof(piece), "%.*s", (int)skip, at);
		}
		append(out, &used, piece);
		at += skip;
	}
}

/* Names for programs ------------------------------------------------------ */

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICT_COUNT] = {
	    [VERDICT_MET] = "met",
	    [VERDICT_BROKEN] = "broken",
	    [VERDICT_UNKNOWN] = "unknown",
	    [VERDICT_DISPUTED] = "disputed",
	    [VERDICT_WAIVED] = "waived",
	    [VERDICT_EXEMPT] = "exempt",
	};

	return (unsigned)verdict < VERDICT_COUNT ? names[verdict] : "unknown";
}

static const char *const causes[CAUSE_COUNT] = {
    [CAUSE_ALL_PROVEN] = "all_proven",
    [CAUSE_NO_PASSCODE] = "no_passcode",
    [CAUSE_NOT_COMPLIANT] = "not_compliant",
    [CAUSE_PROFILE_MISSING] = "profile_missing",
    [CAUSE_PROFILE_OUTDATED] = "profile_outdated",
    [CAUSE_NEVER_REPORTED] = "never_reported",
    [CAUSE_NOT_IN_ANSWER] = "not_in_answer",
    [CAUSE_STALE] = "stale",
    [CAUSE_FROM_FUTURE] = "from_future",
    [CAUSE_BEFORE_PROFILE] = "before_profile",
    [CAUSE_BEFORE_ENROLMENT] = "before_enrolment",
    [CAUSE_SETTLING] = "settling",
    [CAUSE_CONTRADICTION] = "contradiction",
    [CAUSE_WAIVED] = "waived",
    [CAUSE_NOT_BOUND] = "not_bound",
    [CAUSE_OTHER_EQUIPMENT] = "other_equipment",
    [CAUSE_NOT_IN_FORCE] = "not_in_force",
    [CAUSE_EXCEPTION] = "exception",
    [CAUSE_REGISTERED] = "registered",
    [CAUSE_NOT_ACCEPTED] = "not_accepted",
    [CAUSE_NOT_REGISTERED] = "not_registered",
    [CAUSE_TOO_OLD] = "too_old",
    [CAUSE_VERSION_TOO_LOW] = "version_too_low",
    [CAUSE_STATED] = "stated",
    [CAUSE_STATED_NO] = "stated_no",
    [CAUSE_NOT_STATED] = "not_stated",
    [CAUSE_STATEMENT_EXPIRED] = "statement_expired",
    [CAUSE_SIM_MISSING] = "sim_missing",
    [CAUSE_BEFORE_WINDOW] = "before_window",
    [CAUSE_GRACE] = "grace",
    [CAUSE_NOT_ABSENT] = "not_absent",
    [CAUSE_ABSENCE_SHORT] = "absence_short",
    [CAUSE_EMPLOYED] = "employed",
};

const char *verdict_cause_name(enum verdict_cause cause)
{
	return (unsigned)cause < CAUSE_COUNT ? causes[cause] : "unknown";
}

enum verdict_cause verdict_cause_find(const char *name)
{
	unsigned i;

	for (i = 0; i < CAUSE_COUNT; i++) {
		if (strcmp(causes[i], name) == 0)
			break;
	}
	return (enum verdict_cause)i;
}
