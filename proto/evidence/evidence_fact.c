#include "proto/evidence/evidence_fact.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "proto/evidence/evidence_subject.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(n) (UINT32_C(1) << (n))
#define WORD(name) BIT(EVIDENCE_WORD_##name)
#define METHOD(name) BIT(EVIDENCE_METHOD_##name)

/* Methods of a connector: what looks at an exchange from outside. */
#define TABLES (METHOD(CSV) | METHOD(HTTP_JSON))
#define CONNECTORS (TABLES | METHOD(VVM))
#define FORWARD_WORDS (WORD(ACTIVE) | WORD(INACTIVE) | WORD(UNKNOWN))

/* Which members beside the word a fact uses. */
#define HAS_UNREAD BIT(0)
#define HAS_TARGET BIT(1)
#define HAS_CONDITIONS BIT(2)
#define HAS_UNTIL BIT(3)
#define HAS_IMEI BIT(4)

/* Freshness: reference "evidence sources", section freshness per fact. */
static const struct rule {
	const char *name;
	uint32_t words;
	uint32_t members;
	uint32_t methods;
	int64_t fresh_ms;
} rules[EVIDENCE_FACT_COUNT] = {
    [EVIDENCE_FACT_GREETING] = {"voicemail.greeting",
        WORD(PERSONAL) | WORD(ABSENCE) | WORD(NAME_ONLY) | WORD(DEFAULT) |
            WORD(OFF) | WORD(UNKNOWN),
        0, CONNECTORS | METHOD(STATEMENT), 35 * TIME_DAY_MS},
    [EVIDENCE_FACT_UNREAD] = {"voicemail.unread", WORD(EMPTY), HAS_UNREAD,
        TABLES, 2 * TIME_DAY_MS},
    [EVIDENCE_FACT_FORWARD] = {"call.forward.unconditional", FORWARD_WORDS,
        HAS_TARGET, TABLES | METHOD(STATEMENT), TIME_HOUR_MS},
    [EVIDENCE_FACT_FORWARD_CONDITIONAL] = {"call.forward.conditional",
        FORWARD_WORDS, HAS_TARGET | HAS_CONDITIONS, TABLES | METHOD(STATEMENT),
        TIME_HOUR_MS},
    [EVIDENCE_FACT_REFERRAL] = {"call.referral", WORD(SET) | WORD(UNSET),
        HAS_UNTIL, TABLES | METHOD(STATEMENT), TIME_HOUR_MS},
    [EVIDENCE_FACT_DIRECTORY] = {"directory.number",
        WORD(MATCH) | WORD(DIFFERS) | WORD(MISSING), 0,
        TABLES | METHOD(STATEMENT), 35 * TIME_DAY_MS},
    [EVIDENCE_FACT_SIM_DEVICE] = {"sim.device",
        WORD(IMEI) | WORD(MATCH) | WORD(NOMATCH) | WORD(FOREIGN), HAS_IMEI,
        TABLES | METHOD(MDM) | METHOD(USB), 8 * TIME_DAY_MS},
    [EVIDENCE_FACT_SIM_SUBSCRIPTION] = {"sim.subscription",
        WORD(ACTIVE) | WORD(BLOCKED) | WORD(TERMINATED), 0, TABLES,
        8 * TIME_DAY_MS},
    /* A wipe stays as proven as it was; a statement ends on its own date. */
    [EVIDENCE_FACT_WIPE] = {"device.wipe",
        WORD(ORDERED) | WORD(ACKNOWLEDGED) | WORD(SILENT) | WORD(PROVEN), 0,
        METHOD(MDM) | METHOD(USB) | METHOD(SERVER), 36500 * TIME_DAY_MS},
    [EVIDENCE_FACT_ATTEST] = {"attest", WORD(YES) | WORD(NO), 0,
        METHOD(STATEMENT), 36500 * TIME_DAY_MS},
};

static const char *const method_names[EVIDENCE_METHOD_COUNT] = {
    [EVIDENCE_METHOD_CSV] = "csv-import",
    [EVIDENCE_METHOD_HTTP_JSON] = "http-json",
    [EVIDENCE_METHOD_VVM] = "vvm-imap",
    [EVIDENCE_METHOD_MDM] = "mdm",
    [EVIDENCE_METHOD_USB] = "usb",
    [EVIDENCE_METHOD_STATEMENT] = "statement",
    [EVIDENCE_METHOD_SERVER] = "server",
};

