/*
 * gate: the steps that every request to the office takes before and after its
 * handler; for gate.c and the files of the steps only. Each returns 0, or a
 * negative code with call->refusal set when the status does not follow from
 * the code.
 */
#ifndef SERVER_OFFICE_GATE_H
#define SERVER_OFFICE_GATE_H

#include <pthread.h>

#include "server/office/call.h"
#include "server/office/rate.h"
#include "server/service/repeat.h"

struct office {
	struct rate_table *by_token;
	struct rate_table *by_address;
	struct rate_table *failures;
	pthread_mutex_t changes; /* held between If-Match and the change */
};

/* ---- who asks (auth.c) ---- */

/* Text that stands for an address in the tables of rates: of IPv6 the /64. */
#define GATE_ADDRESS_MAX 48
void gate_address(const char *peer, char out[GATE_ADDRESS_MAX]);

/* Sets actor and caller: the token's, or the owner of the admin socket. */
int gate_identify(struct office_call *call, struct err *err);
/* The route's scopes, all of them. */
int gate_permit(struct office_call *call, struct err *err);
/* Takes one of what the address may; of the failures, when it guessed. */
int gate_rate_address(struct office_call *call, struct err *err);
void gate_failed(struct office_call *call);
/* Refuses an address that has failed too often. */
int gate_rate_failures(struct office_call *call, struct err *err);

/* id of the organisation that text names by id, short or full name; NULL:
 * the only one, -ERR_INVALID when there are several. */
int office_organisation_find(struct service *service, const char *text,
    char org_id[STORE_ID], struct err *err);

/* ---- what is sent and wanted (negotiate.c) ---- */

/* 406 by Accept, 415 by Content-Type. */
int gate_negotiate(struct office_call *call, struct err *err);

/* ---- has it changed (condition.c) ---- */

#define GATE_ETAG_MAX 48

/* Strong, with its quotes. */
void gate_etag(const struct buf *body, char out[GATE_ETAG_MAX]);
/* If-Match against the thing as it is now; call when changes is held. */
int gate_match(struct office_call *call, struct err *err);
/* True: If-None-Match names it, the answer is 304. */
bool gate_none_match(const struct http_request *request, const char *etag);

/* ---- once only (again.c) ---- */

struct gate_repeat {
	bool is_on;     /* a key was sent */
	bool is_replay; /* the answer of the first time stands in the body */
	struct idempotency_row row;
};
int gate_repeat_begin(
    struct office_call *call, struct gate_repeat *repeat, struct err *err);
/* The answer is complete. */
void gate_repeat_end(struct office_call *call, struct gate_repeat *repeat);

#endif
