/*
 * store_phone_test: does the register keep what is said of phones: any number
 * without a UDID, a state that only a step changes, one Lost Mode and one
 * holder at a time, places that are forgotten, secrets that are kept once?
 */
#include "tests/contract/rows.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/store/store_equipment.h"
#include "server/store/store_phone.h"

struct unit {
	struct phone phone;
	struct device device;
	struct phone_step_row step;
	struct phone_step_row seen[4];
	struct lost_mode_row lost;
	struct phone_place_row place;
	struct accessory_row accessory;
	struct accessory_holding_row holding;
	struct person_row person;
	struct escrow_row escrow;
	unsigned count;
	bool is_new;
	int64_t at;
};

static struct unit *begin(struct fixture *f)
{
	static struct unit unit;

	memset(&unit, 0, sizeof(unit));
	phone_enrol(f, &unit.phone);
	unit.device = unit.phone.device;
	return &unit;
}

static int save_device(struct txn *txn, void *arg, struct err *err)
{
	return store_device_save(txn, &((struct unit *)arg)->device, err);
}

static int load_device(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;
	struct device found;
	int r = store_device_load(txn, unit->device.id, &found, err);

	unit->device = found;
	return r;
}

static int find_by_udid(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	return store_device_find_udid(
	    txn, unit->device.org_id, unit->device.udid, &unit->device, err);
}

static void test_no_udid(void **state)
{
	static const char *const ids[] = {"one", "two", "three"};
	struct fixture *f = *state;
	struct unit *unit = begin(f);

	for (size_t i = 0; i < COUNT(ids); i++) {
		unit->device =
		    (struct device){.created_at = 1, .kind = PHONE_KIND_SIMPLE};
		COPY(unit->device.org_id, unit->phone.org.id);
		COPY(unit->device.id, ids[i]);
		COPY(unit->device.serial, ids[i]);
		fixture_write(f, save_device, unit);
	}
	fixture_read(f, load_device, unit);
	assert_string_equal(unit->device.udid, "");
	assert_int_equal(unit->device.kind, PHONE_KIND_SIMPLE);
	/* What stands there instead is no name that a phone could use. */
	COPY(unit->device.udid, "-three");
	assert_int_equal(
	    store_read(f->store, find_by_udid, unit, NULL), -ERR_NOT_FOUND);
	unit->device.udid[0] = '\0';
	assert_int_equal(
	    store_read(f->store, find_by_udid, unit, NULL), -ERR_NOT_FOUND);
}

static int take_step(struct txn *txn, void *arg, struct err *err)
{
	return store_phone_step(txn, &((struct unit *)arg)->step, err);
}

static int note_step(void *arg, const struct phone_step_row *row)
{
	struct unit *unit = arg;

	assert_true(unit->count < COUNT(unit->seen));
	unit->seen[unit->count++] = *row;
	return 0;
}

static int read_steps(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	unit->count = 0;
	return store_phone_step_each(
	    txn, unit->phone.org.id, unit->device.id, note_step, unit, err);
}

static void test_only_a_step_moves_it(void **state)
{
	struct fixture *f = *state;
	struct unit *unit = begin(f);

	unit->step = (struct phone_step_row){.event = PHONE_EVENT_REPORT_LOST,
	    .from_state = PHONE_IN_STOCK,
	    .to_state = PHONE_LOST,
	    .at = 77};
	COPY(unit->step.org_id, unit->phone.org.id);
	COPY(unit->step.device_id, unit->device.id);
	COPY(unit->step.made_by, "it");
	COPY(unit->step.reason, "on the bus");
	fixture_write(f, take_step, unit);
	/* Whoever saves an older copy does not find it again by that. */
	unit->device.state = PHONE_IN_STOCK;
	COPY(unit->device.model, "iPhone 13");
	fixture_write(f, save_device, unit);
	fixture_read(f, load_device, unit);
	assert_int_equal(unit->device.state, PHONE_LOST);
	assert_true(unit->device.state_at == 77);
	assert_string_equal(unit->device.model, "iPhone 13");
	unit->step.event = PHONE_EVENT_FIND;
	unit->step.from_state = PHONE_LOST;
	unit->step.to_state = PHONE_ENROLLED;
	unit->step.at = 78;
	fixture_write(f, take_step, unit);
	fixture_read(f, read_steps, unit);
	assert_int_equal(unit->count, 2);
	assert_true(unit->seen[0].number == 1 && unit->seen[1].number == 2);
	assert_string_equal(unit->seen[0].reason, "on the bus");
	assert_int_equal(unit->seen[1].to_state, PHONE_ENROLLED);
	COPY(unit->step.org_id, "another");
	assert_true(store_write(f->store, take_step, unit, NULL) < 0);
}

