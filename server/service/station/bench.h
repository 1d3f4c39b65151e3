/*
 * bench: the use cases of bench stations: admitting them, believing their
 * reports, giving them work, answering supervised challenges for them.
 */
#ifndef SERVER_SERVICE_STATION_BENCH_H
#define SERVER_SERVICE_STATION_BENCH_H

#include "proto/station/station.h"
#include "proto/station/work_order.h"
#include "server/service/service.h"
#include "server/store/store_bench.h"

/* ---- stations (admit_station.c) ---- */

#define STATION_CODE_VALID_MS TIME_HOUR_MS /* when none was said */
#define STATION_CODE_VALID_MAX_MS (7 * TIME_DAY_MS)
#define STATION_CERTIFICATE_MS (2 * 365 * TIME_DAY_MS)

/*
 * Invites a station. code: shown once, stored as a hash; letters and digits
 * that are not mistaken for each other, in groups.
 */
int service_station_invite(struct service *service, const struct actor *actor,
    const char *name, int64_t valid_ms, struct station_row *out,
    char code[STATION_CODE_MAX + 1], struct err *err);

/* -ERR_DENIED: no such code, used or too late, all in one sentence. */
int service_station_join(struct service *service,
    const struct station_join_request *request, struct station_join_answer *out,
    struct err *err);

/* A station asks for a new one when its certificate ends within this. */
#define STATION_RENEW_MS (60 * TIME_DAY_MS)

/* -ERR_CONFLICT: too early; -ERR_DENIED: another key, revoked. */
int service_station_renew(struct service *service,
    const struct station_row *station,
    const struct station_renew_request *request,
    struct station_join_answer *out, struct err *err);

/*
 * Who asks, as its certificate says (hex SHA-256). -ERR_DENIED: no station's,
 * so also every phone's; revoked; out of date.
 */
int service_station_identify(struct service *service,
    const char *certificate_sha256, struct station_row *out, struct err *err);

/* text: an id, or the name of one. What it was given and has not begun goes
 * back to the others. */
int service_station_revoke(struct service *service, const struct actor *actor,
    const char *text, struct station_row *out, struct err *err);

int service_station_each(struct service *service, const struct actor *actor,
    store_station_fn *fn, void *arg, struct err *err);
int service_bench_phone_each(struct service *service, const struct actor *actor,
    store_bench_phone_fn *fn, void *arg, struct err *err);

/* ---- reports (station_report.c) ---- */

/*
 * Takes each report once, in the order they come. What cannot be believed is
 * refused for good in the receipt; an error means that nothing was kept and all
 * may be sent again.
 */
int service_station_reports(struct service *service,
    const struct station_row *station, const struct station_signed_list *list,
    struct station_receipt *out, struct err *err);

/* ---- work orders (work_orders.c, bench_work.c) ---- */

struct station_phone {
	char udid[LIMIT_UDID + 1];
	char serial[LIMIT_SERIAL + 1];
};

/* What is to be done with the phones that hang at this station now, signed. */
int service_work_orders(struct service *service,
    const struct station_row *station, const struct station_phone *phones,
    size_t count, struct station_signed_list *out, struct err *err);

/*
 * Whose the phones are, so that the operator knows which is which: person and
 * name of those that hang at this station by its own signed reports (and by
 * nobody's question alone), in the order asked (bench_owner.c).
 */
int service_bench_owners(struct service *service,
    const struct station_row *station, const struct station_phone *phones,
    size_t count, struct station_work *out, struct err *err);

/* Only for an order that this station holds, for that very phone. */
int service_station_challenge(struct service *service,
    const struct station_row *station,
    const struct station_challenge *challenge, struct buf *cms,
    struct err *err);

struct bench_request {
	const char *device;        /* as for service_device_find() */
	enum work_order_kind kind; /* read_facts, pair or restart */
	const char *reason;
};
int service_work_order(struct service *service, const struct actor *actor,
    const struct bench_request *request, struct work_order_row *out,
    struct err *err);

/* A new link, and the order to enrol its phone at the next bench it meets. An
 * open order for the same serial number is replaced. */
int service_link_create_bench(struct service *service,
    const struct actor *actor, const struct link_request *request,
    struct link *link, struct work_order_row *out, char **url, struct err *err);

/* -ERR_CONFLICT: begun or closed. A wipe's goes with `cancel` of the wipe. */
int service_work_order_cancel(struct service *service,
    const struct actor *actor, const char *id, struct work_order_row *out,
    struct err *err);

int service_work_order_each(struct service *service, const struct actor *actor,
    bool only_open, int limit, store_work_order_fn *fn, void *arg,
    struct err *err);

/* Orders whose time is over; for service_keep_going(). */
int service_work_orders_expire(struct service *service, struct err *err);

/* ---- inside transactions (bench_orders.c) ---- */

#define WORK_ORDER_VALID_MS (30 * TIME_DAY_MS)
#define WORK_ORDER_LEASE_MS TIME_HOUR_MS

/* A row with id and times; kind and phone are the caller's. */
void bench_order_init(struct work_order_row *row, struct service *service,
    const char *org_id, enum work_order_kind kind, int64_t now);

/* The bench's part of a wipe: one waiting order to erase. */
int bench_order_wipe(struct txn *txn, struct work_order_row *row,
    const struct wipe *wipe, const struct device *device, struct err *err);

/*
 * Takes back the waiting orders of a kind for a wipe. -ERR_CONFLICT when one
 * has begun and is_strict. *was_handed: a station holds it and may not know.
 */
int bench_orders_withdraw(struct txn *txn, const char *wipe_id,
    enum work_order_kind kind, const char *why, bool is_strict, int64_t now,
    bool *was_handed, struct err *err);

/* Applies one event and saves; -ERR_CONFLICT when the table has no such step. */
int bench_order_apply(struct txn *txn, struct work_order_row *row,
    enum bench_order_event event, const char *result, int64_t now,
    struct err *err);

#endif
