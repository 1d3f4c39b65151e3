#include "server/lifecycle/wipe_proof.h"

#include <stdbool.h>
#include <stdio.h>

/* What one piece of evidence says. */
enum weight { NOTHING = 0, FOR, AGAINST };

struct weighed {
	enum weight weight;
	const char *words;
};

static const struct weighed pairs[PROOF_PAIR_COUNT] = {
    [PROOF_PAIR_UNKNOWN] = {NOTHING, "no pairing from before to compare"},
    [PROOF_PAIR_REFUSED] = {FOR, "the former pairing is gone"},
    [PROOF_PAIR_UNTESTED] = {NOTHING,
        "a pairing was refused that had never worked"},
    [PROOF_PAIR_TAKEN] = {AGAINST, "the former pairing still works"},
};

/* Activated says nothing by itself: it may have been set up again. */
static const struct weighed activations[PROOF_ACTIVATION_COUNT] = {
    [PROOF_ACTIVATION_UNKNOWN] = {NOTHING, "activation unknown"},
    [PROOF_ACTIVATED] = {NOTHING, "activated"},
    [PROOF_UNACTIVATED] = {FOR, "not activated"},
    [PROOF_ACTIVATION_OTHER] = {NOTHING, "an unusual activation state"},
};

static const struct weighed setups[PROOF_SETUP_COUNT] = {
    [PROOF_SETUP_UNKNOWN] = {NOTHING, "setup state unknown"},
    [PROOF_SETUP_OPEN] = {FOR, "in Setup Assistant"},
    [PROOF_SETUP_DONE] = {AGAINST, "set up"},
};

/* Ours does not outlive an erase; another's can come with the next owner. */
static const struct weighed clouds[PROOF_CLOUD_COUNT] = {
    [PROOF_CLOUD_UNKNOWN] = {NOTHING, "supervision unknown"},
    [PROOF_CLOUD_NONE] = {FOR, "no longer supervised"},
    [PROOF_CLOUD_OURS] = {AGAINST, "still supervised by us"},
    [PROOF_CLOUD_FOREIGN] = {FOR, "supervised by another organisation"},
};

/* The pieces in order: activation first, which is the one that must be. */
#define PIECES 4

static void look(
    const struct wipe_evidence *evidence, const struct weighed *pieces[PIECES])
{
	static const struct weighed odd = {NOTHING, "unknown"};
	const struct {
		const struct weighed *table;
		unsigned value;
		unsigned count;
	} found[PIECES] = {
	    {activations, evidence->activation, PROOF_ACTIVATION_COUNT},
	    {setups, evidence->setup, PROOF_SETUP_COUNT},
	    {clouds, evidence->cloud, PROOF_CLOUD_COUNT},
	    {pairs, evidence->pair, PROOF_PAIR_COUNT},
	};

	for (int i = 0; i < PIECES; i++)
		pieces[i] = found[i].value < found[i].count
		    ? &found[i].table[found[i].value]
		    : &odd;
}

/* What an erase takes away is all there: the trust of before, or, where no
 * pairing of before can tell, our supervision of a phone that is set up. A new
 * life of ours would have enrolled, which proves the erase by itself. */
static bool is_as_before(const struct wipe_evidence *evidence)
{
	if (evidence->activation != PROOF_ACTIVATED)
		return false;
	return evidence->pair == PROOF_PAIR_TAKEN ||
	    (evidence->pair != PROOF_PAIR_REFUSED &&
	        evidence->setup == PROOF_SETUP_DONE &&
	        evidence->cloud == PROOF_CLOUD_OURS);
}

enum wipe_finding wipe_proof_weigh(const struct wipe_evidence *evidence)
{
	const struct weighed *pieces[PIECES];
	int speak_for = 0;
	bool is_contradicted = false;

	if (is_as_before(evidence))
		return WIPE_FINDING_CAUGHT;
	look(evidence, pieces);
	for (int i = 1; i < PIECES; i++) {
		speak_for += pieces[i]->weight == FOR;
		is_contradicted |= pieces[i]->weight == AGAINST;
	}
	return pieces[0]->weight == FOR && speak_for >= 2 && !is_contradicted
	    ? WIPE_FINDING_PROVEN
	    : WIPE_FINDING_NOT_ENOUGH;
}

void wipe_proof_explain(
    const struct wipe_evidence *evidence, char *out, size_t size)
{
	const struct weighed *pieces[PIECES];

	look(evidence, pieces);
	(void)snprintf(out, size, "%s, %s, %s, %s", pieces[0]->words,
	    pieces[1]->words, pieces[2]->words, pieces[3]->words);
}
