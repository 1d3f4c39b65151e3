/*
 * Question: does each phone get its work, once and signed, at one bench at a
 * time? Over a real database and a real key process.
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

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/keeper/keeper.h"
#include "tests/unit/station/bench_world.h"

#define SERIAL "F17V1234"

/* ---- orders ---- */

static void an_idle_poll_gives_nothing(void **state)
{
	struct store_stats before;
	struct store_stats after;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	store_stats(world.service.store, &before);
	assert_false(bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
	assert_false(bench_has_order(&bench_a, "NOBODY", WORK_ORDER_WIPE));
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
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_string_equal(order.wipe_id, wipe.id);
	assert_string_equal(order.station, bench_a.row.id);
	assert_string_equal(order.udid, "UDID-" SERIAL);
	assert_true(order.preserve_data_plan);
	assert_int_equal(order.supervisor_count, 1);
	assert_string_equal(
	    order.our_magic, world.service.tenants[0].organisation.id);
	assert_int_equal(work_order_judge(&order, bench_a.row.id, order.udid,
	                     order.serial, false, world.now),
	    WORK_ORDER_FINE);
	/* A's alone, for the time of its lease; B may have it after. */
	assert_false(bench_has_order(&bench_b, SERIAL, WORK_ORDER_WIPE));
	work_order_clear(&order);
	world.now += WORK_ORDER_LEASE_MS + 1;
	assert_true(bench_has_order(&bench_b, SERIAL, WORK_ORDER_WIPE));
	assert_false(bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
}

/* A serial number with a foreign UDID is not that phone. */
static void another_phone_gets_nothing(void **state)
{
	struct station_phone phone = {.udid = "UDID-OTHER", .serial = SERIAL};
	struct station_signed_list list = {0};

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	assert_int_equal(service_work_orders(&world.service, &bench_a.row,
	                     &phone, 1, &list, NULL),
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
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_true(bench_result_send(&bench_a, &order, STATION_RESULT_FAILED));
	work_order_clear(&order);
	assert_int_equal(service_work_orders(&world.service, &bench_a.row,
	                     &phone, 1, &list, NULL),
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
	assert_true(bench_has_order(&bench_a, SERIAL, WORK_ORDER_WIPE));
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     "Bench A", &row, NULL),
	    0);
	assert_true(bench_has_order(&bench_b, SERIAL, WORK_ORDER_WIPE));
}

static void results_must_fit_the_order(void **state)
{
	struct station_report report;
	struct work_order order;
	char why[STATION_SENTENCE_MAX];

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	/* Not B's to speak of. */
	assert_false(bench_result_send(&bench_b, &order, STATION_RESULT_OK));
	/* Nor of another phone. */
	bench_report_init(
	    &bench_a, &report, STATION_REPORT_ORDER_RESULT, "OTHER");
	(void)str_copy(report.order_result.order_id, UUID_TEXT_MAX, order.id);
	report.order_result.kind = WORK_ORDER_WIPE;
	report.order_result.result = STATION_RESULT_OK;
	assert_false(bench_report_send(&bench_a, &report, why));
	assert_non_null(strstr(why, "another phone"));
	/* Nor of another kind. */
	bench_report_init(
	    &bench_a, &report, STATION_REPORT_ORDER_RESULT, SERIAL);
	(void)str_copy(report.order_result.order_id, UUID_TEXT_MAX, order.id);
	report.order_result.kind = WORK_ORDER_PAIR;
	report.order_result.result = STATION_RESULT_OK;
	assert_false(bench_report_send(&bench_a, &report, why));
	assert_int_equal(bench_wipe_of(SERIAL).state, WIPE_ORDERED);
	assert_int_equal(bench_order_row(order.id).state, BENCH_ORDER_HANDED);
	work_order_clear(&order);
}

/* ---- whose the phones are ---- */

/* What the station is told of one phone; "-" nothing. */
static void owner_is(
    const struct bench_station *station, const char *serial, const char *person)
{
	struct station_work work = {.owners = NULL};
	struct station_phone phone;

	memset(&phone, 0, sizeof(phone));
	(void)snprintf(phone.udid, sizeof(phone.udid), "UDID-%s", SERIAL);
	(void)str_copy(phone.serial, sizeof(phone.serial), serial);
	assert_int_equal(service_bench_owners(&world.service, &station->row,
	                     &phone, 1, &work, NULL),
	    0);
	assert_string_equal(
	    work.owner_count ? work.owners[0].person : "-", person);
	station_work_clear(&work);
}

static void only_where_it_hangs_its_person_is_told(void **state)
{
	struct station_report report;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	/* Asking is not enough: the station must have signed that it is there. */
	owner_is(&bench_a, SERIAL, "-");
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	owner_is(&bench_a, SERIAL, "Astrid");
	owner_is(&bench_b, SERIAL, "-");
	owner_is(&bench_a, "OTHER", "-"); /* a mixed phone is nobody's */
	bench_report_init(&bench_a, &report, STATION_REPORT_DETACHED, SERIAL);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	owner_is(&bench_a, SERIAL, "-");
}

static void one_to_be_enrolled_has_a_person(void **state)
{
	struct link_request request = {.person = "Bo", .serial = SERIAL};
	struct station_report report;
	struct work_order_row row;
	struct link link;
	char *url = NULL;

	(void)state;
	bench_report_init(&bench_a, &report, STATION_REPORT_ATTACHED, SERIAL);
	assert_true(bench_report_send(&bench_a, &report, NULL));
	owner_is(&bench_a, SERIAL, "-");
	assert_int_equal(service_link_create_bench(&world.service, &world.actor,
	                     &request, &link, &row, &url, NULL),
	    0);
	owner_is(&bench_a, SERIAL, "Bo");
	free(url);
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
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_ENROL, &order);
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
	assert_true(bench_result_send(&bench_a, &order, STATION_RESULT_OK));
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
	assert_true(bench_has_order(&bench_a, SERIAL, WORK_ORDER_READ_FACTS));
	assert_int_equal(service_work_order_cancel(
	                     &world.service, &world.actor, row.id, &row, NULL),
	    0);
	assert_false(bench_has_order(&bench_a, SERIAL, WORK_ORDER_READ_FACTS));
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
	assert_false(bench_has_order(&bench_a, SERIAL, WORK_ORDER_READ_FACTS));
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
	bench_order_get(&bench_a, SERIAL, WORK_ORDER_WIPE, &order);
	assert_int_equal(
	    challenge_try(&bench_a, &order, bytes, sizeof(bytes), &cms, &err),
	    0);
	cms_check(&cms, bytes, sizeof(bytes));
	buf_reset(&cms);
	assert_int_equal(
	    challenge_try(&bench_b, &order, bytes, sizeof(bytes), &cms, &err),
	    -ERR_DENIED);
	other = order;
	(void)str_copy(other.serial, sizeof(other.serial), "OTHER");
	assert_int_equal(
	    challenge_try(&bench_a, &other, bytes, sizeof(bytes), &cms, &err),
	    -ERR_DENIED);
	other = order;
	(void)str_copy(
	    other.id, sizeof(other.id), "0192c2a0-5b7e-7c3d-9f00-0123456789ab");
	assert_int_equal(
	    challenge_try(&bench_a, &other, bytes, sizeof(bytes), &cms, &err),
	    -ERR_DENIED);
	assert_int_equal(challenge_try(&bench_a, &order, bytes, 3, &cms, &err),
	    -ERR_LIMIT); /* shorter than any challenge */
	assert_true(bench_result_send(&bench_a, &order, STATION_RESULT_OK));
	assert_int_equal(
	    challenge_try(&bench_a, &order, bytes, sizeof(bytes), &cms, &err),
	    -ERR_DENIED);
	assert_int_equal(cms.len, 0);
	buf_clear(&cms);
	work_order_clear(&order);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, bench_two_begin, bench_two_end)
	const struct CMUnitTest tests[] = {
	    TEST(an_idle_poll_gives_nothing),
	    TEST(a_wipe_is_ordered_for_the_bench_too),
	    TEST(another_phone_gets_nothing),
	    TEST(a_mixed_phone_makes_no_work),
	    TEST(a_revoked_station_lets_go),
	    TEST(results_must_fit_the_order),
	    TEST(only_where_it_hangs_its_person_is_told),
	    TEST(one_to_be_enrolled_has_a_person),
	    TEST(a_phone_is_enrolled_at_the_bench),
	    TEST(people_order_and_take_back),
	    TEST(an_order_expires),
	    TEST(a_challenge_is_signed_for_an_order_only),
	};

	return cmocka_run_group_tests_name(
	    "bench orders", tests, bench_world_group, bench_world_group_end);
}
