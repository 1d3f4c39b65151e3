/*
 * audit_world: the two towns with a keeper that signs their logs, and a hand
 * that reaches into the database from outside, as one who tampers would.
 */
#ifndef TESTS_UNIT_AUDIT_AUDIT_WORLD_H
#define TESTS_UNIT_AUDIT_AUDIT_WORLD_H

#include <stdio.h>

#include "server/service/audit/audit.h"
#include "server/service/audit/audit_log.h"
#include "tests/unit/server/two_towns.h"

#define PERSON "01900000-0000-7000-8000-0000000000aa"
#define OTHER "01900000-0000-7000-8000-0000000000bb"
#define DEVICE "01900000-0000-7000-8000-0000000000cc"

/* cmocka setup and teardown of the group: keys take long to make. */
int world_keys_make(void **state);
int world_keys_remove(void **state);
/* cmocka setup and teardown of one test. */
int world_begin(void **state);
int world_end(void **state);

/* Writes a note of the first town and fails the test with its sentence. */
void world_note(const struct audit_note *note);
/* count notes about the two persons in turn, each with a reason. */
void world_notes(int count);
/* A checkpoint is due and is made. */
void world_checkpoint(void);

/* The judgement of the actor's log. */
struct audit_finding world_verify(const struct actor *actor);
/* It must be whole, or hold this sentence as its first fault. */
void world_is_whole(void);
void world_is_broken(const char *sentence);

/* SQL from outside; the number of rows it changed. */
int world_tamper(const char *sql);
/* The first column of the first row as text, "" when there is none. */
const char *world_ask(const char *sql);

/* The export of the first town as text; free() it. */
char *world_export(const char *person, bool is_csv, int limit);

#endif
