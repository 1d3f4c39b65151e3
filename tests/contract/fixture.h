/*
 * fixture: a fresh database in a folder of its own, for one test, and the
 * table of engines that every contract test runs over.
 */
#ifndef TESTS_CONTRACT_FIXTURE_H
#define TESTS_CONTRACT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "proto/base/uuid.h"
#include "server/store/store.h"

/* Text into a field of a row, zeros behind it, so that rows compare whole. */
void fixture_copy(char *field, size_t size, const char *text);
#define COPY(field, text) fixture_copy(field, sizeof(field), text)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Where the time of the tests stands still. */
#define FIXTURE_NOW INT64_C(1790000000000)

struct fixture {
	const char *engine;
	char dir[256];
	char path[300];
	unsigned queue_max;
	unsigned readers;
	struct store *store; /* NULL between close and open */
	struct clock clock;
	struct rng rng;
	uint64_t seed;
};

/* setup and teardown of cmocka: *state is a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* In memory where there is such a folder: for tests of many thousand steps. */
int fixture_make(struct fixture *fixture, bool in_memory);
void fixture_remove(struct fixture *fixture);

void fixture_open(struct fixture *fixture);
void fixture_close(struct fixture *fixture);

/* They fail the test with the store's own sentence. */
void fixture_write(struct fixture *fixture, store_fn *fn, void *arg);
void fixture_read(struct fixture *fixture, store_fn *fn, void *arg);
/* The unit must be refused with this code. */
void fixture_write_refused(
    struct fixture *fixture, store_fn *fn, void *arg, enum err_code code);

/* Does the file itself hold together? Asks SQLite, beside the store. */
void fixture_check_file(struct fixture *fixture);

/* Runs tests once for every engine; answers like cmocka. */
int fixture_run(
    const char *suite, const struct CMUnitTest *tests, size_t count);
#define FIXTURE_RUN(suite, tests) fixture_run(suite, tests, COUNT(tests))

/* Repeatable: 0 ≤ value < below. */
uint64_t fixture_random(struct fixture *fixture, uint64_t below);

#endif
