/*
 * http_tls_test: which clients does TLS let in, what does a handler learn of
 * their certificate, and does HTTP over it work as it does without?
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/unit/http/http_fixture.h"

#define H "Host: localhost\r\n"

static char answer[16 * 1024];

/* "trusted <sha256>" of a PEM file, as GET /who says it. */
static void expected_make(
    const char *verdict, const char *file, char *out, size_t size)
{
	FILE *in = fopen(file, "r");
	X509 *certificate;
	unsigned char *der = NULL;
	unsigned char digest[32];
	char hex[65];
	int len;

	assert_non_null(in);
	certificate = PEM_read_X509(in, NULL, NULL, NULL);
	(void)fclose(in);
	assert_non_null(certificate);
	len = i2d_X509(certificate, &der);
	assert_true(len > 0);
	(void)SHA256(der, (size_t)len, digest);
	str_hex(hex, digest, sizeof(digest));
	(void)snprintf(out, size, "%s %s", verdict, hex);
	OPENSSL_free(der);
	X509_free(certificate);
}

static void who_is(struct fixture *fixture, const char *certificate,
    const char *key, const char *expected)
{
	struct client client = client_open_tls(fixture, certificate, key);
	int i;

	assert_non_null(client.ssl);
	/* Worked out once, true for every request of the connection. */
	for (i = 0; i < 3; i++) {
		assert_true(
		    client_say(&client, "GET /who HTTP/1.1\r\n" H "\r\n"));
		assert_int_equal(
		    client_read(&client, answer, sizeof(answer)), 200);
		assert_string_equal(answer_body(answer), expected);
	}
	client_close(&client);
}

static void test_certificates(void **state)
{
	struct fixture *fixture = *state;
	struct support_files *files = &fixture->files;
	char expected[128];

	who_is(fixture, NULL, NULL, "none");
	expected_make("trusted", files->client, expected, sizeof(expected));
	who_is(fixture, files->client, files->client_key, expected);
	expected_make("untrusted", files->expired, expected, sizeof(expected));
	who_is(fixture, files->expired, files->expired_key, expected);
	expected_make("untrusted", files->stranger, expected, sizeof(expected));
	who_is(fixture, files->stranger, files->stranger_key, expected);
}

static EVP_PKEY *key_read(const char *file)
{
	FILE *in = fopen(file, "r");
	EVP_PKEY *key;

	assert_non_null(in);
	key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
	(void)fclose(in);
	assert_non_null(key);
	return key;
}

/* Looks like the key of `shown` and signs with that of `used`. */
static EVP_PKEY *key_forge(EVP_PKEY *shown, EVP_PKEY *used)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *forged = NULL;
	unsigned char public[256];
	BIGNUM *private = NULL;
	OSSL_PARAM *params;
	size_t len = 0;

	assert_int_equal(
	    EVP_PKEY_get_octet_string_param(
	        shown, OSSL_PKEY_PARAM_PUB_KEY, public, sizeof(public), &len),
	    1);
	assert_int_equal(
	    EVP_PKEY_get_bn_param(used, OSSL_PKEY_PARAM_PRIV_KEY, &private), 1);
	(void)OSSL_PARAM_BLD_push_utf8_string(
	    build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
	(void)OSSL_PARAM_BLD_push_octet_string(
	    build, OSSL_PKEY_PARAM_PUB_KEY, public, len);
	(void)OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, private);
	params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(
	    EVP_PKEY_fromdata(ctx, &forged, EVP_PKEY_KEYPAIR, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_clear_free(private);
	return forged;
}

/* A certificate without its key is no identity at all. */
static void test_borrowed_certificate_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct support_files *files = &fixture->files;
	EVP_PKEY *shown = key_read(files->client_key);
	EVP_PKEY *used = key_read(files->stranger_key);
	EVP_PKEY *forged = key_forge(shown, used);
	struct client client = client_open(fixture, TLS);
	uint64_t before =
	    http_server_count(fixture->server, HTTP_COUNT_HANDSHAKE_FAILED);
	char byte;

	client.ctx = support_client_ctx(files, NULL, NULL);
	assert_non_null(client.ctx);
	assert_int_equal(SSL_CTX_use_certificate_file(
	                     client.ctx, files->client, SSL_FILETYPE_PEM),
	    1);
	assert_int_equal(SSL_CTX_use_PrivateKey(client.ctx, forged), 1);
	client.ssl = SSL_new(client.ctx);
	(void)SSL_set_fd(client.ssl, client.fd);
	if (SSL_connect(client.ssl) == 1)
		assert_true(SSL_read(client.ssl, &byte, 1) <= 0);
	fixture_wait_for(http_server_count(fixture->server,
	                     HTTP_COUNT_HANDSHAKE_FAILED) == before + 1);
	EVP_PKEY_free(shown);
	EVP_PKEY_free(used);
	EVP_PKEY_free(forged);
	client_close(&client);
}

