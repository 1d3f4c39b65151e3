/*
 * verdict_reason: a judgement in words: one sentence in the reader's language,
 * and names for programs.
 */
#include "policies/verdict.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/str.h"
#include "proto/base/time.h"

#define WORD_MAX 200

/* {fact} {age} {left} {fresh} {when} {source} {why} {period} {facts} */
struct speech {
	const char *language;
	const char *sentences[CAUSE_COUNT];
	const char *never_reported; /* when the enrolment time is not known */
	const char *facts[PACK_FACT_COUNT];     /* as a question */
	const char *facts_yes[PACK_FACT_COUNT]; /* as a statement */
	const char *units[4][2]; /* days … seconds; one, several */
};

// clang-format off
static const struct speech speeches[] = {
    {.language = "en",
     .sentences = {
	[CAUSE_ALL_PROVEN] = "Seen on the phone: {facts}; the oldest of it {age} ago.",
	[CAUSE_NO_PASSCODE] = "The phone has no passcode: it said so {age} ago.",
	[CAUSE_NOT_COMPLIANT] = "The phone's passcode does not meet the demands: it said so {age} ago.",
	[CAUSE_PROFILE_MISSING] = "Our profile is not on the phone: its list of {age} ago lacks it.",
	[CAUSE_PROFILE_OUTDATED] = "The phone still has another version of our profile: its list is {age} old.",
	[CAUSE_NEVER_REPORTED] = "Not known {fact}: nothing has been heard about it since the phone enrolled {age} ago.",
	[CAUSE_NOT_IN_ANSWER] = "Not known {fact}: the answer of {age} ago does not say.",
	[CAUSE_STALE] = "Not known {fact}: the last word on it is {age} old, and the limit is {fresh}.",
	[CAUSE_FROM_FUTURE] = "Not known {fact}: the answer is dated {when}, which is yet to come, so a clock is wrong.",
	[CAUSE_BEFORE_PROFILE] = "Not known {fact}: the answer of {age} ago was given before our profile was there.",
	[CAUSE_BEFORE_ENROLMENT] = "Not known {fact}: the answer of {age} ago is from before the phone enrolled.",
	[CAUSE_SETTLING] = "Not known yet {fact}: our profile is new; time left for it to arrive and be followed: {left}.",
	[CAUSE_CONTRADICTION] = "Disputed {fact}: {source} contradict each other.",
	[CAUSE_WAIVED] = "Not demanded: {why}",
	[CAUSE_NOT_BOUND] = "The rule does not bind the holder of this phone.",
	[CAUSE_OTHER_EQUIPMENT] = "The rule is not about phones of this ownership.",
	[CAUSE_NOT_IN_FORCE] = "The rule is not in force: its document holds {period}.",
	[CAUSE_EXCEPTION] = "An exception is granted: {why}",
     },
     .never_reported = "Not known {fact}: nothing has been heard about it.",
     .facts = {
	[PACK_FACT_PASSCODE_PRESENT] = "whether a passcode is set",
	[PACK_FACT_PASSCODE_COMPLIANT] = "whether the passcode meets every demand",
	[PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES] = "whether the passcode meets our demands",
	[PACK_FACT_PROFILE_INSTALLED] = "whether our profile is installed",
     },
     .facts_yes = {
	[PACK_FACT_PASSCODE_PRESENT] = "a passcode is set",
	[PACK_FACT_PASSCODE_COMPLIANT] = "it meets every demand",
	[PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES] = "it meets our demands",
	[PACK_FACT_PROFILE_INSTALLED] = "our profile is installed",
     },
     .units = {{"day", "days"}, {"hour", "hours"}, {"minute", "minutes"}, {"second", "seconds"}},
    },
    {.language = "sv",
     .sentences = {
	[CAUSE_ALL_PROVEN] = "Sett på telefonen: {facts}; den äldsta uppgiften är {age} gammal.",
	[CAUSE_NO_PASSCODE] = "Telefonen har ingen säkerhetskod: så svarade den för {age} sedan.",
	[CAUSE_NOT_COMPLIANT] = "Telefonens säkerhetskod uppfyller inte kraven: så svarade den för {age} sedan.",
	[CAUSE_PROFILE_MISSING] = "Vår profil finns inte på telefonen: den saknas i listan från för {age} sedan.",
	[CAUSE_PROFILE_OUTDATED] = "Telefonen har kvar en annan version av vår profil: listan är {age} gammal.",
	[CAUSE_NEVER_REPORTED] = "Det är inte känt {fact}: inget besked har kommit sedan telefonen anslöts för {age} sedan.",
	[CAUSE_NOT_IN_ANSWER] = "Det är inte känt {fact}: svaret för {age} sedan säger inget om det.",
	[CAUSE_STALE] = "Det är inte känt {fact}: det senaste beskedet är {age} gammalt, och gränsen är {fresh}.",
	[CAUSE_FROM_FUTURE] = "Det är inte känt {fact}: svaret är daterat {when}, alltså i framtiden, så en klocka går fel.",
	[CAUSE_BEFORE_PROFILE] = "Det är inte känt {fact}: svaret för {age} sedan gavs innan vår profil fanns där.",
	[CAUSE_BEFORE_ENROLMENT] = "Det är inte känt {fact}: svaret för {age} sedan är från tiden innan telefonen anslöts.",
	[CAUSE_SETTLING] = "Det är inte känt än {fact}: vår profil är ny; tid kvar för den att komma fram och följas: {left}.",
	[CAUSE_CONTRADICTION] = "Det är omtvistat {fact}: {source} säger emot varandra.",
	[CAUSE_WAIVED] = "Krävs inte: {why}",
	[CAUSE_NOT_BOUND] = "Regeln gäller inte den som har telefonen.",
	[CAUSE_OTHER_EQUIPMENT] = "Regeln gäller inte telefoner med denna ägare.",
	[CAUSE_NOT_IN_FORCE] = "Regeln gäller inte nu: dokumentets giltighet är {period}.",
	[CAUSE_EXCEPTION] = "Ett undantag är beviljat: {why}",
     },
     .never_reported = "Det är inte känt {fact}: inget besked har kommit.",
     .facts = {
	[PACK_FACT_PASSCODE_PRESENT] = "om en säkerhetskod är satt",
	[PACK_FACT_PASSCODE_COMPLIANT] = "om säkerhetskoden uppfyller alla krav",
	[PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES] = "om säkerhetskoden uppfyller våra krav",
	[PACK_FACT_PROFILE_INSTALLED] = "om vår profil är installerad",
     },
     .facts_yes = {
	[PACK_FACT_PASSCODE_PRESENT] = "en säkerhetskod är satt",
	[PACK_FACT_PASSCODE_COMPLIANT] = "den uppfyller alla krav",
	[PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES] = "den uppfyller våra krav",
	[PACK_FACT_PROFILE_INSTALLED] = "vår profil är installerad",
     },
     .units = {{"dag", "dagar"}, {"timme", "timmar"}, {"minut", "minuter"}, {"sekund", "sekunder"}},
    },
};
// clang-format on

