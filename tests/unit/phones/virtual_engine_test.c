/*
 * virtual_engine_test: do many phones live in one process, wake when due, obey over the
 * control socket, survive nonsense there, and show their identity over a real
 * connection?
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "tests/phones/control.h"
#include "tests/phones/engine.h"
#include "tests/phones/control_line.h"
#include "tests/unit/phones/fake_scep.h"
#include "tests/unit/phones/fake_server.h"

#define PHONES 20

/* A proxy port: takes requests one after the other, answers 200, empty. */
struct listener {
	int fd;
	int port;
	pthread_t thread;
	atomic_uint requests;
	atomic_uint identified; /* carried a Client-Cert header */
	atomic_uint connections;
};

static bool read_request(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t got;
	char *end;
	const char *header;
	size_t body;

	for (;;) {
		got = read(fd, text + len, size - len - 1);
		if (got <= 0)
			return false;
		len += (size_t)got;
		text[len] = '\0';
		end = strstr(text, "\r\n\r\n");
		header = strcasestr(text, "Content-Length: ");
		body = header ? strtoul(header + 16, NULL, 10) : 0;
		if (end && len >= (size_t)(end + 4 - text) + body)
			return true;
	}
}

static void *serve_connection(void *arg)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	struct listener *listener = ((void **)arg)[0];
	int fd = (int)(intptr_t)((void **)arg)[1];
	char text[16384];

	free(arg);
	atomic_fetch_add(&listener->connections, 1);
	while (read_request(fd, text, sizeof(text))) {
		atomic_fetch_add(&listener->requests, 1);
		if (strstr(text, "\r\nClient-Cert: :MII"))
			atomic_fetch_add(&listener->identified, 1);
		if (strncmp(text, "PUT /mdm/connect HTTP/1.1\r\n", 27) != 0)
			break;
		if (write(fd, ok, sizeof(ok) - 1) < 0)
			break;
	}
	close(fd);
	return NULL;
}

static void *serve(void *arg)
{
	struct listener *listener = arg;
	pthread_t thread;
	void **pair;
	int fd;

	while ((fd = accept(listener->fd, NULL, NULL)) >= 0) {
		pair = calloc(2, sizeof(*pair));
		pair[0] = listener;
		pair[1] = (void *)(intptr_t)fd;
		pthread_create(&thread, NULL, serve_connection, pair);
		pthread_detach(thread);
	}
	return NULL;
}

static void listener_open(struct listener *listener)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);

	memset(listener, 0, sizeof(*listener));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(listener->fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener->fd, 64), 0);
	assert_int_equal(
	    getsockname(listener->fd, (struct sockaddr *)&address, &len), 0);
	listener->port = ntohs(address.sin_port);
	pthread_create(&listener->thread, NULL, serve, listener);
}

static void listener_close(struct listener *listener)
{
	shutdown(listener->fd, SHUT_RDWR);
	pthread_join(listener->thread, NULL);
	close(listener->fd);
}

