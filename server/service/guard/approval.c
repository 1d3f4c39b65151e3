/* Four eyes inside a transaction: asking, and using a yes once. */
#include "server/service/guard/approval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/digest.h"
#include "server/service/guard/approval_step.h"
#include "server/service/service.h"

static const char *key_of(const char *by, const char *by_key)
{
	return by_key && *by_key ? by_key : by;
}

/*
 * What is asked for, as one number: each thing on top of those before, so that
 * adding one costs the same however many there are.
 */
static void params_begin(const struct approval_ask *ask, char out[STORE_SHA256])
{
	const char *name = approval_what_name(ask->what);
	char text[STORE_SHA256 + sizeof(((struct approval_row *)0)->reason)];

	digest_sha256(name, strlen(name), out);
	/* A secret is read for one reason, that the yes was given to. */
	if (ask->what != APPROVAL_BYPASS_CODE &&
	    ask->what != APPROVAL_UNLOCK_TOKEN)
		return;
	(void)snprintf(text, sizeof(text), "%s\n%s", out, ask->reason);
	digest_sha256(text, strlen(text), out);
}

static void params_add(char sha256[STORE_SHA256], const char *thing_id)
{
	char text[STORE_SHA256 + STORE_ID];

	(void)snprintf(text, sizeof(text), "%s\n%s", sha256, thing_id);
	digest_sha256(text, strlen(text), sha256);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In order and each once. *out: the caller's to free(). */
static int sort_things(const struct approval_ask *ask, const char ***out,
    size_t *count, struct err *err)
{
	const char **sorted = calloc(ask->count, sizeof(*sorted));
	size_t kept = 0;
	size_t i;

	if (!sorted)
		return err_memory(err);
	for (i = 0; i < ask->count; i++)
		sorted[i] = ask->things[i];
	qsort(sorted, ask->count, sizeof(*sorted), by_text);
	for (i = 0; i < ask->count; i++)
		if (kept == 0 || strcmp(sorted[kept - 1], sorted[i]) != 0)
			sorted[kept++] = sorted[i];
	*out = sorted;
	*count = kept;
	return 0;
}

static int add_thing(struct txn *txn, struct service *service,
    const struct approval_row *row, const char *thing_id, struct err *err)
{
	struct approval_thing_row thing = {.used_at = 0};

	uuid_make(row->asked_at, service->rng, thing.id);
	(void)str_copy(thing.org_id, sizeof(thing.org_id), row->org_id);
	(void)str_copy(thing.approval_id, sizeof(thing.approval_id), row->id);
	if (str_copy(thing.thing_id, sizeof(thing.thing_id), thing_id) < 0)
		return err_set(err, ERR_INVALID, "what is asked for has no id");
	return store_approval_thing_save(txn, &thing, err);
}

static int check_ask(const struct approval_ask *ask, struct err *err)
{
	if (ask->count == 0)
		return err_set(err, ERR_INVALID, "nothing is asked for");
	if (ask->count > APPROVAL_THINGS_MAX)
		return err_set(err, ERR_LIMIT,
		    "one request names at most %d phones", APPROVAL_THINGS_MAX);
	if (!ask->reason || !*ask->reason)
		return err_set(
		    err, ERR_INVALID, "who is to approve it needs a reason");
	return 0;
}

static int row_begin(struct service *service, const struct approval_ask *ask,
    struct approval_row *row, struct err *err)
{
	int64_t valid = service->guard.approval_valid_ms;

	*row = (struct approval_row){.what = ask->what,
	    .state = APPROVAL_ASKED,
	    .asked_at = ask->now,
	    .expires_at =
	        ask->now + (valid > 0 ? valid : GUARD_APPROVAL_VALID_MS)};
	uuid_make(ask->now, service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), ask->org_id);
	(void)str_copy(row->asked_by, sizeof(row->asked_by), ask->by);
	if (ask->by_person_id)
		(void)str_copy(row->asked_person_id,
		    sizeof(row->asked_person_id), ask->by_person_id);
	if (ask->case_id)
		(void)str_copy(
		    row->case_id, sizeof(row->case_id), ask->case_id);
	if (str_copy(row->asked_key, sizeof(row->asked_key),
	        key_of(ask->by, ask->by_key)) < 0)
		return err_set(
		    err, ERR_INTERNAL, "who asks has too long a name");
	if (str_copy(row->reason, sizeof(row->reason), ask->reason) < 0)
		return err_set(err, ERR_LIMIT,
		    "the reason is longer than %zu bytes",
		    sizeof(row->reason) - 1);
	params_begin(ask, row->params_sha256);
	return approval_cause_add(row, ask->caused_by, ask->cause_count, err);
}