static const char *const word_names[EVIDENCE_WORD_COUNT] = {
    [EVIDENCE_WORD_EMPTY] = "",
    [EVIDENCE_WORD_UNKNOWN] = "unknown",
    [EVIDENCE_WORD_PERSONAL] = "personal",
    [EVIDENCE_WORD_ABSENCE] = "absence",
    [EVIDENCE_WORD_NAME_ONLY] = "name-only",
    [EVIDENCE_WORD_DEFAULT] = "default",
    [EVIDENCE_WORD_OFF] = "off",
    [EVIDENCE_WORD_ACTIVE] = "active",
    [EVIDENCE_WORD_INACTIVE] = "inactive",
    [EVIDENCE_WORD_BLOCKED] = "blocked",
    [EVIDENCE_WORD_TERMINATED] = "terminated",
    [EVIDENCE_WORD_SET] = "set",
    [EVIDENCE_WORD_UNSET] = "none",
    [EVIDENCE_WORD_MATCH] = "match",
    [EVIDENCE_WORD_DIFFERS] = "differs",
    [EVIDENCE_WORD_MISSING] = "missing",
    [EVIDENCE_WORD_IMEI] = "imei",
    [EVIDENCE_WORD_NOMATCH] = "nomatch",
    [EVIDENCE_WORD_FOREIGN] = "foreign",
    [EVIDENCE_WORD_ORDERED] = "ordered",
    [EVIDENCE_WORD_ACKNOWLEDGED] = "acknowledged",
    [EVIDENCE_WORD_SILENT] = "silent",
    [EVIDENCE_WORD_PROVEN] = "proven",
    [EVIDENCE_WORD_YES] = "yes",
    [EVIDENCE_WORD_NO] = "no",
};

static const char *const target_names[EVIDENCE_TARGET_COUNT] = {
    [EVIDENCE_TARGET_UNKNOWN] = "unknown",
    [EVIDENCE_TARGET_COLLEAGUE] = "colleague",
    [EVIDENCE_TARGET_SWITCHBOARD] = "switchboard",
    [EVIDENCE_TARGET_VOICEMAIL] = "voicemail",
    [EVIDENCE_TARGET_OTHER] = "other",
};

static const char *const condition_names[] = {
    "busy", "no_answer", "not_reachable"};

#define CONDITIONS_ALL (BIT(COUNT(condition_names)) - 1)

/* ---- names ---- */

static const char *name_at(
    const char *const *names, size_t count, unsigned index)
{
	return index < count ? names[index] : NULL;
}

static int name_find(
    const char *const *names, size_t count, const char *name, unsigned *out)
{
	for (size_t i = 0; i < count; i++) {
		if (names[i][0] && strcmp(names[i], name) == 0) {
			*out = (unsigned)i;
			return 0;
		}
	}
	return -ERR_NOT_FOUND;
}

const char *evidence_fact_name(enum evidence_fact fact)
{
	return fact < EVIDENCE_FACT_COUNT ? rules[fact].name : NULL;
}

int evidence_fact_find(const char *name, enum evidence_fact *out)
{
	for (unsigned i = 0; i < EVIDENCE_FACT_COUNT; i++) {
		if (strcmp(rules[i].name, name) == 0) {
			*out = i;
			return 0;
		}
	}
	if (strncmp(name, "attest.", 7) != 0 || !name[7])
		return -ERR_NOT_FOUND;
	*out = EVIDENCE_FACT_ATTEST;
	return 0;
}

const char *evidence_method_name(enum evidence_method method)
{
	return name_at(method_names, COUNT(method_names), method);
}

int evidence_method_find(const char *name, enum evidence_method *out)
{
	unsigned found;
	int rc = name_find(method_names, COUNT(method_names), name, &found);

	if (rc == 0)
		*out = found;
	return rc;
}

const char *evidence_word_name(enum evidence_word word)
{
	return name_at(word_names, COUNT(word_names), word);
}

int evidence_word_find(const char *name, enum evidence_word *out)
{
	unsigned found;
	int rc = name_find(word_names, COUNT(word_names), name, &found);

	if (rc == 0)
		*out = found;
	return rc;
}

const char *evidence_target_name(enum evidence_target target)
{
	return name_at(target_names, COUNT(target_names), target);
}

int evidence_target_find(const char *name, enum evidence_target *out)
{
	unsigned found;
	int rc = name_find(target_names, COUNT(target_names), name, &found);

	if (rc == 0)
		*out = found;
	return rc;
}

const char *evidence_condition_name(unsigned bit)
{
	for (unsigned i = 0; i < COUNT(condition_names); i++)
		if (bit == BIT(i))
			return condition_names[i];
	return NULL;
}

int evidence_condition_find(const char *name, unsigned *bit)
{
	unsigned found;
	int rc =
	    name_find(condition_names, COUNT(condition_names), name, &found);

	if (rc == 0)
		*bit = BIT(found);
	return rc;
}

/* ---- what a fact allows ---- */

int64_t evidence_fact_fresh_ms(enum evidence_fact fact)
{
	return fact < EVIDENCE_FACT_COUNT ? rules[fact].fresh_ms : 0;
}

bool evidence_fact_takes(enum evidence_fact fact, enum evidence_method method)
{
	return fact < EVIDENCE_FACT_COUNT && method < EVIDENCE_METHOD_COUNT &&
	    (rules[fact].methods & BIT(method)) != 0;
}

