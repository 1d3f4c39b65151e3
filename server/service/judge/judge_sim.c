/* A subscription: where its SIM is by the algorithm of policies/sim.h (BOT-20),
 * and by which order it came. */
#include <stdio.h>
#include <string.h>

#include "policies/sim.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/judge/judge_known.h"
#include "server/store/store_task.h"

#define SIGHTINGS 16

/* When a phone listed its lines, with or without the card. */
struct inventory {
	int64_t at; /* 0: never */
	int64_t until;
};

struct card {
	struct txn *txn;
	const struct judge_world *world;
	struct subscription_row row;
	struct assignment_row held; /* id "" */
	struct sim_sighting sightings[SIGHTINGS];
	size_t count;
	struct inventory inventory; /* of the assigned phone */
};

/* Sightings ------------------------------------------------------------------ */

static bool is_at(const char *word, const char *kind)
{
	return strncmp(word, kind, strlen(kind)) == 0;
}

static bool place_of(
    const struct card *card, const char *word, struct sim_sighting *out)
{
	const char *assigned = card->held.device_id;

	if (is_at(word, SIGHTING_AT)) {
		const char *device_id = word + strlen(SIGHTING_AT);

		(void)str_copy(
		    out->device_id, sizeof(out->device_id), device_id);
		out->place = *assigned && strcmp(device_id, assigned) == 0
		    ? SIM_AT_ASSIGNED
		    : SIM_AT_OURS;
		return true;
	}
	if (is_at(word, SIGHTING_NOT)) {
		out->place = SIM_NOT_ASSIGNED;
		/* Asked about another phone it says nothing of this one. */
		return *assigned &&
		    strcmp(word + strlen(SIGHTING_NOT), assigned) == 0;
	}
	if (strcmp(word, SIGHTING_EXPECTED) == 0)
		out->place = SIM_AT_EXPECTED;
	else if (strcmp(word, SIGHTING_FOREIGN) == 0)
		out->place = SIM_AT_FOREIGN;
	else
		return false;
	return true;
}

static int take_sighting(void *arg, const struct evidence_item_row *row)
{
	struct card *card = arg;
	struct sim_sighting sighting = {
	    .source = strcmp(row->source, "mdm") == 0 ? SIM_FROM_PHONE
	        : strcmp(row->source, "bench") == 0   ? SIM_FROM_BENCH
	                                              : SIM_FROM_OPERATOR,
	    .at_ms = row->observed_at,
	    .first_at_ms = row->number,
	    .fresh_until_ms = row->valid_until,
	};

	if (card->count < SIGHTINGS && place_of(card, row->word, &sighting))
		card->sightings[card->count++] = sighting;
	return 0;
}

static int take_inventory(void *arg, const struct evidence_item_row *row)
{
	struct inventory *inventory = arg;

	if (row->observed_at > inventory->at) {
		inventory->at = row->observed_at;
		inventory->until = row->valid_until;
	}
	return 0;
}

/* When the phone last listed its lines. */
static int inventory_load(struct card *card, const char *device_id,
    struct inventory *out, struct err *err)
{
	*out = (struct inventory){0};
	return store_evidence_item_each(card->txn,
	    card->world->tenant->organisation.id, STORE_SUBJECT_PHONE,
	    device_id, INVENTORY_FACT, take_inventory, out, err);
}

/*
 * Another phone of ours that the holder has as well, or one that nobody holds
 * and that waits in a pool or at repair, is a swap and no misuse.
 */
static int look_at_case(
    struct card *card, struct sim_sighting *sighting, struct err *err)
{
	struct assignment_row other;
	int rc = store_assignment_find_phone(card->txn,
	    card->world->tenant->organisation.id, sighting->device_id, 0,
	    &other, NULL);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(
		    err, (enum err_code) - rc, "a phone could not be read");
	if (rc == 0 && !card->held.device_id[0] &&
	    strcmp(other.person_id, card->held.person_id) == 0)
		sighting->place = SIM_AT_ASSIGNED; /* any phone of its holder */
	sighting->case_open = rc == -ERR_NOT_FOUND || other.is_shared ||
	    strcmp(other.person_id, card->held.person_id) == 0;
	return 0;
}

/* That phone has listed its lines since: it is not there any more. */
static int look_whether_left(
    struct card *card, struct sim_sighting *sighting, struct err *err)
{
	struct inventory inventory;
	int rc = inventory_load(card, sighting->device_id, &inventory, err);

	if (rc == 0 && sighting->source != SIM_FROM_OPERATOR &&
	    inventory.at > sighting->at_ms)
		sighting->fresh_until_ms = 0;
	return rc;
}

static int sightings_load(
    struct card *card, const struct judge_known *known, struct err *err)
{
	size_t i;
	int rc = store_evidence_item_each(card->txn,
	    card->world->tenant->organisation.id, STORE_SUBJECT_SUBSCRIPTION,
	    known->id, SIGHTING_FACT, take_sighting, card, err);

