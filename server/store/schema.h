/*
 * schema: the numbered migrations, built into the program from the folder schema.
 * A number once released is never changed; the next one amends it.
 */
#ifndef SERVER_STORE_SCHEMA_H
#define SERVER_STORE_SCHEMA_H

#include <stddef.h>

struct db;
struct err;

struct schema_step {
	int number;
	const char *name; /* "first" of 0001_first.sql */
	const char *sql;
};

/* In order of number, some may be left out; made by embed_schema.cmake. */
extern const struct schema_step schema_steps[];
extern const size_t schema_step_count;

/* The number this program works with. */
int schema_latest(void);

/* The number of an open database; 0 for an empty one. */
int schema_version_load(struct db *db, int *out, struct err *err);

/*
 * Brings the database to schema_latest(), one transaction a step.
 * -ERR_CONFLICT: it is newer than this program, or not ours.
 */
int schema_upgrade(struct db *db, int *from, int *to, struct err *err);

#endif
