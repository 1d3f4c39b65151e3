/*
 * judge_known: all that is known about one subject, loaded for the length of
 * its judgement and used again for the next. Private to the judge_*.c files.
 */
#ifndef SERVER_SERVICE_JUDGE_JUDGE_KNOWN_H
#define SERVER_SERVICE_JUDGE_JUDGE_KNOWN_H

#include "policies/verdict.h"
#include "proto/apple/facts.h"
#include "server/service/judge/judge.h"
#include "server/service/service.h"
#include "server/store/store_equipment.h"
#include "server/store/store_evidence.h"

#define KNOWN_OBSERVATIONS 48
#define KNOWN_STATEMENTS 64
#define KNOWN_EXCEPTIONS 16
#define KNOWN_SECURITY 3 /* answer, status report, bench */

/* What all judgements of one organisation share. */
struct judge_world {
	struct service *service;
	const struct tenant *tenant;
	const struct pack *pack;
	char pack_hash[STORE_SHA256];
	struct calendar_place place;
	int64_t now;
	int32_t today;
	bool has_exceptions; /* whether there is any to look for */
	/* What the rules about each kind of subject ask at all. */
	judge_change asked[STORE_SUBJECT_COUNT];
};

/* A person as rules see them: bound by what, employed until when. */
struct known_person {
	char id[STORE_ID];
	unsigned roles; /* in force, or of the last employment; 0: not known */
	bool has_employment;
	bool is_employed;
	int32_t end_day;        /* of the last one; 0: open */
	int64_t again_at_ms;    /* when an employment begins or ends */
	char unit_id[STORE_ID]; /* of the newest employment in force */
};

struct known_exception {
	char rule[64];
	char reason[512];
	int64_t until_ms;
};

struct judge_known {
	enum store_subject kind;
	char id[STORE_ID];
	bool exists;
	bool is_live;               /* a phone that is ours to ask now */
	bool is_shared;             /* a phone of several */
	struct known_person person; /* the subject or who holds it; id "" */
	int64_t again_at_ms;        /* when the register alone changes */
	struct subject_facts facts; /* points to what follows */

	struct fact_observation observations[KNOWN_OBSERVATIONS];
	struct {
		char source[STORE_ID];
		char text[VERDICT_TEXT_MAX];
	} held[KNOWN_OBSERVATIONS];
	struct subject_statement statements[KNOWN_STATEMENTS];
	struct {
		char rule[64];
		char by[VERDICT_SOURCE_MAX];
	} stated[KNOWN_STATEMENTS];
	struct known_exception exceptions[KNOWN_EXCEPTIONS];
	size_t exception_count;

	/* Of a phone. */
	struct security_facts security[KNOWN_SECURITY];
	struct security_observation answers[KNOWN_SECURITY];
	char answer_sources[KNOWN_SECURITY][STORE_ID];
	struct profile_list_facts profiles; /* owned */
	char profiles_source[STORE_ID];
};

/* -ERR_NOT_FOUND: no such organisation, or no policy in force in it. */
int judge_world_init(struct service *service, const char *org_id,
    struct judge_world *out, struct err *err);
/* Begins another moment, for batches go on for a while; in a transaction. */
int judge_world_now(
    struct txn *txn, struct judge_world *world, struct err *err);
/* What a rule's verdict rests on. */
judge_change judge_depends(const struct pack_rule *rule);
/* PACK_SUBJECT_… as the store counts them. */
enum store_subject judge_subject_of(const struct pack_rule *rule);

/*
 * Loads; known is used again and again, known_clear() at the end. What no rule
 * asks is not looked for.
 */
int known_load(struct txn *txn, const struct judge_world *world,
    enum store_subject kind, const char *id, struct judge_known *known,
    struct err *err);
void known_clear(struct judge_known *known);

/* The loaders of each kind (judge_person.c, judge_phone.c, judge_sim.c,
 * judge_unit.c). */
int known_load_person(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err);
int known_load_phone(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err);
int known_load_subscription(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err);
int known_load_unit(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err);
int known_load_organisation(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err);

/* Fills who; leaves it empty for person_id "". */
int known_person_load(struct txn *txn, const struct judge_world *world,
    const char *person_id, struct known_person *who, struct err *err);

/* Items of evidence about the subject become observations. */
int known_load_evidence(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err);

/* The next free observation; NULL: full, which no subject comes near. */
struct fact_observation *known_observe(struct judge_known *known,
    enum pack_fact fact, const char *source, int64_t observed_at);
/* Of our own register: yes or no, now. */
void known_register(struct judge_known *known, const struct judge_world *world,
    enum pack_fact fact, enum pack_word word);
void known_again(struct judge_known *known, int64_t at_ms);

/* May anything that the rule asks be judged of this subject now? */
bool known_is_judged(
    const struct judge_known *known, const struct pack_rule *rule);
/* subject_facts for one rule: its exception put in. */
void known_facts_for(const struct judge_known *known,
    const struct pack_rule *rule, struct subject_facts *out);

/* ---- sim.device items: where a SIM was seen (judge_sighting.c) ---- */

#define SIGHTING_FACT "sim.device"
#define INVENTORY_FACT "sim.inventory" /* of a phone: it listed its lines */
/* Words of such an item: "at:<device id>", … */
#define SIGHTING_AT "at:"
#define SIGHTING_NOT "not:"
#define SIGHTING_EXPECTED "expected"
#define SIGHTING_FOREIGN "foreign"

#endif
