/*
 * Question: are the reports of stations believed once, and only on their
 * signature? Over a real database.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_sign.h"
#include "server/service/phone/phone_state.h"
#include "tests/unit/station/bench_world.h"

#define SERIAL "F17V1234"

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
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.mode = STATION_MODE_NORMAL;
	assert_true(bench_report_send(&bench_a, &report, NULL));
	look = phones_now();
	assert_int_equal(look.count, 1);
	assert_true(look.last.is_attached);
	assert_string_equal(look.last.port, "A3");
	assert_string_equal(look.last.mode, "normal");
	/* Another detaches it; then the first comes again. */
	world.now += 1000;
	bench_report_init(&bench_a, &report, STATION_REPORT_DETACHED, SERIAL);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_false(phones_now().last.is_attached);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(station_now(&bench_a).last_sequence, 2);
	assert_int_equal(station_now(&bench_a).gaps, 0);
}

static void a_bad_signature_is_refused(void **state)
{
	struct station_report report;
	struct station_signed one = {0};
	char why[STATION_SENTENCE_MAX];

	(void)state;
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	bench_report_sign(&bench_a, &report, &one);
	/* Another station's name under it. */
	assert_false(bench_signed_send(&bench_b, &one, why));
	assert_non_null(strstr(why, "signature"));
	one.body.data[10] ^= 1;
	assert_false(bench_signed_send(&bench_a, &one, why));
	one.body.data[10] ^= 1;
	one.signature.data[one.signature.len - 1] ^= 1;
	assert_false(bench_signed_send(&bench_a, &one, why));
	assert_int_equal(phones_now().count, 0);
	assert_int_equal(station_now(&bench_a).last_sequence, 0);
	station_signed_clear(&one);
}

/* An id belongs to who used it first: no station speaks over another. */
static void an_id_is_one_stations(void **state)
{
	struct station_report report;
	char why[STATION_SENTENCE_MAX];

	(void)state;
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_false(bench_report_send(&bench_b, &report, why));
	assert_non_null(strstr(why, "another station"));
	assert_string_equal(phones_now().last.station_id, bench_a.row.id);
}

