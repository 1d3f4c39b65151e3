/*
 * http_curl_test: does a client that we did not write, curl, get on with the
 * server: TLS, client certificates, uploads of every kind, and the errors?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/http/http_fixture.h"

#define ARGS_MAX 24

static char output[16 * 1024];

/* curl's exit code; what it printed is in output. */
static int curl(const char *const args[])
{
	const char *all[ARGS_MAX + 4] = {
	    "curl", "--silent", "--max-time", "10"};
	size_t len = 0;
	int status = 0;
	int out[2];
	pid_t pid;
	size_t i;

	for (i = 0; args[i]; i++) {
		assert_true(i < ARGS_MAX - 1);
		all[4 + i] = args[i];
	}
	assert_int_equal(pipe(out), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(out[1], STDOUT_FILENO);
		(void)execvp("curl", (char *const *)(uintptr_t)all);
		_exit(127);
	}
	(void)close(out[1]);
	for (;;) {
		ssize_t n =
		    read(out[0], output + len, sizeof(output) - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	output[len] = '\0';
	(void)close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static const char *url(
    const struct fixture *fixture, unsigned bit, const char *path)
{
	static char text[4][20 * 1024];
	static unsigned next;
	char *out = text[next++ % 4];

	(void)snprintf(out, sizeof(text[0]), "%s://%s%s",
	    bit == TLS ? "https" : "http", fixture_address(fixture, bit), path);
	return out;
}

#define CURL(...) curl((const char *const[]){__VA_ARGS__, NULL})

static void test_tls(void **state)
{
	struct fixture *fixture = *state;
	const struct support_files *files = &fixture->files;
	const char *who = url(fixture, TLS, "/who");

	assert_int_equal(CURL("--cacert", files->ca, who), 0);
	assert_string_equal(output, "none");
	assert_int_equal(CURL("--cacert", files->ca, "--cert", files->client,
	                     "--key", files->client_key, who),
	    0);
	assert_memory_equal(output, "trusted ", 8);
	assert_int_equal(CURL("--cacert", files->ca, "--cert", files->expired,
	                     "--key", files->expired_key, who),
	    0);
	assert_memory_equal(output, "untrusted ", 10);
	/* What curl offers by itself: h2 and http/1.1. */
	assert_int_equal(CURL("--cacert", files->ca, "--http2", "--write-out",
	                     "%{http_version}", "--output", "/dev/null", who),
	    0);
	assert_string_equal(output, "1.1");
}

static void test_tls_errors(void **state)
{
	struct fixture *fixture = *state;
	const struct support_files *files = &fixture->files;
	const char *who = url(fixture, TLS, "/who");
	char plain[128];

	/* 60: the server's certificate, 35: the handshake. */
	assert_int_equal(CURL("--cacert", files->stranger, who), 60);
	assert_int_equal(
	    CURL("--cacert", files->ca, "--tls-max", "1.1", "--tlsv1.0",
	        "--ciphers", "DEFAULT@SECLEVEL=0", who),
	    35);
	assert_int_equal(
	    CURL("--cacert", files->ca, "--curves", "P-521", "--tlsv1.3", who),
	    35);
	/* Plain HTTP to a TLS port gets an alert, which is no HTTP answer. */
	(void)snprintf(plain, sizeof(plain), "http://%s/who",
	    fixture_address(fixture, TLS));
	assert_int_not_equal(CURL("--output", "/dev/null", plain), 0);
}

static void test_uploads(void **state)
{
	struct fixture *fixture = *state;
	const char *ca = fixture->files.ca;
	const char *echo = url(fixture, TLS, "/echo");

	assert_int_equal(CURL("--cacert", ca, "--request", "PUT", "--data",
	                     "hello, world", echo),
	    0);
	assert_string_equal(output, "hello, world");
	assert_int_equal(
	    CURL("--cacert", ca, "--header", "Transfer-Encoding: chunked",
	        "--data", "hello, chunks", echo),
	    0);
	assert_string_equal(output, "hello, chunks");
	assert_int_equal(
	    CURL("--cacert", ca, "--header", "Expect: 100-continue",
	        "--expect100-timeout", "9", "--data", "hello, go on", echo),
	    0);
	assert_string_equal(output, "hello, go on");
	assert_int_equal(
	    CURL("--cacert", ca, "--http1.0", "--data", "hello, past", echo),
	    0);
	assert_string_equal(output, "hello, past");
}

static void test_one_connection_for_two_requests(void **state)
{
	struct fixture *fixture = *state;
	const char *hello = url(fixture, TLS, "/hello");

	assert_int_equal(CURL("--cacert", fixture->files.ca, "--write-out",
	                     "%{num_connects} ", hello, hello),
	    0);
	assert_string_equal(output, "hello\n1 hello\n0 ");
}

static void test_head_and_unix(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(CURL("--head", url(fixture, PLAIN, "/hello")), 0);
	assert_non_null(strstr(output, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(output, "Content-Length: 6\r\n"));
	assert_int_equal(CURL("--unix-socket", fixture->files.unix_socket,
	                     "http://localhost/hello"),
	    0);
	assert_string_equal(output, "hello\n");
}

static void code_is(const struct fixture *fixture, const char *method,
    const char *path, const char *header, const char *code)
{
	assert_int_equal(CURL("--output", "/dev/null", "--write-out",
	                     "%{http_code}", "--request", method, "--header",
	                     header, "--path-as-is", url(fixture, PLAIN, path)),
	    0);
	assert_string_equal(output, code);
}

static void test_http_errors(void **state)
{
	struct fixture *fixture = *state;
	char header[18 * 1024] = "X-Long: ";
	char path[15 * 1024] = "/";

	memset(header + 8, 'x', 17 * 1024);
	memset(path + 1, 'x', 14 * 1024);
	code_is(fixture, "GET", "/hello", "X: y", "200");
	code_is(fixture, "GET", "/nothing", "X: y", "404");
	code_is(fixture, "PUT", "/hello", "X: y", "405");
	code_is(fixture, "BREW", "/hello", "X: y", "501");
	code_is(fixture, "GET", "/a/../hello", "X: y", "400");
	code_is(fixture, "GET", "/hello%00", "X: y", "400");
	code_is(fixture, "GET", "/hello", "Host: a b", "400");
	code_is(fixture, "GET", "/hello", "Host:", "400");
	code_is(fixture, "PUT", "/echo", "Content-Length: 99999", "413");
	code_is(fixture, "PUT", "/echo", "Transfer-Encoding: gzip", "501");
	code_is(fixture, "PUT", "/echo", "Expect: the-best", "417");
	code_is(fixture, "GET", path, "X: y", "414");
	code_is(fixture, "GET", "/hello", header, "431");
}

static int setup(void **state)
{
	static struct fixture fixture;

	fixture_start(&fixture, fixture_config(), PLAIN | TLS | UNIX);
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
	    cmocka_unit_test(test_tls),
	    cmocka_unit_test(test_tls_errors),
	    cmocka_unit_test(test_uploads),
	    cmocka_unit_test(test_one_connection_for_two_requests),
	    cmocka_unit_test(test_head_and_unix),
	    cmocka_unit_test(test_http_errors),
	};

	if (CURL("--version") != 0) {
		(void)printf("SKIP: curl is not installed\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
