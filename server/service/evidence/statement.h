/*
 * statement: a person's dated answer about one rule, on the exact text shown:
 * yes or no, never overwritten. attest.<rule> has no other source: a connector
 * cannot send it, and nobody states on behalf of somebody else.
 */
#ifndef SERVER_SERVICE_EVIDENCE_STATEMENT_H
#define SERVER_SERVICE_EVIDENCE_STATEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "server/service/task/task.h"
#include "server/store/store_evidence.h"

struct actor;
struct err;
struct service;

struct statement_view {
	struct statement_row statement;
	char person_name[LIMIT_NAME + 1];
	char subject_name[LIMIT_NAME + 1];
};

struct statement_listing {
	const char *person_id; /* NULL: any */
	const char *rule;      /* NULL: any */
	bool only_newest;      /* one for each person and rule */
	const char *after_id;
	int limit;
};

typedef int service_statement_fn(void *arg, const struct statement_view *view);
/* In id order: older first. The exact words that were shown are behind
 * store_shown_text_load(text_sha256). */
int service_statement_each(struct service *service, const struct actor *actor,
    const struct statement_listing *filter, service_statement_fn *fn, void *arg,
    struct err *err);

/* What somebody wants to state through the API, by the task that asks. */
struct statement_answer {
	const char *task_id;
	const char *as_person; /* person id the caller was signed in as */
	bool yes;
	const char *text_sha256; /* of the text the caller was shown */
};

/*
 * -ERR_DENIED: as_person is not the one the task was put to: nobody states
 * for somebody else, a manager neither. -ERR_CONFLICT: the task is closed, or
 * the text has changed since it was shown. The judgement follows in the same
 * transaction.
 */
int service_statement_make(struct service *service, const struct actor *actor,
    const struct statement_answer *answer, struct statement_view *out,
    struct err *err);

#endif
