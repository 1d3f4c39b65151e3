/*
 * people_import: a file of people as it comes from outside, by API, command or
 * directory, planned or applied. A file is CSV, or JSON Lines as
 * roster_lines.h says. CSV may begin with its map, each line behind "#: ":
 *
 *	#: columns:
 *	#:   key: Anst.nr
 *	#:   mail: E-post
 *	Anst.nr;E-post
 *
 * The map of a source is remembered with what it made; a file without one is
 * read by it.
 */
#ifndef SERVER_SERVICE_LEDGER_PEOPLE_IMPORT_H
#define SERVER_SERVICE_LEDGER_PEOPLE_IMPORT_H

#include "server/service/roster/roster.h"

enum people_format { PEOPLE_CSV, PEOPLE_LINES };

struct people_import {
	const char *source; /* "hr" */
	enum roster_kind kind;
	enum people_format format;
	const void *data;
	size_t len;
	struct roster_options options;
};

/* A plan and the roster it is of; clear it whatever the answer is. */
struct people_plan {
	struct roster *roster;
	struct roster_plan *plan; /* NULL: it could not even be planned */
};
void people_plan_clear(struct people_plan *plan);

/* request lives as long as *out. */
int service_people_plan(struct service *service, const struct actor *actor,
    const struct people_import *request, struct people_plan *out,
    struct err *err);
/* As service_roster_apply(). */
int service_people_import(struct service *service, const struct actor *actor,
    const struct people_import *request, struct people_plan *out,
    struct err *err);

#endif
