/*
 * wipe_proof: what a bench found on a phone that was to be wiped, weighed. A
 * phone that was erased is not activated, stands in Setup Assistant, has lost
 * our supervision and knows no computer that it trusted before. Pure.
 */
#ifndef SERVER_LIFECYCLE_WIPE_PROOF_H
#define SERVER_LIFECYCLE_WIPE_PROOF_H

#include <stddef.h>

/* The pair record that the station had from before the erase. */
enum proof_pair {
	PROOF_PAIR_UNKNOWN = 0, /* none, made since, or it was not tried */
	PROOF_PAIR_REFUSED,     /* it had worked, and the phone knows it no
	                           more */
	PROOF_PAIR_UNTESTED,    /* refused, but it had never worked */
	PROOF_PAIR_TAKEN,       /* the phone still trusts this station */
	PROOF_PAIR_COUNT
};

enum proof_activation {
	PROOF_ACTIVATION_UNKNOWN = 0,
	PROOF_ACTIVATED,
	PROOF_UNACTIVATED,
	PROOF_ACTIVATION_OTHER,
	PROOF_ACTIVATION_COUNT
};

enum proof_setup {
	PROOF_SETUP_UNKNOWN = 0,
	PROOF_SETUP_OPEN, /* in Setup Assistant */
	PROOF_SETUP_DONE,
	PROOF_SETUP_COUNT
};

enum proof_cloud {
	PROOF_CLOUD_UNKNOWN = 0,
	PROOF_CLOUD_NONE,
	PROOF_CLOUD_OURS,
	PROOF_CLOUD_FOREIGN,
	PROOF_CLOUD_COUNT
};

struct wipe_evidence {
	enum proof_pair pair;
	enum proof_activation activation;
	enum proof_setup setup;
	enum proof_cloud cloud;
};

enum wipe_finding {
	WIPE_FINDING_NOT_ENOUGH = 0, /* unknown, or it contradicts itself */
	WIPE_FINDING_PROVEN,
	WIPE_FINDING_CAUGHT, /* it acknowledged and did not erase */
	WIPE_FINDING_COUNT
};

/*
 * Proven: not activated, and at least two of the other three speak for an
 * erase, and none against it. Caught: activated and still trusting the station
 * that it trusted before; or, with no pairing of before to tell, activated, set
 * up and supervised by us. All else is not enough. A state that is not known
 * never counts for anything.
 */
enum wipe_finding wipe_proof_weigh(const struct wipe_evidence *evidence);

/* One sentence on what speaks for the erase and what does not. */
void wipe_proof_explain(
    const struct wipe_evidence *evidence, char *out, size_t size);

#endif