struct wish {
	int version; /* the only one offered */
	const char *groups;
	const char *alpn; /* in wire form; NULL: not asked */
	bool accepted;
};

static bool handshake(struct fixture *fixture, const struct wish *wish)
{
	struct client client = client_open(fixture, TLS);
	char groups[32];
	bool ok;

	(void)snprintf(groups, sizeof(groups), "%s", wish->groups);

	client.ctx = support_client_ctx(&fixture->files, NULL, NULL);
	assert_non_null(client.ctx);
	SSL_CTX_set_security_level(client.ctx, 0);
	(void)SSL_CTX_set_min_proto_version(client.ctx, wish->version);
	(void)SSL_CTX_set_max_proto_version(client.ctx, wish->version);
	assert_int_equal(SSL_CTX_set1_groups_list(client.ctx, groups), 1);
	client.ssl = SSL_new(client.ctx);
	if (wish->alpn)
		(void)SSL_set_alpn_protos(client.ssl,
		    (const unsigned char *)wish->alpn,
		    (unsigned int)strlen(wish->alpn));
	(void)SSL_set_fd(client.ssl, client.fd);
	ok = SSL_connect(client.ssl) == 1;
	ERR_clear_error();
	client_close(&client);
	return ok;
}

static void test_versions(void **state)
{
	static const struct wish wishes[] = {
	    {TLS1_3_VERSION, "X25519:P-256", NULL, true},
	    {TLS1_3_VERSION, "P-256", NULL, true},
	    {TLS1_2_VERSION, "X25519:P-256", NULL, true},
	    {TLS1_1_VERSION, "X25519:P-256", NULL, false},
	    {TLS1_VERSION, "X25519:P-256", NULL, false},
	    {TLS1_3_VERSION, "P-521", NULL, false},
	    {TLS1_3_VERSION, "P-256", "\x02h2\x08http/1.1", true},
	    {TLS1_2_VERSION, "P-256", "\x08http/1.1", true},
	    {TLS1_3_VERSION, "P-256", "\x02h2", false},
	    {TLS1_2_VERSION, "P-256",
	        "\x03"
	        "ftp",
	        false},
	};
	size_t i;

	for (i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		assert_int_equal(
		    handshake(*state, &wishes[i]), wishes[i].accepted);
}

/* A resumed session would keep a trust that may have ended since. */
static void test_nothing_is_resumed(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct client first = client_open(fixture, TLS);
		struct client second = client_open(fixture, TLS);
		SSL_SESSION *session;

		first.ctx = support_client_ctx(&fixture->files,
		    fixture->files.client, fixture->files.client_key);
		(void)SSL_CTX_set_max_proto_version(first.ctx, versions[i]);
		first.ssl = SSL_new(first.ctx);
		(void)SSL_set_fd(first.ssl, first.fd);
		assert_int_equal(SSL_connect(first.ssl), 1);
		assert_true(
		    client_say(&first, "GET /who HTTP/1.1\r\n" H "\r\n"));
		assert_int_equal(
		    client_read(&first, answer, sizeof(answer)), 200);
		session = SSL_get1_session(first.ssl);
		second.ssl = SSL_new(first.ctx);
		(void)SSL_set_session(second.ssl, session);
		(void)SSL_set_fd(second.ssl, second.fd);
		assert_int_equal(SSL_connect(second.ssl), 1);
		assert_int_equal(SSL_session_reused(second.ssl), 0);
		SSL_SESSION_free(session);
		client_close(&second);
		client_close(&first);
	}
}

/* Several requests in one record, one request in many. */
static void test_records_are_no_borders(void **state)
{
	static const char text[] =
	    "PUT /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello"
	    "GET /hello HTTP/1.1\r\n" H "\r\n"
	    "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	    "5\r\nworld\r\n0\r\n\r\n";
	static const char *const bodies[] = {"hello", "hello\n", "world"};
	struct fixture *fixture = *state;
	struct client client = client_open_tls(
	    fixture, fixture->files.client, fixture->files.client_key);
	size_t i;

	assert_non_null(client.ssl);
	assert_true(client_say(&client, text));
	for (i = 0; i < sizeof(text) - 1; i++)
		assert_true(client_send(&client, text + i, 1));
	/* More than the first read takes. */
	for (i = 0; i < 100; i++)
		assert_true(client_say(&client, text));
	for (i = 0; i < 102 * 3; i++) {
		assert_int_equal(
		    client_read(&client, answer, sizeof(answer)), 200);
		assert_string_equal(answer_body(answer), bodies[i % 3]);
	}
	client_close(&client);
}

