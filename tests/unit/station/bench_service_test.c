/*
 * bench_service_test: do stations come in by a code, once; are their reports
 * believed once and only on their signature; does each phone get its work, once
 * and signed; and does a wipe climb its ladder only on evidence? Over a real
 * database and a real key process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_sign.h"
#include "server/keeper/keeper.h"
#include "server/service/digest.h"
#include "tests/unit/station/bench_world.h"

#define SERIAL "F17V1234"

static struct bench_station a;
static struct bench_station b;

static int begin(void **state)
{
	int rc = bench_world_begin(state);

	if (rc == 0)
		bench_station_join(&a, "Bench A");
	if (rc == 0)
		bench_station_join(&b, "Bench B");
	return rc;
}

static int end(void **state)
{
	bench_station_clear(&a);
	bench_station_clear(&b);
	return bench_world_end(state);
}

/* ---- admission ---- */

static int join_with(const char *code, const char *group, struct err *err)
{
	struct station_join_request *request = calloc(1, sizeof(*request));
	struct station_join_answer *answer = calloc(1, sizeof(*answer));
	EVP_PKEY *key = bench_csr(request->csr, sizeof(request->csr), group);
	int rc;

	(void)str_copy(request->code, sizeof(request->code), code);
	rc = service_station_join(&world.service, request, answer, err);
	EVP_PKEY_free(key);
	free(request);
	free(answer);
	return rc;
}

static void a_code_admits_one_station_once(void **state)
{
	struct station_row row;
	char code[STATION_CODE_MAX + 1];
	char typed[STATION_CODE_MAX + 1];
	size_t len = 0;

	(void)state;
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "C", TIME_HOUR_MS, &row, code, NULL),
	    0);
	assert_int_equal(strlen(code), 23);
	assert_int_equal(
	    join_with("00000-00000-00000-00000", "P-256", NULL), -ERR_DENIED);
	/* As a person types it. */
	for (const char *at = code; *at; at++)
		if (*at != '-')
			typed[len++] = (char)(*at >= 'A' ? *at + 32 : *at);
	typed[len] = '\0';
	assert_int_equal(join_with(typed, "P-384", NULL), -ERR_UNSUPPORTED);
	assert_int_equal(join_with(typed, "P-256", NULL), 0);
	assert_int_equal(join_with(code, "P-256", NULL), -ERR_DENIED);
}

static void a_code_expires_and_is_revoked(void **state)
{
	struct station_row row;
	char code[STATION_CODE_MAX + 1];

	(void)state;
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "C", TIME_MINUTE_MS, &row, code, NULL),
	    0);
	world.now += TIME_MINUTE_MS;
	assert_int_equal(join_with(code, "P-256", NULL), -ERR_DENIED);
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "D", 0, &row, code, NULL),
	    0);
	assert_int_equal(service_station_revoke(
	                     &world.service, &world.actor, "D", &row, NULL),
	    0);
	assert_int_equal(join_with(code, "P-256", NULL), -ERR_DENIED);
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "", 0, &row, code, NULL),
	    -ERR_INVALID);
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "x", 8 * TIME_DAY_MS, &row, code, NULL),
	    -ERR_INVALID);
}

/* The common name of what the station holds. */
static void certificate_is_no_phones(void **state)
{
	BIO *bio = BIO_new_mem_buf(a.joined.certificate, -1);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	struct identity identity;
	struct station_row row;
	char want[64];
	char name[128] = "";
	struct err err = {0};

	(void)state;
	assert_non_null(certificate);
	assert_true(
	    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
	        NID_commonName, name, sizeof(name)) > 0);
	(void)snprintf(want, sizeof(want), STATION_COMMON_NAME "%s", a.row.id);
	assert_string_equal(name, want);
	assert_true(
	    (X509_get_extended_key_usage(certificate) & XKU_SSL_CLIENT) != 0);
	assert_int_equal(service_station_identify(&world.service,
	                     a.row.certificate_sha256, &row, NULL),
	    0);
	assert_string_equal(row.id, a.row.id);
	/* The phones' door does not know it. */
	assert_int_equal(service_identify(&world.service,
	                     a.row.certificate_sha256, &identity, NULL),
	    -ERR_NOT_FOUND);
	/* And a phone's certificate is no station. */
	bench_phone_enrol(SERIAL, "Astrid");
	assert_int_equal(service_station_identify(&world.service,
	                     "1111111111111111111111111111111111111111111111111"
	                     "111111111111111",
	                     &row, &err),
	    -ERR_DENIED);
	X509_free(certificate);
	BIO_free(bio);
}

