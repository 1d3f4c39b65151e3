/*
 * verdict: facts and a rule → what can be said about a person, phone,
 * subscription, unit or organisation, in one of six words and one sentence.
 * Pure: the time is handed in, nothing is asked for and nothing is done. Stale
 * or missing evidence is unknown: never broken, and never met (DESIGN invariant
 * 5). A person's statement counts for what it is, and is called so.
 */
#ifndef POLICIES_VERDICT_H
#define POLICIES_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include "policies/calendar.h"
#include "policies/pack.h"
#include "policies/profile.h"

struct security_facts;     /* proto/apple/facts.h */
struct profile_list_facts; /* proto/apple/facts.h */

/* Stored as numbers: never renumber. */
enum verdict {
	VERDICT_MET = 0,
	VERDICT_BROKEN = 1,
	VERDICT_UNKNOWN = 2,
	VERDICT_DISPUTED = 3, /* fresh sources contradict each other */
	VERDICT_WAIVED = 4,   /* the pack carries the rule, nobody demands it */
	VERDICT_EXEMPT = 5,   /* the rule does not apply to this subject */
	VERDICT_COUNT
};

/* Why; the sentence is made from it. Stored by name. */
enum verdict_cause {
	CAUSE_ALL_PROVEN,
	CAUSE_NO_PASSCODE,
	CAUSE_NOT_COMPLIANT,
	CAUSE_PROFILE_MISSING,  /* not in a fresh list */
	CAUSE_PROFILE_OUTDATED, /* an older version of ours is installed */
	CAUSE_NEVER_REPORTED,   /* no such answer from the phone yet */
	CAUSE_NOT_IN_ANSWER,    /* answered, without this fact */
	CAUSE_STALE,
	CAUSE_FROM_FUTURE,      /* dated after now: a clock is wrong */
	CAUSE_BEFORE_PROFILE,   /* says nothing about our demand */
	CAUSE_BEFORE_ENROLMENT, /* belongs to a former life of the phone */
	CAUSE_SETTLING,         /* on its way; the grace for it still runs */
	CAUSE_CONTRADICTION,
	CAUSE_WAIVED,
	CAUSE_NOT_BOUND,       /* the person has none of the roles */
	CAUSE_OTHER_EQUIPMENT, /* a private phone, or only for those */
	CAUSE_NOT_IN_FORCE,
	CAUSE_EXCEPTION,         /* granted in writing */
	CAUSE_REGISTERED,        /* met: our own register shows it */
	CAUSE_NOT_ACCEPTED,      /* a fresh fact says another word */
	CAUSE_NOT_REGISTERED,    /* our own register lacks it */
	CAUSE_TOO_OLD,           /* backup, unheard message */
	CAUSE_VERSION_TOO_LOW,   /* of the phone's system */
	CAUSE_STATED,            /* met: a person said so, dated */
	CAUSE_STATED_NO,         /* a person said that it is not so */
	CAUSE_NOT_STATED,        /* nobody has been asked or answered yet */
	CAUSE_STATEMENT_EXPIRED, /* it held for a time, which is over */
	CAUSE_SIM_MISSING,       /* gone from its phone: says no more */
	CAUSE_BEFORE_WINDOW,     /* observed before the absence or the end */
	CAUSE_GRACE,             /* the time to do it still runs */
	CAUSE_NOT_ABSENT,        /* the rule is about absences */
	CAUSE_ABSENCE_SHORT,     /* about longer ones */
	CAUSE_EMPLOYED,          /* about the end of an employment */
	CAUSE_COUNT
};

#define VERDICT_REASON_MAX 400
#define VERDICT_NOTE_MAX 200
#define VERDICT_SOURCE_MAX 64
#define VERDICT_TEXT_MAX 24 /* a version */
/* Dated later than now by more than this is not believed. */
#define VERDICT_CLOCK_SKEW_MS INT64_C(300000)
/* Two sources that contradict each other within this time are disputed; at a
 * greater distance the phone has changed, and the newer one holds. */
#define VERDICT_DISPUTE_MS INT64_C(3600000)

/* One answer of one source. Borrowed. */
struct security_observation {
	const struct security_facts *facts;
	int64_t observed_at_ms; /* when the answer came in */
	const char *source;     /* "mdm", "bench", … */
};

struct profile_observation {
	const struct profile_list_facts *facts; /* NULL: no list yet */
	int64_t observed_at_ms;
	const char *source;
};

enum verdict_method {
	VERDICT_MEASURED, /* a phone, a bench, an exchange, an operator */
	VERDICT_REGISTER  /* our own tables: known now, never stale */
};

/* One word of one source about one fact. Borrowed. */
struct fact_observation {
	enum pack_fact fact;
	/* PACK_KIND_WORD: what it said; UNKNOWN: it could not tell.
	 * PACK_KIND_AGE: YES, and since_ms holds; NO: there is nothing that
	 * could be old (no unheard message, no backup). */
	enum pack_word word;
	int64_t since_ms; /* of the backup, of the oldest unheard message */
	const char *text; /* PACK_KIND_VERSION: "18.6.2" */
	int64_t observed_at_ms;
	int64_t valid_until_ms; /* the source's own limit; 0: the rule's */
	const char *source;     /* "vvm-imap", "mdm", "register", … */
	enum verdict_method method;
	bool is_disputed; /* its own sources contradict each other (sim.h) */
};

