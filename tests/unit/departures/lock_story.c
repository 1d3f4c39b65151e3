#include "tests/unit/departures/lock_story.h"

#include "server/service/phone/lost_mode.h"

/* ---- looking ---- */

static int note_order(void *arg, const struct command *row)
{
	struct orders *orders = arg;

	if (strcmp(row->request_type, orders->type) != 0)
		return 0;
	orders->count++;
	if (row->state != COMMAND_CANCELLED && row->state != COMMAND_FAILED)
		orders->standing++;
	return 0;
}

static int count_orders(struct txn *txn, void *arg, struct err *err)
{
	struct orders *orders = arg;
	char device[STORE_ID];
	const struct command_filter filter = {
	    .org_id = ada->org_id, .device_id = device};

	(void)snprintf(device, sizeof(device), "device-%.20s", orders->serial);
	return store_command_each(txn, &filter, note_order, orders, err);
}

struct orders orders_of(const char *serial, const char *type)
{
	struct orders orders = {.serial = serial, .type = type};

	towns_read(count_orders, &orders);
	return orders;
}

static int load_lost(struct txn *txn, void *arg, struct err *err)
{
	struct lost_mode_row *row = arg;
	char device[STORE_ID];

	memcpy(device, row->device_id, STORE_ID);
	return store_lost_mode_find_device(txn, ada->org_id, device, row, err);
}

struct lost_mode_row lost_mode_of(const char *serial)
{
	struct lost_mode_row row = {.id = ""};

	(void)snprintf(
	    row.device_id, sizeof(row.device_id), "device-%.20s", serial);
	towns_read(load_lost, &row);
	return row;
}

enum phone_state phone_of(const char *serial)
{
	return the_case(serial).device.state;
}

void enrols_anew(const char *serial, const char *name)
{
	enrols(serial, name, true);
	supervise(serial);
}

/* ---- stories ---- */

void leaves(void)
{
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
}

void goes_silent(void)
{
	leaves();
	at("2026-12-14 08:00");
	at("2026-12-21 08:00");
	assert_int_equal(state_of("S1"), RETURN_LOST);
	assert_int_equal(phone_of("S1"), PHONE_LOST);
	assert_int_equal(orders_of("S1", "EnableLostMode").standing, 1);
}

void is_locked(void)
{
	goes_silent();
	assert_string_equal(connects("S1", true), "EnableLostMode");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_ON);
}

void ends(const char *to)
{
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\", \"to\": \"%s\"}}",
	    to);
	tick();
}

void report_lost(void)
{
	const struct lost_mode_said said = {.reason = "left on a train"};
	struct lost_mode_row row;

	assert_int_equal(
	    service_lost_mode_enable(&towns, ada, "S1", &said, &row, NULL), 0);
}
