/*
 * station_http_test: do the doors for stations open to a station's certificate
 * and to nothing else, and those of the phones not to a station's; and is every
 * hostile body answered with a sentence? Over a real TLS listener, with curl's
 * library as the client.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <curl/curl.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_sign.h"
#include "server/http/http.h"
#include "server/keeper/keeper.h"
#include "server/phones/caller.h"
#include "server/routes.h"
#include "server/service/digest.h"
#include "server/service/handler_ctx.h"
#include "server/stations/phones_query.h"
#include "tests/unit/station/bench_world.h"

#define SERIAL "F17V1234"

static struct {
	struct http_server *http;
	struct caller_checks *callers;
	struct handler_ctx ctx;
	char certificate[128];
	char key[128];
	char ca[128];
	struct bench_station station;
} here;

static void place(char *out, size_t size, const char *name)
{
	(void)snprintf(out, size, "%s/keys/%s", world.folder, name);
}

static int begin(void **state)
{
	static struct http_listener listeners[2];
	struct http_config config = HTTP_CONFIG_DEFAULTS;
	struct err err = {0};

	if (bench_world_begin(state) != 0)
		return -1;
	memset(&here, 0, sizeof(here));
	place(here.certificate, sizeof(here.certificate), "tls.crt");
	place(here.key, sizeof(here.key), "tls.key");
	place(here.ca, sizeof(here.ca), "ca.crt");
	listeners[0] = (struct http_listener){.bit = LISTENER_PHONES,
	    .name = "phones",
	    .address = "127.0.0.1:0",
	    .certificate_file = here.certificate,
	    .key_file = here.key,
	    .client_ca_file = here.ca};
	listeners[1] = (struct http_listener){.bit = LISTENER_PHONES_PROXY,
	    .name = "proxy",
	    .address = "127.0.0.1:0"};
	config.listeners = listeners;
	config.listener_count = 2;
	config.routes = routes_all(&config.route_count);
	config.ctx = &here.ctx;
	config.workers = 4;
	config.clock = world.service.clock;
	config.log = world.service.log;
	here.ctx.service = &world.service;
	if (caller_checks_new(world.service.ca, world.service.ca_len,
	        world.service.clock, &here.callers, &err) < 0)
		fail_msg("%s", err.text);
	here.ctx.callers = here.callers;
	if (http_server_new(&config, &here.http, &err) < 0 ||
	    http_server_start(here.http, &err) < 0)
		fail_msg("%s", err.text);
	bench_station_join(&here.station, "Bench A");
	return 0;
}

static int end(void **state)
{
	http_server_stop(here.http, 1000);
	http_server_free(here.http);
	caller_checks_free(here.callers);
	bench_station_clear(&here.station);
	return bench_world_end(state);
}

/* ---- the client ---- */

struct call {
	const char *path;
	const char *body; /* NULL: GET */
	size_t body_len;
	const char *certificate; /* PEM; NULL: none shown */
	const char *key;
	const char *header; /* one more, or NULL */
	const char *type;   /* NULL: application/json */
	unsigned listener;  /* 0: the TLS one */
};

static char answer[STATION_ORDERS_BODY_MAX];
static size_t answer_len;

static size_t take_body(char *data, size_t size, size_t count, void *arg)
{
	(void)arg;
	if (answer_len + size * count >= sizeof(answer))
		return 0;
	memcpy(answer + answer_len, data, size * count);
	answer_len += size * count;
	answer[answer_len] = '\0';
	return size * count;
}

static void show(CURL *curl, const struct call *call)
{
	struct curl_blob certificate = {
	    (void *)(uintptr_t)call->certificate, 0, CURL_BLOB_COPY};
	struct curl_blob key = {
	    (void *)(uintptr_t)call->key, 0, CURL_BLOB_COPY};

	if (!call->certificate)
		return;
	certificate.len = strlen(call->certificate);
	key.len = strlen(call->key);
	curl_easy_setopt(curl, CURLOPT_SSLCERTTYPE, "PEM");
	curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &certificate);
	curl_easy_setopt(curl, CURLOPT_SSLKEYTYPE, "PEM");
	curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &key);
}

