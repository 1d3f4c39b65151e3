#include "tests/unit/station/bench_world.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_sign.h"
#include "server/keeper/keeper.h"
#include "server/service/mdm/known_identity.h"
#include "server/service/mdm/last_seen.h"
#include "server/store/store_equipment.h"

static struct tenant tenant;
struct bench_world world;

static uint8_t ca[4096];
static uint8_t supervision[4096];
static char orders_key[512];

static int64_t now_ms(void *arg)
{
	(void)arg;
	return world.now;
}

static void fill(void *arg, void *out, size_t len)
{
	(void)arg;
	assert_int_equal(RAND_bytes(out, (int)len), 1);
}

static void quiet(void *arg, enum log_level level, const char *line, size_t len)
{
	(void)arg;
	(void)level;
	if (getenv("BENCH_WORLD_LOG"))
		(void)fwrite(line, 1, len, stderr);
}

static const struct clock clock_of = {now_ms, NULL};
static const struct rng rng_of = {fill, NULL};
static const struct log log_of = {LOG_LEVEL_INFO, &clock_of, quiet, NULL};

static void must(int rc, const struct err *err)
{
	if (rc < 0)
		fail_msg("%d: %s", rc, err->text);
}

static const char *path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", world.folder, name);
	return path;
}

static size_t read_file(const char *name, void *out, size_t size)
{
	FILE *file = fopen(path_of(name), "rb");
	size_t len;

	assert_non_null(file);
	len = fread(out, 1, size, file);
	fclose(file);
	return len;
}

static size_t read_certificate(const char *name, uint8_t *out)
{
	FILE *file = fopen(path_of(name), "rb");
	X509 *certificate;
	int len;

	assert_non_null(file);
	certificate = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	assert_non_null(certificate);
	len = i2d_X509(certificate, &out);
	X509_free(certificate);
	assert_true(len > 0);
	return (size_t)len;
}

int bench_world_group(void **state)
{
	static const char *const hosts[] = {"localhost", "127.0.0.1"};
	struct service *service = &world.service;
	struct stat shm;

	(void)state;
	world.now = (int64_t)time(NULL) * 1000;
	(void)snprintf(world.folder, sizeof(world.folder),
	    "%s/workphone-bench-XXXXXX",
	    stat("/dev/shm", &shm) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(world.folder) ||
	    keeper_init(path_of("keys"), "Test", hosts, 2, world.now, NULL) ||
	    keeper_start(path_of("keys"), &service->keeper, NULL))
		return -1;
	service->ca_len = read_certificate("keys/ca.crt", ca);
	service->ca = ca;
	service->supervision_len =
	    read_certificate("keys/supervision.crt", supervision);
	service->supervision = supervision;
	orders_key[read_file(
	    "keys/orders.pub", orders_key, sizeof(orders_key) - 1)] = '\0';
	service->orders_key = orders_key;
	service->clock = &clock_of;
	service->rng = &rng_of;
	service->log = &log_of;
	service->link_valid_ms = 7 * TIME_DAY_MS;
	service->certificate_valid_ms = 365 * TIME_DAY_MS;
	service->silence_ms = 10 * TIME_MINUTE_MS;
	service->refresh_ms = 12 * TIME_HOUR_MS;
	(void)str_copy(service->phones_url, sizeof(service->phones_url),
	    "https://mdm.example:8444");
	service->tenants = &tenant;
	service->tenant_count = 1;
	tenant.organisation =
	    (struct organisation){.id = "01900000-0000-7000-8000-000000000001",
	        .name = "V\xc3\xa4stervik",
	        .topic = "com.apple.mgmt.x",
	        .created_at = 1};
	(void)str_copy(world.actor.name, sizeof(world.actor.name), "local");
	(void)str_copy(world.actor.org_id, sizeof(world.actor.org_id),
	    tenant.organisation.id);
	return 0;
}

