/*
 * tenants_test: DESIGN invariant 8: is anything of one organisation seen or
 * changed from the other, through any use case that names an organisation?
 */
#include "tests/unit/server/two_towns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/service/mdm/look.h"
#include "server/service/station/bench.h"

#define COMMAND "01900000-0000-7000-8000-0000000000c1"

static unsigned seen;

#define DEFINE_COUNT(count, row_type)                                          \
	static int count(void *arg, const struct row_type *row)                \
	{                                                                      \
		(void)arg;                                                     \
		(void)row;                                                     \
		seen++;                                                        \
		return 0;                                                      \
	}
DEFINE_COUNT(count_device, device_view)
DEFINE_COUNT(count_link, link)
DEFINE_COUNT(count_command, command_view)
DEFINE_COUNT(count_station, station_row)
DEFINE_COUNT(count_order, work_order_row)
DEFINE_COUNT(count_bench_phone, bench_phone)
DEFINE_COUNT(count_person, person_row)
DEFINE_COUNT(count_unit, unit_view)
DEFINE_COUNT(count_subscription, subscription_row)
DEFINE_COUNT(count_holding, holding_view)

/* The walk shows so many to Ada and none to Bob. */
#define APART(count_wanted, call)                                              \
	do {                                                                   \
		const struct actor *actor = ada;                               \
                                                                               \
		seen = 0;                                                      \
		assert_int_equal(call, 0);                                     \
		assert_int_equal(seen, count_wanted);                          \
		actor = bob;                                                   \
		seen = 0;                                                      \
		assert_int_equal(call, 0);                                     \
		assert_int_equal(seen, 0);                                     \
	} while (0)
/* What Ada has, Bob does not find. */
#define HIDDEN(call)                                                           \
	do {                                                                   \
		const struct actor *actor = bob;                               \
                                                                               \
		assert_int_equal(call, -ERR_NOT_FOUND);                        \
		actor = ada;                                                   \
		assert_int_equal(call, 0);                                     \
	} while (0)

/* ---- what Ada's town has ---- */

static int save_rest(struct txn *txn, void *arg, struct err *err)
{
	struct command command = {.state = COMMAND_QUEUED,
	    .request_type = "SecurityInfo",
	    .purpose = "query:SecurityInfo",
	    .created_at = TOWNS_NOW};
	struct bench_phone phone = {.seen_at = TOWNS_NOW};
	int rc;

	(void)arg;
	(void)snprintf(command.id, sizeof(command.id), COMMAND);
	(void)snprintf(
	    command.org_id, sizeof(command.org_id), "%s", ada->org_id);
	(void)snprintf(
	    command.device_id, sizeof(command.device_id), "device-SERIAL1");
	(void)snprintf(
	    command.life_id, sizeof(command.life_id), "life-SERIAL1");
	rc = store_command_insert(
	    txn, &command, (const uint8_t *)"<plist/>", 8, err);
	if (rc < 0)
		return rc;
	(void)snprintf(phone.org_id, sizeof(phone.org_id), "%s", ada->org_id);
	(void)snprintf(phone.udid, sizeof(phone.udid), "udid-SERIAL1");
	(void)snprintf(phone.serial, sizeof(phone.serial), "SERIAL1");
	(void)snprintf(phone.station_id, sizeof(phone.station_id), "station-1");
	return store_bench_phone_save(txn, &phone, err);
}

static int save_station(struct txn *txn, void *arg, struct err *err)
{
	struct station_row row = {.state = STATION_ADMITTED};

	(void)arg;
	(void)snprintf(row.id, sizeof(row.id), "station-1");
	(void)snprintf(row.org_id, sizeof(row.org_id), "%s", ada->org_id);
	(void)snprintf(row.name, sizeof(row.name), "Bench A");
	return store_station_save(txn, &row, err);
}

static void fill_town(void)
{
	towns.order_gate_is_open = true;
	towns_phone(ada, "SERIAL1", false);
	towns_apply(ada,
	    "{\"unit\": {\"name\": \"Skolan\"}}\n"
	    "{\"person\": {\"name\": \"Bo Lind\", \"mail\": "
	    "\"bo@town.example\", \"unit\": \"Skolan\"}}\n"
	    "{\"assignment\": {\"person\": \"Bo Lind\", \"phone\": "
	    "\"SERIAL1\"}}\n"
	    "{\"subscription\": {\"number\": \"+46701234567\"}}\n"
	    "{\"assignment\": {\"person\": \"Bo Lind\", \"subscription\": "
	    "\"+46701234567\"}}\n");
	towns_write(save_station, NULL);
	towns_write(save_rest, NULL);
}

/* ---- looking ---- */

static void test_lists(void **state)
{
	struct command_view_filter all = {.limit = 100};
	bool more;

	(void)state;
	fill_town();
	APART(1,
	    service_device_each(&towns, actor, NULL, count_device, NULL, NULL));
	APART(1,
	    service_device_each(
	        &towns, actor, "SERIAL1", count_device, NULL, NULL));
	APART(1, service_link_each(&towns, actor, count_link, NULL, NULL));
	APART(1,
	    service_command_each(
	        &towns, actor, &all, count_command, NULL, &more, NULL));
	APART(
	    1, service_station_each(&towns, actor, count_station, NULL, NULL));
	APART(1,
	    service_bench_phone_each(
	        &towns, actor, count_bench_phone, NULL, NULL));
	APART(1,
	    service_person_each(
	        &towns, actor, NULL, "", 0, count_person, NULL, NULL));
	APART(1,
	    service_person_each(
	        &towns, actor, "lind", "", 0, count_person, NULL, NULL));
	APART(
	    1, service_unit_each(&towns, actor, "", 0, count_unit, NULL, NULL));
	APART(1,
	    service_subscription_each(
	        &towns, actor, "", 0, count_subscription, NULL, NULL));
}

