/*
 * judge: the verdicts of every rule about every person, phone, subscription,
 * unit and the organisation, worked out when something changes and kept
 * (store_judgement.h), so that looking costs nothing. One new fact re-judges
 * only the rules that depend on it; time alone re-judges what it has to.
 *
 * Whoever changes what a judgement rests on calls judge_changed() in the same
 * transaction. What is forgotten heals within JUDGE_HEAL_MS.
 */
#ifndef SERVER_SERVICE_JUDGE_JUDGE_H
#define SERVER_SERVICE_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policies/verdict.h"
#include "server/store/store_subject.h"
#include "server/store/store.h"

struct actor;
struct err;
struct service;
struct txn;

#define JUDGE_HEAL_MS TIME_DAY_MS

/* What changed: bits. A fact of a pack is JUDGE_FACT(PACK_FACT_…). */
typedef uint64_t judge_change; /* a number, no struct */
#define JUDGE_FACT(fact) (UINT64_C(1) << (fact))
#define JUDGE_STATEMENT (UINT64_C(1) << 56)
#define JUDGE_EXCEPTION (UINT64_C(1) << 57)
#define JUDGE_EMPLOYMENT (UINT64_C(1) << 58) /* roles, start and end */
#define JUDGE_ABSENCE (UINT64_C(1) << 59)
#define JUDGE_EQUIPMENT (UINT64_C(1) << 60) /* who holds it, private or not */
#define JUDGE_ALL UINT64_MAX

/* The facts that a kind of answer of a phone bears on: "SecurityInfo", … */
judge_change judge_change_of_answer(const char *kind);

/*
 * Judges anew, in the caller's transaction, what depends on the change. A
 * change of a person (employment, absence) reaches the phones and subscriptions
 * that the person holds, too. Nothing happens where no policy is in force.
 */
int judge_changed(struct txn *txn, struct service *service, const char *org_id,
    enum store_subject kind, const char *subject_id, judge_change change,
    struct err *err);

/* ---- the whole organisation ---- */

struct judge_report {
	unsigned subjects;
	unsigned judgements;
	unsigned verdicts[VERDICT_COUNT];
};

/*
 * Every rule about every subject, in batches: memory stays flat and the writer
 * is held for milliseconds at a time. report may be NULL.
 */
int service_judge_all(struct service *service, const char *org_id,
    struct judge_report *report, struct err *err);

/*
 * One round of what time causes, for every organisation: judgements whose time
 * has come, those by an older version of the pack, subjects never judged.
 * Called by service_keep_going().
 */
int service_judge_due(struct service *service, struct err *err);

/* ---- looking ---- */

struct judgement_view {
	enum store_subject subject_kind;
	char subject_id[STORE_ID];
	char subject_name[LIMIT_NAME + 1]; /* person, serial, number, unit */
	char rule[PACK_RULE_ID_MAX];
	char title[256];
	char source[256];  /* document, section, line */
	const char *level; /* "must", "should", "urged" */
	char language[8];
	/* reason is in the language asked for. */
	struct judgement judgement;
	int64_t broken_since; /* 0: is not broken, or was met since */
	const char *step;     /* of the ladder that is due; NULL */
};

struct judgement_listing {
	/* -1: any kind. */
	int subject_kind;
	const char *subject_id; /* NULL: any; else subject_kind is needed */
	const char *rule;       /* NULL: any */
	int verdict;            /* -1: any; enum verdict */
	const char *language;   /* NULL: the document's */
	/* Behind this subject of this kind; NULL: from the start. */
	const char *after_id;
	int limit; /* subjects; 0: all */
};

/* By kind, then by subject id, then as the pack orders its rules. A non-zero
 * answer of fn ends the walk. view is borrowed. */
typedef int service_judgement_fn(void *arg, const struct judgement_view *view);
int service_judgement_each(struct service *service, const struct actor *actor,
    const struct judgement_listing *filter, service_judgement_fn *fn, void *arg,
    struct err *err);

#endif
