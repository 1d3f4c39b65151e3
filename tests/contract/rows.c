#include "tests/contract/rows.h"

#include <string.h>

#include "proto/base/str.h"

void rows_fill(char *field, size_t size, char letter)
{
	memset(field, letter, size - 1);
	field[size - 1] = '\0';
}

static void make_id(struct fixture *fixture, char out[STORE_ID])
{
	uuid_make(FIXTURE_NOW, &fixture->rng, out);
}

static void make_hash(struct fixture *fixture, char out[STORE_SHA256])
{
	uint8_t bytes[32];

	rng_fill(&fixture->rng, bytes, sizeof(bytes));
	str_hex(out, bytes, sizeof(bytes));
}

static void make_rest(struct fixture *fixture, struct phone *out)
{
	make_id(fixture, out->link.id);
	COPY(out->link.org_id, out->org.id);
	COPY(out->link.person, "Åsa Öberg");
	COPY(out->link.serial, "C39XK0AAKXKN");
	make_hash(fixture, out->link.token_sha256);
	out->link.created_at = FIXTURE_NOW;
	out->link.expires_at = FIXTURE_NOW + TIME_DAY_MS;
	make_id(fixture, out->device.id);
	COPY(out->device.org_id, out->org.id);
	make_id(fixture, out->device.udid);
	COPY(out->device.serial, "C39XK0AAKXKN");
	COPY(out->device.person, "Åsa Öberg");
	make_id(fixture, out->life.id);
	COPY(out->life.org_id, out->org.id);
	COPY(out->life.device_id, out->device.id);
	COPY(out->life.link_id, out->link.id);
	COPY(out->device.life_id, out->life.id);
	out->life.state = LIFE_ENROLLED;
	out->life.started_at = FIXTURE_NOW;
	out->life.enrolled_at = FIXTURE_NOW;
	out->life.push_token_len = 32;
	COPY(out->life.push_magic, "5E1F6B3A-0000-0000-0000-000000000001");
}

void phone_make(struct fixture *fixture, struct phone *out)
{
	memset(out, 0, sizeof(*out));
	make_id(fixture, out->org.id);
	COPY(out->org.name, "Västerviks kommun");
	out->org.created_at = FIXTURE_NOW;
	make_rest(fixture, out);
}

void phone_make_beside(
    struct fixture *fixture, const struct phone *first, struct phone *out)
{
	memset(out, 0, sizeof(*out));
	out->org = first->org;
	make_rest(fixture, out);
}

int phone_save(struct txn *txn, void *arg, struct err *err)
{
	struct phone *phone = arg;
	int r = store_organisation_save(txn, &phone->org, err);

	if (r == 0)
		r = store_link_save(txn, &phone->link, err);
	if (r == 0)
		r = store_device_save(txn, &phone->device, err);
	if (r == 0)
		r = store_life_save(txn, &phone->life, err);
	return r;
}

void phone_enrol(struct fixture *fixture, struct phone *out)
{
	phone_make(fixture, out);
	fixture_write(fixture, phone_save, out);
}

void command_make(struct fixture *fixture, const struct phone *phone,
    int priority, struct command *out)
{
	memset(out, 0, sizeof(*out));
	make_id(fixture, out->id);
	COPY(out->org_id, phone->org.id);
	COPY(out->device_id, phone->device.id);
	COPY(out->life_id, phone->life.id);
	COPY(out->request_type, "SecurityInfo");
	COPY(out->purpose, "query:SecurityInfo");
	out->priority = priority;
	out->created_at = FIXTURE_NOW;
}

int command_unit_insert(struct txn *txn, void *arg, struct err *err)
{
	struct command_unit *unit = arg;
	const char *payload = unit->payload ? unit->payload : "<plist/>";

	return store_command_insert(
	    txn, &unit->row, (const uint8_t *)payload, strlen(payload), err);
}

int command_unit_update(struct txn *txn, void *arg, struct err *err)
{
	struct command_unit *unit = arg;

	return store_command_update(txn, &unit->row, err);
}

int command_unit_load(struct txn *txn, void *arg, struct err *err)
{
	struct command_unit *unit = arg;

	return store_command_load(txn, unit->row.id, &unit->row, err);
}

int command_unit_next(struct txn *txn, void *arg, struct err *err)
{
	struct command_unit *unit = arg;

	return store_command_next(txn, unit->row.life_id, unit->now,
	    unit->skip_not_now, &unit->row, &unit->got, &unit->got_len, err);
}

void command_add(struct fixture *f, const struct phone *phone, const char *id,
    int priority, int64_t not_before, int64_t expires_at)
{
	struct command_unit unit = {.payload = id};

	command_make(f, phone, priority, &unit.row);
	COPY(unit.row.id, id);
	unit.row.not_before = not_before;
	unit.row.expires_at = expires_at;
	fixture_write(f, command_unit_insert, &unit);
}

void command_set_state(
    struct fixture *f, const char *id, enum command_state state)
{
	struct command_unit unit = {0};

	COPY(unit.row.id, id);
	fixture_read(f, command_unit_load, &unit);
	unit.row.state = state;
	fixture_write(f, command_unit_update, &unit);
}
