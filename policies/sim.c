#include "policies/sim.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

static const char *const names[SIM_STATE_COUNT] = {
    [SIM_UNKNOWN] = "unknown",
    [SIM_IN_ASSIGNED] = "in_assigned",
    [SIM_MOVED_ALLOWED] = "moved_allowed",
    [SIM_MOVED] = "moved",
    [SIM_IN_UNMANAGED] = "in_unmanaged",
    [SIM_MISSING] = "missing",
    [SIM_ACCESSORY] = "accessory",
    [SIM_DISPUTED] = "disputed",
};

const char *sim_state_name(enum sim_state state)
{
	return (unsigned)state < SIM_STATE_COUNT ? names[state] : "unknown";
}

int sim_state_find(const char *name, enum sim_state *out)
{
	unsigned i;

	for (i = 0; i < SIM_STATE_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum sim_state)i;
			return 0;
		}
	}
	return -ERR_NOT_FOUND;
}

/* Which sightings count ------------------------------------------------- */

static int64_t later(int64_t time_ms, int64_t by_ms)
{
	int64_t sum;

	return __builtin_add_overflow(time_ms, by_ms, &sum) ? INT64_MAX : sum;
}

static void again_at(struct sim_location *out, int64_t time_ms)
{
	if (time_ms < out->again_at_ms)
		out->again_at_ms = time_ms;
}

static bool is_of_phone(const struct sim_sighting *sighting)
{
	return sighting->source != SIM_FROM_OPERATOR;
}

/* The phone has listed its lines since, without this card. */
static bool is_overtaken(
    const struct sim_facts *facts, const struct sim_sighting *sighting)
{
	return is_of_phone(sighting) && sighting->place == SIM_AT_ASSIGNED &&
	    !facts->inventory_has_it &&
	    facts->inventory_at_ms > sighting->at_ms;
}

/* A card that was given to somebody else today was seen elsewhere rightly. */
static bool is_usable(
    const struct sim_facts *facts, const struct sim_sighting *sighting)
{
	return sighting->at_ms >= facts->assigned_at_ms &&
	    sighting->at_ms <= later(facts->now_ms, SIM_SKEW_MS) &&
	    sighting->fresh_until_ms >= facts->now_ms &&
	    !is_overtaken(facts, sighting);
}

static const struct sim_sighting *newest(
    const struct sim_facts *facts, bool of_phone)
{
	const struct sim_sighting *found = NULL;
	size_t i;

	for (i = 0; i < facts->sighting_count; i++) {
		const struct sim_sighting *sighting = &facts->sightings[i];

		if (is_of_phone(sighting) == of_phone &&
		    is_usable(facts, sighting) &&
		    (!found || sighting->at_ms > found->at_ms))
			found = sighting;
	}
	return found;
}

/* A wrong clock comes right with time. */
static void again_for_future(
    const struct sim_facts *facts, struct sim_location *out)
{
	size_t i;

	for (i = 0; i < facts->sighting_count; i++) {
		int64_t at = facts->sightings[i].at_ms;

		if (at > later(facts->now_ms, SIM_SKEW_MS))
			again_at(out, at - SIM_SKEW_MS);
	}
}

/* What they mean --------------------------------------------------------- */

static void located(const struct sim_sighting *by, enum sim_state state,
    struct sim_location *out)
{
	out->state = state;
	out->source = by->source;
	out->observed_at_ms = by->at_ms;
	out->fresh_until_ms = by->fresh_until_ms;
	(void)str_copy(out->device_id, sizeof(out->device_id), by->device_id);
	again_at(out, later(by->fresh_until_ms, 1));
}

/*
 * Gone from its phone, or never put into it, for longer than the grace: a card
 * in a drawer. The phone must have listed its lines lately.
 */
static void locate_missing(
    const struct sim_facts *facts, struct sim_location *out)
{
	int64_t seen = facts->last_in_inventory_ms > facts->assigned_at_ms
	    ? facts->last_in_inventory_ms
	    : facts->assigned_at_ms;
	int64_t over = later(seen, SIM_MISSING_GRACE_MS);

	out->state = SIM_UNKNOWN;
	if (!facts->has_assigned || facts->inventory_has_it ||
	    facts->inventory_at_ms <= 0 || seen <= 0 ||
	    facts->inventory_at_ms < seen ||
	    facts->inventory_fresh_until_ms < facts->now_ms)
		return;
	again_at(out, later(facts->inventory_fresh_until_ms, 1));
	out->observed_at_ms = facts->inventory_at_ms;
	out->fresh_until_ms = facts->inventory_fresh_until_ms;
	if (facts->now_ms < over)
		again_at(out, over);
	else
		out->state = SIM_MISSING;
}

