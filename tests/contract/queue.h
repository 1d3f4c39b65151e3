/*
 * queue: the shortest use of lifecycle and store that does what a step of the
 * model says: one write unit a step.
 */
#ifndef TESTS_CONTRACT_QUEUE_H
#define TESTS_CONTRACT_QUEUE_H

#include "server/store/store.h"
#include "tests/contract/model.h"

#define QUEUE_ORG "0a600000-0000-7000-8000-000000000001"
#define QUEUE_LINK "11480000-0000-7000-8000-000000000001"

/* A store_fn without arg: the organisation, and a link all phones came by. */
int queue_prepare(struct txn *txn, void *arg, struct err *err);

/*
 * The number of the last step that changed anything, written by the unit of
 * the step itself: after a crash it tells which steps are there.
 */
int queue_last_step(struct store *store, uint64_t *out, struct err *err);

/* The id of a phone, also its UDID. */
void queue_phone_id(int phone, char out[STORE_ID]);

/* Negative: not an outcome but a fault, e.g. a full disk. */
int queue_apply(struct store *store, const struct step *step,
    struct outcome *out, struct err *err);

#endif