/* The status. */
static long send_call(const struct call *call)
{
	unsigned bit = call->listener ? call->listener : LISTENER_PHONES;
	struct curl_slist *headers = NULL;
	CURL *curl = curl_easy_init();
	char url[4096];
	char type[128];
	long status = 0;
	CURLcode code;

	answer_len = 0;
	answer[0] = '\0';
	(void)snprintf(url, sizeof(url), "%s://%s%s",
	    bit == LISTENER_PHONES ? "https" : "http",
	    http_listener_address(here.http, bit), call->path);
	(void)snprintf(type, sizeof(type), "Content-Type: %s",
	    call->type ? call->type : "application/json");
	headers = curl_slist_append(headers, type);
	if (call->header)
		headers = curl_slist_append(headers, call->header);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CAINFO, here.ca);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	if (call->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
		    (long)(call->body_len ? call->body_len
		                          : strlen(call->body)));
	}
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	show(curl, call);
	code = curl_easy_perform(curl);
	if (code != CURLE_OK)
		fail_msg("%s: %s", call->path, curl_easy_strerror(code));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	return status;
}

static struct call of_station(const char *path, const char *body)
{
	return (struct call){.path = path,
	    .body = body,
	    .certificate = here.station.joined.certificate,
	    .key = here.station.key_pem};
}

static void is_sentence(void)
{
	char text[STATION_SENTENCE_MAX];

	station_error_parse(answer, answer_len, text);
	if (strlen(text) < 5)
		fail_msg("no sentence: %s", answer);
}

/* ---- joining over the wire ---- */

static void a_station_joins_and_works(void **state)
{
	struct station_join_request *ask = calloc(1, sizeof(*ask));
	struct station_join_answer *joined = calloc(1, sizeof(*joined));
	struct station_row row;
	struct buf json = {0};
	struct call call = {.path = STATION_PATH_JOIN};
	EVP_PKEY *key = bench_csr(ask->csr, sizeof(ask->csr), "P-256");

	(void)state;
	assert_int_equal(service_station_invite(&world.service, &world.actor,
	                     "Bench B", 0, &row, ask->code, NULL),
	    0);
	assert_int_equal(station_join_request_encode(ask, &json, NULL), 0);
	call.body = (const char *)json.data;
	assert_int_equal(send_call(&call), 200);
	assert_int_equal(
	    station_join_answer_parse(answer, answer_len, joined, NULL), 0);
	assert_string_equal(joined->station_id, row.id);
	assert_string_equal(joined->name, "Bench B");
	assert_int_equal(joined->server_time_ms, world.now);
	/* Once. */
	assert_int_equal(send_call(&call), 403);
	is_sentence();
	EVP_PKEY_free(key);
	buf_clear(&json);
	free(ask);
	free(joined);
}

static void reports_and_orders_over_tls(void **state)
{
	struct station_report report;
	struct station_signed one = {0};
	struct station_signed_list list = {&one, 1};
	struct station_signed_list orders = {0};
	struct station_receipt receipt = {0};
	struct work_order order;
	struct buf json = {0};
	EVP_PKEY *key = NULL;
	struct call call;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_report_init(
	    &here.station, &report, STATION_REPORT_ATTACHED, SERIAL);
	bench_report_sign(&here.station, &report, &one);
	assert_int_equal(station_reports_encode(&list, &json, NULL), 0);
	call = of_station(STATION_PATH_REPORTS, (const char *)json.data);
	for (int i = 0; i < 2; i++) { /* the second time it is the same */
		assert_int_equal(send_call(&call), 200);
		assert_int_equal(
		    station_receipt_parse(answer, answer_len, &receipt, NULL),
		    0);
		assert_int_equal(receipt.accepted_count, 1);
		assert_int_equal(receipt.refused_count, 0);
		station_receipt_clear(&receipt);
	}
	call = of_station(STATION_PATH_ORDERS
	    "?udid=UDID-X&serial=X&udid=UDID%2D" SERIAL "&serial=" SERIAL,
	    NULL);
	assert_int_equal(send_call(&call), 200);
	assert_int_equal(
	    station_orders_parse(answer, answer_len, &orders, NULL), 0);
	assert_int_equal(orders.count, 1);
	assert_int_equal(
	    station_key_parse(here.station.joined.orders_key, &key, NULL), 0);
	assert_int_equal(
	    station_verify(key, STATION_ORDER_CONTEXT, &orders.items[0], NULL),
	    0);
	assert_int_equal(
	    work_order_parse((const char *)orders.items[0].body.data,
	        orders.items[0].body.len, &order, NULL),
	    0);
	assert_int_equal(order.kind, WORK_ORDER_WIPE);
	work_order_clear(&order);
	EVP_PKEY_free(key);
	station_signed_list_clear(&orders);
	station_signed_clear(&one);
	buf_clear(&json);
}

