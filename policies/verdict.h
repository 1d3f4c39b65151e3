/*
 * verdict: facts and a rule → what can be said about a phone, in one of six
 * words and one sentence. Pure: the time is handed in, nothing is asked for and
 * nothing is done. Stale or missing evidence is unknown: never broken, and
 * never met (DESIGN invariant 5).
 */
#ifndef POLICIES_VERDICT_H
#define POLICIES_VERDICT_H

#include <stddef.h>
#include <stdint.h>

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
	CAUSE_EXCEPTION, /* granted in writing */
	CAUSE_COUNT
};

#define VERDICT_REASON_MAX 400
#define VERDICT_NOTE_MAX 200
#define VERDICT_SOURCE_MAX 64
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

/* Everything known about one phone and its holder. Borrowed; zero is unknown. */
struct subject_facts {
	int64_t now_ms;
	int64_t enrolled_at_ms; /* start of this life; 0: not known */
	unsigned roles; /* PACK_ROLE_* bits; 0: not known, taken as bound */
	enum pack_equipment equipment; /* whose phone; NONE: not known */
	const char *exception; /* a granted exception in words; NULL: none */
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
	char source[VERDICT_SOURCE_MAX];
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
};

/*
 * Judges one rule. -ERR_UNSUPPORTED for a class that is not judged from facts
 * (attest, inform) or a rule without proof; -ERR_INVALID without a time.
 */
int verdict_judge(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out,
    struct err *err);

/* Is the rule of a kind verdict_judge() takes? */
bool verdict_is_judged(const struct pack_rule *rule);

/*
 * The reason in a language ("en", "sv"; another gives English).
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

#endif