static int save_lost(struct txn *txn, void *arg, struct err *err)
{
	return store_lost_mode_save(txn, &((struct unit *)arg)->lost, err);
}

static int find_lost(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	return store_lost_mode_find_open(
	    txn, unit->phone.org.id, unit->device.id, &unit->lost, err);
}

static void test_one_lost_mode(void **state)
{
	struct fixture *f = *state;
	struct unit *unit = begin(f);

	COPY(unit->lost.id, "first");
	COPY(unit->lost.org_id, unit->phone.org.id);
	COPY(unit->lost.device_id, unit->device.id);
	COPY(unit->lost.life_id, unit->phone.life.id);
	COPY(unit->lost.case_id, "case");
	COPY(unit->lost.message, "Ring");
	fixture_write(f, save_lost, unit);
	COPY(unit->lost.id, "second");
	fixture_write_refused(f, save_lost, unit, ERR_CONFLICT);
	/* What it shows was said once. */
	COPY(unit->lost.id, "first");
	COPY(unit->lost.message, "Other words");
	fixture_write_refused(f, save_lost, unit, ERR_CONFLICT);
	COPY(unit->lost.message, "Ring");
	unit->lost.state = LOST_MODE_OFF;
	fixture_write(f, save_lost, unit);
	assert_int_equal(
	    store_read(f->store, find_lost, unit, NULL), -ERR_NOT_FOUND);
	COPY(unit->lost.id, "second");
	unit->lost.state = LOST_MODE_ORDERED;
	fixture_write(f, save_lost, unit);
	fixture_read(f, find_lost, unit);
	assert_string_equal(unit->lost.id, "second");
	assert_string_equal(unit->lost.case_id, "case");
}

static int save_place(struct txn *txn, void *arg, struct err *err)
{
	return store_phone_place_save(txn, &((struct unit *)arg)->place, err);
}

static int forget_places(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	return store_phone_place_forget(
	    txn, unit->phone.org.id, unit->device.id, 500, err);
}

static int find_place(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	return store_phone_place_find_command(
	    txn, unit->phone.org.id, "command", &unit->place, err);
}

static void test_places_are_forgotten(void **state)
{
	struct fixture *f = *state;
	struct unit *unit = begin(f);

	unit->place = (struct phone_place_row){.asked_at = 1,
	    .answered_at = 2,
	    .known_at = 3,
	    .latitude = 57634000,
	    .longitude = -16400500,
	    .accuracy_m = 14};
	COPY(unit->place.id, "place");
	COPY(unit->place.org_id, unit->phone.org.id);
	COPY(unit->place.device_id, unit->device.id);
	COPY(unit->place.command_id, "command");
	COPY(unit->place.reason, "the police ask");
	fixture_write(f, save_place, unit);
	fixture_read(f, find_place, unit);
	assert_true(unit->place.longitude == -16400500);
	fixture_write(f, forget_places, unit);
	fixture_read(f, find_place, unit);
	assert_true(unit->place.latitude == 0 && unit->place.longitude == 0 &&
	    unit->place.known_at == 0 && unit->place.accuracy_m == -1);
	assert_true(unit->place.forgotten_at == 500);
	assert_string_equal(unit->place.reason, "the police ask");
}

static int save_accessory(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;
	int r = store_person_save(txn, &unit->person, err);

	return r < 0 ? r : store_accessory_save(txn, &unit->accessory, err);
}

