#include "tests/unit/office/office_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "server/http/http.h"
#include "server/office/office.h"
#include "server/service/mdm/last_seen.h"
#include "server/store/store_equipment.h"

static int64_t fixture_now(void *arg)
{
	return *(int64_t *)arg;
}

/* Not random at all, but different each time: ids must not repeat. */
static void fixture_fill(void *arg, void *out, size_t len)
{
	uint64_t *state = arg;
	uint8_t *bytes = out;

	for (; len > 0; len--) {
		*state = *state * UINT64_C(6364136223846793005) + 1442695041;
		*bytes++ = (uint8_t)(*state >> 33);
	}
}

static void sink(void *arg, enum log_level level, const char *line, size_t len)
{
	(void)arg;
	(void)level;
	(void)line;
	(void)len;
}

static int organisation_save(struct txn *txn, void *arg, struct err *err)
{
	return store_organisation_save(txn, arg, err);
}

static void must(int rc, const struct err *err)
{
	if (rc < 0)
		fail_msg("%d: %s", rc, err->text);
}

void office_fixture_init(struct office_fixture *fixture)
{
	struct service *service = &fixture->service;
	struct store_config config = {.readers = 2, .queue_max = 100};
	struct err err = {0};
	char path[96];
	int from;
	int to;

	memset(fixture, 0, sizeof(*fixture));
	(void)snprintf(
	    fixture->folder, sizeof(fixture->folder), "/tmp/workphone-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	(void)snprintf(path, sizeof(path), "%s/db", fixture->folder);
	fixture->now = FIXTURE_NOW;
	fixture->clock = (struct clock){fixture_now, &fixture->now};
	fixture->rng = (struct rng){fixture_fill, &fixture->random};
	fixture->log =
	    (struct log){LOG_LEVEL_ERROR, &fixture->clock, sink, NULL};
	config.path = path;
	config.log = &fixture->log;
	config.clock = &fixture->clock;
	must(store_migrate(path, &from, &to, &err), &err);
	must(store_open(&config, &service->store, &err), &err);
	must(last_seen_new(&service->last_seen, &err), &err);
	service->clock = &fixture->clock;
	service->rng = &fixture->rng;
	service->log = &fixture->log;
	service->link_valid_ms = 7 * TIME_DAY_MS;
	service->silence_ms = 10 * TIME_MINUTE_MS;
	fixture->tenant.organisation =
	    (struct organisation){.id = "00000000-0000-7000-8000-000000000001",
	        .name = "V\xc3\xa4stervik",
	        .topic = "com.apple.mgmt.x",
	        .created_at = 1};
	(void)snprintf(service->phones_url, sizeof(service->phones_url),
	    "https://mdm.example:8444");
	must(store_write(service->store, organisation_save,
	         &fixture->tenant.organisation, &err),
	    &err);
	service->tenants = &fixture->tenant;
	service->tenant_count = 1;
	fixture->ctx.service = service;
}

void office_fixture_clear(struct office_fixture *fixture)
{
	static const char *const names[] = {"/db", "/db-wal", "/db-shm", ""};
	char path[96];
	size_t i;

	store_close(fixture->service.store);
	last_seen_free(fixture->service.last_seen);
	for (i = 0; i < 4; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s%s", fixture->folder, names[i]);
		(void)remove(path);
	}
	assert_int_not_equal(access(fixture->folder, F_OK), 0);
}

struct phone_rows {
	struct link link;
	struct device device;
	struct life life;
};

/* Whoever it was enrolled for holds it. */
static int holder_save(
    struct txn *txn, const struct device *device, int64_t now, struct err *err)
{
	struct assignment_row held = {.kind = ASSIGNMENT_PHONE, .from_at = now};
	struct person_row person = {.created_at = now};
	int rc;

	if (!device->person[0])
		return 0;
	(void)snprintf(person.id, STORE_ID, "p-%.30s", device->id);
	(void)snprintf(person.org_id, STORE_ID, "%s", device->org_id);
	(void)snprintf(person.name, sizeof(person.name), "%s", device->person);
	(void)snprintf(held.id, STORE_ID, "a-%.30s", device->id);
	(void)snprintf(held.org_id, STORE_ID, "%s", device->org_id);
	(void)snprintf(held.person_id, STORE_ID, "%s", person.id);
	(void)snprintf(held.device_id, STORE_ID, "%s", device->id);
	(void)snprintf(held.life_id, STORE_ID, "%s", device->life_id);
	rc = store_person_save(txn, &person, err);
	return rc == 0 ? store_assignment_save(txn, &held, err) : rc;
}

static int phone_save(struct txn *txn, void *arg, struct err *err)
{
	struct phone_rows *rows = arg;
	int rc;

	rc = store_link_save(txn, &rows->link, err);
	if (rc == 0)
		rc = store_device_save(txn, &rows->device, err);
	if (rc == 0)
		rc = store_life_save(txn, &rows->life, err);
	if (rc == 0)
		rc =
		    holder_save(txn, &rows->device, rows->link.created_at, err);
	return rc;
}

void office_fixture_add_phone(
    struct office_fixture *fixture, const char *serial, const char *person)
{
	struct phone_rows rows = {.link = {.created_at = fixture->now,
	                              .expires_at = fixture->now + 1000,
	                              .enrolled_at = fixture->now},
	    .device = {.created_at = fixture->now},
	    .life = {.state = LIFE_ENROLLED,
	        .started_at = fixture->now,
	        .enrolled_at = fixture->now,
	        .last_seen_at = fixture->now}};
	struct err err = {0};
	const char *org = fixture->tenant.organisation.id;

	(void)snprintf(rows.link.id, STORE_ID, "link-%.20s", serial);
	(void)snprintf(rows.link.org_id, STORE_ID, "%s", org);
	(void)snprintf(rows.link.person, LIMIT_NAME, "%s", person);
	(void)snprintf(rows.link.serial, LIMIT_SERIAL, "%s", serial);
	(void)snprintf(rows.link.token_sha256, STORE_SHA256, "t-%s", serial);
	(void)snprintf(rows.device.id, STORE_ID, "device-%.20s", serial);
	(void)snprintf(rows.device.org_id, STORE_ID, "%s", org);
	(void)snprintf(rows.device.udid, LIMIT_UDID, "udid-%s", serial);
	(void)snprintf(rows.device.serial, LIMIT_SERIAL, "%s", serial);
	(void)snprintf(rows.device.person, LIMIT_NAME, "%s", person);
	(void)snprintf(rows.device.life_id, STORE_ID, "life-%.20s", serial);
	(void)snprintf(rows.life.id, STORE_ID, "life-%.20s", serial);
	(void)snprintf(rows.life.org_id, STORE_ID, "%s", org);
	(void)snprintf(rows.life.device_id, STORE_ID, "device-%.20s", serial);
	(void)snprintf(rows.life.link_id, STORE_ID, "link-%.20s", serial);
	must(
	    store_write(fixture->service.store, phone_save, &rows, &err), &err);
}

static int command_save(struct txn *txn, void *arg, struct err *err)
{
	return store_command_insert(
	    txn, arg, (const uint8_t *)"<plist/>", 8, err);
}

void office_fixture_add_command(struct office_fixture *fixture,
    const char *serial, const char *id, enum command_state state)
{
	struct command row = {.request_type = "SecurityInfo",
	    .purpose = "query:SecurityInfo",
	    .state = state,
	    .priority = COMMAND_PRIORITY_QUERY,
	    .ordered_by = "local",
	    .created_at = fixture->now++};
	struct err err = {0};

	(void)snprintf(row.id, STORE_ID, "%s", id);
	(void)snprintf(
	    row.org_id, STORE_ID, "%s", fixture->tenant.organisation.id);
	(void)snprintf(row.device_id, STORE_ID, "device-%.20s", serial);
	(void)snprintf(row.life_id, STORE_ID, "life-%.20s", serial);
	must(store_write(fixture->service.store, command_save, &row, &err),
	    &err);
}

static const struct office_route *route_find(const char *name)
{
	size_t i;

	for (i = 0; i < office_route_count; i++)
		if (strcmp(office_routes[i].name, name) == 0)
			return &office_routes[i];
	fail_msg("there is no route %s", name);
	return NULL;
}

json_t *office_fixture_call(
    struct office_fixture *fixture, const struct office_ask *call, int *status)
{
	static const struct http_header json = {
	    "Content-Type", "application/json"};
	const struct office_route *route = route_find(call->route);
	const struct http_route gated = {
	    .handle = office_gate, .name = route->name};
	struct http_request request = {.route = &gated,
	    .method = route->method,
	    .listener = LISTENER_ADMIN,
	    .path = "",
	    .query = call->query ? call->query : "",
	    .params = {call->param},
	    .headers = &json,
	    .header_count = call->body ? 1 : 0,
	    .body = (const uint8_t *)call->body,
	    .body_len = call->body ? strlen(call->body) : 0,
	    .peer = "unix"};
	struct http_response response = {.status = 500};
	json_t *document;

	office_gate(&fixture->ctx, &request, &response);
	document = json_loadb((const char *)response.body.data,
	    response.body.len, JSON_REJECT_DUPLICATES, NULL);
	if (!document)
		fail_msg("%s answers no JSON", call->route);
	buf_clear(&response.body);
	*status = response.status;
	return document;
}
