/*
 * take_evidence: a signed report of a connector is checked, kept as it came,
 * and its items become facts about our own people and subscriptions. What is
 * not ours is refused item by item; foreign numbers of SIMs and phones are
 * compared and dropped (DESIGN invariant 9).
 */
#ifndef SERVER_SERVICE_EVIDENCE_TAKE_EVIDENCE_H
#define SERVER_SERVICE_EVIDENCE_TAKE_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/evidence/evidence.h"

struct err;
struct service;

/* Why an item was refused; the words of the answer. */
enum evidence_refusal {
	EVIDENCE_REFUSED_FACT,    /* "fact": not one this key may bring */
	EVIDENCE_REFUSED_SUBJECT, /* "subject": nobody and nothing of ours */
	EVIDENCE_REFUSED_SCOPE,   /* "scope": outside the key's unit */
	EVIDENCE_REFUSED_TIME,    /* "time": observed in the future, stale */
	EVIDENCE_REFUSED_OLDER,   /* "older": something newer is known */
	EVIDENCE_REFUSED_PRIVATE, /* "private": about a private phone */
	EVIDENCE_REFUSAL_COUNT
};
const char *evidence_refusal_name(enum evidence_refusal refusal);

/*
 * key_id, signature: the two headers as they came. *answer: the JSON of
 * evidence.h, also for the same bytes again. The HTTP status is the caller's:
 *   0             200
 *   -ERR_INVALID, -ERR_UNSUPPORTED  400, no report
 *   -ERR_CRYPTO   401, unknown or revoked key, wrong signature
 *   -ERR_DENIED   403, every item's fact is beyond the key
 *   -ERR_CONFLICT 409, this seq or a later one was taken with other bytes
 *   -ERR_LIMIT    413, too large
 *   -ERR_EXPIRED  422, its clock is more than five minutes from ours
 *   -ERR_BUSY, -ERR_FULL, …  503
 * Nothing is stored unless it returns 0.
 */
int service_take_evidence(struct service *service, const char *key_id,
    const char *signature, const void *body, size_t len, struct buf *answer,
    struct err *err);

#endif