	if (rc == 0 && card->held.device_id[0])
		rc = inventory_load(
		    card, card->held.device_id, &card->inventory, err);
	for (i = 0; rc == 0 && i < card->count; i++) {
		struct sim_sighting *sighting = &card->sightings[i];

		if (sighting->place != SIM_AT_OURS)
			continue;
		rc = look_whether_left(card, sighting, err);
		if (rc == 0)
			rc = look_at_case(card, sighting, err);
	}
	return rc;
}

/* The place -------------------------------------------------------------------- */

static void facts_fill(const struct card *card, struct sim_facts *out)
{
	size_t i;

	*out = (struct sim_facts){
	    .now_ms = card->world->now,
	    .accessory = card->row.flags != 0,
	    .has_assigned = card->held.device_id[0] != '\0',
	    .assigned_at_ms = card->held.from_at,
	    .inventory_at_ms = card->inventory.at,
	    .inventory_fresh_until_ms = card->inventory.until,
	    .sightings = card->sightings,
	    .sighting_count = card->count,
	};
	for (i = 0; i < card->count; i++) {
		const struct sim_sighting *seen = &card->sightings[i];

		if (seen->source == SIM_FROM_OPERATOR)
			continue;
		if (seen->at_ms > out->last_in_inventory_ms)
			out->last_in_inventory_ms = seen->at_ms;
		/* The list and the sighting are of one answer when the card
		 * was in it. */
		if (seen->place == SIM_AT_ASSIGNED &&
		    seen->at_ms >= card->inventory.at)
			out->inventory_has_it = true;
	}
}

static void observe(
    const struct sim_location *location, struct judge_known *known)
{
	static const char *const sources[] = {
	    [SIM_FROM_PHONE] = "mdm",
	    [SIM_FROM_BENCH] = "bench",
	    [SIM_FROM_OPERATOR] = "operator",
	};
	struct fact_observation *seen;

	known_again(known, location->again_at_ms);
	if (location->observed_at_ms == 0)
		return;
	seen = known_observe(known, PACK_FACT_SIM_LOCATION,
	    location->state == SIM_DISPUTED ? "mdm, operator"
	                                    : sources[location->source],
	    location->observed_at_ms);
	if (!seen)
		return;
	seen->valid_until_ms = location->fresh_until_ms;
	seen->is_disputed = location->state == SIM_DISPUTED;
	seen->word = pack_word_find(sim_state_name(location->state));
	if (seen->word == PACK_WORD_COUNT)
		seen->word = PACK_WORD_UNKNOWN;
}

static enum pack_word order_word(const struct card *card)
{
	struct equipment_order_row order;
	const char *id =
	    card->held.order_id[0] ? card->held.order_id : card->row.order_id;

	if (!*id ||
	    store_equipment_order_load(
	        card->txn, card->row.org_id, id, &order, NULL) != 0)
		return PACK_WORD_NO;
	return order.state == EQUIPMENT_ORDER_APPROVED ||
	        order.state == EQUIPMENT_ORDER_ORDERED ||
	        order.state == EQUIPMENT_ORDER_LINKED
	    ? PACK_WORD_YES
	    : PACK_WORD_NO;
}

static int rows_load(
    struct card *card, struct judge_known *known, struct err *err)
{
	const char *org_id = card->world->tenant->organisation.id;
	int rc = store_subscription_load(
	    card->txn, org_id, known->id, &card->row, NULL);

	if (rc == -ERR_NOT_FOUND || (rc == 0 && card->row.ended_at))
		return 0;
	if (rc == 0)
		rc = store_assignment_find_subscription(
		    card->txn, org_id, known->id, 0, &card->held, NULL);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, (enum err_code) - rc,
		    "a subscription could not be read");
	known->exists = true;
	return known_person_load(
	    card->txn, card->world, card->held.person_id, &known->person, err);
}

int known_load_subscription(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err)
{
	struct card card = {.txn = txn, .world = world};
	struct sim_location location;
	struct sim_facts facts;
	int rc = rows_load(&card, known, err);

	if (rc < 0 || !known->exists)
		return rc;
	known->facts.roles = known->person.roles;
	known->facts.employment_end_day = known->person.end_day;
	known_again(known, known->person.again_at_ms);
	if (world->asked[known->kind] & JUDGE_FACT(PACK_FACT_SIM_LOCATION)) {
		rc = sightings_load(&card, known, err);
		if (rc < 0)
			return rc;
		facts_fill(&card, &facts);
		sim_locate(&facts, &location);
		observe(&location, known);
	}
	if (world->asked[known->kind] &
	    JUDGE_FACT(PACK_FACT_REGISTER_ORDER_APPROVED))
		known_register(known, world, PACK_FACT_REGISTER_ORDER_APPROVED,
		    order_word(&card));
	return known_load_evidence(txn, world, known, err);
}