static void folder_empty(const char *name)
{
	char path[600];
	struct dirent *entry;
	DIR *dir = opendir(path_of(name));

	while (dir && (entry = readdir(dir))) {
		(void)snprintf(path, sizeof(path), "%s/%s/%s", world.folder,
		    name, entry->d_name);
		(void)unlink(path);
	}
	if (dir)
		closedir(dir);
}

int bench_world_group_end(void **state)
{
	(void)state;
	keeper_stop(world.service.keeper);
	folder_empty("keys");
	(void)rmdir(path_of("keys"));
	(void)rmdir(world.folder);
	return 0;
}

static int save_organisation(struct txn *txn, void *arg, struct err *err)
{
	return store_organisation_save(txn, arg, err);
}

int bench_world_begin(void **state)
{
	struct store_config config = {.path = path_of("db"),
	    .readers = 2,
	    .queue_max = 100,
	    .log = &log_of,
	    .clock = &clock_of};
	struct err err = {0};
	int from;
	int to;

	(void)state;
	world.now = (int64_t)time(NULL) * 1000;
	must(store_migrate(config.path, &from, &to, &err), &err);
	must(store_open(&config, &world.service.store, &err), &err);
	must(last_seen_new(&world.service.last_seen, &err), &err);
	must(known_identities_new(&world.service.known, &err), &err);
	must(store_write(world.service.store, save_organisation,
	         &world.service.tenants[0].organisation, &err),
	    &err);
	return 0;
}

int bench_world_end(void **state)
{
	(void)state;
	store_close(world.service.store);
	last_seen_free(world.service.last_seen);
	known_identities_free(world.service.known);
	folder_empty("");
	return 0;
}

/* ---- stations ---- */

void bench_csr_of(EVP_PKEY *key, char *pem, size_t size)
{
	X509_REQ *request = X509_REQ_new();
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len;

	assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
	assert_true(X509_REQ_sign(request, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509_REQ(bio, request), 1);
	len = BIO_get_mem_data(bio, &data);
	assert_true(len > 0 && (size_t)len < size);
	memcpy(pem, data, (size_t)len);
	pem[len] = '\0';
	BIO_free(bio);
	X509_REQ_free(request);
}

EVP_PKEY *bench_csr(char *pem, size_t size, const char *group)
{
	EVP_PKEY *key = EVP_EC_gen(group);

	assert_non_null(key);
	bench_csr_of(key, pem, size);
	return key;
}

static void key_text(EVP_PKEY *key, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len;

	assert_int_equal(
	    PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL),
	    1);
	len = BIO_get_mem_data(bio, &data);
	assert_true((size_t)len < size);
	memcpy(out, data, (size_t)len);
	out[len] = '\0';
	BIO_free(bio);
}

struct load_station {
	const char *id;
	struct station_row row;
};

static int load_station(struct txn *txn, void *arg, struct err *err)
{
	struct load_station *load = arg;

	return store_station_load(txn, load->id, &load->row, err);
}

void bench_station_join(struct bench_station *station, const char *name)
{
	struct station_join_request *request = calloc(1, sizeof(*request));
	struct load_station load = {.id = station->joined.station_id};
	struct err err = {0};

	memset(station, 0, sizeof(*station));
	must(service_station_invite(&world.service, &world.actor, name, 0,
	         &station->row, request->code, &err),
	    &err);
	station->key = bench_csr(request->csr, sizeof(request->csr), "P-256");
	key_text(station->key, station->key_pem, sizeof(station->key_pem));
	must(service_station_join(
	         &world.service, request, &station->joined, &err),
	    &err);
	must(store_read(world.service.store, load_station, &load, &err), &err);
	station->row = load.row;
	free(request);
}

void bench_station_clear(struct bench_station *station)
{
	EVP_PKEY_free(station->key);
	station->key = NULL;
}

