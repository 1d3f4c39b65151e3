/*
 * ledger_holding_test: is it known who holds which phone and subscription, and
 * held it before; and is nothing erased that nobody holds?
 */
#include "tests/unit/server/towns_look.h"

#include <stdlib.h>
#include <string.h>

#define ANNA                                                                   \
	"{\"person\": {\"name\": \"Anna Maria Ek\", \"mail\": "                \
	"\"Anna.Ek@Town.example\"}}\n"
#define BO                                                                     \
	"{\"person\": {\"name\": \"Bo Lind\", \"mail\": "                      \
	"\"bo@town.example\"}}\n"

struct holdings {
	struct holding_view rows[8];
	int held;
};

static int on_holding(void *arg, const struct holding_view *view)
{
	struct holdings *look = arg;

	look->rows[look->held++ % 8] = *view;
	return 0;
}

/* All began at the same moment: their order says nothing. */
static const struct assignment_row *sim_of(const struct towns_look *look)
{
	for (int i = 0; i < look->held && i < TOWNS_LOOK_MAX; i++)
		if (look->assignments[i].kind == ASSIGNMENT_SUBSCRIPTION)
			return &look->assignments[i];
	fail_msg("no subscription is held");
	return NULL;
}

static void test_hand_over(void **state)
{
	struct holdings look = {.held = 0};
	struct device device;
	int64_t first = TOWNS_NOW;

	(void)state;
	towns.order_gate_is_open = true;
	towns_apply(ada, ANNA BO);
	towns_phone(ada, "SERIAL1", false);
	assert_int_equal(towns_effect(ada,
	                     "{\"assignment\": {\"person\": \"Bo Lind\", "
	                     "\"phone\": \"SERIAL1\"}}"),
	    LEDGER_ADDED);
	assert_int_equal(towns_effect(ada,
	                     "{\"assignment\": {\"person\": \"Bo Lind\", "
	                     "\"phone\": \"SERIAL1\"}}"),
	    LEDGER_UNCHANGED);
	towns_now += TIME_DAY_MS;
	assert_int_equal(towns_effect(ada,
	                     "{\"assignment\": {\"person\": \"Anna Maria Ek\", "
	                     "\"phone\": \"SERIAL1\"}}"),
	    LEDGER_CHANGED);
	assert_int_equal(
	    service_device_find(&towns, ada, "SERIAL1", &device, NULL), 0);
	assert_string_equal(device.person, "Anna Maria Ek");
	/* Renamed, the phone is found by the new name. */
	towns_apply(ada,
	    "{\"person\": {\"mail\": \"anna.ek@town.example\", "
	    "\"name\": \"Anna Maria Berg\"}}");
	assert_int_equal(
	    service_device_find(&towns, ada, "Maria Berg", &device, NULL), 0);
	towns_now += TIME_DAY_MS;
	assert_int_equal(
	    towns_effect(ada, "{\"return\": {\"phone\": \"SERIAL1\"}}"),
	    LEDGER_ENDED);
	towns_refused(ada, "{\"return\": {\"phone\": \"SERIAL1\"}}",
	    ERR_CONFLICT, "nobody holds it");
	/* Who had it? */
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1", NULL,
	                     on_holding, &look, NULL),
	    0);
	assert_int_equal(look.held, 2);
	assert_string_equal(look.rows[0].person.name, "Bo Lind");
	assert_true(look.rows[0].assignment.from_at == first);
	assert_string_equal(
	    look.rows[0].assignment.close_reason, "handed over");
	assert_string_equal(look.rows[1].person.name, "Anna Maria Berg");
	assert_string_equal(look.rows[1].assignment.close_reason, "returned");
	look.held = 0;
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1",
	                     "2026-11-22", on_holding, &look, NULL),
	    0);
	assert_int_equal(look.held, 1);
	assert_string_equal(look.rows[0].person.name, "Bo Lind");
	look.held = 0;
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1",
	                     "2026-11-23", on_holding, &look, NULL),
	    0);
	assert_int_equal(look.held, 2); /* the day it was handed over */
	look.held = 0;
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1",
	                     "2026-11-25", on_holding, &look, NULL),
	    0);
	assert_int_equal(look.held, 0);
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL1", "now",
	                     on_holding, &look, NULL),
	    -ERR_INVALID);
	assert_int_equal(service_holding_each(&towns, ada, "SERIAL9", NULL,
	                     on_holding, &look, NULL),
	    -ERR_NOT_FOUND);
}

#define SIM_A "8946201234567890123"
#define SIM_B "8946209999999990123"

