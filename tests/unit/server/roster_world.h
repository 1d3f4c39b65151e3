/*
 * roster_world: what a source says of the first town's people, planned or
 * applied, and all that came of it as text.
 */
#ifndef TESTS_UNIT_SERVER_ROSTER_WORLD_H
#define TESTS_UNIT_SERVER_ROSTER_WORLD_H

#include "server/service/roster/roster.h"
#include "server/service/roster/roster_map.h"
#include "tests/unit/server/towns_look.h"

#define HEAD "key;first_name;last_name;mail;number;unit;role;from;last_day\n"
#define MAP                                                                    \
	"columns:\n"                                                           \
	"  key: key\n  first_name: first_name\n  last_name: last_name\n"       \
	"  mail: mail\n  number: number\n  unit: unit\n  role: role\n"         \
	"  from: from\n  last_day: last_day\n"                                 \
	"country: +46\n"                                                       \
	"roles: [{text: Chef, role: manager}]\n"

#define ANNA                                                                   \
	"1;Anna;Ek;anna@town.example;070-1234567;Skolan;Lärare;2020-01-01;\n"
#define BO "2;Bo;Lind;bo@town.example;;Skolan;Chef;2021-01-01;\n"
#define CIA "3;Cia;Berg;cia@town.example;;Hemtjänsten;;2022-01-01;2026-12-31\n"

#define HOLDS(text, part)                                                      \
	do {                                                                   \
		if (!strstr(text, part))                                       \
			fail_msg("no \"%s\" in:\n%s", part, text);             \
	} while (0)

/* What came of the last plan or apply. */
struct outcome {
	struct roster_counts counts;
	char words[2048];
	char stop[2048];
	char items[8192];
	char faults[8192];
	int rc;
	struct err err;
};
extern struct outcome outcome;

/* A file of the source "hr"; fails the test with the sentence. */
struct roster *roster_of(
    const char *map, enum roster_kind kind, const char *csv);
/* options may be NULL; roster is freed. */
void run(
    bool is_dry, const struct roster_options *options, struct roster *roster);
/* Rows under HEAD, by MAP. */
void plan(enum roster_kind kind, const char *rows);
void apply(enum roster_kind kind, const char *rows);
void must_apply(enum roster_kind kind, const char *rows);

/* Transactions that wrote, so far. */
uint64_t units_written(void);

#endif
