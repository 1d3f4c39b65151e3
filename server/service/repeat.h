/*
 * repeat: one call of the API, however often it is sent: a caller that names
 * its call by an Idempotency-Key gets the answer of the first time again. A key
 * is the caller's own, and holds for a day.
 */
#ifndef SERVER_SERVICE_REPEAT_H
#define SERVER_SERVICE_REPEAT_H

#include "proto/base/time.h"
#include "server/store/store_token.h"

struct buf;
struct err;
struct service;

#define REPEAT_VALID_MS TIME_DAY_MS

/*
 * Puts the row in when its key is new: 0. 1: it was there and is finished;
 * row and body are those of the first time. -ERR_CONFLICT: the first is still
 * at work, or ended with the server under it. -ERR_UNSUPPORTED: the key was
 * used for another request.
 */
int service_repeat_begin(struct service *service, struct idempotency_row *row,
    struct buf *body, struct err *err);
/* row->status 200 to 299: kept with the body; otherwise the key is free. */
int service_repeat_end(struct service *service,
    const struct idempotency_row *row, const struct buf *body, struct err *err);
/* Periodic: removes what is over. */
int service_repeat_purge(struct service *service, struct err *err);

#endif