static void test_subscription(void **state)
{
	struct towns_look look;
	struct person_view view;

	(void)state;
	towns.order_gate_is_open = true;
	towns_apply(ada, ANNA BO);
	towns_phone(ada, "SERIAL1", false);
	towns_apply(ada,
	    "{\"assignment\": {\"person\": \"Bo Lind\", \"phone\": "
	    "\"SERIAL1\"}}\n"
	    "{\"subscription\": {\"iccid\": \"" SIM_A
	    "\", \"number\": \"+46701234567\"}}\n"
	    "{\"assignment\": {\"person\": \"Bo Lind\", \"subscription\": "
	    "\"+46701234567\"}}");
	view = towns_person("Bo Lind", &look);
	assert_string_equal(view.person.name, "Bo Lind");
	assert_int_equal(look.held, 2);
	/* It sits in the only phone he holds. */
	assert_string_equal(sim_of(&look)->device_id, "device-SERIAL1");
	/* The same number on another card is the same contract. */
	assert_int_equal(towns_effect(ada,
	                     "{\"subscription\": {\"iccid\": \"" SIM_B
	                     "\", \"number\": \"+46 70 123 45 67\"}}"),
	    LEDGER_CHANGED);
	/* A twin of it is another one. */
	assert_int_equal(towns_effect(ada,
	                     "{\"subscription\": {\"iccid\": \"" SIM_A
	                     "\", \"number\": \"+46701234567\", \"flags\": "
	                     "[\"twin\"], \"expected_imeis\": "
	                     "\"350000000000006\"}}"),
	    LEDGER_ADDED);
	towns_refused(ada,
	    "{\"assignment\": {\"person\": \"Bo Lind\", \"subscription\": "
	    "\"+46701234567\"}}",
	    ERR_CONFLICT, "several subscriptions");
	/* Its end ends who holds it. */
	assert_int_equal(towns_effect(ada,
	                     "{\"subscription\": {\"iccid\": \"" SIM_B
	                     "\", \"ended\": true}}"),
	    LEDGER_ENDED);
	(void)towns_person("Bo Lind", &look);
	assert_true(sim_of(&look)->to_at == TOWNS_NOW);
	assert_string_equal(
	    sim_of(&look)->close_reason, "the subscription ended");
}

/* ---- links and destructive orders ---- */

static void test_link_makes_person(void **state)
{
	struct link_request request = {"Cajsa Ny", "SERIAL7", 0};
	struct person_view view;
	struct towns_look look;
	struct link link;
	char *url = NULL;
	struct err err = {0};

	(void)state;
	towns.order_gate_is_open = true;
	towns_apply(ada, ANNA);
	assert_int_equal(
	    service_link_create(&towns, ada, &request, &link, &url, NULL), 0);
	free(url);
	view = towns_person("Cajsa Ny", &look);
	assert_string_equal(link.person_id, view.person.id);
	request.person = "ANNA.EK@town.example";
	assert_int_equal(
	    service_link_create(&towns, ada, &request, &link, &url, NULL), 0);
	free(url);
	assert_string_equal(link.person, "Anna Maria Ek");
	assert_int_equal(towns_count_people(), 2);
	/* A mail address that nobody has is a slip, no new person. */
	request.person = "nobody@town.example";
	assert_int_equal(
	    service_link_create(&towns, ada, &request, &link, &url, &err),
	    -ERR_NOT_FOUND);
	assert_int_equal(towns_count_people(), 2);
}

static void wipe_refused(const char *serial, const char *sentence)
{
	struct wipe_request request = {.device = serial, .reason = "test"};
	struct wipe_plan plan;
	struct wipe wipe;
	struct err err = {0};

	assert_int_equal(
	    service_wipe_plan(&towns, ada, &request, &plan, NULL), 0);
	assert_false(plan.allowed);
	assert_non_null(strstr(plan.refusal, sentence));
	assert_int_equal(service_wipe_order(&towns, ada, &request, &wipe, &err),
	    -ERR_CONFLICT);
	assert_non_null(strstr(err.text, sentence));
}

/* DESIGN invariant 1. */
static void test_no_holder_no_wipe(void **state)
{
	struct wipe_request request = {.device = "SERIAL1", .reason = "test"};
	struct wipe wipe;

	(void)state;
	towns.order_gate_is_open = true;
	towns_apply(ada, BO);
	towns_phone(ada, "SERIAL1", false);
	wipe_refused("SERIAL1", "nobody holds this phone");
	towns_apply(ada,
	    "{\"assignment\": {\"person\": \"Bo Lind\", "
	    "\"phone\": \"SERIAL1\"}}");
	assert_int_equal(
	    service_wipe_order(&towns, ada, &request, &wipe, NULL), 0);
	towns_phone(ada, "SERIAL2", true);
	towns_apply(ada,
	    "{\"assignment\": {\"person\": \"Bo Lind\", "
	    "\"phone\": \"SERIAL2\"}}");
	wipe_refused("SERIAL2", "private phone");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_hand_over),
	    TEST(test_subscription),
	    TEST(test_link_makes_person),
	    TEST(test_no_holder_no_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