static void a_challenge_over_tls(void **state)
{
	struct station_challenge ask = {0};
	struct station_bytes cms = {0};
	struct work_order order;
	struct buf json = {0};
	struct call call;

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	(void)bench_wipe_order(SERIAL);
	bench_order_get(&here.station, SERIAL, WORK_ORDER_WIPE, &order);
	(void)str_copy(ask.order_id, sizeof(ask.order_id), order.id);
	(void)str_copy(ask.udid, sizeof(ask.udid), order.udid);
	(void)str_copy(ask.serial, sizeof(ask.serial), order.serial);
	assert_int_equal(
	    station_bytes_set(&ask.challenge, "\n1234567", 8, NULL), 0);
	assert_int_equal(
	    station_bytes_set(&ask.certificate, order.supervisors[0].data,
	        order.supervisors[0].len, NULL),
	    0);
	assert_int_equal(station_challenge_encode(&ask, &json, NULL), 0);
	call = of_station(STATION_PATH_CHALLENGE, (const char *)json.data);
	assert_int_equal(send_call(&call), 200);
	assert_int_equal(
	    station_challenge_answer_parse(answer, answer_len, &cms, NULL), 0);
	assert_true(cms.len > 500);
	/* Shown another certificate than ours. */
	ask.certificate.data[20] ^= 1;
	buf_reset(&json);
	assert_int_equal(station_challenge_encode(&ask, &json, NULL), 0);
	call.body = (const char *)json.data;
	assert_int_equal(send_call(&call), 403);
	is_sentence();
	station_bytes_clear(&cms);
	station_challenge_clear(&ask);
	work_order_clear(&order);
	buf_clear(&json);
}

/* ---- who may not ---- */

struct identity_pem {
	char certificate[4096];
	char key[2048];
	char sha256[STORE_SHA256];
};

static int save_certificate(struct txn *txn, void *arg, struct err *err)
{
	return store_certificate_save(txn, arg, err);
}

static void bio_text(BIO *bio, char *out, size_t size)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	assert_true(len > 0 && (size_t)len < size);
	memcpy(out, data, (size_t)len);
	out[len] = '\0';
	BIO_free(bio);
}

/* A phone's certificate as SCEP gives it, current for the phone's life. */
static void phone_identity(struct identity_pem *out)
{
	char pem[4096];
	EVP_PKEY *key = bench_csr(pem, sizeof(pem), "P-256");
	BIO *in = BIO_new_mem_buf(pem, -1);
	X509_REQ *request = PEM_read_bio_X509_REQ(in, NULL, NULL, NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	BIO *key_bio = BIO_new(BIO_s_mem());
	struct certificate row = {.state = CERTIFICATE_CURRENT};
	struct buf der = {0};
	uint8_t *csr = NULL;
	int len = i2d_X509_REQ(request, &csr);
	const uint8_t *at;
	X509 *certificate;

	assert_int_equal(
	    keeper_issue_certificate(world.service.keeper, csr, (size_t)len,
	        "link-" SERIAL, world.now, TIME_DAY_MS, &der, NULL),
	    0);
	at = der.data;
	certificate = d2i_X509(NULL, &at, (long)der.len);
	assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
	bio_text(bio, out->certificate, sizeof(out->certificate));
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(
	                     key_bio, key, NULL, NULL, 0, NULL, NULL),
	    1);
	bio_text(key_bio, out->key, sizeof(out->key));
	digest_sha256(der.data, der.len, out->sha256);
	(void)str_copy(row.sha256, sizeof(row.sha256), out->sha256);
	(void)str_copy(row.org_id, sizeof(row.org_id),
	    world.service.tenants[0].organisation.id);
	(void)str_copy(row.link_id, sizeof(row.link_id), "link-" SERIAL);
	(void)str_copy(row.life_id, sizeof(row.life_id), "life-" SERIAL);
	assert_int_equal(
	    store_write(world.service.store, save_certificate, &row, NULL), 0);
	X509_free(certificate);
	OPENSSL_free(csr);
	X509_REQ_free(request);
	BIO_free(in);
	EVP_PKEY_free(key);
	buf_clear(&der);
}

static const char *const closed_doors[][2] = {
    {STATION_PATH_REPORTS, "{\"reports\":[]}"},
    {STATION_PATH_ORDERS "?udid=U&serial=S", NULL},
    {STATION_PATH_RENEW, "{\"csr\":\"x\"}"},
    {STATION_PATH_CHALLENGE,
        "{\"order_id\":\"0192c2a0-5b7e-7c3d-9f00-0123456789ab\","
        "\"udid\":\"U\",\"serial\":\"S\",\"challenge\":\"AAAAAAAAAAA=\"}"},
};