/* Nobody who asks the keeper for a phone's certificate gets a station's. */
static void keeper_keeps_the_names_apart(void **state)
{
	char pem[4096];
	EVP_PKEY *key = bench_csr(pem, sizeof(pem), "P-256");
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509_REQ *request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
	struct buf out = {0};
	uint8_t *der = NULL;
	int len = i2d_X509_REQ(request, &der);
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    keeper_issue_certificate(world.service.keeper, der, (size_t)len,
	        "station:x", world.now, TIME_DAY_MS, &out, &err),
	    -ERR_DENIED);
	assert_int_equal(keeper_issue_station(world.service.keeper, der,
	                     (size_t)len, "not-a-uuid-not-a-uuid-not-a-uuid-no",
	                     world.now, TIME_DAY_MS, &out, &err),
	    -ERR_LIMIT);
	assert_int_equal(
	    keeper_issue_station(world.service.keeper, der, (size_t)len,
	        "zzzzzzzz-0000-7000-8000-00000000000x", world.now, TIME_DAY_MS,
	        &out, &err),
	    -ERR_INVALID);
	assert_int_equal(out.len, 0);
	OPENSSL_free(der);
	X509_REQ_free(request);
	BIO_free(bio);
	EVP_PKEY_free(key);
}

static void a_revoked_station_is_heard_no_more(void **state)
{
	struct station_report report;
	struct station_signed one = {0};
	struct station_signed_list list = {&one, 1};
	struct station_receipt receipt = {0};
	struct station_row row;
	struct err err = {0};

	(void)state;
	bench_report_init(&a, &report, STATION_REPORT_ATTACHED, SERIAL);
	bench_report_sign(&a, &report, &one);
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     "Bench A", &row, NULL),
	    0);
	assert_int_equal(row.state, STATION_REVOKED);
	assert_int_equal(service_station_identify(&world.service,
	                     a.row.certificate_sha256, &row, NULL),
	    -ERR_DENIED);
	/* Also when it was identified a moment before. */
	assert_int_equal(service_station_reports(
	                     &world.service, &a.row, &list, &receipt, &err),
	    -ERR_DENIED);
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     a.row.id, &row, NULL),
	    -ERR_CONFLICT);
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     "nobody", &row, NULL),
	    -ERR_NOT_FOUND);
	station_signed_clear(&one);
}

static void a_certificate_runs_out(void **state)
{
	struct station_row row;

	(void)state;
	world.now += STATION_CERTIFICATE_MS;
	assert_int_equal(service_station_identify(&world.service,
	                     a.row.certificate_sha256, &row, NULL),
	    -ERR_DENIED);
}

/* ---- reports ---- */

struct station_look {
	const char *id;
	struct station_row row;
};

static int look_station(void *arg, const struct station_row *row)
{
	struct station_look *look = arg;

	if (strcmp(row->id, look->id) == 0)
		look->row = *row;
	return 0;
}

static struct station_row station_now(const struct bench_station *station)
{
	struct station_look look = {.id = station->row.id};

	assert_int_equal(service_station_each(&world.service, &world.actor,
	                     look_station, &look, NULL),
	    0);
	return look.row;
}

struct phone_look {
	unsigned count;
	struct bench_phone last;
};

static int look_phone(void *arg, const struct bench_phone *row)
{
	struct phone_look *look = arg;

	look->count++;
	look->last = *row;
	return 0;
}

static struct phone_look phones_now(void)
{
	struct phone_look look = {0};

	assert_int_equal(service_bench_phone_each(&world.service, &world.actor,
	                     look_phone, &look, NULL),
	    0);
	return look;
}