struct telling {
	const struct speech *speech;
	const struct judgement *judgement;
	const struct pack_rule *rule;
};

/* The words behind the placeholders ------------------------------------ */

static void duration(
    const struct speech *speech, int64_t ms, char out[WORD_MAX])
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

static void word_facts(const struct telling *telling, char out[WORD_MAX])
{
	const struct judgement *judgement = telling->judgement;
	size_t used = 0;
	size_t i;
	int wrote;

	*out = '\0';
	for (i = 0; i < judgement->evidence_count && used < WORD_MAX; i++) {
		wrote = snprintf(out + used, WORD_MAX - used, "%s%s",
		    i ? ", " : "",
		    telling->speech->facts_yes[judgement->evidence[i].fact]);
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

static void word_age(const struct telling *telling, char out[WORD_MAX])
{
	int64_t age;

	if (__builtin_sub_overflow(telling->judgement->judged_at_ms,
	        telling->judgement->since_ms, &age))
		age = INT64_MAX;
	duration(telling->speech, age, out);
}

static void word_left(const struct telling *telling, char out[WORD_MAX])
{
	duration(telling->speech,
	    telling->judgement->again_at_ms - telling->judgement->judged_at_ms,
	    out);
}

static void word_fresh(const struct telling *telling, char out[WORD_MAX])
{
	const struct pack_rule *rule = telling->rule;
	unsigned i;

	*out = '\0';
	for (i = 0; i < rule->proof_count; i++) {
		if (rule->proof[i].fact == telling->judgement->fact)
			duration(telling->speech, rule->proof[i].fresh_ms, out);
	}
}

static void word_when(const struct telling *telling, char out[WORD_MAX])
{
	char when[TIME_TEXT_MAX];

	time_rfc3339(telling->judgement->since_ms, when);
	(void)snprintf(out, WORD_MAX, "%s", when);
}

static void word_source(const struct telling *telling, char out[WORD_MAX])
{
	const struct judgement *judgement = telling->judgement;
	size_t i;

	*out = '\0';
	for (i = 0; i < judgement->evidence_count; i++) {
		if (judgement->evidence[i].fact == judgement->fact)
			(void)snprintf(
			    out, WORD_MAX, "%s", judgement->evidence[i].source);
	}
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

static const struct speech *speech_find(const char *language)
{
	size_t i;

	for (i = 0; i < sizeof(speeches) / sizeof(speeches[0]); i++) {
		if (language && strcmp(speeches[i].language, language) == 0)
			return &speeches[i];
	}
	return &speeches[0];
}

static const char *sentence_find(
    const struct speech *speech, const struct judgement *judgement)
{
	if (judgement->cause == CAUSE_NEVER_REPORTED &&
	    judgement->since_ms <= 0)
		return speech->never_reported;
	return speech->sentences[judgement->cause];
}

void verdict_reason(const struct judgement *judgement,
    const struct pack_rule *rule, const char *language,
    char out[VERDICT_REASON_MAX])
{
	struct telling telling = {speech_find(language), judgement, rule};
	const char *at = sentence_find(telling.speech, judgement);
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

const char *verdict_cause_name(enum verdict_cause cause)
{
	static const char *const names[CAUSE_COUNT] = {
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
	};

	return (unsigned)cause < CAUSE_COUNT ? names[cause] : "unknown";
}
