/*
 * two_towns: two organisations on one server, for tests of the ledger and of
 * what one may see of the other. No policy is in force.
 */
#ifndef TESTS_UNIT_SERVER_TWO_TOWNS_H
#define TESTS_UNIT_SERVER_TWO_TOWNS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/service/ledger/ledger.h"
#include "server/service/service.h"

/* 2026-11-22 08:00 UTC, a Sunday. */
#define TOWNS_NOW INT64_C(1795334400000)

extern struct service towns;
extern int64_t towns_now;
/* An actor of each: "Ada" of the first, "Bob" of the second. */
extern const struct actor *const ada;
extern const struct actor *const bob;

/* Its file, for what looks or tampers from outside. */
const char *towns_database(void);

/* cmocka setup and teardown of one test. */
int towns_begin(void **state);
int towns_end(void **state);

/* The same over a database of one's own; 0 or -1. */
int towns_open(const char *path, bool is_new);
void towns_close(void);
/* Ids are drawn from here on. */
void towns_draw(uint64_t seed);

/* Applies lines for the actor; fails the test with the sentence. */
void towns_apply(const struct actor *actor, const char *lines);
/* They must be refused with this code, and the sentence hold this text. */
void towns_refused(const struct actor *actor, const char *lines,
    enum err_code code, const char *sentence);
/* What the only line comes to. */
enum ledger_effect towns_effect(const struct actor *actor, const char *line);

/* An enrolled phone that nobody holds, by its serial number. */
void towns_phone(
    const struct actor *actor, const char *serial, bool is_private);

/* Runs a unit and fails the test with its sentence. */
void towns_write(store_fn *fn, void *arg);
void towns_read(store_fn *fn, void *arg);

#endif