static void test_large_response(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open_tls(fixture, NULL, NULL);
	size_t size = 9 * 1024 * 1024;
	char *out = malloc(size);

	assert_non_null(out);
	assert_non_null(client.ssl);
	assert_true(client_say(&client, "GET /big HTTP/1.1\r\n" H "\r\n"));
	(void)usleep(50000);
	assert_int_equal(client_read(&client, out, size), 200);
	assert_int_equal(strlen(answer_body(out)), 8 * 1024 * 1024);
	free(out);
	client_close(&client);
}

/* The client sees a proper end, so nobody can cut an answer short unseen. */
static void test_close_notify(void **state)
{
	static const char *const texts[] = {
	    "GET /close HTTP/1.1\r\n" H "\r\n", "nonsense\r\n\r\n"};
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct client client = client_open_tls(fixture, NULL, NULL);

		assert_non_null(client.ssl);
		assert_true(client_say(&client, texts[i]));
		assert_int_equal(client_read(&client, answer, sizeof(answer)),
		    i == 0 ? 200 : 400);
		assert_true(client_is_ended(&client));
		client_close(&client);
	}
}

/* What is no TLS, or stops being it, costs the connection and no more. */
static void test_rubbish(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open(fixture, TLS);
	uint64_t before =
	    http_server_count(fixture->server, HTTP_COUNT_HANDSHAKE_FAILED);
	char byte;

	assert_true(client_say(&client, "GET /hello HTTP/1.1\r\n" H "\r\n"));
	while (recv(client.fd, &byte, 1, 0) > 0)
		continue;
	assert_int_equal(
	    http_server_count(fixture->server, HTTP_COUNT_HANDSHAKE_FAILED) -
	        before,
	    1);
	client_close(&client);
	client = client_open_tls(fixture, NULL, NULL);
	assert_non_null(client.ssl);
	assert_int_equal(send(client.fd, "rubbish in the middle", 21, 0), 21);
	fixture_wait_for(http_server_open_connections(fixture->server) == 0);
	client_close(&client);
	fixture_wait_for(http_server_open_connections(fixture->server) == 0);
}

static void test_bad_files_are_named(void **state)
{
	struct fixture *fixture = *state;
	const struct support_files *files = &fixture->files;
	const struct {
		const char *certificate, *key, *ca;
		const char *named;
	} cases[] = {
	    {"/nonexistent.pem", files->server_key, NULL, "/nonexistent.pem"},
	    {files->server_key, files->server_key, NULL, files->server_key},
	    {files->server, "/nonexistent.key", NULL, "/nonexistent.key"},
	    {files->server, files->client_key, NULL, files->client_key},
	    {files->server, files->server_key, "/nonexistent.ca",
	        "/nonexistent.ca"},
	    {files->server, files->server_key, files->client_key,
	        files->client_key},
	};
	struct http_config config = fixture_config();
	struct http_listener listener = {
	    .bit = TLS, .name = "phones", .address = "127.0.0.1:0"};
	size_t i;

	config.listeners = &listener;
	config.listener_count = 1;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_server *server = NULL;
		struct err err = {0};

		listener.certificate_file = cases[i].certificate;
		listener.key_file = cases[i].key;
		listener.client_ca_file = cases[i].ca;
		assert_int_equal(
		    http_server_new(&config, &server, &err), -ERR_CRYPTO);
		assert_non_null(strstr(err.text, cases[i].named));
		assert_non_null(strstr(err.text, "listener phones: "));
	}
}

static int setup(void **state)
{
	static struct fixture fixture;

	fixture_start(&fixture, fixture_config(), TLS);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	fixture_stop(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_certificates),
	    cmocka_unit_test(test_borrowed_certificate_is_refused),
	    cmocka_unit_test(test_versions),
	    cmocka_unit_test(test_nothing_is_resumed),
	    cmocka_unit_test(test_records_are_no_borders),
	    cmocka_unit_test(test_large_response),
	    cmocka_unit_test(test_close_notify),
	    cmocka_unit_test(test_rubbish),
	    cmocka_unit_test(test_bad_files_are_named),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, setup, teardown);
}
