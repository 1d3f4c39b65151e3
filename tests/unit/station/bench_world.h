/*
 * bench_world: the real services with a real key process and a fresh database,
 * stations that joined as stations do, and a clock that the test moves.
 */
#ifndef TESTS_UNIT_STATION_BENCH_WORLD_H
#define TESTS_UNIT_STATION_BENCH_WORLD_H

#include <openssl/evp.h>

#include "proto/station/station_report.h"
#include "proto/station/work_order.h"
#include "server/service/station/bench.h"

struct bench_world {
	struct service service;
	int64_t now;
	char folder[64]; /* keys lie in folder/keys */
	struct actor actor;
};
extern struct bench_world world;

/* cmocka: keys once a group, a database for each test. */
int bench_world_group(void **state);
int bench_world_group_end(void **state);
int bench_world_begin(void **state);
int bench_world_end(void **state);

struct bench_station {
	struct station_row row;
	EVP_PKEY *key;
	char key_pem[2048];
	struct station_join_answer joined;
	int64_t sequence;
};

/* A new key and its request; EVP_PKEY_free() it. */
EVP_PKEY *bench_csr(char *pem, size_t size, const char *group);
void bench_csr_of(EVP_PKEY *key, char *pem, size_t size);
/* Invited and joined by the service; fails the test when it cannot. */
void bench_station_join(struct bench_station *station, const char *name);
void bench_station_clear(struct bench_station *station);

/* The same with two benches, "Bench A" and "Bench B", that have joined. */
extern struct bench_station bench_a;
extern struct bench_station bench_b;
int bench_two_begin(void **state);
int bench_two_end(void **state);

/* One phone with an open life; its UDID is "UDID-<serial>". */
void bench_phone_enrol(const char *serial, const char *person);
struct wipe bench_wipe_order(const char *serial);
struct wipe bench_wipe_of(const char *serial);
struct work_order_row bench_order_row(const char *id);

/* A report with id, sequence and time; kind and phone filled in. */
void bench_report_init(struct bench_station *station,
    struct station_report *report, enum station_report_kind kind,
    const char *serial);
/* Signed as the station would. station_signed_clear() it. */
void bench_report_sign(const struct bench_station *station,
    const struct station_report *report, struct station_signed *out);
/* Delivers one: true when it was accepted; why gets the refusal. */
bool bench_report_send(const struct bench_station *station,
    const struct station_report *report, char why[STATION_SENTENCE_MAX]);
bool bench_signed_send(const struct bench_station *station,
    const struct station_signed *one, char why[STATION_SENTENCE_MAX]);

/* Signed orders for one phone, verified and parsed; how many there are. */
#define BENCH_ORDERS_MAX 8
size_t bench_orders_get(const struct bench_station *station, const char *serial,
    struct work_order out[BENCH_ORDERS_MAX]);
/* The one order of that kind; fails the test when there is none. */
void bench_order_get(const struct bench_station *station, const char *serial,
    enum work_order_kind kind, struct work_order *out);
bool bench_has_order(const struct bench_station *station, const char *serial,
    enum work_order_kind kind);
/* "started", "ok" … for an order; true when accepted. */
bool bench_result_send(struct bench_station *station,
    const struct work_order *order, enum station_result result);

#endif
