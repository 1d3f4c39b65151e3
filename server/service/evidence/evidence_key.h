/*
 * evidence_key: which connector may bring which facts about whom: the public
 * half of its Ed25519 pair, registered by people. The key's id follows from
 * the key, so the same one is not registered twice.
 */
#ifndef SERVER_SERVICE_EVIDENCE_EVIDENCE_KEY_H
#define SERVER_SERVICE_EVIDENCE_EVIDENCE_KEY_H

#include <stddef.h>

#include "server/store/store_evidence.h"

struct actor;
struct err;
struct service;

struct evidence_key_request {
	const char *name;       /* as the connector calls itself */
	const char *public_key; /* base64 of 32 bytes, or PEM */
	const char *facts;      /* allowed ones, a blank between */
	const char *unit_id;    /* this unit and below; NULL: all */
};

/* -ERR_CONFLICT: the key is registered. */
int service_evidence_key_create(struct service *service,
    const struct actor *actor, const struct evidence_key_request *request,
    struct evidence_key_row *out, struct err *err);
int service_evidence_key_each(struct service *service,
    const struct actor *actor, const char *after_id, int limit,
    store_evidence_key_fn *fn, void *arg, struct err *err);
int service_evidence_key_load(struct service *service,
    const struct actor *actor, const char *id, struct evidence_key_row *out,
    struct err *err);
/* From now on nothing signed with it is taken. */
int service_evidence_key_revoke(struct service *service,
    const struct actor *actor, const char *id, struct evidence_key_row *out,
    struct err *err);

#endif
