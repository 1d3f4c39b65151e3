/*
 * audit: what was done, by whom, when, why and on whose behalf (DESIGN
 * invariant 7). One call of audit_write() inside the transaction that does the
 * thing: the entry stands if and only if the deed does.
 *
 * How to use it in a use case:
 *   1. add one row to audit_actions.h: constant, word, sentence, parameters;
 *   2. in the store_write() unit, after the deed:
 *
 *	struct audit_note note = {
 *	    .action = AUDIT_WIPE_ORDERED,
 *	    .org_id = device->org_id,
 *	    .by = actor->name,
 *	    .subject_kind = "wipe", .subject_id = wipe->id,
 *	    .device_id = device->id,
 *	    .why = wipe->reason,
 *	    .params = {{"serial", device->serial}},
 *	};
 *	rc = audit_write(txn, service, &note, err);
 *
 *   3. nothing is to be freed, nothing is done when the unit is undone or run
 *      anew.
 *
 * What goes in: ids (of rows of ours) rather than names. What never goes in:
 * secrets, codes, tokens, message texts, phone numbers, a reason for absence.
 * A parameter that the action's row does not list is refused in builds for
 * tests (-ERR_INTERNAL); an installed server leaves it out and notes that it
 * did. One deed, one entry: a batch of 500 devices writes 500.
 */
#ifndef SERVER_SERVICE_AUDIT_AUDIT_H
#define SERVER_SERVICE_AUDIT_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "server/service/audit/audit_actions.h"

struct err;
struct service;
struct txn;

#define AUDIT_PARAMS_MAX 8
#define AUDIT_VALUE_MAX 512 /* bytes of a value and of why; longer is cut */

struct audit_param {
	const char *key;   /* one that audit_actions.h lists for the action */
	const char *value; /* NULL or "": left out */
};

/* Everything is borrowed; NULL and "" both mean none. */
struct audit_note {
	enum audit_action action;
	const char *org_id; /* required */
	/* An actor's name, "person:<id>" for an answer on a page,
	 * "station:<id>", "phone:<id>"; NULL: "server", time alone. */
	const char *by;
	/* Whom `by` acts for: "person:<id>", a source's name. */
	const char *on_behalf_of;
	const char *subject_kind; /* word of the row: "wipe", "task", … */
	const char *subject_id;
	const char *person_id; /* whom it is about: purged with them */
	const char *device_id; /* NULL person_id: the phone's holder is taken */
	const char *case_id;   /* departure or return case */
	const char *why;       /* the reason given; free text */
	struct audit_param params[AUDIT_PARAMS_MAX]; /* ends at key NULL */
};

/*
 * Appends one entry to the organisation's chain. -ERR_INTERNAL: an unknown
 * action or a parameter that is not listed; otherwise what the store says.
 */
int audit_write(struct txn *txn, struct service *service,
    const struct audit_note *note, struct err *err);

/*
 * Empties the bodies (parameters, reason) of all entries about this person,
 * and writes the entry that says so. The chain still verifies. *entries may be
 * NULL: how many were emptied.
 */
int audit_purge_person(struct txn *txn, struct service *service,
    const char *org_id, const char *person_id, const char *by, const char *why,
    int64_t *entries, struct err *err);

/* "wipe.ordered"; "?" for none of ours. */
const char *audit_action_word(enum audit_action action);
/* What a word means, in a few words; the word itself when it is unknown. */
const char *audit_action_title(const char *word);

#endif
