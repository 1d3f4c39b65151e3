/*
 * evidence_look: what is known about subjects from evidence: the newest item of
 * each fact and source. Only reading.
 */
#ifndef SERVER_SERVICE_EVIDENCE_EVIDENCE_LOOK_H
#define SERVER_SERVICE_EVIDENCE_EVIDENCE_LOOK_H

#include "server/store/store_evidence.h"

struct actor;
struct err;
struct service;

struct evidence_listing {
	enum store_subject subject_kind;
	const char *subject_id; /* NULL: all of the kind */
	const char *fact;       /* NULL: every fact */
	const char *after_id;   /* subjects behind this one; "": the start */
};

/* By subject id, then by fact and source. */
int service_evidence_each(struct service *service, const struct actor *actor,
    const struct evidence_listing *listing, store_evidence_item_fn *fn,
    void *arg, struct err *err);

#endif