/* ---- phones ---- */

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
	int rc = store_link_save(txn, &rows->link, err);

	if (rc == 0)
		rc = store_device_save(txn, &rows->device, err);
	if (rc == 0)
		rc = store_life_save(txn, &rows->life, err);
	return rc == 0 ? holder_save(txn, &rows->device, world.now, err) : rc;
}

#define PUT(member, ...) (void)snprintf(member, sizeof(member), __VA_ARGS__)

void bench_phone_enrol(const char *serial, const char *person)
{
	struct phone_rows *rows = calloc(1, sizeof(*rows));
	const char *org = world.service.tenants[0].organisation.id;
	struct err err = {0};

	PUT(rows->link.id, "link-%.20s", serial);
	PUT(rows->link.org_id, "%s", org);
	PUT(rows->link.person, "%s", person);
	PUT(rows->link.serial, "%s", serial);
	PUT(rows->link.token_sha256, "t-%s", serial);
	rows->link.enrolled_at = world.now;
	PUT(rows->device.id, "device-%.20s", serial);
	PUT(rows->device.org_id, "%s", org);
	PUT(rows->device.udid, "UDID-%s", serial);
	PUT(rows->device.serial, "%s", serial);
	PUT(rows->device.person, "%s", person);
	PUT(rows->device.life_id, "life-%.20s", serial);
	PUT(rows->life.id, "life-%.20s", serial);
	PUT(rows->life.org_id, "%s", org);
	PUT(rows->life.device_id, "device-%.20s", serial);
	PUT(rows->life.link_id, "link-%.20s", serial);
	rows->life.state = LIFE_ENROLLED;
	rows->life.enrolled_at = world.now;
	must(store_write(world.service.store, phone_save, rows, &err), &err);
	free(rows);
}

struct wipe bench_wipe_order(const char *serial)
{
	struct wipe_request request = {
	    .device = serial, .reason = "left", .preserve_data_plan = true};
	struct err err = {0};
	struct wipe wipe;

	must(service_wipe_order(
	         &world.service, &world.actor, &request, &wipe, &err),
	    &err);
	return wipe;
}

struct wipe bench_wipe_of(const char *serial)
{
	struct device_view view;
	struct err err = {0};

	must(service_device_view(
	         &world.service, &world.actor, serial, &view, &err),
	    &err);
	return view.wipe;
}

struct load_order {
	const char *id;
	struct work_order_row row;
};

static int load_order(struct txn *txn, void *arg, struct err *err)
{
	struct load_order *load = arg;

	return store_work_order_load(txn, load->id, &load->row, err);
}

struct work_order_row bench_order_row(const char *id)
{
	struct load_order load = {.id = id};
	struct err err = {0};

	must(store_read(world.service.store, load_order, &load, &err), &err);
	return load.row;
}

/* ---- reports ---- */

void bench_report_init(struct bench_station *station,
    struct station_report *report, enum station_report_kind kind,
    const char *serial)
{
	station_report_init(report, kind);
	uuid_make(world.now, &rng_of, report->id);
	report->sequence = ++station->sequence;
	report->at_ms = world.now;
	PUT(report->port, "A3");
	PUT(report->serial, "%s", serial);
	if (*serial)
		PUT(report->udid, "UDID-%s", serial);
}

void bench_report_sign(const struct bench_station *station,
    const struct station_report *report, struct station_signed *out)
{
	struct buf json = {0};
	struct err err = {0};

	must(station_report_encode(report, &json, &err), &err);
	must(station_sign(station->key, STATION_REPORT_CONTEXT, json.data,
	         json.len, out, &err),
	    &err);
	buf_clear(&json);
}

