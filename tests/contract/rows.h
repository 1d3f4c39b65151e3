/*
 * rows: rows that are whole enough to store, for tests, and the chain they
 * hang on: organisation, link, device, life.
 */
#ifndef TESTS_CONTRACT_ROWS_H
#define TESTS_CONTRACT_ROWS_H

#include "tests/contract/fixture.h"

/* Fills a text field to its last byte. */
void rows_fill(char *field, size_t size, char letter);
#define ROWS_FILL(field, letter) rows_fill(field, sizeof(field), letter)

/* One enrolled phone and what it hangs on; ids are made anew. */
struct phone {
	struct organisation org;
	struct link link;
	struct device device;
	struct life life;
};

void phone_make(struct fixture *fixture, struct phone *out);
/* Another phone of the same organisation. */
void phone_make_beside(
    struct fixture *fixture, const struct phone *first, struct phone *out);
/* A store_fn; arg is a struct phone. Saves all four rows. */
int phone_save(struct txn *txn, void *arg, struct err *err);
/* Makes and saves. */
void phone_enrol(struct fixture *fixture, struct phone *out);

/* A queued command for the phone's life. */
void command_make(struct fixture *fixture, const struct phone *phone,
    int priority, struct command *out);

struct command_unit {
	struct command row;
	const char *payload;
	uint8_t *got; /* by command_unit_next; free() it */
	size_t got_len;
	int64_t now;
	bool skip_not_now;
};
/* store_fns; arg is a struct command_unit. */
int command_unit_insert(struct txn *txn, void *arg, struct err *err);
int command_unit_update(struct txn *txn, void *arg, struct err *err);
int command_unit_load(struct txn *txn, void *arg, struct err *err);
int command_unit_next(struct txn *txn, void *arg, struct err *err);

/* Saves a queued one whose payload is its id. */
void command_add(struct fixture *fixture, const struct phone *phone,
    const char *id, int priority, int64_t not_before, int64_t expires_at);
void command_set_state(
    struct fixture *fixture, const char *id, enum command_state state);

#endif
