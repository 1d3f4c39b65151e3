/*
 * store_bench: what the store remembers of the benches: stations, their signed
 * reports, the phones on their ports, work orders. The rules are those of
 * store.h; apart from it because only few need it.
 */
#ifndef SERVER_STORE_STORE_BENCH_H
#define SERVER_STORE_STORE_BENCH_H

#include "server/lifecycle/bench_order.h"
#include "server/store/store.h"

/* ---- station: one bench box, invited by a code, known by a certificate ---- */

enum station_state {
	STATION_INVITED = 0,
	STATION_ADMITTED = 1,
	STATION_REVOKED = 2,
	STATION_STATE_COUNT
};

struct station_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char name[LIMIT_NAME + 1];
	enum station_state state;
	/* Of what it is known by next, once: invited, of its code; admitted, of
	 * the renewed certificate that it has not shown yet. "": nothing. */
	char code_sha256[STORE_SHA256];
	int64_t code_expires_at; /* the code's end; the certificate's end */
	char certificate_sha256[STORE_SHA256]; /* "" until it joined */
	char public_key[512];                  /* PEM, of its certificate */
	char created_by[LIMIT_NAME + 1];
	int64_t created_at;
	int64_t joined_at;
	int64_t not_after; /* of its certificate */
	int64_t revoked_at;
	char revoked_by[LIMIT_NAME + 1];
	int64_t last_report_at; /* our clock */
	int64_t last_sequence;  /* highest seen */
	int64_t gaps;           /* reports that are missing so far */
	int64_t skew_ms;        /* its clock minus ours, at the last report */
};

int store_station_save(
    struct txn *txn, const struct station_row *row, struct err *err);
int store_station_load(
    struct txn *txn, const char *id, struct station_row *out, struct err *err);
int store_station_find_code(struct txn *txn, const char *code_sha256,
    struct station_row *out, struct err *err);
int store_station_find_certificate(struct txn *txn,
    const char *certificate_sha256, struct station_row *out, struct err *err);
typedef int store_station_fn(void *arg, const struct station_row *row);
/* Newest first. */
int store_station_each(struct txn *txn, const char *org_id,
    store_station_fn *fn, void *arg, struct err *err);

/* ---- reports, kept as they came ---- */

struct station_report_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char station_id[STORE_ID];
	int64_t sequence;
	char kind[32];
	char udid[LIMIT_UDID + 1];
	char serial[LIMIT_SERIAL + 1];
	int64_t at; /* the station's clock */
	int64_t received_at;
};

/* -ERR_CONFLICT: there is one of that id. */
int store_station_report_insert(struct txn *txn,
    const struct station_report_row *row, const uint8_t *body, size_t body_len,
    const uint8_t *signature, size_t signature_len, struct err *err);
int store_station_report_load(struct txn *txn, const char *id,
    struct station_report_row *out, struct err *err);
/* How many reports of a sequence number a station sent: 0, 1, more. */
int store_station_report_count(struct txn *txn, const char *station_id,
    int64_t sequence, int64_t *count, struct err *err);

/* ---- phones at benches ---- */

#define BENCH_FACTS_MAX 16384

struct bench_phone {
	char org_id[STORE_ID];
	char udid[LIMIT_UDID + 1];
	char serial[LIMIT_SERIAL + 1];
	char station_id[STORE_ID];
	char port[65];
	char mode[32];
	bool is_attached;
	int64_t seen_at;             /* the station's clock */
	int64_t facts_at;            /* 0: none yet */
	char facts[BENCH_FACTS_MAX]; /* JSON of station_facts, "" for none */
};

int store_bench_phone_save(
    struct txn *txn, const struct bench_phone *row, struct err *err);
int store_bench_phone_load(struct txn *txn, const char *org_id,
    const char *udid, struct bench_phone *out, struct err *err);
typedef int store_bench_phone_fn(void *arg, const struct bench_phone *row);
/* Attached first, then by serial. */
int store_bench_phone_each(struct txn *txn, const char *org_id,
    store_bench_phone_fn *fn, void *arg, struct err *err);

/* The one device of that serial; -ERR_CONFLICT when there are several. */
int store_device_find_serial(struct txn *txn, const char *org_id,
    const char *serial, struct device *out, struct err *err);
int store_wipe_load(
    struct txn *txn, const char *id, struct wipe *out, struct err *err);

/* ---- work orders ---- */

#define WORK_ORDER_SEALED_MAX 1024

struct work_order_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	int kind; /* enum work_order_kind of proto/station */
	enum bench_order_state state;
	char serial[LIMIT_SERIAL + 1];
	char udid[LIMIT_UDID + 1]; /* "" until it is handed out */
	char device_id[STORE_ID];  /* "" when the phone is not known yet */
	char wipe_id[STORE_ID];    /* wipe, verify_wiped */
	char link_id[STORE_ID];    /* enrol */
	char station_id[STORE_ID]; /* that has it; "": none yet */
	bool preserve_data_plan;
	bool disallow_proximity_setup;
	char ordered_by[LIMIT_NAME + 1];
	char reason[512];
	char result[512];
	int64_t created_at;
	int64_t expires_at;
	int64_t handed_at; /* the last time */
	int64_t lease_until;
	int64_t started_at;
	int64_t closed_at;
	/* The address to enrol by, sealed: it works like a key. */
	uint8_t sealed[WORK_ORDER_SEALED_MAX];
	size_t sealed_len;
};

/* -ERR_CONFLICT: the wipe has an open one of that kind already. */
int store_work_order_save(
    struct txn *txn, const struct work_order_row *row, struct err *err);
int store_work_order_load(struct txn *txn, const char *id,
    struct work_order_row *out, struct err *err);
typedef int store_work_order_fn(void *arg, const struct work_order_row *row);
/* Open, handed or started, of that serial; oldest first. */
int store_work_order_each_open(struct txn *txn, const char *org_id,
    const char *serial, store_work_order_fn *fn, void *arg, struct err *err);
/* All of one wipe, newest first. */
int store_work_order_each_wipe(struct txn *txn, const char *wipe_id,
    store_work_order_fn *fn, void *arg, struct err *err);
/* Newest first; limit 0: none. */
int store_work_order_each(struct txn *txn, const char *org_id, bool only_open,
    int limit, store_work_order_fn *fn, void *arg, struct err *err);
/* Open or handed ones whose time has passed. */
int store_work_order_each_expired(struct txn *txn, int64_t now, int limit,
    store_work_order_fn *fn, void *arg, struct err *err);
/* Begun ones whose lease ended before then. */
int store_work_order_each_begun(struct txn *txn, int64_t before, int limit,
    store_work_order_fn *fn, void *arg, struct err *err);

#endif