static int ask_new(struct txn *txn, struct service *service,
    struct approval_row *row, const char *const *things, size_t count,
    struct err *err)
{
	size_t i;
	int rc = 0;

	row->things = (int64_t)count;
	rc = store_approval_save(txn, row, err);
	for (i = 0; rc == 0 && i < count; i++)
		rc = add_thing(txn, service, row, things[i], err);
	return rc < 0 ? rc
	              : approval_note(txn, service, row, row->asked_by, err);
}

/* One that has run out and was not swept yet is none. */
static bool is_live(const struct approval_row *row, int64_t now)
{
	return approval_is_open(row->state) && row->expires_at > now;
}

/* Is who said yes the asker, or one whose doing it is, those named too? More
 * names than there is room for: as if it were. */
static int is_own_yes(struct txn *txn, const struct approval_row *row,
    const char *const *causes, size_t count, bool *out, struct err *err)
{
	const struct approval_who who = {
	    row->decided_by, row->decided_key, row->decided_person_id};
	struct approval_row all = *row;
	struct approval_own own;
	int rc;

	*out = row->decided_by[0] != '\0';
	if (!*out || approval_cause_add(&all, causes, count, NULL) < 0)
		return 0;
	rc = approval_look_own(txn, &all, &who, &own, err);
	*out = own.is_asker || own.is_cause;
	return rc;
}

/* The row says whose doing it is now. False: it cannot, so that another one has
 * to be asked: by now it is that of who said yes, or it is full of names. */
static bool cause_more(struct txn *txn, const struct approval_ask *ask,
    struct approval_row *row, int *rc, struct err *err)
{
	char was[sizeof(row->caused_by)];
	bool is_own;

	memcpy(was, row->caused_by, sizeof(was));
	*rc = is_own_yes(
	    txn, row, ask->caused_by, ask->cause_count, &is_own, err);
	if (*rc < 0)
		return true;
	if (is_own ||
	    approval_cause_add(row, ask->caused_by, ask->cause_count, NULL) < 0)
		return false;
	if (strcmp(was, row->caused_by) != 0)
		*rc = store_approval_save(txn, row, err);
	return true;
}

int approval_ask(struct txn *txn, struct service *service,
    const struct approval_ask *ask, struct approval_row *out, struct err *err)
{
	const char **things = NULL;
	struct approval_row same;
	struct approval_row row;
	size_t count = 0;
	size_t i;
	int rc = check_ask(ask, err);

	if (rc == 0)
		rc = row_begin(service, ask, &row, err);
	if (rc == 0)
		rc = sort_things(ask, &things, &count, err);
	for (i = 0; rc == 0 && i < count; i++)
		params_add(row.params_sha256, things[i]);
	if (rc < 0)
		goto out;
	rc = store_approval_find_same(txn, &row, &same, err);
	if (rc == 0 && is_live(&same, ask->now) && same.things_used == 0 &&
	    cause_more(txn, ask, &same, &rc, err))
		row = same;
	else if (rc == 0 || rc == -ERR_NOT_FOUND)
		rc = ask_new(txn, service, &row, things, count, err);
	if (rc == 0)
		*out = row;
out:
	free(things);
	return rc;
}

struct named {
	struct txn *txn;
	const struct approval_ask *ask;
	struct err *err;
	struct approval_row row;
	bool is_found;
};

static int note_named(void *arg, const struct approval_row *row)
{
	struct named *named = arg;
	const struct approval_ask *ask = named->ask;
	bool is_own;
	int rc;

	if (row->what != ask->what || !is_live(row, ask->now) ||
	    strcmp(row->asked_key, key_of(ask->by, ask->by_key)) != 0)
		return 0;
	rc = is_own_yes(named->txn, row, ask->caused_by, ask->cause_count,
	    &is_own, named->err);
	if (rc < 0 || is_own)
		return rc;
	named->row = *row;
	named->is_found = true;
	return 1;
}

static int ask_one_more(struct txn *txn, struct service *service,
    struct approval_row *row, const char *thing_id, struct err *err)
{
	int rc = add_thing(txn, service, row, thing_id, err);