static void test_single_things(void **state)
{
	struct device device;
	struct device_view view;
	struct command command;
	struct person_view person;
	char sentence[512];

	(void)state;
	fill_town();
	HIDDEN(service_device_find(&towns, actor, "SERIAL1", &device, NULL));
	HIDDEN(service_device_find(&towns, actor, "Bo Lind", &device, NULL));
	HIDDEN(
	    service_device_view(&towns, actor, "device-SERIAL1", &view, NULL));
	HIDDEN(service_command_explain(&towns, actor, COMMAND, &command,
	    sentence, sizeof(sentence), NULL));
	HIDDEN(service_person_view(
	    &towns, actor, "bo@town.example", &person, NULL, NULL));
	HIDDEN(service_holding_each(
	    &towns, actor, "SERIAL1", NULL, count_holding, NULL, NULL));
	HIDDEN(service_holding_each(
	    &towns, actor, "+46701234567", NULL, count_holding, NULL, NULL));
	HIDDEN(service_answer_each(&towns, actor, COMMAND, NULL, NULL, NULL));
}

static void test_counts(void **state)
{
	struct actor nobody = {.name = "Eve"};
	struct status_view status;

	(void)state;
	fill_town();
	assert_int_equal(service_status_load(&towns, ada, &status, NULL), 0);
	assert_int_equal(status.counts.devices, 1);
	assert_int_equal(status.counts.commands_open, 1);
	assert_string_equal(status.organisation.slug, "askersund");
	assert_int_equal(service_status_load(&towns, bob, &status, NULL), 0);
	assert_int_equal(status.counts.devices, 0);
	assert_int_equal(status.counts.lives_enrolled, 0);
	assert_int_equal(status.counts.commands_open, 0);
	/* Whoever is of no organisation sees none. */
	assert_int_equal(service_status_load(&towns, &nobody, &status, NULL),
	    -ERR_NOT_FOUND);
	seen = 0;
	assert_int_equal(service_device_each(
	                     &towns, &nobody, NULL, count_device, NULL, NULL),
	    0);
	assert_int_equal(seen, 0);
}

/* ---- changing ---- */

static void test_orders(void **state)
{
	struct wipe_request wipe = {.device = "SERIAL1", .reason = "test"};
	struct bench_request bench = {
	    .device = "SERIAL1", .kind = WORK_ORDER_READ_FACTS};
	struct work_order_row work = {.id = ""};
	struct station_row station;
	struct command command;
	struct wipe_plan plan;
	struct wipe done;

	(void)state;
	fill_town();
	HIDDEN(service_wipe_plan(&towns, actor, &wipe, &plan, NULL));
	assert_int_equal(service_wipe_order(&towns, bob, &wipe, &done, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(
	    service_command_cancel(&towns, bob, COMMAND, &command, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(
	    service_command_cancel(&towns, ada, COMMAND, &command, NULL), 0);
	assert_int_equal(service_work_order(&towns, bob, &bench, &work, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(
	    service_work_order(&towns, ada, &bench, &work, NULL), 0);
	APART(1,
	    service_work_order_each(
	        &towns, actor, false, 0, count_order, NULL, NULL));
	assert_int_equal(
	    service_work_order_cancel(&towns, bob, work.id, &work, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(
	    service_work_order_cancel(&towns, ada, work.id, &work, NULL), 0);
	assert_int_equal(
	    service_station_revoke(&towns, bob, "Bench A", &station, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(
	    service_station_revoke(&towns, bob, "station-1", &station, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(
	    service_station_revoke(&towns, ada, "Bench A", &station, NULL), 0);
}

/* Another town's people, units, phones and SIMs cannot be named. */
static void test_ledger(void **state)
{
	struct link_request request = {"bo@town.example", "SERIAL1", 0};
	struct link link;
	char *url = NULL;

	(void)state;
	fill_town();
	towns_refused(bob,
	    "{\"employment\": {\"person\": \"bo@town.example\", \"from\": "
	    "\"2026-01-01\"}}",
	    ERR_NOT_FOUND, "there is no person");
	towns_refused(bob,
	    "{\"person\": {\"name\": \"Eve\", \"unit\": \"Skolan\"}}",
	    ERR_NOT_FOUND, "there is no unit");
	towns_refused(bob, "{\"return\": {\"phone\": \"SERIAL1\"}}",
	    ERR_NOT_FOUND, "there is no phone");
	towns_refused(bob, "{\"return\": {\"subscription\": \"+46701234567\"}}",
	    ERR_NOT_FOUND, "there is no subscription");
	assert_int_equal(
	    service_link_create(&towns, bob, &request, &link, &url, NULL),
	    -ERR_NOT_FOUND);
	/* The same name and number in the other town are others. */
	assert_int_equal(towns_effect(bob,
	                     "{\"person\": {\"name\": \"Bo Lind\", \"mail\": "
	                     "\"bo@town.example\"}}"),
	    LEDGER_ADDED);
	assert_int_equal(
	    towns_effect(
	        bob, "{\"subscription\": {\"number\": \"+46701234567\"}}"),
	    LEDGER_ADDED);
	seen = 0;
	assert_int_equal(service_person_each(&towns, ada, NULL, "", 0,
	                     count_person, NULL, NULL),
	    0);
	assert_int_equal(seen, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_lists),
	    TEST(test_single_things),
	    TEST(test_counts),
	    TEST(test_orders),
	    TEST(test_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