static void a_report_counts_once(void **state)
{
	struct station_report report;
	struct phone_look look;

	(void)state;
	bench_report_init(&a, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.mode = STATION_MODE_NORMAL;
	assert_true(bench_report_send(&a, &report, NULL));
	look = phones_now();
	assert_int_equal(look.count, 1);
	assert_true(look.last.is_attached);
	assert_string_equal(look.last.port, "A3");
	assert_string_equal(look.last.mode, "normal");
	/* Another detaches it; then the first comes again. */
	world.now += 1000;
	bench_report_init(&a, &report, STATION_REPORT_DETACHED, SERIAL);
	assert_true(bench_report_send(&a, &report, NULL));
	assert_false(phones_now().last.is_attached);
	assert_true(bench_report_send(&a, &report, NULL));
	assert_int_equal(station_now(&a).last_sequence, 2);
	assert_int_equal(station_now(&a).gaps, 0);
}

static void a_bad_signature_is_refused(void **state)
{
	struct station_report report;
	struct station_signed one = {0};
	char why[STATION_SENTENCE_MAX];

	(void)state;
	bench_report_init(&a, &report, STATION_REPORT_ATTACHED, SERIAL);
	bench_report_sign(&a, &report, &one);
	/* Another station's name under it. */
	assert_false(bench_signed_send(&b, &one, why));
	assert_non_null(strstr(why, "signature"));
	one.body.data[10] ^= 1;
	assert_false(bench_signed_send(&a, &one, why));
	one.body.data[10] ^= 1;
	one.signature.data[one.signature.len - 1] ^= 1;
	assert_false(bench_signed_send(&a, &one, why));
	assert_int_equal(phones_now().count, 0);
	assert_int_equal(station_now(&a).last_sequence, 0);
	station_signed_clear(&one);
}

/* An id belongs to who used it first: no station speaks over another. */
static void an_id_is_one_stations(void **state)
{
	struct station_report report;
	char why[STATION_SENTENCE_MAX];

	(void)state;
	bench_report_init(&a, &report, STATION_REPORT_ATTACHED, SERIAL);
	assert_true(bench_report_send(&a, &report, NULL));
	assert_false(bench_report_send(&b, &report, why));
	assert_non_null(strstr(why, "another station"));
	assert_string_equal(phones_now().last.station_id, a.row.id);
}

/* An order's signature is never a report's. */
static void contexts_do_not_mix(void **state)
{
	static const char body[] = "{\"id\":1}";
	struct station_signed one = {0};
	EVP_PKEY *key = NULL;

	(void)state;
	assert_int_equal(station_sign(a.key, STATION_ORDER_CONTEXT,
	                     (const uint8_t *)body, strlen(body), &one, NULL),
	    0);
	assert_int_equal(
	    station_verify(a.key, STATION_ORDER_CONTEXT, &one, NULL), 0);
	assert_int_equal(
	    station_verify(a.key, STATION_REPORT_CONTEXT, &one, NULL),
	    -ERR_CRYPTO);
	assert_int_equal(station_key_parse(a.joined.orders_key, &key, NULL), 0);
	assert_int_equal(station_verify(key, STATION_ORDER_CONTEXT, &one, NULL),
	    -ERR_CRYPTO);
	EVP_PKEY_free(key);
	station_signed_clear(&one);
}

static void one_bad_report_costs_no_other(void **state)
{
	struct station_report report;
	struct station_signed items[3] = {0};
	struct station_signed_list list = {items, 3};
	struct station_receipt receipt = {0};
	static const char odd[] = "{\"id\":\"0192c2a0-5b7e-7c3d-9f00-"
	                          "0123456789ab\",\"sequence\":\"x\"}";

	(void)state;
	bench_report_init(&a, &report, STATION_REPORT_ATTACHED, SERIAL);
	bench_report_sign(&a, &report, &items[0]);
	assert_int_equal(
	    station_sign(a.key, STATION_REPORT_CONTEXT, (const uint8_t *)odd,
	        strlen(odd), &items[1], NULL),
	    0);
	bench_report_init(&a, &report, STATION_REPORT_ATTACHED, "OTHER");
	bench_report_sign(&a, &report, &items[2]);
	assert_int_equal(service_station_reports(
	                     &world.service, &a.row, &list, &receipt, NULL),
	    0);
	assert_int_equal(receipt.accepted_count, 2);
	assert_int_equal(receipt.refused_count, 1);
	assert_string_equal(
	    receipt.refused[0].id, "0192c2a0-5b7e-7c3d-9f00-0123456789ab");
	assert_int_equal(phones_now().count, 2);
	station_receipt_clear(&receipt);
	for (int i = 0; i < 3; i++)
		station_signed_clear(&items[i]);
}

static void gaps_and_clocks_are_noted(void **state)
{
	struct station_report report;
	struct station_report late;

	(void)state;
	bench_report_init(&a, &late, STATION_REPORT_ATTACHED, SERIAL); /* 1 */
	a.sequence++; /* 2 is lost */
	bench_report_init(&a, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.at_ms = world.now + TIME_HOUR_MS;
	assert_true(bench_report_send(&a, &report, NULL));
	assert_int_equal(station_now(&a).gaps, 2);
	assert_int_equal(station_now(&a).skew_ms, TIME_HOUR_MS);
	assert_true(bench_report_send(&a, &late, NULL));
	assert_int_equal(station_now(&a).gaps, 1);
	assert_int_equal(station_now(&a).last_sequence, 3);
	/* The late one does not move the phone back in time. */
	assert_int_equal(phones_now().last.seen_at, report.at_ms);
}

static void a_phone_moves_between_benches(void **state)
{
	struct station_report on_a;
	struct station_report off_a;
	struct station_report on_b;

	(void)state;
	bench_report_init(&a, &on_a, STATION_REPORT_ATTACHED, SERIAL);
	world.now += 1000;
	bench_report_init(&a, &off_a, STATION_REPORT_DETACHED, SERIAL);
	world.now += 1000;
	bench_report_init(&b, &on_b, STATION_REPORT_ATTACHED, SERIAL);
	assert_true(bench_report_send(&a, &on_a, NULL));
	assert_true(bench_report_send(&b, &on_b, NULL));
	assert_true(bench_report_send(&a, &off_a, NULL)); /* late */
	assert_true(phones_now().last.is_attached);
	assert_string_equal(phones_now().last.station_id, b.row.id);
}

static void facts_send(const char *serial)
{
	struct station_report *report = malloc(sizeof(*report));
	struct station_facts *facts = &report->facts;

	bench_report_init(&a, report, STATION_REPORT_FACTS, serial);
	(void)str_copy(facts->imei, sizeof(facts->imei), "350000000000001");
	(void)str_copy(facts->ios_version, sizeof(facts->ios_version), "18.1");
	(void)str_copy(facts->sims[0].iccid, sizeof(facts->sims[0].iccid),
	    "8946000000000000001");
	facts->sim_count = 1;
	facts->locked_now.value = STATION_YES;
	assert_true(bench_report_send(&a, report, NULL));
	free(report);
}

/* DESIGN invariant 9: of a phone that is not ours no SIM and no IMEI stay. */
static void facts_of_strangers_are_not_kept(void **state)
{
	struct phone_look look;
	struct facts_row row = {0};

	(void)state;
	facts_send("STRANGER");
	look = phones_now();
	assert_null(strstr(look.last.facts, "8946"));
	assert_null(strstr(look.last.facts, "3500"));
	assert_non_null(strstr(look.last.facts, "18.1"));

	bench_phone_enrol(SERIAL, "Astrid");
	facts_send(SERIAL);
	assert_int_equal(service_facts_load(&world.service, "life-" SERIAL,
	                     "BenchFacts", &row, NULL),
	    0);
	assert_non_null(strstr(row.json, "8946000000000000001"));
	assert_string_equal(row.source, "bench");
	store_facts_clear(&row);
}

/* ---- orders ---- */

static void an_idle_poll_gives_nothing(void **state)
{
	struct store_stats before;
	struct store_stats after;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	store_stats(world.service.store, &before);
	assert_false(bench_has_order(&a, SERIAL, WORK_ORDER_WIPE));
	assert_false(bench_has_order(&a, "NOBODY", WORK_ORDER_WIPE));
	store_stats(world.service.store, &after);
	assert_int_equal(before.units, after.units); /* and writes nothing */
}

static void a_wipe_is_ordered_for_the_bench_too(void **state)
{
	struct work_order order;
	struct wipe wipe;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	wipe = bench_wipe_order(SERIAL);
	bench_order_get(&a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_string_equal(order.wipe_id, wipe.id);
	assert_string_equal(order.station, a.row.id);
	assert_string_equal(order.udid, "UDID-" SERIAL);
	assert_true(order.preserve_data_plan);
	assert_int_equal(order.supervisor_count, 1);
	assert_string_equal(
	    order.our_magic, world.service.tenants[0].organisation.id);
	assert_int_equal(work_order_judge(&order, a.row.id, order.udid,
	                     order.serial, false, world.now),
	    WORK_ORDER_FINE);
	/* A's alone, for the time of its lease; B may have it after. */
	assert_false(bench_has_order(&b, SERIAL, WORK_ORDER_WIPE));
	work_order_clear(&order);
	world.now += WORK_ORDER_LEASE_MS + 1;
	assert_true(bench_has_order(&b, SERIAL, WORK_ORDER_WIPE));
	assert_false(bench_has_order(&a, SERIAL, WORK_ORDER_WIPE));
}

/* A serial number with a foreign UDID is not that phone. */
static void another_phone_gets_nothing(void **state)
{
	struct station_phone phone = {.udid = "UDID-OTHER", .serial = SERIAL};
	struct station_signed_list list = {0};

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	assert_int_equal(
	    service_work_orders(&world.service, &a.row, &phone, 1, &list, NULL),
	    0);
	assert_int_equal(list.count, 0);
	station_signed_list_clear(&list);
}

static int count_order(void *arg, const struct work_order_row *row)
{
	(void)row;
	++*(unsigned *)arg;
	return 0;
}

/* The UDID of one and the serial number of another make no new work. */
static void a_mixed_phone_makes_no_work(void **state)
{
	struct station_phone phone = {
	    .udid = "UDID-" SERIAL, .serial = "OTHER"};
	struct station_signed_list list = {0};
	struct work_order order;
	unsigned count = 0;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_true(bench_result_send(&a, &order, STATION_RESULT_FAILED));
	work_order_clear(&order);
	assert_int_equal(
	    service_work_orders(&world.service, &a.row, &phone, 1, &list, NULL),
	    0);
	assert_int_equal(list.count, 0);
	station_signed_list_clear(&list);
	assert_int_equal(service_work_order_each(&world.service, &world.actor,
	                     false, 0, count_order, &count, NULL),
	    0);
	assert_int_equal(count, 1);
}

static void a_revoked_station_lets_go(void **state)
{
	struct station_row row;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	assert_true(bench_has_order(&a, SERIAL, WORK_ORDER_WIPE));
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     "Bench A", &row, NULL),
	    0);
	assert_true(bench_has_order(&b, SERIAL, WORK_ORDER_WIPE));
}

static void results_must_fit_the_order(void **state)
{
	struct station_report report;
	struct work_order order;
	char why[STATION_SENTENCE_MAX];

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&a, SERIAL, WORK_ORDER_WIPE, &order);
	/* Not B's to speak of. */
	assert_false(bench_result_send(&b, &order, STATION_RESULT_OK));
	/* Nor of another phone. */
	bench_report_init(&a, &report, STATION_REPORT_ORDER_RESULT, "OTHER");
	(void)str_copy(report.order_result.order_id, UUID_TEXT_MAX, order.id);
	report.order_result.kind = WORK_ORDER_WIPE;
	report.order_result.result = STATION_RESULT_OK;
	assert_false(bench_report_send(&a, &report, why));
	assert_non_null(strstr(why, "another phone"));
	/* Nor of another kind. */
	bench_report_init(&a, &report, STATION_REPORT_ORDER_RESULT, SERIAL);
	(void)str_copy(report.order_result.order_id, UUID_TEXT_MAX, order.id);
	report.order_result.kind = WORK_ORDER_PAIR;
	report.order_result.result = STATION_RESULT_OK;
	assert_false(bench_report_send(&a, &report, why));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ORDERED);
	assert_int_equal(bench_order_row(order.id).state, BENCH_ORDER_HANDED);
	work_order_clear(&order);
}