/* A person's dated yes or no about this subject. Borrowed. */
struct subject_statement {
	const char *rule_id;
	bool is_yes;
	int64_t at_ms;
	int64_t valid_until_ms; /* 0: as the rule says */
	const char *by;         /* who, in words for the sentence */
};

/* Civil dates, local; there is no reason anywhere (C3). */
struct subject_absence {
	bool is_away;
	int32_t from_day;
	int32_t until_day; /* the last day away; 0: not known */
	int32_t next_day;  /* when the next one begins; 0: none */
};

/* Everything known about one subject. Borrowed; zero is unknown. */
struct subject_facts {
	int64_t now_ms;
	int64_t enrolled_at_ms; /* start of this life; 0: not known */
	unsigned roles; /* PACK_ROLE_* bits; 0: not known, taken as bound */
	enum pack_equipment equipment; /* whose phone; NONE: not known */
	const char *exception; /* a granted exception in words; NULL: none */
	int64_t exception_until_ms; /* 0: not told */
	/* Whose holidays, whose clock. */
	struct calendar_place place;
	struct subject_absence absence;
	/* The first day no longer employed; 0: open end or no employment. */
	int32_t employment_end_day;
	/* What the pack accepts in an absence (C1); NULL: what each rule
	 * says. */
	const struct pack_parameters *parameters;
	const struct fact_observation *observations; /* in any order */
	size_t observation_count;
	const struct subject_statement *statements; /* in any order */
	size_t statement_count;
	const struct security_observation *security; /* in any order */
	size_t security_count;
	struct profile_observation profiles; /* the newest list */
	/* Of the profile that is expected now, from policy_profile_build(). */
	const struct policy_profile_summary *expected; /* NULL: none */
	int64_t install_ordered_at_ms;                 /* 0: not ordered */
	int64_t install_acknowledged_at_ms;            /* 0: not acknowledged */
};

/* One fact as it was weighed. */
struct judgement_evidence {
	enum pack_fact fact;
	enum verdict says;        /* met, broken, unknown or disputed */
	enum verdict_cause cause; /* why it says so */
	int64_t observed_at_ms;   /* 0: never */
	enum pack_word word;      /* what was said; NONE: a number or none */
	int64_t age_ms;           /* PACK_KIND_AGE: when it was observed */
	int64_t grace_until_ms;   /* SETTLING, GRACE: then the time is over */
	char text[VERDICT_TEXT_MAX]; /* PACK_KIND_VERSION */
	char source[VERDICT_SOURCE_MAX];
};

/* The statement that was weighed. */
struct judgement_statement {
	bool is_there;
	bool is_yes;
	int64_t at_ms;
	int64_t
	    valid_until_ms; /* INT64_MAX: as long as nothing newer is said */
	char by[VERDICT_SOURCE_MAX];
};

struct judgement {
	char rule_id[PACK_RULE_ID_MAX];
	enum verdict verdict;
	enum verdict_cause cause;
	enum pack_fact fact; /* that decided; see evidence */
	int64_t judged_at_ms;
	/* When the deciding fact was observed; for a fact that never came, when
	 * the phone enrolled. 0: not known, or no fact decided. */
	int64_t since_ms;
	/* When time alone may change the verdict: judge again then. INT64_MAX:
	 * only a new fact can. */
	int64_t again_at_ms;
	char note[VERDICT_NOTE_MAX];     /* of an exception; else "" */
	char reason[VERDICT_REASON_MAX]; /* one sentence, English */
	struct judgement_evidence evidence[PACK_FACT_COUNT];
	size_t evidence_count;
	struct judgement_statement statement;
	/* Nobody and nothing has told it: ask a person (pack_statement). */
	bool needs_statement;
};

/*
 * Judges one rule. Its statement, when it has one: alone (attest), beside the
 * facts, or in their place while they are missing or stale (fallback).
 * -ERR_UNSUPPORTED for a rule that is not judged (inform, or without proof and
 * statement); -ERR_INVALID without a time.
 */
int verdict_judge(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out,
    struct err *err);
/* The same without the sentence, which costs more than the judging. */
int verdict_decide(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out,
    struct err *err);

/* Is the rule of a kind verdict_judge() takes? */
bool verdict_is_judged(const struct pack_rule *rule);

/*
 * The reason in a language ("en", "sv", "da"; another gives English).
 * rule: the one that was judged.
 */
void verdict_reason(const struct judgement *judgement,
    const struct pack_rule *rule, const char *language,
    char out[VERDICT_REASON_MAX]);

/*
 * The last step of the rule's ladder that is due; NULL: none yet. broken_since:
 * when the rule was first judged broken without being met in between.
 */
const struct pack_step *verdict_step_due(
    const struct pack_rule *rule, int64_t broken_since_ms, int64_t now_ms);

/* "met", "broken", …; "no_passcode", … */
const char *verdict_name(enum verdict verdict);
const char *verdict_cause_name(enum verdict_cause cause);
/* CAUSE_COUNT when the name is not known. */
enum verdict_cause verdict_cause_find(const char *name);

#endif
