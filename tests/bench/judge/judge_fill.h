/*
 * judge_fill: an organisation of so many people, each with a unit, an
 * employment, a phone that has answered, a SIM that was seen in it, a greeting
 * that a connector saw and a statement.
 */
#ifndef TESTS_BENCH_JUDGE_FILL_H
#define TESTS_BENCH_JUDGE_FILL_H

#include "server/service/mdm/policy_profile.h"
#include "server/service/service.h"

struct fill {
	struct store *store;
	const struct tenant *tenant;
	const struct policy_profile *profile;
	unsigned people;
	int64_t now;
	unsigned number; /* of the organisation: ids differ by it */
};

int fill_organisation(const struct fill *fill, struct err *err);

/* The id of the nth subject of a kind: 'p'erson, 'd'evice, 's'ubscription. */
void fill_id(
    const struct fill *fill, char kind, unsigned n, char out[STORE_ID]);

#endif