	if (rc < 0)
		return rc;
	params_add(row->params_sha256, thing_id);
	row->things++;
	return store_approval_save(txn, row, err);
}

int approval_ask_more(struct txn *txn, struct service *service,
    const struct approval_ask *ask, struct approval_row *out, struct err *err)
{
	struct named named = {.txn = txn, .ask = ask, .err = err};
	struct approval_row row;
	int rc = check_ask(ask, err);

	if (rc == 0)
		rc = store_approval_each_thing(
		    txn, ask->org_id, ask->things[0], note_named, &named, err);
	if (rc < 0)
		return rc;
	if (named.is_found && cause_more(txn, ask, &named.row, &rc, err)) {
		*out = named.row;
		return rc;
	}
	rc = store_approval_find_asked(txn, ask->org_id, ask->what,
	    key_of(ask->by, ask->by_key), &row, err);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc == 0 && is_live(&row, ask->now) &&
	    row.things < APPROVAL_THINGS_MAX && !named.is_found &&
	    approval_cause_add(&row, ask->caused_by, ask->cause_count, NULL) ==
	        0)
		rc = ask_one_more(txn, service, &row, ask->things[0], err);
	else if ((rc = row_begin(service, ask, &row, err)) == 0) {
		params_add(row.params_sha256, ask->things[0]);
		rc = ask_new(txn, service, &row, ask->things, 1, err);
	}
	if (rc == 0)
		*out = row;
	return rc;
}

/* ---- using ---- */

struct search {
	struct txn *txn;
	const struct approval_need *need;
	struct err *err;
	struct approval_row approved;
	struct approval_row asked;
	struct approval_row late;
};

/* Looked at again here: who asked is never who said yes, nor is it one whose
 * doing it has come to be since. */
static int note_approved(struct search *search, const struct approval_row *row)
{
	const struct approval_need *need = search->need;
	bool is_own;
	int rc = is_own_yes(search->txn, row, need->caused_by,
	    need->cause_count, &is_own, search->err);

	if (rc == 0 && !is_own)
		search->approved = *row;
	return rc;
}

static int note_candidate(void *arg, const struct approval_row *row)
{
	struct search *search = arg;
	const struct approval_need *need = search->need;

	if (row->what != need->what ||
	    (need->reason && strcmp(row->reason, need->reason) != 0) ||
	    strcmp(row->asked_key, key_of(need->by, need->by_key)) != 0)
		return 0;
	if (row->expires_at <= need->now)
		search->late = *row;
	else if (row->state == APPROVAL_ASKED)
		search->asked = *row;
	else
		return note_approved(search, row);
	return 0;
}

static int refuse(const struct search *search, struct err *err)
{
	if (search->asked.id[0])
		return err_set(err, ERR_DENIED,
		    "request %s waits for somebody else's yes",
		    search->asked.id);
	if (search->late.id[0])
		return err_set(err, ERR_DENIED,
		    "request %s is too old: ask anew", search->late.id);
	return err_set(err, ERR_DENIED, "nobody has approved it");
}

static int use_thing(struct txn *txn, const struct approval_need *need,
    struct approval_row *row, struct err *err)
{
	struct approval_thing_row thing;
	int rc = store_approval_thing_find(
	    txn, need->org_id, row->id, need->thing_id, &thing, err);

	if (rc < 0)
		return rc;
	thing.used_at = need->now;
	(void)snprintf(thing.used_by, sizeof(thing.used_by), "%s", need->by);
	row->things_used++;
	rc = store_approval_thing_save(txn, &thing, err);
	if (rc < 0)
		return rc;
	if (row->things_used < row->things)
		return store_approval_save(txn, row, err);
	return approval_apply(txn, need->service, row, APPROVAL_EVENT_USE_UP,
	    need->by, need->now, err);
}

int approval_use(struct txn *txn, const struct approval_need *need,
    struct approval_row *out, struct err *err)
{
	struct search search = {.txn = txn, .need = need, .err = err};
	int rc = store_approval_each_thing(
	    txn, need->org_id, need->thing_id, note_candidate, &search, err);

	if (rc < 0)
		return rc;
	if (!search.approved.id[0])
		return refuse(&search, err);
	if (!need->is_dry)
		rc = use_thing(txn, need, &search.approved, err);
	if (rc == 0)
		*out = search.approved;
	return rc;
}