/* An order's signature is never a report's. */
static void contexts_do_not_mix(void **state)
{
	static const char body[] = "{\"id\":1}";
	struct station_signed one = {0};
	EVP_PKEY *key = NULL;

	(void)state;
	assert_int_equal(station_sign(bench_a.key, STATION_ORDER_CONTEXT,
	                     (const uint8_t *)body, strlen(body), &one, NULL),
	    0);
	assert_int_equal(
	    station_verify(bench_a.key, STATION_ORDER_CONTEXT, &one, NULL), 0);
	assert_int_equal(
	    station_verify(bench_a.key, STATION_REPORT_CONTEXT, &one, NULL),
	    -ERR_CRYPTO);
	assert_int_equal(
	    station_key_parse(bench_a.joined.orders_key, &key, NULL), 0);
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
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	bench_report_sign(&bench_a, &report, &items[0]);
	assert_int_equal(
	    station_sign(bench_a.key, STATION_REPORT_CONTEXT,
	        (const uint8_t *)odd, strlen(odd), &items[1], NULL),
	    0);
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, "OTHER");
	bench_report_sign(&bench_a, &report, &items[2]);
	assert_int_equal(service_station_reports(&world.service, &bench_a.row,
	                     &list, &receipt, NULL),
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

/* What was refused came all the same: nobody has to look for it. */
static void a_refused_report_is_not_missing(void **state)
{
	static const char odd[] = "{\"id\":\"0192c2a0-5b7e-7c3d-9f00-"
	                          "0123456789ab\",\"sequence\":1}";
	struct station_report report;
	struct station_signed one = {0};

	(void)state;
	assert_int_equal(station_sign(bench_a.key, STATION_REPORT_CONTEXT,
	                     (const uint8_t *)odd, strlen(odd), &one, NULL),
	    0);
	assert_false(bench_signed_send(&bench_a, &one, NULL));
	assert_false(bench_signed_send(&bench_a, &one, NULL));
	station_signed_clear(&one);
	bench_a.sequence++;
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	assert_int_equal(report.sequence, 2);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(station_now(&bench_a).gaps, 0);
}

static void gaps_and_clocks_are_noted(void **state)
{
	struct station_report report;
	struct station_report late;

	(void)state;
	bench_report_init(
	    &bench_a, &late, STATION_REPORT_ATTACHED, SERIAL); /* 1 */
	bench_a.sequence++;                                    /* 2 is lost */
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.at_ms = world.now + TIME_HOUR_MS;
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(station_now(&bench_a).gaps, 2);
	assert_int_equal(station_now(&bench_a).skew_ms, TIME_HOUR_MS);
	assert_true(bench_report_send(&bench_a, &late, NULL));
	assert_int_equal(station_now(&bench_a).gaps, 1);
	assert_int_equal(station_now(&bench_a).last_sequence, 3);
	/* The late one does not move the phone back in time. */
	assert_int_equal(phones_now().last.seen_at, report.at_ms);
}

static void a_phone_moves_between_benches(void **state)
{
	struct station_report on_a;
	struct station_report off_a;
	struct station_report on_b;

	(void)state;
	bench_report_init(&bench_a, &on_a, STATION_REPORT_ATTACHED, SERIAL);
	world.now += 1000;
	bench_report_init(&bench_a, &off_a, STATION_REPORT_DETACHED, SERIAL);
	world.now += 1000;
	bench_report_init(&bench_b, &on_b, STATION_REPORT_ATTACHED, SERIAL);
	assert_true(bench_report_send(&bench_a, &on_a, NULL));
	assert_true(bench_report_send(&bench_b, &on_b, NULL));
	assert_true(bench_report_send(&bench_a, &off_a, NULL)); /* late */
	assert_true(phones_now().last.is_attached);
	assert_string_equal(phones_now().last.station_id, bench_b.row.id);
}

static void facts_send(const char *serial)
{
	struct station_report *report = malloc(sizeof(*report));
	struct station_facts *facts = &report->facts;

	bench_report_init(&bench_a, report, STATION_REPORT_FACTS, serial);
	(void)str_copy(facts->imei, sizeof(facts->imei), "350000000000001");
	(void)str_copy(facts->ios_version, sizeof(facts->ios_version), "18.1");
	(void)str_copy(facts->sims[0].iccid, sizeof(facts->sims[0].iccid),
	    "8946000000000000001");
	facts->sim_count = 1;
	facts->locked_now.value = STATION_YES;
	assert_true(bench_report_send(&bench_a, report, NULL));
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

static void attach(void)
{
	struct station_report report;

	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.mode = STATION_MODE_NORMAL;
	assert_true(bench_report_send(&bench_a, &report, NULL));
}

static struct device step_phone(enum phone_event event)
{
	const struct phone_step_ask ask = {
	    .device = SERIAL, .event = event, .reason = "nobody knows"};
	struct device device;

	world.now += TIME_MINUTE_MS;
	assert_int_equal(service_phone_step(
	                     &world.service, &world.actor, &ask, &device, NULL),
	    0);
	world.now += TIME_MINUTE_MS;
	return device;
}

static struct device phone_now(void)
{
	struct device_view view;

	assert_int_equal(service_device_view(
	                     &world.service, &world.actor, SERIAL, &view, NULL),
	    0);
	return view.device;
}

/* Somebody has brought it: it is again with whom it was, so that an erase of
 * it is justified. */
static void what_is_plugged_in_has_turned_up(void **state)
{
	static const enum phone_event gone[] = {PHONE_EVENT_REPORT_LOST,
	    PHONE_EVENT_REPORT_STOLEN, PHONE_EVENT_WRITE_OFF};

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		(void)step_phone(gone[i]);
		attach();
		assert_int_equal(phone_now().state, PHONE_ENROLLED);
		assert_string_equal(phone_now().person, "Astrid");
	}
	assert_int_equal(bench_wipe_order(SERIAL).state, WIPE_ORDERED);
}

/* What was told late says nothing of where it is now. */
static void what_hung_there_before_is_gone(void **state)
{
	struct station_report report;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	report.mode = STATION_MODE_NORMAL;
	(void)step_phone(PHONE_EVENT_REPORT_STOLEN);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	assert_int_equal(phone_now().state, PHONE_STOLEN);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, bench_two_begin, bench_two_end)
	const struct CMUnitTest tests[] = {
	    TEST(a_report_counts_once),
	    TEST(a_bad_signature_is_refused),
	    TEST(an_id_is_one_stations),
	    TEST(contexts_do_not_mix),
	    TEST(one_bad_report_costs_no_other),
	    TEST(a_refused_report_is_not_missing),
	    TEST(gaps_and_clocks_are_noted),
	    TEST(a_phone_moves_between_benches),
	    TEST(facts_of_strangers_are_not_kept),
	    TEST(what_is_plugged_in_has_turned_up),
	    TEST(what_hung_there_before_is_gone),
	};

	return cmocka_run_group_tests_name(
	    "station reports", tests, bench_world_group, bench_world_group_end);
}
