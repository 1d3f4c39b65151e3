/*
 * judge_sighting: where our SIMs were seen. Only sightings of the
 * organisation's own subscriptions are kept, as "in our phone <id>" or "in
 * foreign equipment"; every other card in a phone is looked at and forgotten
 * (DESIGN invariant 9).
 */
#ifndef SERVER_SERVICE_JUDGE_JUDGE_SIGHTING_H
#define SERVER_SERVICE_JUDGE_JUDGE_SIGHTING_H

#include <stdint.h>

#include "server/store/store_equipment.h"
#include "server/store/store_evidence.h"

struct device_facts;
struct err;
struct service;
struct station_facts;
struct txn;

/*
 * A phone told its lines in DeviceInformation; of a private phone nothing is
 * taken. Judges the subscriptions that it concerns.
 */
int sighting_take_answer(struct txn *txn, struct service *service,
    const struct device *device, const struct device_facts *said, int64_t now,
    struct err *err);
/* The same from a bench. */
int sighting_take_bench(struct txn *txn, struct service *service,
    const struct device *device, const struct station_facts *seen, int64_t at,
    struct err *err);

/* The open subscription of an ICCID in any of its spellings (18 to 20 digits);
 * -ERR_NOT_FOUND: not ours. */
int sighting_find_subscription(struct txn *txn, const char *org_id,
    const char *iccid, struct subscription_row *out, struct err *err);

/*
 * Saves one sighting as an item of evidence; first_at is kept over a row of
 * equal words. *taken: it was not older than what is known.
 */
int sighting_save(struct txn *txn, struct evidence_item_row *item, bool *taken,
    struct err *err);

#endif