bool evidence_fact_is_reportable(enum evidence_fact fact)
{
	return fact < EVIDENCE_FACT_COUNT &&
	    (rules[fact].methods & CONNECTORS) != 0;
}

bool evidence_method_is_connector(enum evidence_method method)
{
	return method < EVIDENCE_METHOD_COUNT &&
	    (CONNECTORS & BIT(method)) != 0;
}

bool evidence_fact_has_word(enum evidence_fact fact, enum evidence_word word)
{
	return fact < EVIDENCE_FACT_COUNT && word < EVIDENCE_WORD_COUNT &&
	    (rules[fact].words & BIT(word)) != 0;
}

/* ---- values ---- */

/* The first member that is set though the fact has no such member. */
static const char *foreign_member(
    uint32_t members, const struct evidence_value *value)
{
	if (!(members & HAS_UNREAD) && (value->count || value->oldest_age_h))
		return "count";
	if (!(members & HAS_TARGET) && value->target)
		return "target_class";
	if (!(members & HAS_CONDITIONS) && value->conditions)
		return "when";
	if (!(members & HAS_UNTIL) && value->until_ms)
		return "until";
	if (!(members & HAS_IMEI) && (value->imei[0] || value->checked_at_ms))
		return "imei";
	return NULL;
}

static const char *check_unread(const struct evidence_value *value)
{
	if (value->count < 0 || value->count > EVIDENCE_COUNT_LIMIT)
		return "its count is out of range";
	if (value->oldest_age_h < 0 ||
	    value->oldest_age_h > EVIDENCE_COUNT_LIMIT)
		return "its age is out of range";
	if (value->count == 0 && value->oldest_age_h != 0)
		return "it has an age and no message";
	return NULL;
}

static const char *check_imei(const struct evidence_value *value)
{
	struct evidence_subject subject;
	bool is_needed = value->word != EVIDENCE_WORD_FOREIGN;

	if (!is_needed)
		return value->imei[0] ? "a foreign IMEI has no place in it"
		                      : NULL;
	if (!value->imei[0])
		return "it lacks its imei";
	if (!memchr(value->imei, 0, sizeof(value->imei)) ||
	    evidence_subject_make(
	        EVIDENCE_SUBJECT_IMEI, value->imei, NULL, &subject, NULL) < 0 ||
	    strcmp(subject.value, value->imei) != 0)
		return "its imei is none";
	return NULL;
}

static const char *check_target(const struct evidence_value *value)
{
	if (value->target >= EVIDENCE_TARGET_COUNT)
		return "its target is out of range";
	if (value->target && value->word != EVIDENCE_WORD_ACTIVE)
		return "only what is active has a target";
	return NULL;
}

static const char *check_conditions(const struct evidence_value *value)
{
	if (value->conditions & ~CONDITIONS_ALL)
		return "its conditions are out of range";
	if (value->conditions && value->word != EVIDENCE_WORD_ACTIVE)
		return "only what is active has conditions";
	return NULL;
}

static const char *check_until(const struct evidence_value *value)
{
	if (value->until_ms < 0)
		return "its until is out of range";
	if (value->until_ms && value->word != EVIDENCE_WORD_SET)
		return "only what is set has an end";
	return NULL;
}

static const char *check_members(
    uint32_t members, const struct evidence_value *value)
{
	static const struct {
		uint32_t member;
		const char *(*check)(const struct evidence_value *value);
	} checks[] = {
	    {HAS_UNREAD, check_unread},
	    {HAS_TARGET, check_target},
	    {HAS_CONDITIONS, check_conditions},
	    {HAS_UNTIL, check_until},
	    {HAS_IMEI, check_imei},
	};
	const char *wrong = NULL;

	for (size_t i = 0; !wrong && i < COUNT(checks); i++)
		if (members & checks[i].member)
			wrong = checks[i].check(value);
	return wrong;
}

int evidence_value_check(enum evidence_fact fact,
    const struct evidence_value *value, struct err *err)
{
	const char *wrong;

	if (fact >= EVIDENCE_FACT_COUNT)
		return err_set(err, ERR_INVALID, "there is no such fact");
	if (!evidence_fact_has_word(fact, value->word))
		return err_set(err, ERR_INVALID, "it cannot say \"%s\"",
		    value->word < EVIDENCE_WORD_COUNT ? word_names[value->word]
		                                      : "?");
	wrong = foreign_member(rules[fact].members, value);
	if (wrong)
		return err_set(err, ERR_INVALID, "it has no %s", wrong);
	wrong = check_members(rules[fact].members, value);
	if (wrong)
		return err_set(err, ERR_INVALID, "%s", wrong);
	if (value->checked_at_ms < 0)
		return err_set(
		    err, ERR_INVALID, "its last_checked is out of range");
	return 0;
}