static void doors_try(const struct call *as, long want)
{
	for (size_t i = 0; i < sizeof(closed_doors) / sizeof(closed_doors[0]);
	     i++) {
		struct call call = *as;

		call.path = closed_doors[i][0];
		call.body = closed_doors[i][1];
		if (send_call(&call) != want)
			fail_msg("%s: %s", call.path, answer);
		is_sentence();
	}
}

static void a_phone_is_no_station(void **state)
{
	static const char idle[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\">"
	    "<dict><key>Status</key><string>Idle</string><key>UDID</key>"
	    "<string>UDID-" SERIAL "</string></dict></plist>";
	struct identity_pem *phone = calloc(1, sizeof(*phone));
	struct identity identity;
	struct call call = {0};

	(void)state;
	bench_phone_enrol(SERIAL, "Astrid");
	phone_identity(phone);
	/* It is a phone that is let in as a phone … */
	assert_int_equal(
	    service_identify(&world.service, phone->sha256, &identity, NULL),
	    0);
	assert_string_equal(identity.life_id, "life-" SERIAL);
	/* … and not as a station. */
	call.certificate = phone->certificate;
	call.key = phone->key;
	doors_try(&call, 403);
	/* And a station is not let in as a phone. */
	call = of_station("/mdm/connect", idle);
	call.type = "application/x-apple-aspen-mdm";
	call.header = "X-HTTP: 1";
	assert_true(send_call(&call) >= 400);
	free(phone);
}

static void without_a_certificate(void **state)
{
	struct call call = {0};

	(void)state;
	doors_try(&call, 403);
}

static void after_revocation(void **state)
{
	struct station_row row;
	struct call call = of_station(STATION_PATH_REPORTS, "{\"reports\":[]}");

	(void)state;
	assert_int_equal(send_call(&call), 200);
	assert_int_equal(service_station_revoke(&world.service, &world.actor,
	                     "Bench A", &row, NULL),
	    0);
	doors_try(&call, 403);
}

/* Behind a proxy the header says who; only there. */
static void the_proxy_says_who(void **state)
{
	struct call call = of_station(STATION_PATH_REPORTS, "{\"reports\":[]}");
	BIO *bio = BIO_new_mem_buf(here.station.joined.certificate, -1);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	uint8_t *der = NULL;
	int len = i2d_X509(certificate, &der);
	char *text = str_base64(der, (size_t)len);
	char header[4096];

	(void)state;
	(void)snprintf(header, sizeof(header), "Client-Cert: :%s:", text);
	call.certificate = NULL;
	call.header = header;
	call.listener = LISTENER_PHONES_PROXY;
	assert_int_equal(send_call(&call), 200);
	call.listener = LISTENER_PHONES;
	assert_int_equal(send_call(&call), 403);
	free(text);
	OPENSSL_free(der);
	X509_free(certificate);
	BIO_free(bio);
}

/* What phones may do, sign a body, could be sent again by who saw it. */
static void a_signed_body_is_not_enough(void **state)
{
	static const char body[] = "{\"reports\":[]}";
	struct call call = {.path = STATION_PATH_REPORTS, .body = body};
	BIO *bio = BIO_new_mem_buf(here.station.joined.certificate, -1);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO *content = BIO_new_mem_buf(body, -1);
	CMS_ContentInfo *cms = CMS_sign(certificate, here.station.key, NULL,
	    content, CMS_BINARY | CMS_DETACHED);
	uint8_t *der = NULL;
	int len = i2d_CMS_ContentInfo(cms, &der);
	char *text = str_base64(der, (size_t)len);
	char header[8192];

	(void)state;
	(void)snprintf(header, sizeof(header), "Mdm-Signature: %s", text);
	call.header = header;
	assert_int_equal(send_call(&call), 403);
	is_sentence();
	free(text);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	X509_free(certificate);
	BIO_free(bio);
}

/* ---- hostile bodies ---- */

static void hostile_bodies(void **state)
{
	static const struct {
		const char *path;
		const char *body;
	} cases[] = {
	    {STATION_PATH_JOIN, ""},
	    {STATION_PATH_JOIN, "{}"},
	    {STATION_PATH_JOIN, "{\"code\":\"A\",\"csr\":\"x\"}"},
	    {STATION_PATH_JOIN, "{\"code\":1,\"csr\":\"x\"}"},
	    {STATION_PATH_REPORTS, ""},
	    {STATION_PATH_REPORTS, "null"},
	    {STATION_PATH_REPORTS, "{\"reports\":{}}"},
	    {STATION_PATH_REPORTS, "{\"reports\":[1]}"},
	    {STATION_PATH_REPORTS, "{\"reports\":[],\"reports\":[]}"},
	    {STATION_PATH_REPORTS,
	        "{\"reports\":[{\"body\":\"@\",\"signature\":\"AA==\"}]}"},
	    {STATION_PATH_RENEW, "{}"},
	    {STATION_PATH_RENEW, "{\"csr\":[]}"},
	    {STATION_PATH_CHALLENGE, "{}"},
	    {STATION_PATH_CHALLENGE, "[[[[[[[[[[[[[["},
	    {STATION_PATH_ORDERS "?udid=U", NULL},
	    {STATION_PATH_ORDERS "?serial=S&udid=U", NULL},
	    {STATION_PATH_ORDERS "?udid=&serial=S", NULL},
	    {STATION_PATH_ORDERS "?udid=%0a&serial=S", NULL},
	    {STATION_PATH_ORDERS "?udid=%00&serial=S", NULL},
	    {STATION_PATH_ORDERS "?udid=%4&serial=S", NULL},
	    {STATION_PATH_ORDERS "?udid=U&serial=S&", NULL},
	    {STATION_PATH_ORDERS "?udid=U&serial=S&x=1", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct call call = of_station(cases[i].path, cases[i].body);
		long status = send_call(&call);

		if (status != 400 && status != 403)
			fail_msg("%s %s: %ld %s", cases[i].path,
			    cases[i].body ? cases[i].body : "", status, answer);
		is_sentence();
	}
}

static void a_deep_body_is_survived(void **state)
{
	size_t len = 500000;
	char *deep = malloc(len + 1);
	struct call call;

	(void)state;
	memset(deep, '[', len);
	deep[len] = '\0';
	call = of_station(STATION_PATH_REPORTS, deep);
	assert_int_equal(send_call(&call), 400);
	is_sentence();
	call.body = "{\"reports\":[]}";
	assert_int_equal(send_call(&call), 200);
	free(deep);
}

static void the_wrong_type_is_refused(void **state)
{
	struct call call = of_station(STATION_PATH_REPORTS, "{\"reports\":[]}");

	(void)state;
	call.type = "text/plain";
	assert_int_equal(send_call(&call), 400);
	is_sentence();
}

static void too_many_phones(void **state)
{
	struct station_phone phones[STATION_PHONES_MAX];
	char query[8192] = "";
	size_t count = 0;
	size_t at = 0;

	(void)state;
	for (int i = 0; i < STATION_PHONES_MAX; i++)
		at += (size_t)snprintf(query + at, sizeof(query) - at,
		    "%sudid=U%d&serial=S%d", i ? "&" : "", i, i);
	assert_int_equal(phones_query_parse(query, phones, &count, NULL), 0);
	assert_int_equal(count, STATION_PHONES_MAX);
	assert_string_equal(phones[63].serial, "S63");
	(void)snprintf(query + at, sizeof(query) - at, "&udid=U&serial=S");
	assert_int_equal(
	    phones_query_parse(query, phones, &count, NULL), -ERR_LIMIT);
	assert_int_equal(phones_query_parse("", phones, &count, NULL), 0);
	assert_int_equal(count, 0);
	memset(query, 'a', 200);
	memcpy(query, "udid=", 5);
	memcpy(query + 200, "&serial=S", 10);
	assert_int_equal(
	    phones_query_parse(query, phones, &count, NULL), -ERR_LIMIT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(a_station_joins_and_works),
	    TEST(reports_and_orders_over_tls),
	    TEST(a_challenge_over_tls),
	    TEST(a_phone_is_no_station),
	    TEST(without_a_certificate),
	    TEST(after_revocation),
	    TEST(the_proxy_says_who),
	    TEST(a_signed_body_is_not_enough),
	    TEST(hostile_bodies),
	    TEST(a_deep_body_is_survived),
	    TEST(the_wrong_type_is_refused),
	    cmocka_unit_test(too_many_phones),
	};
	int failed;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	failed = cmocka_run_group_tests_name(
	    "station http", tests, bench_world_group, bench_world_group_end);
	curl_global_cleanup();
	return failed;
}