static int64_t now(void *arg)
{
	struct timespec at;

	(void)arg;
	clock_gettime(CLOCK_REALTIME, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static const struct clock clock_now_real = {now, NULL};

struct stage {
	char path[64];
	char socket[96];
	char proxy[64];
	struct folder *folder;
	struct session_world world;
	struct net_options net;
	struct engine *engine;
	struct control *control;
	pthread_t thread;
	EVP_PKEY *key;
	X509 *certificate;
};

static struct phone *make_phone(struct stage *stage, size_t number)
{
	char serial[32];
	struct phone_shape shape = {.serial = serial, .sims = 1};
	struct phone *phone = NULL;

	(void)snprintf(serial, sizeof(serial), "VVKE%02zu", number);
	assert_int_equal(phone_new(&shape, &phone, NULL), 0);
	phone->mdm.enrolled = true;
	X509_up_ref(stage->certificate);
	EVP_PKEY_up_ref(stage->key);
	phone->mdm.identity.certificate = stage->certificate;
	phone->mdm.identity.key = stage->key;
	(void)snprintf(phone->mdm.server_url, sizeof(phone->mdm.server_url),
	    "https://phones.test:8444/mdm/connect");
	return phone;
}

static void *serve_control(void *arg)
{
	control_serve(((struct stage *)arg)->control, -1);
	return NULL;
}

static void stage_open(
    struct stage *stage, int port, int64_t poll_ms, bool keep_alive)
{
	struct phone **phones = calloc(PHONES, sizeof(*phones));
	struct engine_options options;
	size_t i;

	memset(stage, 0, sizeof(*stage));
	(void)snprintf(
	    stage->path, sizeof(stage->path), "/tmp/phones-engine-XXXXXX");
	assert_non_null(mkdtemp(stage->path));
	(void)snprintf(stage->socket, sizeof(stage->socket), "%s/control.sock",
	    stage->path);
	(void)snprintf(
	    stage->proxy, sizeof(stage->proxy), "http://127.0.0.1:%d/", port);
	fake_make_ca("phone", &stage->key, &stage->certificate);
	assert_int_equal(folder_open(stage->path, &stage->folder, NULL), 0);
	stage->world = fake_world;
	stage->world.clock = &clock_now_real;
	stage->net = (struct net_options){.proxy_url = stage->proxy,
	    .keep_alive = keep_alive,
	    .timeout_s = 10};
	for (i = 0; i < PHONES; i++)
		phones[i] = make_phone(stage, i);
	options = (struct engine_options){.folder = stage->folder,
	    .world = &stage->world,
	    .net = &stage->net,
	    .poll_ms = poll_ms,
	    .threads = 4};
	assert_int_equal(
	    engine_new(&options, phones, PHONES, &stage->engine, NULL), 0);
	free(phones);
	assert_int_equal(engine_start(stage->engine, NULL), 0);
	assert_int_equal(control_open(stage->engine, &stage->world,
	                     stage->socket, NULL, &stage->control, NULL),
	    0);
	pthread_create(&stage->thread, NULL, serve_control, stage);
}

static json_t *ask(struct stage *stage, const char *request)
{
	json_t *json = json_loads(request, 0, NULL);
	json_t *answer = NULL;
	struct err err = {0};

	assert_non_null(json);
	assert_int_equal(
	    control_line_ask(stage->socket, json, &answer, &err), 0);
	json_decref(json);
	return answer;
}

static bool is_ok(struct stage *stage, const char *request)
{
	json_t *answer = ask(stage, request);
	bool ok = json_is_true(json_object_get(answer, "ok"));

	json_decref(answer);
	return ok;
}

static void stage_close(struct stage *stage)
{
	char name[128];
	size_t i;

	assert_true(is_ok(stage, "{\"do\":\"stop\"}"));
	pthread_join(stage->thread, NULL);
	control_close(stage->control);
	engine_free(stage->engine);
	folder_close(stage->folder);
	EVP_PKEY_free(stage->key);
	X509_free(stage->certificate);
	for (i = 0; i < PHONES + 2; i++) {
		(void)snprintf(
		    name, sizeof(name), "%s/VVKE%02zu.json", stage->path, i);
		(void)unlink(name);
	}
	(void)snprintf(name, sizeof(name), "%s/.lock", stage->path);
	(void)unlink(name);
	assert_int_equal(rmdir(stage->path), 0);
}

static void test_all_wake_again_and_again(void **state)
{
	struct listener listener;
	struct stage stage;
	int waited = 0;

	(void)state;
	listener_open(&listener);
	stage_open(&stage, listener.port, 200, true);
	while (atomic_load(&listener.requests) < 3 * PHONES && waited++ < 300)
		usleep(100000);
	stage_close(&stage);
	listener_close(&listener);
	assert_true(atomic_load(&listener.requests) >= 3 * PHONES);
	assert_int_equal(
	    atomic_load(&listener.identified), atomic_load(&listener.requests));
	/* Kept alive: one connection a phone. */
	assert_int_equal(atomic_load(&listener.connections), PHONES);
}

static void test_control_does_what_it_is_told(void **state)
{
	struct listener listener;
	struct stage stage;
	json_t *answer;

	(void)state;
	listener_open(&listener);
	stage_open(&stage, listener.port, 0, false);
	assert_true(is_ok(
	    &stage, "{\"do\":\"not_now\",\"phone\":\"VVKE03\",\"arg\":5}"));
	assert_true(is_ok(&stage,
	    "{\"do\":\"lie_erase\",\"phone\":\"VVKE03\",\"arg\":true}"));
	answer = ask(&stage, "{\"do\":\"state\",\"phone\":\"VVKE03\"}");
	assert_int_equal(
	    json_integer_value(json_object_get(
	        json_object_get(json_object_get(answer, "state"), "behaviour"),
	        "not_now")),
	    5);
	json_decref(answer);
	assert_int_equal(atomic_load(&listener.requests), 0);
	assert_true(is_ok(&stage, "{\"do\":\"poll\",\"phone\":\"VVKE03\"}"));
	assert_int_equal(atomic_load(&listener.requests), 1);
	answer = ask(&stage, "{\"do\":\"poll\",\"phone\":\"all\"}");
	assert_int_equal(
	    json_array_size(json_object_get(answer, "phones")), PHONES);
	json_decref(answer);
	assert_int_equal(atomic_load(&listener.requests), 1 + PHONES);
	stage_close(&stage);
	listener_close(&listener);
}

static void test_a_phone_is_added(void **state)
{
	struct stage stage;
	json_t *answer;

	(void)state;
	stage_open(&stage, 9, 0, false);
	assert_true(is_ok(
	    &stage, "{\"do\":\"enrol\",\"serial\":\"VVKE20\",\"pin\":true}"));
	assert_int_equal(engine_count(stage.engine), PHONES + 1);
	assert_false(is_ok(&stage, "{\"do\":\"enrol\",\"serial\":\"VVKE20\"}"));
	assert_false(is_ok(&stage, "{\"do\":\"enrol\",\"serial\":\"/\"}"));
	assert_false(is_ok(&stage, "{\"do\":\"enrol\"}"));
	/* Nobody listens there: added, but not enrolled. */
	answer = ask(&stage,
	    "{\"do\":\"enrol\",\"serial\":\"VVKE21\","
	    "\"url\":\"https://127.0.0.1/x\"}");
	assert_false(json_is_true(json_object_get(answer, "ok")));
	assert_non_null(json_object_get(answer, "error"));
	json_decref(answer);
	assert_int_equal(engine_count(stage.engine), PHONES + 2);
	stage_close(&stage);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(
	    connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void test_control_survives_nonsense(void **state)
{
	static const char *const lines[] = {"\n", "{}\n", "[1]\n", "null\n",
	    "{\"do\":1}\n", "{\"do\":\"fly\",\"phone\":\"VVKE00\"}\n",
	    "{\"do\":\"poll\"}\n", "{\"do\":\"poll\",\"phone\":\"NOBODY\"}\n",
	    "{\"do\":\"a\",\"do\":\"b\"}\n", "\xff\xfe\n"};
	struct stage stage;
	char answer[512];
	char *flood;
	ssize_t got;
	size_t i;
	int fd;

	(void)state;
	stage_open(&stage, 9, 0, false);
	fd = connect_to(stage.socket);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(write(fd, lines[i], strlen(lines[i])) > 0);
		got = read(fd, answer, sizeof(answer) - 1);
		assert_true(got > 0);
		answer[got] = '\0';
		if (!strstr(answer, "\"ok\":false"))
			fail_msg("line %zu: %s", i, answer);
	}
	close(fd);
	/* A line without end is cut off. */
	fd = connect_to(stage.socket);
	flood = calloc(1, 1 << 20);
	memset(flood, 'x', 1 << 20);
	(void)!send(fd, flood, 1 << 20, MSG_NOSIGNAL);
	assert_true(read(fd, answer, sizeof(answer)) <= 0);
	close(fd);
	free(flood);
	assert_true(is_ok(&stage, "{\"do\":\"state\"}"));
	stage_close(&stage);
}

static int start_net(void **state)
{
	(void)state;
	return net_start(NULL);
}

static int stop_net(void **state)
{
	(void)state;
	net_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_wake_again_and_again),
	    cmocka_unit_test(test_control_does_what_it_is_told),
	    cmocka_unit_test(test_a_phone_is_added),
	    cmocka_unit_test(test_control_survives_nonsense),
	};

	return cmocka_run_group_tests(tests, start_net, stop_net);
}
