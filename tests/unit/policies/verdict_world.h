/*
 * verdict_world: a phone in each situation of knowledge that a verdict is made
 * of, under the rules of a made-up municipality.
 */
#ifndef TESTS_UNIT_POLICIES_VERDICT_WORLD_H
#define TESTS_UNIT_POLICIES_VERDICT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policies/verdict.h"
#include "proto/apple/facts.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

/* EXA-01: present 24 h, compliant 12 h, profile 7 d, settle 2 h, in force
 * 2024-02-01 to 2028-01-31. */
#define NOW INT64_C(1772438400000) /* 2026-03-02T08:00:00Z */
#define H TIME_HOUR_MS
#define M TIME_MINUTE_MS
#define D TIME_DAY_MS
#define AGO(ms) (NOW - (ms))
/* Nothing but the end of the rule. */
#define NEVER INT64_C(1832976000000)

extern struct pack *pack;

/* cmocka group fixtures: the pack. */
int pack_open(void **state);
int pack_close(void **state);

enum listed { NO_LIST, LIST_OURS, LIST_OLD, LIST_EMPTY, LIST_FAKE };

/* One SecurityInfo: Y, N or ? for present, compliant, with profiles. */
struct answer {
	const char *says;
	int64_t at;
	const char *source;
};

struct situation {
	const char *name;
	struct answer answers[2];
	enum listed listed;
	int64_t listed_at;
	int64_t enrolled_at;
	int64_t ordered_at;
	int64_t acknowledged_at;
	enum verdict verdict;
	enum verdict_cause cause;
	enum pack_fact fact;
	int64_t again_at;
	const char *reason; /* part of the English sentence */
};

/* The first is proven in all, the second broken. */
extern const struct situation situations[];
extern const size_t situation_count;

extern const struct policy_profile_summary expected;

/* Facts to point a subject at. */
struct phone {
	struct security_facts security[3];
	struct security_observation observations[3];
	struct profile_fact entries[2];
	struct profile_list_facts list;
	struct subject_facts subject;
};

void phone_make(struct phone *phone, const struct situation *situation);
/* One answer more. */
void phone_answer(struct phone *phone, const struct answer *answer);

#endif
