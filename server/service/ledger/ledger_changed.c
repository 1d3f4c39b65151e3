#include "server/service/ledger/ledger_changed.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/service.h"
#include "server/service/task/task.h"

#define SETTLED_AT_ONCE 50 /* the writer is held for some milliseconds */

/* ---- later ---- */

void ledger_later_clear(struct ledger_later *later)
{
	free(later->noted);
	*later = (struct ledger_later){.noted = NULL};
}

static int note_grow(struct ledger_later *later, struct err *err)
{
	size_t cap = later->cap ? later->cap * 2 : 64;
	struct ledger_noted *noted =
	    realloc(later->noted, cap * sizeof(*later->noted));

	if (!noted)
		return err_memory(err);
	later->noted = noted;
	later->cap = cap;
	return 0;
}

/* A person's changes come one behind the other: the last few are looked at. */
static int note(struct ledger_later *later, enum store_subject kind,
    const char *id, judge_change change, struct err *err)
{
	struct ledger_noted *noted;
	size_t back;

	for (back = 1; back <= 4 && back <= later->count; back++) {
		noted = &later->noted[later->count - back];
		if (noted->kind == kind && strcmp(noted->id, id) == 0) {
			noted->change |= change;
			return 0;
		}
	}
	if (later->count == later->cap && note_grow(later, err) < 0)
		return -ERR_MEMORY;
	noted = &later->noted[later->count++];
	*noted = (struct ledger_noted){.kind = kind, .change = change};
	return str_copy(noted->id, sizeof(noted->id), id);
}

struct settling {
	struct ledger ledger;
	const struct ledger_noted *noted;
	size_t count;
};

static int settle_some(struct txn *txn, void *arg, struct err *err)
{
	struct settling *settling = arg;
	const struct ledger_noted *noted;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < settling->count; i++) {
		noted = &settling->noted[i];
		rc = ledger_changed(txn, &settling->ledger, noted->kind,
		    noted->id, noted->change, err);
	}
	return rc;
}

int service_ledger_settle(struct service *service, const char *org_id,
    const struct ledger_later *later, struct err *err)
{
	struct settling settling = {.ledger = {.service = service}};
	size_t done = 0;
	int rc = 0;

	(void)str_copy(
	    settling.ledger.org_id, sizeof(settling.ledger.org_id), org_id);
	while (rc == 0 && done < later->count) {
		settling.noted = &later->noted[done];
		settling.count = later->count - done < SETTLED_AT_ONCE
		    ? later->count - done
		    : SETTLED_AT_ONCE;
		rc = store_write(service->store, settle_some, &settling, err);
		done += settling.count;
	}
	return rc;
}

/* ---- at once ---- */

int ledger_changed(struct txn *txn, const struct ledger *ledger,
    enum store_subject kind, const char *id, judge_change change,
    struct err *err)
{
	int rc;

	if (ledger->later)
		return note(ledger->later, kind, id, change, err);
	rc = judge_changed(
	    txn, ledger->service, ledger->org_id, kind, id, change, err);

	/* Who began, left, changed role or is away is asked, or no longer. */
	if (rc == 0 && kind == STORE_SUBJECT_PERSON &&
	    (change & (JUDGE_EMPLOYMENT | JUDGE_ABSENCE)))
		rc = service_tasks_plan(
		    ledger->service, txn, ledger->org_id, id, NULL, err);
	return rc;
}