bool bench_signed_send(const struct bench_station *station,
    const struct station_signed *one, char why[STATION_SENTENCE_MAX])
{
	struct station_signed item = *one;
	struct station_signed_list list = {&item, 1};
	struct station_receipt receipt = {0};
	struct err err = {0};
	bool accepted;

	must(service_station_reports(
	         &world.service, &station->row, &list, &receipt, &err),
	    &err);
	assert_int_equal(receipt.accepted_count + receipt.refused_count, 1);
	accepted = receipt.accepted_count == 1;
	if (why)
		(void)snprintf(why, STATION_SENTENCE_MAX, "%s",
		    accepted ? "" : receipt.refused[0].reason);
	station_receipt_clear(&receipt);
	return accepted;
}

bool bench_report_send(const struct bench_station *station,
    const struct station_report *report, char why[STATION_SENTENCE_MAX])
{
	struct station_signed one = {0};
	bool accepted;

	bench_report_sign(station, report, &one);
	accepted = bench_signed_send(station, &one, why);
	station_signed_clear(&one);
	return accepted;
}

/* ---- orders ---- */

size_t bench_orders_get(const struct bench_station *station, const char *serial,
    struct work_order out[BENCH_ORDERS_MAX])
{
	struct station_phone phone;
	struct station_signed_list list = {0};
	EVP_PKEY *key = NULL;
	struct err err = {0};
	size_t count;

	PUT(phone.udid, "UDID-%s", serial);
	PUT(phone.serial, "%s", serial);
	must(service_work_orders(
	         &world.service, &station->row, &phone, 1, &list, &err),
	    &err);
	must(station_key_parse(station->joined.orders_key, &key, &err), &err);
	assert_true(list.count <= BENCH_ORDERS_MAX);
	for (size_t i = 0; i < list.count; i++) {
		const struct station_signed *one = &list.items[i];

		must(station_verify(key, STATION_ORDER_CONTEXT, one, &err),
		    &err);
		must(work_order_parse((const char *)one->body.data,
		         one->body.len, &out[i], &err),
		    &err);
	}
	count = list.count;
	EVP_PKEY_free(key);
	station_signed_list_clear(&list);
	return count;
}

static bool order_find(const struct bench_station *station, const char *serial,
    enum work_order_kind kind, struct work_order *out)
{
	struct work_order *orders = calloc(BENCH_ORDERS_MAX, sizeof(*orders));
	size_t count = bench_orders_get(station, serial, orders);
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		if (orders[i].kind == kind && !found && out) {
			*out = orders[i];
			found = true;
			continue;
		}
		found |= orders[i].kind == kind;
		work_order_clear(&orders[i]);
	}
	free(orders);
	return found;
}

void bench_order_get(const struct bench_station *station, const char *serial,
    enum work_order_kind kind, struct work_order *out)
{
	work_order_init(out);
	if (!order_find(station, serial, kind, out))
		fail_msg("no %s for %s", work_order_kind_name(kind), serial);
}

bool bench_has_order(const struct bench_station *station, const char *serial,
    enum work_order_kind kind)
{
	return order_find(station, serial, kind, NULL);
}

bool bench_result_send(struct bench_station *station,
    const struct work_order *order, enum station_result result)
{
	struct station_report *report = malloc(sizeof(*report));
	bool accepted;

	bench_report_init(
	    station, report, STATION_REPORT_ORDER_RESULT, order->serial);
	PUT(report->order_result.order_id, "%s", order->id);
	report->order_result.kind = order->kind;
	report->order_result.result = result;
	PUT(report->order_result.sentence, "it went so");
	accepted = bench_report_send(station, report, NULL);
	free(report);
	return accepted;
}

/* ---- two benches ---- */

struct bench_station bench_a;
struct bench_station bench_b;

int bench_two_begin(void **state)
{
	int rc = bench_world_begin(state);

	if (rc == 0) {
		bench_station_join(&bench_a, "Bench A");
		bench_station_join(&bench_b, "Bench B");
	}
	return rc;
}

int bench_two_end(void **state)
{
	bench_station_clear(&bench_a);
	bench_station_clear(&bench_b);
	return bench_world_end(state);
}