/* ---- the ladder ---- */

static void proof_init(struct station_report *report,
    const struct work_order *order, enum station_tri refused,
    enum station_activation activation, enum station_tri setup_done,
    enum station_cloud cloud)
{
	struct station_proof *proof = &report->proof;

	bench_report_init(&a, report, STATION_REPORT_PROOF, order->serial);
	(void)str_copy(proof->order_id, UUID_TEXT_MAX, order->id);
	(void)str_copy(proof->wipe_id, UUID_TEXT_MAX, order->wipe_id);
	proof->had_old_pair_record = STATION_YES;
	proof->pair_worked_at_ms = world.now - TIME_DAY_MS;
	proof->is_old_pair_refused = refused;
	proof->activation = activation;
	proof->is_setup_done = setup_done;
	proof->cloud = cloud;
	proof->checked_at_ms = world.now;
}

/* To the point where the bench looks whether the erase came about. */
static void to_verify(struct work_order *verify)
{
	struct work_order order;

	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_true(bench_result_send(&a, &order, STATION_RESULT_STARTED));
	/* Begun: never again, by nobody. */
	assert_false(bench_has_order(&a, SERIAL, WORK_ORDER_WIPE));
	world.now += WORK_ORDER_LEASE_MS + 1;
	assert_false(bench_has_order(&b, SERIAL, WORK_ORDER_WIPE));
	assert_true(bench_result_send(&a, &order, STATION_RESULT_OK));
	work_order_clear(&order);
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	world.now += TIME_MINUTE_MS;
	bench_order_get(&a, SERIAL, WORK_ORDER_VERIFY_WIPED, verify);
	assert_false(bench_has_order(&a, SERIAL, WORK_ORDER_WIPE));
}