static int save_holding(struct txn *txn, void *arg, struct err *err)
{
	return store_accessory_holding_save(
	    txn, &((struct unit *)arg)->holding, err);
}

static int find_holding(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	return store_accessory_holding_find(txn, unit->phone.org.id,
	    unit->accessory.id, unit->at, &unit->holding, err);
}

static void test_one_holder(void **state)
{
	struct fixture *f = *state;
	struct unit *unit = begin(f);

	COPY(unit->person.id, "person");
	COPY(unit->person.org_id, unit->phone.org.id);
	COPY(unit->person.name, "Bo");
	COPY(unit->accessory.id, "thing");
	COPY(unit->accessory.org_id, unit->phone.org.id);
	COPY(unit->accessory.name, "Headset");
	COPY(unit->accessory.label, "HS-1");
	fixture_write(f, save_accessory, unit);
	COPY(unit->holding.id, "h1");
	COPY(unit->holding.org_id, unit->phone.org.id);
	COPY(unit->holding.accessory_id, "thing");
	COPY(unit->holding.person_id, "person");
	unit->holding.from_at = 100;
	fixture_write(f, save_holding, unit);
	COPY(unit->holding.id, "h2");
	fixture_write_refused(f, save_holding, unit, ERR_CONFLICT);
	COPY(unit->holding.id, "h1");
	unit->holding.to_at = 200;
	fixture_write(f, save_holding, unit);
	/* Who had it then, and that nobody has it now. */
	unit->at = 150;
	fixture_read(f, find_holding, unit);
	assert_string_equal(unit->holding.id, "h1");
	unit->at = 200;
	assert_int_equal(
	    store_read(f->store, find_holding, unit, NULL), -ERR_NOT_FOUND);
	unit->at = 0;
	assert_int_equal(
	    store_read(f->store, find_holding, unit, NULL), -ERR_NOT_FOUND);
}

static int keep_escrow(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	return store_escrow_keep(txn, &unit->escrow, &unit->is_new, err);
}

static int note_escrow(void *arg, const struct escrow_row *row)
{
	struct unit *unit = arg;

	assert_int_equal(row->sealed_len, 3);
	assert_memory_equal(row->sealed, "abc", 3);
	unit->at = row->seen_at;
	unit->count++;
	return 0;
}

static int read_escrow(struct txn *txn, void *arg, struct err *err)
{
	struct unit *unit = arg;

	unit->count = 0;
	return store_escrow_each(
	    txn, unit->phone.org.id, "SERIAL", note_escrow, unit, err);
}

static void test_secrets_are_kept_once(void **state)
{
	uint8_t sealed[] = {'a', 'b', 'c'};
	struct fixture *f = *state;
	struct unit *unit = begin(f);

	unit->escrow = (struct escrow_row){.kind = ESCROW_BYPASS_CODE,
	    .sealed = sealed,
	    .sealed_len = sizeof(sealed),
	    .stored_at = 10};
	COPY(unit->escrow.id, "e1");
	COPY(unit->escrow.org_id, unit->phone.org.id);
	COPY(unit->escrow.serial, "SERIAL");
	COPY(unit->escrow.udid, "UDID");
	COPY(unit->escrow.mark, "mark");
	fixture_write(f, keep_escrow, unit);
	assert_true(unit->is_new);
	COPY(unit->escrow.id, "e2");
	unit->escrow.stored_at = 20;
	fixture_write(f, keep_escrow, unit);
	assert_false(unit->is_new);
	fixture_read(f, read_escrow, unit);
	assert_int_equal(unit->count, 1);
	assert_true(unit->at == 20);
	COPY(unit->escrow.mark, "another");
	fixture_write(f, keep_escrow, unit);
	assert_true(unit->is_new);
	fixture_read(f, read_escrow, unit);
	assert_int_equal(unit->count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
	        test_no_udid, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
	        test_only_a_step_moves_it, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
	        test_one_lost_mode, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
	        test_places_are_forgotten, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
	        test_one_holder, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
	        test_secrets_are_kept_once, fixture_setup, fixture_teardown),
	};

	return FIXTURE_RUN("store_phone", tests);
}