/*
 * One word of the operator is not enough to call it misuse: an export may be a
 * day behind a swap. It has to hold for a day, and since the phone itself last
 * had the card.
 */
static bool is_confirmed(
    const struct sim_facts *facts, const struct sim_sighting *operator_says)
{
	int64_t first = operator_says->first_at_ms > 0
	    ? operator_says->first_at_ms
	    : operator_says->at_ms;

	if (facts->last_in_inventory_ms > first)
		first = facts->last_in_inventory_ms;
	if (facts->assigned_at_ms > first)
		first = facts->assigned_at_ms;
	return operator_says->at_ms - first >= SIM_UNMANAGED_APART_MS;
}

static void locate_by(const struct sim_facts *facts,
    const struct sim_sighting *by, struct sim_location *out)
{
	switch (by->place) {
	case SIM_AT_ASSIGNED:
		located(by, SIM_IN_ASSIGNED, out);
		return;
	case SIM_AT_EXPECTED:
		located(by,
		    facts->accessory ? SIM_ACCESSORY : SIM_MOVED_ALLOWED, out);
		return;
	case SIM_AT_OURS:
		located(by, by->case_open ? SIM_MOVED_ALLOWED : SIM_MOVED, out);
		return;
	case SIM_AT_FOREIGN:
		if (is_confirmed(facts, by)) {
			located(by, SIM_IN_UNMANAGED, out);
			return;
		}
		break;
	case SIM_NOT_ASSIGNED:
		break;
	}
	locate_missing(facts, out);
}

static bool is_at_home(
    const struct sim_facts *facts, const struct sim_sighting *sighting)
{
	return sighting->place == SIM_AT_ASSIGNED ||
	    (facts->accessory && sighting->place == SIM_AT_EXPECTED);
}

/* Can both be true of one moment? */
static bool is_agreed(const struct sim_facts *facts,
    const struct sim_sighting *phone, const struct sim_sighting *operator_says)
{
	if (operator_says->place == SIM_NOT_ASSIGNED)
		return phone->place != SIM_AT_ASSIGNED;
	if (phone->place == SIM_AT_OURS && operator_says->place == SIM_AT_OURS)
		return strcmp(phone->device_id, operator_says->device_id) == 0;
	return phone->place == operator_says->place ||
	    (is_at_home(facts, phone) && is_at_home(facts, operator_says));
}

static void locate_both(const struct sim_facts *facts,
    const struct sim_sighting *phone, const struct sim_sighting *operator_says,
    struct sim_location *out)
{
	int64_t apart = phone->at_ms - operator_says->at_ms;
	const struct sim_sighting *newer = apart >= 0 ? phone : operator_says;

	if (is_agreed(facts, phone, operator_says)) {
		/* The phone's own word says more than "not in that one". */
		locate_by(facts,
		    newer->place == SIM_NOT_ASSIGNED ? phone : newer, out);
		return;
	}
	if ((apart < 0 ? -apart : apart) > SIM_DISPUTE_MS) {
		locate_by(facts, newer, out);
		return;
	}
	located(newer, SIM_DISPUTED, out);
	again_at(out, later(phone->fresh_until_ms, 1));
	again_at(out, later(operator_says->fresh_until_ms, 1));
}

void sim_locate(const struct sim_facts *facts, struct sim_location *out)
{
	struct sim_location made = {.again_at_ms = INT64_MAX};
	const struct sim_sighting *phone = newest(facts, true);
	const struct sim_sighting *operator_says = newest(facts, false);

	again_for_future(facts, &made);
	if (phone && operator_says)
		locate_both(facts, phone, operator_says, &made);
	else if (phone || operator_says)
		locate_by(facts, phone ? phone : operator_says, &made);
	else
		locate_missing(facts, &made);
	*out = made;
}
