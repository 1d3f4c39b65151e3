/*
 * approval: the use cases of four eyes. Somebody asks for something that one
 * person may not do alone; another one says yes or no; who asked does it, once
 * for each thing that was named, before it expires. The same person is the same
 * actor key: a token's id, or "local" for whoever owns the machine; and so are
 * all accounts of one person. A token made after the question cannot answer it.
 */
#ifndef SERVER_SERVICE_GUARD_APPROVAL_H
#define SERVER_SERVICE_GUARD_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/lifecycle/approval.h"
#include "server/store/store_guard.h"

struct actor;
struct err;
struct service;
struct txn;

/* A departure of a whole town, and no file that is endless. */
#define APPROVAL_THINGS_MAX 20000

/* ---- inside a transaction ---- */

struct approval_ask {
	const char *org_id;
	enum approval_what what;
	const char *const *things; /* ids of phones */
	size_t count;
	const char *reason;
	const char *by;
	const char *by_key;       /* NULL: by */
	const char *by_person_id; /* whose account; NULL: nobody's */
	const char *case_id;      /* NULL: none */
	/* Whose doing it is, besides the asker's: they cannot say yes. */
	const char *const *caused_by;
	size_t cause_count;
	int64_t now;
};

/*
 * The open request for these very things of the same asker is returned instead
 * of a second one. -ERR_INVALID: no things, no reason.
 */
int approval_ask(struct txn *txn, struct service *service,
    const struct approval_ask *ask, struct approval_row *out, struct err *err);

/*
 * Adds one thing to the asker's request of this kind that nobody has decided,
 * or begins one. Nothing when a request that is open names it.
 */
int approval_ask_more(struct txn *txn, struct service *service,
    const struct approval_ask *ask, struct approval_row *out, struct err *err);

/*
 * Does the thing under a yes that this asker was given: marks it used, in this
 * transaction. -ERR_DENIED with the sentence: there is none, it is not decided,
 * it was used, it is too late.
 */
struct approval_need {
	struct service *service; /* NULL: that it is used up is not noted */
	const char *org_id;
	enum approval_what what;
	const char *thing_id;
	const char *by;
	const char *by_key; /* NULL: by */
	const char *reason; /* for which it was asked; NULL: for any */
	/* A yes of any of these is none. */
	const char *const *caused_by;
	size_t cause_count;
	int64_t now;
	bool is_dry; /* only looks */
};
int approval_use(struct txn *txn, const struct approval_need *need,
    struct approval_row *out, struct err *err);

/* ---- for handlers ---- */

struct approval_view {
	struct approval_row row;
	const char *state; /* as of now: "expired" before it is written so */
	char serial[LIMIT_SERIAL + 1]; /* of its phone; "": it names more */
};
typedef int service_approval_fn(void *arg, const struct approval_view *view);
int service_approval_each(struct service *service, const struct actor *actor,
    bool only_open, const char *after_id, int limit, service_approval_fn *fn,
    void *arg, struct err *err);

/* A thing as it is shown to who decides. */
struct approval_thing_view {
	char id[STORE_ID];
	char serial[LIMIT_SERIAL + 1];
	char person[LIMIT_NAME + 1];
	int64_t used_at;
};
typedef int service_approval_thing_fn(
    void *arg, const struct approval_thing_view *view);
int service_approval_view(struct service *service, const struct actor *actor,
    const char *id, struct approval_view *out, service_approval_thing_fn *fn,
    void *arg, struct err *err);

struct approval_decision {
	const char *id;
	bool is_yes;
	const char *note; /* of a refusal: why; may be NULL of a yes */
	/* What was shown to who decides; another set of things has come to be
	 * meant since: -ERR_CONFLICT. */
	const char *params_sha256;
};
/* -ERR_DENIED: who asked, or whose doing it is, cannot decide; -ERR_CONFLICT:
 * decided already. */
int service_approval_decide(struct service *service, const struct actor *actor,
    const struct approval_decision *decision, struct approval_view *out,
    struct err *err);
/* By who asked or who approved. */
int service_approval_withdraw(struct service *service,
    const struct actor *actor, const char *id, struct approval_view *out,
    struct err *err);
/* Asks on behalf of the actor, for phones named as ledger.h names them. */
int service_approval_ask(struct service *service, const struct actor *actor,
    enum approval_what what, const char *const *phones, size_t count,
    const char *reason, struct approval_view *out, struct err *err);

#endif
