/*
 * sim: where the SIM of a company subscription is, worked out from what phones,
 * benches and the operator have seen (BOT-20). Pure. Where a thing was seen is
 * told in words of the organisation's own equipment: the number of a foreign
 * card or phone has no place here, so nothing can be kept of it (DESIGN
 * invariant 9).
 */
#ifndef POLICIES_SIM_H
#define POLICIES_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/uuid.h"

/* ---- identities (sim_number.c) ---- */

#define SIM_NUMBER_MAX 33 /* an EID: 32 digits, with NUL */

enum sim_hint {
	SIM_HINT_NONE,
	SIM_HINT_TYPO /* a check digit does not fit: look again, no verdict */
};

/*
 * Digits as people and exports write them → the one spelling. -ERR_INVALID
 * when it cannot be one; *hint may be NULL.
 *   iccid: 18 to 20 digits, 89…; blanks, dashes, a trailing F go
 *   imei: 15 digits; of an IMEISV the two of the software version go and the
 *     check digit is worked out
 *   eid: 32 digits, 89…
 */
int sim_iccid_normalise(
    const char *text, char out[SIM_NUMBER_MAX], enum sim_hint *hint);
int sim_imei_normalise(
    const char *text, char out[SIM_NUMBER_MAX], enum sim_hint *hint);
int sim_eid_normalise(
    const char *text, char out[SIM_NUMBER_MAX], enum sim_hint *hint);

/* Normalised numbers. Equal, or equal in the first 18 digits when one of them
 * lacks its check digit. */
bool sim_iccid_is_same(const char *a, const char *b);

/* One SIM that could be meant. */
struct sim_candidate {
	const char *iccid; /* normalised */
	const char *operator_name;
};
#define SIM_NO_MATCH ((size_t)-1)
/*
 * Which of the candidates an export means: the same ICCID; or, when text is
 * just the 12 last digits of one (as some operators print it), the only one of
 * that operator with that end. Two that fit are no match. operator_name NULL:
 * any. text: any spelling.
 */
size_t sim_iccid_match(const struct sim_candidate *candidates, size_t count,
    const char *text, const char *operator_name);

/* ---- the place of a SIM (sim.c) ---- */

/* Stored by name. */
enum sim_state {
	SIM_UNKNOWN,       /* nothing fresh */
	SIM_IN_ASSIGNED,   /* in the phone it belongs to */
	SIM_MOVED_ALLOWED, /* in another of ours, with a case open for it */
	SIM_MOVED,         /* in another of ours */
	SIM_IN_UNMANAGED,  /* in equipment that is on none of our lists */
	SIM_MISSING,       /* gone from its phone; says nothing about misuse */
	SIM_ACCESSORY,     /* a twin, data or M2M card where it is expected */
	SIM_DISPUTED       /* phone and operator contradict each other */
};
#define SIM_STATE_COUNT 8

/* "unknown", "in_assigned", …, "accessory", "disputed" */
const char *sim_state_name(enum sim_state state);
int sim_state_find(const char *name, enum sim_state *out);

enum sim_source {
	SIM_FROM_PHONE,    /* ServiceSubscriptions of the phone itself */
	SIM_FROM_BENCH,    /* read over the cable */
	SIM_FROM_OPERATOR, /* the network's or the export's word */
};

/* Where it was seen. */
enum sim_place {
	SIM_AT_ASSIGNED,
	SIM_AT_OURS,      /* other managed, ordered or allowed equipment */
	SIM_AT_EXPECTED,  /* on the subscription's own list of equipment */
	SIM_AT_FOREIGN,   /* on none of our lists */
	SIM_NOT_ASSIGNED, /* the operator says only: not in that one */
};

/* One sighting, the newest of its source and place. */
struct sim_sighting {
	enum sim_source source;
	enum sim_place place;
	/* Ours or assigned: which; else "". */
	char device_id[UUID_TEXT_MAX];
	bool case_open;      /* swap, repair, loan or pool case of that phone */
	int64_t first_at_ms; /* of an unbroken row of the same; 0: at_ms */
	int64_t at_ms;
	int64_t fresh_until_ms;
};

/* What is known of one subscription. Borrowed; zero is unknown. */
struct sim_facts {
	int64_t now_ms;
	bool accessory;         /* twin, data only or M2M: see expected list */
	bool has_assigned;      /* is it assigned to a phone at all? */
	int64_t assigned_at_ms; /* since when; sightings before do not count */
	/* The newest list of lines that the assigned phone gave, with or
	 * without this card; 0: none. */
	int64_t inventory_at_ms;
	int64_t inventory_fresh_until_ms;
	bool inventory_has_it;
	/* When the card was last in such a list; 0: never. */
	int64_t last_in_inventory_ms;
	const struct sim_sighting *sightings; /* in any order */
	size_t sighting_count;
};

#define SIM_MISSING_GRACE_MS INT64_C(604800000)  /* 7 days */
#define SIM_UNMANAGED_APART_MS INT64_C(86400000) /* two sightings, 24 h */
#define SIM_DISPUTE_MS INT64_C(3600000)
#define SIM_SKEW_MS INT64_C(300000)

struct sim_location {
	enum sim_state state;
	enum sim_source source;        /* of the deciding sighting */
	int64_t observed_at_ms;        /* of it; 0: none decided */
	int64_t fresh_until_ms;        /* of it; 0 */
	char device_id[UUID_TEXT_MAX]; /* where it is, when ours */
	/* When time alone may change the state; INT64_MAX: never. */
	int64_t again_at_ms;
};

void sim_locate(const struct sim_facts *facts, struct sim_location *out);

#endif