static void the_bench_proves_a_wipe(void **state)
{
	struct station_report report;
	struct work_order verify;
	struct wipe wipe;

	(void)state;
	to_verify(&verify);
	proof_init(&report, &verify, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	assert_true(bench_report_send(&a, &report, NULL));
	wipe = bench_wipe_of(SERIAL);
	assert_int_equal(wipe.state, WIPE_PROVEN);
	assert_int_equal(wipe.proven_at, world.now);
	assert_int_equal(bench_order_row(verify.id).state, BENCH_ORDER_DONE);
	/* Told again it stays as it is. */
	world.now += 1000;
	assert_true(bench_report_send(&a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).proven_at, world.now - 1000);
	assert_false(bench_has_order(&a, SERIAL, WORK_ORDER_VERIFY_WIPED));
	work_order_clear(&verify);
}

static void the_liar_is_caught(void **state)
{
	struct station_report report;
	struct work_order verify;
	struct wipe wipe;

	(void)state;
	to_verify(&verify);
	proof_init(&report, &verify, STATION_NO, STATION_ACTIVATED, STATION_YES,
	    STATION_CLOUD_OURS);
	assert_true(bench_report_send(&a, &report, NULL));
	wipe = bench_wipe_of(SERIAL);
	assert_int_equal(wipe.state, WIPE_ACKNOWLEDGED);
	assert_non_null(strstr(wipe.warning, "did not erase itself"));
	assert_int_equal(wipe.caught_at, world.now);
	/* However long it is silent after that. */
	world.now += TIME_DAY_MS;
	assert_int_equal(service_keep_going(&world.service, NULL), 0);
	wipe = bench_wipe_of(SERIAL);
	assert_int_equal(wipe.state, WIPE_ACKNOWLEDGED);
	assert_non_null(strstr(wipe.warning, "did not erase itself"));
	work_order_clear(&verify);
	/* Erased in the end, it is proven like any other. */
	bench_order_get(&a, SERIAL, WORK_ORDER_VERIFY_WIPED, &verify);
	proof_init(&report, &verify, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	assert_true(bench_report_send(&a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_PROVEN);
	work_order_clear(&verify);
}

static void the_liar_was_silent_first(void **state)
{
	struct station_report report;
	struct work_order verify;

	(void)state;
	to_verify(&verify);
	world.now += TIME_HOUR_MS / 2;
	assert_int_equal(service_keep_going(&world.service, NULL), 0);
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_SILENT);
	proof_init(&report, &verify, STATION_NO, STATION_ACTIVATED, STATION_YES,
	    STATION_CLOUD_OURS);
	assert_true(bench_report_send(&a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	assert_int_equal(bench_wipe_of(SERIAL).silent_at, 0);
	work_order_clear(&verify);
}

static void half_a_proof_is_none(void **state)
{
	struct station_report report;
	struct work_order verify;

	(void)state;
	to_verify(&verify);
	proof_init(&report, &verify, STATION_UNKNOWN, STATION_UNACTIVATED,
	    STATION_UNKNOWN, STATION_CLOUD_UNKNOWN);
	assert_true(bench_report_send(&a, &report, NULL));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	assert_non_null(strstr(bench_wipe_of(SERIAL).warning, "not prove"));
	work_order_clear(&verify);
	/* Looked at again, after a while. */
	assert_false(bench_has_order(&a, SERIAL, WORK_ORDER_VERIFY_WIPED));
	world.now += 6 * TIME_MINUTE_MS;
	assert_true(bench_has_order(&a, SERIAL, WORK_ORDER_VERIFY_WIPED));
}

static void a_proof_needs_its_order(void **state)
{
	struct station_report report;
	struct work_order verify;
	struct work_order forged;
	char why[STATION_SENTENCE_MAX];

	(void)state;
	to_verify(&verify);
	forged = verify;
	(void)str_copy(forged.id, sizeof(forged.id),
	    "0192c2a0-5b7e-7c3d-9f00-0123456789ab");
	proof_init(&report, &forged, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	assert_false(bench_report_send(&a, &report, why));
	forged = verify;
	(void)str_copy(forged.wipe_id, sizeof(forged.wipe_id),
	    "0192c2a0-5b7e-7c3d-9f00-0123456789ab");
	proof_init(&report, &forged, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	assert_false(bench_report_send(&a, &report, why));
	/* From before it was ordered. */
	proof_init(&report, &verify, STATION_YES, STATION_UNACTIVATED,
	    STATION_NO, STATION_CLOUD_NONE);
	report.proof.checked_at_ms = world.now - TIME_DAY_MS;
	report.proof.pair_worked_at_ms = world.now - 2 * TIME_DAY_MS;
	assert_false(bench_report_send(&a, &report, why));
	assert_non_null(strstr(why, "older"));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ACKNOWLEDGED);
	work_order_clear(&verify);
}

static void a_failed_erase_is_tried_three_times(void **state)
{
	struct work_order order;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	for (int i = 0; i < 3; i++) {
		bench_order_get(&a, SERIAL, WORK_ORDER_WIPE, &order);
		assert_true(order.preserve_data_plan);
		assert_true(
		    bench_result_send(&a, &order, STATION_RESULT_FAILED));
		work_order_clear(&order);
	}
	assert_false(bench_has_order(&a, SERIAL, WORK_ORDER_WIPE));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ORDERED);
	assert_non_null(strstr(bench_wipe_of(SERIAL).warning, "bench"));
}

static void cancelling_takes_the_work_back(void **state)
{
	struct command command;
	struct work_order order;
	struct wipe wipe;
	struct err err = {0};

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	wipe = bench_wipe_order(SERIAL);
	bench_order_get(&a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_true(bench_result_send(&a, &order, STATION_RESULT_STARTED));
	assert_int_equal(service_command_cancel(&world.service, &world.actor,
	                     wipe.command_id, &command, &err),
	    -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "begun"));
	work_order_clear(&order);

	bench_phone_enrol("SECOND", "Bo");
	wipe = bench_wipe_order("SECOND");
	bench_order_get(&a, "SECOND", WORK_ORDER_WIPE, &order);
	assert_int_equal(service_command_cancel(&world.service, &world.actor,
	                     wipe.command_id, &command, &err),
	    0);
	assert_non_null(strstr(bench_wipe_of("SECOND").warning, "may still"));
	assert_false(bench_has_order(&a, "SECOND", WORK_ORDER_WIPE));
	/* Cut off, it did it all the same: we must know. */
	assert_true(bench_result_send(&a, &order, STATION_RESULT_OK));
	assert_int_equal(bench_order_row(order.id).state, BENCH_ORDER_DONE);
	work_order_clear(&order);
}

static void a_refusal_is_noted(void **state)
{
	struct station_report report;
	struct work_order order;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&a, SERIAL, WORK_ORDER_WIPE, &order);
	bench_report_init(&a, &report, STATION_REPORT_REFUSED, SERIAL);
	(void)str_copy(report.refusal.order_id, UUID_TEXT_MAX, order.id);
	report.refusal.reason = WORK_ORDER_FOREIGN;
	assert_true(bench_report_send(&a, &report, NULL));
	assert_int_equal(bench_order_row(order.id).state, BENCH_ORDER_REFUSED);
	assert_non_null(strstr(bench_wipe_of(SERIAL).warning, "foreign"));
	work_order_clear(&order);
}

static void begun_and_never_spoken_of(void **state)
{
	struct work_order verify;

	(void)state;
	to_verify(&verify);
	assert_true(bench_result_send(&a, &verify, STATION_RESULT_STARTED));
	assert_false(bench_has_order(&b, SERIAL, WORK_ORDER_VERIFY_WIPED));
	world.now += WORK_ORDER_LEASE_MS + 11 * TIME_MINUTE_MS;
	assert_int_equal(service_keep_going(&world.service, NULL), 0);
	assert_int_equal(bench_order_row(verify.id).state, BENCH_ORDER_EXPIRED);
	world.now += 6 * TIME_MINUTE_MS;
	assert_true(bench_has_order(&b, SERIAL, WORK_ORDER_VERIFY_WIPED));
	work_order_clear(&verify);
}

/* ---- enrolling at the bench ---- */

static void a_phone_is_enrolled_at_the_bench(void **state)
{
	struct link_request request = {.person = "Astrid", .serial = SERIAL};
	struct work_order_row first;
	struct work_order_row row;
	struct work_order order;
	struct link link;
	char *url = NULL;

	(void)state;
	assert_int_equal(service_link_create_bench(&world.service, &world.actor,
	                     &request, &link, &first, &url, NULL),
	    0);
	free(url);
	assert_int_equal(service_link_create_bench(&world.service, &world.actor,
	                     &request, &link, &row, &url, NULL),
	    0);
	/* The newer one counts, and its address is stored sealed only. */
	assert_int_equal(
	    bench_order_row(first.id).state, BENCH_ORDER_CANCELLED);
	assert_int_equal(bench_order_row(first.id).sealed_len, 0);
	assert_null(memmem(row.sealed, row.sealed_len, "https", 5));
	bench_order_get(&a, SERIAL, WORK_ORDER_ENROL, &order);
	assert_string_equal(order.enrolment_url, url);
	assert_string_equal(order.udid, "UDID-" SERIAL);
	assert_true(order.has_cloud);
	assert_string_equal(order.cloud.configuration_url, url);
	assert_string_equal(order.cloud.organisation, "V\xc3\xa4stervik");
	assert_int_equal(order.cloud.anchor_count, 1);
	assert_int_equal(
	    order.cloud.supervisors[0].len, world.service.supervision_len);
	assert_memory_equal(order.cloud.supervisors[0].data,
	    world.service.supervision, world.service.supervision_len);
	/* Bound to that phone from now on. */
	assert_string_equal(bench_order_row(order.id).udid, "UDID-" SERIAL);
	assert_true(bench_result_send(&a, &order, STATION_RESULT_OK));
	assert_int_equal(bench_order_row(order.id).sealed_len, 0);
	work_order_clear(&order);
	free(url);
}

static void people_order_and_take_back(void **state)
{
	struct bench_request request = {
	    .device = SERIAL, .kind = WORK_ORDER_READ_FACTS};
	struct work_order_row row;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	assert_int_equal(service_work_order(&world.service, &world.actor,
	                     &request, &row, NULL),
	    0);
	assert_true(bench_has_order(&a, SERIAL, WORK_ORDER_READ_FACTS));
	assert_int_equal(service_work_order_cancel(
	                     &world.service, &world.actor, row.id, &row, NULL),
	    0);
	assert_false(bench_has_order(&a, SERIAL, WORK_ORDER_READ_FACTS));
	assert_int_equal(service_work_order_cancel(
	                     &world.service, &world.actor, row.id, &row, NULL),
	    -ERR_CONFLICT);
	request.kind = WORK_ORDER_WIPE;
	assert_int_equal(service_work_order(&world.service, &world.actor,
	                     &request, &row, NULL),
	    -ERR_INVALID);
}

static void an_order_expires(void **state)
{
	struct bench_request request = {
	    .device = SERIAL, .kind = WORK_ORDER_READ_FACTS};
	struct work_order_row row;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	assert_int_equal(service_work_order(&world.service, &world.actor,
	                     &request, &row, NULL),
	    0);
	world.now += WORK_ORDER_VALID_MS;
	assert_false(bench_has_order(&a, SERIAL, WORK_ORDER_READ_FACTS));
	assert_int_equal(service_keep_going(&world.service, NULL), 0);
	assert_int_equal(bench_order_row(row.id).state, BENCH_ORDER_EXPIRED);
}

/* ---- the challenge ---- */

static int challenge_try(const struct bench_station *station,
    const struct work_order *order, const void *bytes, size_t len,
    struct buf *cms, struct err *err)
{
	struct station_challenge challenge = {0};
	int rc;

	(void)str_copy(
	    challenge.order_id, sizeof(challenge.order_id), order->id);
	(void)str_copy(challenge.udid, sizeof(challenge.udid), order->udid);
	(void)str_copy(
	    challenge.serial, sizeof(challenge.serial), order->serial);
	assert_int_equal(
	    station_bytes_set(&challenge.challenge, bytes, len, err), 0);
	rc = service_station_challenge(
	    &world.service, &station->row, &challenge, cms, err);
	station_challenge_clear(&challenge);
	return rc;
}

static void cms_check(const struct buf *cms, const void *bytes, size_t len)
{
	const uint8_t *at = cms->data;
	const uint8_t *der = world.service.supervision;
	CMS_ContentInfo *info = d2i_CMS_ContentInfo(NULL, &at, (long)cms->len);
	X509 *ours = d2i_X509(NULL, &der, (long)world.service.supervision_len);
	STACK_OF(X509) *inside = CMS_get1_certs(info);
	BIO *content = BIO_new(BIO_s_mem());
	char *data = NULL;

	assert_non_null(info);
	assert_int_equal(CMS_verify(info, NULL, NULL, NULL, content,
	                     CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY),
	    1);
	assert_int_equal(BIO_get_mem_data(content, &data), len);
	assert_memory_equal(data, bytes, len);
	assert_int_equal(X509_cmp(sk_X509_value(inside, 0), ours), 0);
	sk_X509_pop_free(inside, X509_free);
	X509_free(ours);
	BIO_free(content);
	CMS_ContentInfo_free(info);
}

/* Line ends in it are bytes like others (CMS_BINARY). */
static void a_challenge_is_signed_for_an_order_only(void **state)
{
	static const uint8_t bytes[] = {1, 0x0a, 0x0d, 0x0a, 0, 0x0a, 7, 0x0d};
	struct work_order order;
	struct work_order other;
	struct buf cms = {0};
	struct err err = {0};

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_int_equal(
	    challenge_try(&a, &order, bytes, sizeof(bytes), &cms, &err), 0);
	cms_check(&cms, bytes, sizeof(bytes));
	buf_reset(&cms);
	assert_int_equal(
	    challenge_try(&b, &order, bytes, sizeof(bytes), &cms, &err),
	    -ERR_DENIED);
	other = order;
	(void)str_copy(other.serial, sizeof(other.serial), "OTHER");
	assert_int_equal(
	    challenge_try(&a, &other, bytes, sizeof(bytes), &cms, &err),
	    -ERR_DENIED);
	other = order;
	(void)str_copy(
	    other.id, sizeof(other.id), "0192c2a0-5b7e-7c3d-9f00-0123456789ab");
	assert_int_equal(
	    challenge_try(&a, &other, bytes, sizeof(bytes), &cms, &err),
	    -ERR_DENIED);
	assert_int_equal(challenge_try(&a, &order, bytes, 3, &cms, &err),
	    -ERR_LIMIT); /* shorter than any challenge */
	assert_true(bench_result_send(&a, &order, STATION_RESULT_OK));
	assert_int_equal(
	    challenge_try(&a, &order, bytes, sizeof(bytes), &cms, &err),
	    -ERR_DENIED);
	assert_int_equal(cms.len, 0);
	buf_clear(&cms);
	work_order_clear(&order);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(a_code_admits_one_station_once),
	    TEST(a_code_expires_and_is_revoked),
	    TEST(certificate_is_no_phones),
	    TEST(keeper_keeps_the_names_apart),
	    TEST(a_revoked_station_is_heard_no_more),
	    TEST(a_certificate_runs_out),
	    TEST(a_report_counts_once),
	    TEST(a_bad_signature_is_refused),
	    TEST(an_id_is_one_stations),
	    TEST(contexts_do_not_mix),
	    TEST(one_bad_report_costs_no_other),
	    TEST(gaps_and_clocks_are_noted),
	    TEST(a_phone_moves_between_benches),
	    TEST(facts_of_strangers_are_not_kept),
	    TEST(an_idle_poll_gives_nothing),
	    TEST(a_wipe_is_ordered_for_the_bench_too),
	    TEST(another_phone_gets_nothing),
	    TEST(a_mixed_phone_makes_no_work),
	    TEST(a_revoked_station_lets_go),
	    TEST(results_must_fit_the_order),
	    TEST(the_bench_proves_a_wipe),
	    TEST(the_liar_is_caught),
	    TEST(the_liar_was_silent_first),
	    TEST(half_a_proof_is_none),
	    TEST(a_proof_needs_its_order),
	    TEST(a_failed_erase_is_tried_three_times),
	    TEST(cancelling_takes_the_work_back),
	    TEST(a_refusal_is_noted),
	    TEST(begun_and_never_spoken_of),
	    TEST(a_phone_is_enrolled_at_the_bench),
	    TEST(people_order_and_take_back),
	    TEST(an_order_expires),
	    TEST(a_challenge_is_signed_for_an_order_only),
	};

	return cmocka_run_group_tests_name(
	    "bench service", tests, bench_world_group, bench_world_group_end);
}
